"""How consistently the items of a scale measure: alpha, omega and their kin, by dimension."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._language import say
from servqual.errors import SmallSampleWarning, shortened, warn
from servqual.items import SCALE, Items, read_items
from servqual.moments import Moments
from servqual.reliability._alpha import combined_reliability
from servqual.reliability._categorical_omega import CategoricalOmega, categorical_omega
from servqual.reliability._scale_part import Parts, bootstrap_ends, failures, make_parts, resample
from servqual.reliability._scale_result import Reason, ScaleResult, about
from servqual.resampling import check_asked

Floats = NDArray[np.float64]
Interval = Literal["feldt", "percentile", "bca"]
Omega = bool | Literal["categorical"]
INTERVALS = ("feldt", "percentile", "bca")
_FIGURES = (
    *("alpha", "ci_low", "ci_high", "alpha_std", "mean_r", "lambda2"),
    *("omega", "omega_ci_low", "omega_ci_high", "spearman_brown", "sem"),
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class InternalConsistency(ScaleResult):
    """Reliability of dimensions and of the whole scale; make it with `internal_consistency`.

    Attributes
    ----------
    columns : mapping of str to ndarray
        The columns of `to_frame`.
    loadings : pandas.DataFrame
        The one-factor solutions behind omega: dimension, item, loading, uniqueness, in the metric
        of the items. Empty with ``omega=False``.
    moments : Moments
        What everything but bootstrap intervals was computed from.
    dimensions : mapping of str to tuple of str
        The items of each dimension.
    """

    columns: Mapping[str, NDArray[Any]]
    factors: Mapping[str, tuple[Floats, Floats]]
    moments: Moments = field(compare=False)
    dimensions: Mapping[str, tuple[str, ...]]
    omega: Omega
    interval: Interval
    confidence: float
    n_resamples: int
    seed: int | None
    failed: Mapping[str, int]
    heywood: Mapping[str, int]

    def to_frame(self) -> pd.DataFrame:
        """Give one row a dimension and one for the whole scale; see `internal_consistency`."""
        return pd.DataFrame(dict(self.columns))

    @property
    def loadings(self) -> pd.DataFrame:
        """The one-factor solutions behind omega, one row an item of a dimension or the scale."""
        names = {**self.dimensions, SCALE: self.moments.names}
        return pd.DataFrame(
            [
                (key, *row)
                for key, (loadings, uniquenesses) in self.factors.items()
                for row in zip(names[key], loadings.tolist(), uniquenesses.tolist(), strict=True)
            ],
            columns=["dimension", "item", "loading", "uniqueness"],
        )

    def title(self, language: str = "en") -> str:
        """Say of which scores, of how many, and how the intervals were formed."""
        return say(
            "Internal consistency, {about}; {interval}",
            language,
            about=self._about(language),
            interval=self._intervals(language),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the columns are, what they are compared with, and what is missing."""
        notes = [
            say(
                "alpha: Cronbach (1951); alpha_std of standardised items; mean_r = mean "
                "correlation between items; lambda2: Guttman (1945); sem = standard error of "
                "measurement of a respondent's mean score, in scale points.",
                language,
            )
        ]
        if self.omega:
            notes.append(
                say(
                    "omega = omega total of a one-factor maximum-likelihood solution (McDonald, "
                    "1999), each dimension by itself; in the row (scale) it is a one-factor "
                    "figure too and leaves the dimensions out of account.",
                    language,
                )
            )
        if self.omega == "categorical":
            notes.append(
                say(
                    "omega_categorical = reliability of the sum of the answers as ordered "
                    "categories (Green & Yang, 2009), from one factor fitted to polychoric "
                    "correlations of each row's items by diagonally weighted least squares; "
                    "without an interval.",
                    language,
                )
            )
        if not np.isnan(self.columns["spearman_brown"]).all():
            notes.append(
                say(
                    "Two items: the Spearman-Brown coefficient is to be preferred to alpha "
                    "(Eisinga, te Grotenhuis & Pelzer, 2013).",
                    language,
                )
            )
        sums, means = (self.columns[f"linear_combination_{what}"][-1] for what in ("sums", "means"))
        if len(self.dimensions) > 1 and not np.isnan(sums):
            notes.append(
                say(
                    "Reliability of the total as a linear combination of {count} dimensions "
                    "(Nunnally, 1978): {sums:.3f} of the sum of dimension sums, {means:.3f} of "
                    "the mean of dimension means.",
                    language,
                    count=len(self.dimensions),
                    sums=sums,
                    means=means,
                )
            )
        if self.weighted and self.interval == "feldt":
            notes.append(
                say(
                    "The intervals count respondents, not sampling weights; unequal weights make "
                    "them too narrow.",
                    language,
                )
            )
        notes.extend(
            say(
                "{failed:,} of {total:,} resamples gave no {what}; its interval leaves them out.",
                language,
                failed=count,
                total=self.n_resamples,
                what=what,
            )
            for what, count in self.failed.items()
        )
        notes.extend(
            say(
                "{count:,} of {total:,} resamples of {what} gave a Heywood case and are kept.",
                language,
                count=count,
                total=self.n_resamples,
                what=what,
            )
            for what, count in self.heywood.items()
        )
        notes.append(
            say(
                "A common rule of thumb asks for .70 in early research and .80 or more later "
                "(Nunnally, 1978); it is a convention (Lance, Butts & Michels, 2006).",
                language,
            )
        )
        return (*notes, *self._problems(language))

    def _intervals(self, language: str) -> str:
        percent = f"{100 * self.confidence:g}"
        if self.interval == "feldt" and self.omega:
            return say(
                "{percent} % intervals: alpha by Feldt (1965), omega by the delta method on the "
                "logit scale",
                language,
                percent=percent,
            )
        if self.interval == "feldt":
            return say("{percent} % intervals: alpha by Feldt (1965)", language, percent=percent)
        kind = {"percentile": "percentile", "bca": "bias-corrected accelerated (BCa)"}
        return say(
            "{percent} % intervals: {kind} bootstrap, {count:,} resamples, seed {seed}",
            language,
            percent=percent,
            kind=say(kind[self.interval], language),
            count=self.n_resamples,
            seed=self.seed,
        )


def internal_consistency(
    scores: object,
    of: str = "gap",
    omega: Omega = True,
    *,
    dimensions: Mapping[str, Sequence[str]] | None = None,
    interval: Interval = "feldt",
    n_resamples: int = 2000,
    seed: int | None = None,
    confidence: float = 0.95,
) -> InternalConsistency:
    r"""Estimate the reliability of each dimension and of the whole scale.

    Parameters
    ----------
    scores : GapScores, PerceptionScores, ToleranceScores, frame, Sample, Moments or Items
        Respondents with a missing item are left out, counted and warned of.
    of : str, default "gap"
        Which scores: "gap", "perception" or "expectation" of gap scores, and so on.
    omega : bool or "categorical", default True
        Fit one factor to each dimension for omega total. "categorical" adds a column
        omega_categorical, which takes the answers as ordered categories; gaps are refused.
    dimensions : mapping of str to sequence of str, optional
        The items of each dimension, for data that do not know their dimensions.
    interval : {"feldt", "percentile", "bca"}
        Feldt's interval of alpha with the delta method for omega, from moments alone, or
        intervals of both from one set of resamples of the respondents.
    n_resamples : int, default 2000
    seed : int, optional
        The same seed gives the same resamples.
    confidence : float, default 0.95

    Returns
    -------
    InternalConsistency
        ``to_frame()`` has a row a dimension and one called "(scale)" for all items: dimension,
        label, k, n, alpha, ci_low, ci_high, alpha_std, mean_r, lambda2, omega, omega_ci_low,
        omega_ci_high, omega_categorical (where asked for), spearman_brown (two items), sem
        (standard error of measurement of the mean score, in scale points),
        linear_combination_sums and linear_combination_means (of the whole scale).

    Raises
    ------
    ResponseError
        If there is nothing to analyse, resamples or categorical omega are asked for of moments,
        or categorical omega of differences, which are no ordered categories.
    ValueError
        If omega or the interval is unknown, or the confidence is not between 0 and 1.

    Warns
    -----
    SmallSampleWarning
        If there are no more respondents than items in a dimension.

    Notes
    -----
    With covariances :math:`s_{ij}` of k items, :math:`s_T^2 = \sum_{ij} s_{ij}` and the loadings
    :math:`\lambda_i` and uniquenesses :math:`\psi_i` of a one-factor maximum-likelihood solution,

    .. math::

       \alpha = \frac{k}{k - 1} \Big( 1 - \frac{\sum_i s_{ii}}{s_T^2} \Big), \qquad
       \lambda_2 = \frac{1}{s_T^2} \Big( \sum_{i \ne j} s_{ij}
           + \sqrt{\tfrac{k}{k - 1} \textstyle\sum_{i \ne j} s_{ij}^2} \Big), \qquad
       \omega = \frac{(\sum \lambda_i)^2}{(\sum \lambda_i)^2 + \sum \psi_i}

    [1]_ [2]_ [3]_. Feldt's interval [4]_ takes :math:`(1 - \alpha)F`, with :math:`n - 1` and
    :math:`(n - 1)(k - 1)` degrees of freedom. That of omega is formed on the logit scale, with the
    standard error by the delta method [5]_ from the expected information of the solution. Both
    suppose normal answers: of skewed answers on five points, 95 % intervals covered the true value
    in about 91 % of simulated samples. The bootstrap does not suppose it [6]_, but wants some 200
    respondents. The standard error of measurement is
    :math:`s \sqrt{1 - \alpha}`, s being the standard deviation of the mean score. The
    reliability of a combination :math:`y` of dimensions with reliability
    :math:`\alpha_d` and variance :math:`s_d^2` is
    :math:`1 - \sum_d s_d^2 (1 - \alpha_d) / s_y^2` [7]_.

    Categorical omega [8]_ is the share of the variance of the sum of the answers that one factor
    behind their polychoric correlations gives,

    .. math:: \omega_c = \frac{\sum_{jk} V_{jk}(\lambda_j \lambda_k)}{\sum_{jk} V_{jk}(r_{jk})},

    :math:`V_{jk}(r)` being the covariance of two answers whose latent responses correlate r. It
    agrees with compRelSEM of R's semTools (``ord.scale=TRUE``). It has no interval here. "Ordinal
    alpha" is not offered: it is the alpha of latent responses that nobody observes, and says how
    reliable a sum of answers might become, not how reliable it is [9]_.

    Nothing is said of a dimension of one item, of items without variance or that are copies of
    each other, or of fewer than four respondents: NaN, with the reason among the notes.

    References
    ----------
    .. [1] Cronbach, L. J. (1951). Coefficient alpha and the internal structure of tests.
       *Psychometrika*, 16(3), 297-334. https://doi.org/10.1007/BF02310555
    .. [2] Guttman, L. (1945). A basis for analyzing test-retest reliability. *Psychometrika*,
       10(4), 255-282. https://doi.org/10.1007/BF02288892
    .. [3] McDonald, R. P. (1999). *Test theory: A unified treatment*. Erlbaum.
    .. [4] Feldt, L. S. (1965). The approximate sampling distribution of Kuder-Richardson
       reliability coefficient twenty. *Psychometrika*, 30(3), 357-370.
       https://doi.org/10.1007/BF02289499
    .. [5] Raykov, T. (2002). Analytic estimation of standard error and confidence interval for
       scale reliability. *Multivariate Behavioral Research*, 37(1), 89-103.
       https://doi.org/10.1207/S15327906MBR3701_04
    .. [6] Kelley, K., & Pornprasertmanit, S. (2016). Confidence intervals for population
       reliability coefficients. *Psychological Methods*, 21(1), 69-92.
       https://doi.org/10.1037/a0040086
    .. [7] Nunnally, J. C. (1978). *Psychometric theory* (2nd ed.). McGraw-Hill.
    .. [8] Green, S. B., & Yang, Y. (2009). Reliability of summed item scores using structural
       equation modeling: An alternative to coefficient alpha. *Psychometrika*, 74(1), 155-167.
       https://doi.org/10.1007/s11336-008-9099-3
    .. [9] Chalmers, R. P. (2018). On misconceptions and the limited usefulness of ordinal alpha.
       *Educational and Psychological Measurement*, 78(6), 1056-1071.
       https://doi.org/10.1177/0013164417727036

    Examples
    --------
    >>> import servqual as sq
    >>> published = sq.Moments.from_matrix(
    ...     [[1, 0.5, 0.4], [0.5, 1, 0.6], [0.4, 0.6, 1]], 200, names=["1", "2", "3"]
    ... )
    >>> result = internal_consistency(published, dimensions={"care": ("1", "2", "3")})
    >>> result.to_frame().loc[0, ["alpha", "ci_low", "ci_high", "omega"]].astype(float).round(3)
    alpha      0.750
    ci_low     0.683
    ci_high    0.805
    omega      0.761
    Name: 0, dtype: float64
    """
    if interval not in INTERVALS:
        raise ValueError(f"interval must be one of {INTERVALS}, not {interval!r}.")
    if not isinstance(omega, bool) and omega != "categorical":
        raise ValueError(f"omega must be True, False or 'categorical', not {omega!r}.")
    check_asked(2 if interval == "feldt" else n_resamples, confidence)
    items = scores if isinstance(scores, Items) else read_items(scores, of, dimensions)
    scales = {**items.dimensions, SCALE: items.names}
    parts = make_parts(items, scales, bool(omega))
    _check_size(parts)
    failed: dict[str, int] = {}
    heywood: dict[str, int] = {}
    if interval == "feldt":
        ends = parts.ends(confidence)
    else:
        draws = resample(parts, n_resamples, seed)
        ends = bootstrap_ends(parts, draws, bca=interval == "bca", confidence=confidence)
        failed, heywood = failures(parts, draws)
    categorical = None
    if omega == "categorical":
        blocked = [part.key for part in parts.each if part.obstacle is not None]
        categorical = categorical_omega(items, scales, blocked)
    columns = _columns(parts, ends, categorical)
    reasons = [part.obstacle for part in parts.each] + [part.doubt for part in parts.each]
    reasons += [] if categorical is None else categorical.reasons
    if np.isnan(columns["linear_combination_sums"][-1]):
        reasons.append(
            Reason(SCALE, "no reliability of the linear combination, as a dimension has none")
        )
    return InternalConsistency(
        **about(items),
        reasons=tuple(reason for reason in reasons if reason),
        columns=MappingProxyType(columns),
        factors=MappingProxyType(
            {
                part.key: (part.factor.loadings[0], part.factor.uniquenesses[0])
                for part in parts.each
                if part.factor is not None
            }
        ),
        moments=items.moments,
        dimensions=MappingProxyType(dict(items.dimensions)),
        omega=omega,
        interval=interval,
        confidence=confidence,
        n_resamples=0 if interval == "feldt" else n_resamples,
        seed=None if interval == "feldt" else seed,
        failed=MappingProxyType(failed),
        heywood=MappingProxyType(heywood),
    )


def _check_size(parts: Parts) -> None:
    n = parts.items.moments.n
    short = [part.key for part in parts.each if n <= len(part.names) > 1]
    if short:
        warn(
            f"{n:,} respondents are no more than the items of {shortened(short)}; collect more "
            "before taking these figures at their word.",
            SmallSampleWarning,
        )


def _columns(
    parts: Parts, ends: Mapping[str, Floats], categorical: CategoricalOmega | None
) -> dict[str, NDArray[Any]]:
    figures = {**parts.figures, **ends}
    names = list(_FIGURES)
    if categorical is not None:
        figures["omega_categorical"] = categorical.values
        names.insert(names.index("spearman_brown"), "omega_categorical")
    labels = parts.items.labels
    columns: dict[str, NDArray[Any]] = {
        "dimension": np.array([part.key for part in parts.each], dtype=object),
        "label": np.array([*(labels[part.key] for part in parts.each[:-1]), "Whole scale"], object),
        "k": np.array([len(part.names) for part in parts.each]),
        "n": np.full(len(parts.each), parts.items.moments.n),
        **{name: figures[name] for name in names},
    }
    for name, value in _combined(parts).items():
        columns[name] = np.array([*[np.nan] * (len(parts.each) - 1), value])
    for column in columns.values():
        column.flags.writeable = False
    return columns


def _combined(parts: Parts) -> dict[str, float]:
    """Reliability of the sum of dimension sums, and of the mean of dimension means."""
    members = parts.members[:-1]
    between = members @ parts.items.moments.covariance @ members.T
    counts = members.sum(axis=1)
    found = {}
    for what, shares in (("sums", np.ones(len(counts))), ("means", 1 / counts)):
        found[f"linear_combination_{what}"] = combined_reliability(
            np.diag(between) * shares**2,
            parts.figures["alpha"][:-1],
            float(shares @ between @ shares),
        )
    return found
