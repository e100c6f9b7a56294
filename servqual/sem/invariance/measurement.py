"""Measurement invariance: whether groups are measured alike, level by level."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd
from numpy.typing import ArrayLike

from servqual._language import say
from servqual._result import Result
from servqual.sem.fitting.model_data import Missing
from servqual.sem.fitting.scoring import Information
from servqual.sem.invariance._fits import fit_levels
from servqual.sem.invariance._ladder import Ladder, climb
from servqual.sem.result import SemResult
from servqual.sem.robustness.estimators import Estimator
from servqual.sem.specification.syntax import Model


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class MeasurementInvariance(Result):
    """Levels of invariance across groups, each tested against the one above.

    Attributes
    ----------
    group : str
        The column of groups.
    groups : tuple of str
    sizes : tuple of int
        Respondents of each group.
    n, n_excluded : int
        Respondents of all groups, and those left out.
    estimator : str
    missing : str
    ordinal : bool
        Whether some items are ordered.
    partial : tuple of str
        Parameters that are let go.
    fits : mapping of str to SemResult
        By level.
    problems : tuple of str
        What is wrong with a level, or why a test is not given.
    """

    group: str
    groups: tuple[str, ...]
    sizes: tuple[int, ...]
    n: int
    n_excluded: int
    estimator: str
    missing: str
    ordinal: bool
    partial: tuple[str, ...]
    fits: Mapping[str, SemResult]
    problems: tuple[str, ...]
    _frame: pd.DataFrame
    _releases: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Give one row a level.

        Returns
        -------
        DataFrame
            Columns level, chi2, df, p_value, cfi, tli, rmsea, rmsea_ci_low, rmsea_ci_high, srmr;
            with likelihoods aic and bic; of robust fits chi2_scaled, p_value_scaled and the
            indices that end in _robust (or _scaled where there are no robust ones); then the
            differences from the level above: d_df, d_chi2, d_p_value, d_cfi, d_rmsea, d_srmr, and
            of robust fits d_chi2_scaled, d_p_value_scaled, d_cfi_robust and d_rmsea_robust.
        """
        return self._frame.copy()

    @property
    def releases(self) -> pd.DataFrame:
        """What each level holds, let go one at a time.

        One row a level, parameter and group: level, lhs, op, rhs, group, label (those of one label
        are held equal), estimate, mi (score test), p_value, epc (expected change of this group's
        value), sepc_all (the same, all variables standardised).
        """
        return self._releases.copy()

    def title(self, language: str = "en") -> str:
        """Say across which groups, of how many, and how estimated."""
        left_out = (
            say(", {k} left out", language, k=f"{self.n_excluded:,}") if self.n_excluded else ""
        )
        how = self.estimator if self.missing == "listwise" else f"{self.estimator}, {self.missing}"
        return say(
            "Measurement invariance across {group} ({how}): n = {n}{left_out} in {k} groups "
            "({sizes})",
            language,
            group=self.group,
            how=how,
            n=f"{self.n:,}",
            left_out=left_out,
            k=len(self.groups),
            sizes=", ".join(
                f"{label} {size:,}" for label, size in zip(self.groups, self.sizes, strict=True)
            ),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what each level allows, what is tested, and what breaks a level."""
        found = [
            say(
                "Equal loadings (metric) let covariances and paths of latent variables be compared "
                "between groups; equal intercepts as well (scalar), their means; equal residual "
                "variances as well (strict), variances and reliabilities of observed scores "
                "(Meredith, 1993; Vandenberg & Lance, 2000).",
                language,
            )
        ]
        if self.ordinal:
            found.append(
                say(
                    "Levels of ordered items are identified as by Wu and Estabrook (2016): equal "
                    "thresholds restrict items with two or three categories, and equal loadings "
                    "those with two, only together with what comes after.",
                    language,
                )
            )
        if self.partial:
            found.append(
                say(
                    "Let go in all levels that hold their kind equal: {named}.",
                    language,
                    named=", ".join(self.partial),
                )
            )
        ladder = Ladder(
            frame=self._frame,
            releases=self._releases,
            scaled="d_chi2_scaled" in self._frame,
            problems=self.problems,
        )
        return (*found, *ladder.notes(language))


def measurement_invariance(
    model: str | Model,
    data: object,
    group: str,
    estimator: Estimator | None = None,
    missing: Missing = "listwise",
    *,
    ordered: bool | str | Collection[str] = (),
    levels: Sequence[str] | None = None,
    partial: str | Sequence[str] = (),
    weights: str | ArrayLike | None = None,
    cluster: str | None = None,
    std_lv: bool = False,
    information: Information | None = None,
    confidence: float = 0.95,
) -> MeasurementInvariance:
    r"""Test step by step whether a model measures groups alike.

    Each level holds more equal in all groups than the one above, and is tested against it:

    ========== ===================================== ===========================================
    configural nothing but the pattern of loadings
    thresholds thresholds of ordered items
    metric     loadings as well                      compare covariances and paths
    scalar     intercepts as well                    compare means of latent variables
    strict     residual variances as well            compare variances of observed scores
    ========== ===================================== ===========================================

    Parameters
    ----------
    model : str or Model
        Text as `fit_sem` reads it.
    data : DataFrame, Table, Scores or Sample
        The answers, one row a respondent.
    group : str
        The column of groups, any number of them. The first group that appears is the reference:
        its latent means are 0.
    estimator : str, optional
        As for `fit_sem`: by default ML, with weights or clusters MLR, and WLSMV if items are
        ordered. Differences of robust fits (MLR, MLM, WLSMV, ...) are tested by rightly scaled
        chi-squares.
    missing : {"listwise", "pairwise", "fiml", "two-stage"}
    ordered : bool, str or collection of str
        Ordered items; True takes all.
    levels : sequence of str, optional
        By default configural, metric, scalar, strict; of ordered items configural, thresholds,
        metric, scalar. More can be added in the words of `group_equal` ("lv.variances",
        "lv.covariances", "means", "regressions", "residual.covariances"): each adds to those
        before it.
    partial : str or sequence of str
        Parameters that are let go where their kind is held equal (partial invariance [4]_), as a
        model text writes them: "f =~ x2", "x3 ~ 1", "x1 | t2", "x4 ~~ x4".
    weights : str or array_like of shape (n,), optional
        Sampling weights, or their column; they need MLR, or WLSMV.
    cluster : str, optional
        The column of sampling units; it needs MLR, or WLSMV.
    std_lv : bool
        Scale latent variables by their variance in the first group instead of by a marker; so are
        those of ordered items always. Fit does not depend on it, unless loadings are let go.
    information : {"expected", "observed"}, optional
    confidence : float

    Returns
    -------
    MeasurementInvariance
        Its `fits` hold the fitted model of each level, its `releases` the score tests of what a
        level holds.

    Raises
    ------
    ModelError
        If there is one group only, a level or a partial release is unknown, or as in `fit_sem`.
    ResponseError
        If a group has too few respondents, an item that does not vary, or no answer in a category
        that others use.

    See Also
    --------
    group_differences : Latent means, paths and effects of groups against each other.

    Notes
    -----
    In the later groups what an equality identifies becomes free: means of latent variables with
    intercepts, their variances with loadings where they are not scaled by a marker, locations and
    scales of latent responses with thresholds [3]_. Chi-squares of levels are compared by their
    difference, CFI, RMSEA and SRMR by eye [1]_ [2]_: the rules of thumb in the notes come from
    simulations.

    References
    ----------
    .. [1] Cheung, G. W., & Rensvold, R. B. (2002). Evaluating goodness-of-fit indexes for testing
       measurement invariance. *Structural Equation Modeling*, 9(2), 233-255.
       https://doi.org/10.1207/S15328007SEM0902_5
    .. [2] Chen, F. F. (2007). Sensitivity of goodness of fit indexes to lack of measurement
       invariance. *Structural Equation Modeling*, 14(3), 464-504.
       https://doi.org/10.1080/10705510701301834
    .. [3] Wu, H., & Estabrook, R. (2016). Identification of confirmatory factor analysis models of
       different levels of invariance for ordered categorical outcomes. *Psychometrika*, 81(4),
       1014-1045. https://doi.org/10.1007/s11336-016-9506-0
    .. [4] Byrne, B. M., Shavelson, R. J., & Muthén, B. (1989). Testing for the equivalence of
       factor covariance and mean structures: The issue of partial measurement invariance.
       *Psychological Bulletin*, 105(3), 456-466. https://doi.org/10.1037/0033-2909.105.3.456

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> import servqual as sq
    >>> rng = np.random.default_rng(1)
    >>> latent = rng.normal(size=(400, 1))
    >>> answers = pd.DataFrame(latent + rng.normal(size=(400, 4)), columns=["a", "b", "c", "d"])
    >>> answers["branch"] = np.repeat(["north", "south"], 200)
    >>> answers.loc[200:, "d"] += 1
    >>> found = sq.measurement_invariance("f =~ a + b + c + d", answers, group="branch")
    >>> found.to_frame()[["level", "df", "d_df", "d_p_value"]].round(3)
            level    df  d_df  d_p_value
    0  configural   4.0   NaN        NaN
    1      metric   7.0   3.0      0.975
    2      scalar  10.0   3.0      0.000
    3      strict  14.0   4.0      0.726
    """
    let_go = (partial,) if isinstance(partial, str) else tuple(partial)
    fits = fit_levels(
        model,
        data,
        group,
        estimator,
        missing,
        ordered=ordered,
        levels=levels,
        partial=let_go,
        weights=weights,
        cluster=cluster,
        std_lv=std_lv,
        information=information,
        confidence=confidence,
    )
    ladder = climb(list(fits.items()))
    first = next(iter(fits.values()))
    table = first.fitted.structure.table
    problems = (
        *(f"{level}: {problem}" for level, one in fits.items() for problem in one.problems),
        *ladder.problems,
    )
    return MeasurementInvariance(
        group=group,
        groups=first.groups,
        sizes=tuple(one.n for one in first.fitted.data.groups),
        n=first.n,
        n_excluded=first.n_excluded,
        estimator=first.estimator,
        missing=missing,
        ordinal=any(row.op == "|" for row in table.parameters),
        partial=let_go,
        fits=MappingProxyType(dict(fits)),
        problems=problems,
        _frame=ladder.frame,
        _releases=ladder.releases,
    )
