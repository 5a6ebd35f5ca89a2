# One cell of the review in R: effects from the rows of outcomes.csv, pooled by metafor.
#   Rscript reference.R OUTCOMES_CSV CHOSEN_CSV CORRELATION OUT_CSV
# contrasts.csv beside OUTCOMES_CSV says where a source had split the control group: there the
# contrasts of a trial are independent. CHOSEN_CSV names the rows of each trial (study_id, row_id); everything else is computed
# here from the data file, with none of the project's code.

suppressPackageStartupMessages(library(metafor))
arguments <- commandArgs(trailingOnly = TRUE)
outcomes <- read.csv(arguments[1], na.strings = "", encoding = "UTF-8")
chosen <- read.csv(arguments[2])
r <- as.numeric(arguments[3])
handled <- read.csv(file.path(dirname(arguments[1]), "contrasts.csv"), encoding = "UTF-8")
split <- handled[handled$control_group == "split", ]

# RevMan's SMD: the approximate J, and its own large-sample variance.
variance <- function(g, n1, n2) (n1 + n2) / (n1 * n2) + g^2 / (2 * (n1 + n2 - 3.94))

effect_of_row <- function(id) {
  row <- outcomes[outcomes$row_id == id, ]
  n1 <- row$n_intervention
  n2 <- row$n_control
  if (row$format == "means") {
    s <- sqrt(((n1 - 1) * row$sd_intervention^2 + (n2 - 1) * row$sd_control^2) / (n1 + n2 - 2))
    g <- (1 - 3 / (4 * (n1 + n2) - 9)) * (row$mean_intervention - row$mean_control) / s
    sign <- if (row$higher_is == "better") -1 else 1
    return(c(sign * g, variance(g, n1, n2)))
  }
  stopifnot(row$format == "effect", row$effect_measure %in% c("SMD", "MD"))
  sign <- if (row$effect_favours_intervention_when == "positive") -1 else 1
  if (row$effect_measure == "MD") {
    # Handbook 6.5.2.3: the SD from the interval, t where an arm has fewer than 60.
    critical <- if (min(n1, n2) < 60) qt(0.975, n1 + n2 - 2) else qnorm(0.975)
    se <- (row$effect_ci_high - row$effect_ci_low) / (2 * critical)
    g <- (1 - 3 / (4 * (n1 + n2) - 9)) * row$effect / (se / sqrt(1 / n1 + 1 / n2))
    return(c(sign * g, variance(g, n1, n2)))
  }
  v <- row$effect_se^2
  if (is.na(v)) v <- ((row$effect_ci_high - row$effect_ci_low) / (2 * qnorm(0.975)))^2
  if (is.na(v)) v <- variance(row$effect, n1, n2)
  c(sign * row$effect, v)
}

effect_of_trial <- function(ids) {
  found <- sapply(ids, effect_of_row)
  se <- sqrt(found[2, ])
  row <- outcomes[outcomes$row_id == ids[1], ]
  independent <- any(split$study_id == row$study_id & split$source_id == row$source_id)
  correlations <- matrix(if (independent) 0 else r, length(ids), length(ids))
  diag(correlations) <- 1
  c(mean(found[1, ]), sum(correlations * outer(se, se)) / length(ids)^2)
}

trials <- unique(chosen$study_id)
effects <- sapply(trials, function(id) effect_of_trial(chosen$row_id[chosen$study_id == id]))
result <- data.frame(item = rep(trials, each = 2), quantity = c("effect", "variance"),
                     value = as.vector(effects))

add <- function(item, ...) {
  values <- c(...)
  rbind(result, data.frame(item = item, quantity = names(values), value = unname(values)))
}

for (method in c("REML", "DL", "FE")) {
  fit <- rma(effects[1, ], effects[2, ], method = method,
             control = list(threshold = 1e-12, maxiter = 10000))
  result <- add(method, estimate = as.numeric(fit$b), se = fit$se, low = fit$ci.lb,
                high = fit$ci.ub, tau2 = fit$tau2, i2 = fit$I2, q = fit$QE)
}
knapp <- rma(effects[1, ], effects[2, ], method = "REML", test = "knha",
             control = list(threshold = 1e-12, maxiter = 10000))
# Without it the limits are searched to four decimals only.
profile <- confint(knapp, control = list(tol = 1e-12))$random
k <- knapp$k
half <- qt(0.975, k - 2) * sqrt(knapp$tau2 + knapp$se^2)
result <- add("REML knha", se = knapp$se, low = knapp$ci.lb, high = knapp$ci.ub, p = knapp$pval,
              tau2_low = profile["tau^2", "ci.lb"], tau2_high = profile["tau^2", "ci.ub"],
              i2_low = profile["I^2(%)", "ci.lb"], i2_high = profile["I^2(%)", "ci.ub"],
              prediction_low = as.numeric(knapp$b) - half,
              prediction_high = as.numeric(knapp$b) + half)
weights <- weights(knapp)
result <- rbind(result, data.frame(item = trials, quantity = "weight", value = as.vector(weights)))

write.csv(format(result, digits = 15), arguments[4], row.names = FALSE, quote = FALSE)
