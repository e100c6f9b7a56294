# What lavaan says of robust estimation, two-stage estimation, sampling weights and clusters.
# Run in this folder: Rscript robust.R. Writes robust.json and robust_versions.txt.
suppressMessages({library(lavaan); library(jsonlite)})
complete <- read.csv("gaps_300.csv")
holes <- read.csv("gaps_300_miss.csv")
# Skewed, reproducible weights and clusters that go with the answers.
weighing <- function(d) { d$w <- 0.4 + (d$id * 7) %% 11 / 5; d$site <- (d$id * 13) %% 37; d }
complete <- weighing(complete)
holes$id <- seq_len(nrow(holes)); holes <- weighing(holes); holes$group <- complete$group
two <- "TAN =~ G1+G2+G3+G4\nREL =~ G5+G6+G7+G8+G9\n"
path <- paste0(two, "EMP =~ G18+G19+G20+G21+G22\nSAT =~ SAT1+SAT2+SAT3\nSAT ~ a*TAN+b*REL\nEMP ~ c*SAT+REL\nind := a*c\n")
equal <- "TAN =~ G1+x*G2+x*G3+G4\nREL =~ G5+G6+y*G7+G8+G9\ny == 1.1*x\nG1 ~~ G5\n"
runs <- list()
run <- function(name, ...) {
  f <- sem(...)
  e <- parameterEstimates(f)
  m <- fitMeasures(f)
  m <- m[grepl("chisq|scal|robust|pvalue|^cfi|^tli|^rni|^rmsea", names(m))]
  if (is.null(e$group)) e$group <- 1
  e <- e[e$op != "==" & e$se > 0, ]
  runs[[name]] <<- list(params = e[, c("lhs", "op", "rhs", "group", "est", "se")],
                        fit = as.list(m[!is.na(m)]))
}
skewed <- complete
items <- paste0("G", 1:22)
skewed[items] <- exp(complete[items] / 2)
for (estimator in c("MLR", "MLM", "MLMV")) {
  run(paste0("skewed_", estimator), two, skewed, estimator = estimator)
  run(paste0("path_", estimator), path, complete, estimator = estimator)
  run(paste0("equal_", estimator), equal, complete, estimator = estimator, std.lv = FALSE)
  run(paste0("means_", estimator), two, complete, estimator = estimator, meanstructure = TRUE)
  run(paste0("groups_", estimator), two, complete, estimator = estimator, group = "group",
      group.equal = c("loadings", "intercepts"))
}
run("holes_MLR", two, holes, estimator = "MLR", missing = "fiml")
run("holes_ML", two, holes, estimator = "ML", missing = "fiml")
run("holes_path_MLR", path, holes, estimator = "MLR", missing = "fiml")
run("holes_groups_MLR", two, holes, estimator = "MLR", missing = "fiml", group = "group",
    group.equal = c("loadings", "intercepts"))
run("two_stage_ML", two, holes, estimator = "ML", missing = "two.stage")
# lavaan's test without normality is Satorra and Bentler's under estimator = "ML" only; its baseline
# chi-square is scaled by another factor, so the baseline model is fitted as a model, too.
alone <- paste(sprintf("G%d ~~ G%d", 1:9, 1:9), collapse = "\n")
run("two_stage_alone_ML", alone, holes, estimator = "ML", missing = "two.stage")
run("two_stage_alone_MLR", alone, holes, estimator = "ML", missing = "robust.two.stage")
run("two_stage_MLR", two, holes, missing = "robust.two.stage", estimator = "ML")
run("two_stage_path_ML", path, holes, estimator = "ML", missing = "two.stage")
run("two_stage_path_MLR", path, holes, missing = "robust.two.stage", estimator = "ML")
run("two_stage_groups_ML", two, holes, estimator = "ML", missing = "two.stage", group = "group",
    group.equal = c("loadings", "intercepts"))
run("weights", two, complete, estimator = "MLR", sampling.weights = "w")
run("weights_path", path, complete, estimator = "MLR", sampling.weights = "w")
run("weights_groups", two, complete, estimator = "MLR", sampling.weights = "w", group = "group")
run("weights_holes", two, holes, estimator = "MLR", sampling.weights = "w", missing = "fiml")
run("cluster", two, complete, estimator = "MLR", cluster = "site")
run("cluster_weights", two, complete, estimator = "MLR", cluster = "site", sampling.weights = "w")
run("cluster_holes", two, holes, estimator = "MLR", cluster = "site", missing = "fiml")
run("cluster_groups", two, complete, estimator = "MLR", cluster = "site", group = "group")
# lavaan takes parts of one cluster in two groups as two clusters.
run("cluster_crossing", two, complete, estimator = "MLR", cluster = "site", group = "group",
    group.equal = "loadings")
complete$nested <- ifelse(complete$group == 1, complete$site %% 7, 100 + complete$site)
run("cluster_nested", two, complete, estimator = "MLR", cluster = "nested", group = "group",
    group.equal = "loadings")
write(toJSON(runs, digits = I(11), dataframe = "rows", auto_unbox = TRUE, na = "null"), "robust.json")
writeLines(c(R.version.string, paste("lavaan", packageVersion("lavaan"))), "robust_versions.txt")
