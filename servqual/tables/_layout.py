"""How wide columns are, and how a table that is too wide for a page is divided."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from servqual.tables._columns import Column
from servqual.tables._model import Row, Table
from servqual.tables._text import unbroken

STUB_UNITS = 34
MOST_UNITS = 24
BLANK_UNITS = 12
HEADING_LINES = 3
CHINESE_UNITS = 6
NARROW = " \u00a0.,:;|'()[]ijlrtfI"
GAP_UNITS = 2


def units(text: str) -> float:
    """Measure text in digits, as a serif typeface sets it; Chinese characters are two wide.

    Examples
    --------
    >>> units("1.25"), units("差距")
    (3.5, 4)
    """
    return sum(_unit(sign) for sign in text)


def _unit(sign: str) -> float:
    if unicodedata.east_asian_width(sign) in "WF":
        return 2
    if sign in NARROW:
        return 0.6 if sign not in " \u00a0.,:;|'" else 0.5
    if sign in "mwMW%":
        return 1.6
    if sign.isupper():
        return 1.35
    return 0.95 if sign.islower() else 1


def stub_units(table: Table) -> float:
    """Measure the labels of the rows; long ones are broken."""
    longest = max(units(row.label) + 2 * row.indent for row in table.rows)
    return max(min(longest, STUB_UNITS), min(units(table.stub), STUB_UNITS)) + GAP_UNITS


def column_units(table: Table, at: int) -> float:
    """Measure a column: its cells, and its heading broken into few lines."""
    column = table.columns[at]
    widest = max(units(row.cells[at].text) for row in table.rows)
    if is_blank(table, at):
        widest = BLANK_UNITS
    elif column.form.kind == "text":
        widest = min(widest, MOST_UNITS)
    return max(widest, _heading_units(column.heading)) + GAP_UNITS


def is_blank(table: Table, at: int) -> bool:
    """Tell whether a column is there to be filled in by hand."""
    return not any(row.cells[at].text for row in table.rows)


def broken(heading: str, width: float) -> list[str]:
    r"""Break a heading into lines no wider than `width`, at spaces and between Chinese characters.

    Examples
    --------
    >>> broken("95 % interval of P − E", 9), broken("期望标准差", 4)
    (['95\xa0%', 'interval of', 'P\xa0−\xa0E'], ['期望', '标准', '差'])
    """
    lines: list[str] = []
    for piece in _pieces(heading):
        if lines and units((lines[-1] + piece).rstrip()) <= width:
            lines[-1] += piece
        else:
            lines.append(piece)
    return [line.strip() for line in lines]


def balanced(heading: str, width: float) -> list[str]:
    """Break a heading into as few lines as the width allows, of about the same length.

    Examples
    --------
    >>> broken("期望均值", 6), balanced("期望均值", 6)
    (['期望均', '值'], ['期望', '均值'])
    """
    lines = broken(heading, width)
    while width > 1 and len(broken(heading, width - 1)) == len(lines):
        width -= 1
    return broken(heading, width)


def is_chinese(text: str) -> bool:
    """Tell whether Chinese characters stand in a text."""
    return any(_unit(sign) == 2 for sign in text)


def panels(table: Table, page: float) -> tuple[Table, ...]:
    """Divide a table into tables of the same rows, each no wider than a page of so many units.

    An interval stays beside the column before it, and so does what is called after it.
    """
    blocks: list[list[int]] = []
    for at, column in enumerate(table.columns):
        if at and (column.is_interval or column.name.startswith(f"{table.columns[at - 1].name}_")):
            blocks[-1].append(at)
        else:
            blocks.append([at])
    sizes = [sum(column_units(table, at) for at in block) for block in blocks]
    room = page - stub_units(table)
    count = len(_filled(sizes, room))
    # The narrowest room that gives as few parts makes them of about the same width.
    while room > max(sizes) and len(_filled(sizes, room - 1)) == count:
        room -= 1
    return tuple(
        _part(table, [at for number in part for at in blocks[number]])
        for part in _filled(sizes, room)
    )


def _filled(sizes: Sequence[float], room: float) -> list[list[int]]:
    """Put blocks of columns one after the other into parts no wider than the room."""
    parts: list[list[int]] = []
    left = 0.0
    for number, size in enumerate(sizes):
        if parts and size <= left:
            parts[-1].append(number)
            left -= size
        else:
            parts.append([number])
            left = room - size
    return parts


def _part(table: Table, chosen: list[int]) -> Table:
    columns: tuple[Column, ...] = tuple(table.columns[at] for at in chosen)
    rows: tuple[Row, ...] = tuple(
        replace(row, cells=tuple(row.cells[at] for at in chosen)) for row in table.rows
    )
    return replace(table, columns=columns, rows=rows)


def _heading_units(heading: str) -> float:
    """Find the width at which a heading takes few lines, and breaks no word."""
    pieces = [piece.strip() for piece in _pieces(heading)]
    least = max(max(map(units, pieces), default=0), units(heading) / HEADING_LINES)
    if is_chinese(heading):
        least = max(least, min(units(heading), CHINESE_UNITS))
    while len(broken(heading, least)) > HEADING_LINES:
        least += 1
    return least


def _pieces(text: str) -> list[str]:
    """Divide text where a line may end."""
    pieces = [""]
    for sign in unbroken(text):
        wide = unicodedata.east_asian_width(sign) in "WF"
        if wide and pieces[-1] and not pieces[-1].endswith("("):
            pieces.append(sign)
        else:
            if pieces[-1] and units(pieces[-1][-1]) == 2 and not wide and sign not in " )，。）":
                pieces.append("")
            pieces[-1] += sign
        if sign == " ":
            pieces.append("")
    return [piece for piece in pieces if piece]
