import numpy as np

import servqual as sq


def dots(ax):
    return {line.get_label()[0]: line for line in ax.lines if line.get_linestyle() == "None"}


def test_dots_are_the_means_joined_by_their_gap(gaps, tick_texts):
    ax = sq.plot_dumbbell(gaps)
    table = gaps.to_frame()
    shown = table[table["level"].isin(["dimension", "overall"])]
    both = dots(ax)
    assert both["E"].get_xdata().tolist() == shown["mean_e"].tolist()
    assert both["P"].get_xdata().tolist() == shown["mean_p"].tolist()
    assert both["E"].get_ydata().tolist() == ax.get_yticks().tolist()
    (joins,) = ax.collections
    ends = np.array([segment[:, 0] for segment in joins.get_segments()])
    np.testing.assert_array_equal(ends, shown[["mean_e", "mean_p"]])
    assert tick_texts(ax)[0] == "Tangibles"
    assert ax.yaxis_inverted()


def test_legend_names_the_kind_of_expectation(gaps, make_gaps, legend_texts):
    from matplotlib.figure import Figure

    assert legend_texts(sq.plot_dumbbell(gaps)) == ["E: excellent expectations", "P: perceptions"]
    unstated = sq.plot_dumbbell(make_gaps({"a": ("1",)}), ax=Figure().subplots())
    assert legend_texts(unstated)[0] == "E: kind of expectation not stated"


def test_axis_is_the_scale_of_the_answers(gaps):
    ax = sq.plot_dumbbell(gaps)
    low, high = ax.get_xlim()
    assert 0 < low < 1 < 7 < high < 8
    assert ax.get_xlabel() == "Mean answer, scale points (1–7)"
    assert ax.get_title() == f"SERVQUAL (1991 refinement): n = {gaps.n}"


def test_the_two_differ_in_shape_as_well_as_in_colour(gaps):
    both = dots(sq.plot_dumbbell(gaps))
    assert both["E"].get_marker() != both["P"].get_marker()
    assert both["E"].get_color() != both["P"].get_color()


def test_a_dimension_without_a_score_keeps_an_empty_row(make_gaps, tick_texts):
    ax = sq.plot_dumbbell(make_gaps({"a": ("1", "2"), "b": ("3",)}, blank=["b"]))
    ax.figure.canvas.draw()
    assert tick_texts(ax)[:2] == ["A", "B"]
    assert len(ax.collections[0].get_segments()) == 1


def test_items_and_sorting(gaps, tick_texts):
    ax = sq.plot_dumbbell(gaps, level="item", sort=True)
    both = dots(ax)
    gap = both["P"].get_xdata() - both["E"].get_xdata()
    assert len(gap) == 22 + 1
    for start, stop in ((0, 4), (4, 9), (9, 13), (13, 17), (17, 22)):
        assert (np.diff(gap[start:stop]) >= -1e-9).all()
    assert tick_texts(ax)[0] == "Tangibles"


def test_options_go_to_the_dots(gaps):
    both = dots(sq.plot_dumbbell(gaps, ms=11, c="black"))
    assert {line.get_markersize() for line in both.values()} == {11}
    assert {line.get_color() for line in both.values()} == {"black"}
