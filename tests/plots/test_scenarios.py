import numpy as np
import pytest

import servqual as sq
from servqual.plots.scenarios import plot_scenario, plot_target
from servqual.scenarios.reaching import reach_target
from servqual.scenarios.supposing import what_if
from tests.helpers import needs

ASKED = {
    "satisfaction": "SAT1",
    "recommendation": "recommend",
    "scale": (1, 7),
    "n_resamples": 100,
    "seed": 1,
}


@pytest.fixture(scope="module")
def scores():
    bank = sq.load_dataset("bank").dropna()
    return sq.perception_scores(sq.Responses.from_frame(bank, sq.load_instrument("servqual-1991")))


@pytest.fixture(scope="module")
def found(scores):
    return what_if(scores, {"5": 0.5, "7": 0.3}, **ASKED)


@pytest.fixture(scope="module")
def target(scores):
    return reach_target(scores, 4, **ASKED, items=["reliability", "responsiveness", "1"])


def fresh(width=6, height=5):
    return needs("matplotlib.pyplot").figure(figsize=(width, height)).subplots()


def texts(axis_labels):
    return [text.get_text() for text in axis_labels]


def test_changes_stand_in_points_with_their_intervals(found):
    ax = plot_scenario(found, ax=fresh())
    table = found.to_frame()
    nps = table["level"] == "NPS"
    (marks,) = [line for line in ax.lines if line.get_marker() == "o"]
    expected = table["points"].where(~nps, table["change"])
    np.testing.assert_allclose(marks.get_xdata(), expected)
    bars = [np.array(one)[:, 0] for one in ax.collections[0].get_segments()]
    low = table["points_ci_low"].where(~nps, table["ci_low"]).fillna(expected)
    np.testing.assert_allclose([bar[0] for bar in bars], low)
    now, then = table[["now", "then"]].iloc[-1]
    assert texts(ax.get_yticklabels())[-1] == f"NPS\n−{-now:.2f} → −{-then:.2f}"
    assert texts(ax.get_yticklabels())[2].startswith("Reliability\n")
    assert ax.get_ylim()[0] > ax.get_ylim()[1]
    assert "95 % intervals" in ax.get_title().replace("\n", " ")


def test_several_scenarios_stand_side_by_side(scores):
    found = what_if(scores, {"Old": {"1": 0.5}, "New": {"reliability": 0.5}}, **ASKED)
    ax = plot_scenario(found, ax=fresh(), labels={"reliability": "As promised"})
    names = [text.split("\n")[0] for text in texts(ax.get_yticklabels())]
    assert names == ["Tangibles", "As promised", "Satisfaction", "Recommendation", "NPS"]
    assert texts(ax.get_legend().get_texts()) == ["Old", "New"]
    heights = [line.get_ydata() for line in ax.lines if line.get_marker() in "os"]
    np.testing.assert_allclose(heights[0], [-0.125, 1.875, 2.875, 3.875])
    np.testing.assert_allclose(heights[1], [1.125, 2.125, 3.125, 4.125])


def test_names_that_matplotlib_would_leave_out_stand_in_the_legend(scores):
    found = what_if(scores, {"_old": {"1": 0.5}, "a\nb": {"1": 0.2}}, **ASKED)
    ax = plot_scenario(found, ax=fresh())
    assert texts(ax.get_legend().get_texts()) == [" _old", "a b"]


def test_an_outcome_without_a_scale_says_its_unit(scores):
    found = what_if(scores, {"5": 0.5}, **{**ASKED, "scale": None})
    ax = plot_scenario(found, ax=fresh())
    assert texts(ax.get_yticklabels())[2].startswith("Satisfaction (scale points)\n")
    change = found.to_frame().set_index("level").loc["satisfaction", "change"]
    assert ax.lines[1].get_xdata()[2] == pytest.approx(change)


def test_needs_stand_against_rooms(target):
    ax = plot_target(target, ax=fresh())
    table = target.to_frame()
    rooms = [bar.get_width() for bar in ax.containers[0]]
    np.testing.assert_allclose(rooms, table["room"])
    np.testing.assert_allclose([bar.get_width() for bar in ax.containers[1]], table["plan"])
    end = ax.get_xlim()[1]
    marks = [one for one in ax.collections if hasattr(one, "get_sizes")]
    drawn = np.concatenate([one.get_offsets()[:, 0] for one in marks])
    expected = np.minimum(table["needed"].dropna(), end)
    np.testing.assert_allclose(np.sort(drawn), np.sort(expected))
    least = table["needed"].min()
    assert end <= 1.05 * 3 * max(*rooms, least) + 1e-9
    assert texts(ax.get_yticklabels())[0] == "1. Modern equipment"
    assert ax.get_title().replace("\n", " ") == (
        f"Target: +4 index points (0 to 100) of satisfaction; n = {target.n}"
    )
    named = texts(ax.get_legend().get_texts())
    within = (table["needed"] <= table["room"]).any()
    assert ("needed alone" in named) == within
    assert {"room", "plan"} <= set(named)


def test_own_labels_and_a_new_figure(target):
    ax = plot_target(target, labels={"1": "Machines"}, language="zh")
    assert texts(ax.get_yticklabels())[0] == "1. Machines"
    assert texts(ax.get_yticklabels())[1] == "5. 按时履行承诺"


def test_what_is_no_scenario_is_refused(found, target):
    with pytest.raises(TypeError, match="Scenario from what_if"):
        plot_scenario(target)
    with pytest.raises(TypeError, match="TargetPlan from reach_target"):
        plot_target(found)
    with pytest.raises(ValueError, match="language must be one of"):
        plot_target(target, language="fr")
