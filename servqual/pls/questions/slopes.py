"""Simple slopes: the effect of a construct at levels of its moderator."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from servqual._language import say
from servqual._result import Result
from servqual.errors import ModelError, nearest
from servqual.pls.result import PlsResult


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SimpleSlopes(Result):
    """Effects of a construct at levels of its moderator; see `simple_slopes`.

    Attributes
    ----------
    product : str
        The product of the model.
    focal, moderator : str
        Whose effect, and on what it depends.
    n : int
        Respondents of the model.
    """

    product: str
    focal: str
    moderator: str
    n: int
    _slopes: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Give one row an outcome and level.

        Returns
        -------
        DataFrame
            lhs (outcome), rhs (focal construct), level (of the moderator, in standard deviations
            from its mean), estimate (the slope).
        """
        return self._slopes.copy()

    def title(self, language: str = "en") -> str:
        """Say whose slopes these are."""
        return say(
            "Effect of {focal} at levels of {moderator}: n = {n}",
            language,
            focal=self.focal,
            moderator=self.moderator,
            n=f"{self.n:,}",
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the levels are."""
        return (
            say(
                "Levels are standard deviations from the mean of {moderator}; slopes are in "
                "standard deviations of the scores.",
                language,
                moderator=self.moderator,
            ),
        )


def simple_slopes(
    result: PlsResult,
    product: str | None = None,
    focal: str | None = None,
    levels: Sequence[float] = (-1.0, 0.0, 1.0),
) -> SimpleSlopes:
    r"""Give the effect of a construct at levels of its moderator [1]_.

    Parameters
    ----------
    result : PlsResult
        A model with a product.
    product : str, optional
        Which product, "a:b"; needed where there are several.
    focal : str, optional
        Whose effect; by default the first of the product. The other one moderates.
    levels : sequence of float
        Of the moderator, in standard deviations from its mean.

    Raises
    ------
    ModelError
        If the model has no such product.

    Notes
    -----
    With the paths :math:`b_a` of the focal construct and :math:`b_{ab}` of the standardised product
    on an outcome, and the standard deviation s of the product of the standardised scores, the slope
    at level m is :math:`b_a + (b_{ab} / s) m`, and :math:`b_a + 2 (b_{aa} / s) m` of a square.

    References
    ----------
    .. [1] Aiken, L. S., & West, S. G. (1991). *Multiple regression: Testing and interpreting
       interactions*. Sage.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from servqual.pls.path_model import fit_pls
    >>> rng = np.random.default_rng(1)
    >>> q, p = rng.normal(size=(2, 500))
    >>> s = 0.5 * q + 0.3 * p + 0.2 * q * p + 0.5 * rng.normal(size=500)
    >>> survey = pd.DataFrame({"q": q, "p": p, "s": s})
    >>> slopes = simple_slopes(fit_pls("s ~ q + p + q:p", survey))
    >>> slopes.to_frame().round(2)
      lhs rhs  level  estimate
    0   s   q   -1.0      0.30
    1   s   q    0.0      0.56
    2   s   q    1.0      0.81
    """
    estimates = result.estimates
    names = estimates.structure.names
    j = len(estimates.layout.blocks)
    products = names[j:]
    if not products:
        raise ModelError(
            "The model has no product, so no slope depends on a moderator. A product stands among "
            "the predictors: y ~ a + b + a:b."
        )
    if product is None:
        if len(products) > 1:
            raise ModelError(f"The model has {len(products)} products; name one: {products}.")
        product = products[0]
    if product not in products:
        raise ModelError(f"The model has no product {product!r}.{nearest(product, products)}")
    parts = product.split(":")
    focal = parts[0] if focal is None else focal
    if focal not in parts:
        raise ModelError(f"focal must be one of {', '.join(parts)}, not {focal!r}.")
    moderator = parts[1] if focal == parts[0] else parts[0]
    at = names.index(product)
    change = estimates.paths[0, :, at] / estimates.spread[0, at - j]
    if focal == moderator:
        change = 2 * change
    main = estimates.paths[0, :, names.index(focal)]
    moderated = np.flatnonzero(estimates.structure.follows[:, at])
    slopes = pd.DataFrame(
        [
            (names[outcome], focal, float(level), float(main[outcome] + change[outcome] * level))
            for outcome in moderated
            for level in levels
        ],
        columns=["lhs", "rhs", "level", "estimate"],
    )
    return SimpleSlopes(
        product=product, focal=focal, moderator=moderator, n=result.n, _slopes=slopes
    )
