"""Weights and effects of a path model by partial least squares, for indices."""

from collections.abc import Callable

import numpy as np

from servqual.errors import ConvergenceError, ModelError
from servqual.indices._source import Floats, Part, Resampled, Source, Weighing
from servqual.pls.fitting.estimates import Estimates, estimate
from servqual.pls.fitting.layout import plan_of
from servqual.pls.fitting.specification import read_path_model
from servqual.pls.result import PlsResult
from servqual.resampling import MomentResampler, resample_counts


def pls_source(result: PlsResult, weighting: str | None) -> Source:
    """Take from a path model what indices need of it.

    Raises
    ------
    ConvergenceError
        If its weights did not converge.
    ModelError
        If other weights than its own are asked for.
    """
    if weighting not in (None, "outer"):
        raise ModelError(
            f"A PLS path model weights its items by its outer weights, not by {weighting!r}; leave "
            "weighting= out."
        )
    if not result.converged:
        raise ConvergenceError(
            "The weights of this model did not converge. result.problems says what is wrong."
        )
    estimates, answers = result.estimates, result.answers
    columns, names = answers.moments.names, result.constructs
    own = {
        name: tuple(one for one, w in zip(columns, weights, strict=True) if w != 0)
        for name, weights in zip(names, estimates.from_columns[0].T, strict=True)
    }
    places = {name: [columns.index(one) for one in items] for name, items in own.items()}

    def weighing(found: Estimates, covariance: Floats) -> Weighing:
        weights = found.from_columns
        if result.standardized:
            weights = weights / np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))[:, :, None]
        reliable = np.where(found.common, found.rho_a, 1.0)
        j = len(names)
        return Weighing(
            weights={name: weights[:, places[name], at] for at, name in enumerate(names)},
            pull={name: np.sqrt(reliable[:, at]) for at, name in enumerate(names)},
            direct=found.paths[:, :j, :j],
            total=found.total_effects[:, :j, :j],
            spread=np.ones((len(weights), j)),
        )

    def resample(n_resamples: int, seed: int, advance: Callable[[int], None]) -> Resampled:
        if result.n_imputed or estimates.spread.shape[1]:
            what = "missing answers that were replaced" if result.n_imputed else "products"
            raise ModelError(
                f"The model has {what}, for which weights are not estimated anew here; leave "
                "n_resamples= out, which takes them as known."
            )
        plan = plan_of(read_path_model(result.model, columns))
        rows = result.require_rows("Resamples")
        resampler = MomentResampler(rows)
        blocks = []
        for counts in resample_counts(len(rows), n_resamples, seed):
            drawn = counts if answers.weights is None else counts * answers.weights
            covariance = resampler.moments(drawn).covariance
            spread = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
            with np.errstate(all="ignore"):
                correlations = covariance / (spread[:, :, None] * spread[:, None, :])
                found = estimate(
                    correlations if result.standardized else covariance,
                    plan,
                    scheme=result.scheme,  # type: ignore[arg-type]
                    consistent=result.consistent,
                    tolerance=result.settings.tolerance,
                    max_iterations=result.settings.max_iterations,
                )
                blocks.append((weighing(found, covariance), found.converged))
            advance(len(counts))
        return Resampled(
            parts=(_joined([block for block, _ in blocks]),),
            converged=np.concatenate([converged for _, converged in blocks]),
        )

    here = weighing(estimates, answers.matrix[None])
    paths = list(zip(result.paths["lhs"], result.paths["rhs"], strict=True))
    parts: tuple[Part, ...] = ()
    if answers.rows is not None:
        parts = (Part(label="", rows=answers.rows, weights=answers.weights),)
    return Source(
        family="pls",
        weighting="outer",
        items=own,
        refused={},
        paths=tuple(path for path in paths if set(path) <= set(names)),
        columns=columns,
        parts=parts,
        kept=None,
        index=answers.index,
        n_excluded=result.n_excluded,
        imputed=result.n_imputed > 0,
        clustered=False,
        weighing=(here,),
        resample=resample,
        errors=None,
    )


def _joined(blocks: list[Weighing]) -> Weighing:
    first = blocks[0]
    return Weighing(
        weights={
            name: np.concatenate([one.weights[name] for one in blocks]) for name in first.weights
        },
        pull={name: np.concatenate([one.pull[name] for one in blocks]) for name in first.pull},
        direct=np.concatenate([one.direct for one in blocks]),
        total=np.concatenate([one.total for one in blocks]),
        spread=np.concatenate([one.spread for one in blocks]),
    )
