"""Kano questionnaires: what it means to customers that a feature is there, and that it is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._language import say
from servqual._phrases import grouped_reasons
from servqual._result import Result
from servqual.comparisons.families import adjust
from servqual.errors import MissingResponseWarning, ResponseError, shortened, warn
from servqual.priorities.asymmetry.counts import (
    fong_test,
    net_interval,
    sign_test,
    two_most_frequent,
    wilson,
)
from servqual.priorities.asymmetry.evaluation import (
    ANSWERS,
    CATEGORIES,
    KANO_TABLE,
    RULE,
    read_table,
)
from servqual.priorities.asymmetry.questions import MISSING, read_pairs
from servqual.resampling import check_confidence

Counts = NDArray[np.int64]
Ties = Literal["named", "rule"]
COUNTED = tuple(name.replace("-", "_") for name in CATEGORIES.values())
MANY_QUESTIONABLE = 0.05


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class KanoAnalysis(Result):
    """Features in Kano's categories; make it with `kano_analysis`.

    Attributes
    ----------
    table : pandas.DataFrame
        What `to_frame` gives.
    evaluation : pandas.DataFrame
        The evaluation table that was used: rows are answers if the feature is there, columns
        answers if it is not.
    n : int
        Respondents.
    ties : {"named", "rule"}
    confidence : float
    reasons : tuple of (str, str)
        What is to be known of some features, and of which.
    """

    table: pd.DataFrame
    evaluation: pd.DataFrame
    n: int
    ties: str
    confidence: float
    reasons: tuple[tuple[str, str], ...]

    @property
    def problems(self) -> tuple[str, ...]:
        """Why cells are NaN, and what else is to be known of features."""
        return self._problems("en")

    @property
    def shares(self) -> pd.DataFrame:
        """Share of each category among the answers to both questions, a row a feature."""
        counts = self.table[list(COUNTED)]
        total = counts.sum(axis=1).replace(0, np.nan)
        return pd.concat([self.table[["feature", "n"]], counts.div(total, axis=0)], axis=1)

    def to_frame(self) -> pd.DataFrame:
        """Give a new tidy, unrounded frame: one row a feature; see `kano_analysis`."""
        return self.table.copy()

    def title(self, language: str = "en") -> str:
        """Say of how many features and respondents, and how intervals were formed."""
        return say(
            "Kano analysis of {count} features: n = {n:,}; better and worse with Wilson intervals",
            language,
            count=len(self.table),
            n=self.n,
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the columns are, how categories were found, and what is missing."""
        tie = (
            "category = the most frequent one; equally frequent ones are all named."
            if self.ties == "named"
            else "category = the most frequent one; of equally frequent ones the first of must-be, "
            "one-dimensional, attractive, indifferent, reverse, questionable."
        )
        return (
            say(tie, language),
            say(
                "better = (attractive + one-dimensional) / (attractive + one-dimensional + must-be "
                "+ indifferent), worse = −(one-dimensional + must-be) / the same (Berger et al., "
                "1993).",
                language,
            ),
            say(
                "asymmetry = better + worse. Were the feature a linear driver, as welcome when "
                "there as unwelcome when not, attractive and must-be would be equally frequent; "
                "p is of the exact sign test of that, adjusted after Holm.",
                language,
            ),
            say(
                "category_strength = share of the most frequent category less that of the next, "
                "total_strength = share of attractive, one-dimensional and must-be (Lee & Newcomb, "
                "1997). fong = z of the two most frequent (Fong, 1996); at its usual 1.65 it calls "
                "15 to 22 of 100 equal pairs different. mode_p_value: the exact sign test of the "
                "two.",
                language,
            ),
            say(
                "The evaluation table is a convention: all but nine of its 25 cells join answers "
                "that the definition of their category does not strictly describe.",
                language,
            ),
            *self._problems(language),
        )

    def _problems(self, language: str) -> tuple[str, ...]:
        return grouped_reasons(self.reasons, language)


def kano_analysis(
    functional: object,
    dysfunctional: object = None,
    *,
    functional_columns: str = "F{}",
    dysfunctional_columns: str = "D{}",
    answers: Sequence[object] = (1, 2, 3, 4, 5),
    table: Sequence[Sequence[str]] | pd.DataFrame = KANO_TABLE,
    ties: Ties = "named",
    confidence: float = 0.95,
) -> KanoAnalysis:
    r"""Evaluate a Kano questionnaire.

    Parameters
    ----------
    functional : DataFrame or Table
        How customers would feel if a feature were there: a row a respondent, a column a feature.
        Without `dysfunctional`, one frame with the answers to both questions.
    dysfunctional : DataFrame or Table, optional
        The same columns: how they would feel if it were not there.
    functional_columns, dysfunctional_columns : str
        How the columns of one frame are called, {} being the feature.
    answers : sequence of five codes
        Of: I like it, it must be so, I am neutral, I can live with it, I dislike it. Numbers or
        texts.
    table : five sequences of five letters, or DataFrame, optional
        The evaluation table, of A, O, M, I, R and Q: rows for functional, columns for dysfunctional
        answers. By default the usual one [2]_.
    ties : {"named", "rule"}
        Whether equally frequent categories are all named, or one is taken in the order must-be,
        one-dimensional, attractive, indifferent [2]_.
    confidence : float, default 0.95

    Returns
    -------
    KanoAnalysis
        ``to_frame()``: feature, n (who answered both questions), n_missing, counts of attractive,
        one_dimensional, must_be, indifferent, reverse and questionable answers, category,
        category_strength, total_strength, fong (z) and mode_p_value (of the two most frequent
        categories), better and worse with intervals,
        asymmetry (better + worse) with its interval, p_value and p_adjusted (Holm). ``.shares`` has
        the shares of the categories.

    Raises
    ------
    ResponseError
        If a feature lacks one of the questions, the rows of two frames do not fit, or answers are
        none of the codes.
    ValueError
        If an option is not known.

    Warns
    -----
    MissingResponseWarning
        If respondents left a question unanswered; the feature is evaluated without them.

    Notes
    -----
    Kano and others [1]_ ask of a feature how customers feel if it is there, and if it is not. With
    the counts of the categories, better = (A + O) / (A + O + M + I) and worse = -(O + M) / (A + O +
    M + I) [2]_. Their Wilson intervals take the denominator, random as it is, as given. To turn the
    order of the answers round and to exchange the questions, which is to ask of the absent feature
    what was asked of the present one, exchanges A and M and leaves O, I, R and Q: so a symmetric
    (linear) driver has as many A as M, which an exact sign test examines. To exchange the questions
    alone turns A, O and M to R. Category strength and total strength are those of [3]_, the
    z of the two most frequent categories that of [4]_.

    References
    ----------
    .. [1] Kano, N., Seraku, N., Takahashi, F., & Tsuji, S. (1984). Attractive quality and must-be
       quality. *Journal of the Japanese Society for Quality Control*, 14(2), 39-48 (in Japanese).
    .. [2] Berger, C., Blauth, R., Boger, D., et al. (1993). Kano's methods for understanding
       customer-defined quality. *Center for Quality of Management Journal*, 2(4), 3-36.
    .. [3] Lee, M. C., & Newcomb, J. F. (1997). Applying the Kano methodology to meet customer
       requirements: NASA's microgravity science program. *Quality Management Journal*, 4(3),
       95-106.
    .. [4] Fong, D. (1996). Using the self-stated importance questionnaire to interpret Kano
       questionnaire results. *Center for Quality of Management Journal*, 5(3), 21-24.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"F_app": [1, 1, 3, 1, 1], "D_app": [3, 3, 3, 5, 2], "F_pin": [2, 3, 2, 1, 3],
    ...      "D_pin": [5, 5, 5, 5, 4]}
    ... )
    >>> found = kano_analysis(frame, functional_columns="F_{}", dysfunctional_columns="D_{}")
    >>> found.to_frame()[["feature", "category", "better", "worse"]]
      feature    category  better  worse
    0     app  attractive     0.8   -0.2
    1     pin     must-be     0.2   -0.8
    """
    if ties not in ("named", "rule"):
        raise ValueError(f"ties must be 'named' or 'rule', not {ties!r}.")
    check_confidence(confidence)
    places = read_table(table)
    pairs = read_pairs(
        functional, dysfunctional, (functional_columns, dysfunctional_columns), tuple(answers)
    )
    there = (pairs.functional != MISSING) & (pairs.dysfunctional != MISSING)
    if not there.any():
        raise ResponseError("No respondent answered both questions on any feature.")
    blank = int((~there).any(axis=1).sum())
    if blank:
        warn(
            f"{blank:,} of {len(there):,} respondents left a question unanswered; the features "
            "concerned are evaluated without them.",
            MissingResponseWarning,
        )
    categories = places[pairs.functional, pairs.dysfunctional]
    counts = np.array(
        [
            np.bincount(one[known], minlength=6)
            for one, known in zip(categories.T, there.T, strict=True)
        ]
    )
    columns = _columns(counts, ties, confidence)
    n_missing = (~there).sum(axis=0)
    frame = pd.DataFrame(
        {"feature": pairs.features, "n": there.sum(axis=0), "n_missing": n_missing} | columns
    )
    letters = np.array(list(CATEGORIES))
    return KanoAnalysis(
        table=frame,
        evaluation=pd.DataFrame(letters[places], index=list(ANSWERS), columns=list(ANSWERS)),
        n=len(there),
        ties=ties,
        confidence=confidence,
        reasons=(*_alone(pairs.alone), *_reasons(frame, pairs.features)),
    )


def _columns(counts: Counts, ties: Ties, confidence: float) -> dict[str, Any]:
    """Evaluate the counts (q, 6) of A, O, M, I, R and Q."""
    a, o, m, i = counts[:, :4].T
    n, valid = counts.sum(axis=1), a + o + m + i
    known = np.where(n > 0, n, np.nan)
    most, next_most = two_most_frequent(counts)
    better, better_low, better_high = wilson(a + o, valid, confidence)
    worse, worse_low, worse_high = wilson(o + m, valid, confidence)
    low, high = net_interval(a, m, valid, confidence)
    p = sign_test(a, m)
    return {
        **dict(zip(COUNTED, counts.T, strict=True)),
        "category": [_category(row, ties) for row in counts],
        "category_strength": (most - next_most) / known,
        "total_strength": (a + o + m) / known,
        "fong": fong_test(counts),
        "mode_p_value": sign_test(most, next_most),
        "better": better,
        "better_ci_low": better_low,
        "better_ci_high": better_high,
        "worse": 0 - worse,
        "worse_ci_low": 0 - worse_high,
        "worse_ci_high": 0 - worse_low,
        "asymmetry": better - worse,
        "asymmetry_ci_low": low,
        "asymmetry_ci_high": high,
        "p_value": p,
        "p_adjusted": adjust(p),
    }


def _category(counts: Counts, ties: Ties) -> str:
    """Name the most frequent category, or those that share the place."""
    if not counts.any():
        return ""
    letters = [x for x, many in zip(CATEGORIES, counts, strict=True) if many == counts.max()]
    if ties == "rule":
        letters = sorted(letters, key=RULE.index)[:1]
    return " / ".join(CATEGORIES[x] for x in letters)


def _alone(columns: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    if not columns:
        return ()
    return (("no column of the other question, so left out", shortened(columns)),)


def _reasons(frame: pd.DataFrame, features: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    none = frame["n"] == 0
    marks = {
        "nobody answered both questions": none,
        "only reverse and questionable answers, so no better and worse": (
            frame["better"].isna() & ~none
        ),
        "neither attractive nor must-be answers, so no test of symmetry": (
            frame["p_value"].isna() & frame["better"].notna()
        ),
        "several categories equally frequent": frame["category_strength"] == 0,
        "more than 5 % questionable answers; the questions may have been misunderstood": (
            frame["questionable"] > MANY_QUESTIONABLE * frame["n"]
        ),
        "reverse most often: the feature is unwelcome, so its questions had better be turned": (
            frame["category"] == CATEGORIES["R"]
        ),
    }
    return tuple(
        (text, shortened([features[j] for j in np.flatnonzero(at)]))
        for text, at in marks.items()
        if at.any()
    )
