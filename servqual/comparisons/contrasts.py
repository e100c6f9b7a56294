"""Which dimension falls shorter: differences between the gaps of dimensions, paired."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from servqual._language import say
from servqual.comparisons.families import CorrectionOrFlips
from servqual.comparisons.parts import in_languages, read_parts, require_scores
from servqual.comparisons.tested import FlippedResult, run_tests
from servqual.errors import ResponseError
from servqual.scores.gaps import GapScores
from servqual.scores.perception import PerceptionScores


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class DimensionContrasts(FlippedResult):
    """Differences between dimensions; make them with `dimension_contrasts`."""

    def title(self, language: str = "en") -> str:
        """Say what was compared, of whom, and how p-values are adjusted."""
        return say(
            "Differences between dimensions, first − second, paired ({family}). {about}",
            language,
            family=self._family(language),
            about=self.about[language],
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say how the columns were formed and what is not given."""
        meaning = say(
            "estimate = mean score of the first dimension − that of the second, in scale points, "
            "of respondents who have both; with Student's interval ({level:g} %), paired t and d_z "
            "= estimate / SD of the differences.",
            language,
            level=100 * self.confidence,
        )
        return (meaning, self._band_note(language), *self._reasons_in(language))


def dimension_contrasts(
    scores: GapScores | PerceptionScores,
    correction: CorrectionOrFlips = "holm",
    *,
    n_resamples: int = 2000,
    seed: int | None = None,
    confidence: float = 0.95,
) -> DimensionContrasts:
    r"""Compare the mean scores of every two dimensions.

    Parameters
    ----------
    scores : GapScores or PerceptionScores
    correction : {"holm", "bh", "max_t", "none"}
        How p-values are adjusted over all pairs; see `gap_tests`.
    n_resamples : int, default 2000
        Sign flips for the simultaneous bands and for "max_t"; 0 for none.
    seed : int, optional
        The same seed gives the same flips.
    confidence : float, default 0.95

    Returns
    -------
    DimensionContrasts
        ``to_frame()``: first, second (dimension keys), label, n, mean_first, mean_second, estimate
        (first - second, scale points), ci_low, ci_high, statistic (paired t), df, p_value,
        p_adjusted, d_z, d_z_ci_low, d_z_ci_high, band_low, band_high.

    Raises
    ------
    ResponseError
        If there is only one dimension.

    Notes
    -----
    A paired t test of :math:`g_{id} - g_{id'}` over respondents i, for each pair of dimensions.

    Examples
    --------
    >>> import servqual as sq
    >>> trio = sq.Instrument(
    ...     name="trio", scale=(1, 7), dimensions={"care": ("1",), "speed": ("2",), "room": ("3",)}
    ... )
    >>> frame = pd.DataFrame({
    ...     "E1": [7, 6, 6, 7], "E2": [6, 6, 7, 6], "E3": [7, 7, 6, 7],
    ...     "P1": [5, 6, 5, 6], "P2": [6, 4, 5, 5], "P3": [4, 6, 6, 5],
    ... })
    >>> scores = sq.gap_scores(sq.Responses.from_frame(frame, trio))
    >>> dimension_contrasts(scores, seed=1).to_frame().iloc[:, :6]
      first second         label  n  mean_first  mean_second
    0  care  speed  Care − Speed  4       -1.00        -1.25
    1  care   room   Care − Room  4       -1.00        -1.50
    2 speed   room  Speed − Room  4       -1.25        -1.50
    """
    require_scores(scores, GapScores, PerceptionScores)
    parts = read_parts(scores).of_levels(["dimension"])
    if len(parts.values) < 2:
        raise ResponseError(
            "Contrasts need at least two dimensions, but the instrument has one; test its gap with "
            "gap_tests."
        )
    names, labels = parts.keys["dimension"].tolist(), parts.labels
    pairs = list(combinations(range(len(names)), 2))
    at, other = (np.array(side) for side in zip(*pairs, strict=True))
    values = parts.values[at] - parts.values[other]
    named = [f"{labels[i]} − {labels[j]}" for i, j in pairs]
    tested = run_tests(
        values,
        parts.weights,
        named,
        correction=correction,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )
    weights = np.ones(values.shape[1]) if parts.weights is None else parts.weights
    both = ~np.isnan(values) * weights
    mass = np.where(both.sum(axis=1) > 0, both.sum(axis=1), np.nan)
    table = pd.DataFrame(
        {
            "first": [names[i] for i in at],
            "second": [names[j] for j in other],
            "label": named,
            "n": tested.means.n,
            "mean_first": (np.nan_to_num(parts.values[at]) * both).sum(axis=1) / mass,
            "mean_second": (np.nan_to_num(parts.values[other]) * both).sum(axis=1) / mass,
            **tested.columns,
            "d_z": tested.effect.estimate,
            "d_z_ci_low": tested.effect.ci_low,
            "d_z_ci_high": tested.effect.ci_high,
            **tested.bands,
        }
    )
    return DimensionContrasts(
        table=table,
        about=in_languages(scores),
        instrument=scores.responses.instrument,
        correction=correction,
        m=tested.m,
        confidence=confidence,
        reasons=tested.reasons,
        n_resamples=n_resamples,
        seed=seed,
        critical=tested.critical,
    )
