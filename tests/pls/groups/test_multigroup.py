"""Permutation tests of path models in groups, beside fits of the groups by hand."""

import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from servqual.errors import AdmissibilityWarning, ConvergenceError, ModelError
from servqual.pls.groups.multigroup import compare_pls_groups, share_beyond
from servqual.pls.groups.permutations import Pair, pairs_of, read_groups
from servqual.pls.path_model import fit_pls
from tests.pls.conftest import BLOCKS, text_of

SMALL = {name: BLOCKS[name] for name in ("REL", "SAT", "LOY")}
CHAIN = {"SAT": ["REL"], "LOY": ["REL", "SAT"]}
TEXT = text_of(SMALL, CHAIN)


def compare(result, data, by, n_permutations=99, seed=1, **options):
    return compare_pls_groups(result, data, by, n_permutations, seed, progress=False, **options)


@pytest.fixture(scope="module")
def surveyed(gaps):
    return gaps.assign(branch=np.repeat(["south", "north", "east"], [100, 120, 80]))


@pytest.fixture(scope="module")
def small(surveyed):
    return fit_pls(TEXT, surveyed)


@pytest.fixture(scope="module")
def compared(small, surveyed):
    return compare(small, surveyed, "branch", of=["path", "indirect", "r2"])


def test_estimates_are_those_of_the_groups_alone(compared, surveyed):
    frame = compared.to_frame()
    assert compared.sizes == (("east", 80), ("north", 120), ("south", 100))
    assert list(zip(frame["group"], frame["other_group"], strict=True))[::6] == [
        ("east", "north"),
        ("east", "south"),
        ("north", "south"),
    ]
    alone = {name: fit_pls(TEXT, part) for name, part in surveyed.groupby("branch")}
    for (one, other), part in frame.groupby(["group", "other_group"]):
        for column, name in (("estimate", one), ("other_estimate", other)):
            paths, r2 = alone[name].paths["estimate"], alone[name].r_squared["r2"]
            hand = [*paths, paths[0] * paths[2], *r2]
            np.testing.assert_allclose(part[column], hand, atol=1e-9)
    np.testing.assert_allclose(
        frame["group_difference"], frame["estimate"] - frame["other_estimate"]
    )


@pytest.mark.parametrize("weighted", [False, True])
def test_p_values_are_of_fits_to_shuffled_groups(surveyed, weighted):
    frame = surveyed.iloc[70:130].reset_index(drop=True)
    weights = np.linspace(0.5, 2, 60) if weighted else None
    result = fit_pls(TEXT, frame, weights=weights)
    found = compare(result, frame, "branch", 19).to_frame()
    (pair,) = pairs_of(result, read_groups(result, frame, "branch"), seed=1)
    (draws,) = pair.permuted(19)
    assert draws.shape == (19, 60)
    assert (draws.sum(axis=1) == 30).all()

    def paths(which):
        own = None if weights is None else weights[which]
        return fit_pls(TEXT, frame[which], weights=own).paths["estimate"].to_numpy()

    beyond = np.ones(3)
    for inside in draws == 1:
        beyond += np.abs(paths(inside) - paths(~inside)) >= np.abs(found["group_difference"])
    assert 0.05 < found["p_value"].min() < found["p_value"].max()
    np.testing.assert_allclose(found["p_value"], beyond / 20)
    assert found["p_adjusted"].tolist() == found["p_value"].tolist()


def test_equal_differences_count_whatever_their_last_digit():
    draws = np.array([[0.1 + 0.2, -0.3], [0.29, np.nan], [-0.31, 0.2]])
    found = share_beyond(np.array([0.3, 0.3]), draws)
    assert found.tolist() == [3 / 4, 2 / 3]
    assert share_beyond(np.array([-(0.1 + 0.2)]), np.array([[0.3]])).tolist() == [1.0]


def test_holm_is_over_pairs_of_groups(compared):
    frame = compared.to_frame()
    for _, rows in frame.groupby(["kind", "lhs", "rhs"]):
        p = rows["p_value"].sort_values()
        hand = np.minimum(np.maximum.accumulate(p * [3, 2, 1]), 1)
        np.testing.assert_allclose(rows.loc[p.index, "p_adjusted"], hand)


@given(items=st.permutations(SMALL["SAT"]), names=st.sampled_from(["ab", "ba"]))
@settings(max_examples=4)
def test_names_and_order_do_not_matter(items, names, surveyed):
    frame = surveyed.iloc[70:130].reset_index(drop=True)
    first, second = (
        compare(fit_pls(text, frame), frame, by, 39)
        for text, by in (
            (TEXT, "branch"),
            (
                text_of({**SMALL, "SAT": items}, CHAIN),
                frame["branch"].map(dict(zip(["north", "south"], names, strict=True))),
            ),
        )
    )
    turn = 1 if names == "ab" else -1
    found, again = first.to_frame(), second.to_frame()
    np.testing.assert_allclose(
        found["group_difference"], turn * again["group_difference"], atol=1e-8
    )
    if turn == 1:
        np.testing.assert_allclose(found["p_value"], again["p_value"])


def test_a_real_difference_is_found_and_the_rest_is_not(rng):
    n = 200
    quality, satisfaction, other = rng.normal(size=(3, n))
    new = np.arange(n) < 80
    # Standardised paths presume equal variances.
    satisfaction = np.where(new, 0.8 * quality + 0.6 * satisfaction, satisfaction)
    frame = pd.DataFrame({"Q": quality, "S": satisfaction, "L": other + 0.5 * satisfaction})
    result = fit_pls("S ~ Q; L ~ S", frame)
    found = compare(result, frame, new, 199).to_frame().set_index("lhs")
    assert found.loc["S", "p_value"] == 1 / 200
    assert found.loc["S", "group_difference"] < -0.4
    assert (found.loc["S", "group"], found.loc["S", "other_group"]) == ("False", "True")
    assert found.loc["L", "p_value"] > 0.05


def test_one_seed_is_one_answer(compared, small, surveyed):
    assert compare(small, surveyed, "branch", of=["path", "indirect", "r2"]) == compared
    other = compare(small, surveyed, "branch", seed=2).to_frame()
    assert other["p_value"].tolist() != compared.to_frame()["p_value"].tolist()


def test_groups_without_a_solution(surveyed):
    frame = surveyed.iloc[70:130].reset_index(drop=True).astype({"G5": float})
    frame.loc[:29, "G5"] = 0
    result = fit_pls(TEXT, frame)
    with pytest.raises(ModelError, match="no solution in the group 'south': a column does not"):
        compare(result, frame, "branch")
    others = frame[["G6", "G7", "G8", "G9"]].sum(axis=1)
    frame["G5"] = 0.0
    frame.loc[[others[:30].idxmax(), others[30:].idxmax()], "G5"] = 1
    with pytest.warns(AdmissibilityWarning, match=r"In \d\d permutations a group has no solution"):
        found = compare(fit_pls(TEXT, frame), frame, "branch")
    assert 20 < found.n_failed < 80
    kept = 99 - found.n_failed + 1
    shares = found.to_frame()["p_value"] * kept
    np.testing.assert_allclose(shares, shares.round(), atol=1e-9)


def test_no_permutation_with_a_solution(monkeypatch, small, surveyed):
    def hopeless(pair, inside):
        first, second, there = original(pair, inside)
        return first, second, there & False

    original = Pair.estimates
    monkeypatch.setattr(Pair, "estimates", hopeless)
    with pytest.raises(ConvergenceError, match="None of 19 permutations of 'east' and 'north'"):
        compare(small, surveyed, "branch", 19)


def test_title_notes_and_pickle(compared):
    assert compared.title() == (
        "PLS path model by branch: east (n = 80), north (n = 120), south (n = 100); 99 permutations"
    )
    assert "micom" in compared.notes()[1]
    assert pickle.loads(pickle.dumps(compared)) == compared
    assert compared.problems == ()


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        ({"n_permutations": 18}, "at least 19"),
        ({"n_permutations": 99.0}, "at least 19"),
        ({"of": "paths"}, "not 'paths'"),
        ({"of": ()}, "of must be of path"),
    ],
)
def test_what_is_not_offered_is_refused(small, surveyed, wrong, part):
    with pytest.raises(ModelError, match=part):
        compare(small, surveyed, "branch", **wrong)
