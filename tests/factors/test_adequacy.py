"""Sampling adequacy and sphericity."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import servqual as sq
from servqual.errors import AdmissibilityWarning, ModelError, ResponseError, SmallSampleWarning
from servqual.factors.adequacy import factorability
from servqual.moments import Moments
from tests.helpers import needs


def test_kmo_and_bartlett_are_those_of_psych(gaps, reference):
    expected = reference("kmo_bartlett_300")
    found = factorability(gaps)
    assert found.kmo == pytest.approx(expected["KMO"], abs=1e-10)
    np.testing.assert_allclose(found.kmo_items, list(expected["MSAi"].values()), atol=1e-10)
    assert list(found.kmo_items.index) == list(expected["MSAi"])
    assert found.bartlett.chi2 == pytest.approx(expected["bartlett"]["chisq"], abs=1e-8)
    assert found.bartlett.df == expected["bartlett"]["df"] == 231
    assert found.bartlett.p_value == pytest.approx(expected["bartlett"]["p.value"], rel=1e-6)
    assert found.problems == ()


def test_determinant_is_that_of_the_correlations(gaps):
    determinant = np.linalg.det(np.corrcoef(gaps.to_numpy().T))
    assert factorability(gaps).determinant == pytest.approx(determinant, rel=1e-10)


def test_holzinger_swineford(reference):
    by_r = reference("factors")["holzinger"]
    names = [f"x{i}" for i in range(1, 10)]
    moments = Moments.from_matrix(by_r["correlation"], by_r["n"], names=names)
    assert factorability(moments).kmo == pytest.approx(by_r["KMO"], abs=1e-10)


@settings(max_examples=20)
@given(st.integers(0, 1000), st.floats(0.01, 100))
def test_order_and_scale_of_items_change_nothing(seed, factor):
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(60, 5)) + rng.normal(size=(60, 1))
    first = factorability(pd.DataFrame(rows, columns=list("abcde")))
    order = rng.permutation(5)
    moved = pd.DataFrame(rows[:, order] * factor + 3, columns=np.array(list("abcde"))[order])
    other = factorability(moved)
    assert other.kmo == pytest.approx(first.kmo, abs=1e-9)
    np.testing.assert_allclose(other.kmo_items[list("abcde")], first.kmo_items, atol=1e-9)
    assert 0 < first.kmo < 1


def test_two_items_always_have_a_kmo_of_half():
    matrix = [[1, 0.4], [0.4, 1]]
    assert factorability(Moments.from_matrix(matrix, 50, names=["a", "b"])).kmo == 0.5


def test_frame_has_a_row_for_each_item_and_the_scale(gaps, dimensions):
    found = factorability(gaps, dimensions=dimensions)
    frame = found.to_frame()
    assert list(frame["item"]) == [*gaps.columns, ""]
    assert frame["dimension"].iloc[-1] == "(scale)"
    assert frame["kmo"].iloc[-1] == found.kmo
    assert frame["chi2"].iloc[:-1].isna().all()
    assert frame["p_value"].iloc[-1] == found.bartlett.p_value


def test_display_never_shows_a_rounded_zero(gaps):
    text = repr(factorability(gaps))
    assert "p < .001" in text
    assert "Determinant of the correlations: 6." in text
    assert "0.000" not in text


def test_polars_pickle_and_equality(gaps):
    found = factorability(gaps)
    assert factorability(needs("polars").from_pandas(gaps)) == found
    assert pickle.loads(pickle.dumps(found)) == found
    assert factorability(gaps.iloc[:-1]) != found


def test_scores_know_their_instrument():
    frame = sq.load_dataset("bank").dropna()
    about = sq.load_instrument(frame.attrs["instrument"])
    scores = sq.gap_scores(sq.Responses.from_frame(frame, about, **frame.attrs["bind"]))
    found = factorability(scores)
    assert "22 gaps of SERVQUAL" in found.title()
    assert factorability(scores, of="perception").kmo != found.kmo
    assert found.to_frame()["dimension"].nunique() == 6


def test_constant_item_is_nan_and_the_others_are_computed(gaps):
    frame = gaps.assign(G3=1.0)
    with pytest.warns(AdmissibilityWarning, match="1 of 22 items have no variance.*'G3'"):
        found = factorability(frame)
    assert np.isnan(found.kmo_items["G3"])
    assert found.kmo == factorability(gaps.drop(columns="G3")).kmo
    assert found.bartlett.df == 210
    assert "'G3'" in found.problems[0]


def test_identical_items_are_named_and_nothing_looks_fine(gaps):
    with pytest.warns(AdmissibilityWarning, match="singular.*'G1 = G2' up to a change of scale"):
        found = factorability(gaps.assign(G2=gaps["G1"] * 2 + 1))
    assert np.isnan(found.kmo)
    assert found.kmo_items.isna().all()
    assert np.isnan(found.bartlett.chi2)
    assert found.determinant == 0
    assert "'G1 = G2'" in found.problems[0]
    assert "singular" in found.problems[1]


def test_sum_of_items_is_named_as_singular(gaps):
    with pytest.warns(AdmissibilityWarning, match=r"combination of others\)"):
        found = factorability(gaps.assign(G2=gaps["G1"] + gaps["G3"]))
    assert "an item is a combination of others" in found.problems[0]


@pytest.mark.parametrize("n", [3, 22])
def test_fewer_respondents_than_items(gaps, n):
    few = gaps.iloc[:n, :].copy()
    if n == 3:
        few = few.loc[:, few.nunique() > 1]
    with pytest.warns(SmallSampleWarning, match="too few"):
        found = factorability(few)
    assert np.isnan(found.kmo)
    assert f"{n} respondents are too few" in found.problems[-1]


def test_what_cannot_be_computed_at_all_is_refused(gaps):
    with pytest.raises(ModelError, match="at least three respondents; there are 2"):
        factorability(gaps.iloc[:2])
    with pytest.raises(ModelError, match="At least two items must vary; 1 of 2"):
        factorability(gaps[["G1", "G2"]].assign(G1=2.0))
    with pytest.raises(ResponseError, match="'G99'"):
        factorability(gaps, dimensions={"a": ["G1", "G99"]})
