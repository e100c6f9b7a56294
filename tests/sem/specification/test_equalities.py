"""What is held equal in groups, against the tables of lavaan and semTools, and what is refused."""

import json
import math
from itertools import combinations
from pathlib import Path

import pytest

from servqual.errors import ModelError
from servqual.sem.invariance._levels import table_of_level
from servqual.sem.specification.equalities import EQUAL, check_equal
from servqual.sem.specification.table import build_table
from servqual.sem.specification.writing import model_text

REFERENCE = json.loads(
    (Path(__file__).parents[2] / "reference" / "groups.json").read_text(encoding="utf-8")
)
CFA = "v =~ x1 + x2 + x3\nt =~ x4 + x5 + x6"
WU_ESTABROOK = "TAN =~ P1+P2+P3+P4\nREL =~ P5+P6+P7+P8+SAT1"
BOTH = ["loadings", "intercepts"]


def states_of_peer(rows):
    """The value of each fixed parameter, None of a free one; and the sets of equal ones."""
    found, shared = {}, {}
    for row in rows:
        pair = (
            frozenset((row["lhs"], row["rhs"])) if row["op"] == "~~" else (row["lhs"], row["rhs"])
        )
        place = row["group"] - 1, row["op"], pair
        free = row["state"] == "free" or row["state"].startswith("=")
        found[place] = None if free else float(row["state"])
        if row["state"].startswith("="):
            shared.setdefault(row["state"], set()).add(place)
    return found, set(map(frozenset, shared.values()))


def states(table):
    found, shared = {}, {}
    for row in table.parameters:
        pair = frozenset((row.lhs, row.rhs)) if row.op == "~~" else (row.lhs, row.rhs)
        place = row.group, row.op, pair
        found[place] = None if row.free else row.value
        if row.free and row.label:
            shared.setdefault(row.label, set()).add(place)
    return found, {frozenset(its) for its in shared.values() if len(its) > 1}


def row_of(table, lhs, op, rhs, group):
    (found,) = (
        row
        for row in table.parameters
        if (row.lhs, row.op, row.rhs, row.group) == (lhs, op, rhs, group)
    )
    return found


def thresholds_in(rows):
    found = {}
    for row in rows:
        if row["op"] == "|" and row["group"] == 1:
            found[row["lhs"]] = found.get(row["lhs"], 0) + 1
    return found


@pytest.mark.parametrize("case", REFERENCE["tables"], ids=lambda case: ",".join(case["equal"]))
def test_tables_are_those_of_lavaan(case):
    table = build_table(
        case["model"],
        n_groups=case["groups"],
        means=True,
        std_lv=case["std_lv"],
        ordered=thresholds_in(case["rows"]),
        group_equal=case["equal"],
        group_partial=case["partial"],
    )
    ours, peers = states(table), states_of_peer(case["rows"])
    assert ours[0] == peers[0]
    # One label of the user's holds for all groups, in lavaan's table and in ours.
    assert ours[1] == peers[1]


@pytest.mark.parametrize("key", REFERENCE["wu_estabrook"])
def test_levels_of_ordered_items_are_those_of_semtools(key):
    rows = REFERENCE["wu_estabrook"][key]
    level, groups = key.split()
    words = {
        "configural": (),
        "thresholds": ("thresholds",),
        "metric": ("loadings", "thresholds"),
        "scalar": ("loadings", "intercepts", "thresholds"),
    }
    counts = thresholds_in(rows)
    assert sorted(counts.values()) == [1, 1, 1, 2, 2, 2, 3, 3]
    base = build_table(
        WU_ESTABROOK, n_groups=int(groups[1]), means=True, std_lv=True, ordered=counts
    )
    table = table_of_level(base, words[level], (), std_lv=True, ordinal=True)
    ours, peers = states(table), states_of_peer(rows)
    # The scale of a continuous variable is no parameter of ours.
    assert ours[0] == {
        place: value for place, value in peers[0].items() if place[1:] != ("~*~", ("SAT1", "SAT1"))
    }
    assert ours[1] == peers[1]


def test_equal_loadings_of_two_categories_restrict_nothing():
    """Each loading of such an item can be taken for its scale instead."""
    ordered = dict.fromkeys([f"x{at}" for at in range(1, 7)], 1)
    base = build_table(CFA, n_groups=2, means=True, std_lv=True, ordered=ordered)
    words = ("thresholds", "loadings", "intercepts")
    free = [
        table_of_level(base, words[:at], (), std_lv=True, ordinal=True).n_free for at in range(4)
    ]
    # Of each factor 3 scales, a mean and a variance stand for 3 thresholds and 3 loadings.
    assert free == [26, 26, 26, 24]


def test_partial_thresholds_leave_an_item_its_scale_only_where_two_are_equal():
    base = build_table(
        CFA, n_groups=2, means=True, std_lv=True, ordered=dict.fromkeys(("x1", "x2", "x3"), 2)
    )
    table = table_of_level(
        base, ("thresholds",), ("x1 | t2", "x2 | t1 + t2"), std_lv=True, ordinal=True
    )
    later = {
        (row.lhs, row.op) for row in table.parameters if row.group and row.free and row.op != "~~"
    }
    assert ("x1", "~1") in later
    assert ("x1", "~*~") not in later
    assert ("x2", "~1") not in later
    assert {("x3", "~1"), ("x3", "~*~")} <= later
    assert table.group_partial == ("x1 | t2", "x2 | t1", "x2 | t2")


def test_the_text_wins():
    text = "v =~ x1 + c(a, b)*x2 + k*x3 + c(NA, 0.5)*x4; v ~ c(0, 0)*1; x1 ~ c(i, NA)*1"
    table = build_table(text, n_groups=2, means=True, group_equal=BOTH)
    assert [row_of(table, "v", "=~", "x2", at).label for at in (0, 1)] == ["a", "b"]
    assert [row_of(table, "v", "=~", "x3", at).label for at in (0, 1)] == ["k", "k"]
    assert [row_of(table, "v", "=~", "x4", at).free for at in (0, 1)] == [True, False]
    assert [row_of(table, "v", "~1", "", at).free for at in (0, 1)] == [False, False]
    assert [row_of(table, "x1", "~1", "", at).label for at in (0, 1)] == ["i", ""]


def test_labels_do_not_meet_those_of_the_text():
    table = build_table("v =~ x1 + x2 + .p2.*x3", n_groups=2, group_equal="loadings")
    labels = [row_of(table, "v", "=~", item, 1).label for item in ("x2", "x3")]
    assert labels == [".p2..", ".p2."]


def test_nothing_is_freed_that_could_not_be_told_apart():
    second = "f =~ x1 + x2 + x3; g =~ x4 + x5 + x6; h =~ f + g + x7"
    table = build_table(second.replace(" + x7", ""), n_groups=2, means=True, group_equal=BOTH)
    assert row_of(table, "f", "~1", "", 1).free
    assert not row_of(table, "h", "~1", "", 1).free
    assert row_of(
        build_table(second, n_groups=2, means=True, group_equal=BOTH), "h", "~1", "", 1
    ).free
    free = build_table(
        CFA,
        n_groups=2,
        means=True,
        std_lv=True,
        group_equal=BOTH,
        group_partial=["v =~ x1 + x2 + x3", "x4 ~ 1; x5 ~ 1; x6 ~ 1"],
    )
    assert not row_of(free, "v", "~~", "v", 1).free
    assert row_of(free, "t", "~~", "t", 1).free
    assert row_of(free, "v", "~1", "", 1).free
    assert not row_of(free, "t", "~1", "", 1).free


def test_predictors_are_left_to_the_groups():
    table = build_table(f"{CFA}\nt ~ v + z + w", n_groups=2, means=True, group_equal=EQUAL)
    left = {str(row) for row in table.parameters if row.free and not row.label and not row.group}
    assert left == {"z ~~ z", "z ~~ w", "w ~~ w", "z ~ 1", "w ~ 1"}
    assert not any(row.free for row in table.parameters if row.lhs == "t" and row.op == "~1")


@pytest.mark.parametrize("words", [EQUAL, "loadings", ("intercepts", "residuals"), ()])
def test_one_group_is_no_group(words):
    assert build_table(CFA, means=True, group_equal=words) == build_table(CFA, means=True)


@pytest.mark.parametrize(("one", "other"), list(combinations([*BOTH, "residuals"], 2)))
def test_the_order_of_words_changes_nothing(one, other):
    first, second = (
        build_table(CFA, n_groups=3, means=True, group_equal=words)
        for words in ([one, other], [other, one, one])
    )
    assert first == second
    assert first.group_equal == check_equal((one, other))


def test_a_table_can_be_written_and_read_again():
    table = build_table(
        CFA, n_groups=2, means=True, std_lv=True, group_equal=BOTH, group_partial="x2 ~ 1"
    )
    again = build_table(model_text(table), n_groups=2, means=True, std_lv=True)
    assert states(again) == states(table)
    assert again.n_free == table.n_free
    assert math.isnan(row_of(table, "v", "~~", "v", 1).value)
    assert table.group_partial == ("x2 ~ 1",)
    unmoved = build_table(CFA, n_groups=2, group_equal="loadings", group_partial="x2 ~~ x2")
    assert unmoved.group_partial == ()


BAD = [
    ({"group_equal": "loading"}, "group_equal takes loadings, intercepts,", "mean 'loadings'?"),
    ({"group_equal": ["loadings", "x"]}, "'x' is none of them", ""),
    ({"group_partial": "v =~ x9"}, "'v =~ x9', which is no parameter", "Did you mean 'v =~ x"),
    ({"group_partial": "x2 ~~ x4"}, "'x2 ~~ x4', which is no parameter", "Did you mean"),
    ({"group_partial": "v =~ x1"}, "'v =~ x1', but it is fixed to 1", "or std_lv=True"),
    ({"group_partial": "v = x1"}, "'=' is no operator", ""),
    ({"group_equal": "intercepts"}, "'intercepts', but the model has no means", "means=False"),
]


@pytest.mark.parametrize(("options", "what", "hint"), BAD)
def test_what_is_refused(options, what, hint):
    with pytest.raises(ModelError) as caught:
        build_table(CFA, n_groups=2, **options)
    assert what in str(caught.value)
    assert hint in str(caught.value)
