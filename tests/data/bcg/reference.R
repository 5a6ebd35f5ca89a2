# metafor's numbers for the BCG vaccine trials, one number a row, 17 digits:
#
#   Rscript reference.R <file>
#
# reads dat.bcg.csv beside this script. Log risk ratios; REML with the interval of Hartung and
# Knapp whose scale is never below 1 (metafor calls it adhoc), the prediction interval with
# t(k - 2), leave-one-out, Peters' test weighted by the events.

suppressMessages(library(metafor))

arguments <- commandArgs(trailingOnly = FALSE)
here <- dirname(sub("--file=", "", grep("--file=", arguments, value = TRUE)))
d <- read.csv(file.path(here, "dat.bcg.csv"))
d <- escalc("RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = d)
exact <- list(threshold = 1e-14, maxiter = 10000)

output <- file(tail(arguments, 1), open = "w")
writeLines("quantity,item,value", output)
put <- function(quantity, values) {
  shown <- formatC(as.numeric(values), digits = 17, format = "g")
  writeLines(paste(quantity, seq_along(values) - 1, shown, sep = ","), output)
}

fit <- rma(yi, vi, data = d, method = "REML", test = "adhoc", control = exact)
put("effect", d$yi)
put("variance", d$vi)
put("estimate", fit$beta)
put("se", fit$se)
put("interval", c(fit$ci.lb, fit$ci.ub))
put("tau2", fit$tau2)
put("tau2 interval", confint(fit, control = list(tol = 1e-14))$random["tau^2", 2:3])
put("i2", fit$I2)
put("q", fit$QE)
put("weights", weights(fit))
half <- qt(0.975, fit$k - 2) * sqrt(fit$tau2 + fit$se^2)
put("prediction", c(fit$beta - half, fit$beta + half))
put("common", rma(yi, vi, data = d, method = "EE")$beta)
put("dersimonian-laird", rma(yi, vi, data = d, method = "DL")$beta)
left <- leave1out(rma(yi, vi, data = d, method = "REML", control = exact))
put("left out", left$estimate)
put("left out tau2", left$tau2)
place <- order(order(d$year, d$author))
cumulated <- cumul(rma(yi, vi, data = d, method = "REML", control = exact), order = place)
put("cumulative", cumulated$estimate)
close(output)
