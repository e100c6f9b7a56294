"""What is wrong with a path model or its estimates, in words."""

from collections.abc import Sequence

import numpy as np

from servqual.errors import ModelError, shortened
from servqual.pls.fitting.estimates import Estimates
from servqual.pls.fitting.layout import Layout
from servqual.pls.fitting.regressions import Floats

_SINGULAR = 1e-10


def check_formative(covariances: Floats, layout: Layout) -> None:
    """Refuse blocks of mode B whose indicators determine one another.

    Parameters
    ----------
    covariances : ndarray of shape (p, p)
        Of `layout.indicators`.
    layout : Layout
    """
    for j in np.flatnonzero(layout.formative):
        at = layout.members(int(j))
        spread = np.sqrt(np.diagonal(covariances)[at])
        block = covariances[np.ix_(at, at)] / np.outer(spread, spread)
        if np.linalg.eigvalsh(block)[0] > _SINGULAR:
            continue
        names = layout.blocks[j].indicators
        first, second = np.triu_indices(len(at), 1)
        same = np.flatnonzero(np.abs(block[first, second]) > 1 - _SINGULAR)
        which = (
            f"{names[first[same[0]]]!r} and {names[second[same[0]]]!r} correlate perfectly"
            if len(same)
            else f"one of {shortened(names)} is a linear combination of the others"
        )
        raise ModelError(
            f"The regression weights of {layout.blocks[j].name!r} (<~) cannot be told apart: "
            f"{which}. Leave one out, or write =~ for correlation weights."
        )


def problems_of(estimates: Estimates, max_iterations: int) -> tuple[str, ...]:
    """Say what is inadmissible about the estimates of one matrix."""
    found = [] if estimates.first is None else list(problems_of(estimates.first, max_iterations))
    if not estimates.converged[0]:
        if found:
            return tuple(found)
        return (
            f"The weights did not settle in {max_iterations:,} iterations, so there are no "
            "estimates. Other schemes may settle.",
        )
    found += [*_common_factors(estimates), *_loadings(estimates), *_paths(estimates)]
    return tuple(found)


def _common_factors(estimates: Estimates) -> list[str]:
    found = []
    layout = estimates.layout
    for j in np.flatnonzero(estimates.common):
        name, reliability = layout.blocks[j].name, estimates.rho_a[0, j]
        if not reliability > 0:
            found.append(
                f"The reliability of {name!r} (rho_A) is {reliability:.3f}, so it cannot be "
                "corrected as a common factor, and what needs its correlations is NaN."
            )
        elif reliability > 1:
            found.append(f"The reliability of {name!r} (rho_A) is {reliability:.3f}, above 1.")
    between = estimates.correlations[0]
    if estimates.common.any():
        rows, columns = np.tril_indices(len(between), -1)
        beyond = [
            f"{estimates.structure.names[a]} and {estimates.structure.names[b]} "
            f"({between[a, b]:.3f})"
            for a, b in zip(rows, columns, strict=True)
            if abs(between[a, b]) > 1
        ]
        if beyond:
            found.append(f"Corrected correlations are beyond 1: {shortened(beyond)}.")
        elif np.isfinite(between).all() and np.linalg.eigvalsh(between)[0] < 0:
            found.append("The corrected correlations of the constructs are not positive definite.")
    return found


def _loadings(estimates: Estimates) -> list[str]:
    layout, loadings = estimates.layout, estimates.loadings[0]
    found = []
    beyond = _named(layout, loadings, np.abs(loadings) > 1 + 1e-12)
    if beyond:
        found.append(f"Loadings are beyond 1: {shortened(beyond)}.")
    turned = _named(layout, loadings, (loadings < 0) & layout.reflective[layout.owner])
    if turned:
        found.append(
            f"Indicators load against the others of their block: {shortened(turned)}. Are they "
            "recoded?"
        )
    return found


def _paths(estimates: Estimates) -> list[str]:
    found = []
    structure, regressions = estimates.structure, estimates.regressions
    for outcome, predictors in zip(structure.outcomes, structure.predictors, strict=True):
        name = structure.names[outcome]
        explained = regressions.r_squared[0, outcome]
        among = [
            estimates.correlations[0, one, other] for one in predictors for other in predictors
        ]
        if np.isnan(explained) and np.isfinite(among).all():
            found.append(
                f"The predictors of {name!r} determine one another "
                f"({shortened([structure.names[one] for one in predictors])}), so its paths are "
                "NaN."
            )
        elif explained > 1 + 1e-12:
            found.append(f"The explained variance of {name!r} is {explained:.3f}, above 1.")
    return found


def _named(layout: Layout, loadings: Floats, which: Floats) -> Sequence[str]:
    return [
        f"{layout.indicators[i]} of {layout.blocks[layout.owner[i]].name} ({loadings[i]:.3f})"
        for i in np.flatnonzero(which)
    ]
