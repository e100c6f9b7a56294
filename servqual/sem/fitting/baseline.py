"""The baseline model, in which no observed variables are related."""

import numpy as np

from servqual.errors import ModelError
from servqual.sem.fitting.fit_indices import Test
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.ml import log_determinant
from servqual.sem.fitting.model_data import Group
from servqual.sem.fitting.structure import Floats


def baseline_test(fitted: Fitted) -> Test:
    """Test the baseline model against the saturated one; its estimates are in closed form.

    Every group has variances, means and thresholds of its own.
    """
    if fitted.by_squares:
        return _by_squares(fitted)
    data = fitted.data
    p = len(data.names)
    df = len(data.groups) * p * (p - 1) // 2
    patterns = fitted.patterns
    value = 0.0
    for at, (group, target) in enumerate(zip(data.groups, fitted.targets, strict=True)):
        if group.unsaturated:
            return Test(chi2=np.nan, df=df)
        if fitted.missing != "fiml":
            roots = np.log(np.diag(target.covariance)).sum()
            value += float(target.share * (roots - log_determinant(target.covariance)))
            continue
        some = patterns[at]
        mean, variance = _alone(group)
        alone = some.value(np.diag(variance), mean)
        saturated = some.value(group.covariance, np.asarray(group.moments.mean))
        if alone is None or saturated is None:
            return Test(chi2=np.nan, df=df)
        value += alone - saturated
    return Test(chi2=fitted.n * value, df=df)


def _by_squares(fitted: Fitted) -> Test:
    """Test by least squares: all but the covariances is fitted."""
    p = len(fitted.data.names)
    pairs = p * (p - 1) // 2
    value = 0.0
    for one in fitted.statistics:
        off, weights = one.values[-pairs:], one.weights[-pairs:]
        part = float(weights @ off**2)
        if one.root is not None:
            # Variances and covariances go together where the variables are turned.
            precision = one.root @ one.root.T
            fit = np.linalg.solve(precision**2, np.diag(precision))
            part = 0.5 * (p - float(fit @ np.diag(precision)))
        value += one.share * part
    return Test(
        chi2=fitted.n * value,
        df=len(fitted.statistics) * pairs,
        distributed=fitted.test.distributed,
    )


def _alone(group: Group) -> tuple[Floats, Floats]:
    """Give the mean and variance of each variable, of those who answered it."""
    if group.rows is None:
        raise ModelError("The answers themselves are needed, but only moments are at hand.")
    weights = 1.0 if group.weights is None else group.weights[:, None]
    there = ~np.isnan(group.rows) * weights
    mass = there.sum(axis=0)
    mean = np.nansum(group.rows * there, axis=0) / mass
    return mean, np.nansum((group.rows - mean) ** 2 * there, axis=0) / mass
