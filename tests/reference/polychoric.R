# Polychoric and polyserial correlations, thresholds and all of Gamma (n times the asymptotic
# covariance of the statistics) as lavaan has them. Writes polychoric.json and
# polychoric_versions.txt.
# Rscript polychoric.R   (in this folder)
suppressMessages({library(lavaan); library(jsonlite)})

survey <- read.csv("servqual_300.csv")
set.seed(1)
weights <- round(runif(300, 0.3, 3), 2)
blanks <- survey[, c("P1", "P2", "P3", "SAT1", "SAT2")]
for (name in names(blanks)) blanks[[name]][sample(300, 30)] <- NA
merged <- within(survey, {P1 <- pmax(P1, 4); P2 <- as.integer(P2 > 5); P3 <- as.integer(P3 > 4)})

moments <- function(data, ordered, ...) {
  model <- paste("f =~", paste(names(data), collapse = " + "))
  fit <- suppressWarnings(cfa(model, data, ordered = ordered, estimator = "WLSMV", do.fit = FALSE,
                              ...))
  stats <- lavInspect(fit, "sampstat")
  gamma <- lavInspect(fit, "gamma")
  list(names = names(data), ordered = I(ordered), statistics = colnames(gamma),
       covariance = unclass(stats$cov), mean = as.numeric(stats$mean),
       thresholds = as.list(unclass(stats$th)), gamma = unclass(gamma))
}
weighted <- cbind(survey[, c("P1", "P2", "SAT1", "SAT2")], w = weights)
out <- list(
  ordered = moments(survey[, c("P1", "P2", "P5", "P9", "P22")],
                    c("P1", "P2", "P5", "P9", "P22")),
  mixed = moments(merged[, c("P1", "SAT1", "P2", "P3", "SAT2")], c("P1", "P2", "P3")),
  pairwise = moments(blanks, c("P1", "P2", "P3"), missing = "pairwise"))
fit <- suppressWarnings(cfa("f =~ P1 + P2 + SAT1 + SAT2", weighted, ordered = c("P1", "P2"),
                            estimator = "WLSMV", sampling.weights = "w", do.fit = FALSE))
out$weighted <- list(weights = weights, statistics = colnames(lavInspect(fit, "gamma")),
                     covariance = unclass(lavInspect(fit, "sampstat")$cov),
                     gamma = unclass(lavInspect(fit, "gamma")))
out$blanks <- blanks

# Tables of two variables with empty cells.
answers <- function(table) {
  cells <- expand.grid(a = seq_len(nrow(table)), b = seq_len(ncol(table)))
  cells <- cells[rep(seq_len(nrow(cells)), as.vector(table)), ]
  data.frame(a = ordered(cells$a), b = ordered(cells$b))
}
tables <- list(matrix(c(0, 5, 7, 9), 2), matrix(c(6, 0, 7, 9), 2), matrix(c(40, 3, 0, 70), 2),
               matrix(c(5, 2, 0, 3, 6, 4, 0, 2, 7), 3), matrix(c(9, 4, 1, 2, 8, 0), 3))
out$tables <- lapply(tables, function(table) list(
  table = table,
  default = lavCor(answers(table), ordered = c("a", "b"))[2, 1],
  half = lavCor(answers(table), ordered = c("a", "b"), zero.add = c(.5, .5))[2, 1]))

write(toJSON(out, digits = NA, auto_unbox = TRUE, na = "null"), "polychoric.json")
writeLines(c(R.version.string, paste("lavaan", packageVersion("lavaan")),
             paste("jsonlite", packageVersion("jsonlite"))), "polychoric_versions.txt")
