"""Stationary points and principal axes: the published example, geometry, derivatives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from servqual.priorities.surface.polynomial import ALONG, moved, predicted
from servqual.priorities.surface.shape import SHAPE, kinds, shape, slopes

# postVA on ePow and iPow, n = 84, the example of the R package RSA (data `motcon`).
PRINTED = np.array([0.420436347, 0.297454353, 0.257874589, -0.005840259, 0.122904103, -0.164893275])
curved = hnp.arrays(np.float64, 6, elements=st.floats(-2, 2).map(lambda x: round(x, 2)))


def test_the_printed_example():
    found = dict(zip(SHAPE, shape(PRINTED).values, strict=True))
    printed = {"x0": -11.53349, "y0": -3.5163308, "p11": 0.34134464, "p10": 0.42056403}
    printed |= {"p21": -2.9295905, "p20": -37.304732}
    for name, value in printed.items():
        assert found[name] == pytest.approx(value, rel=1e-7), name
    along = [0.55532894, -0.04782943, 0.03957976, -0.29363764, 0.15905302]
    np.testing.assert_allclose(ALONG @ PRINTED, along, atol=1e-8)


@given(curved)
def test_the_surface_is_level_at_the_point_and_symmetric_about_the_axes(b):
    found = shape(b)
    x0, y0, z0, p10, p11, p20, p21 = found.values
    if not (found.level and found.turned) or abs(4 * b[3] * b[5] - b[4] ** 2) < 1e-3:
        return
    _, b1, b2, b3, b4, b5 = b
    size = 1 + np.abs([x0, y0]).max()
    assert b1 + 2 * b3 * x0 + b4 * y0 == pytest.approx(0, abs=1e-9 * size)
    assert b2 + b4 * x0 + 2 * b5 * y0 == pytest.approx(0, abs=1e-9 * size)
    assert z0 == pytest.approx(predicted(b, x0, y0), abs=1e-8 * size**2)
    assert p11 * p21 == pytest.approx(-1)
    assert p10 + p11 * x0 == pytest.approx(y0, abs=1e-9 * size * max(1, abs(p11)))
    assert p20 + p21 * x0 == pytest.approx(y0, abs=1e-9 * size * max(1, abs(p21)))
    hessian = np.array([[2 * b3, b4], [b4, 2 * b5]])
    along = np.array([[1, p11], [1, p21]]) / np.hypot(1, [[p11], [p21]])
    upward, downward = (v @ hessian @ v for v in along)
    assert [upward, downward] == pytest.approx(sorted(np.linalg.eigvalsh(hessian))[::-1], abs=1e-9)


@given(curved)
def test_slopes_are_numeric_derivatives(b):
    found = shape(b)
    root = np.hypot(b[5] - b[3], b[4])
    if not found.level or abs(4 * b[3] * b[5] - b[4] ** 2) < 0.2 or abs(b[4]) < 0.2 or root < 0.2:
        return
    step = 1e-5
    numeric = np.stack(
        [(shape(b + e).values - shape(b - e).values) / (2 * step) for e in step * np.eye(6)], axis=1
    )
    np.testing.assert_allclose(slopes(b, found.values), numeric, rtol=1e-6, atol=1e-6)


@given(curved, st.floats(-3, 3), st.floats(-3, 3), st.floats(0.2, 5), st.floats(0.2, 5))
def test_other_coordinates_are_the_same_surface(b, dx, dy, sx, sy):
    x, y = np.array([-2.0, 0.0, 1.5]), np.array([0.5, 3.0, -1.0])
    there = predicted(b, (x - dx) / sx, (y - dy) / sy)
    np.testing.assert_allclose(predicted(moved(dx, dy, sx, sy) @ b, x, y), there, atol=1e-9)


def test_kinds_of_points():
    b = np.array(
        [
            [0, 1, 1, -1, 0.5, -1],
            [0, 1, 1, 1, 0.5, 1],
            [0, 1, 1, 1, 0.5, -1],
            [0, 1, 1, 1, 2, 1],  # a trough
            [0, 1, 1, 0, 0, 0],  # a plane
        ],
        dtype=float,
    )
    found = shape(b)
    assert kinds(b, found.level).tolist() == [
        *("maximum point", "minimum point", "saddle point", "none", "none")
    ]
    assert np.isnan(found.values[3:, :3]).all()
    assert found.values[3, [4, 6]].tolist() == [1, -1]  # the axes of a trough have slopes
    assert np.isnan(found.values[4]).all()


def test_no_slope_without_an_interaction():
    found = shape(np.array([0, 1, 1, -1, 0, -2.0]))
    assert np.isfinite(found.values[:3]).all()
    assert np.isnan(found.values[3:]).all()


def test_a_slight_interaction_does_not_cancel():
    b = np.array([0, 0, 0, 2, 1e-9, 1.0])
    assert shape(b).values[4] == pytest.approx(5e-10, rel=1e-9)  # b4 / (2 (b3 - b5)) to first order


def test_a_ridge_up_to_rounding_has_no_point():
    ridge = np.array([0.0, 1, 2, 1 + 1e-13, -2, 1])
    assert not shape(ridge).level
    assert np.isnan(shape(ridge).values[:3]).all()
    assert shape(np.array([0.0, 1, 2, 1 + 1e-6, -2, 1])).level
