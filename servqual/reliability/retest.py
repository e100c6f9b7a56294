"""Whether the same respondents give the same scores again: test-retest reliability."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import fdtri, ndtri

from servqual._frames import read_frame
from servqual._language import say
from servqual._lazy import require
from servqual._result import Result
from servqual.errors import MissingResponseWarning, ResponseError, shortened, warn
from servqual.instrument import Instrument
from servqual.reliability._scale_result import Reason
from servqual.resampling import check_confidence
from servqual.scores.weighted import WeightedScores

Floats = NDArray[np.float64]
OVERALL = "(overall)"
FEWEST = 5
_FIGURES = (
    *("n", "mean_first", "mean_second", "r", "ci_low", "ci_high"),
    *("icc_agreement", "icc_agreement_ci_low", "icc_agreement_ci_high"),
    *("icc_consistency", "icc_consistency_ci_low", "icc_consistency_ci_high"),
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class RetestReliability(Result):
    """Agreement of two waves of the same respondents; make it with `retest_reliability`.

    Attributes
    ----------
    columns : mapping of str to ndarray
        The columns of `to_frame`.
    n : int
        Respondents who are in both waves.
    only_first, only_second : int
        Respondents who are in one of them only.
    problems : tuple of str
        What could not be computed and why.
    instrument : Instrument or None
        Of the first wave; None for plain frames.
    """

    n: int
    only_first: int
    only_second: int
    by_position: bool
    confidence: float
    reasons: tuple[Reason, ...]
    columns: Mapping[str, NDArray[Any]]
    instrument: Instrument | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        """What could not be computed and why."""
        return tuple(reason.said() for reason in self.reasons)

    def to_frame(self) -> pd.DataFrame:
        """Give one row a dimension and one for the overall score; see `retest_reliability`."""
        return pd.DataFrame(dict(self.columns))

    def title(self, language: str = "en") -> str:
        """Say of how many, how they were matched, and how the intervals were formed."""
        text = say(
            "Test-retest reliability: {n:,} respondents matched by index",
            language,
            n=self.n,
        )
        if self.only_first or self.only_second:
            text += say(
                " ({first:,} in the first wave only, {second:,} in the second only, left out)",
                language,
                first=self.only_first,
                second=self.only_second,
            )
        return text + say("; {percent} % intervals", language, percent=f"{100 * self.confidence:g}")

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Name the coefficients, and what to mind."""
        notes = [
            say(
                "r = Pearson's correlation, interval by Fisher's z. ICC of single scores, two-way "
                "(McGraw & Wong, 1996): icc_agreement = ICC(A,1), which a shift between the waves "
                "lowers; icc_consistency = ICC(C,1), which it does not.",
                language,
            ),
            say(
                "A common reading takes an ICC below .50 as poor, to .75 as moderate, to .90 as "
                "good (Koo & Li, 2016, of its interval); it is a convention.",
                language,
            ),
        ]
        if self.by_position:
            notes.append(
                say(
                    "Both waves are indexed by row number: respondents were matched by their "
                    "place, which holds only if both files list the same people in the same order.",
                    language,
                )
            )
        return (*notes, *(reason.said(language) for reason in self.reasons))


def retest_reliability(
    first: object, second: object, *, confidence: float = 0.95
) -> RetestReliability:
    r"""Compare the scores of the same respondents at two times.

    Parameters
    ----------
    first, second : GapScores, PerceptionScores or frame
        Two waves with the same dimensions. Respondents are matched by the index of their frames;
        of plain frames, each column is a score.
    confidence : float, default 0.95

    Returns
    -------
    RetestReliability
        ``to_frame()`` has a row a dimension and one called "(overall)" for the overall score:
        dimension, label, n, mean_first, mean_second, r, ci_low, ci_high, icc_agreement and
        icc_consistency with their intervals. Sampling weights are not used.

    Raises
    ------
    ResponseError
        If the waves have different dimensions, an index names a respondent twice, or nobody is in
        both.
    ModuleNotFoundError
        If pingouin, which computes the intraclass correlations, is not installed.

    Warns
    -----
    MissingResponseWarning
        If respondents are in one wave only.

    Notes
    -----
    With mean squares of respondents :math:`MS_R`, waves :math:`MS_C` and error :math:`MS_E`,

    .. math:: ICC(C,1) = \frac{MS_R - MS_E}{MS_R + MS_E}, \qquad
              ICC(A,1) = \frac{MS_R - MS_E}{MS_R + MS_E + \frac{2}{n}(MS_C - MS_E)},

    with the intervals of McGraw and Wong [1]_. Fewer than five respondents, scores without
    variance and waves that are copies of each other give NaN, with the reason among the notes.

    References
    ----------
    .. [1] McGraw, K. O., & Wong, S. P. (1996). Forming inferences about some intraclass
       correlation coefficients. *Psychological Methods*, 1(1), 30-46.
       https://doi.org/10.1037/1082-989X.1.1.30
    .. [2] Koo, T. K., & Li, M. Y. (2016). A guideline of selecting and reporting intraclass
       correlation coefficients for reliability research. *Journal of Chiropractic Medicine*,
       15(2), 155-163. https://doi.org/10.1016/j.jcm.2016.02.012

    Examples
    --------
    >>> may = pd.DataFrame({"care": [4.0, 5, 6, 3, 7, 5]}, index=list("abcdef"))
    >>> june = pd.DataFrame({"care": [4.5, 5, 6.5, 3, 6, 5]}, index=list("abcdef"))
    >>> retest_reliability(may, june).to_frame()[["r", "icc_agreement"]].round(3)
           r  icc_agreement
    0  0.924          0.928
    """
    check_confidence(confidence)
    waves = [_read(one) for one in (first, second)]
    labels, before = waves[0]
    after = waves[1][1]
    if list(before.columns) != list(after.columns):
        raise ResponseError(
            f"The waves have different scores: {shortened(list(before.columns))} and "
            f"{shortened(list(after.columns))}."
        )
    shared = before.index[before.index.isin(after.index)]
    if not len(shared):
        raise ResponseError("No respondent is in both waves: no index label is shared.")
    only = len(before) - len(shared), len(after) - len(shared)
    if any(only):
        warn(
            f"{only[0]:,} respondents are in the first wave only and {only[1]:,} in the second "
            "only; they are left out.",
            MissingResponseWarning,
        )
    by_position = all(isinstance(one.index, pd.RangeIndex) for one in (before, after))
    before, after = before.loc[shared], after.loc[shared]
    reasons: list[Reason] = []
    figures = [
        _figures(
            key,
            before[key].to_numpy(np.float64),
            after[key].to_numpy(np.float64),
            confidence,
            reasons,
        )
        for key in before.columns
    ]
    columns: dict[str, NDArray[Any]] = {
        "dimension": np.array(list(before.columns), dtype=object),
        "label": np.array([labels[key] for key in before.columns], dtype=object),
        **{name: np.array([one[name] for one in figures]) for name in _FIGURES},
    }
    for column in columns.values():
        column.flags.writeable = False
    return RetestReliability(
        n=len(shared),
        only_first=only[0],
        only_second=only[1],
        by_position=by_position,
        confidence=confidence,
        reasons=tuple(reasons),
        columns=MappingProxyType(columns),
        instrument=first.responses.instrument if isinstance(first, WeightedScores) else None,
    )


def _read(wave: object) -> tuple[dict[str, str], pd.DataFrame]:
    """Read labels by score, and scores by respondent."""
    if isinstance(wave, WeightedScores):
        instrument = wave.responses.instrument
        labels = {key: instrument.label(key) for key in instrument.dimensions}
        frame = wave.dimensions.assign(**{OVERALL: wave.overall})
        labels[OVERALL] = "Overall"
    else:
        held = read_frame(wave)
        frame = held.pandas(held.names)
        labels = {name: name for name in held.names}
        wrong = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name])]
        if wrong:
            raise ResponseError(f"These columns hold no numbers: {shortened(wrong)}.")
    if not frame.index.is_unique:
        twice = frame.index[frame.index.duplicated()].unique().tolist()
        raise ResponseError(
            f"The index names {len(twice)} respondents more than once: {shortened(twice)}. Set an "
            "index of respondents first, as in frame.set_index('id')."
        )
    return labels, frame


def _figures(
    key: str, first: Floats, second: Floats, confidence: float, reasons: list[Reason]
) -> dict[str, float]:
    both = ~(np.isnan(first) | np.isnan(second))
    first, second = first[both], second[both]
    n = len(first)
    found = dict.fromkeys(_FIGURES, np.nan)
    found["n"] = n
    if n:
        found["mean_first"], found["mean_second"] = float(first.mean()), float(second.mean())
    why = ""
    if n < FEWEST:
        why = "fewer than five respondents have both scores"
    elif not np.ptp(first) > 0 or not np.ptp(second) > 0:
        why = "a score does not vary"
    elif np.allclose(np.ptp(second - first), 0, rtol=0, atol=1e-12):
        why = "the second wave is a copy of the first, or shifted by a constant"
    if why:
        reasons.append(Reason(key, why))
        return found
    r = float(np.corrcoef(first, second)[0, 1])
    z = ndtri(0.5 + confidence / 2)
    half = z / np.sqrt(n - 3)
    found["r"] = r
    found["ci_low"], found["ci_high"] = np.tanh(np.arctanh(r) + np.array([-half, half])).tolist()
    return found | _intraclass(first, second, confidence)


def _intraclass(first: Floats, second: Floats, confidence: float) -> dict[str, float]:
    """Intraclass correlations by pingouin; it rounds their intervals, so these are formed here."""
    n = len(first)
    long = pd.DataFrame(
        {
            "respondent": np.tile(np.arange(n), 2),
            "wave": np.repeat([1, 2], n),
            "score": np.concatenate([first, second]),
        }
    )
    pingouin = require("pingouin")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its use of pandas, not ours
        table = pingouin.intraclass_corr(
            data=long, targets="respondent", raters="wave", ratings="score"
        )
    agreement, consistency = (float(table["ICC"].iloc[row]) for row in (1, 2))
    f = float(table["F"].iloc[2])
    upper = 0.5 + confidence / 2
    low, high = f / fdtri(n - 1, n - 1, upper), f * fdtri(n - 1, n - 1, upper)
    agreement_low, agreement_high = _agreement_interval(agreement, f, n, upper)
    return {
        "icc_agreement": agreement,
        "icc_agreement_ci_low": agreement_low,
        "icc_agreement_ci_high": agreement_high,
        "icc_consistency": consistency,
        "icc_consistency_ci_low": float((low - 1) / (low + 1)),
        "icc_consistency_ci_high": float((high - 1) / (high + 1)),
    }


def _agreement_interval(icc: float, f: float, n: int, upper: float) -> tuple[float, float]:
    """McGraw and Wong's interval of ICC(A,1) of two waves, in units of the error mean square."""
    waves = ((f - 1) / icc - f - 1) * n / 2 + 1 if icc != 0 else 1.0
    a = 2 * icc / (n * (1 - icc))
    b = 1 + 2 * icc * (n - 1) / (n * (1 - icc))
    df = (a * waves + b) ** 2 / ((a * waves) ** 2 + b**2 / (n - 1))
    low, high = fdtri(n - 1, df, upper), fdtri(df, n - 1, upper)
    spread = 2 * waves + n - 2
    return (
        float(n * (f - low) / (low * spread + n * f)),
        float(n * (high * f - 1) / (spread + n * high * f)),
    )
