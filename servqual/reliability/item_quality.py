"""How each item of a scale behaves: spread, floor and ceiling, its part in its dimension."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._language import say
from servqual.errors import ResponseError, shortened
from servqual.items import Items, read_items
from servqual.reliability._alpha import membership, multiple_correlation, rest_figures
from servqual.reliability._scale_result import FEWEST, Reason, ScaleResult, about, obstacles

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ItemAnalysis(ScaleResult):
    """Item statistics; make it with `item_analysis`.

    Attributes
    ----------
    columns : mapping of str to ndarray
        The columns of `to_frame`.
    scale : tuple of (float, float) or None
        The scores counted as floor and ceiling.
    keyed_wrong : tuple of str
        Items whose corrected item-total correlation is negative.
    """

    columns: Mapping[str, NDArray[Any]]
    scale: tuple[float, float] | None

    @property
    def keyed_wrong(self) -> tuple[str, ...]:
        """Items whose corrected item-total correlation is negative."""
        return tuple(self.columns["item"][self.columns["r_drop"] < 0].tolist())

    def to_frame(self) -> pd.DataFrame:
        """Give one row an item; see `item_analysis`."""
        return pd.DataFrame(dict(self.columns))

    def title(self, language: str = "en") -> str:
        """Say of which scores, of how many, and within what the items are held."""
        return say(
            "Item analysis, {about}; items within their dimension",
            language,
            about=self._about(language),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Name items that run against their dimension, and say what the columns are."""
        notes = [
            say(
                "{item} runs against its dimension {dimension} (corrected item-total correlation "
                "{r:.2f}): is it keyed the other way?",
                language,
                item=item,
                dimension=dimension,
                r=r,
            )
            for item, dimension, r in zip(
                *(self.columns[name] for name in ("item", "dimension", "r_drop")), strict=True
            )
            if r < 0
        ]
        notes.append(
            say(
                "r_drop = corrected item-total correlation (CITC), with the sum of the other items "
                "of the dimension; smc = squared multiple correlation with them; skew = G1 (Joanes "
                "& Gill, 1998).",
                language,
            )
        )
        if self.scale is not None:
            low, high = self.scale
            notes.append(
                say(
                    "floor and ceiling = shares of answers at {low:g} and at {high:g}.",
                    language,
                    low=low,
                    high=high,
                )
            )
        notes.append(
            say(
                "A common rule of thumb asks for an r_drop of .30 or more (Nunnally & Bernstein, "
                "1994).",
                language,
            )
        )
        return (*notes, *self._problems(language))


def item_analysis(
    scores: object,
    of: str = "gap",
    *,
    dimensions: Mapping[str, Sequence[str]] | None = None,
    scale: tuple[float, float] | None = None,
) -> ItemAnalysis:
    r"""Describe each item and its part in its dimension.

    Parameters
    ----------
    scores : GapScores, PerceptionScores, ToleranceScores, frame, Sample, Moments or Items
        Respondents with a missing item are left out, counted and warned of.
    of : str, default "gap"
        Which scores: "gap", "perception" or "expectation" of gap scores, and so on.
    dimensions : mapping of str to sequence of str, optional
        The items of each dimension, for data that do not know their dimensions.
    scale : tuple of (float, float), optional
        The lowest and the highest possible answer, for data that do not know it.

    Returns
    -------
    ItemAnalysis
        ``to_frame()`` has a row an item, in the order of the instrument: dimension, item, label,
        n, mean, sd, skew, floor, ceiling (shares, 0 to 1), r_drop (corrected item-total
        correlation, CITC), smc (squared multiple correlation), alpha_if_deleted. ``.keyed_wrong``
        names the items whose r_drop is negative.

    Raises
    ------
    ResponseError
        If there is nothing to analyse, or an answer is off the scale.

    Notes
    -----
    With the items of a dimension, of covariances :math:`s_{ij}`,

    .. math:: r_{i,\text{drop}} = \frac{\sum_{j \ne i} s_{ij}}
              {s_i \sqrt{\sum_{j \ne i} \sum_{l \ne i} s_{jl}}},

    and alpha if deleted is alpha of the :math:`k - 1` others. The skewness is
    :math:`G_1 = \frac{\sqrt{n(n - 1)}}{n - 2} \frac{m_3}{m_2^{3/2}}`, as SPSS prints it [1]_. With
    sampling weights, means, shares and central moments are weighted. What is missing is NaN, with
    the reason among the notes: items without variance or that are copies of each other,
    dimensions of one item (and alpha if deleted of two), fewer than four respondents; and of
    moments alone, skewness, floor and ceiling.

    References
    ----------
    .. [1] Joanes, D. N., & Gill, C. A. (1998). Comparing measures of sample skewness and kurtosis.
       *Journal of the Royal Statistical Society D*, 47(1), 183-189.
       https://doi.org/10.1111/1467-9884.00122

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {
    ...         "1": [5, 6, 7, 3, 4],
    ...         "2": [4, 6, 6, 2, 5],
    ...         "3": [5, 5, 7, 2, 4],
    ...         "4": [2, 2, 1, 6, 4],
    ...     }
    ... )
    >>> result = item_analysis(frame, scale=(1, 7))
    >>> result.keyed_wrong
    ('4',)
    >>> result.to_frame()[["item", "mean", "ceiling"]]
      item  mean  ceiling
    0    1   5.0      0.2
    1    2   4.6      0.0
    2    3   4.6      0.2
    3    4   3.0      0.0
    """
    items = scores if isinstance(scores, Items) else read_items(scores, of, dimensions)
    ends = items.scale if scale is None else _checked(scale, items)
    order = [at for members in items.positions.values() for at in members]
    inner, reasons = _within_dimensions(items, order)
    names = [items.names[at] for at in order]
    home = [key for key, members in items.dimensions.items() for _ in members]
    columns: dict[str, NDArray[Any]] = {
        "dimension": np.array(home, dtype=object),
        "item": np.array(names, dtype=object),
        "label": np.array([items.labels[name] for name in names], dtype=object),
        "n": np.full(len(order), items.moments.n),
        "mean": items.moments.mean[order],
        "sd": items.moments.sd[order],
        **_of_rows(items, order, ends),
        **inner,
    }
    for column in columns.values():
        column.flags.writeable = False
    if items.rows is None:
        reasons.append(Reason("skew, floor, ceiling", "they need the answers themselves"))
    elif ends is None:
        reasons.append(
            Reason("floor, ceiling", "the ends of the scale are not known; give scale=(low, high)")
        )
    return ItemAnalysis(
        **about(items),
        reasons=tuple(reasons),
        columns=MappingProxyType(columns),
        scale=ends,
    )


def _within_dimensions(items: Items, order: list[int]) -> tuple[dict[str, Floats], list[Reason]]:
    """Relate each item to the others of its dimension, in the order of the dimensions."""
    moments = items.moments
    found = obstacles(moments, items.dimensions)
    reasons = list(found.values())
    members = membership(items.positions.values(), len(items.names))
    r_drop, deleted = rest_figures(moments.covariance, members)
    smc = np.full(len(items.names), np.nan)
    correlation = moments.correlation
    for key, at in items.positions.items():
        if key in found:
            r_drop[at] = deleted[at] = np.nan
            continue
        smc[at] = multiple_correlation(correlation[np.array(at)[:, None], at])
        if np.isnan(smc[at[0]]):
            reasons.append(Reason(key, "no smc, as an item is a combination of the others"))
        if len(at) == 2:
            reasons.append(Reason(key, "no alpha_if_deleted, as one item would be left"))
    return {
        "r_drop": r_drop[order],
        "smc": smc[order],
        "alpha_if_deleted": deleted[order],
    }, reasons


def _of_rows(items: Items, order: list[int], ends: tuple[float, float] | None) -> dict[str, Floats]:
    """Skewness and shares at the ends, of each item in order; NaN where rows are not known."""
    nothing = np.full(len(order), np.nan)
    if items.rows is None:
        return {"skew": nothing, "floor": nothing, "ceiling": nothing}
    share = _shares(items)
    centred = items.rows - items.moments.mean
    squares = centred**2
    second, third = share @ squares, share @ (squares * centred)
    n = len(centred)
    enough = (second > 0) & (n >= FEWEST)
    skew = np.full(len(second), np.nan)
    np.divide(third, second**1.5, out=skew, where=enough)
    skew *= np.sqrt(n * (n - 1)) / max(n - 2, 1)
    found = {"skew": skew[order], "floor": nothing, "ceiling": nothing}
    if ends is not None:
        low, high = ends
        found["floor"] = (share @ (items.rows == low))[order]
        found["ceiling"] = (share @ (items.rows == high))[order]
    return found


def _shares(items: Items) -> Floats:
    if items.weights is None:
        return np.full(items.moments.n, 1 / items.moments.n)
    return items.weights / items.weights.sum()


def _checked(scale: tuple[float, float], items: Items) -> tuple[float, float]:
    low, high = map(float, scale)
    if not low < high:
        raise ResponseError(f"scale must be (lowest, highest), not {scale!r}.")
    if items.rows is not None:
        off = np.flatnonzero(((items.rows < low) | (items.rows > high)).any(axis=0))
        if len(off):
            named = [items.names[at] for at in off]
            raise ResponseError(
                f"{len(named)} items have answers off the scale {low:g}-{high:g}: "
                f"{shortened(named)}. Correct or blank them."
            )
    return low, high
