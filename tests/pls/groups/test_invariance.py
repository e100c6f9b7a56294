"""The three steps of MICOM, beside scores formed by hand."""

import pickle

import numpy as np
import pandas as pd
import pytest

from servqual.errors import ModelError
from servqual.pls.groups.invariance import micom
from servqual.pls.groups.permutations import pairs_of, read_groups
from servqual.pls.path_model import fit_pls
from tests.pls.conftest import BLOCKS, text_of

SMALL = {name: BLOCKS[name] for name in ("REL", "SAT", "LOY")}
CHAIN = {"SAT": ["REL"], "LOY": ["REL", "SAT"]}
TEXT = text_of(SMALL, CHAIN)
ITEMS = [item for items in SMALL.values() for item in items]


def assess(result, data, by, n_permutations=99, seed=1, **options):
    return micom(result, data, by, n_permutations, seed, progress=False, **options)


def steps_by_hand(frame, inside, whole):
    """C, differences of means and logarithms of ratios of variances, of each construct."""
    rows, scores = frame[ITEMS], whole.scores
    if whole.standardized:
        rows = (rows - rows.mean()) / rows.std()
    found = []
    own = [
        fit_pls(TEXT, frame[one], standardized=whole.standardized).weights.set_index("rhs")
        for one in (inside, ~inside)
    ]
    for name, items in SMALL.items():
        one, other = (weights["estimate"][items] for weights in own)
        c = np.corrcoef(rows[items] @ one, rows[items] @ other)[0, 1]
        score = scores[name]
        first, second = score[inside], score[~inside]
        found.append((c, first.mean() - second.mean(), np.log(first.var() / second.var())))
    return np.array(found)


@pytest.fixture(scope="module")
def halves(gaps):
    frame = gaps.iloc[:100].reset_index(drop=True)
    return frame.assign(wave=np.repeat([1, 2], [40, 60]))


@pytest.mark.parametrize("standardized", [True, False])
def test_steps_are_those_of_scores(halves, standardized):
    result = fit_pls(TEXT, halves, standardized=standardized)
    found = assess(result, halves, "wave", 19).to_frame()
    shown = found[["c", "mean_difference", "log_variance_ratio"]]
    inside = (halves["wave"] == 1).to_numpy()
    own = steps_by_hand(halves, inside, result)
    np.testing.assert_allclose(shown, own, atol=1e-9)
    (pair,) = pairs_of(result, read_groups(result, halves, "wave"), seed=1)
    (draws,) = pair.permuted(19)
    hand = np.array([steps_by_hand(halves, one, result) for one in draws == 1])
    np.testing.assert_allclose(found["c_low"], np.quantile(hand[..., 0], 0.05, axis=0), atol=1e-9)
    np.testing.assert_allclose(found["p_c"], (1 + (hand[..., 0] <= own[:, 0]).sum(axis=0)) / 20)
    for i, name in ((1, "mean"), (2, "variance")):
        ends = np.quantile(hand[..., i], [0.025, 0.975], axis=0)
        np.testing.assert_allclose(found[[f"{name}_low", f"{name}_high"]].T, ends, atol=1e-9)
        beyond = (np.abs(hand[..., i]) >= np.abs(own[:, i])).sum(axis=0)
        np.testing.assert_allclose(found[f"p_{name}"], (1 + beyond) / 20)


def test_verdicts_follow_what_was_made(rng):
    n = 300
    later = np.arange(n) >= n // 2
    q = rng.normal(size=n)
    frame = pd.DataFrame({f"q{i}": q + rng.normal(size=n) for i in (1, 2, 3)})
    # The second block is carried by other indicators in the second group.
    for i, shared in enumerate((~later, ~later, later)):
        frame[f"r{i}"] = np.where(shared, 2 * q, 0) + rng.normal(size=n)
    frame["s"] = q + rng.normal(size=n) + 1.0 * later
    frame["t"] = (q + rng.normal(size=n)) * np.where(later, 2.5, 1)
    text = "Q =~ q1 + q2 + q3; R =~ r0 + r1 + r2; s ~ Q + R; t ~ Q"
    result = fit_pls(text, frame)
    found = assess(result, frame, later, 199)
    table = found.to_frame().set_index("construct")
    assert table["invariance"].to_dict() == {
        "Q": "full",
        "R": "none",
        "s": "partial",
        "t": "partial",
    }
    assert (
        table.loc["R", "p_c"] == table.loc["s", "p_mean"] == table.loc["t", "p_variance"] == 0.005
    )
    assert table.loc["t", "p_mean"] > 0.05
    assert table.loc[["s", "t"], ["c", "c_low", "p_c"]].eq(1).all(axis=None)
    assert assess(result, frame, later, 199) == found
    assert pickle.loads(pickle.dumps(found)) == found
    assert found.title().endswith("False (n = 150), True (n = 150); 199 permutations")
    assert "in only 5 % of permutations" in found.notes()[1]
    assert (found.n_failed, found.problems) == (0, ())


def test_weights_are_those_of_repeated_rows(halves):
    weights = np.repeat([1, 2, 1, 3], 25)
    frame = halves.assign(w=weights)
    by_weight = assess(fit_pls(TEXT, frame, weights="w"), frame, "wave", 19).to_frame()
    often = frame.loc[np.repeat(np.arange(100), weights)].reset_index(drop=True)
    by_row = assess(fit_pls(TEXT, often), often, "wave", 19).to_frame()
    np.testing.assert_allclose(by_weight["c"], by_row["c"], atol=1e-9)
    n = len(frame), len(often)
    scale = np.sqrt((1 - 1 / n[0]) / (1 - 1 / n[1]))
    np.testing.assert_allclose(
        by_weight["mean_difference"], by_row["mean_difference"] * scale, atol=1e-9
    )


def test_second_order_composites_are_of_the_columns(halves, gaps):
    blocks = {name: BLOCKS[name] for name in ("TAN", "REL", "SAT")}
    result = fit_pls(text_of(blocks, {"SAT": ["Q"]}) + "\nQ =~ TAN + REL", halves)
    found = assess(result, halves, "wave", 19).to_frame()
    assert found["construct"].tolist() == ["SAT", "Q"]
    assert found["c"].between(0.9, 1).all()


def test_what_is_not_offered_is_refused(halves):
    result = fit_pls(TEXT, halves)
    with pytest.raises(ModelError, match="confidence must lie"):
        assess(result, halves, "wave", confidence=95)
    with pytest.raises(ModelError, match="at least 19"):
        assess(result, halves, "wave", 10)
