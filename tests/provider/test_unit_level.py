import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import servqual as sq
from servqual.provider.unit_level import (
    across_units,
    check_options,
    resampled_units,
    unit_means,
    unit_tests,
    warn_of_few,
)
from servqual.resampling import resample_counts

CODES = np.array([0, 0, 1, 1, 1, -1])


def test_means_of_units_with_weights_and_blanks():
    values = np.array([[1.0, 3, 2, np.nan, 4, 9]])
    found = unit_means(values, CODES, 3, None)
    np.testing.assert_array_equal(found.mean, [[2, 3, np.nan]])
    assert found.n.tolist() == [[2, 2, 0]]
    weighted = unit_means(values, CODES, 3, np.array([3.0, 1, 1, 5, 0, 2]))
    np.testing.assert_array_equal(weighted.mean, [[1.5, 2, np.nan]])
    assert weighted.n.tolist() == [[2, 1, 0]]


def test_units_by_hand_within_and_without_firms():
    values = np.array([[1.0, 2, 3, 6, np.nan]])
    plain = across_units(values, np.zeros(5, dtype=int))
    assert plain.n_units[0] == 4
    assert plain.estimate[0] == 3
    assert plain.df[0] == 3
    assert plain.error[0] == pytest.approx(np.std([1, 2, 3, 6], ddof=1) / 2, abs=1e-14)
    within = across_units(values, np.array([0, 0, 1, 1, 2]))
    # squares around the firms' means 1.5 and 4.5: .5 + 4.5, over 4 - 2
    assert within.sd[0] == pytest.approx(np.sqrt(2.5), abs=1e-14)
    assert within.df[0] == 2


def test_no_error_where_every_firm_has_one_unit_or_there_is_none():
    found = across_units(np.array([[1.0, 2.0], [np.nan, np.nan]]), np.array([0, 1]))
    assert found.estimate[0] == 1.5
    assert np.isnan(found.error).all()
    assert found.n_units.tolist() == [2, 0]


def test_within_firms_is_regression_on_the_firms(rng):
    values, firms = rng.standard_normal((1, 9)), np.repeat([0, 1, 2], [4, 3, 2])
    design = np.eye(3)[firms]
    residual = values[0] - design @ np.linalg.lstsq(design, values[0], rcond=None)[0]
    sd = np.sqrt(residual @ residual / 6)
    assert across_units(values, firms).sd[0] == pytest.approx(sd, abs=1e-12)


def test_draws_are_means_of_repeated_units(rng):
    values, firms = rng.standard_normal((2, 7)), np.array([0, 0, 0, 1, 1, 1, 1])
    values[1, 2] = np.nan
    draws = resampled_units(values, firms, 120, 5)
    counts = np.concatenate(list(resample_counts(7, 120, 5, strata=firms))).astype(int)
    assert (counts[:, :3].sum(axis=1) == 3).all()
    for draw, count in zip(draws[:20], counts, strict=False):
        again = np.repeat(values, count, axis=1)
        np.testing.assert_allclose(draw, np.nanmean(again, axis=1), rtol=0, atol=1e-10)


def test_percentile_interval_replaces_only_the_interval(rng):
    values, firms = rng.standard_normal((1, 12)), np.zeros(12, dtype=int)
    _, t = unit_tests(values, firms, 0.9, "t", 1, None)
    _, drawn = unit_tests(values, firms, 0.9, "percentile", 400, 1)
    assert drawn.p_value[0] == t.p_value[0]
    low, high = np.quantile(resampled_units(values, firms, 400, 1)[:, 0], [0.05, 0.95])
    assert (drawn.ci_low[0], drawn.ci_high[0]) == pytest.approx((low, high), abs=1e-12)
    _, flat = unit_tests(np.ones((1, 4)), firms[:4], 0.9, "percentile", 50, 1)
    assert np.isnan([flat.ci_low[0], flat.ci_high[0], flat.p_value[0]]).all()


@given(st.permutations(range(8)), st.floats(-50, 50))
def test_order_of_units_is_nothing_and_a_shift_shifts(order, shift):
    values = np.array([[1.0, 4, 2, 2, 7, 5, 6, 3]])
    firms = np.array([0, 0, 0, 1, 1, 2, 2, 2])
    one, other = across_units(values, firms), across_units(values[:, order] + shift, firms[order])
    assert other.estimate[0] == pytest.approx(one.estimate[0] + shift, abs=1e-10)
    assert other.error[0] == pytest.approx(one.error[0], abs=1e-10)


def test_few_units_are_warned_of():
    with pytest.warns(sq.SmallSampleWarning, match="^9 units only"):
        warn_of_few(9)
    with pytest.warns(sq.SmallSampleWarning, match="^1 unit only: there is no interval"):
        warn_of_few(1)
    warn_of_few(10)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("bca", 10, 0.95, "u", None), "interval must be one of 't', 'percentile', not 'bca'"),
        (("t", 0, 0.95, "u", None), "n_resamples must be a whole number from 1 up, not 0"),
        (("t", True, 0.95, "u", None), "n_resamples must be a whole number"),
        (("t", 10, 95, "u", None), "confidence must lie between 0 and 1"),
        (("t", 10, 0.95, None, "f"), "firm= goes with unit="),
        (("percentile", 10, 0.95, None, None), "interval='percentile' resamples units"),
    ],
)
def test_options_that_contradict_themselves(options, message):
    with pytest.raises(ValueError, match=message):
        check_options(*options)
