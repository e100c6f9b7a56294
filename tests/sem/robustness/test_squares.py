"""Robust errors and tests of least squares: weights, clusters, and what must not change them."""

import numpy as np
import pandas as pd
import pytest

from servqual.errors import AdmissibilityWarning, ModelError
from servqual.sem.estimation import fit_sem
from servqual.sem.fitting.gamma import Gamma, gamma_of
from tests.sem.ordered_models import ITEMS, RUNS, TWO, run, survey

SMALL = "f =~ P1 + P2 + P3 + P4"


def test_gamma_is_the_same_held_as_a_root():
    rng = np.random.default_rng(1)
    influence = rng.normal(size=(6, 9))
    root = gamma_of(influence)
    whole = Gamma(root.held.T @ root.held, rooted=False)
    assert root.rooted
    assert not gamma_of(influence.T).rooted
    right, weights = rng.normal(size=(9, 2)), rng.uniform(1, 2, 9)
    kept = np.arange(9) % 2 == 0
    assert root.diagonal == pytest.approx(whole.diagonal)
    assert root.times(right) == pytest.approx(whole.times(right))
    assert root.traces(weights, kept) == pytest.approx(whole.traces(weights, kept))
    assert root.scaled(3.0).diagonal == pytest.approx(whole.scaled(3.0).diagonal)
    assert root.diagonal == pytest.approx((influence**2).sum(axis=0) / 5)


def test_test_of_adjusted_degrees_of_freedom_is_that_of_lavaan():
    fit = run("ordered_WLSMV").fit
    for own, key in (("chi2", "chisq"), ("df", "df"), ("p_value", "pvalue")):
        assert fit[f"{own}_adjusted"] == pytest.approx(RUNS["adjusted"][f"{key}.scaled"], rel=1e-5)


@pytest.mark.parametrize("ordered", [ITEMS, ()])
def test_weights_of_two_are_rows_twice(ordered):
    frame = survey().assign(v=np.where(survey()["id"] % 3 == 0, 2.0, 1.0))
    twice = frame.loc[frame.index.repeat(frame["v"].astype(int))]
    weighted = fit_sem(TWO, frame, "ULSMV", ordered=ordered, weights="v")
    repeated = fit_sem(TWO, twice, "ULSMV", ordered=ordered)
    # Continuous covariances have the divisor n - 1, which is another one of rows twice.
    near = 1e-8 if ordered else 1e-3
    assert weighted.parameters["estimate"].to_numpy() == pytest.approx(
        repeated.parameters["estimate"].to_numpy(), rel=near, abs=1e-8
    )


@pytest.mark.parametrize("options", [{"ordered": True}, {"estimator": "WLSMV"}])
def test_weights_times_a_constant_change_nothing(options):
    plain = fit_sem(TWO, survey(), **{"estimator": "WLSMV", **options})
    weighted = fit_sem(
        TWO, survey(), weights=np.full(300, 7.0), **{"estimator": "WLSMV", **options}
    )
    assert weighted.covariance == pytest.approx(plain.covariance, rel=1e-8, abs=1e-12)
    assert weighted.fit["chi2_scaled"] == pytest.approx(plain.fit["chi2_scaled"], rel=1e-8)


@pytest.mark.parametrize("ordered", [True, ()])
def test_clusters_of_copies_tell_no_more_than_one_copy(ordered):
    frame = survey()[ITEMS].assign(who=np.arange(300))
    copies = pd.concat([frame, frame, frame], ignore_index=True)
    one = fit_sem(TWO, frame, "ULSMV", ordered=ordered)
    three = fit_sem(TWO, copies, "ULSMV", ordered=ordered, cluster="who")
    naive = fit_sem(TWO, copies, "ULSMV", ordered=ordered)
    # n - 1 of 300 and of 900, and the n - 1 of continuous covariances.
    assert np.diag(three.covariance) == pytest.approx(np.diag(one.covariance), rel=8e-3)
    assert np.diag(naive.covariance) == pytest.approx(np.diag(one.covariance) / 3, rel=8e-3)
    assert three.fit["chi2_scaled"] == pytest.approx(one.fit["chi2_scaled"], rel=8e-3)
    assert three.n_clusters == 300


def test_each_respondent_as_a_cluster_is_no_cluster():
    frame = survey().assign(who=np.arange(300))
    alone = fit_sem(TWO, frame, ordered=True, cluster="who")
    plain = run("ordered_WLSMV")
    # J / (J - 1) is the one difference.
    assert alone.covariance == pytest.approx(plain.covariance * 300 / 299, rel=1e-9, abs=1e-15)


def test_clusters_that_cross_groups():
    frame = survey("few").assign(branch=survey()["id"] // 2)
    inside = frame.assign(branch=frame["branch"] + 1000 * frame["group"])
    crossing, apart = (
        fit_sem(SMALL, one, ordered=True, group="group", cluster="branch")
        for one in (frame, inside)
    )
    q = len(crossing.covariance) // 2
    assert not apart.covariance[:q, q:].any()
    assert np.abs(crossing.covariance[:q, q:]).max() > 1e-5
    # Within a group each respondent is nearly alone in a branch, however that is counted.
    assert np.diag(crossing.covariance) == pytest.approx(np.diag(apart.covariance), rel=0.5)


def test_one_cluster_is_refused_and_few_are_said():
    frame = survey().assign(one=1, few=survey()["id"] % 9)
    with pytest.raises(ModelError, match="All respondents are in one cluster"):
        fit_sem(SMALL, frame, ordered=True, cluster="one")
    with pytest.warns(AdmissibilityWarning, match="There are 9 clusters for 26 parameters"):
        fit_sem(SMALL, frame, ordered=True, cluster="few")


def test_unidentified_parameters_are_named_and_nothing_is_scaled():
    text = f"{TWO}\nf1 ~~ NA*f1\nf1 =~ NA*P1"
    with pytest.warns(AdmissibilityWarning) as told:
        result = fit_sem(text, survey(), ordered=True)
    assert any("cannot tell" in str(one.message) for one in told)
    assert np.isnan(result.fit["chi2_scaled"])
