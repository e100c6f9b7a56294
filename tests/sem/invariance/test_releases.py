"""Score tests of what a level holds: against lavaan, refits, and modification indices."""

import numpy as np
import pandas as pd
import pytest

from servqual.sem.estimation import fit_sem
from servqual.sem.invariance._releases import COLUMNS, released
from servqual.sem.questions.modification import modification_indices
from tests.sem.invariance.levels import MIND, REFERENCE, data, levels_of, rows_with

EQUAL = ["loadings", "intercepts"]


def test_score_tests_are_those_of_lavaan():
    peers = {row["name"]: row for row in REFERENCE["score"]}
    found = levels_of("hs").releases
    scalar = found[found["level"] == "scalar"]
    assert len(scalar) == 18
    for row in scalar.itertuples():
        peer = peers[f"{row.lhs}{row.op}{row.rhs}"]
        assert row.mi == pytest.approx(peer["X2"], abs=1e-4)
        assert row.p_value == pytest.approx(peer["p.value"], abs=1e-5)


@pytest.mark.parametrize("name", ["hs", "mlr", "three", "ordinal_g2"])
def test_score_tests_are_modification_indices(name):
    """Of what is newly held; those that share a label need not all be listed there."""
    found = levels_of(name)
    for level, result in list(found.fits.items())[1:]:
        indices = modification_indices(result).to_frame()
        of = {(row.lhs, row.op, row.rhs, row.group): row.mi for row in indices.itertuples()}
        releases = found.releases[found.releases["level"] == level]
        matched = [
            (row.mi, of[key])
            for row in releases.itertuples()
            if (key := (row.lhs, row.op, row.rhs, row.group)) in of
        ]
        assert len(matched) * 2 >= releases["mi"].notna().sum() > 0
        ours, theirs = np.array(matched).T
        assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-8)


def test_two_groups_share_a_test_and_part_ways():
    found = levels_of("hs").releases
    assert tuple(found.columns) == COLUMNS
    assert found["level"].unique().tolist() == ["metric", "scalar", "strict"]
    one, other = (
        found[found["group"] == group].reset_index(drop=True) for group in levels_of("hs").groups
    )
    assert one["mi"].to_numpy() == pytest.approx(other["mi"].to_numpy(), rel=1e-6)
    known = one["mi"].to_numpy() > 1e-6
    assert (np.sign(one["epc"]) == -np.sign(other["epc"]))[known].all()


def test_expected_change_is_that_of_a_refit():
    """Where the misfit is small, the step to the solution is the first one."""
    scalar = levels_of("hs").fits["scalar"]
    frames = []
    for at, school in enumerate(scalar.groups):
        implied = scalar.fitted.point.implied[at]
        mean = implied.mu[0] + (np.arange(9) == 2) * 1e-3 * at
        frames.append(rows_with(mean, implied.sigma[0], 200).assign(school=school))
    rows = pd.concat(frames, ignore_index=True)
    metric, held, free = (
        fit_sem(MIND, rows, group="school", group_equal=equal, group_partial=partial)
        for equal, partial in (("loadings", ()), (EQUAL, ()), (EQUAL, "x3 ~ 1"))
    )
    found, problems = released("scalar", metric, held)
    assert problems == []
    own = found[found["lhs"] == "x3"].set_index("group")
    truth = free.parameters.query("op == '~1' and lhs == 'x3'").set_index("group")
    change = truth["estimate"] - own["estimate"]
    assert own["epc"].to_numpy() == pytest.approx(change[own.index].to_numpy(), rel=1e-3)
    assert own["mi"].iloc[0] == pytest.approx(held.fit["chi2"] - free.fit["chi2"], rel=1e-3)
    spread = np.sqrt(np.diag(held.fitted.point.implied[0].sigma[0])[2])
    assert own["sepc_all"].iloc[0] == pytest.approx(own["epc"].iloc[0] / spread)


def test_nothing_is_tested_where_nothing_is_held():
    fits = levels_of("hs").fits
    frame, problems = released("configural", fits["configural"], fits["configural"])
    assert (len(frame), tuple(frame.columns), problems) == (0, COLUMNS, [])


def test_equalities_of_one_group_are_found_by_their_labels():
    mind = data("mind")
    free = fit_sem("f =~ x1 + a*x2 + b*x3 + x4; a1 := a", mind)
    held = fit_sem("f =~ x1 + b*x3 + b*x2 + 0.5*x4; a1 := b", mind)
    found, _ = released("equal", free, held)
    assert found[["lhs", "rhs", "group"]].to_numpy().tolist() == [
        ["f", "x3", ""],
        ["f", "x2", ""],
        ["f", "x4", ""],
    ]
    assert found["mi"].iloc[0] == pytest.approx(found["mi"].iloc[1], rel=1e-6)
    assert found["label"].tolist() == ["b", "b", ""]
