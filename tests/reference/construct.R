# What semTools and lavaan say of construct validity, at optima polished by Fisher scoring
# (lavaan by itself stops about 5e-6 away from them).
# Run in this folder: Rscript construct.R. Writes construct.json and construct_versions.txt.
suppressMessages({library(lavaan); library(semTools); library(jsonlite)})
d <- read.csv("gaps_300.csv")
cfa_text <- paste("TAN =~ G1+G2+G3+G4", "REL =~ G5+G6+G7+G8+G9", "RES =~ G10+G11+G12+G13",
                  "ASS =~ G14+G15+G16+G17", "EMP =~ G18+G19+G20+G21+G22", sep = "\n")
models <- list(
  plain = cfa_text,
  correlated = paste0(cfa_text, "\nG10 ~~ G11\nG1 ~~ G6\n"),
  crossed = paste0(cfa_text, "\nREL =~ G1\nEMP =~ G14\nG18 ~~ G19\n"))
polished <- function(text) {
  start <- cfa(text, d)
  pt <- parTable(start); free <- which(pt$free > 0); x <- coef(start)
  for (i in 1:100) {
    pt$est[free] <- pt$start[free] <- pt$ustart[free] <- x
    fit <- suppressWarnings(lavaan(pt, d, do.fit = FALSE, start = pt))
    slope <- lavInspect(fit, "gradient")
    if (max(abs(slope)) < 1e-11) break
    x <- x - solve(lavInspect(fit, "information.expected"), slope)
  }
  list(fit = fit, slope = max(abs(slope)))
}
found <- lapply(models, function(text) {
  at <- polished(text)
  list(ave = as.list(suppressWarnings(AVE(at$fit))), cr = as.list(suppressWarnings(compRelSEM(at$fit))),
       cr_implied = as.list(suppressWarnings(compRelSEM(at$fit, obs.var = FALSE))),
       latent = rownames(lavInspect(at$fit, "cor.lv")), cor = unclass(lavInspect(at$fit, "cor.lv")),
       gradient = at$slope)
})
second <- paste0(cfa_text, "\nSAT =~ SAT1+SAT2+SAT3\nSQ =~ TAN+REL+RES+ASS+EMP\nSAT ~ SQ\n")
at <- polished(second)
found$second <- list(latent = rownames(lavInspect(at$fit, "cor.lv")),
                     cor = unclass(lavInspect(at$fit, "cor.lv")), gradient = at$slope)
reversed <- d; reversed$G1 <- -reversed$G1
found$htmt <- list(
  plain = unclass(htmt(cfa_text, data = d, htmt2 = FALSE)),
  reversed = unclass(htmt(cfa_text, data = reversed, htmt2 = FALSE)),
  geometric = unclass(htmt(cfa_text, data = d)))
write(toJSON(found, digits = NA, auto_unbox = TRUE, na = "null", pretty = TRUE), "construct.json")
writeLines(c(R.version.string, paste("lavaan", packageVersion("lavaan")),
             paste("semTools", packageVersion("semTools"))), "construct_versions.txt")
