"""Counts, means and variances of rows that arrive in chunks."""

from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Tally:
    """Count, mean, variance and standard error of q variables whose rows arrive in chunks.

    With sampling weights w, the mean is sum(w x) / sum(w), the variance n / (n - 1) times the
    weighted mean squared deviation, and the squared standard error the linearised
    n / (n - 1) sum(w**2 (x - mean)**2) / sum(w)**2. Equal weights give the usual figures.
    """

    def __init__(self, q: int) -> None:
        self.n = np.zeros(q, dtype=np.int64)
        self._shift: Floats | None = None
        self._sums = np.zeros((2, 3, q))  # for w and w**2: the sums of 1, x and x**2
        self._weighted = False

    def add(self, block: NDArray[Any], weights: Floats | None, *, gaps: bool) -> None:
        """Add a (q, m) block of values, which is used up; `gaps` says that it may hold NaN."""
        m = block.shape[1]
        if m == 0:
            return
        if block.dtype == np.float64:
            block -= self._centre(block)[:, None]
        if weights is None and not gaps:
            self.n += m
            self._sums[0, 0] += m
            self._sums[0, 1] += block @ np.ones(m, dtype=block.dtype)
            self._sums[0, 2] += np.vecdot(block, block)
            return
        present = ~np.isnan(block)
        block = np.where(present, block, 0)
        squared = block * block
        w = np.ones(m) if weights is None else weights
        self._weighted |= weights is not None
        self.n += (present & (w > 0)).sum(axis=1)
        for powered, sums in ((w, self._sums[0]), (w * w, self._sums[1])):
            for values, row in ((present, sums[0]), (block, sums[1]), (squared, sums[2])):
                row += values @ powered

    def _centre(self, block: Floats) -> Floats:
        """Move each variable near zero, so that a small variance survives a large mean."""
        if self._shift is None or np.isnan(self._shift).any():
            first = np.argmax(~np.isnan(block), axis=1)
            found = block[np.arange(len(block)), first]
            known = found if self._shift is None else self._shift
            self._shift = np.where(np.isnan(known), found, known)
        return np.nan_to_num(self._shift)

    def statistics(self) -> "Statistics":
        """Give what was tallied, NaN where there are too few rows."""
        weight, linear, square = self._sums[0]
        correction = _ratio(self.n, np.where(self.n > 1, self.n - 1, 0))
        centred = _ratio(linear, weight)
        variance = np.maximum(_ratio(square - linear * centred, weight), 0) * correction
        squared_error = _ratio(variance, self.n)
        if self._weighted:
            mass, linear, square = self._sums[1]
            spread = square - 2 * centred * linear + centred**2 * mass
            squared_error = np.maximum(_ratio(spread, weight**2), 0) * correction
        return Statistics(
            n=self.n,
            mean=centred if self._shift is None else centred + self._shift,
            variance=variance,
            standard_error=np.sqrt(squared_error),
        )


class WholeTally:
    """Exact sums and cross products of q whole-number variables, without weights or gaps.

    `pairs` says which cross products are kept: those of all variables, or those of the first half
    with the second half, variable by variable.
    """

    def __init__(self, q: int, *, pairs: Literal["all", "halves"]) -> None:
        self.n = 0
        self.sums = np.zeros(q)
        self._all = pairs == "all"
        self.products = np.zeros((q, q) if self._all else (3, q // 2))

    def add(self, block: NDArray[Any]) -> None:
        """Add a (q, m) block whose sums and products are exact in its type."""
        m = block.shape[1]
        self.n += m
        self.sums += block @ np.ones(m, dtype=block.dtype)
        if self._all:
            self.products += block @ block.T
            return
        upper, lower = block[: len(block) // 2], block[len(block) // 2 :]
        self.products[0] += np.vecdot(upper, upper)
        self.products[1] += np.vecdot(lower, lower)
        self.products[2] += np.vecdot(upper, lower)

    def halves(self) -> dict[str, "Statistics"]:
        """Statistics of both halves and of their difference."""
        upper, lower = np.split(self.sums, 2)
        squares, squares_lower, cross = self.products
        return {
            "upper": whole_statistics(self.n, upper, squares),
            "lower": whole_statistics(self.n, lower, squares_lower),
            "score": whole_statistics(self.n, upper - lower, squares + squares_lower - 2 * cross),
        }

    def difference(self) -> "WholeTally":
        """Tally the first half minus the second half."""
        half = len(self.sums) // 2
        tally = WholeTally(half, pairs="all")
        tally.n = self.n
        tally.sums = self.sums[:half] - self.sums[half:]
        upper, lower = self.products[:half], self.products[half:]
        tally.products = upper[:, :half] - upper[:, half:] - lower[:, :half] + lower[:, half:]
        return tally

    def half(self, start: int, stop: int) -> "WholeTally":
        """Tally some of the variables."""
        tally = WholeTally(stop - start, pairs="all")
        tally.n = self.n
        tally.sums = self.sums[start:stop]
        tally.products = self.products[start:stop, start:stop]
        return tally

    def combined(self, weights: Floats) -> "Statistics":
        """Statistics of linear combinations, weights of shape (r, q)."""
        n = self.n
        centred = _exact(n, self.sums[:, None], self.sums[None, :], self.products)
        variance = np.einsum("ri,ij,rj->r", weights, centred, weights)
        return _of_moments(n, weights @ self.sums / n, np.maximum(variance, 0))


class Statistics(NamedTuple):
    """Count, mean, variance and standard error of the mean, each of shape (q,)."""

    n: NDArray[np.int64]
    mean: Floats
    variance: Floats
    standard_error: Floats

    def rows(self, at: slice) -> "Statistics":
        """Give some of the variables."""
        return Statistics(
            n=self.n[at],
            mean=self.mean[at],
            variance=self.variance[at],
            standard_error=self.standard_error[at],
        )


def whole_statistics(n: int, sums: Floats, squares: Floats) -> Statistics:
    """Statistics of whole numbers from their exact sums and sums of squares."""
    return _of_moments(n, sums / n, _exact(n, sums, sums, squares))


def _exact(n: int, sums: Floats, others: Floats, products: Floats) -> Floats:
    """Covariances from whole sums, in Python's integers, so that a constant has exactly none."""
    if n < 2:
        return np.full(np.shape(products), np.nan)
    one, other, product = (
        np.broadcast_to(values, np.shape(products)).ravel().tolist()
        for values in (sums, others, products)
    )
    scatter = [
        n * int(both) - int(a) * int(b) for a, b, both in zip(one, other, product, strict=True)
    ]
    return np.array([value / (n * (n - 1)) for value in scatter]).reshape(np.shape(products))


def _of_moments(n: int, mean: Floats, variance: Floats) -> Statistics:
    return Statistics(
        n=np.full(len(mean), n, dtype=np.int64),
        mean=mean,
        variance=variance,
        standard_error=np.sqrt(variance / n),
    )


def _ratio(above: NDArray[Any], below: NDArray[Any]) -> Floats:
    return np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below != 0)
