"""The items, dimensions and overall scores of respondents, as one block of rows to compare."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._language import LANGUAGES
from servqual.errors import ResponseError
from servqual.scores.common import Scores
from servqual.scores.weighted import WeightedScores

Floats = NDArray[np.float64]

KEYS = ["level", "dimension", "item", "label"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Parts:
    """Scores of the same respondents by part.

    Attributes
    ----------
    keys : pandas.DataFrame
        One row a part: level, dimension, item, label.
    values : ndarray of shape (q, n)
        One row a part, one column a scored respondent, NaN where there is no score.
    weights : ndarray of shape (n,) or None
        Sampling weights.
    """

    keys: pd.DataFrame
    values: Floats
    weights: Floats | None

    @property
    def labels(self) -> list[str]:
        """What to call each part."""
        return self.keys["label"].tolist()

    def of_levels(self, levels: Sequence[str]) -> "Parts":
        """Give the parts of some levels."""
        kept = self.keys["level"].isin(list(levels)).to_numpy()
        return replace(self, keys=self.keys[kept].reset_index(drop=True), values=self.values[kept])

    def of_rows(self, rows: NDArray[np.bool_]) -> "Parts":
        """Give some of the respondents."""
        weights = None if self.weights is None else self.weights[rows]
        return replace(self, values=self.values[:, rows], weights=weights)


def read_parts(scores: WeightedScores) -> Parts:
    """Stack items, dimensions and overall scores in the order of the scores' own table."""
    overall = [scores.overall_scores]
    if scores.overall_scores_weighted is not None:
        overall.insert(0, scores.overall_scores_weighted)
    values = np.vstack([scores.item_scores, scores.dimension_scores, *overall], dtype=np.float64)
    return Parts(keys=scores.summary[KEYS], values=values, weights=scores.weights)


def require_scores(scores: object, *kinds: type) -> None:
    """Refuse what is not scored."""
    if not isinstance(scores, kinds):
        names = " or ".join(kind.__name__ for kind in kinds)
        raise ResponseError(
            f"Expected {names}, not {type(scores).__name__}; score the answers first, such as "
            "sq.gap_scores(responses)."
        )


def in_languages(result: Scores) -> Mapping[str, str]:
    """Keep the title of what is compared, in each language."""
    return MappingProxyType({language: result.title(language) for language in LANGUAGES})
