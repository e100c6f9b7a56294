import pickle

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import servqual as sq

E = [f"E{i}" for i in "12345"]
P = [f"P{i}" for i in "12345"]


def by_hand(survey):
    gaps = survey[P].set_axis(list("12345"), axis=1) - survey[E].set_axis(list("12345"), axis=1)
    dimensions = pd.DataFrame(
        {"care": gaps[["1", "2"]].mean(axis=1), "speed": gaps[["3", "4", "5"]].mean(axis=1)}
    )
    return gaps, dimensions


def test_items_dimensions_and_overall_as_by_hand(survey, answers):
    gaps, dimensions = by_hand(survey)
    scores = sq.gap_scores(answers)
    pd.testing.assert_frame_equal(scores.items, gaps, check_dtype=False, check_column_type=False)
    pd.testing.assert_frame_equal(scores.dimensions, dimensions, check_column_type=False)
    pd.testing.assert_series_equal(scores.overall, dimensions.mean(axis=1).rename("overall"))
    assert scores.items.dtypes.eq("int8").all()


def test_summary_as_by_scipy(survey, answers):
    gaps, dimensions = by_hand(survey)
    table = sq.gap_scores(answers).to_frame()
    assert table["level"].tolist() == ["item"] * 5 + ["dimension"] * 2 + ["overall"]
    assert table["item"].tolist() == [*"12345", "", "", ""]
    assert table["dimension"].tolist() == ["care"] * 2 + ["speed"] * 3 + ["care", "speed", ""]
    everything = [*gaps.items(), *dimensions.items(), ("overall", dimensions.mean(axis=1))]
    for (_, row), (_, values) in zip(table.iterrows(), everything, strict=True):
        low, high = stats.t.interval(0.95, 39, loc=values.mean(), scale=stats.sem(values))
        assert row["n"] == 40
        assert row["gap"] == pytest.approx(values.mean(), abs=1e-12)
        assert row["sd_gap"] == pytest.approx(values.std(), abs=1e-12)
        assert row["ci_low"] == pytest.approx(low, abs=1e-12)
        assert row["ci_high"] == pytest.approx(high, abs=1e-12)
        assert row["mean_p"] - row["mean_e"] == pytest.approx(row["gap"], abs=1e-12)
    first = table.iloc[0]
    assert first["sd_e"] == pytest.approx(survey["E1"].std(), abs=1e-12)
    assert first["sd_p"] == pytest.approx(survey["P1"].std(), abs=1e-12)


def test_overall_of_items_differs_where_dimensions_differ_in_length(survey, answers):
    gaps, _ = by_hand(survey)
    scores = sq.gap_scores(answers, overall="items")
    np.testing.assert_allclose(scores.overall, gaps.mean(axis=1), atol=1e-12)
    assert "mean of 5 items" in scores.title()
    assert "mean of 2 dimensions" in sq.gap_scores(answers).title()


class TestImportance:
    def test_points_of_each_respondent(self, survey, answers):
        _, dimensions = by_hand(survey)
        scores = sq.gap_scores(answers, importance="points")
        expected = (dimensions * survey[["pts_care", "pts_speed"]].to_numpy()).sum(axis=1) / 100
        np.testing.assert_allclose(scores.overall, expected, atol=1e-12)
        np.testing.assert_allclose(scores.overall_unweighted, dimensions.mean(axis=1), atol=1e-12)
        assert "each respondent's own points" in scores.title()
        assert scores.to_frame()["level"].tolist()[-2:] == ["overall", "overall_unweighted"]
        assert scores.to_frame()["gap"].iloc[-2] == pytest.approx(expected.mean(), abs=1e-12)

    def test_means_first(self, survey, answers):
        _, dimensions = by_hand(survey)
        scores = sq.gap_scores(answers, importance="points", weigh="means")
        weights = survey[["pts_care", "pts_speed"]].mean().to_numpy() / 100
        assert scores.overall.mean() == pytest.approx(dimensions.mean() @ weights, abs=1e-12)
        own = sq.gap_scores(answers, importance="points")
        assert own.overall.mean() != pytest.approx(scores.overall.mean(), abs=1e-3)
        assert "the mean points" in scores.title()

    def test_item_ratings_at_dimension_and_at_item(self, survey, answers):
        gaps, dimensions = by_hand(survey)
        ratings = survey[[f"I{i}" for i in "12345"]].to_numpy()
        of_dimension = np.column_stack([ratings[:, :2].mean(axis=1), ratings[:, 2:].mean(axis=1)])
        scores = sq.gap_scores(answers, importance="items")
        expected = (dimensions * of_dimension).sum(axis=1) / of_dimension.sum(axis=1)
        np.testing.assert_allclose(scores.overall, expected, atol=1e-12)
        scores = sq.gap_scores(answers, importance="items", importance_at="item")
        expected = (gaps * ratings).sum(axis=1) / ratings.sum(axis=1)
        np.testing.assert_allclose(scores.overall, expected, atol=1e-12)
        scores = sq.gap_scores(answers, importance="items", importance_at="item", normalize=False)
        np.testing.assert_allclose(scores.overall, (gaps * ratings).sum(axis=1), atol=1e-12)
        assert "sum of 5 items weighted by" in scores.title()

    def test_mapping_and_frame(self, survey, answers):
        _, dimensions = by_hand(survey)
        common = sq.gap_scores(answers, importance={"speed": 30, "care": 70})
        np.testing.assert_allclose(common.overall, dimensions @ [0.7, 0.3], atol=1e-12)
        series = sq.gap_scores(answers, importance=pd.Series({"care": 70, "speed": 30}))
        assert series == sq.gap_scores(answers, importance={"care": 70, "speed": 30})
        frame = survey[["pts_care", "pts_speed"]].set_axis(["care", "speed"], axis=1)
        given = sq.gap_scores(answers, importance=frame.sample(frac=1, random_state=1))
        own = sq.gap_scores(answers, importance="points")
        np.testing.assert_allclose(given.overall, own.overall, atol=1e-12)

    def test_blank_points_leave_the_unweighted_score(self, survey, trio):
        survey = survey.astype({"pts_care": float, "pts_speed": float})
        survey.loc["r3", ["pts_care", "pts_speed"]] = np.nan
        answers = sq.Responses.from_frame(survey, trio, points="pts_{}")
        scores = sq.gap_scores(answers, importance="points")
        assert np.isnan(scores.overall["r3"])
        assert not np.isnan(scores.overall_unweighted["r3"])
        table = scores.to_frame().set_index("level")
        assert table.loc["overall", "n"] == 39
        assert table.loc["overall_unweighted", "n"] == 40
        assert any("1 scored respondents have no overall score" in note for note in scores.notes())

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"care": 1}, "no weight to 'speed'"),
            ({"care": 1, "sped": 1}, "names 'sped'.*Did you mean 'speed'"),
            ({"care": -1, "speed": 2}, "must not be negative"),
            ({"care": 0, "speed": 0}, "all zero"),
            ({"care": np.nan, "speed": 1}, "must be finite"),
            ("weights", "'points', 'items', a mapping or a frame"),
            (pd.DataFrame({"care": [1], "speed": [2]}), "do not match the 40 respondents"),
            (pd.DataFrame({"care": [1]}), "1 importance columns are missing"),
        ],
    )
    def test_weights_that_do_not_fit_are_refused(self, answers, given, message):
        with pytest.raises(sq.ResponseError, match=message):
            sq.gap_scores(answers, importance=given)

    def test_points_weigh_dimensions_only(self, answers):
        with pytest.raises(sq.ResponseError, match="importance_at must be so too"):
            sq.gap_scores(answers, importance="points", importance_at="item")

    def test_unbound_role_says_how_to_bind_it(self, survey, trio):
        answers = sq.Responses.from_frame(survey, trio)
        with pytest.raises(sq.ResponseError, match=r"points='points_\{\}'"):
            sq.gap_scores(answers, importance="points")

    @pytest.mark.parametrize(
        "wrong",
        [{"overall": "mean"}, {"importance_at": "scale"}, {"weigh": "all"}],
        ids=lambda wrong: next(iter(wrong)),
    )
    def test_unknown_choices_are_named(self, answers, wrong):
        (name,) = wrong
        with pytest.raises(ValueError, match=f"{name} must be"):
            sq.gap_scores(answers, **{"importance": {"care": 1, "speed": 1}, **wrong})


class TestMissing:
    @pytest.fixture
    def holes(self, survey):
        survey = survey.astype(dict.fromkeys(E + P, float))
        survey.loc["r1", "E1"] = np.nan
        survey.loc["r2", ["P3", "P4"]] = np.nan
        survey.loc["r5", E + P] = np.nan
        return survey

    def test_listwise_leaves_out_counts_and_warns(self, holes, trio):
        answers = sq.Responses.from_frame(holes, trio)
        with pytest.warns(
            sq.MissingResponseWarning, match=r"3 of 40 respondents left items unanswered"
        ) as caught:
            scores = sq.gap_scores(answers)
        assert len(caught) == 1
        assert caught[0].filename == __file__
        assert scores.excluded.index.tolist() == ["r1", "r2", "r5"]
        assert scores.excluded["unanswered"].tolist() == [1, 2, 10]
        assert scores.excluded["reason"].eq("unanswered items").all()
        assert scores.n == len(scores.items) == len(scores.dimensions) == 37
        assert "n = 37 of 40 (3 left out)" in scores.title()
        gaps, _ = by_hand(holes.drop(index=["r1", "r2", "r5"]))
        np.testing.assert_array_equal(scores.items, gaps)

    def test_available_uses_what_was_answered(self, holes, trio):
        answers = sq.Responses.from_frame(holes, trio, missing="available")
        with pytest.warns(sq.MissingResponseWarning, match="scored on the items"):
            scores = sq.gap_scores(answers)
        assert scores.n == 40
        assert scores.excluded.empty
        assert scores.dimensions.loc["r1", "care"] == holes.loc["r1", "P2"] - holes.loc["r1", "E2"]
        assert np.isnan(scores.dimensions.loc["r2", "speed"])  # one of three is below half
        assert np.isnan(scores.overall["r2"])
        assert scores.dimensions.loc["r5"].isna().all()
        table = scores.to_frame().set_index("label")
        assert table.loc["Overall", "n"] == 38

    def test_not_applicable_leaves_nobody_out(self, survey, trio):
        survey.loc["r1", "P1"] = 9
        answers = sq.Responses.from_frame(survey, trio, not_applicable=(9,))
        scores = sq.gap_scores(answers)
        assert scores.n == 40
        assert (
            scores.dimensions.loc["r1", "care"] == survey.loc["r1", "P2"] - survey.loc["r1", "E2"]
        )
        assert scores.to_frame()["n"].tolist() == [39] + [40] * 7
        assert any("1 answers say that the item does not apply" in n for n in scores.notes())

    def test_nobody_left_is_an_error(self, survey, trio):
        survey = survey.astype({"E1": float, "E2": float})
        survey.iloc[:20, survey.columns.get_loc("E1")] = np.nan
        survey.iloc[20:, survey.columns.get_loc("E2")] = np.nan
        with pytest.raises(sq.ResponseError, match="No respondent of 40 is left"):
            sq.gap_scores(sq.Responses.from_frame(survey, trio))

    def test_a_role_that_was_not_asked_is_named(self, survey, trio):
        answers = sq.Responses.from_frame(survey, trio, expectation=None)
        with pytest.raises(sq.ResponseError, match="needs the role 'expectation'"):
            sq.gap_scores(answers)


def test_a_frame_in_place_of_responses_says_what_to_do(survey):
    with pytest.raises(TypeError, match=r"not of DataFrame; bind the answers first"):
        sq.gap_scores(survey)


class TestSamplingWeights:
    def test_equal_weights_change_nothing(self, survey, trio, answers):
        weighted = sq.Responses.from_frame(survey, trio, weights=np.full(40, 2.5))
        pd.testing.assert_frame_equal(
            sq.gap_scores(weighted).to_frame(), sq.gap_scores(answers).to_frame(), rtol=1e-12
        )

    def test_weighted_mean_deviation_and_linearised_error(self, survey, trio):
        answers = sq.Responses.from_frame(survey, trio, weights="w")
        row = sq.gap_scores(answers).to_frame().iloc[0]
        g, w = (survey["P1"] - survey["E1"]).to_numpy(), survey["w"].to_numpy()
        mean = np.average(g, weights=w)
        error = np.sqrt(40 / 39 * np.sum((w * (g - mean)) ** 2)) / w.sum()
        assert row["gap"] == pytest.approx(mean, abs=1e-12)
        assert row["sd_gap"] ** 2 == pytest.approx(
            40 / 39 * np.average((g - mean) ** 2, weights=w), abs=1e-12
        )
        assert row["ci_high"] - mean == pytest.approx(stats.t.ppf(0.975, 39) * error, abs=1e-12)
        assert "with sampling weights" in sq.gap_scores(answers).title()

    def test_a_weight_of_zero_leaves_out_and_says_so(self, survey, trio):
        survey.loc[["r0", "r7"], "w"] = 0
        scores = sq.gap_scores(sq.Responses.from_frame(survey, trio, weights="w"))
        assert scores.excluded.index.tolist() == ["r0", "r7"]
        assert scores.excluded["reason"].eq("sampling weight 0").all()


class TestData:
    def test_gaps_answers_and_extra_columns(self, survey, answers):
        scores = sq.gap_scores(answers)
        data = scores.to_data(extra=["branch", "w"])
        assert list(data) == [f"{x}{i}" for x in "GPE" for i in "12345"] + ["branch", "w"]
        np.testing.assert_array_equal(data["G3"], survey["P3"] - survey["E3"])
        pd.testing.assert_series_equal(data["branch"], survey["branch"])

    def test_extra_keeps_to_the_scored_rows(self, survey, trio):
        survey = survey.astype({"E1": float})
        survey.loc["r3", "E1"] = np.nan
        with pytest.warns(sq.MissingResponseWarning):
            scores = sq.gap_scores(sq.Responses.from_frame(survey, trio))
        shuffled = survey[["branch"]].sample(frac=1, random_state=3)
        for extra in ("branch", ["branch"], survey[["branch"]], shuffled):
            data = scores.to_data(extra)
            pd.testing.assert_series_equal(data["branch"], survey["branch"].drop(index="r3"))

    def test_extra_that_does_not_fit_is_refused(self, survey, answers):
        scores = sq.gap_scores(answers)
        with pytest.raises(sq.ResponseError, match="extra has 3 rows, but there are 40"):
            scores.to_data(survey.iloc[:3])
        with pytest.raises(sq.ResponseError, match="another index than the respondents"):
            scores.to_data(pd.DataFrame({"z": range(40)}))
        with pytest.raises(sq.ResponseError, match="names of scores: 'G1'"):
            scores.to_data(pd.DataFrame({"G1": range(40)}, index=survey.index))
        with pytest.raises(sq.ResponseError, match="Did you mean 'branch'"):
            scores.to_data("brunch")


class TestValue:
    def test_scores_are_values(self, survey, trio, answers):
        one, other = sq.gap_scores(answers), sq.gap_scores(answers)
        assert one == other
        assert one != sq.gap_scores(answers, overall="items")
        survey.loc["r0", "P1"] = 8 - survey.loc["r0", "P1"] if survey.loc["r0", "P1"] != 4 else 5
        assert one != sq.gap_scores(sq.Responses.from_frame(survey, trio, points="pts_{}"))
        assert one == other
        assert pickle.loads(pickle.dumps(one)) == one

    def test_scores_cannot_be_changed(self, answers):
        scores = sq.gap_scores(answers)
        before = scores.to_frame()
        with pytest.raises(AttributeError):
            scores.overall_of = "items"
        table = scores.to_frame()
        table.loc[0, "gap"] = 99
        with pytest.raises(ValueError, match="read-only"):
            scores.items.to_numpy()[0, 0] = 99
        pd.testing.assert_frame_equal(scores.to_frame(), before)

    def test_display_shows_title_rounded_table_and_notes(self, answers):
        text = repr(sq.gap_scores(answers))
        assert text.startswith("Gap scores (P − E; desired expectations), trio: n = 40;")
        assert "negative means that the service falls short" in text
        page = sq.gap_scores(answers)._repr_html_()
        assert page.count("<tr") == 9

    def test_labels_in_the_display_are_escaped(self, survey):
        evil = sq.Instrument(
            name="evil",
            scale=(1, 7),
            dimensions={"care": ("1", "2")},
            labels={"1": "<script>alert(1)</script>"},
        )
        page = sq.gap_scores(sq.Responses.from_frame(survey, evil))._repr_html_()
        assert "<script>" not in page
        assert "&lt;script&gt;" in page

    def test_unstated_kind_of_expectation_is_said(self, survey):
        plain = sq.Instrument(name="plain", scale=(1, 7), dimensions={"care": ("1", "2")})
        title = sq.gap_scores(sq.Responses.from_frame(survey, plain)).title()
        assert "kind of expectation not stated" in title


class TestEdges:
    def test_one_respondent_has_no_interval(self, survey, trio):
        answers = sq.Responses.from_frame(survey.iloc[:1], trio)
        with pytest.warns(sq.SmallSampleWarning, match="no interval"):
            table = sq.gap_scores(answers).to_frame()
        assert table[["sd_gap", "ci_low", "ci_high"]].isna().all(axis=None)
        assert table["gap"].notna().all()

    def test_equal_gaps_have_no_interval_and_say_so(self, survey, trio):
        survey["P1"] = survey["E1"]
        scores = sq.gap_scores(sq.Responses.from_frame(survey, trio))
        row = scores.to_frame().iloc[0]
        assert row["gap"] == row["sd_gap"] == 0
        assert np.isnan(row["ci_low"])
        assert any("No interval where all scores are equal" in note for note in scores.notes())

    def test_repeated_index_labels_survive(self, survey, trio):
        survey.index = pd.Index(["same"] * 40)
        scores = sq.gap_scores(sq.Responses.from_frame(survey, trio))
        assert scores.to_data("branch")["branch"].tolist() == survey["branch"].tolist()

    def test_column_names_that_are_not_text(self, rng):
        duo = sq.Instrument(name="duo", scale=(1, 5), dimensions={"a": ("1", "2")})
        frame = pd.DataFrame(rng.integers(1, 6, (10, 4)))
        answers = sq.Responses.from_frame(
            frame, duo, expectation={"1": "0", "2": "1"}, perception={"1": "2", "2": "3"}
        )
        assert sq.gap_scores(answers).items["1"].tolist() == (frame[2] - frame[0]).tolist()


@pytest.mark.parametrize("form", [sq.gap_scores, sq.tolerance_scores])
def test_answers_on_different_scales_are_not_subtracted(form):
    roles = ("minimum", "expectation", "perception")
    duo = sq.Instrument(
        name="duo",
        scale=(1, 7),
        role_scales={"perception": (1, 5)},
        roles=roles,
        dimensions={"care": ("1",)},
    )
    frame = pd.DataFrame({"M1": [2, 3], "E1": [7, 6], "P1": [5, 4]})
    with pytest.raises(sq.ResponseError, match=r"perception on 1-5.*Bring them to one scale"):
        form(sq.Responses.from_frame(frame, duo))
