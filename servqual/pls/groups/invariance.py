"""Are composites the same in all groups? The three steps of MICOM."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from servqual._language import say
from servqual._progress import progress as show_progress
from servqual.errors import AdmissibilityWarning, ModelError, warn
from servqual.pls.fitting.estimates import Estimates
from servqual.pls.fitting.regressions import Floats
from servqual.pls.groups.multigroup import share_beyond
from servqual.pls.groups.permutations import Pair, check_permutations, pairs_of, read_groups
from servqual.pls.groups.permuted import Permuted
from servqual.pls.result import PlsResult

_TIE = 1e-10


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Micom(Permuted):
    """Measurement invariance of composites between groups; see `micom`.

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
    confidence : float
    """

    confidence: float
    _steps: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Give one row a construct and pair of groups.

        Returns
        -------
        DataFrame
            construct, group, other_group; step 2: c, c_low (its quantile under permutation), p_c;
            step 3: mean_difference, mean_low, mean_high, p_mean; log_variance_ratio, variance_low,
            variance_high, p_variance; invariance: "none", "partial" (compositional, step 2) or
            "full" (and equal means and variances, step 3).
        """
        return self._steps.copy()

    def title(self, language: str = "en") -> str:
        """Say which groups were compared, and how."""
        return say(
            "Measurement invariance of composites (MICOM) by {by}: {groups}; {k:,} permutations",
            language,
            by=self.by,
            groups=self._groups,
            k=self.n_permutations,
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the steps are, and what they presume."""
        found = [
            say(
                "Step 1 (configural) holds by construction in indicators, treatment of the data "
                "and settings; whether the questions mean the same in all groups is for you to "
                "judge.",
                language,
            ),
            say(
                "Step 2 (compositional): c, the correlation of the composites by the weights of "
                "both groups, is lower than c_low in only {tail:g} % of permutations.",
                language,
                tail=round(100 * (1 - self.confidence), 9),
            ),
            say(
                "Step 3: differences of means and logarithms of ratios of variances, with the "
                "{confidence:g} % range of permutations. Partial invariance allows comparing "
                "paths, full invariance also pooling the groups. p-values are not adjusted.",
                language,
                confidence=100 * self.confidence,
            ),
        ]
        return (*found, *self._left_out(language))


def micom(
    result: PlsResult,
    data: object,
    by: object,
    n_permutations: int = 1000,
    seed: int | None = None,
    *,
    confidence: float = 0.95,
    progress: bool = True,
) -> Micom:
    r"""Assess the measurement invariance of composites between groups (MICOM).

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
    confidence : float, default 0.95
        1 less the level of the tests.
    progress : bool, default True
        Whether a bar is shown when it takes longer than two seconds.

    Returns
    -------
    Micom

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
    The three steps of Henseler, Ringle and Sarstedt [1]_, for every two groups and construct:

    1. Configural invariance, the same indicators, treatment of the data and settings, is given.
    2. Compositional invariance: the scores of the respondents of both groups by the weights
       :math:`w_1` of one and :math:`w_2` of the other group correlate
       :math:`c = w_1' R w_2 / \sqrt{w_1' R w_1 \, w_2' R w_2}`, R being the correlations of the
       indicators in both groups together (metric: their covariances). It is rejected where c is
       low among the permutations: :math:`p = (1 + \#\{c_u \le c\}) / (1 + U)`.
    3. Equal means and variances of the scores by the weights of both groups together: the
       difference of the means, in standard deviations, and :math:`\ln(s_1^2 / s_2^2)`, two-sided.

    References
    ----------
    .. [1] Henseler, J., Ringle, C. M., & Sarstedt, M. (2016). Testing measurement invariance of
       composites using partial least squares. *International Marketing Review*, 33(3), 405-431.
       https://doi.org/10.1108/IMR-09-2014-0304

    Examples
    --------
    >>> from servqual.pls.path_model import fit_pls
    >>> rng = np.random.default_rng(1)
    >>> quality = rng.normal(size=400)
    >>> rows = {f"q{i}": quality + rng.normal(size=400) for i in (1, 2)}
    >>> rows["SAT"] = 0.5 * quality + rng.normal(size=400)
    >>> data = pd.DataFrame(rows).assign(wave=np.repeat([1, 2], 200))
    >>> found = micom(fit_pls("Q =~ q1 + q2; SAT ~ Q", data), data, "wave", 499, seed=1)
    >>> found.to_frame()[["construct", "c", "c_low", "invariance"]].round(3)
      construct    c  c_low invariance
    0         Q  1.0  0.954       full
    1       SAT  1.0  1.000       full
    """
    check_permutations(n_permutations)
    if not 0 < confidence < 1:
        raise ModelError(f"confidence must lie between 0 and 1, such as 0.95; not {confidence!r}.")
    groups = read_groups(result, data, by)
    pairs = pairs_of(result, groups, seed)
    frames, n_failed = [], 0
    total = n_permutations * len(pairs)
    with show_progress(say("permutations"), total, wanted=progress) as bar:
        for pair in pairs:
            steps = _Steps(pair, standardized=result.standardized)
            held = pair.draws(n_permutations, steps.values, bar)
            n_failed += n_permutations - len(held)
            own = steps.values(*pair.own(), pair.inside[None])[0]
            frames.append(_frame(pair, result.constructs, own, held, confidence))
    found = Micom(
        by=groups.name,
        sizes=tuple(groups.sizes.items()),
        n_missing=groups.n_missing,
        n_permutations=int(n_permutations),
        n_failed=n_failed,
        seed=seed,
        confidence=confidence,
        _steps=pd.concat(frames, ignore_index=True),
    )
    for problem in found.problems:
        warn(problem, AdmissibilityWarning)
    return found


class _Steps:
    """The numbers of steps 2 and 3 for two groups, whoever is in them."""

    def __init__(self, pair: Pair, *, standardized: bool) -> None:
        self._weights = pair.weights
        share = pair.weights / pair.weights.sum()
        rows = pair.rows - share @ pair.rows
        if standardized:
            rows = rows / np.sqrt(share @ rows**2)
        self._matrix = (rows * share[:, None]).T @ rows
        together = pair.refitter.of(np.ones((1, len(rows)))).estimates.from_columns[0]
        scores = rows @ together
        n = len(rows)
        self._scores = scores / np.sqrt(share @ scores**2 * (n / (n - 1)))

    def values(self, first: Estimates, second: Estimates, inside: Floats) -> Floats:
        """Give c, differences of means and logarithms of ratios of variances: (B, 3, J)."""
        one, other = first.from_columns, second.from_columns
        with_one, with_other = self._matrix @ one, self._matrix @ other
        lengths = (one * with_one).sum(axis=1) * (other * with_other).sum(axis=1)
        composition = (one * with_other).sum(axis=1) / np.sqrt(lengths)
        (mean, variance), (other_mean, other_variance) = map(self._moments, (inside, 1 - inside))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.log(variance / other_variance)
        return np.stack([composition, mean - other_mean, ratios], axis=1)

    def _moments(self, inside: Floats) -> tuple[Floats, Floats]:
        n = inside.sum(axis=1, keepdims=True)
        weights = inside * self._weights
        weights /= weights.sum(axis=1, keepdims=True)
        mean = weights @ self._scores
        return mean, (weights @ self._scores**2 - mean**2) * (n / (n - 1))


def _frame(
    pair: Pair, constructs: Sequence[str], own: Floats, draws: Floats, confidence: float
) -> pd.DataFrame:
    level = 1 - confidence
    c, mean, ratio = own
    p_c = (1 + (draws[:, 0] <= c + _TIE).sum(axis=0)) / (1 + len(draws))
    p_mean, p_variance = (share_beyond(own[i], draws[:, i]) for i in (1, 2))
    ends = np.quantile(draws[:, 1:], [level / 2, 1 - level / 2], axis=0)
    same = (p_mean > level) & (p_variance > level)
    return pd.DataFrame(
        {
            "construct": list(constructs),
            "group": pair.names[0],
            "other_group": pair.names[1],
            "c": c,
            "c_low": np.quantile(draws[:, 0], level, axis=0),
            "p_c": p_c,
            "mean_difference": mean,
            "mean_low": ends[0, 0],
            "mean_high": ends[1, 0],
            "p_mean": p_mean,
            "log_variance_ratio": ratio,
            "variance_low": ends[0, 1],
            "variance_high": ends[1, 1],
            "p_variance": p_variance,
            "invariance": np.where(p_c <= level, "none", np.where(same, "full", "partial")),
        }
    )
