"""Least squares of an outcome on the quadratic polynomial in two variables."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from servqual.priorities.surface.polynomial import moved
from servqual.regression import Errors, Regression, regress
from servqual.reliability._gap_parts import quadratic_terms

Floats = NDArray[np.float64]

PARAMETERS = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class Coordinates:
    """Where and how wide the pairs lie: fits are made in standard units, where they are sound."""

    middle: tuple[float, float]
    width: tuple[float, float]

    @classmethod
    def of(cls, x: Floats, y: Floats) -> "Coordinates":
        """Take means and standard deviations; both must vary."""
        return cls(
            middle=(float(x.mean()), float(y.mean())), width=(float(x.std()), float(y.std()))
        )

    def standard(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Give x and y in standard units."""
        return (x - self.middle[0]) / self.width[0], (y - self.middle[1]) / self.width[1]

    @property
    def back(self) -> Floats:
        """The matrix from coefficients in standard units to those in x and y."""
        return moved(*self.middle, *self.width)


def fit_polynomial(
    z: Floats, x: Floats, y: Floats, weights: Floats | None, errors: Errors
) -> Regression | str:
    """Fit the quadratic polynomial in x and y, or say why that cannot be.

    With sampling weights the errors are HC3 whatever is asked.
    """
    reason = obstacle(x, y)
    if reason:
        return reason
    coordinates = Coordinates.of(x, y)
    terms = quadratic_terms(*coordinates.standard(x, y))
    fit = regress(z, terms, weights, "HC3" if weights is not None else errors)
    if isinstance(fit, str):
        return "X, Y, their squares and their product determine each other"
    back = coordinates.back
    return replace(
        fit,
        coefficients=back @ fit.coefficients,
        covariance=back @ fit.covariance @ back.T,
    )


def obstacle(x: Floats, y: Floats) -> str:
    """Say why pairs carry no surface of six coefficients; empty if nothing plain is in the way."""
    if len(x) <= PARAMETERS:
        return "6 coefficients need at least 7 respondents"
    for values, name in ((x, "X"), (y, "Y")):
        reach = max(np.abs(values).max(), 1.0)
        if np.ptp(values) <= 1e-12 * reach:
            return _CONSTANT[name]
    if np.abs(x - y).max() <= 1e-12 * max(np.abs(x).max(), 1.0):
        return "X equals Y for every respondent"
    for values, name in ((x, "X"), (y, "Y")):
        if len(np.unique(values)) == 2:
            return _TWO[name]
    return ""


_CONSTANT = {
    "X": "X is the same for every respondent",
    "Y": "Y is the same for every respondent (as where all expect the most)",
}
_TWO = {
    "X": "X takes two values only, so that its square says nothing of its own",
    "Y": "Y takes two values only, so that its square says nothing of its own",
}
