"""What respondents add to the effects of coded answers, and resamples of them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from servqual.priorities.asymmetry.coding import ABSENT, Coded
from servqual.regression import SINGULAR, Regression, slopes_of
from servqual.resampling import MomentResampler, resample_counts

Floats = NDArray[np.float64]


def influences(
    y: Floats, design: Floats, weights: Floats | None, fit: Regression
) -> tuple[Floats, Floats]:
    """Give what each respondent adds to each coefficient (n, q + 1), and the leverages (n,)."""
    x = np.column_stack([np.ones(len(y)), design])
    w = np.ones(len(y)) if weights is None else weights / weights.mean()
    inverse = np.linalg.inv(x.T @ (x * w[:, None]))
    reach = (x * w[:, None]) @ inverse
    leverage = (reach * x).sum(axis=1)
    return reach * (y - x @ fit.coefficients)[:, None], leverage


def draw_effects(
    y: Floats, coded: Coded, weights: Floats, n_resamples: int, seed: int | None
) -> Iterator[Floats]:
    """Give penalties and rewards of blocks of resamples, (b, k, 2); NaN where there are none."""
    resampler = MomentResampler(np.column_stack([coded.design, y]))
    for counts in resample_counts(len(y), n_resamples, seed):
        yield effects_at(resampler, coded, counts * weights)


def effects_at(resampler: MomentResampler, coded: Coded, weights: Floats) -> Floats:
    """Give penalties and rewards under weights of shape (b, n), as (b, k, 2)."""
    covariance = resampler.moments(weights).covariance
    q = coded.design.shape[1]
    among, with_y = covariance[:, :q, :q], covariance[:, :q, q]
    variance = np.diagonal(among, axis1=1, axis2=2)
    varies = np.asarray((variance > SINGULAR * coded.design.var(axis=0)).all(axis=1))
    slopes = np.full((len(weights), q + 1), np.nan)  # the last is that of nothing
    slopes[varies, :q] = slopes_of(among[varies], with_y[varies, :, None])[:, :, 0]
    return slopes[:, np.where(coded.at == ABSENT, q, coded.at)]
