r"""Fit indices of scaled tests.

Names that end in `_scaled` put the scaled chi-squares into the usual formulas; those that end in
`_robust` estimate what the usual indices estimate under normality [1]_ [2]_: with k the mean of
the unscaled chi-square where the model holds (df times the scaling factor), and 0 for the
baseline model,

.. math::

   \text{CFI} = 1 - \frac{\max(\chi^2 - k, 0)}{\max(\chi^2_0 - k_0, \chi^2 - k, 0)}, \qquad
   \text{TLI} = 1 - \frac{(\chi^2 - k)/df}{(\chi^2_0 - k_0)/df_0}, \qquad
   \text{RMSEA} = \sqrt{\frac{G \max(\chi^2 - k, 0)}{n\,df}}.

References
----------
.. [1] Brosseau-Liard, P. E., & Savalei, V. (2014). Adjusting incremental fit indices for
   nonnormality. *Multivariate Behavioral Research*, 49(5), 460-470.
   https://doi.org/10.1080/00273171.2014.933697
.. [2] Brosseau-Liard, P. E., Savalei, V., & Li, L. (2012). An investigation of the sample
   performance of two nonnormality corrections for RMSEA. *Multivariate Behavioral Research*,
   47(6), 904-930. https://doi.org/10.1080/00273171.2012.715252
"""

import numpy as np
from scipy.special import chdtr, chdtrc, chndtr, chndtrinc

from servqual.sem.fitting.fit_indices import (
    CLOSE,
    NOT_CLOSE,
    RMSEA_CONFIDENCE,
    Test,
    incremental_indices,
)
from servqual.sem.robustness.scaling import Scaling


def scale(test: Test, scaling: Scaling) -> Test:
    """Scale a test."""
    if not test.df:
        return test
    usable = scaling.factor > 0
    return Test(chi2=test.chi2 / scaling.factor + scaling.shift if usable else np.nan, df=test.df)


def adjusted_test(test: Test, trace: float, square: float) -> dict[str, float]:
    r"""Adjust a test for mean and variance by its degrees of freedom, instead of by a shift.

    :math:`\chi^2 t / t_2` has :math:`t^2 / t_2` degrees of freedom, with t and :math:`t_2` the
    traces of :math:`U\Gamma` and of its square (Satorra & Bentler, 1994).
    """
    usable = test.df > 0 and square > 0
    df = trace**2 / square if usable else np.nan
    chi2 = test.chi2 * trace / square if usable else np.nan
    p_value = float(chdtrc(df, chi2)) if df > 0 else np.nan
    return {"chi2_adjusted": chi2, "df_adjusted": df, "p_value_adjusted": p_value}


def scaled_indices(
    model: Test,
    baseline: Test,
    scalings: tuple[Scaling, Scaling],
    n: int,
    n_groups: int,
) -> dict[str, float]:
    """Give the scaled tests of a model and its baseline, and every index made of them.

    Parameters
    ----------
    model, baseline : Test
        Unscaled.
    scalings : tuple of Scaling
        Of the model and of the baseline.
    n, n_groups : int
    """
    scaling, base_scaling = scalings
    scaled, base_scaled = scale(model, scaling), scale(baseline, base_scaling)
    df = model.df
    if scaling.shift:
        x, reference = scaled.chi2, float(df)
    else:
        x, reference = model.chi2, df * scaling.factor
    off = {
        "chi2_scaled": scaled.chi2,
        "df_scaled": df,
        "p_value_scaled": scaled.p_value,
        "scaling_factor": scaling.factor,
        "scaling_shift": scaling.shift,
        "baseline_chi2_scaled": base_scaled.chi2,
        "baseline_df_scaled": baseline.df,
        "baseline_p_value_scaled": base_scaled.p_value,
        "baseline_scaling_factor": base_scaling.factor,
        "baseline_scaling_shift": base_scaling.shift,
    }
    incremental = incremental_indices(scaled, base_scaled)
    if np.isnan(scaled.chi2) or np.isnan(base_scaled.chi2):
        incremental = dict.fromkeys(incremental, np.nan)
    rmsea = _rmsea(x, reference, n * reference / n_groups, excess=x - reference)
    off |= {f"{name}_scaled": value for name, value in (incremental | rmsea).items()}
    return off | robust_indices(model, baseline, scalings, n, n_groups)


def robust_indices(
    model: Test,
    baseline: Test,
    scalings: tuple[Scaling, Scaling],
    n: int,
    n_groups: int,
) -> dict[str, float]:
    """Give CFI, TLI, RNI and RMSEA of the misfit less its mean where the model holds."""
    scaling, base_scaling = scalings
    df = model.df
    excess, worst = model.chi2 - scaling.trace, baseline.chi2 - base_scaling.trace
    largest = max(excess, worst, 0.0)
    ratio = worst / baseline.df if baseline.df else np.nan
    known = not (np.isnan(excess) or np.isnan(worst))
    found = {
        "cfi": 1 - max(excess, 0.0) / largest if largest != 0 else 1.0,
        "tli": 1 - (excess / df) / ratio if df and ratio else 1.0,
        "rni": 1 - excess / worst if worst else np.nan,
    }
    if not known:
        found = dict.fromkeys(found, np.nan)
    x = scale(model, scaling).chi2
    factor = scaling.factor if scaling.factor > 0 else np.nan
    unit = n * df / n_groups
    found |= _rmsea(x, float(df), unit / factor, excess=excess / factor)
    return {f"{name}_robust": value for name, value in found.items()}


def _rmsea(x: float, df: float, unit: float, *, excess: float) -> dict[str, float]:
    """Give RMSEA and what goes with it, from a statistic of a noncentral chi-square distribution.

    Parameters
    ----------
    x, df : float
    unit : float
        What the squared RMSEA is multiplied by to give the noncentrality.
    excess : float
        The estimated noncentrality.
    """
    if df == 0:
        return dict(zip(_RMSEA, (0.0, 0.0, 0.0, np.nan, np.nan), strict=True))
    if not (np.isfinite(x) and np.isfinite(unit) and df > 0 and unit > 0):
        return dict.fromkeys(_RMSEA, np.nan)
    tail = (1 - RMSEA_CONFIDENCE) / 2
    low, high = (
        0.0 if chdtr(df, x) <= probability else float(chndtrinc(x, df, probability))
        for probability in (1 - tail, tail)
    )
    values = (
        float(np.sqrt(max(excess, 0.0) / unit)),
        float(np.sqrt(low / unit)),
        float(np.sqrt(high / unit)),
        float(1 - chndtr(x, df, CLOSE**2 * unit)),
        float(chndtr(x, df, NOT_CLOSE**2 * unit)),
    )
    return dict(zip(_RMSEA, values, strict=True))


_RMSEA = ("rmsea", "rmsea_ci_low", "rmsea_ci_high", "rmsea_p_close", "rmsea_p_not_close")
