"""What is held equal in all groups, and what may then differ instead."""

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from servqual.errors import ModelError, nearest
from servqual.sem.specification._roles import Roles
from servqual.sem.specification.parameters import Parameter
from servqual.sem.specification.syntax import INTERCEPT, SYMMETRIC, read_model

EQUAL: Final = (
    *("loadings", "intercepts", "thresholds", "residuals", "residual.covariances"),
    *("means", "regressions", "lv.variances", "lv.covariances"),
)
Key = tuple[str, ...]
_PLAIN = {"=~": "loadings", "~": "regressions", "|": "thresholds"}


def check_equal(words: str | Iterable[str], rows: Iterable[Parameter] = ()) -> tuple[str, ...]:
    """Give what is to be equal as a tuple in the order of `EQUAL`.

    Where some items are ordered, thresholds and intercepts go together, for latent means are
    compared by both.

    Raises
    ------
    ModelError
        If a word is unknown, with the nearest known one.

    Examples
    --------
    >>> check_equal(["intercepts", "loadings"])
    ('loadings', 'intercepts')
    """
    asked = [words] if isinstance(words, str) else list(words)
    for word in asked:
        if word not in EQUAL:
            raise ModelError(
                f"group_equal takes {', '.join(EQUAL)}; {word!r} is none of them."
                f"{nearest(word, EQUAL)}"
            )
    together = {"intercepts", "thresholds"}
    if not together.isdisjoint(asked) and any(row.op == "|" for row in rows):
        asked += together
    return tuple(word for word in EQUAL if word in asked)


def check_partial(texts: str | Iterable[str], rows: Sequence[Parameter]) -> frozenset[Key]:
    """Give the keys of the parameters that are let go.

    Raises
    ------
    ModelError
        If one is no parameter of the model, with the nearest; or is fixed in every group.
    """
    asked = [texts] if isinstance(texts, str) else list(texts)
    known = {key_of(row): row for row in rows}
    free = {key_of(row) for row in rows if row.free}
    found: set[Key] = set()
    for relation in (one for text in asked for one in read_model(text).relations):
        named = f"{relation.lhs} {relation.op} {relation.rhs}".replace("~1 ", "~ 1")
        if relation.key not in known:
            raise ModelError(
                f"group_partial names {named!r}, which is no parameter of the model."
                f"{nearest(named, map(str, known.values()))}"
            )
        row = known[relation.key]
        if relation.op == "=~" and relation.key not in free:
            raise ModelError(
                f"group_partial names {named!r}, but it is fixed to {row.value:g} in every group: "
                f"it sets the scale of {relation.lhs}. Take another marker (NA*{relation.rhs} and "
                "1* before another indicator), or std_lv=True."
            )
        found.add(relation.key)
    return frozenset(found)


def key_of(row: Parameter) -> Key:
    """Give what makes a row the same parameter as one of another group, as `Relation.key`."""
    if row.op in SYMMETRIC and row.rhs < row.lhs:
        return (row.op, row.rhs, row.lhs)
    return (row.op, row.lhs, row.rhs)


def kind_of(row: Parameter, roles: Roles) -> str:
    """Give the word of `EQUAL` that a row belongs to; "" if to none.

    Means, variances and covariances of observed predictors belong to none: they describe the
    groups, and are no part of what the model says.
    """
    if row.op in _PLAIN:
        return _PLAIN[row.op]
    latent = row.lhs in roles.latent or row.rhs in roles.latent
    if not latent and all(map(_is_given(roles), {row.lhs, row.rhs} - {""})):
        return ""
    if row.op == INTERCEPT:
        return "means" if latent else "intercepts"
    if row.op != "~~":
        return ""
    if row.lhs == row.rhs:
        return "lv.variances" if latent else "residuals"
    return "lv.covariances" if latent else "residual.covariances"


def _is_given(roles: Roles) -> Callable[[str], bool]:
    """Tell observed predictors from what others explain."""
    given = {*roles.predictors} - {*roles.outcomes}
    return lambda name: name in given and name not in roles.measuring


def hold_equal(
    rows: Sequence[Parameter],
    roles: Roles,
    equal: Collection[str],
    partial: Collection[Key],
    *,
    n_groups: int,
    std_lv: bool,
) -> tuple[Parameter, ...]:
    """Give parameters of several groups one label, and free what may differ because of it.

    Parameters
    ----------
    rows : sequence of Parameter
        Group after group, each with the same parameters in the same order.
    roles : Roles
    equal : collection of str
        Words of `EQUAL`.
    partial : collection of tuple
        Keys of the parameters that are let go.
    n_groups : int
    std_lv : bool
        Whether latent variables are scaled by their variance.
    """
    found, held = label_equal(rows, roles, equal, partial, n_groups)
    ordered = {row.lhs for row in rows if row.op == "|"}
    thresholds = {key[1] for key in held if key[0] == "|"}
    levels = thresholds | {key[1] for key in held if key[0] == INTERCEPT and key[1] not in ordered}
    loads = {key[1] for key in held if key[0] == "=~"}

    def frees(row: Parameter) -> bool:
        if row.op == "~*~":
            return row.lhs in thresholds
        if row.lhs not in roles.indicators:
            return False
        if row.op == INTERCEPT:
            return "means" not in equal and not levels.isdisjoint(roles.indicators[row.lhs])
        return std_lv and "lv.variances" not in equal and row.lhs in loads and is_unit_variance(row)

    return free_later(found, frees)


def label_equal(
    rows: Sequence[Parameter],
    roles: Roles,
    equal: Collection[str],
    partial: Collection[Key],
    n_groups: int,
) -> tuple[list[Parameter], frozenset[Key]]:
    """Give parameters of several groups one label; say which are equal then, fixed ones too."""
    each = len(rows) // n_groups
    found = list(rows)
    taken = {row.label for row in rows}
    held: set[Key] = set()
    for at in range(each):
        same = range(at, len(rows), each)
        its = [rows[one] for one in same]
        key = key_of(its[0])
        if kind_of(its[0], roles) not in equal or key in partial:
            continue
        if all(row.free and not row.label for row in its):
            label = _unused(f".p{at + 1}.", taken)
            for one in same:
                found[one] = replace(rows[one], label=label)
        if len({(row.label, "" if row.free else row.value) for row in its}) == 1:
            held.add(key)
    return found, frozenset(held)


def free_later(
    rows: Iterable[Parameter], frees: Callable[[Parameter], bool]
) -> tuple[Parameter, ...]:
    """Free what was fixed by default in the groups after the first."""
    return tuple(
        replace(row, free=True, value=math.nan)
        if row.group and not row.free and not row.by_user and frees(row)
        else row
        for row in rows
    )


def is_unit_variance(row: Parameter) -> bool:
    """Tell whether a row fixes a variance to 1."""
    return row.op == "~~" and row.lhs == row.rhs and row.value == 1


def _unused(label: str, taken: set[str]) -> str:
    while label in taken:
        label += "."
    taken.add(label)
    return label
