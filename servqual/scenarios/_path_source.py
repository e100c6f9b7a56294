"""From indicators by way of constructs to the outcomes of a PLS path model, on 0-100."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from servqual._language import say
from servqual._progress import progress as show_progress
from servqual.comparisons.reasons import Reason, reason
from servqual.errors import ModelError
from servqual.pls.fitting.estimates import Estimates
from servqual.pls.prediction.forecasts import roles_of
from servqual.pls.questions.importance_map import Ends, importance_performance_map
from servqual.pls.resamples.refits import Refitter, check_refittable
from servqual.pls.result import PlsResult
from servqual.resampling import MomentResampler, normed, percentile_interval, resample_counts
from servqual.scenarios._effects import (
    Effects,
    Floats,
    Quantity,
    check_draws,
    percentiles,
)


def path_effects(
    result: PlsResult,
    *,
    scale: Ends | Mapping[str, Ends] | None,
    n_resamples: int,
    seed: int | None,
    confidence: float,
    progress: bool,
) -> Effects:
    """Take weights and total effects of a path model, and those of resamples of its respondents.

    Raises
    ------
    ModelError
        If the model has common factors or no rows, did not converge, or a reversed scale.
    ResponseError
        If answers lie outside the scale.
    """
    rows = check_refittable(result, "Scenarios")
    estimates = result.estimates
    structure = estimates.structure
    last = structure.names[structure.outcomes[-1]]
    ends = importance_performance_map(result, last, scale=scale)
    columns = result.recipe.plan.columns
    low, high = np.array([ends.scale[name] for name in columns]).T
    if (low > high).any():
        raise ModelError(
            "scale turns indicators round, so that a rise would be a fall. Recode them in the data "
            "instead."
        )
    weights = np.ones(len(rows)) if result.answers.weights is None else result.answers.weights
    names = result.constructs
    owner = roles_of(result.recipe.plan).owner
    now, slopes, index = _indices(estimates, result, rows, weights[None], low, high)
    direct = _direct(estimates, index[0])
    refitter = Refitter(result.recipe, rows, result.answers.weights)
    found: list[tuple[Floats, Floats, Floats, Floats]] = []
    with show_progress(say("bootstrap"), n_resamples, wanted=progress) as bar:
        for counts in resample_counts(len(rows), n_resamples, seed):
            refit = refitter.of(counts).estimates
            weighed = counts * weights
            drawn, slope, each = _indices(refit, result, rows, weighed, low, high)
            means = weighed @ rows / weighed.sum(axis=1, keepdims=True)
            found.append((drawn, slope, means, _direct(refit, each[0])))
            bar.advance(len(counts))
    draws, slope_draws, means, direct_draws = (
        np.concatenate(part) for part in zip(*found, strict=True)
    )
    known = np.isfinite(slope_draws).all(axis=(1, 2)) & np.isfinite(draws).all(axis=1)
    check_draws(known)
    spans = percentiles(rows @ index[1] + index[2], weights)
    # Along the chain: what nothing explains comes first.
    order = [j for j in range(len(names)) if j not in structure.outcomes]
    order += [j for j in structure.outcomes if j < len(names)]
    assumptions: tuple[Reason, ...] = (
        reason(
            "Constructs are weighted means of their indicators, as the model weighs them, and move "
            "along all its paths (total effects, on 0-100)."
        ),
    )
    if ends.observed_scale:
        text = (
            "0 and 100 are the lowest and the highest answers of these data, which also bound the "
            "changes; scale= gives the ends of the scale."
        )
        assumptions += (reason(text),)
    if ends.has_products:
        assumptions += (reason("Effects that depend on a moderator are those at its mean."),)
    if result.n_imputed:
        text = (
            "{k:,} missing answers were replaced by means once and drawn like answers, so "
            "intervals are too narrow by what that hides."
        )
        assumptions += (reason(text, k=result.n_imputed),)
    return Effects(
        items=tuple(
            Quantity(level="indicator", name=name, low=float(a), high=float(b))
            for name, a, b in zip(columns, low, high, strict=True)
        ),
        groups={
            name: tuple(int(i) for i in np.flatnonzero(owner == j))
            for j, name in enumerate(names)
            if name not in columns
        },
        quantities=tuple(
            Quantity(level="construct", name=names[j], unit="index points", low=0, high=100)
            for j in order
        ),
        item_now=weights @ rows / weights.sum(),
        item_draws=means[known],
        now=now[0, order],
        draws=draws[known][:, order],
        slopes=slopes[0, order],
        slope_draws=slope_draws[known][:, order],
        spans=spans[order],
        links=_links(result, direct[0], direct_draws[known], confidence),
        assumptions=assumptions,
        reasons=tuple(map(reason, ends.problems)),
        levers=tuple(int(i) for i in np.flatnonzero(~np.isin(owner, structure.outcomes))),
        instrument=None,
        n=result.n,
        n_total=result.n + result.n_excluded,
        n_resamples=n_resamples,
        n_failed=int((~known).sum()),
        seed=seed,
        confidence=confidence,
        weighted=result.weighted,
        recoded=(),
        not_asked=(),
    )


def _indices(
    estimates: Estimates, result: PlsResult, rows: Floats, counts: Floats, low: Floats, high: Floats
) -> tuple[Floats, Floats, tuple[Floats, Floats, Floats]]:
    r"""Give index means (B, J), their slopes on the columns (B, J, p), and what they are made of.

    The index of construct j is :math:`100 \sum_i w_{ij} (x_i - l_i) / \sum_i w_{ij} (h_i - l_i)`;
    that of the target moves by :math:`t_{kj} r_j / r_k` per point of it, with the total effect t of
    the scores and the points r of a score's unit.
    """
    weights = estimates.from_columns
    resampler = MomentResampler(rows)
    moments = resampler.moments(normed(counts))
    if result.standardized:
        sd = np.sqrt(np.diagonal(moments.covariance, axis1=1, axis2=2))
        with np.errstate(divide="ignore", invalid="ignore"):
            weights = weights / sd[:, :, None]
    ranged = np.einsum("bij,i->bj", weights, high - low)
    own = 100 * weights.swapaxes(1, 2) / ranged[:, :, None]
    constant = -(own @ low)
    means = np.einsum("bji,bi->bj", own, moments.mean) + constant
    j = own.shape[1]
    points = estimates.total_effects[:, :j, :j] * (ranged[:, None, :] / ranged[:, :, None])
    slopes = own + points @ own
    return means, slopes, (ranged, own[0].T, constant[0])


def _direct(estimates: Estimates, ranged: Floats) -> Floats:
    """Give the paths in points of 0-100 per point: (B, J, J)."""
    j = ranged.shape[1]
    return estimates.paths[:, :j, :j] * (ranged[:, None, :] / ranged[:, :, None])


def _links(result: PlsResult, direct: Floats, draws: Floats, confidence: float) -> pd.DataFrame:
    """Give the paths between constructs."""
    names = list(result.constructs)
    pairs = [
        (names.index(lhs), names.index(rhs))
        for lhs, rhs in zip(result.paths["lhs"], result.paths["rhs"], strict=True)
        if lhs in names and rhs in names
    ]
    to, by = np.array(pairs).T
    low, high = percentile_interval(draws[:, to, by], confidence)
    return pd.DataFrame(
        {
            "lhs": [names[one] for one in to],
            "rhs": [names[one] for one in by],
            "estimate": direct[to, by],
            "ci_low": low,
            "ci_high": high,
        }
    )
