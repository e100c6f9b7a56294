"""Refitting a model to resamples of its rows, block by block."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servqual._em import em_moments
from servqual.errors import ModelError
from servqual.resampling import MomentResampler, resample_counts
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.ml import Target, constant, minimise
from servqual.sem.fitting.patterns import find_patterns
from servqual.sem.fitting.scoring import minimise_sets
from servqual.sem.fitting.starts import start_values
from servqual.sem.fitting.structure import Floats
from servqual.sem.resamples._descent import descend
from servqual.sem.resamples._fit_functions import of_patterns, of_targets, one_of

_TOLERANCE = 1e-14
_MAX_SCORING = 60
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False, kw_only=True)
class Refits:
    """A model refitted to b resamples.

    Attributes
    ----------
    parameters : ndarray of shape (b, q)
    objective : ndarray of shape (b,)
        The minimum of the fit function; 0 is a perfect fit. NaN for incomplete rows under FIML.
    converged : ndarray of bool of shape (b,)
    again : int
        How many had to be fitted again, by another method or from other starts.
    known : ndarray of bool of shape (b,)
        Which have moments to be fitted to.
    """

    parameters: Floats
    objective: Floats
    converged: Bools
    again: int
    known: Bools


@dataclass(frozen=True, eq=False, kw_only=True)
class GroupRows:
    """The rows of a group, their weights, and where they stand among all rows."""

    rows: Floats
    weights: Floats | None
    at: slice

    @property
    def incomplete(self) -> bool:
        """Whether an answer is missing."""
        return bool(np.isnan(self.rows).any())


def rows_of(fitted: Fitted) -> tuple[GroupRows, ...]:
    """Take the rows of each group.

    Raises
    ------
    ModelError
        If there are only moments, or respondents are in clusters.
    """
    if any(group.clusters is not None for group in fitted.data.groups):
        raise ModelError(
            "Respondents in clusters are not independent, so drawing them one by one gives too "
            "small errors; the bootstrap of whole clusters is not there. Take the standard errors "
            "of the model, which allow for clusters, or monte_carlo_interval."
        )
    found = []
    start = 0
    for group in fitted.data.groups:
        if group.rows is None:
            raise ModelError(
                "Resampling needs the answers themselves, but only moments are at hand: they were "
                "given as such, or the result was unpickled. Fit the model to the answers again, "
                "or take monte_carlo_interval, which needs the estimates only."
            )
        end = start + len(group.rows)
        found.append(GroupRows(rows=group.rows, weights=group.weights, at=slice(start, end)))
        start = end
    return tuple(found)


def draw_counts(
    groups: tuple[GroupRows, ...], n_resamples: int, seed: int | None
) -> Iterator[Floats]:
    """Draw how often each row of all groups stands in each resample; groups keep their sizes."""
    n = groups[-1].at.stop
    strata = None
    if len(groups) > 1:
        strata = np.repeat(np.arange(len(groups)), [len(one.rows) for one in groups])
    yield from resample_counts(n, n_resamples, seed, strata)


def first_inverse(fitted: Fitted) -> Floats:
    """Invert the second derivatives of the full sample; the expected ones where need be."""
    for information in ("observed", "expected"):
        hessian = fitted.hessian(information)
        diagonal = np.diag(hessian)
        if not (np.isfinite(hessian).all() and (diagonal > 0).all()):
            continue
        scale = 1 / np.sqrt(diagonal)
        roots, vectors = np.linalg.eigh(hessian * np.outer(scale, scale))
        if roots[0] > 1e-10:
            return np.asarray((vectors / roots) @ vectors.T * np.outer(scale, scale))
    raise ModelError(
        "The information matrix of the model is singular: the data cannot tell some parameters "
        "apart (see the result's problems), so resamples have no estimates either."
    )


class Refitter:
    """Refits a model under counts of rows, starting from its estimates.

    Parameters
    ----------
    fitted : Fitted
    rows : tuple of GroupRows
        The rows that are resampled; the model's own unless they were transformed.
    """

    def __init__(self, fitted: Fitted, rows: tuple[GroupRows, ...]) -> None:
        self._fitted = fitted
        self._rows = rows
        self._inverse = first_inverse(fitted)
        self._means = fitted.structure.table.means
        incomplete = any(one.incomplete for one in rows)
        self.by_row = incomplete and fitted.missing == "fiml"
        self.by_em = incomplete and fitted.missing == "two-stage"
        self._resamplers = [] if incomplete else [MomentResampler(one.rows) for one in rows]

    def refit(self, blocks: Iterable[Floats], advance: Callable[[int], None]) -> Refits:
        """Refit to resamples in which rows stand as often as counts say, block by block.

        Parameters
        ----------
        blocks : iterable of ndarray of shape (b, n)
        advance : callable
            Told how many resamples are done.
        """
        if self.by_row:
            return _joined([self._refit_rows(self._weighted(one), advance) for one in blocks])
        structure, estimates = self._fitted.structure, self._fitted.parameters
        done: list[Refits] = []
        left: list[list[Target]] = []
        for counts in blocks:
            targets, known = self._moments(self._weighted(counts), advance)
            start = np.repeat(estimates[None], len(counts), axis=0)
            with np.errstate(all="ignore"):
                found = descend(of_targets(structure, targets), start, self._inverse)
                objective = found.objective - constant(targets)
            done.append(
                Refits(
                    parameters=found.parameters,
                    objective=objective,
                    converged=found.converged & known,
                    again=0,
                    known=known,
                )
            )
            failed = ~found.converged & known
            if failed.any():
                left.append([target.take(failed) for target in targets])
            if not self.by_em:
                advance(len(counts))
        first = _joined(done)
        return self._again(first, left) if left else first

    def _again(self, first: Refits, left: list[list[Target]]) -> Refits:
        """Fit what did not converge by scoring, from the estimates and from other starts."""
        structure = self._fitted.structure
        targets = [_stacked(parts) for parts in zip(*left, strict=True)]
        at = np.flatnonzero(~first.converged & first.known)
        for start in (self._from_estimates, self._from_moments):
            which = np.flatnonzero(~first.converged[at])
            if not len(which):
                break
            some = [target.take(which) for target in targets]
            with np.errstate(all="ignore"):
                found = minimise(
                    structure,
                    some,
                    start(some),
                    tolerance=_TOLERANCE,
                    max_iterations=_MAX_SCORING,
                )
            first.parameters[at[which]] = found.parameters
            first.objective[at[which]] = found.objective
            first.converged[at[which]] = found.converged
        return replace(first, again=len(at))

    def _weighted(self, counts: Floats) -> list[Floats]:
        return [
            counts[:, one.at] if one.weights is None else counts[:, one.at] * one.weights
            for one in self._rows
        ]

    def _moments(
        self, weighted: list[Floats], advance: Callable[[int], None]
    ) -> tuple[list[Target], Bools]:
        """Form the moments of a block, and say which are known."""
        if self.by_em:
            return self._em_targets(weighted, advance)
        return self._targets(weighted), np.ones(len(weighted[0]), dtype=bool)

    def _targets(self, weighted: list[Floats]) -> list[Target]:
        """Form the moments of complete rows."""
        mass = [one.sum(axis=1) for one in weighted]
        total = sum(mass)
        found = []
        for resampler, counts, own in zip(self._resamplers, weighted, mass, strict=True):
            moments = resampler.moments(counts)
            found.append(
                Target(
                    covariance=moments.covariance * ((own - 1) / own)[:, None, None],
                    mean=moments.mean if self._means else None,
                    share=own / total,
                )
            )
        return found

    def _em_targets(
        self, weighted: list[Floats], advance: Callable[[int], None]
    ) -> tuple[list[Target], Bools]:
        """Estimate the moments of incomplete rows, one resample after the other."""
        b = len(weighted[0])
        known = np.ones(b, dtype=bool)
        mass = [one.sum(axis=1) for one in weighted]
        targets = [
            Target(
                covariance=np.repeat(target.covariance[None], b, axis=0),
                mean=None if target.mean is None else np.repeat(target.mean[None], b, axis=0),
                share=own / sum(mass),
            )
            for target, own in zip(self._fitted.targets, mass, strict=True)
        ]
        for i in range(b):
            for one, counts, target in zip(self._rows, weighted, targets, strict=True):
                drawn = counts[i] > 0
                try:
                    with np.errstate(all="ignore"):
                        moments = em_moments(one.rows[drawn], counts[i, drawn])
                except np.linalg.LinAlgError:
                    known[i] = False
                    continue
                if not moments.converged or not np.isfinite(moments.covariance).all():
                    known[i] = False
                    continue
                target.covariance[i] = moments.covariance
                if target.mean is not None:
                    target.mean[i] = moments.mean
            advance(1)
        return targets, known

    def _from_estimates(self, targets: list[Target]) -> Floats:
        return np.repeat(self._fitted.parameters[None], len(targets[0].covariance), axis=0)

    def _from_moments(self, targets: list[Target]) -> Floats:
        """Start where a first fit would, with the signs of the estimates."""
        structure = self._fitted.structure
        starts = [
            start_values(structure, [one_of(target, i) for target in targets])
            for i in range(len(targets[0].covariance))
        ]
        return np.copysign(np.array(starts), self._fitted.parameters)

    def _refit_rows(self, weighted: list[Floats], advance: Callable[[int], None]) -> Refits:
        """Fit incomplete rows by full information, one resample after the other."""
        structure, start = self._fitted.structure, self._fitted.parameters
        b = len(weighted[0])
        parameters = np.repeat(start[None], b, axis=0)
        converged = np.zeros(b, dtype=bool)
        again = 0
        for i in range(b):
            total = sum(float(one[i].sum()) for one in weighted)
            patterns = tuple(
                find_patterns(one.rows[counts[i] > 0], counts[i, counts[i] > 0], total)
                for one, counts in zip(self._rows, weighted, strict=True)
            )
            with np.errstate(all="ignore"):
                found: Any = descend(of_patterns(structure, patterns), start[None], self._inverse)
                if not found.converged[0]:
                    again += 1
                    found = minimise_sets(structure, patterns, start)
            parameters[i], converged[i] = found.parameters[0], found.converged[0]
            advance(1)
        return Refits(
            parameters=parameters,
            objective=np.full(b, np.nan),
            converged=converged,
            again=again,
            known=np.ones(b, dtype=bool),
        )


def _joined(blocks: list[Refits]) -> Refits:
    return Refits(
        parameters=np.concatenate([one.parameters for one in blocks]),
        objective=np.concatenate([one.objective for one in blocks]),
        converged=np.concatenate([one.converged for one in blocks]),
        again=sum(one.again for one in blocks),
        known=np.concatenate([one.known for one in blocks]),
    )


def _stacked(parts: tuple[Target, ...]) -> Target:
    means = [one.mean for one in parts if one.mean is not None]
    return Target(
        covariance=np.concatenate([one.covariance for one in parts]),
        mean=np.concatenate(means) if means else None,
        share=np.concatenate([one.share for one in parts]),
    )
