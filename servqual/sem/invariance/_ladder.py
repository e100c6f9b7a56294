"""Levels of invariance, each fitted and tested against the one above."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from servqual._language import say
from servqual.sem.invariance._releases import COLUMNS, released
from servqual.sem.questions.model_comparison import compare_models
from servqual.sem.result import SemResult
from servqual.sem.variables import parameter_text

_INDICES = ("cfi", "tli", "rmsea", "rmsea_ci_low", "rmsea_ci_high")
# What a difference is called here, and by `compare_models`.
_TESTS = {
    "chi2": "chi2_difference",
    "p_value": "p_value",
    "chi2_scaled": "chi2_difference_scaled",
    "p_value_scaled": "p_value_scaled",
}
_NAMED = 2
_ROUNDING = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Ladder:
    """Fit and differences of nested levels, and what breaks them.

    Attributes
    ----------
    frame : DataFrame
        One row a level: level, chi2, df, p_value, cfi, tli, rmsea, rmsea_ci_low, rmsea_ci_high,
        srmr; with likelihoods aic and bic; of robust fits chi2_scaled, p_value_scaled and the
        indices that end in _robust (or _scaled where there are no robust ones); then the
        differences from the level above: d_df, d_chi2, d_p_value, d_cfi, d_rmsea, d_srmr, and of
        robust fits d_chi2_scaled, d_p_value_scaled, d_cfi_robust, d_rmsea_robust.
    releases : DataFrame
        One row a level, parameter and group: level, lhs, op, rhs, group, label (those of one label
        are held equal), estimate, mi (score test of letting it go), p_value, epc (expected change
        of this group's value), sepc_all (the same, all variables standardised).
    scaled : bool
        Whether differences are tested by scaled chi-squares.
    problems : tuple of str
    """

    frame: pd.DataFrame
    releases: pd.DataFrame
    scaled: bool
    problems: tuple[str, ...]

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what is tested, what it is compared with by habit, and what breaks a level."""
        found = [
            say(
                "Each level is tested against the one above; the null hypothesis is that what it "
                "holds equal is equal.",
                language,
            )
        ]
        if self.scaled:
            found.append(
                say(
                    "Differences of robust fits are scaled as differences: scaled chi-squares may "
                    "not be subtracted. Score tests are not scaled.",
                    language,
                )
            )
        found.append(
            say(
                "Rules of thumb, from simulations of normal answers: in samples above 300, a CFI "
                "that falls by .010 (Cheung & Rensvold, 2002) with an RMSEA that rises by .015, or "
                "an SRMR by .030 (loadings) or .010 (intercepts, residuals), speaks against the "
                "level; in smaller ones .005, .010, .025 and .005 (Chen, 2007).",
                language,
            )
        )
        named = self._largest(language)
        if named:
            found.append(
                say(
                    "Largest score tests (fall of chi-square to expect if that one alone were let "
                    "go, and its expected change): {named}.",
                    language,
                    named=" | ".join(named),
                )
            )
        return (*found, *self.problems)

    def _largest(self, language: str) -> list[str]:
        found = []
        for level, its in self.releases.groupby("level", sort=False):
            top = its[its["mi"].notna()].sort_values("mi", ascending=False, kind="stable")
            top = top[(top["label"] == "") | ~top["label"].duplicated()].head(_NAMED)
            each = []
            for _, row in top.iterrows():
                what = parameter_text(row, language)
                each.append(f"{what} {row['mi']:.1f}, {row['epc']:+.2f}")
            if each:
                found.append(f"{say(str(level), language)}: {'; '.join(each)}")
        return found


def climb(levels: Sequence[tuple[str, SemResult]]) -> Ladder:
    """Compare levels, each nested in the one above.

    Parameters
    ----------
    levels : sequence of (str, SemResult)
        The least restricted first.
    """
    fits = [one.fit for _, one in levels]
    scaled = all("chi2_scaled" in fit.index for fit in fits)
    suffix = _suffix(fits)
    problems: list[str] = []
    rows = [_row(name, one, scaled=scaled, suffix=suffix) for name, one in levels]
    indices = ["cfi", "rmsea", "srmr"] + ([f"cfi{suffix}", f"rmsea{suffix}"] if suffix else [])
    tested = ["d_df", "d_chi2", "d_p_value"]
    tested += ["d_chi2_scaled", "d_p_value_scaled"] if scaled else []
    rows[0] |= dict.fromkeys((*tested, *(f"d_{index}" for index in indices)), np.nan)
    releases = []
    for (before, after), (above, here) in zip(pairwise(levels), pairwise(rows), strict=True):
        here |= _difference(before, after, problems, scaled=scaled)
        for index in indices:
            here[f"d_{index}"] = float(here[index]) - float(above[index])  # type: ignore[arg-type]
        frame, reasons = released(after[0], before[1], after[1])
        problems += reasons
        if len(frame):
            releases.append(frame)
    return Ladder(
        frame=pd.DataFrame(rows),
        releases=pd.concat(releases, ignore_index=True)
        if releases
        else pd.DataFrame(columns=list(COLUMNS)),
        scaled=scaled,
        problems=tuple(problems),
    )


def _suffix(fits: Sequence["pd.Series[float]"]) -> str:
    """Tell which corrected indices all the levels have."""
    for suffix in ("_robust", "_scaled"):
        if all(np.isfinite(fit.get(f"cfi{suffix}", np.nan)) for fit in fits):
            return suffix
    return ""


def _row(name: str, one: SemResult, *, scaled: bool, suffix: str) -> dict[str, object]:
    fit = one.fit
    row: dict[str, object] = {"level": name, "chi2": fit["chi2"], "df": fit["df"]}
    row |= {index: float(fit[index]) for index in ("p_value", *_INDICES, "srmr")}
    if not one.fitted.by_squares:
        row |= {index: float(fit[index]) for index in ("aic", "bic")}
    if scaled:
        row |= {index: float(fit[index]) for index in ("chi2_scaled", "p_value_scaled")}
    if suffix:
        for index in _INDICES:
            # The two ends of an interval, as tables know them.
            called = index.replace("rmsea_ci", f"rmsea{suffix}_ci")
            row[called if called != index else index + suffix] = float(fit[index + suffix])
    return row


def _difference(
    before: tuple[str, SemResult],
    after: tuple[str, SemResult],
    problems: list[str],
    *,
    scaled: bool,
) -> dict[str, object]:
    """Test a level against the one above; NaN, and a problem, where there is no test."""
    (one, general), (other, restricted) = before, after
    df = restricted.fitted.df - general.fitted.df
    found: dict[str, object] = {"d_df": float(df), "d_chi2": np.nan, "d_p_value": np.nan}
    if scaled:
        found |= {"d_chi2_scaled": np.nan, "d_p_value_scaled": np.nan}
    if not (general.converged and restricted.converged):
        problems.append(
            f"{other!r} is not tested against {one!r}: the estimation of one of them did not "
            "converge."
        )
        return found
    if df == 0:
        problems.append(
            f"{other!r} is not tested against {one!r}: they have the same degrees of freedom, so "
            "it restricts nothing."
        )
        return found
    if scaled or general.fitted.by_squares:
        compared = compare_models(general, restricted, names=[one, other])
        problems += compared.problems
        row = compared.to_frame().iloc[1]
        return found | {f"d_{ours}": float(row[its]) for ours, its in _TESTS.items() if its in row}
    x = float(restricted.fit["chi2"] - general.fit["chi2"])
    if x < -_ROUNDING * max(1.0, float(restricted.fit["chi2"])):
        problems.append(
            f"{other!r} is not tested against {one!r}: it fits better, so {one!r} is not at its "
            "minimum."
        )
        return found
    x = max(x, 0.0)
    return found | {"d_chi2": x, "d_p_value": float(chdtrc(df, x))}
