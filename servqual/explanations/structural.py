"""The explanations of a structural model: its fit, explained variance, and defined effects."""

from typing import Any

import numpy as np

from servqual._language import say
from servqual.errors import nearest
from servqual.explanations._arithmetic import Letter, shown
from servqual.explanations._choice import choose, choose_statistic
from servqual.explanations._model_letters import JORESKOG_1969, Found, symbol
from servqual.explanations._steps import Equation
from servqual.explanations.effects import explained_effect
from servqual.explanations.explanation import Explanation, write_explanation
from servqual.explanations.fits import explained_fit
from servqual.sem.questions.residuals import implied_moments
from servqual.sem.result import SemResult

_PLAIN = ("chi2", "cfi", "tli", "rmsea", "srmr")
_ROBUST = ("chi2_scaled", "cfi_robust", "tli_robust", "rmsea_robust")


def explain_model(
    result: SemResult,
    *,
    statistic: str | None = None,
    label: object = None,
    group: object = None,
    language: str = "en",
) -> Explanation:
    """Explain an index of the fit, the explained variance of a variable, or a defined effect."""
    statistic, name = _chosen(result, statistic, label)
    if group is not None and statistic != "r_squared":
        raise ValueError("group= chooses among explained variances; leave it out here.")
    if statistic == "effect":
        (definition,) = (
            one for one in result.fitted.structure.table.definitions if one.name == name
        )
        found = explained_effect(result, definition, language)
    elif statistic == "r_squared":
        found = _explained_variance(result, name, group, language)
    else:
        found = explained_fit(result, statistic, language)
    return write_explanation(
        title=found.title,
        source=result.title(language),
        equations=found.equations,
        symbols=found.symbols,
        readings=found.readings,
        cautions=(*found.cautions, *result.problems),
        problems=result.problems
        or (say("The model has no such figure: see its notes.", language),),
        references=found.references,
        language=language,
        main=found.main,
        also=found.also,
    )


def _chosen(result: SemResult, statistic: str | None, label: object) -> tuple[str, str]:
    """Find which figure is meant, and of what."""
    effects = [one.name for one in result.fitted.structure.table.definitions]
    variables = list(dict.fromkeys(_names(result)))
    known = [*_PLAIN]
    known += [one for one in _ROBUST if one in result.fit.index and not np.isnan(result.fit[one])]
    known += [*(["r_squared"] if variables else []), *(["effect"] if effects else [])]
    if statistic is None and label is not None:
        if str(label) not in (*effects, *variables):
            close = nearest(str(label), [*effects, *variables])
            raise ValueError(
                f"label must be a defined effect ({', '.join(effects) or 'there is none'}) or an "
                f"explained variable ({', '.join(variables)}), not {label!r}.{close}"
            )
        statistic = "effect" if str(label) in effects else "r_squared"
    chosen = choose_statistic(statistic, known)
    if chosen not in ("effect", "r_squared"):
        if label is not None:
            raise ValueError(f"label= does not go with statistic={chosen!r}; leave it out.")
        return chosen, ""
    options = effects if chosen == "effect" else variables
    if label is None and len(options) > 1:
        raise ValueError(f"There are {len(options)}; choose one, such as label={options[0]!r}.")
    wanted = options[0] if label is None else label
    what = "defined effect" if chosen == "effect" else "explained variable"
    return chosen, choose(what, wanted, dict.fromkeys(options, ""))


def _names(result: SemResult) -> list[str]:
    """Name the variables that have an explained variance, once a group."""
    keys = result.r_squared.index.to_list()
    return [str(key[1]) if len(result.groups) > 1 else str(key) for key in keys]


def _explained_variance(result: SemResult, name: str, group: object, language: str) -> Found:
    groups = result.groups
    if len(groups) > 1 and group is None:
        raise ValueError(f"The model has {len(groups)} groups; choose one: group={groups[0]!r}.")
    key = groups[0] if group is None else choose("group", group, dict.fromkeys(groups, ""))
    several = len(groups) > 1
    value = float(result.r_squared[(key, name) if several else name])
    frame = result.parameters
    own = (frame["op"] == "~~") & (frame["lhs"] == name) & (frame["rhs"] == name)
    if several:
        own &= frame["group"] == key
    residual = float(frame.loc[own, "estimate"].iloc[0]) if own.any() else 0.0
    whole = np.nan
    if result.converged:
        latent = name in result.fitted.structure.table.latent
        implied = implied_moments(result, "latent" if latent else "covariance")
        row: Any = (key, name) if several else name
        whole = float(np.asarray(implied.loc[row, name]))
    symbols = {
        "residual": symbol(
            r"\psi", "ψ", say("residual variance of {name}", language, name=name), residual
        ),
        "variance": symbol(
            r"\sigma^2",
            "σ²",
            say("variance of {name} that the model implies", language, name=name),
            whole,
        ),
    }
    right = 1 - symbols["residual"].letter / symbols["variance"].letter
    return Found(
        title=say("Explained variance of {name}", language, name=name),
        equations=[Equation(Letter("R^2", "R²", value), right)],
        symbols=symbols,
        readings=(
            say(
                "What acts on it in the model explains {share} percent of its variance.",
                language,
                share=shown(100 * value, 1),
            ),
        ),
        cautions=(
            say(
                "A large share does not say that the model is right, nor a small one that it is "
                "wrong: look at the fit and at the paths.",
                language,
            ),
        ),
        references=(JORESKOG_1969,),
    )
