import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.plots.priorities import COLOURS, plot_importance_performance
from servqual.priorities.grid.matrix import importance_performance
from servqual.priorities.grid.quadrants import QUADRANTS


@pytest.fixture
def items(rng):
    about = sq.Instrument(
        name="desk",
        scale=(1, 7),
        dimensions={"care": ("1", "2"), "speed": ("3", "4", "5")},
        roles=("expectation", "perception", "importance"),
        labels={"en": {"1": "Price in $"}, "zh": {"1": "价格"}},
    )
    frame = pd.DataFrame({f"{r}{i}": rng.integers(1, 8, 40) for r in "EPI" for i in range(1, 6)})
    return sq.gap_scores(sq.Responses.from_frame(frame, about))


@pytest.fixture
def placed(items):
    return importance_performance(items, "items", n_resamples=100, seed=1)


def marks(ax):
    from matplotlib.collections import PathCollection

    return [one for one in ax.collections if isinstance(one, PathCollection)]


def labels(ax):
    return {text.get_text(): text for text in ax.texts}


def test_marks_stand_at_performance_and_importance(placed):
    ax = plot_importance_performance(placed)
    table = placed.to_frame()
    for quadrant, part in zip(QUADRANTS, marks(ax), strict=True):
        rows = table[table["quadrant"] == quadrant]
        np.testing.assert_array_equal(part.get_offsets(), rows[["performance", "importance"]])
    assert ax.get_xlabel() == "Performance: mean perception"
    assert ax.get_ylabel() == "Importance: mean rating of importance"


def test_surer_marks_are_larger(placed):
    ax = plot_importance_performance(placed)
    table = placed.to_frame()
    sizes = np.concatenate([one.get_sizes() for one in marks(ax)])
    order = np.concatenate(
        [table.loc[table["quadrant"] == one, "probability"] for one in QUADRANTS]
    )
    assert (np.diff(sizes[np.argsort(order)]) >= 0).all()
    assert sizes.max() > sizes.min()


def test_lines_stand_at_the_cut_offs(placed):
    ax = plot_importance_performance(placed)
    across, up = ax.lines
    assert across.get_xdata()[0] == placed.cutoffs["performance"]
    assert up.get_ydata()[0] == placed.cutoffs["importance"]


def test_the_diagonal_runs_through_the_crossing(items):
    found = importance_performance(items, "items", cutoff="diagonal", n_resamples=0)
    ax = plot_importance_performance(found)
    slanted = ax.lines[0]
    assert slanted.get_xy1() == (4, 4)
    assert slanted.get_slope() == 1
    assert ax.get_legend() is None


def test_corners_and_items_are_named(placed):
    ax = plot_importance_performance(placed)
    texts = labels(ax)
    for quadrant in QUADRANTS:
        corner = texts[quadrant.capitalize()]
        assert corner.get_color() == COLOURS[quadrant]
    assert texts["Concentrate here"].get_position() == (0.01, 0.99)
    assert set("12345") <= set(texts)
    named = labels(plot_importance_performance(placed, text="label", ax=fresh()))
    assert named["Price in $"].get_parse_math() is False
    assert not set("12345") & set(
        labels(plot_importance_performance(placed, text="none", ax=fresh()))
    )
    assert "价格" in labels(
        plot_importance_performance(placed, text="label", language="zh", ax=fresh())
    )


def fresh():
    from matplotlib.figure import Figure

    return Figure(layout="constrained").subplots()


def test_labels_keep_off_each_other(placed):
    ax = plot_importance_performance(placed, ax=fresh())
    ax.figure.canvas.draw()
    boxes = [text.get_window_extent() for name, text in labels(ax).items() if name in "12345"]
    assert len(boxes) == 5
    for i, one in enumerate(boxes):
        assert not any(one.overlaps(other) for other in boxes[i + 1 :])


def test_intervals_are_drawn_on_request(placed):
    from matplotlib.collections import LineCollection

    def crosses(ax):
        return [one for one in ax.collections if isinstance(one, LineCollection)]

    along, _ = crosses(plot_importance_performance(placed))
    table = placed.to_frame()
    ends = np.array([segment[:, 0] for segment in along.get_segments()])
    np.testing.assert_allclose(ends, table[["performance_ci_low", "performance_ci_high"]])
    assert not crosses(plot_importance_performance(placed, ax=fresh(), intervals=False))


def test_the_title_says_n_and_lines_and_who_is_not_placed(placed, items):
    ax = plot_importance_performance(placed)
    assert ax.get_title().replace("\n", " ") == "desk: n = 40; lines: mean of all 5 items"
    outcome = np.full(40, 3.0)
    none = importance_performance(items, "correlation", outcome=outcome, n_resamples=0)
    empty = plot_importance_performance(none, ax=fresh())
    assert "5 not placed" in empty.get_title().replace("\n", " ")
    empty.figure.canvas.draw()


def test_options_go_to_the_marks(placed):
    for one in marks(plot_importance_performance(placed, s=33, alpha=0.5)):
        assert set(one.get_sizes()) <= {33}
        assert one.get_alpha() == 0.5


def test_bad_requests_are_refused(placed, items):
    with pytest.raises(TypeError, match="ImportancePerformance from importance_performance"):
        plot_importance_performance(items)
    with pytest.raises(ValueError, match="'id', 'label' or 'none', not 'names'"):
        plot_importance_performance(placed, text="names")
    with pytest.raises(ValueError, match="language"):
        plot_importance_performance(placed, language="fr")
    with pytest.raises(TypeError, match="one matplotlib Axes"):
        plot_importance_performance(placed, ax=3)
