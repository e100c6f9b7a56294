"""The rows of a parameter table: parameters, defined values and constraints."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from servqual._result import same
from servqual.sem.specification.expressions import Expression


@dataclass(frozen=True, kw_only=True, eq=False)
class Parameter:
    """One parameter of a model, free or fixed.

    Attributes
    ----------
    lhs, op, rhs : str
        "=~" loading, "~" regression, "~~" (residual) variance or covariance, "~1" intercept or mean
        (with an empty `rhs`), "|" threshold, "~*~" scale of an ordered item.
    group : int
        Counted from 0.
    free : bool
    value : float
        The value of a fixed parameter, the user's start value of a free one, or NaN.
    label : str
        The user's label, or empty. Parameters with one label are equal.
    by_user : bool
        False if it was added by default.
    """

    lhs: str
    op: str
    rhs: str
    group: int = 0
    free: bool = True
    value: float = math.nan
    label: str = ""
    by_user: bool = True

    def __str__(self) -> str:
        return f"{self.lhs} ~ 1" if self.op == "~1" else f"{self.lhs} {self.op} {self.rhs}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Parameter):
            return NotImplemented
        return same(vars(self), vars(other))

    def __hash__(self) -> int:
        return hash((self.lhs, self.op, self.rhs, self.group, self.label))


@dataclass(frozen=True, kw_only=True)
class Definition:
    """A value defined from labels, `name := expression`.

    Attributes
    ----------
    name : str
    expression : Expression
        Of labels only: other defined values are put in, while its text stays as written.
    """

    name: str
    expression: Expression


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """A linear constraint: the sum of coefficient times label equals the constant.

    Attributes
    ----------
    coefficients : mapping of str to float
        By label; none is zero.
    constant : float
    """

    coefficients: Mapping[str, float]
    constant: float

    def __post_init__(self) -> None:
        frozen = MappingProxyType(dict(self.coefficients))
        object.__setattr__(self, "coefficients", frozen)

    def __hash__(self) -> int:
        return hash((tuple(self.coefficients.items()), self.constant))

    def __getstate__(self) -> dict[str, Any]:
        return {"coefficients": dict(self.coefficients), "constant": self.constant}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        object.__setattr__(self, "coefficients", MappingProxyType(state["coefficients"]))
        object.__setattr__(self, "constant", state["constant"])

    @property
    def sides(self) -> tuple[str, str]:
        """Both sides as text.

        Examples
        --------
        >>> Constraint(coefficients={"a": 1.0, "b": -2.0}, constant=0.0).sides
        ('a - 2*b', '0')
        """
        text = ""
        for label, factor in self.coefficients.items():
            size = "" if abs(factor) == 1 else f"{written(abs(factor))}*"
            sign = ("-" if factor < 0 else "") if not text else (" - " if factor < 0 else " + ")
            text += f"{sign}{size}{label}"
        return text, written(self.constant)


def written(value: float) -> str:
    """Write a number so that it reads back as the same.

    Examples
    --------
    >>> written(1.0), written(0.1)
    ('1', '0.1')
    """
    return repr(float(value)).removesuffix(".0")
