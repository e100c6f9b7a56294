"""Groups against each other: latent means, paths and effects of one model."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal, get_args

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtr, ndtri

from servqual._language import say
from servqual._result import Result
from servqual.comparisons.families import Correction, adjust, check_correction, name_correction
from servqual.errors import ModelError
from servqual.sem.fitting.layout import Floats
from servqual.sem.invariance._compared import Compared, parameters_compared
from servqual.sem.result import SemResult

Against = Literal["first", "all"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class GroupDifferences(Result):
    """Parameters of groups against each other.

    Attributes
    ----------
    groups : tuple of str
    n : int
        Respondents of all groups.
    estimator : str
    correction : str
        Of the p-values, over all rows.
    confidence : float
        Of the intervals.
    equal : tuple of str
        What the model holds equal.
    omnibus : DataFrame
        One row a parameter: lhs, op, rhs, chi2, df, p_value of the Wald test that all groups are
        equal.
    problems : tuple of str
    """

    groups: tuple[str, ...]
    n: int
    estimator: str
    correction: Correction
    confidence: float
    equal: tuple[str, ...]
    omnibus: pd.DataFrame
    problems: tuple[str, ...]
    _frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Give one row a parameter and pair of groups.

        Returns
        -------
        DataFrame
            Columns lhs, op, rhs, group, reference, value and value_reference (in either),
            estimate (value less value_reference), se, z, p_value, p_adjusted, ci_low, ci_high;
            and d, the difference of latent means in standard deviations of the latent variable,
            pooled over both groups, where there are any.
        """
        return self._frame.copy()

    def title(self, language: str = "en") -> str:
        """Say between which groups, of how many, and how estimated."""
        return say(
            "Differences between {k} groups ({estimator}): n = {n}; p-values adjusted: "
            "{correction}",
            language,
            k=len(self.groups),
            estimator=self.estimator,
            n=f"{self.n:,}",
            correction=name_correction(self.correction, language),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what is tested, and what has to be equal for it to mean something."""
        found = [
            say(
                "Wald tests from the joint covariance matrix of the estimates; the null hypothesis "
                "is that the group has the same value as its reference.",
                language,
            )
        ]
        operators = set(self._frame["op"])
        if operators & {"~", ":=", "~~"} and "loadings" not in self.equal:
            found.append(
                say(
                    "Loadings are not held equal, so paths and covariances of latent variables "
                    "are on scales of each group's own: group_equal='loadings' puts them on one.",
                    language,
                )
            )
        if "d" in self._frame:
            found.append(
                say(
                    "d: difference of latent means in pooled standard deviations of the latent "
                    "variable (Hancock, 2001); not given where others explain it, as its mean is "
                    "an intercept then.",
                    language,
                )
            )
        return (*found, *self.problems)


def group_differences(
    result: SemResult,
    of: str | Sequence[str] | None = None,
    *,
    against: Against = "first",
    correction: Correction = "holm",
) -> GroupDifferences:
    r"""Test parameters of one group against those of another, each in the same fitted model.

    Parameters
    ----------
    result : SemResult
        A model of several groups.
    of : str or sequence of str, optional
        Words of `group_equal` ("regressions", "means", "loadings", "intercepts", "lv.covariances",
        ...), "effects" (values defined by ``:=``), or single parameters as a model text writes
        them ("SAT ~ TAN"). By default regressions, means of latent variables and effects, as far
        as they may differ.
    against : {"first", "all"}
        Each group against the first one, or all pairs.
    correction : {"holm", "bh", "none"}
        Of the p-values, over all rows.

    Returns
    -------
    GroupDifferences

    Raises
    ------
    ModelError
        If there is one group only, or nothing of what is asked for may differ.

    Notes
    -----
    With :math:`g(\theta)` a difference and :math:`G` its derivatives,
    :math:`z = g / \sqrt{G V G'}` [1]_, with :math:`V` the covariance matrix of the estimates, as
    robust as the estimator is. An effect defined from labels of one group (``ind := a1*b1`` with
    ``c(a1, a2)*x``) is formed in each group from the same parameters; one whose labels are of
    several groups is a difference already and stands in the result's own table. For a chi-square
    difference fit the model with and without ``group_equal="regressions"`` and `compare_models`.

    References
    ----------
    .. [1] Wald, A. (1943). Tests of statistical hypotheses concerning several parameters when the
       number of observations is large. *Transactions of the American Mathematical Society*, 54(3),
       426-482. https://doi.org/10.1090/S0002-9947-1943-0012401-3
    .. [2] Hancock, G. R. (2001). Effect size, power, and sample size determination for structured
       means modeling and MIMIC approaches to between-groups hypothesis testing of means on a
       single latent construct. *Psychometrika*, 66(3), 373-388.
       https://doi.org/10.1007/BF02294440

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import servqual as sq
    >>> rng = np.random.default_rng(1)
    >>> latent = rng.normal(size=(400, 1))
    >>> latent[200:] += 0.5
    >>> answers = pd.DataFrame(latent + rng.normal(size=(400, 4)), columns=["a", "b", "c", "d"])
    >>> answers["branch"] = np.repeat(["north", "south"], 200)
    >>> equal = ["loadings", "intercepts"]
    >>> fitted = sq.fit_sem("f =~ a + b + c + d", answers, group="branch", group_equal=equal)
    >>> found = sq.group_differences(fitted).to_frame()
    >>> found[["lhs", "op", "group", "reference", "estimate", "se", "d"]].round(3)
      lhs  op  group reference  estimate     se      d
    0   f  ~1  south     north       0.6  0.117  0.599
    """
    if against not in get_args(Against):
        raise ModelError(f"against must be 'first' or 'all', not {against!r}.")
    check_correction(correction, flips=False)
    table = result.fitted.structure.table
    if table.n_groups < 2:
        raise ModelError(
            "This model has one group, so there is nothing to compare; fit it with group=..."
        )
    compared = parameters_compared(result, of)
    if not compared:
        asked = "regressions, latent means or effects" if of is None else repr(of)
        raise ModelError(
            f"The groups are equal in {asked}, or the model has none. What is held equal: "
            f"{', '.join(table.group_equal) or 'nothing'}."
        )
    covariance = result.fitted.structure.covariance_of_cells(result.covariance)
    pairs = [(0, at) for at in range(1, table.n_groups)]
    if against == "all":
        pairs = list(combinations(range(table.n_groups), 2))
    rows = [
        _row(one, reference, at, covariance, result) for one in compared for reference, at in pairs
    ]
    frame = pd.DataFrame(rows)
    frame.insert(len(frame.columns) - 3, "p_adjusted", adjust(frame["p_value"], correction))
    if frame["d"].isna().all():
        frame = frame.drop(columns="d")
    unknown = int(frame["se"].isna().sum())
    problems = (
        [f"{unknown:,} differences have no standard error, as estimates in them have none."]
        if unknown
        else []
    )
    return GroupDifferences(
        groups=result.groups,
        n=result.n,
        estimator=result.estimator,
        correction=correction,
        confidence=result.confidence,
        equal=table.group_equal,
        omnibus=pd.DataFrame([_omnibus(one, covariance) for one in compared]),
        problems=tuple(problems),
        _frame=frame,
    )


def _row(
    one: Compared, reference: int, at: int, covariance: Floats, result: SemResult
) -> dict[str, object]:
    difference = one.values[at] - one.values[reference]
    slope = one.slopes[at] - one.slopes[reference]
    touched = slope != 0
    inside = covariance[np.ix_(touched, touched)]
    variance = float(slope[touched] @ inside @ slope[touched])
    se = math.sqrt(variance) if variance > 0 else math.nan
    z = difference / se
    width = float(ndtri((1 + result.confidence) / 2)) * se
    return {
        "lhs": one.lhs,
        "op": one.op,
        "rhs": one.rhs,
        "group": result.groups[at],
        "reference": result.groups[reference],
        "value": one.values[at],
        "value_reference": one.values[reference],
        "estimate": difference,
        "se": se,
        "z": z,
        "p_value": 2 * float(ndtr(-abs(z))),
        "ci_low": difference - width,
        "ci_high": difference + width,
        "d": _standardised(one.latent, difference, reference, at, result),
    }


def _standardised(
    latent: str, difference: float, reference: int, at: int, result: SemResult
) -> float:
    """Divide a difference of latent means by the standard deviation pooled over two groups."""
    fitted = result.fitted
    if not latent or latent in fitted.structure.table.endogenous:
        return math.nan
    total = weighted = 0.0
    for group in (reference, at):
        layout, implied = fitted.structure.layouts[group], fitted.point.implied[group]
        place = layout.factors.index(latent)
        n = fitted.data.groups[group].n
        weighted += n * float(implied.total[0, place, place])
        total += n
    return difference / math.sqrt(weighted / total) if weighted > 0 else math.nan


def _omnibus(one: Compared, covariance: Floats) -> dict[str, object]:
    """Test that all groups are equal."""
    off = np.array(one.values[1:]) - one.values[0]
    slopes = np.array(one.slopes[1:]) - one.slopes[0]
    touched = slopes.any(axis=0)
    slopes = slopes[:, touched]
    spread = slopes @ covariance[np.ix_(touched, touched)] @ slopes.T
    chi2, df = math.nan, 0
    if np.isfinite(spread).all():
        roots, vectors = np.linalg.eigh(spread)
        there = roots > 1e-10 * max(float(roots[-1]), 0.0)
        df = int(there.sum())
        chi2 = float(((vectors[:, there].T @ off) ** 2 / roots[there]).sum()) if df else math.nan
    return {
        "lhs": one.lhs,
        "op": one.op,
        "rhs": one.rhs,
        "chi2": chi2,
        "df": df,
        "p_value": float(chdtrc(df, chi2)) if df else math.nan,
    }
