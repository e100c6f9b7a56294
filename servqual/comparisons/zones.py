"""Is service inside the zone of tolerance: shares with intervals, and tests of both edges."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from servqual._language import say
from servqual.comparisons.families import CorrectionOrFlips
from servqual.comparisons.parts import KEYS, in_languages, require_scores
from servqual.comparisons.tested import FlippedResult, run_tests
from servqual.scores.tolerance import ToleranceScores

Floats = NDArray[np.float64]

PLACES = ("below", "within", "above")
EDGES = ("adequacy", "superiority")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ToleranceTests(FlippedResult):
    """Tests of the zone of tolerance; make them with `tolerance_tests`."""

    def title(self, language: str = "en") -> str:
        """Say what was tested, of whom, and how p-values are adjusted."""
        return say(
            "Tests that mean adequacy and mean superiority are 0 ({family}). {about}",
            language,
            family=self._family(language),
            about=self.about[language],
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say how the columns were formed, with citations, and what is not given."""
        notes = (
            say(
                "adequacy = perception − minimum, superiority = perception − desired, in scale "
                "points, each with Student's interval ({level:g} %) and t test against 0.",
                language,
                level=100 * self.confidence,
            ),
            say(
                "below, within (the closed zone) and above are shares with intervals of Wilson "
                "(1927); answers with the minimum above the desired level are left out of them.",
                language,
            ),
            self._band_note(language),
        )
        return (*notes, *self._reasons_in(language))


def tolerance_tests(
    scores: ToleranceScores,
    correction: CorrectionOrFlips = "holm",
    *,
    n_resamples: int = 2000,
    seed: int | None = None,
    confidence: float = 0.95,
) -> ToleranceTests:
    r"""Test whether perceptions differ from the minimum and from the desired level.

    Parameters
    ----------
    scores : ToleranceScores
    correction : {"holm", "bh", "max_t", "none"}
        How p-values are adjusted: adequacy and superiority of items, dimensions and overall are
        one family; see `gap_tests`.
    n_resamples : int, default 2000
        Sign flips for the simultaneous bands and for "max_t"; 0 for none.
    seed : int, optional
        The same seed gives the same flips.
    confidence : float, default 0.95

    Returns
    -------
    ToleranceTests
        ``to_frame()``: level, dimension, item, label; n_shares, and below, within, above (0 to 1)
        with intervals; n, and for both adequacy and superiority the mean (scale points), interval,
        statistic (t), df, p_value, p_adjusted, band_low, band_high, each under the prefix
        ``adequacy_`` or ``superiority_``.

    Raises
    ------
    ResponseError
        If `scores` are no tolerance scores.

    Notes
    -----
    The share p of n has the interval [1]_

    .. math:: \frac{p + z^2 / 2n \pm z \sqrt{p (1 - p) / n + z^2 / 4 n^2}}{1 + z^2 / n},

    under sampling weights with Kish's effective number :math:`(\sum w)^2 / \sum w^2` for n.
    Shares by item are of answers, by dimension and overall of respondents' means.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
       inference. *Journal of the American Statistical Association*, 22(158), 209-212.
       https://doi.org/10.1080/01621459.1927.10502953

    Examples
    --------
    >>> import pandas as pd
    >>> import servqual as sq
    >>> desk = sq.Instrument(
    ...     name="desk", scale=(1, 9), dimensions={"help": ("1", "2")},
    ...     roles=("minimum", "expectation", "perception"), expectation_kind="desired",
    ... )
    >>> frame = pd.DataFrame({
    ...     "M1": [5, 6, 4], "M2": [5, 5, 6], "E1": [8, 8, 7], "E2": [7, 8, 8],
    ...     "P1": [6, 5, 5], "P2": [8, 5, 7],
    ... })
    >>> zone = sq.tolerance_scores(sq.Responses.from_frame(frame, desk))
    >>> found = tolerance_tests(zone, n_resamples=0).to_frame()
    >>> found[["label", "within", "within_ci_low", "adequacy", "adequacy_p_value"]].round(3)
         label  within  within_ci_low  adequacy  adequacy_p_value
    0        1   0.667          0.208     0.333             0.667
    1        2   0.667          0.208     1.333             0.270
    2     Help   0.667          0.208     0.833             0.370
    3  Overall   0.667          0.208     0.833             0.370
    """
    require_scores(scores, ToleranceScores)
    weights = scores.weights
    adequacy = np.vstack(
        [scores.item_adequacy, scores.dimension_adequacy, scores.overall_adequacy],
        dtype=np.float64,
    )
    superiority = np.vstack(
        [scores.item_superiority, scores.dimension_superiority, scores.overall_superiority],
        dtype=np.float64,
    )
    keys = scores.summary[KEYS]
    labels = keys["label"].tolist()
    tested = run_tests(
        np.vstack([adequacy, superiority]),
        weights,
        [f"{label} ({edge})" for edge in EDGES for label in labels],
        correction=correction,
        n_resamples=n_resamples,
        seed=seed,
        confidence=confidence,
    )
    counted = _counted(adequacy, superiority, weights)
    columns: dict[str, NDArray[Any]] = {"n_shares": counted.astype(np.int64)}
    effective = _effective(adequacy, superiority, weights)
    for place in PLACES:
        share = scores.summary[place].to_numpy()
        low, high = wilson_interval(share, effective, confidence)
        columns |= {place: share, f"{place}_ci_low": low, f"{place}_ci_high": high}
    columns["n"] = tested.means.n[: len(keys)]
    for number, edge in enumerate(EDGES):
        at = slice(number * len(keys), (number + 1) * len(keys))
        for name, values in (tested.columns | tested.bands).items():
            columns[edge if name == "estimate" else f"{edge}_{name}"] = values[at]
    return ToleranceTests(
        table=keys.assign(**columns),
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


def wilson_interval(share: Floats, n: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Give Wilson's interval of shares of n; NaN where n is 0.

    Examples
    --------
    >>> low, high = wilson_interval(np.array([0.5, 0.0]), np.array([10.0, 10.0]))
    >>> low.round(4), high.round(4)
    (array([0.2366, 0.    ]), array([0.7634, 0.2775]))
    """
    z = ndtri(0.5 + confidence / 2)
    n = np.where(n > 0, n, np.nan)
    share = np.clip(share, 0, 1)
    centre = share + z**2 / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    below = 1 + z**2 / n
    return np.maximum((centre - half) / below, 0), np.minimum((centre + half) / below, 1)


def _there(adequacy: Floats, superiority: Floats) -> NDArray[np.bool_]:
    """Mark the scores whose place is known: both edges answered, and in order."""
    return adequacy >= superiority


def _counted(adequacy: Floats, superiority: Floats, weights: Floats | None) -> Floats:
    there = _there(adequacy, superiority)
    if weights is not None:
        there &= weights > 0
    return there.sum(axis=1)


def _effective(adequacy: Floats, superiority: Floats, weights: Floats | None) -> Floats:
    there = _there(adequacy, superiority)
    if weights is None:
        return there.sum(axis=1).astype(np.float64)
    squares = there @ weights**2
    mass = there @ weights
    return np.divide(mass**2, squares, out=np.zeros(len(mass)), where=squares > 0)
