"""Thresholds, means and covariances of latent responses, with their casewise influence."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servqual.errors import ResponseError, shortened
from servqual.polychoric._facts import Facts
from servqual.polychoric._mixed_pairs import Information
from servqual.polychoric.latent import EMPTY_CELLS, Latent, estimate
from servqual.polychoric.prepared import Missing, prepare

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class OrdinalMoments:
    """First and second moments of the latent responses behind ordered and continuous variables.

    Attributes
    ----------
    names : tuple of str
        The p variables.
    ordered : tuple of bool
        Whether each is ordered.
    n : int
        Rows that count (pairwise: rows with any answer).
    thresholds : tuple of ndarray
        Standardised thresholds of each variable; empty for continuous ones.
    mean : ndarray of shape (p,)
        0 for ordered variables.
    covariance : ndarray of shape (p, p)
        Divisor n; 1 on the diagonal of ordered variables, so that theirs with continuous ones
        are the covariances of the latent response.
    influence : ndarray of shape (n, q)
        Casewise influence of `statistics`, with the sampling weights in it; its columns sum to 0
        (but for pairs with something added to empty cells).
        Their asymptotic covariance is ``influence.T @ influence / n**2`` (with clusters, the rows
        of a cluster summed first).
    levels : tuple of tuple of float or None
        The category values in use, in order; None for continuous variables.
    notes : tuple of str
        What was left out, merged or added.
    facts : Facts or None
        The same, to be said in any language: ``facts.notes(language)``.
    """

    names: tuple[str, ...]
    ordered: tuple[bool, ...]
    n: int
    thresholds: tuple[Floats, ...]
    mean: Floats
    covariance: Floats
    influence: Floats
    levels: tuple[tuple[float, ...] | None, ...]
    notes: tuple[str, ...]
    facts: Facts | None = None

    @property
    def statistics(self) -> Floats:
        """The q statistics.

        For each variable in order its thresholds, or its mean when continuous; then the variances
        of the continuous ones; then the covariances below the diagonal, column by column.
        """
        first = [
            taus if is_ordered else self.mean[at : at + 1]
            for at, (taus, is_ordered) in enumerate(zip(self.thresholds, self.ordered, strict=True))
        ]
        variances = np.diag(self.covariance)[~np.array(self.ordered, dtype=bool)]
        column, row = np.triu_indices(len(self.names), 1)
        return np.concatenate([*first, variances, self.covariance[row, column]])


def ordinal_moments(
    columns: Mapping[str, Floats],
    ordered: Collection[str],
    *,
    weights: Floats | None = None,
    missing: Missing = "listwise",
    empty_cells: tuple[float, float] = EMPTY_CELLS,
    information: Information = "scores",
) -> OrdinalMoments:
    r"""Estimate the moments of latent responses in two steps (Muthén, 1984).

    Parameters
    ----------
    columns : mapping of str to ndarray of shape (n,)
        With NaN where missing.
    ordered : collection of str
        Which of them are ordered categories; the others are continuous.
    weights : ndarray of shape (n,), optional
        Sampling weights, none negative; rows of weight 0 are left out.
    missing : {"listwise", "pairwise"}
        Complete rows only, or each margin and pair from the rows that answer it.
    empty_cells : tuple of (float, float)
        What is added to the empty cell of a 2 x 2 table, and to each of a larger one.
    information : {"scores", "observed"}
        How the influence on statistics of a continuous variable is found. "scores" divides by
        cross products of normal scores, as Mplus and lavaan do, and is right if it is normal;
        "observed" divides by their derivatives, and needs no normality for means, variances
        and covariances. Statistics of ordered variables alone are the same under both.

    Raises
    ------
    ResponseError
        If a variable does not vary or has more than 20 categories, a pair has no common answers
        that vary, or its answers are in perfect order.

    References
    ----------
    .. [1] Muthén, B. (1984). A general structural equation model with dichotomous, ordered
       categorical, and continuous latent variable indicators. *Psychometrika*, 49(1), 115-132.
       https://doi.org/10.1007/BF02294210
    """
    prepared = prepare(columns, ordered, weights, missing)
    fixed = (*prepared.constant, *prepared.blank)
    if fixed:
        raise ResponseError(
            f"{len(fixed)} of {len(prepared.names)} variables have one value in use or none: "
            f"{shortened(fixed)}. Leave them out."
        )
    latent = estimate(prepared, empty_cells, information)
    for pairs, what in (
        (latent.apart, "have no common answers that vary"),
        (latent.perfect, "are in perfect order, so that their correlation is 1 or -1"),
    ):
        if pairs:
            named = shortened([f"{prepared.names[i]} - {prepared.names[j]}" for i, j in pairs])
            raise ResponseError(
                f"{len(pairs)} pairs of variables {what}: {named}. Leave one of each pair out, or "
                "merge categories."
            )
    return _moments_of(latent)


def _moments_of(latent: Latent) -> OrdinalMoments:
    prepared, facts = latent.prepared, latent.facts
    names, ordered = prepared.names, prepared.ordered
    p = len(names)
    margins = [latent.margin_casewise(at) for at in range(p)]
    mean, sd = np.zeros(p), np.ones(p)
    for at in range(p):
        if not ordered[at]:
            mean[at] = latent.continuous.mean[latent.place[at]]
            sd[at] = latent.continuous.sd[latent.place[at]]
    rows = [margins[at][: None if ordered[at] else 1] for at in range(p)]
    rows += [margins[at][1:] for at in range(p) if not ordered[at]]
    first = sum(map(len, rows))
    influence = np.empty((first + p * (p - 1) // 2, prepared.n))
    np.concatenate(rows, out=influence[:first])
    pairs = ((one, other) for one in range(p) for other in range(one + 1, p))
    for row, (one, other) in enumerate(pairs, start=first):
        of_pair = latent.casewise(one, other)
        rho = latent.correlation[one, other]
        influence[row] = of_pair * (sd[one] * sd[other])
        for at, apart in ((one, other), (other, one)):
            if not ordered[at]:
                influence[row] += rho * sd[apart] / (2 * sd[at]) * margins[at][1]
    influence *= prepared.weights
    return OrdinalMoments(
        names=names,
        ordered=ordered,
        n=prepared.n,
        thresholds=tuple(latent.thresholds(at) for at in range(p)),
        mean=mean,
        covariance=latent.correlation * np.outer(sd, sd),
        influence=influence.T,
        levels=prepared.levels,
        notes=facts.notes(),
        facts=facts,
    )
