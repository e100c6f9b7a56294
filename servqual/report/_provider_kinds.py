"""The gaps within the organisation that a report takes, in the order of the model."""

from collections.abc import Callable

import pandas as pd

import servqual.report._driver_references as published
from servqual._language import say
from servqual.provider.agreement import UnitAgreement
from servqual.provider.five import ProviderGaps
from servqual.provider.management import ManagementGap
from servqual.provider.ratings import ProviderRatings
from servqual.report._kind import PROVIDER, Kind

_BELIEFS = ("mean_managers", "mean_customers", "estimate", "ci_low", "ci_high", "p_value")


def _guessed(result: ManagementGap, language: str) -> str:
    text = (
        "Means of managers and of customers within each unit, and the mean of their differences."
        if result.unit is not None
        else "Difference of the means of all managers and of all customers."
    )
    return say(text, language)


def _beliefs(*quantities: str) -> Callable[[ManagementGap], pd.DataFrame]:
    def chosen(result: ManagementGap) -> pd.DataFrame:
        frame = result.to_frame()
        keys = ["level", "dimension", "item", "label"]
        return frame.loc[frame["quantity"].isin(quantities), [*keys, *_BELIEFS]]

    return chosen


def _satisfied(result: ManagementGap) -> pd.DataFrame:
    frame = result.to_frame()
    return frame.loc[frame["quantity"] == "satisfaction", ["quantity", *_BELIEFS]]


def _rated(result: ProviderRatings, language: str) -> str:
    text = (
        "Means of the ratings in each unit, and the mean of the units."
        if result.unit is not None
        else "Means of the ratings."
    )
    return say(text, language)


def _side_by_side(result: ProviderGaps) -> pd.DataFrame:
    """Put the gaps beside one another, a row a dimension; gaps that were not given are left out."""
    keys = ["level", "dimension", "label"]
    frame = result.to_frame()
    rows = frame[frame["gap_number"] == frame["gap_number"].iloc[0]]
    shown = rows[keys].reset_index(drop=True)
    for gap, own in frame.groupby("gap_number", sort=True):
        at = own.set_index("dimension").loc[list(shown["dimension"])]
        shown[f"gap_{gap}"] = at["estimate"].to_numpy()
        for end in ("low", "high"):
            shown[f"gap_{gap}_ci_{end}"] = at[f"ci_{end}"].to_numpy()
    return shown


def _together(result: ProviderGaps) -> pd.DataFrame:
    """Put the correlations with gap 5 beside one another, a row a dimension."""
    frame = result.correlations
    frame = frame[frame["r"].notna()]
    if not len(frame):
        return frame
    shown = frame.drop_duplicates("dimension")[["level", "dimension", "label"]]
    shown = shown.reset_index(drop=True)
    for gap, own in frame.groupby("gap_number", sort=True):
        at = own.set_index("dimension").reindex(list(shown["dimension"]))
        shown[f"r_gap_{gap}"] = at["r"].to_numpy()
        for end in ("low", "high"):
            shown[f"r_gap_{gap}_ci_{end}"] = at[f"ci_{end}"].to_numpy()
    return shown


def _shares(result: UnitAgreement) -> pd.DataFrame:
    """Give what lies between firms, between units and within units, where there are firms."""
    frame = result.to_frame()
    names = ["share_firm", "share_unit", "share_person"]
    if result.firm is None:
        return pd.DataFrame()
    keys = [name for name in ("level", "dimension", "item", "label", "column") if name in frame]
    return frame[[*keys, *names]]


PROVIDER_KINDS = (
    Kind(
        type=ManagementGap,
        maker="management_gap",
        chapter=PROVIDER,
        heading="Gap 1: what managers believe",
        main=_beliefs("expectation"),
        beside={
            "Importance": _beliefs("importance"),
            "Satisfaction": _satisfied,
            "What drives satisfaction": _beliefs("driver"),
        },
        method=_guessed,
        sources=(published.EXTENDED, published.HULT),
    ),
    Kind(
        type=ProviderRatings,
        maker="provider_ratings",
        chapter=PROVIDER,
        heading="Ratings by managers and staff",
        method=_rated,
        sources=(published.EXTENDED,),
    ),
    Kind(
        type=ProviderGaps,
        maker="provider_gaps",
        chapter=PROVIDER,
        heading="The five gaps",
        main=_side_by_side,
        beside={"How the gaps go with gap 5 over the units": _together},
        method="Differences and ratings side by side, each as its own result gives it.",
        sources=(published.EXTENDED,),
    ),
    Kind(
        type=UnitAgreement,
        maker="agreement_in_units",
        chapter=PROVIDER,
        heading="Agreement within units",
        omit=("n_single", "df1", "df2", "share_firm", "share_unit", "share_person"),
        beside={"Where the variance lies": _shares},
        method="One-way analysis of variance of units.",
        sources=(published.SHROUT_FLEISS, published.BLIESE, published.WALD),
    ),
)
