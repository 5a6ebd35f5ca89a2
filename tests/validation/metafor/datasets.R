# Writes datasets.csv: the published data sets the comparison uses, from metadat.
# Run once: Rscript tests/validation/metafor/datasets.R tests/validation/metafor/datasets.csv

suppressMessages(library(metadat))

columns <- c(
  "dataset", "yi", "vi", "events1", "n1", "events2", "n2",
  "mean1", "sd1", "mean2", "sd2", "year", "group", "moderator", "cluster"
)

rows <- function(name, data, ...) {
  frame <- data.frame(dataset = rep(name, nrow(data)))
  given <- list(...)
  for (column in columns[-1]) {
    values <- given[[column]]
    frame[[column]] <- if (is.null(values)) NA else as.vector(values)
  }
  frame
}

with_events <- function(data, events1, events2) {
  data[!is.na(data[[events1]]) & !is.na(data[[events2]]), ]
}

bcg <- dat.bcg
normand <- dat.normand1999
teachers <- dat.raudenbush1985
smoking <- dat.hackshaw1998
magnesium <- dat.egger2001
magnesium_li <- dat.li2007
writing <- dat.bangertdrowns2004
wort <- with_events(dat.linde2005, "ai", "ci")
bleeding <- with_events(dat.collins1985a, "b.xti", "b.xci")
eclampsia <- dat.collins1985b
calendars <- dat.konstantopoulos2011

all_rows <- rbind(
  rows("bcg", bcg, events1 = bcg$tpos, n1 = bcg$tpos + bcg$tneg,
       events2 = bcg$cpos, n2 = bcg$cpos + bcg$cneg,
       year = bcg$year, group = bcg$alloc, moderator = bcg$ablat),
  rows("normand1999", normand, n1 = normand$n1i, mean1 = normand$m1i, sd1 = normand$sd1i,
       n2 = normand$n2i, mean2 = normand$m2i, sd2 = normand$sd2i),
  rows("raudenbush1985", teachers, yi = teachers$yi, vi = teachers$vi, year = teachers$year,
       group = teachers$setting, moderator = teachers$weeks),
  rows("hackshaw1998", smoking, yi = smoking$yi, vi = smoking$vi, year = smoking$year,
       group = smoking$country, moderator = smoking$cases),
  rows("egger2001", magnesium, events1 = magnesium$ai, n1 = magnesium$n1i,
       events2 = magnesium$ci, n2 = magnesium$n2i, year = magnesium$year),
  rows("li2007", magnesium_li, events1 = magnesium_li$ai, n1 = magnesium_li$n1i,
       events2 = magnesium_li$ci, n2 = magnesium_li$n2i, year = magnesium_li$year),
  rows("bangertdrowns2004", writing, yi = writing$yi, vi = writing$vi, year = writing$year,
       group = paste("grade", writing$grade), moderator = writing$length),
  rows("linde2005", wort, events1 = wort$ai, n1 = wort$n1i, events2 = wort$ci, n2 = wort$n2i,
       year = wort$year, group = paste("group", wort$group), moderator = wort$duration),
  rows("collins1985a", bleeding, events1 = bleeding$b.xti, n1 = bleeding$nti,
       events2 = bleeding$b.xci, n2 = bleeding$nci, year = bleeding$year,
       group = bleeding$trt),
  rows("collins1985b", eclampsia, events1 = eclampsia$pre.xti, n1 = eclampsia$pre.nti,
       events2 = eclampsia$pre.xci, n2 = eclampsia$pre.nci, year = eclampsia$year,
       group = paste("oedema", eclampsia$oedema)),
  rows("konstantopoulos2011", calendars, yi = calendars$yi, vi = calendars$vi,
       year = calendars$year, cluster = paste("district", calendars$district))
)

write.csv(all_rows, commandArgs(trailingOnly = TRUE)[1], row.names = FALSE, na = "", quote = FALSE)
