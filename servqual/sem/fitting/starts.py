"""Start values that a field would use: loadings by centroids, paths by least squares."""

from collections.abc import Mapping, Sequence

import numpy as np

from servqual.sem.fitting.ml import Target
from servqual.sem.fitting.structure import Floats, Layout, Structure
from servqual.sem.specification.table import ParameterTable

_LEAST_RESIDUAL = 0.1
_LEAST_COMMUNALITY = 0.05


def start_values(
    structure: Structure, targets: Sequence[Target], *, given: bool = True, marked: bool = False
) -> Floats:
    """Give start values (q,) of the parameters from the moments of each group.

    Values that the model's text gives come first, unless `given` is false. The scale of a factor
    whose variance and marker are fixed is that of the marker if `marked`, else 1.
    """
    cells = np.zeros(len(structure.rows))
    for group, (layout, target) in enumerate(zip(structure.layouts, targets, strict=True)):
        guess = _matrices(structure.table, group, layout, target, marked=marked)
        for at, kind, row, column in zip(
            layout.at, layout.kind, layout.row, layout.column, strict=True
        ):
            matrix = guess[kind]
            cells[at] = matrix[row] if matrix.ndim == 1 else matrix[row, column]
    for at, row in enumerate(structure.rows):
        value = structure.table.parameters[row].value
        if given and np.isfinite(value):
            cells[at] = value
    return structure.parameters(cells)


def _matrices(
    table: ParameterTable, group: int, layout: Layout, target: Target, *, marked: bool
) -> dict[str, Floats]:
    covariance = target.covariance
    observed = {name: i for i, name in enumerate(layout.observed)}
    factors = {name: i for i, name in enumerate(layout.factors)}
    p, m = layout.p, layout.m
    # How each factor shows in the observed variables: cov(factor, x) = weights @ covariance.
    weights = np.zeros((m, p))
    loadings = np.zeros((p, m))
    beta = np.array(layout.fixed["beta"])
    variances = np.full(m, np.nan)
    for name in (one for one in layout.factors if one in observed):
        at = factors[name]
        weights[at, observed[name]] = 1
        loadings[observed[name], at] = 1
        variances[at] = covariance[observed[name], observed[name]]
    standardised = {
        row.lhs
        for row in table.parameters
        if row.op == "~~" and row.lhs == row.rhs and not row.free and row.group == group
    }
    taken: set[str] = set()
    measures = table.indicators
    for name in _measured_in_order(measures):
        indicators = [one for one in measures[name] if one in observed or one in factors]
        block = _own_first(indicators, taken)
        taken |= set(block)
        rows = np.array(
            [weights[factors[one]] if one in factors else np.eye(p)[observed[one]] for one in block]
        )
        common = rows @ covariance @ rows.T
        if all(one in factors for one in block):
            np.fill_diagonal(common, variances[[factors[one] for one in block]])
        loads = _centroid(common)
        marker = _marker(table, group, name, block)
        scale = loads[marker[0]] / marker[1] if marker is not None else 1.0
        if (name in standardised and not (marked and marker)) or not scale:
            scale = 1.0
        at = factors[name]
        variances[at] = scale**2
        for one, load in zip(block, loads / scale, strict=True):
            if one in factors:
                beta[factors[one], at] = load
            else:
                loadings[observed[one], at] = load
        # A composite whose covariance with anything outside is that of the factor.
        weights[at] = np.sign(loads) @ rows / max(np.abs(loads / scale).sum(), 1e-12)
    between = weights @ covariance @ weights.T
    between[np.arange(m), np.arange(m)] = variances
    between = _proper(between)
    beta, psi = _paths(table, group, factors, between, beta)
    theta = np.zeros((p, p))
    communality = np.diag(loadings @ between @ loadings.T)
    variance = np.diag(covariance)
    theta[np.arange(p), np.arange(p)] = np.maximum(
        variance - communality, _LEAST_RESIDUAL * variance
    )
    mean = np.zeros(p) if target.mean is None else target.mean
    alpha = np.zeros(m)
    for name, at in factors.items():
        if name in observed:
            alpha[at] = mean[observed[name]]
    alpha = alpha - beta @ alpha
    return {
        "lambda": loadings,
        "beta": beta,
        "psi": psi,
        "theta": theta,
        "nu": np.array(mean),
        "alpha": alpha,
        "tau": target.thresholds,
        "delta": np.ones(p),
    }


def _measured_in_order(measures: Mapping[str, Sequence[str]]) -> list[str]:
    """Order latent variables such that those that are indicators come before what they measure."""
    left = [name for name in measures if measures[name]]
    done: list[str] = []
    while left:
        ready = [
            name for name in left if not any(one in left and one != name for one in measures[name])
        ]
        for name in ready or left[:1]:
            done.append(name)
            left.remove(name)
    return done


def _own_first(indicators: Sequence[str], taken: set[str]) -> list[str]:
    """Leave out indicators that an earlier factor has, unless fewer than two remain."""
    own = [one for one in indicators if one not in taken]
    return own if len(own) >= 2 else list(indicators)


def _centroid(common: Floats) -> Floats:
    """Estimate one-factor loadings from covariances by the centroid method, first one positive."""
    k = len(common)
    variances = np.diag(common)
    if k == 1:
        return np.sqrt(variances)
    spread = np.sqrt(variances)
    correlation = common / np.outer(spread, spread)
    vector = np.linalg.eigh(correlation)[1][:, -1]
    signs = np.where(vector < 0, -1.0, 1.0)
    off = correlation * np.outer(signs, signs)
    np.fill_diagonal(off, 0)
    sums = off.sum(axis=1)
    total = sums.sum()
    loads = sums / np.sqrt(total) if total > 0 else np.full(k, 0.5)
    if k == 2:
        loads = np.full(2, np.sqrt(abs(off[0, 1])))
    loads = np.clip(loads, np.sqrt(_LEAST_COMMUNALITY), np.sqrt(1 - _LEAST_RESIDUAL))
    loads = loads * signs * (1.0 if signs[0] > 0 else -1.0)
    return np.asarray(loads * spread)


def _marker(
    table: ParameterTable, group: int, name: str, block: Sequence[str]
) -> tuple[int, float] | None:
    """Find the first fixed loading of a factor: its place in the block, and its value."""
    for row in table.parameters:
        if (row.op, row.lhs, row.group) != ("=~", name, group) or row.free or not row.value:
            continue
        if row.rhs in block:
            return block.index(row.rhs), row.value
    return None


def _proper(between: Floats) -> Floats:
    """Shrink covariances until the matrix is positive definite."""
    spread = np.sqrt(np.maximum(np.diag(between), 1e-12))
    correlation = between / np.outer(spread, spread)
    np.fill_diagonal(correlation, 1)
    off = np.clip(correlation - np.eye(len(correlation)), -0.95, 0.95)
    while len(off) and np.linalg.eigvalsh(np.eye(len(off)) + off)[0] < 0.01:
        off = off * 0.9
    return np.asarray((np.eye(len(off)) + off) * np.outer(spread, spread))


def _paths(
    table: ParameterTable,
    group: int,
    factors: Mapping[str, int],
    between: Floats,
    beta: Floats,
) -> tuple[Floats, Floats]:
    """Regress each outcome on its predictors; what remains is its residual variance."""
    beta, psi = beta.copy(), between.copy()
    outcomes: dict[int, list[int]] = {}
    for row in table.parameters:
        if row.group != group:
            continue
        if row.op == "~":
            outcomes.setdefault(factors[row.lhs], []).append(factors[row.rhs])
        elif row.op == "=~" and row.rhs in factors:
            outcomes.setdefault(factors[row.rhs], []).append(factors[row.lhs])
    for outcome, predictors in outcomes.items():
        inside = between[np.ix_(predictors, predictors)]
        slopes = np.linalg.lstsq(inside, between[predictors, outcome], rcond=None)[0]
        beta[outcome, predictors] = slopes
        explained = float(slopes @ inside @ slopes)
        psi[outcome, :] = psi[:, outcome] = 0
        total = between[outcome, outcome]
        psi[outcome, outcome] = max(total - explained, _LEAST_RESIDUAL * total)
    for outcome in outcomes:
        for other in outcomes:
            if other != outcome:
                psi[outcome, other] = 0
    return beta, psi
