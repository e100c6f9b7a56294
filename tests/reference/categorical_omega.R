# Categorical omega (Green & Yang, 2009) of each dimension as semTools has it, from lavaan's DWLS
# estimates of one factor. Writes categorical_omega.json and categorical_omega_versions.txt.
# Rscript categorical_omega.R   (in this folder)
suppressMessages({library(lavaan); library(semTools); library(jsonlite)})
survey <- read.csv("servqual_300.csv")
sizes <- list(TAN = 1:4, REL = 5:9, RES = 10:13, ASS = 14:17, EMP = 18:22, SCALE = 1:22)
out <- list()
for (role in c("P", "E")) for (key in names(sizes)) {
  items <- paste0(role, sizes[[key]])
  fit <- cfa(paste("f =~", paste(items, collapse = " + ")), survey, ordered = items,
             std.lv = TRUE, control = list(rel.tol = 1e-12))
  out[[role]][[key]] <- list(
    loadings = lavInspect(fit, "std")$lambda[, 1],
    reliability = suppressWarnings(suppressMessages(reliability(fit)))[c("omega", "omega2", "omega3"), 1],
    observed = as.numeric(compRelSEM(fit, obs.var = TRUE, ord.scale = TRUE)),
    implied = as.numeric(compRelSEM(fit, obs.var = FALSE, ord.scale = TRUE)))
}
write(toJSON(out, digits = NA, auto_unbox = TRUE), "categorical_omega.json")
writeLines(c(R.version.string, paste("lavaan", packageVersion("lavaan")),
             paste("semTools", packageVersion("semTools"))), "categorical_omega_versions.txt")
