# The index of satisfaction from a structural model, and its effects in points, as lavaan has them:
# weights from loadings over residual variances, total effects by := with delta-method errors.
# Run in this folder: Rscript satisfaction_index.R. Writes satisfaction_index.json and
# satisfaction_index_versions.txt. The data are ../../datasets/mobile.csv, complete rows.
suppressMessages({library(lavaan); library(jsonlite)})
d <- na.omit(read.csv("../../datasets/mobile.csv"))
blocks <- list(expectations = c("EXP1", "EXP2", "EXP3"), quality = c("QUA1", "QUA2", "QUA3"),
               value = c("VAL1", "VAL2"), satisfaction = c("SAT1", "SAT2", "SAT3"),
               loyalty = c("LOY1", "LOY2", "LOY3"))
lines <- "complaints =~ 1*complained\ncomplained ~~ 0*complained\n"
for (name in names(blocks)) {
  its <- blocks[[name]]; k <- seq_along(its)
  labels <- ifelse(k == 1, "1", paste0("l_", name, k))
  loadings <- paste0(labels, "*", its)
  lines <- paste0(lines, name, " =~ ", paste(loadings, collapse = " + "), "\n")
  lines <- paste0(lines, paste0(its, " ~~ t_", name, k, "*", its, "\n", collapse = ""))
  lines <- paste0(lines, "pull_", name, " := ", paste0(labels, "^2/t_", name, k, collapse = " + "), "\n",
                  "range_", name, " := 9*(", paste0(labels, "/t_", name, k, collapse = " + "), ")\n")
}
paths <- "quality ~ qe*expectations
value ~ ve*expectations + vq*quality
satisfaction ~ se*expectations + sq*quality + sv*value
complaints ~ cs*satisfaction
loyalty ~ ls*satisfaction + lc*complaints
"
per <- function(name) if (name == "complaints") "1" else paste0("(pull_", name, "/range_", name, ")")
total <- c(expectations_satisfaction = "se + qe*sq + qe*vq*sv + ve*sv",
           quality_satisfaction = "sq + vq*sv", value_satisfaction = "sv",
           satisfaction_complaints = "cs", satisfaction_loyalty = "ls + cs*lc")
for (name in names(total)) {
  ends <- strsplit(name, "_")[[1]]
  paths <- paste0(paths, "p_", name, " := (", total[[name]], ")*", per(ends[2]), "/", per(ends[1]), "\n")
}
fit <- sem(paste0(lines, paths), d)
e <- parameterEstimates(fit)
points <- e[e$op == ":=" & grepl("^p_", e$lhs), c("lhs", "est", "se")]
lambda <- inspect(fit, "est")$lambda; theta <- diag(inspect(fit, "est")$theta)
sigma <- diag(fitted(fit)$cov)
index <- function(name, over) {
  its <- blocks[[name]]; w <- lambda[its, name] / over[its]
  x <- as.matrix(d[, its]); v <- as.vector(100 * (x %*% w - sum(w)) / (9 * sum(w)))
  groups <- tapply(v, d$company, function(one) c(length(one), mean(one), sd(one) / sqrt(length(one))))
  welch <- t.test(v[d$company == "Alto"], v[d$company == "Delta"])
  list(weights = unname(w / sum(w)), n = length(v), mean = mean(v), se = sd(v) / sqrt(length(v)),
       groups = groups, alto_delta = c(unname(diff(rev(welch$estimate))), welch$conf.int, welch$p.value))
}
out <- list(regression = index("satisfaction", theta), loadings = index("satisfaction", sigma),
            points = points, chi2 = unname(fitMeasures(fit, "chisq")))
its <- blocks$satisfaction; w <- lambda[its, "satisfaction"] / theta[its]
v <- as.vector(100 * (as.matrix(d[, its]) %*% w - sum(w)) / (9 * sum(w)))
pairs <- combn(c("Alto", "Brisk", "Corda", "Delta"), 2)
raw <- apply(pairs, 2, function(two) t.test(v[d$company == two[1]], v[d$company == two[2]])$p.value)
out$holm <- list(pairs = apply(pairs, 2, paste, collapse = " "), p = raw, adjusted = p.adjust(raw, "holm"))
write(toJSON(out, digits = NA, auto_unbox = TRUE, pretty = TRUE), "satisfaction_index.json")
writeLines(c(R.version.string, paste("lavaan", packageVersion("lavaan"))), "satisfaction_index_versions.txt")
