"""How much of what is explained of an outcome is each driver's."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from servqual._frames import read_only
from servqual._language import say
from servqual._progress import progress as show_progress
from servqual.errors import AdmissibilityWarning, warn
from servqual.priorities.relative.blocks import Blocks, check_size, determined, form_blocks
from servqual.priorities.relative.methods import METHODS, Method
from servqual.priorities.relative.reading import Drivers, read_drivers
from servqual.priorities.relative.resamples import Divider
from servqual.priorities.relative.shares import RelativeImportance
from servqual.priorities.relative.subsets import Floats
from servqual.resampling import IntervalKind, acceleration_of, check_asked, resample_counts

FULL = "R² is not known, as there are no fewer of them than respondents, nor are shares of it"


def relative_importance(
    y: object,
    X: object,
    method: Method = "lmg",
    *,
    of: str | None = None,
    level: str = "dimension",
    groups: Mapping[str, Sequence[str]] | None = None,
    weights: str | ArrayLike | None = None,
    n_resamples: int = 2000,
    seed: int | None = None,
    kind: IntervalKind = "percentile",
    confidence: float = 0.95,
    n_orders: int = 1000,
    progress: bool = True,
) -> RelativeImportance:
    r"""Divide the variance of an outcome that its drivers explain among them.

    Parameters
    ----------
    y : str, sequence of str or array_like of shape (n,)
        The outcome: a column of X (of the answers' frame, if X is scores), several to be averaged,
        or a value for each respondent.
    X : GapScores, PerceptionScores, ToleranceScores, frame, Sample or Moments
        The drivers. Of a frame or sample, every column but the outcome. Moments have no rows, so
        there are no resamples and no intervals.
    method : {"lmg", "johnson", "first", "last", "pratt"}
    of : str, optional
        Which of the scores: "gap" (by default of gap scores), "perception", "expectation";
        "adequacy", "superiority", ... of tolerance scores.
    level : {"dimension", "item"}
        What of the scores the drivers are.
    groups : mapping of str to sequence of str, optional
        Columns that enter together as one driver, such as the items of a dimension; columns in no
        group are drivers of their own.
    weights : str or array_like of shape (n,), optional
        Sampling weights, for a frame; scores and samples have their own.
    n_resamples : int, default 2000
        How many resamples of the respondents; 0 for none.
    seed : int, optional
        The same seed gives the same resamples, and orders.
    kind : {"percentile", "bias-corrected", "bca"}
        Of the intervals.
    confidence : float, default 0.95
    n_orders : int, default 1000
        Orders of entry to sample where there are more than 20 drivers.
    progress : bool, default True
        Whether a bar is shown when it takes longer than two seconds.

    Returns
    -------
    RelativeImportance
        ``to_frame()`` has a row a driver in input order: driver, (label,) estimate (the raw share;
        of "lmg", "johnson" and "pratt" they sum to R²), se, ci_low, ci_high, share (of R², sums to
        1), share_ci_low, share_ci_high, rank (1 first), rank_ci_low, rank_ci_high, p_first (the
        share of resamples in which it comes first). ``.methods`` has all five methods side by side,
        ``.rank_probabilities``, ``.differences`` of all pairs, ``.draws``, ``.r_squared``,
        ``.problems``.

    Raises
    ------
    ResponseError
        If columns are missing, the outcome or every driver does not vary, or there are too few
        respondents for so many drivers.
    ValueError
        If an option is not known.

    Warns
    -----
    MissingResponseWarning
        If respondents are left out because something is missing.
    AdmissibilityWarning
        If resamples are left out.

    Notes
    -----
    "lmg" averages what a driver adds to R² over all orders of entry [1]_, the Shapley value of the
    game R²; a group enters as one. To 20 drivers every subset is taken, from sweeps of the
    covariance matrix; beyond, random orders, each with its reverse (in resamples of more than 15
    drivers 100 of them, less what these err on the whole sample). "johnson" [2]_ divides R²
    through the uncorrelated variables nearest to the drivers: with
    :math:`\Lambda = R_{xx}^{1/2}`, :math:`\epsilon_j = \sum_k \Lambda_{jk}^2 (\Lambda^{-1} r)_k^2`.
    "first" is R² of the driver alone, "last" what it adds to all others, "pratt" [3]_
    :math:`\beta_j r_j`. Of a group, Johnson's and Pratt's values are the sums over its columns. On
    the methods see [4]_.

    Where drivers determine each other, "lmg" and "johnson" divide what they share; "last" and
    "pratt" are NaN, with the reason. Drivers without variance are NaN, and the others computed.

    Respondents are resampled with their sampling weights, and all is computed anew in each.
    Resamples in which a column does not vary, or with no more different respondents than
    coefficients (R² is then 1 whatever they answered), are left out and counted.
    R² and its shares are never negative, and too large on average in a sample, the more so the
    fewer the respondents: no interval of a driver that does nothing reaches 0.

    ``p_first`` overstates in small samples how sure a rank is. In made-up populations of five
    drivers of about the same importance, a driver that came first in 90 % of the resamples was
    first in truth in half of the samples of 50 respondents, in 95 % of those of 250 and in all of
    1,000; the 95 % interval of ranks held the true rank in 97 % or more.

    References
    ----------
    .. [1] Lindeman, R. H., Merenda, P. F., & Gold, R. Z. (1980). *Introduction to bivariate and
       multivariate analysis*. Scott, Foresman.
    .. [2] Johnson, J. W. (2000). A heuristic method for estimating the relative weight of predictor
       variables in multiple regression. *Multivariate Behavioral Research*, 35(1), 1-19.
       https://doi.org/10.1207/S15327906MBR3501_1
    .. [3] Pratt, J. W. (1987). Dividing the indivisible: Using simple symmetry to partition
       variance explained. In *Proceedings of the Second International Conference in Statistics*
       (pp. 245-260). University of Tampere.
    .. [4] Grömping, U. (2006). Relative importance for linear regression in R: The package
       relaimpo. *Journal of Statistical Software*, 17(1), 1-27.
       https://doi.org/10.18637/jss.v017.i01

    Examples
    --------
    >>> import servqual as sq
    >>> complete = sq.load_dataset("bank").dropna()
    >>> answers = sq.Responses.from_frame(complete, sq.load_instrument("servqual-1991"))
    >>> found = relative_importance(["SAT1", "SAT2", "SAT3"], sq.gap_scores(answers), seed=1)
    >>> found.to_frame()[["driver", "estimate", "share", "rank", "p_first"]].round(2)
               driver  estimate  share  rank  p_first
    0       tangibles      0.07   0.15     5     0.04
    1     reliability      0.10   0.21     2     0.23
    2  responsiveness      0.11   0.24     1     0.41
    3       assurance      0.09   0.20     4     0.17
    4         empathy      0.09   0.21     3     0.15
    """
    check_method(method)
    check_asked(n_resamples, confidence, kind, least=0)
    check_asked(n_orders, least=4, name="n_orders")
    drivers = read_drivers(y, X, weights, of, level)
    blocks = form_blocks(drivers, groups, int(n_orders), seed)
    check_size(drivers, blocks, method)
    asked = int(n_resamples) if drivers.rows is not None else 0
    shares, r_squared, acceleration = np.empty((0, len(blocks.keys))), np.empty(0), None
    left_out = {"constant": 0, "few": 0, "singular": 0}
    if drivers.rows is not None and asked:
        divider = Divider(drivers.rows, drivers.weights, blocks.division, method, seed)
        held = []
        with show_progress(say("bootstrap"), asked, wanted=progress) as bar:
            for counts in resample_counts(len(drivers.rows), asked, seed):
                found = divider.of(counts)
                held.append((found.shares[found.solved], found.r_squared[found.solved]))
                for name in left_out:
                    left_out[name] += int(getattr(found, name).sum())
                bar.advance(len(counts))
        shares = _spread(np.concatenate([one for one, _ in held]), blocks, method)
        r_squared = np.concatenate([one for _, one in held])
        if kind == "bca":
            acceleration = _acceleration(*divider.without_each(drivers.rows), blocks)
    full = determined(drivers, blocks)
    methods, order_error = _methods(drivers, blocks, method, full)
    reasons = blocks.reasons(method) | ({FULL: blocks.keys} if full else {})
    result = RelativeImportance(
        method=method,
        drivers=blocks.keys,
        groups=tuple(
            (key, columns)
            for key, columns in zip(blocks.keys, blocks.members, strict=True)
            if columns != (key,)
        ),
        outcome=drivers.outcome,
        of=drivers.of,
        instrument=drivers.instrument,
        n=drivers.moments.n,
        n_total=drivers.n_total,
        weighted=drivers.weights is not None,
        r_squared=float(np.nansum(methods["lmg"])) if not full else np.nan,
        moments=drivers.moments,
        order_error=order_error,
        n_orders=0 if blocks.division.orders is None else len(blocks.division.orders),
        n_resamples=asked,
        n_constant=left_out["constant"],
        n_few=left_out["few"],
        n_singular=left_out["singular"],
        seed=seed,
        kind=kind,
        confidence=confidence,
        reversed_drivers=_reversed(drivers, blocks),
        reasons=tuple(reasons.items()),
        _methods=MappingProxyType(methods),
        _draws=read_only(shares),
        _r_squared_draws=read_only(np.full(len(r_squared), np.nan) if full else r_squared),
        _acceleration=acceleration,
    )
    if any(left_out.values()):
        warn(" ".join(result.problems), AdmissibilityWarning)
    return result


def check_method(method: str) -> None:
    """Refuse a method that is not known."""
    if method not in METHODS:
        known = ", ".join(map(repr, METHODS))
        raise ValueError(f"method must be one of {known}, not {method!r}.")


def _spread(known: Floats, blocks: Blocks, method: Method) -> Floats:
    """Put the values of the drivers that vary into the columns of all drivers."""
    values = np.full((len(known), len(blocks.keys)), np.nan)
    values[:, blocks.known] = known
    values[:, blocks.undefined(method)] = np.nan
    return values


def _methods(
    drivers: Drivers, blocks: Blocks, asked: Method, full: bool
) -> tuple[dict[str, Floats], Floats | None]:
    """Give every method's raw shares, only "first" where respondents are too few; LMG's error."""
    if full:
        alone = blocks.division.of(drivers.moments.covariance[None], "first")
        found = {method: np.full(len(blocks.known), np.nan) for method in METHODS}
        found["first"], error = alone[0], None
    else:
        found, error = blocks.division.every(drivers.moments.covariance)
    spread: dict[str, Floats] = {
        method: _spread(found[method][None], blocks, method)[0] for method in METHODS
    }
    for values in spread.values():
        values.flags.writeable = False
    if error is None or asked != "lmg":
        return spread, None
    return spread, _spread(error[None], blocks, asked)[0]


def _acceleration(shares: Floats, r_squared: Floats, blocks: Blocks) -> Floats:
    """Give the acceleration of raw shares and of shares of R squared, as (2, q)."""
    found = np.full((2, len(blocks.keys)), np.nan)
    for i, values in enumerate((shares, shares / r_squared[:, None])):
        influence = values.mean(axis=0) - values
        found[i, blocks.known] = acceleration_of(
            (influence**2).sum(axis=0), (influence**3).sum(axis=0)
        )
    return read_only(found)


def _reversed(drivers: Drivers, blocks: Blocks) -> tuple[str, ...]:
    """Name the drivers of one column that go down as the outcome goes up."""
    with_outcome = drivers.moments.covariance[-1]
    return tuple(
        blocks.keys[i]
        for i, columns in zip(blocks.known, blocks.division.blocks, strict=True)
        if len(columns) == 1 and with_outcome[columns[0]] < 0
    )
