import numpy as np
import pandas as pd
import pytest

import servqual as sq


def lines(ax):
    return {line.get_label(): line for line in ax.lines}


def test_lines_are_the_means_and_close(gaps):
    ax = sq.plot_radar(gaps)
    table = gaps.to_frame()
    shown = table[table["level"] == "dimension"]
    assert ax.name == "polar"
    drawn = lines(ax)
    assert list(drawn) == ["E: excellent expectations", "P: perceptions"]
    for line, column in zip(drawn.values(), ("mean_e", "mean_p"), strict=True):
        values = shown[column].tolist()
        assert line.get_ydata().tolist() == [*values, values[0]]
        assert line.get_xdata()[0] == line.get_xdata()[-1] == 0
    assert [label.get_text() for label in ax.get_xticklabels()] == [
        *("Tangibles", "Reliability", "Responsiveness", "Assurance", "Empathy")
    ]


def test_first_dimension_is_on_top_and_the_next_to_its_right(gaps):
    ax = sq.plot_radar(gaps)
    ax.figure.canvas.draw()
    first, second = lines(ax)["P: perceptions"].get_xydata()[:2]
    middle = ax.transData.transform((0, 1))
    top = ax.transData.transform(first) - middle
    right = ax.transData.transform(second) - middle
    assert top[0] == pytest.approx(0, abs=1e-6)
    assert top[1] > 0
    assert right[0] > 0


def test_centre_and_rim_are_the_ends_of_the_scale(gaps):
    ax = sq.plot_radar(gaps)
    assert ax.get_ylim() == (1, 7)
    assert list(ax.get_yticks()) == [2, 3, 4, 5, 6, 7]
    assert ax.get_xlabel() == "Mean answer, scale points (1–7)"
    assert ax.get_title() == f"SERVQUAL (1991 refinement): n = {gaps.n}"


def test_perceptions_alone(bank):
    assert list(lines(sq.plot_radar(sq.perception_scores(bank)))) == ["P: perceptions"]


def test_tolerance_has_three_lines_and_a_shaded_zone(library):
    ax = sq.plot_radar(library)
    assert list(lines(ax)) == ["Minimum", "Desired", "P: perceptions"]
    assert [type(one).__name__ for one in ax.collections] == ["FillBetweenPolyCollection"]
    assert len({line.get_linestyle() for line in ax.lines}) == 3
    assert len({line.get_marker() for line in ax.lines}) == 3


def test_a_dimension_without_a_score_leaves_the_line_open(make_gaps):
    scores = make_gaps({"a": ("1",), "b": ("2",), "c": ("3",), "d": ("4",)}, blank=["b"])
    ax = sq.plot_radar(scores)
    ax.figure.canvas.draw()
    drawn = next(iter(ax.lines)).get_ydata()
    assert (
        np.isnan(drawn).sum()
        == scores.to_frame().query("level == 'dimension'")["mean_e"].isna().sum()
    )
    assert [label.get_text() for label in ax.get_xticklabels()] == ["A", "B", "C", "D"]


def test_fewer_than_three_dimensions_are_refused(make_gaps):
    import matplotlib.pyplot as plt

    with pytest.raises(ValueError) as caught:  # noqa: PT011
        sq.plot_radar(make_gaps({"a": ("1",), "b": ("2",)}))
    assert str(caught.value) == (
        "A radar needs at least 3 dimensions, and instrument 'own' has 2; use plot_dumbbell."
    )
    assert plt.get_fignums() == []


def test_cartesian_axes_are_refused(gaps):
    import matplotlib.pyplot as plt

    _, ax = plt.subplots()
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        sq.plot_radar(gaps, ax=ax)
    assert str(caught.value) == (
        "plot_radar draws on polar axes, not on rectilinear ones; make them with "
        "plt.subplot(projection='polar'), or leave ax out."
    )


def test_axes_are_given_or_made(gaps):
    import matplotlib.pyplot as plt

    polar = plt.subplot(projection="polar")
    assert sq.plot_radar(gaps, ax=polar) is polar
    made = sq.plot_radar(gaps)
    assert made.figure is not polar.figure, "a figure that has axes is left alone"
    empty = plt.figure()
    assert sq.plot_radar(gaps).figure is empty


def test_options_go_to_the_lines(gaps):
    assert {line.get_linewidth() for line in sq.plot_radar(gaps, lw=3).lines} == {3}


def test_other_results_are_refused():
    with pytest.raises(TypeError) as caught:
        sq.plot_radar(pd.DataFrame())
    assert str(caught.value) == (
        "plot_radar wants GapScores from gap_scores(...), PerceptionScores from "
        "perception_scores(...) or ToleranceScores from tolerance_scores(...), not DataFrame."
    )
