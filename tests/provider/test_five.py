import pickle

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student

import servqual as sq
from servqual.errors import ResponseError
from servqual.provider.five import provider_gaps
from servqual.provider.management import management_gap
from servqual.provider.ratings import provider_ratings
from tests.provider.conftest import DUO, bound

KEYS = ["tangibles", "reliability", "responsiveness", "assurance", "empathy"]


@pytest.fixture(scope="module")
def gaps(customers):
    return sq.gap_scores(customers)


@pytest.fixture(scope="module")
def parts(customers, managers, staff, gaps):
    """All five gaps with units in firms."""
    options = {"unit": "unit", "firm": "firm"}
    return (
        management_gap(customers, managers, **options),
        provider_ratings(managers.frame.data.to_native(), 2, **options),
        provider_ratings(staff, 3, **options),
        provider_ratings(staff, 4, **options),
        gaps,
    )


@pytest.fixture(scope="module")
def five(parts):
    return provider_gaps(*parts)


def test_each_gap_stands_as_it_was_found(five, parts, gaps):
    table = five.to_frame()
    assert table["gap_number"].tolist() == np.repeat([1, 2, 3, 4, 5], 6).tolist()
    kinds = table.drop_duplicates("gap_number")["kind"].tolist()
    assert kinds == ["difference", "rating", "rating", "rating", "difference"]
    figures = ["estimate", "ci_low", "ci_high"]
    first = parts[0].to_frame().query("quantity == 'expectation' and level != 'item'")
    np.testing.assert_array_equal(table.loc[:5, figures], first[figures])
    np.testing.assert_array_equal(table.loc[12:17, figures], parts[2].to_frame()[figures])
    units = gaps.to_data("unit").groupby("unit")
    last = gaps.dimensions.groupby(gaps.to_data("unit")["unit"]).mean().mean()
    np.testing.assert_allclose(table.loc[24:28, "estimate"], last, rtol=0, atol=1e-12)
    assert len(units) == table["n_units"].iloc[-1] == five.n_units == 40
    assert table["n"].iloc[0] == first["n_managers"].iloc[-1] + first["n_customers"].iloc[-1]


def test_the_error_of_gap_5_is_that_within_firms(five, gaps):
    data = gaps.to_data(["firm", "unit"])
    data["gap"] = gaps.dimensions.mean(axis=1)
    means = data.groupby(["firm", "unit"])["gap"].mean()
    within = means - means.groupby("firm").transform("mean")
    df = len(means) - data["firm"].nunique()
    half = student.ppf(0.975, df) * np.sqrt((within**2).sum() / df / len(means))
    overall = five.to_frame().iloc[-1]
    expected = [means.mean() - half, means.mean() + half]
    np.testing.assert_allclose(overall[["ci_low", "ci_high"]].tolist(), expected)


def test_people_without_units(customers, managers, gaps):
    found = provider_gaps(gap1=management_gap(customers, managers), gap5=gaps)
    table = found.to_frame()
    own = gaps.to_frame().query("level == 'dimension'")[["gap", "ci_low", "ci_high"]]
    last = table.query("gap_number == 5 and level == 'dimension'")
    np.testing.assert_allclose(last[["estimate", "ci_low", "ci_high"]], own, rtol=0, atol=1e-10)
    assert "n_units" not in table
    assert found.n_units == 0
    assert len(found.correlations) == 0
    assert found.problems == ("Not given, so not shown: gap 2, 3, 4.",)


@pytest.mark.filterwarnings("ignore:.*units only")
def test_gap_5_is_the_mean_of_dimensions_under_sampling_weights():
    answers = {"P1": [5, 3, 4], "P2": [5, 1, 4], "P3": [7, 4, 2], "w": [3.0, 1, 4]}
    frame = pd.DataFrame({**answers, "E1": 6, "E2": 6, "E3": 4, "unit": ["a", "a", "b"]})
    scores = sq.gap_scores(sq.Responses.from_frame(frame, DUO, weights="w"))
    # care: -1, -4, -2; speed: 3, 0, -2
    people = provider_gaps(gap5=scores).to_frame()["estimate"]
    np.testing.assert_allclose(people, [-15 / 8, 1 / 8, -7 / 8], rtol=0, atol=1e-12)
    rated = pd.DataFrame({"ability_care": [4, 6, 5], "ability_speed": [2, 2, 5]})
    rated["unit"] = ["a", "a", "b"]
    rating = provider_ratings(rated, 3, instrument=DUO, unit="unit", weights=[3.0, 1, 9])
    assert rating.to_frame()["estimate"].tolist() == [4.75, 3.5, 4.125]
    units = provider_gaps(gap3=rating, gap5=scores).to_frame()["estimate"].tail(3)
    # care: a -7/4, b -2; speed: a 9/4, b -2
    np.testing.assert_allclose(units, [-1.875, 0.125, -0.875], rtol=0, atol=1e-12)


def test_signs_are_never_mixed_in_title_and_notes(five):
    assert five.title() == (
        "The five gaps, SERVQUAL (1991 refinement); excellent expectations; 40 units in 5 firms"
    )
    first, second, *_ = five.notes()
    assert "negative = managers underestimate" in first
    assert "negative = the service falls short" in first
    assert "ratings and no differences: low = a large gap. Nothing is added over gaps." in second
    assert any("go together by construction" in note for note in five.notes())
    assert five.problems == ()


def test_ratings_alone_have_no_expectations(staff):
    found = provider_gaps(gap4=provider_ratings(staff, 4))
    assert found.title() == "The five gaps, SERVQUAL (1991 refinement)"
    assert found.scale == (1, 7)


def test_correlations_are_partial_for_the_firms(five, parts, gaps):
    found = five.correlations
    row = found[(found["gap_number"] == 3) & (found["dimension"] == "reliability")].iloc[0]
    place = gaps.to_data(["unit", "firm"])
    y = gaps.dimensions["reliability"].groupby(place["unit"]).mean()
    units = parts[2].units.query("dimension == 'reliability'").set_index("unit")
    x = (
        units["estimate"]
        .set_axis([label.split(" / ")[1] for label in units.index])
        .reindex(y.index)
    )
    firm = pd.get_dummies([unit.split()[0] for unit in y.index]).to_numpy(float)
    x, y = (
        one - firm @ np.linalg.lstsq(firm, one, rcond=None)[0]
        for one in (x.to_numpy(), y.to_numpy())
    )
    r = np.corrcoef(x, y)[0, 1]
    half = 1.959963984540054 / np.sqrt(40 - 5 - 2)
    assert row["r"] == pytest.approx(r, abs=1e-10)
    assert (row["ci_low"], row["ci_high"]) == pytest.approx(
        tuple(np.tanh(np.arctanh(r) + np.array([-half, half]))), abs=1e-10
    )
    assert found["n_units"].eq(40).all()
    assert found["gap_number"].tolist() == np.repeat([1, 2, 3, 4], 6).tolist()
    overall = found[found["level"] == "overall"].set_index("gap_number")["r"]
    assert overall.idxmax() == 3  # as built in


@pytest.mark.filterwarnings("ignore:.*units only", "ignore:.*belong to no known unit")
def test_few_units_have_no_correlations_and_a_reason(staff, customers):
    frame = customers.frame.pandas(["firm", "unit", *(name for name in customers.frame.names
                                                      if name[0] in "EP")])  # fmt: skip
    bind = {**sq.load_dataset("chain_customers").attrs["bind"], "points": None}
    alder = frame[frame["unit"].isin([f"Alder {number}" for number in range(1, 5)])]
    scores = sq.gap_scores(
        sq.Responses.from_frame(alder, sq.load_instrument("servqual-1991"), **bind)
    )
    rated = provider_ratings(staff, 3, unit="unit")
    with pytest.warns(sq.MissingResponseWarning, match="36 units lack some of the gaps.*'Alder 5'"):
        found = provider_gaps(gap3=rated, gap5=scores)
    assert found.n_units == 4
    assert found.correlations["r"].isna().all()
    assert found.problems[-1] == (
        "No correlations with gap 5: they need at least 5 units, and there are 4."
    )


def test_result_is_a_value(five, parts):
    assert pickle.loads(pickle.dumps(five)) == five == provider_gaps(*parts)
    changed = five.to_frame()
    changed["estimate"] = 0
    assert five.to_frame()["estimate"].ne(0).any()


def test_bad_input_is_told(parts, gaps, staff):
    first, second, third, fourth, _ = parts
    with pytest.raises(sq.ResponseError, match="No gap was given"):
        provider_gaps()
    with pytest.raises(sq.ResponseError, match=r"gap3= was given the ratings of gap 4"):
        provider_gaps(gap3=fourth)
    with pytest.raises(TypeError, match=r"gap1= wants what management_gap\(.*, not ProviderRat"):
        provider_gaps(gap1=second)
    with pytest.raises(sq.ResponseError, match="different unit=: gap 1: 'unit', gap 3: None"):
        provider_gaps(gap1=first, gap3=provider_ratings(staff, 3))
    other = provider_ratings(staff, 4, unit="unit", firm="firm", scale=(0, 9))
    with pytest.raises(sq.ResponseError, match="rated on different scales"):
        provider_gaps(gap3=third, gap4=other)
    own = sq.Instrument(name="own", scale=(1, 7), dimensions={"empathy": ("1",)})
    with pytest.raises(sq.ResponseError, match="Gap 3 is of the dimensions 'empathy', the others"):
        provider_gaps(
            gap3=provider_ratings(staff, 3, instrument=own, unit="unit", firm="firm"), gap5=gaps
        )
    bank = sq.Responses.from_frame(
        sq.load_dataset("bank").dropna(), sq.load_instrument("servqual-1991")
    )
    with pytest.raises(sq.ResponseError, match=r"unit columns \(gap 5\) are missing"):
        provider_gaps(gap3=third, gap5=sq.gap_scores(bank))


# --- the made-up chain is as it is told


@pytest.mark.filterwarnings("ignore:.*left items unanswered")
def test_chain_matches_itself():
    frames = {name: sq.load_dataset(f"chain_{name}") for name in ("customers", "managers", "staff")}
    units = {name: set(frame["unit"]) for name, frame in frames.items()}
    assert units["customers"] == units["managers"] == units["staff"]
    assert len(units["staff"]) == 40
    customers, managers = frames["customers"], frames["managers"]
    assert customers["unit"].value_counts()["Elm 8"] == 1
    for name in ("chain_customers", "chain_managers"):
        assert len(bound(name).instrument.items) == 10
        points = sq.load_dataset(name)[[f"points_{key}" for key in KEYS]]
        assert (points.sum(axis=1) == 100).all()
    assert managers["satisfaction_guess"].mean() > customers["satisfaction"].mean() + 0.5
    for frame in frames.values():
        rated = frame.filter(regex="^(E|P|standards_|ability_|promises_|satis)")
        assert rated.stack().dropna().between(1, 7).all()
        assert f"{len(frame)} " in frame.attrs["notes"][0]


def test_the_units_of_all_gaps_stand_in_one_table(five, gaps):
    units = five.units
    assert set(units["gap_number"]) == {1, 2, 3, 4, 5}
    assert not units.duplicated(["gap_number", "unit", "dimension"]).any()
    fifth = units.query("gap_number == 5 and dimension == 'empathy'").set_index("unit")["estimate"]
    where = gaps.to_data(["firm", "unit"])
    by_hand = gaps.dimensions["empathy"].groupby(where["firm"] + " / " + where["unit"]).mean()
    np.testing.assert_allclose(fifth.sort_index(), by_hand.sort_index(), rtol=1e-12)
    with pytest.raises(ResponseError, match="No units were told apart"):
        _ = provider_gaps(gap5=gaps).units
