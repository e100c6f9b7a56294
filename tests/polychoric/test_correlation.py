"""Polychoric, polyserial and tetrachoric correlations."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import AdmissibilityWarning, MissingResponseWarning, ResponseError
from servqual.factors.adequacy import factorability
from servqual.factors.efa import fit_efa
from servqual.instrument import Instrument
from servqual.moments import Moments
from servqual.polychoric.correlation import polychoric_correlation
from servqual.responses import Responses
from servqual.sample import Sample
from servqual.scores.gaps import gap_scores
from servqual.scores.perception import perception_scores
from tests.helpers import optional, there

LIKERT = Instrument(name="small", dimensions={"care": ("1", "2"), "speed": ("3",)}, scale=(1, 7))


def correlate(frame, **options):
    """Correlate without a word of warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AdmissibilityWarning)
        warnings.simplefilter("ignore", MissingResponseWarning)
        return polychoric_correlation(frame, **options)


def answers(seed=1, n=60, items=3, categories=4):
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(n, items)) + rng.normal(size=(n, 1))
    cuts = np.linspace(-1.5, 1.5, categories - 1)
    return pd.DataFrame(np.digitize(latent, cuts), columns=[f"x{i}" for i in range(items)])


@pytest.fixture(scope="module")
def found(performance):
    return polychoric_correlation(performance)


def test_correlations_are_those_of_lavaan(found, reference):
    expected = reference("polychoric_lavaan_300")
    np.testing.assert_allclose(found.correlation, expected["polychoric"], atol=1e-7)
    assert list(found.correlation.columns) == list(found.correlation.index) == expected["names"]
    thresholds = found.thresholds
    np.testing.assert_allclose(
        thresholds["estimate"], np.ravel(list(expected["thresholds"].values())), atol=1e-12
    )
    assert thresholds["variable"].value_counts()["P1"] == 6
    assert thresholds.loc[0, ["category_below", "category_above"]].tolist() == ["1", "2"]


def test_correlations_are_those_of_psych_to_its_own_precision(found, reference):
    # psych searches rho with optimise, to about 2e-5.
    np.testing.assert_allclose(
        found.correlation, reference("polychoric_psych_300")["rho"], atol=3e-5
    )


def test_errors_are_those_of_lavaan(performance, by_lavaan):
    expected = by_lavaan["ordered"]
    found = polychoric_correlation(performance[expected["names"]])
    variances = dict(zip(expected["statistics"], np.diag(expected["gamma"]), strict=True))
    frame = found.to_frame()
    theirs = [np.sqrt(variances[f"{row.first}~~{row.second}"] / 300) for row in frame.itertuples()]
    np.testing.assert_allclose(frame["se"], theirs, rtol=1e-6)
    taus = [np.sqrt(variance / 300) for name, variance in variances.items() if "|" in name]
    np.testing.assert_allclose(found.thresholds["se"], taus, rtol=1e-9)
    assert found.se.at["P1", "P2"] == found.se.at["P2", "P1"] == frame["se"][0]
    assert found.se.at["P1", "P1"] == 0


def test_mixed_correlations_are_those_of_lavaan(merged, by_lavaan):
    found = polychoric_correlation(merged, ordered=["P1", "P2", "P3"])
    covariance = np.array(by_lavaan["mixed"]["covariance"])
    sd = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(found.correlation, covariance / np.outer(sd, sd), atol=1e-6)
    kinds = found.to_frame().set_index(["first", "second"])["kind"]
    assert kinds["P1", "P2"] == "polychoric"
    assert kinds["P2", "P3"] == "tetrachoric"
    assert kinds["P1", "SAT1"] == "polyserial"
    assert kinds["SAT1", "P2"] == "biserial"
    assert kinds["SAT1", "SAT2"] == "Pearson"
    assert kinds.index.tolist()[:2] == [("P1", "SAT1"), ("P1", "P2")]
    assert found.title().startswith("Polychoric, polyserial and Pearson correlations of 5 var")


def test_continuous_variables_alone_have_pearsons_correlations(survey):
    frame = survey[["SAT1", "SAT2", "LOY1"]]
    found = polychoric_correlation(frame, ordered=[])
    np.testing.assert_allclose(found.matrix, frame.corr(), atol=1e-12)
    x, y = (
        (frame[name] - frame[name].mean()) / frame[name].std(ddof=0) for name in ("SAT1", "SAT2")
    )
    rho = found.correlation.at["SAT1", "SAT2"]
    influence = x * y - rho / 2 * (x**2 + y**2)
    assert found.se.at["SAT1", "SAT2"] == pytest.approx(np.sqrt((influence**2).sum()) / 300)
    assert found.title() == "Pearson correlations of 3 variables; n = 300 (complete rows)"
    assert found.thresholds.empty


def test_weighted_errors_are_those_of_the_casewise_influence(survey, by_lavaan):
    expected = by_lavaan["weighted"]
    frame = survey[["P1", "P2"]].assign(w=expected["weights"])
    found = polychoric_correlation(frame, weights="w")
    at = expected["statistics"].index("P1~~P2")
    assert found.se.at["P1", "P2"] == pytest.approx(
        np.sqrt(expected["gamma"][at][at] / 300), rel=1e-6
    )
    assert found.correlation.at["P1", "P2"] == pytest.approx(expected["covariance"][0][1], abs=1e-6)
    assert "With sampling weights; standard errors allow for them." in found.notes()
    arrays = polychoric_correlation(survey[["P1", "P2"]], weights=expected["weights"])
    assert arrays == found


def test_pairwise_answers(by_lavaan):
    expected = by_lavaan["pairwise"]
    frame = pd.DataFrame(by_lavaan["blanks"]).astype(float)[expected["names"]]
    with pytest.warns(MissingResponseWarning, match=r"rows with both: from \d+ of 300"):
        found = polychoric_correlation(frame, ordered=expected["ordered"], missing="pairwise")
    covariance = np.array(expected["covariance"])
    sd = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(found.correlation, covariance / np.outer(sd, sd), atol=1e-5)
    at = expected["statistics"].index("P1~~P2")
    assert found.se.at["P1", "P2"] == pytest.approx(np.sqrt(expected["gamma"][at][at] / 300))
    both = frame[["P1", "P2"]].notna().all(axis=1).sum()
    assert found.to_frame()["n"][0] == both
    moments = found.to_moments()
    assert moments.n == moments.pairs.min() == found.pairs.min()
    with pytest.warns(MissingResponseWarning, match="incomplete"):
        listwise = polychoric_correlation(frame, ordered=expected["ordered"])
    assert listwise.n == frame.notna().all(axis=1).sum()
    assert listwise.correlation.equals(
        polychoric_correlation(frame.dropna(), ordered=expected["ordered"]).correlation
    )


@settings(max_examples=8)
@given(st.integers(0, 10**6))
def test_recoding_reversing_merging_and_order(seed):
    frame = answers(seed)
    before = correlate(frame)
    recoded = frame.replace({0: -7.5, 1: 0.1, 2: 3, 3: 1000})
    np.testing.assert_array_equal(correlate(recoded).matrix, before.matrix)
    apart = frame.replace({3: 8})
    assert correlate(apart).correlation.equals(before.correlation)
    turned = correlate(frame.assign(x1=-frame["x1"]))
    sign = np.array([1, -1, 1])
    np.testing.assert_allclose(turned.matrix, before.matrix * np.outer(sign, sign), atol=1e-9)
    np.testing.assert_allclose(turned.errors, before.errors, atol=1e-8)
    moved = correlate(frame[["x2", "x0", "x1"]])
    np.testing.assert_allclose(
        moved.correlation.loc[list(frame), list(frame)], before.correlation, atol=1e-9
    )
    doubled = correlate(frame, weights=np.full(len(frame), 2.0))
    assert doubled.correlation.equals(before.correlation)


def test_unused_categories_are_named(performance):
    frame = pd.DataFrame(
        {
            "a": performance["P1"].replace({3: 4}),
            "b": pd.Categorical.from_codes(
                performance["P2"].clip(3, 6) - 3,
                ["poor", "fair", "good", "great", "superb"],
                ordered=True,
            ),
        }
    )
    found = polychoric_correlation(frame)
    plain = polychoric_correlation(frame.assign(b=frame["b"].cat.codes))
    np.testing.assert_array_equal(found.matrix, plain.matrix)
    assert found.notes()[0] == (
        "Categories that nobody used are merged with their neighbours: a (3), b (superb)."
    )
    assert found.thresholds.query("variable == 'b'")["category_above"].tolist() == [
        "fair",
        "good",
        "great",
    ]
    assert found.thresholds.query("variable == 'a'")["category_below"].tolist() == [
        "1",
        "2",
        "4",
        "5",
        "6",
    ]


@pytest.mark.parametrize("library", there(optional("polars"), optional("pyarrow")))
def test_frames_of_other_libraries(library):
    frame = answers()
    data = {name: frame[name].to_list() for name in frame}
    other = library.DataFrame(data) if hasattr(library, "DataFrame") else library.table(data)
    assert polychoric_correlation(other) == polychoric_correlation(frame)


def test_scores_give_their_answers(survey):
    frame = survey[["P1", "P2", "P3", "E1", "E2", "E3"]].rename(columns=str)
    scores = gap_scores(Responses.from_frame(frame, LIKERT))
    found = polychoric_correlation(scores)
    np.testing.assert_array_equal(
        found.matrix, polychoric_correlation(survey[["P1", "P2", "P3"]]).matrix
    )
    assert found.title() == (
        "Polychoric correlations of 3 perceptions of small; n = 300 (complete rows)"
    )
    expected = polychoric_correlation(survey[["E1", "E2", "E3"]]).matrix
    of_expectations = polychoric_correlation(scores, of="expectation")
    np.testing.assert_array_equal(of_expectations.matrix, expected)
    # The instrument knows its scale, so what nobody used at its ends is named too.
    assert of_expectations.notes() == (
        "Categories that nobody used are merged with their neighbours: 1 (1, 2), 2 (1, 2), "
        "3 (1, 2, 3).",
    )
    with pytest.raises(ResponseError, match="is a difference of two answers"):
        polychoric_correlation(scores, of="gap")
    with pytest.raises(ResponseError, match="of must be one of expectation, perception, not 'min"):
        polychoric_correlation(scores, of="minimum")
    with pytest.raises(ResponseError, match="weights goes with a frame"):
        polychoric_correlation(scores, weights=np.ones(300))
    performance_only = perception_scores(Responses.from_frame(frame, LIKERT))
    assert polychoric_correlation(performance_only) == found
    sample = Sample.from_frame(survey[["P1", "P2", "P3"]])
    np.testing.assert_array_equal(polychoric_correlation(sample).matrix, found.matrix)


def test_a_constant_item_leaves_the_others_alone():
    frame = answers().assign(same=4, blank=np.nan)
    with pytest.warns(AdmissibilityWarning, match="everybody gave the same answer: same"):
        found = polychoric_correlation(frame)
    np.testing.assert_array_equal(found.matrix[:3, :3], polychoric_correlation(answers()).matrix)
    assert np.isnan(found.matrix[3:]).all()
    assert np.isnan(found.errors[3:]).all()
    assert found.n == 60
    assert set(found.thresholds["variable"]) == {"x0", "x1", "x2"}
    assert found.problems == (
        "Without correlations, as everybody gave the same answer: same.",
        "Without correlations, as nobody answered: blank.",
    )
    with pytest.raises(ResponseError, match=r"cannot be used as they are.*same"):
        found.to_moments()
    with pytest.raises(ResponseError, match="At least two variables must vary; 1 of 2"):
        polychoric_correlation(frame[["x0", "same"]])


def test_perfect_order_is_named():
    frame = answers()
    frame["again"], frame["turned"] = frame["x0"] * 2, -frame["x0"]
    with pytest.warns(AdmissibilityWarning, match="perfect order"):
        found = polychoric_correlation(frame)
    assert found.correlation.at["again", "x0"] == 1
    assert found.correlation.at["x0", "turned"] == -1
    assert np.isnan(found.se.at["x0", "again"])
    assert np.isfinite(found.se.at["x0", "x1"])
    assert found.problems[0] == (
        "The answers are in perfect order, so the most likely correlation is 1, at the edge, "
        "without a standard error: x0 - again."
    )
    assert found.problems[1].endswith("x0 - turned, again - turned.")


def test_smoothing_on_request():
    rng = np.random.default_rng(4)
    frame = answers(seed=3, n=40, items=4, categories=3)
    for name in frame:
        frame.loc[rng.choice(40, 18, replace=False), name] = np.nan
    frame["x3"] = np.where(frame["x0"].isna(), -frame["x1"], frame["x0"])
    with (
        pytest.warns(MissingResponseWarning, match="rows with both: from 12 of 40"),
        pytest.warns(AdmissibilityWarning, match=r"not positive definite.*smooth=True"),
    ):
        torn = polychoric_correlation(frame.astype(float), missing="pairwise")
    assert torn.smallest < 0
    assert not torn.positive_definite
    with pytest.raises(ResponseError, match="smooth=True"):
        torn.to_moments()
    smooth = correlate(frame.astype(float), missing="pairwise", smooth=True)
    size, one, other = smooth.changed
    change = (smooth.correlation - torn.correlation).abs()
    assert change.at[one, other] == size == change.to_numpy().max()
    assert np.linalg.eigvalsh(smooth.matrix)[0] > 0
    assert f"The largest change is {size:.3f} ({one} - {other})" in " ".join(smooth.notes())
    smooth.to_moments()
    regular = polychoric_correlation(answers(), smooth=True)
    assert regular.changed is None


def test_moments_go_into_factor_analysis(performance, found):
    moments = found.to_moments()
    assert isinstance(moments, Moments)
    assert moments.n == 300
    np.testing.assert_array_equal(moments.correlation, found.matrix)
    solution = fit_efa(moments, 5)
    plain = fit_efa(performance, 5)
    # Correlations of cut variables are too small, so what they have in common is too.
    assert (solution.communalities - plain.communalities).mean() > 0.02
    assert 0.5 < factorability(moments).kmo < 1


@pytest.mark.parametrize("n", [2, 3, 5, 10])
def test_few_rows(n):
    two = pd.DataFrame({"a": [0, 1], "b": [1, 0], "c": [3, 9]})
    found = correlate(two if n == 2 else answers(n=n, items=3, categories=3, seed=n + 3))
    some = found.matrix[~np.isnan(found.matrix)]
    assert (np.abs(some) <= 1).all()
    at_edge = np.abs(found.matrix) == 1
    np.fill_diagonal(at_edge, False)
    assert np.isnan(found.errors[at_edge]).all()
    assert bool(at_edge.any()) == any("perfect order" in problem for problem in found.problems)


def test_nearly_everybody_at_the_ceiling(rng):
    latent = rng.normal(size=(1000, 1)) + rng.normal(size=(1000, 3))
    frame = pd.DataFrame(np.where(latent > -2.9, 7, 6), columns=list("abc"))
    assert (frame == 7).mean().min() > 0.96
    found = correlate(frame)
    assert found.title().startswith("Tetrachoric correlations of 3 variables")
    assert np.isfinite(found.matrix).all()
    assert (found.errors[np.triu_indices(3, 1)] > 0.05).all()


def test_a_category_with_one_answer_and_thresholds_that_touch():
    frame = answers(n=5000, categories=4, seed=8).astype(float)
    before = correlate(frame)
    frame.loc[frame.index[frame["x0"] == 1][0], "x0"] = 1.5
    after = polychoric_correlation(frame)
    taus = after.thresholds.query("variable == 'x0'")["estimate"]
    assert taus.diff().min() < 1e-3
    np.testing.assert_allclose(after.matrix, before.matrix, atol=5e-3)
    np.testing.assert_allclose(after.errors, before.errors, rtol=0.05, atol=1e-12)


def test_many_rows_need_no_more_than_one_pass():
    frame = answers(n=200_000, items=4, categories=5)
    found = polychoric_correlation(frame)
    np.testing.assert_allclose(found.matrix[np.triu_indices(4, 1)], 0.5, atol=0.01)


def test_hostile_names():
    frame = answers()
    frame.columns = ["{x}", "<b>", "a - b"]
    found = polychoric_correlation(frame)
    assert "{x}" in repr(found)
    assert "&lt;b&gt;" in found._repr_html_()
    assert correlate(frame.assign(**{"{same}": 1})).problems[0].endswith("{same}.")


def test_what_cannot_be_correlated_is_an_error():
    frame = answers()
    with pytest.raises(ResponseError, match=r"'id' has 60.*as continuous"):
        polychoric_correlation(frame.assign(id=range(60)))
    with pytest.raises(ResponseError, match="only moments are given"):
        polychoric_correlation(Moments.from_frame(frame))
    with pytest.raises(ResponseError, match="ordered must be the names"):
        polychoric_correlation(frame, ordered="x0")
    with pytest.raises(ResponseError, match="empty_cells must be one number, or two"):
        polychoric_correlation(frame, empty_cells="half")
    with pytest.raises(ResponseError, match="less than one answer"):
        polychoric_correlation(frame, empty_cells=(0, 1))
    with pytest.raises(ResponseError, match="categories without an order"):
        polychoric_correlation(frame.assign(x0=pd.Categorical(frame["x0"])))


def test_empty_cells_are_filled_and_told(by_lavaan):
    table = np.array(by_lavaan["tables"][3]["table"])
    rows = [np.repeat(place.ravel(), table.ravel()) for place in np.indices(table.shape)]
    frame = pd.DataFrame(np.transpose(rows), columns=["a", "b"])
    plain = polychoric_correlation(frame)
    filled = polychoric_correlation(frame, empty_cells=0.5)
    assert plain.correlation.at["a", "b"] == pytest.approx(by_lavaan["tables"][3]["default"])
    assert filled.correlation.at["a", "b"] == pytest.approx(
        by_lavaan["tables"][3]["half"], abs=1e-6
    )
    assert plain.notes() == ()
    assert filled.notes() == (
        "1 of 1 tables larger than 2 x 2 have empty cells, to each of which 0.5 is added.",
    )


def test_the_result_is_a_value(found, performance):
    assert found == pickle.loads(pickle.dumps(found)) == polychoric_correlation(performance)
    assert found != polychoric_correlation(performance.iloc[:, ::-1])
    copy = found.correlation
    copy.iloc[0, 1] = 9
    assert found.correlation.iloc[0, 1] != 9
    with pytest.raises(ValueError, match="read-only"):
        found.matrix[0, 1] = 9
    assert found.title() == ("Polychoric correlations of 22 variables; n = 300 (complete rows)")
    assert len(found.to_frame()) == 231
    assert found.displayed().shape == (22, 23)
    assert found.problems == ()
