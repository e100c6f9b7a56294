"""The texts of a path diagram: boxes, estimates, what stands over and under the picture."""

from collections.abc import Mapping

import numpy as np
from scipy.special import ndtri

from servqual._language import say
from servqual.instrument import Instrument
from servqual.plots._graph import Graph
from servqual.plots._text import fitted
from servqual.pls.result import PlsResult
from servqual.sem.result import SemResult
from servqual.sem.variables import variable_label

_ITEM_WIDTH, _ROW_WIDTH, _LATENT_WIDTH = 34, 12, 16


def number_text(value: float, *, bare: bool) -> str:
    """Write a number with two decimals, without the zero before the point where it is bare.

    Examples
    --------
    >>> number_text(-0.304, bare=True), number_text(0.5, bare=False), number_text(1.2, bare=True)
    ('−.30', '0.50', '1.20')
    """
    if not np.isfinite(value):
        return "–"
    text = f"{abs(value):.2f}"
    sign = "−" if value < 0 and float(text) else ""
    return sign + (text.removeprefix("0") if bare else text)


def estimate_texts(result: SemResult, estimates: str, uncertainty: str | None) -> list[str]:
    """Write the estimate of every row of the table of parameters."""
    frame = result.parameters
    standardised = estimates != "estimate"
    width = float(ndtri((1 + result.confidence) / 2))
    value = frame[estimates].to_numpy()
    se = frame["se" if estimates == "estimate" else f"{estimates}_se"].to_numpy()
    found = []
    for at in range(len(result.fitted.structure.table.parameters)):
        text = number_text(value[at], bare=standardised)
        if uncertainty is not None and se[at] > 0:
            ends = [se[at]] if uncertainty == "se" else [value[at] - width * se[at]]
            ends += [] if uncertainty == "se" else [value[at] + width * se[at]]
            inside = ", ".join(number_text(one, bare=standardised) for one in ends)
            text += f" ({inside})" if uncertainty == "se" else f" [{inside}]"
        found.append(text)
    return found


def composite_texts(result: PlsResult, estimates: str | None) -> list[str]:
    """Write the estimates of a path model in the order of `graph_of_composites`."""
    stages = [result] if result.first_stage is None else [result, result.first_stage]
    seen: set[tuple[str, str]] = set()
    found = []
    for stage in stages:
        weights, loadings = stage.weights, stage.loadings["estimate"]
        for op, lhs, rhs, weight, loading in zip(
            weights["op"],
            weights["lhs"],
            weights["rhs"],
            weights["estimate"],
            loadings,
            strict=True,
        ):
            if (lhs, rhs) in seen:
                continue
            seen.add((lhs, rhs))
            by_weight = op == "<~" if estimates is None else estimates == "weights"
            found.append(number_text(float(weight if by_weight else loading), bare=True))
    paths = result.paths["estimate"]
    return [*found, *(number_text(float(one), bare=True) for one in paths)]


def box_texts(
    graph: Graph,
    explained: Mapping[str, float],
    instrument: Instrument | None,
    labels: Mapping[str, str],
    language: str,
) -> dict[str, str]:
    """Give what stands in each box, with the explained variance of outcomes."""
    outcomes = {one.end for one in graph.paths}
    last = len(graph.layers) - 1
    texts: dict[str, str] = {}
    for at, layer in enumerate(graph.layers):
        for name in layer:
            text = fitted(
                variable_label(name, instrument, language, labels), _LATENT_WIDTH, lines=2
            )
            if name in outcomes:
                share = number_text(explained[name], bare=True)
                text += "\n" + say("R² = {share}", language, share=share)
            texts[name] = text
            width, lines = (_ITEM_WIDTH, 1) if at in (0, last) else (_ROW_WIDTH, 3)
            for item in graph.items_of(name):
                texts[item] = fitted(
                    variable_label(item, instrument, language, labels), width, lines
                )
    for name in graph.general:
        texts[name] = fitted(
            variable_label(name, instrument, language, labels), _LATENT_WIDTH, lines=2
        )
    return texts


def heading_text(result: SemResult, group: str, language: str) -> str:
    """Give n, the group and the fit."""
    text = say("n = {n:,}", language, n=result.n)
    if group:
        text = say("{group} of {text}", language, group=group, text=text)
    fit = result.fit
    if not result.converged:
        return say("{text}; not converged", language, text=text)
    scaled = "_scaled" if "chi2_scaled" in fit.index else ""
    squares = result.fitted.by_squares
    robust = ("_scaled" if squares else "_robust") if scaled else ""
    shown = {
        "text": text,
        "df": f"{fit[f'df{scaled}']:.0f}",
        "chi2": f"{fit[f'chi2{scaled}']:.2f}",
        "cfi": f"{fit[f'cfi{robust}']:.3f}",
        "rmsea": f"{fit[f'rmsea{robust}']:.3f}",
        "srmr": f"{fit['srmr']:.3f}",
    }
    if scaled and squares:
        return say(
            "{text}; scaled χ²({df}) = {chi2}, scaled CFI = {cfi}, RMSEA = {rmsea}, SRMR = {srmr}",
            language,
            **shown,
        )
    if scaled:
        return say(
            "{text}; scaled χ²({df}) = {chi2}, robust CFI = {cfi}, RMSEA = {rmsea}, SRMR = {srmr}",
            language,
            **shown,
        )
    return say(
        "{text}; χ²({df}) = {chi2}, CFI = {cfi}, RMSEA = {rmsea}, SRMR = {srmr}", language, **shown
    )


def composite_heading(result: PlsResult, language: str) -> str:
    """Give n, the scheme and the fit of a path model."""
    text = say("n = {n:,}", language, n=result.n)
    if not result.converged:
        return say("{text}; not converged", language, text=text)
    return say(
        "{text}; {scheme} scheme, SRMR = {srmr} (saturated)",
        language,
        text=text,
        scheme=say(result.scheme, language),
        srmr=f"{result.srmr['saturated']:.3f}",
    )


def composite_note(result: PlsResult, graph: Graph, estimates: str | None, language: str) -> str:
    """Say what the numbers at the arrows of a path model are."""
    kind = estimates
    if kind is None:
        arrows = {one.start in graph.formed for one in (*graph.loadings, *graph.orders)}
        kind = {(True,): "weights", (False, True): "both"}.get(tuple(sorted(arrows)), "loadings")
    text = {
        "loadings": say("Loadings and paths, standardised", language),
        "weights": say("Weights and paths", language),
        "both": say("Loadings (arrows outwards), weights (arrows inwards) and paths", language),
    }[kind]
    if result.consistent:
        text = say("{text}; consistent PLS", language, text=text)
    return text


def note_text(
    result: SemResult, estimates: str, uncertainty: str | None, omitted: int, language: str
) -> str:
    """Say what the numbers are, and what is not drawn."""
    text = {
        "std_all": say("Standardised estimates", language),
        "std_lv": say("Estimates with latent variables standardised", language),
        "estimate": say("Unstandardised estimates", language),
    }[estimates]
    if uncertainty == "se":
        text = say("{text} (standard errors)", language, text=text)
    if uncertainty == "interval":
        text = say("{text} [{level:.0%} intervals]", language, text=text, level=result.confidence)
    if omitted:
        text = say(
            "{text}; not drawn: {n} covariances of predictors", language, text=text, n=omitted
        )
    return text
