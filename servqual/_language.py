"""Text for people: English stands in the code, other languages are data.

`say` takes an English template and its values. The Chinese of each template, and the heading of
each column that a table can have, stand in `languages/*.toml`.
"""

import functools
import tomllib
from importlib import resources

LANGUAGES = ("en", "zh")


def check_language(language: str) -> None:
    """Refuse a language that servqual does not speak."""
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, not {language!r}.")


@functools.cache
def catalogue(language: str) -> dict[str, dict[str, str]]:
    """Read the texts and column headings of one language."""
    check_language(language)
    path = resources.files("servqual") / "languages" / f"{language}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def say(template: str, language: str = "en", /, **values: object) -> str:
    """Fill an English template, or its translation, with values.

    Examples
    --------
    >>> say("n = {n:,}", n=1200)
    'n = 1,200'
    """
    if language != "en":
        template = catalogue(language)["text"].get(template, template)
    return template.format(**values) if values else template


def heading(column: str, language: str = "en") -> str:
    """Give the heading that a table shows for a column.

    Examples
    --------
    >>> heading("mean_e"), heading("mean_e", "zh")
    ('Mean E', '期望均值')
    """
    return catalogue(language)["columns"].get(column, column)
