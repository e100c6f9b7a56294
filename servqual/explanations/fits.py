"""How the fit of a structural model was computed: chi-square and the indices made of it."""

import numpy as np
from numpy.typing import NDArray

from servqual._language import say
from servqual.explanations._arithmetic import Letter, Node, Root, total
from servqual.explanations._excess import explained_excess, rules_of_thumb
from servqual.explanations._model_letters import (
    BENTLER_1995,
    BROWNE_1984,
    HU_BENTLER_1999,
    JORESKOG_1969,
    SATORRA_BENTLER_1994,
    Found,
    symbol,
)
from servqual.explanations._steps import Equation
from servqual.explanations.explanation import Symbol
from servqual.sem.questions.residuals import model_residuals
from servqual.sem.result import SemResult


def explained_fit(result: SemResult, statistic: str, language: str) -> Found:
    """Explain a test or an index of the fit."""
    if statistic == "chi2":
        return _chi_square(result, language)
    if statistic == "chi2_scaled":
        return _scaled(result, language)
    if statistic == "srmr":
        return _srmr(result, language)
    return explained_excess(result, statistic, language)


def _chi_square(result: SemResult, language: str) -> Found:
    fitted, fit = result.fitted, result.fit
    chi2 = float(fit["chi2"])
    symbols = {"n": Symbol("n", "n", say("number of respondents", language), result.n)}
    n, objective = symbols["n"].letter, float(fitted.objective)
    equations = []
    if result.missing == "fiml" and not np.isnan(float(fit["loglik_saturated"])):
        for name, letter, meaning in (
            ("loglik", "m", "log-likelihood of the model"),
            ("loglik_saturated", "s", "log-likelihood of means and covariances of any size"),
        ):
            symbols[name] = symbol(
                rf"\ell_{letter}", f"ℓ_{letter}", say(meaning, language), fit[name]
            )
        own, most = symbols["loglik"].letter, symbols["loglik_saturated"].letter
        equations.append(Equation(Letter(r"\chi^2", "χ²", chi2), 2 * (most - own)))
    else:
        meaning = say("minimum of the fit function", language)
        symbols["f"] = symbol("F", "F", meaning, objective)
        left = symbols["f"].letter
        if result.converged and result.missing == "listwise":
            equations += _fit_function(result, symbols, left, language)
        equations.append(Equation(Letter(r"\chi^2", "χ²", chi2), n * left))
    likelihood = result.estimator.startswith("ML")
    if likelihood or result.estimator == "GLS":
        reading = say(
            "Chi-square compares the covariances that the model implies with those of the "
            "answers; with {df} degrees of freedom it is {df} on average where the model holds "
            "exactly and the answers are normal.",
            language,
            df=int(fit["df"]),
        )
    else:
        reading = say(
            "The fit function is the weighted sum of the squared residuals; n times it has no "
            "chi-square distribution: read the scaled test of a robust estimator.",
            language,
        )
    return Found(
        title=say("Chi-square of the model", language),
        equations=equations,
        symbols=symbols,
        readings=(reading,),
        cautions=(
            say(
                "It grows with the number of respondents: with many, it rejects models that miss "
                "little, with few it passes models that miss much.",
                language,
            ),
        ),
        references=(JORESKOG_1969 if likelihood else BROWNE_1984,),
    )


def _fit_function(
    result: SemResult, symbols: dict[str, Symbol], left: Letter, language: str
) -> list[Equation]:
    """Take the fit function of maximum likelihood apart; of several groups, group by group."""
    fitted = result.fitted
    if not result.estimator.startswith("ML"):
        return []
    parts = []
    for target, implied in zip(fitted.targets, fitted.point.implied, strict=True):
        s, sigma = target.covariance, implied.sigma[0]
        off = np.zeros(len(s)) if implied.mu is None else np.asarray(target.mean) - implied.mu[0]
        parts.append(
            (
                float(np.linalg.slogdet(sigma)[1]),
                float(np.trace(np.linalg.solve(sigma, s))),
                float(np.linalg.slogdet(s)[1]),
                float(off @ np.linalg.solve(sigma, off)),
            )
        )
    p = len(fitted.data.names)
    if len(parts) > 1:
        values = np.array([one + two - three - p + four for one, two, three, four in parts])
        shares = np.array([float(target.share) for target in fitted.targets])
        names = fitted.data.labels
        symbols["shares"] = Symbol(
            "w_g", "w_g", say("shares of the groups in the respondents", language), shares, names
        )
        symbols["parts"] = Symbol(
            "F_g", "F_g", say("fit function in each group", language), values, names
        )
        each = total(
            r"\sum_g w_g F_g",
            "Σ w_g × F_g",
            lambda g: symbols["shares"].at(g) * symbols["parts"].at(g),
            len(parts),
        )
        return [Equation(left, each)]
    ((implied_log, trace, sample_log, means),) = parts
    symbols |= {
        "implied": symbol(
            r"\ln|\hat\Sigma|",
            "ln|Σ̂|",
            say("logarithm of the determinant of the implied covariances", language),
            implied_log,
        ),
        "trace": symbol(
            r"\mathrm{tr}(S \hat\Sigma^{-1})",
            "tr(SΣ̂⁻¹)",
            say("sample covariances, S, times the inverse of the implied ones, traced", language),
            trace,
        ),
        "sample": symbol(
            r"\ln|S|",
            "ln|S|",
            say("logarithm of the determinant of the sample covariances (divisor n)", language),
            sample_log,
        ),
        "p": Symbol("p", "p", say("number of observed variables", language), p),
    }
    letters = {name: symbols[name].letter for name in ("implied", "trace", "sample", "p")}
    whole = letters["implied"] + letters["trace"] - letters["sample"] - letters["p"]
    if fitted.structure.table.means:
        symbols["means"] = symbol(
            r"d' \hat\Sigma^{-1} d",
            "d'Σ̂⁻¹d",
            say("misfit of the means: their residuals, d, in units of the covariances", language),
            means,
        )
        whole = whole + symbols["means"].letter
    return [Equation(left, whole)]


def _scaled(result: SemResult, language: str) -> Found:
    fit = result.fit
    symbols = {
        "chi2": symbol(
            r"\chi^2", "χ²", say("chi-square of the model, uncorrected", language), fit["chi2"]
        ),
        "factor": symbol(
            "c",
            "c",
            say("scaling factor, from how the answers depart from normality", language),
            fit["scaling_factor"],
        ),
    }
    right = symbols["chi2"].letter / symbols["factor"].letter
    if fit["scaling_shift"] != 0:
        meaning = say("shift of the scaled test", language)
        symbols["shift"] = symbol("b", "b", meaning, fit["scaling_shift"])
        right = right + symbols["shift"].letter
    value = Letter(r"\chi^2_\text{scaled}", "χ²_scaled", float(fit["chi2_scaled"]))
    return Found(
        title=say("Scaled chi-square of the model", language),
        equations=[Equation(value, right)],
        symbols=symbols,
        readings=(
            say(
                "Answers with long or short tails make chi-square too large or too small where the "
                "model holds; the factor brings its mean to the degrees of freedom, {df}.",
                language,
                df=int(fit["df"]),
            ),
        ),
        cautions=(
            say(
                "Scaled chi-squares of two models may not be subtracted; compare_models scales "
                "their difference.",
                language,
            ),
        ),
        references=(SATORRA_BENTLER_1994,),
    )


def _srmr(result: SemResult, language: str) -> Found:
    value = float(result.fit["srmr"])
    residuals: NDArray[np.float64] = np.full(1, np.nan)
    names: tuple[str, ...] = ()
    shares = np.ones(1)
    several = len(result.groups) > 1
    if result.converged:
        frame = model_residuals(result).to_frame()
        residuals = frame["residual_std"].to_numpy(dtype=np.float64)
        names = tuple(f"{row.lhs} {row.op} {row.rhs}".rstrip() for row in frame.itertuples())
        if several:
            of_groups = [residuals[frame["group"] == one] for one in result.groups]
            residuals = np.array([np.sqrt((one**2).mean()) for one in of_groups])
            shares = np.array([float(target.share) for target in result.fitted.targets])
            names = result.groups
    left = Letter(r"\mathrm{SRMR}", "SRMR", value)
    if several:
        symbols = {
            "shares": Symbol(
                "w_g",
                "w_g",
                say("shares of the groups in the respondents", language),
                shares,
                names,
            ),
            "parts": Symbol(
                r"\mathrm{SRMR}_g", "SRMR_g", say("SRMR in each group", language), residuals, names
            ),
        }
        right: Node = total(
            r"\sum_g w_g \, \mathrm{SRMR}_g",
            "Σ w_g × SRMR_g",
            lambda g: symbols["shares"].at(g) * symbols["parts"].at(g),
            len(residuals),
        )
        equations = [Equation(left, right)]
    else:
        symbols = {
            "r": Symbol(
                "r_i",
                "r_i",
                say("residuals: observed less implied, in observed standard deviations", language),
                residuals,
                names,
            ),
            "squares": symbol(
                r"\sum_i r_i^2",
                "Σ r_i²",
                say("sum of the squared residuals", language),
                float((residuals**2).sum()),
            ),
            "k": Symbol(
                "k",
                "k",
                say("number of variances, covariances and means", language),
                len(residuals),
            ),
        }
        r, squares = symbols["r"], symbols["squares"].letter
        each = total(squares.latex, squares.text, lambda i: r.at(i) ** 2, len(residuals))
        equations = [
            Equation(squares, each),
            Equation(left, Root(squares / symbols["k"].letter)),
        ]
    return Found(
        title=say("SRMR of the model", language),
        equations=equations,
        symbols=symbols,
        readings=(
            say(
                "The typical size of what the model misses of a correlation: here {value}.",
                language,
                value=f"{value:.3f}",
            ),
        ),
        cautions=(rules_of_thumb(language),),
        references=(BENTLER_1995, HU_BENTLER_1999),
    )
