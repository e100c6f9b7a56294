"""What is said of one surface: its parameters, shape, constraints and discrepancies."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from servqual.priorities.surface.differences import FEWEST_A_SIDE, Constraint, constraints
from servqual.priorities.surface.discrepancies import hull, inside, shares
from servqual.priorities.surface.polynomial import ALONG, COEFFICIENTS, SURFACE
from servqual.priorities.surface.reading import Pairs
from servqual.priorities.surface.result import Surface
from servqual.priorities.surface.shape import NULLS, SHAPE, kinds, shape, slopes
from servqual.regression import Errors, Regression
from servqual.reliability._scale_result import Reason
from servqual.resampling import percentile_interval

Floats = NDArray[np.float64]

PARAMETERS = (*COEFFICIENTS, *SURFACE, *SHAPE)
LEVEL_POINT = ("x0", "y0", "z0")
MOST_POINTS = 5_000  # that a result keeps for its picture
_CELLS = 64  # along each axis, to which more points are gathered
_FLAT = 1e-10
_ALL_LINEAR = np.vstack([np.eye(6), ALONG])


@dataclass(frozen=True, kw_only=True, eq=False)
class Described:
    """One surface with all that is said of it."""

    surface: Surface
    columns: dict[str, Floats]  # estimate, se, null, statistic, p_value: one value a parameter
    ends: dict[str, Floats]  # intervals of the kinds "delta" and "percentile", (parameters, 2)
    constraints: list[Constraint]
    discrepancy: dict[str, float]
    point: dict[str, Any]
    reasons: list[Reason]


def describe(
    pairs: Pairs,
    key: str,
    fit: Regression | str,
    draws: Floats | None,
    *,
    errors: Errors,
    confidence: float,
) -> Described:
    """Describe one surface, of which resamples drew coefficients (n_resamples, 6)."""
    x, y = pairs.pairs[key]
    centre = pairs.centre[key]
    reasons = []
    if isinstance(fit, str):
        reasons.append(Reason(key, fit))
        fit, tests = _unknown(len(x)), []
    else:
        if fit.problem:
            reasons.append(Reason(key, fit.problem))
        tests = constraints(fit, pairs.z, x - centre, y - centre, pairs.weights, errors)
        reasons += [
            Reason(key, one.reason, {"fewest": FEWEST_A_SIDE})
            for one in tests
            if one.reason and not fit.problem
        ]
    flat = _flat(pairs.z, x, y)
    found = shape(fit.coefficients, flat)
    values = found.values
    fitted = bool(np.isfinite(fit.coefficients).all())
    if fitted and not found.level:
        reasons.append(Reason(key, "no stationary point, as 4 b3 b5 = b4²"))
    if fitted and not found.turned:
        reasons.append(Reason(key, "the axes have no slope, as b4 = 0"))
    columns, ends = _inference(fit, values, confidence)
    drawn_kinds = None
    if draws is not None:
        drawn = shape(draws, flat)
        at = [PARAMETERS.index(name) for name in SHAPE]
        low, high = percentile_interval(drawn.values, confidence)
        carried = np.isfinite(draws[:, 0])
        known = np.isfinite(values) & (carried.sum() > 1)
        ends["percentile"] = ends["delta"].copy()
        ends["percentile"][at] = np.where(known, [low, high], np.nan).T
        drawn_kinds = kinds(draws, drawn.level)[carried]
    points, masses = _distinct(x, y, pairs.weights)
    corners = hull(points)
    if len(points) > MOST_POINTS:
        points, masses = _gathered(points, masses)
    kind = str(kinds(fit.coefficients, found.level)) if fitted else ""
    top = None if pairs.scale is None else pairs.scale[1]
    return Described(
        surface=Surface(
            key=key,
            coefficients=_fixed(fit.coefficients),
            centre=centre,
            shape=_fixed(values),
            points=_fixed(points),
            masses=_fixed(masses),
            corners=_fixed(corners),
        ),
        columns=columns,
        ends=ends,
        constraints=tests,
        discrepancy=shares(x, y, pairs.weights, top),
        point={
            "kind": kind,
            "probability": (
                np.nan
                if drawn_kinds is None or not len(drawn_kinds) or not fitted
                else float((drawn_kinds == kind).mean())
            ),
            "x": values[0] + centre,
            "y": values[1] + centre,
            "inside": bool(inside(corners, values[:2] + centre)) if found.level else False,
        },
        reasons=reasons,
    )


def _inference(
    fit: Regression, values: Floats, confidence: float
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Errors of linear combinations are exact, those of the shape by the delta method."""
    rows = np.vstack([_ALL_LINEAR, slopes(fit.coefficients, values)])
    estimate = np.concatenate([_ALL_LINEAR @ fit.coefficients, values])
    with np.errstate(invalid="ignore"):
        variance = np.einsum("ij,jk,ik->i", rows, fit.covariance, rows)
        se = np.sqrt(np.where(variance > 0, variance, np.nan))
    se[~np.isfinite(estimate)] = np.nan
    null = np.array(
        [np.nan if name in LEVEL_POINT else NULLS.get(name, 0.0) for name in PARAMETERS]
    )
    statistic = (estimate - null) / se
    half = stdtrit(fit.df, (1 + confidence) / 2) * se
    columns = {
        "estimate": estimate,
        "se": se,
        "null": null,
        "statistic": statistic,
        "p_value": 2 * stdtr(fit.df, -np.abs(statistic)),
    }
    blank = np.full((len(PARAMETERS), 2), np.nan)
    return columns, {
        "delta": np.column_stack([estimate - half, estimate + half]),
        "percentile": blank,
    }


def _unknown(n: int) -> Regression:
    nothing = np.full(6, np.nan)
    return Regression(
        coefficients=nothing,
        covariance=np.full((6, 6), np.nan),
        df=max(n - 6, 1),
        r_squared=np.nan,
    )


def _flat(z: Floats, x: Floats, y: Floats) -> Floats:
    """Curvatures that are nothing but rounding."""
    width = [float(np.std(one)) or 1.0 for one in (x, y)]
    return _FLAT * float(np.std(z)) / np.array([width[0] ** 2, width[0] * width[1], width[1] ** 2])


def _distinct(x: Floats, y: Floats, weights: Floats | None) -> tuple[Floats, Floats]:
    points, which = np.unique(np.column_stack([x, y]), axis=0, return_inverse=True)
    return points, np.bincount(which.ravel(), weights=weights, minlength=len(points)).astype(float)


def _gathered(points: Floats, masses: Floats) -> tuple[Floats, Floats]:
    """Put points together in cells of a grid, at their mean."""
    low, high = points.min(axis=0), points.max(axis=0)
    cell = np.minimum((points - low) / (high - low) * _CELLS, _CELLS - 1).astype(np.intp)
    _, which = np.unique(cell @ [_CELLS, 1], return_inverse=True)
    mass = np.bincount(which, weights=masses).astype(np.float64)
    middle = [np.bincount(which, weights=masses * one) / mass for one in points.T]
    return np.column_stack(middle), mass


def _fixed(values: Floats) -> Floats:
    values.flags.writeable = False
    return values
