"""Gap scores: perception minus expectation."""

from dataclasses import dataclass

import pandas as pd

from servqual._language import say
from servqual.responses import Responses
from servqual.scores.common import require_one_scale
from servqual.scores.importance import At, Weigh
from servqual.scores.weighted import Overall, WeightedScores, score_weighted, summarize


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class GapScores(WeightedScores):
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
        items = self.responses.instrument.items
        gaps = {f"G{item}": row for item, row in zip(items, self.item_scores, strict=True)}
        return self._with_answers(gaps, extra)

    def title(self, language: str = "en") -> str:
        """Say of what, of how many, with which expectation, and what overall is the mean of."""
        kind = self.responses.instrument.expectation_kind
        stated = f"{kind} expectations" if kind else "kind of expectation not stated"
        return say(
            "Gap scores (P − E; {kind}), {of}; {overall}",
            language,
            kind=say(stated, language),
            of=self._of(language),
            overall=self._what_overall_is(language),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what a gap means, how its interval was formed, and what was left out."""
        meaning = say(
            "Gap = perception − expectation in scale points; negative means that the service "
            "falls short. Intervals: 95 %, Student's t.",
            language,
        )
        return (meaning, *self._shared_notes(language), *self._unscored_note(language))

    @property
    def _roles(self) -> tuple[str, ...]:
        return ("perception", "expectation")


def gap_scores(
    responses: Responses,
    importance: object = None,
    importance_at: At = "dimension",
    normalize: bool = True,
    overall: Overall = "dimensions",
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
    roles = ("perception", "expectation")
    require_one_scale(responses, roles)
    fields, scored = score_weighted(
        responses,
        roles,
        importance=importance,
        importance_at=importance_at,
        normalize=normalize,
        overall=overall,
        weigh=weigh,
    )
    summary = summarize(
        responses,
        scored,
        {"lower": ("mean_e", "sd_e"), "upper": ("mean_p", "sd_p"), "score": ("gap", "sd_gap")},
    )
    return GapScores(summary=summary, **fields)
