# R Markdown's time for the synthesis pages: one session renders them all.
#
#   Rscript bench_build.R <folder with pages.csv and a file of effects each> <peer.Rmd>
#
# prints the seconds of all pages, without R's own start.

suppressMessages(library(metafor))

arguments <- commandArgs(trailingOnly = TRUE)
pages <- read.csv(file.path(arguments[1], "pages.csv"))

render <- function(key, title) {
  rmarkdown::render(
    arguments[2],
    output_file = paste0(key, ".html"),
    output_dir = arguments[1],
    intermediates_dir = file.path(arguments[1], "work"),
    params = list(title = title, effects = file.path(arguments[1], paste0(key, ".csv"))),
    envir = new.env(),
    quiet = TRUE
  )
}

seconds <- system.time(Map(render, pages$key, pages$title))[["elapsed"]]
cat(sprintf("%.17g\n", seconds))
