"""What had to be left out, merged or added, in words."""

from dataclasses import dataclass

from servqual._language import say

Pair = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a reader should know of latent correlations.

    Attributes
    ----------
    n, n_rows : int
        The rows that count, and all.
    missing : str
        "listwise" or "pairwise".
    unused : dict of str to tuple of str
        Categories that nobody used, by variable.
    constant, blank : tuple of str
        Variables with one value in use, and with none.
    apart : tuple of (str, str)
        Pairs whose common answers are none, or do not vary.
    perfect : dict of (str, str) to float
        1 or -1 for each pair in perfect order.
    n_tables, n_small, n_large : int
        Tables of ordered pairs; 2 x 2 ones, and larger ones, with something added to empty cells.
    empty_cells : tuple of (float, float)
        What was added to them.
    far : tuple of str
        Continuous variables so far from normal that normal standard errors are off by half.
    """

    n: int
    n_rows: int
    missing: str
    unused: dict[str, tuple[str, ...]]
    constant: tuple[str, ...]
    blank: tuple[str, ...]
    apart: tuple[Pair, ...]
    perfect: dict[Pair, float]
    n_tables: int
    n_small: int
    n_large: int
    empty_cells: tuple[float, float]
    far: tuple[str, ...]

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what was left out, merged or added."""
        notes = []
        if self.n < self.n_rows:
            notes.append(
                say(
                    "{count:,} of {total:,} rows are left out: incomplete, or of weight 0.",
                    language,
                    count=self.n_rows - self.n,
                    total=self.n_rows,
                )
                if self.missing == "listwise"
                else say(
                    "{count:,} of {total:,} rows are left out: without any answer, or of weight 0.",
                    language,
                    count=self.n_rows - self.n,
                    total=self.n_rows,
                )
            )
        if self.unused:
            named = [f"{name} ({', '.join(values)})" for name, values in self.unused.items()]
            notes.append(
                say(
                    "Categories that nobody used are merged with their neighbours: {which}.",
                    language,
                    which=_listed(named),
                )
            )
        if self.n_small:
            notes.append(
                say(
                    "{count:,} of {total:,} tables are 2 x 2 with one empty cell, to which "
                    "{added:g} is added (the margins are kept).",
                    language,
                    count=self.n_small,
                    total=self.n_tables,
                    added=self.empty_cells[0],
                )
            )
        if self.n_large:
            notes.append(
                say(
                    "{count:,} of {total:,} tables larger than 2 x 2 have empty cells, to each of "
                    "which {added:g} is added.",
                    language,
                    count=self.n_large,
                    total=self.n_tables,
                    added=self.empty_cells[1],
                )
            )
        if self.far:
            notes.append(
                say(
                    "Standard errors of what involves {which} assume a normal distribution, from "
                    "which it is far.",
                    language,
                    which=_listed(list(self.far)),
                )
            )
        return tuple(notes)

    def problems(self, language: str = "en") -> tuple[str, ...]:
        """Say what could not be computed, or not be taken at its word, and why."""
        told = []
        if self.constant:
            told.append(
                say(
                    "Without correlations, as everybody gave the same answer: {items}.",
                    language,
                    items=_listed(list(self.constant)),
                )
            )
        if self.blank:
            told.append(
                say(
                    "Without correlations, as nobody answered: {items}.",
                    language,
                    items=_listed(list(self.blank)),
                )
            )
        if self.apart:
            told.append(
                say(
                    "Without a correlation, as nobody answered both, or their common answers do "
                    "not vary: {pairs}.",
                    language,
                    pairs=_listed([f"{one} - {other}" for one, other in self.apart]),
                )
            )
        for sign in (1.0, -1.0):
            pairs = [pair for pair, value in self.perfect.items() if value == sign]
            if pairs:
                told.append(
                    say(
                        "The answers are in perfect order, so the most likely correlation is "
                        "{value:g}, at the edge, without a standard error: {pairs}.",
                        language,
                        value=sign,
                        pairs=_listed([f"{one} - {other}" for one, other in pairs]),
                    )
                )
        return tuple(told)


def _listed(names: list[str]) -> str:
    """Name at most five, and count the rest."""
    return ", ".join(names[:5]) + (f" (+{len(names) - 5:,})" if len(names) > 5 else "")
