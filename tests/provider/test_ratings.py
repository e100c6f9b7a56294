import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_1samp

import servqual as sq
from servqual.provider.ratings import provider_ratings
from tests.helpers import optional, there

KEYS = ["tangibles", "reliability", "responsiveness", "assurance", "empathy"]
polars = optional("polars")


def test_people_have_students_interval(staff):
    found = provider_ratings(staff, 4).to_frame()
    for row, column in zip(found.to_dict("records"), KEYS, strict=False):
        test = ttest_1samp(staff[f"promises_{column}"], 0).confidence_interval()
        assert (row["ci_low"], row["ci_high"]) == pytest.approx(tuple(test), abs=1e-10)
        assert row["estimate"] == pytest.approx(staff[f"promises_{column}"].mean(), abs=1e-12)
    overall = staff[[f"promises_{key}" for key in KEYS]].mean(axis=1)
    assert found["level"].tolist() == ["dimension"] * 5 + ["overall"]
    assert found["estimate"].iloc[-1] == pytest.approx(overall.mean(), abs=1e-12)
    assert found["sd"].iloc[-1] == pytest.approx(overall.std(), abs=1e-12)


def test_units_count_alike(staff):
    found = provider_ratings(staff, 3, unit="unit")
    means = staff.groupby("unit")["ability_empathy"].mean()
    interval = ttest_1samp(means, 0).confidence_interval()
    row = found.to_frame().set_index("dimension").loc["empathy"]
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(tuple(interval), abs=1e-10)
    assert (row["n_units"], row["n"]) == (40, len(staff))
    units = found.units
    assert list(units.columns) == ["unit", "level", "dimension", "label", "n", "estimate"]
    own = units[units["dimension"] == "empathy"].set_index("unit")["estimate"]
    pd.testing.assert_series_equal(own.sort_index(), means, check_names=False)


def test_ratings_are_said_to_be_ratings(staff):
    found = provider_ratings(staff, 3, unit="unit", firm="firm")
    assert found.title() == (
        f"Gap 3 as rated, ability to meet the standards (1–7, a rating and no difference): "
        f"n = {len(staff)}; 40 units in 5 firms"
    )
    assert found.notes()[0].startswith("Low = a large gap. Nothing is subtracted")
    assert found.notes()[1].endswith("Student's t of the units, within their firms.")
    assert not {"statistic", "p_value"} & set(found.to_frame())
    with pytest.raises(sq.ResponseError, match="No units were told apart"):
        _ = provider_ratings(staff, 3).units


def test_own_dimensions_pattern_and_scale_and_weights():
    instrument = sq.Instrument(name="own", scale=(1, 9), dimensions={"a": ("1",), "b": ("2",)})
    frame = pd.DataFrame({"s_a": [1, 2, 5], "s_b": [5, 3, 1], "w": [2.0, 1, 1]})
    options = {"pattern": "s_{}", "instrument": instrument, "scale": (1, 5)}
    found = provider_ratings(frame, 2, **options, weights="w")
    assert found.to_frame()["label"].tolist() == ["A", "B", "Overall"]
    assert found.to_frame()["estimate"].tolist() == [2.25, 3.5, 2.875]
    assert "(1–5, a rating and no difference): n = 3, with sampling weights" in found.title()
    for library in there(polars):
        native = library.DataFrame(frame.to_dict("list"))
        assert provider_ratings(native, 2, **options, weights="w") == found


def test_missing_ratings_are_counted_and_passed_over():
    frame = pd.DataFrame({f"standards_{key}": [4.0, 6, 5] for key in KEYS})
    frame.loc[1, "standards_empathy"] = np.nan
    with pytest.warns(sq.MissingResponseWarning, match=r"Gap 2: 1 of 15 ratings are missing"):
        found = provider_ratings(frame, 2).to_frame()
    assert found["n"].tolist() == [3, 3, 3, 3, 2, 2]
    assert found["estimate"].tolist() == [5, 5, 5, 5, 4.5, 4.5]


def test_equal_ratings_have_no_interval_and_a_reason():
    frame = pd.DataFrame({f"standards_{key}": [4, 4] for key in KEYS})
    found = provider_ratings(frame, 2)
    assert found.to_frame()["ci_low"].isna().all()
    assert found.problems[0].startswith("No interval, because there is one value only or all are")
    with pytest.warns(sq.SmallSampleWarning, match="one rating only"):
        provider_ratings(frame[:1], 2)


def test_bad_input_is_told(staff):
    with pytest.raises(ValueError, match=r"gap must be 2, 3 or 4, not 1. Gap 1 is management_gap"):
        provider_ratings(staff, 1)
    with pytest.raises(sq.ResponseError, match=r"5 columns of gap 2 .*'standards_tangibles'"):
        provider_ratings(staff, 2)
    with pytest.raises(sq.ResponseError, match=r"pattern='ability' must hold \{\} once"):
        provider_ratings(staff, 3, pattern="ability")
    with pytest.raises(sq.ResponseError, match=r"off the scale 1-5"):
        provider_ratings(staff, 3, scale=(1, 5))
    with pytest.raises(sq.InstrumentError, match="scale must go from low to high"):
        provider_ratings(staff, 3, scale=(7, 1))
    with pytest.raises(sq.ResponseError, match=r"'branch'"):
        provider_ratings(staff, 3, unit="branch")
    with pytest.raises(TypeError, match="instrument= wants an Instrument"):
        provider_ratings(staff, 3, instrument="servqual-1991")
    with pytest.raises(sq.ResponseError, match="no rows"):
        provider_ratings(staff[:0], 3)
