"""Lines and quadrants of made-up points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.priorities.grid.quadrants import (
    QUADRANTS,
    above_diagonal,
    classify,
    find_lines,
    on_the_line,
    standardised,
)

points = st.lists(st.tuples(st.floats(1, 7), st.floats(1, 7)), min_size=2, max_size=12)

# Martilla & James (1977): importance and performance of 14 attributes of a car dealer, as read in a
# secondary source (medium confidence).
CARS = np.array(
    [
        *[(3.83, 2.63), (3.63, 2.73), (3.60, 3.15), (3.56, 3.00), (3.41, 3.05), (3.41, 3.29)],
        *[(3.38, 3.03), (3.37, 3.11), (3.29, 2.00), (3.27, 3.02), (2.52, 2.25), (2.43, 2.49)],
        *[(2.37, 2.35), (2.05, 3.33)],
    ]
)


def places(pairs, cutoff, middles=(4.0, 4.0), same_scale=True):
    importance, performance = np.array(pairs, dtype=float).T[:, None, :]
    lines = find_lines(importance, performance, cutoff, middles, same_scale=same_scale)
    return classify(importance, performance, lines)[0], lines


def test_published_dealer_in_its_quadrants():
    """Attributes 1, 2 and 9 need work; 14 (maintenance notices) is overdone; 11-13 can wait."""
    found, lines = places(CARS, "mean")
    assert lines.importance[0] == pytest.approx(44.12 / 14)
    assert lines.performance[0] == pytest.approx(39.43 / 14)
    names = [QUADRANTS[code] for code in found]
    assert [names[i] for i in (0, 1, 8)] == ["concentrate here"] * 3
    assert names[13] == "possible overkill"
    assert names[10:13] == ["low priority"] * 3
    assert set(names[2:8]) | {names[9]} == {"keep up the good work"}


def test_each_quadrant_at_each_kind_of_line():
    corners = [(6, 2), (6, 6), (2, 2), (2, 6)]
    for cutoff in ("scale", "mean", "median"):
        assert places(corners, cutoff)[0].tolist() == [0, 1, 2, 3], cutoff
    # on the diagonal (6, 6) and (2, 2) lie not above it
    assert places(corners, "diagonal")[0].tolist() == [0, 1, 2, 3]


def test_the_diagonal_takes_all_that_lies_above_it():
    pairs = [(6, 5), (3, 2), (5, 6), (2, 3), (2, 5)]
    assert places(pairs, "diagonal")[0].tolist() == [0, 0, 1, 2, 3]
    assert places(pairs, "scale")[0].tolist() == [1, 2, 1, 2, 3]


def test_a_point_on_a_cut_off_counts_as_high():
    found, lines = places([(4, 4), (4, 3), (3, 4)], "scale")
    assert found.tolist() == [1, 0, 3]
    on = on_the_line(np.array([[4.0, 4, 3, 5]]), np.array([[4.0, 3, 4, 6]]), lines)
    assert on[0].tolist() == [True, True, True, False]


def test_the_median_of_an_odd_number_is_a_point_and_counts_as_high():
    found, _ = places([(1, 1), (2, 2), (3, 3)], "median")
    assert found.tolist() == [2, 1, 1]


@given(points)
def test_standardised_diagonal_is_that_of_z_scores(pairs):
    importance, performance = np.array(pairs).T
    if importance.std() < 1e-3 or performance.std() < 1e-3:
        return
    z_i, z_p = standardised(importance), standardised(performance)
    both = importance[None, :], performance[None, :]
    lines = find_lines(*both, "diagonal", (np.nan, 4.0), same_scale=False)
    excess = above_diagonal(*both, lines)[0] / importance.std()
    np.testing.assert_allclose(excess, z_i - z_p, atol=1e-9)
    clear = np.abs(z_i - z_p) > 1e-6
    found = classify(*both, lines)[0]
    assert ((found == 0) == (z_i > z_p))[clear].all()


@given(points, st.sampled_from(["mean", "median", "diagonal"]), st.floats(0.5, 3), st.floats(-5, 5))
def test_units_change_nothing(pairs, cutoff, scale, shift):
    values = np.round(np.array(pairs), 3)
    if (values.std(axis=0) < 1e-3).any():
        return
    importance, performance = values.T
    here = importance[None, :], performance[None, :]
    there = scale * importance[None, :] + shift, performance[None, :] / scale - shift
    lines = [find_lines(*one, cutoff, (np.nan, np.nan), same_scale=False) for one in (here, there)]
    near = on_the_line(*here, lines[0])[0]
    found = [classify(*one, line)[0] for one, line in zip((here, there), lines, strict=True)]
    near |= np.abs(above_diagonal(*here, lines[0])[0]) < 1e-6
    assert (found[0] == found[1])[~near].all()


def test_what_is_not_known_is_in_no_quadrant():
    found, _ = places([(np.nan, 3), (3, np.nan), (6, 6), (2, 2)], "mean")
    assert found.tolist()[:2] == [-1, -1]
    assert -1 not in found.tolist()[2:]
    assert places([(np.nan, 3), (np.nan, 4)], "median")[0].tolist() == [-1, -1]
    # performance all alike: no standardised diagonal
    assert places([(1, 3), (2, 3)], "diagonal", same_scale=False)[0].tolist() == [-1, -1]


def test_standardising_what_is_alike_gives_nothing():
    assert standardised(np.array([3.0, 3.0, np.nan])).tolist()[:2] == [0, 0]
