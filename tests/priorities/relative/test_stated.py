import pickle
import warnings

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.priorities.relative.dividing import relative_importance
from servqual.priorities.relative.stated import stated_derived_importance
from servqual.resampling import resample_counts

POINTS = [
    f"points_{key}"
    for key in ("tangibles", "reliability", "responsiveness", "assurance", "empathy")
]


def bound(frame, **options):
    bank = sq.load_instrument("servqual-1991")
    return sq.gap_scores(sq.Responses.from_frame(frame, bank, points="points_{}", **options))


@pytest.fixture(scope="module")
def frame():
    return sq.load_dataset("bank").dropna()


@pytest.fixture(scope="module")
def scores(frame):
    return bound(frame)


@pytest.fixture(scope="module")
def found(scores):
    return stated_derived_importance(scores, "SAT1", n_resamples=200, seed=4)


def test_both_come_from_the_same_resamples(found, scores, frame):
    table = found.to_frame()
    points = frame[POINTS].to_numpy(dtype=float)
    stated = points.sum(axis=0) / points.sum()
    np.testing.assert_allclose(table["stated"], stated, atol=1e-14)
    derived = relative_importance("SAT1", scores, n_resamples=200, seed=4)
    np.testing.assert_allclose(table["derived"], derived.to_frame()["share"], atol=1e-12)
    assert found.r_squared == pytest.approx(derived.r_squared, abs=1e-12)
    counts = np.concatenate(list(resample_counts(len(frame), 200, 4)))
    drawn = counts @ points
    shares = derived.draws.to_numpy() / derived.r_squared_draws.to_numpy()[:, None]
    apart = shares - drawn / drawn.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(table["discrepancy"], table["derived"] - stated, atol=1e-14)
    np.testing.assert_allclose(table["discrepancy_se"], apart.std(axis=0, ddof=1), atol=1e-12)
    np.testing.assert_allclose(
        table[["discrepancy_ci_low", "discrepancy_ci_high"]],
        np.quantile(apart, [0.025, 0.975], axis=0).T,
        atol=1e-12,
    )
    np.testing.assert_allclose(table["derived_ci_low"], np.quantile(shares, 0.025, axis=0))
    p = [2 * (1 + min((one <= 0).sum(), (one >= 0).sum())) / 201 for one in apart.T]
    np.testing.assert_allclose(table["p_value"], np.minimum(p, 1), atol=1e-14)
    smallest = [
        min(
            2
            * min(
                (apart[:, j] <= v[j]).sum() + (v[j] >= 0), (apart[:, j] >= v[j]).sum() + (v[j] <= 0)
            )
            / 201
            for j in range(5)
        )
        for v in apart
    ]
    assert found.test["statistic"] == pytest.approx(min(p))
    expected = (1 + (np.array(smallest) <= min(p) + 1e-12).sum()) / 201
    assert found.test["p_value"] == pytest.approx(expected)
    ranks = pd.DataFrame({"a": table["stated"], "b": table["derived"]}).rank()
    assert found.rank_correlation["estimate"] == pytest.approx(ranks.corr().iloc[0, 1])


def test_given_weights_have_no_error(scores):
    given = {"tangibles": 1, "reliability": 3, "responsiveness": 2, "assurance": 2, "empathy": 2}
    table = stated_derived_importance(scores, "SAT1", given, "johnson", n_resamples=50, seed=1)
    table = table.to_frame()
    assert table["stated"].tolist() == [0.1, 0.3, 0.2, 0.2, 0.2]
    assert (table["stated_se"] == 0).all()
    np.testing.assert_allclose(table["discrepancy_se"], table["derived_se"], atol=1e-14)


def test_sampling_weights_are_repeated_rows(frame):
    weights = np.tile([1.0, 2.0], len(frame) // 2)
    weighted = stated_derived_importance(
        bound(frame.assign(w=weights), weights="w"), "SAT1", n_resamples=2, seed=1
    )
    repeated = frame.iloc[np.repeat(np.arange(len(frame)), weights.astype(int))]
    again = stated_derived_importance(bound(repeated), "SAT1", n_resamples=2, seed=1)
    for column in ("stated", "derived"):
        np.testing.assert_allclose(
            weighted.to_frame()[column], again.to_frame()[column], atol=1e-12
        )
    assert ", with sampling weights" in weighted.title()


def test_ratings_of_items_and_of_their_dimensions():
    rng = np.random.default_rng(3)
    ids = [str(i) for i in range(1, 5)]
    instrument = sq.Instrument(
        name="four items",
        dimensions={"one": ids[:2], "two": ids[2:]},
        scale=(1, 7),
        roles=("perception", "importance"),
    )
    data = pd.DataFrame(
        rng.integers(1, 8, (60, 8)), columns=[*(f"P{i}" for i in ids), *(f"I{i}" for i in ids)]
    )
    data["y"] = data["P1"] + data["P3"] + rng.normal(size=60)
    answers = sq.Responses.from_frame(data, instrument, importance="I{}")
    scores = sq.perception_scores(answers)
    items = stated_derived_importance(scores, "y", "items", level="item", n_resamples=20, seed=1)
    means = data[[f"I{i}" for i in ids]].mean().to_numpy()
    np.testing.assert_allclose(items.to_frame()["stated"], means / means.sum(), atol=1e-14)
    pairs = stated_derived_importance(scores, "y", "items", n_resamples=20, seed=1)
    by_pair = means.reshape(2, 2).mean(axis=1)
    np.testing.assert_allclose(pairs.to_frame()["stated"], by_pair / by_pair.sum(), atol=1e-14)
    assert any("depends on where their scale begins" in note for note in items.notes())
    with pytest.raises(sq.ResponseError, match="Points are given to dimensions"):
        stated_derived_importance(scores, "y", level="item")
    data["P3"] = data["P4"] = 3
    flat = sq.perception_scores(sq.Responses.from_frame(data, instrument, importance="I{}"))
    with pytest.raises(sq.ResponseError, match="'two' does not vary"):
        stated_derived_importance(flat, "y", "items")


def test_who_lacks_something_is_left_out_of_both(frame):
    data = frame.copy()
    data.iloc[0, data.columns.get_loc("SAT1")] = np.nan
    data.loc[data.index[1], POINTS] = np.nan
    with pytest.warns(sq.MissingResponseWarning, match="2 of 280 respondents lack"):
        found = stated_derived_importance(bound(data), "SAT1", n_resamples=20, seed=1)
    again = stated_derived_importance(bound(frame.iloc[2:]), "SAT1", n_resamples=20, seed=1)
    pd.testing.assert_frame_equal(found.to_frame(), again.to_frame(), rtol=1e-12)
    assert "n = 278 of 280 (2 left out)" in found.title()


def test_weights_stay_with_those_who_are_scored(frame):
    data = frame.copy()
    data.loc[data.index[0], "P1"] = np.nan  # the first is not scored at all
    with pytest.warns(sq.MissingResponseWarning):
        found = stated_derived_importance(bound(data), "SAT1", n_resamples=20, seed=1)
    again = stated_derived_importance(bound(frame.iloc[1:]), "SAT1", n_resamples=20, seed=1)
    pd.testing.assert_frame_equal(found.to_frame(), again.to_frame(), rtol=1e-12)


def test_resamples_without_a_solution_are_counted(frame):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        few = bound(frame.iloc[:9])
    with pytest.warns(sq.AdmissibilityWarning, match="of 100 resamples left out: there is no"):
        found = stated_derived_importance(few, "SAT1", n_resamples=100, seed=1)
    assert 0 < found.n_left_out < 100


def test_what_is_said(found):
    assert found.title().startswith(
        "Stated and derived importance, SERVQUAL (1991 refinement): n = 280; stated: points of "
        "100; derived: LMG (Shapley) for SAT1, R² = 0."
    )
    first = found.notes()[0]
    assert first.startswith("Disagreement as a whole: p ")
    assert first.endswith("of 5 drivers and its distribution in the resamples.")
    assert found.problems == ()
    assert pickle.loads(pickle.dumps(found)) == found


def test_bad_options_are_refused(scores):
    with pytest.raises(TypeError, match="wants GapScores from gap_scores"):
        stated_derived_importance(3, "SAT1")
    with pytest.raises(ValueError, match="method must be 'lmg' or 'johnson'"):
        stated_derived_importance(scores, "SAT1", method="pratt")
    with pytest.raises(ValueError, match="n_resamples must be a whole number of at least 2"):
        stated_derived_importance(scores, "SAT1", n_resamples=0)
    with pytest.raises(sq.ResponseError, match="'importance', which was not bound"):
        stated_derived_importance(scores, "SAT1", "items")
