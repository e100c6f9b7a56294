"""Penalty-reward analysis: effects of low and of high answers on an outcome."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from servqual.comparisons.families import adjust
from servqual.errors import ResponseError, shortened
from servqual.priorities.asymmetry.coding import (
    ABSENT,
    Coded,
    Coding,
    Cut,
    code,
    find_cuts,
    variance_inflation,
)
from servqual.priorities.asymmetry.drivers import DriverData, Level, Of, Scored, read_drivers
from servqual.priorities.asymmetry.hypotheses import compare_models, joint_tests
from servqual.priorities.asymmetry.impacts import (
    CLASSES,
    NONE,
    asymmetry_interval,
    impact,
)
from servqual.priorities.asymmetry.options import check_options, check_shares, checked_cut
from servqual.priorities.asymmetry.penalties import COLLINEAR, PenaltyReward
from servqual.priorities.asymmetry.refits import draw_effects, influences
from servqual.regression import Errors, Regression, regress
from servqual.resampling import IntervalKind, check_asked
from servqual.scores.gaps import GapScores
from servqual.scores.perception import PerceptionScores

Floats = NDArray[np.float64]


def penalty_reward(
    scores: Scored,
    outcome: object,
    *,
    level: Level = "dimension",
    of: Of = "perception",
    coding: Coding = "piecewise",
    cut: Cut | None = None,
    equal_within: float = 0.1,
    errors: Errors = "HC3",
    scale: tuple[float, float] | None = None,
    kind: IntervalKind = "percentile",
    confidence: float = 0.95,
    n_resamples: int = 2000,
    cv_folds: int = 10,
    seed: int | None = None,
) -> PenaltyReward:
    r"""Ask whether low answers cost more than high answers bring.

    Parameters
    ----------
    scores : GapScores or PerceptionScores
    outcome : str, sequence of str, Series or frame
        A column of the frame that the responses came from, such as satisfaction, or values for
        each respondent; several columns are averaged.
    level : {"dimension", "item"}
        What the drivers are.
    of : {"perception", "gap"}
    coding : {"piecewise", "dummy"}
        Slopes below and above a point, or low and high answers as groups against those between, as
        is usual in the literature.
    cut : optional
        For "piecewise" the point: "mean" (the default), "midpoint" (of the scale; 0 for gaps) or a
        number. For "dummy" "thirds" (the default: about the lowest and the highest third of the
        answers to each driver; equal answers are never divided) or a pair, such as (3, 6): low is 3
        and less, high 6 and more.
    equal_within : float, default 0.1
        How far from 0 the impact asymmetry of a performance factor may be.
    errors : {"HC3", "classical"}
        Standard errors that allow unequal variances, or not; with sampling weights always the
        former.
    scale : (float, float), optional
        The lowest and the highest possible outcome, to check it.
    kind : {"percentile", "bias-corrected", "bca"}
        Of the interval of the impact asymmetry.
    confidence : float, default 0.95
    n_resamples : int, default 2000
        Resamples of the respondents; 0 for none, without intervals of the impact asymmetry and
        without probabilities of classes.
    cv_folds : int, default 10
        Parts into which respondents are shuffled for cross-validation.
    seed : int, optional
        The same seed gives the same resamples and parts.

    Returns
    -------
    PenaltyReward
        ``to_frame()``: driver, label, n_below, n_above, low_to, high_from, penalty and reward with
        standard error and interval, riocs, sgp, dgp, ia with its interval, class (basic,
        performance, excitement), probability (of that class), p_basic, p_performance,
        p_excitement; statistic (t), df, p_value and p_adjusted (Holm) of the test that reward =
        -penalty, p_value_linear of the test against a straight line; vif. ``.tests`` has the joint
        tests and ``.models`` the linear model beside this.

    Raises
    ------
    ResponseError
        If the outcome is not there, leaves its scale or does not vary, no row is complete, or there
        are too few respondents for so many drivers.
    ValueError
        If an option is not known or the cuts do not fit the coding.

    Warns
    -----
    MissingResponseWarning
        If respondents lack the outcome or a driver.

    Notes
    -----
    The model is

    .. math:: y = b_0 + \sum_j (p_j L_j + r_j H_j) + e

    with indicators of low and high answers [1]_; or, with ``coding="piecewise"``, with distances
    below and above a point, :math:`L = \max(c - x, 0)` and :math:`H = \max(x - c, 0)`, so that -p
    and r are the slopes there (cf. [2]_). Where :math:`p \le 0 \le r`, the range of impact is
    RIOCS = r - p, the satisfaction- and dissatisfaction-generating potentials are SGP = r / RIOCS
    and DGP = -p / RIOCS, and the impact asymmetry is IA = SGP - DGP [3]_; with another sign they
    are not defined. Basic factors have the greater penalty, excitement factors the greater reward,
    performance factors about the same [4]_.

    A driver is asymmetric where p + r differs from 0. With slopes this is the test against the
    linear driver model. Dummies are symmetric for a straight line only where the groups lie equally
    far apart, which skewed answers prevent (cf. [5]_): with answers at the top of the scale, 1,000
    respondents and straight lines, the test of symmetric dummies found asymmetry in 93 of 100
    samples. ``p_value_linear`` and the joint test of linear drivers therefore examine what dummies
    add to straight lines.

    Standard errors are HC3, as outcomes of good and of bad service seldom vary alike [6]_. The cuts
    are found once and held in the resamples.

    References
    ----------
    .. [1] Brandt, D. R. (1987). A procedure for identifying value-enhancing service components
       using customer satisfaction survey data. In C. Surprenant (Ed.), *Add value to your service*
       (pp. 61-65). American Marketing Association.
    .. [2] Mittal, V., Ross, W. T., & Baldasare, P. M. (1998). The asymmetric impact of negative and
       positive attribute-level performance on overall satisfaction and repurchase intentions.
       *Journal of Marketing*, 62(1), 33-47. https://doi.org/10.1177/002224299806200104
    .. [3] Mikulić, J., & Prebežac, D. (2008). Prioritizing improvement of service attributes using
       impact range-performance analysis and impact-asymmetry analysis. *Managing Service Quality*,
       18(6), 559-576. https://doi.org/10.1108/09604520810920068
    .. [4] Matzler, K., & Sauerwein, E. (2002). The factor structure of customer satisfaction: An
       empirical test of the importance grid and the penalty-reward-contrast analysis.
       *International Journal of Service Industry Management*, 13(4), 314-332.
       https://doi.org/10.1108/09564230210445078
    .. [5] Lin, S.-P., Yang, C.-L., Chan, Y., & Sheu, C. (2010). Refining Kano's 'quality
       attributes-satisfaction' model: A moderated regression approach. *International Journal of
       Production Economics*, 126(2), 255-263.
    .. [6] MacKinnon, J. G., & White, H. (1985). Some heteroskedasticity-consistent covariance
       matrix estimators with improved finite sample properties. *Journal of Econometrics*, 29(3),
       305-325. https://doi.org/10.1016/0304-4076(85)90158-7

    Examples
    --------
    >>> import servqual as sq
    >>> bank = sq.load_instrument("servqual-1991")
    >>> complete = sq.load_dataset("bank").dropna()
    >>> scores = sq.gap_scores(sq.Responses.from_frame(complete, bank))
    >>> found = penalty_reward(scores, ["SAT1", "SAT2", "SAT3"], seed=1)
    >>> found.to_frame()[["driver", "penalty", "reward"]].round(2)
               driver  penalty  reward
    0       tangibles    -0.07    0.01
    1     reliability    -0.29    0.01
    2  responsiveness    -0.16    0.51
    3       assurance    -0.22    0.27
    4         empathy    -0.33    0.12
    """
    check_options(level, of, coding, errors)
    chosen = checked_cut(coding, cut)
    check_asked(n_resamples, confidence, kind, least=0)
    check_shares(equal_within, cv_folds)
    if not isinstance(scores, (GapScores, PerceptionScores)):
        raise TypeError(
            "penalty_reward wants GapScores from gap_scores(...) or PerceptionScores from "
            f"perception_scores(...), not {type(scores).__name__}."
        )
    data = read_drivers(scores, outcome, level, of, scale)
    n, k = data.rows.shape
    weights = np.ones(n) if data.weights is None else data.weights * n / data.weights.sum()
    cuts = find_cuts(data.rows, weights, coding, chosen, data.middle)
    coded = code(data.rows, weights, coding, cuts)
    used: Errors = errors if data.weights is None else "HC3"
    fit = regress(data.outcome, coded.design, data.weights, used)
    if isinstance(fit, str) or coded.design.shape[1] == 0:
        raise ResponseError(_impossible(n, k, coded))
    reasons = {text: list(at) for text, at in coded.reasons.items()}
    if (coded.at == ABSENT).all():
        why = "; ".join(f"{text} ({len(at)})" for text, at in reasons.items())
        raise ResponseError(
            f"No driver has a penalty or a reward in {n:,} respondents: {why}. Ask for another cut."
        )
    if cv_folds > n:
        raise ValueError(f"cv_folds must be at most the {n:,} respondents, not {cv_folds}.")
    effects, asymmetric = estimate_effects(fit, coded, confidence)
    tests, p_linear = joint_tests(data, coded, fit, coding, used)
    columns: dict[str, Any] = {
        "driver": list(data.keys),
        "label": [scores.responses.instrument.label(key) for key in data.keys],
        "n_below": coded.n_below,
        "n_above": coded.n_above,
        "low_to": coded.cuts[:, 0],
        "high_from": coded.cuts[:, 1],
        **effects,
    }
    draws = list(draw_effects(data.outcome, coded, weights, int(n_resamples), seed))
    drawn = np.concatenate(draws) if draws else np.empty((0, k, 2))
    estimate = np.column_stack([effects["penalty"], effects["reward"]])
    columns |= _impacts(estimate, drawn, data, coded, fit, kind, confidence, equal_within)
    columns |= asymmetric
    columns["p_value_linear"] = p_linear
    columns["vif"] = variance_inflation(data.rows, weights)
    marks = {
        "a penalty above 0 or a reward below 0, so no impact asymmetry and no class": (
            ~np.isnan(estimate).any(axis=1) & np.isnan(columns["ia"])
        ),
        fit.problem: (
            ~np.isnan(estimate)
            & np.isnan(np.column_stack([effects["penalty_se"], effects["reward_se"]]))
        ).any(axis=1),
        "too few answers for a test against a straight line": (
            np.isnan(p_linear) & ~np.isnan(asymmetric["statistic"])
        ),
        "largely told by the other drivers (VIF of 5 and more)": columns["vif"] >= COLLINEAR,
    }
    reasons |= {text: np.flatnonzero(at).tolist() for text, at in marks.items() if at.any()}
    fitted = drawn[:, coded.at != ABSENT]
    lost = int(np.isnan(fitted).any(axis=1).sum())
    return PenaltyReward(
        instrument=scores.responses.instrument,
        table=pd.DataFrame(columns),
        tests=tests,
        models=compare_models(data, coded, cv_folds, 0 if seed is None else seed),
        n=n,
        n_total=data.n_total,
        level=level,
        of=of,
        outcome=data.outcome_names,
        coding=coding,
        cut=chosen,
        errors=used,
        kind=kind,
        equal_within=float(equal_within),
        confidence=confidence,
        n_resamples=int(n_resamples),
        n_lost=lost,
        weighted=data.weights is not None,
        reasons=tuple(
            (text, shortened([data.keys[j] for j in at])) for text, at in reasons.items()
        ),
    )


def estimate_effects(
    fit: Regression, coded: Coded, confidence: float
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give penalties and rewards with errors and intervals, and the test of each driver."""
    columns: dict[str, Any] = {}
    half = stdtrit(fit.df, 0.5 + confidence / 2)
    variance = np.diag(fit.covariance)
    for side, name in enumerate(("penalty", "reward")):
        at = coded.at[:, side]
        there, place = at != ABSENT, np.maximum(at, 0) + 1
        value = np.where(there, fit.coefficients[place], np.nan)
        se = np.where(there, np.sqrt(variance[place]), np.nan)
        columns[name] = value
        columns[f"{name}_se"] = se
        columns[f"{name}_ci_low"] = value - half * se
        columns[f"{name}_ci_high"] = value + half * se
    both = (coded.at != ABSENT).all(axis=1)
    first, second = np.maximum(coded.at, 0).T + 1
    between = variance[first] + variance[second] + 2 * fit.covariance[first, second]
    with np.errstate(invalid="ignore", divide="ignore"):
        t = (columns["penalty"] + columns["reward"]) / np.sqrt(between)
    t = np.where(both, t, np.nan)
    p = 2 * stdtr(fit.df, -np.abs(t))
    df = np.where(np.isnan(t), np.nan, float(fit.df))
    return columns, {"statistic": t, "df": df, "p_value": p, "p_adjusted": adjust(p)}


def _impacts(
    estimate: Floats,
    drawn: Floats,
    data: DriverData,
    coded: Coded,
    fit: Regression,
    kind: IntervalKind,
    confidence: float,
    equal_within: float,
) -> dict[str, Any]:
    """Give range, potentials and asymmetry of impact, with interval, class and probabilities."""
    k = len(estimate)
    found = impact(estimate, equal_within)
    known = ~np.isnan(found.asymmetry)
    low, high = np.full((2, k), np.nan)
    shares = np.full((len(CLASSES), k), np.nan)
    if len(drawn):
        influence, _ = influences(data.outcome, coded.design, data.weights, fit)
        moved = influence[:, np.maximum(coded.at, 0) + 1]
        low, high = asymmetry_interval(drawn, estimate, moved, kind, confidence)
        fitted = ~np.isnan(drawn).any(axis=2)
        codes = impact(drawn, equal_within).codes
        counts = np.array([(codes == number).sum(axis=0) for number in range(len(CLASSES))])
        many = fitted.sum(axis=0)
        shares = np.divide(counts, many, out=shares, where=many > 0)
    columns: dict[str, Any] = {
        "riocs": found.range,
        "sgp": found.reward_share,
        "dgp": 1 - found.reward_share,
        "ia": found.asymmetry,
        "ia_ci_low": np.where(known, low, np.nan),
        "ia_ci_high": np.where(known, high, np.nan),
        "class": ["" if one == NONE else CLASSES[one] for one in found.codes],
    }
    own = shares[np.maximum(found.codes, 0), np.arange(k)]
    columns["probability"] = np.where(known, own, np.nan)
    return columns | {f"p_{name}": share for name, share in zip(CLASSES, shares, strict=True)}


def _impossible(n: int, k: int, coded: Coded) -> str:
    if coded.design.shape[1] == 0:
        return f"None of the {k} drivers varies, so none has an effect."
    return (
        f"{n:,} respondents are too few for {k} drivers with two effects each; at least "
        f"{2 * k + 2} are needed, and far more for errors to be trusted. Ask for fewer drivers, "
        "such as level='dimension'."
    )
