r"""Equality of groups in models of ordered items, so that each level is identified by itself.

The latent response behind an ordered item has a location and a scale of its own in every group.
Where one of its thresholds is equal, the later groups may have the location free; where two are,
or its loading is, the scale [1]_. So equal thresholds of items with two or three categories
restrict nothing, nor do equal loadings of items with two: these can be tested together only.

References
----------
.. [1] Wu, H., & Estabrook, R. (2016). Identification of confirmatory factor analysis models of
   different levels of invariance for ordered categorical outcomes. *Psychometrika*, 81(4),
   1014-1045. https://doi.org/10.1007/s11336-016-9506-0
"""

from collections import Counter
from collections.abc import Collection, Sequence

from servqual.sem.specification._roles import Roles
from servqual.sem.specification.equalities import (
    Key,
    free_later,
    is_unit_variance,
    label_equal,
)
from servqual.sem.specification.parameters import Parameter
from servqual.sem.specification.syntax import INTERCEPT


def hold_ordinal_equal(
    rows: Sequence[Parameter],
    roles: Roles,
    equal: Collection[str],
    partial: Collection[Key],
    n_groups: int,
) -> tuple[Parameter, ...]:
    """Give parameters of several groups one label, and free what can be told apart then.

    Parameters
    ----------
    rows : sequence of Parameter
        Group after group, each with the same parameters in the same order, latent variables scaled
        by their variance, ordered items by a location of 0 and a scale of 1.
    roles : Roles
    equal : collection of str
        Words of `EQUAL`: "thresholds", then also "loadings", then also "intercepts".
    partial : collection of tuple
        Keys of the parameters that are let go.
    n_groups : int
    """
    found, held = label_equal(rows, roles, equal, partial, n_groups)
    ordered = {row.lhs for row in rows if row.op == "|"}
    thresholds = Counter(key[1] for key in held if key[0] == "|")
    located = {
        item
        for key in held
        if key[0] == INTERCEPT and ((item := key[1]) not in ordered or thresholds[item])
    }
    loadings = {(key[1], key[2]) for key in held if key[0] == "=~"}
    loading = {item for _, item in loadings}
    scaled = {item for item in loading if item not in ordered or thresholds[item] >= 2} | located

    def frees(row: Parameter) -> bool:
        name = row.lhs
        if row.op == "~*~":
            return thresholds[name] >= 2 or name in loading or name in located
        if row.op == INTERCEPT and name in ordered:
            return thresholds[name] >= 1 and name not in located
        if name not in roles.indicators:
            return False
        its = roles.indicators[name]
        if row.op == INTERCEPT:
            return "means" not in equal and not located.isdisjoint(its)
        return (
            "lv.variances" not in equal
            and is_unit_variance(row)
            and any((name, item) in loadings for item in scaled.intersection(its))
        )

    return free_later(found, frees)
