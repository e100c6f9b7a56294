"""Correlations of scale scores, freed of what a marker variable shares with them."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import stdtr

from servqual.moments import Moments


def score_correlations(moments: Moments, scales: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Correlate the means of the items of each scale."""
    at = {name: i for i, name in enumerate(moments.names)}
    weights = np.zeros((len(scales), len(at)))
    for row, items in enumerate(scales.values()):
        weights[row, [at[item] for item in items]] = 1 / len(items)
    covariance = weights @ moments.covariance @ weights.T
    spread = np.sqrt(np.diag(covariance))
    return pd.DataFrame(
        covariance / np.outer(spread, spread), index=list(scales), columns=list(scales)
    )


def adjusted_correlations(
    moments: Moments,
    scales: Mapping[str, Sequence[str]],
    marker: Sequence[str],
    marker_correlation: float | None,
) -> tuple[pd.DataFrame, float]:
    r"""Partial a marker out of the correlations of scale scores.

    Returns
    -------
    DataFrame
        One row a pair: lhs, rhs, correlation, marker_lhs and marker_rhs (their correlations with
        the marker), adjusted, t, p_value, and partial.
    float
        The correlation :math:`r_M` that is taken as the method's; NaN if none is positive.

    Notes
    -----
    :math:`r_A = (r - r_M)/(1 - r_M)`, :math:`t = r_A / \sqrt{(1 - r_A^2)/(n - 3)}`.
    """
    key = "marker"
    while key in scales:
        key += "_"
    every = score_correlations(moments, {**scales, key: tuple(marker)})
    with_marker = every[key].drop(key)
    r_marker = marker_correlation
    if r_marker is None:
        positive = with_marker[with_marker > 0]
        r_marker = float(positive.min()) if len(positive) else np.nan
    rows = []
    for one, other in combinations(scales, 2):
        r, a, b = (float(x) for x in (every[one][other], with_marker[one], with_marker[other]))
        adjusted = (r - r_marker) / (1 - r_marker)
        t = adjusted / np.sqrt((1 - adjusted**2) / (moments.n - 3))
        rows.append(
            {
                "lhs": one,
                "rhs": other,
                "correlation": r,
                "marker_lhs": a,
                "marker_rhs": b,
                "adjusted": adjusted,
                "t": t,
                "p_value": 2 * float(stdtr(moments.n - 3, -abs(t))),
                "partial": (r - a * b) / np.sqrt((1 - a**2) * (1 - b**2)),
            }
        )
    return pd.DataFrame(rows), r_marker
