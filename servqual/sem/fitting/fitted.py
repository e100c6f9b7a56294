"""A structural model at its estimates: what every table and test of it is made of."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from servqual.errors import ModelError
from servqual.sem.fitting.fit_indices import Test
from servqual.sem.fitting.information import Sets
from servqual.sem.fitting.layout import Floats
from servqual.sem.fitting.least_squares import problem_of, squares_information
from servqual.sem.fitting.ml import Point, Target, evaluate
from servqual.sem.fitting.model_data import Missing, ModelData
from servqual.sem.fitting.patterns import Patterns, complete_pattern
from servqual.sem.fitting.scoring import Information, sets_at, sets_hessian
from servqual.sem.fitting.statistics import Statistics
from servqual.sem.fitting.structure import Structure
from servqual.sem.fitting.targets import patterns_of, squares_targets, targets_of


@dataclass(frozen=True, eq=False, kw_only=True)
class Fitted:
    """Estimates of a structure from data.

    Attributes
    ----------
    structure : Structure
    data : ModelData
    missing : str
        "listwise", "pairwise", "fiml" or "two-stage".
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
    statistics : tuple of Statistics
        What least squares fitted, group by group; empty where the likelihood was maximised.
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
    statistics: tuple[Statistics, ...] = ()

    @property
    def n(self) -> int:
        """How many respondents."""
        return self.data.n

    @property
    def size(self) -> int:
        """What n is in fit indices: with least squares one less for each group."""
        return self.n - len(self.statistics)

    @property
    def cells(self) -> Floats:
        """The free cells (L,) of the matrices."""
        return np.asarray(self.structure.cells(self.parameters))

    @property
    def by_squares(self) -> bool:
        """Whether the estimates are of least squares, so that there is no likelihood."""
        return bool(self.statistics)

    @property
    def ordered(self) -> bool:
        """Whether there are ordered variables."""
        return bool(len(self.structure.layouts[0].ordered))

    @cached_property
    def targets(self) -> tuple[Target, ...]:
        """The moments of each group: EM ones of incomplete rows, those of latent responses."""
        if self.by_squares:
            return squares_targets(self.structure, self.data, self.statistics)
        return targets_of(self.data, means=self.structure.table.means)

    @cached_property
    def point(self) -> Point:
        """The fit function at the estimates, as a batch of one."""
        if not self.by_squares:
            return evaluate(self.structure, self.targets, self.parameters[None])
        here = problem_of(self.structure, self.statistics).at(self.parameters)
        if here is None:
            raise ModelError("The model implies nothing at these parameters.")
        return Point(
            parameters=self.parameters[None],
            objective=np.array([here.objective]),
            implied=here.implied,
            precision=(),
        )

    @property
    def residuals(self) -> tuple[Floats, ...]:
        """Observed less implied statistics, group by group, of least squares."""
        here = problem_of(self.structure, self.statistics).at(self.parameters)
        return () if here is None else here.residuals

    @cached_property
    def slopes(self) -> list[Floats]:
        """The derivatives (s, q) of the statistics by the parameters, of least squares."""
        return problem_of(self.structure, self.statistics).slopes(self.point.implied)

    @property
    def compared(self) -> tuple[tuple[Floats, Floats | None], ...]:
        """What each group's targets compare with: implied covariances (p, p) and means (p,).

        Of ordered variables those of the latent responses in standard deviations.
        """
        found = []
        for layout, implied in zip(self.structure.layouts, self.point.implied, strict=True):
            sigma, mu = implied.sigma[0], None if implied.mu is None else implied.mu[0]
            if len(layout.ordered):
                delta = implied.matrices["delta"][0]
                sigma, mu = sigma * np.outer(delta, delta), None
            found.append((sigma, mu))
        return tuple(found)

    @property
    def patterns(self) -> tuple[Patterns, ...]:
        """The rows by what they answered; complete rows are one pattern."""
        self._need_likelihood()
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

    def _need_likelihood(self) -> None:
        if self.by_squares:
            raise ModelError(
                "This needs the likelihood of the answers, but the model was fitted by least "
                "squares (ULS, GLS, DWLS, WLSMV). Fit it by ML or MLR, if its variables are "
                "continuous."
            )

    @property
    def n_statistics(self) -> int:
        """How many statistics there are to explain: means, thresholds and covariances."""
        if self.by_squares:
            return sum(len(one.values) for one in self.statistics)
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
        """The test against the saturated model, uncorrected."""
        chi2 = self.n * self.objective if self.converged else np.nan
        equal = all(one.root is None and (one.weights == 1).all() for one in self.statistics)
        return Test(
            chi2=max(chi2, 0.0) if chi2 == chi2 else chi2,
            df=self.df,
            distributed=not (self.by_squares and equal),
        )

    def hessian(self, information: Information) -> Floats:
        """Give the second derivatives (q, q) of the fit function, observed or expected."""
        if self.by_squares:
            return 2 * squares_information(self.statistics, self.slopes)
        return sets_hessian(self.structure, self.sets, information)

    def without_rows(self) -> "Fitted":
        """Leave the rows behind; the moments stay."""
        groups = tuple(
            replace(group, rows=None, weights=None, clusters=None) for group in self.data.groups
        )
        statistics = tuple(one.without_rows() for one in self.statistics)
        data = replace(self.data, groups=groups, sample=None)
        return replace(self, data=data, statistics=statistics)
