"""Text that every file format can hold, and the statistical symbols within it."""

import re
from typing import NamedTuple

SYMBOLS = (
    *("n", "N", "k", "m", "M", "SD", "SE", "E", "P"),
    *(
        "t",
        "F",
        "H",
        "U",
        "W",
        "z",
        "df",
        "df1",
        "df2",
        "p",
        "r",
        "R",
        "R²",
        "V",
        "d",
        "g",
        "b",
        "B",
    ),
)

_SYMBOL = "|".join(sorted(SYMBOLS, key=len, reverse=True))
_ALONE = r"(?<![A-Za-z0-9_'’.])"
_IN_HEADING = re.compile(rf"{_ALONE}({_SYMBOL})(?:_([A-Za-z0-9]+))?(?![A-Za-z0-9_'’])")
_IN_TEXT = re.compile(
    rf"{_ALONE}({_SYMBOL})(?:_([A-Za-z0-9]+))?(?=\s?[=<>≤≥±](?:\s|[−\d.])|[- ]values?\b)"
)
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TOGETHER = re.compile(r"(?<=\d) (?=%)| (?=[−=])|(?<=[−=]) ")
_SPACE = re.compile(r"[ \t\r\n\u2028\u2029]+")


class Run(NamedTuple):
    """A piece of text of one look."""

    text: str
    italic: bool = False
    lowered: bool = False


def clean(value: object) -> str:
    r"""Give one line of text that XML and LaTeX can hold.

    Examples
    --------
    >>> clean("line one\nline two"), clean("bell \x07")
    ('line one line two', 'bell �')
    """
    return _NOT_TEXT.sub("\ufffd", _SPACE.sub(" ", str(value))).strip()


def heading_runs(text: str) -> tuple[Run, ...]:
    """Set the statistical symbols of a heading in italics.

    Examples
    --------
    >>> [run.text for run in heading_runs("Gap P − E") if run.italic]
    ['P', 'E']
    >>> heading_runs("d_z")
    (Run(text='d', italic=True, lowered=False), Run(text='z', italic=False, lowered=True))
    """
    return _runs(text, _IN_HEADING)


def text_runs(text: str) -> tuple[Run, ...]:
    """Set the symbols of running text in italics, where they stand before a relation or "value".

    Examples
    --------
    >>> [run.text for run in text_runs("P of n = 12, p < .05, a p-value") if run.italic]
    ['n', 'p', 'p']
    """
    return _runs(text, _IN_TEXT)


def unbroken(text: str) -> str:
    """Keep what belongs together on one line: a difference, a percentage."""
    return _TOGETHER.sub("\u00a0", text)


def _runs(text: str, symbols: re.Pattern[str]) -> tuple[Run, ...]:
    found: list[Run] = []
    at = 0
    for match in symbols.finditer(text):
        found.append(Run(text[at : match.start()]))
        found.append(Run(match[1], italic=True))
        found.append(Run(match[2] or "", lowered=True))
        at = match.end()
    found.append(Run(text[at:]))
    return tuple(run for run in found if run.text)
