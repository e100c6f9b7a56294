r"""How large errors of prediction are, and whether those of two predictions differ.

The loss of a row is the mean of its squared errors over indicators. The mean of the differences
:math:`d_i` between two losses is tested as :math:`t = \bar d / (s_d / \sqrt n)` with n - 1
degrees of freedom: the cross-validated predictive ability test [1]_.

References
----------
.. [1] Liengaard, B. D., Sharma, P. N., Hult, G. T. M., Jensen, M. B., Sarstedt, M., Hair, J. F., &
   Ringle, C. M. (2021). Prediction: Coveted, yet forsaken? Introducing a cross-validated
   predictive ability test in partial least squares path modeling. *Decision Sciences*, 52(2),
   362-392. https://doi.org/10.1111/deci.12445
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from servqual.pls.fitting.regressions import Floats


@dataclass(frozen=True, kw_only=True)
class LossDifference:
    """The mean loss of a prediction and of its benchmark, and the test of their difference."""

    loss: float
    benchmark: float
    se: float
    t: float
    df: int
    p: float

    @property
    def difference(self) -> float:
        """Negative where the prediction is better than its benchmark."""
        return self.loss - self.benchmark


def mean_over_rows(values: Floats, weights: Floats) -> Floats:
    """Average (repeats, n, q) over repeats and rows, leaving out NaN: (q,)."""
    held = np.isfinite(values)
    counts = np.where(held, weights[:, None], 0.0).sum(axis=(0, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(held, values * weights[:, None], 0.0).sum(axis=(0, 1)) / counts


def row_losses(errors: Floats) -> Floats:
    """Average the squared errors (repeats, n, q) of each row: (n,); NaN where there are none."""
    squares = (errors**2).mean(axis=2)
    held = np.isfinite(squares)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(held, squares, 0.0).sum(axis=0) / held.sum(axis=0)


def compare_losses(losses: Floats, benchmark: Floats, weights: Floats) -> LossDifference:
    """Test the difference between two losses of the same rows, (n,) each.

    With sampling weights, the standard error is that of a weighted mean.
    """
    usable = np.isfinite(losses) & np.isfinite(benchmark)
    n = int(usable.sum())
    if n < 2:
        nan = float("nan")
        return LossDifference(loss=nan, benchmark=nan, se=nan, t=nan, df=0, p=nan)
    share = weights[usable] / weights[usable].sum()
    one, other = losses[usable], benchmark[usable]
    apart = one - other
    mean = float(share @ apart)
    se = float(np.sqrt((share**2 @ (apart - mean) ** 2) * n / (n - 1)))
    t = mean / se if se > 0 else float("nan")
    return LossDifference(
        loss=float(share @ one),
        benchmark=float(share @ other),
        se=se,
        t=t,
        df=n - 1,
        p=float(2 * stdtr(n - 1, -abs(t))),
    )
