import numpy as np
import pandas as pd
import pytest
from scipy import stats

import servqual as sq

PLACES = ["below", "at_minimum", "inside", "at_desired", "above", "at_both"]


@pytest.fixture
def desk():
    return sq.Instrument(
        name="desk",
        scale=(1, 9),
        dimensions={"help": ("1", "2"), "place": ("3",)},
        roles=("minimum", "expectation", "perception"),
        expectation_kind="desired",
    )


@pytest.fixture
def zones(rng):
    frame = pd.DataFrame()
    for item in "123":
        frame[f"M{item}"] = rng.integers(2, 7, 60)
        frame[f"E{item}"] = (frame[f"M{item}"] + rng.integers(0, 4, 60)).clip(upper=9)
        frame[f"P{item}"] = rng.integers(1, 10, 60)
    return frame


def by_hand(frame, upper, lower):
    return pd.DataFrame({i: frame[f"{upper}{i}"] - frame[f"{lower}{i}"] for i in "123"})


def test_adequacy_superiority_and_width_as_by_hand(zones, desk):
    zone = sq.tolerance_scores(sq.Responses.from_frame(zones, desk))
    for name, upper, lower in (
        ("adequacy", "P", "M"), ("superiority", "P", "E"), ("width", "E", "M"),
    ):  # fmt: skip
        items = by_hand(zones, upper, lower)
        np.testing.assert_array_equal(zone.items[name], items)
        dimensions = getattr(zone, name)
        np.testing.assert_allclose(dimensions["help"], items[["1", "2"]].mean(axis=1))
        np.testing.assert_allclose(dimensions["place"], items["3"])
        np.testing.assert_allclose(zone.overall[name], dimensions.mean(axis=1), atol=1e-12)
    row = zone.to_frame().iloc[0]
    a = by_hand(zones, "P", "M")["1"]
    low, high = stats.t.interval(0.95, 59, loc=a.mean(), scale=stats.sem(a))
    assert row["adequacy"] == pytest.approx(a.mean(), abs=1e-12)
    assert row["adequacy_sd"] == pytest.approx(a.std(), abs=1e-12)
    assert (row["adequacy_ci_low"], row["adequacy_ci_high"]) == pytest.approx((low, high))
    assert row["width"] == pytest.approx(row["adequacy"] - row["superiority"], abs=1e-12)
    means = [zones[f"{x}1"].mean() for x in "MEP"]
    assert row[["mean_m", "mean_e", "mean_p"]].tolist() == pytest.approx(means, abs=1e-12)


def test_shares_tell_the_edges_apart(desk):
    # Minimum 4 and desired 7 for eight respondents; the last one has a zone of no width.
    frame = pd.DataFrame({"M1": [4] * 7 + [6], "E1": [7] * 7 + [6]})
    frame["P1"] = [3, 4, 4, 5, 7, 8, 9, 6]
    for item in "23":
        frame[[f"M{item}", f"E{item}", f"P{item}"]] = [4, 7, 5]
        frame.loc[0, f"P{item}"] = 6
    row = sq.tolerance_scores(sq.Responses.from_frame(frame, desk)).to_frame().iloc[0]
    assert (row[PLACES] * 8).tolist() == [1, 2, 1, 1, 2, 1]
    assert row["within"] * 8 == 5


def test_shares_sum_to_one(zones, desk):
    table = sq.tolerance_scores(sq.Responses.from_frame(zones, desk)).to_frame()
    np.testing.assert_allclose(table[PLACES].sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(table["within"], 1 - table["below"] - table["above"])


class TestInversions:
    @pytest.fixture
    def inverted(self, zones):
        zones.loc[0, ["M1", "E1"]] = [8, 3]
        zones.loc[0, ["M2", "E2"]] = [8, 3]
        zones.loc[5, ["M3", "E3"]] = [8, 3]
        return zones

    def test_keep_counts_them_and_keeps_them_out_of_the_shares(self, inverted, desk):
        zone = sq.tolerance_scores(sq.Responses.from_frame(inverted, desk))
        assert zone.n_inversions == 3
        row = zone.to_frame().iloc[0]
        assert row["n"] == 60
        assert row["inverted"] == pytest.approx(1 / 60)
        assert row["adequacy"] == pytest.approx((inverted["P1"] - inverted["M1"]).mean())
        rest = inverted.drop(index=0)
        assert row["below"] == pytest.approx((rest["P1"] < rest["M1"]).mean())
        assert any("3 answers put the minimum above" in note for note in zone.notes())

    def test_set_aside_treats_them_as_not_applicable(self, inverted, desk):
        zone = sq.tolerance_scores(sq.Responses.from_frame(inverted, desk), inversions="set_aside")
        table = zone.to_frame()
        assert table["n"].tolist() == [59, 59, 59, 59, 59, 58]
        rest = inverted.drop(index=0)
        assert table["adequacy"].iloc[0] == pytest.approx((rest["P1"] - rest["M1"]).mean())
        assert np.isnan(zone.adequacy.loc[0, "help"])
        assert zone.n == 60

    def test_leave_out_those_with_too_many(self, inverted, desk):
        answers = sq.Responses.from_frame(inverted, desk)
        strict = sq.tolerance_scores(answers, inversions="leave_out")
        assert strict.excluded.index.tolist() == [0, 5]
        assert strict.excluded["reason"].eq("inversions").all()
        loose = sq.tolerance_scores(answers, inversions="leave_out", inversions_allowed=1)
        assert loose.excluded.index.tolist() == [0]

    def test_raise_says_how_many_and_where(self, inverted, desk):
        answers = sq.Responses.from_frame(inverted, desk)
        with pytest.raises(sq.ResponseError, match=r"3 answers of 2 respondents .* first in row 0"):
            sq.tolerance_scores(answers, inversions="raise")


def test_a_blank_in_one_role_blanks_the_item_in_all(zones, desk):
    zones = zones.astype(float)
    zones.loc[0, "M1"] = np.nan
    zones.loc[1, "E1"] = np.nan
    answers = sq.Responses.from_frame(zones, desk, missing="available")
    with pytest.warns(sq.MissingResponseWarning, match="2 of 60"):
        zone = sq.tolerance_scores(answers)
    assert np.isnan(zone.items["superiority"].loc[0, "1"])
    assert np.isnan(zone.items["adequacy"].loc[1, "1"])
    both = zone.items["adequacy"] - zone.items["superiority"]
    pd.testing.assert_frame_equal(zone.items["width"], both)
    table = zone.to_frame()
    np.testing.assert_allclose(table["adequacy"] - table["superiority"], table["width"], atol=1e-12)


def test_a_missing_role_is_named(zones, desk):
    answers = sq.Responses.from_frame(zones, desk, minimum=None)
    with pytest.raises(sq.ResponseError, match="not bound: minimum"):
        sq.tolerance_scores(answers)


def test_data_holds_scores_and_answers(zones, desk):
    data = sq.tolerance_scores(sq.Responses.from_frame(zones, desk)).to_data()
    assert list(data) == [f"{x}{i}" for x in "ASPME" for i in "123"]
    np.testing.assert_array_equal(data["A2"], zones["P2"] - zones["M2"])
    np.testing.assert_array_equal(data["S2"], zones["P2"] - zones["E2"])


def test_the_libqual_institutions_of_literature():
    """Printed mean of 17 institutions, AS-3: 6.23 7.93 6.99 .76 -.94 (Lehigh, LibQUAL+ 2002-04)."""
    minimum = [5.70, 5.88, 6.11, 5.64, 6.06, 6.58, 6.11, 6.22, 6.54, 6.32, 6.26, 6.81, 6.70, 6.04,
               5.87, 6.81, 6.30]  # fmt: skip
    desired = [7.72, 7.92, 8.03, 7.60, 7.73, 7.99, 8.00, 7.92, 8.08, 7.85, 8.08, 8.17, 8.13, 7.88,
               7.89, 7.90, 7.88]  # fmt: skip
    perceived = [6.92, 7.09, 7.31, 6.83, 7.22, 7.54, 7.01, 7.11, 7.38, 7.10, 6.92, 7.42, 7.19, 6.40,
                 6.23, 6.85, 6.27]  # fmt: skip
    helped = sq.Instrument(
        name="help",
        scale=(1, 9),
        dimensions={"affect": ("AS3",)},
        roles=("minimum", "expectation", "perception"),
    )
    frame = pd.DataFrame({"MAS3": minimum, "EAS3": desired, "PAS3": perceived})
    row = sq.tolerance_scores(sq.Responses.from_frame(frame, helped)).to_frame().iloc[0]
    assert row[["mean_m", "mean_e", "mean_p"]].tolist() == pytest.approx(
        [6.232, 7.928, 6.988], abs=5e-4
    )
    # The printed gaps were rounded institution by institution, from more digits.
    assert row[["adequacy", "superiority"]].tolist() == pytest.approx([0.756, -0.939], abs=1.1e-3)
    assert row["below"] == pytest.approx(1 / 17)  # institution F
