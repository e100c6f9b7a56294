import pickle
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.priorities.relative.dividing import relative_importance
from servqual.priorities.relative.resamples import rank_probabilities
from servqual.resampling import resample_counts
from tests.helpers import needs

REFERENCE = Path(__file__).parents[2] / "reference"
METHODS = ["lmg", "johnson", "first", "last", "pratt"]
JOHNSON_A = [
    [1, 0.2, 0.3, 0.4, -0.4],
    [0.2, 1, 0.5, 0.1, 0.1],
    [0.3, 0.5, 1, 0.2, -0.3],
    [0.4, 0.1, 0.2, 1, 0.4],
    [-0.4, 0.1, -0.3, 0.4, 1],
]
JOHNSON_B = [
    [1, 0.66, 0.67, 0.54, 0.68, 0.62, 0.72],
    [0.66, 1, 0.58, 0.59, 0.68, 0.68, 0.56],
    [0.67, 0.58, 1, 0.52, 0.60, 0.62, 0.68],
    [0.54, 0.59, 0.52, 1, 0.52, 0.61, 0.45],
    [0.68, 0.68, 0.60, 0.52, 1, 0.63, 0.62],
    [0.62, 0.68, 0.62, 0.61, 0.63, 1, 0.57],
    [0.72, 0.56, 0.68, 0.45, 0.62, 0.57, 1],
]
SWISS = {
    "lmg": [0.057091221, 0.171173029, 0.260134679, 0.105570150, 0.112765923],
    "johnson": [0.04841690, 0.15470825, 0.27196411, 0.11468003, 0.11696572],
    "first": [0.12466491, 0.41716447, 0.44061565, 0.21500350, 0.17351893],
    "last": [0.04286961, 0.00738742, 0.16196269, 0.06237263, 0.05694526],
    "pratt": [-0.11048599, 0.10642740, 0.44500457, 0.16117681, 0.10461221],
}
ATTITUDE = {
    "lmg": [0.370816194, 0.050903793, 0.155765990, 0.120345079, 0.006588723, 0.028182213],
    "johnson": [0.362760200, 0.056002279, 0.163610911, 0.121780400, 0.008255467, 0.020192737],
}


def moments(r):
    names = [f"v{i + 1}" for i in range(len(r))]
    return sq.Moments(names=names, n=200, mean=np.zeros(len(r)), covariance=r)


def without_warnings(y, X, *args, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sq.ServqualWarning)
        return relative_importance(y, X, *args, **options)


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(60, 4)) + rng.normal(size=(60, 1))
    data = pd.DataFrame(x, columns=["a", "b", "c", "d"])
    data["y"] = data["a"] + 0.5 * data["b"] - 0.3 * data["d"] + rng.normal(size=60)
    return data


@pytest.fixture(scope="module")
def scores():
    complete = sq.load_dataset("bank").dropna()
    bank = sq.load_instrument("servqual-1991")
    return sq.gap_scores(sq.Responses.from_frame(complete, bank, points="points_{}"))


def test_published_examples_of_johnsons_weights():
    found = relative_importance("v5", moments(JOHNSON_A), "johnson")
    expected = [0.24066119, 0.05492664, 0.12143476, 0.28158189]
    np.testing.assert_allclose(found.estimate, expected, atol=5.1e-9)
    assert found.r_squared == pytest.approx(0.69860449, abs=5.1e-9)
    lmg = [0.238070389, 0.056103201, 0.118003873, 0.286427024]
    np.testing.assert_allclose(found.methods["lmg"], lmg, atol=5.1e-10)
    found = relative_importance("v1", moments(JOHNSON_B), "johnson")
    expected = [0.107748318, 0.116483757, 0.065514315, 0.121167113, 0.080061989, 0.171054987]
    np.testing.assert_allclose(found.estimate, expected, atol=5.1e-10)
    shares = [16.275, 17.595, 9.896, 18.302, 12.093, 25.838]
    np.testing.assert_allclose(100 * found.to_frame()["share"], shares, atol=5.1e-4)
    assert found.r_squared == pytest.approx(0.662030479, abs=5.1e-10)


@pytest.mark.parametrize(
    ("name", "outcome", "expected", "r_squared"),
    [
        ("swiss", "Fertility", SWISS, 0.706735),
        ("attitude", "rating", ATTITUDE, 0.73260199),
    ],
)
def test_published_data(name, outcome, expected, r_squared):
    """R's data sets swiss (Mosteller & Tukey, 1977) and attitude (Chatterjee & Price, 1977)."""
    data = pd.read_csv(REFERENCE / f"{name}.csv")
    data = data.select_dtypes("number")
    found = relative_importance(outcome, data, n_resamples=0)
    assert found.drivers == tuple(data.columns.drop(outcome))
    assert found.r_squared == pytest.approx(r_squared, abs=5e-7)
    for method, values in expected.items():
        np.testing.assert_allclose(found.methods[method], values, atol=5.1e-9)


def test_pingouin_agrees(frame):
    pingouin = needs("pingouin")
    theirs = pingouin.linear_regression(frame[list("abcd")], frame["y"], relimp=True).iloc[1:]
    found = relative_importance("y", frame, n_resamples=0).to_frame()
    np.testing.assert_allclose(found["estimate"], theirs["relimp"].astype(float), atol=1e-10)
    np.testing.assert_allclose(100 * found["share"], theirs["relimp_perc"].astype(float), atol=1e-8)


def test_all_doors_lead_to_the_same(frame):
    plain = relative_importance("y", frame, n_resamples=50, seed=1)
    beside = relative_importance(frame["y"], frame.drop(columns="y"), n_resamples=50, seed=1)
    sample = relative_importance("y", sq.Sample.from_frame(frame), n_resamples=50, seed=1)
    array = relative_importance(
        frame["y"].to_numpy(), frame.drop(columns="y").to_numpy(), n_resamples=50, seed=1
    )
    assert plain == beside == sample
    np.testing.assert_array_equal(array.draws, plain.draws)
    assert (array.drivers, array.outcome) == (("x1", "x2", "x3", "x4"), ("outcome",))
    of_moments = relative_importance("y", sq.Moments.from_frame(frame))
    np.testing.assert_allclose(of_moments.estimate, plain.estimate, atol=1e-14)
    assert of_moments.n_resamples == 0
    assert of_moments.to_frame()[["se", "ci_low", "rank_ci_low", "p_first"]].isna().all(axis=None)
    assert "No resamples: no intervals and no probabilities of ranks." in of_moments.notes()
    one = relative_importance("y", frame[["y", "c"]], n_resamples=50, seed=1).to_frame()
    assert one[["share", "share_ci_low", "share_ci_high", "p_first"]].to_numpy() == pytest.approx(1)
    two = relative_importance(["y", "d"], frame, n_resamples=0)
    assert two.drivers == ("a", "b", "c")
    mean = relative_importance((frame["y"] + frame["d"]) / 2, frame[["a", "b", "c"]], n_resamples=0)
    np.testing.assert_allclose(two.estimate, mean.estimate, atol=1e-14)


@pytest.mark.parametrize("method", METHODS)
def test_draws_are_refits_of_repeated_rows(frame, method):
    weights = np.tile([1.0, 2.0, 3.0], 20)
    options = {"groups": {"ab": ["a", "b"]}, "n_resamples": 3, "seed": 9}
    found = relative_importance("y", frame.assign(w=weights), method, weights="w", **options)
    (counts,) = resample_counts(60, 3, 9)
    for draw, r_squared, count in zip(
        found.draws.to_numpy(), found.r_squared_draws, counts, strict=True
    ):
        rows = frame.iloc[np.repeat(np.arange(60), (count * weights).astype(int))]
        again = relative_importance("y", rows, method, groups=options["groups"], n_resamples=0)
        np.testing.assert_allclose(draw, again.estimate, atol=1e-10)
        assert r_squared == pytest.approx(again.r_squared, abs=1e-10)


def test_weights_are_repeated_rows_whatever_their_unit(frame):
    weights = np.tile([0.0, 1.0, 2.0], 20)
    kept = frame.assign(w=weights)
    found = without_warnings("y", kept, weights="w", n_resamples=100, seed=1)
    scaled = without_warnings("y", frame, weights=1e-6 * weights, n_resamples=100, seed=1)
    repeated = frame.iloc[np.repeat(np.arange(60), weights.astype(int))]
    again = relative_importance("y", repeated, n_resamples=0)
    np.testing.assert_allclose(found.estimate, again.estimate, atol=1e-12)
    np.testing.assert_allclose(found.estimate, scaled.estimate, atol=1e-14)
    np.testing.assert_allclose(found.draws, scaled.draws, atol=1e-12)
    assert (found.n, found.n_total, found.weighted) == (40, 60, True)


def test_the_table_is_what_the_draws_say(frame):
    found = relative_importance("y", frame, n_resamples=400, seed=2)
    table, draws = found.to_frame(), found.draws.to_numpy()
    np.testing.assert_allclose(table["se"], draws.std(axis=0, ddof=1), atol=1e-14)
    low, high = np.quantile(draws, [0.025, 0.975], axis=0)
    np.testing.assert_allclose(table[["ci_low", "ci_high"]], np.column_stack([low, high]))
    relative = draws / draws.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(table["share_ci_low"], np.quantile(relative, 0.025, axis=0))
    probabilities = found.rank_probabilities
    ranks = (-draws).argsort(axis=1).argsort(axis=1) + 1
    for rank in range(1, 5):
        np.testing.assert_allclose(probabilities[rank], (ranks == rank).mean(axis=0), atol=1e-12)
    assert table["p_first"].tolist() == probabilities[1].tolist()
    assert table["rank"].tolist() == (-table["estimate"]).rank().tolist()
    for low, high, own in zip(table["rank_ci_low"], table["rank_ci_high"], ranks.T, strict=True):
        assert (own < low).mean() <= 0.025 < (own <= low).mean()
        assert (own > high).mean() <= 0.025 < (own >= high).mean()
    pairs = found.differences
    assert pairs["driver"].tolist() == ["a", "a", "a", "b", "b", "c"]
    apart = draws[:, 0] - draws[:, 3]
    row = pairs[(pairs["driver"] == "a") & (pairs["other"] == "d")].iloc[0]
    assert row["ci_low"] == pytest.approx(np.quantile(apart, 0.025))
    assert row["p_value"] == pytest.approx(2 * (1 + (apart <= 0).sum()) / 401)
    assert row["p_adjusted"] == pytest.approx(min(1, 6 * row["p_value"]))


def test_bca_takes_the_jackknife_of_every_respondent(frame):
    data = frame.assign(w=np.linspace(1, 3, 60))
    found = relative_importance("y", data, weights="w", n_resamples=300, seed=2, kind="bca")
    left = np.array(
        [
            relative_importance("y", data.drop(i), weights="w", n_resamples=0).estimate
            for i in range(60)
        ]
    )
    influence = left.mean(axis=0) - left
    acceleration = (influence**3).sum(axis=0) / (6 * (influence**2).sum(axis=0) ** 1.5)
    np.testing.assert_allclose(found._acceleration[0], acceleration, atol=1e-10)
    with pytest.warns(sq.AdmissibilityWarning, match="does not vary there"):
        alone = relative_importance(
            "y", frame.assign(e=np.eye(60)[0]), "johnson", n_resamples=300, seed=2, kind="bca"
        )
    assert alone.to_frame().notna().all(axis=None)
    plain = relative_importance("y", data, weights="w", n_resamples=300, seed=2)
    np.testing.assert_array_equal(plain.draws, found.draws)
    assert (plain.to_frame()["ci_low"] != found.to_frame()["ci_low"]).all()


def test_scores_are_read_by_dimension_item_and_kind(scores):
    found = relative_importance(["SAT1", "SAT2"], scores, n_resamples=20, seed=1)
    by_hand = scores.dimensions.assign(
        y=scores.responses.frame.pandas(["SAT1", "SAT2"]).mean(axis=1)
    )
    plain = relative_importance("y", by_hand, n_resamples=20, seed=1)
    np.testing.assert_allclose(found.draws, plain.draws, atol=1e-12)
    assert found.to_frame()["label"].tolist()[:2] == ["Tangibles", "Reliability"]
    assert "gap scores of SERVQUAL (1991 refinement)" in found.title()
    assert found.label_of("tangibles", "zh") == "有形性"
    perceived = relative_importance("SAT1", scores, of="perception", n_resamples=0)
    answers = scores.answers("perception")
    means = pd.DataFrame(
        {
            key: answers[list(one)].mean(axis=1)
            for key, one in scores.responses.instrument.dimensions.items()
        }
    )
    outcome = scores.responses.frame.pandas(["SAT1"])["SAT1"]
    by_hand = relative_importance(outcome.to_numpy(), means, n_resamples=0)
    np.testing.assert_allclose(perceived.estimate, by_hand.estimate, atol=1e-12)
    blocks = relative_importance(
        "SAT1", scores, level="item", groups=scores.responses.instrument.dimensions, n_resamples=0
    )
    assert blocks.drivers == tuple(scores.responses.instrument.dimensions)
    assert blocks.groups[0] == ("tangibles", ("1", "2", "3", "4"))
    assert "Tangibles enters as one: 1, 2, 3, 4." in blocks.notes()
    items = relative_importance("SAT1", scores, "johnson", level="item", n_resamples=0)
    assert items.drivers == scores.responses.instrument.items
    assert items.estimate[:4].sum() == pytest.approx(blocks.methods["johnson"][0], abs=1e-12)


def test_more_than_twenty_drivers_are_sampled_and_said_so():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(200, 22)) + rng.normal(size=(200, 1))
    data = pd.DataFrame(x, columns=[f"x{i}" for i in range(22)])
    data["y"] = x[:, 0] + rng.normal(size=200)
    found = relative_importance("y", data, n_resamples=3, n_orders=100, seed=1)
    assert found.estimate.sum() == pytest.approx(found.r_squared, abs=1e-12)
    pairs = {f"g{i}": [f"x{2 * i}", f"x{2 * i + 1}"] for i in range(11)}
    exact = relative_importance("y", data, n_resamples=0, groups=pairs)
    sums = found.estimate.reshape(11, 2).sum(axis=1)
    assert np.abs(sums - exact.estimate).max() < 0.02
    assert (found.order_error > 0).all()
    np.testing.assert_allclose(found.draws.sum(axis=1), found.r_squared_draws, atol=1e-12)
    assert any("averaged over 100 random orders of entry" in note for note in found.notes())
    assert found == relative_importance("y", data, n_resamples=3, n_orders=100, seed=1)
    assert exact.order_error is None


def test_drivers_that_others_determine(frame):
    data = frame.assign(e=frame["a"] - frame["b"])
    found = relative_importance("y", data, n_resamples=50, seed=1)
    assert found.r_squared == pytest.approx(
        relative_importance("y", frame, n_resamples=0).r_squared, abs=1e-10
    )
    assert found.estimate.sum() == pytest.approx(found.r_squared, abs=1e-12)
    assert found.problems == (
        "a, b, e: determined by other drivers, with which it shares what they explain together",
    )
    for method in ("last", "pratt"):
        alone = relative_importance("y", data, method, n_resamples=50, seed=1)
        assert np.isnan(alone.estimate).tolist() == [True, True, False, False, True]
        assert alone.to_frame().loc[[0, 1, 4], "rank":].isna().all(axis=None)
        assert alone.rank_probabilities.loc["c"].sum() == pytest.approx(1)
        assert len(alone.draws) == 50
        assert alone.problems[0] == (
            "a, b, e: determined by other drivers, so that it has nothing of its own"
        )
    grouped = relative_importance(
        "y", data, "pratt", groups={"abe": ["a", "b", "e"]}, n_resamples=0
    )
    assert grouped.estimate.sum() == pytest.approx(grouped.r_squared, abs=1e-10)
    twice = relative_importance("y", frame.assign(e=frame["a"]), n_resamples=80, seed=1)
    assert twice.estimate[0] == pytest.approx(twice.estimate[4], abs=1e-14)
    table = twice.to_frame()
    assert table.loc[0, "rank":].tolist() == pytest.approx(table.loc[4, "rank":].tolist())


def test_columns_without_variance(frame):
    data = frame.assign(e=3.0, f=0.1)
    found = relative_importance("y", data, groups={"df": ["d", "f"]}, n_resamples=50, seed=1)
    assert found.drivers == ("a", "b", "c", "df", "e")
    plain = relative_importance("y", frame, n_resamples=50, seed=1)
    np.testing.assert_allclose(found.estimate, [*plain.estimate, np.nan], atol=1e-14)
    assert found.draws["e"].isna().all()
    assert found.problems == (
        "e: no variance, so nothing can be said of it",
        "f: left out of its group, as it has no variance",
    )
    with pytest.raises(sq.ResponseError, match="The outcome 'e' does not vary"):
        relative_importance("e", data)
    with pytest.raises(sq.ResponseError, match="None of the 2 drivers varies: 'e', 'f'"):
        relative_importance("y", data[["e", "f", "y"]])


def test_few_respondents(frame):
    few = frame.iloc[:5]
    with pytest.raises(sq.ResponseError, match=r"5 respondents .* 4 columns .* takes 6 at least"):
        relative_importance("y", few)
    first = without_warnings("y", few, "first", n_resamples=50, seed=1)
    np.testing.assert_allclose(first.estimate, few.corr()["y"][:-1] ** 2, atol=1e-12)
    assert np.isnan(first.r_squared)
    assert first.to_frame()["share"].isna().all()
    assert first.to_frame()["ci_low"].notna().all()
    assert first.methods["lmg"].isna().all()
    assert any("no fewer of them than respondents" in problem for problem in first.problems)
    with pytest.warns(sq.AdmissibilityWarning, match="of 200 resamples left out: so few"):
        six = relative_importance("y", frame.iloc[:7], n_resamples=200, seed=1)
    assert len(six.draws) == 200 - six.n_few - six.n_constant
    assert (six.r_squared_draws < 1 - 1e-9).all()


def test_resamples_in_which_a_driver_does_not_vary(frame):
    data = frame.assign(e=np.eye(60)[0])
    with pytest.warns(sq.AdmissibilityWarning, match="a driver or the outcome does not vary"):
        found = relative_importance("y", data, n_resamples=200, seed=1)
    counts = np.concatenate(list(resample_counts(60, 200, 1)))
    assert found.n_constant == (counts[:, 0] == 0).sum()
    assert len(found.draws) == 200 - found.n_constant
    tied = frame.assign(e=frame["a"] + np.eye(60)[0])
    with pytest.warns(sq.AdmissibilityWarning, match="drivers determine each other there"):
        last = relative_importance("y", tied, "last", n_resamples=200, seed=1)
    assert last.n_singular == (counts[:, 0] == 0).sum()


def test_missing_rows_are_counted_and_warned_of(frame):
    data = frame.copy()
    data.loc[0, "a"] = data.loc[1, "y"] = np.nan
    with pytest.warns(sq.MissingResponseWarning, match="2 of 60 respondents lack the outcome"):
        found = relative_importance("y", data, n_resamples=20, seed=1)
    assert (found.n, found.n_total) == (58, 60)
    assert "n = 58 of 60 (2 left out)" in found.title()
    np.testing.assert_array_equal(
        found.draws, relative_importance("y", data.dropna(), n_resamples=20, seed=1).draws
    )


def test_shares_below_zero_and_reversed_drivers_are_said():
    data = pd.read_csv(REFERENCE / "swiss.csv").select_dtypes("number")
    found = relative_importance("Fertility", data, "pratt", n_resamples=0)
    assert found.problems == (
        "Agriculture: negative, so that no share of R² can be read from it (suppression)",
    )
    assert any(
        note == "Shares have no sign; the outcome goes down as these go up: Examination, Education."
        for note in found.notes()
    )


def test_hostile_names(frame):
    data = frame.rename(columns={"a": "outcome", "b": "driver", "c": "{x} <b>", "d": ""})
    found = relative_importance("y", data, n_resamples=20, seed=1)
    assert found.drivers == ("outcome", "driver", "{x} <b>", "")
    np.testing.assert_array_equal(
        found.draws, relative_importance("y", frame, n_resamples=20, seed=1).draws
    )
    assert "{x} <b>" in repr(found)
    assert "&lt;b&gt;" in found._repr_html_()
    with pytest.raises(sq.ResponseError, match="duplicate columns: 'a'"):
        relative_importance("y", frame.rename(columns={"b": "a"}))


def test_what_cannot_be_read_is_refused(frame, scores):
    for call, text in (
        (("z", frame), "X has no outcome 'z'"),
        ((["y", "y"], frame), "y names a column twice"),
        (("y", frame[["y"]]), "There is no driver"),
        ((frame["y"], frame), "The outcome 'y' is a column of X too"),
        ((frame["y"][::-1], frame.drop(columns="y")), "index is not that of X"),
        (([1.0, 2.0], frame), r"a value for each of the 60 rows, not shape \(2,\)"),
        ((np.full(60, np.inf), frame), "60 infinite values"),
        ((object(), frame), "must hold numbers"),
        ((np.ones(5), moments(JOHNSON_A)), "y must be the name"),
        (("v1", moments([[1, 0.9, 0.9], [0.9, 1, -0.9], [0.9, -0.9, 1]])), "positive semidefinite"),
        (("SAT1", scores.responses.frame.pandas(["SAT1", "branch"])), "numbers belong"),
    ):
        with pytest.raises(sq.ResponseError, match=text):
            relative_importance(*call)
    for options, text in (
        ({"groups": {"g": ["a", "q"]}}, "groups name 'q', which is no driver"),
        ({"groups": {"g": ["a"], "h": ["a", "b"]}}, "stands in groups twice: 'a'"),
        ({"groups": {"g": []}}, "'g' has no columns"),
        ({"groups": {"c": ["a", "b"]}}, "has the name of a driver outside it"),
        ({"of": "gap"}, "of= and level= go with scores"),
        ({"weights": np.zeros(60)}, "All sampling weights are zero"),
    ):
        with pytest.raises(sq.ResponseError, match=text):
            relative_importance("y", frame, **options)
    with pytest.raises(sq.ResponseError, match="Sample has its own"):
        relative_importance("y", sq.Sample.from_frame(frame), weights=np.ones(60))
    with pytest.raises(sq.ResponseError, match="of must be one of gap, perception, expectation"):
        relative_importance("SAT1", scores, of="zone")
    for options, text in (
        ({"method": "shap"}, "method must be one of 'lmg', 'johnson'"),
        ({"kind": "normal"}, "kind must be one of percentile"),
        ({"n_resamples": -1}, "n_resamples must be a whole number"),
        ({"confidence": 1}, "confidence must lie between 0 and 1"),
        ({"n_orders": 2}, "n_orders must be a whole number of at least 4"),
        ({"level": "scale"}, "level must be one of 'dimension', 'item'"),
    ):
        with pytest.raises(ValueError, match=text):
            relative_importance("y", frame, **options)


def test_drivers_that_explain_nothing():
    data = pd.DataFrame({"a": [1.0, 1, -1, -1] * 5, "y": [1.0, -1, 1, -1] * 5})
    found = relative_importance("y", data, n_resamples=50, seed=1)
    assert found.r_squared == 0
    table = found.to_frame()
    assert table["share"].isna().all()
    assert (table["estimate"] == 0).all()
    assert "The drivers explain nothing: there are no shares of R²." in found.problems
    with pytest.raises(sq.ResponseError, match="beyond what numbers can hold"):
        relative_importance("y", data * 1e-200)


@pytest.mark.parametrize("library", ["polars", "pyarrow"])
def test_other_frames(frame, library):
    there = needs(library)
    columns = frame.to_dict("list")
    other = there.table(columns) if library == "pyarrow" else there.DataFrame(columns)
    assert relative_importance("y", other, n_resamples=9, seed=1) == relative_importance(
        "y", frame, n_resamples=9, seed=1
    )


def test_a_result_is_a_value(frame):
    found = relative_importance("y", frame, n_resamples=30, seed=1)
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    pd.testing.assert_frame_equal(again.to_frame(), found.to_frame())
    assert found != relative_importance("y", frame, n_resamples=30, seed=2)
    assert "LMG (Shapley); R² = " in found.title()
    low, high = found.r_squared_interval
    assert low < found.r_squared < high


def test_rounding_is_no_variance(frame):
    some = np.where(np.arange(60) % 2, 0.3, 0.1 + 0.2)
    table = relative_importance("y", frame.assign(c=some), n_resamples=0).to_frame()
    assert table["estimate"].isna().tolist() == [False, False, True, False]
    with pytest.raises(sq.ResponseError, match="does not vary"):
        relative_importance(some, frame[["a", "b"]], n_resamples=0)


def test_units_beyond_numbers_are_refused(frame):
    for unit in (1e-160, 1e160):
        with pytest.raises(sq.ResponseError, match="other units"):
            relative_importance("y", frame.assign(c=frame["c"] * unit), n_resamples=0)


def test_a_group_needs_more_respondents_than_columns_also_alone(frame):
    groups = {"all": ["a", "b", "c", "d"]}
    for n in (4, 5):
        with pytest.raises(sq.ResponseError, match=r"4 columns of drivers.*It takes 6"):
            relative_importance("y", frame[:n], "first", groups=groups, n_resamples=0)
    found = without_warnings("y", frame[:7], "first", groups=groups, n_resamples=300, seed=1)
    counts = np.concatenate(list(resample_counts(7, 300, 1)))
    assert found.n_few == ((counts > 0).sum(axis=1) <= 5).sum()
    assert (found.draws < 1 - 1e-9).all(axis=None)
    assert found.estimate < 1
    with pytest.raises(sq.ResponseError, match="each group, or method='first'"):
        relative_importance("y", frame[:5], n_resamples=0)
    with pytest.raises(sq.ResponseError, match=r"each group\.$"):
        relative_importance("y", frame[:2], n_resamples=0)


@pytest.mark.parametrize("groups", [[["a", "b"]], {"g": 5}])
def test_groups_that_are_no_mapping_to_columns(frame, groups):
    with pytest.raises(TypeError, match="groups must give the columns of each group"):
        relative_importance("y", frame, groups=groups, n_resamples=0)


def test_resamples_of_light_respondents_count(frame):
    """Those that miss the heavy ones carry little weight, but they are resamples."""
    weights = np.r_[[1e5] * 6, np.ones(54)]
    found = relative_importance("y", frame, weights=weights, n_resamples=2000, seed=1)
    counts = np.concatenate(list(resample_counts(60, 2000, 1)))
    (light,) = np.flatnonzero((counts[:, :6] == 0).all(axis=1))[:1]
    repeated = frame.loc[np.repeat(frame.index, counts[light].astype(int))]
    expected = relative_importance("y", repeated, n_resamples=0).estimate
    assert len(found.draws) == 2000
    np.testing.assert_allclose(found.draws.iloc[light], expected, atol=1e-8)
    with pytest.raises(sq.ResponseError, match="nearly all of the sampling weight"):
        relative_importance("y", frame, weights=np.r_[1e20, np.ones(59)], seed=1)


def test_no_interval_of_a_share_that_is_not_there():
    cross = pd.DataFrame({"a": [-1, 1, -1, 1.0], "b": [1, 1, -1, -1], "y": [1, -1, -1, 1]})
    found = without_warnings("y", pd.concat([cross] * 5), n_resamples=100, seed=1)
    table = found.to_frame()
    assert table[["share", "share_ci_low", "share_ci_high"]].isna().to_numpy().all()
    assert table["ci_high"].notna().all()


def test_a_column_that_differs_from_another_by_next_to_nothing_adds_nothing(frame):
    """Even if that next to nothing is the outcome."""
    rest = np.random.default_rng(3).normal(size=60)
    data = pd.DataFrame({"a": frame["a"], "b": frame["a"] + 1e-7 * rest, "y": rest})
    found = relative_importance("y", data, n_resamples=0)
    alone = data.corr().loc["a", "y"] ** 2
    np.testing.assert_allclose(found.estimate, [alone / 2] * 2, atol=1e-5)
    np.testing.assert_allclose(found.methods["johnson"], [alone / 2] * 2, atol=1e-5)
    told = relative_importance("y", data.assign(b=frame["a"] + 1e-3 * rest), n_resamples=0)
    assert told.r_squared == pytest.approx(1)


def test_ranks_of_drivers_alike_are_split(frame):
    found = relative_importance("y", frame.assign(e=frame["a"]), n_resamples=200, seed=1)
    held = found.rank_probabilities
    np.testing.assert_allclose(held.sum(axis=0), 1)
    np.testing.assert_allclose(held.sum(axis=1), 1)
    np.testing.assert_allclose(held.loc["a"], held.loc["e"])
    np.testing.assert_allclose(
        rank_probabilities(np.array([[0.4, 0.4, 0.1], [0.1, 0.3, 0.4]]), np.ones(2)),
        [[0.25, 0.25, 0.5], [0.25, 0.75, 0], [0.5, 0, 0.5]],
    )
