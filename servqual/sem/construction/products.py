"""Products of mean-centred variables: moderators as observed variables."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from servqual._columns import columns_of
from servqual._frames import read_frame
from servqual.errors import MissingResponseWarning, ResponseError, shortened, warn
from servqual.sample import Sample


def product_terms(
    frame: object,
    first: str | Sequence[str],
    second: str | Sequence[str],
    *,
    pairs: Literal["all", "matched"] = "all",
    double_centred: bool = True,
    weights: str | ArrayLike | None = None,
) -> pd.DataFrame:
    r"""Multiply mean-centred variables, as indicators of an interaction.

    Parameters
    ----------
    frame : DataFrame, Table or Sample
        One row a respondent.
    first, second : str or sequence of str
        The columns of the two factors of the products, such as the items of satisfaction and an
        observed moderator.
    pairs : str, default "all"
        "all" multiplies each of the first with each of the second; "matched" the first with the
        first, the second with the second, ..., each used once, so that errors of products are not
        correlated by a shared item [1]_.
    double_centred : bool, default True
        Whether the products are centred, too: then the mean of the interaction factor need not be
        modelled [2]_. Without, products of centred variables have their covariance as their mean.
    weights : str or array_like of shape (n,), optional
        Sampling weights for the means, or the column that holds them.

    Returns
    -------
    DataFrame
        A new frame with the original index and one column a product, named like ``SAT1_x_wave``;
        NaN where one of both answers is missing.

    Raises
    ------
    ResponseError
        If columns are missing or constant, or matched pairs differ in number.

    Notes
    -----
    With :math:`\tilde x = x - \bar x` over the respondents who answered both, the product is
    :math:`y = \tilde x \tilde z`, and doubly centred it is :math:`y - \bar y`.

    Products are not normally distributed even where their factors are, so robust (MLR) or bootstrap
    errors are due. The moderator and the first-order effects belong in the model, too.

    References
    ----------
    .. [1] Marsh, H. W., Wen, Z., & Hau, K.-T. (2004). Structural equation models of latent
       interactions: Evaluation of alternative estimation strategies and indicator construction.
       *Psychological Methods*, 9(3), 275-300. https://doi.org/10.1037/1082-989X.9.3.275
    .. [2] Lin, G.-C., Wen, Z., Marsh, H. W., & Lin, H.-S. (2010). Structural equation models of
       latent interactions: Clarification of orthogonalizing and double-mean-centering strategies.
       *Structural Equation Modeling*, 17(3), 374-391.
       https://doi.org/10.1080/10705511.2010.488999

    Examples
    --------
    >>> survey = pd.DataFrame({"S1": [1.0, 2.0, 6.0], "S2": [2.0, 2.0, 5.0], "new": [0, 1, 1]})
    >>> products = product_terms(survey, ["S1", "S2"], "new")
    >>> products.round(3)
       S1_x_new  S2_x_new
    0     0.667     0.333
    1    -1.000    -0.667
    2     0.333     0.333

    In a model, `survey.join(products)` then has what ``LOY ~ SAT + new + SATxnew`` and
    ``SATxnew =~ S1_x_new + S2_x_new`` need.
    """
    left, right = _listed(first), _listed(second)
    if not left or not right:
        raise ResponseError("A product needs columns on both sides; first or second is empty.")
    if pairs not in ("all", "matched"):
        raise ResponseError(f'pairs must be "all" or "matched", not {pairs!r}.')
    if pairs == "matched" and len(left) != len(right):
        raise ResponseError(
            f'pairs="matched" multiplies columns one by one, but first has {len(left)} and second '
            f'{len(right)}; give as many of both, or pairs="all".'
        )
    both = (
        list(zip(left, right, strict=True))
        if pairs == "matched"
        else [(one, other) for one in left for other in right]
    )
    names = [f"{one}_x_{other}" for one, other in both]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ResponseError(f"The same product is asked for twice: {shortened(twice)}.")
    columns, held = columns_of(frame, list(dict.fromkeys((*left, *right))), weights)
    values = {name: np.asarray(column, dtype=np.float64) for name, column in columns.items()}
    products = {
        name: _product(values[one], values[other], held, double_centred, (one, other))
        for name, (one, other) in zip(names, both, strict=True)
    }
    blank = {name: int(np.isnan(column).sum()) for name, column in products.items()}
    if any(blank.values()):
        worst = max(blank, key=lambda name: blank[name])
        warn(
            f"{sum(one > 0 for one in blank.values()):,} of {len(blank):,} products are missing "
            f"for some respondents (most, {blank[worst]:,}, of {worst!r}), where one of the two "
            "answers is.",
            MissingResponseWarning,
        )
    index = None if isinstance(frame, Sample) else read_frame(frame).index
    return pd.DataFrame(products, index=index)


def _product(
    one: NDArray[np.float64],
    other: NDArray[np.float64],
    weights: NDArray[Any] | None,
    double_centred: bool,
    names: tuple[str, str],
) -> NDArray[np.float64]:
    there = ~(np.isnan(one) | np.isnan(other))
    mass = None if weights is None else weights[there]
    if not there.any() or (mass is not None and mass.sum() == 0):
        raise ResponseError(f"No respondent answered both {names[0]!r} and {names[1]!r}.")
    for name, column in zip(names, (one[there], other[there]), strict=True):
        if column.max() == column.min():
            raise ResponseError(
                f"{name!r} does not vary among those who answered {' and '.join(names)}, so it "
                "cannot moderate."
            )
    product = (one - np.average(one[there], weights=mass)) * (
        other - np.average(other[there], weights=mass)
    )
    if double_centred:
        product = product - np.average(product[there], weights=mass)
    return np.asarray(product)


def _listed(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else [str(name) for name in names]
