import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.plots.drivers import plot_relative_importance, plot_stated_derived
from servqual.priorities.relative.dividing import relative_importance
from servqual.priorities.relative.stated import stated_derived_importance
from tests.helpers import needs

GIVEN = {"tangibles": 11, "reliability": 60, "responsiveness": 2, "assurance": 19, "empathy": 16}


@pytest.fixture(scope="module")
def scores():
    complete = sq.load_dataset("bank").dropna()
    bank = sq.load_instrument("servqual-1991")
    return sq.gap_scores(sq.Responses.from_frame(complete, bank))


@pytest.fixture(scope="module")
def found(scores):
    return relative_importance("SAT1", scores, n_resamples=100, seed=1)


@pytest.fixture(scope="module")
def compared(scores):
    return stated_derived_importance(scores, "LOY1", GIVEN, n_resamples=400, seed=1)


def fresh(**options):
    return needs("matplotlib.pyplot").figure(figsize=(6, 4), **options).subplots()


def bars(ax):
    return [patch.get_width() for patch in ax.patches]


def test_bars_are_shares_in_input_order_with_their_intervals(found, tick_texts):
    ax = plot_relative_importance(found, ax=fresh())
    table = found.to_frame()
    np.testing.assert_allclose(bars(ax), 100 * table["share"])
    (lines,) = ax.collections
    ends = np.array([segment[:, 0] for segment in lines.get_segments()])
    np.testing.assert_allclose(ends, 100 * table[["share_ci_low", "share_ci_high"]])
    assert tick_texts(ax) == table["label"].tolist()
    assert ax.get_ylim() == (4.5, -0.5)
    assert ax.get_xlim()[0] == 0
    title = ax.get_title().replace("\n", " ")
    assert title == f"What goes with SAT1: LMG (Shapley), n = 280, R² = {found.r_squared:.2f}"


def test_bars_can_be_sorted_and_named_by_the_user(found, tick_texts):
    ax = plot_relative_importance(
        found, ax=fresh(), sort=True, labels={"tangibles": "Things", "SAT1": "satisfaction"}
    )
    assert bars(ax) == sorted(bars(ax), reverse=True)
    assert "Things" in tick_texts(ax)
    assert ax.get_title().startswith("What goes with satisfaction")


def test_negative_and_missing_shares(tick_texts):
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.normal(size=(50, 3)), columns=["a", "b", "c"]).assign(flat=1.0)
    frame["b"] += 2 * frame["a"]
    frame["y"] = frame["b"] - 1.8 * frame["a"] + frame["c"]
    found = relative_importance("y", frame, "pratt", n_resamples=0)
    assert found.estimate[0] < 0
    ax = plot_relative_importance(found, ax=fresh(), sort=True)
    assert tick_texts(ax)[-2:] == ["a", "flat"]
    assert bars(ax)[-1] == 0
    assert ax.get_xlim()[0] < 100 * found.to_frame()["share"].min()
    few = relative_importance("y", frame.iloc[:4], "first", n_resamples=0)
    ax = plot_relative_importance(few, ax=fresh())
    assert ax.get_xlabel() == "Explained variance"
    np.testing.assert_allclose(bars(ax)[:3], few.estimate[:3])


def test_many_rows_have_one_line_each(scores, tick_texts):
    items = relative_importance("SAT1", scores, "johnson", level="item", n_resamples=0, n_orders=4)
    ax = plot_relative_importance(items, ax=fresh())
    assert not any("\n" in label.get_text() for label in ax.get_yticklabels())
    assert len(tick_texts(ax)) == 22


def test_marks_stand_at_stated_and_derived_shares(compared, legend_texts):
    ax = plot_stated_derived(compared, ax=fresh())
    table = compared.to_frame()
    across, upwards, marks = ax.collections
    np.testing.assert_allclose(marks.get_offsets(), 100 * table[["stated", "derived"]])
    ends = np.array([segment[:, 1] for segment in upwards.get_segments()])
    np.testing.assert_allclose(ends, 100 * table[["derived_ci_low", "derived_ci_high"]])
    ends = np.array([segment[:, 0] for segment in across.get_segments()])
    np.testing.assert_allclose(ends, 100 * table[["stated_ci_low", "stated_ci_high"]])
    differs = table["p_adjusted"] < 0.05
    filled = (marks.get_facecolors()[:, :3] != 1).any(axis=1)
    assert filled.tolist() == differs.tolist()
    assert 0 < differs.sum() < 5
    assert ax.get_xlim() == ax.get_ylim()
    assert ax.get_xlabel() == "Stated share (given weights), %"
    assert legend_texts(ax) == ["more than stated", "less than stated", "no difference shown"]
    assert len(plot_stated_derived(compared, ax=fresh(), intervals=False).collections) == 1


def test_labels_cover_nothing(compared):
    ax = plot_stated_derived(compared, ax=fresh(layout="constrained"), labels={"empathy": "Care"})
    renderer = ax.figure.canvas.get_renderer()
    assert [text.get_text() for text in ax.texts][-1] == "Care"
    boxes = [text.get_window_extent(renderer) for text in ax.texts]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_options_and_chinese(found, compared, tick_texts):
    ax = plot_relative_importance(found, ax=fresh(), language="zh", color="red")
    assert ax.patches[0].get_facecolor() == (1, 0, 0, 1)
    assert tick_texts(ax)[0] == "有形性"
    ax = plot_stated_derived(compared, ax=fresh(), language="zh", s=9)
    assert ax.collections[-1].get_sizes().tolist() == [9]
    assert ax.texts[0].get_text() == "有形性"


def test_bad_options_are_refused(found, compared):
    with pytest.raises(TypeError, match="from relative_importance"):
        plot_relative_importance(compared)
    with pytest.raises(TypeError, match="from stated_derived_importance"):
        plot_stated_derived(found)
    with pytest.raises(ValueError, match="language must be one of"):
        plot_stated_derived(compared, language="fr")
