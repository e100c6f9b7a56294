r"""Scaling factors: by how much a chi-square is too large when the data are not normal.

With :math:`W` the normal-theory weights of the statistics, :math:`\Delta` their derivatives by
the parameters, :math:`\Gamma` their covariance matrix (times n), and

.. math:: U = W - W \Delta (\Delta' W \Delta)^{-1} \Delta' W,

the test has the mean :math:`\operatorname{tr}(U\Gamma)` instead of df. Of complete rows the
traces are sums over the rows; :math:`\Gamma` itself is never formed for the mean.

References
----------
Satorra, A., & Bentler, P. M. (1994). Corrections to test statistics and standard errors in
covariance structure analysis. In A. von Eye & C. C. Clogg (Eds.), *Latent variables analysis*
(pp. 399-419). Sage.

Yuan, K.-H., & Bentler, P. M. (2000). Three likelihood-based methods for mean and covariance
structure analysis with nonnormal missing data. *Sociological Methodology*, 30(1), 165-200.
https://doi.org/10.1111/0081-1750.00078

Asparouhov, T., & Muthén, B. (2010). *Simple second order chi-square correction* (Mplus technical
appendix).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.information import scores_of_rows
from servqual.sem.fitting.model_data import Group
from servqual.sem.fitting.structure import Floats, Implied, Layout
from servqual.sem.robustness.robust import mass_of, rows_of, weighted_sums
from servqual.sem.robustness.saturated import Saturated


@dataclass(frozen=True, kw_only=True)
class Scaling:
    r"""How a chi-square is scaled: :math:`\chi^2 / c + d`.

    Attributes
    ----------
    factor : float
        c.
    shift : float
        d; 0 but for the mean- and variance-adjusted test.
    trace : float
        The mean of the unscaled statistic where the model holds, df times the mean factor.
    """

    factor: float
    shift: float = 0.0
    trace: float


def mean_scaling(trace: float, df: int) -> Scaling:
    """Scale a test so that its mean is df."""
    return Scaling(factor=trace / df if df else np.nan, trace=trace)


def shifted_scaling(trace: float, square: float, df: int) -> Scaling:
    r"""Scale and shift a test so that its mean is df and its variance 2 df.

    Parameters
    ----------
    trace, square : float
        Traces of :math:`U\Gamma` and of :math:`(U\Gamma)^2`.
    df : int
    """
    if not df:
        return Scaling(factor=np.nan, trace=trace)
    factor = float(np.sqrt(square / df))
    return Scaling(factor=factor, shift=df - trace / factor, trace=trace)


# The likelihood's: traces of the inverse information times the mean product of the scores.


def saturated_trace(fitted: Fitted, saturated: tuple[Saturated, ...] | None) -> float:
    """Give the trace of the saturated model; of complete rows it is a measure of kurtosis."""
    if saturated is not None:
        return sum(one.trace for one in saturated)
    total = 0.0
    for group in fitted.data.groups:
        off = rows_of(group) - np.asarray(group.moments.mean)
        length = ((off @ np.linalg.inv(group.covariance)) * off).sum(axis=1)
        each = 0.5 * (length**2 - 2 * length + off.shape[1])
        if fitted.structure.table.means:
            each = each + length
        total += float(each @ _squared(group)) / mass_of(group)
    return total


def baseline_trace(fitted: Fitted) -> float:
    """Give the trace of the model with a variance (and a mean) for each variable alone."""
    total = 0.0
    for group in fitted.data.groups:
        off, _, variance, mass = alone(group)
        there = ~np.isnan(off)
        filled = np.where(there, off, 0.0)
        kinds = [np.where(there, filled**2 - variance, 0.0) / (np.sqrt(2) * variance)]
        if fitted.structure.table.means:
            kinds.append(filled / np.sqrt(variance))
        for scores in kinds:
            total += float(((weighted_sums([scores], [group]) ** 2).sum(axis=0) / mass).sum())
    return total


class Alone(NamedTuple):
    """Each variable of a group by itself: of those who answered it.

    Attributes
    ----------
    off : ndarray of shape (n, p)
        About the mean; NaN where not answered.
    mean, variance, mass : ndarray of shape (p,)
        With the sum of weights as divisor; the sum of weights.
    """

    off: Floats
    mean: Floats
    variance: Floats
    mass: Floats


def alone(group: Group) -> Alone:
    """Take each variable of a group by itself."""
    rows = rows_of(group)
    weights = 1.0 if group.weights is None else group.weights[:, None]
    there = ~np.isnan(rows) * weights
    mass = there.sum(axis=0)
    mean = np.nansum(rows * there, axis=0) / mass
    off = rows - mean
    return Alone(off, mean, np.nansum(off**2 * there, axis=0) / mass, mass)


def _squared(group: Group) -> Floats:
    return np.ones(group.n) if group.weights is None else group.weights**2


# Satorra and Bentler's, of complete rows without weights.


def casewise_meat(fitted: Fitted) -> Floats:
    r"""Give :math:`\Delta' W \Gamma W \Delta` (q, q), from the rows about their means."""
    structure = fitted.structure
    total = np.zeros((len(structure.rows), len(structure.rows)))
    for layout, implied, group in _parts(fitted):
        scores = _centred_scores(layout, implied, group)
        total[np.ix_(layout.at, layout.at)] += scores.T @ scores / fitted.n
    return np.asarray(structure.information(total))


def scale_casewise(fitted: Fitted, meat: Floats, bread: Floats, *, adjust: bool) -> Scaling:
    """Scale the model's test.

    Parameters
    ----------
    fitted : Fitted
    meat, bread : ndarray of shape (q, q)
        Of `casewise_meat`, and the inverse of the expected information.
    adjust : bool
        Whether to adjust the variance, too.
    """
    means = fitted.structure.table.means
    trace = -float((bread * meat).sum())
    for _, implied, group in _parts(fitted):
        precision = np.linalg.inv(implied.sigma[0])
        off = rows_of(group) - np.asarray(group.moments.mean)
        length = ((off @ precision) * off).sum(axis=1)
        scaled = precision @ group.covariance
        trace += 0.5 * float((length**2).mean() - (scaled * scaled.T).sum())
        trace += float(np.trace(scaled)) if means else 0.0
    if not adjust:
        return mean_scaling(trace, fitted.df)
    square, turned = 0.0, np.zeros_like(meat)
    for layout, implied, group in _parts(fitted):
        root = np.linalg.cholesky(np.linalg.inv(implied.sigma[0]))
        white = (rows_of(group) - np.asarray(group.moments.mean)) @ root
        statistics = _statistics(white, means=means)
        square += _square(statistics)
        slopes = _slopes(layout, implied, root)
        carried = statistics.T @ (statistics @ slopes) / group.n
        by_cells = np.zeros((len(fitted.structure.rows),) * 2)
        by_cells[np.ix_(layout.at, layout.at)] = carried.T @ carried * (group.n / fitted.n)
        turned += fitted.structure.information(by_cells)
    around = bread @ meat
    square += -2 * float((bread * turned).sum()) + float((around * around.T).sum())
    return shifted_scaling(trace, square, fitted.df)


def scale_baseline_casewise(fitted: Fitted, df: int, *, adjust: bool) -> Scaling:
    """Scale the test of the baseline model."""
    trace = square = 0.0
    for group in fitted.data.groups:
        off, _, variance, _ = alone(group)
        scaled = off / np.sqrt(variance)
        if adjust:
            i, j = np.tril_indices(scaled.shape[1], -1)
            products = scaled[:, i] * scaled[:, j]
            products -= products.mean(axis=0)
            square += _square(products)
        squares = scaled**2
        length = squares.sum(axis=1)
        correlation = scaled.T @ scaled / group.n
        apart = (correlation**2).sum() - len(correlation)
        trace += 0.5 * float((length**2 - (squares**2).sum(axis=1)).mean() - apart)
    return shifted_scaling(trace, square, df) if adjust else mean_scaling(trace, df)


def _parts(fitted: Fitted) -> Iterator[tuple[Layout, Implied, Group]]:
    return zip(fitted.structure.layouts, fitted.point.implied, fitted.data.groups, strict=True)


def _centred_scores(layout: Layout, implied: Implied, group: Group) -> Floats:
    off = rows_of(group) - np.asarray(group.moments.mean)
    scores = scores_of_rows(layout, implied, np.linalg.inv(implied.sigma[0]), off)
    return scores - scores.mean(axis=0)


def _statistics(white: Floats, *, means: bool) -> Floats:
    """Give the products (n, s) of whitened variables, scaled so that their weights are 1."""
    i, j = np.tril_indices(white.shape[1])
    products = white[:, i] * white[:, j]
    products[:, i == j] /= np.sqrt(2)
    products -= products.mean(axis=0)
    return np.concatenate([products, white], axis=1) if means else products


def _slopes(layout: Layout, implied: Implied, root: Floats) -> Floats:
    """Give the derivatives (s, l) of the whitened statistics by the cells."""
    q = root.T @ implied.q[0]
    i, j = np.tril_indices(len(root))
    u, v = q[:, layout.first], q[:, layout.second]
    by_cells = layout.share * (u[i] * v[j] + u[j] * v[i])
    by_cells[i == j] /= np.sqrt(2)
    slopes = layout.slopes(implied)
    return by_cells if slopes is None else np.concatenate([by_cells, slopes[0] * u])


def _square(statistics: Floats) -> float:
    """Give the trace of the squared covariance matrix of centred statistics (n, s)."""
    n, s = statistics.shape
    products = statistics.T @ statistics if s < n else statistics @ statistics.T
    return float((products**2).sum()) / n**2
