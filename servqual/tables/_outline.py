"""How the rows of a table stand under one another: dimensions with their items indented."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from servqual._language import say
from servqual.tables._columns import head_of, is_number
from servqual.tables._labels import OVERALL, WHOLE, Labels
from servqual.tables._numbers import is_missing

LEVELS = {"item", "dimension", "group", "scale", "wave", "group_wave", *OVERALL}
MODEL_KINDS = {
    "=~": "Loadings",
    "~": "Paths",
    ":=": "Defined effects",
    "indirect": "Indirect effects",
    "~~": "Covariances",
    "variance": "Variances and residual variances",
    "~1": "Intercepts and means",
    "|": "Thresholds",
    "~*~": "Scales of ordered items",
}
UNTESTED = ("se", "z", "p_value", "ci")
MEMBERS = (("construct", "indicator"), ("construct", "predictor"), ("lhs", "rhs"))
ARROWS = {"way": (" -> ", " → "), "variables": (" <-> ", " ↔ ")}
# Of levels of invariance, as papers have them; the corrected forms where there are some.
FIT_OF_LEVELS = (
    *("chi2", "df", "p_value", "cfi", "tli", "rmsea", "rmsea_ci", "srmr"),
    *("d_chi2", "d_df", "d_p_value", "d_cfi", "d_rmsea", "d_srmr"),
)
CORRECTED = ("_scaled", "_robust")
WORDS = (
    *("level", "role", "kind", "quadrant", "model", "predictors", "benchmark", "invariance"),
    *("unit", "quantity", "meaning", "class", "category"),
)
# Columns that hold keys of dimensions and items, which have labels.
KEYS = ("driver", "surface", "link")
OUTCOMES = {
    "satisfaction": "Satisfaction",
    "loyalty": "Loyalty",
    "recommendation": "Recommendation",
    "NPS": "NPS",
}


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
    """The lines of a table, what stands over them, and the columns of the frame that they use.

    `headings` are those of the other columns, where they are not called by their names, or are
    not all shown; an empty one stands for the usual heading.
    """

    heading: str
    lines: tuple[Line, ...]
    used: tuple[str, ...]
    always_blank: bool = field(default=False)
    headings: Mapping[str, str] | None = None


def outline(frame: pd.DataFrame, labels: Labels) -> Outline:
    """Lay out the rows of a frame."""
    names = set(map(str, frame.columns))
    by_level = "level" in names and set(frame["level"]) <= LEVELS
    if {"level", "name", "now", "then"} <= names:
        return _chain(frame, labels)
    if {"variable", "value"} <= names:
        return _profile(frame, labels.language)
    if {"level", "chi2", "d_chi2"} <= names:
        return _levels(frame, labels)
    if ("dimension" in names or {"item", "label"} <= names) and (by_level or "level" not in names):
        return _scale(frame, labels)
    if by_level and "group" in names:
        return _groups(frame, labels)
    if {"lhs", "op", "rhs", "estimate"} <= names:
        return _model(frame, labels)
    for of, member in MEMBERS:
        if {of, member} <= names and not names & {"op", "level"}:
            return _constructs(frame, labels, of, member)
    if next(iter(frame.columns)) == "construct" and names - {"construct"} <= set(
        frame["construct"]
    ):
        return _square(frame, labels)
    if {"driver", "label"} <= names:
        return _drivers(frame, labels)
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
    """Put groups beneath the whole; waves beneath what they are of."""
    waves = _column(frame, "wave")
    keys = list(zip(frame["level"], _column(frame, "group"), strict=True))
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
    written = _column(frame, "label") if "label" in frame else lhs
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
                    label=_way(written[at], labels)
                    if kind == "indirect"
                    else _parameter(operators[at], lhs[at], rhs[at], labels),
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


def _way(written: str, labels: Labels) -> str:
    """Name an indirect effect by the variables on its way."""
    return " → ".join(labels.of_variable(one) for one in written.split(" -> "))


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


def _constructs(frame: pd.DataFrame, labels: Labels, of: str, member: str) -> Outline:
    """Put each construct, with figures of its own if it has any, over its members."""
    constructs, members = _column(frame, of), _column(frame, member)
    lines = []
    for name in dict.fromkeys(constructs):
        own = [at for at, one in enumerate(constructs) if one == name]
        heads = [at for at in own if not members[at]]
        lines += [Line(label=labels.of_variable(name), row=at, kind=of) for at in heads]
        if not heads:
            lines.append(Line(label=labels.of_variable(name), row=None))
        lines += [
            Line(label=labels.of_variable(members[at]), row=at, indent=1, kind=member)
            for at in own
            if members[at]
        ]
    heading = say("Construct and indicator", labels.language)
    if member == "predictor":
        heading = say("Outcome and predictor", labels.language)
    return Outline(heading=heading, lines=tuple(lines), used=("kind", of, member))


def _square(frame: pd.DataFrame, labels: Labels) -> Outline:
    """Give numbers to the constructs; columns bear those of the rows."""
    names = _column(frame, "construct")
    numbers = {name: str(at) for at, name in enumerate(names, start=1)}
    lines = tuple(
        Line(label=f"{numbers[name]}. {labels.of_variable(name)}", row=at, kind=at)
        for at, name in enumerate(names)
    )
    return Outline(
        heading=head_of("construct", labels.language),
        lines=lines,
        used=("construct",),
        always_blank=True,
        headings={str(name): numbers[str(name)] for name in frame.columns[1:]},
    )


def _levels(frame: pd.DataFrame, labels: Labels) -> Outline:
    """Put levels of invariance under their dimensions, where there are several models."""
    dimensions, names = _column(frame, "dimension"), _column(frame, "label")
    lines: list[Line] = []
    for at, level in enumerate(frame["level"]):
        key = dimensions[at]
        if key and (at == 0 or key != dimensions[at - 1]):
            head = labels.of_whole("", key) if key in WHOLE else labels.of_dimension(key, names[at])
            lines.append(Line(label=head, row=None))
        text = say(str(level), labels.language)
        lines.append(Line(label=text, row=at, indent=int(bool(key)), kind=level))
    known = set(map(str, frame.columns))
    return Outline(
        heading=head_of("level", labels.language),
        lines=tuple(lines),
        used=("dimension", "label", "level"),
        always_blank=True,
        headings={_corrected(name, known): "" for name in FIT_OF_LEVELS},
    )


def _corrected(name: str, known: set[str]) -> str:
    """Name the corrected form of a figure, where the frame has one."""
    for suffix in CORRECTED:
        found = name.replace("_ci", f"{suffix}_ci") if name.endswith("_ci") else name + suffix
        if found in known or f"{found}_low" in known:
            return found
    return name


def _chain(frame: pd.DataFrame, labels: Labels) -> Outline:
    """Name what changes and what follows, under their scenarios where there are several."""
    scenarios, levels, names = (_column(frame, name) for name in ("scenario", "level", "name"))
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
    keys, texts = _column(frame, "driver"), _column(frame, "label")
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


def word(text: str, language: str) -> str:
    """Say a word of ours, or several that share a place."""
    return " / ".join(say(one, language) for one in text.split(" / "))


def _column(frame: pd.DataFrame, name: str) -> list[str]:
    if name not in frame:
        return [""] * len(frame)
    return ["" if is_missing(value) else str(value) for value in frame[name]]
