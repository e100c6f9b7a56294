"""The complete table of a model's parameters: what the text says, and what it leaves unsaid."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from servqual._language import say
from servqual._result import Result
from servqual.errors import ModelError, nearest
from servqual.sem.specification._constraints import constraints_of, definitions_of
from servqual.sem.specification._defaults import complete
from servqual.sem.specification._roles import Roles, check_roles, roles_of
from servqual.sem.specification.equalities import (
    check_equal,
    check_partial,
    hold_equal,
    key_of,
    kind_of,
)
from servqual.sem.specification.parameters import Constraint, Definition, Parameter
from servqual.sem.specification.syntax import INTERCEPT, Model, read_model

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Constraint", "Definition", "Parameter", "ParameterTable", "build_table", "read_model"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ParameterTable(Result):
    """Every parameter of a model, free and fixed, said and by default.

    Attributes
    ----------
    parameters : tuple of Parameter
        Group after group: those of the text in its order, then those added by default.
    definitions : tuple of Definition
        The defined values, `:=`.
    constraints : tuple of Constraint
        Linear and independent, of labels of free parameters. Equality by a shared label needs none.
    observed : tuple of str
        Indicators in the order of the `=~` lines, then outcomes, then predictors, then others.
    latent : tuple of str
        In order of appearance.
    n_groups : int
    means : bool
        Whether the model has intercepts and means.
    group_equal, group_partial : tuple of str
        What is held equal in all groups, and which parameters are let go of it; empty where there
        is one group.
    """

    parameters: tuple[Parameter, ...]
    definitions: tuple[Definition, ...]
    constraints: tuple[Constraint, ...]
    observed: tuple[str, ...]
    latent: tuple[str, ...]
    n_groups: int = 1
    means: bool = False
    group_equal: tuple[str, ...] = ()
    group_partial: tuple[str, ...] = ()

    @property
    def indicators(self) -> Mapping[str, tuple[str, ...]]:
        """The indicators, observed or latent, of each latent variable."""
        return self._roles.indicators

    @property
    def endogenous(self) -> tuple[str, ...]:
        """The variables that others explain, indicators among them: observed, then latent."""
        explained = {*self._roles.outcomes, *self._roles.measuring}
        return tuple(name for name in (*self.observed, *self.latent) if name in explained)

    @property
    def exogenous(self) -> tuple[str, ...]:
        """The variables that no other explains: observed, then latent."""
        endogenous = self.endogenous
        return tuple(name for name in (*self.observed, *self.latent) if name not in endogenous)

    @property
    def second_order(self) -> tuple[str, ...]:
        """The latent variables that other latent variables measure."""
        return tuple(
            name for name, its in self.indicators.items() if any(one in self.latent for one in its)
        )

    @property
    def uncorrelated(self) -> tuple[tuple[str, str], ...]:
        """Pairs of exogenous variables whose covariance is no parameter, and so is zero."""
        known = {frozenset((row.lhs, row.rhs)) for row in self.parameters if row.op == "~~"}
        return tuple(
            pair for pair in combinations(self.exogenous, 2) if frozenset(pair) not in known
        )

    @property
    def n_free(self) -> int:
        """Free parameters: those of one label counted once, less the constraints."""
        free = [row.label or at for at, row in enumerate(self.parameters) if row.free]
        return len(set(free)) - len(self.constraints)

    @property
    def _roles(self) -> Roles:
        return roles_of((row.lhs, row.op, row.rhs) for row in self.parameters)

    def title(self, language: str = "en") -> str:
        """Say how large the model is."""
        return say(
            "Model: {observed:,} observed and {latent:,} latent variables, {free:,} free "
            "parameters",
            language,
            observed=len(self.observed),
            latent=len(self.latent),
            free=self.n_free,
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Name what the model takes as uncorrelated without saying so."""
        pairs = self.uncorrelated
        if not pairs:
            return ()
        named = ", ".join(f"{one} ~~ {other}" for one, other in pairs[:5])
        if len(pairs) > 5:
            named += ", ..."
        return (
            say(
                "Covariances of exogenous variables held at zero ({n:,}): {named}; add them to the "
                "model to let them vary.",
                language,
                n=len(pairs),
                named=named,
            ),
        )

    def to_frame(self) -> "pd.DataFrame":
        """Give one row a parameter, then one a defined value (:=) and a constraint (==).

        Returns
        -------
        DataFrame
            Columns lhs, op, rhs, group, free, value (fixed or start value), label, by_user.
        """
        import pandas as pd

        columns = ("lhs", "op", "rhs", "group", "free", "value", "label", "by_user")
        rows: list[tuple[object, ...]] = [
            tuple(getattr(row, column) for column in columns) for row in self.parameters
        ]
        rows += (
            (one.name, ":=", one.expression.text, 0, False, math.nan, one.name, True)
            for one in self.definitions
        )
        rows += ((*_around(one), 0, False, math.nan, "", True) for one in self.constraints)
        return pd.DataFrame(rows, columns=list(columns))


def _around(one: Constraint) -> tuple[str, str, str]:
    left, right = one.sides
    return left, "==", right


def build_table(
    model: Model | str,
    *,
    observed: Collection[str] | None = None,
    std_lv: bool = False,
    means: bool = False,
    n_groups: int = 1,
    ordered: Collection[str] | Mapping[str, int] = (),
    orthogonal: bool = False,
    group_equal: str | Sequence[str] = (),
    group_partial: str | Sequence[str] = (),
) -> ParameterTable:
    """Complete a model by what its text leaves unsaid, as lavaan's `sem` does.

    - The first loading of a latent variable is 1, unless the text fixes it or frees it (``NA*x``);
      with `std_lv` the (residual) variances of latent variables are 1 instead.
    - All other variances and residual variances are free; that of a variable that alone measures a
      latent variable is 0.
    - Free covariances: among exogenous latent variables; among observed predictors; among the
      residuals of outcomes that explain nothing and measure nothing.
    - With `means`, intercepts of observed variables are free and means of latent variables 0.
    - Of an ordered item the residual variance and the scale are fixed to 1, the intercept to 0.
    - Parameters that share a label with a fixed one are fixed to its value.
    - What `group_equal` names gets one label (``.p2.``) in all groups, unless the text labels or
      fixes it, or sets groups apart by ``c()``. Equal intercepts or thresholds free the means of
      latent variables in the later groups, equal thresholds the scales of ordered items, and equal
      loadings, with `std_lv`, the variances of latent variables; unless the text fixes them.

    Predictors have their variances and covariances as parameters, where lavaan holds them at the
    sample's (`fixed.x`): the same estimates and the same chi-square. They also stay correlated when
    the text names one of their variances or covariances; lavaan then sets the others to zero. As in
    lavaan, an exogenous latent variable and an observed predictor do not covary unless the text
    says so; `uncorrelated` names such pairs. What describes predictors is never held equal. Nor is
    the mean of a latent variable that only latent variables measure ever freed, as its groups would
    then have more latent means than can be told apart.

    Parameters
    ----------
    model : Model or str
        The model, or its text (see `read_model`).
    observed : collection of str, optional
        The columns of the data. Without it every variable that is not latent is taken as observed.
    std_lv : bool
        Scale latent variables by their variance instead of a marker.
    means : bool
        Whether to model intercepts and means; also if the text has an intercept.
    n_groups : int
        Every group gets all parameters; ``c(a, b)*x`` tells their labels or values apart, and a
        single label holds for all groups.
    ordered : collection of str, or mapping of str to int
        Ordered items; a mapping gives the number of thresholds (categories less one) of each.
    orthogonal : bool
        Set the covariances among latent variables to 0.
    group_equal : str or sequence of str
        What is equal in all groups: "loadings", "intercepts" (of observed variables),
        "thresholds" (which go with intercepts where some items are ordered), "residuals" (their
        variances), "residual.covariances", "means" (of latent variables), "regressions",
        "lv.variances", "lv.covariances".
    group_partial : str or sequence of str
        Parameters that are let go of it, as a model text writes them: "f =~ x2", "x3 ~ 1",
        "x1 | t2".

    Raises
    ------
    ModelError
        If a variable is unknown, a latent variable measures itself, constraints are not linear,
        contradict each other or name no label, or definitions run in a circle; with line, column
        and the nearest known name. If `group_equal` or `group_partial` names what is not there.

    Examples
    --------
    >>> build_table("f =~ x1 + x2 + x3").to_frame()[["lhs", "op", "rhs", "free", "value"]]
      lhs  op rhs   free  value
    0   f  =~  x1  False    1.0
    1   f  =~  x2   True    NaN
    2   f  =~  x3   True    NaN
    3  x1  ~~  x1   True    NaN
    4  x2  ~~  x2   True    NaN
    5  x3  ~~  x3   True    NaN
    6   f  ~~   f   True    NaN
    """
    read = read_model(model) if isinstance(model, str) else model
    if n_groups < 1:
        raise ModelError(f"n_groups must be at least 1, not {n_groups}.")
    columns = None if observed is None else tuple(map(str, observed))
    roles = roles_of((one.lhs, one.op, one.rhs) for one in read.relations)
    check_roles(roles, read, columns)
    means = means or any(one.op == INTERCEPT for one in read.relations)
    parameters = complete(
        read,
        roles,
        std_lv=std_lv,
        means=means,
        n_groups=n_groups,
        thresholds=_thresholds(ordered, read, roles, columns),
        orthogonal=orthogonal,
    )
    equal = check_equal(group_equal, parameters)
    partial = check_partial(group_partial, parameters)
    let_go: dict[str, None] = {}
    if n_groups == 1:
        equal = ()
    if equal:
        _check_means(equal, means=means)
        let_go = dict.fromkeys(
            str(row)
            for row in parameters
            if key_of(row) in partial and kind_of(row, roles) in equal
        )
        parameters = hold_equal(parameters, roles, equal, partial, n_groups=n_groups, std_lv=std_lv)
    labels = dict.fromkeys(row.label for row in parameters if row.label)
    definitions = definitions_of(read, labels)
    return ParameterTable(
        parameters=parameters,
        definitions=definitions,
        constraints=constraints_of(read, parameters, definitions),
        observed=roles.observed,
        latent=roles.latent,
        n_groups=n_groups,
        means=means,
        group_equal=equal,
        group_partial=tuple(let_go),
    )


def _check_means(equal: Collection[str], *, means: bool) -> None:
    asked = [word for word in ("intercepts", "thresholds", "means") if word in equal]
    if asked and not means:
        raise ModelError(
            f"group_equal has {asked[0]!r}, but the model has no means; leave means=False out."
        )


def _thresholds(
    ordered: Collection[str] | Mapping[str, int],
    model: Model,
    roles: Roles,
    columns: Collection[str] | None,
) -> dict[str, int]:
    """Give the number of thresholds to add for each ordered item of the model."""
    counts = dict(ordered) if isinstance(ordered, Mapping) else dict.fromkeys(ordered, 0)
    for name in counts:
        if columns is not None and name not in columns:
            raise ModelError(
                f"ordered names {name!r}, which the data do not have.{nearest(name, columns)}"
            )
    said = {one.lhs for one in model.relations if one.op == "|"}
    return {name: counts.get(name, 0) for name in roles.observed if name in counts or name in said}
