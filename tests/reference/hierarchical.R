# Omega hierarchical, Schmid-Leiman loadings and the minimum average partial by psych; partial
# correlations given components by regression; pairwise covariances, also weighted, by stats: of
# gaps_300.csv and gaps_300_miss.csv, to hierarchical.json.
# Run in this folder: Rscript hierarchical.R
suppressMessages({library(psych); library(GPArotation); library(jsonlite)})
quiet <- function(x) suppressWarnings(suppressMessages(x))
gaps <- read.csv("gaps_300.csv")[, paste0("G", 1:22)]
out <- list(versions = list(
  R = R.version.string, psych = as.character(packageVersion("psych")),
  GPArotation = as.character(packageVersion("GPArotation"))))

for (m in c(3, 5)) {
  found <- quiet(omega(gaps, nfactors = m, plot = FALSE, flip = FALSE))
  sl <- unclass(found$schmid$sl)
  out[[paste0("omega", m)]] <- list(
    omega_h = found$omega_h, omega_total = found$omega.tot, ecv = found$ECV,
    general = unname(sl[, "g"]), group = unname(sl[, 1 + 1:m]), h2 = unname(sl[, "h2"]),
    general_share = unname(sl[, "p2"]), second_order = unname(unclass(found$schmid$gloading)[, 1]),
    of_factors = unname(as.matrix(found$omega.group[-1, c("general", "group")])))
}
for (option in c("equal", "first", "second")) {
  found <- quiet(schmid(cor(gaps), 2, option = option))
  out$two[[option]] <- list(general = unname(found$sl[, "g"]), second_order = found$gloading,
                            group = unname(unclass(found$sl)[, 2:3]))
}

out$map <- quiet(vss(gaps, n = 8, rotate = "none", fm = "pc", plot = FALSE))$map
components <- prcomp(gaps, scale. = TRUE)$x
averages <- sapply(0:8, function(m) {
  left <- if (m == 0) gaps else residuals(lm(as.matrix(gaps) ~ components[, 1:m]))
  r <- cor(left)[upper.tri(diag(22))]
  c(mean(r^2), mean(r^4))
})
out$average_squared <- averages[1, ]
out$average_fourth <- averages[2, ]

miss <- read.csv("gaps_300_miss.csv")[, paste0("G", 1:22)]
out$pairwise <- list(covariance = unname(cov(miss, use = "pairwise.complete.obs")),
                     mean = unname(colMeans(miss, na.rm = TRUE)),
                     pairs = unname(crossprod(!is.na(miss))))
weights <- 1 + (seq_len(nrow(miss)) %% 7) / 3
weighted <- outer(1:22, 1:22, Vectorize(function(i, j) {
  both <- complete.cases(miss[, c(i, j)])
  w <- weights[both]
  s <- cov.wt(cbind(miss[both, i], miss[both, j]), wt = w / sum(w), method = "ML")$cov[1, 2]
  s * sum(both) / (sum(both) - 1)
}))
out$pairwise_weighted <- list(covariance = weighted, mean = unname(sapply(miss, function(x)
  weighted.mean(x[!is.na(x)], weights[!is.na(x)]))))
write(toJSON(out, digits = NA, auto_unbox = TRUE, pretty = TRUE), "hierarchical.json")
