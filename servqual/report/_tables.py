"""Results as tables of text: what the report shows of each frame, and in which words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

from servqual._language import heading, say
from servqual._result import Result
from servqual.profile import SampleProfile
from servqual.report._shown import Shown
from servqual.responses import Responses
from servqual.scores.common import Scores
from servqual.scores.gaps import GapScores
from servqual.scores.perception import PerceptionScores
from servqual.scores.tolerance import ToleranceScores
from servqual.tables._labels import OVERALL
from servqual.tables._layout import is_blank, panels
from servqual.tables._model import Row as Line
from servqual.tables._numbers import percent, show, span

PAGE_UNITS = {"en": 96, "zh": 84}  # digits beside one another on a page of HTML
MEANS = ("Dimensions", "Items")
SHARES = ("Dimensions: shares of respondents", "Items: shares of answers")


@dataclass(frozen=True, kw_only=True)
class Row:
    """Cells of text.

    ``kind`` is "group" for a line that heads others, "within" for one of these, and "total".
    """

    cells: tuple[str, ...]
    kind: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of text with its caption.

    ``journal`` is that of a table in journal form; ``unseen`` of a caption for those who listen.
    """

    caption: str
    headings: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[Row, ...]
    journal: bool = False
    unseen: bool = False


@dataclass(frozen=True, kw_only=True)
class _Column:
    """A column that a report shows: its heading and how a row of the frame fills it."""

    name: str
    fill: Callable[["pd.Series"], str]


def tables(result: Result, language: str) -> tuple[Table, ...]:
    """Give the tables of a result that the page has in a form of its own, or none."""
    if isinstance(result, GapScores):
        names = ("n", "mean_e", "sd_e", "mean_p", "sd_p", "gap", "sd_gap")
        return _scores(result, [*_means(names), _interval("ci")], language)
    if isinstance(result, PerceptionScores):
        return _scores(result, [*_means(("n", "mean_p", "sd_p")), _interval("ci")], language)
    if isinstance(result, ToleranceScores):
        means = [
            *_means(("n", "mean_m", "mean_e", "mean_p", "width", "adequacy")),
            _interval("adequacy_ci"),
            *_means(("superiority",)),
            _interval("superiority_ci"),
        ]
        zones = ("below", "at_minimum", "inside", "at_desired", "above", "at_both", "within")
        shares = [*_means(("n",)), *_shares((*zones, "inverted"))]
        return (
            *_scores(result, means, language),
            *_scores(result, shares, language, SHARES),
        )
    if isinstance(result, SampleProfile):
        return (_profile(result, language),)
    if isinstance(result, Responses):
        return (_answers(result, language),)
    return ()


def from_journal(shown: Shown, language: str, *, alone: bool) -> tuple[Table, ...]:
    """Turn a table in journal form into text, in parts where it is wider than a page.

    The caption of a table that stands `alone` under a heading is not shown.
    """
    # Columns to be filled in by hand may be narrow here, and stay beside what they are for.
    blanks = any(is_blank(shown.table, at) for at in range(len(shown.table.columns)))
    parts = (shown.table,) if blanks else panels(shown.table, PAGE_UNITS[language])
    continued = say("(continued)", language)
    return tuple(
        Table(
            caption=f"{shown.caption} {continued}" if at else shown.caption,
            headings=(part.stub, *(column.heading for column in part.columns)),
            journal=True,
            unseen=alone and not at,
            numeric=(False, *(column.form.kind != "text" for column in part.columns)),
            rows=tuple(
                Row(
                    cells=(row.label, *(cell.text for cell in row.cells)),
                    kind=_kind_of_line(row),
                )
                for row in part.rows
            ),
        )
        for at, part in enumerate(parts)
    )


def _kind_of_line(row: Line) -> str:
    if row.heads:
        return "group"
    if row.total:
        return "total"
    return "within" if row.indent else ""


def _means(names: Sequence[str]) -> list[_Column]:
    return [_Column(name=name, fill=lambda row, name=name: show(row[name])) for name in names]  # type: ignore[misc]


def _shares(names: Sequence[str]) -> list[_Column]:
    return [_Column(name=name, fill=lambda row, name=name: percent(row[name])) for name in names]  # type: ignore[misc]


def _interval(name: str) -> _Column:
    low, high = f"{name}_low", f"{name}_high"
    return _Column(name=name, fill=lambda row: span(row[low], row[high]))


def _scores(
    scores: Scores,
    columns: Sequence[_Column],
    language: str,
    captions: tuple[str, str] = MEANS,
) -> tuple[Table, Table]:
    """Give a table of the dimensions with the overall score, and one of the items in groups."""
    instrument = scores.responses.instrument
    frame = scores.to_frame()
    headings = [heading(column.name, language) for column in columns]

    def line(row: "pd.Series", label: str, kind: str = "") -> Row:
        return Row(cells=(label, *(column.fill(row) for column in columns)), kind=kind)

    of_dimensions, of_items = [], []
    group = None
    for _, row in frame.iterrows():
        level, dimension = row["level"], row["dimension"]
        if level in OVERALL:
            of_dimensions.append(line(row, say(OVERALL[level], language), "total"))
        elif level == "dimension":
            of_dimensions.append(line(row, instrument.label(dimension, language)))
        else:
            if dimension != group:
                cells = (instrument.label(dimension, language), *[""] * len(columns))
                of_items.append(Row(cells=cells, kind="group"))
                group = dimension
            label = instrument.label(row["item"], language)
            shown = label if label == row["item"] else f"{row['item']}  {label}"
            of_items.append(line(row, shown))
    numeric = (False, *[True] * len(columns))
    return (
        Table(
            caption=say(captions[0], language),
            headings=(heading("dimension", language), *headings),
            numeric=numeric,
            rows=tuple(of_dimensions),
        ),
        Table(
            caption=say(captions[1], language),
            headings=(heading("item", language), *headings),
            numeric=numeric,
            rows=tuple(of_items),
        ),
    )


def _profile(profile: SampleProfile, language: str) -> Table:
    """Give a group of levels for each categorical variable and a line for each numeric one."""
    frame = profile.to_frame()
    numeric_shown = bool(frame["mean"].notna().any())
    statistics = ("mean", "sd", "min", "max") if numeric_shown else ()
    names = ("n", "share", *statistics, "n_missing")
    rows = []
    for variable, levels in frame.groupby("variable", sort=False):
        listed = levels["share"].notna().any() or (levels["value"] != "").any()
        missing = show(levels["n_missing"].iloc[0])
        if listed:
            blank = [""] * (len(names) - 1)
            rows.append(Row(cells=(str(variable), *blank, missing), kind="group"))
        for _, row in levels.iterrows():
            cells = [show(row["n"]), percent(row["share"]) if listed else ""]
            cells += ["" if listed else _statistic(name, row[name]) for name in statistics]
            label = row["value"] if listed else variable
            rows.append(Row(cells=(str(label), *cells, "" if listed else missing)))
    return Table(
        caption=say("Who answered", language),
        headings=(heading("variable", language), *(heading(name, language) for name in names)),
        numeric=(False, *[True] * len(names)),
        rows=tuple(rows),
    )


def _statistic(name: str, value: float) -> str:
    return show(int(value) if name in ("min", "max") and value % 1 == 0 else value)


def _answers(responses: Responses, language: str) -> Table:
    """Count the answers of each role."""
    frame = responses.to_frame()
    return Table(
        caption=say("Answers by role", language),
        headings=tuple(heading(str(name), language) for name in frame.columns),
        numeric=tuple(_is_number(kind) for kind in frame.dtypes),
        rows=tuple(
            Row(cells=(say(str(role), language), *map(show, counts)))
            for role, *counts in frame.itertuples(index=False, name=None)
        ),
    )


def _is_number(kind: object) -> bool:
    return bool(pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind))  # type: ignore[arg-type]
