"""The bootstrap of a path model: standard errors and intervals of everything at once."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from servqual._frames import read_only
from servqual._language import say
from servqual._progress import progress as show_progress
from servqual.errors import (
    AdmissibilityWarning,
    ConvergenceError,
    ResponseError,
    shortened,
    warn,
)
from servqual.pls.fitting.quantities import Quantities
from servqual.pls.fitting.regressions import Floats
from servqual.pls.resamples.bootstrapped import PlsBootstrap
from servqual.pls.resamples.refits import Bools, Refitter, check_refittable, inadmissible, turned
from servqual.pls.result import PlsResult
from servqual.resampling import (
    IntervalKind,
    acceleration_of,
    check_asked,
    mean_and_spread,
    resample_counts,
)


def bootstrap_pls(
    result: PlsResult,
    n_resamples: int = 5000,
    seed: int | None = None,
    *,
    kind: IntervalKind = "percentile",
    confidence: float = 0.95,
    strata: ArrayLike | None = None,
    progress: bool = True,
) -> PlsBootstrap:
    r"""Bootstrap paths, weights, loadings, effects, HTMT and R² of a path model at once.

    Respondents are drawn with replacement (with their sampling weights), and the model is fitted
    to each resample until it converges, second-order constructs and products included.

    Parameters
    ----------
    result : PlsResult
        From `fit_pls`, of answers and not of moments.
    n_resamples : int, default 5000
    seed : int, optional
        The same seed gives the same resamples.
    kind : {"percentile", "bias-corrected", "bca"}, default "percentile"
        Which intervals the tables show; `PlsBootstrap.using` shows the others.
    confidence : float, default 0.95
    strata : array_like of shape (n,), optional
        Groups whose sizes are kept: one value for each respondent of the model, or a Series with
        the index of the data.
    progress : bool, default True
        Whether a bar is shown when it takes longer than two seconds.

    Returns
    -------
    PlsBootstrap

    Raises
    ------
    ResponseError
        If the result has no rows, or strata do not fit them.
    ModelError
        If the model did not converge, or is of moments estimated by EM.
    ConvergenceError
        If hardly any resample has a solution.

    Warns
    -----
    AdmissibilityWarning
        If resamples have no solution, an inadmissible one, or constructs that change direction.

    Notes
    -----
    A resample is how often each respondent counts: one product of these counts with the products
    of columns gives all covariances, and the weights of all resamples are iterated together.

    The signs of each block follow the rule of the estimate, that its loadings sum to a positive
    number. This is the construct-level sign change of Tenenhaus et al. [1]_, which turns a
    construct whenever that brings the sum of its loadings nearer to that of the estimate.

    The acceleration of the BCa interval [2]_ is :math:`\sum_i l_i^3 / (6 (\sum_i l_i^2)^{3/2})`,
    with :math:`l_i = \bar\theta_{(\cdot)} - \theta_{(i)}` from the estimates without each
    respondent in turn. These are computed where respondents are no more than resamples, or with
    kind="bca".

    References
    ----------
    .. [1] Tenenhaus, M., Vinzi, V. E., Chatelin, Y.-M., & Lauro, C. (2005). PLS path modeling.
       *Computational Statistics & Data Analysis*, 48(1), 159-205.
       https://doi.org/10.1016/j.csda.2004.03.005
    .. [2] Efron, B. (1987). Better bootstrap confidence intervals. *Journal of the American
       Statistical Association*, 82(397), 171-185. https://doi.org/10.1080/01621459.1987.10478410

    Examples
    --------
    >>> from servqual.pls.path_model import fit_pls
    >>> rng = np.random.default_rng(1)
    >>> quality = rng.normal(size=300)
    >>> satisfaction = 0.5 * quality + rng.normal(size=300)
    >>> loyalty = 0.6 * satisfaction + rng.normal(size=300)
    >>> data = pd.DataFrame({"QUAL": quality, "SAT": satisfaction, "LOY": loyalty})
    >>> boot = bootstrap_pls(fit_pls("SAT ~ QUAL; LOY ~ SAT", data), 500, seed=1)
    >>> boot.paths[["lhs", "rhs", "estimate", "se", "ci_low", "ci_high"]].round(2)
       lhs   rhs  estimate    se  ci_low  ci_high
    0  SAT  QUAL      0.50  0.04    0.41     0.57
    1  LOY   SAT      0.48  0.04    0.39     0.56
    """
    check_asked(n_resamples, confidence, kind)
    rows = check_refittable(result, "Resamples")
    labels = None if strata is None else _strata(strata, result)
    refitter = Refitter(result.recipe, rows, result.answers.weights)
    quantities = Quantities(plan=result.recipe.plan)
    draws: list[Floats] = []
    directions: list[Bools] = []
    n_constant = n_failed = n_inadmissible = 0
    with show_progress(say("bootstrap"), n_resamples, wanted=progress) as bar:
        for counts in resample_counts(len(rows), n_resamples, seed, labels):
            found = refitter.of(counts)
            estimates = found.estimates
            draws.append(quantities.of(estimates)[estimates.converged])
            directions.append(turned(estimates, result.estimates))
            n_constant += int(found.constant.sum())
            n_failed += int((~estimates.converged & ~found.constant).sum())
            n_inadmissible += int(inadmissible(estimates).sum())
            bar.advance(len(counts))
    held = np.concatenate(draws)
    if len(held) < 2:
        raise ConvergenceError(
            f"{n_resamples - len(held):,} of {n_resamples:,} resamples have no solution: in "
            f"{n_constant:,} a column does not vary, in {n_failed:,} there are no weights. The "
            "model asks too much of these data."
        )
    accelerations = None
    if kind == "bca" or len(rows) <= n_resamples:
        accelerations = read_only(_accelerations(quantities, refitter))
    bootstrap = PlsBootstrap(
        n=result.n,
        n_excluded=result.n_excluded,
        n_imputed=result.n_imputed,
        n_resamples=int(n_resamples),
        n_constant=n_constant,
        n_failed=n_failed,
        n_inadmissible=n_inadmissible,
        turned=tuple(_counted(np.concatenate(directions), result)),
        stratified=strata is not None,
        weighted=result.weighted,
        seed=seed,
        kind=kind,
        confidence=confidence,
        _names=quantities.names,
        _estimates=read_only(quantities.of(result.estimates)[0]),
        _draws=read_only(held),
        _accelerations=accelerations,
    )
    for problem in bootstrap.problems:
        warn(problem, AdmissibilityWarning)
    return bootstrap


def _counted(directions: Bools, result: PlsResult) -> list[tuple[str, int]]:
    """Name the constructs that point the other way in some resamples."""
    layouts = [result.recipe.plan.first, result.recipe.plan.final]
    blocks = [block.name for layout in layouts if layout is not None for block in layout.blocks]
    found: dict[str, Bools] = {}
    for name, one in zip(blocks, directions.T, strict=True):
        found[name] = found.get(name, np.zeros_like(one)) | one
    return [(name, int(one.sum())) for name, one in found.items() if one.any()]


def _accelerations(quantities: Quantities, refitter: Refitter) -> Floats:
    without = np.concatenate([quantities.of(one) for one in refitter.without_each()])
    off = np.nan_to_num(mean_and_spread(without)[0] - without)
    return acceleration_of((off**2).sum(axis=0), (off**3).sum(axis=0))


def _strata(strata: ArrayLike, result: PlsResult) -> NDArray[np.intp]:
    index = result.answers.index
    if isinstance(strata, pd.Series) and index is not None and strata.index.is_unique:
        absent = index.difference(strata.index)
        if len(absent):
            raise ResponseError(
                f"strata= is a Series without {len(absent):,} of the respondents: "
                f"{shortened(absent.tolist())}. Give it the index of the data."
            )
        strata = strata.loc[index]
    codes = pd.factorize(np.asarray(strata))[0] if np.ndim(strata) == 1 else np.empty(0)
    if len(codes) != result.n:
        raise ResponseError(
            f"strata= must give one value for each of the {result.n:,} respondents of the model, "
            f"not an array of shape {np.shape(strata)}."
        )
    if (codes < 0).any():
        raise ResponseError(
            f"{int((codes < 0).sum()):,} respondents are in no stratum; give them one, or fit the "
            "model without them."
        )
    return np.asarray(codes, dtype=np.intp)
