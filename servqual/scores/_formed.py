"""Scores formed from several roles item by item, then averaged as perceptions are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._kernel import Scored, score
from servqual._tally import Statistics
from servqual.responses import Responses
from servqual.scores.importance import At, Weigh
from servqual.scores.weighted import Fields, Form, Overall, WeightedScores, score_weighted

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FormedScores(WeightedScores):
    """What scores formed item by item have in common."""

    prefix: ClassVar[str]

    def to_data(self, extra: object = None) -> pd.DataFrame:
        """Give one frame for models: the item scores, then extra columns as for gap scores."""
        items = self.responses.instrument.items
        named = [f"{self.prefix}{item}" for item in items]
        return self._with_extra(self.items.set_axis(named, axis=1), extra)


def score_formed(
    responses: Responses,
    roles: Sequence[str],
    form: Form,
    *,
    importance: object,
    importance_at: At,
    normalize: bool,
    overall: Overall,
    weigh: Weigh,
    exponent: float = 1.0,
) -> tuple[Fields, Scored]:
    """Form a score of each item from its answers in some roles, and average the scores.

    With an exponent r, which is for scores that are not positive, means are
    :math:`-(mean |s|^r)^{1/r}`.
    """

    def powered(*answers: Floats) -> Floats:
        return -(np.abs(form(*answers)) ** exponent)

    plain = exponent == 1
    return score_weighted(
        responses,
        roles,
        importance=importance,
        importance_at=importance_at,
        normalize=normalize,
        overall=overall,
        weigh=weigh,
        form=form if plain else powered,
        finish=None if plain else lambda scored, weights: _rooted(scored, exponent, weights),
    )


def _rooted(scored: Scored, exponent: float, weights: Floats | None) -> Scored:
    """Take the root of means of powers, and their statistics anew."""

    def root(values: NDArray[Any]) -> Floats:
        rooted: Floats = -(np.maximum(-values, 0) ** (1 / exponent))
        return rooted

    levels: dict[str, Floats] = {
        "item": root(scored.items),
        "dimension": root(scored.dimensions),
        "overall": root(scored.overall)[None],
    }
    if scored.overall_weighted is not None:
        levels["weighted"] = root(scored.overall_weighted)[None]
    return replace(
        scored,
        items=levels["item"],
        dimensions=levels["dimension"],
        overall=levels["overall"][0],
        overall_weighted=levels["weighted"][0] if "weighted" in levels else None,
        statistics=_statistics(levels, weights),
    )


def _statistics(
    levels: Mapping[str, Floats], weights: Floats | None
) -> dict[str, dict[str, Statistics]]:
    rows = np.concatenate(list(levels.values()))
    members = [[at] for at in range(len(rows))]
    gaps = bool(np.isnan(rows).any())
    found = score(tuple(rows), None, members, gaps=gaps, weights=weights).statistics["item"]
    statistics, done = {}, 0
    for level, values in levels.items():
        statistics[level] = {"score": found["score"].rows(slice(done, done + len(values)))}
        done += len(values)
    return statistics
