"""What a text says of a path model."""

import pytest

from servqual.errors import ModelError
from servqual.pls.fitting.layout import plan_of
from servqual.pls.fitting.specification import read_path_model

OBSERVED = [*(f"a{i}" for i in range(1, 4)), *(f"b{i}" for i in range(1, 4)), "c1", "c2", "d"]


def test_blocks_paths_and_products_stand_in_the_order_of_the_text():
    model = read_path_model("C ~ A + B + A:B; A =~ a2 + a1; B <~ b1 + b2; C =~ c1", OBSERVED)
    assert [(one.name, one.mode, one.indicators) for one in model.blocks] == [
        ("A", "A", ("a2", "a1")),
        ("B", "B", ("b1", "b2")),
        ("C", "A", ("c1",)),
    ]
    assert model.paths == (("C", "A"), ("C", "B"), ("C", "A:B"))
    assert model.products == (("A:B", "A", "B"),)
    assert model.columns == ("a2", "a1", "b1", "b2", "c1")


def test_column_in_a_path_is_a_construct():
    model = read_path_model("A =~ a1 + a2; d ~ A", OBSERVED)
    assert [block.name for block in model.blocks] == ["A", "d"]
    assert model.blocks[1].indicators == ("d",)


def test_parts_stand_in_for_a_second_order_construct_first():
    text = "H <~ A + B; A =~ a1 + a2; B =~ b1 + b2; C =~ c1 + c2; C ~ H; H ~ d"
    model = read_path_model(text, OBSERVED)
    assert model.second_order == ("H",)
    assert model.parts == ("A", "B")
    plan = plan_of(model)
    names = plan.first.structure.names
    assert {(names[y], names[x]) for y, x in plan.first.structure.pairs} == {
        ("C", "A"),
        ("C", "B"),
        ("A", "d"),
        ("B", "d"),
    }
    assert plan.final.indicators == ("A", "B", "c1", "c2", "d")
    assert plan.columns == ("a1", "a2", "b1", "b2", "c1", "c2", "d")


def test_outcomes_stand_behind_those_that_they_depend_on():
    text = "A =~ a1; B =~ b1; C =~ c1; D =~ d; D ~ C + B; C ~ B + A; B ~ A"
    structure = plan_of(read_path_model(text, OBSERVED)).final.structure
    assert [structure.names[one] for one in structure.outcomes] == ["B", "C", "D"]
    ways = {" ".join(structure.names[one] for one in way) for way in structure.ways}
    assert ways == {"A B C", "A B C D", "A B D", "A C D", "B C D"}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("A =~ a1; A ~ Q", ["'Q' has no indicators", "Q =~"]),
        ("Quality =~ a1; C =~ c1; C ~ Qality", ["'Qality' has no", "Did you mean 'Quality'"]),
        ("A =~ a1 + x9; C =~ c1; C ~ A", ["no column 'x9'"]),
        ("A =~ a1 + a2; C =~ a2 + c1; C ~ A", ["'a2' stands in the blocks of 'A', 'C'"]),
        ("A =~ a1; C =~ c1; D =~ d; C ~ A; D ~ C; A ~ D", ["circle", "A -> C -> D -> A"]),
        ("A =~ a1; C =~ c1; C ~ A; A ~ C", ["circle"]),
        ("A =~ a1; B =~ b1; C =~ c1; A ~ B + C + B:C; C ~ A", ["circle"]),
        ("A =~ a1; B =~ b1; C =~ c1; C ~ A", ["'B' has no path"]),
        ("A =~ a1", ["no path"]),
        ("A =~ a1 + a2; A <~ a3; C =~ c1; C ~ A", ["behind =~ and behind <~"]),
        ("A =~ a1; B =~ b1; C =~ c1; C ~ A + A:B", ["'B' itself does not", "C ~ B"]),
        ("A =~ a1; B =~ b1; C =~ c1; C ~ A + B + A:B + B:A", ["also stands as 'A:B'"]),
        ("A =~ a1; B =~ b1; C =~ c1; A:B ~ C", ["predictors of a path only"]),
        ("A =~ a1; C =~ c1; H =~ A + b1; C ~ H", ["constructs ('A')", "columns ('b1')"]),
        ("A =~ a1; H =~ A; I =~ H; C =~ c1; C ~ I", ["third order"]),
        ("A =~ a1; B =~ b1; H =~ A + B; C =~ c1; C ~ H + A", ["'A' measures a second-order"]),
        ("A =~ a1; B =~ b1; H =~ A + B; I =~ A; C =~ c1; C ~ H + I", ["construct 'A' stands in"]),
        ("A =~ a1 + 1*a2; C =~ c1; C ~ A", ["fixed values", "Line 1"]),
        ("A =~ a1; C =~ c1; C ~ p*A", ["labels"]),
        ("A =~ a1; C =~ c1; C ~ A; A ~~ C", ["'~~' has no place"]),
        ("A =~ a1; C =~ c1; C ~ A\nx := 2*3", ["defined values", "Line 2"]),
        ("A <~ A; C ~ A", ["cannot measure itself"]),
    ],
)
def test_what_cannot_be_is_said(text, parts):
    with pytest.raises(ModelError) as caught:
        read_path_model(text, OBSERVED)
    for part in parts:
        assert part in str(caught.value)
