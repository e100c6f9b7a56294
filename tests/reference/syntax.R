# Parameter tables of small models as lavaan's sem() completes them, to syntax.csv.
suppressMessages(library(lavaan))
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
setwd(here)
f3 <- "f =~ x1 + x2 + x3\n"
g3 <- "g =~ x4 + x5 + x6\n"
models <- list(
  cfa = paste0(f3, g3),
  second_order = paste0(f3, g3, "h =~ f + g\ny ~ h"),
  second_order_mixed = paste0(f3, "g =~ x4\nh =~ f + g + x9"),
  second_order_outcomes = paste0(f3, g3, "h =~ f + g\nf ~ z\ng ~ z\ny ~ h\nq ~ g"),
  one_second_order = paste0(f3, "g =~ f\ng ~ z"),
  mediation = "m ~ a*x\ny ~ b*m + c*x",
  outcomes = "y1 ~ x\ny2 ~ x + w\ny3 ~ y1",
  latent_outcomes = paste0(f3, g3, "k =~ x7 + x8\ng ~ f\nk ~ f\ny ~ f"),
  correlated_residuals = paste0(f3, g3, "x1 + x2 ~~ x4 + x5\nf ~~ 0*g"),
  na_marker = "f =~ NA*x1 + x2 + x3\nf ~~ 1*f",
  fixed_loadings = "f =~ x1 + 1*x2 + x3\ng =~ 0.5*x4 + a*x5 + start(0.8)*x6",
  fixed_with_label = "f =~ x1 + c*x2 + x3 + 0.4*x2",
  std_lv = paste0(f3, g3, "g ~ f"),
  std_lv_second_order = paste0(f3, g3, "h =~ NA*f + g"),
  std_lv_one_second_order = paste0(f3, "g =~ f\ng ~ z"),
  std_lv_single_indicator = paste0("f =~ x1\n", g3, "g ~ f"),
  single_indicator = paste0("f =~ x1\n", g3, "g ~ f"),
  single_indicator_said = paste0("f =~ x1\nx1 ~~ 0.2*x1\n", g3, "y ~ g"),
  single_indicator_shared = "f =~ x1\ng =~ x1 + x2 + x3",
  cross_loading = "f =~ x1 + x2 + x3\ng =~ x1 + x4 + x5",
  mimic = paste0(f3, "f ~ z1 + z2\ny ~ f\nq ~ z1"),
  mimic_direct = paste0(f3, "f ~ z\nx1 ~ z\nx1 ~~ x2"),
  latent_and_observed = paste0(f3, "y ~ f + z"),
  only_covaries = paste0(f3, "y ~ x\nf ~~ y\nz ~~ w"),
  indicator_path = paste0(f3, g3, "x3 ~ x4"),
  non_recursive = "y1 ~ y2\ny2 ~ y1\ny1 ~ x\ny2 ~ z",
  intercepts = paste0(f3, "x1 ~ 1\nf ~ m*1\ny ~ 0*1 + f"),
  orthogonal = paste0(f3, g3, "k =~ x7 + x8\n"),
  orthogonal_outcomes = paste0(f3, g3, "f ~ z\ny ~ z\nq ~ z\ng ~ z")
)
table_of <- function(name, means) {
  text <- models[[name]]
  p <- lavaanify(text, auto = TRUE, model.type = "sem", meanstructure = means,
                 int.ov.free = TRUE, int.lv.free = FALSE,
                 auto.fix.first = !startsWith(name, "std_lv"), std.lv = startsWith(name, "std_lv"),
                 auto.fix.single = TRUE, auto.var = TRUE, auto.cov.lv.x = TRUE, auto.cov.y = TRUE,
                 orthogonal = startsWith(name, "orthogonal"), fixed.x = FALSE)
  first <- function(x) c(x, rep("", nrow(p) - 1))
  data.frame(model = name, means = means, lhs = p$lhs, op = trimws(p$op), rhs = p$rhs,
             free = p$free > 0, value = p$ustart, label = p$label, user = p$user == 1,
             text = first(gsub("\n", "; ", text)),
             observed = first(paste(lavNames(p, "ov"), collapse = " ")),
             latent = first(paste(lavNames(p, "lv"), collapse = " ")))
}
rows <- do.call(rbind, lapply(names(models), function(name)
  rbind(table_of(name, FALSE), table_of(name, TRUE))))
write.csv(rows, "syntax.csv", row.names = FALSE, na = "")
writeLines(c(R.version.string, paste("lavaan", packageVersion("lavaan"))), "syntax_versions.txt")
