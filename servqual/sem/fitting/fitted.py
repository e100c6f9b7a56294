"""A structural model at its estimates: what every table and test of it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from servqual.errors import ModelError
from servqual.sem.fitting.fit_indices import Test
from servqual.sem.fitting.information import Sets
from servqual.sem.fitting.ml import (
    Minimum,
    Point,
    Target,
    constant,
    evaluate,
    log_determinant,
    minimise,
)
from servqual.sem.fitting.model_data import Group, Missing, ModelData
from servqual.sem.fitting.patterns import Patterns, complete_pattern, find_patterns
from servqual.sem.fitting.scoring import Information, minimise_sets, sets_at, sets_hessian
from servqual.sem.fitting.starts import start_values
from servqual.sem.fitting.structure import Floats, Structure

_SINGULAR = 1e-9
# The decrement at which the moments have been fitted well enough to go on pattern by pattern.
_NEAR = 1e-3


@dataclass(frozen=True, eq=False, kw_only=True)
class Fitted:
    """Estimates of a structure from data.

    Attributes
    ----------
    structure : Structure
    data : ModelData
    missing : str
        "listwise", "fiml" or "two-stage".
    parameters : ndarray of shape (q,)
    objective : float
        The minimum of the fit function; 0 is a perfect fit. NaN where there is no saturated
        model to compare with.
    loglik, saturated : float
        Log-likelihoods of the model, and of the saturated one (NaN where there is none).
    converged : bool
    iterations : int
    decrement : float
        The squared length of the last step, in the metric of the information.
    """

    structure: Structure
    data: ModelData
    missing: Missing
    parameters: Floats
    objective: float
    loglik: float
    saturated: float
    converged: bool
    iterations: int
    decrement: float

    @property
    def n(self) -> int:
        """How many respondents."""
        return self.data.n

    @property
    def cells(self) -> Floats:
        """The free cells (L,) of the matrices."""
        return np.asarray(self.structure.cells(self.parameters))

    @property
    def targets(self) -> tuple[Target, ...]:
        """The moments of each group; the saturated (EM) ones of incomplete rows."""
        return targets_of(self.data, means=self.structure.table.means)

    @property
    def point(self) -> Point:
        """The fit function at the estimates, as a batch of one."""
        return evaluate(self.structure, self.targets, self.parameters[None])

    @property
    def patterns(self) -> tuple[Patterns, ...]:
        """The rows by what they answered; complete rows are one pattern."""
        if self.missing == "fiml":
            return patterns_of(self.data)
        return tuple(map(complete_pattern, self.targets))

    @property
    def sets(self) -> tuple[Sets, ...]:
        """The sets of rows at the estimates, group by group."""
        at = sets_at(self.structure, self.patterns, self.parameters)
        if at is None:
            raise ModelError("The implied covariance matrix is not positive definite.")
        return at[0]

    @property
    def n_statistics(self) -> int:
        """How many means and covariances there are to explain."""
        means = self.structure.table.means
        return sum(
            layout.p * (layout.p + 1) // 2 + (layout.p if means else 0)
            for layout in self.structure.layouts
        )

    @property
    def df(self) -> int:
        """Degrees of freedom."""
        return self.n_statistics - self.structure.n_parameters

    @property
    def test(self) -> Test:
        """The likelihood-ratio test against the saturated model."""
        chi2 = self.n * self.objective if self.converged else np.nan
        return Test(chi2=max(chi2, 0.0) if chi2 == chi2 else chi2, df=self.df)

    def hessian(self, information: Information) -> Floats:
        """Give the second derivatives (q, q) of the fit function, observed or expected."""
        return sets_hessian(self.structure, self.sets, information)

    def without_rows(self) -> "Fitted":
        """Leave the rows behind; the moments stay."""
        groups = tuple(
            replace(group, rows=None, weights=None, clusters=None) for group in self.data.groups
        )
        return replace(self, data=replace(self.data, groups=groups, sample=None))


def targets_of(data: ModelData, *, means: bool) -> tuple[Target, ...]:
    """Give what maximum likelihood fits, group by group."""
    return tuple(
        Target(
            covariance=group.covariance,
            mean=np.asarray(group.moments.mean) if means else None,
            share=_mass(group) / sum(map(_mass, data.groups)),
        )
        for group in data.groups
    )


def patterns_of(data: ModelData) -> tuple[Patterns, ...]:
    """Sort the rows of each group by what they answered."""
    total = sum(map(_mass, data.groups))
    found = []
    for group in data.groups:
        if group.rows is None:
            raise ModelError(
                "The answers themselves are needed, but only moments are at hand: they were given "
                "as such, or the result was unpickled. Fit the model to the answers again."
            )
        found.append(find_patterns(group.rows, group.weights, total))
    return tuple(found)


def _mass(group: Group) -> float:
    return float(group.n if group.weights is None else group.weights.sum())


def fit_structure(structure: Structure, data: ModelData, missing: Missing) -> Fitted:
    """Estimate the parameters by maximum likelihood.

    Raises
    ------
    ModelError
        If there are more parameters than statistics, or a covariance matrix is singular.
    """
    means = structure.table.means
    targets = targets_of(data, means=means)
    check_size(structure, data, targets)
    perfect: Any = constant(targets)
    answers = data.n * structure.layouts[0].p
    patterns = tuple(map(complete_pattern, targets))
    rows = [group.rows for group in data.groups if group.rows is not None]
    if missing == "fiml" and any(bool(np.isnan(one).any()) for one in rows):
        patterns = patterns_of(data)
        perfect = _saturated(data, patterns)
        answers = sum(int((~np.isnan(one)).sum()) for one in rows)
    found = _least(structure, targets, patterns)
    raw = float(found.objective[0])
    return Fitted(
        structure=structure,
        data=data,
        missing=missing,
        parameters=found.parameters[0],
        objective=raw - float(perfect),
        loglik=-0.5 * (data.n * raw + answers * np.log(2 * np.pi)),
        saturated=-0.5 * (data.n * float(perfect) + answers * np.log(2 * np.pi)),
        converged=bool(found.converged[0]),
        iterations=int(found.iterations[0]),
        decrement=float(found.decrement[0]),
    )


def _least(
    structure: Structure, targets: Sequence[Target], patterns: Sequence[Patterns]
) -> Minimum:
    """Minimise from the text's start values, and where that fails from our own."""
    found = _from(structure, targets, patterns, given=True)
    told = any(np.isfinite(structure.table.parameters[row].value) for row in structure.rows)
    if found.converged[0] or not told:
        return found
    other = _from(structure, targets, patterns, given=False)
    return other if other.converged[0] or other.objective[0] < found.objective[0] else found


def _from(
    structure: Structure,
    targets: Sequence[Target],
    patterns: Sequence[Patterns],
    *,
    given: bool,
) -> Minimum:
    start = start_values(structure, targets, given=given)
    # The moments are quick to fit, and come near what the patterns say.
    near = minimise(structure, targets, start[None], tolerance=_NEAR, max_iterations=30)
    found = minimise_sets(structure, patterns, near.parameters[0])
    return replace(found, iterations=found.iterations + near.iterations)


def _saturated(data: ModelData, patterns: Sequence[Patterns]) -> float:
    """Give the fit function of the saturated model of incomplete rows; NaN if there is none."""
    total = 0.0
    for group, some in zip(data.groups, patterns, strict=True):
        value = some.value(group.covariance, np.asarray(group.moments.mean))
        if group.unsaturated or value is None:
            return np.nan
        total += value
    return total


def check_size(structure: Structure, data: ModelData, targets: Sequence[Target]) -> None:
    """Refuse more parameters than statistics, and singular covariances, with what to do.

    Raises
    ------
    ModelError
    """
    table = structure.table
    p = len(table.observed)
    each = p * (p + 1) // 2 + (p if table.means else 0)
    statistics = each * len(data.groups)
    if structure.n_parameters > statistics:
        raise ModelError(
            f"The model has {structure.n_parameters} free parameters, but {p} variables have only "
            f"{statistics} "
            + ("means, variances and covariances" if table.means else "variances and covariances")
            + ". Fix or leave out some parameters, or add indicators."
        )
    for group, target in zip(data.groups, targets, strict=True):
        if group.unsaturated:
            continue
        where = f" of group {group.label!r}" if group.label else ""
        covariance = target.covariance
        spread = np.sqrt(np.diag(covariance))
        if not (spread > 0).all():
            raise ModelError(f"A variable does not vary{where}.")
        correlation = covariance / np.outer(spread, spread)
        roots, vectors = np.linalg.eigh(correlation)
        if roots[0] < _SINGULAR or not np.isfinite(log_determinant(covariance)):
            part = np.abs(vectors[:, 0])
            named = [name for name, size in zip(data.names, part, strict=True) if size > 0.1]
            few = (
                f" {group.n} respondents are too few for {p} variables."
                if group.n <= p
                else f" {', '.join(named[:5])} are (nearly) linear combinations of each other."
            )
            raise ModelError(f"The covariance matrix{where} is singular.{few}")
