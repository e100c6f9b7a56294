"""The table of estimates: errors, intervals, standardised solutions, explained variance."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.standardized import (
    defined_slopes,
    defined_values,
    delta_errors,
    imaginary_steps,
    row_values,
    slopes_from,
    spreads_of,
    standardised_values,
)
from servqual.sem.fitting.structure import Floats


def estimates_frame(fitted: Fitted, covariance: Floats, confidence: float) -> pd.DataFrame:
    """Give one row a parameter and a definition, with standard errors by the delta method.

    Parameters
    ----------
    fitted : Fitted
    covariance : ndarray of shape (q, q)
        Of the estimates; NaN where there is none.
    confidence : float
        Of the intervals.
    """
    structure, cells = fitted.structure, fitted.cells
    table = structure.table
    of_cells = structure.covariance_of_cells(np.nan_to_num(covariance))
    unknown = ~np.isfinite(np.diag(covariance))
    if unknown.any():
        touched = (structure.spread[:, unknown] != 0).any(axis=1)
        of_cells = of_cells.copy()
        of_cells[touched] = of_cells[:, touched] = np.nan
    here = cells[None]
    # Nothing is standardised by a threshold, so only the other cells are moved.
    cuts = np.array([table.parameters[row].op == "|" for row in structure.rows], dtype=bool)
    steps = imaginary_steps(cells)[~cuts]
    at_one = np.where(cuts, 1.0, cells)[None]
    spread, spreads = spreads_of(structure, here), spreads_of(structure, steps)
    raw = np.zeros((len(table.parameters), len(cells)))
    raw[list(structure.rows), np.arange(len(cells))] = 1
    parts = {"estimate": (row_values(structure, here)[0], raw)}
    for name, observed in (("std_lv", False), ("std_all", True)):
        values, moved = (
            standardised_values(structure, at, observed=observed, spreads=of)
            for at, of in ((here, spread), (steps, spreads))
        )
        slopes = np.zeros((len(table.parameters), len(cells)))
        slopes[:, ~cuts] = slopes_from(moved)
        if cuts.any():
            rows_of = np.array(structure.rows)[cuts]
            unit = standardised_values(structure, at_one, observed=observed, spreads=spread)[0]
            slopes[rows_of, np.flatnonzero(cuts)] = unit[rows_of]
        parts[name] = values[0], slopes
    columns: dict[str, Floats] = {}
    for name, (values, slopes) in parts.items():
        slopes = np.concatenate([slopes, defined_slopes(structure, values, slopes)])
        columns[name] = np.concatenate([values, defined_values(structure, values)])
        columns[f"{name}_se"] = _errors(slopes, of_cells)
    estimate, se = columns["estimate"], columns["estimate_se"]
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(se > 0, estimate / se, np.nan)
    width = float(ndtri((1 + confidence) / 2))
    rows = table.parameters
    groups = fitted.data.labels if table.n_groups > 1 else ("",)
    return pd.DataFrame(
        {
            "lhs": [row.lhs for row in rows] + [one.name for one in table.definitions],
            "op": [row.op for row in rows] + [":="] * len(table.definitions),
            "rhs": [row.rhs for row in rows]
            + [str(one.expression).replace(" ", "") for one in table.definitions],
            "group": [groups[row.group] for row in rows] + [""] * len(table.definitions),
            "label": [row.label for row in rows] + [one.name for one in table.definitions],
            "estimate": estimate,
            "se": se,
            "z": z,
            "p_value": 2 * ndtr(-np.abs(z)),
            "ci_low": estimate - width * se,
            "ci_high": estimate + width * se,
            "std_lv": columns["std_lv"],
            "std_lv_se": columns["std_lv_se"],
            "std_all": columns["std_all"],
            "std_all_se": columns["std_all_se"],
        }
    )


def _errors(derivative: Floats, covariance: Floats) -> Floats:
    """Give delta-method errors; NaN in a covariance spoils only what depends on it."""
    bad = ~np.isfinite(np.diag(covariance))
    errors = delta_errors(derivative, np.nan_to_num(covariance))
    if bad.any():
        touched = (np.abs(derivative[:, bad]) > 0).any(axis=1)
        errors = np.where(touched, np.nan, errors)
    return errors


def explained_variance(fitted: Fitted) -> Mapping[tuple[str, str], float]:
    """Give R² of every outcome and indicator, by (group, variable)."""
    table = fitted.structure.table
    outcomes = dict.fromkeys(
        row.rhs if row.op == "=~" else row.lhs for row in table.parameters if row.op in ("=~", "~")
    )
    found: dict[tuple[str, str], float] = {}
    for group, (layout, implied) in enumerate(
        zip(fitted.structure.layouts, fitted.point.implied, strict=True)
    ):
        label = fitted.data.labels[group] if table.n_groups > 1 else ""
        for name in outcomes:
            if name in layout.factors:
                at = layout.factors.index(name)
                total, left = implied.total[0, at, at], implied.matrices["psi"][0, at, at]
            else:
                at = layout.observed.index(name)
                total, left = implied.sigma[0, at, at], implied.matrices["theta"][0, at, at]
            found[label, name] = float(1 - left / total) if total > 0 else np.nan
    return found
