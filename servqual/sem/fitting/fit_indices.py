r"""Fit indices of a structural model, from its test, the baseline's, and the residuals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtr, chdtrc, chdtri, chndtr, chndtrinc

from servqual.sem.fitting.ml import Point, Target
from servqual.sem.fitting.statistics import Statistics
from servqual.sem.fitting.structure import Floats

CLOSE = 0.05
NOT_CLOSE = 0.08
RMSEA_CONFIDENCE = 0.90


@dataclass(frozen=True, kw_only=True)
class Test:
    """A chi-square test of a model against the saturated one."""

    __test__ = False  # not one of pytest's

    chi2: float
    df: int
    distributed: bool = True  # whether as chi-square, where the model holds

    @property
    def p_value(self) -> float:
        """Probability of a larger chi-square; NaN where there is none."""
        known = self.distributed and self.df > 0
        return float(chdtrc(self.df, self.chi2)) if known else np.nan


def incremental_indices(model: Test, baseline: Test) -> dict[str, float]:
    r"""Compare a model with the baseline in which no variables are related.

    Notes
    -----
    With :math:`d = \chi^2 - df` of the model and :math:`d_0` of the baseline: CFI
    :math:`= 1 - \max(d, 0) / \max(d, d_0, 0)` [1]_; TLI
    :math:`= (\chi^2_0/df_0 - \chi^2/df) / (\chi^2_0/df_0 - 1)` [2]_; RNI :math:`= 1 - d/d_0`;
    NFI :math:`= 1 - \chi^2/\chi^2_0`; RFI :math:`= 1 - (\chi^2/df)/(\chi^2_0/df_0)`; IFI
    :math:`= (\chi^2_0 - \chi^2)/(\chi^2_0 - df)`; PNFI :math:`= (df/df_0)` NFI.

    References
    ----------
    .. [1] Bentler, P. M. (1990). Comparative fit indexes in structural models. *Psychological
       Bulletin*, 107(2), 238-246. https://doi.org/10.1037/0033-2909.107.2.238
    .. [2] Tucker, L. R., & Lewis, C. (1973). A reliability coefficient for maximum likelihood
       factor analysis. *Psychometrika*, 38(1), 1-10. https://doi.org/10.1007/BF02291170
    """
    x, df, b, bdf = model.chi2, model.df, baseline.chi2, baseline.df
    if np.isnan(x) or np.isnan(b):
        return dict.fromkeys(_INCREMENTAL, np.nan)
    off, worst = x - df, b - bdf
    largest = max(off, worst, 0.0)
    ratio, base_ratio = _over(x, df), _over(b, bdf)
    nfi = _over(b - x, b)
    return {
        "cfi": 1.0 if largest == 0 else 1 - max(off, 0.0) / largest,
        "tli": 1.0 if df == 0 else _over(base_ratio - ratio, base_ratio - 1),
        "nfi": nfi,
        "rfi": 1.0 if df == 0 else _over(base_ratio - ratio, base_ratio),
        "ifi": _over(b - x, b - df),
        "rni": _over(worst - off, worst),
        "pnfi": _over(df, bdf) * nfi,
    }


_INCREMENTAL = ("cfi", "tli", "nfi", "rfi", "ifi", "rni", "pnfi")


def rmsea_indices(model: Test, n: int, n_groups: int = 1) -> dict[str, float]:
    r"""Give the root mean square error of approximation and what goes with it.

    Notes
    -----
    :math:`\sqrt{G \max(\chi^2 - df, 0) / (n\,df)}` [1]_ for G groups, its 90 % interval from the
    noncentral chi-square distribution, the probability of the data under an error of at most .05
    (close fit [2]_), and under one of at least .08.

    References
    ----------
    .. [1] Steiger, J. H. (1990). Structural model evaluation and modification: An interval
       estimation approach. *Multivariate Behavioral Research*, 25(2), 173-180.
       https://doi.org/10.1207/s15327906mbr2502_4
    .. [2] Browne, M. W., & Cudeck, R. (1992). Alternative ways of assessing model fit.
       *Sociological Methods & Research*, 21(2), 230-258.
       https://doi.org/10.1177/0049124192021002005
    """
    x, df = model.chi2, model.df
    if df == 0:
        return dict(zip(_RMSEA, (0.0, 0.0, 0.0, np.nan, np.nan), strict=True))
    tail = (1 - RMSEA_CONFIDENCE) / 2
    unit = n * df / n_groups
    low, high = (_noncentrality(x, df, probability) for probability in (1 - tail, tail))
    return {
        "rmsea": float(np.sqrt(max(x - df, 0) / unit)),
        "rmsea_ci_low": float(np.sqrt(low / unit)),
        "rmsea_ci_high": float(np.sqrt(high / unit)),
        "rmsea_p_close": float(1 - chndtr(x, df, CLOSE**2 * unit)),
        "rmsea_p_not_close": float(chndtr(x, df, NOT_CLOSE**2 * unit)),
    }


_RMSEA = ("rmsea", "rmsea_ci_low", "rmsea_ci_high", "rmsea_p_close", "rmsea_p_not_close")


def absolute_indices(
    model: Test, n: int, n_parameters: int, n_statistics: int, gfi: float
) -> dict[str, float]:
    r"""Give the indices that compare with nothing but the data.

    Notes
    -----
    AGFI :math:`= 1 - (t/df)(1 - GFI)` for t statistics, PGFI :math:`= (df/t)` GFI, MFI
    :math:`= \exp(-\tfrac12 (\chi^2 - df)/n)`, ECVI :math:`= (\chi^2 + 2q)/n`, and Hoelter's
    critical n :math:`= \chi^2_{1-\alpha}(df) / (\chi^2/n) + 1`.

    References
    ----------
    Hoelter, J. W. (1983). The analysis of covariance structures: Goodness-of-fit indices.
    *Sociological Methods & Research*, 11(3), 325-344. https://doi.org/10.1177/0049124183011003003
    """
    x, df = model.chi2, model.df
    return {
        "gfi": gfi,
        "agfi": 1.0 if df == 0 else 1 - n_statistics / df * (1 - gfi),
        "pgfi": df / n_statistics * gfi,
        "mfi": float(np.exp(-0.5 * (x - df) / n)),
        "ecvi": (x + 2 * n_parameters) / n,
        "cn_05": _over(float(chdtri(df, 0.05)), x / n) + 1 if df else np.nan,
        "cn_01": _over(float(chdtri(df, 0.01)), x / n) + 1 if df else np.nan,
    }


def likelihood_indices(loglik: float, saturated: float, n: int, q: int) -> dict[str, float]:
    """Give log-likelihoods and information criteria (BIC with n, adjusted with (n + 2)/24)."""
    return {
        "loglik": loglik,
        "loglik_saturated": saturated,
        "aic": -2 * loglik + 2 * q,
        "bic": -2 * loglik + q * float(np.log(n)),
        "bic_adjusted": -2 * loglik + q * float(np.log((n + 2) / 24)),
    }


def goodness_of_fit(targets: Sequence[Target], point: Point) -> float:
    r"""Give GFI, :math:`1 - e'We / s'Ws` with W the normal-theory weights of the statistics s.

    References
    ----------
    Tanaka, J. S., & Huba, G. J. (1985). A fit index for covariance structure models under arbitrary
    GLS estimation. *British Journal of Mathematical and Statistical Psychology*, 38(2), 197-201.
    https://doi.org/10.1111/j.2044-8317.1985.tb00834.x
    """
    off = whole = 0.0
    for target, implied, precision in zip(targets, point.implied, point.precision, strict=True):
        m, s = precision[0], target.covariance
        residual = m @ (s - implied.sigma[0])
        scaled = m @ s
        part, of = 0.5 * (residual * residual.T).sum(), 0.5 * (scaled * scaled.T).sum()
        if implied.mu is not None and target.mean is not None:
            d = target.mean - implied.mu[0]
            part += d @ m @ d
            of += target.mean @ m @ target.mean
        off += target.share * float(part)
        whole += target.share * float(of)
    return 1 - off / whole


def weighted_goodness_of_fit(
    statistics: Sequence[Statistics], residuals: Sequence[Floats]
) -> float:
    r"""Give GFI, :math:`1 - e'We / s'Ws` with W the weights of least squares."""
    off = whole = 0.0
    for one, e in zip(statistics, residuals, strict=True):
        off += one.n * float(one.weights @ e**2)
        whole += one.n * float(one.weights @ one.values**2)
    return 1 - off / whole


def residual_indices(
    targets: Sequence[Target], compared: Sequence[tuple[Floats, Floats | None]]
) -> dict[str, float]:
    r"""Give root mean square residuals.

    Notes
    -----
    RMR of the covariances, SRMR of :math:`(s_{ij} - \sigma_{ij})/\sqrt{s_{ii} s_{jj}}` over the
    p(p + 1)/2 of them [1]_, with a mean structure the standardised mean residuals
    :math:`(\bar x_i - \mu_i)/\sqrt{s_{ii}}`, too, over p(p + 1)/2 + p; CRMR of the correlations.
    Names that end in `_nomean` leave the means out. Groups count by their respondents. Of ordered
    variables the covariances are those of latent responses, over p(p + 1)/2, without thresholds.

    References
    ----------
    .. [1] Bentler, P. M. (1995). *EQS structural equations program manual*. Multivariate Software.
    """
    sums: dict[str, float] = dict.fromkeys(_RESIDUAL, 0.0)
    for target, (sigma, mu) in zip(targets, compared, strict=True):
        mean = None if mu is None or target.mean is None else (target.mean, mu)
        for name, value in _residuals(target.covariance, sigma, mean).items():
            sums[name] += target.share * value
    return sums


_RESIDUAL = ("srmr", "srmr_nomean", "rmr", "rmr_nomean", "crmr", "crmr_nomean")


def _residuals(s: Floats, sigma: Floats, means: tuple[Floats, Floats] | None) -> dict[str, float]:
    p = len(s)
    at = np.tril_indices(p)
    spread = np.sqrt(np.diag(s))
    plain = (s - sigma)[at]
    scaled = ((s - sigma) / np.outer(spread, spread))[at]
    implied = np.sqrt(np.diag(sigma))
    of_correlations = (s / np.outer(spread, spread) - sigma / np.outer(implied, implied))[at]
    kinds = {"srmr": scaled, "rmr": plain, "crmr": of_correlations}
    of_means = {name: np.zeros(0) for name in kinds}
    if means is not None:
        of_means = {
            "srmr": (means[0] - means[1]) / spread,
            "rmr": means[0] - means[1],
            "crmr": means[0] / spread - means[1] / implied,
        }
    found = {}
    for name, values in kinds.items():
        every = np.concatenate([values, of_means[name]])
        # The diagonal of a correlation matrix has no residuals.
        left = p if name == "crmr" else 0
        found[name] = _root_mean(every, len(every) - left)
        found[f"{name}_nomean"] = _root_mean(values, len(values) - left)
    return found


def _root_mean(values: Floats, count: int) -> float:
    return float(np.sqrt((values**2).sum() / count)) if count else 0.0


def _noncentrality(x: float, df: int, probability: float) -> float:
    """Give the noncentrality under which x has this cumulative probability; 0 if there is none."""
    return 0.0 if chdtr(df, x) <= probability else float(chndtrinc(x, df, probability))


def _over(one: float, other: float) -> float:
    return one / other if other else np.nan
