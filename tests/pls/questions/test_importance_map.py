"""Importance-performance maps, beside indices made row by row."""

import pickle

import numpy as np
import pytest

from servqual.errors import AdmissibilityWarning, ModelError, ResponseError
from servqual.moments import Moments
from servqual.pls.path_model import fit_pls
from servqual.pls.questions.importance_map import importance_performance_map
from tests.pls.conftest import BLOCKS, moments_of, text_of

SMALL = {"REL": BLOCKS["REL"], "TAN": BLOCKS["TAN"], "SAT": BLOCKS["SAT"], "LOY": BLOCKS["LOY"]}
CHAIN = {"SAT": ["REL", "TAN"], "LOY": ["SAT", "REL"]}
SCALE = {name: (1, 7) if name[0] in "SL" else (-6, 6) for block in SMALL.values() for name in block}


@pytest.fixture(scope="module")
def small(gaps):
    return fit_pls(text_of(SMALL, CHAIN), gaps)


@pytest.fixture(scope="module")
def found(small):
    return importance_performance_map(small, "LOY", scale=SCALE)


def rescaled(frame, result, scale=SCALE):
    """Give the indices of each construct, 0-100, row by row."""
    weights = result.weights
    indices, shares = {}, {}
    for construct in result.constructs:
        own = weights[weights["lhs"] == construct]
        names = own["rhs"].to_list()
        low, high = np.array([scale[name] for name in names], dtype=float).T
        points = 100 * (frame[names] - low) / (high - low)
        weight = own["estimate"].to_numpy() / points.std().to_numpy()
        weight = weight / weight.sum()
        indices[construct] = points @ weight
        shares |= dict(zip(names, weight, strict=True))
    return indices, shares


def slopes(y, *x):
    columns = np.column_stack([np.ones(len(y)), *x])
    return np.linalg.lstsq(columns, y, rcond=None)[0][1:]


def test_importance_is_the_total_effect_between_indices(gaps, small, found):
    indices, shares = rescaled(gaps, small)
    table = found.to_frame()
    of = table[table["kind"] == "construct"].set_index("construct")
    assert of.index.tolist() == ["REL", "TAN", "SAT"]
    rel_sat, tan_sat = slopes(indices["SAT"], indices["REL"], indices["TAN"])
    sat_loy, rel_loy = slopes(indices["LOY"], indices["SAT"], indices["REL"])
    expected = [rel_loy + rel_sat * sat_loy, tan_sat * sat_loy, sat_loy]
    np.testing.assert_allclose(of["importance"], expected, rtol=1e-8)
    np.testing.assert_allclose(of["performance"], [indices[one].mean() for one in of.index])
    assert found.target_performance == pytest.approx(indices["LOY"].mean())
    items = table[table["kind"] == "indicator"].set_index("indicator")
    assert list(items.index) == [*SMALL["REL"], *SMALL["TAN"], *SMALL["SAT"]]
    for name, row in items.iterrows():
        whole = of["importance"][row["construct"]]
        assert row["importance"] == pytest.approx(whole * shares[name], rel=1e-8)
        low, high = SCALE[name]
        assert row["performance"] == pytest.approx(100 * (gaps[name].mean() - low) / (high - low))


def test_only_what_acts_on_the_target_is_shown(small):
    table = importance_performance_map(small, "SAT", scale=SCALE).to_frame()
    assert set(table["construct"]) == {"REL", "TAN"}


def test_metric_weights_and_moments_do_as_well(gaps, small, found):
    metric = fit_pls(text_of(SMALL, CHAIN), gaps, standardized=False)
    table = importance_performance_map(metric, "LOY", scale=SCALE).to_frame()
    indices = gaps[SMALL["SAT"]] @ metric.weights.set_index("rhs")["share"][SMALL["SAT"]]
    satisfaction = table.query("kind == 'construct' and construct == 'SAT'")
    assert satisfaction["performance"].item() == pytest.approx(100 * (indices.mean() - 1) / 6)
    moments = Moments.from_frame(gaps[list(small.recipe.plan.columns)])
    of_moments = fit_pls(text_of(SMALL, CHAIN), moments)
    there = importance_performance_map(of_moments, "LOY", scale=SCALE).to_frame()
    columns = ["importance", "performance"]
    np.testing.assert_allclose(there[columns], found.to_frame()[columns], rtol=1e-10)


def test_a_scale_that_runs_down_turns_indicators_round(gaps, small, found):
    turned = gaps.assign(**{name: -gaps[name] for name in SMALL["REL"]})
    scale = SCALE | {name: (6, -6) for name in SMALL["REL"]}
    there = importance_performance_map(
        fit_pls(text_of(SMALL, CHAIN), turned), "LOY", scale=scale
    ).to_frame()
    columns = ["importance", "performance"]
    np.testing.assert_allclose(there[columns], found.to_frame()[columns], rtol=1e-9)


def test_without_a_scale_the_data_give_it_and_it_is_said(gaps, small, found):
    own = importance_performance_map(small, "LOY")
    assert own.scale["G5"] == (gaps["G5"].min(), gaps["G5"].max())
    assert any("lowest and the highest answers of these data" in note for note in own.notes())
    assert not any("lowest and the highest" in note for note in found.notes())
    assert found.title().startswith("Importance and performance for LOY: n = 300")


def test_second_order_constructs_are_made_of_the_columns_of_their_parts(gaps):
    text = text_of({**SMALL, "SQ": ["REL", "TAN"]}, {"SAT": ["SQ"], "LOY": ["SAT"]})
    table = importance_performance_map(fit_pls(text, gaps), "LOY", scale=SCALE).to_frame()
    items = table[(table["kind"] == "indicator") & (table["construct"] == "SQ")]
    assert items["indicator"].tolist() == [*SMALL["REL"], *SMALL["TAN"]]
    whole = table[(table["kind"] == "construct") & (table["construct"] == "SQ")].iloc[0]
    assert items["importance"].sum() == pytest.approx(whole["importance"])
    share = items["importance"] / whole["importance"]
    assert whole["performance"] == pytest.approx(share @ items["performance"])


def test_moderated_effects_are_said_to_be_those_at_the_mean(gaps):
    result = fit_pls("SAT1 ~ G1 + G2 + G1:G2", gaps)
    found = importance_performance_map(result, "SAT1")
    assert found.to_frame()["construct"].tolist() == ["G1", "G2", "G1", "G2"]
    assert any("moderator" in note for note in found.notes())


def test_negative_weights_are_named(rng):
    r = np.array([[1, 0.6, 0.5], [0.6, 1, 0.1], [0.5, 0.1, 1]])
    result = fit_pls("A <~ a + b; c ~ A", moments_of(r, ["a", "b", "c"]))
    with pytest.warns(AdmissibilityWarning, match=r"1 indicators have negative weights: 'b of A"):
        found = importance_performance_map(result, "c", scale=(-1, 1))
    assert found.notes()[-1] == found.problems[0]


def test_what_has_no_map_is_refused(gaps, small):
    with pytest.raises(ModelError, match=r"an outcome of the model .* not 'REL'"):
        importance_performance_map(small, "REL")
    with pytest.raises(ModelError, match="without consistent="):
        importance_performance_map(fit_pls(text_of(SMALL, CHAIN), gaps, consistent=True), "LOY")
    with pytest.raises(ResponseError, match="lie outside the scale: 'G"):
        importance_performance_map(small, "LOY", scale=(1, 7))
    with pytest.raises(ResponseError, match="does not name 12 indicators"):
        importance_performance_map(small, "LOY", scale={name: (1, 7) for name in SMALL["SAT"]})
    with pytest.raises(ResponseError, match="equal for 'G5'"):
        importance_performance_map(small, "LOY", scale=SCALE | {"G5": (2, 2)})
    with pytest.raises(ResponseError, match="two finite numbers"):
        importance_performance_map(small, "LOY", scale=(1, 4, 7))
    moments = moments_of(np.eye(2) * 0.6 + 0.4, ["a", "b"])
    with pytest.raises(ResponseError, match="Give the ends of the scale"):
        importance_performance_map(fit_pls("b ~ a", moments), "b")


def test_a_map_survives_a_pickle(found):
    assert pickle.loads(pickle.dumps(found)) == found
