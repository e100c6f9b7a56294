"""The door to the explanations: a result in, its formula with its own numbers out."""

import inspect
from collections.abc import Callable

from servqual._language import check_language
from servqual.comparisons.gaps import GapTests
from servqual.comparisons.paired import PublishedTests
from servqual.explanations.adequacy import explain_adequacy
from servqual.explanations.consistency import explain_consistency
from servqual.explanations.constructs import explain_construct
from servqual.explanations.differences import explain_difference
from servqual.explanations.explanation import Explanation
from servqual.explanations.features import explain_feature
from servqual.explanations.gaps import explain_gap
from servqual.explanations.importance import explain_importance
from servqual.explanations.paired import explain_gap_test, explain_published_test
from servqual.explanations.recommendation import explain_net_promoter
from servqual.explanations.structural import explain_model
from servqual.explanations.units import explain_agreement
from servqual.factors.adequacy import Factorability
from servqual.priorities.asymmetry.kano import KanoAnalysis
from servqual.priorities.relative.shares import RelativeImportance
from servqual.provider.agreement import UnitAgreement
from servqual.reliability.consistency import InternalConsistency
from servqual.reliability.difference_scores import DifferenceScoreReliability
from servqual.scorecards.net_promoter import NetPromoterScore
from servqual.scores.gaps import GapScores
from servqual.sem.result import SemResult
from servqual.sem.validity.construct import ConstructValidity

_EXPLAINED: dict[type, tuple[Callable[..., Explanation], str]] = {
    GapScores: (explain_gap, "gap_scores"),
    InternalConsistency: (explain_consistency, "internal_consistency"),
    DifferenceScoreReliability: (explain_difference, "difference_score_reliability"),
    Factorability: (explain_adequacy, "factorability"),
    NetPromoterScore: (explain_net_promoter, "net_promoter_score"),
    GapTests: (explain_gap_test, "gap_tests"),
    PublishedTests: (explain_published_test, "paired_t_from_summary"),
    SemResult: (explain_model, "fit_sem"),
    ConstructValidity: (explain_construct, "construct_validity"),
    RelativeImportance: (explain_importance, "relative_importance"),
    KanoAnalysis: (explain_feature, "kano_analysis"),
    UnitAgreement: (explain_agreement, "agreement_in_units"),
}


def explain(
    result: object,
    *,
    item: object = None,
    dimension: object = None,
    statistic: str | None = None,
    group: object = None,
    label: object = None,
    language: str = "en",
) -> Explanation:
    r"""Show how a figure was computed: the formula, with the result's own numbers put in.

    Parameters
    ----------
    result : Result
        What `gap_scores`, `internal_consistency`, `difference_score_reliability`,
        `factorability`, `net_promoter_score`, `gap_tests`, `paired_t_from_summary`, `fit_sem`,
        `construct_validity`, `relative_importance`, `kano_analysis` or `agreement_in_units` gave.
    item, dimension : str, optional
        The item or dimension (its id, or its label) whose figure is meant; by default the overall
        score or the whole scale. Of construct validity, the latent variable (dimension=); of
        relative importance, the driver (either; by default the one with the largest part); of a
        Kano questionnaire, the feature (item=).
    statistic : str, optional
        Which figure, where there are several: "alpha" or "omega" of internal consistency,
        "reliability" (classical) or "alpha_gap" of a difference, "overall" or
        "overall_unweighted" of weighted gaps and their tests; "chi2", "cfi", "tli", "rmsea",
        "srmr", "r_squared" or "effect" of a structural model, and "chi2_scaled", "cfi_robust",
        "tli_robust", "rmsea_robust" under robust estimators; "cr", "ave" or "htmt" of construct
        validity; "lmg", "johnson", "first", "last" or "pratt" of relative importance (by default
        its own method); "better", "worse" or "asymmetry" of a feature; "icc1" or "icc2" of
        agreement in units. The first by default.
    group : str, optional
        The group of a score card, or of a structural model.
    label : str, optional
        Which of several published tests; of a structural model, the defined effect or the
        explained variable; of an HTMT, the other latent variable (by default that of the highest
        ratio); of agreement in units of a plain frame, the column.
    language : {"en", "zh"}

    Returns
    -------
    Explanation
        ``str()`` gives it as text; in a notebook it shows itself with its formulas set. It has
        ``value``, ``formula``, ``steps``, ``symbols``, ``readings``, ``cautions``, ``problems``
        and ``references``.

    Raises
    ------
    TypeError
        If there is no explanation of such a result.
    ValueError
        If a choice does not go with the result.
    ResponseError
        If there is no such item, dimension, group or test.

    Notes
    -----
    The figure is the one in the result, and the formula gives it from the unrounded numbers in
    ``symbols``. The numbers in ``steps`` are rounded, with as many decimals as they need for the
    arithmetic to come out as shown. Where a figure is NaN, ``problems`` says why.

    A result holds no weights that were given as a mapping: they are solved for from the weighted
    scores, so they are shares of 1 if they were normalised.

    Examples
    --------
    >>> from servqual.scorecards.net_promoter import net_promoter_score
    >>> found = explain(net_promoter_score([10] * 162 + [8] * 108 + [3] * 54))
    >>> print(found.steps[2].text)
    NPS = p − d
        = 50.000 − 16.667
        = 33.333
    >>> found.symbols["n_p"].meaning, found.symbols["n_p"].value
    ('number of promoters', 162)
    """
    check_language(language)
    found = next((how for kind, how in _EXPLAINED.items() if isinstance(result, kind)), None)
    if found is None:
        makers = ", ".join(maker for _, maker in _EXPLAINED.values())
        raise TypeError(
            f"There is no explanation of {type(result).__name__}; what these give can be "
            f"explained: {makers}."
        )
    how, maker = found
    choices = {
        "item": item,
        "dimension": dimension,
        "statistic": statistic,
        "group": group,
        "label": label,
    }
    given = {name: value for name, value in choices.items() if value is not None}
    known = [name for name in inspect.signature(how).parameters if name in choices]
    for name in given:
        if name not in known:
            raise ValueError(
                f"{name}= does not go with {maker}; its figures are chosen by "
                f"{', '.join(f'{one}=' for one in known)}."
            )
    return how(result, **given, language=language)
