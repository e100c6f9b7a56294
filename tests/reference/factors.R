# Factor analyses of gaps_300.csv and of Holzinger and Swineford's data by R, to factors.json.
suppressMessages({library(psych); library(lavaan); library(GPArotation); library(jsonlite)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
setwd(here)
quiet <- function(x) suppressWarnings(suppressMessages(x))
gaps <- read.csv("gaps_300.csv")[, paste0("G", 1:22)]
out <- list(versions = list(
  R = R.version.string, psych = as.character(packageVersion("psych")),
  lavaan = as.character(packageVersion("lavaan")),
  GPArotation = as.character(packageVersion("GPArotation"))))

# One factor per dimension, raw metric, by lavaan with tight tolerances.
blocks <- list(TAN = 1:4, REL = 5:9, RES = 10:13, ASS = 14:17, EMP = 18:22, ALL = 1:22)
out$one_factor <- lapply(blocks, function(at) {
  model <- paste("F =~", paste0("G", at, collapse = " + "))
  fit <- quiet(cfa(model, gaps, std.lv = TRUE, check.gradient = FALSE, baseline = FALSE,
                   control = list(rel.tol = 1e-15, x.tol = 1e-12, iter.max = 10000)))
  list(loadings = inspect(fit, "est")$lambda[, 1], uniquenesses = diag(inspect(fit, "est")$theta),
       objective = 2 * fit@optim$fx,
       factanal = unname(factanal(gaps[, at], 1, control = list(
         opt = list(factr = 10, maxit = 1000)))$uniquenesses))
})

# Base R's maximum likelihood, five factors.
ml <- factanal(gaps, 5, rotation = "none", control = list(opt = list(factr = 10, maxit = 1000)))
out$factanal <- list(uniquenesses = unname(ml$uniquenesses),
                     common = unclass(tcrossprod(ml$loadings)), objective = ml$criteria[["objective"]])

# A Heywood case: few respondents, base R holds a uniqueness at .005.
few <- gaps[1:20, c(1:3, 10:12)]
hw <- factanal(few, 2, rotation = "none", lower = 0.005, nstart = 20,
               control = list(opt = list(factr = 10, maxit = 1000)))
out$heywood <- list(uniquenesses = unname(hw$uniquenesses), objective = hw$criteria[["objective"]])

# Rotations of given loadings, iterated further than the defaults do.
loose <- unclass(quiet(fa(gaps, 5, fm = "minres", rotate = "none"))$loadings)[, ]
out$unrotated <- loose
out$varimax <- unclass(varimax(loose, eps = 1e-15)$loadings)[, ]
kaiser <- function(x) x / sqrt(rowSums(x^2))
h <- sqrt(rowSums(loose^2))
quartimin <- oblimin(loose, eps = 1e-7, maxit = 10000)
normalised <- oblimin(kaiser(loose), eps = 1e-7, maxit = 10000)
geomin <- geominQ(loose, delta = 0.01, eps = 1e-7, maxit = 10000)
out$oblimin <- list(loadings = unclass(quartimin$loadings)[, ], Phi = quartimin$Phi)
out$oblimin_kaiser <- list(loadings = unclass(normalised$loadings)[, ] * h, Phi = normalised$Phi)
out$geomin <- list(loadings = unclass(geomin$loadings)[, ], Phi = geomin$Phi)

# Principal axis until nothing changes, components, and the fit of too few factors.
pa <- quiet(fa(gaps, 3, fm = "pa", rotate = "none", max.iter = 10000, min.err = 1e-12))
out$principal_axis <- list(communality = unname(pa$communality))
pc <- quiet(principal(gaps, 5, rotate = "none"))
out$components <- list(values = pc$values, communality = unname(pc$communality))
few_factors <- quiet(fa(gaps, 3, fm = "ml", rotate = "none"))
out$fit3 <- list(chi2 = few_factors$STATISTIC, df = few_factors$dof, p = few_factors$PVAL,
                 rmsea = unname(few_factors$RMSEA[1:3]), tli = few_factors$TLI,
                 rmsr = few_factors$rms)
smc <- smc(cor(gaps))
out$smc_values <- eigen(cor(gaps) - diag(1 - smc))$values

# Holzinger and Swineford (1939), shipped with lavaan: three factors.
hs <- HolzingerSwineford1939[, paste0("x", 1:9)]
hs_fit <- factanal(hs, 3, rotation = "none", control = list(opt = list(factr = 10, maxit = 1000)))
out$holzinger <- list(n = nrow(hs), correlation = unname(cor(hs)), objective = hs_fit$criteria[["objective"]], chi2 = unname(hs_fit$STATISTIC),
                      df = hs_fit$dof, p = unname(hs_fit$PVAL),
                      uniquenesses = unname(hs_fit$uniquenesses), KMO = KMO(hs)$MSA)
write(toJSON(out, digits = NA, auto_unbox = TRUE, pretty = TRUE), "factors.json")
