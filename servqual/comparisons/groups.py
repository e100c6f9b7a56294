"""Do groups of respondents differ: Welch, Kruskal-Wallis, Games-Howell, effect sizes."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._language import say
from servqual.comparisons.families import Correction, adjust, check_correction, family_size
from servqual.comparisons.grouping import group_scored
from servqual.comparisons.parts import (
    in_languages,
    read_parts,
    require_scores,
)
from servqual.comparisons.reasons import Reason, grouped, reason
from servqual.comparisons.samples import (
    Samples,
    groups_table,
    pairs_table,
    reasons_of,
    tests_table,
)
from servqual.comparisons.tested import FamilyResult
from servqual.errors import MissingResponseWarning, ResponseError, warn
from servqual.resampling import check_confidence
from servqual.scores.gaps import GapScores
from servqual.scores.perception import PerceptionScores

Floats = NDArray[np.float64]

_SMALL = "Described but left out of the tests, with fewer than two respondents: {names}."
_UNKNOWN = "{n:,} respondents have no {by} and are left out."


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class GroupComparison(FamilyResult):
    """Groups compared; make one with `compare_groups`.

    Attributes
    ----------
    table : pandas.DataFrame
        The tests over all groups, one row a dimension and an overall score.
    groups : pandas.DataFrame
        One row a group within each of them: n, mean, sd, ci_low, ci_high.
    pairs : pandas.DataFrame
        One row a pair of groups: the difference of their means, its Games-Howell interval and
        test, and Hedges' g.
    by : str
        What the groups are of.
    problems : tuple of str
        Why statistics are not given.
    """

    groups: pd.DataFrame
    pairs: pd.DataFrame
    by: str
    sizes: Mapping[str, int]

    def title(self, language: str = "en") -> str:
        """Say what was compared, how many each group has, and how p-values are adjusted."""
        sizes = ", ".join(f"{level} {n:,}" for level, n in self.sizes.items())
        return say(
            "Groups by {by} (n: {sizes}; {family}). {about}",
            language,
            by=self.by,
            sizes=sizes,
            family=self._family(language),
            about=self.about[language],
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say how the columns were formed, with citations, and what is not given."""
        notes = (
            say(
                "statistic = F of Welch (1951), which does not assume equal variances; with two "
                "groups it is the square of Welch's t. kruskal = H, corrected for ties.",
                language,
            ),
            say(
                "eta_sq and omega_sq = share of the variance between groups in the sample, and its "
                "estimate in the population (Hays, 1963), which can fall below 0. Their interval "
                "({level:g} %) inverts the noncentral F and assumes equal variances (Steiger, "
                "2004). Cohen (1988) called 0.01 small, 0.06 medium, 0.14 large.",
                language,
                level=100 * self.confidence,
            ),
            say(
                "pairs: second mean − first mean, with the simultaneous intervals and p-values of "
                "Games & Howell (1976) over the pairs of one dimension, and Hedges' g.",
                language,
            ),
        )
        return (*notes, *self._reasons_in(language))


def compare_groups(
    scores: GapScores | PerceptionScores,
    by: object,
    *,
    correction: Correction = "holm",
    items: bool = False,
    confidence: float = 0.95,
) -> GroupComparison:
    r"""Compare the mean scores of groups of respondents.

    Parameters
    ----------
    scores : GapScores or PerceptionScores
    by : str, Series or array_like of shape (n,)
        The groups: a column of the frame that the responses came from, or a value for each
        respondent.
    correction : {"holm", "bh", "none"}
        How the p-values of the tests over all groups are adjusted, over dimensions and overall.
    items : bool, default False
        Compare the items as well.
    confidence : float, default 0.95

    Returns
    -------
    GroupComparison
        ``to_frame()``: level, dimension, item, label, n, n_groups, statistic (Welch's F), df1, df2,
        p_value, p_adjusted, kruskal (H), kruskal_df, kruskal_p, eta_sq, omega_sq,
        omega_sq_ci_low, omega_sq_ci_high. ``.groups``: level, dimension, item, label, group, n,
        mean, sd, ci_low, ci_high. ``.pairs``: level, dimension, item, label, first, second,
        estimate (second - first, scale points), se, ci_low, ci_high, statistic (t), df, p_value,
        hedges_g, hedges_g_ci_low, hedges_g_ci_high.

    Raises
    ------
    ResponseError
        If there are not two groups with two respondents each, or `by` does not fit.

    Warns
    -----
    MissingResponseWarning
        If the group of some respondents is not known.

    Notes
    -----
    Three and more groups are compared by pingouin (install ``servqual[stats]``) and SciPy. With
    two groups, Welch's t test serves, also under sampling weights. For N respondents in k groups,

    .. math:: \eta^2 = SS_b / SS_t, \quad
              \omega^2 = \frac{SS_b - (k - 1) MS_w}{SS_t + MS_w},

    and the interval is :math:`\lambda / (\lambda + N)` at the limits of the noncentrality of the
    F of equal variances [1]_. Groups of fewer than two respondents are described, not tested.

    References
    ----------
    .. [1] Steiger, J. H. (2004). Beyond the F test. *Psychological Methods*, 9(2), 164-182.
       https://doi.org/10.1037/1082-989X.9.2.164
    .. [2] Welch, B. L. (1951). On the comparison of several mean values: An alternative approach.
       *Biometrika*, 38(3-4), 330-336. https://doi.org/10.1093/biomet/38.3-4.330
    .. [3] Games, P. A., & Howell, J. F. (1976). Pairwise multiple comparison procedures with
       unequal n's and/or variances. *Journal of Educational Statistics*, 1(2), 113-125.
       https://doi.org/10.3102/10769986001002113

    Examples
    --------
    >>> import servqual as sq
    >>> duo = sq.Instrument(
    ...     name="duo", scale=(1, 7), dimensions={"care": ("1", "2"), "speed": ("3",)}
    ... )
    >>> frame = pd.DataFrame({
    ...     "E1": [7, 6, 6, 7], "E2": [6, 6, 7, 6], "E3": [7, 7, 6, 7],
    ...     "P1": [5, 6, 5, 6], "P2": [6, 4, 5, 5], "P3": [4, 6, 6, 5],
    ...     "branch": ["north", "south", "south", "north"],
    ... })
    >>> found = compare_groups(sq.gap_scores(sq.Responses.from_frame(frame, duo)), "branch")
    >>> found.pairs[["label", "first", "second", "estimate", "statistic", "df"]].round(3)
         label  first second  estimate  statistic     df
    0     Care  north  south    -0.250     -1.000  1.000
    1    Speed  north  south     2.000      2.828  2.000
    2  Overall  north  south     0.875      3.130  1.471
    """
    require_scores(scores, GapScores, PerceptionScores)
    check_correction(correction, flips=False)
    check_confidence(confidence)
    grouping = group_scored(by, scores)
    sizes = grouping.sizes()
    if sum(n > 1 for n in sizes.values()) < 2:
        raise ResponseError(
            "A comparison needs two groups with at least two respondents each, but "
            f"{grouping.name!r} has {_said(sizes)}."
        )
    reasons: tuple[Reason, ...] = ()
    if grouping.n_missing:
        warn(
            f"{grouping.n_missing:,} of {scores.n:,} respondents have no {grouping.name!r} and are "
            "left out of the comparison.",
            MissingResponseWarning,
        )
        reasons += (reason(_UNKNOWN, n=grouping.n_missing, by=grouping.name),)
    parts = read_parts(scores)
    if not items:
        parts = parts.of_levels(["dimension", "overall", "overall_unweighted"])
    samples = Samples.of(parts, grouping, confidence)
    table = tests_table(samples)
    p_adjusted = adjust(table["p_value"], correction)
    table.insert(list(table.columns).index("kruskal"), "p_adjusted", p_adjusted)
    reasons += grouped({_SMALL: [level for level, n in sizes.items() if n < 2]})
    return GroupComparison(
        table=table,
        about=in_languages(scores),
        instrument=scores.responses.instrument,
        correction=correction,
        m=family_size(table["p_value"]),
        confidence=confidence,
        reasons=(*reasons, *reasons_of(samples)),
        groups=groups_table(samples),
        pairs=pairs_table(samples),
        by=grouping.name,
        sizes=MappingProxyType(sizes),
    )


def _said(sizes: dict[str, int]) -> str:
    named = [f"{level} (n = {n:,})" for level, n in sizes.items()]
    return ", ".join(named[:5]) + (f" and {len(named) - 5} more" if len(named) > 5 else "")
