"""From items by way of dimensions and satisfaction to outcomes, on the scores of respondents."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._language import say
from servqual._progress import progress as show_progress
from servqual.comparisons.reasons import Reason, reason
from servqual.resampling import (
    MeanResampler,
    MomentResampler,
    normed,
    percentile_interval,
    resample_counts,
)
from servqual.scenarios._effects import (
    Effects,
    Floats,
    Quantity,
    check_draws,
    percentiles,
)
from servqual.scenarios._regressions import Chain, chain
from servqual.scenarios._score_columns import Columns, Ends, Scored, check_variation, read_columns
from servqual.scores.gaps import GapScores

_CONSTANT = 1e-12


def score_effects(
    scores: Scored,
    *,
    satisfaction: object,
    loyalty: object,
    recommendation: object,
    scale: Ends | Mapping[str, Ends] | None,
    direct: bool,
    n_resamples: int,
    seed: int | None,
    confidence: float,
    progress: bool,
) -> Effects:
    """Estimate the chain on the scored respondents, and again on resamples of them.

    Raises
    ------
    ResponseError
        If outcomes cannot be read, are off their scale or do not vary, dimensions determine one
        another, or respondents are too few.
    """
    instrument = scores.responses.instrument
    columns = read_columns(scores, satisfaction, loyalty, recommendation, scale)
    d, held = columns.d, columns.held
    keys = tuple(instrument.dimensions)
    resampler = MomentResampler(columns.joint)
    whole = resampler.moments(normed(columns.weights[None]))
    check_variation(columns, whole.covariance[0], keys)
    variance = np.diagonal(whole.covariance[0])
    found = _chain_of(whole.covariance, variance, columns, direct=direct)
    means, each, held_draws = MeanResampler(columns.items), [], []
    with show_progress(say("bootstrap"), n_resamples, wanted=progress) as bar:
        for counts in resample_counts(len(columns.joint), n_resamples, seed):
            weighed = normed(counts * columns.weights)
            moments = resampler.moments(weighed)
            drawn = _chain_of(moments.covariance, variance, columns, direct=direct)
            each.append(drawn)
            held_draws.append((means.at(weighed), moments.mean))
            bar.advance(len(counts))
    draws = Chain(
        **{
            name: np.concatenate([getattr(one, name) for one in each])
            for name in ("first", "passed", "direct", "total")
        }
    )
    item_draws = np.concatenate([one for one, _ in held_draws])
    mean_draws = np.concatenate([one for _, one in held_draws])
    known = np.asarray(np.isfinite(draws.first).all(axis=1))
    known &= np.isfinite(draws.total).all(axis=(1, 2))
    check_draws(known)
    low, high = instrument.scale_of("perception")
    dimensions = tuple(Quantity(level="dimension", name=key, low=low, high=high) for key in keys)
    quantities = (*dimensions, *columns.outcomes)
    at = [*range(d), *range(d + held, columns.joint.shape[1])]
    spans = np.full((len(quantities), 2), np.nan)
    spans[:d] = percentiles(columns.joint[:, :d], columns.weights)
    share = _shares(instrument.positions, len(instrument.items))
    links, missing = _links(found, draws, known, keys, columns.outcomes, confidence, direct=direct)
    return Effects(
        items=tuple(
            Quantity(level="item", name=item, low=low, high=high) for item in instrument.items
        ),
        groups={key: tuple(own) for key, own in instrument.positions.items()},
        quantities=quantities,
        item_now=means.at(columns.weights[None])[0],
        item_draws=item_draws[known],
        now=whole.mean[0, at],
        draws=mean_draws[known][:, at],
        slopes=_slopes(found, share)[0],
        slope_draws=_slopes(draws, share)[known],
        spans=spans,
        links=links,
        assumptions=_assumptions(scores, columns, direct=direct),
        reasons=missing,
        levers=tuple(range(len(instrument.items))),
        instrument=instrument,
        n=len(columns.joint),
        n_total=len(scores.responses),
        n_resamples=n_resamples,
        n_failed=int((~known).sum()),
        seed=seed,
        confidence=confidence,
        weighted=scores.responses.weights is not None,
        recoded=scores.responses.recoded,
        not_asked=scores.responses.not_asked,
    )


def _shares(positions: Mapping[str, list[int]], k: int) -> Floats:
    """Say by how much an item moves its dimension: (d, k)."""
    found = np.zeros((len(positions), k))
    for at, own in enumerate(positions.values()):
        found[at, own] = 1 / len(own)
    return found


def _slopes(found: Chain, share: Floats) -> Floats:
    """Give the slopes of dimensions and outcomes on items: (b, q, k)."""
    outcomes = np.concatenate([found.first[:, None, :], found.total], axis=1) @ share
    return np.concatenate([np.broadcast_to(share, (len(outcomes), *share.shape)), outcomes], axis=1)


def _chain_of(covariance: Floats, variance: Floats, columns: Columns, *, direct: bool) -> Chain:
    """Regress; an expectation that all share needs no holding, another constant leaves no draw."""
    spread = np.diagonal(covariance, axis1=1, axis2=2)
    constant = spread <= _CONSTANT * variance
    covariance = covariance.copy()
    d, held = columns.d, columns.held
    idle = constant.copy()
    idle[:, :d] = idle[:, d + held :] = False
    covariance[idle] = 0.0
    covariance.swapaxes(1, 2)[idle] = 0.0
    draw, at = np.nonzero(idle)
    covariance[draw, at, at] = 1.0
    needed = [*range(d), d + held]  # an outcome beyond satisfaction may be constant: slopes of 0
    covariance[constant[:, needed].any(axis=1)] = np.nan
    return chain(covariance, d, held, direct=direct)


def _links(
    found: Chain,
    draws: Chain,
    known: NDArray[np.bool_],
    keys: tuple[str, ...],
    outcomes: tuple[Quantity, ...],
    confidence: float,
    *,
    direct: bool,
) -> tuple[pd.DataFrame, tuple[Reason, ...]]:
    """Give the steps of the chain, and why some cannot be told apart."""
    rows: list[tuple[str, str, float, float, float]] = []

    def add(lhs: str, rhs: tuple[str, ...], here: Floats, drawn: Floats) -> None:
        low, high = percentile_interval(drawn[known], confidence)
        low, high = (np.where(np.isnan(here), np.nan, one) for one in (low, high))
        rows.extend(
            (lhs, name, float(a), float(b), float(c))
            for name, a, b, c in zip(rhs, here, low, high, strict=True)
        )

    add("satisfaction", keys, found.first[0], draws.first)
    for r, one in enumerate(outcomes[1:]):
        add(one.level, ("satisfaction",), found.passed[0, r : r + 1], draws.passed[:, r : r + 1])
        if direct:
            add(one.level, keys, found.direct[0, r], draws.direct[:, r])
    reasons: tuple[Reason, ...] = ()
    if np.isnan(found.passed).any():
        template = (
            "The dimensions determine satisfaction, so what it does beside them cannot be told; "
            "the effects in all are there."
        )
        reasons = (reason(template),)
    frame = pd.DataFrame(rows, columns=["lhs", "rhs", "estimate", "ci_low", "ci_high"])
    return frame, reasons


def _assumptions(scores: Scored, columns: Columns, *, direct: bool) -> tuple[Reason, ...]:
    found: list[str] = [
        "A dimension is the mean of its items, so an item moves it by its change / number of items."
    ]
    if isinstance(scores, GapScores):
        found.append(
            "Expectations stay as they are: they stand beside perceptions in the regressions, and "
            "a gap changes as its perception does."
        )
    found.append("Satisfaction moves by the least-squares regression on all dimensions at once.")
    if len(columns.outcomes) > 1:
        found.append(
            "Loyalty and recommendation move by way of satisfaction and with the dimensions "
            "directly (direct=False: by way of satisfaction alone); neither moves the other."
            if direct
            else "Loyalty and recommendation move by way of satisfaction alone (direct=True: with "
            "the dimensions directly, too); neither moves the other."
        )
    if any(one.level == "NPS" for one in columns.outcomes):
        found.append(
            "The NPS is the mean of 100 for promoters, 0 for passives and −100 for detractors, and "
            "moves by the same regressions as if that were one answer."
        )
    return tuple(map(reason, found))
