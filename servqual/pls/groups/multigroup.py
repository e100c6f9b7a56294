"""Do paths differ between groups? Permutation tests of path models."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from servqual._language import say
from servqual._progress import progress as show_progress
from servqual.comparisons.families import adjust
from servqual.errors import AdmissibilityWarning, ModelError, shortened, warn
from servqual.pls.fitting.estimates import Estimates
from servqual.pls.fitting.quantities import KINDS, Kind, Quantities
from servqual.pls.fitting.regressions import Floats
from servqual.pls.groups.permutations import check_permutations, pairs_of, read_groups
from servqual.pls.groups.permuted import Permuted
from servqual.pls.result import PlsResult

_TIE = 1e-10


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PlsGroupComparison(Permuted):
    """Differences of a path model between groups; see `compare_pls_groups`.

    Attributes
    ----------
    by : str
        What the groups are of.
    sizes : tuple of (str, int)
        Respondents by group.
    n_missing : int
        Respondents in no group, who are left out.
    n_permutations : int
        How many were asked for, for each pair of groups.
    n_failed : int
        Those of all pairs in which a group has no solution, which are left out.
    seed : int or None
    """

    _differences: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Give one row a statistic and pair of groups.

        Returns
        -------
        DataFrame
            kind, lhs, op, rhs, way; group and other_group; estimate and other_estimate of theirs;
            group_difference (the first less the second); p_value (two-sided); p_adjusted (Holm,
            over the pairs of groups, for each statistic).
        """
        return self._differences.copy()

    def title(self, language: str = "en") -> str:
        """Say which groups were compared, and how."""
        return say(
            "PLS path model by {by}: {groups}; {k:,} permutations",
            language,
            by=self.by,
            groups=self._groups,
            k=self.n_permutations,
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what was permuted, and what the comparison presumes."""
        found = [
            say(
                "p_value: the share of permutations of the respondents of both groups with a "
                "difference at least as large, the data counted as one of them; p_adjusted: Holm "
                "over the pairs of groups.",
                language,
            ),
            say(
                "Paths can be compared where the constructs are the same in all groups: see micom.",
                language,
            ),
        ]
        return (*found, *self._left_out(language))


def compare_pls_groups(
    result: PlsResult,
    data: object,
    by: object,
    n_permutations: int = 1000,
    seed: int | None = None,
    *,
    of: Kind | Sequence[Kind] = "path",
    progress: bool = True,
) -> PlsGroupComparison:
    r"""Test whether paths differ between groups, by permutations of their respondents.

    Parameters
    ----------
    result : PlsResult
        The model, fitted to the respondents of all groups.
    data : DataFrame, Table, Scores or Sample
        What it was fitted to.
    by : str or array_like of shape (n,)
        The column of the data with the groups, or one value for each row.
    n_permutations : int, default 1000
        For each pair of groups.
    seed : int, optional
        The same seed gives the same permutations.
    of : str or sequence of str, default "path"
        What is compared: "path", "weight", "loading", "total", "indirect", "specific", "htmt",
        "r2".
    progress : bool, default True
        Whether a bar is shown when it takes longer than two seconds.

    Returns
    -------
    PlsGroupComparison

    Raises
    ------
    ResponseError
        If the model was not fitted to these data, or there are fewer than two groups.
    ModelError
        If the model has no solution in a group.
    ConvergenceError
        If no permutation has a solution.

    Warns
    -----
    MissingResponseWarning
        If respondents are in no group.
    AdmissibilityWarning
        If permutations have no solution.

    Notes
    -----
    The respondents of each two groups are shared out anew, in groups of the same sizes, and the
    model is fitted to both [1]_. With d the difference of the estimates and :math:`d_u` those of U
    permutations, :math:`p = (1 + \#\{|d_u| \ge |d|\}) / (1 + U)`, which is never 0. What is tested
    is that the groups are of one population: with groups of very different sizes, a difference of
    variances or weights alone can make small p-values, too; see `micom`.

    References
    ----------
    .. [1] Chin, W. W., & Dibbern, J. (2010). An introduction to a permutation based procedure for
       multi-group PLS analysis. In V. Esposito Vinzi et al. (Eds.), *Handbook of partial least
       squares* (pp. 171-193). Springer. https://doi.org/10.1007/978-3-540-32827-8_8

    Examples
    --------
    >>> from servqual.pls.path_model import fit_pls
    >>> rng = np.random.default_rng(1)
    >>> new = np.repeat([True, False], 150)
    >>> quality = rng.normal(size=300)
    >>> satisfaction = np.where(new, 0.8, 0.2) * quality + rng.normal(size=300)
    >>> data = pd.DataFrame({"QUAL": quality, "SAT": satisfaction, "new": new})
    >>> found = compare_pls_groups(fit_pls("SAT ~ QUAL", data), data, "new", 999, seed=1)
    >>> found.to_frame()[["group", "other_group", "group_difference", "p_value"]].round(3)
       group other_group  group_difference  p_value
    0  False        True            -0.365    0.001
    """
    check_permutations(n_permutations)
    kinds = (of,) if isinstance(of, str) else tuple(of)
    wrong = [one for one in kinds if one not in KINDS]
    if wrong or not kinds:
        raise ModelError(f"of must be of {', '.join(KINDS)}, not {shortened(wrong)}.")
    groups = read_groups(result, data, by)
    quantities = Quantities(plan=result.recipe.plan, kinds=kinds)

    def between(one: Estimates, other: Estimates, inside: Floats) -> Floats:
        return quantities.of(one) - quantities.of(other)

    pairs = pairs_of(result, groups, seed)
    frames, n_failed = [], 0
    total = n_permutations * len(pairs)
    with show_progress(say("permutations"), total, wanted=progress) as bar:
        for pair in pairs:
            first, second = (quantities.of(one)[0] for one in pair.own())
            held = pair.draws(n_permutations, between, bar)
            n_failed += n_permutations - len(held)
            frames.append(
                quantities.names.assign(
                    group=pair.names[0],
                    other_group=pair.names[1],
                    estimate=first,
                    other_estimate=second,
                    group_difference=first - second,
                    p_value=share_beyond(first - second, held),
                )
            )
    p_values = np.array([one["p_value"] for one in frames])
    adjusted = np.array([adjust(one) for one in p_values.T]).T
    comparison = PlsGroupComparison(
        by=groups.name,
        sizes=tuple(groups.sizes.items()),
        n_missing=groups.n_missing,
        n_permutations=int(n_permutations),
        n_failed=n_failed,
        seed=seed,
        _differences=pd.concat(frames, ignore_index=True).assign(p_adjusted=adjusted.ravel()),
    )
    for problem in comparison.problems:
        warn(problem, AdmissibilityWarning)
    return comparison


def share_beyond(value: Floats, draws: Floats) -> Floats:
    """Give the two-sided p-values of values (k,) among permuted ones (u, k); NaN is left out."""
    there = np.isfinite(draws)
    beyond = there & (np.abs(draws) >= np.abs(value) - _TIE)
    found = (1 + beyond.sum(axis=0)) / (1 + there.sum(axis=0))
    return np.where(np.isfinite(value), found, np.nan)
