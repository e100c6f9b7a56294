import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servqual as sq
from servqual.explanations.explaining import explain
from tests.explanations.replayed import close, replay, symbols

GIVEN = {"care": 3, "speed": 1}
pytestmark = pytest.mark.filterwarnings("ignore::servqual.MissingResponseWarning")


def cell(scores, level, key=""):
    table = scores.to_frame()
    row = table[table["level"] == level]
    return float((row if not key else row[row[level] == key])["gap"].iloc[0])


def by_hand(found):
    """The formula of any mean gap, from its symbols alone."""
    of = symbols(found)
    if "mean_p" in of:
        return of["mean_p"] - of["mean_e"]
    if "weights" in of:
        return (of["weights"] * of["gaps"]).sum() / of["weights"].sum()
    if "sampling_weights" in of:
        return (of["sampling_weights"] * of["gaps"]).sum() / of["sampling_weights"].sum()
    assert len(of["gaps"]) == of.get("k", of.get("D", of["n"]))
    return of["gaps"].mean()


def check(scores, **chosen):
    found = explain(scores, **chosen)
    if np.isnan(found.value):
        assert found.problems
        assert not found.steps
        return found
    close(by_hand(found), found.value)
    assert replay(found) >= len(found.steps)
    return found


def test_every_level_is_reproduced(answers):
    scores = sq.gap_scores(answers)
    for item in "12345":
        assert check(scores, item=item).value == cell(scores, "item", item)
    for dimension in ("care", "speed"):
        assert check(scores, dimension=dimension).value == cell(scores, "dimension", dimension)
    assert check(scores).value == cell(scores, "overall")
    assert check(scores).symbols["D"].value == 2
    of_items = sq.gap_scores(answers, overall="items")
    assert check(of_items).value == cell(of_items, "overall")
    assert check(of_items).symbols["k"].value == 5


def test_sampling_weights_are_in_the_means(survey, trio):
    scores = sq.gap_scores(sq.Responses.from_frame(survey, trio, weights="w"))
    found = check(scores, dimension="care")
    assert found.value != pytest.approx(
        cell(sq.gap_scores(sq.Responses.from_frame(survey, trio)), "dimension", "care")
    )
    check(scores)
    check(sq.gap_scores(scores.responses, GIVEN))


@pytest.mark.parametrize("weights", [None, "w"])
@pytest.mark.parametrize("overall", ["dimensions", "items"])
def test_where_answers_are_missing_the_mean_is_over_respondents(survey, trio, weights, overall):
    survey.loc[survey.index[:9], "P3"] = np.nan
    survey.loc[survey.index[5:14], "E1"] = np.nan
    survey.loc[survey.index[3], ["P4", "P5"]] = np.nan
    responses = sq.Responses.from_frame(survey, trio, missing="available", weights=weights)
    scores = sq.gap_scores(responses, overall=overall)
    check(scores, item="3")
    found = check(scores, dimension="speed")
    assert found.symbols["n"].value == 39
    assert ("sampling_weights" in found.symbols) == (weights is not None)
    assert check(scores).symbols["n"].value == 39


def test_own_points_are_shown_for_the_first_respondent(answers):
    scores = sq.gap_scores(answers, "points")
    found = check(scores)
    of = symbols(found)
    first = answers.frame.pandas(["pts_care", "pts_speed"]).iloc[0]
    assert of["weights_1"].tolist() == first.tolist()
    close((of["weights_1"] * of["gaps_1"]).sum() / of["weights_1"].sum(), scores.overall.iloc[0])
    assert "(r0)" in found.symbols["weights_1"].meaning
    assert "own points" in found.symbols["weights_1"].meaning
    assert "G_1^w" in found.steps[0].text
    assert any("respondent's own weights and then averaged" in one for one in found.cautions)
    assert found.title == "Overall gap, weighted by importance"


def test_means_first_takes_the_mean_points(answers):
    scores = sq.gap_scores(answers, "points", weigh="means")
    found = check(scores)
    points = answers.frame.pandas(["pts_care", "pts_speed"]).mean()
    close(found.symbols["weights"].value, points)
    assert any("averaged before" in one for one in found.cautions)
    assert len(found.steps) == 1


@pytest.mark.parametrize("weigh", ["respondents", "means"])
@pytest.mark.parametrize("at", ["dimension", "item"])
@pytest.mark.parametrize("normalize", [True, False])
def test_ratings_of_importance(answers, at, normalize, weigh):
    scores = sq.gap_scores(answers, "items", importance_at=at, normalize=normalize, weigh=weigh)
    found = explain(scores)
    of = symbols(found)
    assert replay(found) > 0
    if weigh == "means":
        total = (of["weights"] * of["gaps"]).sum()
        close(total / (of["weights"].sum() if normalize else 1), found.value)
    else:
        close(of["gaps"].mean(), found.value)
        total = (of["weights_1"] * of["gaps_1"]).sum()
        close(total / (of["weights_1"].sum() if normalize else 1), scores.overall.iloc[0])
    assert found.value == cell(scores, "overall")
    assert any("weighted sum and not a mean" in one for one in found.cautions) == (not normalize)
    assert any("weighted sum" in one for one in found.readings) == (not normalize)
    assert any("mean rating of importance" in one for one in found.cautions) == (at == "dimension")
    assert ("/ (Σ w" in found.formula_text) == normalize


def test_given_weights_are_solved_for(answers):
    scores = sq.gap_scores(answers, GIVEN)
    found = check(scores)
    close(found.symbols["weights"].value, [0.75, 0.25])
    assert "shares of 1" in found.symbols["weights"].meaning
    whole = explain(sq.gap_scores(answers, GIVEN, normalize=False))
    close(whole.symbols["weights"].value, [3, 1])
    of = symbols(whole)
    close((of["weights"] * of["gaps"]).sum(), whole.value)
    unweighted = check(scores, statistic="overall_unweighted")
    assert unweighted.value == cell(scores, "overall_unweighted")
    assert unweighted.title == "Overall gap, unweighted"


def test_weights_that_cannot_be_known_are_said_to_be_so(answers, survey, trio):
    own = survey[["pts_care", "pts_speed"]].set_axis(["care", "speed"], axis=1)
    found = check(sq.gap_scores(answers, own))
    assert "weights_1" not in found.symbols
    assert any("does not hold the given weights" in one for one in found.cautions)
    alone = sq.Responses.from_frame(survey.iloc[:1], trio)
    with pytest.warns(sq.SmallSampleWarning):
        one = sq.gap_scores(alone, GIVEN)
    assert "weights" not in check(one).symbols
    means = check(sq.gap_scores(answers, own, weigh="means"))
    close(means.symbols["weights"].value, own.mean() / 100)


def test_weighted_items_with_unanswered_ones(survey, trio):
    survey.loc[survey.index[0], "P3"] = np.nan
    survey.loc[survey.index[1], ["I1", "I2"]] = np.nan
    responses = sq.Responses.from_frame(survey, trio, missing="available")
    for weigh in ("respondents", "means"):
        scores = sq.gap_scores(responses, "items", importance_at="item", weigh=weigh)
        found = check(scores)
        of = symbols(found)
        assert len(of["weights_1"]) == 4  # the first respondent did not answer item 3
        first = (of["weights_1"] * of["gaps_1"]).sum() / of["weights_1"].sum()
        close(first, scores.overall.iloc[0])


@pytest.mark.parametrize(("shift", "word"), [(-1, "negative"), (1, "positive"), (0, "It is 0")])
def test_the_sign_is_read(survey, trio, shift, word):
    for item in "12345":
        survey[f"E{item}"] = 4
        survey[f"P{item}"] = 4 + shift
    found = explain(sq.gap_scores(sq.Responses.from_frame(survey, trio)))
    assert word in found.readings[0]


def test_long_sums_are_cut_short(answers):
    instrument = sq.load_instrument("servqual-1991")
    frame = sq.load_dataset("bank")
    scores = sq.gap_scores(sq.Responses.from_frame(frame, instrument), overall="items")
    found = check(scores)
    assert found.steps[0].text.count("…") == 1
    assert len(found.symbols["gaps"].value) == 22
    assert str(found).count("Appealing") <= 2


MODES = st.fixed_dictionaries(
    {
        "importance": st.sampled_from([None, "points", "items", GIVEN]),
        "normalize": st.booleans(),
        "overall": st.sampled_from(["dimensions", "items"]),
        "weigh": st.sampled_from(["respondents", "means"]),
    }
)


@settings(max_examples=20)
@given(MODES, st.integers(0, 2**32 - 1), st.booleans(), st.sampled_from([None, "w"]))
def test_any_gap_is_reproduced(trio_of, how, seed, missing, weights):
    survey, trio = trio_of(seed, missing)
    responses = sq.Responses.from_frame(
        survey,
        trio,
        weights=weights,
        points="pts_{}",
        missing="available" if missing else "listwise",
    )
    scores = sq.gap_scores(responses, **how)
    for chosen in ({"item": "2"}, {"dimension": "speed"}):
        check(scores, **chosen)
    found = explain(scores)
    of = symbols(found)
    if "weights" in of and not how["normalize"]:
        close((of["weights"] * of["gaps"]).sum(), found.value)
    else:
        close(by_hand(found), found.value)
    replay(found)


@pytest.fixture(scope="module")
def trio_of():
    """Make a survey of 12 from a seed."""
    trio = sq.Instrument(
        name="trio",
        scale=(1, 7),
        dimensions={"care": ("1", "2"), "speed": ("3", "4", "5")},
        roles=("expectation", "perception", "importance", "points"),
    )

    def make(seed, missing):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame(
            {f"{role}{item}": rng.integers(1, 8, 12) for role in "EPI" for item in "12345"}
        )
        frame["pts_care"] = rng.integers(1, 100, 12)
        frame["pts_speed"] = 100 - frame["pts_care"]
        frame["w"] = rng.integers(1, 5, 12).astype(float)
        if missing:
            answers = [f"{role}{item}" for role in "EP" for item in "12345"]
            frame[answers] = frame[answers].mask(rng.random((12, 10)) < 0.15)
        return frame, trio

    return make
