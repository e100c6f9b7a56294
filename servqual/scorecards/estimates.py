"""A share, a net share or a mean with its error, its interval, and its distance from others."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtr, stdtrit

Floats = NDArray[np.float64]
Interval = tuple[float, float]
Difference = tuple[float, float, float, float]
LARGEST_Z = 38.0


class Estimate(Protocol):
    """What a score card needs to know of each of its figures."""

    @property
    def value(self) -> float:
        """The figure itself."""

    @property
    def se(self) -> float:
        """Its standard error; NaN where the answers give none."""

    @property
    def n_effective(self) -> float:
        """How many respondents of equal weight would tell as much."""

    def interval(self, confidence: float) -> Interval:
        """Give its interval; NaN where there is none."""

    def p_value(self, target: float) -> float:
        """Test that the true figure is the target, as the interval does."""

    def beyond(self, other: Self, confidence: float) -> Difference:
        """Give its difference from an independent one: itself, low, high, p value."""


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """A weighted mean with its error.

    Attributes
    ----------
    value : float
    se : float
        Linearised, without any factor for small samples; NaN where all answers are alike.
    n : int
    n_effective : float
    """

    value: float
    se: float
    n: int
    n_effective: float


def weigh(values: Floats, weights: Floats | None) -> Weighed:
    r"""Take a weighted mean with its linearised standard error and effective sample size.

    Notes
    -----
    The squared error of :math:`\bar x = \sum w x / \sum w` is
    :math:`\sum w^2 (x - \bar x)^2 / (\sum w)^2`. The effective sample size is the one of equal
    weights with the same error, :math:`\sum w (x - \bar x)^2 / \sum w` over the squared error
    [1]_, so equal weights give n; where all answers are alike, it is
    :math:`(\sum w)^2 / \sum w^2` [2]_.

    References
    ----------
    .. [1] Korn, E. L., & Graubard, B. I. (1998). Confidence intervals for proportions with small
       expected number of positive counts estimated from survey data. *Survey Methodology*, 24(2),
       193-201.
    .. [2] Kish, L. (1965). *Survey sampling*. Wiley.

    Examples
    --------
    >>> weigh(np.array([1.0, 0.0, 1.0, 0.0]), None)
    Weighed(value=0.5, se=0.25, n=4, n_effective=4.0)
    >>> round(weigh(np.array([1, 0, 1, 0]), np.array([1.0, 1.0, 3.0, 3.0])).n_effective, 6)
    3.2
    """
    n = len(values)
    w = np.ones(n) if weights is None else weights / weights.max()
    total = w.sum()
    mean = float(w @ values / total)
    if n < 2 or values.min() == values.max():
        kish = float(total**2 / (w @ w))
        return Weighed(value=mean, se=np.nan, n=n, n_effective=kish)
    squares = w * (values - mean) ** 2
    squared_error = float(w @ squares / total**2)
    effective = n if weights is None else float(squares.sum() / total / squared_error)
    return Weighed(value=mean, se=squared_error**0.5, n=n, n_effective=float(effective))


@dataclass(frozen=True, kw_only=True)
class Share:
    """A proportion, 0 to 1.

    Notes
    -----
    The Wilson interval inverts the score test, whose p value this gives too [1]_.

    References
    ----------
    .. [1] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical
       inference. *Journal of the American Statistical Association*, 22(158), 209-212.
       https://doi.org/10.1080/01621459.1927.10502953

    Examples
    --------
    >>> share = Share(value=0.4, se=0.15, n_effective=10, method="wilson")
    >>> low, high = share.interval(0.95)
    >>> round(low, 4), round(high, 4)
    (0.1682, 0.6873)
    """

    value: float
    se: float
    n_effective: float
    method: Literal["wilson", "wald"]

    def interval(self, confidence: float) -> Interval:
        """Give the interval that the method names, within 0 to 1."""
        return self.at(_z(confidence))

    def at(self, z: float) -> Interval:
        """Give the interval at a quantile of the normal distribution."""
        n, p = self.n_effective, self.value
        if self.method == "wald":
            return _clipped(p, z * self.se, 0)
        centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
        low = centre - half if p > 0 else 0.0  # exactly so; the difference may round to 1e-18
        high = centre + half if p < 1 else 1.0
        return float(max(low, 0)), float(min(high, 1))

    def p_value(self, target: float) -> float:
        """Test by the score test, or for Wald by the standard error of the share itself."""
        error = self.se
        if self.method == "wilson":
            error = np.sqrt(target * (1 - target) / self.n_effective)
        return _two_sided(self.value - target, error)

    def beyond(self, other: "Share", confidence: float) -> Difference:
        """Combine both intervals, which for Wilson's is Newcombe's method 10."""
        return mover(self, other, confidence)


@dataclass(frozen=True, kw_only=True)
class Net:
    r"""Promoters less detractors, -1 to 1.

    Notes
    -----
    Of n answers a share p are promoters and d detractors. The variance of one answer is
    :math:`p + d - (p - d)^2`. The adjusted Wald interval adds 3 answers, 3/4 of one to promoters
    and as many to detractors [1]_. The score interval holds every target that the score test does
    not reject, with the shares estimated under the target; it is the interval of Tango [2]_ for
    the difference of paired proportions.

    References
    ----------
    .. [1] Rocks, B. (2016). Interval estimation for the "net promoter score". *The American
       Statistician*, 70(4), 365-372. https://doi.org/10.1080/00031305.2016.1173124
    .. [2] Tango, T. (1998). Equivalence test and confidence interval for the difference in
       proportions for the paired-sample design. *Statistics in Medicine*, 17(8), 891-908.
       https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B
    """

    promoters: float
    detractors: float
    se: float
    n_effective: float
    method: Literal["adjusted_wald", "score", "wald"]

    @property
    def value(self) -> float:
        """Promoters less detractors."""
        return self.promoters - self.detractors

    def interval(self, confidence: float) -> Interval:
        """Give the interval that the method names, within -1 to 1."""
        return self.at(_z(confidence))

    def at(self, z: float) -> Interval:
        """Give the interval at a quantile of the normal distribution."""
        if self.method == "wald":
            return _clipped(self.value, z * self.se, -1)
        if self.method == "adjusted_wald":
            centre, error = self._adjusted()
            return _clipped(centre, z * error, -1)
        return self._inverted(z)

    def p_value(self, target: float) -> float:
        """Test as the interval does."""
        if self.method == "wald":
            return _two_sided(self.value - target, self.se)
        if self.method == "adjusted_wald":
            centre, error = self._adjusted()
            return _two_sided(centre - target, error)
        return _two_sided(self.value - target, self._score_error(target))

    def beyond(self, other: "Net", confidence: float) -> Difference:
        """Combine both intervals."""
        return mover(self, other, confidence)

    def _adjusted(self) -> tuple[float, float]:
        n = self.n_effective + 3
        p = (self.promoters * self.n_effective + 0.75) / n
        d = (self.detractors * self.n_effective + 0.75) / n
        return p - d, float(np.sqrt((p + d - (p - d) ** 2) / n))

    def _score_error(self, target: float) -> float:
        """Give the standard error if the target were true."""
        d = fewer_under(target, self.promoters, self.detractors)
        variance = 2 * d + abs(target) - target**2
        return float(np.sqrt(max(variance, 0) / self.n_effective))

    def _inverted(self, z: float) -> Interval:
        ends = []
        for edge, sign in ((-1.0, 1), (1.0, -1)):

            def excess(target: float, sign: int = sign) -> float:
                return sign * (self.value - target) - z * self._score_error(target)

            near = self.value - sign * 1e-12  # at the estimate itself both may be zero
            ends.append(edge if excess(edge) <= 0 else _root(excess, edge, near))
        return ends[0], ends[1]


def fewer_under(target: float, promoters: float, detractors: float) -> float:
    """Estimate the smaller of both shares by maximum likelihood if their difference were known."""
    more, fewer, net = promoters, detractors, target
    if target < 0:
        more, fewer, net = detractors, promoters, -target
    # The derivative of the likelihood in the smaller share d, d + net being the larger one, times
    # its denominators is -2 d^2 + linear d + fewer net (1 - net).
    linear = more + fewer - net * (2 - more + fewer)
    share = (linear + np.sqrt(linear**2 + 8 * fewer * net * (1 - net))) / 4
    return float(np.clip(share, 0, (1 - net) / 2))


@dataclass(frozen=True, kw_only=True)
class Mean:
    """A mean, or a smooth function of means, with Student's interval."""

    value: float
    se: float
    n: int
    n_effective: float

    @classmethod
    def of(cls, values: Floats, weights: Floats | None) -> "Mean":
        """Take the mean with its linearised standard error, times sqrt(n / (n - 1))."""
        return cls.corrected(weigh(values, weights))

    @classmethod
    def corrected(cls, weighed: Weighed) -> "Mean":
        """Take a figure and its error, times sqrt(n / (n - 1))."""
        n = weighed.n
        se = weighed.se * (n / (n - 1)) ** 0.5 if n > 1 else np.nan
        return cls(value=weighed.value, se=se, n=n, n_effective=weighed.n_effective)

    def interval(self, confidence: float) -> Interval:
        """Give Student's interval with n - 1 degrees of freedom."""
        half = float(stdtrit(max(self.n - 1, 1), 0.5 + confidence / 2)) * self.se
        return self.value - half, self.value + half

    def p_value(self, target: float) -> float:
        """Test by Student's t."""
        if np.isnan(self.se):
            return np.nan
        t = abs(self.value - target) / self.se
        return float(2 * stdtr(max(self.n - 1, 1), -t))

    def beyond(self, other: "Mean", confidence: float) -> Difference:
        """Compare with an independent mean by Welch's t."""
        difference = self.value - other.value
        if np.isnan(self.se) or np.isnan(other.se):
            return difference, np.nan, np.nan, np.nan
        one, two = self.se**2, other.se**2
        df = (one + two) ** 2 / (one**2 / (self.n - 1) + two**2 / (other.n - 1))
        error = np.sqrt(one + two)
        half = float(stdtrit(df, 0.5 + confidence / 2)) * error
        p = float(2 * stdtr(df, -abs(difference) / error))
        return difference, difference - half, difference + half, p


def mover(one: Share | Net, other: Share | Net, confidence: float) -> Difference:
    r"""Form the interval of a difference from the intervals of both figures.

    Notes
    -----
    With intervals :math:`(l_1, u_1)` and :math:`(l_2, u_2)` of independent figures, the lower end
    is :math:`d - \sqrt{(x_1 - l_1)^2 + (u_2 - x_2)^2}`, the upper one in the same way [1]_; of
    Wilson intervals it is Newcombe's method 10 [2]_. The p value is 1 less the confidence at which
    the interval just reaches 0.

    References
    ----------
    .. [1] Zou, G. Y., & Donner, A. (2008). Construction of confidence limits about effect
       measures: A general approach. *Statistics in Medicine*, 27(10), 1693-1702.
       https://doi.org/10.1002/sim.3095
    .. [2] Newcombe, R. G. (1998). Interval estimation for the difference between independent
       proportions: Comparison of eleven methods. *Statistics in Medicine*, 17(8), 873-890.
       https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I

    Examples
    --------
    >>> one = Share(value=56 / 70, se=0.0478, n_effective=70, method="wilson")
    >>> other = Share(value=48 / 80, se=0.0548, n_effective=80, method="wilson")
    >>> [round(figure, 4) for figure in mover(one, other, 0.95)]
    [0.2, 0.0524, 0.3339, 0.0081]
    """
    difference = one.value - other.value

    def ends(z: float) -> Interval:
        (l1, u1), (l2, u2) = one.at(z), other.at(z)
        low = difference - np.hypot(_positive(one.value - l1), _positive(u2 - other.value))
        high = difference + np.hypot(_positive(u1 - one.value), _positive(other.value - l2))
        return float(low), float(high)

    low, high = ends(_z(confidence))
    if np.isnan(low) or np.isnan(high):
        return difference, np.nan, np.nan, np.nan

    def margin(z: float) -> float:
        lower, upper = ends(z)
        return lower if difference > 0 else -upper

    if margin(0.0) <= 0:
        return difference, low, high, 1.0
    if margin(LARGEST_Z) > 0:
        return difference, low, high, 0.0
    return difference, low, high, float(2 * ndtr(-_root(margin, 0.0, LARGEST_Z)))


def _positive(distance: float) -> float:
    """Take an interval that does not reach its own estimate, of one respondent, as ending there."""
    return distance if np.isnan(distance) else max(distance, 0.0)


def _z(confidence: float) -> float:
    return float(ndtri(0.5 + confidence / 2))


def _clipped(centre: float, half: float, least: float) -> Interval:
    return float(np.clip(centre - half, least, 1)), float(np.clip(centre + half, least, 1))


def _two_sided(difference: float, error: float) -> float:
    if np.isnan(error):
        return np.nan
    if error == 0:
        return 1.0 if difference == 0 else 0.0
    return float(2 * ndtr(-abs(difference) / error))


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    from scipy import optimize

    if function(high) * function(low) > 0:
        return high
    return float(optimize.brentq(function, low, high, xtol=1e-14, rtol=1e-13))
