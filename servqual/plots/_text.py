"""Text in pictures: taken as it stands, kept short, in fonts that have its characters."""

import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

from servqual._lazy import require

if TYPE_CHECKING:
    from matplotlib.text import Text

CJK_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Microsoft YaHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Noto Sans CJK JP",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Arial Unicode MS",
)
ELLIPSIS = "…"


def is_wide(character: str) -> bool:
    """Tell whether a character takes two columns, as Chinese ones do."""
    return unicodedata.east_asian_width(character) in "WF"


def columns(text: str) -> int:
    """Count the columns that a text takes.

    Examples
    --------
    >>> columns("P 感知")
    6
    """
    return sum(2 if is_wide(character) else 1 for character in text)


def fitted(text: str, width: int, lines: int = 1) -> str:
    r"""Wrap a text into at most so many lines, and end it with an ellipsis if there is more.

    Examples
    --------
    >>> fitted("Individual attention from the firm", 20, lines=2)
    'Individual attention\nfrom the firm'
    >>> fitted("Individual attention from the firm", 20)
    'Individual attentio…'
    >>> fitted("企业的个别关注", 8, lines=2)
    '企业的个\n别关注'
    """
    wrapped = _wrapped(text, width)
    if len(wrapped) > lines:
        last = wrapped[lines - 1]
        if columns(last) + 1 > width:
            last = _pieces(last, width - 1)[0]
        wrapped = [*wrapped[: lines - 1], last.rstrip() + ELLIPSIS]
    elif len(wrapped) > 1:
        wrapped = _balanced(text, width, wrapped)
    return "\n".join(wrapped)


def set_plain(texts: Iterable["Text"]) -> None:
    """Show texts as they stand: ``$`` is no formula, and Chinese has a font where there is one."""
    available: list[str] | None = None
    for text in texts:
        text.set_parse_math(False)
        text.set_usetex(False)
        if any(map(is_wide, text.get_text())):
            available = installed_cjk() if available is None else available
            family = text.get_fontfamily()
            text.set_fontfamily([*family, *(name for name in available if name not in family)])


def installed_cjk() -> list[str]:
    """Name the fonts with Chinese characters that are installed, best first."""
    fonts = require("matplotlib.font_manager").fontManager.ttflist
    names = {font.name for font in fonts}
    return [name for name in CJK_FONTS if name in names][:1]


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for word in _words(text):
        line = lines[-1] + word
        if columns(line.rstrip()) <= width or not lines[-1]:
            lines[-1] = line
        else:
            lines.append(word)
    return [piece for line in lines for piece in _pieces(line.strip(), width)]


def _balanced(text: str, width: int, wrapped: list[str]) -> list[str]:
    """Make lines as even as they can be without more of them."""
    for narrower in range(width - 1, 0, -1):
        tried = _wrapped(text, narrower)
        if len(tried) > len(wrapped):
            break
        wrapped = tried
    return wrapped


def _words(text: str) -> list[str]:
    """Cut before each word and each wide character; brackets, stops and = stay with theirs."""
    words: list[str] = []
    before = " "
    for character in " ".join(text.split()):
        glued = unicodedata.category(character) in ("Pe", "Pf", "Po") or character == "="
        glued = glued or bool(words and words[-1].rstrip().endswith("="))
        glued = glued or unicodedata.category(before) in ("Ps", "Pi")
        breaks = before == " " or is_wide(before) or is_wide(character)
        if words and (glued or not breaks):
            words[-1] += character
        else:
            words.append(character)
        before = character
    return words


def _pieces(line: str, width: int) -> list[str]:
    """Cut a line that has no place to break."""
    pieces = [""]
    for character in line:
        if columns(pieces[-1] + character) > width and pieces[-1]:
            pieces.append("")
        pieces[-1] += character
    return pieces
