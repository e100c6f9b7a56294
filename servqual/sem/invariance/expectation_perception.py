"""May P - E be taken? Whether expectation and perception of the same items are measured alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from servqual._language import say
from servqual._result import Result
from servqual.errors import AdmissibilityWarning, ModelError, warn
from servqual.instrument import Instrument
from servqual.items import SCALE
from servqual.responses import Responses
from servqual.scores.gaps import GapScores
from servqual.sem.construction._pairs import (
    LEVELS,
    ORDERED_LEVELS,
    Partial,
    chosen_dimensions,
    freed_items,
)
from servqual.sem.construction.paired_templates import expectation_perception_model
from servqual.sem.fitting.model_data import Missing
from servqual.sem.invariance._ladder import Ladder
from servqual.sem.invariance._paired_levels import (
    Fits,
    Fitting,
    gaps_frame,
    ladder_of,
    levels_frame,
)
from servqual.sem.invariance._paired_notes import about_levels, about_uses
from servqual.sem.invariance._ratings import read_ratings
from servqual.sem.result import SemResult
from servqual.sem.robustness.estimators import Estimator


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ExpectationPerceptionInvariance(Result):
    """Levels of invariance of E and P; make it with `expectation_perception_invariance`.

    Attributes
    ----------
    instrument : Instrument
    n, n_excluded : int
        Respondents of the models, and those left out.
    weighted : bool
        Whether the respondents have sampling weights.
    estimator, missing : str
    ordered : bool
        Whether ratings were taken as ordered categories.
    partial : mapping of str to tuple of str
        Items that are let go of, by the level from which on.
    fits : mapping of (str, str) to SemResult
        The fitted models: ``fits["empathy", "scalar"]``.
    problems : tuple of str
        What could not be fitted or tested, and why; what is inadmissible.
    """

    instrument: Instrument
    n: int
    n_excluded: int
    weighted: bool
    estimator: str
    missing: str
    ordered: bool
    partial: Mapping[str, tuple[str, ...]]
    fits: Fits
    problems: tuple[str, ...]
    _frame: pd.DataFrame
    _uses: pd.DataFrame
    _releases: pd.DataFrame
    _latent_gaps: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Give one row a dimension and level; see `expectation_perception_invariance`."""
        return self._frame.copy()

    @property
    def uses(self) -> pd.DataFrame:
        """What of the scale was used, before any model: by dimension, and by item in it.

        Columns level, dimension, label, item; of E and of P: n (ratings), floor and ceiling
        (shares at the bottom and top of the scale), n_unused (categories that an item never got),
        unused (which).
        """
        return self._uses.copy()

    @property
    def releases(self) -> pd.DataFrame:
        """Score tests of each equality at the level that brings it.

        Columns dimension, level, lhs, op, rhs, label (the two parameters of one label are held
        equal), estimate, mi (the fall of chi-square to expect if they were let go), p_value, epc
        (the expected change of this one), sepc_all (the same, all variables standardised).
        """
        return self._releases.copy()

    @property
    def latent_gaps(self) -> pd.DataFrame:
        """The latent mean gap of each dimension under scalar invariance.

        Columns dimension, label, estimate, se, ci_low, ci_high, in scale points (of ordered
        ratings in standard deviations of E's latent responses), and observed, the mean gap of the
        same items in scale points.
        """
        return self._latent_gaps.copy()

    def title(self, language: str = "en") -> str:
        """Say of what, of how many, and how it was estimated."""
        left_out = (
            say(", {k} left out", language, k=f"{self.n_excluded:,}") if self.n_excluded else ""
        )
        how = self.estimator if self.missing == "listwise" else f"{self.estimator}, {self.missing}"
        return say(
            "Invariance of expectation and perception, {instrument} ({how}): n = {n}{left_out}; "
            "residuals of an item's two ratings correlated",
            language,
            instrument=self.instrument.title_in(language),
            how=how,
            n=f"{self.n:,}",
            left_out=left_out,
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the answers allow, what each level allows, and what breaks it."""
        found = [
            *about_uses(self._uses, self.instrument, language),
            *about_levels(language, ordered=self.ordered),
        ]
        if self.partial:
            found.append(
                say(
                    "Let go, by the level from which on: {named}. Gaps are then those of the "
                    "other items; means of all items mix in what differs (Byrne, Shavelson & "
                    "Muthén, 1989).",
                    language,
                    named="; ".join(
                        f"{say(level, language)}: {', '.join(items)}"
                        for level, items in self.partial.items()
                    ),
                )
            )
        if self.weighted:
            found.append(say("Respondents count by their sampling weights.", language))
        alone = self._releases[self._releases["dimension"] != SCALE]
        ladder = Ladder(
            frame=self._frame,
            releases=alone.assign(group="").drop_duplicates(["level", "label"], keep="last"),
            scaled="d_chi2_scaled" in self._frame,
            problems=self.problems,
        )
        return (*found, *ladder.notes(language))


def expectation_perception_invariance(
    responses: Responses | GapScores,
    *,
    dimensions: Sequence[str] | str | None = None,
    estimator: Estimator | None = None,
    missing: Missing = "listwise",
    ordered: bool = False,
    partial: Partial = (),
    whole: bool = True,
    confidence: float = 0.95,
) -> ExpectationPerceptionInvariance:
    r"""Test whether expectation and perception are measured alike, level by level.

    Gap scores are differences of two ratings of the same items. They are differences of one thing
    only as far as the items measure it alike in both.

    Parameters
    ----------
    responses : Responses or GapScores
        Answers in the roles expectation and perception.
    dimensions : sequence of str, optional
        Which to model; by default all.
    estimator : str, optional
        As for `fit_sem`; by default MLR, of ordered ratings WLSMV.
    missing : {"listwise", "fiml", "two-stage", "pairwise"}
        Respondents who did not rate every item of the chosen dimensions twice are left out, or
        count with what they answered; of ordered ratings pair by pair.
    ordered : bool, default False
        Take the ratings as ordered categories.
    partial : sequence of str, or mapping of str to sequence of str
        Items that are let go of [4]_, as for `expectation_perception_model`.
    whole : bool, default True
        Fit all the dimensions in one model, too.
    confidence : float
        Of the intervals of latent gaps.

    Returns
    -------
    ExpectationPerceptionInvariance
        ``to_frame()`` has a row a dimension and level, and rows called "(scale)" for all dimensions
        in one model: dimension, label, level (configural, metric, scalar, strict; of ordered
        ratings configural, thresholds, metric, scalar), chi2, df, p_value, cfi, tli, rmsea with its
        interval, srmr, their scaled and robust forms, and the differences from the level above
        (d_chi2, d_df, d_p_value, d_cfi, d_rmsea, d_srmr; of robust estimators d_chi2_scaled,
        d_p_value_scaled, ...). ``uses`` says first how much of the scale the answers use;
        ``releases`` which equalities a level breaks by; ``latent_gaps`` how
        large the gaps are, free of measurement error; ``fits`` holds the models.

    Raises
    ------
    ResponseError
        If a role is not bound, or nobody rated every item twice.
    ModelError
        If no model can be fitted: each with its reason.

    Warns
    -----
    MissingResponseWarning
        If ratings are missing.
    AdmissibilityWarning
        If solutions are inadmissible; ``problems`` says which.

    Notes
    -----
    The ratings of item i are

    .. math::

       E_i = \tau_{E,i} + \lambda_{E,i}\,\eta_E + \varepsilon_{E,i}, \qquad
       P_i = \tau_{P,i} + \lambda_{P,i}\,\eta_P + \varepsilon_{P,i}, \qquad
       \operatorname{cov}(\varepsilon_{E,i}, \varepsilon_{P,i}) \ne 0,

    and the levels set :math:`\lambda_E = \lambda_P`, then :math:`\tau_E = \tau_P`, then the
    variances of :math:`\varepsilon` [1]_ [2]_. With equal loadings and intercepts,
    :math:`P_i - E_i` has the mean :math:`\lambda_i(\kappa_P - \kappa_E)`; with unequal intercepts
    it also has :math:`\tau_{P,i} - \tau_{E,i}`, which is no gap. Where expectations changed their
    meaning rather than their level, the same inequalities show it [3]_.

    The shares of ``uses`` come first, as they bound what the models can say: a factor of ratings
    that are nearly all at the top of the scale has little variance. ``ordered=True`` takes such
    ratings for what they are, categories.

    Of ordered ratings the levels are those of [5]_: thresholds, then loadings, then intercepts of
    the latent responses.

    A dimension of one item cannot be modelled; one of two items only within the whole scale.

    References
    ----------
    .. [1] Meredith, W. (1993). Measurement invariance, factor analysis and factorial invariance.
       *Psychometrika*, 58(4), 525-543. https://doi.org/10.1007/BF02294825
    .. [2] Vandenberg, R. J., & Lance, C. E. (2000). A review and synthesis of the measurement
       invariance literature: Suggestions, practices, and recommendations for organizational
       research. *Organizational Research Methods*, 3(1), 4-70.
       https://doi.org/10.1177/109442810031002
    .. [3] Oort, F. J. (2005). Using structural equation modeling to detect response shifts and true
       change. *Quality of Life Research*, 14(3), 587-598.
       https://doi.org/10.1007/s11136-004-0830-y
    .. [4] Byrne, B. M., Shavelson, R. J., & Muthén, B. (1989). Testing for the equivalence of
       factor covariance and mean structures: The issue of partial measurement invariance.
       *Psychological Bulletin*, 105(3), 456-466. https://doi.org/10.1037/0033-2909.105.3.456
    .. [5] Wu, H., & Estabrook, R. (2016). Identification of confirmatory factor analysis models of
       different levels of invariance for ordered categorical outcomes. *Psychometrika*, 81(4),
       1014-1045. https://doi.org/10.1007/s11336-016-9506-0

    Examples
    --------
    >>> import servqual as sq
    >>> bank = sq.load_dataset("bank").dropna()
    >>> answers = sq.Responses.from_frame(bank, sq.load_instrument("servqual-1991"))
    >>> found = expectation_perception_invariance(answers, dimensions="empathy")
    >>> found.to_frame()["level"].tolist()
    ['configural', 'metric', 'scalar', 'strict']
    """
    if not isinstance(responses, (Responses, GapScores)):
        raise TypeError(
            f"responses must be Responses or GapScores, not {type(responses).__name__}; bind the "
            "answers first with sq.Responses.from_frame(frame, instrument)."
        )
    held = responses.responses if isinstance(responses, GapScores) else responses
    instrument = held.instrument
    chosen = chosen_dimensions(instrument, dimensions)
    ratings = read_ratings(held, chosen, missing)
    several = [key for key in chosen if len(instrument.dimensions[key]) > 1]
    if not several:
        raise ModelError(
            "Every chosen dimension has one item, which cannot tell its error from what it "
            "measures; there is nothing to test."
        )
    # What is wrong with all models is an error at once.
    levels = ORDERED_LEVELS if ordered else LEVELS
    items = [item for key in several for item in instrument.dimensions[key]]
    freed = freed_items(partial, items, levels)
    expectation_perception_model(
        instrument, dimensions=several, partial=partial, ordered=held if ordered else False
    )
    sets: dict[str, Sequence[str]] = {key: (key,) for key in chosen}
    if whole and len(several) > 1:
        sets[SCALE] = several
    how = estimator or ("WLSMV" if ordered else "MLR")
    fitting = Fitting(
        ratings=ratings,
        levels=levels,
        freed=freed,
        ordered=held if ordered else False,
        options={"estimator": how, "missing": missing, "confidence": confidence},
    )
    problems: list[str] = []
    fits: dict[tuple[str, str], SemResult] = {}
    ladders: dict[str, Ladder | None] = {}
    for key, keys in sets.items():
        its = fitting.fit(key, keys, problems)
        fits |= {(key, level): result for level, result in its.items()}
        ladders[key] = ladder_of(its)
    if not fits:
        raise ModelError(f"No model of E and P can be fitted. {' '.join(problems[:5])}")
    releases = []
    for key, ladder in ladders.items():
        if ladder is not None:
            problems += [f"{key}: {one}" for one in ladder.problems]
            found = ladder.releases.drop(columns="group")
            found.insert(0, "dimension", key)
            releases.append(found)
    labels = {key: instrument.label(key) for key in chosen} | {SCALE: "Whole scale"}
    uses = ratings.uses()
    uses.insert(2, "label", [labels[key] for key in uses["dimension"]])
    return ExpectationPerceptionInvariance(
        instrument=instrument,
        n=ratings.n,
        n_excluded=ratings.n_excluded,
        weighted=ratings.weights is not None,
        estimator=how,
        missing=missing,
        ordered=ordered,
        partial=MappingProxyType({level: items for level, items in freed.items() if items}),
        fits=MappingProxyType(fits),
        problems=(*problems, *_inadmissible(fits)),
        _frame=levels_frame(ladders, levels, labels),
        _uses=uses,
        _releases=pd.concat(releases, ignore_index=True),
        _latent_gaps=gaps_frame(ratings, fits, freed, labels),
    )


def _inadmissible(fits: Fits) -> list[str]:
    """Name what is inadmissible about solutions, and warn of it once."""
    found = [
        f"{key}, {level}: {one}" for (key, level), result in fits.items() for one in result.problems
    ]
    if found:
        warn(
            f"{len(found)} problems of solutions; .problems holds all. The first: {found[0]}",
            AdmissibilityWarning,
        )
    return found
