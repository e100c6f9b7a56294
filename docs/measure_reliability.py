"""Measure how often 95 % intervals of alpha and omega cover; writes docs/coverage_reliability.csv.

The population is one factor with four items of unequal loadings, answered on a continuous normal
scale or on five skewed points. Its covariances are known (by quadrature for the five points), so
the true alpha and omega are too. The bootstrap forms percentile and BCa intervals from the same
resamples.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtr

from servqual.factors.unrestricted import one_factor_ml
from servqual.items import read_items
from servqual.reliability._alpha import alpha
from servqual.reliability._omega import omega
from servqual.reliability._scale_part import bootstrap_ends, make_parts, resample

LOADINGS = np.array([0.8, 0.7, 0.6, 0.7])
CUTS = np.array([-2.0, -1.5, -0.8, 0.1])  # most answers are 4 or 5, as satisfied customers give
NAMES = ("1", "2", "3", "4")
REPLICATES, OF_BOOTSTRAP, RESAMPLES = 2_000, 500, 400
OUT = Path(__file__).with_name("coverage_reliability.csv")


def answers(n: int, rng: np.random.Generator, *, skewed: bool) -> np.ndarray:
    """Answers of n respondents on four items."""
    factor, own = rng.standard_normal((n, 1)), rng.standard_normal((n, 4))
    latent = factor * LOADINGS + own * np.sqrt(1 - LOADINGS**2)
    return 1.0 + np.searchsorted(CUTS, latent) if skewed else latent


def population(*, skewed: bool) -> np.ndarray:
    """Covariances of the answers."""
    if not skewed:
        return np.outer(LOADINGS, LOADINGS) + np.diag(1 - LOADINGS**2)
    nodes, weights = np.polynomial.hermite_e.hermegauss(120)
    weights /= weights.sum()
    above = ndtr(
        (nodes[:, None, None] * LOADINGS[:, None] - CUTS) / np.sqrt(1 - LOADINGS**2)[:, None]
    )
    mean = 1 + above.sum(axis=2)  # of each item at each node
    square = 1 + (above * (2 * np.arange(1, 5) + 1)).sum(axis=2)
    centre = weights @ mean
    covariance = (mean - centre).T @ ((mean - centre) * weights[:, None])
    np.fill_diagonal(covariance, weights @ square - centre**2)
    return covariance


def truth(*, skewed: bool) -> dict[str, float]:
    covariance = population(skewed=skewed)
    factor = one_factor_ml(covariance)
    return {
        "alpha": float(alpha(covariance, np.ones((1, 4)))[0]),
        "omega": float(omega(factor.loadings, factor.uniquenesses)[0]),
    }


def intervals(rows: np.ndarray, seed: int, *, bootstrap: bool) -> dict[tuple[str, str], tuple]:
    """Every interval of one sample: (kind, of) -> (low, high)."""
    items = read_items(pd.DataFrame(rows, columns=NAMES))
    parts = make_parts(items, {"one": NAMES}, omega=True)
    ends = parts.ends(0.95)
    formed = {("Feldt", "alpha"): ends, ("delta method, logit", "omega"): ends}
    if bootstrap:
        draws = resample(parts, RESAMPLES, seed)
        for kind, bca in (("percentile bootstrap", False), ("BCa bootstrap", True)):
            ends = bootstrap_ends(parts, draws, bca=bca, confidence=0.95)
            formed |= {(kind, "alpha"): ends, (kind, "omega"): ends}
    prefix = {"alpha": "", "omega": "omega_"}
    return {
        (kind, of): tuple(ends[f"{prefix[of]}{end}"][0] for end in ("ci_low", "ci_high"))
        for (kind, of), ends in formed.items()
    }


def main() -> None:
    rows = []
    for skewed in (False, True):
        true = truth(skewed=skewed)
        people = "skewed five-point answers" if skewed else "normal answers"
        print(people, true)
        for n in (50, 200, 1000):
            rng = np.random.default_rng([n, skewed])
            hits: dict[tuple[str, str], list[tuple[bool, bool]]] = {}
            for replicate in range(REPLICATES):
                sample = answers(n, rng, skewed=skewed)
                found = intervals(sample, replicate, bootstrap=replicate < OF_BOOTSTRAP)
                for (kind, of), (low, high) in found.items():
                    if not np.isnan(low):
                        hits.setdefault((kind, of), []).append(
                            (low <= true[of] <= high, high < true[of])
                        )
            for (kind, of), seen in hits.items():
                cover, below = np.mean(seen, axis=0)
                error = np.sqrt(cover * (1 - cover) / len(seen))
                rows.append((kind, f"{of}, {people}", n, len(seen), cover, error, below))
                print(rows[-1], flush=True)
    columns = ["interval", "of", "n", "replicates", "coverage", "mc_error", "all_below"]
    pd.DataFrame(rows, columns=columns).round(4).to_csv(OUT, index=False)


if __name__ == "__main__":
    main()
