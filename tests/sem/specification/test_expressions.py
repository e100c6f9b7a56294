"""Arithmetic of labels: values and exact derivatives."""

import ast
import pickle

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from servqual.errors import ModelError
from servqual.sem.specification.expressions import read_expression

NAMES = ("a", "b", "c.1", "路径")


@st.composite
def arithmetic(draw, depth=3):
    """Text of arithmetic, and the same in Python's words."""
    kind = draw(st.sampled_from(["leaf", "sum", "sign", "call", "power"])) if depth else "leaf"
    if kind == "leaf":
        leaf = draw(st.sampled_from([*NAMES, "2", "0.5", "1e-1"]))
        return leaf
    one = draw(arithmetic(depth=depth - 1))
    if kind == "sign":
        return f"-{one}"
    if kind == "call":
        return f"{draw(st.sampled_from(['exp', 'log', 'sqrt', 'abs', '']))}({one})"
    other = draw(arithmetic(depth=depth - 1))
    return f"{one}{draw(st.sampled_from('+-*/')) if kind == 'sum' else '^'}{other}"


def by_python(text, values):
    """Evaluate with Python's own parser, complex where that is needed to see that it is."""
    spelled = text.replace("^", "**").replace("c.1", "c1")
    tree = ast.parse(spelled, mode="eval")
    functions = {"exp": np.exp, "log": np.log, "sqrt": np.sqrt, "abs": np.abs}
    names = {name.replace(".", ""): np.float64(value) for name, value in values.items()}

    class Floats(ast.NodeTransformer):
        def visit_Constant(self, node):
            call = ast.Call(ast.Name("number", ast.Load()), [node], [])
            return ast.fix_missing_locations(ast.copy_location(call, node))

    code = compile(Floats().visit(tree), "<test>", "eval")
    return eval(code, {"__builtins__": {}}, functions | names | {"number": np.float64})


@given(arithmetic(), st.lists(st.floats(0.3, 3), min_size=4, max_size=4))
def test_value_is_that_of_python(text, numbers):
    values = dict(zip(NAMES, numbers, strict=True))
    with np.errstate(all="ignore"):
        expected = by_python(text, values)
    np.testing.assert_allclose(read_expression(text).value(values), expected, rtol=1e-12)


@given(arithmetic(), st.lists(st.floats(0.5, 2), min_size=4, max_size=4))
def test_gradient_is_that_of_differences(text, numbers):
    values = dict(zip(NAMES, numbers, strict=True))
    expression = read_expression(text)
    value, slopes = expression.value(values), expression.gradient(values)
    assert set(slopes) == set(expression.names)
    for name, slope in slopes.items():
        step = 1e-5
        around = [
            expression.value(values | {name: values[name] + at * step}) for at in (-2, -1, 1, 2)
        ]
        assume(np.isfinite(around).all() and np.isfinite(value))
        assume(max(map(abs, around)) < 1e3)
        numeric = (around[0] - 8 * around[1] + 8 * around[2] - around[3]) / (12 * step)
        half = (around[2] - around[1]) / (2 * step)
        assume(abs(numeric - half) < 1e-4 * (1 + abs(numeric)))  # smooth here
        assert slope == pytest.approx(numeric, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-2^2", -4),
        ("2^-1", 0.5),
        ("2^3^2", 512),
        ("2**3", 8),
        ("(1 + 2) * 3 - 4 / 8", 8.5),
        ("1 - 2 - 3", -4),
        ("8/4/2", 1),
        ("--2", 2),
        ("+2", 2),
        ("2*-3", -6),
        ("exp(0) + log(1) + sqrt(4) + abs(-3)", 6),
        ("sqrt(2 + 2)^2", 4),
    ],
)
def test_precedence(text, value):
    assert read_expression(text).value({}) == value


def test_many_values_at_once():
    expression = read_expression("a*b + c")
    a, b = np.arange(3.0), np.array([[1.0], [2.0]])
    np.testing.assert_array_equal(expression.value({"a": a, "b": b, "c": 1}), a * b + 1)
    slopes = expression.gradient({"a": a, "b": b, "c": 1})
    np.testing.assert_array_equal(slopes["a"], np.broadcast_to(b, (2, 3)))
    np.testing.assert_array_equal(slopes["b"], np.broadcast_to(a, (2, 3)))
    np.testing.assert_array_equal(slopes["c"], np.ones((2, 3)))


def test_what_has_no_value_or_slope_is_not_finite_and_silent():
    assert np.isnan(read_expression("log(a)").value({"a": -1}))
    assert np.isinf(read_expression("1/a").value({"a": 0}))
    assert np.isnan(read_expression("abs(a)").gradient({"a": 0})["a"])
    assert read_expression("a^2").gradient({"a": -3})["a"] == -6
    assert read_expression("a^0").gradient({"a": 0})["a"] == 0
    assert read_expression("a^1").gradient({"a": 0})["a"] == 1


def test_a_long_sum_and_deep_parentheses():
    assert read_expression("+".join(["a"] * 5000)).value({"a": 1}) == 5000
    assert read_expression("(" * 2000 + "a" + ")" * 2000).gradient({"a": 1})["a"] == 1


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2*(a - b)/4 + 1", ({"a": 0.5, "b": -0.5}, 1.0)),
        ("-(a + 3)*2", ({"a": -2.0}, -6.0)),
        ("sqrt(4)*a - a", ({"a": 1.0}, 0.0)),
        ("3", ({}, 3.0)),
        ("a*b", None),
        ("a^2", None),
        ("1/a", None),
        ("exp(a)", None),
        ("a/0", None),
    ],
)
def test_linear_form(text, form):
    assert read_expression(text).linear() == form


def test_names_text_and_equality():
    one = read_expression("b * a+ exp( b )-1")
    assert one.names == ("b", "a")
    assert str(one) == "b*a + exp(b) - 1"
    assert read_expression(str(one)) == one
    assert hash(read_expression(str(one))) == hash(one)
    assert pickle.loads(pickle.dumps(one)) == one


def test_replaced_names_keep_the_text():
    total = read_expression("ind + c").replaced({"ind": read_expression("a*b")})
    assert total.names == ("a", "b", "c")
    assert total.text == "ind + c"
    assert total.value({"a": 2, "b": 3, "c": 1}) == 7


@pytest.mark.parametrize(
    ("text", "column", "part"),
    [
        ("", 1, "a value is missing"),
        ("a +", 3, "a value is missing after '+'"),
        ("a b", 3, "an operator is expected here, not 'b'"),
        ("(a + b", 1, "this parenthesis is never closed"),
        ("a + b)", 6, "this parenthesis closes nothing"),
        ("a * / b", 5, "a number or a label is expected here, not '/'"),
        ("sqr(a)", 1, "only exp, log, sqrt, abs are functions here. Did you mean 'sqrt'?"),
        ("a(2)", 1, "only exp, log, sqrt, abs are functions"),
        ("()", 2, "a number or a label is expected here, not ')'"),
        ("exp()", 5, "a number or a label is expected here, not ')'"),
        ("log(a, 2)", 6, "an operator is expected here, not ','"),
        ("a == b", 3, "'==' cannot stand inside arithmetic"),
        ("a ~ b", 3, "'~' cannot stand inside arithmetic"),
        ("a % b", 3, "a model has no '%'"),
        ("2x", 1, "neither a number nor a name"),
        ("1.2.3", 1, "neither a number nor a name"),
        ("__import__('os')", 1, "only exp, log, sqrt, abs are functions"),
    ],
)
def test_nonsense_is_refused_at_its_place(text, column, part):
    with pytest.raises(ModelError) as caught:
        read_expression(text)
    assert part in str(caught.value)
    assert str(caught.value).startswith(f"Line 1, column {column}")


def test_a_missing_value_names_the_nearest():
    with pytest.raises(ModelError, match=r"'indirect' has no value\. Did you mean 'indirct'"):
        read_expression("indirect").value({"indirct": 1})
