"""Tables of the estimates of one matrix."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from servqual.pls.fitting.estimates import Estimates
from servqual.pls.fitting.layout import Layout
from servqual.pls.fitting.regressions import Floats, inverses


def indicator_frame(layout: Layout, **columns: Floats) -> pd.DataFrame:
    """One row an indicator: lhs (its construct), op, rhs, and columns of shape (p,)."""
    blocks = [layout.blocks[j] for j in layout.owner]
    return pd.DataFrame(
        {
            "lhs": [block.name for block in blocks],
            "op": [block.op for block in blocks],
            "rhs": list(layout.indicators),
            **columns,
        }
    )


def shares(weights: Floats, matrix: Floats, layout: Layout, *, metric: bool) -> Floats:
    """Weights of the indicators in their own units that sum to 1 in each block: (p,)."""
    own = weights if metric else weights / np.sqrt(np.diagonal(matrix))
    with np.errstate(divide="ignore", invalid="ignore"):
        return own / (own @ layout.belongs)[layout.owner]


def path_frame(estimates: Estimates) -> pd.DataFrame:
    """One row a path: lhs, op, rhs, estimate, total, f_squared and vif."""
    structure, regressions = estimates.structure, estimates.regressions
    outcomes, predictors = _ends(structure.pairs)
    return pd.DataFrame(
        {
            "lhs": [structure.names[one] for one in outcomes],
            "op": "~",
            "rhs": [structure.names[one] for one in predictors],
            "estimate": regressions.paths[0, outcomes, predictors],
            "total": estimates.total_effects[0, outcomes, predictors],
            "f_squared": regressions.effect_sizes[0, outcomes, predictors],
            "vif": regressions.inflation[0, outcomes, predictors],
        }
    )


def explained_frame(estimates: Estimates, n: int) -> pd.DataFrame:
    """One row an outcome: lhs, predictors (how many), r2 and r2_adjusted (NaN if n is too low)."""
    structure = estimates.structure
    outcomes = list(structure.outcomes)
    k = np.array([len(one) for one in structure.predictors])
    r2 = estimates.regressions.r_squared[0, outcomes]
    left = n - k - 1
    adjusted = np.where(left > 0, 1 - (1 - r2) * (n - 1) / np.where(left > 0, left, 1), np.nan)
    return pd.DataFrame(
        {
            "lhs": [structure.names[one] for one in outcomes],
            "predictors": k,
            "r2": r2,
            "r2_adjusted": adjusted,
        }
    )


def effect_frame(estimates: Estimates) -> pd.DataFrame:
    """One row an effect: kind, lhs, rhs, way and estimate.

    Kind is "direct", "indirect" (the sum over all ways of two paths or more), "total", or
    "specific", an indirect effect along the way that is written out.
    """
    structure = estimates.structure
    names, follows = structure.names, structure.follows
    total, paths = estimates.total_effects[0], estimates.paths[0]
    along = estimates.indirect_effects[0]
    mediated = {(way[-1], way[0]) for way in structure.ways}
    rows: list[tuple[str, str, str, str, float]] = []
    for outcome in range(len(names)):
        for predictor in range(len(names)):
            ends = (names[outcome], names[predictor])
            path, whole = float(paths[outcome, predictor]), float(total[outcome, predictor])
            if follows[outcome, predictor]:
                rows.append(("direct", *ends, "", path))
            if (outcome, predictor) in mediated:
                rows.append(("indirect", *ends, "", whole - path))
                rows += [
                    ("specific", *ends, " -> ".join(names[one] for one in way), float(effect))
                    for way, effect in zip(structure.ways, along, strict=True)
                    if (way[-1], way[0]) == (outcome, predictor)
                ]
            if follows[outcome, predictor] or (outcome, predictor) in mediated:
                rows.append(("total", *ends, "", whole))
    return pd.DataFrame(rows, columns=["kind", "lhs", "rhs", "way", "estimate"])


def inflation_frame(estimates: Estimates) -> pd.DataFrame:
    """One row a predictor ("inner") or an indicator among others ("outer"): kind, lhs, rhs, vif."""
    structure, layout = estimates.structure, estimates.layout
    outcomes, predictors = _ends(structure.pairs)
    rows: list[tuple[str, str, str, float]] = [
        ("inner", structure.names[one], structure.names[other], float(vif))
        for one, other, vif in zip(
            outcomes,
            predictors,
            estimates.regressions.inflation[0, outcomes, predictors],
            strict=True,
        )
    ]
    for j, block in enumerate(layout.blocks):
        at = layout.members(j)
        if len(at) > 1:
            inverse = inverses(estimates.indicator_correlations[:1, at[:, None], at])[0]
            rows += [
                ("outer", block.name, name, float(vif))
                for name, vif in zip(block.indicators, np.diagonal(inverse), strict=True)
            ]
    return pd.DataFrame(rows, columns=["kind", "lhs", "rhs", "vif"])


def reliability_frame(estimates: Estimates) -> pd.DataFrame:
    """One row a construct: construct, mode, k, alpha, rho_a, rho_c, ave (NaN but for mode A)."""
    layout = estimates.layout
    return pd.DataFrame(
        {
            "construct": [block.name for block in layout.blocks],
            "mode": [block.mode for block in layout.blocks],
            "k": layout.sizes,
            "alpha": estimates.alpha[0],
            "rho_a": estimates.rho_a[0],
            "rho_c": estimates.rho_c[0],
            "ave": estimates.extracted[0],
        }
    )


def fornell_larcker_frame(estimates: Estimates) -> pd.DataFrame:
    """Roots of AVE on the diagonal (NaN but for mode A), correlations below, NaN above."""
    j = len(estimates.layout.blocks)
    square = np.where(np.tri(j, k=-1, dtype=bool), estimates.correlations[0, :j, :j], np.nan)
    np.fill_diagonal(square, np.sqrt(estimates.extracted[0]))
    return _square(square, estimates.structure.names[:j])


def construct_frame(values: Floats, names: Sequence[str]) -> pd.DataFrame:
    """Give a square frame of constructs."""
    return _square(np.array(values), names)


def _square(values: Floats, names: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(values, index=list(names), columns=list(names))


def _ends(pairs: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [one for one, _ in pairs], [other for _, other in pairs]
