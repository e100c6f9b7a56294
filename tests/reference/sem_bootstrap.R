# Bootstrap of the structural model in lavaan: standard errors of 1,000 resamples, and the
# Bollen-Stine test with 1,000. Writes sem_bootstrap.json beside this file.
# Run in the folder of this file: Rscript sem_bootstrap.R
suppressMessages({library(lavaan); library(jsonlite)})
model <- "
TAN =~ G1 + G2 + G3 + G4
REL =~ G5 + G6 + G7 + G8 + G9
RES =~ G10 + G11 + G12 + G13
ASS =~ G14 + G15 + G16 + G17
EMP =~ G18 + G19 + G20 + G21 + G22
SAT =~ SAT1 + SAT2 + SAT3
LOY =~ LOY1 + LOY2 + LOY3
SAT ~ TAN + a*REL + RES + ASS + EMP
LOY ~ b*SAT + REL + EMP
ind := a*b
"
data <- read.csv("gaps_300.csv")
fit <- sem(model, data)
rows <- parameterEstimates(fit)[, c("lhs", "op", "rhs")]
set.seed(1)
draws <- bootstrapLavaan(fit, R = 1000, FUN = function(x)
  c(parameterEstimates(x, se = FALSE)$est, standardizedSolution(x, se = FALSE)$est.std))
k <- nrow(rows)
spread <- apply(draws, 2, sd)
rows$se <- spread[1:k]
rows$std_all_se <- spread[k + 1:k]
quantiles <- apply(draws[, 1:k], 2, quantile, c(.025, .975))
rows$low <- quantiles[1, ]
rows$high <- quantiles[2, ]
set.seed(1)
one <- "SQ =~ G1 + a*G2 + a*G3 + a*G4 + G14"
poor <- cfa(one, data, test = "bollen.stine", bootstrap = 1000)
test <- lavInspect(poor, "test")$bollen.stine
set.seed(1)
statistics <- bootstrapLavaan(poor, R = 1000, type = "bollen.stine", FUN = fitMeasures,
                              fit.measures = "chisq")
write(toJSON(list(
  versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan"))),
  resamples = nrow(draws), rows = rows,
  bollen_stine = list(model = one, chisq = unname(fitMeasures(poor, "chisq")),
                      df = unname(fitMeasures(poor, "df")),
                      p_ml = unname(fitMeasures(poor, "pvalue")),
                      p = mean(statistics > fitMeasures(poor, "chisq")), p_lavaan = test$pvalue,
                      mean = mean(statistics), sd = sd(statistics), resamples = 1000)),
  digits = NA, auto_unbox = TRUE, pretty = TRUE), "sem_bootstrap.json")
