# Importance derived from an outcome, by R: correlations, partial correlations as correlations of
# residuals, standardised coefficients of lm. Writes priorities.csv and priorities_versions.txt.
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
bank <- read.csv(file.path(here, "..", "..", "datasets", "bank.csv"))
items <- paste0("P", 1:22)
bank <- bank[complete.cases(bank[, c(items, paste0("E", 1:22), "SAT1", "SAT2", "SAT3")]), ]
x <- as.matrix(bank[, items])
y <- rowMeans(bank[, c("SAT1", "SAT2", "SAT3")])
partial <- sapply(1:22, function(j) cor(resid(lm(x[, j] ~ x[, -j])), resid(lm(y ~ x[, -j]))))
beta <- coef(lm(scale(y) ~ scale(x)))[-1]
weight <- c(0.5, 1, 1, 2, 3.5)[bank$respondent %% 5 + 1]
weighted <- cov.wt(cbind(x, y), weight, cor = TRUE)$cor[1:22, 23]
out <- data.frame(item = 1:22, correlation = as.numeric(cor(x, y)), partial_correlation = partial,
                  regression = as.numeric(beta), weighted_correlation = as.numeric(weighted))
for (one in names(out)[-1]) out[[one]] <- sprintf("%.17g", out[[one]])
write.csv(out, file.path(here, "priorities.csv"), row.names = FALSE, quote = FALSE)
writeLines(R.version.string, file.path(here, "priorities_versions.txt"))
