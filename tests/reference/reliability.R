# Figures of lavaan, psych, stats and survey for servqual_300.csv (gaps P - E) and attitude.csv
# (datasets::attitude of R).
# Run in this folder: Rscript reliability.R
suppressMessages({library(lavaan); library(psych); library(survey); library(jsonlite)})
raw <- read.csv("servqual_300.csv")
attitude <- read.csv("attitude.csv")
gap <- function(i) { g <- raw[paste0("P", i)] - raw[paste0("E", i)]; names(g) <- paste0("G", i); g }
dims <- list(tangibles = 1:4, reliability = 5:9, responsiveness = 10:13, assurance = 14:17,
             empathy = 18:22)

# Omega total of one factor and its standard error by lavaan's delta method.
omega_of <- function(data) {
  items <- names(data); p <- length(items)
  model <- paste0(
    "F =~ ", paste0("l", 1:p, "*", items, collapse = " + "), "\n",
    paste0(items, " ~~ t", 1:p, "*", items, collapse = "\n"), "\n",
    "omega := (", paste0("l", 1:p, collapse = " + "), ")^2 / ((",
    paste0("l", 1:p, collapse = " + "), ")^2 + ", paste0("t", 1:p, collapse = " + "), ")")
  row <- subset(parameterEstimates(cfa(model, data, std.lv = TRUE)), label == "omega")
  list(omega = row$est, se = row$se)
}
omega <- lapply(dims, function(i) omega_of(gap(i)))
omega$scale <- omega_of(gap(1:22))
omega$attitude <- omega_of(attitude)

# Holzinger and Swineford (1939), as shipped with lavaan: covariances, and omega of each factor.
hs <- HolzingerSwineford1939[paste0("x", 1:9)]
holzinger <- list(n = nrow(hs), covariance = unname(cov(hs)),
                  omega = sapply(list(1:3, 4:6, 7:9), function(i) omega_of(hs[i])$omega))

# Item statistics by psych: skewness of type 2 (G1), squared multiple correlations, Guttman's
# second bound of the correlations.
items <- list(
  skew = apply(gap(1:22), 2, psych::skew, type = 2),
  smc = psych::smc(cor(gap(5:9))),
  lambda2 = psych::guttman(cor(gap(5:9)))$lambda.2)

# Equal and opposite effects of E and P on satisfaction: F by the comparison of nested models.
mean_of <- function(role) sapply(dims, function(i) rowMeans(raw[paste0(role, i)]))
E <- mean_of("E"); P <- mean_of("P"); G <- P - E
y <- rowMeans(raw[c("SAT1", "SAT2", "SAT3")])
full <- lm(y ~ E + P); restricted <- lm(y ~ G)
f <- anova(restricted, full)
opposite <- list(
  F = f$F[2], p = f$`Pr(>F)`[2], df2 = f$Res.Df[2], coefficients = unname(coef(full)),
  se = unname(sqrt(diag(vcov(full)))), r2 = summary(full)$r.squared,
  adjusted = summary(full)$adj.r.squared, r2_gap = summary(restricted)$r.squared)

# The same with sampling weights: linearised errors (with the factor n / (n - 1)).
w <- c(0.5, 1, 1, 2, 3.5)[(raw$id %% 5) + 1]
d <- data.frame(y = y, E = I(E), P = I(P), w = w)
s <- svyglm(y ~ E + P, svydesign(ids = ~1, weights = ~w, data = d))
weighted <- list(coefficients = unname(coef(s)), se = unname(sqrt(diag(vcov(s)))))

write(toJSON(list(omega = omega, holzinger = holzinger, items = items, opposite = opposite, weighted = weighted),
             digits = NA, auto_unbox = TRUE, pretty = TRUE), "reliability.json")
writeLines(c(R.version.string,
             paste(c("lavaan", "psych", "survey"),
                   sapply(c("lavaan", "psych", "survey"), function(p) as.character(packageVersion(p))))),
           "reliability_versions.txt")
