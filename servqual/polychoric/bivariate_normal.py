"""The bivariate normal distribution at many corners at once."""

import functools
import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, owens_t

Floats = NDArray[np.float64]

_STEEP = 0.925
_RULES = ((0.3, 6), (0.75, 12), (_STEEP, 20))


def bivariate_cdf(h: Floats, k: Floats, rho: Floats, *, coarse: bool = False) -> Floats:
    r"""Give P(X < h, Y < k) of standard normal X and Y.

    Parameters
    ----------
    h, k : ndarray of shape (m, ...)
        Finite limits, of one shape.
    rho : ndarray of shape (m,)
        One correlation for each first index, between -1 and 1 (excluded).
    coarse : bool, default False
        Whether half the nodes will do, which leave errors of some 1e-9.

    Notes
    -----
    With :math:`|\rho| < .925` a Gauss-Legendre rule of 6, 12 or 20 nodes [1]_ [2]_ for

    .. math:: \Phi(h)\Phi(k) + \frac{1}{2\pi} \int_0^{\arcsin \rho}
              \exp\Big(-\frac{h^2 + k^2 - 2hk\sin\theta}{2\cos^2\theta}\Big) d\theta,

    and with steeper ones Owen's T function.

    References
    ----------
    .. [1] Drezner, Z., & Wesolowsky, G. O. (1990). On the computation of the bivariate normal
       integral. *Journal of Statistical Computation and Simulation*, 35(1-2), 101-107.
       https://doi.org/10.1080/00949659008811236
    .. [2] Genz, A. (2004). Numerical computation of rectangular bivariate and trivariate normal
       and t probabilities. *Statistics and Computing*, 14(3), 251-260.
       https://doi.org/10.1023/B:STCO.0000035304.20635.31

    Examples
    --------
    >>> origin = np.zeros((1, 1))
    >>> bivariate_cdf(origin, origin, np.array([0.5])).round(6)  # 1/4 + arcsin(rho) / (2 pi)
    array([[0.333333]])
    """
    found = np.empty(h.shape)
    if not found.size:
        return found
    size = np.abs(rho)
    least = 0.0
    for most, all_nodes in _RULES:
        nodes = all_nodes // 2 if coarse else all_nodes
        at = np.flatnonzero((size >= least) & (size < most))
        if len(at) == len(rho):
            return _by_quadrature(h, k, rho, nodes)
        if len(at):
            found[at] = _by_quadrature(h[at], k[at], rho[at], nodes)
        least = most
    at = np.flatnonzero(size >= _STEEP)
    if len(at):
        wide = rho[at].reshape(-1, *(1,) * (h.ndim - 1))
        found[at] = _by_owen(h[at], k[at], wide)
    return found


def bivariate_density(h: Floats, k: Floats, rho: Floats) -> Floats:
    """Give the density at (h, k), which is the derivative of the probability by rho.

    Examples
    --------
    >>> bivariate_density(np.zeros(1), np.zeros(1), np.array([0.6])).round(6)  # 1 / (2 pi .8)
    array([0.198944])
    """
    rest = (1 - rho) * (1 + rho)
    # As a square plus a remainder, so that nothing cancels where rho is near -1 or 1.
    away = (h - rho * k) ** 2 / rest + k * k
    density: Floats = np.exp(-away / 2) / (2 * math.pi * np.sqrt(rest))
    return density


def _by_quadrature(h: Floats, k: Floats, rho: Floats, nodes: int) -> Floats:
    at, weight = _rule(nodes)
    m, flat = len(rho), (len(rho), 1, -1)
    angle = np.arcsin(rho)
    theta = angle[:, None] * (at + 1) / 2
    sine = np.sin(theta)
    cosine2 = 1 / ((1 - sine) * (1 + sine))
    product = (h * k).reshape(flat)
    squares = (h * h + k * k).reshape(flat) / 2
    power = product * (sine * cosine2)[:, :, None]
    power -= squares * cosine2[:, :, None]
    np.exp(power, out=power)
    integral = np.matmul(weight, power).reshape(h.shape)
    share = (angle / (4 * math.pi)).reshape(m, *(1,) * (h.ndim - 1))
    found: Floats = ndtr(h) * ndtr(k) + share * integral
    return found


@functools.cache
def _rule(nodes: int) -> tuple[Floats, Floats]:
    at, weight = np.polynomial.legendre.leggauss(nodes)
    return at, weight


def _by_owen(h: Floats, k: Floats, rho: Floats) -> Floats:
    """Use Owen (1956), with the parts of both limits taken from the smaller tail."""
    root = np.sqrt((1 - rho) * (1 + rho))
    found = (ndtr(h) + ndtr(k)) / 2 - _part(h, k, rho, root) - _part(k, h, rho, root)
    apart = (h * k < 0) | ((h * k == 0) & (h + k < 0))
    found -= np.where(apart, 0.5, 0.0)
    at_origin = (h == 0) & (k == 0)
    if at_origin.any():
        found = np.where(at_origin, 0.25 + np.arcsin(rho) / (2 * math.pi), found)
    bounded: Floats = np.clip(found, 0.0, np.minimum(ndtr(h), ndtr(k)))
    return bounded


def _part(h: Floats, k: Floats, rho: Floats, root: Floats) -> Floats:
    # k - rho h, written so that it stays exact where k is near h and rho near 1 (or -1).
    sign = np.sign(rho)
    over = (k - sign * h) + sign * (1 - np.abs(rho)) * h
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = over / (h * root)
    at_zero = np.where(over >= 0, 0.25, -0.25)
    part: Floats = np.where(h == 0, at_zero, owens_t(h, np.where(h == 0, 0.0, slope)))
    return part
