"""What a report says in short: where means are lowest and highest, and never a verdict."""

from dataclasses import dataclass

import pandas as pd

from servqual._language import say
from servqual._result import Result
from servqual.scores.gaps import GapScores
from servqual.scores.perception import PerceptionScores
from servqual.scores.tolerance import ToleranceScores
from servqual.scores.weighted import WeightedScores
from servqual.tables._numbers import percent, show


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One figure, what it is of, and what to know beside it."""

    of: str
    figure: str
    beside: str = ""


@dataclass(frozen=True, kw_only=True)
class _Measure:
    """A mean in the frame of a result, and its interval."""

    mean: str
    low: str
    high: str


GAP = _Measure(mean="gap", low="ci_low", high="ci_high")
PERCEPTION = _Measure(mean="mean_p", low="ci_low", high="ci_high")
ADEQUACY = _Measure(mean="adequacy", low="adequacy_ci_low", high="adequacy_ci_high")


def summary(result: Result, language: str) -> tuple[str, ...]:
    """Give the sentences that sum up a result, or none."""
    if isinstance(result, GapScores):
        return _of_gaps(result, language)
    if isinstance(result, PerceptionScores):
        return _of_perceptions(result, language)
    if isinstance(result, ToleranceScores):
        return _of_zone(result, language)
    return ()


def facts(result: Result, language: str) -> tuple[Fact, ...]:
    """Give the figures that head the report on a result, or none."""
    if isinstance(result, GapScores):
        of, measure = "Overall gap P − E ({formed})", GAP
    elif isinstance(result, PerceptionScores):
        of, measure = "Overall perception ({formed})", PERCEPTION
    elif isinstance(result, ToleranceScores):
        of, measure = "Overall adequacy P − minimum ({formed})", ADEQUACY
    else:
        return ()
    frame = result.to_frame()
    row = frame[frame["level"] == "overall"].iloc[0]
    found = [
        Fact(
            of=say("Respondents scored", language),
            figure=show(result.n),
            beside=say("of {total:,}", language, total=len(result.responses)),
        ),
        Fact(
            of=say(of, language, formed=_formed(result, language)),
            figure=show(row[measure.mean]),
            beside=_beside(row, measure, language),
        ),
    ]
    if isinstance(result, ToleranceScores):
        within = say("Within the zone of tolerance", language)
        beside = say("of respondents' overall means", language)
        found.append(Fact(of=within, figure=percent(row["within"]), beside=beside))
        return tuple(found)
    lowest = _lowest(frame, measure)
    if lowest is not None and len(result.responses.instrument.dimensions) > 1:
        short = isinstance(result, GapScores) and lowest[measure.mean] < 0
        name = say("Largest shortfall" if short else "Lowest dimension", language)
        label = result.responses.instrument.label(lowest["dimension"], language)
        found.append(
            Fact(
                of=say("{name}: {label}", language, name=name, label=label),
                figure=show(lowest[measure.mean]),
                beside=_beside(lowest, measure, language),
            )
        )
    return tuple(found)


def _of_gaps(scores: GapScores, language: str) -> tuple[str, ...]:
    kind = scores.responses.instrument.expectation_kind
    stated = f"{kind} expectations" if kind else "kind of expectation not stated"
    sentences = [
        say(
            "A gap is perception minus expectation ({kind}) in scale points; below zero, the "
            "service falls short.",
            language,
            kind=say(stated, language),
        )
    ]
    frame = scores.to_frame()
    dimensions = _scored(frame, GAP)
    if len(dimensions):
        low, high = dimensions["gap"].min(), dimensions["gap"].max()
        worst = (
            "The largest shortfall is in {where}."
            if low < 0
            else "The mean gap falls below zero in no dimension; it is lowest in {where}."
        )
        sentences.append(say(worst, language, where=_where(scores, dimensions, GAP, low, language)))
        if high > low:
            best = (
                "The smallest shortfall is in {where}."
                if high < 0
                else "The gap is highest in {where}."
            )
            where = _where(scores, dimensions, GAP, high, language)
            sentences.append(say(best, language, where=where))
    return (*sentences, *_overall(scores, frame, GAP, language), *_unscored(scores, GAP, language))


def _of_perceptions(scores: PerceptionScores, language: str) -> tuple[str, ...]:
    frame = scores.to_frame()
    low, high = scores.responses.instrument.scale_of("perception")
    sentences = [
        say("Perceptions are rated from {low} to {high}.", language, low=low, high=high),
        *_extremes(scores, frame, PERCEPTION, "Perceptions are", language),
    ]
    overall = _overall(scores, frame, PERCEPTION, language)
    return (*sentences, *overall, *_unscored(scores, PERCEPTION, language))


def _of_zone(scores: ToleranceScores, language: str) -> tuple[str, ...]:
    frame = scores.to_frame()
    sentences = [
        say(
            "The zone of tolerance reaches from the minimum to the desired level of service.",
            language,
        )
    ]
    dimensions = _scored(frame, ADEQUACY)
    places = {
        "Mean perceptions are below the minimum in {names}.": dimensions["adequacy"] < 0,
        "Mean perceptions are within the zone in {names}.": (dimensions["adequacy"] >= 0)
        & (dimensions["superiority"] <= 0),
        "Mean perceptions are above the desired level in {names}.": (dimensions["superiority"] > 0)
        & (dimensions["adequacy"] >= 0),
    }
    sentences += [
        say(template, language, names=_names(scores, dimensions[there], language))
        for template, there in places.items()
        if there.any()
    ]
    sentences += _extremes(scores, frame, ADEQUACY, "Adequacy (P − minimum) is", language)
    row = frame[frame["level"] == "overall"].iloc[0]
    if row["within"] == row["within"]:
        sentences.append(
            say(
                "The overall mean of {share} of the respondents lies within their own zone.",
                language,
                share=percent(row["within"]),
            )
        )
    return (*sentences, *_unscored(scores, ADEQUACY, language))


def _extremes(
    scores: PerceptionScores | ToleranceScores,
    frame: pd.DataFrame,
    measure: _Measure,
    subject: str,
    language: str,
) -> list[str]:
    dimensions = _scored(frame, measure)
    if len(dimensions) == 0:
        return []
    low, high = dimensions[measure.mean].min(), dimensions[measure.mean].max()
    if low == high:
        return []
    ends = (("lowest", low), ("highest", high))
    return [
        say(
            f"{subject} {end} in {{where}}.",
            language,
            where=_where(scores, dimensions, measure, value, language),
        )
        for end, value in ends
    ]


def _overall(
    scores: GapScores | PerceptionScores, frame: pd.DataFrame, measure: _Measure, language: str
) -> list[str]:
    sentences = []
    for level in ("overall", "overall_unweighted"):
        rows = frame[frame["level"] == level]
        if len(rows) == 0 or rows[measure.mean].isna().any():
            continue
        figure = show(rows.iloc[0][measure.mean])
        interval = _interval(rows.iloc[0], measure, language)
        if interval:
            figure = say("{mean} ({interval})", language, mean=figure, interval=interval)
        formed = _formed(scores, language, weighted=level == "overall")
        sentences.append(
            say("Overall ({formed}): {figure}.", language, formed=formed, figure=figure)
        )
    return sentences


def _formed(
    scores: WeightedScores | ToleranceScores, language: str, *, weighted: bool = True
) -> str:
    """Say what the overall score is the mean or the sum of."""
    importance = scores.importance if weighted and isinstance(scores, WeightedScores) else None
    of_items = scores.overall_of == "items" if importance is None else importance.at == "item"
    formed = "mean" if importance is None or importance.normalize else "sum"
    instrument = scores.responses.instrument
    text = say(
        f"{formed} of {{count}} {'items' if of_items else 'dimensions'}",
        language,
        count=len(instrument.items if of_items else instrument.dimensions),
    )
    return (
        text
        if importance is None
        else say("{formed}, weighted by importance", language, formed=text)
    )


def _unscored(
    scores: GapScores | PerceptionScores | ToleranceScores, measure: _Measure, language: str
) -> list[str]:
    frame = scores.to_frame()
    unscored = frame[(frame["level"] == "dimension") & frame[measure.mean].isna()]
    if len(unscored) == 0:
        return []
    return [say("Not scored: {names}.", language, names=_names(scores, unscored, language))]


def _scored(frame: pd.DataFrame, measure: _Measure) -> pd.DataFrame:
    return frame[(frame["level"] == "dimension") & frame[measure.mean].notna()]


def _lowest(frame: pd.DataFrame, measure: _Measure) -> "pd.Series | None":
    dimensions = _scored(frame, measure)
    if len(dimensions) == 0:
        return None
    return dimensions.iloc[int(dimensions[measure.mean].to_numpy().argmin())]


def _where(
    scores: GapScores | PerceptionScores | ToleranceScores,
    dimensions: pd.DataFrame,
    measure: _Measure,
    value: float,
    language: str,
) -> str:
    """Name the dimensions that have a mean, with it and its interval; ties are all named."""
    named = []
    for _, row in dimensions[dimensions[measure.mean] == value].iterrows():
        interval = _interval(row, measure, language)
        template = "{label} ({mean}; {interval})" if interval else "{label} ({mean})"
        named.append(
            say(
                template,
                language,
                label=scores.responses.instrument.label(row["dimension"], language),
                mean=show(row[measure.mean]),
                interval=interval,
            )
        )
    return say(", ", language).join(named)


def _names(
    scores: GapScores | PerceptionScores | ToleranceScores, rows: pd.DataFrame, language: str
) -> str:
    instrument = scores.responses.instrument
    return say(", ", language).join(instrument.label(key, language) for key in rows["dimension"])


def _beside(row: "pd.Series", measure: _Measure, language: str) -> str:
    interval = _interval(row, measure, language)
    n = say("n = {n:,}", language, n=row["n"])
    return f"{n}{say('; ', language)}{interval}" if interval else n


def _interval(row: "pd.Series", measure: _Measure, language: str) -> str:
    low, high = row[measure.low], row[measure.high]
    if low != low or high != high:
        return ""
    return say("95 % interval {low} to {high}", language, low=show(low), high=show(high))
