"""Difference scores: the identity, hand figures, the audit against R, bad input."""

import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import servqual as sq
from servqual.moments import Moments, moments_of_columns
from servqual.reliability import _alpha as consistency
from servqual.reliability._gap_parts import gap_parts
from servqual.reliability._latent_gap import latent_gap_variance
from servqual.reliability.difference_audit import difference_score_audit
from servqual.reliability.difference_scores import difference_score_reliability
from tests.helpers import needs

REFERENCE = Path(__file__).parents[1] / "reference"
BY_R = json.loads((REFERENCE / "reliability.json").read_text())
OUTCOME = ["SAT1", "SAT2", "SAT3"]


def alpha(covariance):
    return float(consistency.alpha(covariance, np.ones((1, len(covariance))))[0])


def bind(e, p, **more):
    """Bind (n, k) answers to one dimension of k items on 1-7."""
    k = e.shape[1]
    about = sq.Instrument(name="one", scale=(1, 7), dimensions={"care": [str(i) for i in range(k)]})
    frame = pd.DataFrame(
        {f"{role}{i}": x[:, i] for role, x in (("E", e), ("P", p)) for i in range(k)}
    )
    return sq.Responses.from_frame(frame.assign(**more), about)


@pytest.fixture(scope="module")
def survey():
    return pd.read_csv(REFERENCE / "servqual_300.csv")


@pytest.fixture(scope="module")
def scores(survey):
    return sq.gap_scores(sq.Responses.from_frame(survey, sq.load_instrument("servqual-1991")))


@pytest.fixture(scope="module")
def audit(scores):
    return difference_score_audit(scores, OUTCOME)


class TestReliability:
    @settings(max_examples=25)
    @given(
        hnp.arrays(np.int64, (8, 3), elements=st.integers(1, 7)),
        hnp.arrays(np.int64, (8, 3), elements=st.integers(1, 7)),
    )
    def test_identity(self, e, p):
        row = difference_score_reliability(bind(e, p)).to_frame().iloc[0]
        if np.isnan(row["alpha_less_reliability"]):
            assert (
                min(np.ptp(x, axis=0).min() for x in (e, p, p - e)) == 0
                or np.isnan(row[["alpha_e", "alpha_p", "alpha_gap"]].astype(float)).any()
            )
            return
        assert row["alpha_less_reliability"] == pytest.approx(
            row["from_covariances"], rel=1e-8, abs=1e-8 * (1 + abs(row["alpha_gap"]))
        )

    def test_every_column_by_hand(self, scores):
        row = difference_score_reliability(scores).to_frame().set_index("dimension").loc["empathy"]
        items = list(scores.responses.instrument.dimensions["empathy"])
        e, p = scores.answers("expectation")[items], scores.answers("perception")[items]
        mean_e, mean_p = e.mean(axis=1), p.mean(axis=1)
        gap = mean_p - mean_e
        cross = np.cov(e.T, p.T)[:5, 5:]
        r_ep = np.corrcoef(mean_e, mean_p)[0, 1]
        a_e, a_p = alpha(np.cov(e.T)), alpha(np.cov(p.T))
        s_e, s_p = mean_e.std(), mean_p.std()
        classical = (s_e**2 * a_e + s_p**2 * a_p - 2 * r_ep * s_e * s_p) / (
            s_e**2 + s_p**2 - 2 * r_ep * s_e * s_p
        )
        high = mean_p > mean_p.median()
        expected = {
            "alpha_e": a_e,
            "alpha_p": a_p,
            "r_ep": r_ep,
            "sd_e": s_e,
            "sd_p": s_p,
            "sd_gap": gap.std(),
            "reliability": classical,
            "alpha_gap": alpha(np.cov((p - e.to_numpy()).T)),
            "c_same": np.diag(cross).mean(),
            "c_diff": cross[~np.eye(5, dtype=bool)].mean(),
            "r_gap_e": np.corrcoef(gap, mean_e)[0, 1],
            "r_gap_p": np.corrcoef(gap, mean_p)[0, 1],
            "ceiling_e": (e == 7).to_numpy().mean(),
            "e_above_p": (mean_e > mean_p).mean(),
            "variance_ratio": gap[high].var() / gap[~high].var(),
        }
        for name, value in expected.items():
            assert row[name] == pytest.approx(value, rel=1e-10), name
        assert row["k"] == 5
        assert row["n"] == 300

    def test_whole_scale_and_responses(self, scores):
        result = difference_score_reliability(scores)
        assert result == difference_score_reliability(scores.responses)
        table = result.to_frame()
        assert table["dimension"].tolist() == [*scores.dimensions, "(scale)"]
        whole = alpha(scores.items.cov().to_numpy())
        assert table["alpha_gap"].iloc[-1] == pytest.approx(whole, rel=1e-12)
        np.testing.assert_allclose(
            table["alpha_less_reliability"], table["from_covariances"], rtol=1e-9
        )

    def test_shared_wording_makes_the_formula_too_low(self):
        """Items that share their stem: alpha of the gaps finds the true reliability."""
        rng = np.random.default_rng(3)
        n, k = 20_000, 5
        stem = rng.standard_normal((n, k))
        true = rng.standard_normal((n, 2))
        e, p = (4 + 0.3 * (true[:, [i]] + stem + rng.standard_normal((n, k))) for i in range(2))
        row = difference_score_reliability(bind(e, p)).to_frame().iloc[0]
        # gap: 2 of true variance, 2 of error over 5 items
        assert row["alpha_gap"] == pytest.approx(2 / (2 + 2 / 5), abs=0.01)
        assert row["reliability"] == pytest.approx((2 - 2 / 5) / (2 + 2 / 5), abs=0.015)

    def test_shared_wording_is_no_error_of_the_latent_gap(self):
        """A simulation with known truth: .812 of the gap's variance is true."""
        rng = np.random.default_rng(5)
        n, loadings = 20_000, np.array([0.9, 1.0, 1.1, 0.8, 1.2])
        k, r = len(loadings), 0.3
        true = rng.multivariate_normal([0, 0], [[1, r], [r, 1]], n)
        stem = 0.9 * rng.standard_normal((n, k))
        e, p = (
            loadings * true[:, [at]] + stem + 0.9 * rng.standard_normal((n, k)) for at in (0, 1)
        )
        signal = 2 * (1 - r)
        truth = signal / (signal + 2 * 0.81 / k)
        assert truth == pytest.approx(0.812, abs=5e-4)
        columns = {f"{x}{i}": v[:, i] for x, v in (("E", e), ("P", p)) for i in range(k)}
        items = tuple(map(str, range(k)))
        true_variance, why = latent_gap_variance(moments_of_columns(columns, None), items, "care")
        assert why is None
        assert true_variance / (p - e).mean(axis=1).var(ddof=1) == pytest.approx(truth, abs=0.01)

    def test_the_latent_gap_of_a_population_is_found_exactly(self):
        loadings = np.array([[1.0, 0.8, 0.9, 1.1, 0.7], [0.9, 1.0, 0.8, 1.2, 0.6]])
        shared, k = np.array([0.3, 0.2, 0.4, 0.1, 0.25]), 5
        pattern = np.zeros((2 * k, 2))
        pattern[:k, 0], pattern[k:, 1] = loadings
        signal = pattern @ np.array([[1, 0.3], [0.3, 1.5]]) @ pattern.T
        theta = np.block([[0.5 * np.eye(k), np.diag(shared)], [np.diag(shared), 0.8 * np.eye(k)]])
        moments = Moments(
            names=tuple(f"{x}{i}" for x in "EP" for i in range(k)),
            n=500,
            mean=np.zeros(2 * k),
            covariance=signal + theta,
        )
        gap = np.repeat([-1, 1], k) / k
        found, why = latent_gap_variance(moments, tuple(map(str, range(k))), "care")
        assert why is None
        assert found == pytest.approx(gap @ signal @ gap, rel=1e-8)

    def test_the_latent_estimate_is_that_of_lavaan(self, scores):
        table = difference_score_reliability(scores).to_frame().set_index("dimension")
        by_lavaan = json.loads((REFERENCE / "expectation_perception.json").read_text())
        for key, value in by_lavaan["reliability"].items():
            assert table.loc[key, "reliability_latent"] == pytest.approx(value, abs=1e-6)
        # Errors of dimensions are uncorrelated, so what is error adds up.
        each = table.drop("(scale)")
        error = (each["k"] / 22) ** 2 * each["sd_gap"] ** 2 * (1 - each["reliability_latent"])
        whole = table.loc["(scale)"]
        assert whole["reliability_latent"] == pytest.approx(
            1 - error.sum() / whole["sd_gap"] ** 2, rel=1e-12
        )

    def test_without_a_latent_estimate_the_reason_is_given(self, survey, rng):
        mixed = sq.Instrument(
            name="mixed",
            scale=(1, 7),
            dimensions={
                "a": ("1", "2", "3"),
                "b": ("5", "6"),
                "c": ("10",),
                "d": ("14", "15", "16"),
            },
        )
        answers = sq.Responses.from_frame(survey.assign(E16=survey["E14"]), mixed)
        result = difference_score_reliability(answers)
        found = result.to_frame().set_index("dimension")["reliability_latent"]
        assert found.notna().tolist() == [True, False, False, False, False]
        for reason in (
            "b: no latent estimate of two items, of which only alpha_gap can be had.",
            "c: no latent estimate of one item.",
            "d: no latent estimate, as E and P have singular covariances.",
            "(scale): no latent estimate, as there is none of b, c, d.",
        ):
            assert reason in result.problems
        noise = bind(rng.integers(1, 8, (40, 3)), rng.integers(1, 8, (40, 3)))
        result = difference_score_reliability(noise)
        assert result.to_frame()["reliability_latent"].isna().all()
        assert any("care: no latent estimate, as" in one for one in result.problems)

    def test_weights_count_as_rows_do(self, rng):
        e, p = rng.integers(4, 8, (50, 3)), rng.integers(1, 8, (50, 3))
        w = np.where(np.arange(50) < 20, 2.0, 1.0)
        frame = bind(e, p).frame.pandas([f"{r}{i}" for r in "EP" for i in range(3)])
        about = bind(e, p).instrument
        weighted = difference_score_reliability(
            sq.Responses.from_frame(frame, about, weights=w)
        ).to_frame()
        copied = pd.concat([frame, frame[:20]])
        plain = difference_score_reliability(sq.Responses.from_frame(copied, about)).to_frame()
        for name in ("alpha_e", "reliability", "alpha_gap", "r_gap_p", "ceiling_e", "e_above_p"):
            np.testing.assert_allclose(weighted[name], plain[name], rtol=1e-10)

    def test_constant_expectation_is_said_and_the_rest_computed(self, rng):
        e, p = np.full((30, 3), 7), rng.integers(1, 8, (30, 3))
        result = difference_score_reliability(bind(e, p))
        row = result.to_frame().iloc[0]
        assert row[["alpha_e", "r_ep", "reliability", "r_gap_e"]].isna().all()
        assert row["alpha_gap"] == pytest.approx(row["alpha_p"], rel=1e-12)
        assert row["ceiling_e"] == 1
        assert any("care (E): no variance in E0, E1, E2" in one for one in result.problems)

    def test_one_item_and_three_respondents(self, rng):
        e, p = rng.integers(4, 8, (30, 1)), rng.integers(1, 8, (30, 1))
        row = difference_score_reliability(bind(e, p)).to_frame().iloc[0]
        assert row[["alpha_e", "reliability", "alpha_gap", "c_diff"]].isna().all()
        assert row["r_ep"] == pytest.approx(np.corrcoef(e.T, p.T)[0, 1], rel=1e-12)
        few = [rng.integers(1, 8, (3, 3)) for _ in range(2)]
        result = difference_score_reliability(bind(*few))
        row = result.to_frame().iloc[0]
        assert row[["alpha_e", "alpha_p", "alpha_gap", "reliability"]].isna().all()
        assert any("3 respondents are too few" in one for one in result.problems)

    def test_gap_without_variance(self, rng):
        e = rng.integers(1, 6, (20, 3))
        result = difference_score_reliability(bind(e, e + 1))
        row = result.to_frame().iloc[0]
        assert row[["alpha_gap", "reliability", "r_gap_e"]].isna().all()
        assert "care: the mean gap does not vary." in result.problems

    def test_only_gaps_are_differences(self, scores):
        with pytest.raises(TypeError, match="only a gap is a difference"):
            difference_score_reliability(sq.perception_scores(scores.responses))

    def test_a_result_is_a_value_without_a_verdict(self, scores, survey):
        result = difference_score_reliability(scores)
        again = pickle.loads(pickle.dumps(result))
        assert again == result
        assert repr(again) == repr(result)
        by_polars = sq.Responses.from_frame(
            needs("polars").from_pandas(survey), sq.load_instrument("servqual-1991")
        )
        assert difference_score_reliability(by_polars) == result
        assert "n = 300" in result.title()


class TestAudit:
    def test_equal_and_opposite_effects_as_by_r(self, audit):
        by_r = BY_R["opposite"]
        effects = audit.effects.set_index("dimension")
        joint = effects.loc["(all)"]
        assert joint["statistic"] == pytest.approx(by_r["F"], rel=1e-9)
        assert joint["p_value"] == pytest.approx(by_r["p"], rel=1e-9)
        assert (joint["df1"], joint["df2"]) == (5, by_r["df2"])
        found = [*effects["b_e"][:5], *effects["b_p"][:5]]
        np.testing.assert_allclose(found, by_r["coefficients"][1:], rtol=1e-9)
        found = [*effects["se_e"][:5], *effects["se_p"][:5]]
        np.testing.assert_allclose(found, by_r["se"][1:], rtol=1e-9)
        assert any("F(5, 289) = 0.49, p = 0.786" in note for note in audit.notes())

    def test_shares_explained_as_by_r(self, audit):
        models = audit.models.set_index(["model", "predictors"])
        direct = models.loc[("E and P, direct effects", "dimensions")]
        assert direct["r2"] == pytest.approx(BY_R["opposite"]["r2"], rel=1e-10)
        assert direct["r2_adjusted"] == pytest.approx(BY_R["opposite"]["adjusted"], rel=1e-10)
        gap = models.loc[("gap", "dimensions")]
        assert gap["r2"] == pytest.approx(BY_R["opposite"]["r2_gap"], rel=1e-10)
        assert models["k"].tolist() == [1, 1, 5, 5, 5, 10]
        assert (models["r2_cv"] < models["r2"]).all()

    def test_weighted_errors_as_by_rs_survey_package(self, survey):
        weights = np.array([0.5, 1, 1, 2, 3.5])[survey["id"].to_numpy() % 5]
        answers = sq.Responses.from_frame(
            survey, sq.load_instrument("servqual-1991"), weights=weights
        )
        effects = difference_score_audit(sq.gap_scores(answers), OUTCOME).effects
        by_r = BY_R["weighted"]
        found = [*effects["b_e"][:5], *effects["b_p"][:5]]
        np.testing.assert_allclose(found, by_r["coefficients"][1:], rtol=1e-9)
        # svyglm has the factor n / (n - 1) where a regression of q coefficients has n / (n - q)
        found = np.array([*effects["se_e"][:5], *effects["se_p"][:5]]) * np.sqrt(289 / 299)
        np.testing.assert_allclose(found, by_r["se"][1:], rtol=1e-9)

    def test_leaving_one_out_is_press(self, rng):
        e, p = rng.integers(4, 8, (40, 2)), rng.integers(1, 8, (40, 2))
        y = p.mean(axis=1) + rng.standard_normal(40)
        scores = sq.gap_scores(bind(e, p))
        models = difference_score_audit(scores, y, cv_folds=40).models
        x = np.column_stack([np.ones(40), p.mean(axis=1)])
        hat = x @ np.linalg.inv(x.T @ x) @ x.T
        press = ((y - hat @ y) / (1 - np.diag(hat))) ** 2
        naive = ((y - y.mean()) * 40 / 39) ** 2
        found = models.set_index(["model", "predictors"]).loc[("perception only", "dimensions")]
        assert found["r2_cv"] == pytest.approx(1 - press.sum() / naive.sum(), rel=1e-10)

    def test_folds_follow_the_seed(self, scores, audit):
        assert audit == difference_score_audit(scores, OUTCOME, seed=0)
        other = difference_score_audit(scores, OUTCOME, seed=1)
        assert not other.models["r2_cv"].equals(audit.models["r2_cv"])
        assert other.models["r2"].equals(audit.models["r2"])

    def test_weighted_gap_and_evaluated_performance_join_where_they_can(self, rng):
        about = sq.Instrument(
            name="duo",
            scale=(1, 7),
            dimensions={"care": ("1", "2"), "speed": ("3",)},
            roles=("expectation", "perception", "ideal"),
        )
        frame = pd.DataFrame(
            rng.integers(1, 8, (60, 9)), columns=[f"{r}{i}" for r in "EPA" for i in (1, 2, 3)]
        )
        answers = sq.Responses.from_frame(frame, about, ideal="A{}")
        scores = sq.gap_scores(answers, importance={"care": 70, "speed": 30})
        y = rng.standard_normal(60)
        models = difference_score_audit(scores, y).models.set_index(["model", "predictors"])
        assert models.index.tolist() == [
            *((name, "overall") for name in ("gap", "weighted gap", "perception only")),
            ("evaluated performance", "overall"),
            ("E and P, polynomial", "overall"),
            *((name, "dimensions") for name in ("gap", "perception only")),
            ("evaluated performance", "dimensions"),
            ("E and P, direct effects", "dimensions"),
        ]
        folded = -(frame[["P1", "P2", "P3"]] - frame[["A1", "A2", "A3"]].to_numpy()).abs()
        care, speed = folded[["P1", "P2"]].mean(axis=1), folded["P3"]
        r = np.corrcoef((care + speed) / 2, y)[0, 1]
        assert models.loc[("evaluated performance", "overall"), "r2"] == pytest.approx(r**2)
        r = np.corrcoef(scores.overall, y)[0, 1]
        assert models.loc[("weighted gap", "overall"), "r2"] == pytest.approx(r**2)

    @pytest.mark.parametrize("kind", ["excellent", "should"])
    def test_all_models_of_the_debate_in_one_table(self, rng, kind):
        about = sq.Instrument(
            name="duo",
            scale=(1, 7),
            role_scales={"comparison": (1, 5)},
            dimensions={"care": ("1", "2"), "speed": ("3",)},
            roles=("expectation", "perception", "ideal", "comparison"),
            expectation_kind=kind,
        )
        answers = {
            f"{role}{i}": rng.integers(1, 6 if role == "C" else 8, 60)
            for role in "EPAC"
            for i in (1, 2, 3)
        }
        frame = pd.DataFrame(answers)
        bound = sq.Responses.from_frame(frame, about, ideal="A{}", comparison="C{}")
        audit = difference_score_audit(sq.gap_scores(bound), rng.standard_normal(60))
        models = audit.models.set_index(["model", "predictors"])
        overall = [model for model, of in models.index if of == "overall"]
        normed = ["normed quality"] if kind == "excellent" else []
        assert overall == [
            *("gap", "perception only", "evaluated performance"),
            *normed,
            *("direct disconfirmation", "E and P, polynomial"),
        ]
        assert models.loc[("E and P, polynomial", "overall"), "k"] == 5
        said = " ".join(audit.notes())
        assert ("normed quality = −mean (|P − ideal| − |E − ideal|)" in said) == bool(normed)
        assert "direct disconfirmation = mean answer" in said

    def test_the_polynomial_is_the_full_quadratic(self, rng):
        e, p = rng.integers(1, 8, (50, 2)), rng.integers(1, 8, (50, 2))
        y = rng.standard_normal(50)
        models = difference_score_audit(sq.gap_scores(bind(e, p)), y).models
        x, v = p.mean(axis=1), e.mean(axis=1)
        columns = np.column_stack([np.ones(50), x, v, x**2, x * v, v**2])
        residual = y - columns @ np.linalg.lstsq(columns, y, rcond=None)[0]
        row = models.set_index(["model", "predictors"]).loc[("E and P, polynomial", "overall")]
        r2 = 1 - residual @ residual / (50 * y.var())
        assert row["r2"] == pytest.approx(r2, rel=1e-10)
        assert row["r2_adjusted"] == pytest.approx(1 - (1 - r2) * 49 / 44, rel=1e-10)

    def test_outcome_by_name_by_series_by_array(self, survey, scores, audit):
        mean = survey[OUTCOME].mean(axis=1)
        for outcome in (mean, mean.sample(frac=1, random_state=1), mean.to_numpy()):
            again = difference_score_audit(scores, outcome)
            pd.testing.assert_frame_equal(again.models, audit.models)
        assert "outcome SAT1, SAT2, SAT3" in audit.title()
        assert difference_score_audit(scores, mean.rename("happy")).outcome == "happy"
        by_polars = sq.gap_scores(
            sq.Responses.from_frame(
                needs("polars").from_pandas(survey), sq.load_instrument("servqual-1991")
            )
        )
        pd.testing.assert_frame_equal(
            difference_score_audit(by_polars, OUTCOME).models, audit.models
        )

    def test_missing_outcomes_and_answers_are_counted(self, survey):
        holes = survey.astype({"SAT1": float, "P3": float})
        holes.loc[3, "SAT1"] = np.nan
        holes.loc[7, "P3"] = np.nan
        about = sq.load_instrument("servqual-1991")
        with pytest.warns(sq.MissingResponseWarning):
            scores = sq.gap_scores(sq.Responses.from_frame(holes, about))
        with pytest.warns(sq.MissingResponseWarning, match="1 of 299 scored"):
            audit = difference_score_audit(scores, OUTCOME)
        assert audit.n == 298
        assert "298 of 300 (2 left out)" in audit.title()
        whole = difference_score_audit(scores, survey["LOY1"])
        assert whole.n == 299

    def test_available_answers_keep_the_gap_the_difference_of_its_parts(self, rng):
        e, p = (rng.integers(1, 8, (40, 3)).astype(float) for _ in range(2))
        p[0, 0] = e[1, 2] = np.nan
        about = bind(e, p).instrument
        frame = bind(e, p).frame.pandas([f"{r}{i}" for r in "EP" for i in range(3)])
        answers = sq.Responses.from_frame(frame, about, missing="available")
        with pytest.warns(sq.MissingResponseWarning):
            scores = sq.gap_scores(answers)
        with pytest.warns(sq.MissingResponseWarning, match="2 of 40"):
            audit = difference_score_audit(scores, rng.standard_normal(40))
        assert audit.n == 40
        assert audit.reliability.n == 38
        parts = gap_parts(scores)
        for held in (parts.by_dimension, parts.overall):
            apart = held["perception only"] - held["expectation"]
            np.testing.assert_allclose(apart, held["gap"], atol=1e-12)
        np.testing.assert_allclose(parts.overall["gap"], scores.overall, atol=1e-12)

    def test_whole_weights_are_repeated_rows_of_those_who_are_scored(self, rng):
        e, p = rng.integers(1, 8, (2, 60, 3)).astype(float)
        y, w = e[:, 0] - p[:, 1] + rng.standard_normal(60), np.arange(60) % 3 + 1
        frame = bind(e, p).frame.pandas([f"{r}{i}" for r in "EP" for i in range(3)])
        frame.loc[0, "P1"] = np.nan  # not scored at all
        about = bind(e, p).instrument
        weighted = sq.Responses.from_frame(frame, about, weights=w)
        with pytest.warns(sq.MissingResponseWarning):
            found = difference_score_audit(sq.gap_scores(weighted), y)
        often = np.repeat(np.arange(1, 60), w[1:])
        many = sq.Responses.from_frame(frame.iloc[often].reset_index(drop=True), about)
        again = difference_score_audit(sq.gap_scores(many), y[often])
        np.testing.assert_allclose(found.models["r2"], again.models["r2"], rtol=1e-10)
        np.testing.assert_allclose(found.effects["b_sum"], again.effects["b_sum"], rtol=1e-9)

    def test_too_many_predictors_are_said(self, rng):
        e, p = rng.integers(4, 8, (7, 3)), rng.integers(1, 8, (7, 3))
        frame = pd.DataFrame(
            {f"{r}{i}": x[:, i] for r, x in (("E", e), ("P", p)) for i in range(3)}
        )
        about = sq.Instrument(
            name="three", scale=(1, 7), dimensions={d: (str(i),) for i, d in enumerate("abc")}
        )
        scores = sq.gap_scores(sq.Responses.from_frame(frame, about))
        audit = difference_score_audit(scores, rng.standard_normal(7), cv_folds=7)
        direct = audit.models.iloc[-1]
        assert direct[["r2", "r2_adjusted", "r2_cv"]].isna().all()
        assert np.isfinite(audit.models["r2"].iloc[0])
        assert any(
            "E and P, direct effects (dimensions): too few respondents" in one
            for one in audit.problems
        )
        assert audit.effects["statistic"].isna().all()

    def test_constant_expectation_is_said(self, rng):
        e, p = np.full((30, 2), 7), rng.integers(1, 8, (30, 2))
        audit = difference_score_audit(sq.gap_scores(bind(e, p)), rng.standard_normal(30))
        assert any("does not vary" in one for one in audit.problems)
        assert np.isnan(audit.models["r2"].iloc[-1])
        assert np.isfinite(audit.models["r2"].iloc[0])

    @pytest.mark.parametrize(
        ("outcome", "says"),
        [
            ("SAT9", "1 outcome columns are missing.*SAT"),
            (np.zeros(300), "does not vary"),
            (np.zeros(12), "a value for each of the 300 respondents"),
            (pd.Series(np.arange(300.0), index=np.arange(300) + 7), "another index"),
            (np.full(300, np.inf), "infinite"),
            (np.array(["good"] * 300), "must hold numbers"),
            (np.full(300, np.nan), "has the outcome and every score"),
        ],
    )
    def test_unusable_outcomes(self, scores, outcome, says):
        with pytest.raises(sq.ResponseError, match=says):
            difference_score_audit(scores, outcome)

    @pytest.mark.parametrize("folds", [1, 301, 2.5, True, "ten"])
    def test_unusable_folds(self, scores, folds):
        with pytest.raises(ValueError, match="cv_folds must be a whole number between 2 and"):
            difference_score_audit(scores, OUTCOME, cv_folds=folds)

    def test_perceptions_have_no_gap(self, scores):
        with pytest.raises(TypeError, match="must be GapScores"):
            difference_score_audit(sq.perception_scores(scores.responses), OUTCOME)

    def test_a_result_is_a_value(self, audit, scores):
        again = pickle.loads(pickle.dumps(audit))
        assert again == audit
        assert repr(again) == repr(audit)
        assert audit.reliability == difference_score_reliability(scores)
        assert audit.to_frame().equals(audit.models)
