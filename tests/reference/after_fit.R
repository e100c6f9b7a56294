# What lavaan says of fitted models: modification indices, factor scores, standardised residuals and
# likelihood-ratio tests. Run in this directory.
# lavaan's optimiser stops some 5e-6 away from the optimum; `polished` goes the rest of the way by
# Newton steps with lavaan's own derivatives.
suppressMessages({library(lavaan); library(jsonlite)})
gaps <- read.csv("gaps_300.csv")
miss <- read.csv("gaps_300_miss.csv")

CFA <- "TAN =~ G1+G2+G3+G4\nREL =~ G5+G6+G7+G8+G9\nRES =~ G10+G11+G12+G13
ASS =~ G14+G15+G16+G17\nEMP =~ G18+G19+G20+G21+G22"
OUTCOMES <- "\nSAT =~ SAT1+SAT2+SAT3\nLOY =~ LOY1+LOY2+LOY3\n"
SEM <- paste0(CFA, OUTCOMES, "SAT ~ TAN+REL+RES+ASS+EMP\nLOY ~ SAT+REL+EMP")
SECOND <- paste0(CFA, OUTCOMES, "SQ =~ TAN+REL+RES+ASS+EMP\nSAT ~ SQ\nLOY ~ SAT+SQ")
ONE <- "Q =~ G1+G2+G3+G4+G5+G6+G7+G8+G9+G10+G11+G12+G13+G14+G15+G16+G17+G18+G19+G20+G21+G22"
MIMIC <- "TAN =~ G1+G2+G3+G4\nSAT =~ SAT1+SAT2+SAT3\nSAT ~ TAN + G10\nTAN ~ G14"
OBSERVED <- "TAN =~ G1+G2+G3+G4\nREL =~ G5+G6+G7\nSAT1 ~ TAN+REL\nLOY1 ~ SAT1"
FIXED <- "TAN =~ G1+0.8*G2+G3+G4\nREL =~ G5+G6+a*G7+a*G8\nTAN ~~ 0*REL"
LINEAR <- "TAN =~ G1+a*G2+a*G3+a*G4\nREL =~ b1*G5+b2*G6+b3*G7+b4*G8\nb2+b3==2*b4"
TWO <- "TAN =~ G1+G2+G3+G4\nREL =~ G5+G6+G7+G8"

polished <- function(f, data, ...) {
  for (k in 1:30) {
    slope <- lavTech(f, "gradient")
    if (max(abs(slope)) < 1e-11) break
    table <- parTable(f)
    free <- which(table$free > 0)
    table$ustart[free] <- coef(f) - solve(lavTech(f, "hessian"), slope)
    table$est <- table$se <- table$start <- NULL
    f <- lavaan(table, data, optim.method = "none", optim.force.converged = TRUE, ...)
  }
  cat("gradient", max(abs(lavTech(f, "gradient"))), "\n")
  f
}
cfa_fit <- polished(cfa(CFA, gaps), gaps)
sem_fit <- polished(sem(SEM, gaps), gaps)
second_fit <- polished(sem(SECOND, gaps), gaps)
fiml_fit <- polished(cfa(CFA, miss, missing = "fiml"), miss, missing = "fiml", meanstructure = TRUE)
mimic_fit <- polished(sem(MIMIC, gaps, fixed.x = FALSE), gaps, fixed.x = FALSE)
observed_fit <- polished(sem(OBSERVED, gaps, meanstructure = TRUE), gaps, meanstructure = TRUE)
linear_fit <- cfa(LINEAR, gaps)
fixed_fit <- cfa(FIXED, gaps)
groups_fit <- cfa(TWO, gaps, group = "group", group.equal = c("loadings", "intercepts"))

# Modification indices (lavaan takes the expected information, also for incomplete rows).
fits <- list(cfa = cfa_fit, sem = sem_fit, fiml = fiml_fit, mimic = mimic_fit,
             observed = observed_fit, fixed = fixed_fit, linear = linear_fit, groups = groups_fit)
rows <- lapply(names(fits), function(name) {
  m <- as.data.frame(modindices(fits[[name]]))
  if (is.null(m$group)) m$group <- 1
  m$rhs <- as.character(m$rhs)
  numbers <- signif(m[c("mi", "epc", "sepc.lv", "sepc.all")], 7)
  data.frame(model = name, m[c("lhs", "op", "rhs", "group")], numbers)
})
write.csv(do.call(rbind, rows), "after_fit_modification.csv", row.names = FALSE, quote = FALSE)

# Score tests of released equalities.
releases <- lapply(list(fixed = fixed_fit, linear = linear_fit, groups = groups_fit), function(f)
  setNames(lavTestScore(f)$uni$X2, paste(lavTestScore(f)$uni$lhs, lavTestScore(f)$uni$rhs)))

# Factor scores of the first 30. Without a mean structure lavaan moves those of the model with
# observed outcomes by a constant, so it has one.
fits <- list(cfa = cfa_fit, sem = sem_fit, fiml = fiml_fit, mimic = mimic_fit,
             observed = observed_fit, second = second_fit)
scores <- list()
for (name in names(fits)) for (method in c("regression", "Bartlett")) {
  if (name == "second" && method == "Bartlett") next
  s <- unclass(lavPredict(fits[[name]], method = method))[1:30, ]
  scores[[paste(name, tolower(method))]] <- as.data.frame(s)
}
grouped <- lapply(lavPredict(groups_fit), function(s) as.data.frame(unclass(s))[1:5, ])

# Residuals divided by their standard errors.
mlm_fit <- cfa(CFA, gaps, estimator = "MLM")
mlr_fit <- cfa(CFA, gaps, estimator = "MLR")
residuals <- lapply(list(cfa = cfa_fit, sem = sem_fit, fiml = fiml_fit, mlm = mlm_fit, mlr = mlr_fit),
  function(f) {
    r <- resid(f, type = "standardized")
    c <- unclass(r$cov)
    list(names = rownames(c), cov = c[lower.tri(c, diag = TRUE)], mean = as.numeric(r$mean))
  })

# Likelihood-ratio tests. The models of "rows" have the same rows, some of them fixed: lavaan's
# test of 2010 takes parameters by their rows.
free <- paste0(CFA, "\nG10 ~~ G21\nG1 ~~ G2\nG5 ~~ G6")
none <- paste0(CFA, "\nG10 ~~ 0*G21\nG1 ~~ 0*G2\nG5 ~~ 0*G6")
test <- function(a, b, ...) {
  t <- as.data.frame(lavTestLRT(a, b, ...))
  c(chisq = t[2, "Chisq diff"], df = t[2, "Df diff"], p = t[2, "Pr(>Chisq)"])
}
tests <- list(
  ML = test(sem(paste0(CFA, OUTCOMES), gaps), sem(SEM, gaps)),
  MLR = test(sem(paste0(CFA, OUTCOMES), gaps, estimator = "MLR"), sem(SEM, gaps, estimator = "MLR")),
  MLM = test(sem(paste0(CFA, OUTCOMES), gaps, estimator = "MLM"), sem(SEM, gaps, estimator = "MLM")),
  fiml = test(cfa(CFA, miss, estimator = "MLR", missing = "fiml"),
              cfa(ONE, miss, estimator = "MLR", missing = "fiml")),
  rows_MLM = test(cfa(free, gaps, estimator = "MLM"), cfa(none, gaps, estimator = "MLM")),
  rows_MLM_2010 = test(cfa(free, gaps, estimator = "MLM"), cfa(none, gaps, estimator = "MLM"),
                       method = "satorra.bentler.2010"),
  rows_MLR_2010 = test(cfa(free, gaps, estimator = "MLR"), cfa(none, gaps, estimator = "MLR"),
                       method = "satorra.bentler.2010"))
out <- list(versions = list(R = R.version.string, lavaan = as.character(packageVersion("lavaan"))),
            releases = lapply(releases, as.list), scores = scores, grouped = grouped, residuals = residuals,
            tests = lapply(tests, as.list))
write_json(out, "after_fit.json", digits = 10, auto_unbox = TRUE, dataframe = "columns", na = "null")
