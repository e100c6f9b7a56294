"""The latent variables of a fitted model with their indicators: reliability, variance extracted."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.standardized import jacobian, row_values, standardised_values
from servqual.sem.fitting.structure import Floats


@dataclass(frozen=True, eq=False, kw_only=True)
class Construct:
    """A latent variable of one group with its indicators.

    Attributes
    ----------
    name : str
    indicators : tuple of str
    latent : bool
        Whether its indicators are latent variables.
    at : tuple of int
        Where its observed indicators stand among the observed variables.
    loadings, standardised : ndarray of shape (k,)
        As estimated, and with all variables standardised.
    variance : float
        Of the latent variable.
    implied : ndarray of shape (k, k)
        Covariances of the indicators that the model implies.
    sample : ndarray of shape (k, k) or None
        Their sample covariances (divisor n); None for latent indicators.
    shared : tuple of str
        Indicators that measure other latent variables, too.
    """

    name: str
    indicators: tuple[str, ...]
    latent: bool
    at: tuple[int, ...]
    loadings: Floats
    standardised: Floats
    variance: float
    implied: Floats
    sample: Floats | None
    shared: tuple[str, ...]

    @property
    def reliability(self) -> float:
        """Share of the variance of the sum of standardised indicators; see `construct_validity`."""
        spread = np.sqrt(np.diag(self.implied))
        whole = (self.implied / np.outer(spread, spread)).sum()
        return float(self.standardised.sum() ** 2 / whole)

    @property
    def extracted(self) -> float:
        """Mean squared standardised loading."""
        return float((self.standardised**2).mean())

    @property
    def raw_reliability(self) -> tuple[float, float]:
        """Share of the variance of the sum of indicators, observed and implied."""
        own = self.loadings.sum() ** 2 * self.variance
        observed = np.nan if self.sample is None else own / self.sample.sum()
        return float(observed), float(own / self.implied.sum())

    @property
    def raw_extracted(self) -> float:
        """Share of the summed observed variances; NaN where an indicator is shared."""
        if self.sample is None or self.shared:
            return np.nan
        return float((self.loadings**2).sum() * self.variance / np.trace(self.sample))


def constructs_of(fitted: Fitted, group: int) -> tuple[Construct, ...]:
    """Collect the latent variables of a group that measure something, in order of the model."""
    structure, table = fitted.structure, fitted.structure.table
    layout, implied = structure.layouts[group], fitted.point.implied[group]
    cells = fitted.cells
    values = row_values(structure, cells[None])[0]
    standardised = standardised_values(structure, cells[None])[0]
    sample = fitted.data.groups[group].covariance
    total = implied.total[0]
    by_name: dict[str, list[int]] = {}
    for at, row in enumerate(table.parameters):
        if row.op == "=~" and row.group == group:
            by_name.setdefault(row.lhs, []).append(at)
    counts: dict[str, int] = {}
    for rows in by_name.values():
        for at in rows:
            counts[table.parameters[at].rhs] = counts.get(table.parameters[at].rhs, 0) + 1
    found = []
    for name, rows in by_name.items():
        indicators = tuple(table.parameters[at].rhs for at in rows)
        latent = any(one in table.latent for one in indicators)
        if latent and not all(one in table.latent for one in indicators):
            continue
        order = layout.factors if latent else layout.observed
        places = tuple(order.index(one) for one in indicators)
        square = np.ix_(places, places)
        own = layout.factors.index(name)
        found.append(
            Construct(
                name=name,
                indicators=indicators,
                latent=latent,
                at=() if latent else places,
                loadings=values[rows],
                standardised=standardised[rows],
                variance=float(total[own, own]),
                implied=(total if latent else implied.sigma[0])[square],
                sample=None if latent else sample[square],
                shared=tuple(one for one in indicators if counts[one] > 1),
            )
        )
    return tuple(found)


def latent_correlations(
    fitted: Fitted, group: int, names: Sequence[str], covariance: Floats
) -> tuple[Floats, Floats]:
    """Give the correlations of each pair of latent variables, and their standard errors.

    Pairs are in the order of `itertools.combinations`.
    """
    layout, structure = fitted.structure.layouts[group], fitted.structure
    at = [layout.factors.index(name) for name in names]
    pairs = np.array(list(combinations(range(len(names)), 2)), dtype=np.intp).reshape(-1, 2)

    def correlations(cells: NDArray[np.complex128]) -> NDArray[np.complex128]:
        total = layout.implied(cells).total[..., at, :][..., at]
        variances = np.diagonal(total, axis1=-2, axis2=-1)
        spread = np.sqrt(np.where(variances.real > 0, variances, np.nan))
        scaled = total / (spread[..., :, None] * spread[..., None, :])
        return np.asarray(scaled[..., pairs[:, 0], pairs[:, 1]])

    cells = fitted.cells
    estimates = np.real(correlations(cells[None].astype(np.complex128))[0])
    slopes = jacobian(correlations, cells)
    known = np.isfinite(np.diag(covariance))
    of_cells = structure.covariance_of_cells(np.where(np.outer(known, known), covariance, 0.0))
    variance = ((slopes @ of_cells) * slopes).sum(axis=1)
    blurred = structure.gradient(slopes)[:, ~known].any(axis=1)
    errors = np.sqrt(np.where((variance >= 0) & ~blurred, variance, np.nan))
    return estimates, errors
