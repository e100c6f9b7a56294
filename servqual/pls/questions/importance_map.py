"""Importance-performance maps: what moves a construct, and how good it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from servqual._language import say
from servqual._result import Result
from servqual.errors import (
    AdmissibilityWarning,
    ModelError,
    ResponseError,
    nearest,
    shortened,
    warn,
)
from servqual.pls.fitting.regressions import Floats
from servqual.pls.prediction.forecasts import roles_of
from servqual.pls.result import PlsResult

Ends = tuple[float, float]

_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ImportancePerformanceMap(Result):
    """Importance and performance for a target; see `importance_performance_map`.

    Attributes
    ----------
    target : str
        The construct that importance is for.
    target_performance : float
        Its performance, 0-100.
    n : int
        Respondents of the model.
    scale : mapping of str to (float, float)
        The ends of each indicator that stand for 0 and 100.
    observed_scale : bool
        Whether these are the lowest and the highest answers of the data.
    has_products : bool
        Whether the model has products, so that effects depend on moderators.
    problems : tuple of str
        Indicators with negative weights; empty where there are none.
    """

    target: str
    target_performance: float
    n: int
    scale: Mapping[str, Ends]
    observed_scale: bool
    has_products: bool
    problems: tuple[str, ...]
    _rows: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Give one row a construct that acts on the target, then one row an indicator of these.

        Returns
        -------
        DataFrame
            kind ("construct" or "indicator"), construct, indicator (empty for constructs),
            importance (points of the target per point, both 0-100), performance (0-100).
        """
        return self._rows.copy()

    def title(self, language: str = "en") -> str:
        """Say what the target is, and how good it is."""
        return say(
            "Importance and performance for {target}: n = {n}, performance of {target} "
            "{performance}",
            language,
            target=self.target,
            n=f"{self.n:,}",
            performance=f"{self.target_performance:.1f}",
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the figures are, and what to be wary of."""
        held = [
            say(
                "Importance: points of {target} per point, along all paths (unstandardised total "
                "effect). Performance: mean. All on 0-100 (Ringle & Sarstedt, 2016).",
                language,
                target=self.target,
            )
        ]
        if self.observed_scale:
            held.append(
                say(
                    "0 and 100 are the lowest and the highest answers of these data, so figures "
                    "are not comparable with other data; scale= gives the ends of the scale.",
                    language,
                )
            )
        if self.has_products:
            held.append(say("Effects that depend on a moderator are those at its mean.", language))
        return (*held, *self.problems)


def importance_performance_map(
    result: PlsResult,
    target: str,
    *,
    scale: Ends | Mapping[str, Ends] | None = None,
) -> ImportancePerformanceMap:
    r"""Set what constructs and indicators do to a target against how good they are [1]_.

    Parameters
    ----------
    result : PlsResult
        A model without consistent constructs.
    target : str
        A construct that others explain.
    scale : (float, float) or mapping of str to (float, float), optional
        The lowest and the highest possible answer, of all indicators or of each of them; a reversed
        pair turns an indicator round. By default those found in the data, with a note.

    Returns
    -------
    ImportancePerformanceMap

    Raises
    ------
    ModelError
        If there is no such outcome, the model has common factors, or did not converge.
    ResponseError
        If answers lie outside the scale, its ends are equal, or only moments are known and no
        scale is given.

    Warns
    -----
    AdmissibilityWarning
        If indicators have negative weights, whose performance pulls the other way, so that the
        performance of their construct may leave 0-100.

    Notes
    -----
    Answers x become :math:`100 (x - l) / (h - l)`, weights of these that sum to 1 in each construct
    give its index, whose mean is its performance. With the standardised total effect :math:`t_j` on
    the target, its importance is :math:`t_j s_{target} / s_j`, with the standard deviations of the
    indices; that of an indicator is its weight times that of its construct.

    References
    ----------
    .. [1] Ringle, C. M., & Sarstedt, M. (2016). Gain more insight from your PLS-SEM results: The
       importance-performance map analysis. *Industrial Management & Data Systems*, 116(9),
       1865-1886. https://doi.org/10.1108/IMDS-10-2015-0449

    Examples
    --------
    >>> import servqual as sq
    >>> bank = sq.load_dataset("bank").dropna()
    >>> model = "SAT =~ SAT1 + SAT2 + SAT3; LOY =~ LOY1 + LOY2 + LOY3; LOY ~ SAT"
    >>> found = importance_performance_map(sq.fit_pls(model, bank), "LOY", scale=(1, 7))
    >>> found.to_frame().round(2)
            kind construct indicator  importance  performance
    0  construct       SAT                  0.66        61.73
    1  indicator       SAT      SAT1        0.22        59.35
    2  indicator       SAT      SAT2        0.22        61.67
    3  indicator       SAT      SAT3        0.23        64.11
    """
    estimates, plan = result.estimates, result.recipe.plan
    structure = estimates.structure
    reached = _acting(result, target)
    columns, moments = plan.columns, result.answers.moments
    low, high = _ends(result, scale)
    width = high - low
    weights = result.column_weights * width[:, None] / 100
    total = weights.sum(axis=0)
    weights = weights / total
    at = structure.names.index(target)
    problems = _negative(weights, result, [*reached, at])
    for problem in problems:
        warn(problem, AdmissibilityWarning)
    performance = 100 * (moments.mean - low) / width
    of_construct = weights.T @ performance
    # A standardised score is its index times the sum of the weights that form it.
    effects = estimates.total_effects[0, at, : len(total)] * total / total[at]
    owner = roles_of(plan).owner
    names = structure.names
    rows = [("construct", names[j], "", effects[j], of_construct[j]) for j in reached]
    rows += [
        ("indicator", names[j], columns[i], effects[j] * weights[i, j], performance[i])
        for j in reached
        for i in np.flatnonzero(owner == j)
    ]
    return ImportancePerformanceMap(
        target=target,
        target_performance=float(of_construct[at]),
        n=result.n,
        scale=MappingProxyType(
            {name: (float(a), float(b)) for name, a, b in zip(columns, low, high, strict=True)}
        ),
        observed_scale=scale is None,
        has_products=bool(plan.products),
        problems=problems,
        _rows=pd.DataFrame(
            rows, columns=["kind", "construct", "indicator", "importance", "performance"]
        ),
    )


def _acting(result: PlsResult, target: str) -> list[int]:
    """Give the constructs from which paths lead to the target."""
    structure = result.estimates.structure
    outcomes = [structure.names[one] for one in structure.outcomes]
    if target not in outcomes:
        raise ModelError(
            f"target must be an outcome of the model ({shortened(outcomes)}), not {target!r}."
            f"{nearest(target, outcomes)}"
        )
    if result.consistent:
        raise ModelError(
            "Performance is of scores, and the effects of a consistent model are of common "
            "factors. Fit the model without consistent=."
        )
    if not result.converged:
        raise ModelError("The model did not converge, so there are no effects to map.")
    at = structure.names.index(target)
    reached = np.zeros(len(structure.names), dtype=bool)
    for outcome in reversed(structure.outcomes):
        if outcome == at or reached[outcome]:
            reached |= structure.follows[outcome]
    return [int(one) for one in np.flatnonzero(reached[: len(result.constructs)])]


def _ends(result: PlsResult, scale: Ends | Mapping[str, Ends] | None) -> tuple[Floats, Floats]:
    """Give the answers that stand for 0 and for 100: (p,) each."""
    columns, answers = result.recipe.plan.columns, result.answers
    if scale is None:
        if answers.rows is None:
            raise ResponseError(
                "Only the moments of the answers are known, not their lowest and highest. Give "
                "the ends of the scale: scale=(1, 7)."
            )
        return answers.rows.min(axis=0), answers.rows.max(axis=0)
    if isinstance(scale, Mapping):
        absent = [name for name in columns if name not in scale]
        if absent:
            raise ResponseError(
                f"scale does not name {len(absent)} indicators of the model: {shortened(absent)}."
            )
        pairs = [scale[name] for name in columns]
    else:
        pairs = [scale] * len(columns)
    if any(np.shape(pair) != (2,) or not np.isfinite(pair).all() for pair in pairs):
        raise ResponseError("scale takes two finite numbers an indicator: scale=(1, 7).")
    low, high = np.array(pairs, dtype=np.float64).T
    flat = [name for name, same in zip(columns, low == high, strict=True) if same]
    if flat:
        raise ResponseError(f"The ends of the scale are equal for {shortened(flat)}.")
    found = answers.moments.mean[None] if answers.rows is None else answers.rows
    margin = _ROUNDING * np.abs(high - low)
    beyond = found.min(axis=0) < np.minimum(low, high) - margin
    beyond |= found.max(axis=0) > np.maximum(low, high) + margin
    # Estimates of missing answers may lie a little outside.
    if beyond.any() and result.missing != "em":
        named = [
            f"{columns[i]} ({found[:, i].min():g} to {found[:, i].max():g})"
            for i in np.flatnonzero(beyond)
        ]
        raise ResponseError(
            f"Answers of {len(named)} indicators lie outside the scale: {shortened(named)}. Give "
            "the ends of each of them: scale={'Q1': (1, 7), ...}."
        )
    return low, high


def _negative(weights: Floats, result: PlsResult, chosen: Sequence[int]) -> tuple[str, ...]:
    columns, constructs = result.recipe.plan.columns, result.constructs
    named = [
        f"{columns[i]} of {constructs[j]} ({weights[i, j]:.3f})"
        for j in chosen
        for i in np.flatnonzero(weights[:, j] < 0)
    ]
    if not named:
        return ()
    return (
        f"{len(named)} indicators have negative weights: {shortened(named)}. Better answers to "
        "them lower their construct, and the performance of it may leave 0-100: recode those that "
        "are reversed, and leave out those that only suppress others.",
    )
