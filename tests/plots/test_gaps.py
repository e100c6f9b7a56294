import itertools
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual import _language


def bars(ax):
    return [patch for patch in ax.patches if patch in ax.containers[0].patches]


def whiskers(ax):
    """Low and high end of each whisker, from top to bottom."""
    (lines,) = [c for c in ax.containers if type(c).__name__ == "ErrorbarContainer"]
    return [segment[:, 0].tolist() for segment in lines.lines[2][0].get_segments()]


def test_bars_are_the_mean_gaps_in_the_order_of_the_instrument(gaps, tick_texts):
    ax = sq.plot_gaps(gaps)
    table = gaps.to_frame()
    shown = table[table["level"].isin(["dimension", "overall"])]
    assert [bar.get_width() for bar in bars(ax)] == shown["gap"].tolist()
    assert tick_texts(ax) == [
        *("Tangibles", "Reliability", "Responsiveness", "Assurance", "Empathy"),
        "Overall: mean of 5 dimensions",
    ]
    centres = [bar.get_y() + bar.get_height() / 2 for bar in bars(ax)]
    assert centres == pytest.approx(ax.get_yticks())
    assert ax.yaxis_inverted()


def test_whiskers_are_the_intervals(gaps):
    table = gaps.to_frame()
    shown = table[table["level"].isin(["dimension", "overall"])]
    ends = np.array(whiskers(sq.plot_gaps(gaps)))
    np.testing.assert_allclose(ends, shown[["ci_low", "ci_high"]], rtol=1e-12)


def test_axis_has_unit_zero_line_and_negative_left(gaps, legend_texts):
    ax = sq.plot_gaps(gaps)
    assert ax.get_xlabel() == "Mean gap (P − E), scale points"
    assert any(list(line.get_xdata()) == [0, 0] for line in ax.lines)
    low, high = ax.get_xlim()
    assert low < gaps.to_frame().query("level == 'dimension'")["ci_low"].min()
    assert high > 0
    assert legend_texts(ax) == ["95 % interval"]


def test_title_names_instrument_n_and_kind_of_expectation(gaps):
    title = sq.plot_gaps(gaps).get_title().replace("\n", " ")
    assert title == f"SERVQUAL (1991 refinement): n = {gaps.n}; excellent expectations"


def test_overall_stands_apart(gaps):
    ax = sq.plot_gaps(gaps)
    ticks = ax.get_yticks()
    assert np.diff(ticks).tolist() == [1, 1, 1, 1, 1.5]
    *dimensions, overall = [bar.get_facecolor() for bar in bars(ax)]
    assert len(set(dimensions)) == 1
    assert overall not in dimensions


def test_items_stand_under_their_dimension(gaps, tick_texts):
    ax = sq.plot_gaps(gaps, level="item")
    texts = tick_texts(ax)
    instrument = gaps.responses.instrument
    expected = [
        instrument.label(key)
        for dimension, items in instrument.dimensions.items()
        for key in (dimension, *items)
    ]
    assert texts == [*expected, "Overall: mean of 5 dimensions"]
    assert len(bars(ax)) == 22 + 1
    bold = [label.get_text() for label in ax.get_yticklabels() if label.get_fontweight() == "bold"]
    assert bold == [instrument.label(dimension) for dimension in instrument.dimensions]
    table = gaps.to_frame().set_index("item")["gap"]
    at = {round(bar.get_y() + bar.get_height() / 2, 6): bar.get_width() for bar in bars(ax)}
    named = {text: at.get(place) for place, text in zip(ax.get_yticks(), texts, strict=True)}
    assert {item: named[instrument.label(item)] for item in instrument.items} == {
        item: table[item] for item in instrument.items
    }


@pytest.mark.parametrize("size", [(6.4, 4.8), (9, 9)])
def test_many_items_do_not_overlap(make_gaps, size):
    import matplotlib.pyplot as plt

    dimensions = {f"d{i}": tuple(f"{i}_{j}" for j in range(7)) for i in range(4)}
    labels = {item: f"Item {item}" for items in dimensions.values() for item in items}
    figure, ax = plt.subplots(figsize=size)
    sq.plot_gaps(make_gaps(dimensions, labels), ax=ax, level="item")
    figure.canvas.draw()
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert len(boxes) == 28 + 4 + 1
    # An extent holds room for accents and descenders that these labels lack.
    overlaps = [above.ymin - below.ymax for above, below in itertools.pairwise(boxes)]
    assert min(overlaps) > -0.35 * max(box.height for box in boxes)


def test_a_new_figure_is_high_enough_for_its_items(gaps):
    ax = sq.plot_gaps(gaps, level="item")
    ax.figure.canvas.draw()
    boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert all(above.ymin >= below.ymax for above, below in itertools.pairwise(boxes))
    assert all(box.xmin >= 0 for box in boxes)


def test_sorting_puts_the_largest_shortfall_first(gaps):
    widths = [bar.get_width() for bar in bars(sq.plot_gaps(gaps, sort=True))]
    assert widths[:-1] == sorted(widths[:-1])
    assert widths[-1] == gaps.to_frame()["gap"].iloc[-1]


def test_sorted_items_stay_within_their_dimension(gaps, tick_texts):
    import matplotlib.pyplot as plt

    plain = tick_texts(sq.plot_gaps(gaps, level="item"))
    plt.close("all")
    ax = sq.plot_gaps(gaps, level="item", sort=True)
    texts = tick_texts(ax)
    assert texts != plain
    assert set(texts[1:5]) == set(plain[1:5])
    widths = [bar.get_width() for bar in bars(ax)]
    assert widths[:4] == sorted(widths[:4])
    assert widths[4:9] == sorted(widths[4:9])


def test_weighted_and_unweighted_overall_are_told_apart(bank, tick_texts):
    scores = sq.gap_scores(bank, importance="points")
    ax = sq.plot_gaps(scores)
    assert tick_texts(ax)[-2:] == [
        "Overall, weighted: mean of 5 dimensions",
        "Overall, unweighted: mean of 5 dimensions",
    ]
    table = scores.to_frame().set_index("level")["gap"]
    widths = [bar.get_width() for bar in bars(ax)][-2:]
    assert widths == [table["overall"], table["overall_unweighted"]]
    assert widths[0] != widths[1]


def test_a_weighted_sum_is_left_out(bank, tick_texts):
    scores = sq.gap_scores(bank, importance="points", normalize=False)
    texts = tick_texts(sq.plot_gaps(scores))
    assert texts[5:] == ["Overall, unweighted: mean of 5 dimensions"]


def test_overall_of_items_says_so(bank, tick_texts):
    scores = sq.gap_scores(bank, overall="items")
    assert tick_texts(sq.plot_gaps(scores))[-1] == "Overall: mean of 22 items"


def test_a_dimension_without_a_score_keeps_an_empty_row(make_gaps, tick_texts):
    scores = make_gaps({"a": ("1", "2"), "b": ("3",), "c": ("4",)}, blank=["b"])
    ax = sq.plot_gaps(scores)
    ax.figure.canvas.draw()
    assert tick_texts(ax) == ["A", "B", "C", "Overall: mean of 3 dimensions"]
    assert [bool(np.isnan(bar.get_width())) for bar in bars(ax)] == [False, True, False, True]
    assert len(whiskers(ax)) == 2


def test_without_intervals_there_are_no_whiskers_and_no_legend(make_gaps):
    with pytest.warns(sq.SmallSampleWarning):
        scores = make_gaps({"a": ("1",), "b": ("2",)}, n=1)
    ax = sq.plot_gaps(scores)
    assert len(ax.containers) == 1
    assert ax.get_legend() is None


def test_one_dimension(make_gaps, tick_texts):
    assert tick_texts(sq.plot_gaps(make_gaps({"speed": ("1", "2")}))) == ["Speed", "Overall"]


def test_options_go_to_the_bars(gaps):
    for given in ({"color": "red"}, {"facecolor": "red"}, {"fc": "red"}):
        from matplotlib.figure import Figure

        ax = sq.plot_gaps(gaps, ax=Figure().subplots(), height=0.4, **given)
        assert {bar.get_facecolor() for bar in bars(ax)} == {(1.0, 0.0, 0.0, 1.0)}
        assert {round(bar.get_height(), 9) for bar in bars(ax)} == {0.4}


def test_given_axes_are_used_and_returned(gaps):
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2)
    assert sq.plot_gaps(gaps, ax=left) is left
    assert not right.patches
    assert sq.plot_gaps(gaps) is right, "the current axes"
    assert plt.get_fignums() == [figure.number]


def test_given_axes_need_no_pyplot():
    code = """
import sys
import pandas as pd
import servqual as sq
from matplotlib.figure import Figure
frame = pd.DataFrame({"E1": [5, 4], "P1": [3, 4]})
one = sq.Instrument(name="one", scale=(1, 5), dimensions={"a": ("1",)})
assert "matplotlib" in sys.modules
sq.plot_gaps(sq.gap_scores(sq.Responses.from_frame(frame, one)), ax=Figure().subplots())
assert "matplotlib.pyplot" not in sys.modules
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_hostile_labels_are_shown_as_they_are(make_gaps, tick_texts):
    labels = {"1": "$x^2$ & <b>", "2": r"\frac{$", "3": "量$表", "a": "five $ or ten $"}
    ax = sq.plot_gaps(make_gaps({"a": ("1", "2", "3")}, labels, title="$1 or $2"), level="item")
    assert tick_texts(ax)[:4] == ["five $ or ten $", "$x^2$ & <b>", r"\frac{$", "量$表"]
    assert not any(label.get_parse_math() for label in ax.get_yticklabels())
    assert not ax.title.get_parse_math()
    assert ax.get_title().startswith("$1 or $2: n = 12")


def test_hostile_labels_are_escaped_in_svg(make_gaps):
    import io

    import matplotlib as mpl
    from matplotlib.figure import Figure

    scores = make_gaps({"a": ("1",)}, {"1": "<script>&$x$"})
    ax = sq.plot_gaps(scores, ax=Figure().subplots(), level="item")
    file = io.StringIO()
    with mpl.rc_context({"svg.fonttype": "none"}):
        ax.figure.savefig(file, format="svg")
    assert "&lt;script&gt;&amp;$x$" in file.getvalue()
    assert "<script" not in file.getvalue()


def test_long_labels_are_shortened(make_gaps, tick_texts):
    labels = {"1": "word " * 60, "a": "维度" * 60}
    texts = tick_texts(sq.plot_gaps(make_gaps({"a": ("1",)}, labels), level="item"))
    assert [text[-1] for text in texts[:2]] == ["…", "…"]
    assert max(map(len, texts)) <= 36


def test_chinese(gaps, tick_texts, monkeypatch):
    said = {"Mean gap (P − E), scale points": "平均差距（P − E），量表分"}
    monkeypatch.setitem(_language.catalogue("zh"), "text", said)
    ax = sq.plot_gaps(gaps, language="zh")
    assert tick_texts(ax)[:5] == ["有形性", "可靠性", "响应性", "保证性", "移情性"]
    assert ax.get_xlabel() == "平均差距（P − E），量表分"
    assert ax.get_title().startswith("SERVQUAL 量表（1991")


@pytest.mark.parametrize("plot", [sq.plot_gaps, sq.plot_dumbbell])
def test_other_results_are_refused(plot, bank):
    name = plot.__name__
    with pytest.raises(TypeError) as caught:
        plot(pd.DataFrame())
    assert str(caught.value) == f"{name} wants GapScores from gap_scores(...), not DataFrame."
    with pytest.raises(TypeError, match=r", not PerceptionScores\.$"):
        plot(sq.perception_scores(bank))


@pytest.mark.parametrize("plot", [sq.plot_gaps, sq.plot_dumbbell])
def test_bad_arguments_are_refused(plot, gaps):
    import matplotlib.pyplot as plt

    with pytest.raises(ValueError, match=r"^level must be one of 'dimension', 'item', not 'x'\.$"):
        plot(gaps, level="x")
    with pytest.raises(ValueError, match=r"^language must be one of en, zh, not 'fr'\.$"):
        plot(gaps, language="fr")
    assert plt.get_fignums() == [], "nothing is drawn before the arguments are checked"
    _, both = plt.subplots(1, 2)
    with pytest.raises(TypeError, match=r"wants one matplotlib Axes as ax, not ndarray\.$"):
        plot(gaps, ax=both)
    polar = plt.figure().add_subplot(projection="polar")
    with pytest.raises(ValueError, match=r"draws on Cartesian axes, not on polar ones; "):
        plot(gaps, ax=polar)
