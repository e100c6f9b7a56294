"""The bootstrap of a structural model: intervals that ask for no normal distribution."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from servqual._frames import read_only
from servqual._language import say
from servqual._progress import progress as show_progress
from servqual._result import Result
from servqual.errors import AdmissibilityWarning, ConvergenceError, ModelError, warn
from servqual.resampling import (
    INTERVALS,
    IntervalKind,
    bootstrap_interval,
    check_asked,
    mean_and_spread,
)
from servqual.sem.resamples._draws import (
    SOLUTIONS,
    Of,
    check_fitted,
    inadmissible_draws,
    quantities_of,
)
from servqual.sem.resamples._influence import accelerations, influence
from servqual.sem.resamples._refit import Refitter, draw_counts, first_inverse, rows_of
from servqual.sem.result import SemResult

if TYPE_CHECKING:
    import pandas as pd

_LIKELIHOOD = ("ML", "MLR", "MLM", "MLMV")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SemBootstrap(Result):
    """Estimates of a structural model from resamples of its respondents.

    Attributes
    ----------
    estimator, missing : str
        How the model was and is estimated.
    n, n_excluded : int
        Respondents of the model, and those left out.
    n_resamples : int
        How many were asked for.
    n_failed : int
        Those of them without a solution, which are left out.
    n_again : int
        Those that needed other starts or another method.
    n_inadmissible : int
        Those with a negative variance or a correlation beyond 1, which are kept.
    n_groups : int
        Respondents are drawn within groups.
    weighted : bool
        Whether each respondent carries a sampling weight along.
    seed : int or None
    kind : str
        Of the intervals that the table shows: "percentile", "bias-corrected" or "bca".
    confidence : float
    """

    estimator: str
    missing: str
    n: int
    n_excluded: int
    n_resamples: int
    n_failed: int
    n_again: int
    n_inadmissible: int
    n_groups: int
    weighted: bool
    seed: int | None
    kind: IntervalKind
    confidence: float
    _names: "pd.DataFrame"
    _estimates: Mapping[Of, NDArray[np.float64]]
    _draws: Mapping[Of, NDArray[np.float64]]
    _accelerations: Mapping[Of, NDArray[np.float64]] | None

    @property
    def parameters(self) -> "pd.DataFrame":
        """One row a parameter, a definition (:=) and an indirect effect.

        Columns lhs, op, rhs, group, label, estimate, se, bias, ci_low and ci_high, then std_lv
        (latent variables standardised) and std_all (all variables standardised) with theirs.
        """
        frame = self._names.copy()
        for of in SOLUTIONS:
            draws, estimate = self._draws[of], self._estimates[of]
            low, high = self._ends(of)
            prefix = "" if of == "estimate" else f"{of}_"
            mean, se = mean_and_spread(draws)
            frame[of] = estimate
            frame[f"{prefix}se"] = se
            frame[f"{prefix}bias"] = mean - estimate
            frame[f"{prefix}ci_low"], frame[f"{prefix}ci_high"] = low, high
        return frame

    def using(
        self, kind: IntervalKind | None = None, confidence: float | None = None
    ) -> "SemBootstrap":
        """Show other intervals of the same resamples.

        Parameters
        ----------
        kind : {"percentile", "bias-corrected", "bca"}, optional
        confidence : float, optional
        """
        kind = self.kind if kind is None else kind
        confidence = self.confidence if confidence is None else confidence
        check_asked(self.n_resamples, confidence, kind)
        _check_accelerated(kind, accelerated=self._accelerations is not None)
        return replace(self, kind=kind, confidence=confidence)

    def draws(self, of: Of = "estimate") -> "pd.DataFrame":
        """Give what each resample with a solution says, one row each.

        Parameters
        ----------
        of : {"estimate", "std_lv", "std_all"}, default "estimate"
            Which solution; all are of the same resamples.

        Returns
        -------
        DataFrame
            One column a row of `parameters`, named "SAT ~ REL", by its name where it is defined
            (:=), and "REL -> SAT -> LOY" where it is an indirect effect.
        """
        import pandas as pd

        if of not in SOLUTIONS:
            raise ModelError(f"of must be one of {', '.join(SOLUTIONS)}, not {of!r}.")
        return pd.DataFrame(self._draws[of].copy(), columns=pd.Index(self._written()))

    def _written(self) -> list[str]:
        found = []
        for lhs, op, rhs, group, label in self._names.to_numpy(dtype=object).tolist():
            text = label if op in (":=", "indirect") else f"{lhs} {op} {rhs}".rstrip()
            found.append(f"{text} (group {group})" if group else text)
        return found

    def _ends(self, of: Of) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        acceleration = None if self._accelerations is None else self._accelerations[of]
        return bootstrap_interval(
            self._draws[of], self._estimates[of], self.kind, self.confidence, acceleration
        )

    @property
    def problems(self) -> tuple[str, ...]:
        """What went wrong in some resamples, counted."""
        return self._problems("en")

    def _problems(self, language: str) -> tuple[str, ...]:
        found = []
        if self.n_failed:
            found.append(
                say(
                    "{k:,} of {total:,} resamples have no solution from any start and are left "
                    "out; none was drawn again.",
                    language,
                    k=self.n_failed,
                    total=self.n_resamples,
                )
            )
        if self.n_inadmissible:
            found.append(
                say(
                    "{k:,} of {total:,} resamples have an inadmissible solution (a negative "
                    "variance or a correlation beyond 1); they are kept.",
                    language,
                    k=self.n_inadmissible,
                    total=self.n_resamples,
                )
            )
        gaps = np.isnan(self._draws["std_all"]) & ~np.isnan(self._estimates["std_all"])
        if gaps.any():
            found.append(
                say(
                    "{k:,} standardised values cannot be computed in some resamples (in at most "
                    "{most:,}), as a variance is negative there; their columns are of the others.",
                    language,
                    k=int(gaps.any(axis=0).sum()),
                    most=int(gaps.sum(axis=0).max()),
                )
            )
        return tuple(found)

    def to_frame(self) -> "pd.DataFrame":
        """Give the table of parameters."""
        return self.parameters

    def title(self, language: str = "en") -> str:
        """Say what was resampled, of how many, how often, and which intervals are shown."""
        how = self.estimator if self.missing == "listwise" else f"{self.estimator}, {self.missing}"
        left_out = (
            say(", {k} left out", language, k=f"{self.n_excluded:,}") if self.n_excluded else ""
        )
        return say(
            "Bootstrap of a structural model ({how}): n = {n:,}{left_out}; {resamples:,} "
            "resamples; {confidence:g} % {kind}",
            language,
            how=how,
            n=self.n,
            left_out=left_out,
            resamples=self.n_resamples - self.n_failed,
            confidence=100 * self.confidence,
            kind=say(INTERVALS[self.kind], language),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say how respondents were drawn, and what went wrong."""
        found = [
            say(
                "se is the standard deviation of the resamples, bias their mean less the estimate. "
                "Every resample was fitted until it converged; the same resamples give the "
                "standardised values, the definitions and the indirect effects.",
                language,
            )
        ]
        if self.n_groups > 1:
            found.append(say("Respondents were drawn within groups.", language))
        if self.weighted:
            found.append(
                say("Respondents were drawn together with their sampling weights.", language)
            )
        return (*found, *self._problems(language))


def bootstrap_sem(
    result: SemResult,
    n_resamples: int = 5000,
    seed: int | None = None,
    *,
    kind: IntervalKind = "percentile",
    confidence: float = 0.95,
    progress: bool = True,
) -> SemBootstrap:
    r"""Bootstrap estimates, standardised solutions, definitions and indirect effects at once.

    Respondents are drawn with replacement (within groups, and with their sampling weights), and
    the model is fitted to each resample until it converges.

    Parameters
    ----------
    result : SemResult
        From `fit_sem`, of answers and not of moments.
    n_resamples : int, default 5000
    seed : int, optional
        The same seed gives the same resamples.
    kind : {"percentile", "bias-corrected", "bca"}, default "percentile"
        Which intervals the table shows; `SemBootstrap.using` shows the others.
    confidence : float, default 0.95
    progress : bool, default True
        Whether a bar is shown when it takes longer than two seconds.

    Returns
    -------
    SemBootstrap

    Raises
    ------
    ModelError
        If the result has no rows, did not converge, or the data cannot tell parameters apart.
    ConvergenceError
        If hardly any resample has a solution.

    Warns
    -----
    AdmissibilityWarning
        If resamples have no solution, or an inadmissible one.

    Notes
    -----
    A resample whose fit does not converge from the estimates is fitted again from other starts; if
    that fails, too, it is counted and left out. Inadmissible solutions are kept and counted. The
    acceleration of the BCa interval [1]_ comes from the empirical influence of each respondent,
    :math:`H^{-1} s_i`, through exact derivatives.

    An indirect effect is the product of the paths from a predictor through others to an outcome.
    The percentile interval is the usual choice for it: the bias-corrected ones exclude 0 too often
    where one of the paths is 0 [2]_.

    Incomplete rows are refitted one resample at a time, under ``missing="fiml"`` by full
    information, under ``missing="two-stage"`` from the EM moments of each; that is slow (up
    to a second each). Two-stage estimates have no BCa interval, as the influence of a row
    on the EM moments is not computed.

    References
    ----------
    .. [1] Efron, B. (1987). Better bootstrap confidence intervals. *Journal of the American
       Statistical Association*, 82(397), 171-185. https://doi.org/10.1080/01621459.1987.10478410
    .. [2] Fritz, M. S., Taylor, A. B., & MacKinnon, D. P. (2012). Explanation of two anomalous
       results in statistical mediation analysis. *Multivariate Behavioral Research*, 47(1), 61-87.
       https://doi.org/10.1080/00273171.2012.640596

    Examples
    --------
    >>> from servqual.sem.estimation import fit_sem
    >>> rng = np.random.default_rng(1)
    >>> gap = rng.normal(size=200)
    >>> satisfaction = 0.5 * gap + rng.normal(size=200)
    >>> loyalty = 0.6 * satisfaction + rng.normal(size=200)
    >>> data = {"GAP": gap, "SAT": satisfaction, "LOY": loyalty}
    >>> import pandas as pd
    >>> fitted = fit_sem("SAT ~ GAP\nLOY ~ SAT", pd.DataFrame(data))
    >>> table = bootstrap_sem(fitted, 500, seed=1).parameters
    >>> table.loc[table["op"] == "indirect", ["label", "estimate", "ci_low", "ci_high"]].round(2)
                   label  estimate  ci_low  ci_high
    5  GAP -> SAT -> LOY      0.26    0.18     0.35
    """
    check_asked(n_resamples, confidence, kind)
    fitted = result.fitted
    check_fitted(fitted)
    if result.estimator not in _LIKELIHOOD:
        raise ModelError(
            f"The bootstrap refits by maximum likelihood; it has no {result.estimator} estimates. "
            "WLSMV and ULSMV have standard errors that need no normality; monte_carlo_interval "
            "gives intervals of indirect effects from them."
        )
    rows = rows_of(fitted)
    refitter = Refitter(fitted, rows)
    _check_accelerated(kind, accelerated=not refitter.by_em)
    with show_progress(say("bootstrap"), n_resamples, wanted=progress) as bar:
        found = refitter.refit(draw_counts(rows, n_resamples, seed), bar.advance)
    parameters, failed = found.parameters[found.converged], int((~found.converged).sum())
    if len(parameters) < 2:
        raise ConvergenceError(
            f"{failed:,} of {n_resamples:,} resamples have no solution from any start; the model "
            "asks too much of these data."
        )
    quantities = quantities_of(fitted.structure)
    of_rows = None
    if not refitter.by_em:
        of_rows = accelerations(fitted, quantities, influence(fitted, rows, first_inverse(fitted)))
    found_draws = quantities.of_draws(parameters)
    estimates = quantities.of_draws(fitted.parameters[None])
    bootstrap = SemBootstrap(
        estimator=result.estimator,
        missing=result.missing,
        n=result.n,
        n_excluded=result.n_excluded,
        n_resamples=int(n_resamples),
        n_failed=failed,
        n_again=found.again,
        n_inadmissible=int(inadmissible_draws(fitted.structure, parameters).sum()),
        n_groups=len(rows),
        weighted=any(one.weights is not None for one in rows),
        seed=seed,
        kind=kind,
        confidence=confidence,
        _names=quantities.names(fitted.data.labels),
        _estimates=_held({of: values[0] for of, values in estimates.items()}),
        _draws=_held(found_draws),
        _accelerations=None if of_rows is None else _held(of_rows),
    )
    for problem in bootstrap.problems:
        warn(problem, AdmissibilityWarning)
    return bootstrap


def _held(values: dict[Of, NDArray[np.float64]]) -> Mapping[Of, NDArray[np.float64]]:
    return MappingProxyType({of: read_only(value) for of, value in values.items()})


def _check_accelerated(kind: str, *, accelerated: bool) -> None:
    if kind == "bca" and not accelerated:
        raise ModelError(
            "Two-stage estimates of incomplete rows have no BCa interval, as the influence of a "
            "row on the EM moments is not computed. Take kind='percentile' or 'bias-corrected'."
        )
