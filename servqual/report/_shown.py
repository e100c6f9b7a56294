"""A table in journal form as a report shows it, and a frame made into one."""

from dataclasses import dataclass

import pandas as pd

from servqual._language import say
from servqual._result import Result
from servqual.instrument import Instrument
from servqual.tables._model import Table, build


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A table in journal form, with a short name for a place where its title stands elsewhere."""

    caption: str
    table: Table


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Part(Result):
    """A frame of a result, as a result of its own."""

    name: str
    frame: pd.DataFrame
    said: tuple[str, ...] = ()
    confidence: float = 0.95

    def title(self, language: str = "en") -> str:
        """Give the name."""
        return self.name

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Give what is said of it."""
        return self.said

    def to_frame(self) -> pd.DataFrame:
        """Give the frame."""
        return self.frame


def built(
    result: Result,
    instrument: Instrument | None,
    language: str,
    columns: tuple[str, ...] | None = None,
    decimals: dict[str, int] | None = None,
) -> Table | None:
    """Build a table, or give None where no column has a figure."""
    try:
        return build(
            result,
            language=language,
            number="",
            columns=columns,
            decimals=decimals,
            instrument=instrument,
        )
    except ValueError:
        return None


def part_title(caption: str, heading: str, language: str) -> str:
    """Title a table by what it shows and by the section that it stands in."""
    return say("{caption}, {heading}", language, caption=caption, heading=heading)
