"""Omega hierarchical against psych, closed forms, properties and bad input."""

import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servqual as sq
from servqual.errors import AdmissibilityWarning, ModelError, ResponseError
from servqual.reliability._schmid_leiman import schmid_leiman, second_order, shares_of
from servqual.reliability.hierarchical import omega_hierarchical

REFERENCE = Path(__file__).parents[1] / "reference"
BY_R = json.loads((REFERENCE / "hierarchical.json").read_text())


@pytest.fixture(scope="module")
def gaps():
    return pd.read_csv(REFERENCE / "gaps_300.csv")[[f"G{i}" for i in range(1, 23)]]


@pytest.fixture(scope="module")
def scores():
    survey = pd.read_csv(REFERENCE / "servqual_300.csv")
    return sq.gap_scores(sq.Responses.from_frame(survey, sq.load_instrument("servqual-1991")))


def population(gamma, loadings, sizes):
    """Correlations of items of simple structure under factors of a general one."""
    gamma = np.asarray(gamma, dtype=float)
    own = np.zeros((sum(sizes), len(sizes)))
    own[np.arange(sum(sizes)), np.repeat(np.arange(len(sizes)), sizes)] = loadings
    phi = np.outer(gamma, gamma)
    np.fill_diagonal(phi, 1)
    matrix = own @ phi @ own.T
    np.fill_diagonal(matrix, 1)
    return matrix, own * np.sqrt(1 - gamma**2), own @ gamma


def moments_of(matrix):
    return sq.Moments.from_matrix(matrix, 500, names=[f"i{j}" for j in range(len(matrix))])


def named(sizes):
    ends = np.cumsum(sizes)
    return {
        f"d{j}": [f"i{at}" for at in range(end - size, end)]
        for j, (end, size) in enumerate(zip(ends, sizes, strict=True))
    }


def order_of(found, target):
    """Say which of our columns is which of the target's."""
    order = np.abs(found.T @ target).argmax(axis=0)
    assert sorted(order) == list(range(target.shape[1]))
    return order


@pytest.mark.parametrize("m", [3, 5])
def test_as_by_psych(gaps, m):
    by_r = BY_R[f"omega{m}"]
    found = omega_hierarchical(gaps, n_factors=m)
    assert found.omega_h == pytest.approx(by_r["omega_h"], rel=0, abs=2e-5)
    assert found.omega_total == pytest.approx(by_r["omega_total"], rel=0, abs=1e-5)
    assert found.ecv == pytest.approx(by_r["ecv"], rel=0, abs=2e-5)
    order = order_of(found.group, np.array(by_r["group"]))
    np.testing.assert_allclose(found.group[:, order], by_r["group"], rtol=0, atol=5e-5)
    np.testing.assert_allclose(found.general, by_r["general"], rtol=0, atol=5e-5)
    np.testing.assert_allclose(found.second_order[order], by_r["second_order"], rtol=0, atol=1e-4)
    loadings = found.schmid_leiman
    np.testing.assert_allclose(loadings["communality"], by_r["h2"], rtol=0, atol=1e-5)
    np.testing.assert_allclose(loadings["general_share"], by_r["general_share"], rtol=0, atol=1e-4)


def test_shares_of_group_factors_as_by_psych(gaps):
    table = omega_hierarchical(gaps, n_factors=3).to_frame()
    of_factors = table[table["level"] == "factor"][["omega_hierarchical", "omega_subscale"]]
    np.testing.assert_allclose(of_factors, BY_R["omega3"]["of_factors"], rtol=0, atol=2e-5)


@pytest.mark.parametrize("two", ["equal", "first", "second"])
def test_two_factors_as_by_psych(gaps, two):
    by_r = BY_R["two"][two]
    found = omega_hierarchical(gaps, n_factors=2, two_factors=two)
    np.testing.assert_allclose(found.second_order, by_r["second_order"], rtol=0, atol=2e-5)
    np.testing.assert_allclose(found.general, by_r["general"], rtol=0, atol=5e-5)
    np.testing.assert_allclose(found.group, by_r["group"], rtol=0, atol=5e-5)
    assert {"equal": "alike", "first": "the first", "second": "the second"}[two] in found.title()
    assert any("one correlation" in note for note in found.notes())


@pytest.mark.parametrize(
    ("gamma", "sizes"),
    [
        ((0.9, 0.8, 0.7), (3, 3, 3)),
        ((0.9, 0.5, 0.7, 0.8, 0.6), (4, 5, 4, 4, 5)),
        ((0.7, 0.7), (4, 3)),
    ],
)
def test_a_population_with_a_general_factor_gives_its_figures(gamma, sizes):
    loadings = (
        0.5 + 0.4 * np.linspace(0, 1, sum(sizes)) * np.tile([1, 0.6], sum(sizes))[: sum(sizes)]
    )
    matrix, group, general = population(gamma, loadings, sizes)
    found = omega_hierarchical(moments_of(matrix), dimensions=named(sizes))
    table = found.to_frame().set_index("dimension")
    total = matrix.sum()
    assert found.omega_h == pytest.approx(general.sum() ** 2 / total, rel=0, abs=1e-6)
    unique = (1 - loadings**2).sum()
    assert found.omega_total == pytest.approx(1 - unique / total, rel=0, abs=1e-6)
    expected = (general**2).sum() / (loadings**2).sum()
    assert found.ecv == pytest.approx(expected, rel=0, abs=1e-6)
    np.testing.assert_allclose(found.general, general, rtol=0, atol=1e-6)
    whole = table.loc["(scale)"]
    assert whole["omega_hierarchical"] + whole["omega_subscale"] == pytest.approx(
        whole["omega_total"], rel=0, abs=1e-6
    )
    at = 0
    for j, size in enumerate(sizes):
        inside = slice(at, at + size)
        at += size
        row, variance = table.loc[f"d{j}"], matrix[inside, inside].sum()
        assert row["k"] == size
        for column, values in (
            ("omega_hierarchical", general[inside]),
            ("omega_subscale", group[inside, j]),
        ):
            assert row[column] == pytest.approx(values.sum() ** 2 / variance, rel=0, abs=1e-6)


@settings(max_examples=15)
@given(
    st.lists(st.floats(0.3, 0.9), min_size=3, max_size=4),
    st.lists(st.floats(0.4, 0.9), min_size=16, max_size=16),
)
def test_shares_are_shares(gamma, loadings):
    sizes = (4,) * len(gamma)
    matrix, _, _ = population(gamma, loadings[: sum(sizes)], sizes)
    found = omega_hierarchical(moments_of(matrix), dimensions=named(sizes))
    shares = found.to_frame().iloc[:, 4:]
    assert ((shares >= -1e-9) & (shares <= 1 + 1e-9)).all(axis=None)
    assert (shares["omega_hierarchical"] <= shares["omega_total"] + 1e-6).all()


def test_order_of_items_changes_nothing(gaps):
    one, other = (
        omega_hierarchical(frame, n_factors=5) for frame in (gaps, gaps[gaps.columns[::-1]])
    )
    assert one.omega_h == pytest.approx(other.omega_h, rel=0, abs=1e-7)
    np.testing.assert_allclose(one.general, other.general[::-1], rtol=0, atol=1e-6)


def test_scores_give_as_many_factors_as_dimensions(scores):
    found = omega_hierarchical(scores)
    table = found.to_frame()
    assert found.solution.n_factors == 5
    assert table["level"].tolist() == ["scale", *["dimension"] * 5, *["factor"] * 5]
    assert table["k"].tolist()[:6] == [22, 4, 5, 4, 4, 5]
    assert table["dimension"].tolist()[1:6] == list(scores.responses.instrument.dimensions)
    assert found.schmid_leiman.columns.tolist() == [
        *("dimension", "item", "label", "general", "F1", "F2", "F3", "F4", "F5"),
        *("communality", "uniqueness", "general_share"),
    ]
    assert found.omega_h == omega_hierarchical(scores.items, n_factors=5).omega_h
    assert "gaps of SERVQUAL (1991 refinement); n = 300; 5 factors" in found.title()
    assert "omega_hierarchical" in repr(found)
    assert omega_hierarchical(scores, of="perception").omega_h != found.omega_h


def test_a_pickle_is_equal(scores):
    found = omega_hierarchical(scores)
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert again != omega_hierarchical(scores, n_factors=4)
    with pytest.raises(ValueError, match="read-only"):
        again.general[0] = 0


def test_items_against_the_general_factor_are_named(gaps):
    found = omega_hierarchical(gaps.assign(G6=-gaps["G6"]), n_factors=3)
    assert found.general[5] < 0
    assert any("'G6'" in note and "run against" in note for note in found.notes())


def test_uncorrelated_factors_have_no_general_one():
    matrix, _, _ = population((0, 0, 0), 0.7, (3, 3, 3))
    found = omega_hierarchical(moments_of(matrix), dimensions=named((3, 3, 3)))
    assert found.omega_h == pytest.approx(0, abs=1e-6)
    assert found.omega_total == pytest.approx(1 - 9 * 0.51 / matrix.sum(), abs=1e-6)


def test_two_factors_that_correlate_negatively_are_nan_with_a_reason():
    matrix, _, _ = population((0.6, 0.6), 0.7, (3, 3))
    matrix[:3, 3:] *= -1
    matrix[3:, :3] *= -1
    with pytest.warns(AdmissibilityWarning, match=r"correlate negatively \(r = -0\.36\)"):
        found = omega_hierarchical(moments_of(matrix), n_factors=2)
    assert np.isnan(found.omega_h)
    assert not np.isnan(found.omega_total)
    assert any("correlate negatively" in problem for problem in found.problems)
    first = omega_hierarchical(moments_of(matrix), n_factors=2, two_factors="first")
    assert not np.isnan(first.omega_h)


def test_a_factor_that_is_the_general_one_is_named_as_a_heywood_case():
    own = np.kron(np.eye(3), np.full((4, 1), 0.7))
    phi = np.array([[1, 0.8, 0.75], [0.8, 1, 0.4], [0.75, 0.4, 1]])  # .8 x .75 / .4 > 1
    matrix = own @ phi @ own.T
    np.fill_diagonal(matrix, 1)
    with pytest.warns(AdmissibilityWarning, match=r"Heywood case: the variance of F\d beside"):
        found = omega_hierarchical(moments_of(matrix), n_factors=3)
    at = int(found.solution.pattern[0].argmax())  # the factor of the first items
    assert found.second_order[at] == pytest.approx(np.sqrt(0.995), abs=1e-6)
    assert any(f"variance of F{at + 1} beside" in problem for problem in found.problems)
    assert (found.to_frame()["k"][1:] == 4).all()
    assert (found.to_frame().iloc[:, 4:] < 1).all(axis=None)


@pytest.mark.parametrize("r", [(0.8, 0.75, 0.4), (0.9, 0.1, 0.3), (0.6, 0.7, 0.5)])
def test_second_order_loadings_are_the_least_squares_within_their_bounds(r):
    from scipy.optimize import minimize

    phi = np.eye(3)
    phi[[0, 0, 1], [1, 2, 2]] = phi[[1, 2, 2], [0, 0, 1]] = r
    bound = np.sqrt(0.995)
    best = minimize(
        lambda g: sum((phi[i, j] - g[i] * g[j]) ** 2 for i, j in ((0, 1), (0, 2), (1, 2))),
        np.full(3, 0.5),
        bounds=[(-bound, bound)] * 3,
        tol=1e-14,
    )
    found = second_order(phi)
    np.testing.assert_allclose(found.loadings, best.x, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(found.at_bound, best.x > bound - 1e-9)
    assert found.converged


def test_a_constant_item_is_left_out(gaps):
    with pytest.warns(AdmissibilityWarning, match="no variance"):
        found = omega_hierarchical(gaps.assign(G9=3.0), n_factors=4)
    assert np.isnan(found.schmid_leiman["general"]).tolist() == [i == 8 for i in range(22)]
    assert found.to_frame()["k"][0] == 21
    without = omega_hierarchical(gaps.drop(columns="G9"), n_factors=4)
    assert found.omega_h == pytest.approx(without.omega_h, abs=1e-9)


def test_what_is_refused(gaps, scores):
    with pytest.raises(ModelError, match="There is one dimension; give n_factors=3"):
        omega_hierarchical(gaps)
    with pytest.raises(ModelError, match="at least two"):
        omega_hierarchical(scores, n_factors=1)
    with pytest.raises(ModelError, match="two_factors must be one of 'equal'"):
        omega_hierarchical(gaps, n_factors=2, two_factors="both")
    with pytest.raises(ModelError, match="not identified"):
        omega_hierarchical(gaps[["G1", "G2", "G3", "G4"]], n_factors=3)
    with pytest.raises(ModelError, match="whole number"):
        omega_hierarchical(gaps, n_factors=2.5)
    with pytest.raises(ResponseError, match="of must be one of"):
        omega_hierarchical(scores, of="minimum")


def test_items_that_cancel_out_have_no_shares():
    nothing = shares_of(np.array([[1.0, -1], [-1, 1]]), np.ones(2), np.ones((2, 1)), np.ones(2))
    assert np.isnan([nothing.total, nothing.general, nothing.group, nothing.ecv]).all()


def test_general_and_group_loadings_keep_the_communality():
    gamma = second_order(np.array([[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]])).loadings
    pattern = np.diag([0.6, 0.7, 0.8])
    general, group = schmid_leiman(pattern, gamma)
    np.testing.assert_allclose(
        general**2 + (group**2).sum(axis=1), np.diag(pattern) ** 2, rtol=1e-12
    )
