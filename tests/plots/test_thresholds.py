from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import servqual as sq
from servqual.plots.thresholds import plot_thresholds
from servqual.polychoric.correlation import polychoric_correlation

TANGIBLES = ["P1", "P2", "P3", "P4"]
MODEL = "tangibles =~ P1 + P2 + P3 + P4"


@pytest.fixture(scope="module")
def answers():
    bank = sq.load_dataset("bank").dropna()
    merged = bank[TANGIBLES].clip(lower=3)
    return merged.assign(branch=bank["branch"])


@pytest.fixture(scope="module")
def found(answers):
    return polychoric_correlation(answers[TANGIBLES])


@pytest.fixture(scope="module")
def grouped(answers):
    return sq.fit_sem(MODEL, answers, ordered=True, group="branch", confidence=0.9)


def bars(ax):
    """Give the label, centres, places and half widths of each set of bars."""
    for container in ax.containers:
        line, _, (collection,) = container.lines
        ends = np.array([path.vertices[:, 0] for path in collection.get_paths()])
        yield container.get_label(), *line.get_data(), (ends[:, 1] - ends[:, 0]) / 2


def test_marks_stand_at_the_thresholds_with_their_intervals(found):
    ax = plot_thresholds(found)
    drawn = list(bars(ax))
    assert [label for label, *_ in drawn] == ["4 and up", "5 and up", "6 and up", "7 and up"]
    table = found.thresholds
    for label, x, _, half in drawn:
        own = table[table["category_above"] == label[0]]
        np.testing.assert_array_equal(x, own["estimate"])
        np.testing.assert_allclose(half, norm.ppf(0.975) * own["se"], rtol=1e-12)
    assert ax.get_title() == f"n = {found.n}; thresholds with 95 % intervals"


def test_a_colour_stands_for_the_same_category_whatever_an_item_uses(answers):
    lacking = answers[TANGIBLES].replace({"P1": {4: 5}})
    ax = plot_thresholds(polychoric_correlation(lacking))
    sizes = {label: len(x) for label, x, *_ in bars(ax)}
    assert sizes == {"4 and up": 3, "5 and up": 4, "6 and up": 4, "7 and up": 4}


def test_items_stand_under_their_dimensions(gaps, tick_texts):
    ax = plot_thresholds(polychoric_correlation(gaps))
    about = sq.load_instrument("servqual-1991")
    expected = []
    for key, items in about.dimensions.items():
        expected += [about.label(key), *(f"{item}. {about.label(item)}" for item in items)]
    assert tick_texts(ax)[:7] == expected[:7]
    assert len(tick_texts(ax)) == len(expected) == 27
    assert "thresholds of perceptions with" in ax.get_title().replace("\n", " ")


def test_nothing_overlaps_with_22_items_of_six_thresholds(gaps):
    ax = plot_thresholds(polychoric_correlation(gaps, of="expectation"))
    ax.figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert all(above.y0 >= below.y1 for above, below in pairwise(boxes))
    marks = np.concatenate([np.c_[x, y] for _, x, y, _ in bars(ax)])
    places = ax.transData.transform(marks)
    apart = np.linalg.norm(places[:, None] - places, axis=2)[np.triu_indices(len(places), 1)]
    assert len(places) > 125
    assert apart.min() > 3.5 * ax.figure.dpi / 72
    each = [zip(*rows, strict=True) for _, *rows in bars(ax)]
    found = sorted((y, x - half, x + half) for rows in each for x, y, half in rows)
    assert all(end < start for (y, _, end), (z, start, _) in pairwise(found) if z - y < 1e-9)


def test_groups_have_lanes_in_each_row(grouped):
    ax = plot_thresholds(grouped, instrument=sq.load_instrument("servqual-1991"))
    table = grouped.parameters.query("op == '|'")
    drawn = list(bars(ax))
    assert tuple(label for label, *_ in drawn) == grouped.groups
    rows = []
    for label, x, y, half in drawn:
        own = table[table["group"] == label]
        np.testing.assert_array_equal(x, own["estimate"])
        np.testing.assert_allclose(half, norm.ppf(0.95) * own["se"], rtol=1e-12)
        rows.append(y)
    assert (np.diff(rows, axis=0) > 0).all()
    assert "90 % intervals" in ax.get_title().replace("\n", " ")


def test_a_model_of_one_group(answers, tick_texts):
    fitted = sq.fit_sem(MODEL, answers, ordered=["P1", "P2"])
    ax = plot_thresholds(fitted, labels={"P1": "Machines"}, markersize=9)
    assert [label for label, *_ in bars(ax)] == ["t1", "t2", "t3", "t4"]
    assert tick_texts(ax) == ["Machines", "P2"]
    assert ax.containers[0].lines[0].get_markersize() == 9


def test_categories_with_names():
    rng = np.random.default_rng(3)
    scale = pd.CategoricalDtype(["no", "perhaps", "yes"], ordered=True)
    frame = pd.DataFrame(
        {name: pd.Categorical.from_codes(rng.integers(0, 3, 60), dtype=scale) for name in "ab"}
    )
    ax = plot_thresholds(polychoric_correlation(frame))
    assert [label for label, *_ in bars(ax)] == ["perhaps and up", "yes and up"]


def test_what_is_refused(answers, gaps):
    with pytest.raises(TypeError, match="wants PolychoricCorrelation from polychoric_correlation"):
        plot_thresholds(gaps)
    with pytest.raises(sq.ModelError, match="Nothing here is ordered"):
        plot_thresholds(sq.fit_sem(MODEL, answers))
