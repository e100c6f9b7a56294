"""Model texts: what they say, and where they go wrong."""

import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import ModelError
from servqual.sem.specification.syntax import Model, read_model


def triples(text):
    return [(one.lhs, one.op, one.rhs) for one in read_model(text).relations]


def said(text):
    """The modifiers of the last relation."""
    modifiers = read_model(text).relations[-1].modifiers
    return modifiers.fixed, modifiers.start, modifiers.label


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f =~ x1 + x2", [("f", "=~", "x1"), ("f", "=~", "x2")]),
        ("y~x+z", [("y", "~", "x"), ("y", "~", "z")]),
        ("x1 ~~ x1", [("x1", "~~", "x1")]),
        ("y ~ 1", [("y", "~1", "")]),
        ("y ~1 + x", [("y", "~1", ""), ("y", "~", "x")]),
        ("y ~ 0*1 + m*x", [("y", "~1", ""), ("y", "~", "x")]),
        ("x1 + x2 ~~ z", [("x1", "~~", "z"), ("x2", "~~", "z")]),
        ("f + g =~ x", [("f", "=~", "x"), ("g", "=~", "x")]),
        ("x1 | t1 + t2", [("x1", "|", "t1"), ("x1", "|", "t2")]),
        ("x1 ~*~ x1", [("x1", "~*~", "x1")]),
        (
            "满意 =~ q1 + q.2 + _3",
            [("满意", "=~", "q1"), ("满意", "=~", "q.2"), ("满意", "=~", "_3")],
        ),
        ("a ~ b; c ~ d\n\n;;e ~ f", [("a", "~", "b"), ("c", "~", "d"), ("e", "~", "f")]),
        ("# no\ny ~ x # a + b\n! neither ~\n", [("y", "~", "x")]),
        ("y ~ x +\n\n  z", [("y", "~", "x"), ("y", "~", "z")]),
        ("y ~ x # one\n + z", [("y", "~", "x"), ("y", "~", "z")]),
        ("y\n~ x", [("y", "~", "x")]),
        ("y ~ a*x\n-a == 1\n(a) == -1", [("y", "~", "x")]),
        ("y ~ start(\n0.5)*x", [("y", "~", "x")]),
        ("y ~ x\r\nz ~ x\r\n", [("y", "~", "x"), ("z", "~", "x")]),
        (" \ty  ~  x ", [("y", "~", "x")]),
        ("y ~ x + x", [("y", "~", "x")]),
    ],
)
def test_statements(text, expected):
    assert triples(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("y ~ x", ((), (), ())),
        ("y ~ 0.5*x", ((0.5,), (), ())),
        ("y ~ -.5*x", ((-0.5,), (), ())),
        ("y ~ 1e-2*x", ((0.01,), (), ())),
        ("y ~ (1/4)*x", ((0.25,), (), ())),
        ("y ~ sqrt(4)*x", ((2.0,), (), ())),
        ("y ~ a*x", ((), (), ("a",))),
        ('y ~ "a"*x', ((), (), ("a",))),
        ("y ~ label('a')*x", ((), (), ("a",))),
        ("y ~ start(0.8)*x", ((), (0.8,), ())),
        ("y ~ a*start(.5)*x", ((), (0.5,), ("a",))),
        ("y ~ 1*a*x", ((1.0,), (), ("a",))),
        ("y ~ a*x + start(1)*x", ((), (1.0,), ("a",))),
        ("y ~ x\ny ~ a*x", ((), (), ("a",))),
        ("x ~~ a*z\nz ~~ 2*x", ((2.0,), (), ("a",))),
        ("y ~ c(a, b)*x", ((), (), ("a", "b"))),
        ("y ~ c(a, NA)*x", ((), (), ("a", ""))),
        ("y ~ c('a', 'a')*c(1, 2)*x", ((1.0, 2.0), (), ("a", "a"))),
        ("y ~ start(c(-1, 2))*x", ((), (-1.0, 2.0), ())),
        ("y ~ a*1", ((), (), ("a",))),
        ("y ~ 2*1", ((2.0,), (), ())),
    ],
)
def test_modifiers(text, expected):
    assert said(text) == expected


def test_na_frees():
    (fixed,), start, label = said("f =~ NA*a*x")
    assert math.isnan(fixed)
    assert (start, label) == ((), ("a",))
    one, free = said("f =~ c(1, NA)*x")[0]
    assert one == 1
    assert math.isnan(free)
    assert said("f =~ c(1, NA)*start(c(NA, 0.5))*x")[1][1] == 0.5


def test_definitions_and_constraints():
    model = read_model("y ~ a*x + b*z\nind := a*b\na + b == 1; a == 2*b")
    assert [(one.name, str(one.expression)) for one in model.assignments] == [("ind", "a*b")]
    sides = [(str(one.left), str(one.right)) for one in model.equalities]
    assert sides == [("a + b", "1"), ("a", "2*b")]


def test_a_model_is_a_value_that_shows_its_text():
    text = "f =~ x1 + x2 # comment"
    model = read_model(text)
    assert str(model.text) == text
    assert model == read_model(text)
    assert hash(model) == hash(read_model(text))
    assert model != read_model("f =~ x1 + x2")
    assert pickle.loads(pickle.dumps(model)).relations == model.relations


BAD = [
    ("", 1, 1, "the model says nothing"),
    ("# only this", 1, 1, "the model says nothing"),
    ("a := 1", 1, 1, "the model says nothing"),
    ("f = x1", 1, 3, "'=' is no operator of a model"),
    ("f =~ x1\ny x", 2, 1, "a statement needs an operator"),
    ("y ~ x z ~ w", 1, 9, "'~' is a second operator in one statement"),
    ("f =~ x1 ~ x2", 1, 9, "'~' is a second operator"),
    ("y ~ ~ x", 1, 5, "second operator"),
    ("=~ x1", 1, 1, "nothing stands left of '=~'"),
    ("f =~ x1\n\nf ~", 3, 3, "nothing stands right of '~'"),
    ("a ==", 1, 3, "nothing stands right of '=='"),
    ("f =~ f", 1, 6, "'f' cannot measure itself"),
    ("y ~ x + y", 1, 9, "'y' cannot explain itself"),
    ("f <~ x1 + x2", 1, 3, "fit_pls"),
    ("y ~ a*x\na > 0", 2, 3, "inequality constraints are not offered"),
    ("y ~ a*x\na <= 0", 2, 3, "inequality constraints are not offered"),
    ("f =~ x1 + (x2", 1, 11, "never closed"),
    ("f =~ x1)", 1, 8, "closes nothing"),
    ("f =~ x1 + + x2", 1, 9, "a variable is missing beside this '+'"),
    ("f =~ x1 + * x2", 1, 11, "a variable or a modifier is expected here, not '*'"),
    ("f =~ a*", 1, 7, "a variable is missing after this '*'"),
    ("f =~ x1 - x2", 1, 9, "terms are joined by '+'"),
    ("f =~ x1 x2", 1, 9, "terms are joined by '+'"),
    ("y ~ x:z", 1, 5, "products of variables (:) are not offered"),
    ("y ~ x*0.5", 1, 7, "a value stands before its variable: 0.5*x"),
    ("f =~ x*1", 1, 8, "a value stands before its variable"),
    ("f =~ 1", 1, 6, "a variable is expected here, not 1"),
    ("y ~ 0", 1, 5, "a variable is expected here, not 0"),
    ("y ~ 'x'", 1, 5, "a variable is expected here"),
    ("2*f =~ x", 1, 1, "left of '=~' stand names"),
    ("f + =~ x", 1, 5, "left of '=~' stand names"),
    ("a*b := c", 1, 1, "one name stands left of :="),
    ("y ~ start(a)*x", 1, 11, "a fixed value is a number"),
    ("y ~ start()*x", 1, 5, "a value is missing here"),
    ("y ~ a + b)*x", 1, 10, "closes nothing"),
    ("y ~ (a + b)*x", 1, 5, "a fixed value is a number, and a label is one name"),
    ("y ~ (1/0)*x", 1, 5, "a value must be finite"),
    ("y ~ equal('a')*x", 1, 5, "same label"),
    ("y ~ lower(0)*x", 1, 5, "lower() is not offered"),
    ("y ~ c(a, 1)*x", 1, 5, "c() holds labels or values, not both"),
    ("y ~ c(a, )*x", 1, 5, "a value is missing here"),
    ("y ~ start(1)a*x", 1, 13, "'+' or '*' is expected here, not 'a'"),
    ("y ~ 'a b'*x", 1, 5, "a label is a name"),
    ("y ~ 'a*x", 1, 5, "the quotation mark ' is never closed"),
    ("y ~ a*b*x", 1, 7, "already has another label"),
    ("y ~ 1*2*x", 1, 7, "already has another fixed value"),
    ("y ~ a*x\ny ~ b*x", 2, 7, "already has another label"),
    ("x ~~ a*z\nz ~~ b*x", 2, 8, "already has another label"),
    ("y ~ 1*start(1)*x", 1, 7, "a fixed parameter has no start value"),
    ("y ~ 2x", 1, 5, "neither a number nor a name"),
    ("y ~ x@1", 1, 6, "a model has no '@'"),
    ("my-y ~ x", 1, 1, "left of '~' stand names"),
    ("x | y", 1, 5, "thresholds are called t1, t2, ..., not 'y'"),
    ("x ~*~ y", 1, 7, "one variable on both sides"),
    ("DEFINE(ordinal) x1", 1, 1, "DEFINE is semopy's; a latent variable"),
    ("y ~ a*x\nSTART(0.5) a", 2, 1, "start(0.5)*x"),
    ("BOUND(0, 1) a", 1, 1, "bounds are not offered"),
    ("CONSTRAINT(a = b)", 1, 1, "a == b"),
    ("y ~ a*x\nind := a*", 2, 9, "a value is missing after '*'"),
]


@pytest.mark.parametrize(("text", "line", "column", "part"), BAD, ids=[bad[0] for bad in BAD])
def test_nonsense_is_refused_at_its_place(text, line, column, part):
    with pytest.raises(ModelError) as caught:
        read_model(text)
    message = str(caught.value)
    assert part in message
    assert message.startswith(f"Line {line}, column {column}, in ")


@given(st.text(alphabet="fxy1 =~+*:;#()\n.,ac'-|<1", max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        model = read_model(text)
    except ModelError:
        return
    assert isinstance(model, Model)
    assert model.relations


@given(st.lists(st.sampled_from(["f =~ x1 + a*x2", "y ~ f", "ind := a*2", "a == 1"]), unique=True))
def test_lines_and_semicolons_and_breaks_mean_the_same(lines):
    lines = ["g =~ z1 + z2", *lines]
    plain = read_model("\n".join(lines))
    parted = read_model(" ; ".join(lines))
    broken = read_model("\n".join(lines).replace("+", "+ # more\n"))
    for other in (parted, broken):
        assert [one.key for one in other.relations] == [one.key for one in plain.relations]
        assert [one.modifiers for one in other.relations] == [
            one.modifiers for one in plain.relations
        ]
        assert [one.expression for one in other.assignments] == [
            one.expression for one in plain.assignments
        ]
