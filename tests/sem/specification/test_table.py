"""Parameter tables: their defaults against lavaan's, constraints, and the way back to text."""

import csv
import math
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.errors import ModelError
from servqual.sem.specification.parameters import Constraint, Parameter
from servqual.sem.specification.syntax import read_model
from servqual.sem.specification.table import build_table
from servqual.sem.specification.writing import model_text
from tests.helpers import needs

REFERENCE = Path(__file__).parents[2] / "reference" / "syntax.csv"
F, G = "f =~ x1 + x2 + x3\n", "g =~ x4 + x5 + x6\n"


def reference():
    """The rows of lavaan's tables by model and mean structure."""
    tables = {}
    with REFERENCE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            key = row["model"], row["means"] == "TRUE"
            tables.setdefault(key, []).append(row)
    return tables


def of_lavaan(row):
    return (
        row["op"],
        frozenset((row["lhs"], row["rhs"])) if row["op"] == "~~" else (row["lhs"], row["rhs"]),
        row["free"] == "TRUE",
        row["value"] and float(row["value"]),
        row["label"],
        row["user"] == "TRUE",
    )


def of_ours(row):
    return (
        row.op,
        frozenset((row.lhs, row.rhs)) if row.op == "~~" else (row.lhs, row.rhs),
        row.free,
        "" if math.isnan(row.value) else row.value,
        row.label,
        row.by_user,
    )


@pytest.mark.parametrize("key", reference(), ids=lambda key: f"{key[0]}-{key[1]}")
def test_defaults_are_those_of_lavaan(key):
    rows = reference()[key]
    table = build_table(
        rows[0]["text"],
        means=key[1],
        std_lv=key[0].startswith("std_lv"),
        orthogonal=key[0].startswith("orthogonal"),
    )
    expected = [of_lavaan(row) for row in rows]
    ours = [of_ours(row) for row in table.parameters]
    assert len(set(ours)) == len(ours) == len(expected)
    assert set(ours) == set(expected)
    assert table.observed == tuple(rows[0]["observed"].split())
    assert table.latent == tuple(rows[0]["latent"].split())
    assert table.means == any(row["op"] == "~1" for row in rows)
    said = [row for row in expected if row[-1]]
    assert [row for row in ours if row[-1]] == said


def row_of(table, lhs, op, rhs, group=0):
    (row,) = (
        row
        for row in table.parameters
        if (row.lhs, row.op, row.rhs, row.group) == (lhs, op, rhs, group)
    )
    return row


def test_predictors_stay_correlated_when_one_of_their_covariances_is_said():
    table = build_table("y ~ x + z + w; x ~~ z; w ~~ 2*w")
    pairs = {frozenset((row.lhs, row.rhs)) for row in table.parameters if row.op == "~~"}
    assert {frozenset("xw"), frozenset("zw"), frozenset("xz")} < pairs
    assert table.n_free == 3 + 1 + 3 + 2
    assert table.uncorrelated == ()


def test_roles():
    table = build_table(f"{F}{G}h =~ f + g; y ~ h + z; z ~~ w")
    assert table.indicators == {
        "f": ("x1", "x2", "x3"),
        "g": ("x4", "x5", "x6"),
        "h": ("f", "g"),
    }
    assert table.observed == ("x1", "x2", "x3", "x4", "x5", "x6", "y", "z", "w")
    assert table.latent == ("f", "g", "h")
    assert table.endogenous == ("x1", "x2", "x3", "x4", "x5", "x6", "y", "f", "g")
    assert table.exogenous == ("z", "w", "h")
    assert table.second_order == ("h",)
    assert table.uncorrelated == (("z", "h"), ("w", "h"))


def test_display_names_what_is_held_at_zero():
    table = build_table(f"{F}y ~ f + z")
    assert table.title() == "Model: 5 observed and 1 latent variables, 10 free parameters"
    assert table.notes() == (
        "Covariances of exogenous variables held at zero (1): z ~~ f; add them to the model to let "
        "them vary.",
    )
    assert "z ~~ f" in repr(table)
    assert build_table(f"{F}y ~ f + z; f ~~ z").notes() == ()
    many = build_table(f"{F}y ~ f + z1 + z2 + z3 + z4 + z5 + z6")
    assert "(6): z1 ~~ f, z2 ~~ f, z3 ~~ f, z4 ~~ f, z5 ~~ f, ...;" in many.notes()[0]


def test_frame_has_definitions_and_constraints():
    table = build_table("y ~ a*x + b*z + c*w; ind := a*b; total := ind + c; a - 2*b + 0.5 == c")
    frame = table.to_frame()
    assert list(frame.columns) == [
        "lhs", "op", "rhs", "group", "free", "value", "label", "by_user",
    ]  # fmt: skip
    last = frame[["lhs", "op", "rhs", "label"]].to_numpy().tolist()[-3:]
    assert last == [
        ["ind", ":=", "a*b", "ind"],
        ["total", ":=", "ind + c", "total"],
        ["a - 2*b - c", "==", "-0.5", ""],
    ]
    assert frame["free"].dtype == frame["by_user"].dtype == bool
    assert frame["value"].dtype == float
    assert table.definitions[1].expression.names == ("a", "b", "c")


def test_equality_and_pickle():
    text = f"{F}y ~ a*f + b*z; a == 2*b; ind := a*b"
    table = build_table(text)
    assert table == build_table(text)
    assert table != build_table(text, std_lv=True)
    assert pickle.loads(pickle.dumps(table)) == table
    one = table.parameters[0]
    assert pickle.loads(pickle.dumps(one)) == one
    assert one == Parameter(lhs="f", op="=~", rhs="x1", free=False, value=1.0)
    assert one != "f =~ x1"
    assert len({*table.parameters, *build_table(text).parameters}) == len(table.parameters)
    assert len({*table.constraints, *build_table(text).constraints}) == 1
    with pytest.raises(TypeError):
        table.constraints[0].coefficients["a"] = 0.0


def test_groups_have_their_own_labels_and_values():
    text = "f =~ x1 + c(a, b)*x2 + d*x3 + c(NA, 0.5)*x4; x1 ~~ start(c(1, NA))*x1"
    table = build_table(text, n_groups=2, means=True)
    assert len(table.parameters) == 2 * 14
    assert [row.group for row in table.parameters] == [0] * 14 + [1] * 14
    assert [row_of(table, "f", "=~", "x2", at).label for at in (0, 1)] == ["a", "b"]
    assert [row_of(table, "f", "=~", "x3", at).label for at in (0, 1)] == ["d", "d"]
    assert [row_of(table, "f", "=~", "x4", at).free for at in (0, 1)] == [True, False]
    assert row_of(table, "x1", "~~", "x1", 0).value == 1
    assert math.isnan(row_of(table, "x1", "~~", "x1", 1).value)
    assert table.n_free == 2 * 12 - 1 - 1
    assert build_table("f =~ c(NA, 1)*x1 + x2 + x3", n_groups=2).parameters[0].free


def test_ordered_items():
    table = build_table(F, ordered={"x1": 2, "x3": 1, "other": 4}, means=True)
    ops = [(row.lhs, row.op, row.rhs) for row in table.parameters if row.op in ("|", "~*~")]
    assert ops == [
        ("x1", "|", "t1"), ("x1", "|", "t2"), ("x3", "|", "t1"),
        ("x1", "~*~", "x1"), ("x3", "~*~", "x3"),
    ]  # fmt: skip
    assert row_of(table, "x1", "|", "t2").free
    fixed = {str(row): row.value for row in table.parameters if not row.free and row.op != "=~"}
    assert fixed == {
        "x1 ~~ x1": 1, "x3 ~~ x3": 1, "x1 ~*~ x1": 1, "x3 ~*~ x3": 1,
        "x1 ~ 1": 0, "x3 ~ 1": 0, "f ~ 1": 0,
    }  # fmt: skip
    said = build_table(f"{F}x2 | t1 + t2")
    assert row_of(said, "x2", "~*~", "x2").value == 1
    assert row_of(said, "x2", "~~", "x2").value == 1


def test_a_label_shared_with_a_fixed_parameter_fixes():
    table = build_table("f =~ a*x1 + a*x2 + x3; y ~ b*f; b == a")
    assert not row_of(table, "f", "=~", "x2").free
    assert row_of(table, "f", "=~", "x2").value == 1
    assert table.constraints == (Constraint(coefficients={"b": 1.0}, constant=1.0),)
    free = build_table("f =~ a*x1 + a*x2 + x3", std_lv=True)
    assert [row.free for row in free.parameters[:2]] == [True, True]
    assert free.n_free == 2 + 3


def test_constraints_are_linear_and_independent():
    text = "y ~ a*x + b*z + c*w; d := 2*a + 1; "
    table = build_table(text + "a == b; b == c; a == c; 2*a == 2*b; d == 4*b; 1 == 1")
    assert [dict(one.coefficients) for one in table.constraints] == [
        {"a": 1, "b": -1}, {"b": 1, "c": -1}, {"a": 2, "b": -4},
    ]  # fmt: skip
    assert [one.constant for one in table.constraints] == [0, 0, -1]
    assert table.n_free == 10 - 3


@given(st.lists(st.tuples(*[st.integers(-2, 2)] * 3, st.integers(-1, 1)), min_size=1, max_size=5))
def test_constraints_keep_the_solutions(rows):
    """The same solutions remain, or there are none: by the ranks of the matrices."""
    text = "y ~ a*x + b*z + c*w\n" + "\n".join(
        f"{p}*a + {q}*b + {r}*c == {s}" for p, q, r, s in rows
    )
    matrix = np.array(rows, float)
    rank = np.linalg.matrix_rank(matrix[:, :3])
    solvable = rank == np.linalg.matrix_rank(matrix)
    if not solvable:
        with pytest.raises(ModelError, match=r"contradicts|never hold"):
            build_table(text)
        return
    table = build_table(text)
    kept = np.array(
        [[one.coefficients.get(n, 0) for n in "abc"] + [one.constant] for one in table.constraints]
    ).reshape(-1, 4)
    assert len(kept) == rank
    assert np.linalg.matrix_rank(np.vstack([kept, matrix])) == rank


BAD = [
    (f"{F}y ~ g", {"columns": "x1 x2 x3 y"}, "Line 2, column 5", "nothing measures it: g =~ ..."),
    ("f =~ tan1 + tan_2", {"columns": "tan1 tan2"}, "column 13", "Did you mean 'tan2' or 'tan1'?"),
    (f"{F}y ~ f", {"columns": "x1 x2 x3 y f"}, "column 6", "'f' is a column of the data"),
    (f"{F}f ~~ q", {"columns": "x1 x2 x3"}, "Line 2, column 6", "'q' is no column"),
    (f"{F}q ~ 1", {"columns": "x1 x2 x3"}, "Line 2, column 5", "'q' is no column"),
    ("f =~ x1 + g; g =~ x2 + h; h =~ f", {}, "column 11", "'f' is measured by itself, in a circle"),
    ("x ~~ x", {}, "column 6", "one observed variable, 'x'"),
    ("f =~ x", {}, "column 6", "one observed variable, 'x'"),
    (f"{F}f | t1", {}, "Line 2", "'f' is latent, and has no thresholds"),
    ("y ~ x; y ~~ q*y; z := qq", {}, "column 18", "'qq' is no label of a parameter"),
    ("y ~ abc*x; a2 := abd^2", {}, "column 12", "Did you mean 'abc'?"),
    ("y ~ a*x; x == 1", {}, "column 10", "y ~ x*x"),
    ("y ~ a*x; a := 2*a", {}, "column 10", "'a' is already the label"),
    ("y ~ a*x; b := 2*a; b := a", {}, "column 20", "'b' is defined twice"),
    ("y ~ a*x; b := c; c := b", {}, "column 10", "'b' is defined by itself"),
    ("y ~ a*x; b := b + a", {}, "column 10", "'b' is defined by itself"),
    ("y ~ a*x + b*z; a*b == 1", {}, "column 16", "'a*b' is not linear"),
    ("y ~ a*x + b*z; i := a*b; i == 0", {}, "column 26", "'i' is not linear"),
    ("y ~ a*x; a == 1; a == 2", {}, "column 18", "contradicts the other constraints"),
    ("y ~ a*x + b*z; a == b; a == b + 1", {}, "column 24", "contradicts"),
    ("y ~ a*x; a == a + 1", {}, "column 10", "this can never hold."),
    ("y ~ 0.5*a*x; a == 1", {}, "column 14", "never hold with the fixed a = 0.5"),
    ("y ~ 0.5*a*x + 2*a*z", {}, "label 'a' makes", "fixed to 0.5 and 2"),
    ("f =~ start(0.5)*x1 + x2", {}, "column 17", "NA*start(...)*x1"),
    ("y ~ c(a, b)*x", {}, "column 13", "c() has 2 entries before 'x', but there is 1 group"),
    ("y ~ x + c(a, b)*1", {"n_groups": 3}, "column 17", "before '1', but there are 3 groups"),
    ("y ~ x", {"n_groups": 0}, "n_groups must be at least 1", ""),
    ("y ~ x", {"columns": "y x", "ordered": ("X",)}, "ordered names 'X'", "do not have"),
]


@pytest.mark.parametrize(("text", "options", "where", "part"), BAD, ids=[bad[0] for bad in BAD])
def test_bad_models_are_refused(text, options, where, part):
    options = dict(options)
    columns = options.pop("columns", None)
    with pytest.raises(ModelError) as caught:
        build_table(text, observed=columns and columns.split(), **options)
    assert where in str(caught.value)
    assert part in str(caught.value)


def test_columns_that_the_model_does_not_use_do_no_harm():
    assert build_table(F, observed=["x1", "x2", "x3", "id"]) == build_table(F)


# The way back to text


LOADINGS = ("", "NA*", "0.5*", "a*", "start(0.7)*", "b*start(-1)*", "1e-05*c*")


@st.composite
def models(draw):
    """Model texts with groups: factors, paths, covariances, intercepts, constraints."""
    n_groups = draw(st.integers(1, 2))
    said = st.sampled_from(LOADINGS)
    lines = []
    factors = draw(st.integers(1, 3))
    for at in range(factors):
        size = draw(st.integers(2, 3))
        first = draw(st.sampled_from(["", "NA*", "2*", "k*", "NA*start(2)*"]))
        rest = [f"{draw(said)}x{at}{j}" for j in range(1, size)]
        lines.append(f"f{at} =~ {first}x{at}0 + {' + '.join(rest)}")
    if factors > 2 and draw(st.booleans()):
        lines.append("h =~ f0 + f1 + f2")
    if draw(st.booleans()):
        lines.append(f"y ~ {draw(said)}f0 + {draw(said)}z + w")
    lines += draw(
        st.lists(
            st.sampled_from(
                ["x00 ~~ x01", "f0 ~~ 1*f0", "x00 ~ 0*1", "q ~ f0; q ~ 1", "q ~~ 0*y", "x00 ~~ q"]
            ),
            unique=True,
        )
    )
    if n_groups == 2 and draw(st.booleans()):
        lines.append("y2 ~ c(u, v)*f0 + c(NA, 0.25)*z + start(c(NA, 3))*w; u == 2*v + 1; d := u/v")
    return "\n".join(lines), n_groups


def outright(table):
    return replace(table, parameters=tuple(replace(row, by_user=True) for row in table.parameters))


@given(models(), st.booleans(), st.booleans(), st.booleans())
def test_table_text_and_back(model, std_lv, means, orthogonal):
    text, n_groups = model
    options = {"std_lv": std_lv, "means": means, "orthogonal": orthogonal, "n_groups": n_groups}
    table = build_table(text, **options)
    complete = model_text(table)
    assert outright(build_table(complete, n_groups=n_groups)) == outright(table)
    assert outright(build_table(complete, n_groups=n_groups, std_lv=True)) == outright(table)
    assert model_text(build_table(complete, n_groups=n_groups)) == complete


@given(models(), st.booleans())
def test_model_text_and_back(model, std_lv):
    text, n_groups = model
    read = read_model(text)
    again = read_model(model_text(read))
    assert model_text(again) == model_text(read)
    table = build_table(read, n_groups=n_groups, std_lv=std_lv)
    assert build_table(again, n_groups=n_groups, std_lv=std_lv) == table


def test_text_of_a_table():
    table = build_table("f =~ x1 + x2 + a*x3; y ~ f; y ~ 1; d := a^2; a == 2", std_lv=True)
    assert model_text(table).splitlines() == [
        "f =~ NA*x1 + x2 + a*x3", "y ~ f", "y ~ 1", "x1 ~~ x1", "x2 ~~ x2", "x3 ~~ x3", "y ~~ y",
        "f ~~ 1*f", "x1 ~ 1", "x2 ~ 1", "x3 ~ 1", "f ~ 0*1", "d := a^2", "a == 2",
    ]  # fmt: skip


def test_ordered_items_in_text_and_back():
    table = build_table(F, ordered={"x1": 2}, means=True)
    assert outright(build_table(model_text(table))) == outright(table)


def test_parameters_of_some_groups_only_have_no_text():
    table = build_table(F, n_groups=2)
    with pytest.raises(ModelError, match="'f =~ x2' is a parameter of some groups only"):
        model_text(replace(table, parameters=table.parameters[:8]))
    with pytest.raises(ModelError, match=r"'f =~ x1', .* parameters of some groups only"):
        model_text(replace(table, parameters=table.parameters[7:], n_groups=1))


def test_unknown_dialect():
    with pytest.raises(ValueError, match="dialect must be"):
        model_text(build_table(F), "mplus")


# semopy


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("y ~ a*x; d := a^2", "d := a^2"),
        ("y ~ x; y ~ 1", "y ~ 1"),
        (f"{F}x1 | t1", "x1 | t1"),
        (f"{F}f ~~ q", "q, which only covaries"),
    ],
)
def test_semopy_has_no_words_for_some(text, part):
    with pytest.raises(ModelError, match="semopy's model text cannot say: ") as caught:
        model_text(read_model(text), "semopy")
    assert part in str(caught.value)


def test_semopy_has_no_groups_and_leaves_default_means_out():
    with pytest.raises(ModelError, match="2 groups"):
        model_text(build_table(F, n_groups=2), "semopy")
    assert model_text(build_table(F, means=True), "semopy") == model_text(build_table(F), "semopy")


def test_text_for_semopy():
    text = model_text(build_table("f =~ x1 + start(2)*x2; y ~ be.ta*f + z; be.ta == 1"), "semopy")
    assert text.splitlines() == [
        "f =~ 1*x1 + p2_*x2", "y ~ be_ta_*f + z", "x1 ~~ x1", "x2 ~~ x2", "y ~~ y", "f ~~ f",
        "START(2) p2_", "CONSTRAINT(be_ta_ = 1)",
    ]  # fmt: skip
    text = model_text(build_table("f =~ x1 + a*x2 + a*x3", std_lv=True), "semopy")
    assert text.splitlines() == [
        "f =~ p1_*x1 + a*x2 + a*x3", "x1 ~~ x1", "x2 ~~ x2", "x3 ~~ x3", "f ~~ 1*f",
        "START(1) p1_", "START(1) a",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "options"),
    [
        (f"{F}{G}y ~ f + g", {}),
        (f"{F}{G}g ~ f", {"std_lv": True}),
        (f"{F}{G}", {"orthogonal": True}),
        (f"{F}{G}g ~ beta*f; y ~ E*g; beta == E", {}),
        (f"{F}{G}h =~ f + g; y ~ h", {}),
        ("f =~ NA*x1 + 1*x2 + start(0.7)*x3; y ~ f + z", {}),
        ("x1 ~ x2 + x3; y ~ x1 + z", {}),
    ],
)
def test_semopy_reads_the_same_model(text, options, rng):
    semopy = needs("semopy")
    table = build_table(text, **options)
    common = rng.normal(size=(60, 1))
    names = ["x1", "x2", "x3", "x4", "x5", "x6", "y", "z"]
    data = pd.DataFrame(common + rng.normal(size=(60, 8)), columns=names)
    model = semopy.Model(model_text(table, "semopy"))
    model.fit(data)
    told = model.inspect()
    theirs = {
        (op, frozenset((left, right))): str(se) != "-"
        for left, op, right, se in told[["lval", "op", "rval", "Std. Err"]].to_numpy()
    }
    predictors = {name for name in table.exogenous if name in table.observed}
    ours = {
        ("~" if row.op == "=~" else row.op, frozenset((row.lhs, row.rhs))): row.free
        for row in table.parameters
        if not {row.lhs, row.rhs} <= predictors
    }
    assert {key: theirs.get(key) for key in ours} == ours
    assert set(theirs) == set(ours)
