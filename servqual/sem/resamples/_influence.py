"""How much each row moves the estimates: what the acceleration of an interval is made of."""

import numpy as np

from servqual.resampling import acceleration_of
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.information import scores_of_rows
from servqual.sem.fitting.structure import Floats
from servqual.sem.resamples._draws import SOLUTIONS, Of, Quantities
from servqual.sem.resamples._refit import GroupRows

_CHUNK = 4096


def influence(fitted: Fitted, rows: tuple[GroupRows, ...], inverse: Floats) -> Floats:
    """Give the empirical influence (n, q) of each row on the estimates, up to a factor.

    The casewise derivatives of the log-likelihood times the inverse of the observed information;
    as groups keep their sizes, about the mean of the group.
    """
    structure = fitted.structure
    found = np.zeros((sum(len(one.rows) for one in rows), structure.n_parameters))
    sets, patterns = fitted.sets, fitted.patterns
    for layout, own, at, of, group in zip(
        structure.layouts, sets, patterns, rows, fitted.data.groups, strict=True
    ):
        implied = own.implied
        mu = np.asarray(group.moments.mean) if implied.mu is None else implied.mu[0]
        for start in range(0, len(of.rows), _CHUNK):
            some = slice(start, start + _CHUNK)
            precision = own.precision[at.of[some]] if len(at.of) else own.precision[0]
            off = np.nan_to_num(of.rows[some] - mu)
            by_cells = np.zeros((len(off), len(structure.rows)))
            by_cells[:, layout.at] = scores_of_rows(layout, implied, precision, off)
            found[of.at][some] = structure.gradient(by_cells) @ inverse
        if of.weights is not None:
            found[of.at] *= of.weights[:, None]
        found[of.at] -= found[of.at].mean(axis=0)
    return found


def accelerations(fitted: Fitted, quantities: Quantities, influences: Floats) -> dict[Of, Floats]:
    """Give the acceleration of each value (k,)."""
    found: dict[Of, Floats] = {}
    for of in SOLUTIONS:
        slopes = quantities.slopes(fitted.parameters, of)
        squares, cubes = np.zeros(len(slopes)), np.zeros(len(slopes))
        for start in range(0, len(influences), _CHUNK):
            moved = influences[start : start + _CHUNK] @ slopes.T
            squares += (moved**2).sum(axis=0)
            cubes += (moved**3).sum(axis=0)
        found[of] = acceleration_of(squares, cubes)
    return found
