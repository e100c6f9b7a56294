"""Tests of asymmetric effects against straight lines, and both models side by side."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual.priorities.asymmetry.coding import ABSENT, Coded, Coding, independent
from servqual.priorities.asymmetry.drivers import DriverData
from servqual.priorities.asymmetry.penalties import LINEAR, MODELS, SYMMETRIC
from servqual.regression import Errors, Regression, cross_validated, regress

Floats = NDArray[np.float64]


def joint_tests(
    data: DriverData, coded: Coded, fit: Regression, coding: Coding, errors: Errors
) -> tuple[pd.DataFrame, Floats]:
    """Test all drivers at once, and each of k against a straight line.

    Dummies are tested beside straight lines, in a model of both; equal slopes are a straight line.

    Returns
    -------
    tests : DataFrame
        hypothesis, statistic (F), df1, df2, p_value.
    p_linear : ndarray of shape (k,)
    """
    both = (coded.at != ABSENT).all(axis=1)
    q = coded.design.shape[1]
    contrasts = np.zeros((len(both), q + 1))
    for j in np.flatnonzero(both):
        contrasts[j, coded.at[j] + 1] = 1
    symmetric = _tested(SYMMETRIC, fit, contrasts[both])
    p_linear = np.full(len(both), np.nan)
    if coding == "piecewise":
        for j in np.flatnonzero(both):
            p_linear[j] = _tested(LINEAR, fit, contrasts[j : j + 1])["p_value"]
        return pd.DataFrame([symmetric, symmetric | {"hypothesis": LINEAR}]), p_linear
    x = _varying(data)
    used = np.unique(coded.at[coded.at != ABSENT])
    design = np.column_stack([x, coded.design[:, used]])
    kept = independent(design, _weights(data))[0]  # three answers leave one dummy beside a line
    used = used[kept[x.shape[1] :]]
    wider = regress(data.outcome, design[:, kept], data.weights, errors)
    beyond = np.hstack([np.zeros((len(used), 1 + int(kept.sum()) - len(used))), np.eye(len(used))])
    for j in np.flatnonzero(both):
        p_linear[j] = _tested(LINEAR, wider, beyond[np.isin(used, coded.at[j])])["p_value"]
    return pd.DataFrame([symmetric, _tested(LINEAR, wider, beyond)]), p_linear


def compare_models(data: DriverData, coded: Coded, cv_folds: int, seed: int) -> pd.DataFrame:
    """Put straight lines and coded drivers side by side: model, n, k, r2, r2_adjusted, r2_cv."""
    n = len(data.outcome)
    folds = np.random.default_rng(seed).permutation(n) % cv_folds
    rows = []
    for model, design in zip(MODELS, (_varying(data), coded.design), strict=True):
        fit = regress(data.outcome, design, data.weights)
        known = isinstance(fit, Regression)
        rows.append(
            {
                "model": model,
                "n": n,
                "k": design.shape[1],
                "r2": fit.r_squared if isinstance(fit, Regression) else np.nan,
                "r2_adjusted": fit.adjusted if isinstance(fit, Regression) else np.nan,
                "r2_cv": (
                    cross_validated(data.outcome, design, data.weights, folds) if known else np.nan
                ),
            }
        )
    return pd.DataFrame(rows)


def _varying(data: DriverData) -> Floats:
    """Give the drivers that vary and do not determine each other."""
    varies = data.rows.max(axis=0) > data.rows.min(axis=0)
    x = data.rows[:, varies]
    return x[:, independent(x, _weights(data))[0]]


def _weights(data: DriverData) -> Floats:
    return np.ones(len(data.outcome)) if data.weights is None else data.weights


def _tested(hypothesis: str, fit: Regression | str, contrasts: Floats) -> dict[str, Any]:
    statistic = p_value = np.nan
    if isinstance(fit, Regression) and len(contrasts):
        statistic, p_value = fit.test(contrasts)
    return {
        "hypothesis": hypothesis,
        "statistic": statistic,
        "df1": float(len(contrasts)),
        "df2": np.nan if isinstance(fit, str) else float(fit.df),
        "p_value": p_value,
    }
