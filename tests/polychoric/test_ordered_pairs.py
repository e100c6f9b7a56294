"""Polychoric correlations from tables."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from servqual.polychoric._codes import count_codes
from servqual.polychoric._ordered_pairs import correlate_pairs
from servqual.polychoric.bivariate_normal import bivariate_cdf


def rows_of(table):
    one, other = (np.repeat(place.ravel(), np.ravel(table)) for place in np.indices(table.shape))
    return one, other


def pair_of(table, empty_cells=(0.5, 0.0)):
    table = np.array(table)
    one, other = rows_of(table)
    codes = count_codes([one, other], list(table.shape), np.ones(len(one)))
    return correlate_pairs(codes, np.array([0]), np.array([1]), empty_cells)


def likelihood(pair, table, rho):
    """The log-likelihood of a table, with cells from the corners one at a time."""
    edges = [
        np.concatenate([[-38], taus[: count - 1], [38]])
        for taus, count in zip(pair.codes.thresholds, pair.codes.counts, strict=True)
    ]
    h, k = np.meshgrid(*edges, indexing="ij")
    below = bivariate_cdf(h[None], k[None], np.array([rho]))[0]
    cells = np.diff(np.diff(below, axis=0), axis=1)
    return float((table * np.log(np.maximum(cells, 1e-300))).sum())


def test_tables_with_empty_cells_are_those_of_lavaan(by_lavaan):
    for case in by_lavaan["tables"]:
        table = np.array(case["table"])
        assert pair_of(table).rho[0] == pytest.approx(case["default"], abs=1e-5)
        if table.shape != (2, 2):
            half = pair_of(table, (0.5, 0.5))
            assert half.rho[0] == pytest.approx(case["half"], abs=1e-5)
            assert half.adjusted[0] == (table == 0).any()


def test_a_two_by_two_table_is_met_exactly():
    pair = pair_of([[30, 12], [9, 49]])
    corner = bivariate_cdf(*pair.codes.thresholds[:, :1].reshape(2, 1, 1), pair.rho)
    assert corner.item() == pytest.approx(0.3, abs=1e-9)
    # With .5 added to the empty cell, and the margins kept, the empty cell holds .5 of 180.
    pair = pair_of([[0, 60], [90, 30]])
    corner = bivariate_cdf(*pair.codes.thresholds[:, :1].reshape(2, 1, 1), pair.rho)
    assert corner.item() == pytest.approx(0.5 / 180, abs=1e-9)
    assert pair.adjusted.all()


@settings(max_examples=25)
@given(
    st.tuples(st.integers(2, 5), st.integers(2, 5)).flatmap(
        lambda shape: st.lists(
            st.lists(st.integers(0, 9), min_size=shape[1], max_size=shape[1]),
            min_size=shape[0],
            max_size=shape[0],
        )
    )
)
def test_no_other_correlation_is_more_likely(cells):
    table = np.array(cells)
    table = table[table.any(axis=1)][:, table.any(axis=0)]
    if min(table.shape, default=0) < 2:
        return
    pair = pair_of(table, (0.0, 0.0))
    rho = float(pair.rho[0])
    found = likelihood(pair, table, np.clip(rho, -1 + 1e-12, 1 - 1e-12))
    others = [likelihood(pair, table, other) for other in np.linspace(-0.999, 0.999, 41)]
    assert found >= max(others) - 1e-6
    if not pair.perfect[0]:
        best = minimize_scalar(
            lambda other: -likelihood(pair, table, other),
            bounds=(max(rho - 0.02, -0.9999999), min(rho + 0.02, 0.9999999)),
            options={"xatol": 1e-9},
        )
        assert -best.fun <= found + 1e-7


@pytest.mark.parametrize(
    ("table", "sign"),
    [
        ([[6, 0], [0, 9]], 1),
        ([[0, 6], [9, 0]], -1),
        ([[4, 2, 0], [0, 3, 5]], 1),
        ([[0, 0, 3], [0, 2, 0], [1, 0, 0]], -1),
        ([[1, 0], [0, 1]], 1),
    ],
)
def test_perfect_order_is_named_and_has_no_influence(table, sign):
    pair = pair_of(table)
    assert pair.perfect[0]
    assert pair.rho[0] == sign
    assert np.isnan(pair.influence[0]).all()


@pytest.mark.parametrize("table", [[[50, 1], [1, 50]], [[10**5, 3], [3, 10**5]], [[1, 1], [1, 1]]])
def test_nearly_perfect_order_is_not_perfect(table):
    pair = pair_of(table)
    assert not pair.perfect[0]
    # A table with equal margins of a half: the correlation has a closed form.
    share = table[0][0] / np.sum(table)
    assert pair.rho[0] == pytest.approx(np.sin(2 * np.pi * (share - 0.25)), abs=1e-9)
    assert np.isfinite(pair.influence).all()


def test_a_lone_discordant_answer_among_many_categories():
    table = np.diag([40, 40, 40, 40, 40])
    table[0, 4] = 1
    pair = pair_of(table)
    assert not pair.perfect[0]
    best = max(np.linspace(0.5, 0.9999, 200), key=lambda rho: likelihood(pair, table, rho))
    assert pair.rho[0] == pytest.approx(best, abs=5e-3)


def test_influence_sums_to_nothing_and_gives_the_spread_of_estimates(rng):
    """A thousand samples of 300, as a thousand pairs of variables."""
    normal = rng.normal(size=(1000, 2, 300))
    normal[:, 1] = 0.6 * normal[:, 0] + 0.8 * normal[:, 1]
    answers = np.digitize(normal.reshape(2000, 300), [-1, 0.2, 0.9])
    codes = count_codes(list(answers), [4] * 2000, np.ones(300))
    pairs = correlate_pairs(codes, np.arange(0, 2000, 2), np.arange(1, 2000, 2), (0.5, 0.0))
    assert np.abs((pairs.tables * pairs.influence).sum(axis=(1, 2))).max() < 1e-6
    errors = np.sqrt((pairs.tables * pairs.influence**2).sum(axis=(1, 2))) / 300
    assert pairs.rho.mean() == pytest.approx(0.6, abs=0.005)
    assert errors.mean() == pytest.approx(pairs.rho.std(), rel=0.05)
