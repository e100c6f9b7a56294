"""The kernel against plain NumPy and pandas, path by path."""

import numpy as np
import pandas as pd
import pytest

from servqual import _kernel
from servqual._kernel import Weighting, score
from servqual._tally import Tally

MEMBERS = [[0, 1], [2, 3, 4]]
LEVELS = ("item", "dimension", "overall")


def plain(p, e, members, rows=None, gaps=False, overall="dimensions"):
    """Gaps by pandas alone, row by row."""
    p, e = pd.DataFrame(p, dtype=float), pd.DataFrame(e, dtype=float)
    if rows is not None:
        p, e = p[rows], e[rows]
    g = p - e
    dimensions = pd.DataFrame(
        {
            d: g[at].mean(axis=1).where(g[at].notna().mean(axis=1) >= 0.5)
            for d, at in enumerate(members)
        }
    )
    total = (dimensions if overall == "dimensions" else g).mean(axis=1)
    return g, dimensions, total.where(dimensions.notna().all(axis=1))


def assert_same_statistics(one, other):
    assert one.statistics.keys() == other.statistics.keys()
    for level, parts in one.statistics.items():
        for part, found in parts.items():
            expected = other.statistics[level][part]
            np.testing.assert_array_equal(found.n, expected.n)
            np.testing.assert_allclose(found.mean, expected.mean, rtol=1e-12)
            np.testing.assert_allclose(found.variance, expected.variance, rtol=1e-10)
            np.testing.assert_allclose(found.standard_error, expected.standard_error, rtol=1e-10)


@pytest.fixture(params=["int8", "int16", "int64", "uint8", "float64", "mixed", "wide"])
def answers(request, rng):
    p = rng.integers(1, 8, (9001, 5))
    e = rng.integers(3, 8, (9001, 5))
    if request.param == "wide":
        return p * 1000, e * 1000
    if request.param == "mixed":
        p, e = p.astype(np.int8), e.astype(np.float64)
        return p, e
    return p.astype(request.param), e.astype(request.param)


@pytest.mark.parametrize("overall", ["dimensions", "items"])
def test_every_type_of_column_gives_the_same_scores(answers, overall):
    p, e = answers
    scored = score(list(p.T), list(e.T), MEMBERS, overall=overall)
    g, dimensions, total = plain(p, e, MEMBERS, overall=overall)
    np.testing.assert_array_equal(scored.items.T, g)
    np.testing.assert_allclose(scored.dimensions.T, dimensions, rtol=0, atol=1e-12)
    np.testing.assert_allclose(scored.overall, total, rtol=0, atol=1e-12)
    for level, values in zip(LEVELS, (g, dimensions, total.to_frame()), strict=True):
        found = scored.statistics[level]["score"]
        assert (found.n == len(values)).all()
        np.testing.assert_allclose(found.mean, values.mean(), rtol=1e-12)
        np.testing.assert_allclose(found.variance, values.var(), rtol=1e-10)
        np.testing.assert_allclose(found.standard_error, values.sem(), rtol=1e-10)


@pytest.mark.parametrize("kind", ["int8", "float64"])
def test_the_parts_are_tallied_at_every_level(rng, kind):
    p, e = rng.integers(1, 8, (500, 5)).astype(kind), rng.integers(1, 8, (500, 5)).astype(kind)
    scored = score(list(p.T), list(e.T), MEMBERS)
    for part, values in (("upper", p), ("lower", e)):
        frame = pd.DataFrame(values, dtype=float)
        means = pd.DataFrame({d: frame[at].mean(axis=1) for d, at in enumerate(MEMBERS)})
        for level, of in zip(LEVELS, (frame, means, means.mean(axis=1).to_frame()), strict=True):
            found = scored.statistics[level][part]
            np.testing.assert_allclose(found.mean, of.mean(), rtol=1e-12)
            np.testing.assert_allclose(found.variance, of.var(), rtol=1e-10)


@pytest.mark.parametrize("overall", ["dimensions", "items"])
def test_missing_answers_follow_the_half_rule(rng, overall):
    p = rng.integers(1, 8, (9001, 5)).astype(float)
    e = rng.integers(1, 8, (9001, 5)).astype(float)
    p[rng.random(p.shape) < 0.3] = np.nan
    e[rng.random(e.shape) < 0.2] = np.nan
    scored = score(list(p.T), list(e.T), MEMBERS, gaps=True, overall=overall)
    g, dimensions, total = plain(p, e, MEMBERS, overall=overall)
    np.testing.assert_array_equal(scored.items.T, g)
    np.testing.assert_allclose(scored.dimensions.T, dimensions, atol=1e-12)
    np.testing.assert_allclose(scored.overall, total, atol=1e-12)
    items, levels, totals = (scored.statistics[level] for level in LEVELS)
    np.testing.assert_array_equal(items["score"].n, g.count())
    np.testing.assert_array_equal(levels["score"].n, dimensions.count())
    np.testing.assert_array_equal(totals["score"].n, total.count())
    # E and P are averaged over the same answers as their difference.
    paired = pd.DataFrame(p).where(g.notna())
    np.testing.assert_allclose(items["upper"].mean, paired.mean(), rtol=1e-12)
    apart = totals["upper"].mean - totals["lower"].mean
    np.testing.assert_allclose(totals["score"].mean, apart, atol=1e-12)


def test_only_chosen_rows_are_scored(rng):
    p, e = rng.integers(1, 8, (9001, 5)), rng.integers(1, 8, (9001, 5))
    rows = rng.random(9001) < 0.4
    some = score(list(p.T), list(e.T), MEMBERS, rows=rows)
    alone = score(list(p[rows].T), list(e[rows].T), MEMBERS)
    np.testing.assert_array_equal(some.items, alone.items)
    np.testing.assert_array_equal(some.dimensions, alone.dimensions)
    assert_same_statistics(some, alone)


@pytest.mark.parametrize("chunk", [1, 7, 100, 4096])
@pytest.mark.parametrize("whole", [True, False])
def test_chunks_change_nothing(rng, monkeypatch, chunk, whole):
    p, e = rng.normal(50, 10, (301, 5)), rng.normal(60, 10, (301, 5))
    if whole:
        p, e = p.astype(np.int8), e.astype(np.int8)
    whole = score(list(p.T), list(e.T), MEMBERS)
    monkeypatch.setattr(_kernel, "_CHUNK", chunk)
    parts = score(list(p.T), list(e.T), MEMBERS)
    np.testing.assert_array_equal(whole.items, parts.items)
    np.testing.assert_allclose(whole.dimensions, parts.dimensions, atol=1e-14)
    assert_same_statistics(whole, parts)


@pytest.mark.parametrize("layout", ["C", "F", "strided", "reversed", "apart"])
def test_layout_of_the_columns_changes_nothing(rng, layout):
    p, e = rng.integers(1, 8, (500, 5)), rng.integers(1, 8, (500, 5))
    expected = score([c.copy() for c in p.T], [c.copy() for c in e.T], MEMBERS)
    if layout in "CF":
        p, e = np.array(p, order=layout), np.array(e, order=layout)
    elif layout == "strided":
        wide = np.zeros((1000, 15), dtype=np.int64)
        wide[::2, ::3] = p
        p = wide[::2, ::3]
    elif layout == "reversed":
        p = np.array(p[::-1, ::-1])[::-1, ::-1]
    columns = [c.copy() for c in p.T] if layout == "apart" else list(p.T)
    scored = score(columns, list(e.T), MEMBERS)
    np.testing.assert_array_equal(scored.items, expected.items)
    np.testing.assert_array_equal(scored.dimensions, expected.dimensions)


def test_whole_numbers_stay_whole_in_the_smallest_type(rng):
    answers = [rng.integers(1, 8, 50).astype(np.uint8) for _ in range(4)]
    assert score(answers[:2], answers[2:], [[0, 1]]).items.dtype == np.int8
    percent = [np.array([0, 100], dtype=np.uint8), np.array([100, 0], dtype=np.uint8)]
    assert score(percent[:1], percent[1:], [[0]]).items.tolist() == [[-100, 100]]
    wide = [np.array([0, 200], dtype=np.uint8), np.array([200, 0], dtype=np.uint8)]
    scored = score(wide[:1], wide[1:], [[0]])
    assert scored.items.tolist() == [[-200, 200]]
    assert scored.items.dtype == np.int16


def test_sums_of_large_whole_numbers_do_not_lose_digits():
    n = 50_000
    p = np.full(n, 100, dtype=np.int8)
    e = np.zeros(n, dtype=np.int8)
    p[0] = 99
    scored = score([p] * 30, [e] * 30, [list(range(30))])
    dimension = scored.statistics["dimension"]["score"]
    assert dimension.mean[0] == pytest.approx(100 - 1 / n, rel=1e-15)
    assert dimension.variance[0] == pytest.approx(p.astype(float).var(ddof=1), rel=1e-9)


def test_weighting_by_dimension_and_by_item(rng):
    p, e = rng.integers(1, 8, (300, 5)), rng.integers(1, 8, (300, 5))
    g, dimensions, _ = plain(p, e, MEMBERS)
    own = rng.integers(0, 100, (2, 300)).astype(float)
    items = rng.integers(1, 8, (5, 300)).astype(float)
    cases = [
        (
            Weighting(values=np.array([1.0, 3.0]), at="dimension", normalize=True),
            (dimensions @ [1, 3]) / 4,
        ),
        (
            Weighting(values=np.array([1.0, 3.0]), at="dimension", normalize=False),
            dimensions @ [1, 3],
        ),
        (
            Weighting(values=own, at="dimension", normalize=True),
            (dimensions * own.T).sum(axis=1) / own.sum(axis=0),
        ),
        (Weighting(values=items, at="item", normalize=False), (g * items.T).sum(axis=1)),
        (
            Weighting(values=items, at="item", normalize=True),
            (g * items.T).sum(axis=1) / items.sum(axis=0),
        ),
    ]
    for weighting, expected in cases:
        scored = score(list(p.T), list(e.T), MEMBERS, weighting=weighting)
        np.testing.assert_allclose(scored.overall_weighted, expected, atol=1e-12)
        total = scored.statistics["weighted"]["score"]
        np.testing.assert_allclose(total.mean, [expected.mean()], rtol=1e-12)
        np.testing.assert_allclose(total.variance, [expected.var()], rtol=1e-9)
        fractions = [list(x.astype(float).T) for x in (p, e)]
        assert_same_statistics(scored, score(*fractions, MEMBERS, weighting=weighting))


def test_weights_that_are_absent_or_all_zero_leave_no_score():
    p, e = [np.array([5, 6, 7])] * 2, [np.array([6, 6, 6])] * 2
    own = np.array([[50.0, 0.0, np.nan], [50.0, 0.0, 20.0]])
    weighting = Weighting(values=own, at="dimension", normalize=True)
    scored = score(p, e, [[0], [1]], weighting=weighting)
    np.testing.assert_array_equal(scored.overall_weighted, [-1.0, np.nan, np.nan])
    assert scored.statistics["overall"]["score"].n.tolist() == [3]
    assert scored.statistics["weighted"]["score"].n.tolist() == [1]


def test_a_missing_item_is_passed_over_by_item_weights():
    p = [np.array([5.0]), np.array([6.0]), np.array([np.nan])]
    e = [np.array([6.0]), np.array([6.0]), np.array([6.0])]
    for normalize, expected in ((True, -0.75), (False, np.nan)):
        by = Weighting(values=np.array([3.0, 1.0, 9.0]), at="item", normalize=normalize)
        scored = score(p, e, [[0, 1, 2]], gaps=True, weighting=by)
        np.testing.assert_array_equal(scored.overall_weighted, [expected])


def test_tally_keeps_a_small_variance_under_a_large_mean(rng):
    x = 1e6 + rng.normal(0, 1e-3, (1, 20_000))
    tally = Tally(1)
    for start in range(0, 20_000, 4096):
        tally.add(x[:, start : start + 4096], None, gaps=False)
    assert tally.statistics().variance[0] == pytest.approx(x.var(ddof=1), rel=1e-6)


def test_tally_of_a_constant_has_no_variance():
    for value in (7.0, 1 / 3, 6.1):
        tally = Tally(1)
        for _ in range(3):
            tally.add(np.full((1, 100), value), None, gaps=False)
        assert tally.statistics().variance[0] == 0.0
        assert tally.statistics().mean[0] == value


def test_tally_below_two_rows_has_no_variance():
    tally = Tally(2)
    tally.add(np.array([[3.0], [np.nan]]), None, gaps=True)
    assert tally.n.tolist() == [1, 0]
    found = tally.statistics()
    np.testing.assert_array_equal(found.mean, [3.0, np.nan])
    assert np.isnan(found.variance).all()
    assert np.isnan(found.standard_error).all()


def test_a_constant_difference_has_exactly_no_variance(rng):
    e = rng.integers(1, 6, (7, 1000)).astype(np.int8)
    scored = score(list(e + 1), list(e), [[0, 1, 2], [3, 4, 5, 6]])
    for parts in scored.statistics.values():
        assert (parts["score"].variance == 0).all()
        assert (parts["score"].mean == 1).all()
        assert (parts["upper"].variance > 0).all()


def test_columns_of_separate_arrays_are_never_viewed_as_one():
    # A view across the memory between two arrays crashed NumPy when they lay far apart.
    apart = [np.arange(5), np.arange(5), np.arange(5)]
    assert [source.shape for source in _kernel._stacked(apart)] == [(1, 5)] * 3
    block = np.arange(15).reshape(3, 5)
    (together,) = _kernel._stacked(list(block))
    assert np.shares_memory(together, block)
    np.testing.assert_array_equal(together, block)
    far = [np.arange(60), np.zeros(1_000_000, dtype=int)[:60], np.arange(60)]
    for source, column in zip(_kernel._stacked(far), far, strict=True):
        np.testing.assert_array_equal(source[0], column)
