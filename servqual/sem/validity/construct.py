"""Whether the latent variables of a model are measured well, and can be told apart."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._frames import read_only
from servqual._language import say
from servqual._result import Result
from servqual.errors import ModelError, nearest, shortened
from servqual.sem.result import SemResult
from servqual.sem.validity._composites import Construct, constructs_of
from servqual.sem.validity._construct_tables import (
    constructs_frame,
    pairs_frame,
    ratios_frame,
    unmeasured,
)
from servqual.sem.validity._heterotrait import Mean


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ConstructValidity(Result):
    """Convergent and discriminant validity of latent variables; see `construct_validity`.

    Attributes
    ----------
    n : int
        Respondents of the model.
    group : str
        Of which group; "" where there is one.
    mean : str
        Of which correlations HTMT is made: "arithmetic", or "geometric" (HTMT2).
    n_resamples : int
        Of the intervals of HTMT; 0 without.
    confidence : float
        Of all intervals.
    problems : tuple of str
        What could not be computed, and why.
    constructs : tuple of Construct
        The latent variables with their loadings, for those who explain the figures.
    covariance : ndarray of shape (p, p)
        Sample covariances of the observed variables, of which HTMT is made.
    """

    n: int
    group: str
    mean: Mean
    n_resamples: int
    confidence: float
    problems: tuple[str, ...]
    constructs: tuple[Construct, ...] = field(compare=False)
    covariance: NDArray[np.float64]
    _table: pd.DataFrame
    _correlations: pd.DataFrame
    _ratios: pd.DataFrame

    @property
    def fornell_larcker(self) -> pd.DataFrame:
        """Square roots of AVE on the diagonal, latent correlations below it, NaN above."""
        square = _lower(self._correlations, "correlation", list(self._table["latent"]))
        for name, value in zip(self._table["latent"], self._table["sqrt_ave"], strict=True):
            square.loc[name, name] = value
        return square

    @property
    def latent_correlations(self) -> pd.DataFrame:
        """One row a pair: lhs, rhs, correlation, se, ci_low, ci_high, r_squared (shared variance).

        The intervals are Wald's, estimate ± z se with the delta method; they can go beyond 1.
        """
        return self._correlations.copy()

    @property
    def htmt(self) -> pd.DataFrame:
        """Ratios of the constructs with two observed indicators or more, square, with ones."""
        names = _named(self._ratios)
        square = _lower(self._ratios, "htmt", names)
        filled = np.where(np.isnan(square.to_numpy()), square.to_numpy().T, square.to_numpy())
        np.fill_diagonal(filled, 1.0)
        return pd.DataFrame(filled, index=names, columns=names)

    @property
    def htmt_pairs(self) -> pd.DataFrame:
        """One row a pair: lhs, rhs, htmt, and its bootstrap interval where one was asked for."""
        return self._ratios.copy()

    def to_frame(self) -> pd.DataFrame:
        """Give one row a latent variable.

        Returns
        -------
        DataFrame
            latent, k (indicators), loading_min and loading_max (standardised), cr, ave, sqrt_ave,
            msv (maximum shared variance) and msv_with, htmt_max, then cr_raw, cr_raw_implied and
            ave_raw.
        """
        return self._table.copy()

    def title(self, language: str = "en") -> str:
        """Say of how many constructs and respondents."""
        where = say(", group {group}", language, group=self.group) if self.group else ""
        return say(
            "Construct validity of {k} latent variables{where}: n = {n}",
            language,
            k=len(self._table),
            where=where,
            n=f"{self.n:,}",
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Give the usual cut-offs with their source; they are rules of thumb, not verdicts."""
        if self.mean == "arithmetic":
            htmt = say("HTMT below .85 or .90 (Henseler, Ringle & Sarstedt, 2015)", language)
        else:
            htmt = say(
                "HTMT2 (geometric means; Roemer, Schuberth & Henseler, 2021) below .85 or .90",
                language,
            )
        told = [
            say(
                "Rules of thumb: composite reliability (CR) from .60 or .70 (Bagozzi & Yi, 1988), "
                "AVE from .50 and above the variance shared with any other construct (MSV; Fornell "
                "& Larcker, 1981), {htmt}. Simulations favour intervals of the latent correlations "
                "over the comparison of AVE with shared variance (Rönkkö & Cho, 2022).",
                language,
                htmt=htmt,
            ),
            say(
                "CR and AVE from standardised loadings; cr_raw, ave_raw from unstandardised ones "
                "and observed variances. Correlated residuals count as error.",
                language,
            ),
        ]
        if self.n_resamples:
            told.append(
                say(
                    "Intervals of HTMT: {percent} % percentiles of {n} resamples.",
                    language,
                    percent=f"{100 * self.confidence:g}",
                    n=f"{self.n_resamples:,}",
                )
            )
        return (*told, *self.problems)


def construct_validity(
    result: SemResult,
    *,
    group: str | None = None,
    mean: Mean = "arithmetic",
    n_resamples: int = 0,
    seed: int | None = None,
) -> ConstructValidity:
    r"""Tell how well latent variables are measured, and whether they can be told apart.

    Parameters
    ----------
    result : SemResult
        A fitted model; a confirmatory factor analysis as a rule.
    group : str, optional
        Which group; needed where there are several.
    mean : {"arithmetic", "geometric"}
        HTMT from arithmetic means of absolute correlations, or HTMT2 from geometric means, which
        allows loadings to differ but needs positive correlations (NaN with a reason elsewhere).
    n_resamples : int, default 0
        Resamples for percentile intervals of HTMT; they need the answers themselves, complete.
    seed : int, optional
        The same seed gives the same intervals.

    Returns
    -------
    ConstructValidity

    Raises
    ------
    ModelError
        If the result is of no model with latent variables, or the group is unknown.

    Notes
    -----
    With standardised loadings :math:`\lambda_i` and the implied correlations :math:`\rho_{ij}` of
    the k indicators of a latent variable,

    .. math::

       AVE = \frac1k \sum_i \lambda_i^2, \qquad
       CR = \frac{(\sum_i \lambda_i)^2}{\sum_{ij} \rho_{ij}}.

    Without correlated residuals and cross-loadings the denominator is
    :math:`(\sum \lambda_i)^2 + \sum (1 - \lambda_i^2)`, as in Fornell and Larcker [1]_; with them
    it counts what the indicators share beyond their latent variable as error [2]_. `cr_raw` has the
    unstandardised loadings, the variance :math:`\psi` of the latent variable and the sample
    covariances :math:`s_{ij}` (divisor n): :math:`(\sum l_i)^2 \psi / \sum_{ij} s_{ij}`, and
    `cr_raw_implied` the implied ones; `ave_raw` is
    :math:`\psi \sum l_i^2 / \sum s_{ii}`, NaN where an indicator measures two. For latent
    variables that measure a second-order one, `cr` and `ave` treat them as indicators.

    `msv` is the largest squared correlation with another latent variable; pairs of a second-order
    factor and its own dimensions do not count. HTMT is of sample correlations, and a construct
    with one indicator has none.

    In 1000 simulated samples of 100 (300) normal respondents, three constructs correlated .4, .6
    and .8, the 95 % percentile intervals of HTMT held the population's ratio in 94.0, 94.2 and
    93.7 % (95.6, 93.5, 94.6 %).

    Checked against semTools (AVE, compRelSEM, htmt) and lavaan.

    References
    ----------
    .. [1] Fornell, C., & Larcker, D. F. (1981). Evaluating structural equation models with
       unobservable variables and measurement error. *Journal of Marketing Research*, 18(1), 39-50.
       https://doi.org/10.1177/002224378101800104
    .. [2] Raykov, T. (2001). Estimation of congeneric scale reliability using covariance structure
       analysis with nonlinear constraints. *British Journal of Mathematical and Statistical
       Psychology*, 54(2), 315-323. https://doi.org/10.1348/000711001159582
    .. [3] Rönkkö, M., & Cho, E. (2022). An updated guideline for assessing discriminant validity.
       *Organizational Research Methods*, 25(1), 6-47. https://doi.org/10.1177/1094428120968614
    .. [4] Bagozzi, R. P., & Yi, Y. (1988). On the evaluation of structural equation models.
       *Journal of the Academy of Marketing Science*, 16(1), 74-94.
       https://doi.org/10.1007/BF02723327

    Examples
    --------
    >>> from servqual.moments import Moments
    >>> from servqual.sem.estimation import fit_sem
    >>> published = Moments.from_matrix(
    ...     [
    ...         [1.0, 0.6, 0.6, 0.3, 0.3],
    ...         [0.6, 1.0, 0.6, 0.3, 0.3],
    ...         [0.6, 0.6, 1.0, 0.3, 0.3],
    ...         [0.3, 0.3, 0.3, 1.0, 0.5],
    ...         [0.3, 0.3, 0.3, 0.5, 1.0],
    ...     ],
    ...     names=("a1", "a2", "a3", "b1", "b2"),
    ...     n=200,
    ... )
    >>> validity = construct_validity(fit_sem("A =~ a1 + a2 + a3; B =~ b1 + b2", published))
    >>> validity.to_frame()[["latent", "cr", "ave", "msv"]].round(3)
      latent     cr  ave  msv
    0      A  0.818  0.6  0.3
    1      B  0.667  0.5  0.3
    >>> round(float(validity.htmt.loc["A", "B"]), 4)
    0.5477
    """
    at = _group_of(result, group)
    if mean not in ("arithmetic", "geometric"):
        raise ModelError(f'mean must be "arithmetic" or "geometric", not {mean!r}.')
    constructs = constructs_of(result.fitted, at)
    if not constructs:
        raise ModelError("The model has no latent variables, so there are no constructs to judge.")
    problems: list[str] = []
    mixed = [
        name
        for name in result.fitted.structure.table.latent
        if name not in {one.name for one in constructs}
    ]
    if mixed:
        problems.append(
            f"{shortened(mixed)} has observed and latent indicators at once, and is left out."
        )
    if not result.converged:
        problems.append("The estimation did not converge, so only HTMT is given.")
    correlations = pairs_frame(result, at, constructs)
    ratios = ratios_frame(result, at, constructs, mean, n_resamples, seed, problems)
    return ConstructValidity(
        n=result.fitted.data.groups[at].n,
        group=result.groups[at],
        mean=mean,
        n_resamples=n_resamples,
        confidence=result.confidence,
        problems=tuple(problems + unmeasured(constructs, result.converged)),
        constructs=constructs,
        covariance=read_only(result.fitted.data.groups[at].covariance),
        _table=constructs_frame(constructs, correlations, ratios, converged=result.converged),
        _correlations=correlations,
        _ratios=ratios,
    )


def _group_of(result: SemResult, group: str | None) -> int:
    if not isinstance(result, SemResult):
        raise ModelError(
            f"construct_validity takes the result of fit_sem, not {type(result).__name__}."
        )
    groups = result.groups
    if group is None and len(groups) == 1:
        return 0
    if group is None:
        raise ModelError(f"The model has {len(groups)} groups; choose one: group={groups[0]!r}.")
    if str(group) not in groups:
        raise ModelError(
            f"The model has no group {group!r}.{nearest(group, groups)} "
            f"Its groups are {', '.join(groups)}."
        )
    return groups.index(str(group))


def _named(pairs: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys([*pairs["lhs"], *pairs["rhs"]]))


def _lower(pairs: pd.DataFrame, column: str, names: list[str]) -> pd.DataFrame:
    square = pd.DataFrame(np.nan, index=names, columns=names)
    for one, other, value in zip(pairs["lhs"], pairs["rhs"], pairs[column], strict=True):
        square.loc[other, one] = value
    return square
