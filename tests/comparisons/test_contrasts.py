import pickle

import numpy as np
import pytest
from scipy import stats

import servqual as sq
from servqual.comparisons.contrasts import dimension_contrasts


def test_every_pair_as_scipy(scores):
    found = dimension_contrasts(scores, n_resamples=0)
    table = found.to_frame()
    assert len(table) == found.m == 10
    assert table["first"].tolist()[:4] == ["tangibles"] * 4
    for _, row in table.iterrows():
        one, other = scores.dimensions[row["first"]], scores.dimensions[row["second"]]
        peer = stats.ttest_rel(one, other)
        assert row["statistic"] == pytest.approx(peer.statistic, rel=1e-11)
        assert row["p_value"] == pytest.approx(peer.pvalue, rel=1e-10)
        assert row["mean_first"] == pytest.approx(one.mean(), abs=1e-13)
        assert row["mean_first"] - row["mean_second"] == pytest.approx(row["estimate"], abs=1e-13)
        interval = peer.confidence_interval()
        assert (row["ci_low"], row["ci_high"]) == pytest.approx(tuple(interval), abs=1e-12)


def test_perceptions_and_max_t(frame):
    responses = sq.Responses.from_frame(frame, sq.load_instrument("servqual-1991"))
    found = dimension_contrasts(sq.perception_scores(responses), "max_t", seed=3)
    assert found.to_frame()["p_adjusted"].between(1 / 2001, 1).all()
    assert "Performance-only" in found.title()
    assert pickle.loads(pickle.dumps(found)) == found


def test_sampling_weights_weigh_the_means(frame, scored):
    weights = np.array([0.5, 1, 1, 2, 3.5])[frame["id"] % 5]
    scores = scored(frame, weights=weights)
    row = dimension_contrasts(scores, n_resamples=0).to_frame().iloc[0]
    expected = np.average(scores.dimensions["tangibles"], weights=weights)
    assert row["mean_first"] == pytest.approx(expected, abs=1e-13)
    assert row["mean_first"] - row["mean_second"] == pytest.approx(row["estimate"], abs=1e-13)


def test_equal_dimensions_have_no_contrast_but_a_reason(small):
    scores = small(E1=[7, 6, 6], P1=[5, 6, 3], E2=[7, 6, 6], P2=[5, 6, 3], E3=[7, 6, 6],
                   P3=[5, 6, 3])  # fmt: skip
    found = dimension_contrasts(scores)
    assert found.to_frame()["statistic"].isna().all()
    assert any("All scores are equal" in one and "Care − Speed" in one for one in found.problems)


def test_one_dimension_is_an_error(frame):
    alone = sq.Instrument(name="alone", scale=(1, 7), dimensions={"care": ("1", "2")})
    scores = sq.gap_scores(sq.Responses.from_frame(frame, alone))
    with pytest.raises(sq.ResponseError, match=r"at least two dimensions.*gap_tests"):
        dimension_contrasts(scores)
