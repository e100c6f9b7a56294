"""Everything that follows from the correlations of the indicators, for many matrices at once.

`estimate` is what fitting, resampling, groups and folds have in common.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from servqual._result import same
from servqual.pls.fitting.layout import Layout, Plan, Structure
from servqual.pls.fitting.measurement import (
    alpha,
    consistent_loadings,
    extracted,
    heterotrait,
    residual_size,
    rho_a,
    rho_c,
)
from servqual.pls.fitting.products import ProductMoments
from servqual.pls.fitting.regressions import (
    Floats,
    Regressions,
    effects_along,
    implied_correlations,
    regress,
    total_effects,
)
from servqual.pls.fitting.weights import OuterWeights, Scheme, outer_weights


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimates:
    """Estimates of B matrices; NaN where the weights did not converge.

    Attributes
    ----------
    layout : Layout
    structure : Structure
        With the products; N constructs and products.
    matrices : ndarray of shape (B, p, p)
        Of the indicators, in the order of the layout; those of second-order constructs are scores.
    weights : ndarray of shape (B, p)
    loadings : ndarray of shape (B, p)
        Correlations of the indicators with their constructs; consistent ones of common factors.
    from_columns : ndarray of shape (B, columns, J)
        The weights with which the columns of the data form the scores.
    rho_a : ndarray of shape (B, J)
        Reliabilities of the scores; NaN but for mode A.
    common : ndarray of bool of shape (J,)
        Which constructs are corrected as common factors.
    composites : ndarray of shape (B, J, J)
        Correlations of the scores.
    correlations : ndarray of shape (B, N, N)
        Correlations of the constructs and products, corrected for common factors.
    regressions : Regressions
        The paths.
    spread : ndarray of shape (B, q)
        Standard deviations of the products of standardised scores.
    converged : ndarray of bool of shape (B,)
    iterations : ndarray of int of shape (B,)
    first : Estimates or None
        Of the parts of second-order constructs.
    """

    layout: Layout
    structure: Structure
    matrices: Floats
    weights: Floats
    loadings: Floats
    from_columns: Floats
    rho_a: Floats
    common: NDArray[np.bool_]
    composites: Floats
    correlations: Floats
    regressions: Regressions
    spread: Floats
    converged: NDArray[np.bool_]
    iterations: NDArray[np.intp]
    first: "Estimates | None"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Estimates):
            return NotImplemented
        named = ("layout", "structure", "matrices", "weights", "loadings", "correlations", "paths")
        return all(same(getattr(self, name), getattr(other, name)) for name in named)

    __hash__ = None  # type: ignore[assignment]

    @property
    def paths(self) -> Floats:
        """The effect on the row of the column: (B, N, N)."""
        return self.regressions.paths

    @cached_property
    def indicator_correlations(self) -> Floats:
        """Correlations of the indicators: (B, p, p)."""
        spread = np.sqrt(np.diagonal(self.matrices, axis1=1, axis2=2))
        return self.matrices / (spread[:, :, None] * spread[:, None, :])

    @cached_property
    def cross_loadings(self) -> Floats:
        """Correlations of the indicators with all constructs: (B, p, J).

        Those with a common factor are corrected; those with its own indicators are its loadings.
        """
        spread = np.sqrt(np.diagonal(self.matrices, axis1=1, axis2=2))
        layout = self.layout
        found = self.matrices @ (self.weights[:, :, None] * layout.belongs) / spread[:, :, None]
        found = found / _roots(self.rho_a, self.common)[:, None, :]
        found[:, np.arange(len(layout.owner)), layout.owner] = self.loadings
        return found

    @cached_property
    def total_effects(self) -> Floats:
        """Sums of the effects along all ways: (B, N, N)."""
        return total_effects(self.paths)

    @property
    def indirect_effects(self) -> Floats:
        """Effects along each way of two paths or more: (B, ways) of `structure.ways`."""
        return effects_along(self.paths, self.structure)

    @property
    def alpha(self) -> Floats:
        """Cronbach's alpha of the standardised indicators: (B, J)."""
        return alpha(self.indicator_correlations, self.layout)

    @property
    def rho_c(self) -> Floats:
        """Composite reliability: (B, J)."""
        return rho_c(self.loadings, self.layout)

    @property
    def extracted(self) -> Floats:
        """Average variance extracted: (B, J)."""
        return extracted(self.loadings, self.layout)

    @property
    def heterotrait(self) -> Floats:
        """Heterotrait-monotrait ratios: (B, J, J)."""
        return heterotrait(self.indicator_correlations, self.layout)

    def residual_size(self, *, saturated: bool) -> Floats:
        """Standardised root mean square residual: (B,).

        Of freely correlated constructs (saturated), or of the correlations that the paths imply;
        these are NaN for products, as correlations alone do not imply those of products.
        """
        j = len(self.layout.blocks)
        if not saturated and len(self.structure.names) > j:
            return np.full(len(self.matrices), np.nan)
        between = self.correlations[:, :j, :j]
        if not saturated:
            between = implied_correlations(between, self.paths, self.structure)
        return residual_size(
            self.indicator_correlations, self.loadings, between, self.layout, self.common
        )


def estimate(
    matrices: Floats,
    plan: Plan,
    *,
    scheme: Scheme = "path",
    consistent: Collection[str] = (),
    tolerance: float = 1e-10,
    max_iterations: int = 300,
    products: Callable[[Floats], ProductMoments] | None = None,
) -> Estimates:
    """Estimate a model from many matrices at once.

    Parameters
    ----------
    matrices : ndarray of shape (B, p, p)
        Correlations of `plan.columns`, or covariances for metric indicators.
    plan : Plan
    scheme : {"path", "centroid", "factorial"}
    consistent : collection of str
        Constructs of mode A to correct as common factors.
    tolerance, max_iterations
        As for `outer_weights`.
    products : callable
        Gives the moments of scores and products from weights of the columns, (B, p, J); needed
        where the plan has products.

    Notes
    -----
    Second-order constructs take two stages (disjoint [1]_): the parts stand in their place first;
    then their scores are indicators, and all other constructs keep their own. The correlations of
    parts that are common factors are corrected before the second stage [2]_.

    References
    ----------
    .. [1] Sarstedt, M., Hair, J. F., Cheah, J.-H., Becker, J.-M., & Ringle, C. M. (2019). How to
       specify, estimate, and validate higher-order constructs in PLS-SEM. *Australasian Marketing
       Journal*, 27(3), 197-211. https://doi.org/10.1016/j.ausmj.2019.05.003
    .. [2] Van Riel, A. C. R., Henseler, J., Kemény, I., & Sasovova, Z. (2017). Estimating
       hierarchical constructs using consistent partial least squares. *Industrial Management &
       Data Systems*, 117(3), 459-477. https://doi.org/10.1108/IMDS-07-2016-0286
    """

    def stage(held: Floats, layout: Layout) -> _Stage:
        found = outer_weights(
            held, layout, scheme, tolerance=tolerance, max_iterations=max_iterations
        )
        return _stage(held, layout, found, consistent)

    first: Estimates | None = None
    onto = None
    if plan.first is not None:
        parts = stage(matrices, plan.first)
        own = parts.weights[:, :, None] * plan.first.belongs
        first = _estimates(parts, plan.first.structure, own, parts.correlations, None, None)
        matrices, onto = _second_matrices(matrices, parts, plan)
    final = stage(matrices, plan.final)
    from_columns = final.weights[:, :, None] * plan.final.belongs
    if onto is not None:
        from_columns = onto @ from_columns
    correlations, moments = final.correlations, None
    if plan.products:
        if products is None:
            raise ValueError("A plan with products needs their moments.")
        moments = products(from_columns)
        correlations = moments.correlations
    return _estimates(final, plan.structure, from_columns, correlations, moments, first)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Stage:
    """One run of the weights, with what they imply of scores and constructs."""

    layout: Layout
    matrices: Floats
    weights: Floats
    rho_a: Floats
    common: NDArray[np.bool_]
    scores: Floats  # covariances of the indicators with the scores
    composites: Floats
    correlations: Floats
    converged: NDArray[np.bool_]
    iterations: NDArray[np.intp]


def _stage(
    matrices: Floats, layout: Layout, found: OuterWeights, consistent: Collection[str]
) -> _Stage:
    weights = found.weights
    scores = matrices @ (weights[:, :, None] * layout.belongs)
    composites = np.add.reduceat(weights[:, :, None] * scores, layout.starts, axis=1)
    diagonal = np.arange(len(layout.blocks))
    composites[:, diagonal, diagonal] = np.where(found.converged, 1.0, np.nan)[:, None]
    reliability = rho_a(matrices, weights, layout)
    common = layout.reflective & np.array([one.name in consistent for one in layout.blocks])
    correlations = composites
    if common.any():
        roots = _roots(reliability, common)
        correlations = composites / (roots[:, :, None] * roots[:, None, :])
        correlations[:, diagonal, diagonal] = composites[:, diagonal, diagonal]
    return _Stage(
        layout=layout,
        matrices=matrices,
        weights=weights,
        rho_a=reliability,
        common=common,
        scores=scores,
        composites=composites,
        correlations=correlations,
        converged=found.converged,
        iterations=found.iterations,
    )


def _estimates(
    stage: _Stage,
    structure: Structure,
    from_columns: Floats,
    correlations: Floats,
    moments: ProductMoments | None,
    first: Estimates | None,
) -> Estimates:
    layout = stage.layout
    items = np.arange(len(layout.owner))
    spread = np.sqrt(np.diagonal(stage.matrices, axis1=1, axis2=2))
    loadings = stage.scores[:, items, layout.owner]
    if stage.common.any():
        corrected = consistent_loadings(stage.weights, stage.rho_a, layout)
        loadings = np.where(stage.common[layout.owner], corrected, loadings)
    return Estimates(
        layout=layout,
        structure=structure,
        matrices=stage.matrices,
        weights=stage.weights,
        loadings=loadings / spread,
        from_columns=from_columns,
        rho_a=stage.rho_a,
        common=stage.common,
        composites=stage.composites,
        correlations=correlations,
        regressions=regress(correlations, structure),
        spread=np.zeros((len(spread), 0)) if moments is None else moments.spread,
        converged=stage.converged & (True if first is None else first.converged),
        iterations=stage.iterations,
        first=first,
    )


def _second_matrices(matrices: Floats, parts: _Stage, plan: Plan) -> tuple[Floats, Floats]:
    """Give the matrices of the second stage, and the weights that form their indicators."""
    columns = plan.columns
    at = {name: i for i, name in enumerate(columns)}
    of_part = {block.name: j for j, block in enumerate(parts.layout.blocks)}
    own = parts.weights[:, :, None] * parts.layout.belongs
    inside = np.array([one in of_part and one not in at for one in plan.final.indicators])
    onto = np.zeros((len(matrices), len(columns), len(plan.final.indicators)))
    for i, name in enumerate(plan.final.indicators):
        if inside[i]:
            onto[:, :, i] = own[:, :, of_part[name]]
        else:
            onto[:, at[name], i] = 1.0
    second = onto.swapaxes(1, 2) @ matrices @ onto
    roots = np.ones(second.shape[:2])
    corrected = _roots(parts.rho_a, parts.common)
    for i, name in enumerate(plan.final.indicators):
        if inside[i]:
            roots[:, i] = corrected[:, of_part[name]]
    diagonal = np.arange(second.shape[-1])
    variances = second[:, diagonal, diagonal].copy()
    second = second / (roots[:, :, None] * roots[:, None, :])
    second[:, diagonal, diagonal] = variances
    return second, onto


def _roots(reliability: Floats, common: NDArray[np.bool_]) -> Floats:
    """Roots of the reliabilities of common factors, 1 for composites; NaN of negative ones."""
    with np.errstate(invalid="ignore"):
        return np.where(common, np.sqrt(reliability), 1.0)
