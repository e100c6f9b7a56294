"""Gap scores: perception minus expectation."""

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
class GapScores(Scores):
    """Gap scores of respondents; make them with `gap_scores`.

    Attributes
    ----------
    items, dimensions : pandas.DataFrame
        Gaps in scale points, one row a scored respondent under its original index, one column an
        item or a dimension.
    overall : pandas.Series
        The overall gap: weighted if importance was given.
    overall_unweighted : pandas.Series
        The overall gap without importance weights.
    excluded : pandas.DataFrame
        Who was left out and why.
    """

    item_gaps: NDArray[Any]
    dimension_gaps: NDArray[np.float64]
    overall_gap: NDArray[np.float64]
    overall_gap_weighted: NDArray[np.float64] | None
    overall_of: str
    importance: Importance | None

    @property
    def items(self) -> pd.DataFrame:
        """Item gaps: one row a scored respondent, columns are item ids."""
        return labelled(self.item_gaps, self.responses.instrument.items, self.index)

    @property
    def dimensions(self) -> pd.DataFrame:
        """Dimension gaps: one row a scored respondent."""
        return labelled(self.dimension_gaps, self.responses.instrument.dimensions, self.index)

    @property
    def overall(self) -> pd.Series:
        """Overall gap of each scored respondent, weighted if importance was given."""
        values = self.overall_gap if self.overall_gap_weighted is None else self.overall_gap_weighted
        return pd.Series(values, index=self.index, name="overall", copy=False)

    @property
    def overall_unweighted(self) -> pd.Series:
        """Overall gap of each scored respondent, without importance weights."""
        return pd.Series(self.overall_gap, index=self.index, name="overall_unweighted", copy=False)

    def to_data(self, extra: object = None) -> pd.DataFrame:
        """Give one frame for models: G1.. gaps, P1.. and E1.. answers, then extra columns.

        Parameters
        ----------
        extra : str, sequence of str or frame, optional
            Columns of the frame that the responses came from, or a frame with a row for each
            respondent.

        Returns
        -------
        pandas.DataFrame
            One row a scored respondent, under its original index.
        """
        gaps = {
            f"G{item}": values
            for item, values in zip(self.responses.instrument.items, self.item_gaps, strict=True)
        }
        return self._with_answers(dict(gaps), extra)

    def title(self, language: str = "en") -> str:
        """Say of what, of how many, with which expectation, and what overall is the mean of."""
        kind = self.responses.instrument.expectation_kind
        stated = say(f"{kind} expectations" if kind else "kind of expectation not stated", language)
        return say(
            "Gap scores (P − E; {kind}), {of}; {overall}",
            language,
            kind=stated,
            of=self._of(language),
            overall=describe_overall(
                self.overall_of,
                self.importance,
                len(self.dimension_gaps),
                len(self.item_gaps),
                language,
            ),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what a gap means, how its interval was formed, and what was left out."""
        notes = [
            say(
                "Gap = perception − expectation in scale points; negative means that the service "
                "falls short. Intervals: 95 %, Student's t.",
                language,
            ),
            *self._shared_notes(language),
        ]
        unscored = int(np.isnan(self.overall).sum())
        if unscored:
            notes.append(
                say(
                    "{count:,} scored respondents have no overall score: a dimension or a weight "
                    "is missing.",
                    language,
                    count=unscored,
                )
            )
        return tuple(notes)

    @property
    def _roles(self) -> tuple[str, ...]:
        return ("perception", "expectation")


def gap_scores(
    responses: Responses,
    importance: object = None,
    importance_at: At = "dimension",
    normalize: bool = True,
    overall: Literal["dimensions", "items"] = "dimensions",
    weigh: Weigh = "respondents",
) -> GapScores:
    r"""Score the gaps between perception and expectation.

    Parameters
    ----------
    responses : Responses
        Answers with the roles expectation and perception.
    importance : {"points", "items"}, mapping or frame, optional
        Weights of the overall gap: the answered 100-point allocations or item ratings, common
        weights by dimension or item, or a frame with a row for each respondent.
    importance_at : {"dimension", "item"}
        What is weighted. At "dimension", item ratings are first averaged within dimensions.
    normalize : bool, default True
        Scale the weights to sum to 1. Otherwise the overall score is the weighted sum.
    overall : {"dimensions", "items"}
        Whether the unweighted overall gap is the mean of the dimensions or of the items; they
        differ where dimensions have different numbers of items.
    weigh : {"respondents", "means"}
        Weigh each respondent's gaps by the respondent's own weights and then average, or use the
        mean weights for all. They coincide where everybody has the same weights.

    Returns
    -------
    GapScores
        ``items``, ``dimensions``, ``overall``, ``overall_unweighted``, ``excluded``,
        ``to_data()`` and ``to_frame()``: level, n, mean_e, sd_e, mean_p, sd_p, gap, sd_gap,
        ci_low, ci_high, in scale points.

    Raises
    ------
    ResponseError
        If a role is not bound, no respondent can be scored, or weights do not fit.

    Warns
    -----
    MissingResponseWarning
        If answers are missing: how many respondents that concerns, and what was done.

    Notes
    -----
    For respondent i and item j of dimension d with :math:`k_d` items,

    .. math:: g_{ij} = P_{ij} - E_{ij}, \quad g_{id} = \frac{1}{k_d} \sum_{j \in d} g_{ij}, \quad
              g_i = \sum_d w_{id}\, g_{id} \Big/ \sum_d w_{id},

    with :math:`w_{id} = 1` unless importance is given. The interval of a mean gap is
    :math:`\bar g \pm t_{.975,\,n-1}\, s_g / \sqrt n`, [1]_ [2]_ for the scores.

    References
    ----------
    .. [1] Parasuraman, A., Zeithaml, V. A., & Berry, L. L. (1988). SERVQUAL: A multiple-item scale
       for measuring consumer perceptions of service quality. *Journal of Retailing*, 64(1), 12-40.
    .. [2] Zeithaml, V. A., Parasuraman, A., & Berry, L. L. (1990). *Delivering quality service*.
       Free Press.

    Examples
    --------
    >>> import servqual as sq
    >>> duo = sq.Instrument(
    ...     name="duo", scale=(1, 7), dimensions={"care": ("1", "2"), "speed": ("3",)}
    ... )
    >>> frame = pd.DataFrame(
    ...     {"E1": [7, 6], "E2": [6, 6], "E3": [7, 7], "P1": [5, 6], "P2": [6, 4], "P3": [4, 6]}
    ... )
    >>> scores = sq.gap_scores(sq.Responses.from_frame(frame, duo))
    >>> scores.dimensions
       care  speed
    0  -1.0   -3.0
    1  -1.0   -1.0
    >>> float(scores.overall.mean())
    -1.5
    """
    if overall not in ("dimensions", "items"):
        raise ValueError(f"overall must be 'dimensions' or 'items', not {overall!r}.")
    chosen = select(responses, ("perception", "expectation"))
    asked, by = None, None
    if importance is not None:
        asked, values = read_importance(
            importance, responses, at=importance_at, normalize=normalize, weigh=weigh
        )
        by = weighting(asked, values, chosen.rows, responses.weights)
    scored = score(
        responses.answers["perception"],
        responses.answers["expectation"],
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
            "mean_e": part(scored, "lower", "mean"),
            "sd_e": np.sqrt(part(scored, "lower", "variance")),
            "mean_p": part(scored, "upper", "mean"),
            "sd_p": np.sqrt(part(scored, "upper", "variance")),
            "gap": mean,
            "sd_gap": np.sqrt(part(scored, "score", "variance")),
            "ci_low": low,
            "ci_high": high,
        }
    )
    for values in (scored.items, scored.dimensions, scored.overall, scored.overall_weighted):
        if values is not None:
            values.flags.writeable = False
    check_size(scored.items.shape[1])
    return GapScores(
        responses=responses,
        rows=chosen.rows,
        summary=summary,
        item_gaps=scored.items,
        dimension_gaps=scored.dimensions,
        overall_gap=scored.overall,
        overall_gap_weighted=scored.overall_weighted,
        overall_of=overall,
        importance=asked,
    )
