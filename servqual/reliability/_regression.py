"""Least squares with as many predictors as a table of models needs, and what they predict anew."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Regression:
    """A least-squares fit of n rows on q coefficients, the first of which is the constant."""

    coefficients: Floats  # (q,)
    covariance: Floats  # (q, q)
    df: int
    r_squared: float

    @property
    def adjusted(self) -> float:
        """R squared less what as many predictors would take up by chance."""
        n = self.df + len(self.coefficients)
        return 1 - (1 - self.r_squared) * (n - 1) / self.df

    def test(self, contrasts: Floats) -> tuple[float, float]:
        """F and p of the hypothesis that r contrasts, of shape (r, q), are all zero."""
        apart = contrasts @ self.coefficients
        spread = contrasts @ self.covariance @ contrasts.T
        statistic = float(apart @ np.linalg.solve(spread, apart)) / len(contrasts)
        return statistic, float(fdtrc(len(contrasts), self.df, statistic))


def regress(y: Floats, predictors: Floats, weights: Floats | None) -> Regression | str:
    """Fit y of shape (n,) to predictors of shape (n, k), or say why that cannot be.

    The covariance of the coefficients is the classical one; with sampling weights it is the
    linearised (sandwich) one with the factor n / (n - q).
    """
    n, k = predictors.shape
    df = n - k - 1
    if df < 1:
        return "too few respondents for so many predictors"
    w = np.ones(n) if weights is None else weights / weights.mean()
    centre, middle = np.average(predictors, axis=0, weights=w), np.average(y, weights=w)
    x = predictors - centre
    spread = np.sqrt(np.average(x**2, axis=0, weights=w))
    if not (spread > 0).all() or np.linalg.matrix_rank(x / spread, tol=1e-8 * np.sqrt(n)) < k:
        return "a predictor does not vary, or is a combination of others"
    design = np.column_stack([np.ones(n), predictors])
    inverse = np.linalg.inv(design.T @ (design * w[:, None]))
    root = np.sqrt(w)
    slopes = np.linalg.lstsq(x * root[:, None], (y - middle) * root, rcond=None)[0]
    residual = y - middle - x @ slopes
    if weights is None:
        covariance = inverse * float(residual @ residual) / df
    else:
        scores = design * (w * residual)[:, None]
        covariance = inverse @ (scores.T @ scores) @ inverse * (n / df)
    return Regression(
        coefficients=np.array([middle - centre @ slopes, *slopes]),
        covariance=covariance,
        df=df,
        r_squared=1 - float(w @ residual**2) / float(w @ (y - middle) ** 2),
    )


def cross_validated(
    y: Floats, predictors: Floats, weights: Floats | None, folds: NDArray[np.intp]
) -> float:
    """R squared of predictions for each fold from the others, against the mean of the others."""
    w = np.ones(len(y)) if weights is None else weights
    missed = naive = 0.0
    for fold in np.unique(folds):
        new, old = folds == fold, folds != fold
        fit = regress(y[old], predictors[old], None if weights is None else w[old])
        if isinstance(fit, str):
            return np.nan
        predicted = fit.coefficients[0] + predictors[new] @ fit.coefficients[1:]
        missed += float(w[new] @ (y[new] - predicted) ** 2)
        naive += float(w[new] @ (y[new] - np.average(y[old], weights=w[old])) ** 2)
    return 1 - missed / naive
