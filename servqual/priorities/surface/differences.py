"""What a difference score supposes of a surface, as constraints that are tested."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servqual.priorities.surface.polynomial import ALONG
from servqual.regression import Errors, Regression, regress

Floats = NDArray[np.float64]

NOTHING = "no relation"
LINEAR = "X and Y, linear"
ALGEBRAIC = "algebraic difference"
SQUARED = "squared difference"
ABSOLUTE = "absolute difference"
AXIS = "axis on the line of congruence"
FEWEST_A_SIDE = 5

_UNIT = np.eye(6)
CONSTRAINTS = {
    NOTHING: _UNIT[1:],
    LINEAR: _UNIT[3:],
    ALGEBRAIC: np.array([_UNIT[1] + _UNIT[2], *_UNIT[3:]]),
    SQUARED: np.array([_UNIT[1], _UNIT[2], _UNIT[3] - _UNIT[5], _UNIT[3] + _UNIT[4] + _UNIT[5]]),
    AXIS: ALONG[[2, 4]],
}
# of z = c0 + c1 x + c2 y + c3 w + c4 w x + c5 w y with w = 1 where x < y
ABSOLUTE_CONSTRAINTS = np.array(
    [
        _UNIT[1] + _UNIT[2],
        _UNIT[4] + _UNIT[5],
        _UNIT[3],
        _UNIT[4] + 2 * _UNIT[1],
    ]
)


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """The F test of a constrained model against the one without constraints."""

    model: str
    r2: float  # of the constrained model
    r2_free: float  # of the model that it is tested against
    statistic: float
    df1: int
    df2: int
    p_value: float
    reason: str = ""  # a template, with `fewest`


def constraints(
    surface: Regression, z: Floats, x: Floats, y: Floats, weights: Floats | None, errors: Errors
) -> list[Constraint]:
    """Test what each difference score supposes; x and y are centred alike."""
    gap = x - y
    shapes = {
        NOTHING: np.empty((len(z), 0)),
        LINEAR: np.column_stack([x, y]),
        ALGEBRAIC: gap[:, None],
        SQUARED: gap[:, None] ** 2,
    }
    rows = []
    for model, contrasts in CONSTRAINTS.items():
        statistic, p_value = surface.test(contrasts)
        r2 = _r_squared(z, shapes[model], weights) if model in shapes else np.nan
        rows.append(
            Constraint(
                model=model,
                r2=r2,
                r2_free=surface.r_squared,
                statistic=statistic,
                df1=len(contrasts),
                df2=surface.df,
                p_value=p_value,
            )
        )
    return [*rows[:-1], _absolute(z, x, y, weights, errors), rows[-1]]


def _r_squared(z: Floats, columns: Floats, weights: Floats | None) -> float:
    fit = regress(z, columns, weights)
    return np.nan if isinstance(fit, str) else fit.r_squared


def _absolute(
    z: Floats, x: Floats, y: Floats, weights: Floats | None, errors: Errors
) -> Constraint:
    """Test |x - y| within the model of a plane on each side of x = y."""
    below = x < y
    w = below.astype(np.float64)
    r2 = _r_squared(z, np.abs(x - y)[:, None], weights)
    reason, statistic, p_value, r2_free = "", np.nan, np.nan, np.nan
    if min(below.sum(), (~below).sum()) < FEWEST_A_SIDE:
        reason = _ONE_SIDE
    else:
        planes = np.column_stack([x, y, w, w * x, w * y])
        free = regress(z, planes, weights, "HC3" if weights is not None else errors)
        if isinstance(free, str):
            reason = _COLLINEAR
        else:
            reason = _NO_ERRORS if free.problem else ""
            statistic, p_value = free.test(ABSOLUTE_CONSTRAINTS)
            r2_free = free.r_squared
    return Constraint(
        model=ABSOLUTE,
        r2=r2,
        r2_free=r2_free,
        statistic=statistic,
        df1=len(ABSOLUTE_CONSTRAINTS),
        df2=len(z) - 6,
        p_value=p_value,
        reason=reason,
    )


_ONE_SIDE = (
    "no test of the absolute difference, as fewer than {fewest} respondents lie on one side of "
    "X = Y"
)
_COLLINEAR = (
    "no test of the absolute difference, as X and Y determine each other on one side of X = Y"
)
_NO_ERRORS = "no test of the absolute difference, as its planes have no standard errors"
