# Weighted means with linearised standard errors, by R's survey package.
# Writes weighted_mean.csv and session.txt beside itself.
library(survey)
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
survey_file <- file.path(here, "..", "..", "datasets", "bank.csv")
bank <- read.csv(survey_file)
bank <- bank[complete.cases(bank[, c(paste0("E", 1:22), paste0("P", 1:22))]), ]
gaps <- bank[, paste0("P", 1:22)] - bank[, paste0("E", 1:22)]
names(gaps) <- paste0("G", 1:22)
gaps$weight <- c(0.5, 1, 1, 2, 3.5)[bank$respondent %% 5 + 1]
design <- svydesign(ids = ~1, weights = ~weight, data = gaps)
formula <- as.formula(paste("~", paste0("G", 1:22, collapse = "+")))
mean <- svymean(formula, design)
variance <- svyvar(~G1, design)
out <- data.frame(item = 1:22, mean = sprintf("%.17g", coef(mean)), se = sprintf("%.17g", SE(mean)))
write.csv(out, file.path(here, "weighted_mean.csv"), row.names = FALSE, quote = FALSE)
writeLines(sprintf("%.17g", coef(variance)), file.path(here, "weighted_variance.txt"))
versions <- c(R.version.string, paste("survey", packageVersion("survey")))
writeLines(versions, file.path(here, "weighted_mean_versions.txt"))
