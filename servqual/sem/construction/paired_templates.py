"""Models of expectation and perception of the same items, side by side and as latent gaps."""

from collections.abc import Mapping, Sequence

from servqual.errors import ModelError, nearest
from servqual.instrument import Instrument
from servqual.responses import Responses
from servqual.sem.construction._ordered_pairs import Used, ordered_lines, used_categories
from servqual.sem.construction._pairs import (
    LEVELS,
    ORDERED_LEVELS,
    Pair,
    PairLevel,
    Partial,
    pairs_of,
    total,
)

_KNOWN = (*LEVELS, *ORDERED_LEVELS)


def expectation_perception_model(
    instrument: Instrument,
    level: PairLevel = "configural",
    *,
    dimensions: Sequence[str] | str | None = None,
    partial: Partial = (),
    ordered: Responses | bool = False,
    names: Mapping[str, str] | None = None,
) -> str:
    r"""Write a model of E and P of the same items, with what a level of invariance sets equal.

    Each dimension has two factors, called by its key with _E and _P behind it. The residuals of an
    item's two ratings covary, for the same words were rated by the same person [1]_. All factors
    covary.

    Parameters
    ----------
    instrument : Instrument
        With the roles expectation and perception.
    level : {"configural", "thresholds", "metric", "scalar", "strict"}
        What is equal in E and P: nothing, the loadings of each item, its intercepts, too, and its
        residual variances, too. Of ordered ratings the thresholds come before the loadings [2]_,
        and strict is not to be had: their residual variances follow from the rest.
    dimensions : sequence of str, optional
        Which to model, by key; by default all in one model.
    partial : sequence of str, or mapping of str to sequence of str
        Items that are let go of, by id; or, by level, the items that are let go of from that level
        on: ``{"scalar": ["3"]}`` leaves the loadings of item 3 equal.
    ordered : bool or Responses
        Whether the ratings are ordered categories, to be fitted with ``ordered=True``. Answers say
        which categories are used; with True all of the scale are. A threshold is equal where it
        lies between the same neighbouring categories, used in E and in P.
    names : mapping of str to str, optional
        Other names of latent variables, by key: ``{"empathy_E": "EMP_E"}``.

    Returns
    -------
    str
        Text for `fit_sem`, of columns E1.., P1...

    Raises
    ------
    ModelError
        If the instrument lacks a role, there is no such dimension, level or item, a dimension has
        one item, or every item of a dimension is let go.

    Notes
    -----
    The factor of E has mean 0 and variance 1 at all levels; that of P gets a variance where
    loadings are equal (``v_x`` for dimension x), and a mean where intercepts are, too (``m_x``).
    No item serves as a marker, so that each equality can be tested. From the scalar level on,
    ``mean_gap_x`` is the latent mean of P - E in scale points, the mean of the equal items,

    .. math:: \bar\lambda \, (\kappa_P - \kappa_E).

    Of ordered ratings the answer to E has a latent response of mean 0 and variance 1, in whose
    units the gap is; the latent response of P gets a scale and an intercept where thresholds are
    equal.

    References
    ----------
    .. [1] Vandenberg, R. J., & Lance, C. E. (2000). A review and synthesis of the measurement
       invariance literature: Suggestions, practices, and recommendations for organizational
       research. *Organizational Research Methods*, 3(1), 4-70.
       https://doi.org/10.1177/109442810031002
    .. [2] Wu, H., & Estabrook, R. (2016). Identification of confirmatory factor analysis models of
       different levels of invariance for ordered categorical outcomes. *Psychometrika*, 81(4),
       1014-1045. https://doi.org/10.1007/s11336-016-9506-0

    Examples
    --------
    >>> kiosk = Instrument(name="kiosk", scale=(1, 7), dimensions={"useful": ("1", "2", "3")})
    >>> print(expectation_perception_model(kiosk, "scalar"))
    useful_E =~ NA*E1 + l_1*E1 + l_2*E2 + l_3*E3
    useful_P =~ NA*P1 + l_1*P1 + l_2*P2 + l_3*P3
    useful_E ~~ 1*useful_E
    useful_P ~~ v_useful*useful_P
    E1 ~~ P1
    E2 ~~ P2
    E3 ~~ P3
    E1 + P1 ~ i_1*1
    E2 + P2 ~ i_2*1
    E3 + P3 ~ i_3*1
    useful_P ~ m_useful*1
    mean_gap_useful := m_useful*(l_1 + l_2 + l_3)/3
    """
    levels = ORDERED_LEVELS if ordered is not False else LEVELS
    if level not in levels:
        raise ModelError(
            f"level must be one of {', '.join(levels)}, not {level!r}"
            + (f", with ordered={ordered is not False}." if level in _KNOWN else ".")
            + ("" if level in _KNOWN else nearest(level, levels))
        )
    pairs = pairs_of(instrument, dimensions, partial, names, "EP", levels)
    used: Used = {}
    if ordered is not False:
        used = used_categories(ordered, instrument, [one for pair in pairs for one in pair.items])
    lines: list[str] = []
    ends: list[str] = []
    for pair in pairs:
        lines += _side_by_side(pair, level, used)
        if level in ("scalar", "strict"):
            sum_, k = total(pair.loadings("P")[item] for item in pair.anchors), len(pair.anchors)
            ends.append(f"mean_gap_{pair.key} := m_{pair.key}*({sum_})/{k}")
    return "\n".join([*lines, *ends])


def _side_by_side(pair: Pair, level: str, used: Used) -> list[str]:
    e, p = pair.latent["E"], pair.latent["P"]
    if level in ("configural", "thresholds"):
        lines = [
            f"{factor} =~ NA*{total(f'{letter}{item}' for item in pair.items)}"
            for factor, letter in ((e, "E"), (p, "P"))
        ]
        lines += [f"{e} ~~ 1*{e}", f"{p} ~~ 1*{p}"]
    else:
        lines = [pair.measured(e, "E"), pair.measured(p, "P")]
        lines += [f"{e} ~~ 1*{e}", f"{p} ~~ v_{pair.key}*{p}"]
    lines += pair.errors()
    if used:
        lines += ordered_lines(pair, level, used)
    elif level in ("scalar", "strict"):
        lines += pair.intercepts()
    else:
        lines.append(f"{total(f'{letter}{item}' for letter in 'EP' for item in pair.items)} ~ 1")
    if level in ("scalar", "strict"):
        lines.append(f"{p} ~ m_{pair.key}*1")
    return lines + (pair.residuals() if level == "strict" else [])


def latent_difference_model(
    instrument: Instrument,
    level: PairLevel = "scalar",
    *,
    dimensions: Sequence[str] | str | None = None,
    partial: Partial = (),
    names: Mapping[str, str] | None = None,
) -> str:
    r"""Write a model in which the gap itself is a latent variable, free of measurement error.

    In the manner of true-change models [1]_ [2]_, P's items measure E and what P has beyond it: a
    dimension x has the factors x_E and x_D, and :math:`P = E + D`. Lines that use x_D in
    regressions may be added to the text.

    Parameters
    ----------
    instrument : Instrument
        With the roles expectation and perception.
    level : {"scalar", "strict"}
        What is equal in E and P, as for `expectation_perception_model`, to whose model of the same
        level this one is equivalent. Less than scalar invariance gives gaps no mean.
    dimensions, partial, names
        As for `expectation_perception_model`; the latent variables are x_E and x_D.

    Returns
    -------
    str
        Text for `fit_sem`.

    Raises
    ------
    ModelError
        As for `expectation_perception_model`.

    Notes
    -----
    The first item that is equal in E and P scales E and D (loading 1, intercept 0). Whichever that
    is, ``mean_gap_x`` and ``sd_gap_x`` are in scale points, for they are those of the mean of the
    equal items, with mean loading :math:`\bar\lambda`; ``standardized_gap_x`` is the mean in
    standard deviations of the latent gap:

    .. math::

       \bar\lambda\mu_D, \quad \bar\lambda\sigma_D, \quad \mu_D / \sigma_D, \qquad
       \mu_D = \mu_P - \mu_E, \qquad \sigma_D^2 = \sigma_P^2 + \sigma_E^2 - 2\sigma_{EP}.

    References
    ----------
    .. [1] Steyer, R., Eid, M., & Schwenkmezger, P. (1997). Modeling true intraindividual change:
       True change as a latent variable. *Methods of Psychological Research Online*, 2(1), 21-33.
    .. [2] McArdle, J. J. (2009). Latent variable modeling of differences and changes with
       longitudinal data. *Annual Review of Psychology*, 60, 577-605.
       https://doi.org/10.1146/annurev.psych.60.110707.163612

    Examples
    --------
    >>> kiosk = Instrument(name="kiosk", scale=(1, 7), dimensions={"useful": ("1", "2", "3")})
    >>> print(latent_difference_model(kiosk))
    useful_E =~ 1*E1 + l_2*E2 + l_3*E3 + 1*P1 + l_2*P2 + l_3*P3
    useful_D =~ 1*P1 + l_2*P2 + l_3*P3
    useful_E ~ NA*1
    useful_D ~ m_useful*1
    useful_D ~~ v_useful*useful_D
    E1 ~~ P1
    E2 ~~ P2
    E3 ~~ P3
    E1 + P1 ~ 0*1
    E2 + P2 ~ i_2*1
    E3 + P3 ~ i_3*1
    mean_gap_useful := m_useful*(1 + l_2 + l_3)/3
    sd_gap_useful := sqrt(v_useful)*(1 + l_2 + l_3)/3
    standardized_gap_useful := m_useful/sqrt(v_useful)
    """
    _check_level(level)
    lines: list[str] = []
    ends: list[str] = []
    for pair in pairs_of(instrument, dimensions, partial, names, "ED"):
        e, d = pair.latent["E"], pair.latent["D"]
        marker = pair.anchors[0]
        lines += [f"{pair.measured(e, 'E', marker)} + {pair.terms('P', marker)}"]
        lines += [pair.measured(d, "P", marker), f"{e} ~ NA*1"]
        lines += _gap_lines(pair, d, level)
        ends += _gap_ends(pair)
    return "\n".join([*lines, *ends])


def latent_congruence_model(
    instrument: Instrument,
    level: PairLevel = "scalar",
    *,
    dimensions: Sequence[str] | str | None = None,
    partial: Partial = (),
    names: Mapping[str, str] | None = None,
) -> str:
    r"""Write Cheung's model of the level and the congruence of E and P [1]_.

    A dimension x has the factors x_E and x_P, measured by its items, and these in turn make up
    x_L, the level, and x_C, the congruence:

    .. math:: L = (E + P)/2, \qquad C = P - E.

    Parameters
    ----------
    instrument : Instrument
        With the roles expectation and perception.
    level : {"scalar", "strict"}
        What is equal in E and P, as for `expectation_perception_model`, to whose model of the same
        level this one is equivalent.
    dimensions, partial, names
        As for `expectation_perception_model`; the latent variables are x_E, x_P, x_L and x_C.

    Returns
    -------
    str
        Text for `fit_sem`.

    Raises
    ------
    ModelError
        As for `expectation_perception_model`.

    Notes
    -----
    The sign of congruence is that of the gap. Scales and definitions are those of
    `latent_difference_model`: the congruence is its latent gap; beside the level instead of beside
    E, it answers another question.

    References
    ----------
    .. [1] Cheung, G. W. (2009). Introducing the latent congruence model for improving the
       assessment of similarity, agreement, and fit in organizational research. *Organizational
       Research Methods*, 12(1), 6-33. https://doi.org/10.1177/1094428107308914

    Examples
    --------
    >>> kiosk = Instrument(name="kiosk", scale=(1, 7), dimensions={"useful": ("1", "2", "3")})
    >>> print("\n".join(latent_congruence_model(kiosk).splitlines()[:9]))
    useful_E =~ 1*E1 + l_2*E2 + l_3*E3
    useful_P =~ 1*P1 + l_2*P2 + l_3*P3
    useful_L =~ 1*useful_E + 1*useful_P
    useful_C =~ -0.5*useful_E + 0.5*useful_P
    useful_E ~~ 0*useful_E
    useful_P ~~ 0*useful_P
    useful_L ~ NA*1
    useful_C ~ m_useful*1
    useful_C ~~ v_useful*useful_C
    """
    _check_level(level)
    lines: list[str] = []
    ends: list[str] = []
    for pair in pairs_of(instrument, dimensions, partial, names, "EPLC"):
        e, p, mean, c = (pair.latent[letter] for letter in "EPLC")
        marker = pair.anchors[0]
        lines += [pair.measured(e, "E", marker), pair.measured(p, "P", marker)]
        lines += [f"{mean} =~ 1*{e} + 1*{p}", f"{c} =~ -0.5*{e} + 0.5*{p}"]
        lines += [f"{e} ~~ 0*{e}", f"{p} ~~ 0*{p}", f"{mean} ~ NA*1"]
        lines += _gap_lines(pair, c, level)
        ends += _gap_ends(pair)
    return "\n".join([*lines, *ends])


def _check_level(level: str) -> None:
    if level not in LEVELS[2:]:
        raise ModelError(
            f"level must be scalar or strict, not {level!r}."
            + (" Below the scalar level a latent gap has no mean." if level in _KNOWN else "")
        )


def _gap_lines(pair: Pair, gap: str, level: str) -> list[str]:
    """Write the gap's mean and variance, and what is equal in E and P."""
    lines = [f"{gap} ~ m_{pair.key}*1", f"{gap} ~~ v_{pair.key}*{gap}"]
    lines += [*pair.errors(), *pair.intercepts(pair.anchors[0])]
    return lines + (pair.residuals() if level == "strict" else [])


def _gap_ends(pair: Pair) -> list[str]:
    mean, variance = f"m_{pair.key}", f"v_{pair.key}"
    loadings = pair.loadings("P", pair.anchors[0])
    average = f"({total(loadings[item] for item in pair.anchors)})/{len(pair.anchors)}"
    return [
        f"mean_gap_{pair.key} := {mean}*{average}",
        f"sd_gap_{pair.key} := sqrt({variance})*{average}",
        f"standardized_gap_{pair.key} := {mean}/sqrt({variance})",
    ]
