"""Minimum average partial correlation against psych and regression, and its bad input."""

import pickle

import numpy as np
import pandas as pd
import pytest

from servqual.errors import AdmissibilityWarning, ModelError, SmallSampleWarning
from servqual.factors.average_partial import minimum_average_partial
from servqual.moments import Moments


def test_squares_are_those_of_psych(gaps, reference):
    found = minimum_average_partial(gaps)
    np.testing.assert_allclose(found.squared[1:9], reference("hierarchical")["map"], atol=1e-12)


def test_averages_are_those_of_residuals_of_regressions(gaps, reference):
    by_r = reference("hierarchical")
    found = minimum_average_partial(gaps)
    np.testing.assert_allclose(found.squared[:9], by_r["average_squared"], atol=1e-12)
    np.testing.assert_allclose(found.fourth[:9], by_r["average_fourth"], atol=1e-12)
    assert found.suggested.to_dict() == {
        "squared": int(np.argmin(by_r["average_squared"])),
        "fourth": int(np.argmin(by_r["average_fourth"])),
    }
    assert found.suggested["squared"] == 5


def test_ends_are_the_correlations_and_one(gaps):
    found = minimum_average_partial(gaps)
    off = gaps.corr().to_numpy()[np.triu_indices(22, 1)]
    assert found.squared[0] == pytest.approx((off**2).mean(), rel=1e-12)
    assert found.fourth[0] == pytest.approx((off**4).mean(), rel=1e-12)
    assert found.squared[21] == pytest.approx(1, rel=1e-9)
    assert len(found.to_frame()) == 22


@pytest.mark.parametrize("m", [1, 2, 3, 5])
def test_clear_structure_is_found(m):
    matrix = np.kron(np.eye(m), np.full((5, 5), 0.5)) + 0.5 * np.eye(5 * m)
    names = [f"i{j}" for j in range(5 * m)]
    found = minimum_average_partial(Moments.from_matrix(matrix, 300, names=names))
    assert found.suggested.to_dict() == {"squared": m, "fourth": m}


def test_uncorrelated_items_suggest_none():
    found = minimum_average_partial(Moments.from_matrix(np.eye(5), 300, names=list("abcde")))
    assert found.suggested.to_dict() == {"squared": 0, "fourth": 0}
    assert found.squared[0] == 0


def test_order_and_scale_of_items_change_nothing(gaps, rng):
    found = minimum_average_partial(gaps)
    mixed = gaps[gaps.columns[rng.permutation(22)]] * 3 + 1
    other = minimum_average_partial(mixed)
    np.testing.assert_allclose(other.squared, found.squared, atol=1e-12)
    np.testing.assert_allclose(other.fourth, found.fourth, atol=1e-12)


def test_no_average_where_an_item_has_no_variance_left(rng):
    base = pd.DataFrame(rng.standard_normal((50, 3)), columns=list("abc"))
    frame = base.assign(d=base["a"] + base["b"], e=base["b"] - base["c"])
    with pytest.warns(AdmissibilityWarning, match="singular"):
        found = minimum_average_partial(frame)
    assert np.isnan(found.squared).tolist() == [False, False, False, True, True]
    assert any("from 3 components on" in problem for problem in found.problems)
    assert found.suggested["squared"] < 3


def test_bad_input(gaps):
    with pytest.warns(AdmissibilityWarning, match="no variance"):
        found = minimum_average_partial(gaps.assign(G4=1.0))
    assert len(found.squared) == 21
    with pytest.warns(SmallSampleWarning, match="too few"):
        few = minimum_average_partial(gaps[:10])
    assert np.isnan(few.squared[9:]).all()
    assert not np.isnan(few.squared[:9]).any()
    with pytest.raises(ModelError, match="At least two items must vary"):
        minimum_average_partial(pd.DataFrame({"a": [1.0, 2, 3], "b": [1.0, 1, 1]}))
    with pytest.raises(ModelError, match="at least three respondents"):
        minimum_average_partial(gaps[:2])


def test_display_and_pickle(gaps):
    found = minimum_average_partial(gaps)
    assert pickle.loads(pickle.dumps(found)) == found
    assert found.title() == "Minimum average partial correlation of 22 items; n = 300"
    assert "Least average squared partial correlation: 5 components" in repr(found)
    assert f" {found.fourth[5]:.5f}" in repr(found)
    assert found.to_frame().columns.tolist() == ["number", "average_squared", "average_fourth"]
