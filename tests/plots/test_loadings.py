import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.plots.loadings import loading_text, plot_loadings


@pytest.fixture
def solution(gaps):
    return sq.fit_efa(gaps, 5)


def grid(ax, shape):
    return np.array([text.get_text() for text in ax.texts]).reshape(shape)


def test_rows_stand_as_the_solution_shows_itself(solution, tick_texts):
    ax = plot_loadings(solution)
    table = solution.displayed()
    assert tick_texts(ax) == table["label"].tolist()
    values = solution.loadings.loc[table["item"]].to_numpy()
    (image,) = ax.images
    np.testing.assert_array_equal(image.get_array(), values)
    assert (image.norm.vmin, image.norm.vmax) == (-1, 1)
    assert grid(ax, (22, 5)).tolist() == [[loading_text(x) for x in row] for row in values]
    assert [one.get_text() for one in ax.get_xticklabels()] == ["F1", "F2", "F3", "F4", "F5"]


def test_small_values_are_grey(solution):
    ax = plot_loadings(solution)
    (image,) = ax.images
    values = image.get_array().ravel()
    grey = [text.get_color() == "#666666" for text in ax.texts]
    assert grey == (np.abs(values) < 0.3).tolist()


def test_a_line_parts_the_factors(solution):
    ax = plot_loadings(solution)
    leading = np.abs(ax.images[0].get_array()).argmax(axis=1)
    expected = [row + 0.5 for row in range(21) if leading[row] != leading[row + 1]]
    assert [line.get_ydata()[0] for line in ax.lines] == expected


def test_title_says_how(solution):
    title = plot_loadings(solution).get_title().replace("\n", " ")
    assert title == f"SERVQUAL (1991 refinement): n = {solution.n}; loadings (minres, oblimin)"


def test_components_and_plain_columns(gaps):
    parts = sq.fit_efa(gaps.items, 2, "none", "components")
    ax = plot_loadings(parts)
    assert [one.get_text() for one in ax.get_xticklabels()] == ["C1", "C2"]
    assert ax.get_title().replace("\n", " ") == (
        f"n = {parts.n}; loadings (principal components, no rotation)"
    )


def test_an_item_without_variance_has_an_empty_row(gaps, tick_texts):
    with pytest.warns(sq.AdmissibilityWarning):
        solution = sq.fit_efa(gaps.items.assign(**{"3": 1.0}), 3)
    ax = plot_loadings(solution)
    assert len(ax.texts) == 21 * 3
    assert tick_texts(ax)[-1] == "3"
    assert ax.images[0].get_array().mask.any(axis=1).tolist() == [False] * 21 + [True]


def test_chinese_labels(solution, tick_texts):
    ax = plot_loadings(solution, language="zh")
    about = sq.load_instrument("servqual-1991")
    expected = [about.label(item, "zh") for item in solution.displayed()["item"]]
    assert tick_texts(ax) == expected


def test_options_go_to_the_image(solution):
    (image,) = plot_loadings(solution, cmap="gray", alpha=0.5).images
    assert image.get_cmap().name == "gray"
    assert image.get_alpha() == 0.5


def test_what_is_refused(gaps):
    with pytest.raises(TypeError) as caught:
        plot_loadings(gaps)
    assert str(caught.value) == (
        "plot_loadings wants FactorSolution from fit_efa(...), not GapScores."
    )
    with pytest.raises(ValueError, match="en, zh"):
        plot_loadings(sq.fit_efa(pd.DataFrame(gaps.items), 2), language="fr")
