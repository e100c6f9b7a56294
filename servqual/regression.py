"""Least squares of an outcome on predictors, and what it says of respondents left out."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

Floats = NDArray[np.float64]
Errors = Literal["classical", "HC3"]

SINGULAR = 1e-10  # of the least eigenvalue of correlations
_SINGULAR = 1e-8
_EXACT = 1e-20
_ALONE = 1e-8
_UNTOLD = 1e-12  # smallest eigenvalue of correlated contrasts that can be told apart


@dataclass(frozen=True, kw_only=True, eq=False)
class Regression:
    """A least-squares fit of n rows on q coefficients, the first of which is the constant.

    Attributes
    ----------
    coefficients : ndarray of shape (q,)
    covariance : ndarray of shape (q, q)
        NaN where no error can be told.
    df : int
    r_squared : float
    problem : str
        Why there are errors that cannot be told; else empty.
    """

    coefficients: Floats
    covariance: Floats
    df: int
    r_squared: float
    problem: str = ""

    @property
    def adjusted(self) -> float:
        """R squared less what as many predictors would take up by chance."""
        n = self.df + len(self.coefficients)
        return 1 - (1 - self.r_squared) * (n - 1) / self.df

    def test(self, contrasts: Floats) -> tuple[float, float]:
        """F and p of the hypothesis that r contrasts, of shape (r, q), are all zero.

        NaN where the contrasts cannot be told apart.
        """
        used = (contrasts != 0).any(axis=0)
        contrasts, covariance = contrasts[:, used], self.covariance[np.ix_(used, used)]
        spread = contrasts @ covariance @ contrasts.T
        scale = np.sqrt(np.maximum(np.diag(spread), 0.0))
        if not (scale > 0).all():  # nor NaN
            return np.nan, np.nan
        apart = contrasts @ self.coefficients[used] / scale
        within = spread / np.outer(scale, scale)
        if np.linalg.eigvalsh(within)[0] < _UNTOLD:
            return np.nan, np.nan
        statistic = float(apart @ np.linalg.solve(within, apart)) / len(contrasts)
        return statistic, float(fdtrc(len(contrasts), self.df, statistic))


def regress(
    y: Floats, predictors: Floats, weights: Floats | None = None, errors: Errors = "classical"
) -> Regression | str:
    r"""Fit y of shape (n,) to predictors of shape (n, k), or say why that cannot be.

    Parameters
    ----------
    y : ndarray of shape (n,)
    predictors : ndarray of shape (n, k)
        Without the constant.
    weights : ndarray of shape (n,), optional
        Sampling weights.
    errors : {"classical", "HC3"}

    Notes
    -----
    The classical covariance of the coefficients is :math:`s^2 A^{-1}` with
    :math:`A = \sum_i w_i x_i x_i'`; with sampling weights it is the linearised one,
    :math:`A^{-1} \left(\sum_i w_i^2 x_i x_i' e_i^2\right) A^{-1} n / (n - q)`. HC3 divides each
    :math:`e_i` by :math:`1 - h_i` instead, with the leverage
    :math:`h_i = w_i x_i' A^{-1} x_i` [1]_; it is NaN for coefficients that one respondent alone
    determines.

    References
    ----------
    .. [1] MacKinnon, J. G., & White, H. (1985). Some heteroskedasticity-consistent covariance
       matrix estimators with improved finite sample properties. *Journal of Econometrics*, 29(3),
       305-325. https://doi.org/10.1016/0304-4076(85)90158-7
    """
    n, k = predictors.shape
    df = n - k - 1
    if df < 1:
        return "too few respondents for so many predictors"
    w = np.ones(n) if weights is None else weights / weights.mean()
    centre, middle = np.average(predictors, axis=0, weights=w), np.average(y, weights=w)
    x = predictors - centre
    size = np.sqrt(np.average(x**2, axis=0, weights=w))
    reach = np.abs(predictors).max(axis=0, initial=0.0)
    if not (size > 1e-12 * reach).all():
        return "a predictor does not vary, or is a combination of others"
    root = np.sqrt(w)
    standard = x / size * root[:, None]
    _, sizes, right = np.linalg.svd(np.linalg.qr(standard, mode="r"))
    if k and sizes[-1] < _SINGULAR * np.sqrt(n):
        return "a predictor does not vary, or is a combination of others"
    back = right.T / sizes
    left = standard @ back  # orthonormal
    back /= size[:, None]
    slopes = back @ (left.T @ (root * (y - middle)))
    residual = y - middle - x @ slopes
    missed, whole = float(w @ residual**2), float(w @ (y - middle) ** 2)

    # The constant and the slopes in terms of the orthonormal columns (root, left).
    left = np.column_stack([root / np.sqrt(w.sum()), left])
    back = np.block([[1 / np.sqrt(w.sum()), -(centre @ back)[None]], [np.zeros((k, 1)), back]])
    problem = ""
    if missed <= _EXACT * whole:
        covariance = np.full((k + 1, k + 1), np.nan)
        problem = "the predictors determine the outcome, so that there are no standard errors"
    elif errors == "classical" and weights is None:
        covariance = back @ back.T * (missed / df)
    else:
        spare = 1 - (left**2).sum(axis=1)
        alone = (spare < _ALONE) & (errors == "HC3")
        part = np.where(alone, 1.0, spare) if errors == "HC3" else np.sqrt(df / n)
        scores = left * (root * residual / part)[:, None] @ back.T
        covariance = scores.T @ scores
        held = (np.abs(left[alone] @ back.T) > _ALONE * np.sqrt(np.diag(back @ back.T))).any(axis=0)
        if held.any():
            covariance[held] = covariance[:, held] = np.nan
            problem = "single respondents determine a coefficient, so that HC3 has no errors"
    return Regression(
        coefficients=np.array([middle - centre @ slopes, *slopes]),
        covariance=covariance,
        df=df,
        r_squared=1 - missed / whole if whole > 0 else np.nan,
        problem=problem,
    )


def slopes_of(among: Floats, onto: Floats, singular: float = SINGULAR) -> Floats:
    """Give the slopes of many regressions from covariances alone.

    Parameters
    ----------
    among : ndarray of shape (b, k, k)
        Covariances of the predictors.
    onto : ndarray of shape (b, k, r)
        Covariances of the predictors with r outcomes.
    singular : float
        Least eigenvalue of the predictors' correlations that counts as none.

    Returns
    -------
    ndarray of shape (b, k, r)
        NaN where a predictor does not vary, or others determine it.
    """
    variance = np.diagonal(among, axis1=1, axis2=2)
    sd = np.sqrt(np.where(variance > 0, variance, 1.0))
    correlation = among / (sd[:, :, None] * sd[:, None, :])
    known = (variance > 0).all(axis=1) & np.isfinite(correlation).all(axis=(1, 2))
    known[known] = np.linalg.eigvalsh(correlation[known])[:, 0] > singular
    found = np.full(onto.shape, np.nan)
    found[known] = np.linalg.solve(correlation[known], onto[known] / sd[known][:, :, None])
    found[known] /= sd[known][:, :, None]
    return found


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
    return 1 - missed / naive if naive > 0 else np.nan
