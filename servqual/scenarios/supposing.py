"""What if: from changes of items to what would follow from them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from servqual.comparisons.reasons import Reason, reason
from servqual.errors import AdmissibilityWarning, ResponseError, shortened, warn
from servqual.resampling import percentile_interval
from servqual.scenarios._changes import is_several, read_changes
from servqual.scenarios._effects import Effects, Floats, Quantity
from servqual.scenarios._sources import Source, effects_of
from servqual.scenarios._supposed import said
from servqual.scenarios.scenario import Scenario

_ROUNDING = 1e-9
_GIVEN = ("item", "indicator", "dimension")
COLUMNS = (
    *("level", "name", "unit", "now", "then", "then_ci_low", "then_ci_high"),
    *("change", "ci_low", "ci_high", "points", "points_ci_low", "points_ci_high"),
)


def what_if(
    source: Source,
    changes: Any,
    *,
    satisfaction: object = None,
    loyalty: object = None,
    recommendation: object = None,
    scale: Any = None,
    direct: bool = True,
    n_resamples: int = 2000,
    seed: int | None = None,
    confidence: float = 0.95,
    progress: bool = True,
) -> Scenario:
    r"""Work out what would follow if the means of some items changed.

    The change goes from the item to its dimension, from dimensions to satisfaction, and on to
    loyalty or recommendation; or along the paths of a PLS model.

    Parameters
    ----------
    source : GapScores, PerceptionScores or PlsResult
        Scores with `satisfaction=`, or a path model with its own constructs.
    changes : mapping, Series or frame
        By how many scale points the mean perception of items (indicators) changes: ``{"5": 0.5}``.
        A dimension (construct) stands for all its items. A frame has the columns item and change.
        Several scenarios by name, ``{"A": {"5": 0.5}, "B": {"7": 0.5}}``, are compared.
    satisfaction, loyalty, recommendation : str, sequence of str, Series or frame, optional
        Of scores: the outcomes, as columns of the frame that the responses came from or values for
        each respondent; several columns are averaged. A recommendation is one question answered
        from 0 to 10, which also gives the NPS.
    scale : tuple or mapping, optional
        Of scores: the lowest and the highest answer of satisfaction and loyalty,
        ``{"satisfaction": (1, 10)}``, for changes in points of 0-100. Of a path model: those of the
        indicators, as for `importance_performance_map`.
    direct : bool, default True
        Of scores: whether dimensions act on loyalty and recommendation beside satisfaction, too. If
        not, they act by way of satisfaction alone.
    n_resamples : int, default 2000
    seed : int, optional
        The same seed gives the same resamples.
    confidence : float, default 0.95
    progress : bool, default True
        Whether a bar is shown when it takes longer than two seconds.

    Returns
    -------
    Scenario
        ``to_frame()``: one row a quantity with its mean now and then, the change and its interval;
        ``links``: the steps of the chain; ``differences``: scenarios compared.

    Raises
    ------
    ResponseError
        If changes name no item, or take a mean beyond its scale (the largest possible change is
        named); if outcomes are off their scale or constant, dimensions determine one another, or
        respondents are too few.
    ModelError
        If the source is a model whose items do not make up its constructs.

    Warns
    -----
    MissingResponseWarning
        If respondents lack a dimension or an outcome.
    AdmissibilityWarning
        If an outcome would leave its scale, or a path model has negative weights.

    Notes
    -----
    A change :math:`\delta_j` of item j moves the mean of its dimension d by :math:`\delta_j / k_d`.
    Satisfaction S is regressed by least squares on all dimensions, loyalty L on these and S [1]_:

    .. math:: S = a + \sum_d b_d P_d + e, \quad L = c + \sum_d g_d P_d + h S + u, \quad
              \Delta S = \sum_d b_d \Delta P_d, \quad \Delta L = \sum_d (g_d + h b_d) \Delta P_d.

    ``direct=False`` sets the :math:`g_d` to 0 and estimates h alone. With gap scores the
    expectations of the dimensions stand beside :math:`P_d` in every regression and are held fixed,
    so that each gap changes as its perception does: a regression on gaps would force expectations
    to act exactly against perceptions [2]_. The NPS is the mean of 100, 0 and -100 for promoters,
    passives and detractors, regressed likewise.

    A path model's constructs are weighted means on 0-100 of their indicators; the target moves by
    the total effect in points per point, which for an indicator is its importance in
    `importance_performance_map`.

    Means, coefficients and NPS come from the same resamples of the respondents, in which
    everything is estimated anew; the changes of items are given and have no interval. Coverage of
    the intervals is in the documentation.

    References
    ----------
    .. [1] Alwin, D. F., & Hauser, R. M. (1975). The decomposition of effects in path analysis.
       *American Sociological Review*, 40(1), 37-47. https://doi.org/10.2307/2094445
    .. [2] Edwards, J. R. (2001). Ten difference score myths. *Organizational Research Methods*,
       4(3), 265-287. https://doi.org/10.1177/109442810143005

    Examples
    --------
    >>> import servqual as sq
    >>> bank = sq.load_dataset("bank").dropna()
    >>> answers = sq.Responses.from_frame(bank, sq.load_instrument("servqual-1991"))
    >>> found = what_if(
    ...     sq.perception_scores(answers),
    ...     {"reliability": 0.5},
    ...     satisfaction=["SAT1", "SAT2", "SAT3"],
    ...     recommendation="recommend",
    ...     scale={"satisfaction": (1, 7)},
    ...     seed=1,
    ... )
    >>> found.to_frame()[["level", "now", "then", "change", "ci_low", "ci_high"]].tail(3).round(2)
                level    now   then  change  ci_low  ci_high
    6    satisfaction   4.70   4.78    0.08    0.01     0.15
    7  recommendation   7.01   7.11    0.10   -0.04     0.24
    8             NPS -16.43 -14.26    2.17   -3.59     8.01
    """
    effects = effects_of(
        source,
        satisfaction=satisfaction,
        loyalty=loyalty,
        recommendation=recommendation,
        scale=scale,
        direct=direct,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
        progress=progress,
    )
    several = _several(changes, effects)
    moved = np.array(list(several.values()))
    change = moved @ effects.slopes.T
    drawn = np.einsum("bqk,sk->bsq", effects.slope_draws, moved)
    reasons = [*effects.reasons, *_recoded(moved, effects)]
    tables = []
    for s, name in enumerate(several):
        tables.append(_table(name, moved[s], change[s], drawn[:, s], effects))
        reasons += _beyond(name, moved[s], change[s], effects)
    table = pd.concat(tables, ignore_index=True)
    if len(several) == 1:
        table = table.drop(columns="scenario")
    reasons = list(dict.fromkeys(reasons))
    for problem in said((one for one in reasons if one.template == OFF), "en"):
        warn(problem, AdmissibilityWarning)
    return Scenario(
        table=table,
        links=effects.links,
        scenarios=tuple(several),
        **effects.about,
        reasons=tuple(reasons),
        _names=pd.DataFrame(
            {
                "level": [one.level for one in effects.quantities],
                "name": [one.name for one in effects.quantities],
            }
        ),
        _draws=drawn,
    )


OFF = "{what} would be {then:.2f}, beyond its scale of {low:g} to {high:g}: the effects cannot " \
    "stay linear so far."  # fmt: skip
FAR = "{what} would be {then:.2f}, beyond where {share} % of the respondents are ({span:.2f}): " \
    "an extrapolation."  # fmt: skip
TURNED = "Reverse-keyed items are turned, so that more is better: changes of {items} are of the " \
    "turned answers."  # fmt: skip


def _several(changes: Any, effects: Effects) -> dict[str, Floats]:
    if not is_several(changes):
        return {"": read_changes(changes, effects)}
    bad = [name for name in changes if not isinstance(name, str) or not name]
    if bad:
        raise ResponseError(f"Scenarios have names; {shortened(bad)} is none.")
    named: Mapping[str, Any] = changes
    return {name: read_changes(one, effects) for name, one in named.items()}


def _recoded(moved: Floats, effects: Effects) -> list[Reason]:
    changed = [effects.names[at] for at in np.flatnonzero(moved.any(axis=0))]
    turned = [name for name in changed if name in effects.recoded]
    return [reason(TURNED, items=shortened(turned))] if turned else []


def _beyond(name: str, moved: Floats, change: Floats, effects: Effects) -> list[Reason]:
    """Say what would leave its scale, or where most respondents are."""
    found: list[Reason] = []
    for q, one in enumerate(effects.quantities):
        then = float(effects.now[q] + change[q])
        what = one.name if one.level in ("dimension", "construct") else one.level
        what = f"{name}: {what}" if name else what
        margin = _ROUNDING * (one.high - one.low)
        if change[q] and (then < one.low - margin or then > one.high + margin):
            found.append(reason(OFF, what=what, then=then, low=one.low, high=one.high))
            continue
        up = change[q] > 0
        span = float(effects.spans[q, 1 if up else 0])
        if change[q] and (then > span if up else then < span):
            found.append(reason(FAR, what=what, then=then, share=90, span=span))
    return found


def _table(
    scenario: str, moved: Floats, change: Floats, drawn: Floats, effects: Effects
) -> pd.DataFrame:
    """Give one row an item that changes, and one a quantity that something acts on."""
    rows: list[dict[str, Any]] = []
    for at in np.flatnonzero(moved):
        one = effects.items[at]
        own = np.full(len(effects.item_draws), moved[at])
        rows.append(
            _row(one, effects.item_now[at], moved[at], effects.item_draws[:, at], own, effects)
        )
    for q, one in enumerate(effects.quantities):
        if not effects.slopes[q, moved != 0].any():
            continue
        rows.append(_row(one, effects.now[q], change[q], effects.draws[:, q], drawn[:, q], effects))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame.insert(0, "scenario", scenario)
    return frame


def _row(
    one: Quantity, now: float, change: float, now_draws: Floats, drawn: Floats, effects: Effects
) -> dict[str, Any]:
    both = np.column_stack([now_draws + drawn, drawn])
    low, high = percentile_interval(both, effects.confidence)
    if one.level in _GIVEN:
        low[1] = high[1] = np.nan
    scaled = one.per_point
    return {
        "level": one.level,
        "name": one.name,
        "unit": one.unit,
        "now": float(now),
        "then": float(now + change),
        "then_ci_low": float(low[0]),
        "then_ci_high": float(high[0]),
        "change": float(change),
        "ci_low": float(low[1]),
        "ci_high": float(high[1]),
        "points": float(change * scaled),
        "points_ci_low": float(low[1] * scaled),
        "points_ci_high": float(high[1] * scaled),
    }
