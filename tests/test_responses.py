"""Responses: what binds, what is refused, what is recoded, what is never changed."""

import copy
import pickle
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.errors import AdmissibilityWarning, ResponseError
from tests.helpers import optional, there

pl, pa = optional("polars"), optional("pyarrow")

NAN = float("nan")
DUO = sq.Instrument(name="duo", scale=(1, 7), dimensions={"care": ("1", "2")})
ANSWERS = {"E1": [7, 6, 5], "E2": [6, 6, 4], "P1": [5, 6, 3], "P2": [6, 4, 2]}
WEIGHED = sq.Instrument(
    name="weighed",
    scale=(1, 7),
    dimensions={"care": ("1",), "speed": ("2",), "fun": ("3",)},
    roles=("perception", "points"),
)


def answers(**more):
    return pd.DataFrame({**ANSWERS, **more})


def bind(frame=None, instrument=DUO, **more):
    return sq.Responses.from_frame(answers() if frame is None else frame, instrument, **more)


def refusal(frame=None, instrument=DUO, **more):
    with pytest.raises(ResponseError) as caught:
        bind(frame, instrument, **more)
    return str(caught.value)


def listed(responses, role):
    return [column.tolist() for column in responses.answers[role]]


# Binding


def test_defaults_bind_what_the_instrument_asks():
    responses = bind()
    assert responses.columns == {"expectation": ("E1", "E2"), "perception": ("P1", "P2")}
    assert listed(responses, "expectation") == [[7, 6, 5], [6, 6, 4]]
    assert listed(responses, "perception") == [[5, 6, 3], [6, 4, 2]]
    assert len(responses) == 3
    assert responses.missing == "listwise"
    assert responses.weights is None
    assert responses.notes() == ()
    assert responses.title() == (
        "Responses to duo: n = 3, 2 items; expectation (E1 ... E2), perception (P1 ... P2)"
    )


def test_every_role_binds_by_its_default_or_a_pattern():
    roles = ("expectation", "perception", "minimum", "importance", "points", "ideal", "comparison")
    instrument = sq.Instrument(name="all", scale=(1, 7), dimensions={"care": ("1",)}, roles=roles)
    columns = {"E1": 6, "P1": 5, "M1": 4, "I1": 3, "W_care": 100, "best_1": 7, "1vs": 2}
    responses = bind(
        pd.DataFrame(columns, index=[0]),
        instrument,
        points="W_{}",
        ideal="best_{}",
        comparison="{}vs",
    )
    bound = {role: names[0] for role, names in responses.columns.items()}
    assert bound == dict(zip(roles, columns, strict=True))
    assert {role: listed(responses, role)[0][0] for role in roles} == dict(
        zip(roles, columns.values(), strict=True)
    )


def test_columns_stand_in_the_order_of_the_instrument():
    frame = answers(extra=["x"] * 3)[["P2", "extra", "E2", "P1", "E1"]]
    assert bind(frame) == bind()


def test_a_pattern_counts_only_where_the_role_is_asked():
    performance = sq.Instrument(
        name="p", scale=(1, 7), dimensions={"care": ("1", "2")}, roles=("perception",)
    )
    responses = bind(instrument=performance, expectation="E{}", minimum="M{}")
    assert list(responses.answers) == ["perception"]
    message = refusal(instrument=performance, expectation="X{}")
    assert "expectation= was given" in message
    assert "'p' has no such role" in message
    assert "its roles are perception" in message
    for pattern in ({"1": "E1", "2": "E2"}, pd.Series(["E1", "E2"])):
        assert "minimum= was given" in refusal(instrument=performance, minimum=pattern)
    assert "points= was given" in refusal(points="W{}")


def test_a_role_that_was_not_asked_is_none():
    responses = bind(answers()[["P1", "P2"]], expectation=None)
    assert list(responses.answers) == ["perception"]
    assert "No role of instrument 'duo' was bound" in refusal(expectation=None, perception=None)


@pytest.mark.parametrize(
    "mapping",
    [
        {"1": "a", "2": "b c"},
        {"2": "b c", "1": "a"},
        {1: "a", 2: "b c"},
    ],
)
def test_a_mapping_binds_by_item(mapping):
    frame = answers().rename(columns={"E1": "a", "E2": "b c"})
    responses = bind(frame, expectation=mapping)
    assert responses.columns["expectation"] == ("a", "b c")
    assert listed(responses, "expectation") == [[7, 6, 5], [6, 6, 4]]


def test_a_mapping_to_columns_named_by_numbers():
    frame = answers().rename(columns={"E1": 10, "E2": 20})
    responses = bind(frame, expectation={"1": 10, "2": 20})
    assert responses.columns["expectation"] == ("10", "20")


@pytest.mark.parametrize(
    ("pattern", "parts"),
    [
        ("E", ["expectation='E' must hold {} once", "'E{}'"]),
        ("", ["expectation='' must hold {} once"]),
        ("{}{}", ["must hold {} once"]),
        ("{0}", ["must hold {} once"]),
        (5, ["a pattern with {} or a mapping", "not int"]),
        (["E1", "E2"], ["a pattern with {} or a mapping", "not list"]),
        ({"1": "E1"}, ["maps no column to '2'", "not_asked"]),
        ({}, ["maps no column to '1', '2'"]),
        ({"1": "E1", "2": "E2", "22": "x"}, ["maps '22'", "does not have", "Did you mean '2'"]),
        ({"1": "E1", "2": "E2", 1: "x"}, ["maps an id twice"]),
        ({"1": "E1", "2": None}, ["1 of 2 expectation columns are missing", "'None'"]),
        ({"1": "E1", "2": "E1"}, ["'E1' is bound twice: as expectation and as expectation"]),
        ("P{}", ["'P1' is bound twice: as expectation and as perception"]),
        ("e{}", ["2 of 2 expectation columns are missing from the frame: 'e1', 'e2'"]),
    ],
)
def test_patterns_that_do_not_bind(pattern, parts):
    message = refusal(expectation=pattern)
    for part in parts:
        assert part in message


def test_missing_columns_are_named_with_the_nearest_present():
    frame = answers().rename(columns={"E1": "expect_1", "E2": "expect_2"})
    message = refusal(frame, expectation="expct_{}")
    assert "2 of 2 expectation columns are missing from the frame: 'expct_1', 'expct_2'." in message
    assert "Did you mean 'expect_1' or 'expect_2'?" in message
    assert "expectation='...{}'" in message
    assert "expectation=None" in message


def test_missing_columns_are_counted_and_five_named():
    message = refusal(pd.DataFrame({"zz": [1]}), sq.load_instrument("servqual-1991"))
    assert "22 of 22 expectation columns are missing" in message
    assert "'E1', 'E2', 'E3', 'E4', 'E5' and 17 more" in message
    assert "The frame has 1 columns: 'zz'." in message


def test_duplicate_columns_are_refused():
    frame = answers()
    frame.columns = ["E1", "E2", "P1", "P1"]
    assert "duplicate columns: 'P1'" in refusal(frame)


@pytest.mark.parametrize("library", there(pd, pl, pa))
def test_an_empty_frame_is_refused(library):
    columns = {name: np.array([], dtype=float) for name in ANSWERS}
    frame = pa.table(columns) if library is pa else library.DataFrame(columns)
    assert "The frame has no rows" in refusal(frame)


@pytest.mark.parametrize("thing", [None, "answers.csv", [[1]], np.ones((2, 2))])
def test_what_is_no_frame_is_refused(thing):
    with pytest.raises(ResponseError, match="pandas, polars or pyarrow frame"):
        sq.Responses.from_frame(thing, DUO)


@pytest.mark.parametrize("thing", ["servqual-1991", None, {"name": "x"}])
def test_what_is_no_instrument_is_refused(thing):
    message = refusal(instrument=thing)
    assert f"not {type(thing).__name__}" in message
    assert "load_instrument" in message


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("missing", "drop"),
        ("missing", None),
        ("points_policy", "ignore"),
        ("points_policy", True),
    ],
)
def test_unknown_choices_are_refused(option, value):
    with pytest.raises(ValueError, match=f"^{option} must be one of '.+, not {value!r}"):
        bind(**{option: value})


# Answers


def test_answers_off_the_scale_are_counted_and_the_first_is_named():
    frame = answers(E1=[7, 8, 0], P2=[6, 4, 99]).set_index(pd.Index([30, 10, 20]))
    message = refusal(frame)
    assert message.startswith("2 expectation answers are off the scale 1-7.")
    assert "E1 row 10: 8" in message
    assert "not_applicable=" in message
    assert "np." not in message
    assert "1 perception answers are off the scale 1-7. First of each column: P2 row 2: 99" in (
        refusal(answers(P2=[6, 4, 99]))
    )


def test_five_columns_off_the_scale_are_named():
    frame = pd.DataFrame(
        {f"P{i}": [1.0, 7.5] for i in range(1, 8)},
        index=pd.MultiIndex.from_product([["a"], [1, 2]]),
    )
    six = sq.Instrument(
        name="seven",
        scale=(1, 7),
        dimensions={"a": [f"{i}" for i in range(1, 8)]},
        roles=("perception",),
    )
    message = refusal(frame, six)
    assert "7 perception answers" in message
    assert "P1 row ('a', 2): 7.5;" in message
    assert "P5 row" in message
    assert "P6 row" not in message
    assert "and 2 more columns" in message


@pytest.mark.parametrize("ends", [(1, 7), (1.0, 7.0)])
def test_the_ends_of_the_scale_and_what_lies_between_are_answers(ends):
    low, high = ends
    assert listed(bind(answers(E1=[low, high, 4.25])), "expectation")[0] == [1, 7, 4.25]


@pytest.mark.parametrize("off", [0.999, 7.001, -1, 0, 8, 1e308, -5e-324, 5e-324, 2**62])
def test_just_off_the_scale(off):
    assert "1 expectation answers are off the scale 1-7" in refusal(answers(E1=[off, 6, 6]))


def test_each_role_has_its_scale():
    instrument = sq.Instrument(
        name="own",
        scale=(1, 7),
        dimensions={"care": ("1", "2")},
        roles=("expectation", "perception", "importance"),
        role_scales={"importance": (0, 10)},
    )
    frame = answers(I1=[0, 5, 10], I2=[1, 1, 1])
    assert listed(bind(frame, instrument), "importance") == [[0, 5, 10], [1, 1, 1]]
    assert "1 importance answers are off the scale 0-10" in refusal(
        frame.assign(I1=[0, 5, 11]), instrument
    )
    assert "1 perception answers are off the scale 1-7" in refusal(
        frame.assign(P1=[0, 5, 7]), instrument
    )


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        (["agree", "disagree", "agree"], ["text", "2 distinct labels: 'agree', 'disagree'"]),
        (["5", "6", "6"], ["text", "2 distinct labels: '5', '6'"]),
        ([True, False, True], ["booleans"]),
        ([5.0, np.inf, 6.0], ["1 infinite values", "row 1"]),
        (pd.to_datetime(["2026-01-01"] * 3), ["Datetime"]),
        (pd.Series([[5], 6, 6], dtype=object), ["list"]),
    ],
)
def test_what_is_no_answer_is_refused(values, parts):
    message = refusal(answers(E1=values))
    assert "Column 'E1'" in message
    for part in parts:
        assert part in message


def test_an_item_without_answers_is_refused():
    message = refusal(answers(E2=[NAN] * 3, E1=[None] * 3))
    assert "2 expectation columns hold no answer at all: 'E1', 'E2'" in message
    assert "not_asked=" in message
    assert "1 perception columns hold no answer at all: 'P1'" in refusal(
        answers(P1=[9, NAN, 9]), not_applicable=9
    )


def test_one_row_is_enough():
    responses = bind(answers().head(1))
    assert len(responses) == 1
    assert responses.to_frame()["answered"].tolist() == [2, 2]


# Missing and not applicable


def test_missing_and_not_applicable_are_counted_apart():
    frame = answers(E1=[99, NAN, 5], P1=[5.0, NAN, NAN], P2=[-1, 99, 3])
    responses = bind(frame, not_applicable=(99, -1))
    assert (responses.n_missing("expectation"), responses.n_not_applicable("expectation")) == (1, 1)
    assert (responses.n_missing("perception"), responses.n_not_applicable("perception")) == (2, 2)
    np.testing.assert_array_equal(responses.answers["perception"], [[5, NAN, NAN], [NAN, NAN, 3]])
    counted = responses.to_frame().set_index("role")
    assert counted.loc["expectation"].tolist() == ["E1...E2", 4, 1, 1]
    assert counted.loc["perception"].tolist() == ["P1...P2", 2, 2, 2]
    assert responses.not_applicable["perception"][1].tolist() == [True, True, False]
    assert responses.not_applicable["perception"][0] is None


def test_without_not_applicable_answers_there_is_no_mask():
    assert dict(bind(not_applicable=(99, "N/A")).not_applicable) == {}
    assert bind().n_not_applicable("perception") == 0


@pytest.mark.parametrize("library", there(pd, pl, pa))
def test_labels_that_do_not_apply_in_columns_of_text(library):
    columns = {**ANSWERS, "E1": ["7", "N/A", ""], "E2": ["6", "6", "4"]}
    frame = pa.table(columns) if library is pa else library.DataFrame(columns)
    responses = bind(frame, not_applicable="N/A")
    np.testing.assert_array_equal(responses.answers["expectation"], [[7, NAN, NAN], [6, 6, 4]])
    assert (responses.n_missing("expectation"), responses.n_not_applicable("expectation")) == (1, 1)


@pytest.mark.parametrize("code", [7, 1, 4.0, np.int8(3), "5", " 5.0 "])
def test_a_code_on_the_scale_is_refused(code):
    message = refusal(not_applicable=(99, code))
    assert f"not_applicable names {str(code).strip().removesuffix('.0')}" in message
    assert "answer on the expectation scale 1-7" in message


@pytest.mark.parametrize("code", [0, 8, -1, 7.01, 99, "0", "don't know"])
def test_a_code_off_the_scale_is_none_of_the_answers(code):
    responses = bind(not_applicable=code)
    assert listed(responses, "expectation") == listed(bind(), "expectation")


@pytest.mark.parametrize("code", [NAN, None, True, ""])
def test_what_can_be_no_code_is_refused(code):
    assert "not_applicable holds" in refusal(not_applicable=(99, code))


def test_missing_answers_can_be_refused():
    frame = answers(P1=[NAN, 6, 3], P2=[6, NAN, 99])
    message = refusal(frame, missing="raise", not_applicable=99)
    assert message.startswith("2 perception answers are missing")
    assert "missing='available'" in message
    assert bind(missing="raise").missing == "raise"
    responses = bind(answers(P2=[6, 4, 99]), missing="raise", not_applicable=99)
    assert responses.n_not_applicable("perception") == 1


# Items that were not asked


@pytest.mark.parametrize("not_asked", ["2", ("2",), ["2"], 2, (2,)])
def test_items_that_were_not_asked(not_asked):
    responses = bind(answers()[["E1", "P1"]], not_asked=not_asked)
    assert responses.instrument.items == ("1",)
    assert responses.not_asked == ("2",)
    assert responses.columns == {"expectation": ("E1",), "perception": ("P1",)}
    assert responses.notes() == ("Not asked: 2.",)


def test_an_id_of_two_digits_is_not_two_items():
    wide = sq.Instrument(name="w", scale=(1, 7), dimensions={"a": ("1", "2", "12")})
    assert bind(instrument=wide, not_asked="12").instrument.items == ("1", "2")


def test_a_dimension_of_which_nothing_was_asked():
    pair = sq.Instrument(name="p", scale=(1, 7), dimensions={"care": ("1", "2"), "fun": ("3",)})
    responses = bind(instrument=pair, not_asked="3")
    assert list(responses.instrument.dimensions) == ["care"]
    assert responses.notes() == ("Not asked: 3.",)
    assert list(pair.dimensions) == ["care", "fun"]


def test_items_not_asked_must_exist_and_some_must_stay():
    with pytest.raises(sq.InstrumentError, match="'duo' has no item '3'"):
        bind(not_asked="3")
    with pytest.raises(sq.InstrumentError, match="no item left"):
        bind(not_asked=("1", "2"))


# Reverse-keyed items


def reversed_item(values, scale, **more):
    instrument = sq.Instrument(
        name="r",
        scale=scale,
        dimensions={"a": ("1",), "b": ("2",)},
        roles=("perception",),
        reverse=("1",),
    )
    frame = pd.DataFrame({"P1": values, "P2": [scale[1]] * len(values)})
    return bind(frame, instrument, **more)


@pytest.mark.parametrize(
    "kind", ["int8", "uint8", "int16", "int64", "uint64", "float32", "float64", "Int64", object]
)
@pytest.mark.parametrize("scale", [(1, 7), (0, 10), (-3, 3), (-5, 2), (0, 100), (-100, 200)])
def test_recoding_is_low_plus_high_minus_answer(kind, scale):
    low, high = scale
    info = np.iinfo(kind) if kind in ("int8", "uint8") else np.iinfo(np.int16)
    start = max(low, 0 if str(kind).startswith("uint") else info.min)
    values = list(range(start, min(high, info.max) + 1))
    responses = reversed_item(pd.array(values, dtype=kind), scale)
    assert listed(responses, "perception")[0] == [low + high - value for value in values]
    assert listed(responses, "perception")[1] == [high] * len(values)
    assert responses.recoded == ("1",)
    assert responses.notes() == ("Reverse-keyed items recoded (low + high - answer): 1.",)


def test_blanks_and_fractions_are_recoded_too():
    responses = reversed_item([1.5, NAN, 99.0], (1, 7), not_applicable=99)
    np.testing.assert_array_equal(responses.answers["perception"][0], [6.5, NAN, NAN])
    assert (responses.n_missing("perception"), responses.n_not_applicable("perception")) == (1, 1)


def test_recoded_answers_are_left_as_they_are_on_request():
    responses = reversed_item([1, 7, 3], (1, 7), reverse=False)
    assert listed(responses, "perception")[0] == [1, 7, 3]
    assert responses.recoded == ()
    assert responses.notes() == ()


def test_each_rated_role_is_recoded_on_its_own_scale_but_importance_is_not():
    roles = ("expectation", "perception", "minimum", "importance", "points", "ideal", "comparison")
    instrument = sq.Instrument(
        name="all",
        scale=(1, 7),
        dimensions={"care": ("1", "2")},
        roles=roles,
        reverse=("1",),
        role_scales={"comparison": (-3, 3), "importance": (0, 10)},
    )
    patterns = {role: f"{role[:2]}{{}}" for role in roles}
    columns = {f"{role[:2]}{item}": [1, 3] for role in roles for item in "12"}
    frame = pd.DataFrame({**columns, "pocare": [100, 100]})
    responses = bind(frame, instrument, **patterns)
    recoded = {role: listed(responses, role)[0] for role in roles}
    assert recoded.pop("comparison") == [-1, -3]
    assert recoded.pop("importance") == [1, 3]
    assert recoded.pop("points") == [100, 100]
    assert set(map(tuple, recoded.values())) == {(7, 5)}
    assert all(listed(responses, role)[1] == [1, 3] for role in roles if role != "points")


def clean_survey(rng, reverse, n=60):
    """Answers that agree with one another, with reverse-keyed items as they were asked."""
    keyed = sq.Instrument(
        name="keyed",
        scale=(1, 7),
        dimensions={"care": ("1", "2", "3"), "speed": ("4", "5", "6")},
        reverse=reverse,
    )
    columns = {}
    for role in "EP":
        opinion = rng.normal(4, 1.2, n)
        for item in keyed.items:
            answer = np.clip(np.rint(opinion + rng.normal(0, 0.6, n)), 1, 7)
            columns[f"{role}{item}"] = 8 - answer if item in reverse else answer
    return keyed, pd.DataFrame(columns)


def test_clean_data_are_not_warned_of(rng):
    keyed, frame = clean_survey(rng, ("2", "4", "5", "6"))
    assert bind(frame, keyed).recoded == ("2", "4", "5", "6")


def test_an_item_that_runs_against_its_dimension_is_warned_of(rng):
    keyed, frame = clean_survey(rng, ("2", "5"))
    frame["P2"] = 8 - frame["P2"]
    with pytest.warns(AdmissibilityWarning) as caught:
        bind(frame, keyed)
    assert len(caught) == 1
    message = str(caught[0].message)
    assert message.startswith("1 of 2 reverse-keyed perception items run against")
    assert "2 (r = -0." in message
    assert "5 (r" not in message
    assert "reverse=False" in message
    assert caught[0].filename == __file__


def test_whole_dimensions_that_were_recoded_before_are_warned_of(rng):
    keyed, frame = clean_survey(rng, ("4", "5", "6"))
    by_hand = frame.assign(
        **{f"{role}{item}": 8 - frame[f"{role}{item}"] for role in "EP" for item in "456"}
    )
    with pytest.warns(AdmissibilityWarning) as caught:
        bind(by_hand, keyed)
    assert [str(one.message)[:40] for one in caught] == [
        "3 of 3 reverse-keyed expectation items r",
        "3 of 3 reverse-keyed perception items ru",
    ]
    right = bind(by_hand, keyed, reverse=False)
    assert listed(right, "perception") == listed(bind(frame, keyed), "perception")


def test_the_hospital_survey_recoded_by_hand_is_warned_of():
    frame = sq.load_dataset("hospital")
    keyed = sq.load_instrument("servqual-1988")
    bound = bind(frame, keyed)
    assert bound.recoded == keyed.reverse
    names = [f"{role}{item}" for role in "EP" for item in keyed.reverse]
    by_hand = frame.assign(**{name: 8 - frame[name] for name in names})
    with pytest.warns(AdmissibilityWarning) as caught:
        bind(by_hand, keyed)
    messages = [str(one.message) for one in caught]
    assert [message.split(" items ")[0] for message in messages] == [
        "9 of 9 reverse-keyed expectation",
        "9 of 9 reverse-keyed perception",
    ]
    assert all("10 (r = -" in message and "and 4 more" in message for message in messages)
    unchanged = bind(by_hand, keyed, reverse=False)
    for role in ("expectation", "perception"):
        for one, other in zip(unchanged.answers[role], bound.answers[role], strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("rows", [1, 2])
def test_too_few_rows_say_nothing_about_keys(rng, rows):
    keyed, frame = clean_survey(rng, ("2",))
    frame["P2"] = 8 - frame["P2"]
    assert len(bind(frame.head(rows), keyed)) == rows


def test_constant_or_wholly_reversed_answers_say_nothing_about_keys(rng):
    keyed, frame = clean_survey(rng, ("2",))
    assert bind(frame.assign(P2=1, E2=1), keyed).recoded == ("2",)
    every, frame = clean_survey(rng, ("1", "2", "3", "4", "5", "6"))
    assert bind(8 - frame, every).recoded == every.items


# Points


def points(rows, **more):
    table = pd.DataFrame(rows, columns=["W_care", "W_speed", "W_fun"])
    frame = table.assign(P1=1, P2=2, P3=3)
    frame.index = pd.Index([f"r{i}" for i in range(len(frame))])
    return bind(frame, WEIGHED, points="W_{}", **more)


def allocations(responses):
    return np.array(responses.answers["points"]).T


def refused_points(rows, **more):
    with pytest.raises(ResponseError) as caught:
        points(rows, **more)
    return str(caught.value)


@pytest.mark.parametrize("kind", [np.float64, np.float32])
@pytest.mark.parametrize("policy", ["raise", "drop", "normalize"])
def test_points_that_sum_to_100_stay_as_they_are(policy, kind):
    rows = np.array(
        [[33.3, 33.3, 33.4], [100, 0, 0], [66.69, 33.31, 0], [99.9, 0.1, 0]], dtype=kind
    )
    responses = points(rows, points_policy=policy)
    np.testing.assert_array_equal(allocations(responses), rows.astype(np.float64))
    assert (responses.points_set_aside, responses.points_normalized) == ((), 0)
    assert responses.notes() == ()


ROWS = [[50, 30, 20], [50, 30, 30], [0, 0, 0], [10, 10, 5], [NAN, NAN, NAN]]


def test_points_that_do_not_sum_to_100_are_refused_with_their_rows():
    message = refused_points(ROWS)
    assert message.startswith("The points of 3 respondents do not sum to 100: ")
    assert "row 'r1': 110; row 'r2': 0; row 'r3': 25." in message
    assert "points_policy='drop'" in message
    assert "'normalize'" in message
    many = refused_points([[1, 1, 1]] * 7)
    assert "of 7 respondents" in many
    assert many.count("row 'r") == 5
    assert "; ..." in many
    assert "row 'r0': 99.99." in refused_points([[33.33, 33.33, 33.33]])


def test_points_that_do_not_sum_to_100_are_set_aside():
    responses = points(ROWS, points_policy="drop")
    np.testing.assert_array_equal(allocations(responses), [[50, 30, 20], *[[NAN] * 3] * 4])
    assert responses.points_set_aside == (1, 2, 3)
    assert responses.points_normalized == 0
    assert responses.notes() == ("3 allocations of points set aside: they do not sum to 100.",)
    counted = responses.to_frame().set_index("role").loc["points"]
    assert counted[["answered", "missing", "not_applicable"]].tolist() == [12, 3, 0]


def test_points_that_do_not_sum_to_100_are_rescaled():
    responses = points(ROWS, points_policy="normalize")
    read = allocations(responses)
    np.testing.assert_array_equal(read[0], [50, 30, 20])
    np.testing.assert_allclose(read[1], np.array([50, 30, 30]) / 1.1, rtol=1e-15)
    np.testing.assert_array_equal(read[[2, 4]], [[NAN] * 3] * 2)
    np.testing.assert_allclose(read[3], [40, 40, 20], rtol=1e-15)
    assert responses.points_set_aside == (2,)
    assert responses.points_normalized == 2
    assert responses.notes() == (
        "1 allocations of points set aside: they do not sum to 100.",
        "2 allocations of points rescaled to sum to 100.",
    )


def test_the_smallest_points_can_be_rescaled():
    responses = points([[5e-324, 0, 0], [50, 30, 20]], points_policy="normalize")
    np.testing.assert_array_equal(allocations(responses), [[100, 0, 0], [50, 30, 20]])


def test_negative_points_are_refused_under_every_policy():
    for policy in ("raise", "drop", "normalize"):
        message = refused_points([[50, 30, 20], [120, -20, 0], [NAN, -1, 0]], points_policy=policy)
        assert "2 respondents gave negative points, the first in row 'r1'" in message


def test_blank_points_are_missing():
    responses = points([[50, 30, 20], [NAN, NAN, NAN], [50, NAN, 50]])
    assert responses.n_missing("points") == 4
    assert np.isnan(allocations(responses)).sum() == 4
    assert responses.points_set_aside == ()


def test_points_set_aside_are_not_missing():
    rows = [[50, 30, 20], [1, 1, 1]]
    assert points(rows, points_policy="drop", missing="raise").n_missing("points") == 0
    assert "1 points answers are missing" in refused_points(
        [[50, 30, 20], [NAN, 50, 50]], missing="raise"
    )


def test_a_code_for_ratings_is_a_number_among_points():
    rows = [[0, 99, 1], [50, 50, 0]]
    responses = points(rows, not_applicable=(0, 99))
    np.testing.assert_array_equal(allocations(responses), rows)
    assert "points" not in responses.not_applicable
    asked = points([[50, 30, 20], [-9, -9, -9]], not_applicable=(0, -9))
    assert (asked.n_not_applicable("points"), asked.n_missing("points")) == (3, 0)


# Sampling weights


@pytest.mark.parametrize(
    "weights",
    [
        [1, 0, 2.5],
        np.array([1, 0, 2.5], dtype=np.float32),
        (Decimal(1), 0, 2.5),
        pd.Series([1, 0, 2.5]),
        pd.Series([1, 0, 2.5], dtype="Float64"),
        *([pl.Series([1.0, 0.0, 2.5])] if pl else []),
        *([pa.array([1.0, 0.0, 2.5])] if pa else []),
        "w",
    ],
)
def test_sampling_weights_as_people_give_them(weights):
    responses = bind(answers(w=[1, 0, 2.5]), weights=weights)
    assert responses.weights.tolist() == [1, 0, 2.5]
    assert responses.weights.dtype == np.float64
    assert not responses.weights.flags.writeable


@pytest.mark.parametrize(
    ("weights", "parts"),
    [
        ([1, -1, -2], ["2 sampling weights are negative", "row 'b'"]),
        ([1, 2, NAN], ["1 sampling weights are missing or infinite", "row 'c'"]),
        ([np.inf, 2, 1], ["1 sampling weights are missing or infinite", "row 'a'"]),
        (pd.Series([1, None, 2], dtype="Int64", index=list("abc")), ["missing", "row 'b'"]),
        ([0, 0, 0], ["All sampling weights are zero"]),
        ([1, 2], ["one number for each of the 3 rows", "(2,)"]),
        (np.ones((3, 1)), ["(3, 1)"]),
        (2.0, ["shape ()"]),
        (["1", "2", "3"], ["weights must be numbers"]),
        ([1, "x", None], ["weights must be numbers"]),
        ([1j, 2, 3], ["weights must be numbers, not complex"]),
        (pd.to_datetime(["2026-01-01"] * 3), ["weights must be numbers, not datetime"]),
        ("weight", ["1 weight columns are missing", "'weight'", "Did you mean 'weights'"]),
        ("text", ["Column 'text' holds text"]),
        ("blank", ["1 sampling weights are missing or infinite", "row 'b'"]),
        (pd.Series([1, 2, 3]), ["index is not that of the frame", "to_numpy()"]),
        (pd.Series([1, 2, 3], index=list("cba")), ["index is not that of the frame"]),
    ],
)
def test_sampling_weights_that_are_refused(weights, parts):
    frame = answers(weights=[1, 2, 3], text=list("xyz"), blank=[1, NAN, 2])
    frame.index = list("abc")
    message = refusal(frame, weights=weights)
    for part in parts:
        assert part in message


def test_a_series_of_weights_must_have_the_frames_index():
    frame = answers().set_index(pd.Index([3, 1, 2]))
    weights = pd.Series([1.0, 2.0, 3.0], index=[3, 1, 2])
    assert bind(frame, weights=weights).weights.tolist() == [1, 2, 3]


# Nothing is changed


def test_the_frame_is_not_changed():
    keyed = sq.Instrument(
        name="k", scale=(1, 7), dimensions={"a": ("1", "2")}, roles=("perception",), reverse=("2",)
    )
    frame = pd.DataFrame(
        {"P1": [1, 2, 99, 4], "P2": pd.array([7, 6, 5, None], dtype="Int64"), 3: list("abcd")},
        index=pd.Index([4, 4, 2, 1], name="who"),
    )
    frame.attrs["source"] = {"here": 1}
    before = frame.copy(deep=True)
    responses = bind(frame, keyed, not_applicable=99, weights=[1, 2, 3, 4])
    repr(responses)
    responses._repr_html_()
    pd.testing.assert_frame_equal(frame, before)
    assert frame.attrs == {"source": {"here": 1}}
    assert frame.columns.tolist() == ["P1", "P2", 3]


def test_later_changes_do_not_arrive():
    frame, weights = answers(), np.array([1.0, 2.0, 3.0])
    responses = bind(frame, weights=weights)
    frame.loc[0, "E1"] = 1
    frame["P1"] = 1
    weights[0] = 9
    assert listed(responses, "expectation")[0] == [7, 6, 5]
    assert listed(responses, "perception")[0] == [5, 6, 3]
    assert responses.weights.tolist() == [1, 2, 3]


def test_nothing_that_is_held_can_be_written():
    responses = points(ROWS, points_policy="drop", not_applicable=("N/A",))
    keyed = reversed_item([1.0, NAN, 99], (1, 7), not_applicable=99)
    held = [
        *responses.answers["points"],
        *responses.answers["perception"],
        *keyed.answers["perception"],
        keyed.not_applicable["perception"][0],
        *bind().answers["expectation"],
    ]
    for column in held:
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 1
    with pytest.raises(TypeError, match="item assignment"):
        responses.answers["points"] = ()


# Three libraries, equality, display


@pytest.mark.parametrize("library", there(pl, pa))
def test_libraries_give_equal_responses(library):
    columns = {**ANSWERS, "P2": [6.0, None, 99.0], "w": [1, 2, 3]}
    frame = pa.table(columns) if library is pa else library.DataFrame(columns)
    one = bind(frame, not_applicable=99, weights="w")
    assert one == bind(pd.DataFrame(columns), not_applicable=99, weights="w")
    assert one != bind(pd.DataFrame(columns), not_applicable=99)
    assert one.to_frame().equals(bind(pd.DataFrame(columns), not_applicable=99).to_frame())


@pytest.mark.parametrize(
    "changed",
    [
        {"missing": "available"},
        {"weights": [1, 1, 1]},
        {"expectation": None},
        {"not_asked": "2"},
        {"expectation": "P{}", "perception": "E{}"},
    ],
)
def test_equality_notices_how_answers_were_bound(changed):
    assert bind(**changed) == bind(**changed)
    assert bind(**changed) != bind()
    assert bind(answers(E1=[7, 6, 4])) != bind()


@pytest.mark.parametrize("library", there(pd, pl))
def test_a_pickle_or_copy_is_equal_and_scores_the_same(library):
    one = bind(library.DataFrame({**ANSWERS, "P1": [5, None, 99]}), not_applicable=99)
    for again in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one), copy.copy(one)):
        assert again == one
        assert repr(again) == repr(one)
        with pytest.raises(ValueError, match="read-only"):
            again.answers["perception"][0][0] = 1


def test_the_row_index_is_kept():
    index = pd.MultiIndex.from_tuples([("a", 1), ("a", 1), ("b", 2)], names=["branch", "wave"])
    responses = bind(answers().set_index(index))
    assert responses.frame.index.equals(index)
    assert sq.gap_scores(responses).dimensions.index.equals(index)


HOSTILE = "<img src=x onerror=alert(1)> {0} %s"


def test_hostile_names_and_labels_do_no_harm():
    instrument = sq.Instrument(
        name=HOSTILE, scale=(1, 7), dimensions={"care": ("1", "2")}, title=HOSTILE
    )
    names = {"1": HOSTILE, "2": '"><b>'}
    frame = answers().rename(columns={"E1": HOSTILE, "E2": '"><b>'})
    responses = bind(frame, instrument, expectation=names)
    page = responses._repr_html_()
    assert "<img" not in page
    assert '"><b>' not in page
    assert HOSTILE in repr(responses)
    assert HOSTILE in responses.title("zh")


def test_it_shows_itself_in_two_languages():
    responses = bind(answers(E1=[7, NAN, 5]))
    assert "expectation (E1 ... E2)" in responses.title()
    assert "期望" in responses.title("zh")
    assert "期望" not in responses.title()
    for language in ("en", "zh"):
        assert "n = 3" in responses.title(language)
    with pytest.raises(ValueError, match="language must be one of en, zh, not 'fr'"):
        responses.title("fr")
