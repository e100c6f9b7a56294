"""What respondents say is important against what goes with an outcome."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from servqual._language import say
from servqual._progress import progress as show_progress
from servqual.comparisons.families import adjust
from servqual.errors import AdmissibilityWarning, ResponseError, shortened, warn
from servqual.priorities.relative.blocks import check_size, form_blocks
from servqual.priorities.relative.contrast import StatedDerivedImportance
from servqual.priorities.relative.dividing import check_method
from servqual.priorities.relative.methods import Method
from servqual.priorities.relative.reading import read_drivers
from servqual.priorities.relative.resamples import Divider, parts_of, two_sided
from servqual.priorities.relative.subsets import Floats
from servqual.resampling import (
    check_asked,
    mean_and_spread,
    percentile_interval,
    resample_counts,
)
from servqual.scores.gaps import GapScores
from servqual.scores.importance import At, read_importance
from servqual.scores.perception import PerceptionScores


def stated_derived_importance(
    scores: GapScores | PerceptionScores,
    outcome: object,
    importance: str | Mapping[str, float] | pd.DataFrame = "points",
    method: Method = "lmg",
    *,
    of: str | None = None,
    level: At = "dimension",
    n_resamples: int = 2000,
    seed: int | None = None,
    confidence: float = 0.95,
    progress: bool = True,
) -> StatedDerivedImportance:
    r"""Compare what respondents say is important with what goes with an outcome.

    Parameters
    ----------
    scores : GapScores or PerceptionScores
    outcome : str, sequence of str or array_like of shape (n,)
        A column of the answers' frame, several to be averaged, or a value for each respondent.
    importance : {"points", "items"}, mapping or frame
        What was stated: points of 100 for dimensions, ratings of the items (their mean for a
        dimension), common weights, or a frame of weights with a row for each respondent.
    method : {"lmg", "johnson"}
        How importance is derived; see `relative_importance`.
    of : str, optional
        Which scores are the drivers: "gap" (by default of gap scores), "perception", ...
    level : {"dimension", "item"}
    n_resamples : int, default 2000
    seed : int, optional
        The same seed gives the same resamples.
    confidence : float, default 0.95
    progress : bool, default True
        Whether a bar is shown when it takes longer than two seconds.

    Returns
    -------
    StatedDerivedImportance
        ``to_frame()``: driver, label, stated and derived (shares that sum to 1) with se and
        percentile intervals, discrepancy (derived - stated) with se and interval, p_value and
        p_adjusted (Holm). ``.test`` is the test of disagreement as a whole,
        ``.rank_correlation`` Spearman's.

    Raises
    ------
    ResponseError
        If the scores have no such importance, the outcome cannot be read, or a driver has no
        derived importance because it does not vary.
    ValueError
        If an option is not known.

    Warns
    -----
    MissingResponseWarning
        If respondents are left out because something is missing.
    AdmissibilityWarning
        If resamples are left out.

    Notes
    -----
    The stated share is the mean weight of a driver divided by the sum of the mean weights; the
    derived share the part of R² that `relative_importance` gives it. The same resamples of the
    respondents give both, and so the errors of their differences.

    The p-value of a driver is twice the share of resamples in which the difference lies on the
    other side of 0, as its interval says. The test as a whole takes the smallest p-value of all
    drivers, against the smallest that each resample would have in 0's place, so that every driver
    has the same part in it and their dependence counts: the balanced simultaneous set of [1]_. A
    Wald statistic of the differences is not used: shares near 0 are skewed and vary the less, and
    it rejects too often in samples of some hundreds, whatever distribution it is referred to.

    References
    ----------
    .. [1] Beran, R. (1988). Balanced simultaneous confidence sets. *Journal of the American
       Statistical Association*, 83(403), 679-686.

    Examples
    --------
    >>> import servqual as sq
    >>> complete = sq.load_dataset("bank").dropna()
    >>> bank = sq.load_instrument("servqual-1991")
    >>> scores = sq.gap_scores(sq.Responses.from_frame(complete, bank, points="points_{}"))
    >>> found = stated_derived_importance(scores, ["SAT1", "SAT2", "SAT3"], seed=1)
    >>> found.to_frame()[["driver", "stated", "derived", "discrepancy", "p_adjusted"]].round(2)
               driver  stated  derived  discrepancy  p_adjusted
    0       tangibles    0.11     0.15         0.03        1.00
    1     reliability    0.32     0.21        -0.11        0.18
    2  responsiveness    0.22     0.24         0.02        1.00
    3       assurance    0.19     0.20         0.01        1.00
    4         empathy    0.16     0.21         0.05        1.00
    """
    if not isinstance(scores, (GapScores, PerceptionScores)):
        raise TypeError(
            "stated_derived_importance wants GapScores from gap_scores(...) or PerceptionScores "
            f"from perception_scores(...), not {type(scores).__name__}."
        )
    check_asked(n_resamples, confidence)
    check_method(method)
    if method not in ("lmg", "johnson"):
        raise ValueError(
            f"method must be 'lmg' or 'johnson', whose shares sum to 1 and are not negative, not "
            f"{method!r}."
        )
    if level == "item" and isinstance(importance, str) and importance == "points":
        raise ResponseError(
            "Points are given to dimensions, not to items; ask for level='dimension', or for "
            "importance='items'."
        )
    asked, weights = read_importance(
        importance, scores.responses, at=level, normalize=True, weigh="means"
    )
    each = None
    if weights.ndim == 2:
        each = weights.T if scores.rows is None else weights.T[scores.rows]
    drivers = read_drivers(outcome, scores, of=of, level=level, also=each)
    blocks = form_blocks(drivers, None, 1000, seed)
    check_size(drivers, blocks, method)
    if len(blocks.known) < len(blocks.keys):
        raise ResponseError(
            f"{shortened(blocks.constant)} does not vary, so that no importance can be derived; "
            "compare the other drivers by an instrument without it."
        )
    rows, n = drivers.rows, drivers.moments.n
    if rows is None:
        raise ResponseError("The comparison needs the answers themselves.")
    stated_of = _Stated(weights if each is None else each[drivers.kept], drivers.weights)
    divider = Divider(rows, drivers.weights, blocks.division, method, seed)
    whole = np.ones((1, n))
    found = divider.of(whole)
    stated, derived = stated_of.at(whole)[0], parts_of(found.shares, found.r_squared)[0]
    if np.isnan(derived).any():
        raise ResponseError("The drivers explain nothing, so that no importance can be derived.")
    held: list[Floats] = []
    with show_progress(say("bootstrap"), int(n_resamples), wanted=progress) as bar:
        for counts in resample_counts(n, int(n_resamples), seed):
            part = divider.of(counts)
            both = np.stack([stated_of.at(counts), parts_of(part.shares, part.r_squared)])
            held.append(both[:, np.isfinite(both).all(axis=(0, 2))])
            bar.advance(len(counts))
    draws = np.concatenate(held, axis=1)
    left_out = int(n_resamples) - draws.shape[1]
    if draws.shape[1] < 2:
        raise ResponseError(
            "Hardly any resample has a solution: there are too few different respondents."
        )
    difference = derived - stated
    drawn = draws[1] - draws[0]
    p_value = two_sided(drawn)
    result = StatedDerivedImportance(
        instrument=scores.responses.instrument,
        stated=asked.source,
        method=method,
        outcome=drivers.outcome,
        of=drivers.of,
        n=n,
        n_total=drivers.n_total,
        weighted=drivers.weights is not None,
        r_squared=float(found.r_squared[0]),
        table=pd.DataFrame(
            {
                "driver": list(blocks.keys),
                "label": [scores.responses.instrument.label(key) for key in blocks.keys],
                **_columns("stated", stated, draws[0], confidence),
                **_columns("derived", derived, draws[1], confidence),
                **_columns("discrepancy", difference, drawn, confidence),
                "p_value": p_value,
                "p_adjusted": adjust(p_value),
            }
        ),
        test=_disagreement(drawn),
        rank_correlation=_agreement(stated, derived, draws, confidence),
        n_resamples=int(n_resamples),
        n_left_out=left_out,
        seed=seed,
        confidence=confidence,
    )
    if left_out:
        warn(" ".join(result.problems), AdmissibilityWarning)
    return result


class _Stated:
    """Shares of stated importance under any counts of the respondents."""

    def __init__(self, values: Floats, weights: Floats | None) -> None:
        self._values, self._weights = values, weights

    def at(self, counts: Floats) -> Floats:
        """Give the shares under counts of shape (b, n), as (b, q)."""
        if self._values.ndim == 1:
            return np.tile(self._values / self._values.sum(), (len(counts), 1))
        sums = (counts if self._weights is None else counts * self._weights) @ self._values
        total = sums.sum(axis=1, keepdims=True)
        return np.divide(sums, total, out=np.full(sums.shape, np.nan), where=total > 0)


def _columns(name: str, estimate: Floats, draws: Floats, confidence: float) -> dict[str, Any]:
    low, high = percentile_interval(draws, confidence)
    se = mean_and_spread(draws)[1]
    return {
        name: estimate,
        f"{name}_se": se,
        f"{name}_ci_low": low,
        f"{name}_ci_high": high,
    }


def _disagreement(draws: Floats) -> pd.Series:
    """Test that no driver differs: the smallest p-value against the smallest of each draw."""
    b, q = draws.shape
    if q < 2:
        return pd.Series({"statistic": np.nan, "drivers": float(q), "p_value": np.nan})
    held = np.vstack([np.zeros((1, q)), draws])
    place = held.argsort(axis=0, kind="stable").argsort(axis=0)
    outer = (1 + np.minimum(place, b - place)).min(axis=1)
    p = (1 + int((outer[1:] <= outer[0]).sum())) / (b + 1)
    statistic = min(1.0, 2 * int(outer[0]) / (b + 1))
    return pd.Series({"statistic": statistic, "drivers": float(q), "p_value": p})


def _agreement(stated: Floats, derived: Floats, draws: Floats, confidence: float) -> pd.Series:
    """Spearman's rank correlation of stated and derived shares, with a percentile interval."""
    r = _spearman(stated[None], derived[None])
    low, high = percentile_interval(_spearman(draws[0], draws[1])[:, None], confidence)
    return pd.Series({"estimate": float(r[0]), "ci_low": float(low[0]), "ci_high": float(high[0])})


def _spearman(one: Floats, other: Floats) -> Floats:
    """Correlate the ranks in the rows of two (b, q) arrays; NaN where all are equal."""
    first, second = (
        np.sign(values[:, :, None] - values[:, None, :]).sum(axis=2) for values in (one, other)
    )  # twice the ranks, less their mean
    below = np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    product = (first * second).sum(axis=1)
    return np.divide(product, below, out=np.full(len(one), np.nan), where=below > 0)
