"""The tables of construct validity: coefficients, latent correlations, HTMT."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from servqual.errors import ModelError, shortened
from servqual.resampling import percentile_interval
from servqual.sem.fitting.structure import Floats
from servqual.sem.result import SemResult
from servqual.sem.validity._composites import Construct, latent_correlations
from servqual.sem.validity._heterotrait import Mean, heterotrait_ratios, resampled_ratios


def pairs_frame(result: SemResult, at: int, constructs: Sequence[Construct]) -> pd.DataFrame:
    """Give the latent correlation of each pair, with Wald's interval."""
    names = [one.name for one in constructs]
    r, se = latent_correlations(result.fitted, at, names, result.covariance)
    if not result.converged:
        r, se = np.full_like(r, np.nan), np.full_like(se, np.nan)
    half = float(ndtri((1 + result.confidence) / 2)) * se
    pairs = list(combinations(names, 2))
    return pd.DataFrame(
        {
            "lhs": [one for one, _ in pairs],
            "rhs": [other for _, other in pairs],
            "correlation": r,
            "se": se,
            "ci_low": r - half,
            "ci_high": r + half,
            "r_squared": r**2,
        }
    )


def ratios_frame(
    result: SemResult,
    at: int,
    constructs: Sequence[Construct],
    mean: Mean,
    n_resamples: int,
    seed: int | None,
    problems: list[str],
) -> pd.DataFrame:
    """Give the ratio of each pair, with its bootstrap interval; add what is wrong to problems."""
    measured = [one for one in constructs if len(one.at) > 1]
    positions = [one.at for one in measured]
    group = result.fitted.data.groups[at]
    ratios = heterotrait_ratios(group.covariance, positions, mean)
    pairs = list(combinations(measured, 2))
    frame = pd.DataFrame(
        {
            "lhs": [one.name for one, _ in pairs],
            "rhs": [other.name for _, other in pairs],
            "htmt": ratios,
        }
    )
    overlapping = [
        f"{one.name} and {other.name}" for one, other in pairs if set(one.at) & set(other.at)
    ]
    if overlapping:
        problems.append(f"No HTMT where constructs share items: {shortened(overlapping)}.")
    unsigned = [
        f"{one.name} and {other.name}"
        for (one, other), ratio in zip(pairs, ratios, strict=True)
        if np.isnan(ratio) and not set(one.at) & set(other.at)
    ]
    if unsigned:
        problems.append(
            "HTMT2 needs positive correlations within and between constructs, which these do not "
            f"have: {shortened(unsigned)}. Recode reversed items, or use mean='arithmetic'."
        )
    if n_resamples:
        drawn = resampled_ratios(
            _complete_rows(result, at), group.weights, positions, mean, n_resamples, seed
        )
        lost = int(np.isnan(drawn[:, ~np.isnan(ratios)]).any(axis=1).sum())
        if lost:
            problems.append(
                f"{lost:,} of {n_resamples:,} resamples have a ratio that is not defined; the "
                "intervals leave it out."
            )
        frame["ci_low"], frame["ci_high"] = percentile_interval(drawn, result.confidence)
    return frame


def _complete_rows(result: SemResult, at: int) -> Floats:
    rows = result.fitted.data.groups[at].rows
    if result.ordered:
        raise ModelError(
            "Intervals of HTMT resample rows, and there are none of polychoric correlations yet. "
            "Leave n_resamples out, or fit the model without ordered=."
        )
    if rows is None:
        raise ModelError(
            "Intervals of HTMT need the answers themselves, but only moments are at hand. Fit the "
            "model to the answers, or leave n_resamples out."
        )
    if np.isnan(rows).any():
        raise ModelError(
            f"Intervals of HTMT need complete answers, but {int(np.isnan(rows).sum()):,} are "
            "missing. Fit the model with missing='listwise', or leave n_resamples out."
        )
    return rows


def constructs_frame(
    constructs: Sequence[Construct],
    correlations: pd.DataFrame,
    ratios: pd.DataFrame,
    *,
    converged: bool,
) -> pd.DataFrame:
    """Give the coefficients of each construct."""
    nested = {
        frozenset((one.name, inner)) for one in constructs if one.latent for inner in one.indicators
    }
    rows = []
    for one in constructs:
        judged = converged and len(one.indicators) > 1
        shared = correlations[(correlations["lhs"] == one.name) | (correlations["rhs"] == one.name)]
        apart = [
            frozenset(pair) not in nested for pair in zip(shared["lhs"], shared["rhs"], strict=True)
        ]
        shared = shared[np.array(apart, dtype=bool)].dropna(subset="r_squared")
        most, most_with = np.nan, ""
        if len(shared):
            top = shared.iloc[int(np.argmax(shared["r_squared"]))]
            most = float(top["r_squared"])
            most_with = str(top["rhs"] if top["lhs"] == one.name else top["lhs"])
        own = ratios.loc[(ratios["lhs"] == one.name) | (ratios["rhs"] == one.name), "htmt"]
        ave = one.extracted if judged else np.nan
        observed, implied = one.raw_reliability if judged else (np.nan, np.nan)
        rows.append(
            {
                "latent": one.name,
                "k": len(one.indicators),
                "loading_min": float(one.standardised.min()) if converged else np.nan,
                "loading_max": float(one.standardised.max()) if converged else np.nan,
                "cr": one.reliability if judged else np.nan,
                "ave": ave,
                "sqrt_ave": float(np.sqrt(ave)),
                "msv": most,
                "msv_with": most_with,
                "htmt_max": float(own.max()) if own.notna().any() else np.nan,
                "cr_raw": observed,
                "cr_raw_implied": np.nan if one.latent else implied,
                "ave_raw": one.raw_extracted if judged else np.nan,
            }
        )
    return pd.DataFrame(rows)


def unmeasured(constructs: Sequence[Construct], converged: bool) -> list[str]:
    """Say why there are no coefficients."""
    told = []
    alone = [one.name for one in constructs if len(one.indicators) == 1]
    if alone:
        told.append(
            f"{shortened(alone)} has one indicator: its AVE and CR would only repeat what was "
            "assumed of it, and it has no HTMT."
        )
    if converged:
        undefined = [
            one.name
            for one in constructs
            if len(one.indicators) > 1 and not np.isfinite(one.standardised).all()
        ]
        if undefined:
            told.append(
                f"{shortened(undefined)} has a negative variance among its own and its "
                "indicators', so its loadings cannot be standardised."
            )
    shared = [one.name for one in constructs if one.shared and len(one.indicators) > 1]
    if shared:
        told.append(
            f"{shortened(shared)} has indicators that measure another latent variable, too: cr "
            "counts what they share with the other one as error, and ave_raw is not defined."
        )
    return told
