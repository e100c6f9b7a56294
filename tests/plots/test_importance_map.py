import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.plots.importance_map import plot_importance_map
from servqual.pls.questions.importance_map import importance_performance_map
from tests.helpers import needs

MODEL = (
    "assurance =~ P14 + P15\nempathy =~ P18 + P19\nSAT =~ SAT1 + SAT2\nSAT ~ assurance + empathy"
)


@pytest.fixture(scope="module")
def found():
    result = sq.fit_pls(MODEL, sq.load_dataset("bank").dropna())
    return importance_performance_map(result, "SAT", scale=(1, 7))


def fresh():
    return needs("matplotlib.pyplot").figure(figsize=(6, 4)).subplots()


def test_marks_stand_at_importance_and_performance(found):
    table = found.to_frame()
    for level in ("construct", "indicator"):
        ax = plot_importance_map(found, level=level, ax=fresh())
        rows = table.loc[table["kind"] == level, ["importance", "performance"]]
        np.testing.assert_array_equal(ax.collections[0].get_offsets(), rows)
        across, up = ax.lines
        assert across.get_xdata()[0] == pytest.approx(rows["importance"].mean())
        assert up.get_ydata()[0] == pytest.approx(rows["performance"].mean())
        assert [text.get_text() for text in ax.texts] == list(table.loc[rows.index, level])


def test_constructs_bear_labels_and_nothing_covers_another(found):
    instrument = sq.load_instrument("servqual-1991")
    ax = plot_importance_map(found, instrument=instrument, labels={"SAT": "Satisfaction"})
    assert [text.get_text() for text in ax.texts] == ["Assurance", "Empathy"]
    assert ax.get_xlabel() == "Importance: points of Satisfaction per point"
    title = ax.get_title().replace("\n", " ")
    assert title.startswith("What moves Satisfaction: n = 280, its performance 60.")
    ax = plot_importance_map(found, level="indicator", ax=fresh())
    renderer = ax.figure.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in ax.texts]
    assert len(boxes) == 4
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])
    assert all(ax.bbox.x0 <= box.x0 and box.x1 <= ax.bbox.x1 for box in boxes)


def test_a_single_mark_has_room_around_it():
    frame = pd.DataFrame({"a": [1.0, 2, 4, 3], "b": [1.0, 3, 4, 4]})
    ax = plot_importance_map(importance_performance_map(sq.fit_pls("b ~ a", frame), "b"))
    assert np.diff(ax.get_xlim()) > 0
    assert np.diff(ax.get_ylim()) > 0


def test_options_go_to_the_marks(found):
    ax = plot_importance_map(found, s=9, color="red", language="zh")
    assert ax.collections[0].get_sizes().tolist() == [9]
    assert ax.collections[0].get_facecolor()[0].tolist() == [1, 0, 0, 1]


def test_bad_options_are_refused(found):
    with pytest.raises(TypeError, match="from importance_performance_map"):
        plot_importance_map(3)
    with pytest.raises(ValueError, match="level must be one of 'construct', 'indicator'"):
        plot_importance_map(found, level="item")
    with pytest.raises(ValueError, match="language must be one of"):
        plot_importance_map(found, language="fr")
