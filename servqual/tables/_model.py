"""A table as a value that knows nothing of files: what every file format writes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from servqual._language import say
from servqual._result import Result
from servqual.instrument import Instrument
from servqual.tables._columns import Column, choose_columns, head_of
from servqual.tables._labels import Labels, instrument_of
from servqual.tables._lines import WORDS, Line, word
from servqual.tables._numbers import NOTHING, figure, is_missing
from servqual.tables._outline import outline
from servqual.tables._text import clean

_ENDS = (".", "!", "?", "。", "！", "？", ".)", "。）")
_COLUMN_NAME = re.compile(r"(?<![\w.])[A-Za-z0-9]+(?:_[A-Za-z0-9]+)+(?![\w.])")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What a cell shows, and the unrounded numbers behind it."""

    text: str
    numbers: tuple[float | int | None, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of cells under its label."""

    label: str
    cells: tuple[Cell, ...]
    indent: int = 0
    heads: bool = False
    total: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table in words and numbers.

    Attributes
    ----------
    number : str
        Of the table; empty where it has none.
    title : str
    stub : str
        What stands over the labels of the rows.
    columns : tuple of Column
    rows : tuple of Row
    notes : tuple of str
        Whole sentences.
    language : str
    numbered_by_us : bool
        Whether the number was given, and is not merely the first one.
    """

    number: str
    title: str
    stub: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...]
    language: str
    numbered_by_us: bool = True

    @property
    def caption(self) -> str:
        """The number with the word for it."""
        return say("Table {number}", self.language, number=self.number) if self.number else ""

    @property
    def slanted(self) -> bool:
        """Whether titles stand in italics, which Chinese characters do not."""
        return self.language != "zh"

    @property
    def note(self) -> str:
        """The notes as one paragraph."""
        return ("" if self.language == "zh" else " ").join(self.notes)


def build(
    result: Result,
    *,
    language: str = "en",
    number: int | str | None = None,
    columns: Sequence[str] | Mapping[str, str] | None = None,
    decimals: int | Mapping[str, int] | None = None,
    title: str | None = None,
    instrument: Instrument | None = None,
) -> Table:
    """Turn a result into a table.

    Raises
    ------
    ValueError
        If there is nothing to show, or columns or decimals do not fit.
    """
    frame = result.to_frame().reset_index(drop=True)
    frame.columns = frame.columns.map(str)
    if frame.empty:
        raise ValueError(f"{type(result).__name__} has no rows or no columns, so no table.")
    labels = Labels(instrument=instrument or _instrument(result), language=language)
    layout = outline(frame, labels)
    used = [name for name in layout.used if name in frame]
    wanted = layout.headings if columns is None else columns
    chosen = choose_columns(
        frame, used, wanted, decimals, language, getattr(result, "confidence", None)
    )
    empty = _empty(frame, chosen) if columns is None else ()
    kept = tuple(column for column in chosen if column not in empty)
    if not kept:
        raise ValueError(
            f"{type(result).__name__} has no figures in the columns asked for, so no table."
        )
    blank = _not_applying(frame, kept, layout.lines, layout.always_blank)
    rows = tuple(_row(frame, kept, line, blank, language) for line in layout.lines)
    notes = [] if title is None else [result.title(language)]
    notes += _notes(result, language)
    if empty:
        names = say(", ", language).join(column.heading for column in empty)
        notes.append(say("Not given for any row and not shown: {names}.", language, names=names))
    if any(cell.text == NOTHING for row in rows for cell in row.cells):
        notes.append(say("A dash stands for a figure that is not given.", language))
    return Table(
        number="1" if number is None else clean(number),
        numbered_by_us=number is not None,
        title=clean(result.title(language) if title is None else title),
        stub=clean(layout.heading),
        columns=kept,
        rows=rows,
        notes=tuple(_sentence(_named(note, frame, language), language) for note in notes if note),
        language=language,
    )


def _instrument(result: Result) -> Instrument | None:
    own = getattr(result, "instrument", None)
    return own if isinstance(own, Instrument) else instrument_of(result)


def _empty(frame: pd.DataFrame, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Name the columns that have no value at all."""
    return tuple(one for one in columns if frame[list(one.sources)].isna().all(axis=None))


def _not_applying(
    frame: pd.DataFrame, columns: tuple[Column, ...], lines: tuple[Line, ...], always: bool
) -> set[tuple[object, str]]:
    """Name what is missing in all rows of a sort: it does not apply there, and is left blank."""
    kinds: dict[object, list[int]] = {}
    for line in lines:
        if line.row is not None:
            kinds.setdefault(line.kind, []).append(line.row)
    return {
        (kind, column.name)
        for kind, rows in kinds.items()
        if always or (len(rows) > 1 and len(kinds) > 1)
        for column in columns
        if frame.loc[rows, list(column.sources)].isna().all(axis=None)
    }


def _row(
    frame: pd.DataFrame,
    columns: tuple[Column, ...],
    line: Line,
    blank: set[tuple[object, str]],
    language: str,
) -> Row:
    cells = []
    beside = dict(line.beside)
    for column in columns:
        at = beside.get(column.name) if line.row is None else line.row
        hidden = column.name in line.hidden or (line.kind, column.name) in blank
        if at is None or (line.row is not None and hidden):
            cells.append(Cell(text=""))
        else:
            values: list[object] = [frame[source].iat[at] for source in column.sources]
            cells.append(_cell(column, values, language))
    return Row(
        label=clean(line.label),
        cells=tuple(cells),
        indent=line.indent,
        heads=line.row is None,
        total=line.total,
    )


def _cell(column: Column, values: list[object], language: str) -> Cell:
    if column.form.kind == "text":
        return Cell(text=_word(column.name, values[0], language))
    numbers = tuple(None if is_missing(value) else _plain(value) for value in values)
    texts = [figure(value, column.form) for value in values]
    if not column.is_interval:
        return Cell(text=texts[0], numbers=numbers)
    missing = any(value is None for value in numbers)
    return Cell(text=NOTHING if missing else f"[{', '.join(texts)}]", numbers=numbers)


def _plain(value: object) -> float | int:
    """Give a number of Python's own."""
    return value.item() if hasattr(value, "item") else value  # type: ignore[return-value]


def _word(name: str, value: object, language: str) -> str:
    if is_missing(value):
        return NOTHING
    if isinstance(value, bool) or type(value).__name__ == "bool":
        return say("Yes" if value else "No", language)
    return clean(word(str(value), language) if name in WORDS else value)


def _notes(result: Result, language: str) -> list[str]:
    """Give the notes, and the problems that are not among them."""
    said = result.notes("en")
    problems = getattr(result, "problems", ())
    unsaid = [
        str(problem)
        for problem in (problems if isinstance(problems, (tuple, list)) else ())
        if not any(str(problem) in note for note in said)
    ]
    return [*result.notes(language), *unsaid]


def _named(note: str, frame: pd.DataFrame, language: str) -> str:
    """Call columns by their headings, where a note calls them by their names."""
    names = {str(name) for name in frame.columns}

    def replaced(match: re.Match[str]) -> str:
        return head_of(match[0], language) if match[0] in names else match[0]

    return clean(_COLUMN_NAME.sub(replaced, note))


def _sentence(text: str, language: str) -> str:
    return text if text.endswith(_ENDS) else text + ("。" if language == "zh" else ".")
