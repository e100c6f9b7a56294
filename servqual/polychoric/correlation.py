"""Correlations of the normal variables that ordered answers are taken to be cut from."""

from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from servqual._frames import read_only
from servqual.errors import (
    AdmissibilityWarning,
    MissingResponseWarning,
    ResponseError,
    warn,
)
from servqual.polychoric._smoothing import smoothed
from servqual.polychoric._source import Source, read_source
from servqual.polychoric.latent import EMPTY_CELLS, Latent, estimate
from servqual.polychoric.prepared import Missing, Prepared, prepare
from servqual.polychoric.solution import SINGULAR, PolychoricCorrelation


def polychoric_correlation(
    data: object,
    *,
    of: str = "perception",
    ordered: Collection[str] | None = None,
    missing: Missing = "listwise",
    weights: str | ArrayLike | None = None,
    empty_cells: float | tuple[float, float] = EMPTY_CELLS,
    smooth: bool = False,
) -> PolychoricCorrelation:
    r"""Correlate the normal variables that ordered answers are taken to be cut from.

    Parameters
    ----------
    data : frame, Sample, GapScores, PerceptionScores or ToleranceScores
        One row a respondent. Categories are numbers, or ordered categories of any labels.
    of : str, default "perception"
        Which answers of scores. Gaps are refused: a difference is no ordered category.
    ordered : collection of str, optional
        The ordered variables, all by default. Others are continuous: theirs with ordered ones are
        polyserial, and with each other Pearson's correlations.
    missing : {"listwise", "pairwise"}, default "listwise"
        Complete rows only, or each threshold and correlation from the rows that have the answers.
    weights : str or array_like of shape (n,), optional
        Sampling weights of a frame; scores and samples have their own.
    empty_cells : float or tuple of (float, float), default (0.5, 0)
        What is added to the empty cell of a 2 x 2 table (whose margins are kept), and to each
        empty cell of a larger one. One number serves both.
    smooth : bool, default False
        Whether a matrix that is not positive definite is replaced by the nearest that is.

    Returns
    -------
    PolychoricCorrelation
        ``.correlation`` and ``.se`` (square), ``.thresholds`` (tidy), ``.problems``;
        ``.to_moments()`` goes into `fit_efa` and `factorability`. `parallel_analysis` takes it
        too, but draws continuous data, whose eigenvalues scatter less than polychoric ones.

    Raises
    ------
    ResponseError
        If differences are asked for, a variable has more than 20 categories, categories have no
        order, or fewer than two variables vary.

    Warns
    -----
    MissingResponseWarning
        How many rows are incomplete.
    AdmissibilityWarning
        Of variables and pairs without a correlation, answers in perfect order, and a matrix that
        is not positive definite.

    Notes
    -----
    An answer is category k if the latent response lies between the thresholds
    :math:`\tau_{k-1}` and :math:`\tau_k`. Two steps [1]_: thresholds are the normal quantiles of
    the cumulative shares of each variable, and then each correlation maximises

    .. math:: \sum_{a,b} n_{ab} \log P_{ab}(\rho), \qquad
              P_{ab} = \int_{\tau_{a-1}}^{\tau_a} \int_{\tau'_{b-1}}^{\tau'_b}
              \phi_2(x, y; \rho)\, dy\, dx.

    Of two variables with two categories it is the tetrachoric correlation. Polyserial ones
    maximise the likelihood of the categories given the continuous variable [2]_. Standard errors
    allow for estimated thresholds (means, variances) and sampling weights [3]_; of what involves a
    continuous variable, they do not need it to be normal. Answers in perfect order have the
    correlation 1 or -1, which is named in ``.problems``. Checked against lavCor of R's lavaan.

    References
    ----------
    .. [1] Olsson, U. (1979). Maximum likelihood estimation of the polychoric correlation
       coefficient. *Psychometrika*, 44(4), 443-460. https://doi.org/10.1007/BF02296207
    .. [2] Olsson, U., Drasgow, F., & Dorans, N. J. (1982). The polyserial correlation
       coefficient. *Psychometrika*, 47(3), 337-347. https://doi.org/10.1007/BF02294164
    .. [3] Muthén, B. (1984). A general structural equation model with dichotomous, ordered
       categorical, and continuous latent variable indicators. *Psychometrika*, 49(1), 115-132.
       https://doi.org/10.1007/BF02294210

    Examples
    --------
    >>> import pandas as pd
    >>> table = [[30, 10], [10, 30]]
    >>> rows = [(a, b) for a in (0, 1) for b in (0, 1) for _ in range(table[a][b])]
    >>> polychoric_correlation(pd.DataFrame(rows, columns=["A", "B"]))
    Tetrachoric correlations of 2 variables; n = 80 (complete rows)
        A   B
    A 1.000
    B 0.707 1.0
    """
    source = read_source(data, of, weights)
    chosen = tuple(source.columns) if ordered is None else _names(ordered)
    prepared = prepare(source.columns, chosen, source.weights, missing, source.declared)
    varied = len(prepared.names) - len(prepared.constant) - len(prepared.blank)
    if varied < 2:
        raise ResponseError(
            f"At least two variables must vary; {varied} of {len(prepared.names)} do."
        )
    latent = estimate(prepared, _two_numbers(empty_cells), "observed")
    found = _result(latent, source, smooth)
    _warn_of(found, prepared)
    return found


def _result(latent: Latent, source: Source, smooth: bool) -> PolychoricCorrelation:
    prepared = latent.prepared
    matrix, smallest, changed = latent.correlation, np.nan, None
    if not np.isnan(matrix).any():
        smallest = float(np.linalg.eigvalsh(matrix)[0])
        if smooth and smallest <= SINGULAR:
            matrix = smoothed(matrix)
            change = np.abs(matrix - latent.correlation)
            one, other = np.unravel_index(int(change.argmax()), change.shape)
            changed = (float(change.max()), prepared.names[one], prepared.names[other])
    seen = np.array([prepared.seen(at) for at in range(len(prepared.names))], dtype=np.float64)
    return PolychoricCorrelation(
        names=prepared.names,
        scales=tuple(_scale(levels) for levels in prepared.levels),
        matrix=read_only(matrix),
        errors=read_only(latent.se),
        pairs=read_only(np.rint(seen @ seen.T).astype(np.int64)),
        threshold_rows=tuple(_threshold_rows(latent, source)),
        facts=latent.facts,
        smallest=smallest,
        changed=changed,
        weight=float(prepared.weights.sum()),
        weight_squares=float((prepared.weights**2).sum()),
        of=source.of,
        instrument=source.instrument,
    )


def _scale(levels: tuple[float, ...] | None) -> str:
    if levels is None:
        return "continuous"
    return "two" if len(levels) == 2 else "ordered"


def _threshold_rows(latent: Latent, source: Source) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    weights = latent.prepared.weights
    for at, name in enumerate(latent.prepared.names):
        values = latent.thresholds(at)
        if not len(values):
            continue
        declared = source.declared.get(name, {})
        labels = [declared.get(level, f"{level:g}") for level in latent.prepared.levels[at] or ()]
        errors = np.linalg.norm(weights * latent.margin_casewise(at), axis=1) / len(weights)
        rows += [
            (name, k + 1, labels[k], labels[k + 1], float(values[k]), float(errors[k]))
            for k in range(len(values))
        ]
    return rows


def _names(ordered: Collection[str]) -> tuple[str, ...]:
    if isinstance(ordered, (str, bool)):
        raise ResponseError(f"ordered must be the names of columns in a list, not {ordered!r}.")
    return tuple(map(str, ordered))


def _two_numbers(empty_cells: float | tuple[float, float]) -> tuple[float, float]:
    pair = (empty_cells, empty_cells) if isinstance(empty_cells, (int, float)) else empty_cells
    try:
        small, large = (float(value) for value in pair)
    except (TypeError, ValueError) as error:
        raise ResponseError(
            "empty_cells must be one number, or two: for 2 x 2 tables and for larger ones, not "
            f"{empty_cells!r}."
        ) from error
    if not (0 <= small < 1 and 0 <= large < 1):
        raise ResponseError(
            f"empty_cells must be at least 0 and less than one answer, not {empty_cells!r}."
        )
    return small, large


def _warn_of(found: PolychoricCorrelation, prepared: Prepared) -> None:
    left_out = prepared.n_rows - prepared.n
    if prepared.missing == "listwise" and left_out:
        warn(
            f"{left_out:,} of {prepared.n_rows:,} rows are incomplete (or of weight 0) and left "
            "out.",
            MissingResponseWarning,
        )
    elif found.fewest < prepared.n_rows:
        warn(
            f"Some answers are missing; each correlation comes from the rows with both: from "
            f"{found.fewest:,} of {prepared.n_rows:,} at the fewest.",
            MissingResponseWarning,
        )
    if found.problems:
        warn(" ".join(found.problems), AdmissibilityWarning)
