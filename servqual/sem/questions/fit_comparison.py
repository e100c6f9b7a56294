"""The fit of several models side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from servqual._language import say
from servqual._result import Result
from servqual.sem.result import SemResult

_COLUMNS = (
    *("n", "chi2", "df", "p_value", "cfi", "tli", "rmsea", "rmsea_ci_low", "rmsea_ci_high"),
    *("srmr", "aic", "bic"),
)
_ROBUST = (
    *("chi2_scaled", "df_scaled", "p_value_scaled", "scaling_factor", "cfi_robust", "tli_robust"),
    *("rmsea_robust", "rmsea_ci_low_robust", "rmsea_ci_high_robust"),
)
# Where least squares has no robust ones.
_SCALED = (
    *("cfi_scaled", "tli_scaled", "rmsea_scaled", "rmsea_ci_low_scaled", "rmsea_ci_high_scaled"),
)
# The two ends of an interval, as tables know them.
_ENDS = {
    "rmsea_ci_low_robust": "rmsea_robust_ci_low",
    "rmsea_ci_high_robust": "rmsea_robust_ci_high",
    "rmsea_ci_low_scaled": "rmsea_scaled_ci_low",
    "rmsea_ci_high_scaled": "rmsea_scaled_ci_high",
}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FitTable(Result):
    """Fit indices of several models.

    Attributes
    ----------
    names : tuple of str
        Of the models.
    comparable : bool
        Whether the models explain the same means and covariances of the same respondents, without
        which their chi-squares, AIC and BIC cannot be compared.
    """

    names: tuple[str, ...]
    comparable: bool
    _table: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Give one row a model: model, n and its fit indices.

        Returns
        -------
        DataFrame
            Columns model, n, chi2, df, p_value, cfi, tli, rmsea, rmsea_ci_low, rmsea_ci_high,
            srmr, aic, bic, and the scaled and robust ones where a model has them.
        """
        return self._table.copy()

    def title(self, language: str = "en") -> str:
        """Say of how many models."""
        return say("Fit of {n} models", language, n=len(self.names))

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the indices can be compared for, and that cut-offs are rules of thumb."""
        rules = say(
            "RMSEA with its 90 % interval; cut-offs for fit indices are rules of thumb from "
            "simulations of particular models (Hu & Bentler, 1999).",
            language,
        )
        if self.comparable:
            return (rules,)
        return (
            say(
                "The models explain different variables or different respondents: their "
                "chi-squares, AIC and BIC cannot be compared with one another.",
                language,
            ),
            rules,
        )


def fit_table(*results: SemResult, names: Sequence[str] | None = None) -> FitTable:
    """Put the fit of several models side by side.

    Parameters
    ----------
    *results : SemResult
        What `fit_sem` gives, in the order of the table.
    names : sequence of str, optional
        What the models are called; by default "Model 1" and so on.

    Returns
    -------
    FitTable

    See Also
    --------
    compare_models : Tests models of the same variables against each other.

    Raises
    ------
    TypeError
        If there is no result, or one is no SemResult.
    ValueError
        If there is another number of names, or one stands twice.

    Notes
    -----
    Chi-square, AIC and BIC of models of different variables answer different questions: a model of
    gaps and one of perceptions are not compared by them. The notes say where that is so.

    Examples
    --------
    >>> import servqual as sq
    >>> bank = sq.load_dataset("bank").dropna()
    >>> two = "SAT =~ SAT1 + SAT2 + SAT3; LOY =~ LOY1 + LOY2 + LOY3"
    >>> one = "ALL =~ SAT1 + SAT2 + SAT3 + LOY1 + LOY2 + LOY3"
    >>> table = fit_table(sq.fit_sem(two, bank), sq.fit_sem(one, bank), names=["two", "one"])
    >>> table.to_frame()[["model", "df", "cfi"]].round(3)
      model   df    cfi
    0   two  8.0  0.997
    1   one  9.0  0.901
    """
    if not results:
        raise TypeError("fit_table wants results of fit_sem, but there is none.")
    for one in results:
        if not isinstance(one, SemResult):
            raise TypeError(f"fit_table wants results of fit_sem, not {type(one).__name__}.")
    if isinstance(names, str):
        raise ValueError(f"names must list names, such as [{names!r}], not be one text.")
    called = tuple(names) if names is not None else _numbered(len(results))
    if len(called) != len(results):
        raise ValueError(f"There are {len(results)} models, but {len(called)} names.")
    if len(set(called)) < len(called):
        raise ValueError("Each model needs a name of its own; one stands twice.")
    known = {name for one in results for name in one.fit.index}
    if not any(one.fitted.by_squares for one in results):
        known -= set(_SCALED)
    columns = [name for name in (*_COLUMNS, *_ROBUST, *_SCALED) if name in known]
    frame = pd.DataFrame([one.fit.reindex(columns) for one in results]).reset_index(drop=True)
    if all(one.fitted.by_squares for one in results):
        # These have no likelihood.
        frame = frame.drop(columns=[name for name in frame if frame[name].isna().all()])
    frame = frame.rename(columns=_ENDS)
    frame.insert(0, "model", list(called))
    frame["n"] = [one.n for one in results]
    return FitTable(names=called, comparable=_comparable(results), _table=frame)


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(f"Model {at + 1}" for at in range(count))


def _comparable(results: Sequence[SemResult]) -> bool:
    """Tell whether all models explain the same moments."""
    first, *others = results
    return all(_same_moments(first, other) for other in others)


def _same_moments(one: SemResult, other: SemResult) -> bool:
    mine, its = one.fitted.data, other.fitted.data
    if (
        set(mine.names) != set(its.names)
        or mine.labels != its.labels
        or one.fitted.structure.table.means != other.fitted.structure.table.means
    ):
        return False
    order = [its.names.index(name) for name in mine.names]
    return all(
        a.n == b.n and np.allclose(a.covariance, b.covariance[np.ix_(order, order)], rtol=1e-9)
        for a, b in zip(mine.groups, its.groups, strict=True)
    )
