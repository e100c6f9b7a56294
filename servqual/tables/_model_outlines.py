"""How the rows of structural and path models stand under one another."""

import pandas as pd

from servqual._language import say
from servqual.tables._columns import head_of
from servqual.tables._labels import WHOLE, Labels
from servqual.tables._lines import Line, Outline, column

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
# Of levels of invariance, as papers have them; the corrected forms where there are some.
FIT_OF_LEVELS = (
    *("chi2", "df", "p_value", "cfi", "tli", "rmsea", "rmsea_ci", "srmr"),
    *("d_chi2", "d_df", "d_p_value", "d_cfi", "d_rmsea", "d_srmr"),
)
CORRECTED = ("_scaled", "_robust")


def outline_model(frame: pd.DataFrame, labels: Labels) -> Outline:
    """Put the parameters of a structural model under the names of their kinds."""
    operators, groups = column(frame, "op"), column(frame, "group")
    lhs, rhs = column(frame, "lhs"), column(frame, "rhs")
    written = column(frame, "label") if "label" in frame else lhs
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


def outline_constructs(frame: pd.DataFrame, labels: Labels, of: str, member: str) -> Outline:
    """Put each construct, with figures of its own if it has any, over its members."""
    constructs, members = column(frame, of), column(frame, member)
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


def outline_square(frame: pd.DataFrame, labels: Labels) -> Outline:
    """Give numbers to the constructs; columns bear those of the rows."""
    names = column(frame, "construct")
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


def outline_levels(frame: pd.DataFrame, labels: Labels) -> Outline:
    """Put levels of invariance under their dimensions, where there are several models."""
    dimensions, names = column(frame, "dimension"), column(frame, "label")
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
