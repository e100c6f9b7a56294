"""A family of tests: p-values adjusted for how many there are."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from servqual._language import say

Floats = NDArray[np.float64]
Correction = Literal["holm", "bh", "none"]
CorrectionOrFlips = Literal["holm", "bh", "max_t", "none"]

_NAMES = {
    "holm": "Holm",
    "bh": "Benjamini-Hochberg",
    "max_t": "maximum t over sign flips",
    "none": "not adjusted",
}


def check_correction(correction: str, *, flips: bool) -> None:
    """Refuse a correction that is not known."""
    known = get_args(CorrectionOrFlips if flips else Correction)
    if correction not in known:
        raise ValueError(f"correction must be one of {known}, not {correction!r}.")


def name_correction(correction: str, language: str = "en") -> str:
    """Name a correction for a title."""
    return say(_NAMES[correction], language)


def adjust(p_values: ArrayLike, correction: Correction = "holm") -> Floats:
    r"""Adjust p-values for the number of tests in a family; NaN stands outside the family.

    Parameters
    ----------
    p_values : array_like of shape (q,)
    correction : {"holm", "bh", "none"}
        Holm [1]_ keeps the chance of any false rejection; Benjamini-Hochberg [2]_ keeps the
        expected share of false ones among the rejections, under independence or positive
        dependence.

    Notes
    -----
    With p-values in rising order, Holm's are :math:`\max_{j \le i} (m - j + 1) p_{(j)}` and
    Benjamini and Hochberg's :math:`\min_{j \ge i} m\, p_{(j)} / j`, at most 1.

    References
    ----------
    .. [1] Holm, S. (1979). A simple sequentially rejective multiple test procedure. *Scandinavian
       Journal of Statistics*, 6(2), 65-70.
    .. [2] Benjamini, Y., & Hochberg, Y. (1995). Controlling the false discovery rate. *Journal of
       the Royal Statistical Society B*, 57(1), 289-300.
       https://doi.org/10.1111/j.2517-6161.1995.tb02031.x

    Examples
    --------
    >>> adjust([0.01, 0.04, 0.03, np.nan])
    array([0.03, 0.06, 0.06,  nan])
    >>> adjust([0.01, 0.04, 0.03], "bh")
    array([0.03, 0.04, 0.04])
    """
    check_correction(correction, flips=False)
    p = np.array(p_values, dtype=np.float64)
    there = np.flatnonzero(~np.isnan(p))
    if correction == "none" or not len(there):
        return p
    order = there[np.argsort(p[there], kind="stable")]
    m = len(order)
    if correction == "holm":
        adjusted = np.maximum.accumulate(p[order] * np.arange(m, 0, -1))
    else:
        adjusted = np.minimum.accumulate((p[order] * m / np.arange(1, m + 1))[::-1])[::-1]
    p[order] = np.minimum(adjusted, 1)
    return p


def family_size(p_values: ArrayLike) -> int:
    """Count the tests of a family."""
    return int((~np.isnan(np.asarray(p_values, dtype=np.float64))).sum())
