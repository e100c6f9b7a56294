"""From the answers to a construct's items to an index of 0 to 100."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servqual.errors import ModelError, ResponseError, nearest, shortened
from servqual.indices._source import Floats
from servqual.scorecards.satisfaction import check_scale

Scale = tuple[int, int]


@dataclass(frozen=True, kw_only=True, eq=False)
class Ends:
    """The lowest and the highest possible answer to each of k items."""

    low: Floats
    high: Floats


def ends_of(
    scale: Scale | Mapping[str, Scale], items: Mapping[str, Sequence[str]]
) -> dict[str, Ends]:
    """Read the scales of the items of constructs; those without one are left out.

    Parameters
    ----------
    scale : tuple of (int, int), or mapping of str to tuple
        Of all items, or by item or construct.
    items : mapping of str to sequence of str
        The items of each construct.

    Raises
    ------
    ModelError
        If it names what is not there.
    ValueError
        If it is no scale.

    Examples
    --------
    >>> found = ends_of({"SAT": (1, 10), "left": (0, 1)}, {"SAT": ["s1", "s2"], "LOY": ["l1"]})
    Traceback (most recent call last):
        ...
    servqual.errors.ModelError: scale names 'left', which is no construct and no item of the ...
    >>> ends_of({"SAT": (1, 10)}, {"SAT": ["s1", "s2"], "LOY": ["l1"]})["SAT"].high
    array([10., 10.])
    """
    if not isinstance(scale, Mapping):
        low, high = check_scale(scale)
        return {
            name: Ends(low=np.full(len(own), float(low)), high=np.full(len(own), float(high)))
            for name, own in items.items()
        }
    known = [*items, *(one for own in items.values() for one in own)]
    unknown = [name for name in scale if name not in known]
    if unknown:
        raise ModelError(
            f"scale names {shortened(unknown)}, which is no construct and no item of the model."
            f"{nearest(unknown[0], known)}"
        )
    read = {name: check_scale(one) for name, one in scale.items()}
    found = {}
    for name, own in items.items():
        its = [read.get(one, read.get(name)) for one in own]
        given = np.array([one for one in its if one is not None], dtype=np.float64)
        if len(given) == len(own):
            found[name] = Ends(low=given[:, 0], high=given[:, 1])
    return found


def off_scale(rows: Floats, ends: Ends) -> NDArray[np.bool_]:
    """Say which answers (n, k) are off their scale."""
    return np.asarray((rows < ends.low) | (rows > ends.high))


def check_ends(rows: Floats, ends: Ends, items: Sequence[str]) -> None:
    """Refuse answers that are off their scale.

    Raises
    ------
    ResponseError
    """
    off = off_scale(rows, ends)
    if off.any():
        at = int(np.flatnonzero(off.any(axis=0))[0])
        value = float(rows[off[:, at], at][0])
        raise ResponseError(
            f"{int(off.sum()):,} answers are off their scale, the first in column {items[at]!r}: "
            f"{value:g} is not between {ends.low[at]:g} and {ends.high[at]:g}. Correct or blank "
            "them, or give the scale by construct or item: scale={'complaints': (0, 1), ...}."
        )


def coefficients(weights: NDArray[Any], ends: Ends) -> tuple[NDArray[Any], NDArray[Any]]:
    r"""Turn weights into what an index takes the answers times, and what it adds.

    Parameters
    ----------
    weights : ndarray of shape (..., k)
    ends : Ends

    Returns
    -------
    slopes : ndarray of shape (..., k)
        NaN where weights differ in sign.
    constant : ndarray of shape (...)

    Notes
    -----
    .. math:: I = 100 \frac{\sum_j w_j x_j - \sum_j w_j \min_j}
              {\sum_j w_j \max_j - \sum_j w_j \min_j}

    so that the lowest possible answers give 0 and the highest 100, whatever the weights are.

    Examples
    --------
    >>> ends = Ends(low=np.array([1.0, 1.0]), high=np.array([10.0, 10.0]))
    >>> slopes, constant = coefficients(np.array([3.0, 1.0]), ends)
    >>> float(slopes @ [10, 10] + constant), float(slopes @ [7.0, 7.0] + constant)
    (100.0, 66.66666666666667)
    """
    ranged = span(weights, ends)
    slopes = 100 * weights / ranged[..., None]
    return slopes, -(slopes * ends.low).sum(axis=-1)


def span(weights: NDArray[Any], ends: Ends) -> NDArray[Any]:
    """Give the range (...) of the weighted sum of answers; NaN where weights differ in sign."""
    sign = np.sign(weights.real.sum(axis=-1, keepdims=True))
    alike = ((weights.real * sign >= 0).all(axis=-1)) & (sign[..., 0] != 0)
    return np.where(alike, (weights * (ends.high - ends.low)).sum(axis=-1), np.nan)
