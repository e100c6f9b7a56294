"""Performance-only scores (SERVPERF)."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._kernel import score
from servqual._language import say
from servqual.responses import Responses
from servqual.scores.common import (
    Scores,
    check_size,
    describe_overall,
    interval,
    keys_and_labels,
    labelled,
    part,
    select,
)
from servqual.scores.importance import At, Importance, Weigh, read_importance, weighting


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PerceptionScores(Scores):
    """Performance-only scores of respondents; make them with `perception_scores`.

    Attributes
    ----------
    items, dimensions : pandas.DataFrame
        Perceptions in scale points (reverse-keyed items recoded), one row a scored respondent.
    overall : pandas.Series
        The overall score: weighted if importance was given.
    overall_unweighted : pandas.Series
        The overall score without importance weights.
    excluded : pandas.DataFrame
        Who was left out and why.
    """

    item_scores: NDArray[Any]
    dimension_scores: NDArray[np.float64]
    overall_score: NDArray[np.float64]
    overall_score_weighted: NDArray[np.float64] | None
    overall_of: str
    importance: Importance | None

    @property
    def items(self) -> pd.DataFrame:
        """Item scores: one row a scored respondent, columns are item ids."""
        return labelled(self.item_scores, self.responses.instrument.items, self.index)

    @property
    def dimensions(self) -> pd.DataFrame:
        """Dimension scores: one row a scored respondent."""
        return labelled(self.dimension_scores, self.responses.instrument.dimensions, self.index)

    @property
    def overall(self) -> pd.Series:
        """Overall score of each scored respondent, weighted if importance was given."""
        weighted = self.overall_score_weighted
        values = self.overall_score if weighted is None else weighted
        return pd.Series(values, index=self.index, name="overall", copy=False)

    @property
    def overall_unweighted(self) -> pd.Series:
        """Overall score of each scored respondent, without importance weights."""
        return pd.Series(
            self.overall_score, index=self.index, name="overall_unweighted", copy=False
        )

    def to_data(self, extra: object = None) -> pd.DataFrame:
        """Give one frame for models: P1.. perceptions, then extra columns."""
        return self._with_answers({}, extra)

    def title(self, language: str = "en") -> str:
        """Say of what, of how many, and what overall is the mean or sum of."""
        return say(
            "Performance-only scores (SERVPERF), {of}; {overall}",
            language,
            of=self._of(language),
            overall=describe_overall(
                self.overall_of,
                self.importance,
                len(self.dimension_scores),
                len(self.item_scores),
                language,
            ),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say how the intervals were formed, and what was left out."""
        notes = [
            say("Perceptions in scale points. Intervals: 95 %, Student's t.", language),
            *self._shared_notes(language),
        ]
        if self.importance is not None and (self.importance.at, self.importance.normalize) == (
            "item",
            False,
        ):
            notes.append(
                say(
                    "Weighted SERVPERF as the sum over items of importance times perception: "
                    "Cronin & Taylor (1992), doi 10.1177/002224299205600304.",
                    language,
                )
            )
        return tuple(notes)

    @property
    def _roles(self) -> tuple[str, ...]:
        return ("perception",)


def perception_scores(
    responses: Responses,
    importance: object = None,
    importance_at: At = "dimension",
    normalize: bool = True,
    overall: Literal["dimensions", "items"] = "dimensions",
    weigh: Weigh = "respondents",
) -> PerceptionScores:
    r"""Score perceptions alone (SERVPERF).

    Parameters
    ----------
    responses : Responses
        Answers with the role perception.
    importance, importance_at, normalize, overall, weigh
        As for `gap_scores`. Cronin and Taylor's weighted SERVPERF, the sum over items of
        importance times perception, is ``importance="items", importance_at="item",
        normalize=False``; with ``normalize=True`` it is the importance-weighted mean of the items,
        which stays on the scale of the answers.

    Returns
    -------
    PerceptionScores
        ``items``, ``dimensions``, ``overall``, ``overall_unweighted``, ``excluded``,
        ``to_data()`` and ``to_frame()``: level, n, mean_p, sd_p, ci_low, ci_high.

    Raises
    ------
    ResponseError
        If a role is not bound, no respondent can be scored, or weights do not fit.

    Notes
    -----
    SERVPERF is :math:`\sum_j P_{ij}` and weighted SERVPERF :math:`\sum_j I_{ij} P_{ij}` [1]_;
    unweighted scores are given as means, which differ from the sum by a factor only.

    References
    ----------
    .. [1] Cronin, J. J., & Taylor, S. A. (1992). Measuring service quality: A reexamination and
       extension. *Journal of Marketing*, 56(3), 55-68.
       https://doi.org/10.1177/002224299205600304

    Examples
    --------
    >>> import servqual as sq
    >>> duo = sq.Instrument(
    ...     name="duo", scale=(1, 7), dimensions={"care": ("1", "2")}, roles=("perception", "importance")
    ... )
    >>> frame = pd.DataFrame({"P1": [5, 6], "P2": [6, 4], "I1": [2, 1], "I2": [1, 1]})
    >>> answers = sq.Responses.from_frame(frame, duo)
    >>> sq.perception_scores(
    ...     answers, importance="items", importance_at="item", normalize=False
    ... ).overall.tolist()
    [16.0, 10.0]
    """
    if overall not in ("dimensions", "items"):
        raise ValueError(f"overall must be 'dimensions' or 'items', not {overall!r}.")
    chosen = select(responses, ("perception",))
    asked, by = None, None
    if importance is not None:
        asked, values = read_importance(
            importance, responses, at=importance_at, normalize=normalize, weigh=weigh
        )
        by = weighting(asked, values, chosen.rows, responses.weights)
    scored = score(
        responses.answers["perception"],
        None,
        list(responses.instrument.positions.values()),
        rows=chosen.rows,
        gaps=chosen.gaps,
        overall=overall,
        weighting=by,
        weights=responses.weights,
    )
    levels = ["overall"] if by is None else ["overall", "overall_unweighted"]
    n = part(scored, "score", "n")
    mean, error = part(scored, "score", "mean"), part(scored, "score", "standard_error")
    low, high = interval(mean, error, n)
    summary = pd.DataFrame(
        {
            **keys_and_labels(responses, levels),
            "n": n,
            "mean_p": mean,
            "sd_p": np.sqrt(part(scored, "score", "variance")),
            "ci_low": low,
            "ci_high": high,
        }
    )
    check_size(scored.items.shape[1])
    return PerceptionScores(
        responses=responses,
        rows=chosen.rows,
        summary=summary,
        item_scores=scored.items,
        dimension_scores=scored.dimensions,
        overall_score=scored.overall,
        overall_score_weighted=scored.overall_weighted,
        overall_of=overall,
        importance=asked,
    )
