"""Omega of ordered answers: how reliable their sum is, with one factor behind the categories."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from servqual.errors import ResponseError
from servqual.items import Items
from servqual.polychoric.bivariate_normal import bivariate_cdf
from servqual.polychoric.latent import EMPTY_CELLS, Latent, estimate
from servqual.polychoric.prepared import MOST_CATEGORIES, prepare
from servqual.reliability._scale_result import Reason

Floats = NDArray[np.float64]

_DIFFERENCES = ("gap", "adequacy", "superiority")
_LEAST_UNIQUENESS = 0.005
_BEYOND = 38.0
_TIGHT = 1e-13


@dataclass(frozen=True, kw_only=True, eq=False)
class CategoricalOmega:
    """Categorical omega of each scale, NaN where a reason says why.

    Attributes
    ----------
    values : ndarray of shape (q,)
    reasons : tuple of Reason
        Why there is none, or one to be read with care.
    """

    values: Floats
    reasons: tuple[Reason, ...]


def categorical_omega(
    items: Items, scales: Mapping[str, tuple[str, ...]], blocked: Sequence[str]
) -> CategoricalOmega:
    r"""Estimate the reliability of the sum of ordered answers (Green & Yang, 2009).

    Parameters
    ----------
    items : Items
        With their rows.
    scales : mapping of str to tuple of str
        The items of each scale.
    blocked : sequence of str
        Scales of which nothing can be said, for reasons that are given elsewhere.

    Raises
    ------
    ResponseError
        If the scores are differences, or only moments are known.

    Notes
    -----
    An answer is :math:`X_j = x_{j0} + \sum_c d_{jc} 1(y_j > \tau_{jc})`, with the steps d between
    its categories, and the latent response :math:`y_j` has the loading :math:`\lambda_j`. With

    .. math:: V_{jk}(r) = \sum_c \sum_{c'} d_{jc} d_{kc'}
              \big( \Phi_2(\tau_{jc}, \tau_{kc'}; r) - \Phi(\tau_{jc}) \Phi(\tau_{kc'}) \big),
              \qquad
              \omega = \frac{\sum_{jk} V_{jk}(\lambda_j \lambda_k)}{\sum_{jk} V_{jk}(r_{jk})},

    the polychoric correlations :math:`r_{jk}` (1 for j = k) and the loadings that minimise
    :math:`\sum_{j<k} (r_{jk} - \lambda_j \lambda_k)^2 / \mathrm{se}_{jk}^2`: diagonally weighted
    least squares. Two items have equal loadings.

    References
    ----------
    .. [1] Green, S. B., & Yang, Y. (2009). Reliability of summed item scores using structural
       equation modeling: An alternative to coefficient alpha. *Psychometrika*, 74(1), 155-167.
       https://doi.org/10.1007/s11336-008-9099-3
    """
    if items.of in _DIFFERENCES:
        raise ResponseError(
            f"Categorical omega is of ordered answers, and of={items.of!r} is a difference of two, "
            "which is no ordered category. Use of='perception' or of='expectation'."
        )
    rows = items.require_rows("Categorical omega")
    columns = dict(zip(items.names, rows.T, strict=True))
    many = {name for name in items.names if len(np.unique(columns[name])) > MOST_CATEGORIES}
    fit = {name: column for name, column in columns.items() if name not in many}
    values = np.full(len(scales), np.nan)
    reasons = []
    latent = None
    for at, (key, names) in enumerate(scales.items()):
        if key in blocked:
            continue
        too_fine = tuple(name for name in names if name in many)
        if too_fine:
            template = "no categorical omega, as {items} have more than {most} categories"
            values_of = {"items": too_fine, "most": MOST_CATEGORIES}
            reasons.append(Reason(key, template, values_of))
            continue
        if latent is None:
            prepared = prepare(fit, tuple(fit), items.weights, "listwise")
            latent = estimate(prepared, EMPTY_CELLS, "scores")
        values[at], reason = _of_scale(latent, key, names)
        if reason is not None:
            reasons.append(reason)
    return CategoricalOmega(values=values, reasons=tuple(reasons))


def _of_scale(latent: Latent, key: str, names: tuple[str, ...]) -> tuple[float, Reason | None]:
    at = np.array([latent.prepared.names.index(name) for name in names])
    correlation = latent.correlation[at[:, None], at]
    errors = latent.se[at[:, None], at]
    one, other = np.triu_indices(len(names), 1)
    edge = ~(errors[one, other] > 0)
    if edge.any():
        pairs = tuple(
            f"{names[one[i]]} - {names[other[i]]}" for i in np.flatnonzero(edge)[:5].tolist()
        )
        template = "no categorical omega, as answers are in perfect order: {items}"
        return np.nan, Reason(key, template, {"items": pairs})
    if len(names) == 2 and correlation[0, 1] <= 0:
        return np.nan, Reason(
            key, "no categorical omega, as the polychoric correlation is not positive"
        )
    loadings, settled = one_factor_dwls(correlation, errors)
    if not settled:
        return np.nan, Reason(key, "no categorical omega, as its one-factor solution was not found")
    thresholds, steps = _cuts(latent, at)
    common = np.outer(loadings, loadings)
    omega = _total(thresholds, steps, common) / _total(thresholds, steps, correlation)
    bound = loadings**2 >= 1 - _LEAST_UNIQUENESS * 1.001
    if bound.any():
        held = tuple(name for name, is_held in zip(names, bound, strict=True) if is_held)
        template = (
            "uniqueness at its lower bound (Heywood case) for {items}; read categorical omega "
            "with care"
        )
        return omega, Reason(key, template, {"items": held})
    return omega, None


def one_factor_dwls(correlation: Floats, errors: Floats) -> tuple[Floats, bool]:
    """Find the loadings of one factor by weighted least squares, and say whether they settled.

    Parameters
    ----------
    correlation, errors : ndarray of shape (k, k)
        Correlations, and their standard errors, whose squares divide the squared residuals.

    Notes
    -----
    Uniquenesses are at least .005. Two items have equal loadings.
    """
    from scipy.optimize import least_squares

    k = len(correlation)
    one, other = np.triu_indices(k, 1)
    observed, precision = correlation[one, other], 1 / errors[one, other]
    most = float(np.sqrt(1 - _LEAST_UNIQUENESS))
    if k == 2:
        return np.full(2, min(float(np.sqrt(observed[0])), most)), True
    row = np.arange(len(one))

    def residuals(loadings: Floats) -> Floats:
        found: Floats = (observed - loadings[one] * loadings[other]) * precision
        return found

    def slopes(loadings: Floats) -> Floats:
        found = np.zeros((len(one), k))
        found[row, one] = -loadings[other] * precision
        found[row, other] = -loadings[one] * precision
        return found

    values, vectors = np.linalg.eigh(correlation)
    start = np.clip(vectors[:, -1] * np.sqrt(values[-1]), -0.95, 0.95)
    solution = least_squares(
        residuals,
        start,
        slopes,
        bounds=(-most, most),
        xtol=_TIGHT,
        ftol=_TIGHT,
        gtol=_TIGHT,
        max_nfev=500,
    )
    loadings: Floats = solution.x
    return loadings if loadings.sum() >= 0 else -loadings, bool(solution.success)


def _cuts(latent: Latent, at: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Give the thresholds of some items and the steps of the answers there, shape (k, C - 1)."""
    levels = [np.array(latent.prepared.levels[place] or ()) for place in at]
    wide = max(map(len, levels)) - 1
    thresholds, steps = np.full((len(at), wide), _BEYOND), np.zeros((len(at), wide))
    for row, (place, values) in enumerate(zip(at, levels, strict=True)):
        thresholds[row, : len(values) - 1] = latent.thresholds(int(place))
        steps[row, : len(values) - 1] = np.diff(values)
    return thresholds, steps


def _total(thresholds: Floats, steps: Floats, correlation: Floats) -> float:
    """Sum the covariances of all answers, given the correlations of their latent responses."""
    k = len(thresholds)
    one, other = np.triu_indices(k, 1)
    between = _covariances(thresholds, steps, one, other, correlation[one, other])
    same = np.arange(k)
    alike = np.diag(correlation)
    if (alike < 1).all():
        return float(_covariances(thresholds, steps, same, same, alike).sum() + 2 * between.sum())
    below = ndtr(thresholds)
    both = np.minimum(below[:, :, None], below[:, None, :]) - below[:, :, None] * below[:, None, :]
    own = np.einsum("jcd,jc,jd->j", both, steps, steps)
    return float(own.sum() + 2 * between.sum())


def _covariances(
    thresholds: Floats,
    steps: Floats,
    one: NDArray[np.intp],
    other: NDArray[np.intp],
    correlation: Floats,
) -> Floats:
    h, k = np.broadcast_arrays(thresholds[one][:, :, None], thresholds[other][:, None, :])
    apart = bivariate_cdf(h, k, correlation) - ndtr(h) * ndtr(k)
    found: Floats = np.einsum("mcd,mc,md->m", apart, steps[one], steps[other])
    return found
