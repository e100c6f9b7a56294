"""How the weighted overall gap was computed, in each way of weighting."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._language import say
from servqual.explanations._arithmetic import Letter, Node, shown, total
from servqual.explanations._mean_gap import (
    SERVQUAL_1988,
    gap_caution,
    mean_over_respondents,
    means_over,
    read_gap,
    read_interval,
    respondents,
    why_no_gap,
)
from servqual.explanations._steps import Equation
from servqual.explanations.explanation import Explanation, Symbol, write_explanation
from servqual.scores.gaps import GapScores
from servqual.scores.importance import Importance, read_importance, weighting

Floats = NDArray[np.float64]
DELIVERING_1990 = (
    "Zeithaml, V. A., Parasuraman, A., & Berry, L. L. (1990). Delivering quality service: "
    "Balancing customer perceptions and expectations. Free Press."
)
CRONIN_TAYLOR_1992 = (
    "Cronin, J. J., & Taylor, S. A. (1992). Measuring service quality: A reexamination and "
    "extension. Journal of Marketing, 56(3), 55-68. https://doi.org/10.1177/002224299205600304"
)
ENOUGH_ROWS = 5000
_SAME = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class _Weighted:
    """Weighted scores with what they were weighted by.

    `there` marks the respondents with a weighted score; `weights` are common (q,), a row each
    (q, n), or None where the result does not hold them.
    """

    scores: GapScores
    importance: Importance
    language: str
    parts: NDArray[Any]  # (q, n)
    overall: Floats  # (n,)
    there: NDArray[np.bool_]
    weights: Floats | None

    @property
    def index(self) -> str:
        return "d" if self.importance.at == "dimension" else "j"

    @property
    def names(self) -> tuple[str, ...]:
        instrument = self.scores.responses.instrument
        of_dimensions = self.importance.at == "dimension"
        keys = tuple(instrument.dimensions) if of_dimensions else instrument.items
        return tuple(instrument.label(key, self.language) for key in keys)

    @property
    def is_linear(self) -> bool:
        """Whether everybody has the same weights for the same parts."""
        if self.weights is None or self.weights.ndim != 1:
            return False
        return not np.isnan(self.parts[:, self.there]).any()


def explain_weighted_gap(scores: GapScores, row: "pd.Series", language: str) -> Explanation:
    """Explain the weighted overall gap."""
    held = _read(scores, language)
    value = float(row["gap"])
    left = Letter(r"\bar G^w", "Ḡ^w", value)
    if held.is_linear:
        right, symbols = _of_means(held)
        equations, also = [Equation(left, right)], []
    else:
        equations, symbols = _of_respondents(held, left)
        also = list(range(len(equations) - 1))
    if held.importance.normalize:
        readings = read_gap(row, language)
    else:
        readings = (
            _read_sum(value, language),
            *read_interval(float(row["ci_low"]), float(row["ci_high"]), language),
        )
    stated = held.importance.source == "points" or held.importance.at == "dimension"
    return write_explanation(
        title=say("Overall gap, weighted by importance", language),
        source=scores.title(language),
        equations=equations,
        also=also,
        symbols=symbols,
        readings=readings,
        cautions=(*_cautions(held), gap_caution(language)),
        problems=(why_no_gap(language),),
        references=(SERVQUAL_1988, DELIVERING_1990 if stated else CRONIN_TAYLOR_1992),
        language=language,
    )


def _read(scores: GapScores, language: str) -> _Weighted:
    importance, overall = scores.importance, scores.overall_scores_weighted
    if importance is None or overall is None:
        raise ValueError("These gap scores are not weighted.")
    parts = scores.dimension_scores if importance.at == "dimension" else scores.item_scores
    there = ~np.isnan(overall)
    weights = None
    if importance.source in ("points", "items"):
        responses = scores.responses
        _, answered = read_importance(
            importance.source,
            responses,
            at=importance.at,
            normalize=importance.normalize,
            weigh=importance.weigh,
        )
        weights = weighting(importance, answered, scores.rows, responses.weights).values
        if weights.ndim == 2 and scores.rows is not None:
            weights = weights[:, scores.rows]
    elif importance.source == "mapping" or importance.weigh == "means":
        weights = _recovered(parts[:, there], overall[there])
    return _Weighted(
        scores=scores,
        importance=importance,
        language=language,
        parts=parts,
        overall=overall,
        there=there,
        weights=weights,
    )


def _recovered(parts: NDArray[Any], overall: Floats) -> Floats | None:
    """Solve for the common weights, which only the weighted scores still hold.

    They are shares where the scores are normalised. None where the scores do not determine them.
    """
    rows = np.asarray(parts[:, :ENOUGH_ROWS].T, dtype=np.float64)
    whole = ~np.isnan(rows).any(axis=1)
    rows, aim = rows[whole], overall[:ENOUGH_ROWS][whole]
    if len(rows) < rows.shape[1]:
        return None
    weights, _, rank, _ = np.linalg.lstsq(rows, aim, rcond=1e-9)
    found = rank == rows.shape[1] and bool(np.abs(rows @ weights - aim).max() < _SAME)
    return np.asarray(weights, dtype=np.float64) if found else None


def _of_means(held: _Weighted) -> tuple[Node, dict[str, Symbol]]:
    """Weigh the mean gaps of the parts by weights that are the same for everybody."""
    language = held.language
    gaps = Symbol(
        rf"\bar G_{held.index}",
        f"Ḡ_{held.index}",
        say("mean gaps, of the respondents with a weighted score", language),
        means_over(held.scores, held.parts, held.there),
        held.names,
    )
    weights = Symbol(
        rf"w_{held.index}",
        f"w_{held.index}",
        _weights_meaning(held),
        _whole(held.weights),
        held.names,
    )
    symbols = {
        "weights": weights,
        "gaps": gaps,
        "n": respondents(int(held.there.sum()), language),
    }
    return _weigh(weights, gaps, held.index, held.importance.normalize), symbols


def _of_respondents(held: _Weighted, left: Letter) -> tuple[list[Equation], dict[str, Symbol]]:
    """Weigh each respondent's gaps, shown for the first one, and average over respondents."""
    meaning = say("each respondent's weighted gap", held.language)
    right, symbols = mean_over_respondents(
        held.scores, held.overall, "G_i^w", "G_i^w", meaning, held.language
    )
    mean = Equation(left, right)
    if held.weights is None or not held.there.any():
        return [mean], symbols
    first = int(np.flatnonzero(held.there)[0])
    own = held.weights if held.weights.ndim == 1 else held.weights[:, first]
    parts = np.asarray(held.parts[:, first], dtype=np.float64)
    counts = ~(np.isnan(own) | np.isnan(parts))
    names = tuple(name for name, one in zip(held.names, counts, strict=True) if one)
    who = str(held.scores.index[first])
    index = f"1{held.index}"
    of_whom = say("gaps of the first respondent ({who})", held.language, who=who)
    gaps = Symbol(f"G_{{{index}}}", f"G_{index}", of_whom, _whole(parts[counts]), names)
    weights = Symbol(
        f"w_{{{index}}}", f"w_{index}", _weights_meaning(held, who), _whole(own[counts]), names
    )
    right = _weigh(weights, gaps, held.index, held.importance.normalize)
    one = Equation(Letter("G_1^w", "G_1^w", float(held.overall[first])), right)
    return [one, mean], {"weights_1": weights, "gaps_1": gaps, **symbols}


def _whole(values: Floats | None) -> NDArray[Any]:
    """Take whole numbers for what they are, so that points are shown as they were given."""
    numbers = np.asarray(values)
    return numbers.astype(np.int64) if bool((numbers % 1 == 0).all()) else numbers


def _weigh(weights: Symbol, gaps: Symbol, index: str, normalize: bool) -> Node:
    count = len(np.asarray(gaps.value))
    above = total(
        rf"\sum_{index} {weights.latex} {gaps.latex}",
        f"Σ {weights.text} {gaps.text}",
        lambda i: weights.at(i) * gaps.at(i),
        count,
    )
    if not normalize:
        return above
    return above / total(rf"\sum_{index} {weights.latex}", f"Σ {weights.text}", weights.at, count)


def _weights_meaning(held: _Weighted, who: str = "") -> str:
    language, importance = held.language, held.importance
    by = importance.describe(language)
    if who:
        return say("weights of the first respondent ({who}): {by}", language, who=who, by=by)
    if importance.source in ("mapping", "frame") and importance.normalize:
        return say("weights as shares of 1: {by}", language, by=by)
    return say("weights: {by}", language, by=by)


def _cautions(held: _Weighted) -> list[str]:
    language, importance = held.language, held.importance
    told = []
    if importance.weigh == "means":
        told.append(
            say(
                "The weights were averaged before they were used. Weighing each respondent's "
                "gaps by the respondent's own weights gives another figure where weights and gaps "
                "go together.",
                language,
            )
        )
    elif importance.source != "mapping":
        told.append(
            say(
                "Each respondent's gaps are weighed by the respondent's own weights and then "
                "averaged. Mean weights times mean gaps give another figure where weights and "
                "gaps go together.",
                language,
            )
        )
    if importance.source == "items" and importance.at == "dimension":
        told.append(
            say(
                "The weight of a dimension is the mean rating of importance of its items.", language
            )
        )
    if not importance.normalize:
        told.append(
            say(
                "The weights are not scaled to sum to 1, so this is a weighted sum and not a mean: "
                "it is not in scale points, and grows with the number of parts.",
                language,
            )
        )
    if held.weights is None:
        told.append(
            say(
                "The result does not hold the given weights, so the sum over the parts is not "
                "shown for a respondent.",
                language,
            )
        )
    return told


def _read_sum(value: float, language: str) -> str:
    if value < 0:
        return say(
            "The weighted sum of the gaps is {value}, negative: where it counts, the service "
            "falls short of expectations.",
            language,
            value=shown(value),
        )
    return say(
        "The weighted sum of the gaps is {value}; negative would mean that the service falls "
        "short of expectations.",
        language,
        value=shown(value),
    )
