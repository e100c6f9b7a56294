"""Which columns of a frame a table shows, what stands over them, and how they are written.

A column is written by its name:

* p-values (`P_VALUES`, and names with p_value, p_adjusted or p_equivalence in them) without a
  leading zero, three decimals, "< .001";
* statistics that cannot exceed 1 in absolute value (`BOUNDED`, and those of factors: F1, factor_1,
  PC1) without a leading zero, unless a value of the column exceeds 1 after all (an alpha below -1,
  a Heywood case), when the whole column keeps its zeros;
* whole numbers (`COUNTS`, and columns of integers) without decimals, where they are whole;
* statistics that may be very small (`TINY`) as a power of ten where they are;
* fit indices of models (`FIT`) with three decimals;
* every other number with two decimals.

Columns x_low and x_high become one column "[LL, UL]", written as the statistic that they are the
interval of: the one named x without "_ci", else the estimate of the table.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from servqual._language import catalogue, say
from servqual.errors import nearest, shortened
from servqual.tables._numbers import DECIMALS, P_DECIMALS, Form, is_missing
from servqual.tables._text import clean

P_VALUES = {
    *("p", "wilcoxon_p", "kruskal_p", "mann_whitney_p", "welch_p", "chi2_p", "p_exact"),
    *("p_difference", "p_c", "p_mean", "p_variance"),
}
BOUNDED = {
    *("alpha", "alpha_std", "alpha_e", "alpha_p", "alpha_gap", "alpha_if_deleted", "omega"),
    *("omega_h", "omega_hierarchical", "lambda2", "spearman_brown", "reliability", "cr", "ave"),
    *("linear_combination_sums", "linear_combination_means", "icc", "icc_consistency"),
    *("rho_a", "rho_c"),
    *("icc_agreement", "r", "r_drop", "mean_r", "r_ep", "r_gap_e", "r_gap_p", "smc", "kmo"),
    *("r_squared", "adj_r_squared", "cv_r_squared", "r2", "r2_adjusted", "r2_cv", "correlation"),
    *("eta_sq", "omega_sq", "epsilon_sq", "cramers_v", "phi", "rank_biserial"),
    *("loading", "communality", "uniqueness", "congruence", "htmt", "std_all"),
    *("share", "floor", "ceiling", "ceiling_e", "below", "at_minimum", "inside", "at_desired"),
    *("above", "at_both", "within", "inverted", "probability", "cfi", "tli", "rmsea", "srmr"),
    *("rmsr", "row_share", "column_share", "e_above_p", "p_concentrate", "p_keep_up"),
    *("p_low_priority", "p_overkill", "omega_total", "omega_subscale", "ecv", "general_share"),
    *("sgp", "dgp", "ia", "p_basic", "p_performance", "p_excitement", "category_strength"),
    *("total_strength", "better", "worse", "asymmetry"),
    *("r2_free", "share_above", "share_agreement", "share_below", "share_y_at_top"),
    *("share_above_raw", "share_equal_raw", "share_below_raw"),
    *("p_first", "stated", "stated_se", "derived", "derived_se"),
    *("discrepancy", "discrepancy_se"),
    *("icc1", "icc2", "share_firm", "share_unit", "share_person"),
    *("std_lv", "std_lv_se", "std_all_se", "omega_categorical", "reliability_latent"),
    *("p_first", "stated", "derived", "discrepancy", "r2_free"),
    *("stated_se", "derived_se", "discrepancy_se"),
    *("share_above", "share_agreement", "share_below", "share_y_at_top"),
    *("share_above_raw", "share_equal_raw", "share_below_raw"),
    *("r_gap_1", "r_gap_2", "r_gap_3", "r_gap_4"),
}
FIT = {
    f"{before}{index}{after}{change}"
    for index in ("cfi", "tli", "rmsea", "srmr")
    for before in ("", "d_")
    for after in ("", "_robust", "_scaled")
    for change in ("", "_change")
} | {"scaling_factor", "c", "c_low"}
BOUNDED |= FIT - {"scaling_factor"}
COUNTS = {
    *("n", "k", "m", "df", "df1", "df2", "kruskal_df", "df_scaled", "d_df", "df_difference"),
    *("n_missing", "min", "max", "count", "n_managers", "n_customers", "n_units", "n_single"),
    *("rank", "n_below", "n_above"),
}
TINY = {"determinant"}
NAMING = {"dimension", "item", "label", "variable", "value", "group", "driver", "feature"}
MAIN = ("estimate", "alpha", "gap", "r", "mean", "mean_p", "rmsea")

_P_VALUE = re.compile(r"(.+_)?p_(value|adjusted|equivalence)(_.+)?")
_FACTOR = re.compile(r"(F|PC|RC|C|ML|factor_?|component_?)\d+")
_RANK = re.compile(r"p_rank_(\d+)")
_PERCENT = re.compile(r"95( ?)%")


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column as a table shows it.

    Attributes
    ----------
    name : str
        Of the frame; of an interval, what its ends have in common.
    heading : str
    sources : tuple of str
        The columns of the frame that it shows: two for an interval.
    ends : tuple of str
        Headings of the two ends of an interval, where each has a column of its own.
    form : Form
    """

    name: str
    heading: str
    sources: tuple[str, ...]
    ends: tuple[str, ...]
    form: Form

    @property
    def is_interval(self) -> bool:
        """Whether it shows the two ends of an interval."""
        return len(self.sources) == 2


def choose_columns(
    frame: pd.DataFrame,
    stub: Sequence[str],
    columns: Sequence[str] | Mapping[str, str] | None,
    decimals: int | Mapping[str, int] | None,
    language: str,
    confidence: object = None,
) -> tuple[Column, ...]:
    """Give the columns of a table, beside the stub that names its rows.

    Raises
    ------
    ValueError
        If a column is not there, or decimals are no whole number from 0 to 15.
    """
    names = [str(name) for name in frame.columns]
    pairs = {
        name.removesuffix("_low"): (name, f"{name.removesuffix('_low')}_high")
        for name in names
        if name.endswith("_low") and f"{name.removesuffix('_low')}_high" in names
    }
    ends = {end: base for base, pair in pairs.items() for end in pair}
    available = list(dict.fromkeys(ends.get(name, name) for name in names if name not in stub))
    if columns is None:
        chosen = available
    else:
        _check_names(columns, {*names, *pairs})
        named = set(stub) & NAMING
        chosen = [name for name in columns if name not in named]
    places = _places(decimals, {*names, *pairs})
    own_headings = columns if isinstance(columns, Mapping) else {}
    found: list[Column] = []
    for name in chosen:
        sources = pairs.get(name, (name,)) if name not in names else (name,)
        owner = _owner(ends.get(name, name), available) if name in {*pairs, *ends} else name
        own = clean(own_headings.get(name) or "")
        beside = len(sources) == 2 and bool(found) and found[-1].name == owner
        head = own or _at_confidence(_head(name, language, beside=beside), confidence)
        limits = tuple(say(one, language) for one in ("lower", "upper"))
        ends_heads = tuple(
            f"{own}, {limit}" if own else _at_confidence(head_of(end, language), confidence)
            for end, limit in zip(sources, limits, strict=False)
        )
        found.append(
            Column(
                name=name,
                heading=head,
                sources=sources,
                ends=ends_heads if len(sources) == 2 else (),
                form=_form(frame, owner, sources, places.get(name, places.get(""))),
            )
        )
    return tuple(found)


def head_of(name: str, language: str) -> str:
    """Give the heading of a column, of an interval too.

    Examples
    --------
    >>> head_of("mean_e", "en"), head_of("gap_ci", "en"), head_of("own_column", "en")
    ('Mean E', '95 % interval of Gap P − E', 'Own column')
    """
    known = catalogue(language)["columns"]
    if name in known:
        return known[name]
    if rank := _RANK.fullmatch(name):
        return say("Rank {rank}", language, rank=rank[1])
    if name.endswith("_ci"):
        what = head_of(name.removesuffix("_ci"), language)
        return say("95 % interval of {what}", language, what=what)
    if name.endswith("_band"):
        what = head_of(name.removesuffix("_band"), language)
        return say("Simultaneous band of {what}", language, what=what)
    return name[:1].upper() + name[1:].replace("_", " ") if len(name) > 2 else name


def _head(name: str, language: str, *, beside: bool) -> str:
    """Give a heading; an interval beside what it is of need not say so."""
    known = name in catalogue(language)["columns"]
    return head_of("ci" if beside and name.endswith("_ci") and not known else name, language)


def _at_confidence(text: str, confidence: object) -> str:
    """Say the confidence level of the intervals where it is another than 95 %."""
    if not isinstance(confidence, float) or not 0 < confidence < 1:
        return text
    return clean(_PERCENT.sub(lambda match: f"{100 * confidence:g}{match[1]}%", text))


def _owner(base: str, available: Sequence[str]) -> str:
    """Name the statistic that an interval is of."""
    own = base.removesuffix("_ci").removesuffix("_band")
    if own != base and own in available:
        return own
    before = available[max(0, available.index(base) - 1)] if base in available else base
    return next((name for name in MAIN if name in available), before)


def _form(frame: pd.DataFrame, owner: str, sources: tuple[str, ...], decimals: int | None) -> Form:
    values = [value for name in sources for value in frame[name] if not is_missing(value)]
    if not all(is_number(value) for value in values) or not values:
        return Form(kind="text")
    numbers = np.array(values, dtype=np.float64)
    whole = bool((numbers == np.round(numbers)).all())
    places = P_DECIMALS if owner in FIT else DECIMALS
    if owner in P_VALUES or _P_VALUE.fullmatch(owner):
        return Form(kind="p", decimals=P_DECIMALS if decimals is None else decimals)
    if _is_bounded(owner) and (np.abs(numbers) <= 1).all():
        return Form(kind="share", decimals=places if decimals is None else decimals)
    if owner in TINY:
        return Form(kind="tiny", decimals=DECIMALS if decimals is None else decimals)
    integers = all(isinstance(value, (int, np.integer)) for value in values)
    if whole and (integers or owner in COUNTS or owner.endswith("_df")):
        return Form(kind="count", decimals=0)
    return Form(kind="number", decimals=places if decimals is None else decimals)


def _is_bounded(name: str) -> bool:
    return name in BOUNDED or any(one.fullmatch(name) for one in (_FACTOR, _RANK))


def is_number(value: object) -> bool:
    """Tell whether a value is a number, which a truth value is not."""
    number = isinstance(value, (int, float, np.integer, np.floating))
    return number and not isinstance(value, bool)


def _check_names(columns: Sequence[str] | Mapping[str, str], known: set[str]) -> None:
    if isinstance(columns, str):
        raise ValueError(f"columns must list names, such as [{columns!r}], not be one text.")
    unknown = [name for name in columns if name not in known]
    if unknown:
        raise ValueError(
            f"The table has no columns {shortened(unknown)}; it has {', '.join(sorted(known))}."
            f"{nearest(unknown[0], known)}"
        )


def _places(decimals: int | Mapping[str, int] | None, known: set[str]) -> dict[str, int]:
    """Give the decimals asked for by column, and under "" those of all others."""
    if decimals is None:
        return {}
    places = dict(decimals) if isinstance(decimals, Mapping) else {"": decimals}
    unknown = [name for name in places if name and name not in known]
    if unknown:
        raise ValueError(
            f"decimals names columns that the table does not have: {shortened(unknown)}."
            f"{nearest(unknown[0], known)}"
        )
    for count in places.values():
        if not isinstance(count, (int, np.integer)) or isinstance(count, bool):
            raise ValueError(f"decimals must be whole numbers, not {count!r}.")
        if not 0 <= count <= 15:
            raise ValueError(f"decimals must lie between 0 and 15, not {count!r}.")
    return places
