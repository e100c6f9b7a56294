import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.plots._style import PALE


def marks(ax):
    """Places of the marks by the text of the legend."""
    return {
        line.get_label(): line
        for line in ax.lines
        if line.get_linestyle() == "None" and line.get_label().startswith("P")
    }


def test_bands_go_from_minimum_to_desired(library, tick_texts):
    ax = sq.plot_tolerance(library)
    table = library.to_frame()
    shown = table[table["level"] != "item"]
    (bands,) = [c for c in ax.containers if type(c).__name__ == "BarContainer"]
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in bands]
    np.testing.assert_allclose(ends, shown[["mean_m", "mean_e"]], rtol=1e-12)
    assert tick_texts(ax) == ["Low", "Mid", "High", "Upside", "Overall: mean of 4 dimensions"]
    assert ax.yaxis_inverted()


def test_marks_tell_by_shape_and_colour_where_the_perception_is(library):
    ax = sq.plot_tolerance(library)
    found = marks(ax)
    assert {text: line.get_ydata().tolist() for text, line in found.items()} == {
        "P below the zone": [0.0],
        "P within the zone": [1.0, 4.5],
        "P above the zone": [2.0],
        "P, minimum above desired": [3.0],
    }
    assert found["P below the zone"].get_xdata().tolist() == [4.0]
    assert found["P above the zone"].get_xdata().tolist() == [8.5]
    assert len({line.get_marker() for line in found.values()}) == 4
    assert len({line.get_color() for line in found.values()}) == 4


def test_the_edges_belong_to_the_zone():
    desk = sq.Instrument(
        name="desk",
        scale=(1, 9),
        roles=("minimum", "expectation", "perception"),
        dimensions={"at_minimum": ("1",), "at_desired": ("2",)},
    )
    frame = pd.DataFrame(
        {
            **{"M1": [4, 6], "E1": [7, 8], "P1": [5, 5]},
            **{"M2": [4, 6], "E2": [7, 9], "P2": [9, 7]},
        }
    )
    ax = sq.plot_tolerance(sq.tolerance_scores(sq.Responses.from_frame(frame, desk)))
    assert list(marks(ax)) == ["P within the zone"]


def test_an_inverted_zone_is_drawn_empty(library):
    from matplotlib.colors import to_rgba

    ax = sq.plot_tolerance(library)
    (bands,) = [c for c in ax.containers if type(c).__name__ == "BarContainer"]
    colours = [bar.get_facecolor() for bar in bands]
    assert colours[3][3] == 0
    assert {colours[i] for i in (0, 1, 2, 4)} == {to_rgba(PALE)}


def test_whiskers_are_the_interval_of_adequacy_from_the_minimum(library):
    ax = sq.plot_tolerance(library)
    (lines,) = [c for c in ax.containers if type(c).__name__ == "ErrorbarContainer"]
    ends = [segment[:, 0] for segment in lines.lines[2][0].get_segments()]
    table = library.to_frame()
    shown = table[(table["level"] != "item") & table["adequacy_ci_low"].notna()]
    wanted = shown[["adequacy_ci_low", "adequacy_ci_high"]].add(shown["mean_m"], axis=0)
    np.testing.assert_allclose(ends, wanted, rtol=1e-12)
    assert lines.get_label() == "95 % interval of P − minimum"
    low, high = ax.get_xlim()
    assert wanted.min(axis=None) < 0, "whiskers that leave the scale do not widen the axis"
    assert 0 < low < 1 < 9 < high < 10


def test_axis_and_legend(library, legend_texts):
    ax = sq.plot_tolerance(library)
    assert ax.get_xlabel() == "Mean answer, scale points (1–9)"
    assert ax.get_title() == "desk: n = 2"
    assert "Zone: minimum to desired" in legend_texts(ax)
    ticks = [tick for tick in ax.get_xticks() if ax.get_xlim()[0] <= tick <= ax.get_xlim()[1]]
    assert all(tick == int(tick) for tick in ticks)


def test_items_of_a_library_with_answers_missing(tick_texts):
    library = sq.load_instrument("libqual-2004")
    frame = sq.load_dataset("library")
    responses = sq.Responses.from_frame(frame, library, not_applicable=[0], missing="available")
    with pytest.warns(sq.MissingResponseWarning):
        scores = sq.tolerance_scores(responses)
    ax = sq.plot_tolerance(scores, level="item")
    texts = tick_texts(ax)
    assert len(texts) == 22 + 3 + 1
    assert texts[0] == "Affect of service"
    (bands,) = [c for c in ax.containers if type(c).__name__ == "BarContainer"]
    assert len(bands) == 22 + 1
    low, high = ax.get_xlim()
    edges = [edge for bar in bands for edge in (bar.get_x(), bar.get_x() + bar.get_width())]
    assert 1.5 < low < min(edges)
    assert max(edges) < high < 9.5


def test_a_dimension_without_a_score_keeps_an_empty_row(tick_texts):
    desk = sq.Instrument(
        name="desk",
        scale=(1, 9),
        roles=("minimum", "expectation", "perception"),
        dimensions={"a": ("1",), "b": ("2",)},
    )
    frame = pd.DataFrame(
        {
            **{"M1": [4, 6, 5], "E1": [7, 8, 8], "P1": [5, 6, 7]},
            **{"M2": [4, 6, np.nan], "E2": [7, np.nan, 8], "P2": [np.nan, 7, 7]},
        }
    )
    with pytest.warns(sq.MissingResponseWarning):
        scores = sq.tolerance_scores(sq.Responses.from_frame(frame, desk, missing="available"))
    ax = sq.plot_tolerance(scores)
    ax.figure.canvas.draw()
    assert tick_texts(ax)[:2] == ["A", "B"]
    assert {text: line.get_ydata().tolist() for text, line in marks(ax).items()} == {
        "P within the zone": [0.0]
    }


def test_options_go_to_the_bands(library):
    ax = sq.plot_tolerance(library, height=0.3, ec="red")
    (bands,) = [c for c in ax.containers if type(c).__name__ == "BarContainer"]
    assert {round(bar.get_height(), 9) for bar in bands} == {0.3}
    assert {bar.get_edgecolor() for bar in bands} == {(1.0, 0.0, 0.0, 1.0)}


def test_other_results_are_refused(gaps):
    with pytest.raises(TypeError) as caught:
        sq.plot_tolerance(gaps)
    assert str(caught.value) == (
        "plot_tolerance wants ToleranceScores from tolerance_scores(...), not GapScores."
    )
