# What lavaan says of models with common method variance, and R of partialled correlations.
# Run in this folder: Rscript method_variance.R. Writes method_variance.json and
# method_variance_versions.txt.
suppressMessages({library(lavaan); library(jsonlite)})
d <- read.csv("gaps_300.csv")
traits <- list(A = 1:4, B = 5:9, C = 10:13)
items <- lapply(traits, function(i) paste0("G", i)); every <- unlist(items, use.names = FALSE)
intended <- paste(sapply(names(items), function(k) paste(k, "=~", paste(items[[k]], collapse = "+"))), collapse = "\n")
apart <- function(f) paste0(f, " ~~ 0*A + 0*B + 0*C")
told <- function(fit) {
  s <- standardizedSolution(fit)
  latent <- s[s$op == "~~" & s$lhs %in% names(items) & s$rhs %in% names(items) & s$lhs != s$rhs, ]
  list(fit = as.list(fitMeasures(fit, c("chisq", "df", "cfi", "tli", "rmsea", "srmr", "aic", "bic"))),
       lhs = latent$lhs, rhs = latent$rhs, correlation = latent$est.std)
}
share <- function(fit, factor) {
  s <- standardizedSolution(fit)
  mean(s[s$op == "=~" & s$lhs == factor & s$rhs %in% every, "est.std"]^2)
}
fitted <- function(text, data = d) cfa(text, data, std.lv = TRUE)
out <- list()
out$intended <- told(fitted(intended))
one <- fitted(paste("one =~", paste(every, collapse = "+")))
out$one <- told(one); out$one_share <- share(one, "one")
with_method <- paste0(intended, "\nmethod =~ ", paste0("1*", every, collapse = "+"),
                      "\nmethod ~~ NA*method\n", apart("method"))
out$equal <- told(fitted(with_method))
# A method that adds to every item: its variance is to be found again.
set.seed(1)
write.csv(round(data.frame(halo = rnorm(nrow(d))), 12), "method_variance_halo.csv", row.names = FALSE)
loud <- d; loud[every] <- loud[every] + 0.8 * read.csv("method_variance_halo.csv")$halo
out$loud_intended <- told(fitted(intended, loud))
equal <- fitted(with_method, loud)
out$loud_equal <- told(equal); out$loud_equal_share <- share(equal, "method")
for (marker in list(c("LOY1", "LOY2", "LOY3"), "LOY1")) {
  name <- if (length(marker) > 1) "marker" else "single"
  first <- fitted(paste0(intended, "\nM =~ ", paste(marker, collapse = "+")))
  e <- parameterEstimates(first)
  loading <- e[e$lhs == "M" & e$op == "=~", "est"]
  error <- sapply(marker, function(m) e[e$lhs == m & e$op == "~~" & e$rhs == m, "est"])
  base <- paste0(intended, "\nM =~ ", paste0(format(loading, digits = 17), "*", marker, collapse = "+"), "\n",
                 paste0(marker, " ~~ ", format(error, digits = 17), "*", marker, collapse = "\n"), "\n", apart("M"))
  baseline <- fitted(base)
  texts <- list(equal = paste0(base, "\nM =~ ", paste0("m*", every, collapse = "+")),
                free = paste0(base, "\nM =~ ", paste0(every, collapse = "+")))
  s <- told(baseline)
  texts$restricted <- paste0(texts$free, "\n", paste0(s$lhs, " ~~ ", format(s$correlation, digits = 17), "*", s$rhs, collapse = "\n"))
  out[[name]] <- list(correlated = told(first), baseline = s)
  for (k in names(texts)) { f <- fitted(texts[[k]]); out[[name]][[k]] <- told(f); out[[name]][[paste0(k, "_share")]] <- share(f, "M") }
  scores <- as.data.frame(lapply(items, function(i) rowMeans(d[i]))); scores$M <- rowMeans(d[marker])
  r <- cor(scores); rm <- min(r["M", names(items)])
  inverse <- function(a, b) { p <- -cov2cor(solve(r[c(a, b, "M"), c(a, b, "M")])); p[1, 2] }
  pairs <- list(c("A", "B"), c("A", "C"), c("B", "C"))
  out[[name]]$scores <- list(r_marker = rm, r = sapply(pairs, function(p) r[p[1], p[2]]),
    adjusted = sapply(pairs, function(p) (r[p[1], p[2]] - rm) / (1 - rm)), partial = sapply(pairs, function(p) inverse(p[1], p[2])))
  n <- nrow(d); a <- out[[name]]$scores$adjusted
  out[[name]]$scores$p <- 2 * pt(-abs(a * sqrt(n - 3) / sqrt(1 - a^2)), n - 3)
}
roots <- eigen(cor(d[every]))$values
out$harman <- list(first_component = roots[1] / sum(roots), above = sum(roots > 1))
write(toJSON(out, digits = NA, auto_unbox = TRUE, na = "null", pretty = TRUE), "method_variance.json")
writeLines(c(R.version.string, paste("lavaan", packageVersion("lavaan"))), "method_variance_versions.txt")
