"""Scores with one number a respondent for each item, dimension and overall, weighted or not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._kernel import Scored, score
from servqual._language import say
from servqual.responses import Responses
from servqual.scores.common import Scores, check_size, interval, keys_and_labels, part, select
from servqual.scores.importance import At, Importance, Weigh, read_importance, weighting

Overall = Literal["dimensions", "items"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class WeightedScores(Scores):
    """What gap scores and performance-only scores have in common."""

    item_scores: NDArray[Any]
    dimension_scores: NDArray[np.float64]
    overall_scores: NDArray[np.float64]
    overall_scores_weighted: NDArray[np.float64] | None
    overall_of: Overall
    importance: Importance | None

    @property
    def items(self) -> pd.DataFrame:
        """Item scores: one row a scored respondent, columns are item ids."""
        return self._labelled(self.item_scores, self.responses.instrument.items)

    @property
    def dimensions(self) -> pd.DataFrame:
        """Dimension scores: one row a scored respondent, columns are dimension keys."""
        return self._labelled(self.dimension_scores, self.responses.instrument.dimensions)

    @property
    def overall(self) -> pd.Series:
        """Overall score of each scored respondent, weighted if importance was given."""
        weighted = self.overall_scores_weighted
        values = self.overall_scores if weighted is None else weighted
        return pd.Series(values, index=self.index, name="overall", copy=False)

    @property
    def overall_unweighted(self) -> pd.Series:
        """Overall score of each scored respondent, without importance weights."""
        values = self.overall_scores
        return pd.Series(values, index=self.index, name="overall_unweighted", copy=False)

    def _what_overall_is(self, language: str) -> str:
        if self.importance is None:
            counted = self.overall_of
            template = f"overall = mean of {{count}} {counted}"
            return say(template, language, count=self._count(counted))
        counted = "dimensions" if self.importance.at == "dimension" else "items"
        formed = "mean" if self.importance.normalize else "sum"
        template = f"overall = {formed} of {{count}} {counted} weighted by {{by}}"
        by = self.importance.describe(language)
        return say(template, language, count=self._count(counted), by=by)

    def _count(self, counted: str) -> int:
        return len(self.dimension_scores if counted == "dimensions" else self.item_scores)

    def _unscored_note(self, language: str) -> list[str]:
        unscored = int(np.isnan(self.overall).sum())
        if not unscored:
            return []
        return [
            say(
                "{count:,} scored respondents have no overall score: a dimension or a weight "
                "is missing.",
                language,
                count=unscored,
            )
        ]


Form = Callable[..., NDArray[np.float64]]
Finish = Callable[[Scored, NDArray[np.float64] | None], Scored]


class Fields(TypedDict):
    """The fields of `WeightedScores` that come from scoring."""

    responses: Responses
    rows: NDArray[np.bool_] | None
    item_scores: NDArray[Any]
    dimension_scores: NDArray[np.float64]
    overall_scores: NDArray[np.float64]
    overall_scores_weighted: NDArray[np.float64] | None
    overall_of: Overall
    importance: Importance | None


def score_weighted(
    responses: Responses,
    roles: Sequence[str],
    *,
    importance: object,
    importance_at: At,
    normalize: bool,
    overall: Overall,
    weigh: Weigh,
    form: Form | None = None,
    finish: Finish | None = None,
) -> tuple[Fields, Scored]:
    """Score the first role, minus the second if there is one, or what `form` makes of an item.

    `finish` changes what was scored, given it and the sampling weights of the scored respondents.
    """
    if overall not in ("dimensions", "items"):
        raise ValueError(f"overall must be 'dimensions' or 'items', not {overall!r}.")
    chosen = select(responses, roles)
    asked, by = None, None
    if importance is not None:
        asked, values = read_importance(
            importance, responses, at=importance_at, normalize=normalize, weigh=weigh
        )
        by = weighting(asked, values, chosen.rows, responses.weights)
    columns = [responses.answers[role] for role in roles]
    bounds = _bounds(responses, roles)
    if form is not None:
        formed = (
            form(*(answers.astype(np.float64) for answers in of_item))
            for of_item in zip(*columns, strict=True)
        )
        columns, bounds = [tuple(formed)], None
    scored = score(
        columns[0],
        columns[1] if len(columns) > 1 else None,
        list(responses.instrument.positions.values()),
        rows=chosen.rows,
        gaps=chosen.gaps,
        overall=overall,
        weighting=by,
        weights=responses.weights,
        bounds=bounds,
    )
    if finish is not None:
        held = responses.weights
        scored = finish(scored, held if held is None or chosen.rows is None else held[chosen.rows])
    check_size(scored.items.shape[1])
    fields = Fields(
        responses=responses,
        rows=chosen.rows,
        item_scores=scored.items,
        dimension_scores=scored.dimensions,
        overall_scores=scored.overall,
        overall_scores_weighted=scored.overall_weighted,
        overall_of=overall,
        importance=asked,
    )
    return fields, scored


def _bounds(responses: Responses, roles: Sequence[str]) -> tuple[int, int] | None:
    scales = [responses.instrument.scale_of(role) for role in roles]
    return min(low for low, _ in scales), max(high for _, high in scales)


def summarize(
    responses: Responses, scored: Scored, names: dict[str, tuple[str, str]]
) -> pd.DataFrame:
    """Summarize parts of the scores by level; `names` gives their mean and deviation columns."""
    levels = ["overall"] if scored.overall_weighted is None else ["overall", "overall_unweighted"]
    columns: dict[str, Any] = {
        **keys_and_labels(responses, levels),
        "n": part(scored, "score", "n"),
    }
    for name, (mean, sd) in names.items():
        columns[mean] = part(scored, name, "mean")
        columns[sd] = np.sqrt(part(scored, name, "variance"))
    columns["ci_low"], columns["ci_high"] = interval(scored)
    return pd.DataFrame(columns)
