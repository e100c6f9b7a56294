"""Surfaces of resamples: weights on the same rows, the algebra done for a block at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from servqual._language import say
from servqual._progress import progress
from servqual.priorities.surface.regression import Coordinates
from servqual.regression import slopes_of
from servqual.reliability._gap_parts import quadratic_terms
from servqual.resampling import MomentResampler, normed, resample_counts

Floats = NDArray[np.float64]
_SINGULAR = 1e-12


def resampled_coefficients(
    z: Floats,
    pairs: Sequence[tuple[Floats, Floats]],
    weights: Floats | None,
    n_resamples: int,
    seed: int | None,
    *,
    show: bool = False,
) -> Floats:
    """Give coefficients (n_resamples, pairs, 6); NaN where a resample does not carry a surface."""
    sources = [_Source(z, x, y) for x, y in pairs]
    blocks = []
    with progress(say("bootstrap"), n_resamples, wanted=show) as bar:
        for counts in resample_counts(len(z), n_resamples, seed):
            # Few rows may weigh next to nothing.
            drawn = counts if weights is None else normed(counts * weights)
            blocks.append(np.stack([source.coefficients(drawn) for source in sources], axis=1))
            bar.advance(len(counts))
    return np.concatenate(blocks)


class _Source:
    """One pair of variables, ready to be fitted under any weights of its rows."""

    def __init__(self, z: Floats, x: Floats, y: Floats) -> None:
        coordinates = Coordinates.of(x, y)
        terms = quadratic_terms(*coordinates.standard(x, y))
        self._back = coordinates.back
        self._moments = MomentResampler(np.column_stack([terms, z]))

    def coefficients(self, weights: Floats) -> Floats:
        moments = self._moments.moments(weights)
        covariance = moments.covariance
        slopes = slopes_of(covariance[:, :5, :5], covariance[:, :5, 5:], _SINGULAR)[:, :, 0]
        constant = moments.mean[:, 5] - (slopes * moments.mean[:, :5]).sum(axis=1)
        back: Floats = np.column_stack([constant, slopes]) @ self._back.T
        return back
