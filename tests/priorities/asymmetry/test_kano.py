"""Kano questionnaires: every pair of answers, the symmetries of the table, the figures."""

import itertools
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

import servqual as sq
from servqual.priorities.asymmetry.evaluation import KANO_TABLE, read_table
from servqual.priorities.asymmetry.kano import COUNTED, kano_analysis
from tests.helpers import optional, there

PAIRS = list(itertools.product(range(1, 6), repeat=2))
answer = st.integers(1, 5)
some_pairs = st.lists(st.tuples(answer, answer), min_size=1, max_size=40)


def category(functional, dysfunctional):
    """What two answers mean, in words rather than by the table."""
    if functional == dysfunctional and functional in (1, 5):
        return "questionable"
    if functional == 5 or dysfunctional == 1:
        return "reverse"
    if functional == 1:
        return "one_dimensional" if dysfunctional == 5 else "attractive"
    return "must_be" if dysfunctional == 5 else "indifferent"


def of_pairs(pairs, **options):
    frame = pd.DataFrame(pairs, columns=["F1", "D1"])
    return kano_analysis(frame, **options)


def row(pairs, **options):
    return of_pairs(pairs, **options).to_frame().iloc[0]


@pytest.mark.parametrize("pair", PAIRS)
def test_each_pair_of_answers(pair):
    found = row([pair])
    assert [name for name in COUNTED if found[name]] == [category(*pair)]
    assert found["category"] == category(*pair).replace("_", "-")
    assert found["n"] == 1


def test_all_pairs_together():
    found = row(PAIRS)
    assert found[list(COUNTED)].tolist() == [3, 1, 3, 9, 7, 2]
    assert (found["better"], found["worse"], found["asymmetry"]) == (4 / 16, -4 / 16, 0)
    assert found["category_strength"] == pytest.approx(2 / 25)
    assert found["total_strength"] == pytest.approx(7 / 25)
    assert found["fong"] == pytest.approx(2 / np.sqrt(16 * 34 / 50))
    assert found["mode_p_value"] == pytest.approx(binomtest(9, 16).pvalue)
    assert of_pairs(PAIRS).shares.iloc[0]["reverse"] == 7 / 25


@given(some_pairs)
@settings(max_examples=20)
def test_exchanging_the_questions_turns_features_round(pairs):
    one, other = row(pairs), row([pair[::-1] for pair in pairs])
    assert other["reverse"] == one[["attractive", "one_dimensional", "must_be"]].sum()
    assert one["reverse"] == other[["attractive", "one_dimensional", "must_be"]].sum()
    for kept in ("indifferent", "questionable"):
        assert one[kept] == other[kept]


@given(some_pairs)
@settings(max_examples=20)
def test_asking_of_the_absent_feature_exchanges_attractive_and_must_be(pairs):
    one, other = row(pairs), row([(6 - d, 6 - f) for f, d in pairs])
    assert (one["attractive"], one["must_be"]) == (other["must_be"], other["attractive"])
    for kept in ("one_dimensional", "indifferent", "reverse", "questionable", "p_value"):
        np.testing.assert_equal(one[kept], other[kept])
    pairs_of_ends = [
        *(("better", "worse"), ("better_ci_low", "worse_ci_high")),
        *(("better_ci_high", "worse_ci_low"), ("asymmetry", "asymmetry")),
        ("asymmetry_ci_low", "asymmetry_ci_high"),
    ]
    for a, b in pairs_of_ends:
        np.testing.assert_allclose(one[a], -other[b], atol=1e-12)


def test_figures_of_one_feature():
    counts = {(1, 3): 30, (1, 5): 20, (3, 5): 12, (3, 3): 25, (3, 1): 8, (1, 1): 5}
    found = row([pair for pair, many in counts.items() for _ in range(many)])
    better = binomtest(50, 87).proportion_ci(method="wilson")
    worse = binomtest(32, 87).proportion_ci(method="wilson")
    np.testing.assert_allclose(found[["better_ci_low", "better_ci_high"]].tolist(), better)
    np.testing.assert_allclose(found[["worse_ci_high", "worse_ci_low"]].tolist(), -np.array(worse))
    assert found["p_value"] == pytest.approx(binomtest(30, 42).pvalue)
    assert found["fong"] == pytest.approx(5 / np.sqrt(55 * 145 / 200))
    d = 18 / 89
    half = 1.959963985 * np.sqrt((43 / 89 - d**2) / 89)
    ends = found[["asymmetry_ci_low", "asymmetry_ci_high"]].tolist()
    np.testing.assert_allclose(ends, [d - half, d + half], rtol=1e-8)
    assert found["asymmetry"] == pytest.approx(18 / 87)
    assert found["category_strength"] == pytest.approx(0.05)


def test_several_features_share_one_family_of_tests():
    frame = pd.DataFrame({"F_a": [1] * 9 + [3], "D_a": [3] * 9 + [5]})
    frame = frame.assign(F_b=[1] * 8 + [3] * 2, D_b=[3] * 8 + [5] * 2, F_c=3, D_c=3)
    found = kano_analysis(frame, functional_columns="F_{}", dysfunctional_columns="D_{}")
    table = found.to_frame()
    p = [binomtest(9, 10).pvalue, binomtest(8, 10).pvalue]
    np.testing.assert_allclose(table["p_value"], [*p, np.nan])
    np.testing.assert_allclose(table["p_adjusted"], [2 * p[0], p[1], np.nan])
    assert "'c': neither attractive nor must-be answers, so no test of symmetry" in found.problems
    assert found.title().startswith("Kano analysis of 3 features: n = 10")
    assert len(found.notes("zh")) == len(found.notes())
    assert pickle.loads(pickle.dumps(found)) == found


def test_ties_are_named_or_decided_by_the_rule():
    pairs = [(1, 3), (3, 3), (3, 5), (5, 1)]
    assert row(pairs)["category"] == "attractive / must-be / indifferent / reverse"
    found = of_pairs(pairs, ties="rule")
    assert found.to_frame()["category"].tolist() == ["must-be"]
    assert "'1': several categories equally frequent" in found.problems
    assert row([(1, 3), (1, 5)], ties="rule")["category"] == "one-dimensional"


def test_other_codes_other_frames_same_answers(rng):
    frame = pd.DataFrame(rng.integers(1, 6, (40, 4)), columns=["F1", "F2", "D1", "D2"])
    expected = kano_analysis(frame).to_frame()
    there_, absent = frame[["F1", "F2"]], frame[["D1", "D2"]]
    two = kano_analysis(there_.set_axis(["1", "2"], axis=1), absent.set_axis(["1", "2"], axis=1))
    pd.testing.assert_frame_equal(two.to_frame(), expected)
    turned = kano_analysis(6 - frame, answers=(5, 4, 3, 2, 1))
    pd.testing.assert_frame_equal(turned.to_frame(), expected)
    words = ("like it", "must be", "neutral", "live with", "dislike it")
    texts = frame.replace(dict(enumerate(words, 1))).map(lambda text: f" {text}")
    pd.testing.assert_frame_equal(kano_analysis(texts, answers=words).to_frame(), expected)
    for library in there(optional("polars")):
        other = kano_analysis(library.DataFrame(frame.to_dict("list")))
        pd.testing.assert_frame_equal(other.to_frame(), expected)


def test_another_table_is_taken_at_its_word():
    kind = [list(line) for line in KANO_TABLE]
    kind[1][1] = kind[3][3] = "Q"
    found = of_pairs(PAIRS, table=kind)
    assert found.to_frame().iloc[0][["indifferent", "questionable"]].tolist() == [7, 4]
    assert found.evaluation.loc["must be", "must be"] == "Q"
    assert (read_table(found.evaluation) == read_table(kind)).all()


def test_missing_answers_are_counted_by_feature():
    frame = pd.DataFrame({"F1": [1, np.nan, 1], "D1": [3, 3, np.nan], "F2": [1.0, 1, 1], "D2": 5})
    with pytest.warns(sq.MissingResponseWarning, match="2 of 3 respondents left a question"):
        found = kano_analysis(frame).to_frame()
    assert found[["n", "n_missing"]].to_numpy().tolist() == [[1, 2], [3, 0]]
    texts = pd.DataFrame({"F1": ["a", pd.NA, " "], "D1": ["c", "c", "c"]})
    with pytest.warns(sq.MissingResponseWarning, match="2 of 3"):
        found = kano_analysis(texts, answers="abcde").to_frame()
    assert found["attractive"].tolist() == [1]


def test_texts_with_blanks_around_and_none_are_read():
    words = ("like", "must", "neutral", "live", "dislike")
    there = pd.DataFrame({"a": [" like ", "", "live", None, "like", pd.NA]}, dtype=object)
    absent = pd.DataFrame({"a": ["dislike", "like", "live", "like", "must", "like"]})
    with pytest.warns(sq.MissingResponseWarning, match="3 of 6"):
        row = kano_analysis(there, absent, answers=words).to_frame().iloc[0]
    counts = row[["n", "n_missing", "one_dimensional", "attractive", "indifferent"]]
    assert counts.tolist() == [3, 3, 1, 1, 1]


def test_nothing_worse_is_no_negative_zero():
    row = kano_analysis(pd.DataFrame({"F1": [3], "D1": [3]})).to_frame().iloc[0]
    assert not np.signbit([row["worse"], row["worse_ci_high"]]).any()


def test_a_question_without_its_mate_is_named():
    frame = pd.DataFrame({"F1": [1], "D1": [3], "F2": [1], "D3": [1], "age": [30]})
    found = kano_analysis(frame)
    assert found.to_frame()["feature"].tolist() == ["1"]
    assert found.problems[0] == "'F2', 'D3': no column of the other question, so left out"


def test_features_nobody_can_say_anything_of():
    frame = pd.DataFrame({"F1": [np.nan] * 30, "D1": 3, "F2": [5] * 30, "D2": [1] * 28 + [5] * 2})
    with pytest.warns(sq.MissingResponseWarning):
        found = kano_analysis(frame)
    table = found.to_frame()
    assert table["category"].tolist() == ["", "reverse"]
    missing = ["better", "worse_ci_low", "asymmetry_ci_low", "p_value"]
    assert table[missing].isna().all(axis=None)
    assert np.isnan(table["total_strength"].iloc[0])
    assert [problem.partition(":")[0] for problem in found.problems] == ["'1'", "'2'", "'2'", "'2'"]
    assert "more than 5 % questionable" in found.problems[2]
    assert np.isnan(found.shares["attractive"].iloc[0])


@pytest.mark.parametrize(
    ("functional", "dysfunctional", "options", "words"),
    [
        ({"F1": [1, 9]}, None, {}, "No feature has columns of both patterns 'F{}' and 'D{}'"),
        ({"F1": [1, 9], "D1": [1, 1]}, None, {}, r"'F1' holds answers .* none of the codes: 9"),
        ({"F1": ["x"], "D1": ["like"]}, None, {"answers": ("like", *"bcde")}, "codes: 'x'"),
        ({"F1": [1], "D1": [1]}, None, {"answers": (1, 2, 3, 4)}, "five different codes"),
        ({"F1": [1], "D1": [1]}, None, {"functional_columns": "F"}, r"must hold \{\} once"),
        ({"a": [1], "b": [1]}, {"a": [1]}, {}, "asked in one of the frames only: 'b'"),
        ({"a": [1, 2]}, {"a": [1]}, {}, "2 rows of functional and 1 of dysfunctional"),
        ({"F1": [np.nan], "D1": [1]}, None, {}, "No respondent answered both questions"),
        ({"F1": [1], "D1": [1]}, None, {"table": ["AOM"] * 5}, "five rows"),
        ({"F1": [1], "D1": [1]}, None, {"table": ["AOMXQ"] * 5}, "table holds 'X'"),
        ({"F1": [1], "D1": [1]}, None, {"table": 3}, "five rows of five letters, not 3"),
        ({"F1": [1], "D1": [1]}, None, {"dysfunctional_columns": "F{}"}, "question with itself"),
        ({"F1": [1], "D1": [1]}, None, {"ties": "first"}, "ties must be 'named' or 'rule'"),
        ({"F1": [1], "D1": [1]}, None, {"confidence": 95}, "confidence must lie between 0 and 1"),
    ],
)
def test_bad_input_is_refused(functional, dysfunctional, options, words):
    other = None if dysfunctional is None else pd.DataFrame(dysfunctional)
    with pytest.raises(ValueError, match=words):
        kano_analysis(pd.DataFrame(functional), other, **options)


def test_frames_of_other_respondents_are_refused():
    one = pd.DataFrame({"a": [1, 2]})
    with pytest.raises(sq.ResponseError, match="different indexes"):
        kano_analysis(one, one.set_axis([5, 6]))
