"""How well a factor solution reproduces the correlations."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtr, chdtrc, chndtrinc

from servqual.factors.unrestricted import degrees_of_freedom

Floats = NDArray[np.float64]


class FactorFit(NamedTuple):
    """Fit of an exploratory factor solution.

    Attributes
    ----------
    chi2 : float
        With Bartlett's correction.
    df : int
        NaN for components.
    p_value : float
    rmsea, rmsea_low, rmsea_high : float
        Root mean square error of approximation and its 90 % interval.
    tli : float
        Tucker-Lewis index.
    rmsr : float
        Root mean square of the residual correlations off the diagonal.
    """

    chi2: float
    df: float
    p_value: float
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    tli: float
    rmsr: float


def factor_fit(correlation: Floats, loadings: Floats, uniquenesses: Floats, n: int) -> FactorFit:
    r"""Compare a solution with the correlations it was extracted from.

    Parameters
    ----------
    correlation : ndarray of shape (p, p)
    loadings : ndarray of shape (p, m)
        Of uncorrelated factors.
    uniquenesses : ndarray of shape (p,)
    n : int
        Respondents.

    Notes
    -----
    With :math:`F = \log|\Sigma| + \operatorname{tr}(R\Sigma^{-1}) - \log|R| - p`, whatever the
    solution minimised, :math:`\chi^2 = n' F` with :math:`n' = n - 1 - (2p + 5)/6 - 2m/3` [1]_. The
    root mean square error of approximation is :math:`\sqrt{\max(\chi^2 - df, 0)/(df (n - 1))}`
    [2]_, its interval comes from the noncentral chi-square distribution, and the Tucker-Lewis
    index [3]_ is :math:`(F_0/df_0 - F/df)/(F_0/df_0 - 1/n')` with :math:`F_0 = -\log|R|`. All are
    NaN where the matrix is singular; those that divide by the degrees of freedom, where there are
    none.

    References
    ----------
    .. [1] Bartlett, M. S. (1951). The effect of standardization on a chi-square approximation in
       factor analysis. *Biometrika*, 38(3/4), 337-344. https://doi.org/10.2307/2332580
    .. [2] Steiger, J. H. (1990). Structural model evaluation and modification: An interval
       estimation approach. *Multivariate Behavioral Research*, 25(2), 173-180.
       https://doi.org/10.1207/s15327906mbr2502_4
    .. [3] Tucker, L. R., & Lewis, C. (1973). A reliability coefficient for maximum likelihood
       factor analysis. *Psychometrika*, 38(1), 1-10. https://doi.org/10.1007/BF02291170

    Examples
    --------
    >>> loadings = np.array([[0.8], [0.7], [0.6], [0.5]])
    >>> implied = loadings @ loadings.T
    >>> np.fill_diagonal(implied, 1)
    >>> fit = factor_fit(implied, loadings, 1 - loadings[:, 0] ** 2, 100)
    >>> abs(round(fit.chi2, 6)), fit.df
    (0.0, 2)
    """
    p, m = loadings.shape
    df = degrees_of_freedom(p, m)
    rmsr = component_fit(correlation, loadings).rmsr
    nothing = FactorFit(np.nan, df, np.nan, np.nan, np.nan, np.nan, np.nan, rmsr)
    model = loadings @ loadings.T + np.diag(uniquenesses)
    sign, log_model = np.linalg.slogdet(model)
    if np.linalg.eigvalsh(correlation)[0] < 1e-10 or sign <= 0:
        return nothing
    log_data = np.linalg.slogdet(correlation)[1]
    trace = np.trace(np.linalg.solve(model, correlation))
    least = float(max(log_model + trace - log_data - p, 0))
    size = n - 1 - (2 * p + 5) / 6 - 2 * m / 3
    if size <= 0:
        return nothing
    chi2 = size * least
    if df == 0:
        return nothing._replace(chi2=chi2)
    null = -log_data / (p * (p - 1) / 2)
    distance = null - 1 / size
    return FactorFit(
        chi2=chi2,
        df=df,
        p_value=float(chdtrc(df, chi2)),
        rmsea=float(np.sqrt(max(chi2 - df, 0) / (df * (n - 1)))),
        rmsea_low=_rmsea_end(chi2, df, n, 0.95),
        rmsea_high=_rmsea_end(chi2, df, n, 0.05),
        tli=float((null - least / df) / distance) if distance > 0 else np.nan,
        rmsr=rmsr,
    )


def component_fit(correlation: Floats, loadings: Floats) -> FactorFit:
    """Give the residual correlations of components, which have no other measure of fit."""
    p = len(correlation)
    residual = correlation - loadings @ loadings.T
    np.fill_diagonal(residual, 0)
    rmsr = float(np.sqrt((residual**2).sum() / (p * (p - 1))))
    return FactorFit(np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, np.nan, rmsr)


def _rmsea_end(chi2: float, df: int, n: int, probability: float) -> float:
    """Give the RMSEA under which chi2 has this cumulative probability."""
    if chdtr(df, chi2) <= probability:
        return 0.0
    return float(np.sqrt(chndtrinc(chi2, df, probability) / (df * (n - 1))))
