"""Sets of items taken as scales (dimensions, and all items): coefficients and intervals."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, ndtri

import servqual.reliability._alpha as consistency
from servqual.factors.unrestricted import OneFactor, one_factor_ml
from servqual.items import Items
from servqual.moments import Moments
from servqual.reliability._omega import omega as omega_of
from servqual.reliability._omega import omega_influence, omega_standard_error
from servqual.reliability._scale_result import Reason, obstacles
from servqual.resampling import (
    MomentResampler,
    acceleration_of,
    bootstrap_interval,
    percentile_interval,
    resample_counts,
)

Floats = NDArray[np.float64]
_INDEFINITE = 1e-10
ENDS = ("ci_low", "ci_high", "omega_ci_low", "omega_ci_high")


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """A dimension or the whole scale, with its one-factor solution if omega was asked for."""

    key: str
    names: tuple[str, ...]
    at: NDArray[np.intp]
    obstacle: Reason | None
    factor: OneFactor | None
    indefinite: bool = False

    @cached_property
    def omega(self) -> float:
        """Omega total; NaN without a one-factor solution."""
        if self.factor is None:
            return np.nan
        return float(omega_of(self.factor.loadings[0], self.factor.uniquenesses[0]))

    @property
    def doubt(self) -> Reason | None:
        """Why there is no omega, or one to be read with care, where alpha can be computed."""
        if self.factor is None:
            return None
        if len(self.names) == 2:
            return Reason(self.key, "no omega, as two items do not identify a factor")
        if self.indefinite:
            return Reason(self.key, "no omega, as its pairwise covariances contradict each other")
        if self.factor.reasons[0]:
            return Reason(self.key, self.factor.reasons[0])
        if self.factor.heywood[0]:
            bound = self.factor.at_bound[0]
            held = tuple(name for name, at in zip(self.names, bound, strict=True) if at)
            template = (
                "uniqueness at its lower bound (Heywood case) for {items}; read omega with care"
            )
            return Reason(self.key, template, {"items": held})
        return None

    def omega_ends(self, n: int, confidence: float) -> tuple[float, float]:
        """Delta-method interval of omega, formed on the logit scale; none for a Heywood case."""
        omega = self.omega
        if self.factor is None or not 0 < omega < 1 or self.factor.heywood[0]:
            return np.nan, np.nan
        error = omega_standard_error(self.factor.loadings[0], self.factor.uniquenesses[0], n)
        half = ndtri(0.5 + confidence / 2) * error / (omega * (1 - omega))
        low, high = expit(logit(omega) + np.array([-half, half])).tolist()
        return low, high


@dataclass(frozen=True, kw_only=True, eq=False)
class Parts:
    """The q scales of a set of items, and their coefficients, each of shape (q,)."""

    items: Items
    each: tuple[Part, ...]
    members: Floats  # (q, p)

    @cached_property
    def figures(self) -> dict[str, Floats]:
        """Everything but intervals; NaN where a part has an obstacle."""
        covariance = self.items.moments.covariance
        blocked = np.array([part.obstacle is not None for part in self.each])
        alpha = np.where(blocked, np.nan, consistency.alpha(covariance, self.members))
        correlation = _filled(self.items.moments.correlation)
        mean_r = np.where(blocked, np.nan, consistency.mean_correlation(correlation, self.members))
        standardized = consistency.standardized_alpha(mean_r, self.members)
        k = self.members.sum(axis=1)
        _, total = consistency.own_and_total(covariance, self.members)
        bound = consistency.lambda2(covariance, self.members)
        return {
            "alpha": alpha,
            "alpha_std": standardized,
            "mean_r": mean_r,
            "lambda2": np.where(blocked, np.nan, bound),
            "omega": np.array([part.omega for part in self.each]),
            "spearman_brown": np.where(k == 2, standardized, np.nan),
            "sem": np.sqrt(total * np.maximum(1 - alpha, 0)) / k,
        }

    def ends(self, confidence: float) -> dict[str, Floats]:
        """Intervals from the moments: Feldt's of alpha, delta method for omega."""
        n = self.items.moments.n
        counts = self.members.sum(axis=1)
        alpha = consistency.feldt_interval(self.figures["alpha"], n, counts, confidence)
        omega = np.array([part.omega_ends(n, confidence) for part in self.each]).T
        return dict(zip(ENDS, (*alpha, *omega), strict=True))


def _filled(correlation: Floats) -> Floats:
    """Replace the correlations of an item without variance, whose scales are blocked anyway."""
    return np.where(np.isnan(correlation), 0, correlation)


def make_parts(items: Items, scales: Mapping[str, tuple[str, ...]], omega: bool) -> Parts:
    """Take some sets of items as scales."""
    place = {name: at for at, name in enumerate(items.names)}
    positions = [np.array([place[name] for name in names]) for names in scales.values()]
    found = obstacles(items.moments, scales)
    each = tuple(
        Part(
            key=key,
            names=names,
            at=at,
            obstacle=found.get(key),
            factor=one_factor_ml(items.moments.covariance[at[:, None], at])
            if omega and key not in found
            else None,
            indefinite=_indefinite(items.moments, at),
        )
        for (key, names), at in zip(scales.items(), positions, strict=True)
    )
    members = consistency.membership([at.tolist() for at in positions], len(items.names))
    return Parts(items=items, each=each, members=members)


def _indefinite(moments: Moments, at: NDArray[np.intp]) -> bool:
    """Tell whether the pairwise covariances of some items are those of no complete rows."""
    if moments.pairs is None:
        return False
    correlation = _filled(moments.correlation[at[:, None], at])
    np.fill_diagonal(correlation, 1)
    return bool(np.linalg.eigvalsh(correlation)[0] < -_INDEFINITE)


@dataclass(frozen=True, eq=False)
class Draws:
    """Alpha and omega of q parts in each of b resamples, shape (b, q), and Heywood cases (q,)."""

    alpha: Floats
    omega: Floats
    heywood: NDArray[np.int64]


def resample(parts: Parts, n_resamples: int, seed: int | None) -> Draws:
    """Compute alpha and omega of all parts over one set of resamples of the respondents."""
    heywood = np.zeros(len(parts.each), dtype=np.int64)
    alphas, omegas = [], []
    for covariance in _covariances(parts.items, n_resamples, seed):
        alphas.append(consistency.alpha(covariance, parts.members))
        omegas.append(_omegas(covariance, parts.each, heywood))
    return Draws(np.concatenate(alphas), np.concatenate(omegas), heywood)


def bootstrap_ends(
    parts: Parts, draws: Draws, *, bca: bool, confidence: float
) -> dict[str, Floats]:
    """Form intervals of alpha and omega of all parts from the same resamples."""
    values = np.hstack([draws.alpha, draws.omega])
    estimates = np.concatenate([parts.figures["alpha"], parts.figures["omega"]])
    wanted = ~np.isnan(estimates)
    ends = np.full((2, len(estimates)), np.nan)
    if bca:
        influence = _influence(parts)[:, wanted]
        found = bootstrap_interval(
            values[:, wanted],
            estimates[wanted],
            "bca",
            confidence,
            acceleration_of((influence**2).sum(axis=0), (influence**3).sum(axis=0)),
        )
    else:
        found = percentile_interval(values[:, wanted], confidence)
    ends[:, wanted] = found
    alpha, omega = np.hsplit(ends, 2)
    return dict(zip(ENDS, (*alpha, *omega), strict=True))


def failures(parts: Parts, draws: Draws) -> tuple[dict[str, int], dict[str, int]]:
    """Count the resamples that gave nothing where there is an estimate, and the Heywood cases."""
    failed = {}
    for what, values in (("alpha", draws.alpha), ("omega", draws.omega)):
        there = ~np.isnan(parts.figures[what])
        for part, count, estimated in zip(
            parts.each, np.isnan(values).sum(axis=0).tolist(), there, strict=True
        ):
            if estimated and count:
                failed[f"{what} ({part.key})"] = count
    cases = zip(parts.each, draws.heywood.tolist(), strict=True)
    return failed, {part.key: count for part, count in cases if count}


def _covariances(items: Items, n_resamples: int, seed: int | None) -> Iterator[Floats]:
    rows = items.require_rows("A bootstrap interval")
    resampler = MomentResampler(rows)
    for counts in resample_counts(len(rows), n_resamples, seed):
        yield resampler.moments(
            counts if items.weights is None else counts * _scale(items)
        ).covariance


def _omegas(covariance: Floats, parts: Sequence[Part], heywood: NDArray[np.int64]) -> Floats:
    found = np.full((len(covariance), len(parts)), np.nan)
    for i, part in enumerate(parts):
        if not np.isnan(part.omega):
            factor = one_factor_ml(covariance[:, part.at[:, None], part.at])
            found[:, i] = omega_of(factor.loadings, factor.uniquenesses)
            heywood[i] += int(factor.heywood.sum())
    return found


def _influence(parts: Parts) -> Floats:
    """How much each row moves alpha and omega of each part, shape (n, 2q)."""
    items = parts.items
    rows = items.require_rows("A bootstrap interval")
    scale = _scale(items)
    centred = rows - np.average(rows, axis=0, weights=scale)
    of_alpha = consistency.alpha_influence(centred, items.moments.covariance, parts.members)
    of_omega = np.full_like(of_alpha, np.nan)
    for i, part in enumerate(parts.each):
        if part.factor is not None and not np.isnan(part.omega):
            loadings, uniquenesses = part.factor.loadings[0], part.factor.uniquenesses[0]
            of_omega[:, i] = omega_influence(centred[:, part.at], loadings, uniquenesses)
    return np.hstack([of_alpha, of_omega]) * scale[:, None]


def _scale(items: Items) -> Floats:
    if items.weights is None:
        return np.ones(items.moments.n)
    return items.weights / items.weights.mean()
