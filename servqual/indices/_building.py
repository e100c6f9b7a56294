"""Indices of the constructs of a fitted model, of groups and waves, and what moves them."""

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from servqual._language import say
from servqual._progress import progress as show_progress
from servqual.comparisons.families import adjust
from servqual.errors import (
    AdmissibilityWarning,
    ConvergenceError,
    ModelError,
    SmallSampleWarning,
    nearest,
    shortened,
    warn,
)
from servqual.indices._cells import Cell, People, count_out, other_people, own_people
from servqual.indices._estimating import Indexed, index_draws, indexed, usable, weights_of
from servqual.indices._points import effects_frame, pairs_of
from servqual.indices._scales import Ends, Scale, check_ends, coefficients, ends_of, off_scale
from servqual.indices._source import Resampled, Source
from servqual.indices.model_index import ModelIndex
from servqual.resampling import check_asked, check_confidence
from servqual.scorecards.answers import check_target


def index_of_model(
    source: Source,
    construct: str,
    scale: Scale | Mapping[str, Scale],
    *,
    by: object,
    wave: object,
    data: object,
    weights: str | ArrayLike | None,
    target: float | None,
    confidence: float,
    n_resamples: int,
    seed: int | None,
    progress: bool,
) -> ModelIndex:
    """Take the index of a construct, of all others, and what moves it; see `satisfaction_index`."""
    check_confidence(confidence)
    check_target(target, 0, 100)
    _check_construct(source, construct)
    ends = ends_of(scale, source.items)
    if construct not in ends:
        raise ModelError(
            f"scale says nothing of {construct!r}; give its ends: scale={{{construct!r}: (1, 10)}}."
        )
    if data is None and weights is not None:
        raise ModelError("The model has its own sampling weights; weights= goes with data=.")
    people = (
        own_people(source, by, wave)
        if data is None
        else other_people(source, data, by, wave, weights, source.items[construct])
    )
    reasons: dict[str, list[str]] = {}
    items = _measured(source, people, construct, ends, reasons)
    cells = people.cells
    resampled, seed = _resampled(source, people, n_resamples, seed, progress)
    failed = 0
    draws: dict[str, Any] = {}
    if resampled is not None:
        fine = usable(resampled, construct, ends[construct])
        failed = int((~fine).sum())
        if n_resamples - failed < 2:
            raise ConvergenceError(
                f"{failed:,} of {n_resamples:,} resamples have no solution, or weights of both "
                "signs; the model asks too much of these data."
            )
        draws = index_draws(people, cells, items, ends, resampled, n_resamples, int(seed or 0))
    found = {
        name: indexed(
            people, cells, own, weights_of(source.weighing, name), ends[name], draws.get(name)
        )
        for name, own in items.items()
    }
    here = found[construct]
    if not here.n[0]:
        raise ModelError(f"No respondent answered all items of {construct!r}.")
    missing, without = count_out(people, people.complete(items[construct]))
    table = _table(here, cells, people, confidence, target, reasons)
    labels = [part.label for part in source.parts] or [""]
    pairs = [pair for pair in pairs_of(source, construct, ends) if set(pair) <= set(items)]
    if failed:
        warn(
            f"{failed:,} of {n_resamples:,} resamples have no solution or weights of both signs "
            "and are left out.",
            AdmissibilityWarning,
        )
    if here.n[0] < 2:
        warn("One answer only: there is no spread and no standard error.", SmallSampleWarning)
    complete = people.complete(items[construct])
    return ModelIndex(
        name="",
        table=table,
        reasons=tuple((reason, shortened(where)) for reason, where in reasons.items()),
        interval="bootstrap" if resampled is not None else "t",
        confidence=confidence,
        target=target,
        n_missing=missing,
        n_not_applicable=0,
        n_without_group=without,
        n_without_weight=0 if people.weights is None else int((~(people.weights > 0)).sum()),
        weighted=people.weights is not None,
        construct=construct,
        family=source.family,
        weighting=source.weighting,
        items=_items(source, people, complete, construct, ends[construct], labels),
        constructs=_constructs(source, construct, found, cells, people, confidence),
        effects=effects_frame(source, pairs, ends, labels, resampled, confidence),
        differences=_differences(here, cells, people, confidence),
        n_resamples=n_resamples if resampled is not None else 0,
        n_failed=failed,
        seed=seed,
        clustered=source.clustered,
    )


def _check_construct(source: Source, construct: object) -> None:
    if not isinstance(construct, str):
        raise ModelError(
            f"Name the construct whose index is wanted, such as 'satisfaction', not {construct!r}. "
            f"The model has {', '.join(source.items)}."
        )
    if construct in source.refused:
        raise ModelError(f"{construct!r} has no index: {source.refused[construct]}.")
    if construct not in source.items:
        raise ModelError(
            f"The model has no construct {construct!r}.{nearest(construct, source.items)} It has "
            f"{', '.join(source.items)}."
        )


def _measured(
    source: Source,
    people: People,
    construct: str,
    ends: Mapping[str, Ends],
    reasons: dict[str, list[str]],
) -> dict[str, tuple[str, ...]]:
    """Give the items of the constructs whose index can be taken, and say why of the others."""
    found: dict[str, tuple[str, ...]] = {}
    for name, own in source.items.items():
        if name not in ends:
            reasons.setdefault("no index, as its scale is not given.", []).append(name)
            continue
        if not set(own) <= set(people.columns):
            reasons.setdefault("no index, as its items are not in the data.", []).append(name)
            continue
        rows = people.rows(own)[people.complete(own)]
        weights = np.array(weights_of(source.weighing, name))
        unusable = np.isnan(coefficients(weights, ends[name])[1]).any()
        off = not source.imputed and off_scale(rows, ends[name]).any()
        if name == construct:
            if unusable:
                raise ModelError(_no_weights(name, own, weights))
            if off:
                check_ends(rows, ends[name], own)
        elif unusable:
            reasons.setdefault(
                "no index, as its weights differ in sign or are not known.", []
            ).append(name)
            continue
        elif off:
            reasons.setdefault(
                "no index, as answers are off the scale; give its own in scale={...}.", []
            ).append(name)
            continue
        found[name] = own
    return found


def _no_weights(name: str, items: Sequence[str], weights: Any) -> str:
    if np.isnan(weights).any():
        return (
            f"The residual covariances of the items of {name!r} are not positive definite (a "
            "negative variance?), so they give no regression weights. weighting='loadings' does "
            "without them."
        )
    shown = ", ".join(f"{item} {w:.3g}" for item, w in zip(items, weights[0], strict=True))
    return (
        f"The weights of {name!r} differ in sign ({shown}), so that a better answer would lower "
        "its index. Turn reverse-keyed items first, or leave out what does not belong to it."
    )


def _resampled(
    source: Source, people: People, n_resamples: int, seed: int | None, progress: bool
) -> tuple[Resampled | None, int | None]:
    if not n_resamples:
        return None, None
    check_asked(n_resamples)
    if not people.own:
        raise ModelError(
            "Resamples are of the model's own respondents, but data= holds others (or the result "
            "was unpickled). Leave data= out, or n_resamples=, which takes the weights as known."
        )
    if seed is None:
        seed = int(np.random.SeedSequence().generate_state(1)[0])
    with show_progress(say("bootstrap"), n_resamples, wanted=progress) as bar:
        return source.resample(int(n_resamples), seed, bar.advance), seed


def _row(here: Indexed, at: int, cell: Cell, people: People, confidence: float) -> dict[str, Any]:
    mean = here.means[at]
    row: dict[str, Any] = {"level": cell.level, "group": cell.group}
    if people.waves is not None:
        row["wave"] = cell.wave
    value, se, (low, high), effective = np.nan, np.nan, (np.nan, np.nan), np.nan
    if mean is not None:
        value, se, effective = mean.value, mean.se, mean.n_effective
        low, high = mean.interval(confidence)
    row |= {"n": here.n[at], "estimate": value, "se": se, "ci_low": low, "ci_high": high}
    return row | ({} if people.weights is None else {"n_effective": effective})


def _table(
    here: Indexed,
    cells: Sequence[Cell],
    people: People,
    confidence: float,
    target: float | None,
    reasons: dict[str, list[str]],
) -> pd.DataFrame:
    rows = []
    for at, cell in enumerate(cells):
        row, mean = _row(here, at, cell, people, confidence), here.means[at]
        where = " ".join(one for one in (cell.group, cell.wave) if one) or "overall"
        if mean is None:
            reasons.setdefault("nobody answered.", []).append(where)
        elif np.isnan(mean.se):
            alone = "one answer only, so there is no standard error."
            alike = "all answers are alike, so they give no standard error."
            reasons.setdefault(alone if mean.n < 2 else alike, []).append(where)
        if target is not None:
            row |= {
                "target": target,
                "difference": row["estimate"] - target,
                "difference_ci_low": row["ci_low"] - target,
                "difference_ci_high": row["ci_high"] - target,
                "p_value": np.nan if mean is None else mean.p_value(target),
            }
        rows.append(row)
    return pd.DataFrame(rows)


def _constructs(
    source: Source,
    construct: str,
    found: Mapping[str, Indexed],
    cells: Sequence[Cell],
    people: People,
    confidence: float,
) -> pd.DataFrame:
    drivers, outcomes = source.causes(construct), source.outcomes(construct)
    rows = []
    for name, here in found.items():
        role = "driver" if name in drivers else "outcome" if name in outcomes else ""
        about = {"construct": name, "role": "index" if name == construct else role}
        rows += [about | _row(here, at, cell, people, confidence) for at, cell in enumerate(cells)]
    return pd.DataFrame(rows)


def _items(
    source: Source,
    people: People,
    complete: Any,
    construct: str,
    ends: Ends,
    labels: Sequence[str],
) -> pd.DataFrame:
    own = source.items[construct]
    rows = people.rows(own)
    sampling = np.ones(len(people)) if people.weights is None else people.weights
    frames = []
    for part, weights in enumerate(weights_of(source.weighing, construct)):
        inside = complete & (people.part == part)
        w = sampling[inside]
        mean = w @ rows[inside] / w.sum() if inside.any() else np.full(len(own), np.nan)
        frames.append(
            pd.DataFrame(
                {
                    "item": list(own),
                    "group": labels[part],
                    "weight": weights / weights.sum(),
                    "low": ends.low,
                    "high": ends.high,
                    "mean": mean,
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _differences(
    here: Indexed, cells: Sequence[Cell], people: People, confidence: float
) -> pd.DataFrame:
    place = {(cell.level, cell.group, cell.wave): at for at, cell in enumerate(cells)}
    groups = people.groups.names if people.groups else ()
    waves = people.waves.names if people.waves else ()
    asked = [
        ("group", "", one, other, place["group", one, ""], place["group", other, ""])
        for one, other in combinations(groups, 2)
    ]
    for level, of in (("wave", [""]), ("group_wave", groups if waves else ())):
        asked += [
            (level, group, later, former, place[level, group, later], place[level, group, former])
            for group in of
            for former, later in pairwise(waves)
        ]
    rows = []
    for level, group, one, other, first, second in asked:
        estimate, low, high, p = here.difference(first, second, confidence)
        rows.append((level, group, one, other, estimate, low, high, p))
    columns = ["level", "group", "first", "second", "estimate", "ci_low", "ci_high", "p_value"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["p_adjusted"] = np.nan
    for level in dict.fromkeys(frame["level"]):
        inside = frame["level"] == level
        frame.loc[inside, "p_adjusted"] = adjust(frame.loc[inside, "p_value"])
    return frame
