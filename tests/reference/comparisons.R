# Tests of gaps, groups, waves, cross-tables and zones, by R's own functions, on servqual_300.csv
# and datasets/library.csv. Noncentral intervals invert pt, pf and pchisq.
# Writes comparisons_*.csv and comparisons_versions.txt beside itself.
library(survey)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
full <- function(x) if (is.numeric(x)) sprintf("%.17g", x) else x
save <- function(frame, name) {
  write.csv(as.data.frame(lapply(frame, full)), file.path(here, paste0("comparisons_", name, ".csv")),
            row.names = FALSE, quote = FALSE)
}
root <- function(f, low, high) uniroot(f, c(low, high), tol = 1e-13, maxiter = 2000)$root
ncp_t <- function(t, df, p) root(function(x) pt(t, df, x) - p, t - 15, t + 15)
ncp_f <- function(f, a, b, p) if (pf(f, a, b) < p) 0 else
  root(function(x) pf(f, a, b, x) - p, 0, 10 * f * a + 100)
ncp_chi <- function(x, df, p) if (pchisq(x, df) < p) 0 else
  root(function(at) pchisq(x, df, at) - p, 0, 10 * x + 100)

d <- read.csv(file.path(here, "servqual_300.csv"))
sizes <- c(tangibles = 4, reliability = 5, responsiveness = 4, assurance = 4, empathy = 5)
of <- rep(names(sizes), sizes)
E <- as.matrix(d[, paste0("E", 1:22)])
P <- as.matrix(d[, paste0("P", 1:22)])
parts <- function(x) {
  dims <- sapply(names(sizes), function(k) rowMeans(x[, of == k]))
  cbind(x, dims, overall = rowMeans(dims))
}
e <- parts(E); p <- parts(P); g <- parts(P - E)
rounded <- function(x) round(x, 9)
names <- c(paste0("item", 1:22), names(sizes), "overall")

one <- function(j) {
  x <- g[, j]; n <- length(x)
  t <- t.test(p[, j], e[, j], paired = TRUE)
  w <- suppressWarnings(wilcox.test(rounded(x), exact = FALSE, correct = FALSE))
  y <- rounded(x); r <- rank(abs(y[y != 0]))
  low <- ncp_t(t$statistic, n - 1, .975) / sqrt(n); high <- ncp_t(t$statistic, n - 1, .025) / sqrt(n)
  av <- sd(x) / sqrt((var(e[, j]) + var(p[, j])) / 2)
  tost <- max(t.test(x, mu = -.25, alternative = "greater")$p.value,
              t.test(x, mu = .25, alternative = "less")$p.value)
  data.frame(part = names[j], mean_e = mean(e[, j]), mean_p = mean(p[, j]), estimate = mean(x),
             ci_low = t$conf.int[1], ci_high = t$conf.int[2], statistic = t$statistic,
             df = t$parameter, p_value = t$p.value,
             wilcoxon = (w$statistic - sum(r) / 2) / sqrt(sum(r^2) / 4), wilcoxon_p = w$p.value,
             d_z = mean(x) / sd(x), d_z_ci_low = low, d_z_ci_high = high,
             d_av = mean(x) / sd(x) * av, d_av_ci_low = low * av, d_av_ci_high = high * av,
             p_equivalence = tost)
}
tests <- do.call(rbind, lapply(seq_along(names), one))
tests$holm <- p.adjust(tests$p_value, "holm")
tests$bh <- p.adjust(tests$p_value, "BH")
save(tests, "gaps")

# Sampling weights: a design-based t test.
w <- c(0.5, 1, 1, 2, 3.5)[d$id %% 5 + 1]
weighted <- do.call(rbind, lapply(seq_along(names), function(j) {
  x <- g[, j]
  m <- svymean(~x, svydesign(ids = ~1, weights = ~w, data = data.frame(x = x, w = w)))
  t <- coef(m) / SE(m)
  data.frame(part = names[j], estimate = as.numeric(coef(m)), se = as.numeric(SE(m)),
             p_value = as.numeric(2 * pt(-abs(t), 299)))
}))
save(weighted, "weighted")

# Groups: three segments, and two groups.
pick <- 23:28
h <- d$segment
omnibus <- do.call(rbind, lapply(pick, function(j) {
  x <- g[, j]; k <- length(unique(h)); n <- length(x)
  v <- oneway.test(x ~ h); q <- kruskal.test(rounded(x) ~ factor(h)); a <- anova(lm(x ~ h))
  f <- a[1, 4]; low <- ncp_f(f, k - 1, n - k, .975); high <- ncp_f(f, k - 1, n - k, .025)
  data.frame(part = names[j], statistic = v$statistic, df1 = v$parameter[1], df2 = v$parameter[2],
             p_value = v$p.value, kruskal = q$statistic, kruskal_df = q$parameter,
             kruskal_p = q$p.value, eta_sq = a[1, 2] / sum(a[, 2]),
             omega_sq = (a[1, 2] - (k - 1) * a[2, 3]) / (sum(a[, 2]) + a[2, 3]),
             omega_sq_ci_low = low / (low + n), omega_sq_ci_high = high / (high + n))
}))
save(omnibus, "omnibus")

g_of <- function(x, y) {  # y - x
  m <- length(x) + length(y) - 2
  s <- sqrt(((length(x) - 1) * var(x) + (length(y) - 1) * var(y)) / m)
  raw <- (mean(y) - mean(x)) / s; root_n <- sqrt(1 / (1 / length(x) + 1 / length(y)))
  c(raw * exp(lgamma(m / 2) - lgamma((m - 1) / 2)) / sqrt(m / 2),
    ncp_t(raw * root_n, m, .975) / root_n, ncp_t(raw * root_n, m, .025) / root_n)
}
levels <- sort(unique(h))
pairs <- do.call(rbind, lapply(pick, function(j) do.call(rbind, combn(levels, 2, function(s) {
  x <- g[h == s[1], j]; y <- g[h == s[2], j]; k <- length(levels)
  t <- t.test(y, x)
  width <- qtukey(.95, k, t$parameter) / sqrt(2); size <- g_of(x, y)
  data.frame(part = names[j], first = s[1], second = s[2], estimate = mean(y) - mean(x),
             se = t$stderr, ci_low = mean(y) - mean(x) - width * t$stderr,
             ci_high = mean(y) - mean(x) + width * t$stderr, statistic = t$statistic,
             df = t$parameter, p_value = ptukey(abs(t$statistic) * sqrt(2), k, t$parameter,
                                                lower.tail = FALSE),
             hedges_g = size[1], hedges_g_ci_low = size[2], hedges_g_ci_high = size[3])
}, simplify = FALSE))))
save(pairs, "pairs")

# Waves: group 1 and group 2 as independent waves; the two halves of group 1 as the same people.
a <- g[d$group == 1, ]; b <- g[d$group == 2, ]
independent <- do.call(rbind, lapply(seq_along(names), function(j) {
  t <- t.test(b[, j], a[, j]); wide <- t.test(b[, j], a[, j], conf.level = 1 - .05 / length(names))
  size <- g_of(a[, j], b[, j])
  data.frame(part = names[j], estimate = mean(b[, j]) - mean(a[, j]), ci_low = t$conf.int[1],
             ci_high = t$conf.int[2], statistic = t$statistic, df = t$parameter,
             p_value = t$p.value, band_low = wide$conf.int[1], band_high = wide$conf.int[2],
             hedges_g = size[1], hedges_g_ci_low = size[2], hedges_g_ci_high = size[3])
}))
save(independent, "independent")
m <- 60
again <- do.call(rbind, lapply(seq_along(names), function(j) {
  x <- g[1:m, j]; y <- g[m + 1:m, j]; t <- t.test(y, x, paired = TRUE)
  s <- sd(y - x)
  power <- power.t.test(n = m, sd = s, power = .8, type = "one.sample", strict = TRUE,
                        tol = 1e-12)
  data.frame(part = names[j], estimate = mean(y - x), statistic = t$statistic,
             p_value = t$p.value, d_z = mean(y - x) / s,
             d_z_ci_low = ncp_t(t$statistic, m - 1, .975) / sqrt(m),
             d_z_ci_high = ncp_t(t$statistic, m - 1, .025) / sqrt(m), detectable = power$delta)
}))
save(again, "again")

# Cross-table: segment by satisfied (SAT1 of 5 and more).
satisfied <- ifelse(d$SAT1 >= 5, "yes", "no")
tab <- table(d$segment, satisfied)
chi <- suppressWarnings(chisq.test(tab, correct = FALSE))
k <- min(dim(tab)) - 1; n <- sum(tab)
save(data.frame(row = rep(rownames(tab), 2), column = rep(colnames(tab), each = nrow(tab)),
                n = as.vector(tab), expected = as.vector(chi$expected),
                residual = as.vector(chi$stdres)), "cells")
save(data.frame(statistic = chi$statistic, df = chi$parameter, p_value = chi$p.value,
                cramers_v = sqrt(chi$statistic / (n * k)),
                ci_low = sqrt(ncp_chi(chi$statistic, chi$parameter, .975) / (n * k)),
                ci_high = sqrt(ncp_chi(chi$statistic, chi$parameter, .025) / (n * k))), "chi")

# Wilson's interval.
wilson <- do.call(rbind, lapply(list(c(0, 10), c(3, 10), c(7, 40), c(40, 40), c(199, 200)),
  function(x) {
    ci <- suppressWarnings(prop.test(x[1], x[2], correct = FALSE))$conf.int
    data.frame(count = x[1], n = x[2], ci_low = ci[1], ci_high = ci[2])
  }))
save(wilson, "wilson")

# Noncentral ends, over a range of statistics.
grid <- expand.grid(t = c(-12, -5.7, 0, .3, 2, 9), df = c(3, 50, 999))
grid$low <- mapply(ncp_t, grid$t, grid$df, .975)
grid$high <- mapply(ncp_t, grid$t, grid$df, .025)
save(grid, "noncentral_t")
grid <- expand.grid(f = c(.05, 1, 4, 20), df1 = c(1, 3), df2 = c(20, 296))
grid$low <- mapply(ncp_f, grid$f, grid$df1, grid$df2, .975)
grid$high <- mapply(ncp_f, grid$f, grid$df1, grid$df2, .025)
save(grid, "noncentral_f")
grid <- expand.grid(x = c(.2, 4, 20, 150), df = c(1, 4, 12))
grid$low <- mapply(ncp_chi, grid$x, grid$df, .975)
grid$high <- mapply(ncp_chi, grid$x, grid$df, .025)
save(grid, "noncentral_chi2")

writeLines(c(R.version.string, paste("survey", packageVersion("survey"))),
           file.path(here, "comparisons_versions.txt"))
