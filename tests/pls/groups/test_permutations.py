"""Respondents of a model in groups, wherever the data come from."""

import numpy as np
import pandas as pd
import pytest

from servqual.errors import MissingResponseWarning, ResponseError
from servqual.moments import Moments
from servqual.pls.groups.permutations import pairs_of, read_groups
from servqual.pls.path_model import fit_pls
from servqual.sample import Sample
from tests.helpers import optional, there

TEXT = "TAN =~ G1 + G2; SAT =~ SAT1 + SAT2; SAT ~ TAN"


@pytest.fixture(scope="module")
def surveyed(gaps):
    return gaps.assign(branch=np.arange(300) % 3 + 1)


@pytest.fixture(scope="module")
def fitted(surveyed):
    return fit_pls(TEXT, surveyed)


def test_every_way_to_name_groups(fitted, surveyed):
    named = read_groups(fitted, surveyed, "branch")
    assert named.name == "branch"
    assert named.sizes == {"1": 100, "2": 100, "3": 100}
    ways = [surveyed["branch"], surveyed["branch"].to_numpy(), surveyed["branch"].tolist()]
    for by in ways:
        assert read_groups(fitted, surveyed, by).codes.tolist() == named.codes.tolist()
    sample = Sample.from_frame(surveyed)
    assert read_groups(fit_pls(TEXT, sample), sample, "branch").sizes == named.sizes
    for library in there(optional("polars"), optional("pyarrow")):
        frame = library.table if hasattr(library, "table") else library.DataFrame
        held = frame(surveyed.to_dict("list"))
        assert read_groups(fit_pls(TEXT, held), held, "branch").sizes == named.sizes


def test_order_of_categories_is_kept(fitted, surveyed):
    kinds = pd.Categorical.from_codes(surveyed["branch"] - 1, ["new", "old", "lost"])
    assert list(read_groups(fitted, surveyed.assign(kind=kinds), "kind").sizes) == [
        "new",
        "old",
        "lost",
    ]


@pytest.mark.parametrize("index", ["unique", "repeated"])
def test_respondents_who_were_left_out_have_no_group(surveyed, index):
    blank = surveyed.astype(float)
    blank.loc[[3, 4, 10], "G1"] = np.nan
    blank.index = pd.Index(np.arange(300) if index == "unique" else np.arange(300) % 100)
    with pytest.warns(MissingResponseWarning):
        result = fit_pls(TEXT, blank)
    codes = read_groups(result, blank, "branch").codes
    assert codes.tolist() == np.delete(np.arange(300) % 3, [3, 4, 10]).tolist()
    with pytest.warns(MissingResponseWarning):
        filled = fit_pls(TEXT, blank, missing="mean")
    assert read_groups(filled, blank, "branch").codes.tolist() == (np.arange(300) % 3).tolist()


def test_respondents_in_no_group_are_left_out(fitted, surveyed):
    partly = surveyed["branch"].where(surveyed["branch"] < 3)
    with pytest.warns(MissingResponseWarning, match="100 of 300 respondents are in no group"):
        groups = read_groups(fitted, surveyed, partly)
    assert groups.sizes == {"1": 100, "2": 100}
    assert groups.n_missing == 100
    assert (groups.codes[2::3] == -1).all()


def test_zero_weights_have_no_group(surveyed):
    weights = np.where(np.arange(300) < 30, 0.0, 1.0)
    result = fit_pls(TEXT, surveyed, weights=weights)
    assert read_groups(result, surveyed, "branch").sizes == {"1": 90, "2": 90, "3": 90}


def test_pairs_have_random_numbers_of_their_own(fitted, surveyed):
    pairs = pairs_of(fitted, read_groups(fitted, surveyed, "branch"), seed=1)
    assert [pair.names for pair in pairs] == [("1", "2"), ("1", "3"), ("2", "3")]
    first, second, third = (next(pair.permuted(20)) for pair in pairs)
    assert (first != second).any()
    assert (first != third).any()


def test_what_does_not_fit_is_refused(fitted, surveyed):
    few = surveyed["branch"].where(surveyed.index > 1, 9)
    cases = [
        (Moments.from_frame(surveyed), "branch", "only moments are given"),
        (surveyed.drop(columns="G1"), "branch", "no column 'G1'"),
        (surveyed.iloc[1:], "branch", "other rows"),
        (surveyed.assign(G1=surveyed["G1"] + (surveyed.index < 7)), "branch", "7 of 300 rows"),
        (surveyed, np.ones(299), "each of the 300 rows"),
        (surveyed, np.ones(300), "into 1 group"),
        (surveyed, few, "'9' has fewer than three"),
        (surveyed, surveyed["branch"].iloc[::-1], "by.to_numpy"),
        (surveyed, "brunch", "brunch"),
    ]
    for data, by, part in cases:
        with pytest.raises(ResponseError, match=part):
            read_groups(fitted, data, by)
