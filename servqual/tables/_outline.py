"""How the rows of a table stand under one another: dimensions with their items indented."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from servqual._language import say
from servqual.tables._columns import head_of, is_number
from servqual.tables._labels import OVERALL, WHOLE, Labels
from servqual.tables._lines import WORDS, Line, Outline, column, word
from servqual.tables._model_outlines import (
    outline_constructs,
    outline_levels,
    outline_model,
    outline_square,
)
from servqual.tables._numbers import is_missing

LEVELS = {"item", "dimension", "group", "scale", "wave", "group_wave", *OVERALL}
MEMBERS = (("construct", "indicator"), ("construct", "predictor"), ("lhs", "rhs"))
ARROWS = {"way": (" -> ", " → "), "variables": (" <-> ", " ↔ ")}
# Columns whose values head tables of dimensions and items of their own.
BLOCKS = ("gap_number", "quantity")
# Columns that hold keys of dimensions and items, which have labels.
KEYS = ("driver", "item", "link", "surface")
OUTCOMES = {
    "satisfaction": "Satisfaction",
    "loyalty": "Loyalty",
    "recommendation": "Recommendation",
    "NPS": "NPS",
}


def outline(frame: pd.DataFrame, labels: Labels) -> Outline:
    """Lay out the rows of a frame."""
    names = set(map(str, frame.columns))
    by_level = "level" in names and set(frame["level"]) <= LEVELS
    if {"level", "name", "now", "then"} <= names:
        return _chain(frame, labels)
    if {"variable", "value"} <= names:
        return _profile(frame, labels.language)
    if {"level", "chi2", "d_chi2"} <= names:
        return outline_levels(frame, labels)
    if {"parameter", "level", "dimension"} <= names:
        return _parameters(frame, labels)
    block = next((name for name in BLOCKS if name in names), "")
    if block and "dimension" in names and by_level:
        return _blocks(frame, labels, block)
    if ("dimension" in names or {"item", "label"} <= names) and (by_level or "level" not in names):
        return _scale(frame, labels)
    if by_level and "group" in names:
        return _groups(frame, labels)
    if {"lhs", "op", "rhs", "estimate"} <= names:
        return outline_model(frame, labels)
    for of, member in MEMBERS:
        if {of, member} <= names and not names & {"op", "level"}:
            return outline_constructs(frame, labels, of, member)
    if next(iter(frame.columns)) == "construct" and names - {"construct"} <= set(
        frame["construct"]
    ):
        return outline_square(frame, labels)
    if {"driver", "label"} <= names:
        return _drivers(frame, labels)
    if "label" in names:
        return _labelled(frame, labels)
    return _plain(frame, labels)


def _scale(frame: pd.DataFrame, labels: Labels) -> Outline:
    """Put each dimension over its items, and the whole at the end."""
    dimensions = column(frame, "dimension")
    items = column(frame, "item")
    names = column(frame, "label")
    levels = (
        list(frame["level"])
        if "level" in frame
        else [
            "item" if item else "scale" if dimension in WHOLE else "dimension"
            for item, dimension in zip(items, dimensions, strict=True)
        ]
    )
    at = range(len(levels))
    lines: list[Line] = []
    for key in dict.fromkeys(dimensions):
        own = [i for i in at if dimensions[i] == key and levels[i] == "dimension"]
        within = [i for i in at if dimensions[i] == key and levels[i] == "item"]
        lines += [
            Line(label=labels.of_dimension(key, names[i]), row=i, kind="dimension") for i in own
        ]
        grouped = bool(own) or key not in WHOLE
        if within and not own and grouped:
            lines.append(Line(label=labels.of_dimension(key), row=None))
        lines += [
            Line(label=labels.of_item(items[i], names[i]), row=i, indent=int(grouped), kind="item")
            for i in within
        ]
    lines += [
        Line(
            label=labels.of_whole(levels[i], dimensions[i], names[i]),
            row=i,
            kind=levels[i],
            total=True,
        )
        for i in at
        if levels[i] not in ("item", "dimension")
    ]
    present = set(levels)
    stub = "Dimension and item" if "item" in present else "Dimension"
    heading = (
        say(stub, labels.language) if "item" in present else head_of("dimension", labels.language)
    )
    if "item" in present and not any(dimensions):
        heading = head_of("item", labels.language)
    return Outline(
        heading=heading, lines=tuple(lines), used=("level", "dimension", "item", "label")
    )


def _blocks(frame: pd.DataFrame, labels: Labels, by: str) -> Outline:
    """Put the dimensions and items of each gap, or of each thing that is compared, under it."""
    values, meanings = column(frame, by), column(frame, "meaning")
    lines: list[Line] = []
    for value in dict.fromkeys(values):
        own = [at for at, one in enumerate(values) if one == value]
        head = word(value, labels.language)
        if by == "gap_number":
            head = say("Gap {gap}", labels.language, gap=value)
            if meanings[own[0]]:
                detail = say(meanings[own[0]], labels.language)
                head = say("{heading}: {detail}", labels.language, heading=head, detail=detail)
        lines.append(Line(label=head, row=None))
        within = _scale(frame.iloc[own].reset_index(drop=True), labels)
        lines += [
            replace(line, row=None if line.row is None else own[line.row], kind=(value, line.kind))
            for line in within.lines
        ]
    whole = _scale(frame, labels)
    return replace(whole, lines=tuple(lines), used=(*whole.used, by, "meaning"))


def _parameters(frame: pd.DataFrame, labels: Labels) -> Outline:
    """Put the parameters of each surface under its dimension, where there are several."""
    dimensions, names = column(frame, "dimension"), column(frame, "parameter")
    several = len(set(dimensions)) > 1
    lines: list[Line] = []
    for at, (dimension, name) in enumerate(zip(dimensions, names, strict=True)):
        if several and (at == 0 or dimension != dimensions[at - 1]):
            lines.append(Line(label=labels.of_dimension(dimension), row=None))
        lines.append(Line(label=name, row=at, indent=int(several), kind=dimension))
    return Outline(
        heading=head_of("parameter", labels.language),
        lines=tuple(lines),
        used=("level", "dimension", "parameter"),
    )


def _groups(frame: pd.DataFrame, labels: Labels) -> Outline:
    """Put groups beneath the whole; waves beneath what they are of."""
    waves = column(frame, "wave")
    keys = list(zip(frame["level"], column(frame, "group"), strict=True))
    first = {group: at for at, (level, group) in enumerate(keys) if level == "group"}
    # Those of a group follow it, those of all respondents follow the whole.
    order = sorted(range(len(keys)), key=lambda at: first.get(keys[at][1], -1))
    lines = []
    for at in order:
        level, group = keys[at]
        if level in ("wave", "group_wave"):
            label = say("Wave {wave}", labels.language, wave=waves[at])
        else:
            label = group if level == "group" else labels.of_whole(level)
        indent = int(level in ("wave", "group_wave"))
        total = level not in ("group", "wave", "group_wave")
        lines.append(Line(label=label, row=at, indent=indent, kind=level, total=total))
    return Outline(
        heading=head_of("group", labels.language),
        lines=tuple(lines),
        used=("level", "group", "wave"),
    )


def _profile(frame: pd.DataFrame, language: str) -> Outline:
    """Put each categorical variable over its levels; a numeric one has a line of its own."""
    values = column(frame, "value")
    lines: list[Line] = []
    of_variable = ("n_missing",)
    for variable, rows in frame.reset_index(drop=True).groupby("variable", sort=False):
        listed = bool(rows["share"].notna().any()) if "share" in rows else False
        if not listed and not any(values[at] for at in rows.index):
            lines += [Line(label=str(variable), row=at, kind="numeric") for at in rows.index]
            continue
        beside = tuple((name, int(rows.index[0])) for name in of_variable)
        lines.append(Line(label=str(variable), row=None, beside=beside))
        lines += [
            Line(label=values[at], row=at, indent=1, kind="listed", hidden=of_variable)
            for at in rows.index
        ]
    return Outline(
        heading=head_of("variable", language),
        lines=tuple(lines),
        used=("variable", "value"),
        always_blank=True,
    )


def _chain(frame: pd.DataFrame, labels: Labels) -> Outline:
    """Name what changes and what follows, under their scenarios where there are several."""
    scenarios, levels, names = (column(frame, name) for name in ("scenario", "level", "name"))
    lines: list[Line] = []
    for at, (scenario, level) in enumerate(zip(scenarios, levels, strict=True)):
        if scenario and (at == 0 or scenario != scenarios[at - 1]):
            lines.append(Line(label=scenario, row=None))
        text = say(OUTCOMES[level], labels.language) if level in OUTCOMES else ""
        label = text or labels.of_key(names[at])
        lines.append(Line(label=label, row=at, indent=int(bool(scenario)), kind=level))
    return Outline(
        heading=head_of("name", labels.language),
        lines=tuple(lines),
        used=("scenario", "level", "name"),
    )


def _drivers(frame: pd.DataFrame, labels: Labels) -> Outline:
    """Name drivers as the instrument does."""
    keys, texts = column(frame, "driver"), column(frame, "label")
    lines = tuple(
        Line(label=labels.of_key(key, text), row=at)
        for at, (key, text) in enumerate(zip(keys, texts, strict=True))
    )
    return Outline(
        heading=head_of("driver", labels.language), lines=lines, used=("driver", "label")
    )


def _labelled(frame: pd.DataFrame, labels: Labels) -> Outline:
    pairs = {"first", "second"} <= set(frame.columns)
    texts = [
        labels.of_pair(row["first"], row["second"], row["label"]) if pairs else str(row["label"])
        for _, row in frame.iterrows()
    ]
    return Outline(
        heading=head_of("label", labels.language),
        lines=tuple(Line(label=text, row=at) for at, text in enumerate(texts)),
        used=("label", "first", "second") if pairs else ("label",),
    )


def _plain(frame: pd.DataFrame, labels: Labels) -> Outline:
    """Name rows by the first column; where that repeats itself, it heads the second."""
    names = [str(name) for name in frame.columns]
    first = frame.iloc[:, 0]
    written = _writer(names[0], labels)
    texts = [written(value) for value in first]
    repeats = len(set(texts)) < len(texts) and len(names) > 2
    if not repeats or all(map(is_number, first)):
        lines = [Line(label=text, row=at) for at, text in enumerate(texts)]
        return Outline(
            heading=head_of(names[0], labels.language), lines=tuple(lines), used=(names[0],)
        )
    lines = []
    below = _writer(names[1], labels)
    for at, text in enumerate(texts):
        if at == 0 or text != texts[at - 1]:
            lines.append(Line(label=text, row=None))
        lines.append(Line(label=below(frame.iloc[at, 1]), row=at, indent=1, kind=text))
    return Outline(
        heading=head_of(names[1], labels.language), lines=tuple(lines), used=tuple(names[:2])
    )


def _writer(name: str, labels: Labels) -> Callable[[object], str]:
    """Say how a cell of text is written: words of ours in the reader's language."""

    def write(value: object) -> str:
        if is_missing(value):
            return ""
        if value == "(overall)":
            return labels.of_whole("", value)
        plain, arrow = ARROWS.get(name, ("", ""))
        if plain and plain in str(value):
            return arrow.join(map(labels.of_variable, str(value).split(plain)))
        if name in KEYS:
            text = OUTCOMES.get(str(value), "") if name == "link" else ""
            return say(text, labels.language) if text else labels.of_key(value)
        return word(str(value), labels.language) if name in WORDS else str(value)

    return write
