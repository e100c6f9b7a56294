# Response surface of satisfaction on perception and expectation: base R's lm, anova, vcov, and the
# delta method by symbolic derivatives. Writes surface.json.
library(jsonlite)
options(digits = 17)
d <- read.csv("servqual_300.csv")
dims <- list(1:4, 5:9, 10:13, 14:17, 18:22)
mean_of <- function(role) rowMeans(sapply(dims, function(i) rowMeans(d[paste0(role, i)])))
x <- mean_of("P") - 4
y <- mean_of("E") - 4
z <- rowMeans(d[c("SAT1", "SAT2", "SAT3")])
full <- lm(z ~ x + y + I(x^2) + I(x * y) + I(y^2))
b <- coef(full)
v <- vcov(full)
h <- hatvalues(full)
m <- model.matrix(full)
i <- solve(crossprod(m))
hc3 <- i %*% crossprod(m * (residuals(full) / (1 - h))) %*% i

det <- "(4 * b3 * b5 - b4^2)"
x0 <- sprintf("((b2 * b4 - 2 * b1 * b5) / %s)", det)
y0 <- sprintf("((b1 * b4 - 2 * b2 * b3) / %s)", det)
p11 <- "((b5 - b3 + sqrt((b3 - b5)^2 + b4^2)) / b4)"
p21 <- "((b5 - b3 - sqrt((b3 - b5)^2 + b4^2)) / b4)"
at <- sprintf("b0 + b1 * %1$s + b2 * %2$s + b3 * %1$s^2 + b4 * %1$s * %2$s + b5 * %2$s^2", x0, y0)
texts <- c(
  a1 = "b1 + b2", a2 = "b3 + b4 + b5", a3 = "b1 - b2", a4 = "b3 - b4 + b5", a5 = "b3 - b5",
  x0 = x0, y0 = y0, z0 = at,
  p10 = sprintf("%s - %s * %s", y0, p11, x0), p11 = p11,
  p20 = sprintf("%s - %s * %s", y0, p21, x0), p21 = p21
)
names(b) <- paste0("b", 0:5)
env <- as.list(b)
delta <- function(text, v) {
  e <- parse(text = text)[[1]]
  g <- sapply(names(b), function(n) eval(D(e, n), env))
  c(eval(e, env), sqrt(drop(g %*% v %*% g)))
}
shape <- function(v) t(sapply(texts, delta, v = v))

f <- function(restricted) {
  a <- anova(restricted, full)
  c(a$F[2], a$`Pr(>F)`[2], summary(restricted)$r.squared)
}
gap <- x - y
w <- as.numeric(x < y)
plane <- lm(z ~ x + y + w + I(w * x) + I(w * y))
absolute <- anova(lm(z ~ abs(gap)), plane)
weights <- c(0.5, 1, 1, 2, 3.5)[d$id %% 5 + 1]
write_json(
  list(
    b = unname(b), se = unname(sqrt(diag(v))), se_hc3 = unname(sqrt(diag(hc3))),
    r2 = summary(full)$r.squared, r2_plane = summary(plane)$r.squared,
    classical = shape(v), hc3 = shape(hc3),
    none = f(lm(z ~ 1)), linear = f(lm(z ~ x + y)), algebraic = f(lm(z ~ gap)),
    squared = f(lm(z ~ I(gap^2))),
    absolute = c(absolute$F[2], absolute$`Pr(>F)`[2], summary(lm(z ~ abs(gap)))$r.squared),
    weighted = unname(coef(update(full, weights = weights))),
    version = R.version.string
  ),
  "surface.json", digits = NA, auto_unbox = TRUE
)
