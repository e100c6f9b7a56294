import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.explanations._arithmetic import Form, Letter, Root, digits, shown, total
from servqual.explanations._steps import Equation, letters, worked

TEXT = Form(latex=False, show="numbers")
LATEX = Form(latex=True, show="numbers")


def letter(number, name="x"):
    return Letter(name, name, number)


A, B, C = letter(1.5, "a"), letter(-2.0, "b"), letter(4, "c")


@pytest.mark.parametrize(
    ("tree", "text", "latex", "value"),
    [
        (A - B, "1.500 − (−2.000)", r"1.500 - \left( -2.000 \right)", 3.5),
        (A + B, "1.500 − 2.000", "1.500 - 2.000", -0.5),
        (A * B, "1.500 × (−2.000)", r"1.500 \times \left( -2.000 \right)", -3.0),
        (A - (B + C), "1.500 − (−2.000 + 4)", r"1.500 - \left( -2.000 + 4 \right)", -0.5),
        (A / (B * C), "1.500 / (−2.000 × 4)", r"\frac{1.500}{-2.000 \times 4}", -0.1875),
        (B / C, "−2.000 / 4", r"\frac{-2.000}{4}", -0.5),
        (A * (B / C), "1.500 × (−2.000 / 4)", r"1.500 \times \frac{-2.000}{4}", -0.75),
        (B**2, "(−2.000)²", r"\left( -2.000 \right)^2", 4.0),
        ((A / C) ** 2, "(1.500 / 4)²", r"\left( \frac{1.500}{4} \right)^2", 0.140625),
        (Root(C), "√(4)", r"\sqrt{4}", 2.0),
        (
            (A + C) * 2 / C,
            "(1.500 + 4) × 2 / 4",
            r"\frac{\left( 1.500 + 4 \right) \times 2}{4}",
            2.75,
        ),
        (100 * C - 1, "100 × 4 − 1", r"100 \times 4 - 1", 399.0),
    ],
)
def test_trees_are_written_and_worked_out(tree, text, latex, value):
    written = tree.write(TEXT)
    if "(−2.000 × 4)" in text:  # a first factor below zero wants brackets, too
        text, latex = (
            text.replace("−2.000 ×", "(−2.000) ×"),
            r"\frac{1.500}{\left( -2.000 \right) \times 4}",
        )
    assert written == text
    assert tree.write(LATEX) == latex
    assert tree.work_out() == pytest.approx(value, abs=1e-15)


def test_letters_show_no_numbers():
    one = Equation(letter(0.5, "z"), (A - B) / Root(C))
    assert letters(one, latex=False) == "z = (a − b) / √(c)"
    assert letters(one, latex=True) == r"z = \frac{a - b}{\sqrt{c}}"


def test_long_sums_have_an_ellipsis_and_then_their_total():
    numbers = [0.1 * i for i in range(9)]
    summed = total(r"\sum x", "Σ x", lambda i: letter(numbers[i]), 9)
    (step,) = worked([Equation(letter(0.4, "y"), summed / 9)], 0)
    assert step.text.split("\n") == [
        "y = Σ x / 9",
        "  = (0.000 + 0.100 + 0.200 + … + 0.800) / 9",
        "  = 3.600 / 9",
        "  = 0.400",
    ]
    assert r"\cdots" in step.latex


def test_decimals_are_as_many_as_the_arithmetic_needs():
    x, y = letter(0.00149, "x"), letter(300.0, "y")
    (step,) = worked([Equation(letter(0.447, "z"), x * y)], 0)
    assert step.text.split("\n")[1:] == ["  = 0.00149 × 300.0000", "  = 0.447"]


@pytest.mark.parametrize(
    ("number", "written"),
    [(0.0, "0.000"), (-1e-17, "0.000"), (-0.0004, "-0.00040"), (7, "7"), (1234.5, "1234.500")],
)
def test_digits(number, written):
    assert digits(number, 3) == written


def test_minus_is_a_minus_in_text_and_a_hyphen_in_latex():
    assert shown(-1.5) == "−1.500"
    assert shown(-1.5, latex=True) == "-1.500"


def test_impossible_arithmetic_is_nan():
    assert math.isnan((A / letter(0.0)).work_out())
    assert math.isnan(Root(B).work_out())


@given(st.lists(st.floats(-1e3, 1e3), min_size=3, max_size=3))
def test_what_is_shown_is_read_back(numbers):
    a, b, c = (letter(number) for number in numbers)
    tree = (a - b) * c - (c + a) * (b - a)
    text = tree.write(TEXT).replace("−", "-").replace("×", "*")
    assert eval(text) == pytest.approx(tree.work_out(3), rel=1e-12, abs=1e-9)
