"""How templates measure quality: dimensions, a second order, a method factor, ..."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from servqual.errors import ModelError
from servqual.instrument import Instrument
from servqual.sem.construction._template_parts import Block, blocks_of, letter_of

GENERAL, WORDING = "service_quality", "negative_wording"
_TOGETHER = ("responsiveness", "assurance", "empathy")


@dataclass(frozen=True, kw_only=True)
class Quality:
    """A measurement model of quality.

    Attributes
    ----------
    blocks : tuple of Block
        Factors with items of their own.
    lines : tuple of str
        The model text of it.
    causes : tuple of str
        The factors that act on outcomes, and on which covariates act.
    further : mapping of str to str
        Names of factors beside the blocks, by key.
    alone : tuple of str
        Items that have no block.
    explained : tuple of str
        Factors that others explain.
    """

    blocks: tuple[Block, ...]
    lines: tuple[str, ...]
    causes: tuple[str, ...]
    further: Mapping[str, str] = field(default_factory=dict)
    alone: tuple[str, ...] = ()
    explained: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the user asked for."""

    instrument: Instrument
    of: str
    names: Mapping[str, str]
    merge: Mapping[str, Sequence[str]]
    method_loadings: str
    outcomes: bool

    @property
    def blocks(self) -> tuple[Block, ...]:
        """One factor a dimension."""
        return blocks_of(
            self.instrument, letter_of(self.instrument, self.of), self.names, self.merge
        )

    def name(self, key: str) -> str:
        """Give the name of a factor."""
        return self.names.get(key, key)


def measured(name: str, columns: Sequence[str]) -> str:
    """Write what measures a factor."""
    return f"{name} =~ {' + '.join(columns)}"


def uncorrelated(one: str, others: Sequence[str]) -> list[str]:
    """Hold covariances at zero."""
    return [f"{one} ~~ 0*{other}" for other in others]


def dimension_factors(wanted: Wanted) -> Quality:
    """Give one factor a dimension."""
    return _of_blocks(wanted.blocks)


def three_factors(wanted: Wanted) -> Quality:
    """Give one factor to responsiveness, assurance and empathy together."""
    lacking = [key for key in _TOGETHER if key not in wanted.instrument.dimensions]
    if lacking:
        raise ModelError(
            f"Instrument {wanted.instrument.name!r} has no dimension "
            f"{' and no '.join(map(repr, lacking))}, so it has no three-factor alternative of "
            "SERVQUAL. Name what is to be one factor: merge={'care': ('assurance', 'empathy')}."
        )
    if wanted.merge:
        raise ModelError('structure="three-factor" says what to merge; leave merge= out of it.')
    return _of_blocks(replace(wanted, merge={"_".join(_TOGETHER): _TOGETHER}).blocks)


def one_factor(wanted: Wanted) -> Quality:
    """Give one factor to all items."""
    dimensions = tuple(wanted.instrument.dimensions)
    return _of_blocks(replace(wanted, merge={GENERAL: dimensions}).blocks)


def second_order(wanted: Wanted) -> Quality:
    """Let the dimensions measure one factor."""
    inner, general = _of_blocks(wanted.blocks), wanted.name(GENERAL)
    if len(inner.blocks) < (2 if wanted.outcomes else 3):
        raise ModelError(
            f"A second-order factor of {len(inner.blocks)} dimensions is not identified; it takes "
            "three, or two with outcomes."
        )
    return Quality(
        blocks=inner.blocks,
        lines=(*inner.lines, measured(general, inner.causes)),
        causes=(general,),
        further={GENERAL: general},
        explained=inner.causes,
    )


def wording_factor(wanted: Wanted) -> Quality:
    """Add a factor of the reverse-keyed items.

    Where they fill whole dimensions, wording and trait are told apart only by a factor that all
    dimensions have in common: what negatively worded dimensions share beyond it is their wording.
    """
    instrument = wanted.instrument
    letter = letter_of(instrument, wanted.of)
    items = [f"{letter}{item}" for item in instrument.items if item in instrument.reverse]
    if len(items) < 2 or len(items) == len(instrument.items):
        raise ModelError(
            f"A factor of negative wording needs items of both wordings, two negative ones at "
            f"least, but {len(items)} of the {len(instrument.items)} items of instrument "
            f"{instrument.name!r} are reverse-keyed. 'servqual-1988' has nine of 22."
        )
    confounded = any(set(its) <= set(instrument.reverse) for its in instrument.dimensions.values())
    inner = second_order(wanted) if confounded else _of_blocks(wanted.blocks)
    wording, columns = wanted.name(WORDING), items
    lines = list(inner.lines)
    if wanted.method_loadings == "equal":
        columns = [f"1*{item}" for item in items]
    lines.append(measured(wording, columns))
    if wanted.method_loadings == "equal":
        lines.append(f"{wording} ~~ NA*{wording}")
    return replace(
        inner,
        lines=(*lines, *uncorrelated(wording, inner.causes)),
        further={**inner.further, WORDING: wording},
    )


def bifactor(wanted: Wanted) -> Quality:
    """Let all items load on one factor, and on uncorrelated group factors."""
    blocks, general = wanted.blocks, wanted.name(GENERAL)
    columns = [column for block in blocks for column in block.columns]
    groups = [block for block in blocks if len(block.columns) > 1]
    lines = [measured(general, columns)]
    for block in groups:
        if len(block.columns) > 2:
            lines.append(measured(block.name, block.columns))
            continue
        # Two free loadings on a factor that nothing else touches cannot be told apart.
        lines.append(measured(block.name, [f"1*{column}" for column in block.columns]))
        lines.append(f"{block.name} ~~ NA*{block.name}")
    factors = [general, *(block.name for block in groups)]
    for at, one in enumerate(factors):
        lines += uncorrelated(one, factors[at + 1 :])
    return Quality(
        blocks=tuple(groups),
        lines=tuple(lines),
        causes=(general,),
        further={GENERAL: general},
        alone=tuple(block.columns[0] for block in blocks if block.single),
    )


def expectation_and_perception(wanted: Wanted) -> Quality:
    """Give factors of E and of P, with correlated errors of the two answers to an item."""
    blocks: list[Block] = []
    lines: list[str] = []
    for of in ("expectation", "perception"):
        for block in replace(wanted, of=of).blocks:
            key = f"{block.key}_{of[0].upper()}"
            blocks.append(replace(block, key=key, name=wanted.name(key)))
            lines.append(measured(blocks[-1].name, block.columns))
    letter_of(wanted.instrument, "gap")
    lines += [f"E{item} ~~ P{item}" for item in wanted.instrument.items]
    return Quality(
        blocks=tuple(blocks), lines=tuple(lines), causes=tuple(block.name for block in blocks)
    )


def _of_blocks(blocks: Sequence[Block]) -> Quality:
    return Quality(
        blocks=tuple(blocks),
        lines=tuple(measured(block.name, block.columns) for block in blocks),
        causes=tuple(block.name for block in blocks),
    )


BUILDERS: Mapping[str, Callable[[Wanted], Quality]] = {
    "dimensions": dimension_factors,
    "measurement": dimension_factors,
    "mediated": dimension_factors,
    "direct-and-mediated": dimension_factors,
    "second-order": second_order,
    "three-factor": three_factors,
    "one-factor": one_factor,
    "method-factor": wording_factor,
    "bifactor": bifactor,
    "MIMIC": dimension_factors,
    "perception-only": dimension_factors,
    "expectation-only": dimension_factors,
    "expectation-and-perception": expectation_and_perception,
}
