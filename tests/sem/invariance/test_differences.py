"""Groups against each other: against lavaan, laws, and what is refused."""

import pickle

import numpy as np
import pytest

from servqual.errors import ModelError
from servqual.sem.estimation import fit_sem
from servqual.sem.invariance.differences import group_differences
from servqual.sem.questions.model_comparison import compare_models
from tests.sem.invariance.levels import MIND, REFERENCE, TWO, data, levels_of

PATHS = f"""{TWO}
SAT =~ SAT1+SAT2+SAT3
LOY =~ LOY1+LOY2+LOY3
SAT ~ c(a1, a2)*TAN + c(b1, b2)*REL
LOY ~ c(c1, c2)*SAT
ind1 := a1*c1
ind2 := a2*c2
apart := a2*c2 - a1*c1
"""
EQUAL = ["loadings", "intercepts"]


@pytest.fixture(scope="module")
def paths():
    return fit_sem(PATHS, data("gaps"), group="group", group_equal=EQUAL)


def test_differences_are_those_that_lavaan_defines(paths):
    found = group_differences(paths)
    frame = found.to_frame().set_index(["lhs", "op", "rhs"])
    peers = {row["lhs"]: row for row in REFERENCE["runs"]["paths"]["params"] if row["op"] == ":="}
    for name, key in (
        ("d_a", ("SAT", "~", "TAN")),
        ("d_b", ("SAT", "~", "REL")),
        ("d_c", ("LOY", "~", "SAT")),
        ("d_ind", ("ind1", ":=", "a1*c1")),
    ):
        row, peer = frame.loc[key], peers[name]
        assert row["estimate"] == pytest.approx(peer["est"], abs=1e-4)
        assert row["se"] == pytest.approx(peer["se"], abs=1e-4)
        assert row["z"] == row["estimate"] / row["se"]
        assert row["ci_low"] < row["estimate"] < row["ci_high"]
        assert row["value"] - row["value_reference"] == row["estimate"]
    # One effect stands for the same of another group; a difference is one already.
    assert frame.index.get_level_values("lhs").tolist() == [
        *("SAT", "SAT", "LOY"),
        *("TAN", "REL", "SAT", "LOY"),
        "ind1",
    ]
    assert (frame["p_adjusted"] >= frame["p_value"]).all()
    means = paths.parameters.query("op == '~1' and lhs == 'TAN' and group == '2'").iloc[0]
    of_means = frame.loc[("TAN", "~1", "")]
    assert of_means["se"] == pytest.approx(means["se"], rel=1e-10)
    # The mean of an explained latent variable is an intercept.
    assert frame["d"].notna().tolist() == [False] * 3 + [True, True, False, False, False]


def test_latent_means_in_standard_deviations():
    scalar = levels_of("hs").fits["scalar"]
    row = group_differences(scalar).to_frame().set_index("lhs").loc["textual"]
    variances = scalar.parameters.query("op == '~~' and lhs == 'textual' and rhs == 'textual'")
    pooled = np.average(variances["estimate"], weights=REFERENCE["sizes"])
    assert row["d"] == pytest.approx(row["estimate"] / np.sqrt(pooled), rel=1e-10)
    assert (row["group"], row["reference"]) == ("Grant-White", "Pasteur")


def test_three_groups_and_their_pairs():
    scalar = levels_of("three").fits["scalar"]
    first, every = (group_differences(scalar, against=how) for how in ("first", "all"))
    labels = scalar.groups
    pairs = [(labels[at], labels[to]) for to, at in ((0, 1), (0, 2), (1, 2))]
    rows = every.to_frame()
    assert rows[["group", "reference"]].to_numpy().tolist() == [list(one) for one in pairs] * 2
    assert len(first.to_frame()) == 4
    estimates = rows["estimate"].to_numpy().reshape(2, 3)
    assert estimates[:, 1] - estimates[:, 0] == pytest.approx(estimates[:, 2], abs=1e-12)
    assert first.omnibus["df"].tolist() == [2, 2]
    assert (every.omnibus["chi2"] >= rows["z"].to_numpy().reshape(2, 3).max(axis=1) ** 2).all()
    again = group_differences(scalar, "means", correction="none").to_frame()
    assert (again["p_adjusted"] == again["p_value"]).all()


def test_of_two_groups_the_omnibus_test_is_that_of_the_pair(paths):
    found = group_differences(paths, ["regressions", "lv.variances", "residuals"])
    squared = found.to_frame()["z"].to_numpy() ** 2
    assert found.omnibus["chi2"].to_numpy() == pytest.approx(squared, rel=1e-9)
    assert (found.omnibus["df"] == 1).all()


def test_one_equality_is_tested_much_as_by_a_refit(paths):
    """Wald and likelihood ratio differ by what is left of the curvature."""
    text = PATHS[: PATHS.index("ind1")].replace("c(b1, b2)", "c(b, b)")
    held = fit_sem(text, data("gaps"), group="group", group_equal=EQUAL)
    ratio = compare_models(paths, held).to_frame()["chi2_difference"].iloc[1]
    (z,) = group_differences(paths, "SAT ~ REL").to_frame()["z"]
    assert z**2 == pytest.approx(ratio, rel=0.05)


def test_single_parameters_and_the_order_of_groups(paths):
    one = group_differences(paths, ["SAT ~ TAN", "ind2"]).to_frame()
    assert one["lhs"].tolist() == ["SAT", "ind2"]
    back = fit_sem(PATHS, data("gaps").iloc[::-1], group="group", group_equal=EQUAL)
    other = group_differences(back, ["SAT ~ TAN", "ind1"]).to_frame()
    assert other["reference"].tolist() == ["2", "2"]
    assert other["estimate"].to_numpy() == pytest.approx(-one["estimate"].to_numpy(), abs=1e-6)
    assert other["se"].to_numpy() == pytest.approx(one["se"].to_numpy(), abs=1e-6)


def test_robust_errors_are_taken():
    plain, robust = (
        fit_sem(TWO, data("gaps"), how, group="group", group_equal=EQUAL) for how in ("ML", "MLR")
    )
    one, other = (group_differences(result).to_frame() for result in (plain, robust))
    assert one["estimate"].to_numpy() == pytest.approx(other["estimate"].to_numpy(), abs=1e-8)
    assert (np.abs(one["se"] / other["se"] - 1) > 1e-3).all()


def test_it_shows_itself(paths):
    found = group_differences(paths)
    assert found.title() == "Differences between 2 groups (ML): n = 300; p-values adjusted: Holm"
    assert any("Hancock, 2001" in note for note in found.notes())
    assert not any("own: group_equal='loadings'" in note for note in found.notes())
    apart = group_differences(levels_of("hs").fits["configural"], "lv.covariances")
    assert any("own: group_equal='loadings'" in note for note in apart.notes())
    assert pickle.loads(pickle.dumps(found)) == found


def test_unknown_errors_are_said():
    """A model that cannot be told apart has no errors, and says so."""
    with pytest.warns(UserWarning, match="cannot tell"):
        result = fit_sem("f =~ x1 + x2 + x3 + x4\nf ~ c(0, NA)*1", data("mind"), group="school")
    found = group_differences(result)
    assert found.to_frame()["se"].isna().all()
    assert found.problems == (
        "1 differences have no standard error, as estimates in them have none.",
    )


BAD = [
    ("loading", {}, "Did you mean 'loadings'?"),
    ("SAT ~ TAM", {}, "'SAT ~ TAM' is no parameter of the model. Did you mean 'SAT ~ TAN'"),
    ("apart", {}, "labels of several groups"),
    ("loadings", {}, "The groups are equal in 'loadings'"),
    ("TAN =~ G2", {}, "'TAN =~ G2' is equal in all groups"),
    (None, {"against": "last"}, "against must be 'first' or 'all'"),
]


@pytest.mark.parametrize(("of", "options", "message"), BAD)
def test_what_is_refused(paths, of, options, message):
    with pytest.raises(ModelError) as caught:
        group_differences(paths, of, **options)
    assert message in str(caught.value)


def test_one_group_is_refused():
    with pytest.raises(ModelError, match="fit it with group="):
        group_differences(fit_sem(MIND, data("mind")))
    with pytest.raises(ModelError, match="need the column of groups"):
        fit_sem(MIND, data("mind"), group_equal="loadings")
