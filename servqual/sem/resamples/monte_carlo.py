"""Monte Carlo intervals of effects: drawn from the estimates, without refitting."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from servqual._frames import read_only
from servqual._language import say
from servqual._result import Result
from servqual.errors import ModelError
from servqual.resampling import check_asked, mean_and_spread, percentile_interval
from servqual.sem.resamples._draws import (
    SOLUTIONS,
    Of,
    check_fitted,
    quantities_of,
)
from servqual.sem.result import SemResult

if TYPE_CHECKING:
    import pandas as pd

_BLOCK = 1000


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MonteCarloIntervals(Result):
    """Intervals of defined and indirect effects from draws of the parameters.

    Attributes
    ----------
    estimator : str
    n, n_excluded : int
        Respondents of the model, and those left out.
    n_draws : int
    seed : int or None
    confidence : float
    unknown : bool
        Whether effects depend on parameters that have no standard error.
    """

    estimator: str
    n: int
    n_excluded: int
    n_draws: int
    seed: int | None
    confidence: float
    unknown: bool
    _names: "pd.DataFrame"
    _columns: Mapping[str, NDArray[np.float64]]

    def to_frame(self) -> "pd.DataFrame":
        """Give one row a definition (:=) and an indirect effect.

        Columns lhs, op, rhs, group, label, estimate, se, ci_low and ci_high, then std_lv and
        std_all with theirs.
        """
        return self._names.assign(**self._columns)

    @property
    def problems(self) -> tuple[str, ...]:
        """What could not be computed and why."""
        return self._problems("en")

    def _problems(self, language: str) -> tuple[str, ...]:
        if not self.unknown:
            return ()
        return (
            say(
                "Effects that depend on parameters without a standard error have no interval; see "
                "the problems of the model.",
                language,
            ),
        )

    def title(self, language: str = "en") -> str:
        """Say what was drawn, how often, and of how many respondents."""
        left_out = (
            say(", {k} left out", language, k=f"{self.n_excluded:,}") if self.n_excluded else ""
        )
        return say(
            "Monte Carlo intervals of effects ({how}): n = {n:,}{left_out}; {draws:,} draws of the "
            "parameters; {confidence:g} % intervals",
            language,
            how=self.estimator,
            n=self.n,
            left_out=left_out,
            draws=self.n_draws,
            confidence=100 * self.confidence,
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the intervals take for granted."""
        return (
            say(
                "The parameters are drawn from the normal distribution of their estimates, so the "
                "standard errors of the model are taken as right; the effects need not be normal.",
                language,
            ),
            *self._problems(language),
        )


def monte_carlo_interval(
    result: SemResult,
    n_draws: int = 20_000,
    seed: int | None = None,
    *,
    confidence: float = 0.95,
) -> MonteCarloIntervals:
    r"""Form intervals of defined and indirect effects from draws of the estimates' distribution.

    The instant choice: nothing is refitted, and moments are as good as answers. The interval of a
    product need not be symmetric, unlike that of the delta method.

    Parameters
    ----------
    result : SemResult
        From `fit_sem`.
    n_draws : int, default 20000
    seed : int, optional
        The same seed gives the same draws.
    confidence : float, default 0.95

    Returns
    -------
    MonteCarloIntervals
        One row a definition (:=) and an indirect effect along the paths of the model.

    Raises
    ------
    ModelError
        If the model did not converge, or has no definition and no indirect effect.

    Notes
    -----
    The parameters are drawn from a normal distribution with the estimates as mean and their
    covariance matrix, and each effect is computed from each draw; the ends are quantiles [1]_.
    An effect that depends on a parameter without a standard error is NaN.

    References
    ----------
    .. [1] MacKinnon, D. P., Lockwood, C. M., & Williams, J. (2004). Confidence limits for the
       indirect effect: Distribution of the product and resampling methods. *Multivariate
       Behavioral Research*, 39(1), 99-128. https://doi.org/10.1207/s15327906mbr3901_4

    Examples
    --------
    >>> import pandas as pd
    >>> from servqual.moments import Moments
    >>> from servqual.sem.estimation import fit_sem
    >>> r = [[1, 0.4, 0.3], [0.4, 1, 0.5], [0.3, 0.5, 1]]
    >>> published = Moments(names=("GAP", "SAT", "LOY"), n=200, mean=[0, 0, 0], covariance=r)
    >>> fitted = fit_sem("SAT ~ GAP\nLOY ~ SAT + GAP", published)
    >>> frame = monte_carlo_interval(fitted, seed=1).to_frame()
    >>> frame[["label", "estimate", "ci_low", "ci_high"]].round(2)
                   label  estimate  ci_low  ci_high
    0  GAP -> SAT -> LOY      0.18    0.11     0.27
    """
    check_asked(n_draws, confidence, name="n_draws")
    fitted = result.fitted
    check_fitted(fitted)
    structure = fitted.structure
    quantities = quantities_of(structure)
    rows = len(structure.table.parameters)
    names = quantities.names(fitted.data.labels).iloc[rows:].reset_index(drop=True)
    if not len(names):
        raise ModelError(
            "The model has no indirect effect and defines nothing. Label the paths and define the "
            "effect, such as: SAT ~ a*REL, LOY ~ b*SAT, indirect := a*b."
        )
    draws, unknown = _drawn(result, n_draws, seed)
    found: dict[Of, list[NDArray[np.float64]]] = {of: [] for of in SOLUTIONS}
    for start in range(0, n_draws, _BLOCK):
        for of, values in quantities.of_draws(draws[start : start + _BLOCK]).items():
            found[of].append(values[:, rows:])
    estimates = quantities.of_draws(fitted.parameters[None])
    columns: dict[str, NDArray[np.float64]] = {}
    spoilt = False
    for of in SOLUTIONS:
        values, estimate = np.concatenate(found[of]), estimates[of][0, rows:]
        low, high = percentile_interval(values, confidence)
        se = mean_and_spread(values)[1]
        if unknown.any():
            slopes = quantities.slopes(fitted.parameters, of)[rows:]
            touched = (slopes[:, unknown] != 0).any(axis=1)
            spoilt |= bool(touched.any())
            se, low, high = (np.where(touched, np.nan, one) for one in (se, low, high))
        prefix = "" if of == "estimate" else f"{of}_"
        columns |= {
            of: estimate,
            f"{prefix}se": se,
            f"{prefix}ci_low": low,
            f"{prefix}ci_high": high,
        }
    return MonteCarloIntervals(
        estimator=result.estimator,
        n=result.n,
        n_excluded=result.n_excluded,
        n_draws=int(n_draws),
        seed=seed,
        confidence=confidence,
        unknown=spoilt,
        _names=names,
        _columns=MappingProxyType({name: read_only(one) for name, one in columns.items()}),
    )


def _drawn(
    result: SemResult, n_draws: int, seed: int | None
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Draw parameters (n_draws, q); those without a standard error stay, and are named (q,)."""
    covariance = np.asarray(result.covariance)
    unknown = ~np.isfinite(np.diag(covariance))
    known = ~unknown
    drawn = np.repeat(result.fitted.parameters[None], n_draws, axis=0)
    inside = covariance[np.ix_(known, known)]
    spread = np.sqrt(np.maximum(np.diag(inside), 0.0))
    scale = np.where(spread > 0, spread, 1.0)
    roots, vectors = np.linalg.eigh(inside / np.outer(scale, scale))
    half = vectors * np.sqrt(np.maximum(roots, 0.0))
    blocks = -(-n_draws // _BLOCK)
    for number, stream in enumerate(np.random.SeedSequence(seed).spawn(blocks)):
        some = slice(number * _BLOCK, min((number + 1) * _BLOCK, n_draws))
        z = np.random.default_rng(stream).standard_normal((some.stop - some.start, len(roots)))
        drawn[some, known] += z @ half.T * scale
    return drawn, unknown
