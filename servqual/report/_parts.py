"""The tables of a result in journal form: the main one, and those that stand beside it."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from servqual._language import say
from servqual._result import Result
from servqual.comparisons.groups import GroupComparison
from servqual.factors.parallel import ParallelAnalysis
from servqual.factors.rotation import OBLIQUE
from servqual.factors.solution import FactorSolution
from servqual.instrument import Instrument
from servqual.pls.questions.paper import pls_tables
from servqual.pls.result import PlsResult
from servqual.reliability.difference_audit import DifferenceScoreAudit
from servqual.report._kind import Kind
from servqual.report._kinds import instrument_behind
from servqual.report._model_tables import model_tables
from servqual.report._shown import Part, Shown, built, part_title
from servqual.report._undone import Undone
from servqual.tables._labels import Labels
from servqual.tables._model import Table
from servqual.tables._numbers import NOTHING

FEWEST_EIGENVALUES = 6
BEYOND = 2


def journal_tables(
    result: Result,
    kind: Kind,
    heading: str,
    language: str,
    of_models: Instrument | None = None,
) -> tuple[Shown, ...]:
    """Give the tables of a result, not numbered yet; without figures there is no table.

    The variables of structural models bear the labels of the instrument `of_models`.
    """
    if isinstance(result, Undone):
        return ()
    own = model_tables(result, of_models, heading, language)
    if own is not None:
        return own
    if isinstance(result, PlsResult):
        return _of_paths(result, of_models, heading, language)
    instrument = instrument_behind(result) or of_models
    main = _trimmed(result, language) if isinstance(result, ParallelAnalysis) else result
    if kind.main is not None:
        main = Part(
            name=result.title(language),
            frame=kind.main(result),
            said=result.notes(language),
            confidence=getattr(result, "confidence", 0.95),
        )
    caption, *beside = _captions(result)
    shown = [(say(caption, language), _main_table(main, instrument, language, kind))]
    frames = [(say(name, language), frame(result), ()) for name, frame in kind.beside.items()]
    for name, frame, said in (*_beside(result, beside, language), *frames):
        part = Part(
            name=part_title(name, heading, language),
            frame=frame,
            said=said,
            confidence=getattr(result, "confidence", 0.95),
        )
        shown.append((name, built(part, instrument, language)))
    return tuple(Shown(caption=name, table=table) for name, table in shown if table is not None)


def _of_paths(
    result: PlsResult, instrument: Instrument | None, heading: str, language: str
) -> tuple[Shown, ...]:
    """Give the tables of a path model; nothing of one that did not converge."""
    found: list[Shown] = []
    for one in pls_tables(result) if result.converged else ():
        caption = one.title(language)
        said = () if one.brief else result.notes(language)
        name = result.title(language) if not found else part_title(caption, heading, language)
        table = built(Part(name=name, frame=one.frame, said=said), instrument, language)
        if table is not None:
            found.append(Shown(caption=caption, table=table))
    return tuple(found)


def _main_table(
    result: Result, instrument: Instrument | None, language: str, kind: Kind
) -> Table | None:
    """Build a table without the columns that its kind omits, or give None if none has a figure."""
    table = built(result, instrument, language, kind.columns or None)
    if table is None:
        return None
    table = _without(table, kind.omit)
    return table if table.columns else None


def _captions(result: Result) -> tuple[str, ...]:
    """Name the tables of a result, in English."""
    if isinstance(result, FactorSolution):
        return (
            "Loadings",
            "Total variance explained",
            "Correlations of the factors",
            "Congruence with the intended dimensions",
        )
    if isinstance(result, GroupComparison):
        return ("Tests", "Means of the groups", "Pairs of groups")
    if isinstance(result, DifferenceScoreAudit):
        return ("Models", "Equal and opposite effects of E and P")
    return ("Result",)


def _beside(
    result: Result, names: list[str], language: str
) -> Iterable[tuple[str, pd.DataFrame, tuple[str, ...]]]:
    """Give the frames beside the main one, with their names and notes."""
    captions = [say(name, language) for name in names]
    if isinstance(result, FactorSolution):
        last = max(FEWEST_EIGENVALUES, result.n_factors + BEYOND)
        variance, note = _first(result.variance, last, language)
        yield captions[0], variance, note
        if result.n_factors > 1 and result.rotation in OBLIQUE:
            yield captions[1], result.factor_correlations.rename_axis("factor").reset_index(), ()
        if len(result.correlations.dimensions) > 1:
            yield captions[2], result.congruence.rename_axis("dimension").reset_index(), ()
    elif isinstance(result, GroupComparison):
        yield captions[0], _of_groups(result.groups, result.instrument, language), ()
        pairs = result.pairs
        if len(result.sizes) > 1 and len(pairs):
            named = [f"{b} − {a}" for a, b in zip(pairs["first"], pairs["second"], strict=True)]
            pairs = pairs.drop(columns=["first", "second", "se"])
            yield captions[1], _of_groups(pairs.assign(pair=named), result.instrument, language), ()
    elif isinstance(result, DifferenceScoreAudit):
        effects = result.effects
        together = say("All dimensions together", language)
        labels = [
            "" if key in result.reliability.columns["dimension"] else together
            for key in effects["dimension"]
        ]
        yield captions[0], effects.assign(label=labels), ()


def _trimmed(result: ParallelAnalysis, language: str) -> Result:
    """Leave out the eigenvalues far beyond any that are to be kept."""
    kept = result.suggested.fillna(0).to_numpy(dtype=int).max()
    frame, note = _first(result.to_frame(), max(FEWEST_EIGENVALUES, kept + BEYOND), language)
    return Part(name=result.title(language), frame=frame, said=(*result.notes(language), *note))


def _first(frame: pd.DataFrame, last: int, language: str) -> tuple[pd.DataFrame, tuple[str, ...]]:
    total = int(frame["number"].max())
    if last >= total:
        return frame, ()
    note = say(
        "The first {last} of {total} eigenvalues are shown.", language, last=last, total=total
    )
    return frame[frame["number"] <= last], (note,)


def _of_groups(frame: pd.DataFrame, instrument: Instrument | None, language: str) -> pd.DataFrame:
    """Put what is compared first, so that it heads its groups or pairs."""
    labels = Labels(instrument=instrument, language=language)
    named = []
    for _, row in frame.iterrows():
        if row["level"] == "item":
            named.append(labels.of_item(row["item"], row["label"]))
        elif row["level"] == "dimension":
            named.append(labels.of_dimension(row["dimension"], row["label"]))
        else:
            named.append(labels.of_whole(row["level"], "", row["label"]))
    within = "pair" if "pair" in frame else "group"
    rest = frame.drop(columns=["level", "dimension", "item", "label", within])
    rest.insert(0, within, frame[within])
    rest.insert(0, "of", named)
    return rest


def _without(table: Table, omit: tuple[str, ...]) -> Table:
    """Leave columns out, and what then needs no note."""
    kept = [at for at, column in enumerate(table.columns) if column.name not in omit]
    if len(kept) == len(table.columns):
        return table
    rows = tuple(replace(row, cells=tuple(row.cells[at] for at in kept)) for row in table.rows)
    dashes = any(cell.text == NOTHING for row in rows for cell in row.cells)
    of_dashes = say("A dash stands for a figure that is not given.", table.language)
    return replace(
        table,
        columns=tuple(table.columns[at] for at in kept),
        rows=rows,
        notes=tuple(note for note in table.notes if dashes or note != of_dashes),
    )
