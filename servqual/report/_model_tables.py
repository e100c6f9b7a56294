"""The tables of structural models as papers print them.

Loadings, paths, effects and covariances stand apart, each with the columns that are read there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from servqual._language import say
from servqual._result import Result
from servqual.instrument import Instrument
from servqual.report._fit_figures import indices_of_model, indices_of_models, resampled_test
from servqual.report._shown import Part, Shown, built, part_title
from servqual.report._squares import lower_triangle
from servqual.sem.questions.fit_comparison import FitTable
from servqual.sem.questions.model_comparison import ModelComparison
from servqual.sem.questions.modification import ModificationIndices
from servqual.sem.questions.residuals import ModelResiduals
from servqual.sem.questions.scores_of_factors import FactorScores
from servqual.sem.resamples.bootstrap import SemBootstrap
from servqual.sem.resamples.model_bootstrap import BollenStine
from servqual.sem.resamples.monte_carlo import MonteCarloIntervals
from servqual.sem.result import SemResult
from servqual.sem.validity.construct import ConstructValidity
from servqual.sem.validity.method_variance import CommonMethodVariance
from servqual.tables._columns import head_of
from servqual.tables._labels import Labels
from servqual.tables._model import Table
from servqual.tables._text import clean

LARGEST = 10
MOST_MODELS = 5
CAPTIONS = {
    "=~": "Loadings",
    "~": "Paths",
    "indirect": "Indirect effects",
    ":=": "Defined effects",
    "~~": "Covariances and correlations",
    "~1": "Means of the latent variables",
}
_LEFT_OUT = {
    "variance": "{n:,} variances and residual variances",
    "~1": "{n:,} intercepts",
    "|": "{n:,} thresholds",
    "~*~": "{n:,} scales of ordered items",
}
_INTERVAL = ("ci_low", "ci_high")
_COLUMNS: Mapping[type[Result], tuple[str, ...]] = {
    SemResult: ("estimate", "se", *_INTERVAL, "z", "p_value", "std_all"),
    SemBootstrap: (
        *("estimate", "se", "bias", *_INTERVAL),
        *("std_all", "std_all_ci_low", "std_all_ci_high"),
    ),
    MonteCarloIntervals: (
        *("estimate", "se", *_INTERVAL),
        *("std_all", "std_all_ci_low", "std_all_ci_high"),
    ),
}
_NAMES = {"~": "path", "~~": "variables", "~1": "latent"}
_NAMED_IN_NOTES = ("std_all", "cr_raw", "ave_raw")
_CHANGES = ("cfi_change", "rmsea_change", "cfi_robust_change", "rmsea_robust_change")
_UNSHOWN = ("n_parameters", "scaling_difference", "aic_change", "bic_change")
Found = Iterable[tuple[str, Table | None]]


class _Writer:
    """What the tables of one result have in common."""

    def __init__(
        self, result: Result, instrument: Instrument | None, heading: str, language: str
    ) -> None:
        self.heading, self.language = heading, language
        self.instrument = instrument
        self.labels = Labels(instrument=instrument, language=language)
        self.confidence = getattr(result, "confidence", 0.95)

    def say(self, template: str, **values: object) -> str:
        return say(template, self.language, **values)

    def title(self, caption: str) -> str:
        return part_title(caption, self.heading, self.language)

    def notes(self, result: Result) -> tuple[str, ...]:
        """Give the notes of a result, with headings for the columns that they name."""
        found = result.notes(self.language)
        for name in _NAMED_IN_NOTES:
            found = tuple(note.replace(name, head_of(name, self.language)) for note in found)
        return found

    def table(self, caption: str, frame: pd.DataFrame, said: Sequence[str] = ()) -> Table | None:
        part = Part(
            name=self.title(caption), frame=frame, said=tuple(said), confidence=self.confidence
        )
        fine = {name: 3 for name in frame.columns if name in _CHANGES}
        return built(part, self.instrument, self.language, decimals=fine or None)

    def parameter(self, row: Any) -> str:
        """Name a parameter by its variables."""
        if row.op == ":=":
            return f"{row.lhs} = {row.rhs}" if row.rhs else str(row.lhs)
        if row.op == "indirect":
            return " → ".join(self.labels.of_variable(one) for one in row.label.split(" -> "))
        if row.op == "==":
            return f"{row.lhs} = {row.rhs}"
        first, second = self.labels.of_variable(row.lhs), self.labels.of_variable(row.rhs)
        signs = {"~": (second, "→", first), "=~": (first, "→", second), "~~": (first, "↔", second)}
        if row.op in signs and row.lhs != row.rhs:
            return " ".join(signs[row.op])
        return first if row.op in ("~~", "~1") else f"{first} {row.op} {second}"


def model_tables(
    result: Result, instrument: Instrument | None, heading: str, language: str
) -> tuple[Shown, ...] | None:
    """Give the tables of a result of a structural model; None for what has no form of its own."""
    write = _Writer(result, instrument, heading, language)
    found: Found
    if isinstance(result, SemResult):
        found = _of_model(result, write)
    elif isinstance(result, (SemBootstrap, MonteCarloIntervals)):
        found = _of_estimates(result, result.to_frame(), write.notes(result), write)
    elif isinstance(result, ConstructValidity):
        found = _of_validity(result, write)
    elif isinstance(result, CommonMethodVariance):
        found = _of_method(result, write)
    elif isinstance(result, ModelComparison):
        found = _of_comparison(result, write)
    elif isinstance(result, (ModificationIndices, ModelResiduals)):
        found = _largest(result, write)
    elif isinstance(result, FitTable) and len(result.names) <= MOST_MODELS:
        caption = write.say("Fit")
        notes = write.notes(result)
        title = write.title(caption)
        found = [(caption, indices_of_models(result.to_frame(), title, notes, language))]
    elif isinstance(result, BollenStine):
        caption = write.say("Test")
        notes = write.notes(result)
        found = [(caption, resampled_test(result, write.title(caption), notes, language))]
    elif isinstance(result, FactorScores):
        caption = write.say("Determinacy")
        found = [(caption, write.table(caption, _determinacy(result, write), write.notes(result)))]
    else:
        return None
    shown = [Shown(caption=caption, table=table) for caption, table in found if table]
    if shown:
        title = clean(result.title(language))
        shown[0] = replace(shown[0], table=replace(shown[0].table, title=title))
    return tuple(shown)


def _of_model(result: SemResult, write: _Writer) -> Found:
    """Give fit, estimates and explained variance; nothing of a model that did not converge."""
    if not result.converged:
        return
    frame = result.parameters
    language = write.language
    notes = [*write.notes(result), *_left_out(frame, result, write)]
    caption = write.say("Fit")
    yield caption, indices_of_model(result.fit, write.title(caption), notes, language)
    yield from _of_estimates(result, frame, (), write)
    outcomes = _explained(result, write)
    if len(outcomes):
        caption = write.say("Explained variance")
        yield caption, write.table(caption, outcomes)


def _of_estimates(
    result: Result, frame: pd.DataFrame, notes: Sequence[str], write: _Writer
) -> Found:
    """Give a table for each kind of parameter, the notes beneath the first one."""
    columns = _COLUMNS[type(result)]
    latent = result.fitted.structure.table.latent if isinstance(result, SemResult) else ()
    fixed = (frame["se"] == 0) & (frame["op"] != ":=")
    unknown = [name for name in ("se", "bias", "z", "p_value", *_INTERVAL) if name in frame]
    frame = frame.assign(**{name: frame[name].mask(fixed) for name in unknown})
    for op, name in CAPTIONS.items():
        own = frame[frame["op"] == op]
        if op == "~~":
            own = own[(own["lhs"] != own["rhs"]) & ~fixed[own.index]]
        if op == "~1":
            own = own[own["lhs"].isin(latent) & ~fixed[own.index]]
        if not len(own):
            continue
        caption = write.say(name)
        if op == "=~":
            shown, said = _loadings(result, own, columns, write)
        else:
            shown, said = _named(own, columns, write, _NAMES.get(op, "effect")), ()
        yield caption, write.table(caption, shown, (*notes, *said))
        notes = ()


def _named(
    frame: pd.DataFrame, columns: Sequence[str], write: _Writer, name: str = ""
) -> pd.DataFrame:
    """Name the rows, under their groups where there are several."""
    shown = frame[[column for column in columns if column in frame]].reset_index(drop=True)
    shown.insert(0, name or "parameter", [write.parameter(row) for row in frame.itertuples()])
    if (frame["group"] != "").any():
        shown.insert(0, "group", frame["group"].to_numpy())
    return shown


def _loadings(
    result: Result, frame: pd.DataFrame, columns: Sequence[str], write: _Writer
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Put indicators under their latent variables, with their explained variance."""
    keys = list(zip(frame["group"], frame["lhs"], strict=True))
    order = {key: at for at, key in enumerate(dict.fromkeys(keys))}
    places = [order[key] for key in keys]
    frame = frame.iloc[np.argsort(places, kind="stable")]
    kept = [one for one in columns if one in frame]
    said: tuple[str, ...] = ()
    if isinstance(result, SemResult):
        kept = [one for one in kept if one not in _INTERVAL]
    if frame["se"].isna().any():
        said = (write.say("Loadings without a standard error are fixed."),)
    shown = frame[kept].reset_index(drop=True)
    heads = [
        write.say("{group}: {name}", group=group, name=write.labels.of_variable(lhs))
        if group
        else write.labels.of_variable(lhs)
        for group, lhs in zip(frame["group"], frame["lhs"], strict=True)
    ]
    shown.insert(0, "latent", heads)
    shown.insert(1, "indicator", [write.labels.of_variable(one) for one in frame["rhs"]])
    if isinstance(result, SemResult):
        explained = _r_squared(result)
        shown["r2"] = [
            explained.get(key, np.nan) for key in zip(frame["group"], frame["rhs"], strict=True)
        ]
    return shown, said


def _r_squared(result: SemResult) -> dict[tuple[str, str], float]:
    """Give the explained variance by group and variable."""
    found = result.r_squared
    keys = found.index.to_list()
    if len(result.groups) == 1:
        keys = [("", name) for name in keys]
    return dict(zip(keys, found.tolist(), strict=True))


def _explained(result: SemResult, write: _Writer) -> pd.DataFrame:
    """Give the explained variance of outcomes; that of indicators stands with their loadings."""
    parameters = result.parameters
    outcomes = set(parameters.loc[parameters["op"] == "~", "lhs"])
    kept = {key: value for key, value in _r_squared(result).items() if key[1] in outcomes}
    frame = pd.DataFrame(
        {
            "outcome": [write.labels.of_variable(name) for _, name in kept],
            "r2": list(kept.values()),
        }
    )
    if len(result.groups) > 1:
        frame.insert(0, "group", [group for group, _ in kept])
    return frame


def _left_out(frame: pd.DataFrame, result: SemResult, write: _Writer) -> Sequence[str]:
    """Count the parameters that no table shows."""
    operators = frame["op"].where(
        (frame["op"] != "~~") | (frame["lhs"] != frame["rhs"]), "variance"
    )
    latent = frame["lhs"].isin(result.fitted.structure.table.latent)
    operators = operators[~((operators == "~1") & latent)]
    counts = operators.value_counts()
    left = [
        write.say(template, n=int(counts[kind]))
        for kind, template in _LEFT_OUT.items()
        if kind in counts
    ]
    if not left:
        return ()
    what = write.say(", ").join(left)
    return [write.say("Not shown: {what}; write_table gives all parameters.", what=what)]


def _of_validity(result: ConstructValidity, write: _Writer) -> Found:
    """Give coefficients, the Fornell-Larcker square, latent correlations and HTMT."""
    label = write.labels.of_variable
    frame = result.to_frame().drop(columns=["cr_raw", "cr_raw_implied", "ave_raw"])
    frame["latent"] = [label(name) for name in frame["latent"]]
    frame["msv_with"] = [label(name) for name in frame["msv_with"]]
    caption = write.say("Reliability and convergent validity")
    yield caption, write.table(caption, frame, write.notes(result))
    if len(frame) < 2:
        return
    caption = write.say("Fornell-Larcker criterion")
    below = write.say("Diagonal: square root of AVE; below it: latent correlations.")
    square = result.fornell_larcker
    yield (
        caption,
        lower_triangle(square, write.labels, write.title(caption), (below,), diagonal=True),
    )
    caption = write.say("Latent correlations")
    pairs = result.latent_correlations
    kept = ["correlation", "se", *_INTERVAL, "r_squared"]
    shown = pairs[kept].rename(columns={"r_squared": "shared_variance"})
    shown.insert(0, "variables", _pairs(pairs, write))
    yield caption, write.table(caption, shown)
    pairs = result.htmt_pairs
    if not len(pairs):
        return
    caption = "HTMT" if result.mean == "arithmetic" else "HTMT2"
    if "ci_low" in pairs:
        shown = pairs[["htmt", *_INTERVAL]].copy()
        shown.insert(0, "variables", _pairs(pairs, write))
        yield caption, write.table(caption, shown)
    else:
        title = write.title(caption)
        yield caption, lower_triangle(result.htmt, write.labels, title, (), diagonal=False)


def _pairs(frame: pd.DataFrame, write: _Writer) -> list[str]:
    label = write.labels.of_variable
    return [
        f"{label(one)} ↔ {label(two)}" for one, two in zip(frame["lhs"], frame["rhs"], strict=True)
    ]


def _of_method(result: CommonMethodVariance, write: _Writer) -> Found:
    """Give the models, and the correlations with and without the marker."""
    caption = write.say("Models")
    frame = result.to_frame().drop(columns=["p_value", "tli", "aic", "bic"])
    frame = _counted(frame.rename(columns={"p_difference": "p_value"}))
    against = frame["compared_with"]
    frame["compared_with"] = [write.say(name) if name else name for name in against]
    yield caption, write.table(caption, frame, write.notes(result))
    pairs = result.marker_correlations
    if len(pairs):
        caption = write.say("Correlations of the scales without the marker")
        shown = pairs[["correlation", "adjusted", "t", "p_value", "partial"]].copy()
        shown.insert(0, "variables", _pairs(pairs, write))
        yield caption, write.table(caption, shown)


def _counted(frame: pd.DataFrame) -> pd.DataFrame:
    """Make differences of degrees of freedom whole numbers."""
    return frame.assign(df_difference=frame["df_difference"].astype("Int64"))


def _of_comparison(result: ModelComparison, write: _Writer) -> Found:
    caption = write.say("Models")
    frame = _counted(result.to_frame())
    frame = frame[[name for name in frame if name not in _UNSHOWN]]
    yield caption, write.table(caption, frame, write.notes(result))


def _largest(result: ModificationIndices | ModelResiduals, write: _Writer) -> Found:
    """Give the largest few, and say of how many."""
    total = len(result.to_frame())
    frame = result.largest(LARGEST)
    columns: tuple[str, ...] = ("observed", "implied", "residual", "residual_correlation", "z")
    caption = write.say("Largest residuals")
    if isinstance(result, ModificationIndices):
        columns, caption = ("held", "mi", "epc", "sepc_all"), write.say("Largest indices")
    notes = list(write.notes(result))
    if total > len(frame):
        template = "The {k} largest of {total:,} are shown."
        notes.insert(0, write.say(template, k=len(frame), total=total))
    shown = _named(frame, columns, write)
    if "group" in shown:
        # They stand in the order of their size, not of their groups.
        names = zip(shown.pop("group"), shown["parameter"], strict=True)
        shown["parameter"] = [f"{group}: {name}" if group else name for group, name in names]
    if "held" in shown:
        shown["held"] = [write.say(word) for word in shown["held"]]
    yield caption, write.table(caption, shown, notes)


def _determinacy(result: FactorScores, write: _Writer) -> pd.DataFrame:
    frame = result.determinacy
    frame["factor"] = [write.labels.of_variable(name) for name in frame["factor"]]
    several = frame["group"].nunique() > 1
    return frame[["group", "factor", "determinacy"] if several else ["factor", "determinacy"]]
