"""Scores of plain arrays: the door for other packages, which loads NumPy and nothing else.

Rows are respondents and columns are items or dimensions. Arguments that could be swapped without
an error are keyword-only. Nothing is warned of: where an answer is missing (NaN), so is the score.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from servqual._kernel import Weighting, score

Dimensions = Mapping[str, Sequence[int]] | Sequence[Sequence[int]]


class Tolerance(NamedTuple):
    """Where perceptions stand in the zone of tolerance."""

    adequacy: NDArray[Any]
    superiority: NDArray[Any]
    width: NDArray[Any]


class GapArrays(NamedTuple):
    """Gaps of n respondents on k items in d dimensions, and their means and deviations."""

    items: NDArray[Any]
    dimensions: NDArray[np.float64]
    overall: NDArray[np.float64]
    item_mean: NDArray[np.float64]
    item_sd: NDArray[np.float64]
    dimension_mean: NDArray[np.float64]
    dimension_sd: NDArray[np.float64]
    overall_mean: float
    overall_sd: float


def gap(*, perception: ArrayLike, expectation: ArrayLike) -> NDArray[Any]:
    """Subtract expectations from perceptions.

    Parameters
    ----------
    perception, expectation : array_like of one shape, such as (n, k)
        Answers in scale points.

    Returns
    -------
    ndarray of the same shape
        P - E in scale points; negative means a shortfall. Whole numbers stay whole, in a signed
        type that holds every difference.

    Raises
    ------
    ValueError
        If the shapes differ, or the values are not numbers.

    References
    ----------
    Parasuraman, A., Zeithaml, V. A., & Berry, L. L. (1988). SERVQUAL: A multiple-item scale for
    measuring consumer perceptions of service quality. *Journal of Retailing*, 64(1), 12-40.

    Examples
    --------
    >>> gap(perception=[[5, 6], [6, 4]], expectation=[[7, 6], [6, 6]])
    array([[-2,  0],
           [ 0, -2]])
    """
    p, e = _numbers(perception=perception, expectation=expectation)
    return _difference(p, e)


def dimension_means(scores: ArrayLike, dimensions: Dimensions) -> NDArray[np.float64]:
    """Average items within dimensions.

    Parameters
    ----------
    scores : array_like of shape (n, k)
        Gaps or answers, one column an item.
    dimensions : sequence of d sequences of int, or mapping to them
        The columns of each dimension, each in [0, k).

    Returns
    -------
    ndarray of shape (n, d)
        Mean of each dimension, NaN where one of its items is NaN.

    Raises
    ------
    ValueError
        If `scores` is not two-dimensional, or a dimension is empty or names a column that is not
        there.

    Examples
    --------
    >>> dimension_means([[-2, 0, -3]], {"care": [0, 1], "speed": [2]})
    array([[-1., -3.]])
    """
    (values,) = _numbers(scores=scores)
    members = _members(dimensions, _columns(values, "scores"))
    return np.column_stack([values[:, at].mean(axis=1, dtype=np.float64) for at in members])


def overall(dimension_gaps: ArrayLike, importance: ArrayLike | None = None) -> NDArray[np.float64]:
    r"""Average dimensions, weighted by importance if it is given.

    Parameters
    ----------
    dimension_gaps : array_like of shape (n, d)
    importance : array_like of shape (d,) or (n, d), optional
        Weights of the dimensions, common to all or of each respondent; they are scaled to sum to
        1.

    Returns
    -------
    ndarray of shape (n,)
        :math:`\sum_d w_d g_d / \sum_d w_d`, NaN where a gap or a weight is NaN or the weights of
        a respondent are all zero.

    Raises
    ------
    ValueError
        If the shapes do not fit or a weight is negative.

    Examples
    --------
    The published gaps of a restaurant, with the weights of Parasuraman, Zeithaml and Berry:

    >>> gaps = [[-0.4265, -0.4314, -0.4314, -0.4935, 0.3431]]
    >>> overall(gaps), overall(gaps, [11, 32, 22, 19, 16])
    (array([-0.28794]), array([-0.31874]))
    """
    (values,) = _numbers(dimension_gaps=dimension_gaps)
    _columns(values, "dimension_gaps")
    if importance is None:
        mean: NDArray[np.float64] = values.mean(axis=1, dtype=np.float64)
        return mean
    weights = _weights(importance, values.shape)
    mass = np.broadcast_to(weights.sum(axis=-1), len(values))
    total = (values * weights).sum(axis=1)
    scored = np.full(len(values), np.nan)
    return np.divide(total, mass, out=scored, where=mass > 0)


def tolerance(*, minimum: ArrayLike, desired: ArrayLike, perception: ArrayLike) -> Tolerance:
    """Compare perceptions with the minimum and the desired level.

    Parameters
    ----------
    minimum, desired, perception : array_like of one shape, such as (n, k)
        Answers in scale points.

    Returns
    -------
    Tolerance
        ``adequacy`` (perception - minimum), ``superiority`` (perception - desired) and ``width``
        (desired - minimum), each of the same shape; adequacy - superiority = width.

    Raises
    ------
    ValueError
        If the shapes differ, or the values are not numbers.

    References
    ----------
    Parasuraman, A., Zeithaml, V. A., & Berry, L. L. (1994). Alternative scales for measuring
    service quality. *Journal of Retailing*, 70(3), 201-230.
    https://doi.org/10.1016/0022-4359(94)90033-7

    Examples
    --------
    >>> tolerance(minimum=[5, 6], desired=[8, 8], perception=[6, 5])
    Tolerance(adequacy=array([ 1, -1]), superiority=array([-2, -3]), width=array([3, 2]))
    """
    low, high, p = _numbers(minimum=minimum, desired=desired, perception=perception)
    return Tolerance(
        adequacy=_difference(p, low),
        superiority=_difference(p, high),
        width=_difference(high, low),
    )


def score_gaps(
    *,
    perception: ArrayLike,
    expectation: ArrayLike,
    dimensions: Dimensions,
    importance: ArrayLike | None = None,
) -> GapArrays:
    """Score items, dimensions and overall in one pass, with means and standard deviations.

    The same figures as `gap`, `dimension_means` and `overall`, faster on many rows. Column-major
    (Fortran-ordered) integer arrays are fastest.

    Parameters
    ----------
    perception, expectation : array_like of shape (n, k)
        Answers in scale points, without NaN.
    dimensions : sequence of d sequences of int, or mapping to them
        The columns of each dimension.
    importance : array_like of shape (d,) or (n, d), optional
        Weights of the dimensions.

    Returns
    -------
    GapArrays
        ``items`` (n, k), ``dimensions`` (n, d), ``overall`` (n,), and of each the mean and the
        standard deviation (divisor n - 1) over respondents.

    Raises
    ------
    ValueError
        If shapes do not fit, an answer is NaN, or a weight is negative.

    Examples
    --------
    >>> scored = score_gaps(
    ...     perception=[[5, 6, 4], [6, 4, 6]],
    ...     expectation=[[7, 6, 7], [6, 6, 7]],
    ...     dimensions=[[0, 1], [2]],
    ... )
    >>> scored.overall, scored.overall_mean
    (array([-2., -1.]), -1.5)
    """
    p, e = _numbers(perception=perception, expectation=expectation)
    k = _columns(p, "perception")
    members = _members(dimensions, k)
    for name, values in (("perception", p), ("expectation", e)):
        if values.dtype.kind == "f" and np.isnan(values).any():
            raise ValueError(
                f"{name} holds {int(np.isnan(values).sum()):,} NaN; drop these rows, or use "
                "servqual.Responses, which counts and reports them."
            )
    if len(p) == 0:
        raise ValueError("There are no rows to score.")
    weighting = None
    if importance is not None:
        weights = _weights(importance, (len(p), len(members)))
        weighting = Weighting(values=weights.T, at="dimension", normalize=True)
    scored = score(list(p.T), list(e.T), members, weighting=weighting)
    item = scored.statistics["item"]["score"]
    dimension = scored.statistics["dimension"]["score"]
    total = scored.statistics["overall" if weighting is None else "weighted"]["score"]
    weighted = scored.overall_weighted
    return GapArrays(
        items=scored.items.T,
        dimensions=scored.dimensions.T,
        overall=scored.overall if weighted is None else weighted,
        item_mean=item.mean,
        item_sd=np.sqrt(item.variance),
        dimension_mean=dimension.mean,
        dimension_sd=np.sqrt(dimension.variance),
        overall_mean=float(total.mean[0]),
        overall_sd=float(np.sqrt(total.variance[0])),
    )


def _numbers(**named: ArrayLike) -> list[NDArray[Any]]:
    arrays = {name: np.asarray(values) for name, values in named.items()}
    for name, values in arrays.items():
        if values.dtype.kind not in "iuf":
            raise ValueError(f"{name} must be real numbers, not {values.dtype}.")
    shapes = {values.shape for values in arrays.values()}
    if len(shapes) > 1:
        of = ", ".join(f"{name} {values.shape}" for name, values in arrays.items())
        raise ValueError(f"The shapes differ: {of}.")
    return [
        values.astype(np.float64) if values.dtype.kind == "f" else values
        for values in arrays.values()
    ]


def _difference(upper: NDArray[Any], lower: NDArray[Any]) -> NDArray[Any]:
    difference: NDArray[Any] = np.subtract(upper, lower, dtype=_signed(upper, lower))
    return difference


def _signed(*arrays: NDArray[Any]) -> np.dtype[Any]:
    """Find the smallest type that holds every difference of these arrays."""
    if any(values.dtype.kind == "f" for values in arrays):
        return np.dtype(np.float64)
    kind = np.result_type(*arrays)
    if not all(values.size for values in arrays):
        return kind
    ends = [int(values.min()) for values in arrays], [int(values.max()) for values in arrays]
    reach = max(ends[1]) - min(ends[0])
    needed = next(
        (one for one in (np.int8, np.int16, np.int32) if reach <= np.iinfo(one).max), np.int64
    )
    return np.promote_types(needed, kind) if kind.kind == "i" else np.dtype(needed)


def _columns(values: NDArray[Any], name: str) -> int:
    if values.ndim != 2:
        raise ValueError(f"{name} must be of shape (rows, columns), not {values.shape}.")
    return len(values.T)


def _members(dimensions: Dimensions, k: int) -> list[list[int]]:
    given = dimensions.values() if isinstance(dimensions, Mapping) else dimensions
    members = [[int(at) for at in one] for one in given]
    if not members:
        raise ValueError("dimensions must name at least one dimension.")
    for number, at in enumerate(members):
        if not at or min(at) < 0 or max(at) >= k:
            raise ValueError(
                f"dimension {number} names columns {at}; it must name some of 0 to {k - 1}."
            )
    return members


def _weights(importance: ArrayLike, shape: tuple[int, ...]) -> NDArray[np.float64]:
    weights = np.asarray(importance, dtype=np.float64)
    if weights.shape not in (shape[1:], shape):
        raise ValueError(
            f"importance must be of shape {shape[1:]} or {shape}, not {weights.shape}."
        )
    if (weights < 0).any():
        raise ValueError("importance must not be negative.")
    return weights
