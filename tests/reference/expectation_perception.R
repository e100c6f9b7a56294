# Invariance of E and P, latent differences and the latent reliability of the gap, by lavaan.
# Run in this folder: Rscript expectation_perception.R
suppressMessages({library(lavaan); library(jsonlite)})
answers <- read.csv("servqual_300.csv")
items <- list(tangibles = 1:4, reliability = 5:9, responsiveness = 10:13, assurance = 14:17,
              empathy = 18:22)
levels <- c("configural", "metric", "scalar", "strict")

plus <- function(x) paste(x, collapse = " + ")

model <- function(dimensions, level, free = integer()) {
  at <- match(level, levels)
  text <- character()
  for (d in dimensions) {
    for (r in c("E", "P")) {
      labels <- if (at > 1) paste0("l", items[[d]], ifelse(items[[d]] %in% free, r, ""), "*") else ""
      text <- c(text, paste0(d, "_", r, " =~ NA*", r, items[[d]][1], " + ",
                             plus(paste0(labels, r, items[[d]]))))
      if (at > 2) for (i in items[[d]])
        text <- c(text, paste0(r, i, " ~ ", if (i %in% free) "" else paste0("i", i, "*"), "1"))
      if (at > 3) for (i in setdiff(items[[d]], free))
        text <- c(text, paste0(r, i, " ~~ r", i, "*", r, i))
    }
    text <- c(text, paste0(d, "_E ~~ 1*", d, "_E"),
              paste0(d, "_P ~~ ", if (at > 1) "NA" else "1", "*", d, "_P"),
              paste0(d, "_P ~ ", if (at > 2) "NA" else "0", "*1"),
              paste0("E", items[[d]], " ~~ P", items[[d]]))
  }
  paste(text, collapse = "\n")
}

fit <- function(text, data = answers, ...)
  cfa(text, data, meanstructure = TRUE, ...)

indices <- function(x) {
  names <- c("chisq", "df", "pvalue", "cfi", "tli", "rmsea", "srmr")
  found <- fitMeasures(x)
  as.list(found[intersect(c(names, "chisq.scaled", "chisq.scaling.factor", "cfi.robust",
                            "rmsea.robust"), names(found))])
}

ladder <- function(dimensions, estimator, data = answers, ...) {
  fits <- lapply(levels, function(l) fit(model(dimensions, l), data, estimator = estimator, ...))
  test <- do.call(lavTestLRT, c(fits, if (estimator == "MLR") list(method = "satorra.bentler.2001")))
  list(levels = setNames(lapply(fits, indices), levels),
       difference = test[["Chisq diff"]], df = test[["Df diff"]], p = test[["Pr(>Chisq)"]])
}

parameters <- function(x) {
  found <- parameterEstimates(x)
  found[, c("lhs", "op", "rhs", "est", "se")]
}

scores <- function(x) lavTestScore(x)$uni

difference <- "
empathy_E =~ NA*E18 + l18*E18 + l19*E19 + l20*E20 + l21*E21 + l22*E22
empathy_P =~ NA*P18 + l18*P18 + l19*P19 + l20*P20 + l21*P21 + l22*P22
empathy_P ~ 1*empathy_E
empathy_D =~ 1*empathy_P
empathy_P ~~ 0*empathy_P
empathy_D ~~ v*empathy_D
empathy_E ~~ empathy_D
E18 ~ i18*1
E19 ~ i19*1
E20 ~ i20*1
E21 ~ i21*1
E22 ~ i22*1
P18 ~ i18*1
P19 ~ i19*1
P20 ~ i20*1
P21 ~ i21*1
P22 ~ i22*1
E18 ~~ P18
E19 ~~ P19
E20 ~~ P20
E21 ~~ P21
E22 ~~ P22
empathy_E ~ NA*1
empathy_P ~ 0*1
empathy_D ~ m*1
l18 + l19 + l20 + l21 + l22 == 5
i18 + i19 + i20 + i21 + i22 == 0
sd := sqrt(v)
standardized := m / sqrt(v)
"

reliability <- sapply(names(items), function(d) {
  x <- fit(model(d, "configural"))
  e <- lavInspect(x, "est")
  k <- length(items[[d]])
  w <- rep(c(-1, 1), each = k) / k
  l <- e$lambda
  names <- rownames(l)
  w <- ifelse(startsWith(names, "E"), -1, 1) / k
  gap <- rowMeans(answers[paste0("P", items[[d]])]) - rowMeans(answers[paste0("E", items[[d]])])
  n <- nrow(answers)
  as.numeric(t(w) %*% l %*% e$psi %*% t(l) %*% w) / (var(gap) * (n - 1) / n)
})

# Ordered ratings: equal thresholds lie between the same neighbouring categories of E and P.
ordered_levels <- c("configural", "thresholds", "metric", "scalar")
ordinal <- function(d, level) {
  at <- match(level, ordered_levels)
  text <- character()
  for (r in c("E", "P")) {
    labels <- if (at > 2) paste0("l", items[[d]], "*") else ""
    text <- c(text, paste0(d, "_", r, " =~ NA*", r, items[[d]][1], " + ",
                           plus(paste0(labels, r, items[[d]]))))
  }
  text <- c(text, paste0(d, "_E ~~ 1*", d, "_E"), paste0(d, "_E ~ 0*1"),
            paste0(d, "_P ~~ ", if (at > 2) "NA" else "1", "*", d, "_P"),
            paste0(d, "_P ~ ", if (at > 3) "NA" else "0", "*1"))
  for (i in items[[d]]) {
    used <- lapply(c("E", "P"), function(r) sort(unique(answers[[paste0(r, i)]])))
    for (r in 1:2) {
      low <- head(used[[r]], -1)
      common <- low %in% used[[3 - r]] & (low + 1) %in% used[[1]] & (low + 1) %in% used[[2]]
      label <- ifelse(common & at > 1, paste0("t", i, "_", low, "*"), "")
      text <- c(text, paste0(c("E", "P")[r], i, " | ", plus(paste0(label, "t", seq_along(low)))))
    }
    text <- c(text, paste0("E", i, " ~~ P", i), paste0("E", i, " ~*~ 1*E", i), paste0("E", i, " ~ 0*1"),
              paste0("P", i, " ~*~ ", if (at > 1) "NA" else "1", "*P", i),
              paste0("P", i, " ~ ", if (at %in% 2:3) "NA" else "0", "*1"))
  }
  paste(text, collapse = "\n")
}

ordered_ladder <- function(d) {
  names <- paste0(rep(c("E", "P"), each = length(items[[d]])), items[[d]])
  fits <- lapply(ordered_levels, function(l)
    cfa(ordinal(d, l), answers, ordered = names, estimator = "WLSMV"))
  test <- do.call(lavTestLRT, fits)
  list(levels = setNames(lapply(fits, indices), ordered_levels),
       difference = test[["Chisq diff"]], df = test[["Df diff"]], p = test[["Pr(>Chisq)"]],
       scalar = parameters(fits[[4]]))
}

# Answers that are missing by a rule which the test repeats.
blanks <- answers
k <- 0
for (r in c("E", "P")) for (i in items$empathy) {
  k <- k + 1
  blanks[(seq_len(nrow(blanks)) * 7 + k * 13) %% 23 == 0, paste0(r, i)] <- NA
}

found <- list(
  ml = c(lapply(setNames(names(items), names(items)), ladder, "ML"),
         list("(all)" = ladder(names(items), "ML"))),
  mlr = c(lapply(setNames(names(items), names(items)), ladder, "MLR"),
          list("(all)" = ladder(names(items), "MLR"))),
  ordered = lapply(setNames(names(items), names(items)), ordered_ladder),
  fiml = ladder("empathy", "ML", blanks, missing = "fiml"),
  partial = indices(fit(model("tangibles", "scalar", 1))),
  parameters = setNames(lapply(levels, function(l) parameters(fit(model("empathy", l)))), levels),
  metric_scores = scores(fit(model("tangibles", "metric"))),
  scalar_scores = scores(fit(model("tangibles", "scalar"))),
  strict_scores = scores(fit(model("tangibles", "strict"))),
  difference = list(fit = indices(fit(difference)), parameters = parameters(fit(difference))),
  reliability = as.list(reliability)
)
writeLines(toJSON(found, digits = NA, auto_unbox = TRUE, pretty = 1), "expectation_perception.json")
writeLines(c(R.version.string, paste("lavaan", packageVersion("lavaan"))),
           "expectation_perception_versions.txt")
