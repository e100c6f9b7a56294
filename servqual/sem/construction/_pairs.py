"""Items rated twice by one person, as expectation and as perception, in model text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from servqual.errors import ModelError, nearest, shortened
from servqual.instrument import Instrument
from servqual.sem.construction._template_parts import check_names, letter_of

PairLevel = Literal["configural", "thresholds", "metric", "scalar", "strict"]
Partial = Sequence[str] | Mapping[str, Sequence[str]]
LEVELS: tuple[PairLevel, ...] = ("configural", "metric", "scalar", "strict")
ORDERED_LEVELS: tuple[PairLevel, ...] = ("configural", "thresholds", "metric", "scalar")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A dimension that was rated twice.

    Attributes
    ----------
    key : str
    items : tuple of str
    latent : mapping of str to str
        Names in the model by letter: E, P, and what else is made of them.
    unequal : mapping of str to tuple of str
        By level, the items that its equality is not asked of.
    """

    key: str
    items: tuple[str, ...]
    latent: Mapping[str, str]
    unequal: Mapping[str, tuple[str, ...]]

    def equal(self, level: str) -> tuple[str, ...]:
        """Give the items whose ratings a level sets equal."""
        return tuple(item for item in self.items if item not in self.unequal[level])

    def loadings(self, letter: str, marker: str = "") -> dict[str, str]:
        """Give each item's loading: a label, one for E and P or one of its own; 1 of a marker."""
        free = self.unequal["metric"]
        return {
            item: "1" if item == marker else f"l{letter if item in free else ''}_{item}"
            for item in self.items
        }

    def terms(self, letter: str, marker: str = "") -> str:
        """Write what measures a factor."""
        return total(f"{one}*{letter}{item}" for item, one in self.loadings(letter, marker).items())

    def measured(self, factor: str, letter: str, marker: str = "") -> str:
        """Write that it does; the first loading is free, unless it is the marker's."""
        first = self.items[0]
        free = "" if first == marker else f"NA*{letter}{first} + "
        return f"{factor} =~ {free}{self.terms(letter, marker)}"

    def errors(self) -> list[str]:
        """Let the two ratings of an item share more than the factors say."""
        return [f"E{item} ~~ P{item}" for item in self.items]

    def intercepts(self, marker: str = "") -> list[str]:
        """Set the intercepts of the two ratings equal; those of a marker to 0."""
        equal = self.equal("scalar")
        return [
            f"E{item} + P{item} ~ {'0' if item == marker else f'i_{item}'}*1" for item in equal
        ] + [f"E{item} + P{item} ~ 1" for item in self.items if item not in equal]

    def residuals(self) -> list[str]:
        """Set the residual variances of the two ratings equal."""
        return [
            f"{letter}{item} ~~ r_{item}*{letter}{item}"
            for item in self.equal("strict")
            for letter in "EP"
        ]

    @property
    def anchors(self) -> tuple[str, ...]:
        """The items that carry the mean from E to P: equal in loading and intercept."""
        return self.equal("scalar")


def pairs_of(
    instrument: Instrument,
    dimensions: Sequence[str] | str | None,
    partial: Partial,
    names: Mapping[str, str] | None,
    letters: str,
    levels: Sequence[PairLevel] = LEVELS,
) -> tuple[Pair, ...]:
    """Give the dimensions to model, checked.

    Raises
    ------
    ModelError
        If a role, a dimension or an item is not there, a dimension has one item, or names clash.
    """
    if not isinstance(instrument, Instrument):
        raise ModelError(
            f"instrument must be an Instrument, not {type(instrument).__name__}; "
            "load_instrument('servqual-1991') gives one."
        )
    letter_of(instrument, "gap")
    chosen = chosen_dimensions(instrument, dimensions)
    single = [key for key in chosen if len(instrument.dimensions[key]) == 1]
    if single:
        raise ModelError(
            f"{shortened(single)} {'has' if len(single) == 1 else 'have'} one item, which cannot "
            "tell its error from what it measures. Choose the others: dimensions=[...]."
        )
    items = [item for key in chosen for item in instrument.dimensions[key]]
    unequal = freed_items(partial, items, levels)
    renamed = {str(key): str(name) for key, name in (names or {}).items()}
    pairs = tuple(
        Pair(
            key=key,
            items=tuple(instrument.dimensions[key]),
            latent={
                letter: renamed.get(f"{key}_{letter}", f"{key}_{letter}") for letter in letters
            },
            unequal=unequal,
        )
        for key in chosen
    )
    for pair in pairs:
        if not pair.anchors:
            raise ModelError(
                f"partial= lets go of every item of {pair.key!r}; with no item equal in E and P, "
                "its two factors have no common scale. Leave one item at least."
            )
    latent = {f"{one.key}_{letter}": name for one in pairs for letter, name in one.latent.items()}
    check_names(latent, [f"{letter}{item}" for letter in "EP" for item in items], renamed)
    return pairs


def chosen_dimensions(
    instrument: Instrument, dimensions: Sequence[str] | str | None
) -> tuple[str, ...]:
    """Give the dimensions that are asked for, in instrument order."""
    known = tuple(instrument.dimensions)
    if dimensions is None:
        return known
    asked = [dimensions] if isinstance(dimensions, str) else list(map(str, dimensions))
    for key in asked:
        if key not in known:
            raise ModelError(
                f"{key!r} is no dimension of instrument {instrument.name!r}."
                f"{nearest(key, known)} Its dimensions are {', '.join(known)}."
            )
    if not asked:
        raise ModelError("dimensions= names none; leave it out for all.")
    return tuple(key for key in known if key in asked)


def freed_items(
    partial: Partial, items: Sequence[str], levels: Sequence[PairLevel] = LEVELS
) -> dict[str, tuple[str, ...]]:
    """Give the freed items of each level; what is freed at a level stays free above it."""
    if isinstance(partial, str):
        partial = (partial,)
    said = dict(partial) if isinstance(partial, Mapping) else {levels[1]: partial}
    for level in said:
        if level not in levels[1:]:
            raise ModelError(
                f"partial= names the level {level!r}.{nearest(level, levels)} Items are let go "
                f"from one of {', '.join(levels[1:])} on."
            )
    free: tuple[str, ...] = ()
    found: dict[str, tuple[str, ...]] = {}
    for level in levels[1:]:
        these = said.get(level, ())
        free += tuple(map(str, [these] if isinstance(these, str) else these))
        unknown = [item for item in free if item not in items]
        if unknown:
            raise ModelError(
                f"partial= lets go of {shortened(unknown)}, which the modelled dimensions do not "
                f"have.{nearest(unknown[0], items)} Give item ids, without E or P before them."
            )
        found[level] = tuple(dict.fromkeys(free))
    return found


def total(labels: Iterable[str]) -> str:
    """Write a sum."""
    return " + ".join(labels)
