"""Importance-performance analysis: what is important, how it is done, and how sure that is."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pandas as pd

from servqual._language import say
from servqual._phrases import among, grouped_reasons
from servqual._result import Result
from servqual.errors import ResponseError, SmallSampleWarning, shortened, warn
from servqual.instrument import Instrument
from servqual.priorities.grid.derived import DERIVED
from servqual.priorities.grid.placement import place
from servqual.priorities.grid.quadrants import Cutoff
from servqual.priorities.grid.reading import Matrix, read_matrix
from servqual.resampling import check_asked
from servqual.scores.gaps import GapScores
from servqual.scores.perception import PerceptionScores

Kind = Literal["points", "items", "correlation", "partial_correlation", "regression", "lmg"]
CUTOFFS = ("scale", "mean", "median", "diagonal")
IMPORTANCE = {
    "points": "mean points of 100",
    "items": "mean rating of importance",
    "given": "given weights",
    "frame": "mean given weight",
    "correlation": "correlation with {outcome}",
    "partial_correlation": "partial correlation with {outcome}, all others held",
    "lmg": "share of what is explained of {outcome} (LMG)",
    "regression": "standardised regression coefficient for {outcome}",
}
LINES = {
    "scale": "middle of each scale",
    "mean": "mean of all {count}",
    "median": "median of all {count}",
    "diagonal": "diagonal importance = performance in scale points",
    "standardised": "diagonal importance = performance, both standardised over all {count}",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ImportancePerformance(Result):
    """Items or dimensions in the four quadrants; make it with `importance_performance`.

    Attributes
    ----------
    instrument : Instrument
    table : pandas.DataFrame
        What `to_frame` gives.
    n, n_total : int
        Respondents used, and all of them.
    level : {"item", "dimension"}
    importance : str
        What importance is: "points", "items", "given", "frame", "correlation",
        "partial_correlation", "regression" or "lmg".
    performance : {"perception", "gap"}
    outcome : tuple of str
        What importance is derived from, if it is.
    cutoff : {"scale", "mean", "median", "diagonal"}
    cutoffs : mapping of str to float
        Where the lines of "importance" and "performance" stand.
    slope : float
        Of the diagonal, importance over performance; NaN if there is none.
    same_scale : bool
        Whether importance and performance are answers on one scale, so that a diagonal compares
        them as they are.
    n_resamples : int
    weighted : bool
    reasons : tuple of (str, str)
        What is to be known of some items or dimensions, and of which.
    """

    instrument: Instrument
    table: pd.DataFrame
    n: int
    n_total: int
    level: str
    importance: str
    performance: str
    outcome: tuple[str, ...]
    cutoff: str
    cutoffs: Mapping[str, float]
    slope: float
    same_scale: bool
    n_resamples: int
    weighted: bool
    reasons: tuple[tuple[str, str], ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """Why cells are NaN, and what lies on a line."""
        return self._problems("en")

    def to_frame(self) -> pd.DataFrame:
        """Give a new tidy, unrounded frame: one row an item or a dimension, in their order."""
        return self.table.copy()

    def importance_text(self, language: str = "en") -> str:
        """Name what importance is."""
        outcome = " + ".join(self.outcome)
        return say(IMPORTANCE[self.importance], language, outcome=outcome)

    def performance_text(self, language: str = "en") -> str:
        """Name what performance is."""
        gap = self.performance == "gap"
        return say("mean gap (P − E)" if gap else "mean perception", language)

    def cutoff_text(self, language: str = "en") -> str:
        """Name where the lines stand."""
        diagonal = self.cutoff == "diagonal" and not self.same_scale
        key = "standardised" if diagonal else self.cutoff
        return say(LINES[key], language, count=self._counted(language))

    def title(self, language: str = "en") -> str:
        """Say of what, of how many, what importance and performance are, and the lines."""
        text = say(
            "Importance-performance analysis of {count}, {instrument}: n = {n:,}",
            language,
            count=self._counted(language),
            instrument=self.instrument.title_in(language),
            n=self.n,
        )
        text = among(text, self.n, self.n_total, weighted=self.weighted, language=language)
        return say(
            "{text}; importance: {importance}; performance: {performance}; lines: {lines}",
            language,
            text=text,
            importance=self.importance_text(language),
            performance=self.performance_text(language),
            lines=self.cutoff_text(language),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what quadrants and probabilities mean, where the lines stand, and what is missing."""
        notes = [
            say(
                "Quadrants (Martilla & James, 1977): concentrate here = important, performance "
                "low; keep up the good work = important, high; low priority = less important, low; "
                "possible overkill = less important, high.",
                language,
            ),
            say(
                "Lines: importance {importance:.3f}, performance {performance:.3f} ({lines}).",
                language,
                **self.cutoffs,
                lines=self.cutoff_text(language),
            ),
        ]
        if self.cutoff == "diagonal":
            notes.append(
                say(
                    "Above the diagonal (importance beyond performance) is concentrate here; the "
                    "other quadrants divide what lies below it.",
                    language,
                )
            )
        if self.n_resamples:
            notes.append(
                say(
                    "probability = share of {count:,} resamples of the respondents in which it "
                    "falls in that quadrant, the lines being found anew in each. Intervals: 95 %, "
                    "percentile.",
                    language,
                    count=self.n_resamples,
                )
            )
        in_points = self.cutoff == "diagonal" and self.same_scale
        notes.append(
            say(
                "priority = importance − performance, in scale points."
                if in_points
                else "priority = importance − performance, both standardised over the rows.",
                language,
            )
        )
        if self.importance in DERIVED:
            notes.append(
                say(
                    "Importance is derived from the answers of the same respondents; it tells what "
                    "goes with the outcome, not what moves it.",
                    language,
                )
            )
        return (*notes, *self._problems(language))

    def _counted(self, language: str) -> str:
        template = {"item": "{count} items", "dimension": "{count} dimensions"}[self.level]
        return say(template, language, count=len(self.table))

    def _problems(self, language: str) -> tuple[str, ...]:
        return grouped_reasons(self.reasons, language)


def importance_performance(
    scores: GapScores | PerceptionScores,
    importance: Kind | Mapping[str, float] | pd.DataFrame,
    *,
    outcome: object = None,
    level: Literal["item", "dimension"] = "item",
    cutoff: Cutoff = "mean",
    performance: Literal["perception", "gap"] = "perception",
    n_resamples: int = 2000,
    seed: int | None = None,
) -> ImportancePerformance:
    r"""Place items or dimensions by importance and performance, and say how surely.

    Parameters
    ----------
    scores : GapScores or PerceptionScores
    importance : str, mapping or frame
        What importance is. Stated: "points" (the mean allocation of 100 points; for dimensions),
        "items" (the mean rating of importance), a mapping of common weights, or a frame of weights
        with a row for each respondent. Derived from an outcome, with performance as predictors:
        "correlation", "partial_correlation" (given all others), "regression" (standardised
        coefficients of all of them) or "lmg" (shares of R², see `relative_importance`).
    outcome : str, sequence of str, Series or frame, optional
        For derived importance: a column of the frame that the responses came from, or values for
        each respondent; several columns are averaged.
    level : {"item", "dimension"}
    cutoff : {"scale", "mean", "median", "diagonal"}
        Where the lines stand: at the middle of each scale (100 / k for points of k dimensions, 0
        for gaps; derived importance has none), at the mean or the median over the rows, or where
        importance equals performance.
    performance : {"perception", "gap"}
    n_resamples : int, default 2000
        How many resamples of the respondents; 0 for none, without probabilities and intervals.
    seed : int, optional
        The same seed gives the same resamples.

    Returns
    -------
    ImportancePerformance
        ``to_frame()``: level, dimension, item, label, n, importance and performance with percentile
        intervals, for gap scores the mean gap, quadrant, its probability, the probabilities of all
        four, and priority.

    Raises
    ------
    ResponseError
        If the scores have no such importance, or no respondent has all that derived importance
        needs.
    ValueError
        If the lines cannot stand there, or an option is not known.

    Warns
    -----
    MissingResponseWarning
        If respondents are left out: derived importance needs complete rows.

    Notes
    -----
    Important is what is on or above the importance line, well done what is on or above the
    performance line [1]_. With ``cutoff="diagonal"`` all that lies above the line importance =
    performance is to be concentrated on, and the other three quadrants divide what lies below it
    [2]_. The diagonal compares scale points where importance ratings and perceptions share a scale,
    otherwise both standardised over the rows; the lines then cross at the middle of the scale, or
    at the means.

    The respondents are resampled, importance, performance and the lines computed anew, and the
    probability of a quadrant is the share of resamples in which the item falls there. Partial
    correlations as importance are common [3]_. Derived importance is NaN, with its reason, where
    the outcome or an item has no variance or items determine each other.

    References
    ----------
    .. [1] Martilla, J. A., & James, J. C. (1977). Importance-performance analysis. *Journal of
       Marketing*, 41(1), 77-79. https://doi.org/10.1177/002224297704100112
    .. [2] Abalo, J., Varela, J., & Manzano, V. (2007). Importance values for importance-performance
       analysis: A formula for spreading out values derived from preference rankings. *Journal of
       Business Research*, 60(2), 115-121. https://doi.org/10.1016/j.jbusres.2006.10.009
    .. [3] Deng, W. (2007). Using a revised importance-performance analysis approach: The case of
       Taiwanese hot springs tourism. *Tourism Management*, 28(5), 1274-1284.
       https://doi.org/10.1016/j.tourman.2006.07.010

    Examples
    --------
    >>> import servqual as sq
    >>> bank = sq.load_instrument("servqual-1991")
    >>> complete = sq.load_dataset("bank").dropna()
    >>> scores = sq.gap_scores(sq.Responses.from_frame(complete, bank, points="points_{}"))
    >>> found = importance_performance(scores, "points", level="dimension", seed=1)
    >>> found.to_frame()[["dimension", "quadrant", "probability"]]
            dimension           quadrant  probability
    0       tangibles  possible overkill        1.000
    1     reliability   concentrate here        1.000
    2  responsiveness   concentrate here        0.997
    3       assurance  possible overkill        0.977
    4         empathy       low priority        1.000
    """
    _check(cutoff=(cutoff, CUTOFFS), level=(level, ("item", "dimension")))
    _check(performance=(performance, ("perception", "gap")))
    check_asked(n_resamples, least=0)
    if not isinstance(scores, (GapScores, PerceptionScores)):
        raise TypeError(
            "importance_performance wants GapScores from gap_scores(...) or PerceptionScores from "
            f"perception_scores(...), not {type(scores).__name__}."
        )
    if performance == "gap" and not isinstance(scores, GapScores):
        raise ResponseError("performance='gap' needs GapScores; perceptions alone have no gap.")
    matrix = read_matrix(scores, importance, outcome, level, performance)
    if cutoff == "scale" and np.isnan(matrix.middles[0]):
        raise ValueError(
            "cutoff='scale' needs importance with a scale ('items' or 'points'), but "
            f"{matrix.kind!r} importance has none. Choose 'mean', 'median' or 'diagonal'."
        )
    if matrix.n < 2:
        warn("One respondent only: there is no spread and no interval.", SmallSampleWarning)
    reasons = {reason: [matrix.keys[j] for j in at] for reason, at in matrix.reasons.items()}
    placed = place(matrix, cutoff, int(n_resamples), seed)
    for reason, at in placed.reasons.items():
        reasons[reason] = [matrix.keys[j] for j in at]
    return ImportancePerformance(
        instrument=scores.responses.instrument,
        table=_table(scores, matrix, placed.columns),
        n=matrix.n,
        n_total=len(scores.responses),
        level=level,
        importance=matrix.kind,
        performance=performance,
        outcome=matrix.outcome,
        cutoff=cutoff,
        same_scale=matrix.same_scale,
        n_resamples=int(n_resamples),
        weighted=scores.responses.weights is not None,
        reasons=tuple((reason, shortened(keys)) for reason, keys in reasons.items()),
        cutoffs=MappingProxyType(placed.cutoffs),
        slope=placed.slope,
    )


def _check(**given: tuple[str, tuple[str, ...]]) -> None:
    for name, (value, choices) in given.items():
        if value not in choices:
            known = ", ".join(map(repr, choices))
            raise ValueError(f"{name} must be one of {known}, not {value!r}.")


def _table(
    scores: GapScores | PerceptionScores, matrix: Matrix, columns: dict[str, Any]
) -> pd.DataFrame:
    instrument = scores.responses.instrument
    home = {item: key for key, items in instrument.dimensions.items() for item in items}
    of_items = matrix.level == "item"
    first = {
        "level": matrix.level,
        "dimension": [home[key] if of_items else key for key in matrix.keys],
        "item": [key if of_items else "" for key in matrix.keys],
        "label": [instrument.label(key) for key in matrix.keys],
        "n": matrix.n_each,
    }
    return pd.DataFrame(first | columns)
