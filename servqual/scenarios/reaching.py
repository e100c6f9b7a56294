"""A target turned round: which items would have to change, and by how much."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from servqual.comparisons.reasons import reason
from servqual.errors import ResponseError, nearest, shortened
from servqual.resampling import percentile_interval
from servqual.scenarios._changes import is_number, items_of
from servqual.scenarios._effects import Effects, Floats
from servqual.scenarios._plan import Plan, cheapest
from servqual.scenarios._sources import Source, effects_of
from servqual.scenarios.target import TargetPlan

_ROUNDING = 1e-9
_FINITE = float(np.finfo(float).max)
SHORT = (
    "The target is out of reach: all changes within their room give {gain:.2f} of {target:g}. More "
    "items, more room (at_most=) or a smaller target would do."
)
NONE = "No positive effect, so no rise of these would help: {items}."
FULL = "No room: {items}."
BLANK = "No respondent used answered these, so their room is not known: {items}."


def reach_target(
    source: Source,
    target: float,
    of: str = "satisfaction",
    *,
    unit: Literal["points", "scale"] = "points",
    items: Sequence[str] | None = None,
    cost: float | Mapping[str, float] | pd.Series | None = None,
    at_most: float | Mapping[str, float] | pd.Series | None = None,
    satisfaction: object = None,
    loyalty: object = None,
    recommendation: object = None,
    scale: Any = None,
    direct: bool = True,
    n_resamples: int = 2000,
    seed: int | None = None,
    confidence: float = 0.95,
    progress: bool = True,
) -> TargetPlan:
    r"""Work out which items would have to rise, and by how much, for a target.

    Parameters
    ----------
    source : GapScores, PerceptionScores or PlsResult
        As for `what_if`.
    target : float
        By how much the outcome is to rise, such as 2 for two points of its index.
    of : str, default "satisfaction"
        The outcome: "satisfaction", "loyalty", "recommendation" or "NPS" of scores, a construct of
        a path model.
    unit : {"points", "scale"}
        What the target is in: points of 0-100, for which the outcome needs a scale, or points of
        the outcome's own scale. The NPS has its own points.
    items : sequence of str, optional
        The items (or dimensions, constructs) that can be changed; by default all, of a path model
        those of constructs that nothing in the model explains.
    cost : float, mapping or Series, optional
        What a rise of one scale point costs, by item or dimension (an item before its dimension);
        1 by default.
    at_most : float, mapping or Series, optional
        The largest possible rise, of all items or by item or dimension; the end of the scale bounds
        it in any case.
    satisfaction, loyalty, recommendation, scale, direct
        As for `what_if`.
    n_resamples : int, default 2000
    seed : int, optional
        The same seed gives the same resamples.
    confidence : float, default 0.95
    progress : bool, default True
        Whether a bar is shown when it takes longer than two seconds.

    Returns
    -------
    TargetPlan
        ``to_frame()``: one row an item, with the change that reaches the target alone; ``plan``:
        the cheapest changes that reach it together, which `what_if` takes as they are.

    Raises
    ------
    ResponseError
        If there is no such outcome or item, the outcome has no scale for a target in points, or
        the source is refused as by `what_if`.
    ValueError
        If the target, a cost or a bound is not possible.

    Notes
    -----
    With the gain :math:`s_j` per scale point of item j, the target t takes :math:`t / s_j` of one
    item alone; its interval inverts that of :math:`s_j`, as the quantiles of :math:`t / s_j` over
    the resamples are those of :math:`s_j` in reverse, a resample with :math:`s_j \le 0` needing
    infinitely much. The room is :math:`u_j = \min(\mathrm{high} - \bar x_j, \mathrm{at\_most}_j)`,
    found anew in each resample. The plan solves

    .. math:: \min_x \sum_j c_j x_j \quad \text{subject to} \quad \sum_j s_j x_j \ge t, \quad
              0 \le x_j \le u_j

    by filling items in order of :math:`s_j / c_j`, which is exact [1]_. Its probability is the
    share of resamples in which the changes of the plan give at least t.

    References
    ----------
    .. [1] Dantzig, G. B. (1957). Discrete-variable extremum problems. *Operations Research*, 5(2),
       266-288. https://doi.org/10.1287/opre.5.2.266

    Examples
    --------
    >>> import servqual as sq
    >>> bank = sq.load_dataset("bank").dropna()
    >>> answers = sq.Responses.from_frame(bank, sq.load_instrument("servqual-1991"))
    >>> found = reach_target(
    ...     sq.perception_scores(answers),
    ...     2,
    ...     satisfaction=["SAT1", "SAT2", "SAT3"],
    ...     scale=(1, 7),
    ...     at_most=0.5,
    ...     seed=1,
    ... )
    >>> found.plan[["item", "change", "gain", "cumulative_gain"]].round(2)
      item  change  gain  cumulative_gain
    0   10    0.50  0.66             0.66
    1   11    0.50  0.66             1.32
    2   12    0.50  0.66             1.98
    3   13    0.01  0.02             2.00
    """
    if not is_number(target) or not 0 < target < np.inf:
        raise ValueError(
            f"target must be a positive number, by how much the outcome is to rise; not {target!r}."
        )
    if unit not in ("points", "scale"):
        raise ValueError(f"unit must be 'points' or 'scale', not {unit!r}.")
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
    at = _outcome(of, effects)
    outcome = effects.quantities[at]
    factor, called = _factor(at, unit, effects)
    slopes, drawn = factor * effects.slopes[at], factor * effects.slope_draws[:, at]
    chosen = _chosen(items, slopes, effects)
    wanted = float(target)
    costs = _by_item("cost", cost, 1.0, _FINITE, effects)[chosen]
    caps = _by_item("at_most", at_most, np.inf, np.inf, effects)[chosen]
    high = np.array([one.high for one in effects.items])
    unknown = np.isnan(effects.item_now[chosen])
    rooms = _rooms(effects.item_now[chosen], high[chosen], caps)
    room_draws = _rooms(effects.item_draws[:, chosen], high[chosen], caps)
    slopes, drawn = slopes[chosen], drawn[:, chosen]
    plan = cheapest(slopes, rooms, costs, wanted)
    gains = drawn[:, plan.order] @ plan.changes
    low, high_end = percentile_interval(gains[:, None], effects.confidence)
    gain = float(slopes[plan.order] @ plan.changes)
    table = _table(chosen, slopes, drawn, rooms, room_draws, wanted, effects)
    table.loc[unknown, ["room", "probability"]] = np.nan
    table["plan"] = 0.0
    table.loc[plan.order, "plan"] = plan.changes
    name = outcome.name if outcome.level in ("construct", "dimension") else outcome.level
    reasons = [*effects.reasons]
    if not plan.reached:
        reasons.append(reason(SHORT, gain=gain, target=wanted))
    names = np.array(effects.names)[chosen]
    for template, which in (
        (NONE, slopes <= 0),
        (FULL, (rooms <= 0) & ~unknown),
        (BLANK, unknown),
    ):
        if which.any():
            reasons.append(reason(template, items=shortened(names[which].tolist())))
    return TargetPlan(
        table=table,
        plan=_plan_frame(plan, names, slopes, drawn, costs, effects),
        target=wanted,
        of=name,
        unit=called,
        now=float(effects.now[at]),
        gain=gain,
        gain_ci_low=float(low[0]),
        gain_ci_high=float(high_end[0]),
        reached=plan.reached,
        probability=float(np.mean(gains >= wanted * (1 - _ROUNDING))),
        **effects.about,
        reasons=tuple(reasons),
    )


def _outcome(of: object, effects: Effects) -> int:
    """Find an outcome by its level, or a construct or dimension by its name."""
    named: dict[str, int] = {}
    for at, one in enumerate(effects.quantities):
        named[one.name if one.level in ("construct", "dimension") else one.level] = at
    if of == "nps" and "NPS" in named:
        of = "NPS"
    if of not in named:
        raise ResponseError(
            f"of= must be one of {shortened(list(named), limit=9)}, not {of!r}.{nearest(of, named)}"
        )
    return named[str(of)]


def _factor(at: int, unit: str, effects: Effects) -> tuple[float, str]:
    """Give what turns slopes into the unit of the target, and its name."""
    one = effects.quantities[at]
    if one.level in ("NPS", "construct") or unit == "scale":
        return 1.0, one.unit
    if np.isnan(one.per_point):
        raise ResponseError(
            f"A target in points of 0-100 needs the scale of {one.level}: "
            f"scale={{{one.level!r}: (1, 7)}}. Or give it in scale points: unit='scale'."
        )
    return one.per_point, "index points"


def _chosen(items: object, slopes: Floats, effects: Effects) -> Any:
    """Find the items that can be changed."""
    if items is None:
        return np.array([j for j in effects.levers if slopes[j]] or effects.levers)
    if isinstance(items, str):
        items = [items]
    if not isinstance(items, Sequence) or not items:
        raise ResponseError(f"items= names items or dimensions, such as ['5', '7']; not {items!r}.")
    found = [at for name in items for at in items_of(name, effects)]
    if len(set(found)) < len(found):
        raise ResponseError("items= names an item twice, perhaps through its dimension.")
    return np.array(sorted(found))


def _by_item(what: str, given: Any, otherwise: float, most: float, effects: Effects) -> Floats:
    """Read a positive number for each item: (k,)."""
    found = np.full(len(effects.items), otherwise)
    if given is None:
        return found
    pairs = [(tuple(range(len(found))), given)]
    if isinstance(given, (Mapping, pd.Series)):
        pairs = [(items_of(name, effects), value) for name, value in given.items()]
        pairs.sort(key=lambda pair: -len(pair[0]))  # items are exceptions to their dimension
    for places, value in pairs:
        if not is_number(value) or not 0 < value <= most:
            raise ValueError(f"{what} must be a positive number, not {value!r}.")
        found[list(places)] = float(value)
    return found


def _rooms(now: Floats, high: Floats, caps: Floats) -> Floats:
    rooms = np.minimum(high - now, caps)
    return np.where(rooms > _ROUNDING, rooms, 0.0)


def _table(
    chosen: Any,
    slopes: Floats,
    drawn: Floats,
    rooms: Floats,
    room_draws: Floats,
    target: float,
    effects: Effects,
) -> pd.DataFrame:
    """Say of each item alone what it would take."""
    home = {at: key for key, own in effects.groups.items() for at in own}
    low, high = percentile_interval(drawn, effects.confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.where(slopes > 0, target / slopes, np.nan)
        needed_low, needed_high = (
            np.where(np.isnan(needed), np.nan, np.where(one > 0, target / one, np.inf))
            for one in (high, low)
        )
    enough = drawn * room_draws >= target
    return pd.DataFrame(
        {
            "dimension": [home.get(int(at), effects.names[at]) for at in chosen],
            "item": [effects.names[at] for at in chosen],
            "label": [_label(effects.names[at], effects) for at in chosen],
            "now": effects.item_now[chosen],
            "room": rooms,
            "effect": slopes,
            "effect_ci_low": low,
            "effect_ci_high": high,
            "needed": needed,
            "needed_ci_low": needed_low,
            "needed_ci_high": needed_high,
            "probability": enough.mean(axis=0),
        }
    )


def _label(item: str, effects: Effects) -> str:
    return item if effects.instrument is None else effects.instrument.label(item)


def _plan_frame(
    plan: Plan, names: Any, slopes: Floats, drawn: Floats, costs: Floats, effects: Effects
) -> pd.DataFrame:
    order = plan.order
    gains = slopes[order] * plan.changes
    low, high = percentile_interval(drawn[:, order] * plan.changes, effects.confidence)
    spent = costs[order] * plan.changes
    return pd.DataFrame(
        {
            "item": names[order].tolist(),
            "change": plan.changes,
            "cost": spent,
            "gain": gains,
            "ci_low": low,
            "ci_high": high,
            "cumulative_gain": np.cumsum(gains),
            "cumulative_cost": np.cumsum(spent),
        }
    )
