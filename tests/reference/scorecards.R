# Score cards by R: Wilson intervals and score tests by prop.test without correction, Newcombe's
# interval from them, the score interval of the net promoter score by inverting the score test with
# a numerical maximum of the likelihood under each target, weighted scores by the survey package.
# Writes scorecards_*.csv and scorecards_versions.txt beside itself.
library(survey)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
put <- function(frame, name) {
  for (one in names(frame)) if (is.double(frame[[one]])) frame[[one]] <- sprintf("%.17g", frame[[one]])
  write.csv(frame, file.path(here, name), row.names = FALSE, quote = FALSE)
}

wilson <- function(k, n, target, level) {
  test <- prop.test(k, n, p = target, conf.level = level, correct = FALSE)
  data.frame(k = k, n = n, target = target, level = level, low = test$conf.int[1],
             high = test$conf.int[2], p_value = test$p.value)
}
put(rbind(wilson(4, 10, .5, .95), wilson(0, 10, .1, .95), wilson(10, 10, .9, .9),
          wilson(187, 260, .8, .95), wilson(1, 50, .02, .99), wilson(499, 1000, .5, .95)),
    "scorecards_wilson.csv")

newcombe <- function(k1, n1, k2, n2) {
  one <- prop.test(k1, n1, correct = FALSE)$conf.int
  two <- prop.test(k2, n2, correct = FALSE)$conf.int
  p <- k1 / n1; q <- k2 / n2
  data.frame(k1 = k1, n1 = n1, k2 = k2, n2 = n2, difference = p - q,
             low = p - q - sqrt((p - one[1])^2 + (two[2] - q)^2),
             high = p - q + sqrt((one[2] - p)^2 + (q - two[1])^2))
}
put(rbind(newcombe(56, 70, 48, 80), newcombe(9, 10, 3, 10), newcombe(10, 10, 0, 20)),
    "scorecards_newcombe.csv")

# Promoters a, passives b, detractors d.
score_interval <- function(a, b, d) {
  n <- a + b + d
  net <- (a - d) / n
  variance <- function(target) {
    likelihood <- function(share) {
      counts <- c(a, b, d)
      shares <- c(share + target, 1 - 2 * share - target, share)
      sum(ifelse(counts == 0, 0, counts * log(pmax(shares, 1e-300))))
    }
    range <- c(max(0, -target), (1 - target) / 2)
    share <- optimize(likelihood, range, maximum = TRUE, tol = 1e-14)$maximum
    2 * share + target - target^2
  }
  far <- function(target) (net - target)^2 - qchisq(.95, 1) * variance(target) / n
  data.frame(promoters = a, passives = b, detractors = d,
             low = uniroot(far, c(-1 + 1e-9, net - 1e-9), tol = 1e-13)$root,
             high = uniroot(far, c(net + 1e-9, 1 - 1e-9), tol = 1e-13)$root)
}
put(rbind(score_interval(162, 108, 54), score_interval(15, 9, 6), score_interval(3, 10, 12),
          score_interval(20, 25, 5), score_interval(1, 2, 7)), "scorecards_score.csv")

after <- read.csv(file.path(here, "..", "..", "datasets", "after_sales.csv"))
after <- after[complete.cases(after[, c("recommend", "csat", "effort")]), ]
after$weight <- c(0.5, 1, 1, 2, 3.5)[after$respondent %% 5 + 1]
after$net <- (after$recommend >= 9) - (after$recommend < 7)
after$top <- as.numeric(after$csat >= 4)
design <- svydesign(ids = ~1, weights = ~weight, data = after)
found <- svymean(~net + top + effort, design)
put(data.frame(of = names(coef(found)), n = nrow(after), mean = as.numeric(coef(found)),
               se = as.numeric(SE(found))), "scorecards_weighted.csv")

versions <- c(R.version.string, paste("survey", packageVersion("survey")))
writeLines(versions, file.path(here, "scorecards_versions.txt"))
