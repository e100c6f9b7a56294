import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.plots.asymmetry import plot_kano, plot_penalty_reward
from servqual.priorities.asymmetry.estimation import penalty_reward
from servqual.priorities.asymmetry.kano import kano_analysis
from tests.helpers import needs


@pytest.fixture(scope="module")
def effects():
    bank = sq.load_instrument("servqual-1991")
    scores = sq.gap_scores(sq.Responses.from_frame(sq.load_dataset("bank").dropna(), bank))
    return penalty_reward(scores, ["SAT1", "SAT2"], n_resamples=100, seed=1)


@pytest.fixture(scope="module")
def features():
    rng = np.random.default_rng(2)
    names = [f"feature {i}" for i in range(8)]
    there, absent = (pd.DataFrame(rng.integers(1, 6, (60, 8)), columns=names) for _ in "fd")
    there["calls"], absent["calls"] = 5, 1
    return kano_analysis(there, absent)


def fresh():
    return needs("matplotlib.pyplot").figure(figsize=(6.4, 5), layout="constrained").subplots()


def test_bars_are_penalties_and_rewards(effects, legend_texts, tick_texts):
    ax = plot_penalty_reward(effects, ax=fresh())
    table = effects.to_frame()
    penalties, rewards = ax.containers[0], ax.containers[2]
    np.testing.assert_allclose([bar.get_width() for bar in penalties], table["penalty"])
    np.testing.assert_allclose([bar.get_width() for bar in rewards], table["reward"])
    ends = np.array([line[:, 0] for line in ax.containers[1][2][0].get_segments()])
    np.testing.assert_allclose(ends, table[["penalty_ci_low", "penalty_ci_high"]])
    assert legend_texts(ax) == ["penalty", "reward"]
    shown = [
        row["label"]
        + (f" {row['class']} ({100 * row['probability']:.0f} %)" if row["class"] else "")
        for row in table.to_dict("records")
    ]
    assert tick_texts(ax) == shown
    assert ax.get_xlabel() == "Points of SAT1 + SAT2 per point"


def test_drivers_without_effects_keep_their_row(effects, tick_texts):
    bank = sq.load_instrument("servqual-1991")
    frame = sq.load_dataset("bank").dropna()
    frame = frame.assign(**{f"P{i}": 5 for i in range(1, 5)})
    scores = sq.gap_scores(sq.Responses.from_frame(frame, bank))
    found = penalty_reward(scores, "SAT1", coding="dummy", n_resamples=0)
    ax = plot_penalty_reward(found, labels={"reliability": "Kept promises"}, height=0.2)
    assert tick_texts(ax)[0] == "Tangibles"
    assert tick_texts(ax)[1].startswith("Kept promises")
    assert ax.containers[0][0].get_width() == 0
    assert ax.containers[0][0].get_height() == pytest.approx(0.2)
    assert len(ax.containers[1][2][0].get_segments()) == 4
    assert ax.get_xlabel() == "Points of SAT1"


def test_features_stand_at_worse_and_better(features):
    ax = plot_kano(features, ax=fresh())
    table = features.to_frame()
    marks = ax.collections[-1].get_offsets()
    np.testing.assert_allclose(marks, np.column_stack([-table["worse"], table["better"]])[:8])
    assert [text.get_text() for text in ax.texts[4:]] == table["feature"].tolist()[:8]
    assert ax.get_title() == "Kano analysis: n = 60; 1 not placed"
    upright = np.array([line[:, 1] for line in ax.collections[1].get_segments()])
    np.testing.assert_allclose(upright, table[["better_ci_low", "better_ci_high"]][:8])
    assert ax.lines[0].get_xdata()[0] == ax.lines[1].get_ydata()[0] == 0.5
    renderer = ax.figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in ax.texts[4:]]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    corners = {text.get_text(): text.get_position() for text in ax.texts[:4]}
    assert corners["Attractive"] == (0.01, 0.99)
    assert corners["Must-be"] == (0.99, 0.01)


def test_options_of_the_marks(features):
    ax = plot_kano(features, intervals=False, labels={"feature 1": "App"}, s=9, language="zh")
    assert ax.collections[0].get_sizes().tolist() == [9]
    assert len(ax.collections) == 1
    assert ax.texts[5].get_text() == "App"


def test_bad_options_are_refused(effects, features):
    with pytest.raises(TypeError, match="from penalty_reward"):
        plot_penalty_reward(features)
    with pytest.raises(TypeError, match="from kano_analysis"):
        plot_kano(effects)
    for plot, result in ((plot_penalty_reward, effects), (plot_kano, features)):
        with pytest.raises(ValueError, match="language must be one of"):
            plot(result, language="fr")
        polar = needs("matplotlib.pyplot").figure().add_subplot(projection="polar")
        with pytest.raises(ValueError, match="Cartesian axes"):
            plot(result, ax=polar)
