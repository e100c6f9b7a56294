"""Models of method variance as they are fitted and compared, one after the other."""

import warnings

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from servqual.errors import AdmissibilityWarning, MissingResponseWarning, ModelError
from servqual.sem.estimation import fit_sem
from servqual.sem.fitting.model_data import Missing
from servqual.sem.result import SemResult
from servqual.sem.validity._method_models import Measurement, latent_correlations_of, share_of

INTENDED, ONE = "intended", "one factor"
EQUAL, FREE = "method factor, equal loadings", "method factor, free loadings"
MARKED, BASELINE = "marker: correlated factor", "marker: baseline"
EQUAL_MARKER, FREE_MARKER = "marker: equal loadings (C)", "marker: free loadings (U)"
RESTRICTED = "marker: restricted correlations (R)"
_SHOWN = ("chi2", "df", "p_value", "cfi", "tli", "rmsea", "srmr", "aic", "bic")


class Fits:
    """The models as they are fitted, one after the other, and how they compare."""

    def __init__(self, *, measurement: Measurement, source: object, missing: Missing) -> None:
        self.measurement, self.source, self.missing = measurement, source, missing
        self.results: dict[str, SemResult] = {}
        self.problems: list[str] = []
        self._rows: list[dict[str, object]] = []

    def add(
        self, name: str, text: str, *, against: str = "", baseline: str = INTENDED, factor: str = ""
    ) -> SemResult | None:
        """Fit a model, and compare it with one that was fitted before."""
        try:
            with warnings.catch_warnings():
                # What is inadmissible or missing is told in the result.
                warnings.simplefilter("ignore", AdmissibilityWarning)
                warnings.simplefilter("ignore", MissingResponseWarning)
                result = fit_sem(text, self.source, missing=self.missing, std_lv=True)
        except ModelError as error:
            self.problems.append(f"{name}: {error}")
            self._rows.append({"model": name, "compared_with": against})
            return None
        self.results[name] = result
        # What is wrong with estimates that are none is beside the point.
        told = result.problems if result.converged else result.problems[:1]
        self.problems += [f"{name}: {problem}" for problem in told]
        fit = result.fit
        row: dict[str, object] = {"model": name, **{key: float(fit[key]) for key in _SHOWN}}
        row["compared_with"] = against
        other = self.results.get(against)
        if other is not None:
            row |= _difference(result, other)
        row["method_share"] = self._share(name, result, factor)
        row["largest_change"] = self._change(name, result, baseline)
        self._rows.append(row)
        return result if result.converged else None

    def p_difference(self, name: str) -> float:
        """Give the p value of a model's comparison."""
        row = next(row for row in self._rows if row["model"] == name)
        value = row.get("p_difference", np.nan)
        return float(value) if isinstance(value, float) else np.nan

    def frame(self) -> pd.DataFrame:
        """Give the table."""
        columns = ["model", *_SHOWN, "compared_with", "chi2_difference", "df_difference"]
        columns += ["p_difference", "method_share", "largest_change"]
        return pd.DataFrame(self._rows).reindex(columns=columns)

    def _share(self, name: str, result: SemResult, factor: str) -> float:
        if name in (EQUAL, FREE):
            factor = self.measurement.name("method")
        if not factor or not result.converged:
            return np.nan
        return share_of(result, factor, self.measurement.items)

    def _change(self, name: str, result: SemResult, baseline: str) -> float:
        """Give how far the latent correlation that moved most has moved."""
        before = self.results.get(baseline)
        if name in (ONE, RESTRICTED, baseline) or before is None or not result.converged:
            return np.nan
        one = latent_correlations_of(before, self.measurement)
        other = latent_correlations_of(result, self.measurement)
        return max((abs(other[pair] - value) for pair, value in one.items()), default=np.nan)


def _difference(one: SemResult, other: SemResult) -> dict[str, object]:
    """Test the more restricted of two nested models against the other."""
    chi2 = float(one.fit["chi2"] - other.fit["chi2"])
    df = float(one.fit["df"] - other.fit["df"])
    if df < 0:
        chi2, df = -chi2, -df
    # Rounding can leave the difference of two equal fits a little below zero.
    chi2 = 0.0 if -1e-6 < chi2 < 0 else chi2
    p_value = float(chdtrc(df, chi2)) if df > 0 and chi2 >= 0 else np.nan
    return {"chi2_difference": chi2, "df_difference": df, "p_difference": p_value}
