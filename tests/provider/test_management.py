import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student
from scipy.stats import ttest_1samp, ttest_ind

import servqual as sq
from servqual.provider.management import management_gap
from tests.provider.conftest import DUO, side

FEW = pytest.mark.filterwarnings("ignore:.*units only")
SHARES = {"tangibles": 5, "reliability": 35, "responsiveness": 30, "assurance": 15, "empathy": 15}


@pytest.fixture(scope="module")
def chain(customers, managers):
    return management_gap(
        customers,
        managers,
        unit="unit",
        firm="firm",
        satisfaction="satisfaction",
        satisfaction_guess="satisfaction_guess",
        drivers=SHARES,
    )


def tiny(points=True, **more):
    """Two units: customers expect 5, 6, 4 and 7, 7, 3 in a, and 4, 4, 6 in b."""
    shares = ([[50, 50], [70, 30], [40, 60]], [[20, 80], [40, 60]]) if points else (None, None)
    customers = side([[5, 6, 4], [7, 7, 3], [4, 4, 6]], ["a", "a", "b"], shares[0])
    managers = side([[6, 5, 5], [5, 5, 7]], ["a", "b"], shares[1])
    return management_gap(customers, managers, **more)


def at(found, quantity, level, key=""):
    table = found.to_frame()
    column = "item" if level == "item" else "dimension"
    rows = (table["quantity"] == quantity) & (table["level"] == level)
    if level != "overall":
        rows &= table[column] == key
    (row,) = table[rows].to_dict("records")
    return row


@FEW
def test_differences_by_hand():
    found = tiny(unit="unit")
    # item 1: a 6 - 6 = 0, b 5 - 4 = 1; item 3: a 5 - 3.5, b 7 - 6
    assert at(found, "expectation", "item", "1")["estimate"] == 0.5
    assert at(found, "expectation", "item", "3")["estimate"] == 1.25
    # care: a 5.5 - 6.25, b 5 - 4; overall: means of care and speed
    care = at(found, "expectation", "dimension", "care")
    assert care["estimate"] == pytest.approx(0.125, abs=1e-14)
    assert (care["mean_managers"], care["mean_customers"]) == pytest.approx((5.25, 5.125))
    assert care["df"] == 1
    assert care["se"] == pytest.approx(np.std([-0.75, 1.0], ddof=1) / np.sqrt(2), abs=1e-14)
    assert at(found, "expectation", "overall")["estimate"] == pytest.approx(0.6875, abs=1e-14)
    # points: a 20 - 60, b 40 - 40
    share = at(found, "importance", "dimension", "care")
    assert (share["estimate"], share["n_customers"], share["n_units"]) == (-20, 3, 2)
    assert at(found, "importance", "dimension", "speed")["estimate"] == 20


def test_without_units_it_is_welch_between_people(customers, managers):
    found = management_gap(customers, managers)
    answers = [sq.Responses.__len__(one) for one in (customers, managers)]
    row = at(found, "expectation", "item", "5")
    welch = ttest_ind(managers.frame.pandas(["E5"])["E5"], customers.frame.pandas(["E5"])["E5"],
                      equal_var=False)  # fmt: skip
    interval = welch.confidence_interval()
    assert (row["n_customers"], row["n_managers"]) == tuple(answers)
    assert [row[key] for key in ("statistic", "df", "p_value", "ci_low", "ci_high")] == (
        pytest.approx([welch.statistic, welch.df, welch.pvalue, *interval], abs=1e-10)
    )
    assert "n_units" not in row
    with pytest.raises(sq.ResponseError, match="No units were told apart"):
        _ = found.units


def test_with_units_it_is_t_of_their_differences(customers, managers):
    found = management_gap(customers, managers, unit="unit")
    means = [
        one.frame.pandas(["unit", "E5"]).groupby("unit")["E5"].mean()
        for one in (managers, customers)
    ]
    test = ttest_1samp(means[0] - means[1], 0)
    row = at(found, "expectation", "item", "5")
    assert [row[key] for key in ("statistic", "df", "p_value", "ci_low", "ci_high")] == (
        pytest.approx([test.statistic, 39, test.pvalue, *test.confidence_interval()], abs=1e-10)
    )


def test_chain_finds_what_was_built_in(chain):
    estimates = chain.to_frame().set_index(["quantity", "level", "dimension"])["estimate"]
    expected = estimates["expectation"]["dimension"]
    assert expected["tangibles"] > 0.3
    assert expected[["responsiveness", "empathy"]].max() < -0.2
    assert estimates["satisfaction"].item() > 0.5
    shares = estimates["driver"]["dimension"]
    assert (shares.idxmax(), shares.idxmin()) == ("tangibles", "responsiveness")
    assert shares.sum() == pytest.approx(0, abs=1e-10)
    assert chain.to_frame()["df"].unique().tolist() == [35]
    assert (chain.n_units, chain.n_firms) == (40, 5)


def test_units_average_to_the_estimate(chain):
    units = chain.units
    assert list(units.columns[:2]) == ["firm", "unit"]
    keys = ["quantity", "level", "dimension", "item"]
    means = units.groupby(keys, sort=False)["estimate"].mean()
    np.testing.assert_allclose(means, chain.to_frame()["estimate"], rtol=0, atol=1e-12)
    units.loc[:, "estimate"] = 0
    assert chain.units["estimate"].ne(0).any()


def test_driver_shares_are_scaled_and_read_from_a_result_or_series(customers, managers, chain):
    class Found:
        def to_frame(self):
            return pd.DataFrame(
                {"driver": list(SHARES), "share": [s / 100 for s in SHARES.values()]}
            )

    for drivers in (Found(), pd.Series(SHARES), {key: 3 * s for key, s in SHARES.items()}):
        found = management_gap(customers, managers, unit="unit", firm="firm", drivers=drivers)
        table, other = (
            one.to_frame().query("quantity == 'driver'")["estimate"] for one in (found, chain)
        )
        np.testing.assert_allclose(table, other, rtol=0, atol=1e-10)
    people = management_gap(customers, managers, drivers=SHARES)
    row = at(people, "driver", "dimension", "empathy")
    points = managers.frame.pandas(["points_empathy"])["points_empathy"]
    test = ttest_1samp(points, 15)
    assert (row["df"], row["p_value"]) == pytest.approx((len(points) - 1, test.pvalue), abs=1e-10)


def test_managers_may_share_out_the_drivers_in_columns_of_their_own(customers, managers):
    found = management_gap(
        customers, managers, drivers=SHARES, driver_guess="standards_{}", unit="unit"
    )
    rated = managers.frame.pandas(["unit", *(f"standards_{key}" for key in SHARES)])
    shares = rated.set_index("unit").pipe(lambda one: one.div(one.sum(axis=1), axis=0)) * 100
    mean = shares.groupby("unit").mean().mean()["standards_empathy"] - 15
    assert at(found, "driver", "dimension", "empathy")["estimate"] == pytest.approx(mean, abs=1e-10)


@FEW
def test_sampling_weights_weigh_within_units_and_between_people():
    people = [[5, 5, 5], [1, 1, 1], [3, 3, 3]]
    weighted = side(people, ["a", "a", "b"], weights=[3.0, 1, 1])
    repeated = side([people[0]] * 3 + people[1:], ["a"] * 4 + ["b"])
    managers = side([[4, 4, 4], [6, 6, 6]], ["a", "b"])
    for options in ({}, {"unit": "unit"}):
        one, other = (management_gap(them, managers, **options) for them in (weighted, repeated))
        assert at(one, "expectation", "overall")["estimate"] == pytest.approx(
            at(other, "expectation", "overall")["estimate"], abs=1e-12
        )
        assert ", with sampling weights" in one.title()
    by_unit = management_gap(weighted, managers, unit="unit")
    assert at(by_unit, "expectation", "overall")["estimate"] == 1.5  # 4 - 4 and 6 - 3


@FEW
@settings(max_examples=8)
@given(
    st.lists(st.lists(st.integers(1, 7), min_size=3, max_size=3), min_size=9, max_size=9),
    st.permutations(range(5)),
    st.permutations(range(3)),
)
def test_swapping_sides_flips_the_sign_and_names_and_order_are_nothing(answers, order, names):
    units = np.array([0, 1, 2, 0, 1])
    text = np.array(["x", "y", "z"])
    customers, managers = side(answers[:5], text[units]), side(answers[5:], text[[0, 1, 2, 2]])
    found = management_gap(customers, managers, unit="unit").to_frame()
    swapped = management_gap(managers, customers, unit="unit").to_frame()
    np.testing.assert_allclose(swapped["estimate"], -found["estimate"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(swapped["ci_low"], -found["ci_high"], rtol=0, atol=1e-12)
    renamed = text[list(names)]
    moved = side([answers[i] for i in order], renamed[units[list(order)]])
    again = management_gap(moved, side(answers[5:], renamed[[0, 1, 2, 2]]), unit="unit").to_frame()
    np.testing.assert_allclose(again["estimate"], found["estimate"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(again["se"], found["se"], rtol=0, atol=1e-10)
    assert found["estimate"].abs().max() <= 6


def test_percentile_interval_is_reproducible_and_says_so(customers, managers):
    options = {"unit": "unit", "interval": "percentile", "n_resamples": 50}
    one, other, third = (
        management_gap(customers, managers, **options, seed=seed) for seed in (1, 1, 2)
    )
    assert one == other
    assert one != third
    assert "percentile, 50 resamples of the units." in " ".join(one.notes())
    assert pickle.loads(pickle.dumps(one)) == one


@FEW
def test_title_and_notes_say_what_the_sign_means(chain):
    found = tiny(unit="unit", confidence=0.9)
    assert found.title() == (
        "Gap 1 (managers' guesses − customers' answers; kind of expectation not stated), duo: "
        "2 managers, 3 customers; 2 units"
    )
    first, _, last, tests = found.notes()
    assert tests == "statistic, df, p: Student's t of the units."
    assert first.startswith("Negative = managers underestimate what customers expect")
    assert "This is not the gap P − E" in first
    assert last == "Each unit counts alike. Intervals: 90 %, Student's t of the units."
    assert "customers' answers; excellent expectations), SERVQUAL" in chain.title()
    assert chain.title().endswith("; 40 units in 5 firms")
    assert any("Student's t of the units, within their firms." in note for note in chain.notes())
    assert any("shares are taken as given" in note for note in chain.notes())
    row = at(found, "expectation", "overall")
    half = student.ppf(0.95, 1) * row["se"]
    assert row["ci_high"] - row["estimate"] == pytest.approx(half, abs=1e-12)
    (note,) = (one for one in tiny().notes() if "Welch" in one)
    assert note == "Intervals and tests: 95 %, Welch's t of two samples of people."


def test_few_units_are_warned_of_with_their_count():
    with pytest.warns(sq.SmallSampleWarning, match="^2 units only: intervals and tests"):
        tiny(unit="unit")


@FEW
def test_what_does_not_vary_has_no_interval_and_a_reason():
    found = tiny(unit="unit", points=False)
    same = side([[4, 4, 4], [4, 4, 4]], ["a", "b"])
    flat = management_gap(same, same, unit="unit")
    assert flat.to_frame()["estimate"].eq(0).all()
    assert flat.to_frame()["ci_low"].isna().all()
    assert flat.problems[0].startswith("No interval and no test, because there is one unit only")
    assert found.problems == ()
    one = side([[4, 5, 6]], ["a"])
    with pytest.warns(sq.SmallSampleWarning):
        alone = management_gap(same, one)
    assert alone.problems[0].startswith("No interval and no test, because a side has one answer")


@FEW
def test_a_unit_where_one_side_left_an_item_blank_is_left_out_of_that_item():
    customers = sq.Responses.from_frame(
        pd.DataFrame({"E1": [5, 5, 1.0], "E2": [5, 5, 5.0], "E3": [4, None, 4.0],
                      "unit": ["a", "b", "c"]}),
        DUO, perception=None, missing="available",
    )  # fmt: skip
    managers = side([[5, 5, 5], [6, 6, 6], [1, 1, 1]], ["a", "b", "c"])
    with pytest.warns(sq.MissingResponseWarning):
        found = management_gap(customers, managers, unit="unit")
    row = at(found, "expectation", "item", "3")
    assert (row["n_units"], row["n_managers"], row["n_customers"]) == (2, 2, 2)
    assert row["estimate"] == -1  # 5 - 4 and 1 - 4
    assert at(found, "expectation", "item", "1")["n_units"] == 3


@FEW
def test_who_is_left_out_keeps_the_others_in_their_units():
    answers = {"E1": [None, 5, 7, 4], "E2": [1, 5, 7, 4], "E3": [1, 5, 7, 4.0]}
    frame = pd.DataFrame({**answers, "unit": ["b", "a", "b", "b"]})
    managers = side([[6, 6, 6], [6, 6, 6]], ["a", "b"])
    whole, without = (
        sq.Responses.from_frame(one, DUO, perception=None) for one in (frame, frame[1:])
    )
    with pytest.warns(sq.MissingResponseWarning, match="1 of 4 respondents"):
        found = management_gap(whole, managers, unit="unit")
    expected = management_gap(without, managers, unit="unit")
    pd.testing.assert_frame_equal(found.to_frame(), expected.to_frame())
    assert found.units["estimate"].iloc[[0, 6]].tolist() == [1, 0.5]


# --- bad input


def test_sides_with_different_items_are_refused(managers):
    frame = sq.load_dataset("bank").dropna()
    bank = sq.Responses.from_frame(frame, sq.load_instrument("servqual-1991"), points="points_{}")
    with pytest.raises(
        sq.ResponseError,
        match=r"different items: '2', '4', '6', '8', '9' and 7 more only by the customers\. Bind",
    ):
        management_gap(bank, managers)
    with pytest.raises(sq.ResponseError, match=r"items: '2'.* only by the managers"):
        management_gap(managers, bank)


def test_sides_on_other_scales_or_in_other_dimensions_are_refused(make_side):
    frame = pd.DataFrame({"E1": [4, 5], "E2": [4, 5], "E3": [5, 5], "unit": ["a", "b"]})

    def other(**about):
        instrument = sq.Instrument(name="other", **{"scale": (1, 7), **about})
        return sq.Responses.from_frame(frame, instrument, perception=None)

    mine = make_side([[4, 4, 4], [5, 5, 5]], ["a", "b"])
    with pytest.raises(sq.ResponseError, match="Customers answered on 1-7, managers on 1-5"):
        management_gap(mine, other(dimensions=DUO.dimensions, scale=(1, 5)))
    with pytest.raises(sq.ResponseError, match="other items in the dimensions 'care', 'speed'"):
        management_gap(mine, other(dimensions={"care": ("1",), "speed": ("2", "3")}))
    with pytest.raises(sq.ResponseError, match="different dimensions: 'speed' only by the cust"):
        management_gap(mine, other(dimensions={"care": ("1", "2"), "haste": ("3",)}))


def test_roles_and_columns_that_are_not_there(customers, managers):
    perceived = sq.Responses.from_frame(
        customers.frame.data.to_native(), customers.instrument, expectation=None
    )
    with pytest.raises(sq.ResponseError, match="managers: gap 1 compares expectations, but only"):
        management_gap(customers, perceived)
    with pytest.raises(TypeError, match="customers must be Responses, not DataFrame"):
        management_gap(pd.DataFrame(), managers)
    with pytest.raises(sq.ResponseError, match=r"'units'.*Did you mean 'unit'"):
        management_gap(customers, managers, unit="units")
    with pytest.raises(
        sq.ResponseError, match=r"satisfaction columns \(customers\) are missing.*'sat'"
    ):
        management_gap(customers, managers, satisfaction="sat", satisfaction_guess="x")
    with pytest.raises(ValueError, match="go together"):
        management_gap(customers, managers, satisfaction="satisfaction")


def test_drivers_that_do_not_fit(customers, managers, make_side):
    def compare(**options):
        return management_gap(customers, managers, **options)

    with pytest.raises(sq.ResponseError, match=r"no share of 'empathy'; it has 'tangibles'"):
        compare(drivers={key: 1 for key in list(SHARES)[:-1]})
    with pytest.raises(sq.ResponseError, match="positive sum"):
        compare(drivers=dict.fromkeys(SHARES, 0))
    with pytest.raises(sq.ResponseError, match="shares of 'price', which are no dimensions"):
        compare(drivers={**SHARES, "price": 5})
    with pytest.raises(sq.ResponseError, match="several shares of one driver"):
        compare(drivers=pd.Series([*SHARES.values(), 3], index=[*SHARES, "empathy"]))
    with pytest.raises(sq.ResponseError, match="must be numbers: could not convert"):
        compare(drivers={**SHARES, "empathy": "much"})
    with pytest.raises(TypeError, match="satisfaction= names a column or several, not 3"):
        compare(satisfaction=3, satisfaction_guess=3)
    with pytest.raises(TypeError, match="drivers= must map dimensions to shares"):
        compare(drivers=[1, 2, 3])
    with pytest.raises(ValueError, match="driver_guess= is compared with drivers="):
        compare(driver_guess="points_{}")
    with pytest.raises(sq.ResponseError, match=r"must hold \{\} once"):
        compare(drivers=SHARES, driver_guess="points")
    mine = make_side([[4, 4, 4], [5, 5, 5]], ["a", "b"])
    with pytest.raises(sq.ResponseError, match="no points were bound for the managers"):
        management_gap(mine, mine, drivers={"care": 1, "speed": 1})
