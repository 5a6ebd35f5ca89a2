# metafor's time for the work of bench_statistics.py, on the same effects.
#
#   Rscript bench_statistics.R <effects.csv>
#
# prints two lines: seconds a synthesis (median of five rounds), seconds of one GOSH.

suppressMessages(library(metafor))

sets <- split(read.csv(commandArgs(trailingOnly = TRUE)[1]), ~ synthesis)

synthesis <- function(d) {
  for (method in c("EE", "DL", "REML")) {
    wald <- rma(effect, variance, data = d, method = method)
    adjusted <- rma(effect, variance, data = d, method = method, test = "knha")
    predicted <- wald$beta + c(-1, 1) * qt(0.975, wald$k - 2) * sqrt(wald$tau2 + wald$se^2)
    if (method != "EE") confint(wald)
  }
  leave1out(wald)
  influence(wald)
}

seconds <- function(expression) system.time(expression)[["elapsed"]]

small <- sets[names(sets) != "gosh"]
rounds <- replicate(5, seconds(for (d in small) synthesis(d)) / length(small))
cat(sprintf("%.17g\n", median(rounds)))

all <- rma(effect, variance, data = sets[["gosh"]], method = "DL")
cat(sprintf("%.17g\n", seconds(gosh(all, progbar = FALSE))))
