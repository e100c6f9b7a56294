"""Levels of invariance across groups: what each holds equal, as parameter tables."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from servqual.errors import ModelError, nearest
from servqual.sem.specification._roles import roles_of
from servqual.sem.specification.equalities import EQUAL, check_partial, hold_equal, key_of, kind_of
from servqual.sem.specification.ordinal_equalities import hold_ordinal_equal
from servqual.sem.specification.table import ParameterTable

CONTINUOUS: Final = ("configural", "metric", "scalar", "strict")
ORDINAL: Final = ("configural", "thresholds", "metric", "scalar")
_HOLDS = {
    "configural": (),
    "thresholds": ("thresholds",),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}
# What can be added to a level, in its own words.
_FURTHER = tuple(word for word in EQUAL if word not in _HOLDS)


def check_levels(levels: Sequence[str] | None, *, ordinal: bool) -> tuple[str, ...]:
    """Give the levels in their order; by default all.

    Raises
    ------
    ModelError
        If there are fewer than two, one is unknown or twice, or they are not in order.
    """
    if levels is None:
        return ORDINAL if ordinal else CONTINUOUS
    asked = (levels,) if isinstance(levels, str) else tuple(levels)
    known = (*_HOLDS, *_FURTHER)
    for level in asked:
        if level not in known:
            raise ModelError(
                f"levels are {', '.join(_HOLDS)}, or what is added to them ({', '.join(_FURTHER)})"
                f"; {level!r} is none of them.{nearest(level, known)}"
            )
    if ordinal and "strict" in asked:
        raise ModelError(
            "levels has 'strict', but residual variances of ordered items cannot be held equal "
            "where their latent responses have a scale (delta parameterisation). 'scalar' is the "
            "last level for them; it allows means of latent variables to be compared."
        )
    if "thresholds" in asked and not ordinal:
        raise ModelError("levels has 'thresholds', which are of ordered items; see ordered=.")
    if len(asked) < 2:
        raise ModelError("levels needs two or more, such as ('configural', 'metric').")
    words = [set(holds(asked[: at + 1], ordinal=ordinal)) for at in range(len(asked))]
    for earlier, later, name in zip(words, words[1:], asked[1:], strict=False):
        if earlier == later:
            raise ModelError(
                f"levels has {name!r} after {asked[asked.index(name) - 1]!r}, but it adds nothing "
                f"to it. The order is {', '.join(ORDINAL if ordinal else CONTINUOUS)}."
            )
    return asked


def holds(levels: Sequence[str], *, ordinal: bool) -> tuple[str, ...]:
    """Give what the last of some levels holds equal: its own words and those of all before."""
    words = {word for level in levels for word in _HOLDS.get(level, (level,))}
    if ordinal and words:
        words.add("thresholds")
    return tuple(word for word in EQUAL if word in words)


def table_of_level(
    base: ParameterTable,
    equal: Collection[str],
    partial: Sequence[str],
    *,
    std_lv: bool,
    ordinal: bool,
) -> ParameterTable:
    """Hold equal in a table of groups what a level holds.

    Parameters
    ----------
    base : ParameterTable
        Of the model without any equality of groups.
    equal : collection of str
        Words of `EQUAL`.
    partial : sequence of str
        Parameters that are let go.
    std_lv : bool
    ordinal : bool
        Whether some items are ordered.
    """
    rows = base.parameters
    let_go = check_partial(partial, rows)
    roles = roles_of((row.lhs, row.op, row.rhs) for row in rows)
    if ordinal:
        held = hold_ordinal_equal(rows, roles, equal, let_go, base.n_groups)
    else:
        held = hold_equal(rows, roles, equal, let_go, n_groups=base.n_groups, std_lv=std_lv)
    named = {
        str(row): None for row in rows if key_of(row) in let_go and kind_of(row, roles) in equal
    }
    return replace(base, parameters=held, group_equal=tuple(equal), group_partial=tuple(named))
