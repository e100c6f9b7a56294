"""Figures as a journal writes them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.tables._numbers import NOTHING, Form, figure, without_zero


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0.25, Form(kind="number"), "0.25"),
        (-0.25, Form(kind="share"), "−.25"),
        (1.0, Form(kind="share"), "1.00"),
        (-0.001, Form(kind="share"), ".00"),
        (12345, Form(kind="count", decimals=0), "12,345"),
        (7.0, Form(kind="count", decimals=0), "7"),
        (0.0009999, Form(kind="p", decimals=3), "< .001"),
        (0.001, Form(kind="p", decimals=3), ".001"),
        (0.9995, Form(kind="p", decimals=3), "> .999"),
        (0.0, Form(kind="p", decimals=2), "< .01"),
        (0.0000618, Form(kind="tiny"), "6.18 × 10⁻⁵"),
        (0.25, Form(kind="tiny"), "0.25"),
        (math.inf, Form(kind="number"), "∞"),
        (-math.inf, Form(kind="number"), "−∞"),
        (math.nan, Form(kind="p"), NOTHING),
        (None, Form(kind="count"), NOTHING),
    ],
)
def test_figure(value, form, text):
    assert figure(value, form) == text


@given(st.floats(-1, 1), st.integers(0, 6))
def test_a_bounded_figure_reads_back_as_the_rounded_number(value, decimals):
    text = figure(value, Form(kind="share", decimals=decimals))
    assert not text.lstrip("−").startswith("0.")
    assert float(text.replace("−", "-")) == pytest.approx(value, abs=0.5 * 10.0**-decimals + 1e-12)


@given(st.floats(0, 1), st.integers(1, 6))
def test_a_p_value_is_never_shown_as_0_or_1(value, decimals):
    text = figure(value, Form(kind="p", decimals=decimals))
    assert text[0] in ".<>"
    assert float(text.lstrip("<> ")) > 0


def test_zeros_within_a_number_stay():
    assert without_zero("100.05") == "100.05"
