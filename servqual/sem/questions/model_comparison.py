"""Models of the same variables and respondents, side by side and tested against each other."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from servqual._language import say
from servqual._result import Result
from servqual.errors import ModelError, shortened
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.least_squares import minimise_squares
from servqual.sem.fitting.ml import Target, minimise
from servqual.sem.fitting.scoring import Information
from servqual.sem.fitting.starts import start_values
from servqual.sem.fitting.targets import squares_targets
from servqual.sem.result import SemResult
from servqual.sem.robustness.differences import implied_by_other, scale_difference
from servqual.sem.robustness.estimators import ADJUSTED
from servqual.sem.robustness.inference import infer

ScaledTest = Literal["satorra-bentler-2001", "satorra-bentler-2010", "satorra-2000"]
_DEFAULT: ScaledTest = "satorra-bentler-2001"

# The misfit of the general model to what the restricted one implies, where it is nested in it.
_NESTED = 1e-8
_SAME = 1e-6
_ROUNDING = 1e-6
_CHANGES = (
    *("aic", "bic", "cfi", "rmsea"),
    *("cfi_robust", "rmsea_robust", "cfi_scaled", "rmsea_scaled"),
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ModelComparison(Result):
    """Models in order of their degrees of freedom, each tested against one that it restricts.

    Attributes
    ----------
    n : int
        Respondents.
    estimator : str
    method : str
        Of the scaled tests; "" where there are none.
    problems : tuple of str
        Why a test is not given.
    """

    n: int
    estimator: str
    method: str
    problems: tuple[str, ...]
    _frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Give one row a model, the least restricted first.

        Returns
        -------
        DataFrame
            Columns model, n_parameters, df, chi2, cfi, rmsea, srmr, aic, bic; against (the nearest
            model above that this one is nested in; where there is none, the one above),
            df_difference, chi2_difference, p_value, and aic_change, bic_change, cfi_change and
            rmsea_change (this model less that). Under robust estimators also chi2_scaled,
            cfi_robust, rmsea_robust, scaling_difference (the factor of the difference),
            chi2_difference_scaled, p_value_scaled and the robust changes. Of least squares there is
            no aic and bic, and scaled indices stand for the robust ones.
        """
        return self._frame.copy()

    def title(self, language: str = "en") -> str:
        """Say how many models of how many respondents are compared."""
        return say(
            "{k} models compared ({estimator}): n = {n}",
            language,
            k=f"{len(self._frame):,}",
            estimator=self.estimator,
            n=f"{self.n:,}",
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what is tested, and what the changes mean."""
        found = [
            say(
                "Each model is tested against the nearest one above that it restricts; the null "
                "hypothesis is that the restrictions hold.",
                language,
            )
        ]
        if self.method:
            year = self.method.rpartition("-")[2]
            found.append(
                say(
                    "Differences of robust fits are scaled and shifted as differences (Satorra, "
                    "2000): scaled chi-squares may not be subtracted.",
                    language,
                )
                if self.method == "satorra-2000"
                else say(
                    "Differences of robust fits are scaled as differences (Satorra & Bentler, "
                    "{year}): scaled chi-squares may not be subtracted.",
                    language,
                    year=year,
                )
            )
        return (*found, *self.problems)


def compare_models(
    *results: SemResult,
    names: Sequence[str] | None = None,
    method: ScaledTest | None = None,
) -> ModelComparison:
    r"""Compare models of the same variables and respondents, and test nested ones.

    Parameters
    ----------
    *results : SemResult
        Two or more fitted models, in any order.
    names : sequence of str, optional
        What to call them; by default Model 1, Model 2, ... as they are given.
    method : {"satorra-bentler-2001", "satorra-bentler-2010", "satorra-2000"}, optional
        How differences of robust fits are scaled. The factor of 2010 is positive by construction;
        that of 2000 scales and shifts, and is of least squares (WLSMV, ULSMV), where it is the
        default.

    Returns
    -------
    ModelComparison

    Raises
    ------
    ModelError
        If the models are of different variables or respondents, or were estimated in different
        ways, so that their likelihoods say nothing about each other.

    Notes
    -----
    A model is tested by the difference of chi-squares against the nearest less restricted one that
    it is nested in. Whether it is, is tried: the other one then fits perfectly what this one
    implies [1]_. Models that are not nested, or have equal degrees of freedom, can be compared by
    AIC and BIC.

    With scaling factors :math:`c_0, c_1` and degrees of freedom :math:`d_0 > d_1`,

    .. math::

       T_d = \frac{T_0 - T_1}{c_d}, \qquad c_d = \frac{d_0 c_0 - d_1 c_1}{d_0 - d_1}

    [2]_; in that of 2010 [3]_ :math:`c_1` is that of the less restricted model at the solution of
    the restricted one. Where a test is adjusted for its variance, too (MLMV), its difference is
    adjusted for the mean only. Differences of WLSMV and ULSMV are scaled and shifted by the traces
    of what the restrictions alone add [4]_.

    References
    ----------
    .. [1] Bentler, P. M., & Satorra, A. (2010). Testing model nesting and equivalence.
       *Psychological Methods*, 15(2), 111-123. https://doi.org/10.1037/a0019625
    .. [2] Satorra, A., & Bentler, P. M. (2001). A scaled difference chi-square test statistic for
       moment structure analysis. *Psychometrika*, 66(4), 507-514.
       https://doi.org/10.1007/BF02296192
    .. [3] Satorra, A., & Bentler, P. M. (2010). Ensuring positiveness of the scaled difference
       chi-square test statistic. *Psychometrika*, 75(2), 243-248.
       https://doi.org/10.1007/s11336-009-9135-y
    .. [4] Satorra, A. (2000). Scaled and adjusted restricted tests in multi-sample analysis of
       moment structures. In R. D. H. Heijmans, D. S. G. Pollock, & A. Satorra (Eds.),
       *Innovations in multivariate statistical analysis* (pp. 233-247). Kluwer.

    Examples
    --------
    >>> import numpy as np
    >>> from servqual import Moments, compare_models, fit_sem
    >>> held = Moments(names=("a", "b", "c"), n=100, mean=np.zeros(3),
    ...     covariance=np.array([[1.0, 0.5, 0.4], [0.5, 1.0, 0.3], [0.4, 0.3, 1.0]]))
    >>> free = fit_sem("f =~ a + b + c", held)
    >>> equal = fit_sem("f =~ 1*a + 1*b + 1*c", held)
    >>> compare_models(equal, free, names=["equal", "free"]).to_frame()[
    ...     ["model", "df", "df_difference", "chi2_difference"]].round(3)
       model  df  df_difference  chi2_difference
    0   free   0            NaN              NaN
    1  equal   2            2.0            3.391
    """
    if method is not None and method not in get_args(ScaledTest):
        raise ModelError(
            f"method must be one of {', '.join(get_args(ScaledTest))}, not {method!r}."
        )
    if len(results) < 2:
        raise ModelError(f"Give two or more fitted models; {len(results)} is given.")
    called = _names(names, len(results))
    for (one, first), (other, second) in combinations(zip(called, results, strict=True), 2):
        _check_comparable(one, first, other, second)
    order = sorted(range(len(results)), key=lambda at: results[at].fitted.df)
    named = [(called[at], results[at]) for at in order]
    scaled = all("scaling_factor" in one.fit for one in results)
    how = _method(results[0], method)
    problems: list[str] = []
    rows = [_row(name, one, scaled=scaled) for name, one in named]
    for at in range(1, len(named)):
        before, test = _nearest_test(named[:at], named[at], how if scaled else None, problems)
        rows[at] |= {"against": named[before][0], **test}
        for index in _CHANGES:
            if index in rows[at]:
                rows[at][f"{index}_change"] = _number(rows[at][index]) - _number(
                    rows[before][index]
                )
    columns = dict.fromkeys(name for row in reversed(rows) for name in row)
    return ModelComparison(
        n=results[0].n,
        estimator=results[0].estimator,
        method=how if scaled else "",
        problems=tuple(problems),
        _frame=pd.DataFrame(rows, columns=list(columns)),
    )


def _method(one: SemResult, method: ScaledTest | None) -> ScaledTest:
    """Choose how differences are scaled; refuse what the estimator cannot."""
    squares = one.fitted.by_squares
    if method is None:
        return "satorra-2000" if squares and one.estimator in ADJUSTED else _DEFAULT
    if squares and method == "satorra-bentler-2010":
        raise ModelError(
            "method='satorra-bentler-2010' is of maximum likelihood; of least squares take "
            "'satorra-2000'."
        )
    if not squares and method == "satorra-2000":
        raise ModelError(
            "method='satorra-2000' is of least squares (WLSMV, ULSMV); of maximum likelihood take "
            "'satorra-bentler-2001' or 'satorra-bentler-2010'."
        )
    return method


def _names(names: Sequence[str] | None, k: int) -> list[str]:
    if names is None:
        return [f"Model {at}" for at in range(1, k + 1)]
    called = [names] if isinstance(names, str) else list(names)
    if len(called) != k or len(set(called)) != k:
        raise ModelError(f"names must be {k} different names, one a model, not {called}.")
    return called


def _check_comparable(one: str, first: SemResult, other: str, second: SemResult) -> None:
    """Refuse models whose likelihoods are of different data."""
    pair = f"{one!r} and {other!r}"
    a, b = first.fitted, second.fitted
    here, there = set(a.data.names), set(b.data.names)
    if here != there:
        apart = [
            f"{shortened(sorted(left))} only in {name!r}"
            for name, left in ((one, here - there), (other, there - here))
            if left
        ]
        raise ModelError(
            f"{pair} are models of different variables ({'; '.join(apart)}), so their "
            "chi-squares, AIC and BIC cannot be compared. A variable without relations can be "
            "kept in a model by its variance: x ~~ x."
        )
    for what, left, right in (
        ("estimator", first.estimator, second.estimator),
        ("missing", first.missing, second.missing),
        ("groups", first.groups, second.groups),
    ):
        if left != right:
            raise ModelError(
                f"{pair} differ in {what} ({left!r}, {right!r}); fit both in the same way."
            )
    if a.structure.table.means != b.structure.table.means:
        raise ModelError(
            f"One of {pair} models means and the other does not; give both means=True."
        )
    if a.n != b.n:
        raise ModelError(
            f"{pair} are of different respondents (n = {a.n:,} and {b.n:,}), so their "
            "chi-squares, AIC and BIC cannot be compared. Fit both to the same rows."
        )
    place = [b.data.names.index(name) for name in a.data.names]
    for mine, its in zip(a.data.groups, b.data.groups, strict=True):
        spread = np.sqrt(np.diag(mine.covariance))
        off = np.abs(its.covariance[np.ix_(place, place)] - mine.covariance)
        off_mean = np.abs(np.asarray(its.moments.mean)[place] - np.asarray(mine.moments.mean))
        same = mine.n == its.n and (off <= _SAME * np.outer(spread, spread)).all()
        if not (same and (off_mean <= _SAME * spread).all()):
            raise ModelError(
                f"{pair} are of different respondents or weights: there are equally many, but "
                "their answers differ. Fit both to the same rows."
            )


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else np.nan


def _row(name: str, one: SemResult, *, scaled: bool) -> dict[str, object]:
    fit = one.fit
    squares = one.fitted.by_squares
    kept = ["chi2", "cfi", "rmsea", "srmr", *([] if squares else ["aic", "bic"])]
    if scaled:
        suffix = "scaled" if squares else "robust"
        kept += ["chi2_scaled", f"cfi_{suffix}", f"rmsea_{suffix}"]
    row: dict[str, object] = {
        "model": name,
        "n_parameters": one.fitted.structure.n_parameters,
        "df": one.fitted.df,
    }
    return row | {index: float(fit[index]) for index in kept}


def _nearest_test(
    earlier: Sequence[tuple[str, SemResult]],
    after: tuple[str, SemResult],
    method: ScaledTest | None,
    problems: list[str],
) -> tuple[int, dict[str, float]]:
    """Test a model against the nearest one that it is nested in; else against none, by the last."""
    reasons: list[str] = []
    tests = {}
    for at in reversed(range(len(earlier))):
        tests[at] = _test(earlier[at], after, method, reasons)
        if not np.isnan(tests[at]["chi2_difference"]):
            break
    problems += reasons
    tested = [at for at, test in tests.items() if not np.isnan(test["chi2_difference"])]
    at = tested[0] if tested else len(earlier) - 1
    return at, tests[at]


def _test(
    before: tuple[str, SemResult],
    after: tuple[str, SemResult],
    method: ScaledTest | None,
    problems: list[str],
) -> dict[str, float]:
    """Test a model against a less restricted one; NaN, and a problem, where there is no test."""
    (one, general), (other, restricted) = before, after
    df = restricted.fitted.df - general.fitted.df
    found = {"df_difference": float(df), "chi2_difference": np.nan, "p_value": np.nan}
    if method is not None:
        found |= dict.fromkeys(
            ("scaling_difference", "chi2_difference_scaled", "p_value_scaled"), np.nan
        )
    pair = f"{other!r} is not tested against {one!r}: "
    instead = "" if general.fitted.by_squares else " Compare AIC and BIC."
    if not (general.converged and restricted.converged):
        problems.append(f"{pair}the estimation of one of them did not converge.")
        return found
    if df == 0:
        problems.append(
            f"{pair}they have the same degrees of freedom ({general.fitted.df:,}), so neither "
            f"restricts the other.{instead}"
        )
        return found
    there = _solution(general.fitted, restricted.fitted)
    if there is None:
        problems.append(
            f"{pair}it is not nested in it, for {one!r} cannot reproduce what it implies.{instead}"
        )
        return found
    x = float(restricted.fit["chi2"] - general.fit["chi2"])
    if x < -_ROUNDING * max(1.0, float(restricted.fit["chi2"])):
        problems.append(
            f"{pair}it fits better than the model that it restricts, so the estimates of {one!r} "
            "are not at the minimum."
        )
        return found
    x = max(x, 0.0)
    distributed = general.fitted.test.distributed
    found |= {"chi2_difference": x, "p_value": float(chdtrc(df, x)) if distributed else np.nan}
    if method is None:
        return found
    if method == "satorra-2000":
        return found | _shifted_difference(general, restricted, x, pair, problems)
    mean = _mean(general)
    if method == "satorra-bentler-2010":
        information: Information = "observed" if general.information == "observed" else "expected"
        at = replace(general.fitted, parameters=there)
        mean = _mean(general, infer(at, general.estimator, information).fit)
    factor = (_mean(restricted) - mean) / df
    found["scaling_difference"] = factor
    if np.isnan(factor):
        problems.append(
            f"The difference of {one!r} and {other!r} is not scaled: the information of one of "
            "them is not positive definite where the scaling factor needs it."
            + (" method='satorra-bentler-2001' may do." if method != _DEFAULT else "")
        )
        return found
    if not factor > 0:
        problems.append(
            f"The difference of {one!r} and {other!r} is not scaled: its factor is {factor:.3g}, "
            "which must be positive."
            + (" method='satorra-bentler-2010' gives one that is." if method == _DEFAULT else "")
        )
        return found
    scaled = x / factor
    return found | {"chi2_difference_scaled": scaled, "p_value_scaled": float(chdtrc(df, scaled))}


def _shifted_difference(
    general: SemResult, restricted: SemResult, x: float, pair: str, problems: list[str]
) -> dict[str, float]:
    scaling = scale_difference(general.fitted, restricted.fitted)
    if scaling is None or not scaling.factor > 0:
        problems.append(
            f"{pair}what it restricts cannot be told from the derivatives of its statistics, so "
            "the difference is not scaled."
        )
        return {}
    df = restricted.fitted.df - general.fitted.df
    scaled = max(x / scaling.factor + scaling.shift, 0.0)
    return {
        "scaling_difference": scaling.factor,
        "chi2_difference_scaled": scaled,
        "p_value_scaled": float(chdtrc(df, scaled)),
    }


def _mean(one: SemResult, fit: "pd.Series | dict[str, float] | None" = None) -> float:
    """Give the mean of the unscaled chi-square where the model holds."""
    if one.fitted.df == 0:
        return 0.0
    of = one.fit if fit is None else fit
    return float(of["scaling_factor"] * (one.fitted.df - of["scaling_shift"]))


def _solution(general: Fitted, restricted: Fitted) -> np.ndarray | None:
    """Fit a model to what another one implies; None where it does not fit perfectly."""
    if general.by_squares:
        return _solution_by_squares(general, restricted)
    place = [restricted.data.names.index(name) for name in general.data.names]
    targets = tuple(
        Target(
            covariance=implied.sigma[0][np.ix_(place, place)],
            mean=None if implied.mu is None else implied.mu[0][place],
            share=target.share,
        )
        for implied, target in zip(restricted.point.implied, general.targets, strict=True)
    )
    for start in (general.parameters, start_values(general.structure, targets)):
        found = minimise(general.structure, targets, start[None])
        if found.objective[0] < _NESTED:
            return np.asarray(found.parameters[0])
    return None


def _solution_by_squares(general: Fitted, restricted: Fitted) -> np.ndarray | None:
    statistics = implied_by_other(general, restricted)
    size = sum(one.share * float(one.weights @ one.values**2) for one in statistics)
    targets = squares_targets(general.structure, general.data, statistics)
    for start in (general.parameters, start_values(general.structure, targets)):
        found = minimise_squares(general.structure, statistics, start)
        if found.objective[0] < _NESTED * size:
            return np.asarray(found.parameters[0])
    return None
