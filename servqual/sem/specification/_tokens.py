"""The words of a model text, each with its place."""

import re
from dataclasses import dataclass
from typing import NoReturn

from servqual.errors import ModelError

NAME, NUMBER, STRING, OPERATOR, RELATION, BREAK = (
    "name",
    "number",
    "string",
    "operator",
    "relation",
    "break",
)
_WORDS = re.compile(
    r"""
    (?P<space>[^\S\n]+)
  | (?P<comment>[#!][^\n]*)
  | (?P<break>[\n;])
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
  | (?P<name>(?:[^\W\d]|\.(?!\d))[\w.]*)
  | (?P<string>"[^"\n]*"|'[^'\n]*')
  | (?P<relation>=~|~\*~|~~|:=|==|<~|<=|>=|[~<>|=])
  | (?P<operator>\*\*|[-+*/^(),:])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text."""

    kind: str
    text: str
    at: int  # where it starts in the text


def tokens_of(text: str) -> list[Token]:
    """Cut a text into words, without blanks and comments.

    Raises
    ------
    ModelError
        At a character that no word of a model starts with.

    Examples
    --------
    >>> [token.text for token in tokens_of("f =~ a*x1 # a comment")]
    ['f', '=~', 'a', '*', 'x1']
    """
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _WORDS.match(text, at)
        if match is None:
            fail(text, at, _odd(text, at))
        kind = str(match.lastgroup)
        if kind not in ("space", "comment"):
            found.append(Token(kind, match.group(), at))
        at = match.end()
    return found


def place(text: str, at: int) -> str:
    r"""Say in which line and column a position of a text is, counted from 1, and show the line.

    Examples
    --------
    >>> place("f =~ x1\nf ~ z", 12)
    "Line 2, column 5, in 'f ~ z'"
    """
    before = text[:at]
    line = before.count("\n") + 1
    column = at - before.rfind("\n")
    written = text.split("\n")[line - 1].strip()
    return f"Line {line}, column {column}, in {written!r}"


def fail(text: str, at: int, message: str) -> NoReturn:
    """Refuse a model text at a position."""
    raise ModelError(f"{place(text, at)}: {message}")


def _odd(text: str, at: int) -> str:
    character = text[at]
    if character in "\"'":
        return f"the quotation mark {character} is never closed."
    if character.isdigit() or character == ".":
        return "this is neither a number nor a name; a name starts with a letter or '_'."
    return (
        f"a model has no {character!r}. Names are made of letters, digits, '_' and '.'; rename the "
        "column if it has other characters."
    )
