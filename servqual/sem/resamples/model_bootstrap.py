"""The Bollen-Stine bootstrap: does the model fit, without asking for a normal distribution."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from servqual._frames import read_only
from servqual._language import say
from servqual._progress import progress as show_progress
from servqual._result import Result
from servqual.errors import AdmissibilityWarning, ConvergenceError, ModelError, warn
from servqual.resampling import check_asked
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.structure import Floats
from servqual.sem.resamples._draws import check_fitted
from servqual.sem.resamples._refit import GroupRows, Refitter, draw_counts, rows_of
from servqual.sem.result import SemResult

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class BollenStine(Result):
    """The test of exact fit by resamples of a population in which the model is true.

    Attributes
    ----------
    n, n_excluded : int
        Respondents of the model, and those left out.
    chi2 : float
        The likelihood-ratio statistic of the data.
    df : int
    p_value_ml : float
        From the chi-square distribution.
    p_value : float
        The share of resamples with a statistic at least as large, the data counted as one of them.
    n_resamples, n_failed : int
        How many were asked for, and those of them without a solution, which are left out.
    seed : int or None
    """

    n: int
    n_excluded: int
    chi2: float
    df: int
    p_value_ml: float
    p_value: float
    n_resamples: int
    n_failed: int
    seed: int | None
    _statistics: NDArray[np.float64]

    @property
    def statistics(self) -> NDArray[np.float64]:
        """The chi-square of each resample with a solution."""
        return self._statistics.copy()

    def to_frame(self) -> "pd.DataFrame":
        """Give one row: chi2, df, p_value_ml, p_value, and mean and sd of the resamples."""
        import pandas as pd

        return pd.DataFrame(
            {
                "chi2": [self.chi2],
                "df": [self.df],
                "p_value_ml": [self.p_value_ml],
                "p_value": [self.p_value],
                "mean": [float(self._statistics.mean())],
                "sd": [float(self._statistics.std(ddof=1))],
            }
        )

    @property
    def problems(self) -> tuple[str, ...]:
        """What went wrong in some resamples, counted."""
        return self._problems("en")

    def _problems(self, language: str) -> tuple[str, ...]:
        if not self.n_failed:
            return ()
        return (
            say(
                "{k:,} of {total:,} resamples have no solution from any start and are left out; "
                "none was drawn again.",
                language,
                k=self.n_failed,
                total=self.n_resamples,
            ),
        )

    def title(self, language: str = "en") -> str:
        """Say what was tested, of how many, and the outcome."""
        left_out = (
            say(", {k} left out", language, k=f"{self.n_excluded:,}") if self.n_excluded else ""
        )
        return say(
            "Bollen-Stine bootstrap: n = {n:,}{left_out}; {resamples:,} resamples; χ²({df}) = "
            "{chi2:.2f}, p = {p:.4f}",
            language,
            n=self.n,
            left_out=left_out,
            resamples=self.n_resamples - self.n_failed,
            df=self.df,
            chi2=self.chi2,
            p=self.p_value,
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the resamples were drawn from."""
        return (
            say(
                "The answers were transformed so that the model fits them exactly, and resampled; "
                "p_value is the share of chi-squares at least as large as that of the data.",
                language,
            ),
            *self._problems(language),
        )


def bollen_stine(
    result: SemResult,
    n_resamples: int = 2000,
    seed: int | None = None,
    *,
    progress: bool = True,
) -> BollenStine:
    r"""Test exact fit by the bootstrap of Bollen and Stine.

    Parameters
    ----------
    result : SemResult
        From `fit_sem`, of complete answers.
    n_resamples : int, default 2000
    seed : int, optional
        The same seed gives the same resamples.
    progress : bool, default True
        Whether a bar is shown when it takes longer than two seconds.

    Returns
    -------
    BollenStine

    Raises
    ------
    ModelError
        If the result has no rows, incomplete rows, sampling weights, no degrees of freedom, or did
        not converge.

    Warns
    -----
    AdmissibilityWarning
        If resamples have no solution.

    Notes
    -----
    The rows of each group are transformed to

    .. math:: Z = (Y - 1 \bar y') D^{-1} R^{-1/2} \hat R^{1/2} D + 1 \hat\mu'

    with D the standard deviations of the variables, R their correlations and :math:`\hat R` the
    implied covariance in the same units, so that the model is true of them; they are resampled, and
    the model is fitted to each resample [1]_. The p value is (1 + the number of resamples with a
    statistic of at least that of the data) / (1 + the number of resamples), which is never 0.
    The symmetric roots of correlations do not depend on units or on the order of variables.

    References
    ----------
    .. [1] Bollen, K. A., & Stine, R. A. (1992). Bootstrapping goodness-of-fit measures in
       structural equation models. *Sociological Methods & Research*, 21(2), 205-229.
       https://doi.org/10.1177/0049124192021002004

    Examples
    --------
    >>> import pandas as pd
    >>> from servqual.sem.estimation import fit_sem
    >>> rng = np.random.default_rng(1)
    >>> rows = rng.normal(size=(200, 1)) + rng.normal(size=(200, 4))
    >>> frame = pd.DataFrame(rows, columns=["G1", "G2", "G3", "G4"])
    >>> test = bollen_stine(fit_sem("TAN =~ G1 + G2 + G3 + G4", frame), 500, seed=1)
    >>> round(test.p_value, 2), round(test.p_value_ml, 2)
    (0.58, 0.6)
    """
    check_asked(n_resamples)
    fitted = result.fitted
    check_fitted(fitted)
    rows = rows_of(fitted)
    _check(fitted, rows)
    refitter = Refitter(fitted, _true_of_model(fitted, rows))
    with show_progress(say("Bollen-Stine bootstrap"), n_resamples, wanted=progress) as bar:
        found = refitter.refit(draw_counts(rows, n_resamples, seed), bar.advance)
    usable = found.converged & np.isfinite(found.objective)
    statistics, failed = fitted.n * found.objective[usable], int((~usable).sum())
    if len(statistics) < 2:
        raise ConvergenceError(
            f"{failed:,} of {n_resamples:,} resamples have no solution from any start; the model "
            "asks too much of these data."
        )
    test = fitted.test
    above = int((statistics >= test.chi2).sum())
    found_test = BollenStine(
        n=result.n,
        n_excluded=result.n_excluded,
        chi2=test.chi2,
        df=test.df,
        p_value_ml=test.p_value,
        p_value=(1 + above) / (1 + len(statistics)),
        n_resamples=int(n_resamples),
        n_failed=failed,
        seed=seed,
        _statistics=read_only(statistics),
    )
    for problem in found_test.problems:
        warn(problem, AdmissibilityWarning)
    return found_test


def _check(fitted: Fitted, rows: tuple[GroupRows, ...]) -> None:
    if fitted.by_squares:
        raise ModelError(
            "The bootstrap of Bollen and Stine refits by maximum likelihood, but this model was "
            "fitted by least squares. Its own scaled test needs no normality."
        )
    blank = sum(int(np.isnan(one.rows).any(axis=1).sum()) for one in rows)
    if blank:
        raise ModelError(
            f"{blank:,} of {fitted.n:,} respondents have missing answers, and the transformation "
            "of Bollen and Stine is of complete ones. Fit the model with missing='listwise' for it."
        )
    if any(one.weights is not None for one in rows):
        raise ModelError("The Bollen-Stine bootstrap has no version for sampling weights.")
    if fitted.df < 1:
        raise ModelError("The model has no degrees of freedom, so there is no fit to be tested.")


def _true_of_model(fitted: Fitted, rows: tuple[GroupRows, ...]) -> tuple[GroupRows, ...]:
    """Transform the rows of each group to the mean and covariance that the model implies."""
    found = []
    for one, implied, target in zip(rows, fitted.point.implied, fitted.targets, strict=True):
        mean = one.rows.mean(axis=0)
        spread = np.sqrt(np.diag(target.covariance))
        scale = np.outer(spread, spread)
        turn = _root(target.covariance / scale, -0.5) @ _root(implied.sigma[0] / scale, 0.5)
        moved = ((one.rows - mean) / spread) @ turn * spread
        centre = mean if implied.mu is None else implied.mu[0]
        found.append(GroupRows(rows=moved + centre, weights=None, at=one.at))
    return tuple(found)


def _root(matrix: Floats, power: float) -> Floats:
    """Raise a symmetric positive definite matrix to a power."""
    roots, vectors = np.linalg.eigh(matrix)
    return np.asarray((vectors * roots**power) @ vectors.T)
