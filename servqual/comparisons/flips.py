"""Sign flips of respondents: the largest |t| of a family when no mean differs from 0.

A flip gives every respondent a sign, which all the respondent's scores share, so the dependence
between tests is kept. A flip is never a copy of rows: all means of a block of flips come from one
product of its signs with the scores.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servqual.comparisons.means import Means
from servqual.resampling import BLOCK

Floats = NDArray[np.float64]

_ROWS = 16_384
_TIES = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Flips:
    """The largest |t| of each flip: of the scores, and of the scores less their means."""

    of_scores: Floats
    of_residuals: Floats

    def p_values(self, statistic: Floats) -> Floats:
        """Adjust t statistics: (1 + how many flips reach them) / (1 + flips)."""
        ordered = np.sort(self.of_scores)
        below = np.searchsorted(ordered, np.abs(statistic) * (1 - _TIES), side="left")
        p = (1 + len(ordered) - below) / (1 + len(ordered))
        return np.where(np.isnan(statistic), np.nan, p)

    def critical(self, confidence: float) -> float:
        """How many errors a simultaneous band is wide; NaN if there are too few flips for it."""
        ordered = np.sort(self.of_residuals)
        at = int(np.ceil(confidence * (len(ordered) + 1)))
        found = float(ordered[at - 1]) if at <= len(ordered) else np.nan
        return found if np.isfinite(found) else np.nan


def flip_signs(
    values: Floats, weights: Floats | None, means: Means, n_resamples: int, seed: int | None
) -> Flips:
    r"""Draw sign flips and keep the largest |t| of each.

    Parameters
    ----------
    values : ndarray of shape (q, n)
        Scores, NaN where there is none. Columns without spread take no part.
    weights : ndarray of shape (n,) or None
        Sampling weights.
    means : Means
        Those of the values.
    n_resamples : int
        How many flips.
    seed : int or None
        Each block of 100 flips has a stream of its own, spawned from the seed.

    Notes
    -----
    Under the hypothesis that scores lie symmetrically about 0, each flip
    :math:`t_j(s) = \bar x_j(s) / se_j(s)` of :math:`s_i x_{ij}, s_i = \pm 1`, is as probable as the
    data, so the share of flips whose :math:`\max_j |t_j(s)|` reaches :math:`|t_j|` is an exact
    p-value for the family [1]_ [2]_; without symmetry it holds in large samples. For bands, the
    residuals :math:`x_{ij} - \bar x_j` are flipped instead.

    References
    ----------
    .. [1] Westfall, P. H., & Young, S. S. (1993). *Resampling-based multiple testing*. Wiley.
    .. [2] Phipson, B., & Smyth, G. K. (2010). Permutation p-values should never be zero.
       *Statistical Applications in Genetics and Molecular Biology*, 9(1), Article 39.
       https://doi.org/10.2202/1544-6115.1585
    """
    kept = means.spread
    values, mean, n = values[kept], means.mean[kept], means.n[kept]
    sums, squares, residuals = _flipped_sums(values, weights, mean, n_resamples, seed)
    (of_w, of_wx), (of_w2, of_w2x) = sums[0], sums[-1]
    mass = squares["w"]
    correction = n / (n - 1)
    flipped = of_wx / mass
    spread = squares["w2x2"] - 2 * flipped * of_w2x + flipped**2 * squares["w2"]
    centred = (of_wx - mean * of_w) / mass
    off = of_w2x - mean * of_w2
    left = residuals - 2 * centred * off + centred**2 * squares["w2"]
    return Flips(
        of_scores=_largest(flipped * mass, spread * correction, squares["w2x2"]),
        of_residuals=_largest(centred * mass, left * correction, residuals),
    )


def _largest(total: Floats, squared_error: Floats, scale: Floats) -> Floats:
    """Find the largest |t| of each flip; infinite where a flip leaves no spread."""
    if total.shape[1] == 0:
        return np.zeros(len(total))
    there = squared_error > 1e-12 * scale
    t = np.divide(
        np.abs(total),
        np.sqrt(np.where(there, squared_error, 1)),
        out=np.where(np.abs(total) > 0, np.inf, 0.0),
        where=there,
    )
    largest: Floats = t.max(axis=1)
    return largest


def _flipped_sums(
    values: Floats, weights: Floats | None, mean: Floats, n_resamples: int, seed: int | None
) -> tuple[list[tuple[Floats, Floats]], dict[str, Floats], Floats]:
    """Sum signs times w and w x (under weights also w**2 and w**2 x), rows chunk by chunk."""
    q, n = values.shape
    streams = np.random.SeedSequence(seed).spawn(-(-n_resamples // BLOCK))
    generators = [np.random.default_rng(stream) for stream in streams]
    powers = 1 if weights is None else 2
    found = np.zeros((powers, n_resamples, 2 * q))
    squares = {name: np.zeros(q) for name in ("w", "w2", "w2x2")}
    residuals = np.zeros(q)
    for start in range(0, n, _ROWS):
        x = values[:, start : start + _ROWS]
        present = ~np.isnan(x)
        x = np.where(present, x, 0)
        w = np.ones(x.shape[1]) if weights is None else weights[start : start + _ROWS]
        by = [np.vstack([present * w**k, x * w**k]).T.copy() for k in range(1, powers + 1)]
        for rng, block in zip(generators, range(0, n_resamples, BLOCK), strict=True):
            signs = _signs(rng, min(BLOCK, n_resamples - block), x.shape[1])
            for sums, columns in zip(found, by, strict=True):
                sums[block : block + BLOCK] += signs @ columns
        squares["w"] += present @ w
        squares["w2"] += present @ w**2
        squares["w2x2"] += x**2 @ w**2
        residuals += np.where(present, x - mean[:, None], 0) ** 2 @ w**2
    return [(sums[:, :q], sums[:, q:]) for sums in found], squares, residuals


def _signs(rng: np.random.Generator, size: int, m: int) -> Floats:
    """Draw size rows of m signs, a bit each."""
    drawn = np.frombuffer(rng.bytes(-(-size * m // 8)), dtype=np.uint8)
    signs = np.unpackbits(drawn, count=size * m).reshape(size, m).astype(np.float64)
    signs *= 2
    signs -= 1
    return signs
