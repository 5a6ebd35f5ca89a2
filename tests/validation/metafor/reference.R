# metafor's numbers for the data sets in a folder, one number a row, 17 digits.
#
#   Rscript reference.R <folder>
#
# reads <folder>/{effects,tables,arms,selection}.csv and writes <folder>/reference.csv with
# the columns dataset, quantity, item, value. Needs metafor; the cluster-robust numbers
# need clubSandwich and the standard errors of the selection models numDeriv, and are
# left out where these are not installed. Works with metafor 3.8.

suppressMessages(library(metafor))

folder <- commandArgs(trailingOnly = TRUE)[1]
read <- function(name) read.csv(file.path(folder, name), stringsAsFactors = FALSE)

models <- c(
  common = "EE", `dersimonian-laird` = "DL", hedges = "HE", `hunter-schmidt` = "HS",
  `sidik-jonkman` = "SJ", ml = "ML", reml = "REML", `empirical-bayes` = "EB",
  `paule-mandel` = "PM"
)
regressions <- models[c("common", "dersimonian-laird", "hedges", "ml", "reml")]
intervals <- c(
  wald = "z", `hartung-knapp` = "knha", `hartung-knapp-conservative` = "adhoc"
)

# Written as they come: binding thousands of small data frames takes longer than metafor.
output <- file(file.path(folder, "reference.csv"), open = "w")
writeLines("dataset,quantity,item,value", output)

put <- function(dataset, quantity, values) {
  values <- as.numeric(values)
  shown <- ifelse(is.na(values), "NA", formatC(values, digits = 17, format = "g"))
  writeLines(paste(dataset, quantity, seq_along(values) - 1, shown, sep = ","), output)
}

# A number metafor cannot compute is recorded as a failure, never left out silently.
attempt <- function(dataset, what, expression) {
  tryCatch(suppressWarnings(expression), error = function(problem) {
    put(dataset, paste0(what, ".failed"), 1)
    NULL
  })
}

put_all <- function(dataset, prefix, values) {
  for (name in names(values)) put(dataset, paste(prefix, name, sep = "."), values[[name]])
}

# metafor stops at an absolute change of tau2 below `threshold` and searches roots below
# `tau2.max`: both have to follow the unit of the data to give full precision.
control <- function(yi, vi) {
  scale <- max(var(yi), median(vi))
  list(threshold = 1e-13 * scale, maxiter = 10000, tol = 1e-15 * scale, tau2.max = 1e6 * scale)
}

# Fisher scoring that does not converge is tried again with shorter steps, and counted.
fallbacks <- new.env()
fallbacks$count <- 0

fit <- function(yi, vi, method, test = "z", mods = NULL) {
  settings <- control(yi, vi)
  for (stepadj in c(1, 0.5, 0.1)) {
    settings$stepadj <- stepadj
    model <- tryCatch(
      if (is.null(mods)) rma(yi, vi, method = method, test = test, control = settings)
      else rma(yi, vi, mods = mods, method = method, test = test, control = settings),
      error = function(problem) problem
    )
    if (!inherits(model, "error")) {
      fallbacks$count <- fallbacks$count + (stepadj < 1)
      return(model)
    }
  }
  stop(model)
}

# The REML fit of a data set, made once and read by several functions.
reml <- new.env()

pooling <- function(name, yi, vi) {
  k <- length(yi)
  reml$fit <- NULL
  for (model in names(models)) {
    attempt(name, paste("pool", model, sep = "."), {
      r <- fit(yi, vi, models[[model]])
      if (model == "reml") reml$fit <- r
      prefix <- paste("pool", model, sep = ".")
      put_all(name, prefix, list(
        tau2 = r$tau2, estimate = c(r$beta), se = r$se, low = r$ci.lb, high = r$ci.ub,
        p = r$pval, i2 = r$I2, h2 = r$H2
      ))
    })
  }
  # tau2 is known from the fit above: only the interval is another.
  attempt(name, "pool.reml.hartung-knapp", for (interval in names(intervals)[-1]) {
    r <- rma(yi, vi, method = "REML", test = intervals[[interval]], tau2 = reml$fit$tau2)
    put_all(name, paste("pool.reml", interval, sep = "."), list(
      se = r$se, low = r$ci.lb, high = r$ci.ub, p = r$pval
    ))
  })
  attempt(name, "heterogeneity", {
    r <- reml$fit
    put_all(name, "heterogeneity", list(q = r$QE, p = r$QEp))
    if (k > 2) {
      half <- qt(0.975, k - 2) * sqrt(r$tau2 + r$se^2)
      put(name, "prediction", c(r$beta - half, r$beta + half))
    }
    profile <- confint(r, control = control(yi, vi))$random
    put(name, "q-profile.tau2", profile["tau^2", c("ci.lb", "ci.ub")])
    put(name, "q-profile.i2", profile["I^2(%)", c("ci.lb", "ci.ub")])
    put(name, "q-profile.h2", profile["H^2", c("ci.lb", "ci.ub")])
  })
}

one_study_less <- function(name, yi, vi) {
  for (model in c("reml", "dersimonian-laird")) {
    attempt(name, paste("leave-one-out", model, sep = "."), {
      r <- leave1out(fit(yi, vi, models[[model]]))
      put_all(name, paste("leave-one-out", model, sep = "."), list(
        estimate = r$estimate, se = r$se, low = r$ci.lb, high = r$ci.ub, p = r$pval,
        q = r$Q, q_p = r$Qp, tau2 = r$tau2, i2 = r$I2, h2 = r$H2
      ))
    })
  }
  if (length(yi) <= 15) attempt(name, "leave-one-out.hartung-knapp", {
    r <- leave1out(fit(yi, vi, "REML", test = "knha"))
    put_all(name, "leave-one-out.hartung-knapp", list(se = r$se, low = r$ci.lb, p = r$pval))
  })
  attempt(name, "influence", {
    r <- reml$fit
    diagnostics <- influence(r)
    put_all(name, "influence", list(
      rstudent = diagnostics$inf$rstudent, dffits = diagnostics$inf$dffits,
      cook_d = diagnostics$inf$cook.d, cov_r = diagnostics$inf$cov.r,
      tau2_del = diagnostics$inf$tau2.del, qe_del = diagnostics$inf$QE.del,
      hat = diagnostics$inf$hat, weight = diagnostics$inf$weight,
      dfbs = diagnostics$dfbs[[1]], influential = diagnostics$is.infl
    ))
    pdf(NULL)
    plotted <- baujat(r)
    invisible(dev.off())
    put_all(name, "influence", list(baujat_x = plotted$x, baujat_y = plotted$y))
  })
}

small_studies <- function(name, yi, vi) {
  attempt(name, "egger.reml", {
    tested <- regtest(reml$fit)
    put_all(name, "egger.reml", list(
      slope = tested$fit$beta[2], se = tested$fit$se[2], statistic = tested$zval,
      p = tested$pval, limit = tested$est, low = tested$ci.lb, high = tested$ci.ub
    ))
  })
  attempt(name, "egger.multiplicative", {
    r <- regtest(yi, vi, model = "lm")
    put_all(name, "egger.multiplicative", list(
      slope = coef(r$fit)[2], se = summary(r$fit)$coefficients[2, 2], statistic = r$zval, p = r$pval,
      limit = r$est, low = r$ci.lb, high = r$ci.ub
    ))
    peese <- lm(yi ~ vi, weights = 1 / vi)
    limits <- confint(peese)[1, ]
    put_all(name, "peese", list(
      estimate = coef(peese)[1], low = limits[1], high = limits[2],
      p = summary(peese)$coefficients[1, 4]
    ))
  })
  attempt(name, "begg", {
    r <- ranktest(yi, vi)
    put_all(name, "begg", list(tau = r$tau, p = r$pval))
  })
  for (estimator in c("L0", "R0")) {
    what <- paste("trim-and-fill", estimator, sep = ".")
    attempt(name, what, {
      r <- trimfill(reml$fit, estimator = estimator, control = control(yi, vi))
      put_all(name, what, list(
        missing = r$k0, missing_se = r$se.k0, right = r$side == "right",
        estimate = r$beta, se = r$se, tau2 = r$tau2
      ))
      if (estimator == "R0") put(name, paste0(what, ".no_missing_p"), r$p.k0)
    })
  }
}

# selmodel() starts at tau2 + 0.001 and differentiates with steps that suit numbers near
# one: it is given the effects in units of the typical standard error.
selection <- function(name, yi, vi) {
  models <- read("selection.csv")
  unit <- sqrt(median(vi))
  for (i in which(models$dataset == name)) {
    what <- paste("selection", models$steps[i], models$favours[i], sep = ".")
    attempt(name, what, {
      r <- selmodel(
        fit(yi / unit, vi / unit^2, "ML"), type = "stepfun",
        steps = c(as.numeric(strsplit(as.character(models$steps[i]), " ")[[1]]), 1),
        alternative = if (models$favours[i] == "negative") "less" else "greater",
        control = list(optimizer = "nlminb"),
        skiphes = !requireNamespace("numDeriv", quietly = TRUE)
      )
      put_all(name, what, list(
        estimate = unit * r$beta, tau2 = unit^2 * r$tau2, weights = r$delta,
        loglik = r$fit.stats["ll", "ML"] - length(yi) * log(unit),
        likelihood_ratio = r$LRT, likelihood_ratio_p = r$LRTp
      ))
      if (!anyNA(r$se)) put_all(name, what, list(se = unit * r$se, weights_se = r$se.delta[-1]))
    })
  }
}

regression <- function(name, yi, vi, mods, what) {
  for (model in names(regressions)) {
    for (interval in names(intervals)) {
      if (model != "reml" && interval != "wald") next
      prefix <- paste(what, model, interval, sep = ".")
      attempt(name, prefix, {
        r <- fit(yi, vi, regressions[[model]], test = intervals[[interval]], mods = mods)
        put_all(name, prefix, list(
          coefficients = r$beta, se = r$se, low = r$ci.lb, high = r$ci.ub, p = r$pval,
          qm = r$QM, qm_p = r$QMp
        ))
        if (interval == "wald") {
          put_all(name, prefix, list(qe = r$QE, qe_p = r$QEp, tau2 = r$tau2, i2 = r$I2))
          if (model != "common") put(name, paste0(prefix, ".r2"), r$R2)
        }
      })
    }
  }
}

subgroup_tests <- function(name, yi, vi, groups) {
  attempt(name, "subgroups.separate", {
    fits <- lapply(unique(groups), function(group) {
      member <- groups == group
      if (sum(member) == 1) list(beta = yi[member], se = sqrt(vi[member]))
      else fit(yi[member], vi[member], "REML")
    })
    estimates <- sapply(fits, function(r) c(r$beta))
    ses <- sapply(fits, function(r) r$se)
    between <- rma(estimates, sei = ses, method = "EE")
    put_all(name, "subgroups.separate", list(
      estimate = estimates, se = ses, q = between$QE, p = between$QEp
    ))
  })
  attempt(name, "subgroups.common", {
    factor <- model.matrix(~ factor(groups, levels = unique(groups)))[, -1, drop = FALSE]
    r <- fit(yi, vi, "REML", mods = factor)
    put_all(name, "subgroups.common", list(q = r$QM, qm = r$QM, p = r$QMp, tau2 = r$tau2))
  })
}

robust_inference <- function(name, yi, vi, clusters) {
  if (!requireNamespace("clubSandwich", quietly = TRUE)) return(invisible())
  attempt(name, "cluster-robust", {
    r <- do.call(robust, list(fit(yi, vi, "REML"), cluster = clusters, clubSandwich = TRUE))
    put_all(name, "cluster-robust", list(
      estimate = r$beta, se = r$se, df = r$ddf, low = r$ci.lb, high = r$ci.ub, p = r$pval
    ))
  })
}

in_order <- function(name, yi, vi, years) {
  attempt(name, "cumulative", {
    position <- seq_along(yi)[order(years)]
    r <- cumul(fit(yi[position], vi[position], "REML"))
    put_all(name, "cumulative", list(
      estimate = r$estimate, se = r$se, low = r$ci.lb, high = r$ci.ub, tau2 = r$tau2
    ))
  })
}

all_subsets <- function(name, yi, vi) {
  for (model in c("dersimonian-laird", "common")) {
    attempt(name, paste("gosh", model, sep = "."), {
      r <- gosh(fit(yi, vi, models[[model]]), progbar = FALSE)
      # In the order of the subsets as numbers, in which bit i is study i.
      code <- c(r$incl %*% 2^(seq_along(yi) - 1))
      ordered <- order(code)
      columns <- list(
        k = r$res$k, q = r$res$QE, i2 = r$res$I2, tau2 = r$res$tau2, estimate = r$res$estimate
      )
      for (column in names(columns)) {
        put(name, paste("gosh", model, column, sep = "."), columns[[column]][ordered])
      }
    })
  }
}

# Risk differences follow RevMan: 0.5 corrects the variance of a study with an empty cell,
# not its difference. escalc() and rma.mh() correct both or neither, so they are asked
# twice, and only for the difference when they pool: their variance of the pooled
# difference is that of Sato, Greenland & Robins (1989), RevMan's that of Greenland &
# Robins (1985).
table_effects <- function(measure, t) {
  corrected <- escalc(
    measure = measure, ai = t$events1, n1i = t$n1, ci = t$events2, n2i = t$n2,
    add = 1 / 2, to = "only0", drop00 = measure != "RD"
  )
  if (measure != "RD") return(corrected)
  corrected$yi <- escalc(
    measure = "RD", ai = t$events1, n1i = t$n1, ci = t$events2, n2i = t$n2, add = 0, to = "none"
  )$yi
  corrected
}

mantel_haenszel <- function(measure, t) {
  ratio <- measure != "RD"
  rma.mh(
    ai = t$events1, n1i = t$n1, ci = t$events2, n2i = t$n2, measure = measure,
    add = if (ratio) c(1 / 2, 1 / 2) else c(0, 0), to = rep(if (ratio) "only0" else "none", 2),
    drop00 = c(ratio, ratio), correct = FALSE
  )
}

two_by_two <- function(name, t) {
  for (measure in c("RR", "OR", "RD")) {
    e <- table_effects(measure, t)
    put_all(name, paste("effect", measure, sep = "."), list(estimate = e$yi, variance = e$vi))
    prefix <- paste("mantel-haenszel", measure, sep = ".")
    attempt(name, prefix, {
      r <- mantel_haenszel(measure, t)
      put_all(name, prefix, list(
        estimate = r$beta, q = sum((e$yi - c(r$beta))^2 / e$vi, na.rm = TRUE)
      ))
      if (measure != "RD") {
        put_all(name, prefix, list(se = r$se, low = r$ci.lb, high = r$ci.ub, p = r$pval))
      }
    })
  }
  attempt(name, "peto", {
    r <- rma.peto(
      ai = t$events1, n1i = t$n1, ci = t$events2, n2i = t$n2,
      add = c(0, 0), to = c("none", "none"), drop00 = c(TRUE, TRUE)
    )
    put_all(name, "peto", list(
      estimate = r$beta, se = r$se, low = r$ci.lb, high = r$ci.ub, p = r$pval, q = r$QE
    ))
  })
}

effects <- read("effects.csv")
for (name in unique(effects$dataset)) {
  d <- effects[effects$dataset == name, ]
  yi <- d$effect
  vi <- d$variance
  pooling(name, yi, vi)
  if (all(d$cluster != "")) robust_inference(name, yi, vi, d$cluster)
  if (!d$thorough[1]) next
  one_study_less(name, yi, vi)
  if (length(yi) <= 9) all_subsets(name, yi, vi)
  if (length(yi) > 2) small_studies(name, yi, vi)
  selection(name, yi, vi)
  if (!anyNA(d$year)) in_order(name, yi, vi, d$year)
  if (!anyNA(d$moderator)) {
    regression(name, yi, vi, d$moderator, "regression")
    regression(name, yi, vi, cbind(d$moderator, d$year), "two moderators")
  }
  if (all(d$group != "")) subgroup_tests(name, yi, vi, d$group)
}

tables <- read("tables.csv")
for (name in unique(tables$dataset)) two_by_two(name, tables[tables$dataset == name, ])

arms <- read("arms.csv")
for (name in unique(arms$dataset)) {
  d <- arms[arms$dataset == name, ]
  e <- escalc(
    measure = "SMD", n1i = n1, m1i = mean1, sd1i = sd1, n2i = n2, m2i = mean2, sd2i = sd2, data = d
  )
  put_all(name, "effect.SMD", list(estimate = e$yi, variance = e$vi))
  e <- escalc(
    measure = "MD", n1i = n1, m1i = mean1, sd1i = sd1, n2i = n2, m2i = mean2, sd2i = sd2, data = d
  )
  put_all(name, "effect.MD", list(estimate = e$yi, variance = e$vi))
}

put("all", "fits.with.shorter.steps", fallbacks$count)
close(output)
