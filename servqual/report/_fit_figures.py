"""Fit indices one below the other: of one model, of several side by side, of a resampled test."""

from collections.abc import Mapping, Sequence

import pandas as pd

from servqual._language import say
from servqual.sem.resamples.model_bootstrap import BollenStine
from servqual.tables._columns import Column, head_of
from servqual.tables._model import Cell, Row, Table
from servqual.tables._numbers import Form, figure, is_missing

_NUMBER, _COUNT = Form(kind="number"), Form(kind="count", decimals=0)
_P, _INDEX = Form(kind="p", decimals=3), Form(kind="share", decimals=3)
_FACTOR = Form(kind="number", decimals=3)
_INTERVALS = {
    "rmsea_ci": ("rmsea_ci_low", "rmsea_ci_high"),
    "rmsea_robust_ci": ("rmsea_robust_ci_low", "rmsea_robust_ci_high"),
}
_FORMS = {
    **dict.fromkeys(("n", "df", "df_scaled"), _COUNT),
    **dict.fromkeys(("p_value", "p_value_scaled", "p_value_ml"), _P),
    **dict.fromkeys(("cfi", "tli", "rmsea", "rmsea_ci", "srmr"), _INDEX),
    **dict.fromkeys(("cfi_robust", "tli_robust", "rmsea_robust", "rmsea_robust_ci"), _INDEX),
    "scaling_factor": _FACTOR,
}
_SHOWN = (
    *("chi2", "df", "p_value", "scaling_factor", "cfi", "tli", "rmsea", "rmsea_ci", "srmr"),
    *("aic", "bic"),
)
_CORRECTED = ("cfi", "tli", "rmsea", "rmsea_ci_low", "rmsea_ci_high")


def indices_of_model(fit: "pd.Series", title: str, notes: Sequence[str], language: str) -> Table:
    """Give the fit of one model; under robust estimators, the corrected indices beside."""
    value = say("Value", language)
    plain = {name: fit.get(name) for name in (*_SHOWN, *_CORRECTED) if name != "scaling_factor"}
    if "chi2_scaled" not in fit.index:
        return _below_one_another([(value, plain)], _SHOWN, title, notes, language)
    suffix = "scaled" if is_missing(fit.get("cfi_robust")) else "robust"
    corrected = {f: fit.get(f"{f}_scaled") for f in ("chi2", "df", "p_value")}
    corrected |= {name: fit.get(f"{name}_{suffix}") for name in _CORRECTED}
    corrected["scaling_factor"] = fit.get("scaling_factor")
    beside = "Scaled test, robust indices" if suffix == "robust" else "Scaled"
    columns = [(say("Uncorrected", language), plain), (say(beside, language), corrected)]
    return _below_one_another(columns, _SHOWN, title, notes, language)


def indices_of_models(
    frame: pd.DataFrame, title: str, notes: Sequence[str], language: str
) -> Table:
    """Give the fit of several models, each in a column."""
    columns = [(str(row["model"]), dict(row)) for _, row in frame.iterrows()]
    ends = {end: name for name, pair in _INTERVALS.items() for end in pair}
    names = tuple(
        dict.fromkeys(ends.get(str(name), str(name)) for name in frame if name != "model")
    )
    return _below_one_another(columns, names, title, notes, language)


def resampled_test(result: BollenStine, title: str, notes: Sequence[str], language: str) -> Table:
    """Give the chi-square of the data and that of the resamples."""
    row = result.to_frame().iloc[0]
    forms = {**_FORMS, "p_value": Form(kind="p", decimals=4)}
    heads = {
        "p_value": say("p (resamples)", language),
        "mean": say("Mean chi-square of the resamples", language),
        "sd": say("SD of the chi-squares of the resamples", language),
    }
    columns = [(say("Value", language), dict(row))]
    names = tuple(map(str, row.index))
    notes = [note.replace("p_value", heads["p_value"]) for note in notes]
    return _below_one_another(columns, names, title, notes, language, heads, forms)


def _below_one_another(
    columns: Sequence[tuple[str, Mapping[str, object]]],
    names: Sequence[str],
    title: str,
    notes: Sequence[str],
    language: str,
    heads: Mapping[str, str] | None = None,
    forms: Mapping[str, Form] = _FORMS,
) -> Table:
    """Put figures of different kinds below one another; what no column has is left out."""
    heads = {
        "rmsea_ci": say("RMSEA, 90 % interval", language),
        "rmsea_robust_ci": say("RMSEA, robust, 90 % interval", language),
        **(heads or {}),
    }
    rows = []
    for name in names:
        sources = _INTERVALS.get(name, (name,))
        if all(is_missing(held.get(source)) for _, held in columns for source in sources):
            continue
        cells = [
            _cell([held.get(source) for source in sources], forms.get(name, _NUMBER), name, held)
            for _, held in columns
        ]
        label = heads.get(name) or head_of(name, language)
        rows.append(Row(label=label, cells=tuple(cells)))
    return Table(
        number="",
        numbered_by_us=True,
        title=title,
        stub=say("Index", language),
        columns=tuple(
            Column(name=head, heading=head, sources=(head,), ends=(), form=_NUMBER)
            for head, _ in columns
        ),
        rows=tuple(rows),
        notes=tuple(notes),
        language=language,
    )


def _cell(values: list[object], form: Form, name: str, held: Mapping[str, object]) -> Cell:
    """Write a figure, or an interval; what a column does not know is left blank."""
    if any(source not in held for source in _INTERVALS.get(name, (name,))):
        return Cell(text="")
    numbers = tuple(None if is_missing(value) else float(value) for value in values)  # type: ignore[arg-type]
    texts = [figure(value, form) for value in numbers]
    if len(texts) == 1:
        return Cell(text=texts[0], numbers=numbers)
    missing = any(value is None for value in numbers)
    return Cell(text=texts[0] if missing else f"[{', '.join(texts)}]", numbers=numbers)
