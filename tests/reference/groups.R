# What lavaan and semTools say of groups: tables of equalities, levels of invariance, their
# differences, score tests, weights, clusters, missing answers, ordered items.
# Run in this folder: Rscript groups.R. Writes groups.json and groups_versions.txt.
suppressMessages({library(lavaan); library(semTools); library(jsonlite)})
options(warn = -1)
hs <- HolzingerSwineford1939
complete <- read.csv("gaps_300.csv")
holes <- read.csv("gaps_300_miss.csv")
weighing <- function(d) {
  d$w <- 0.4 + (d$id * 7) %% 11 / 5; d$site <- (d$id * 13) %% 37; d$third <- (d$id * 5) %% 3 + 1; d
}
complete <- weighing(complete)
holes$id <- seq_len(nrow(holes)); holes <- weighing(holes); holes$group <- complete$group
complete$site2 <- complete$site + 100 * complete$group
answers <- weighing(read.csv("servqual_300.csv"))
# Two, three and four categories, used in all groups.
cut_at <- list(P1 = 5, P2 = 5, P3 = 5, P4 = c(4, 5), P5 = c(4, 5), P6 = c(4, 5), P7 = c(3, 4, 5),
               P8 = c(3, 4, 5), P9 = c(3, 4, 5))
for (v in names(cut_at)) answers[[v]] <- findInterval(answers[[v]], cut_at[[v]] + 0.5)

# Tables -------------------------------------------------------------------------------------
ordinal <- answers; ordinal$g2 <- answers$group; ordinal$g3 <- answers$third
states <- function(fit) {
  p <- parTable(fit); p <- p[p$op %in% c("=~", "~", "~~", "~1", "|", "~*~"), ]
  shared <- names(which(table(p$label[p$free > 0 & p$label != ""]) > 1))
  p$state <- ifelse(p$free == 0, as.character(p$ustart),
                    ifelse(p$label %in% shared, paste0("=", p$label), "free"))
  p[, c("lhs", "op", "rhs", "group", "state")]
}
cfa_text <- "v =~ x1+x2+x3\nt =~ x4+x5+x6"
path_text <- "v =~ x1+x2+x3\nt =~ x4+x5+x6\nt ~ v + x7\nx8 ~ t + x7\nx1 ~~ x2"
own_text <- "v =~ x1+c(a,b)*x2+k*x3\nt =~ x4+x5+c(.5,.5)*x6\nx1 ~~ x2\nv ~ c(0,0)*1\nx5 ~~ c(2,2)*x5"
mixed_text <- "v =~ P1+P4+P7\nt =~ P2+SAT1+SAT2"
ord <- c("P1", "P2", "P4", "P7")
cases <- list(
  list(m = cfa_text, eq = "intercepts"), list(m = cfa_text, eq = c("loadings", "intercepts")),
  list(m = cfa_text, eq = c("loadings", "intercepts", "means", "residuals", "lv.covariances")),
  list(m = cfa_text, eq = "loadings", std = TRUE),
  list(m = cfa_text, eq = c("loadings", "lv.variances"), std = TRUE),
  list(m = cfa_text, eq = c("loadings", "intercepts"), std = TRUE, part = c("x2~1", "v=~x3")),
  list(m = cfa_text, eq = c("loadings", "intercepts", "residuals"), g = 3),
  list(m = path_text, eq = c("loadings", "intercepts", "regressions", "residuals",
                             "residual.covariances", "lv.variances")),
  list(m = own_text, eq = c("loadings", "intercepts", "residuals", "residual.covariances")),
  list(m = mixed_text, eq = "loadings", o = TRUE), list(m = mixed_text, eq = "thresholds", o = TRUE),
  list(m = mixed_text, eq = "intercepts", o = TRUE),
  list(m = mixed_text, eq = c("loadings", "thresholds"), o = TRUE, std = TRUE),
  list(m = mixed_text, eq = c("loadings", "thresholds", "means"), o = TRUE),
  list(m = mixed_text, eq = c("loadings", "thresholds", "intercepts", "residuals"), o = TRUE, g = 3),
  list(m = mixed_text, eq = c("loadings", "thresholds"), o = TRUE, part = c("P4|t1", "v=~P7")))
tables <- lapply(cases, function(one) {
  if (is.null(one$g)) one$g <- 2
  if (is.null(one$std)) one$std <- FALSE
  if (is.null(one$part)) one$part <- ""
  ordered <- isTRUE(one$o)
  data <- if (ordered) ordinal else transform(hs, g2 = as.integer(factor(school)), g3 = rep(1:3, length.out = 301))
  fit <- sem(one$m, data, group = paste0("g", one$g), group.equal = one$eq, group.partial = one$part,
             std.lv = one$std, fixed.x = FALSE, ordered = if (ordered) ord else NULL, do.fit = FALSE)
  list(model = one$m, equal = I(one$eq), partial = I(setdiff(one$part, "")), groups = one$g,
       std_lv = one$std, ordered = ordered, rows = states(fit))
})
we_text <- "TAN =~ P1+P2+P3+P4\nREL =~ P5+P6+P7+P8+SAT1"
we_ordered <- paste0("P", 1:8)
we_levels <- list(configural = "", thresholds = "thresholds", metric = c("thresholds", "loadings"),
                  scalar = c("thresholds", "loadings", "intercepts"))
# semTools fixes the scales of items with two categories at the metric level, which makes equal
# loadings of them a restriction that depends on it, and the scalar level not nested in it: freed.
we_syntax <- function(level, group) {
  text <- as.character(measEq.syntax(
    configural.model = we_text, data = ordinal, ordered = we_ordered, parameterization = "delta",
    ID.fac = "std.lv", ID.cat = "Wu.Estabrook.2016", group = group, group.equal = we_levels[[level]]))
  if (level == "metric") for (item in c("P1", "P2", "P3"))
    text <- sub(paste0(item, " ~\\*~ c\\(1, 1(, 1)?\\)"),
                paste0(item, if (group == "g2") " ~*~ c(1, NA)" else " ~*~ c(1, NA, NA)"), text)
  text
}
we_fit <- function(level, group, ...) cfa(we_syntax(level, group), ordinal, group = group,
  ordered = we_ordered, parameterization = "delta", estimator = "WLSMV", ...)
we_tables <- list()
for (group in c("g2", "g3")) for (level in names(we_levels))
  we_tables[[paste(level, group)]] <- states(we_fit(level, group, do.fit = FALSE))

# Fits ---------------------------------------------------------------------------------------
said <- function(f, params = TRUE) {
  e <- parameterEstimates(f); e <- e[e$op != "==" & e$se > 0, ]
  m <- fitMeasures(f)
  m <- m[grepl("chisq|scal|robust|pvalue|^cfi|^tli|^rmsea|^srmr$|^aic|^bic$|^df", names(m))]
  fit <- list(fit = as.list(m[!is.na(m)]))
  if (params) fit$params <- e[, c("lhs", "op", "rhs", "group", "est", "se")]
  fit
}
said_of <- function(fits) mapply(function(f, level) said(f, level == "scalar"), fits, names(fits), SIMPLIFY = FALSE)
equal <- list(configural = "", metric = "loadings", scalar = c("loadings", "intercepts"),
              strict = c("loadings", "intercepts", "residuals"))
ladder <- function(text, data, group, ...) {
  fits <- lapply(equal, function(e) cfa(text, data, group = group, group.equal = e, ...))
  lrt <- as.data.frame(do.call(lavTestLRT, unname(fits)))
  list(levels = said_of(fits),
       lrt = list(d_df = lrt[["Df diff"]][-1], d_chi2 = lrt[["Chisq diff"]][-1],
                  d_p_value = lrt[["Pr(>Chisq)"]][-1]), fits = fits)
}
two <- "TAN =~ G1+G2+G3+G4\nREL =~ G5+G6+G7+G8+G9\n"
hs_text <- "visual =~ x1+x2+x3\ntextual =~ x4+x5+x6\nspeed =~ x7+x8+x9"
runs <- list(hs = ladder(hs_text, hs, "school"), mlr = ladder(two, complete, "group", estimator = "MLR"),
             fiml = ladder(two, holes, "group", missing = "fiml"),
             fiml_mlr = ladder(two, holes, "group", missing = "fiml", estimator = "MLR"),
             weights = ladder(two, complete, "group", estimator = "MLR", sampling.weights = "w"),
             cluster = ladder(two, complete, "group", estimator = "MLR", cluster = "site2"),
             three = ladder(two, complete, "third"))
score <- lavTestScore(runs$hs$fits$scalar, standardized = FALSE)$uni
pt <- parTable(runs$hs$fits$scalar)
score$name <- sapply(score$lhs, function(p) { r <- pt[pt$plabel == p, ]; paste0(r$lhs, r$op, r$rhs) })
moments <- lapply(lavInspect(runs$hs$fits$configural, "sampstat"), function(s) list(cov = unclass(s$cov), mean = unclass(s$mean)))
names(moments) <- lavInspect(runs$hs$fits$configural, "group.label")
sizes <- lavInspect(runs$hs$fits$configural, "nobs")
for (n in names(runs)) runs[[n]]$fits <- NULL

# Paths of groups ------------------------------------------------------------------------------
paths <- paste0(two, "SAT =~ SAT1+SAT2+SAT3\nLOY =~ LOY1+LOY2+LOY3\nSAT ~ c(a1,a2)*TAN+c(b1,b2)*REL\nLOY ~ c(c1,c2)*SAT\n",
                "d_a := a2-a1\nd_b := b2-b1\nd_c := c2-c1\nd_ind := a2*c2-a1*c1\n")
path_fit <- sem(paths, complete, group = "group", group.equal = c("loadings", "intercepts"))
runs$paths <- said(path_fit)

# Ordered items --------------------------------------------------------------------------------
for (group in c("g2", "g3")) {
  fits <- sapply(names(we_levels), function(level) we_fit(level, group))
  lrt <- as.data.frame(do.call(lavTestLRT, unname(fits)))
  runs[[paste0("ordinal_", group)]] <- list(levels = said_of(fits),
    lrt = list(d_df = lrt[["Df diff"]][-1], d_chi2 = lrt[["Chisq diff"]][-1], d_p_value = lrt[["Pr(>Chisq)"]][-1]))
}
write(toJSON(list(tables = tables, wu_estabrook = we_tables, moments = moments, sizes = sizes,
                  score = score[, c("name", "X2", "df", "p.value")], runs = runs),
             digits = I(9), dataframe = "rows", auto_unbox = TRUE, na = "null"), "groups.json")
writeLines(c(R.version.string, paste("lavaan", packageVersion("lavaan")),
             paste("semTools", packageVersion("semTools"))), "groups_versions.txt")
