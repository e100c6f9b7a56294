"""The tables of a path model as papers print them: measurement, validity, structure, effects."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from servqual._language import say
from servqual._result import Result
from servqual.errors import ModelError
from servqual.pls.resamples.bootstrapped import PlsBootstrap
from servqual.pls.result import PlsResult

_INTERVAL = ["ci_low", "ci_high"]
_TESTS = ["se", "t", "p_value", *_INTERVAL]
_COEFFICIENTS = ["alpha", "rho_a", "rho_c", "ave"]
_SAME = 1e-8

MEASUREMENT = "Measurement model"
RATIOS = "Heterotrait-monotrait ratios (HTMT)"
STRUCTURE = "Structural model of the paths"
EFFECTS = "Total and indirect effects"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PlsTable(Result):
    """One of the tables of a path model; make them with `pls_tables`.

    Attributes
    ----------
    caption : str
        What it shows, in English.
    frame : DataFrame
    sources : tuple of Result
        The results whose figures it shows, and whose notes stand under it.
    brief : bool
        Whether only their titles stand under it, as another table has their notes.
    confidence : float
        Of its intervals, if it has any.
    """

    caption: str
    frame: pd.DataFrame
    sources: tuple[Result, ...]
    brief: bool
    confidence: float

    def title(self, language: str = "en") -> str:
        """Say what it shows."""
        return say(self.caption, language)

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Give the titles and the notes of the results that it is of."""
        found: list[str] = []
        for one in self.sources:
            found.append(one.title(language))
            if not self.brief:
                found += one.notes(language)
        return tuple(found)

    def to_frame(self) -> pd.DataFrame:
        """Give the figures, unrounded."""
        return self.frame.copy()


def pls_tables(result: PlsResult, bootstrap: PlsBootstrap | None = None) -> tuple[PlsTable, ...]:
    """Give the tables of a path model in the order in which papers, and SmartPLS, print them.

    Parameters
    ----------
    result : PlsResult
    bootstrap : PlsBootstrap, optional
        Of the same model: adds standard errors, tests and intervals.

    Returns
    -------
    tuple of PlsTable
        - measurement model: loading and weight of each indicator, their intervals, VIF, and of each
          construct alpha, rho_A, rho_C and AVE;
        - heterotrait-monotrait ratios: a square, or with a bootstrap one row a pair with its
          interval; of second-order models also those of the first stage;
        - structural model: path, standard error, t, p, interval, f² and VIF of each predictor, R²
          and adjusted R² of each outcome;
        - total, indirect and specific indirect effects.

    Raises
    ------
    ModelError
        If the model did not converge, or the bootstrap is of another model or other answers.

    See Also
    --------
    write_tables : writes them for Word, Excel, LaTeX or a browser.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import servqual as sq
    >>> mobile = sq.load_dataset("mobile").dropna()
    >>> fit = sq.fit_pls("QUA =~ QUA1 + QUA2; SAT =~ SAT1 + SAT2; SAT ~ QUA", mobile)
    >>> tables = pls_tables(fit)
    >>> tables[0].to_frame()[["construct", "indicator", "loading", "rho_a", "ave"]].round(3)
      construct indicator  loading  rho_a    ave
    0       QUA                NaN  0.818  0.844
    1       QUA      QUA1    0.914    NaN    NaN
    2       QUA      QUA2    0.923    NaN    NaN
    3       SAT                NaN  0.849  0.868
    4       SAT      SAT1    0.933    NaN    NaN
    5       SAT      SAT2    0.931    NaN    NaN
    >>> sq.write_tables(pathlib.Path(tempfile.mkdtemp()) / "model.tex", *tables).name
    'model.tex'
    """
    if not result.converged:
        raise ModelError("The model did not converge, so there is nothing to print; see problems.")
    if bootstrap is not None:
        _check_same(result, bootstrap)
    return tuple(_tables(result, bootstrap))


def _tables(result: PlsResult, bootstrap: PlsBootstrap | None) -> Iterator[PlsTable]:
    sources: tuple[Result, ...] = (result,) if bootstrap is None else (result, bootstrap)

    def table(caption: str, frame: pd.DataFrame, *, brief: bool = True) -> PlsTable:
        return PlsTable(
            caption=caption,
            frame=frame,
            sources=sources,
            brief=brief,
            confidence=0.95 if bootstrap is None else bootstrap.confidence,
        )

    yield table(MEASUREMENT, measurement_frame(result, bootstrap))
    if bootstrap is None:
        yield from (table(name, frame) for name, frame in ratio_squares(result).items())
    elif len(bootstrap.htmt):
        yield table(RATIOS, ratio_frame(bootstrap))
    yield table(STRUCTURE, structure_frame(result, bootstrap), brief=False)
    yield table(EFFECTS, effect_frame(result if bootstrap is None else bootstrap))


def measurement_frame(result: PlsResult, bootstrap: PlsBootstrap | None = None) -> pd.DataFrame:
    """Put each construct, with its coefficients, over its indicators, with theirs.

    Columns construct, indicator ("" in the row of the construct itself), loading and weight, with
    the ends of their intervals if there is a bootstrap, vif, alpha, rho_a, rho_c, ave.
    """
    parts = [] if result.first_stage is None else [_measured(result.first_stage)]
    frame = pd.concat([*parts, _measured(result)], ignore_index=True)
    frame = frame.drop_duplicates(["construct", "indicator"], keep="last", ignore_index=True)
    if bootstrap is None:
        return frame
    keys = ["construct", "indicator"]
    for name, of in (("loading", bootstrap.loadings), ("weight", bootstrap.weights)):
        ends = estimated(of).rename(columns={"lhs": "construct", "rhs": "indicator"})
        ends = ends[[*keys, *_INTERVAL]]
        ends.columns = [*keys, f"{name}_ci_low", f"{name}_ci_high"]
        at = list(frame.columns).index(name) + 1
        found = frame[keys].merge(ends, how="left", on=keys)
        for i, end in enumerate(("low", "high")):
            frame.insert(at + i, f"{name}_ci_{end}", found[f"{name}_ci_{end}"])
    return frame


def estimated(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out the interval of an indicator that is its construct: nothing is estimated there."""
    open_ = frame["ci_high"] - frame["ci_low"] > _SAME
    return frame.assign(**{end: frame[end].where(open_) for end in _INTERVAL})


def _measured(result: PlsResult) -> pd.DataFrame:
    """Give the constructs and indicators of one stage."""
    names = {"lhs": "construct", "rhs": "indicator"}
    rows = result.loadings.rename(columns=names | {"estimate": "loading"}).drop(columns="op")
    rows["weight"] = result.weights["estimate"].to_numpy()
    inflation = result.vif
    outer = inflation[inflation["kind"] == "outer"].set_index(["lhs", "rhs"])["vif"]
    rows["vif"] = [outer.get(key, np.nan) for key in zip(*_keys(rows), strict=True)]
    heads = result.reliability[["construct", *_COEFFICIENTS]].assign(indicator="")
    both = pd.concat([heads, rows], ignore_index=True)
    order = {name: at for at, name in enumerate(heads["construct"])}
    both = both.sort_values("construct", key=lambda names: names.map(order), kind="stable")
    columns = ["construct", "indicator", "loading", "weight", "vif", *_COEFFICIENTS]
    return both[columns].reset_index(drop=True)


def _keys(rows: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    return rows["construct"], rows["indicator"]


def ratio_squares(result: PlsResult) -> dict[str, pd.DataFrame]:
    """Give HTMT below the diagonal, by caption; of second-order models of both stages.

    The first column, construct, names the rows; the others bear the names of constructs.
    """
    stages = {RATIOS: result}
    if result.first_stage is not None:
        stages = {f"{RATIOS}, first stage": result.first_stage} | stages
    found = {}
    for caption, one in stages.items():
        square = one.htmt
        if len(square) > 1:
            below = square.where(np.tri(len(square), k=-1, dtype=bool)).iloc[:, :-1]
            found[caption] = below.rename_axis("construct").reset_index()
    return found


def ratio_frame(bootstrap: PlsBootstrap) -> pd.DataFrame:
    """Give HTMT, one row a pair of constructs: variables, htmt, ci_low, ci_high."""
    frame = bootstrap.htmt
    pairs = [f"{one} <-> {two}" for one, two in zip(frame["lhs"], frame["rhs"], strict=True)]
    frame = frame[["estimate", *_INTERVAL]].rename(columns={"estimate": "htmt"})
    frame.insert(0, "variables", pairs)
    return frame


def structure_frame(result: PlsResult, bootstrap: PlsBootstrap | None = None) -> pd.DataFrame:
    """Put each outcome, with its explained variance, over its predictors, with their paths.

    Columns construct (the outcome), predictor ("" in the row of the outcome itself), estimate; se,
    t, p_value, ci_low and ci_high if there is a bootstrap; f_squared, vif, r2, r2_adjusted.
    """
    names = {"lhs": "construct", "rhs": "predictor"}
    rows = result.paths.rename(columns=names).drop(columns=["op", "total"])
    tests = [] if bootstrap is None else _TESTS
    if bootstrap is not None:
        rows[tests] = bootstrap.paths[tests].to_numpy()
    heads = result.r_squared.rename(columns=names).drop(columns="predictors").assign(predictor="")
    both = pd.concat([heads, rows], ignore_index=True)
    order = {name: at for at, name in enumerate(heads["construct"])}
    both = both.sort_values("construct", key=lambda names: names.map(order), kind="stable")
    columns = ["construct", "predictor", "estimate", *tests, "f_squared", "vif"]
    return both[[*columns, "r2", "r2_adjusted"]].reset_index(drop=True)


def effect_frame(result: PlsResult | PlsBootstrap) -> pd.DataFrame:
    """Give total, indirect and specific indirect effects, one row each, kind by kind.

    Columns kind, way ("QUA -> SAT"), estimate, and what a bootstrap adds.
    """
    effects = result.effects
    ways = [
        way or f"{rhs} -> {lhs}"
        for lhs, rhs, way in zip(effects["lhs"], effects["rhs"], effects["way"], strict=True)
    ]
    tests = _TESTS if isinstance(result, PlsBootstrap) else []
    frame = effects[["kind", "estimate", *tests]].copy()
    frame.insert(1, "way", ways)
    order = ["total", "indirect", "specific"]
    parts = [frame[frame["kind"] == kind] for kind in order]
    return pd.concat(parts, ignore_index=True)


def _check_same(result: PlsResult, bootstrap: PlsBootstrap) -> None:
    columns = ["lhs", "rhs"]
    one, other = result.paths, bootstrap.paths
    same = len(one) == len(other) and result.n == bootstrap.n
    if same:
        same = one[columns].equals(other[columns].astype(one["lhs"].dtype)) and np.allclose(
            one["estimate"], other["estimate"], rtol=0, atol=_SAME
        )
    if not same:
        raise ModelError(
            "The bootstrap is of another model or of other answers; give that of this result: "
            "bootstrap_pls(result)."
        )
