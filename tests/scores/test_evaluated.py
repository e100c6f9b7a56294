"""Teas's scores and direct disconfirmation: hand figures, identities, refusals."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import servqual as sq
from servqual.reliability._gap_parts import gap_parts
from servqual.scores.disconfirmation import disconfirmation_scores
from servqual.scores.evaluated import evaluated_performance_scores, normed_quality_scores

ITEMS = ["1", "2", "3"]


def about(**changed):
    settings = {
        "name": "spa",
        "scale": (1, 7),
        "role_scales": {"comparison": (1, 5)},
        "dimensions": {"care": ["1", "2"], "speed": ["3"]},
        "roles": ("expectation", "perception", "ideal", "comparison", "importance"),
        "expectation_kind": "excellent",
    }
    return sq.Instrument(**(settings | changed))


def bind(frame, instrument=None, **options):
    named = {"ideal": "X{}", "comparison": "C{}"}
    return sq.Responses.from_frame(frame, instrument or about(), **named, **options)


def block(rows, role):
    return pd.DataFrame(rows, columns=[f"{role}{i}" for i in ITEMS])


@pytest.fixture(scope="module")
def survey():
    rng = np.random.default_rng(4)
    parts = [block(rng.integers(1, 8, (30, 3)), role) for role in "EPXI"]
    frame = pd.concat([*parts, block(rng.integers(1, 6, (30, 3)), "C")], axis=1)
    return frame.assign(w=rng.integers(1, 4, 30).astype(float), sat=rng.standard_normal(30))


@pytest.fixture(scope="module")
def answers(survey):
    return bind(survey)


def numbers(survey, role):
    return survey[[f"{role}{i}" for i in ITEMS]].to_numpy(dtype=float)


class TestEvaluatedPerformance:
    def test_hand_figures(self):
        frame = pd.concat(
            [block([[5, 6, 2], [7, 4, 7]], r) for r in "P"]
            + [block([[6, 6, 5], [5, 7, 7]], "X"), block([[6, 7, 7], [6, 6, 6]], "E")]
            + [block([[2, 1, 1], [1, 3, 2]], "I"), block([[3, 1, 5], [3, 3, 4]], "C")],
            axis=1,
        )
        answers = bind(frame)
        scores = evaluated_performance_scores(answers)
        assert scores.items.to_numpy().tolist() == [[-1, 0, -3], [-2, -3, 0]]
        assert scores.dimensions.to_numpy().tolist() == [[-0.5, -3], [-2.5, 0]]
        assert scores.overall.tolist() == [-1.75, -1.25]
        asked = {"importance": "items", "importance_at": "item", "normalize": False}
        teas = evaluated_performance_scores(answers, **asked)  # -sum w |P - I|
        assert teas.overall.tolist() == [-5, -11]
        euclid = evaluated_performance_scores(answers, **asked, exponent=2)
        np.testing.assert_allclose(euclid.overall, [-np.sqrt(2 + 9), -np.sqrt(4 + 27)])
        np.testing.assert_allclose(euclid.dimensions["care"], [-np.sqrt(1 / 2), -np.sqrt(13 / 2)])
        np.testing.assert_allclose(
            euclid.overall_unweighted, [-np.sqrt((0.5 + 9) / 2), -np.sqrt(13 / 4)]
        )
        normed = normed_quality_scores(answers)
        assert normed.items.to_numpy().tolist() == [[-1, 1, -1], [-1, -2, 1]]
        assert disconfirmation_scores(answers).items.to_numpy().tolist() == [[0, -2, 2], [0, 0, 1]]

    @pytest.mark.parametrize("exponent", [1, 3])
    @pytest.mark.parametrize("weights", [None, "w"])
    def test_summary(self, survey, exponent, weights):
        answers = bind(survey, weights=weights)
        scores = evaluated_performance_scores(
            answers, importance={"care": 3, "speed": 1}, exponent=exponent
        )
        frame = scores.to_frame()
        assert list(frame) == [
            *("level", "dimension", "item", "label", "n", "mean", "sd", "ci_low", "ci_high"),
        ]
        assert frame["level"].tolist()[-2:] == ["overall", "overall_unweighted"]
        columns = np.column_stack(
            [scores.items, scores.dimensions, scores.overall, scores.overall_unweighted]
        )
        w = None if weights is None else survey["w"]
        np.testing.assert_allclose(frame["mean"], np.average(columns, axis=0, weights=w))
        variance = np.average((columns - frame["mean"].to_numpy()) ** 2, axis=0, weights=w)
        np.testing.assert_allclose(frame["sd"], np.sqrt(variance * 30 / 29))
        if weights is None:
            half = (frame["ci_high"] - frame["ci_low"]) / 2
            np.testing.assert_allclose(half, 2.045229642132703 * frame["sd"] / np.sqrt(30))

    def test_weights_of_those_who_are_scored(self, survey):
        survey = survey.assign(w=survey["w"].where(np.arange(30) > 4, 0.0))
        scores = evaluated_performance_scores(bind(survey, weights="w"), exponent=2)
        assert scores.n == 25
        expected = np.average(scores.overall, weights=survey["w"][5:])
        assert scores.to_frame()["mean"].iloc[-1] == pytest.approx(expected)

    @settings(max_examples=20)
    @given(
        hnp.arrays(np.int64, (4, 3), elements=st.integers(1, 7)),
        hnp.arrays(np.int64, (4, 3), elements=st.integers(1, 7)),
        st.floats(1, 6),
    )
    def test_bounds_and_symmetry(self, p, ideal, r):
        frame = pd.concat([block(p, "P"), block(ideal, "X")], axis=1)
        only = about(roles=("perception", "ideal"), role_scales={}, expectation_kind=None)
        asked = {"ideal": "X{}"}
        one = evaluated_performance_scores(
            sq.Responses.from_frame(frame, only, **asked), exponent=r
        )
        swapped = pd.concat([block(p, "X"), block(ideal, "P")], axis=1)
        other = evaluated_performance_scores(
            sq.Responses.from_frame(swapped, only, **asked), exponent=r
        )
        np.testing.assert_allclose(one.overall, other.overall)
        assert one.overall.between(-6 - 1e-9, 0).all()
        assert ((one.overall == 0) == (p == ideal).all(axis=1)).all()
        plain = evaluated_performance_scores(sq.Responses.from_frame(frame, only, **asked))
        assert (one.dimensions <= plain.dimensions + 1e-9).all(axis=None)  # power means grow with r

    def test_missing_answers(self, survey):
        survey = survey.astype(float)
        survey.loc[0, "X1"] = np.nan
        survey.loc[1, ["P1", "P2"]] = np.nan
        survey.loc[2, "E1"] = np.nan
        with pytest.warns(sq.MissingResponseWarning, match="2 of 30"):
            listwise = evaluated_performance_scores(bind(survey))
        assert listwise.excluded["row"].tolist() == [0, 1]
        assert listwise.excluded["unanswered"].tolist() == [1, 2]
        with pytest.warns(sq.MissingResponseWarning):
            available = evaluated_performance_scores(bind(survey, missing="available"), exponent=2)
        assert available.dimensions["care"][0] == pytest.approx(
            -abs(survey.loc[0, "P2"] - survey.loc[0, "X2"])
        )
        assert np.isnan(available.overall[1])
        assert available.to_frame()["n"].tolist() == [28, 29, 30, 29, 30, 29]


class TestNormedQuality:
    def test_is_evaluated_performance_less_that_of_the_excellent_service(self, survey, answers):
        excellent = survey.assign(**{f"P{i}": survey[f"E{i}"] for i in ITEMS})
        for asked in ({}, {"overall": "items"}, {"importance": "items", "importance_at": "item"}):
            found = normed_quality_scores(answers, **asked)
            of_p = evaluated_performance_scores(answers, **asked)
            of_e = evaluated_performance_scores(bind(excellent), **asked)
            np.testing.assert_allclose(found.overall, of_p.overall - of_e.overall, atol=1e-12)
            np.testing.assert_allclose(found.items, of_p.items - of_e.items, atol=1e-12)
            gap = found.to_frame()["mean"] - (of_p.to_frame()["mean"] - of_e.to_frame()["mean"])
            assert gap.abs().max() < 1e-12

    def test_is_the_gap_where_the_ideal_is_above_both(self, survey):
        survey = survey.assign(**{f"X{i}": 7 for i in ITEMS})
        answers = bind(survey)
        np.testing.assert_allclose(
            normed_quality_scores(answers).overall, sq.gap_scores(answers).overall, atol=1e-12
        )

    @pytest.mark.parametrize("kind", ["should", "desired", "predicted", None])
    def test_other_expectations_are_refused(self, survey, kind):
        stated = f"of the kind '{kind}'" if kind else "of no stated kind"
        with pytest.raises(sq.ResponseError, match=f"'excellent', but those of 'spa' are {stated}"):
            normed_quality_scores(bind(survey, about(expectation_kind=kind)))


class TestDisconfirmation:
    def test_centred_at_the_middle_of_its_own_scale(self, survey, answers):
        scores = disconfirmation_scores(answers)
        np.testing.assert_array_equal(scores.items, numbers(survey, "C") - 3)
        assert "the middle (3) of the scale 1–5; negative = worse" in scores.notes()[0]
        wide = bind(survey, about(role_scales={"comparison": (1, 6)}))
        np.testing.assert_array_equal(
            disconfirmation_scores(wide).items, numbers(survey, "C") - 3.5
        )

    def test_reverse_keyed_items_are_recoded_once(self, survey, answers):
        keyed = disconfirmation_scores(bind(survey, about(reverse=("2",))))
        np.testing.assert_array_equal(keyed.items["2"], 3 - survey["C2"])
        np.testing.assert_array_equal(keyed.items["1"], disconfirmation_scores(answers).items["1"])


def test_words_values_and_frames(survey, answers):
    for make, title, prefix in (
        (evaluated_performance_scores, "Evaluated performance −|P − ideal|, spa: n = 30;", "EP"),
        (normed_quality_scores, "Normed quality −(|P − ideal| − |E − ideal|), spa: n = 30;", "NQ"),
        (disconfirmation_scores, "Direct disconfirmation (worse or better than", "D"),
    ):
        scores = make(answers)
        assert scores.title().startswith(title)
        assert scores.title().endswith("overall = mean of 2 dimensions")
        assert pickle.loads(pickle.dumps(scores)) == scores
        data = scores.to_data("sat")
        assert list(data) == [*(f"{prefix}{i}" for i in ITEMS), "sat"]
        np.testing.assert_array_equal(data.iloc[:, 0], scores.items["1"])
        assert list(scores.to_data()) == list(data)[:3]
        with pytest.raises(sq.ResponseError, match="names of scores"):
            scores.to_data(pd.DataFrame({f"{prefix}1": survey["sat"]}))
        items = scores.items
        alpha = sq.internal_consistency(
            items, dimensions={"care": ["1", "2"], "speed": ["3"]}, omega=False
        )
        assert alpha.to_frame()["n"].iloc[0] == 30
    squared = evaluated_performance_scores(answers, exponent=2)
    assert squared.title().endswith("; Minkowski distance with exponent 2")


def test_they_are_the_predictors_of_the_audit(survey, answers):
    parts = gap_parts(sq.gap_scores(answers))
    for make, name in (
        (evaluated_performance_scores, "evaluated performance"),
        (normed_quality_scores, "normed quality"),
        (disconfirmation_scores, "direct disconfirmation"),
    ):
        scores = make(answers)
        np.testing.assert_allclose(parts.overall[name], scores.overall, atol=1e-12)
        np.testing.assert_allclose(parts.by_dimension[name], scores.dimensions, atol=1e-12)


def test_without_the_role_there_is_no_score(survey, answers):
    plain = sq.Responses.from_frame(
        survey, about(roles=("expectation", "perception"), role_scales={})
    )
    for make in (evaluated_performance_scores, normed_quality_scores):
        with pytest.raises(sq.ResponseError, match=r"the role 'ideal'.* is a folded gap"):
            make(plain)
    with pytest.raises(sq.ResponseError, match="needs the role 'comparison'"):
        disconfirmation_scores(plain)
    only = about(roles=("perception", "ideal"), role_scales={}, expectation_kind=None)
    with pytest.raises(sq.ResponseError, match="needs the role 'expectation'"):
        normed_quality_scores(sq.Responses.from_frame(survey, only, ideal="X{}"))
    for make in (evaluated_performance_scores, normed_quality_scores, disconfirmation_scores):
        with pytest.raises(TypeError, match="formed of Responses, not of DataFrame"):
            make(survey)
        with pytest.raises(ValueError, match="overall must be"):
            make(answers, overall="all")


@pytest.mark.parametrize("exponent", [0.5, np.inf, np.nan, True, "2"])
def test_exponents_are_checked(answers, exponent):
    with pytest.raises(ValueError, match="exponent must be a finite number from 1 up"):
        evaluated_performance_scores(answers, exponent=exponent)


def test_where_there_can_be_too_much_the_gap_says_nothing():
    spa = sq.load_dataset("spa").dropna()
    ids = [column[1:] for column in spa if column.startswith("X")]
    dimensions = {"setting": ids[:3], "attention": ids[3:]}
    bound = sq.Responses.from_frame(spa, about(dimensions=dimensions), importance=None,
                                    **spa.attrs["bind"])  # fmt: skip
    models = sq.difference_score_audit(sq.gap_scores(bound), "satisfaction").models
    r2 = models[models["predictors"] == "overall"].set_index("model")["r2"]
    assert r2["gap"] < 0.03
    assert r2["gap"] < r2["E and P, polynomial"] < r2["normed quality"]
    assert r2["normed quality"] < r2["evaluated performance"]


def test_exponents_beyond_numbers_are_refused(answers):
    assert np.isfinite(evaluated_performance_scores(answers, exponent=90).overall).all()
    with pytest.raises(ValueError, match=r"exponent=100 is too large.*1-7"):
        evaluated_performance_scores(answers, exponent=100)


def test_distances_need_one_scale(survey):
    fives = survey.assign(**{f"X{i}": survey[f"X{i}"].clip(1, 5) for i in ITEMS})
    uneven = bind(fives, about(role_scales={"comparison": (1, 5), "ideal": (1, 5)}))
    says = r"different scales.*perception on 1-7.*ideal on 1-5"
    for score in (evaluated_performance_scores, normed_quality_scores):
        with pytest.raises(sq.ResponseError, match=says):
            score(uneven)
    with pytest.raises(sq.ResponseError, match=says):
        sq.difference_score_audit(sq.gap_scores(uneven), np.arange(30.0))
    fives = survey.assign(**{f"E{i}": survey[f"E{i}"].clip(1, 5) for i in ITEMS})
    expected = bind(fives, about(role_scales={"comparison": (1, 5), "expectation": (1, 5)}))
    with pytest.raises(sq.ResponseError, match="expectation on 1-5"):
        normed_quality_scores(expected)
    assert evaluated_performance_scores(expected).overall.notna().all()
