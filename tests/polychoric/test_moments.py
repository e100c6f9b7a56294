"""Moments of latent responses, with their casewise influence."""

import numpy as np
import pandas as pd
import pytest

from servqual.errors import ResponseError
from servqual.polychoric.moments import ordinal_moments


def gamma(moments):
    """n times the asymptotic covariance, with lavaan's sign of the means, and its diagonal."""
    found = moments.influence.T @ moments.influence / moments.n
    means = np.zeros(len(found), dtype=bool)
    start = 0
    for taus, ordered in zip(moments.thresholds, moments.ordered, strict=True):
        means[start] = not ordered
        start += len(taus) if ordered else 1
    return found, means


def by_name(moments):
    """The names that lavaan gives the statistics, in our order."""
    names, first, variances = moments.names, [], []
    for name, taus, ordered in zip(names, moments.thresholds, moments.ordered, strict=True):
        first += [f"{name}|t{k + 1}" for k in range(len(taus))] if ordered else [f"{name}~1"]
        variances += [] if ordered else [f"{name}~~{name}"]
    pairs = [f"{a}~~{b}" for i, a in enumerate(names) for b in names[i + 1 :]]
    return [*first, *variances, *pairs]


def check(moments, expected):
    found, means = gamma(moments)
    # lavaan puts thresholds before means, and keeps the negative of a mean.
    order = [expected["statistics"].index(name) for name in by_name(moments)]
    sign = np.where(means, -1, 1)
    theirs = np.array(expected["gamma"])[np.ix_(order, order)] * np.outer(sign, sign)
    scale = np.sqrt(np.outer(np.diag(theirs), np.diag(theirs)))
    assert np.abs((found - theirs) / scale).max() < 1e-6
    np.testing.assert_allclose(moments.covariance, expected["covariance"], atol=1e-5)
    np.testing.assert_allclose(moments.influence.sum(axis=0), 0, atol=1e-6)


def test_ordered_variables_are_those_of_lavaan(survey, columns, by_lavaan):
    expected = by_lavaan["ordered"]
    moments = ordinal_moments(columns(survey[expected["names"]]), expected["names"])
    check(moments, expected)
    assert moments.n == 300
    assert moments.levels[0] == (1, 2, 3, 4, 5, 6, 7)
    assert moments.notes == ()
    np.testing.assert_allclose(
        np.concatenate(moments.thresholds), list(expected["thresholds"].values()), atol=1e-10
    )


def test_mixed_variables_are_those_of_lavaan(merged, columns, by_lavaan):
    expected = by_lavaan["mixed"]
    moments = ordinal_moments(columns(merged), expected["ordered"])
    check(moments, expected)
    assert moments.ordered == (True, False, True, True, False)
    np.testing.assert_allclose(moments.mean, expected["mean"], atol=1e-10)
    assert len(moments.statistics) == moments.influence.shape[1] == 3 + 1 + 1 + 1 + 1 + 2 + 10
    np.testing.assert_array_equal(moments.statistics[:3], moments.thresholds[0])
    assert moments.statistics[3] == moments.mean[1]
    np.testing.assert_array_equal(moments.statistics[7:9], np.diag(moments.covariance)[[1, 4]])
    np.testing.assert_array_equal(moments.statistics[9:13], moments.covariance[1:, 0])


def test_pairwise_moments_are_those_of_lavaan(columns, by_lavaan):
    expected = by_lavaan["pairwise"]
    blanks = pd.DataFrame(by_lavaan["blanks"]).astype(float)[expected["names"]]
    check(ordinal_moments(columns(blanks), expected["ordered"], missing="pairwise"), expected)


def test_weighted_moments_are_those_of_lavaan(survey, columns, by_lavaan):
    expected = by_lavaan["weighted"]
    frame = survey[["P1", "P2", "SAT1", "SAT2"]]
    weights = np.array(expected["weights"])
    check(ordinal_moments(columns(frame), ["P1", "P2"], weights=weights), expected)
    scaled = ordinal_moments(columns(frame), ["P1", "P2"], weights=weights * 7)
    plain = ordinal_moments(columns(frame), ["P1", "P2"], weights=weights)
    np.testing.assert_allclose(scaled.influence, plain.influence, atol=1e-9)


@pytest.mark.parametrize("missing", ["listwise", "pairwise"])
def test_observed_influence_is_what_a_row_changes(survey, columns, missing):
    """Reweight one row a little, and estimate anew: a numerical derivative."""
    frame = survey[["SAT1", "P2", "SAT2"]].head(80).astype(float)
    frame["SAT1"] = np.exp(frame["SAT1"])
    frame.loc[3, "SAT1"] = frame.loc[5, "P2"] = frame.loc[6, "SAT2"] = np.nan
    if missing == "listwise":
        frame = frame.dropna()
    frame, step = columns(frame), 1e-5
    n = len(frame["P2"])

    def moments(weights):
        return ordinal_moments(
            frame, ["P2"], weights=weights, missing=missing, information="observed"
        )

    influence = moments(np.ones(n)).influence
    for row in (0, 3, 4, 5, 20):
        heavy, light = np.ones(n), np.ones(n)
        heavy[row], light[row] = 1 + step, 1 - step
        change = (moments(heavy).statistics - moments(light).statistics) / (2 * step) * n
        np.testing.assert_allclose(influence[row], change, rtol=1e-4, atol=1e-4)


def test_continuous_variables_need_no_normality_when_asked(survey, columns):
    skewed = columns(survey[["P2", "SAT1"]])
    skewed["SAT1"] = np.exp(1.5 * skewed["SAT1"])
    exact = ordinal_moments(skewed, ["P2"], information="observed")
    normal = ordinal_moments(skewed, ["P2"])
    x = skewed["SAT1"]
    variance = ((x - x.mean()) ** 2).mean()
    found = gamma(exact)[0]
    at = len(exact.thresholds[0])
    assert found[at, at] == pytest.approx(variance)
    assert found[at + 1, at + 1] == pytest.approx(((x - x.mean()) ** 4).mean() - variance**2)
    assert exact.notes == ()
    assert gamma(normal)[0][at + 1, at + 1] < found[at + 1, at + 1] / 2
    (note,) = normal.notes
    assert "SAT1 assume a normal distribution" in note


def test_order_of_variables_changes_only_the_order(merged, columns):
    held = columns(merged)
    one = ordinal_moments(held, ["P1", "P2", "P3"])
    other = ordinal_moments({name: held[name] for name in reversed(held)}, ["P1", "P2", "P3"])
    np.testing.assert_allclose(one.covariance, other.covariance[::-1, ::-1], atol=1e-12)
    order = [by_name(other).index(_turned(name, by_name(other))) for name in by_name(one)]
    np.testing.assert_allclose(one.influence, other.influence[:, order], atol=1e-8)


def _turned(name, names):
    return name if name in names else "~~".join(reversed(name.split("~~")))


def test_weights_of_two_are_rows_twice(merged, columns):
    weights = np.ones(len(merged))
    weights[:50] = 2
    one = ordinal_moments(columns(merged), ["P1", "P2", "P3"], weights=weights)
    twice = pd.concat([merged, merged.head(50)])
    other = ordinal_moments(columns(twice), ["P1", "P2", "P3"])
    np.testing.assert_allclose(one.statistics, other.statistics, atol=1e-9)
    none = ordinal_moments(columns(merged), ["P1", "P2", "P3"], weights=(weights == 1) * 1.0)
    assert none.n == 250
    assert none.facts.notes() == ("50 of 300 rows are left out: incomplete, or of weight 0.",)


def test_what_has_no_moments_is_an_error(survey, columns):
    held = columns(survey[["P1", "P2", "SAT1"]])
    with pytest.raises(ResponseError, match=r"'c'.*Leave them out"):
        ordinal_moments({**held, "c": np.ones(300)}, ["P1", "c"])
    with pytest.raises(ResponseError, match=r"perfect order.*P1 - again"):
        ordinal_moments({**held, "again": held["P1"]}, ["P1", "again"])
    with pytest.raises(ResponseError, match=r"\('id' has 300\).*as continuous"):
        ordinal_moments({**held, "id": np.arange(300.0)}, ["P1", "id"])
    with pytest.raises(ResponseError, match=r"'PP1'.*Did you mean 'P1'"):
        ordinal_moments(held, ["PP1"])
    with pytest.raises(ResponseError, match="missing must be 'listwise' or 'pairwise'"):
        ordinal_moments(held, ["P1"], missing="fiml")
    odd = np.where(np.arange(300) % 2, np.nan, held["P1"])
    even = np.where(np.arange(300) % 2, held["P1"], np.nan)
    with pytest.raises(ResponseError, match=r"No row is complete.*missing='pairwise'"):
        ordinal_moments({"odd": odd, "even": even}, ["odd", "even"])
    with pytest.raises(ResponseError, match=r"no common answers that vary: .odd - even"):
        ordinal_moments({"odd": odd, "even": even}, ["odd", "even"], missing="pairwise")
