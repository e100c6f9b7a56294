"""How reliable a gap is as a difference of two ratings: the standard objection, in figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._language import say
from servqual.errors import MissingResponseWarning, ResponseError, warn
from servqual.items import SCALE
from servqual.moments import Moments, moments_of_columns
from servqual.reliability._alpha import alpha
from servqual.reliability._latent_gap import latent_gap_variance
from servqual.reliability._scale_result import Reason, ScaleResult, obstacles
from servqual.responses import Responses
from servqual.scores.gaps import GapScores, gap_scores

Floats = NDArray[np.float64]
_FIGURES = (
    *("alpha_e", "alpha_p", "r_ep", "sd_e", "sd_p", "sd_gap", "reliability", "alpha_gap"),
    *("reliability_latent", "c_same", "c_diff", "alpha_less_reliability", "from_covariances"),
    *("r_gap_e", "r_gap_p", "ceiling_e", "e_above_p", "variance_ratio"),
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DifferenceScoreReliability(ScaleResult):
    """Reliability of gaps as differences; make it with `difference_score_reliability`.

    Attributes
    ----------
    columns : mapping of str to ndarray
        The columns of `to_frame`.
    """

    columns: Mapping[str, NDArray[Any]]

    def to_frame(self) -> pd.DataFrame:
        """Give one row a dimension and one for the whole scale."""
        return pd.DataFrame(dict(self.columns))

    def title(self, language: str = "en") -> str:
        """Say of which scores, of how many, and what is compared."""
        return say(
            "Reliability of the gap as a difference, {about}; classical formula, alpha of the item "
            "gaps, and latent estimate",
            language,
            about=self._about(language),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the columns are; give no verdict."""
        return (
            say(
                "reliability = classical formula (Johns, 1981; Peter, Churchill & Brown, 1993), "
                "which supposes that E and P of one item share nothing but the true scores; "
                "alpha_gap = alpha of the item gaps.",
                language,
            ),
            say(
                "alpha_gap − reliability = (2/k)(c_same − c_diff)/var(gap): c_same = mean "
                "covariance of E and P of the same item, c_diff = of different items.",
                language,
            ),
            say(
                "reliability_latent = variance of the gap between the factors of E and P, whose "
                "residuals correlate item by item, over that of the observed gap; what is specific "
                "to an item in E and P alike cancels in the gap. (scale): from those of the "
                "dimensions (Mosier, 1943).",
                language,
            ),
            say(
                "ceiling_e = share of expectations at the top of the scale; e_above_p = share of "
                "respondents who expect more than they perceive; variance_ratio = variance of the "
                "gap of those whose perception is above the median to that of the others "
                "(variance restriction where it is far below 1).",
                language,
            ),
            *self._problems(language),
        )


def difference_score_reliability(
    scores: GapScores | Responses,
) -> DifferenceScoreReliability:
    r"""Set out how reliable the gap is: classical formula, alpha of item gaps, latent estimate.

    Parameters
    ----------
    scores : GapScores or Responses
        Respondents with an unanswered item, in either role, are left out, counted and warned of.

    Returns
    -------
    DifferenceScoreReliability
        ``to_frame()`` has a row a dimension and one called "(scale)" for all items, of mean scores
        in scale points: dimension, label, k, n, alpha_e, alpha_p, r_ep, sd_e, sd_p, sd_gap,
        reliability (classical formula), alpha_gap, reliability_latent, c_same and c_diff (mean
        covariances of E and P of the same and of different items), alpha_less_reliability and
        from_covariances (the two sides of the identity below), r_gap_e, r_gap_p, ceiling_e,
        e_above_p, variance_ratio.

    Raises
    ------
    ResponseError
        If a role is not bound, or no respondent answered every item.

    Notes
    -----
    For mean scores E and P of k items, :math:`D = P - E` and reliabilities :math:`r_{EE}` and
    :math:`r_{PP}` (alpha), the classical formula [1]_ [2]_ is

    .. math:: r_D = \frac{s_E^2 r_{EE} + s_P^2 r_{PP} - 2 r_{EP} s_E s_P}
                         {s_E^2 + s_P^2 - 2 r_{EP} s_E s_P}.

    Items that share their wording also share what is specific to it, and then the formula is too
    low; exactly,

    .. math:: \alpha_D - r_D = \frac{2}{k} \, \frac{c_\text{same} - c_\text{diff}}{s_D^2}.

    The latent estimate comes from a factor of E and one of P, by maximum likelihood, with the
    residuals of an item's two ratings correlated. With mean loadings :math:`\bar\lambda`, factors
    of variance 1 that correlate by :math:`\phi`, residual variances :math:`\theta` and covariances
    :math:`\theta_{EP,i}`, the model says that

    .. math::

       s_D^2 = \underbrace{\bar\lambda_E^2 + \bar\lambda_P^2
       - 2 \phi \bar\lambda_E \bar\lambda_P}_{\text{true}}
       + \underbrace{\frac{1}{k^2} \sum_i (\theta_{E,i} + \theta_{P,i}
       - 2 \theta_{EP,i})}_{\text{error}},

    and ``reliability_latent`` is the true part over the observed :math:`s_D^2`. What is specific to
    an item and enters E and P alike is no error of the gap, for it cancels, and no part of its true
    variance; what is specific to one of the ratings cannot be told from error and counts as such.
    The estimate is as good as its model, whose fit is that of the configural level of
    `expectation_perception_invariance`; loadings of E and P need not be equal here, as they must
    be for P - E to be of one thing. For the whole scale, errors of dimensions d being
    uncorrelated [3]_,

    .. math:: 1 - \sum_d \left(\frac{k_d}{k}\right)^2 \frac{s_{D,d}^2 (1 - r_d)}{s_D^2}.

    The gap is by construction correlated with its parts (``r_gap_e``, ``r_gap_p``), and its
    variance is restricted where expectations are nearly always above perceptions: who perceives
    much can hardly have a large gap [2]_. ``variance_ratio`` is
    :math:`s_D^2` of respondents above the median of P, over that of the others.

    References
    ----------
    .. [1] Johns, G. (1981). Difference score measures of organizational behavior variables: A
       critique. *Organizational Behavior and Human Performance*, 27(3), 443-463.
       https://doi.org/10.1016/0030-5073(81)90033-7
    .. [2] Peter, J. P., Churchill, G. A., & Brown, T. J. (1993). Caution in the use of difference
       scores in consumer research. *Journal of Consumer Research*, 19(4), 655-662.
       https://doi.org/10.1086/209329
    .. [3] Mosier, C. I. (1943). On the reliability of a weighted composite. *Psychometrika*, 8(3),
       161-168. https://doi.org/10.1007/BF02288700

    Examples
    --------
    >>> import servqual as sq
    >>> frame = sq.load_dataset("bank")
    >>> answers = sq.Responses.from_frame(frame, sq.load_instrument("servqual-1991"))
    >>> table = difference_score_reliability(answers).to_frame()
    >>> bool(np.allclose(table["alpha_less_reliability"], table["from_covariances"]))
    True
    """
    if isinstance(scores, Responses):
        scores = gap_scores(scores)
    if not isinstance(scores, GapScores):
        raise TypeError(
            f"scores must be GapScores or Responses, not {type(scores).__name__}; only a gap is a "
            "difference of two ratings."
        )
    pairs = _read_pairs(scores)
    instrument = scores.responses.instrument
    positions = {**instrument.positions, SCALE: list(range(len(instrument.items)))}
    reasons: list[Reason] = []
    figures = [_figures(pairs, key, at, reasons) for key, at in positions.items()]
    _add_latent(pairs, instrument.dimensions, figures, reasons)
    labels = [*map(instrument.label, instrument.dimensions), "Whole scale"]
    columns: dict[str, NDArray[Any]] = {
        "dimension": np.array(list(positions), dtype=object),
        "label": np.array(labels, dtype=object),
        "k": np.array([len(at) for at in positions.values()]),
        "n": np.full(len(positions), pairs.n),
        **{name: np.array([one[name] for one in figures]) for name in _FIGURES},
    }
    for column in columns.values():
        column.flags.writeable = False
    return DifferenceScoreReliability(
        name=instrument.title_in(),
        of="gap",
        n=pairs.n,
        n_excluded=pairs.n_excluded,
        weighted=pairs.weights is not None,
        reasons=tuple(reasons),
        instrument=instrument,
        columns=MappingProxyType(columns),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Pairs:
    """Complete answers in both roles, with the moments of E, P and the gap of k items."""

    e: Floats  # (n, k)
    p: Floats  # (n, k)
    weights: Floats | None
    items: tuple[str, ...]
    moments: Moments  # of E1.., P1.., G1..
    top: float
    n_excluded: int

    @property
    def n(self) -> int:
        return len(self.e)

    def covariance(self, one: str, other: str, at: list[int]) -> Floats:
        k = len(self.items)
        rows, columns = ([k * "EPG".index(role) + i for i in at] for role in (one, other))
        return self.moments.covariance[np.ix_(rows, columns)]


def _read_pairs(scores: GapScores) -> _Pairs:
    responses = scores.responses
    e = scores.answers("expectation").to_numpy(dtype=np.float64)
    p = scores.answers("perception").to_numpy(dtype=np.float64)
    weights = scores.weights
    complete = ~(np.isnan(e) | np.isnan(p)).any(axis=1)
    if not complete.any():
        raise ResponseError("No respondent answered every item in both roles.")
    n_excluded = len(e) - int(complete.sum())
    if n_excluded:
        warn(
            f"{n_excluded:,} of {len(e):,} respondents did not answer every item in both roles and "
            "are left out.",
            MissingResponseWarning,
        )
        e, p = e[complete], p[complete]
        weights = None if weights is None else weights[complete]
    items = responses.instrument.items
    columns = {
        f"{role}{item}": values[:, i]
        for role, values in (("E", e), ("P", p), ("G", p - e))
        for i, item in enumerate(items)
    }
    return _Pairs(
        e=e,
        p=p,
        weights=weights,
        items=items,
        moments=moments_of_columns(columns, weights),
        top=float(responses.instrument.scale_of("expectation")[1]),
        n_excluded=n_excluded + len(responses) - scores.n,
    )


def _figures(pairs: _Pairs, key: str, at: list[int], reasons: list[Reason]) -> dict[str, float]:
    k = len(at)
    cov_e, cov_p, cov_g, cov_ep = (
        pairs.covariance(one, other, at) for one, other in ("EE", "PP", "GG", "EP")
    )
    alphas = {}
    for role, covariance in (("E", cov_e), ("P", cov_p), ("G", cov_g)):
        where = f"{key} ({'gap' if role == 'G' else role})"
        names = tuple(f"{role}{pairs.items[i]}" for i in at)
        why = obstacles(pairs.moments, {where: names})
        reasons += why.values()
        alphas[role] = np.nan if why else float(alpha(covariance, np.ones((1, k)))[0])
    var_e, var_p, var_gap = (float(c.mean()) for c in (cov_e, cov_p, cov_g))
    shared = float(cov_ep.mean())
    if pairs.n < 2 or not var_gap > 1e-12 * (var_e + var_p):
        reasons.append(Reason(key, "the mean gap does not vary"))
        var_gap = np.nan
    same = float(np.trace(cov_ep)) / k
    apart = (float(cov_ep.sum()) - k * same) / (k * (k - 1)) if k > 1 else np.nan
    reliability = (var_e * alphas["E"] + var_p * alphas["P"] - 2 * shared) / var_gap
    return {
        "alpha_e": alphas["E"],
        "alpha_p": alphas["P"],
        "r_ep": _ratio(shared, np.sqrt(var_e * var_p)),
        "sd_e": np.sqrt(var_e),
        "sd_p": np.sqrt(var_p),
        "sd_gap": np.sqrt(var_gap),
        "reliability": reliability,
        "alpha_gap": alphas["G"],
        "c_same": same,
        "c_diff": apart,
        "alpha_less_reliability": alphas["G"] - reliability,
        "from_covariances": 2 / k * (same - apart) / var_gap,
        "r_gap_e": _ratio(shared - var_e, np.sqrt(var_e * var_gap)),
        "r_gap_p": _ratio(var_p - shared, np.sqrt(var_p * var_gap)),
        **_restriction(pairs, key, at, reasons),
    }


def _add_latent(
    pairs: _Pairs,
    dimensions: Mapping[str, tuple[str, ...]],
    figures: list[dict[str, float]],
    reasons: list[Reason],
) -> None:
    """Add the latent estimates: of the dimensions, and of the scale, which comes last."""
    whole, error, lacking = figures[-1], 0.0, []
    for (key, items), one in zip(dimensions.items(), figures[:-1], strict=True):
        true, why = np.nan, None
        if not np.isnan(one["sd_gap"]):
            true, why = latent_gap_variance(pairs.moments, items, key)
        one["reliability_latent"] = true / one["sd_gap"] ** 2
        error += (len(items) / len(pairs.items)) ** 2 * (one["sd_gap"] ** 2 - true)
        if why is not None:
            reasons.append(why)
        if np.isnan(true):
            lacking.append(key)
    whole["reliability_latent"] = 1 - error / whole["sd_gap"] ** 2
    if lacking:
        template = "no latent estimate, as there is none of {names}"
        reasons.append(Reason(SCALE, template, {"names": tuple(lacking[:5])}))


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below > 0 else np.nan


def _restriction(pairs: _Pairs, key: str, at: list[int], reasons: list[Reason]) -> dict[str, float]:
    """Shares at the ceiling and above P, and the variance of the gap at high and low P."""
    weights = np.ones(pairs.n) if pairs.weights is None else pairs.weights
    e, p = pairs.e[:, at].mean(axis=1), pairs.p[:, at].mean(axis=1)
    high = p > np.median(p)
    above, below = (_variance((p - e)[half], weights[half]) for half in (high, ~high))
    ratio = _ratio(above, below)
    if np.isnan(ratio):
        reasons.append(
            Reason(key, "no variance_ratio, as too few differ above or below the median perception")
        )
    return {
        "ceiling_e": float(np.average((pairs.e[:, at] == pairs.top).mean(axis=1), weights=weights)),
        "e_above_p": float(np.average(e > p, weights=weights)),
        "variance_ratio": ratio,
    }


def _variance(values: Floats, weights: Floats) -> float:
    n = len(values)
    if n < 2:
        return np.nan
    apart = values - np.average(values, weights=weights)
    return float(np.average(apart**2, weights=weights)) * n / (n - 1)
