r"""Heterotrait-monotrait ratios of correlations, of one matrix or of many at once.

For constructs a and b with items i, i' and j, j' the arithmetic HTMT [1]_ is

.. math::

   \frac{\overline{|r_{ij}|}}{\sqrt{\overline{|r_{ii'}|} \; \overline{|r_{jj'}|}}}

with means over the pairs of different items. HTMT2 [2]_ has geometric means, which need positive
correlations.

References
----------
.. [1] Henseler, J., Ringle, C. M., & Sarstedt, M. (2015). A new criterion for assessing
   discriminant validity in variance-based structural equation modeling. *Journal of the Academy of
   Marketing Science*, 43(1), 115-135. https://doi.org/10.1007/s11747-014-0403-8
.. [2] Roemer, E., Schuberth, F., & Henseler, J. (2021). HTMT2: An improved criterion for assessing
   discriminant validity in structural equation modeling. *Industrial Management & Data Systems*,
   121(12), 2637-2650. https://doi.org/10.1108/IMDS-02-2021-0082
"""

from collections.abc import Sequence
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from servqual.resampling import MomentResampler, resample_counts

Floats = NDArray[np.float64]
Mean = Literal["arithmetic", "geometric"]


def heterotrait_ratios(
    covariances: Floats, positions: Sequence[Sequence[int]], mean: Mean = "arithmetic"
) -> Floats:
    """Give the ratio of each pair of constructs.

    Parameters
    ----------
    covariances : ndarray of shape (..., p, p)
        Of the items; their scale does not matter.
    positions : sequence of sequence of int
        Where the items of each construct stand, each with two or more.
    mean : str
        "arithmetic" of absolute correlations, or "geometric".

    Returns
    -------
    ndarray of shape (..., k (k - 1) / 2)
        In the order of `itertools.combinations`; NaN where items are shared, or a geometric mean
        meets a correlation that is not positive.
    """
    spread = np.sqrt(np.diagonal(covariances, axis1=-2, axis2=-1))
    correlations = covariances / (spread[..., :, None] * spread[..., None, :])
    within = [_mean(_within(correlations, its), mean) for its in positions]
    found = []
    for a, b in combinations(range(len(positions)), 2):
        block = correlations[..., positions[a], :][..., positions[b]]
        between = _mean(block.reshape(*block.shape[:-2], -1), mean)
        if set(positions[a]) & set(positions[b]):
            between = np.full_like(between, np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            found.append(between / np.sqrt(within[a] * within[b]))
    lead = covariances.shape[:-2]
    return np.stack(found, axis=-1) if found else np.zeros((*lead, 0))


def resampled_ratios(
    rows: Floats,
    weights: Floats | None,
    positions: Sequence[Sequence[int]],
    mean: Mean,
    n_resamples: int,
    seed: int | None,
) -> Floats:
    """Give the ratios of resamples of rows: (n_resamples, pairs)."""
    resampler = MomentResampler(rows)
    drawn = []
    for counts in resample_counts(len(rows), n_resamples, seed):
        moments = resampler.moments(counts if weights is None else counts * weights)
        drawn.append(heterotrait_ratios(moments.covariance, positions, mean))
    return np.concatenate(drawn)


def _within(correlations: Floats, positions: Sequence[int]) -> Floats:
    first, second = np.triu_indices(len(positions), 1)
    at = np.asarray(positions)
    return np.asarray(correlations[..., at[first], at[second]])


def _mean(correlations: Floats, mean: Mean) -> Floats:
    if mean == "arithmetic":
        return np.asarray(np.abs(correlations).mean(axis=-1))
    positive = (correlations > 0).all(axis=-1)
    logs = np.log(np.where(correlations > 0, correlations, 1.0)).mean(axis=-1)
    return np.where(positive, np.exp(logs), np.nan)
