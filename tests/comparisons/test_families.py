import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from servqual.comparisons.families import adjust, family_size

probabilities = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@pytest.mark.parametrize("correction", ["holm", "bh"])
def test_as_r(by_r, correction):
    table = by_r("gaps")
    np.testing.assert_allclose(adjust(table["p_value"], correction), table[correction], rtol=1e-12)


@given(probabilities)
def test_holm_by_its_definition(p):
    p = np.array(p)
    found = adjust(p)
    m = len(p)
    for i, value in enumerate(p):
        smaller = np.sort(p[p <= value])
        worst = max(min(1, (m - j) * one) for j, one in enumerate(smaller))
        assert found[i] >= min(1, value)
        assert found[i] == pytest.approx(worst, abs=1e-15)


@given(probabilities)
def test_bh_as_scipy(p):
    np.testing.assert_allclose(adjust(p, "bh"), stats.false_discovery_control(p), atol=1e-15)


@given(probabilities, st.randoms())
def test_order_does_not_matter_and_nan_stands_outside(p, random):
    shuffled = list(enumerate(p))
    random.shuffle(shuffled)
    back = np.empty(len(p))
    found = adjust([value for _, value in shuffled])
    for (at, _), value in zip(shuffled, found, strict=True):
        back[at] = value
    np.testing.assert_array_equal(back, adjust(p))
    with_nan = adjust([np.nan, *p])
    assert np.isnan(with_nan[0])
    np.testing.assert_array_equal(with_nan[1:], adjust(p))
    assert family_size([np.nan, *p]) == len(p)


def test_none_changes_nothing_and_the_input_stays():
    p = np.array([0.2, 0.01, np.nan])
    np.testing.assert_array_equal(adjust(p, "none"), p)
    adjust(p)
    np.testing.assert_array_equal(p, [0.2, 0.01, np.nan])
    with pytest.raises(ValueError, match=r"correction must be one of .*'holm', 'bh', 'none'"):
        adjust(p, "bonferroni")
