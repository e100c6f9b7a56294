"""How the rows of a table stand under one another: dimensions with their items indented."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

import pandas as pd

from servqual._language import say
from servqual.tables._columns import head_of, is_number
from servqual.tables._labels import OVERALL, WHOLE, Labels
from servqual.tables._numbers import is_missing

LEVELS = {"item", "dimension", "group", "scale", *OVERALL}
MODEL_KINDS = {
    "=~": "Loadings",
    "~": "Paths",
    ":=": "Defined effects",
    "~~": "Covariances",
    "variance": "Variances and residual variances",
    "~1": "Intercepts and means",
    "|": "Thresholds",
    "~*~": "Scales of ordered items",
}
UNTESTED = ("se", "z", "p_value", "ci")
WORDS = ("level", "role", "kind", "quadrant", "model", "predictors")


@dataclass(frozen=True, kw_only=True)
class Line:
    """Where a row of the frame stands, or a heading of other rows.

    Attributes
    ----------
    label : str
    row : int or None
        Which row of the frame; None for a heading without figures.
    indent : {0, 1}
    kind : str
        What sort of row it is; a column that is empty in all rows of a sort does not apply there.
    total : bool
    beside : tuple of str
        Columns that a heading shows, from the first row beneath it.
    hidden : tuple of str
        Columns that are left blank, as they stand elsewhere.
    """

    label: str
    row: int | None
    indent: int = 0
    kind: Hashable = ""
    total: bool = False
    beside: tuple[tuple[str, int], ...] = ()
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outline:
    """The lines of a table, what stands over them, and the columns of the frame that they use."""

    heading: str
    lines: tuple[Line, ...]
    used: tuple[str, ...]
    always_blank: bool = field(default=False)


def outline(frame: pd.DataFrame, labels: Labels) -> Outline:
    """Lay out the rows of a frame."""
    names = set(map(str, frame.columns))
    by_level = "level" in names and set(frame["level"]) <= LEVELS
    if {"variable", "value"} <= names:
        return _profile(frame, labels.language)
    if ("dimension" in names or {"item", "label"} <= names) and (by_level or "level" not in names):
        return _scale(frame, labels)
    if by_level and "group" in names:
        return _groups(frame, labels)
    if {"lhs", "op", "rhs", "estimate"} <= names:
        return _model(frame, labels)
    if "label" in names:
        return _labelled(frame, labels)
    return _plain(frame, labels)


def _scale(frame: pd.DataFrame, labels: Labels) -> Outline:
    """Put each dimension over its items, and the whole at the end."""
    dimensions = _column(frame, "dimension")
    items = _column(frame, "item")
    names = _column(frame, "label")
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


def _groups(frame: pd.DataFrame, labels: Labels) -> Outline:
    lines = tuple(
        Line(
            label=str(group) if level == "group" else labels.of_whole(level),
            row=at,
            kind=level,
            total=level != "group",
        )
        for at, (level, group) in enumerate(zip(frame["level"], frame["group"], strict=True))
    )
    return Outline(heading=head_of("group", labels.language), lines=lines, used=("level", "group"))


def _profile(frame: pd.DataFrame, language: str) -> Outline:
    """Put each categorical variable over its levels; a numeric one has a line of its own."""
    values = _column(frame, "value")
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


def _model(frame: pd.DataFrame, labels: Labels) -> Outline:
    """Put the parameters of a structural model under the names of their kinds."""
    operators, groups = _column(frame, "op"), _column(frame, "group")
    lhs, rhs = _column(frame, "lhs"), _column(frame, "rhs")
    fixed = [value == 0 for value in frame["se"]] if "se" in frame else [False] * len(frame)
    lines: list[Line] = []
    for group in dict.fromkeys(groups):
        for kind, heading in MODEL_KINDS.items():
            own = [
                at
                for at in range(len(frame))
                if groups[at] == group and _model_kind(operators[at], lhs[at], rhs[at]) == kind
            ]
            if not own:
                continue
            head = say(heading, labels.language)
            if group:
                head = say("{group}: {kind}", labels.language, group=group, kind=head)
            lines.append(Line(label=head, row=None))
            lines += [
                Line(
                    label=_parameter(operators[at], lhs[at], rhs[at], labels),
                    row=at,
                    indent=1,
                    kind=kind,
                    hidden=UNTESTED if fixed[at] else (),
                )
                for at in own
            ]
    return Outline(
        heading=say("Parameter", labels.language),
        lines=tuple(lines),
        used=(
            *("lhs", "op", "rhs", "group", "label"),
            *("std_lv", "std_lv_se", "std_all_se"),
        ),
    )


def _model_kind(operator: str, lhs: str, rhs: str) -> str:
    return "variance" if operator == "~~" and lhs == rhs else operator


def _parameter(operator: str, lhs: str, rhs: str, labels: Labels) -> str:
    """Name a parameter by its variables."""
    if operator == ":=":
        return f"{lhs} = {rhs}"
    first, second = labels.of_variable(lhs), labels.of_variable(rhs)
    if operator == "~":
        return f"{second} → {first}"
    if operator == "=~":
        return f"{first} → {second}"
    if operator == "~~" and lhs != rhs:
        return f"{first} ↔ {second}"
    return f"{first} {operator} {second}" if operator in ("|", "~*~") else first


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
    written = _writer(names[0], labels.language)
    texts = [written(value) for value in first]
    repeats = len(set(texts)) < len(texts) and len(names) > 2
    if not repeats or all(map(is_number, first)):
        lines = [Line(label=text, row=at) for at, text in enumerate(texts)]
        return Outline(
            heading=head_of(names[0], labels.language), lines=tuple(lines), used=(names[0],)
        )
    lines = []
    below = _writer(names[1], labels.language)
    for at, text in enumerate(texts):
        if at == 0 or text != texts[at - 1]:
            lines.append(Line(label=text, row=None))
        lines.append(Line(label=below(frame.iloc[at, 1]), row=at, indent=1, kind=text))
    return Outline(
        heading=head_of(names[1], labels.language), lines=tuple(lines), used=tuple(names[:2])
    )


def _writer(name: str, language: str) -> Callable[[object], str]:
    """Say how a cell of text is written: words of ours in the reader's language."""

    def write(value: object) -> str:
        if is_missing(value):
            return ""
        return say(str(value), language) if name in WORDS else str(value)

    return write


def _column(frame: pd.DataFrame, name: str) -> list[str]:
    if name not in frame:
        return [""] * len(frame)
    return ["" if is_missing(value) else str(value) for value in frame[name]]
