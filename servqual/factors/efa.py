"""Exploratory factor analysis."""

from collections.abc import Mapping, Sequence

import numpy as np

from servqual._frames import read_only
from servqual.errors import AdmissibilityWarning, ModelError, warn
from servqual.factors._correlations import read_correlations
from servqual.factors.extraction import Method, extract
from servqual.factors.fit import component_fit, factor_fit
from servqual.factors.rotation import Rotation, rotate
from servqual.factors.solution import FactorSolution


def fit_efa(
    data: object,
    n_factors: int,
    rotation: Rotation = "oblimin",
    method: Method = "minres",
    *,
    of: str = "gap",
    dimensions: Mapping[str, Sequence[str]] | None = None,
    kaiser: bool | None = None,
    starts: int = 1,
    seed: int | None = None,
) -> FactorSolution:
    r"""Extract factors (or components) from the correlations of items, and rotate them.

    Parameters
    ----------
    data : GapScores, PerceptionScores, ToleranceScores, frame, Sample or Moments
        Respondents with a missing item are left out.
    n_factors : int
        How many; see `parallel_analysis`.
    rotation : {"oblimin", "promax", "varimax", "geomin", "none"}, default "oblimin"
        Direct oblimin with gamma 0, promax with power 4, varimax, oblique geomin with epsilon
        0.01.
    method : {"minres", "ml", "principal_axis", "components"}, default "minres"
        Components are principal components, which are no factors, and are called so.
    of : str, default "gap"
        Which of the scores.
    dimensions : mapping of str to sequence of str, optional
        The items of each dimension, for data that do not know their dimensions.
    kaiser : bool, optional
        Whether rows are brought to length 1 for the rotation; by default for varimax and promax.
        SPSS does so for oblimin too.
    starts : int, default 1
        Starts of the rotation: close to no rotation first, then random ones. The best solution is
        kept.
    seed : int, optional
        The same seed gives the same random starts.

    Returns
    -------
    FactorSolution
        ``.loadings`` (pattern), ``.structure``, ``.factor_correlations``, ``.communalities``,
        ``.variance`` ("total variance explained"), ``.fit``, ``.congruence`` with the intended
        dimensions, ``.problems``. The display is sorted by factor and size; ``to_frame()`` is in
        input order.

    Raises
    ------
    ResponseError
        If there are no such scores or no complete row.
    ModelError
        If so many factors are not identified, an argument is none of those above, fewer than two
        items vary, or the matrix is singular where maximum likelihood is asked for.

    Warns
    -----
    AdmissibilityWarning
        Of Heywood cases, and where a minimum was not reached.

    Notes
    -----
    The model is :math:`R \approx L \Phi L' + \Psi`. Communalities are the diagonal of
    :math:`L \Phi L'`, so no rotation changes them. Each factor has a positive sum of loadings, and
    the factors stand in falling order of the diagonal of :math:`\Phi L'L`. Uniquenesses are at
    least 0.005; where the bound is reached the item is named as a Heywood case.

    References
    ----------
    .. [1] Fabrigar, L. R., Wegener, D. T., MacCallum, R. C., & Strahan, E. J. (1999). Evaluating
       the use of exploratory factor analysis in psychological research. *Psychological Methods*,
       4(3), 272-299. https://doi.org/10.1037/1082-989X.4.3.272
    .. [2] Lorenzo-Seva, U., & ten Berge, J. M. F. (2006). Tucker's congruence coefficient as a
       meaningful index of factor similarity. *Methodology*, 2(2), 57-64.
       https://doi.org/10.1027/1614-2241.2.2.57

    Examples
    --------
    >>> from servqual.moments import Moments
    >>> loadings = np.array([[0.8, 0], [0.7, 0], [0.6, 0], [0, 0.8], [0, 0.7], [0, 0.6]])
    >>> matrix = loadings @ np.array([[1, 0.5], [0.5, 1]]) @ loadings.T
    >>> np.fill_diagonal(matrix, 1)
    >>> solution = fit_efa(Moments.from_matrix(matrix, 300, names=list("abcdef")), 2)
    >>> solution.loadings.round(3) + 0
        F1   F2
    a  0.8  0.0
    b  0.7  0.0
    c  0.6  0.0
    d  0.0  0.8
    e  0.0  0.7
    f  0.0  0.6
    >>> round(float(solution.factor_correlations.at["F1", "F2"]), 3)
    0.5
    """
    if isinstance(starts, bool) or not isinstance(starts, (int, np.integer)) or starts < 1:
        raise ModelError(f"starts must be a whole number of at least 1, not {starts!r}.")
    correlations, _ = read_correlations(data, of, dimensions)
    matrix = correlations.matrix
    if method == "ml" and correlations.singular:
        raise ModelError(
            f"Maximum likelihood needs a regular matrix. {' '.join(correlations.problems())} "
            "method='minres' or 'components' can be used."
        )
    found = extract(matrix, n_factors, method)
    if kaiser is None:
        kaiser = rotation in ("varimax", "promax")
    rotated = rotate(found.loadings, rotation, kaiser=kaiser, starts=starts, seed=seed)
    if method == "components":
        fit = component_fit(matrix, found.loadings)
    else:
        fit = factor_fit(matrix, found.loadings, found.uniquenesses, correlations.n)
    names = np.array(correlations.names)[correlations.varied]
    solution = FactorSolution(
        correlations=correlations,
        method=method,
        rotation=rotation,
        kaiser=kaiser,
        pattern=read_only(correlations.spread(rotated.loadings)),
        phi=read_only(rotated.factor_correlations),
        unrotated=read_only(correlations.spread(found.loadings)),
        unique=read_only(correlations.spread(found.uniquenesses)),
        eigenvalues=read_only(np.linalg.eigvalsh(matrix)[::-1].copy()),
        fit=fit,
        converged=found.converged,
        rotation_converged=rotated.converged,
        heywood=tuple(map(str, names[found.at_bound])),
        criterion=rotated.criterion,
        starts=starts,
        n_best=rotated.n_best,
        n_distinct=rotated.n_distinct,
    )
    if solution.heywood or not (solution.converged and solution.rotation_converged):
        own = solution.problems[len(correlations.problems()) :]
        warn(" ".join(own), AdmissibilityWarning)
    return solution
