"""Models of service quality as text: dimensions, satisfaction, loyalty, and their alternatives."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Literal

from servqual.errors import ModelError, nearest
from servqual.instrument import Instrument
from servqual.sem.construction._template_parts import (
    Block,
    check_columns,
    check_names,
    check_reliability,
    single_lines,
    with_reliability,
)
from servqual.sem.construction._template_quality import BUILDERS, Quality, Wanted, measured
from servqual.sem.specification.syntax import read_model
from servqual.sem.specification.table import build_table

TemplateStructure = Literal[
    "dimensions",
    "measurement",
    "mediated",
    "direct-and-mediated",
    "second-order",
    "three-factor",
    "one-factor",
    "method-factor",
    "bifactor",
    "MIMIC",
    "perception-only",
    "expectation-only",
    "expectation-and-perception",
]
_MEDIATED = ("mediated", "direct-and-mediated")
_KIND_OF = {"perception-only": "perception", "expectation-only": "expectation"}


def service_quality_model(
    instrument: Instrument,
    satisfaction: str | Sequence[str] = (),
    loyalty: str | Sequence[str] = (),
    structure: TemplateStructure = "dimensions",
    of: str = "gap",
    *,
    direct: bool | None = None,
    effects: bool | None = None,
    covariates: str | Sequence[str] = (),
    merge: Mapping[str, Sequence[str]] | None = None,
    reliability: float | Mapping[str, float] | None = None,
    method_loadings: Literal["equal", "free"] = "equal",
    names: Mapping[str, str] | None = None,
    data: object = None,
) -> str:
    r"""Write a model of service quality as text that `fit_sem` reads.

    Item columns are those of ``scores.to_data(extra)``: G1, G2, ... for gaps, P1.. for perceptions,
    E1.. for expectations. Latent variables bear the dimension keys of the instrument.

    Parameters
    ----------
    instrument : Instrument
        Whose items and dimensions the model is of.
    satisfaction, loyalty : str or sequence of str, optional
        Columns that measure them. Two or more are indicators of a latent variable "satisfaction"
        or "loyalty"; one alone stands as an observed outcome, taken as free of error unless its
        `reliability` is given. With satisfaction, quality acts on satisfaction and satisfaction on
        loyalty; with loyalty alone, quality acts on loyalty.
    structure : str
        How quality is measured and acts.

        ============================ ============================================================
        "dimensions"                 one factor a dimension, correlated
        "measurement"                the same, with the outcomes as correlated factors: no paths
        "mediated"                   dimensions -> satisfaction -> loyalty, with labelled paths,
                                     indirect and total effects
        "direct-and-mediated"        the same, and dimensions -> loyalty
        "second-order"               the dimensions measure one factor "service_quality"
        "three-factor"               tangibles, reliability, and one factor of responsiveness,
                                     assurance and empathy, which often cannot be told apart [1]_
        "one-factor"                 one factor "service_quality" of all items
        "method-factor"              a factor "negative_wording" of the reverse-keyed items,
                                     uncorrelated with quality [2]_; see Notes
        "bifactor"                   a factor of all items, and uncorrelated group factors [3]_
        "MIMIC"                      the dimensions regressed on observed `covariates` [4]_
        "perception-only"            dimensions of P (as ``of="perception"``)
        "expectation-only"           dimensions of E (as ``of="expectation"``)
        "expectation-and-perception" factors of E and of P side by side, the errors of an item's
                                     two answers correlated: what a gap takes together, apart [5]_
        ============================ ============================================================
    of : str, default "gap"
        "gap" (G), "perception" (P), "expectation" (E); of tolerance scores "adequacy" (A),
        "superiority" (S), "minimum" (M).
    direct : bool, optional
        Whether quality acts on loyalty directly, too; by default only in "direct-and-mediated".
    effects : bool, optional
        Whether paths are labelled and indirect and total effects defined; by default in
        "mediated" and "direct-and-mediated". semopy's text has no defined effects.
    covariates : str or sequence of str, optional
        Observed variables that act on quality, in any structure; "MIMIC" needs them.
    merge : mapping of str to sequence of str, optional
        Dimensions that are one factor, by its name, to test whether they can be told apart.
    reliability : float or mapping of str to float, optional
        Of dimensions and outcomes with one item, by key. Their error variance is (1 - reliability)
        times the item's variance. A dimension of one item needs it.
    method_loadings : str, default "equal"
        Whether the items load on the wording factor by "equal" or "free" unstandardised loadings;
        free ones are often not identified.
    names : mapping of str to str, optional
        Other names for latent variables, by key.
    data : frame, Scores, Sample or Moments, optional
        The data that are to be modelled: columns are checked, and give the variance of single
        items that outcomes or second-order factors explain.

    Returns
    -------
    str
        The model's text. `fit_sem` fits it.

    Raises
    ------
    ModelError
        If the structure is unknown, the instrument lacks a role, a name stands for two things,
        columns are not in the data, or the model would not be identified.

    Notes
    -----
    In servqual-1988 the reverse-keyed items are all of responsiveness and all of empathy, so the
    wording factor and the covariance of these two dimensions cannot be told apart as long as all
    dimensions may correlate freely. Where reverse-keyed items fill whole dimensions,
    "method-factor" therefore has a second-order factor "service_quality", and wording is what the
    negatively worded dimensions share beyond it: that all they share beyond it is wording is an
    assumption.

    In the mediated models the indirect effect of a dimension is a product of labels, with `a_x` the
    path from dimension x to satisfaction, `b` from satisfaction to loyalty and `c_x` from x to
    loyalty: ``indirect_x := a_x*b`` and ``total_x := c_x + a_x*b``.

    References
    ----------
    .. [1] Parasuraman, A., Zeithaml, V. A., & Berry, L. L. (1994). Alternative scales for measuring
       service quality. *Journal of Retailing*, 70(3), 201-230.
       https://doi.org/10.1016/0022-4359(94)90033-7
    .. [2] Podsakoff, P. M., MacKenzie, S. B., Lee, J.-Y., & Podsakoff, N. P. (2003). Common method
       biases in behavioral research. *Journal of Applied Psychology*, 88(5), 879-903.
       https://doi.org/10.1037/0021-9010.88.5.879
    .. [3] Reise, S. P. (2012). The rediscovery of bifactor measurement models. *Multivariate
       Behavioral Research*, 47(5), 667-696. https://doi.org/10.1080/00273171.2012.715555
    .. [4] Jöreskog, K. G., & Goldberger, A. S. (1975). Estimation of a model with multiple
       indicators and multiple causes of a single latent variable. *Journal of the American
       Statistical Association*, 70(351), 631-639. https://doi.org/10.1080/01621459.1975.10482485
    .. [5] Page, T. J., & Spreng, R. A. (2002). Difference scores versus direct effects in service
       quality measurement. *Journal of Service Research*, 4(3), 184-192.
       https://doi.org/10.1177/1094670502004003002

    Examples
    --------
    >>> kiosk = Instrument(
    ...     name="kiosk", scale=(1, 7), dimensions={"useful": ("1", "2", "3"), "fun": ("4", "5")}
    ... )
    >>> print(service_quality_model(kiosk, ["S1", "S2", "S3"], "stay", "mediated"))
    useful =~ G1 + G2 + G3
    fun =~ G4 + G5
    satisfaction =~ S1 + S2 + S3
    satisfaction ~ a_useful*useful + a_fun*fun
    stay ~ b*satisfaction
    indirect_useful := a_useful*b
    indirect_fun := a_fun*b
    total_useful := a_useful*b
    total_fun := a_fun*b
    """
    causes = _listed(covariates)
    _check(instrument, structure, of, causes, satisfaction, loyalty)
    if method_loadings not in ("equal", "free"):
        raise ModelError(f'method_loadings must be "equal" or "free", not {method_loadings!r}.')
    renamed = {str(key): str(name) for key, name in (names or {}).items()}
    quality = BUILDERS[structure](
        Wanted(
            instrument=instrument,
            of=_KIND_OF.get(structure, of),
            names=renamed,
            merge=merge or {},
            method_loadings=method_loadings,
            outcomes=bool(satisfaction or loyalty),
        )
    )
    outcomes = tuple(
        Block(key=key, name=renamed.get(key, key), columns=tuple(columns))
        for key, columns in (("satisfaction", _listed(satisfaction)), ("loyalty", _listed(loyalty)))
        if columns
    )
    check_reliability(reliability, (*quality.blocks, *outcomes))
    blocks = with_reliability(quality.blocks, reliability, needed=True)
    outcomes = tuple(
        block if _latent(block, structure) else _observed(block)
        for block in with_reliability(outcomes, reliability, needed=False)
    )
    latent = {block.key: block.name for block in blocks} | dict(quality.further)
    latent |= {block.key: block.name for block in outcomes if _latent(block, structure)}
    columns = [column for block in (*blocks, *outcomes) for column in block.columns]
    columns += [*quality.alone, *causes]
    check_names(latent, columns, renamed)
    check_columns(data, columns)

    paths = structure != "measurement"
    explained = [*quality.explained, *(quality.causes if causes else ())]
    explained += [block.name for block in outcomes if paths]
    lines = list(quality.lines)
    lines += [measured(one.name, one.columns) for one in outcomes if _latent(one, structure)]
    singles = single_lines((*blocks, *outcomes), explained=explained, data=data, columns=columns)
    if causes:
        lines += _caused(quality, causes)
    if outcomes and paths:
        lines += _paths(
            quality.causes,
            {block.key: block.name for block in outcomes},
            direct=structure == "direct-and-mediated" if direct is None else direct,
            effects=structure in _MEDIATED if effects is None else effects,
        )
    text = "\n".join([*lines, *singles])
    build_table(read_model(text))
    return text


def _check(
    instrument: Instrument,
    structure: str,
    of: str,
    covariates: Sequence[str],
    satisfaction: str | Sequence[str],
    loyalty: str | Sequence[str],
) -> None:
    if structure not in BUILDERS:
        raise ModelError(
            f"There is no structure {structure!r}.{nearest(structure, BUILDERS)} "
            f"There are {', '.join(BUILDERS)}."
        )
    if not isinstance(instrument, Instrument):
        raise ModelError(
            f"instrument must be an Instrument, not {type(instrument).__name__}; "
            "load_instrument('servqual-1991') gives one."
        )
    if structure in _MEDIATED and not (satisfaction and loyalty):
        missing = "loyalty" if satisfaction else "satisfaction"
        raise ModelError(
            f"structure={structure!r} goes from quality over satisfaction to loyalty; name the "
            f"columns of {missing}, too: {missing}=[...]."
        )
    taken = _KIND_OF.get(structure, "gap" if structure == "expectation-and-perception" else of)
    if of not in ("gap", taken):
        raise ModelError(
            f"structure={structure!r} says which answers are modelled; leave of={of!r} out of it."
        )
    if structure == "MIMIC" and not covariates:
        raise ModelError(
            'structure="MIMIC" needs observed variables that act on quality: '
            'covariates=["age", ...].'
        )
    if structure == "measurement" and covariates:
        raise ModelError(
            'structure="measurement" has no paths, so covariates= cannot act on quality; use '
            'structure="MIMIC".'
        )


def _listed(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else [str(name) for name in names]


def _latent(block: Block, structure: str) -> bool:
    """Say whether an outcome is a latent variable: of one column only if its error is known."""
    return not block.single or not math.isnan(block.reliability) or structure == "measurement"


def _observed(block: Block) -> Block:
    return replace(block, name=block.columns[0])


def _caused(quality: Quality, covariates: Sequence[str]) -> list[str]:
    lines = [f"{name} ~ {' + '.join(covariates)}" for name in quality.causes]
    # The residuals of outcomes that act on others are uncorrelated unless the text says otherwise.
    return lines + [f"{one} ~~ {other}" for one, other in combinations(quality.causes, 2)]


def _paths(
    causes: Sequence[str], outcomes: Mapping[str, str], *, direct: bool, effects: bool
) -> list[str]:
    """Write quality -> satisfaction -> loyalty, or to the one outcome that there is."""
    labelled = effects and len(outcomes) == 2

    def terms(letter: str) -> str:
        return " + ".join(f"{letter}_{name}*{name}" if labelled else name for name in causes)

    if len(outcomes) == 1:
        (outcome,) = outcomes.values()
        return [f"{outcome} ~ {terms('a')}"]
    first, last = outcomes["satisfaction"], outcomes["loyalty"]
    lines = [f"{first} ~ {terms('a')}", f"{last} ~ {'b*' if labelled else ''}{first}"]
    if direct:
        lines[-1] += f" + {terms('c')}"
    if labelled:
        lines += [f"indirect_{name} := a_{name}*b" for name in causes]
        through = [f"a_{name}*b" for name in causes]
        lines += [
            f"total_{name} := {f'c_{name} + ' if direct else ''}{product}"
            for name, product in zip(causes, through, strict=True)
        ]
    return lines
