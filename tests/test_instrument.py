"""Instruments: what is a definition, what contradicts itself, what a file keeps."""

import copy
import pickle
from dataclasses import FrozenInstanceError, fields
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import servqual as sq
from servqual.errors import InstrumentError

DEFINITION = {
    "name": "trio",
    "scale": (1, 7),
    "dimensions": {"care": ("1", "2"), "speed": ("3", "12")},
}


def instrument(**more):
    return sq.Instrument(**{**DEFINITION, **more})


def refusal(**more):
    """What is said of a definition that must be refused."""
    with pytest.raises(InstrumentError) as caught:
        instrument(**more)
    return str(caught.value)


def test_three_lines_make_an_instrument():
    kiosk = sq.Instrument(
        name="kiosk", scale=(1, 7), dimensions={"useful": ["1", "2", "3"], "fun": ["4", "5"]}
    )
    assert kiosk.items == ("1", "2", "3", "4", "5")
    assert kiosk.dimensions == {"useful": ("1", "2", "3"), "fun": ("4", "5")}
    assert kiosk.positions == {"useful": [0, 1, 2], "fun": [3, 4]}
    assert kiosk.roles == ("expectation", "perception")
    assert (kiosk.scale, kiosk.reverse, kiosk.evidence) == ((1, 7), (), "own")
    assert repr(kiosk) == (
        "Instrument 'kiosk': 5 items in 2 dimensions (useful 3, fun 2), scale 1-7, "
        "roles expectation, perception"
    )


@pytest.mark.parametrize(
    ("dimensions", "parts"),
    [
        ({"a": ("1", "2"), "b": ("2",)}, ["'2' is in two dimensions", "'a'", "'b'"]),
        ({"a": ("1", "2", "1")}, ["'1' stands twice", "'a'"]),
        ({"a": (1, "1")}, ["'1' stands twice", "'a'"]),
        ({"a": ("1",), "b": ()}, ["'b' has no items"]),
        ({"a": ("b",), "b": ("1",)}, ["'b' names both a dimension and an item"]),
        ({}, ["non-empty mapping"]),
        (None, ["non-empty mapping"]),
        ([("a", ("1",))], ["non-empty mapping"]),
        ({"a": "123"}, ["dimension 'a' must be a sequence of item ids", "'123'"]),
        ({"a": b"12"}, ["dimension 'a' must be a sequence", "b'12'"]),
        ({"a": {"1"}}, ["dimension 'a' must be a sequence", "{'1'}"]),
        ({"a": {"1": "Clean"}}, ["dimension 'a' must be a sequence"]),
        ({"a": 3}, ["dimension 'a' must be a sequence", "3"]),
        ({"a": (True,)}, ["dimension 'a' holds True"]),
        ({"a": (1.0,)}, ["dimension 'a' holds 1.0"]),
        ({"a": (None,)}, ["dimension 'a' holds None"]),
    ],
)
def test_dimensions_that_contradict_themselves(dimensions, parts):
    message = refusal(dimensions=dimensions)
    assert message.startswith("Instrument 'trio': ")
    for part in parts:
        assert part in message


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "a-b", "1.5", "é", "质量", "a\n", "\n", "٣", "a{}", "E'", "-1"]
)
def test_an_id_that_is_no_name(name):
    for dimensions in ({"a": (name,)}, {name: ("1",)}):
        message = refusal(dimensions=dimensions)
        assert f"{name!r} cannot be an id" in message
        assert "letters A-Z, digits and underscores" in message
        assert "labels" in message


def test_a_dimension_key_must_be_text():
    assert "1 cannot be an id" in refusal(dimensions={1: ("2",)})


def test_whole_numbers_are_ids():
    expected = instrument(dimensions={"a": ("1", "2"), "b": ("10",)}, reverse=("2",))
    for ids in ([1, 2], range(1, 3), np.array([1, 2]), pd.Index([1, 2])):
        assert instrument(dimensions={"a": ids, "b": [np.int8(10)]}, reverse=[2]) == expected


@pytest.mark.parametrize(
    ("scale", "part"),
    [
        ((4, 4), "scale has one point only, 4"),
        ((7, 1), "scale must go from low to high, not (7, 1)"),
        ((1.0, 7.0), "two whole numbers"),
        ((False, True), "two whole numbers"),
        (("1", "7"), "two whole numbers"),
        ("17", "two whole numbers"),
        ((1, 4, 7), "two whole numbers"),
        (7, "two whole numbers"),
        (None, "two whole numbers"),
        ({1, 7}, "two whole numbers"),
        ({1: 0, 7: 0}, "two whole numbers"),
        ((1, 10**30), "scale must lie within"),
        ((-(10**7), 1), "scale must lie within"),
    ],
)
def test_a_scale_that_is_none(scale, part):
    assert part in refusal(scale=scale)


def test_a_scale_of_numpy_integers_is_one_of_python():
    read = instrument(scale=np.array([0, 10]))
    assert read == instrument(scale=(0, 10))
    assert [type(end) for end in read.scale] == [int, int]


@pytest.mark.parametrize(
    ("more", "parts"),
    [
        ({"reverse": ("2", "22", "23")}, ["reverse names '22', '23'", "no item"]),
        ({"reverse": ("care",)}, ["reverse names 'care'"]),
        ({"reverse": ("2", "2")}, ["stands twice in reverse"]),
        ({"reverse": "12"}, ["reverse must be a sequence", "'12'"]),
        ({"reverse": None}, ["reverse must be a sequence"]),
        ({"reverse": {"1": True}}, ["reverse must be a sequence"]),
        ({"roles": ("perceptions",)}, ["unknown role 'perceptions'", "Did you mean 'perception'"]),
        ({"roles": ()}, ["at least one role"]),
        ({"roles": ("perception", "perception")}, ["a role stands twice"]),
        ({"roles": None}, ["roles must be a sequence"]),
        ({"roles": {"perception", "expectation"}}, ["roles must be a sequence"]),
        ({"roles": (5,)}, ["unknown role 5"]),
        ({"expectation_kind": "wished"}, ["expectation_kind", "should", "predicted", "'wished'"]),
        (
            {"expectation_kind": "should", "roles": ("perception",)},
            ["expectation_kind but no role expectation"],
        ),
        ({"role_scales": {"minimum": (1, 9)}}, ["role_scales names 'minimum'"]),
        (
            {"role_scales": {"points": (0, 100)}, "roles": ("perception", "points")},
            ["role_scales names 'points'"],
        ),
        ({"role_scales": {"perception": (3, 3)}}, ["the scale of perception has one point"]),
        ({"role_scales": None}, ["role_scales must map roles to scales"]),
        ({"labels": {"care": "Care", "99": "x"}}, ["labels name '99'"]),
        ({"labels": {"en": {"carre": "Care"}}}, ["labels name 'carre'"]),
        ({"labels": {"care": "Care", "1": {"en": "x"}}}, ["label of '1' must be a text"]),
        ({"labels": {"en": {"1": None}}}, ["label of '1' must be a text, not None"]),
        ({"labels": {5: {"1": "x"}}}, ["a language of labels must be a text, not 5"]),
        ({"labels": None}, ["labels must map ids to texts"]),
        ({"labels": {"en": ["1"]}}, ["labels must map ids to texts"]),
        ({"labels": {"1": "\ud800"}}, ["label of '1'", "surrogate"]),
        ({"title": 5}, ["title must be a text"]),
        ({"title": {"en": 5}}, ["title must be a text, not 5"]),
        ({"title": {5: "x"}}, ["a language of title must be a text"]),
        ({"citation": None}, ["citation must be a text, not None"]),
        ({"doi": 10.1}, ["doi must be a text, not 10.1"]),
        ({"trademark": "\udfff"}, ["trademark", "surrogate"]),
        ({"evidence_note": ["x"]}, ["evidence_note must be a text"]),
        ({"evidence": "sure"}, ["evidence must be one of verified", "'sure'"]),
        ({"name": ""}, ["needs a name, not ''"]),
        ({"name": "  "}, ["needs a name"]),
        ({"name": 1991}, ["needs a name, not 1991"]),
        ({"name": "a\ud800"}, ["name holds half of a surrogate pair"]),
    ],
)
def test_what_else_contradicts_itself(more, parts):
    message = refusal(**more)
    for part in parts:
        assert part in message


def test_one_role_may_stand_alone():
    assert instrument(roles="perception").roles == ("perception",)


def test_nothing_of_an_instrument_can_be_changed():
    definition = {"care": ["1", "2"]}
    one = instrument(dimensions=definition, labels={"1": "Clean"}, title="Trio")
    before = one.to_toml()
    definition["care"].append("3")
    definition["more"] = ["4"]
    with pytest.raises(FrozenInstanceError):
        one.name = "other"
    for mapping in (one.dimensions, one.role_scales, one.labels, one.labels["en"], one.title):
        with pytest.raises(TypeError, match="does not support item assignment"):
            mapping["care"] = ()
    assert one.to_toml() == before
    one.positions["care"].clear()
    assert one.positions == {"care": [0, 1]}


FULL = {
    "name": "full",
    "dimensions": {"care": ("1", "2"), "speed": ("3",)},
    "scale": (1, 7),
    "roles": ("expectation", "perception", "importance"),
    "expectation_kind": "desired",
    "reverse": ("2",),
    "role_scales": {"importance": (0, 10)},
    "labels": {"en": {"care": "Care"}, "zh": {"care": "关怀"}},
    "title": {"en": "Full", "zh": "全"},
    "citation": "Someone (2020).",
    "doi": "10.1000/1",
    "evidence": "secondary",
    "evidence_note": "Read in a thesis.",
    "trademark": "A mark.",
}
CHANGED = {
    "name": "fuller",
    "dimensions": {"care": ("2", "1"), "speed": ("3",)},
    "scale": (1, 5),
    "roles": ("perception", "expectation", "importance"),
    "expectation_kind": "should",
    "reverse": ("1",),
    "role_scales": {"importance": (1, 10)},
    "labels": {"en": {"care": "Care"}, "zh": {"care": "关心"}},
    "title": {"en": "Full"},
    "citation": "Someone (2021).",
    "doi": "10.1000/2",
    "evidence": "own",
    "evidence_note": "",
    "trademark": "A mark!",
}


def test_every_field_is_tried():
    assert set(FULL) == set(CHANGED) == {field.name for field in fields(sq.Instrument)}


@pytest.mark.parametrize("field", FULL)
def test_equality_and_hash_notice_every_field(field):
    one, twin = sq.Instrument(**FULL), sq.Instrument(**FULL)
    other = sq.Instrument(**{**FULL, field: CHANGED[field]})
    assert one == twin
    assert hash(one) == hash(twin)
    assert one != other
    assert {one, twin, other} == {one, other}
    assert len({one, twin, other}) == 2
    assert one != one.to_toml()


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_copies_and_pickles_are_equal_and_frozen(again):
    one = sq.Instrument(**FULL)
    other = again(one)
    assert other == one
    assert hash(other) == hash(one)
    for field in fields(sq.Instrument):
        assert getattr(other, field.name) == getattr(one, field.name), field.name
    assert isinstance(other.labels["zh"], MappingProxyType)


def test_labels_fall_back_to_english_and_then_to_the_id():
    one = instrument(labels={"en": {"care": "Care!", "1": "Clean"}, "zh": {"1": "干净"}})
    assert [one.label("1", language) for language in ("zh", "en", "fr")] == [
        "干净",
        "Clean",
        "Clean",
    ]
    assert one.label("care", "zh") == "Care!"
    assert (one.label("2", "zh"), one.label("speed", "zh")) == ("2", "Speed")
    assert instrument(dimensions={"good_care": ("1",)}).label("good_care") == "Good care"


def test_labels_without_a_language_are_english():
    assert instrument(labels={"care": "Care!"}) == instrument(labels={"en": {"care": "Care!"}})
    assert instrument(labels={"en": {1: "Clean"}}).label("1") == "Clean"


def test_title_falls_back_to_english_and_then_to_the_name():
    assert instrument(title="Trio!").title_in("zh") == "Trio!"
    assert instrument(title={"zh": "三"}).title_in("zh") == "三"
    assert instrument(title={"zh": "三"}).title_in("en") == "trio"
    assert instrument().title_in() == "trio"


def test_a_role_can_have_its_own_scale():
    one = sq.Instrument(**FULL)
    assert (one.scale_of("importance"), one.scale_of("perception")) == ((0, 10), (1, 7))


def test_without_some_items():
    one = sq.Instrument(**{**FULL, "labels": {"en": {"2": "Two", "1": "One", "care": "Care"}}})
    left = one.without("2")
    assert left.dimensions == {"care": ("1",), "speed": ("3",)}
    assert left.reverse == ()
    assert left.labels == {"en": {"1": "One", "care": "Care"}}
    kept = [f.name for f in fields(one) if f.name not in ("dimensions", "reverse", "labels")]
    assert all(getattr(left, name) == getattr(one, name) for name in kept)
    assert one.items == ("1", "2", "3")
    assert one.without() == one
    assert one.without("2", "2") == one.without(2) == left


def test_without_a_whole_dimension():
    left = sq.Instrument(**FULL).without("1", "2")
    assert left.dimensions == {"speed": ("3",)}
    assert left.labels == {"en": {}, "zh": {}}
    assert left.reverse == ()


def test_without_what_is_not_there_or_all_of_it():
    with pytest.raises(InstrumentError, match=r"'trio' has no item '13'\. Did you mean '[123]"):
        instrument().without("1", "13")
    with pytest.raises(InstrumentError, match="has no item '99'"):
        instrument().without(99)
    with pytest.raises(InstrumentError, match="'trio' would have no item left"):
        instrument().without("1", "2", "3", "12")


HOSTILE = (
    "'\"\\",
    '"""',
    "'''",
    "a\nb\r\nc\rd\te",
    "\x00\x01\x08\x0c\x1b\x1f\x7f\x80\x85\u2028\u2029",
    "\ufeff",
    "👩🏽‍🔬 质量 é ẹ́",
    "C:\\users\\new\\table \\u0041 \\",
    "# no comment ] = [x]",
    "<script>alert(1)</script> {x} %s",
    "",
    " ",
)
texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
)
ROLES = ("expectation", "perception", "minimum", "importance", "points", "ideal", "comparison")
ids = st.text("abcXYZ019_", min_size=1, max_size=6)


@st.composite
def instruments(draw):
    names = draw(st.lists(ids, min_size=3, max_size=9, unique=True))
    split = draw(st.integers(1, len(names) - 2))
    keys, items = names[:split], names[split:]
    keys = keys[: len(items)]
    dimensions = {key: items[at :: len(keys)] for at, key in enumerate(keys)}
    known = [*keys, *items]
    low = draw(st.integers(-5, 5))
    roles = draw(st.lists(st.sampled_from(ROLES), min_size=1, unique=True))
    kinds = st.sampled_from([None, "should", "excellent", "desired", "predicted"])
    rated = [role for role in roles if role != "points"]
    return sq.Instrument(
        name=draw(texts.filter(str.strip)),
        dimensions=dimensions,
        scale=(low, low + draw(st.integers(1, 10))),
        roles=roles,
        expectation_kind=draw(kinds) if "expectation" in roles else None,
        reverse=draw(st.lists(st.sampled_from(items), unique=True)),
        role_scales=draw(st.dictionaries(st.sampled_from(rated), st.just((0, 10))))
        if rated
        else {},
        labels=draw(st.dictionaries(texts, st.dictionaries(st.sampled_from(known), texts))),
        title=draw(st.dictionaries(texts, texts)),
        citation=draw(texts),
        doi=draw(texts),
        evidence=draw(st.sampled_from(["verified", "own", "illustrative"])),
        evidence_note=draw(texts),
        trademark=draw(texts),
    )


@given(instruments())
def test_a_file_keeps_every_definition(tmp_path_factory, one):
    path = tmp_path_factory.getbasetemp() / "kept.toml"
    path.write_bytes(one.to_toml().encode())
    again = sq.read_instrument(path)
    assert again == one
    for field in fields(sq.Instrument):
        assert getattr(again, field.name) == getattr(one, field.name), field.name
    assert again.to_toml() == one.to_toml()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_survives_in_every_place(text, tmp_path):
    one = instrument(
        name=f"x{text}",
        labels={text: {"care": text, "1": text}},
        title={text: text},
        citation=text,
        trademark=text,
    )
    path = tmp_path / "hostile.toml"
    path.write_text(one.to_toml(), encoding="utf-8")
    again = sq.read_instrument(path)
    assert again.labels == {text: {"care": text, "1": text}}
    assert (again.name, again.title, again.trademark) == (f"x{text}", {text: text}, text)
    assert again == one


def written(tmp_path, content):
    path = tmp_path / "mine.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_byte_order_mark_is_no_part_of_the_name(tmp_path):
    path = written(tmp_path, b"\xef\xbb\xbf" + instrument().to_toml().encode())
    assert sq.read_instrument(path) == sq.read_instrument(str(path)) == instrument()


BODY = 'name = "x"\nscale = [1, 7]\n[dimensions]\na = ["1"]\n'


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("name = x", ["mine.toml is not valid TOML", "line 1"]),
        ('name = "x"\nname = "y"', ["not valid TOML"]),
        ("revers = []\n" + BODY, ["unknown key 'revers'", "Did you mean 'reverse'", "scale"]),
        ("zzzz = 1\n" + BODY, ["unknown key 'zzzz'. Known: name, dimensions"]),
        (BODY.replace('name = "x"\n', ""), ["mine.toml: the key 'name' is missing"]),
        (BODY.replace("scale = [1, 7]\n", ""), ["the key 'scale' is missing"]),
        ('name = "x"\nscale = [1, 7]\n', ["the key 'dimensions' is missing"]),
        ("", ["the key 'name' is missing"]),
        (BODY.replace('"x"', "5"), ["needs a name, not 5"]),
        (BODY.replace("[1, 7]", "[7, 1]"), ["low to high"]),
        (BODY.replace('["1"]', '"1"'), ["dimension 'a' must be a sequence"]),
        ("citation = 2020-01-01\n" + BODY, ["citation must be a text"]),
        ("reverse = true\n" + BODY, ["reverse must be a sequence"]),
        ("labels = 5\n" + BODY, ["labels must map"]),
        (BODY.encode("utf-16"), ["mine.toml is not UTF-8 text"]),
        (BODY.replace("x", "é").encode("latin-1"), ["mine.toml is not UTF-8 text"]),
    ],
)
def test_files_that_are_refused(tmp_path, content, parts):
    with pytest.raises(InstrumentError) as caught:
        sq.read_instrument(written(tmp_path, content))
    for part in parts:
        assert part in str(caught.value)


def test_no_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        sq.read_instrument(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("servqual1991", "Did you mean 'servqual-1991'"),
        ("", "no bundled instrument ''"),
        ("../servqual-1991", "read_instrument"),
        (1991, "no bundled instrument 1991"),
        (["nps"], "no bundled instrument"),
    ],
)
def test_an_instrument_that_is_not_bundled(name, part):
    with pytest.raises(InstrumentError) as caught:
        sq.load_instrument(name)
    assert part in str(caught.value)
    assert "Bundled: after-sales, " in str(caught.value)


def test_an_instrument_error_is_a_value_error_and_ours():
    assert issubclass(InstrumentError, ValueError)
    assert issubclass(InstrumentError, sq.ServqualError)


def test_the_list_has_a_row_for_each():
    listed = sq.list_instruments().set_index("name")
    assert listed.loc["servqual-1988", ["items", "dimensions", "scale"]].tolist() == [22, 5, "1-7"]
    assert listed.index.is_monotonic_increasing
    assert listed.loc["nps", "roles"] == "perception"
