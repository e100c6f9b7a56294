"""The pieces that model templates are put together from: blocks of items, outcomes, names."""

import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from servqual.errors import MissingResponseWarning, ModelError, nearest, shortened
from servqual.instrument import Instrument
from servqual.sem.fitting.model_data import read_model_data, read_source
from servqual.sem.specification.parameters import written

# The letter before the item ids in the frames of scores, and the roles that must have been asked.
KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "gap": ("G", ("perception", "expectation")),
    "perception": ("P", ("perception",)),
    "expectation": ("E", ("expectation",)),
    "minimum": ("M", ("minimum",)),
    "adequacy": ("A", ("perception", "minimum")),
    "superiority": ("S", ("perception", "expectation")),
}


@dataclass(frozen=True, kw_only=True)
class Block:
    """A latent variable and the columns that measure it.

    Attributes
    ----------
    key : str
        The dimension or outcome that it stands for.
    name : str
        What it is called in the model.
    columns : tuple of str
    reliability : float
        Of the only column of a block with one; NaN elsewhere.
    """

    key: str
    name: str
    columns: tuple[str, ...]
    reliability: float = math.nan

    @property
    def single(self) -> bool:
        """Whether one column has to do."""
        return len(self.columns) == 1


def letter_of(instrument: Instrument, of: str) -> str:
    """Give the letter before the items, or say which role is missing."""
    if of not in KINDS:
        raise ModelError(f"of must be one of {', '.join(KINDS)}, not {of!r}.{nearest(of, KINDS)}")
    letter, roles = KINDS[of]
    missing = [role for role in roles if role not in instrument.roles]
    if missing:
        able = [kind for kind, (_, its) in KINDS.items() if set(its) <= set(instrument.roles)]
        raise ModelError(
            f"Instrument {instrument.name!r} has no role {' and no role '.join(map(repr, missing))}"
            f", so it has no {of} scores to model. "
            + (
                f"Its answers allow of={' or of='.join(map(repr, able))}."
                if able
                else f"Its roles are {', '.join(instrument.roles)}."
            )
        )
    return letter


def blocks_of(
    instrument: Instrument,
    letter: str,
    names: Mapping[str, str],
    merged: Mapping[str, Sequence[str]],
) -> tuple[Block, ...]:
    """Give one block a dimension, or one for several that are merged, in instrument order."""
    home = _homes(instrument, merged)
    columns: dict[str, tuple[str, ...]] = {}
    for dimension, items in instrument.dimensions.items():
        key = home.get(dimension, dimension)
        columns[key] = (*columns.get(key, ()), *(f"{letter}{item}" for item in items))
    return tuple(
        Block(key=key, name=names.get(key, key), columns=its) for key, its in columns.items()
    )


def _homes(instrument: Instrument, merged: Mapping[str, Sequence[str]]) -> dict[str, str]:
    home: dict[str, str] = {}
    for name, dimensions in merged.items():
        for dimension in dimensions:
            if dimension not in instrument.dimensions:
                raise ModelError(
                    f"merge names {dimension!r}, which is no dimension of instrument "
                    f"{instrument.name!r}.{nearest(dimension, instrument.dimensions)} Its "
                    f"dimensions are {', '.join(instrument.dimensions)}."
                )
            if dimension in home:
                raise ModelError(f"merge puts {dimension!r} in two factors; leave it in one.")
            home[dimension] = name
    return home


def with_reliability(
    blocks: Sequence[Block], reliability: float | Mapping[str, float] | None, *, needed: bool
) -> tuple[Block, ...]:
    """Put the reliability of its only item into each block that has only one."""
    found = []
    for block in blocks:
        given = reliability.get(block.key) if isinstance(reliability, Mapping) else reliability
        if not block.single:
            found.append(block)
            continue
        if given is None and needed:
            raise ModelError(
                f"{block.key!r} has one item, {block.columns[0]!r}, which cannot tell its error "
                "from what it measures. Give its reliability, from another study or assumed: "
                f"reliability={{{block.key!r}: 0.8}} (1 takes it as free of error)."
            )
        if given is not None and not 0 < given <= 1:
            raise ModelError(
                f"The reliability of {block.key!r} must lie above 0 and up to 1, not {given!r}."
            )
        found.append(replace(block, reliability=math.nan if given is None else float(given)))
    return tuple(found)


def check_reliability(
    reliability: float | Mapping[str, float] | None, blocks: Iterable[Block]
) -> None:
    """Refuse reliabilities of what is not there, or has several items."""
    if not isinstance(reliability, Mapping):
        return
    single = [block.key for block in blocks if block.single]
    unknown = [key for key in reliability if key not in single]
    if unknown:
        there = f"those with one item here are {', '.join(single)}" if single else "here is none"
        raise ModelError(
            f"reliability= names {shortened(unknown)}, but it goes with dimensions or outcomes of "
            f"one item; {there}."
        )


def single_lines(
    blocks: Iterable[Block],
    *,
    explained: Iterable[str],
    data: object,
    columns: Sequence[str],
) -> list[str]:
    r"""Write the error variances of single indicators.

    With the data at hand they are fixed at (1 - reliability) times the item's variance. Without,
    a label ties the error variance to that of the latent variable, of which it is (1 - r) / r; that
    holds only where nothing else explains the latent variable.
    """
    lines: list[str] = []
    ends: list[str] = []
    outcomes = set(explained)
    variances = None if data is None else _variances(data, columns)
    for block in blocks:
        if not block.single or math.isnan(block.reliability):
            continue
        item, r = block.columns[0], block.reliability
        if r == 1:
            lines.append(f"{item} ~~ 0*{item}")
        elif variances is not None:
            lines.append(f"{item} ~~ {_number((1 - r) * variances[item])}*{item}")
        elif block.name in outcomes:
            raise ModelError(
                f"{block.name!r} has one item and is explained by others, so its error variance "
                "follows from the item's variance: give the data, too (data=)."
            )
        else:
            lines.append(f"{block.name} ~~ v_{block.name}*{block.name}")
            lines.append(f"{item} ~~ e_{block.name}*{item}")
            ends.append(f"e_{block.name} == {_number((1 - r) / r)}*v_{block.name}")
    return [*lines, *ends]


def _number(value: float) -> str:
    """Write a number without the noise of its last digits."""
    return written(float(f"{value:.12g}"))


def _variances(data: object, columns: Sequence[str]) -> dict[str, float]:
    """Give the variances (divisor n) over the rows that answered everything."""
    with warnings.catch_warnings():
        # Fitting the model will say what is missing.
        warnings.simplefilter("ignore", MissingResponseWarning)
        group = read_model_data(read_source(data), columns, "listwise").groups[0]
    return dict(zip(columns, map(float, group.covariance.diagonal()), strict=True))


def check_columns(data: object, columns: Sequence[str]) -> None:
    """Refuse a model of columns that the data do not have."""
    if data is None:
        return
    held = read_source(data).names
    absent = [name for name in columns if name not in held]
    if absent:
        raise ModelError(
            f"{len(absent)} columns of the model are not in the data: {shortened(absent)}."
            f"{nearest(absent[0], held)} Gap scores give G1.., P1.. and E1.. by "
            "scores.to_data(extra), where extra names further columns, such as satisfaction."
        )


def check_names(
    latent: Mapping[str, str], columns: Sequence[str], names: Mapping[str, str]
) -> None:
    """Refuse names that mean two things.

    Parameters
    ----------
    latent : mapping of str to str
        The name in the model of each latent variable, by its key.
    columns : sequence of str
        The observed variables.
    names : mapping of str to str
        What the user renamed.
    """
    unknown = [key for key in names if key not in latent]
    if unknown:
        raise ModelError(
            f"names= renames {shortened(unknown)}, which this model does not have."
            f"{nearest(unknown[0], latent)} Its latent variables are {', '.join(latent)}."
        )
    for key, name in latent.items():
        if name in columns:
            raise ModelError(
                f"{name!r} would be a latent variable and a column of the data at once. Give the "
                f"latent variable another name: names={{{key!r}: {f'latent_{name}'!r}}}."
            )
        if not (name[:1].isalpha() or name[:1] == "_"):
            raise ModelError(
                f"{name!r} cannot be a name in a model, which starts with a letter or '_'. Rename "
                f"it: names={{{key!r}: {f'd_{name}'!r}}}."
            )
    twice = [key for key, name in latent.items() if list(latent.values()).count(name) > 1]
    if twice:
        raise ModelError(
            f"{shortened(twice)} would all be called {latent[twice[0]]!r}. Rename them: "
            f"names={{{twice[0]!r}: ...}}."
        )
    repeated = [name for name in dict.fromkeys(columns) if list(columns).count(name) > 1]
    if repeated:
        raise ModelError(
            f"{shortened(repeated)} stands in the model in two places; a column can be one thing "
            "only."
        )
