"""What a path diagram shows of a result: its graph, its numbers and its texts."""

from collections.abc import Mapping
from dataclasses import dataclass

from servqual.instrument import Instrument
from servqual.plots._diagram_texts import (
    box_texts,
    composite_heading,
    composite_note,
    composite_texts,
    estimate_texts,
    heading_text,
    note_text,
)
from servqual.plots._graph import (
    Edge,
    Graph,
    covariances_of_causes,
    graph_of,
    graph_of_composites,
)
from servqual.pls.result import PlsResult
from servqual.sem.result import SemResult
from servqual.sem.variables import variable_label

KINDS = ("std_all", "std_lv", "estimate")
OUTER_KINDS = (None, "loadings", "weights")
UNCERTAINTIES = (None, "se", "interval")


@dataclass(frozen=True, kw_only=True)
class Diagram:
    """A graph with its texts.

    Attributes
    ----------
    graph : Graph
    curves : tuple of Edge
        The covariances that are drawn.
    numbers : list of str
        The estimates, by the rows of the edges.
    texts : mapping of str to str
        What stands in each box.
    heading, note : str
        What stands over and under the picture.
    """

    graph: Graph
    curves: tuple[Edge, ...]
    numbers: list[str]
    texts: Mapping[str, str]
    heading: str
    note: str


@dataclass(frozen=True, kw_only=True)
class Naming:
    """What variables are called, and in which language."""

    instrument: Instrument | None
    labels: Mapping[str, str]
    language: str


def structural_diagram(
    result: SemResult,
    naming: Naming,
    *,
    estimates: str,
    uncertainty: str | None,
    covariances: bool | None,
    group: str | None,
) -> Diagram:
    """Show one group of a structural model."""
    _check_choice("estimates", estimates, KINDS)
    _check_choice("uncertainty", uncertainty, UNCERTAINTIES)
    group = _group(result, group)
    graph = graph_of(result, group)
    of_causes = covariances_of_causes(graph, result.fitted.structure.table)
    shown = covariances if covariances is not None else len(graph.layers) == 1
    shares = result.r_squared if len(result.groups) == 1 else result.r_squared[group]
    explained = {str(name): float(share) for name, share in shares.items()}
    omitted = 0 if shown else len(of_causes)
    language = naming.language
    return Diagram(
        graph=graph,
        curves=tuple(one for one in graph.covariances if shown or one.row not in of_causes),
        numbers=estimate_texts(result, estimates, uncertainty),
        texts=box_texts(graph, explained, naming.instrument, naming.labels, naming.language),
        heading=heading_text(result, group, language),
        note=note_text(result, estimates, uncertainty, omitted, language),
    )


def composite_diagram(result: PlsResult, naming: Naming, estimates: str | None) -> Diagram:
    """Show a path model of composites."""
    _check_choice("estimates", estimates, OUTER_KINDS)
    graph = graph_of_composites(result)
    instrument, labels, language = naming.instrument, naming.labels, naming.language
    products = {
        name: " × ".join(
            variable_label(one, instrument, language, labels) for one in name.split(":")
        )
        for name in result.estimates.structure.names[len(result.constructs) :]
    }
    shares = dict(zip(result.r_squared["lhs"], result.r_squared["r2"], strict=True))
    return Diagram(
        graph=graph,
        curves=(),
        numbers=composite_texts(result, estimates),
        texts=box_texts(graph, shares, instrument, {**products, **labels}, language),
        heading=composite_heading(result, language),
        note=composite_note(result, graph, estimates, language),
    )


def _check_choice(name: str, given: object, known: tuple[object, ...]) -> None:
    if given not in known:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, known))}, not {given!r}.")


def _group(result: SemResult, group: str | None) -> str:
    """Choose the group to draw."""
    if group is None and len(result.groups) == 1:
        return result.groups[0]
    if group not in result.groups:
        named = ", ".join(map(repr, result.groups))
        said = "Say which of them" if group is None else f"There is no group {group!r}"
        raise ValueError(f"The model has the groups {named}. {said} with group=.")
    return group
