"""Edwards' polynomial regression: an outcome over perception and expectation."""

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from servqual.errors import AdmissibilityWarning, ResponseError, shortened, warn
from servqual.priorities.surface.describing import PARAMETERS, Described, describe
from servqual.priorities.surface.reading import Centre, Level, Pairs, read_columns, read_scores
from servqual.priorities.surface.regression import fit_polynomial
from servqual.priorities.surface.resampled import resampled_coefficients
from servqual.priorities.surface.result import AT_TOP, Interval, ResponseSurface, check_interval
from servqual.regression import Errors, Regression
from servqual.resampling import check_asked
from servqual.scores.common import Scores
from servqual.scores.gaps import GapScores

Floats = NDArray[np.float64]


def response_surface(
    data: object,
    outcome: object,
    *,
    level: Level = "overall",
    x: str | None = None,
    y: str | None = None,
    scale: tuple[float, float] | None = None,
    weights: str | ArrayLike | None = None,
    centre: Centre = "midpoint",
    errors: Errors = "HC3",
    interval: Interval | None = None,
    confidence: float = 0.95,
    n_resamples: int = 2000,
    seed: int | None = None,
    progress: bool = True,
) -> ResponseSurface:
    r"""Fit an outcome as a quadratic surface over perception (X) and expectation (Y).

    Parameters
    ----------
    data : GapScores, frame or Sample
        Scores give X = perception and Y = expectation as means of the same items, in scale points.
        Of a frame or a sample, name the two columns with `x` and `y`.
    outcome : str, sequence of str, Series or array
        Columns of the frame that the answers came from (the mean of several), or a value for each
        respondent, such as satisfaction.
    level : {"overall", "dimension"}
        For scores: one surface of the overall means, or one for each dimension.
    x, y : str, optional
        For a frame: the columns of X and Y, such as perception and expectation, on one scale.
    scale : (float, float), optional
        For a frame: the lowest and the highest answer of X and Y.
    weights : str or array_like of shape (n,), optional
        For a frame: sampling weights, or their column. Scores bear their own.
    centre : {"midpoint", "mean"} or float
        What is subtracted from X and from Y: the middle of the scale, the mean of all X and Y, or
        a number. The surface stays the same, the slopes are those at this point.
    errors : {"HC3", "classical"}
        Standard errors that allow for unequal variances, as near the end of a scale, or those
        that suppose equal ones. Under sampling weights they are HC3.
    interval : {"percentile", "delta"}, optional
        Intervals of the stationary point and the axes: of resamples, which is the default where
        there are any, or by the delta method, which covers too little with few respondents.
    confidence : float, default 0.95
    n_resamples : int, default 2000
        How many resamples of the respondents; 0 for none.
    seed : int, optional
        The same seed gives the same resamples.
    progress : bool, default True
        Whether to show how far long work has come.

    Returns
    -------
    ResponseSurface
        ``to_frame()`` has one row a parameter: level, dimension, parameter, estimate, se, null,
        statistic (t), p_value, ci_low, ci_high. ``.coefficients`` (b0 to b5), ``.surface`` (a1 to
        a5), ``.shape`` (stationary point x0, y0, z0; axes p10, p11, p20, p21) are parts of it;
        ``.stationary_points``, ``.constraints`` and ``.discrepancies`` are tables of their own.

    Raises
    ------
    ResponseError
        If the outcome does not fit or does not vary, X and Y are on different scales, or no
        surface can be fitted: fewer than 7 respondents, X or Y that do not vary (all expect the
        most), X that equals Y.
    ValueError
        If an option is not known, or ``centre="midpoint"`` and the scale is not.

    Warns
    -----
    MissingResponseWarning
        If respondents are left out.
    AdmissibilityWarning
        If at least half of the respondents expect within half a point of the top of the scale:
        congruence and incongruence are then hardly told apart.

    Notes
    -----
    With perception X and expectation Y, both less the centre,

    .. math:: Z = b_0 + b_1 X + b_2 Y + b_3 X^2 + b_4 X Y + b_5 Y^2 + e.

    X - Y is the gap [1]_. Along the line of congruence Y = X the surface has the slope
    :math:`a_1 = b_1 + b_2` and the curvature :math:`a_2 = b_3 + b_4 + b_5`, along the line of
    incongruence Y = -X :math:`a_3 = b_1 - b_2` and :math:`a_4 = b_3 - b_4 + b_5`;
    :math:`a_5 = b_3 - b_5` [2]_ [3]_. It is level at

    .. math:: X_0 = \frac{b_2 b_4 - 2 b_1 b_5}{4 b_3 b_5 - b_4^2}, \quad
              Y_0 = \frac{b_1 b_4 - 2 b_2 b_3}{4 b_3 b_5 - b_4^2},

    and symmetric about the axes :math:`Y = p_{10} + p_{11} X` and :math:`Y = p_{20} + p_{21} X`,

    .. math:: p_{11}, p_{21} = \frac{b_5 - b_3 \pm \sqrt{(b_3 - b_5)^2 + b_4^2}}{b_4}, \quad
              p_{k0} = Y_0 - p_{k1} X_0.

    The first axis is tested against the line of congruence (p10 = 0, p11 = 1), the second against
    the line of incongruence (p20 = 0, p21 = -1); where b4 > 0, the first axis is the line of
    congruence if and only if a3 = a5 = 0, which is tested with the constraints. These are: no
    relation; X and Y, linear (b3 = b4 = b5 = 0); algebraic difference (b1 = -b2, b3 = b4 = b5 =
    0); squared difference (b1 = b2 = 0, b3 = b5, b3 + b4 + b5 = 0); and absolute difference,
    within a model of one plane on each side of X = Y [1]_. Discrepancy is counted as by [3]_,
    from X and Y standardised each, and as answered.

    HC3 errors [4]_ are the default because noise that grows with the gap makes the classical F
    tests reject a true constraint in up to 30 % of samples of any size. With about 50 respondents
    F tests with HC3 reject somewhat too often (5 to 15 % in place of 5 %), with 100 to 250 still
    in up to 10 % where the noise grows much; single coefficients do not. Where variances are equal
    the classical tests are exact.

    References
    ----------
    .. [1] Edwards, J. R., & Parry, M. E. (1993). On the use of polynomial regression equations as
       an alternative to difference scores in organizational research. *Academy of Management
       Journal*, 36(6), 1577-1613. https://doi.org/10.5465/256822
    .. [2] Edwards, J. R. (2002). Alternatives to difference scores: Polynomial regression analysis
       and response surface methodology. In F. Drasgow & N. W. Schmitt (Eds.), *Measuring and
       analyzing behavior in organizations* (pp. 350-400). Jossey-Bass.
    .. [3] Shanock, L. R., Baran, B. E., Gentry, W. A., Pattison, S. C., & Heggestad, E. D. (2010).
       Polynomial regression with response surface analysis: A powerful approach for examining
       moderation and overcoming limitations of difference scores. *Journal of Business and
       Psychology*, 25(4), 543-554. https://doi.org/10.1007/s10869-010-9183-4
    .. [4] Long, J. S., & Ervin, L. H. (2000). Using heteroscedasticity consistent standard errors
       in the linear regression model. *The American Statistician*, 54(3), 217-224.
       https://doi.org/10.1080/00031305.2000.10474549

    Examples
    --------
    >>> import servqual as sq
    >>> frame = sq.load_dataset("bank").dropna()
    >>> answers = sq.Responses.from_frame(frame, sq.load_instrument("servqual-1991"))
    >>> found = response_surface(sq.gap_scores(answers), ["SAT1", "SAT2", "SAT3"], seed=1)
    >>> found.surface[["parameter", "estimate", "se", "p_value"]].round(3)
      parameter  estimate     se  p_value
    0        a1     1.073  0.343    0.002
    1        a2    -0.133  0.121    0.275
    2        a3    -0.457  0.644    0.479
    3        a4    -0.753  0.226    0.001
    4        a5     0.549  0.141    0.000
    """
    _check_options(level, centre, errors, confidence, n_resamples)
    if interval is None:
        interval = "percentile" if n_resamples else "delta"
    check_interval(interval, n_resamples)
    pairs = _read(data, outcome, level, x, y, scale, weights, centre)
    fits = {
        key: fit_polynomial(
            pairs.z, one - pairs.centre[key], two - pairs.centre[key], pairs.weights, errors
        )
        for key, (one, two) in pairs.pairs.items()
    }
    sound = tuple(key for key, fit in fits.items() if isinstance(fit, Regression))
    if not sound:
        why = "; ".join(dict.fromkeys(fit for fit in fits.values() if isinstance(fit, str)))
        raise ResponseError(
            f"No surface over X = {pairs.names[0]} and Y = {pairs.names[1]} can be fitted to "
            f"{len(pairs.z):,} respondents: {why}."
        )
    draws = _draws(pairs, sound, int(n_resamples), seed, progress)
    parts = [
        describe(pairs, key, fit, draws.get(key), errors=errors, confidence=confidence)
        for key, fit in fits.items()
    ]
    _warn_at_top(pairs, parts)
    return ResponseSurface(
        table=_table(parts),
        ends=MappingProxyType({kind: _joined(parts, kind) for kind in ("percentile", "delta")}),
        constraint_table=_constraint_table(parts),
        discrepancy_table=_by_surface(
            parts, [{"n": len(pairs.z), **part.discrepancy} for part in parts]
        ),
        point_table=_by_surface(parts, [part.point for part in parts]),
        surfaces=tuple(part.surface for part in parts),
        outcome=pairs.outcome,
        names=pairs.names,
        instrument=pairs.instrument,
        overall_of=pairs.overall_of,
        n=len(pairs.z),
        n_total=pairs.n_total,
        weighted=pairs.weights is not None,
        unused_importance=pairs.importance,
        errors="HC3" if pairs.weights is not None else errors,
        centre=centre if isinstance(centre, str) else "value",
        scale=pairs.scale,
        interval=interval,
        confidence=confidence,
        n_resamples=int(n_resamples),
        n_failed=int(max((np.isnan(one[:, 0]).sum() for one in draws.values()), default=0)),
        reasons=tuple(reason for part in parts for reason in part.reasons),
    )


def _check_options(
    level: object, centre: object, errors: object, confidence: float, n_resamples: int
) -> None:
    if level not in ("overall", "dimension"):
        raise ValueError(f"level must be 'overall' or 'dimension', not {level!r}.")
    number = isinstance(centre, (int, float, np.integer, np.floating)) and np.isfinite(centre)
    if isinstance(centre, bool) or not (number or centre in ("midpoint", "mean")):
        raise ValueError(f"centre must be 'midpoint', 'mean' or a number, not {centre!r}.")
    if errors not in ("HC3", "classical"):
        raise ValueError(f"errors must be 'HC3' or 'classical', not {errors!r}.")
    check_asked(n_resamples, confidence, least=0)


def _read(
    data: object,
    outcome: object,
    level: Level,
    x: str | None,
    y: str | None,
    scale: tuple[float, float] | None,
    weights: str | ArrayLike | None,
    centre: Centre,
) -> Pairs:
    if isinstance(data, GapScores):
        own = {"x": x, "y": y, "scale": scale, "weights": weights}
        given = [name for name, value in own.items() if value is not None]
        if given:
            raise ValueError(
                f"{shortened(given)} go with a frame; gap scores know their own perception, "
                "expectation, scale and weights."
            )
        return read_scores(data, outcome, level, centre)
    if isinstance(data, Scores):
        raise TypeError(
            "response_surface wants GapScores from gap_scores(...), or a frame with x= and y=, not "
            f"{type(data).__name__}."
        )
    if level != "overall":
        raise ValueError("level='dimension' goes with gap scores; a frame has one pair, x and y.")
    return read_columns(data, outcome, x, y, scale, weights, centre)


def _draws(
    pairs: Pairs, keys: tuple[str, ...], n_resamples: int, seed: int | None, show: bool
) -> dict[str, Floats]:
    if n_resamples == 0:
        return {}
    centred = [tuple(one - pairs.centre[key] for one in pairs.pairs[key]) for key in keys]
    drawn = resampled_coefficients(
        pairs.z, [(one, two) for one, two in centred], pairs.weights, n_resamples, seed, show=show
    )
    return {key: drawn[:, at] for at, key in enumerate(keys)}


def _warn_at_top(pairs: Pairs, parts: Sequence[Described]) -> None:
    found = {
        part.surface.key: part.discrepancy["share_y_at_top"]
        for part in parts
        if part.discrepancy["share_y_at_top"] >= AT_TOP
    }
    if not found:
        return
    where = f" in {shortened(list(found))}" if all(found) else ""
    warn(
        f"Up to {max(found.values()):.0%} of the respondents{where} have {pairs.names[1]} within "
        "half a point of the top of the scale: the surface is hardly known away from there, and "
        "congruence and incongruence are hardly told apart.",
        AdmissibilityWarning,
    )


def _names(part: Described) -> dict[str, str]:
    key = part.surface.key
    return {"level": "dimension" if key else "overall", "dimension": key}


def _table(parts: Sequence[Described]) -> pd.DataFrame:
    return pd.concat(
        [pd.DataFrame({**_names(part), "parameter": PARAMETERS, **part.columns}) for part in parts],
        ignore_index=True,
    )


def _by_surface(parts: Sequence[Described], rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame([{**_names(part), **row} for part, row in zip(parts, rows, strict=True)])


def _constraint_table(parts: Sequence[Described]) -> pd.DataFrame:
    columns = ("model", "r2", "r2_free", "statistic", "df1", "df2", "p_value")
    rows = [
        {**_names(part), **{name: getattr(one, name) for name in columns}}
        for part in parts
        for one in part.constraints
    ]
    return pd.DataFrame(rows, columns=["level", "dimension", *columns])


def _joined(parts: Sequence[Described], kind: str) -> Floats:
    ends = np.concatenate([part.ends[kind] for part in parts])
    ends.flags.writeable = False
    return ends
