import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.errors import ResponseError
from servqual.plots._style import BLUE, VERMILLION
from servqual.plots.likert import NEUTRAL, colours, count_answers, plot_likert

NAN = float("nan")


def made(scale=(1, 5), **more):
    """Two items of known answers; the second lacks one and one does not apply."""
    instrument = sq.Instrument(
        name="made",
        scale=scale,
        roles=("perception",),
        dimensions={"care": ("1", "2")},
        labels={"1": "Costs $5 & <more>", "2": "Second"},
    )
    frame = pd.DataFrame({"P1": [1, 3, 3, 5], "P2": [5, 4, NAN, 9]})
    return sq.Responses.from_frame(frame, instrument, not_applicable=(9,), **more)


def bars(ax):
    """The bars by the text of the legend: (left, width) of each row."""
    return {
        one.get_label(): [(bar.get_x(), bar.get_width()) for bar in one] for one in ax.containers
    }


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_bars_are_percent_with_the_middle_at_zero(tick_texts):
    ax = plot_likert(made())
    found = bars(ax)
    assert list(found) == ["1", "2", "3", "4", "5"]
    first = {point: one[0] for point, one in found.items()}
    assert first == {"1": (-50, 25), "2": (-25, 0), "3": (-25, 50), "4": (25, 0), "5": (25, 25)}
    second = {point: one[1] for point, one in found.items()}
    assert second == {"1": (0, 0), "2": (0, 0), "3": (0, 0), "4": (0, 50), "5": (50, 50)}
    assert tick_texts(ax) == ["Care", "Costs $5 & <more>", "Second"]
    assert ax.get_xlabel() == "Percent below and above 3 (scale 1–5)"
    assert ax.yaxis_inverted()


def test_an_even_scale_has_no_middle():
    ax = plot_likert(made(scale=(1, 6)))
    first = {point: one[0] for point, one in bars(ax).items()}
    assert first["3"] == (-50, 50)
    assert first["4"] == (0, 0)
    assert first["1"] == (-75, 25)
    assert ax.get_xlabel() == "Percent below and above 3.5 (scale 1–6)"


def test_missing_answers_are_counted():
    assert texts(plot_likert(made())) == ["n (missing + n/a)", "4 (0 + 0)", "2 (1 + 1)"]


def test_counts_of_the_bank_are_those_of_its_answers():
    frame = sq.load_dataset("bank")
    about = sq.load_instrument("servqual-1991")
    answers = sq.Responses.from_frame(frame, about, points="points_{}")
    for of, prefix in (("perception", "P"), ("expectation", "E")):
        ax = plot_likert(answers, of=of, ax=_axes())
        columns = frame[[f"{prefix}{item}" for item in about.items]]
        there = columns.notna().sum()
        assert texts(ax) == ["n (missing)", *(f"{n} ({480 - n})" for n in there)]
        found = bars(ax)
        for point in range(1, 8):
            widths = [width for _, width in found[str(point)]]
            np.testing.assert_allclose(widths, 100 * (columns == point).sum() / there, rtol=1e-12)
        assert f"n = 480; {of}s" in ax.get_title().replace("\n", " ")


def test_weights_count_in_the_bars_and_are_said():
    responses = made(weights=[2, 1, 1, 4])
    counted = count_answers(responses, "perception")
    np.testing.assert_allclose(counted.percent[0], [25, 0, 25, 0, 50], rtol=1e-14)
    assert counted.n.tolist() == [4, 2]
    title = plot_likert(responses).get_title()
    assert "with sampling weights" in title.replace("\n", " ")


def test_whole_weights_repeat_respondents():
    frame = pd.DataFrame({"P1": [1, 3, 2, 5], "P2": [5, 4, NAN, 1]})
    about = made().instrument
    weights = np.array([2, 1, 3, 1])
    one = sq.Responses.from_frame(frame, about, weights=weights)
    other = sq.Responses.from_frame(frame.loc[frame.index.repeat(weights)], about)
    np.testing.assert_allclose(
        count_answers(one, "perception").percent,
        count_answers(other, "perception").percent,
        rtol=1e-14,
    )


def test_recoded_items_are_marked(tick_texts):
    instrument = sq.Instrument(
        name="made",
        scale=(1, 5),
        roles=("perception",),
        dimensions={"care": ("1", "2")},
        reverse=("2",),
    )
    frame = pd.DataFrame({"P1": [1, 2, 4, 5], "P2": [5, 4, 2, 1]})
    ax = plot_likert(sq.Responses.from_frame(frame, instrument))
    assert tick_texts(ax)[2].endswith(" (recoded)")
    assert "recoded" not in tick_texts(ax)[1]
    found = bars(ax)
    assert [one[0] for one in found.values()] == [one[1] for one in found.values()]


def test_colours_part_at_the_middle():
    for count in (2, 3, 5, 7, 9, 10, 11):
        found = colours(count)
        assert len(set(found)) == count
        assert (found[0], found[-1]) == (VERMILLION, BLUE)
        assert (NEUTRAL in found) == (count % 2 == 1)


def test_chinese_labels(tick_texts):
    answers = sq.Responses.from_frame(
        sq.load_dataset("bank"), sq.load_instrument("servqual-1991"), points="points_{}"
    )
    ax = plot_likert(answers, language="zh")
    assert tick_texts(ax)[:2] == ["有形性", "设备现代"]


def test_options_go_to_the_bars():
    ax = plot_likert(made(), height=0.3, ec="red")
    for one in ax.containers:
        assert {round(bar.get_height(), 9) for bar in one} == {0.3}
        assert {bar.get_edgecolor() for bar in one} == {(1.0, 0.0, 0.0, 1.0)}


def test_what_is_refused(gaps):
    with pytest.raises(TypeError, match=r"wants Responses from Responses\.from_frame\(\.\.\.\)"):
        plot_likert(gaps)
    with pytest.raises(ResponseError, match=r"of must be one of 'perception', not 'points'"):
        plot_likert(made(), of="points")
    with pytest.raises(ValueError, match="en, zh"):
        plot_likert(made(), language="fr")
    halves = sq.Responses.from_frame(
        pd.DataFrame({"P1": [1, 2.5], "P2": [1, 2]}), made().instrument
    )
    with pytest.raises(ResponseError, match="item '1' are not whole numbers"):
        plot_likert(halves)


def _axes():
    from matplotlib.figure import Figure

    return Figure().subplots()
