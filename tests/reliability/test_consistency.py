"""Reliability against psych, lavaan, pingouin and published figures; intervals; bad input."""

import json
import pickle
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import servqual as sq
from servqual._language import catalogue, heading
from servqual.factors.unrestricted import one_factor_ml
from servqual.items import read_items
from servqual.reliability import _alpha as consistency
from servqual.reliability._omega import omega, omega_influence, omega_standard_error
from servqual.reliability.consistency import internal_consistency
from servqual.reliability.difference_audit import difference_score_audit
from servqual.reliability.difference_scores import difference_score_reliability
from servqual.reliability.item_quality import item_analysis
from servqual.reliability.retest import retest_reliability
from servqual.resampling import resample_counts
from tests.helpers import needs

REFERENCE = Path(__file__).parents[1] / "reference"
ALPHA = json.loads((REFERENCE / "alpha_300.json").read_text())
OMEGA = json.loads((REFERENCE / "omega_300.json").read_text())
BY_R = json.loads((REFERENCE / "reliability.json").read_text())
R_KEYS = {
    "TAN": "tangibles",
    "REL": "reliability",
    "RES": "responsiveness",
    "ASS": "assurance",
    "EMP": "empathy",
}


def rows(n, k, rng, r=0.5):
    """Answers of n on k items that share a factor."""
    shared = rng.standard_normal((n, 1))
    values = np.sqrt(r) * shared + np.sqrt(1 - r) * rng.standard_normal((n, k))
    return pd.DataFrame(values, columns=[f"i{j}" for j in range(k)])


def alpha_of(covariance):
    return float(consistency.alpha(covariance, np.ones((1, len(covariance))))[0])


def lambda2_of(covariance):
    return float(consistency.lambda2(covariance, np.ones((1, len(covariance))))[0])


def by_dimension(result):
    return result.to_frame().set_index("dimension")


@pytest.fixture(scope="module")
def survey():
    return pd.read_csv(REFERENCE / "servqual_300.csv")


@pytest.fixture(scope="module")
def scores(survey):
    return sq.gap_scores(sq.Responses.from_frame(survey, sq.load_instrument("servqual-1991")))


@pytest.fixture(scope="module")
def result(scores):
    return internal_consistency(scores)


class TestAgainstOthers:
    @pytest.mark.parametrize(("short", "key"), R_KEYS.items())
    def test_alpha_and_feldt_as_by_psych(self, result, short, key):
        row, total = by_dimension(result).loc[key], ALPHA[short]["total"]
        assert row["alpha"] == pytest.approx(total["raw_alpha"], rel=0, abs=1e-10)
        assert row["alpha_std"] == pytest.approx(total["std.alpha"], rel=0, abs=1e-10)
        assert row["mean_r"] == pytest.approx(total["average_r"], rel=0, abs=1e-10)
        feldt = ALPHA[short]["feldt"]
        assert row["ci_low"] == pytest.approx(feldt["lower.ci"][0]["raw_alpha"], rel=0, abs=1e-8)
        assert row["ci_high"] == pytest.approx(feldt["upper.ci"][0]["raw_alpha"], rel=0, abs=1e-8)

    @pytest.mark.parametrize(("short", "key"), R_KEYS.items())
    def test_omega_as_by_lavaan(self, result, short, key):
        found = by_dimension(result).loc[key, "omega"]
        assert found == pytest.approx(OMEGA[short]["cfa1_omega"], rel=0, abs=1e-6)

    @pytest.mark.parametrize("key", [*R_KEYS.values(), "(scale)"])
    def test_error_of_omega_as_by_lavaan(self, result, key):
        of = result.loadings[result.loadings["dimension"] == key]
        error = omega_standard_error(of["loading"].to_numpy(), of["uniqueness"].to_numpy(), 300)
        assert error == pytest.approx(BY_R["omega"][key.strip("()")]["se"], rel=1e-5)

    def test_attitude_as_printed_by_psych(self):
        attitude = pd.read_csv(REFERENCE / "attitude.csv")
        row = by_dimension(internal_consistency(attitude)).loc["scale"]
        assert row["alpha"] == pytest.approx(0.84314277, abs=5e-9)
        assert row["alpha_std"] == pytest.approx(0.8390838, abs=5e-8)
        assert row["mean_r"] == pytest.approx(0.42690664, abs=5e-9)
        assert row["ci_low"] == pytest.approx(0.73937569, abs=5e-9)
        assert row["ci_high"] == pytest.approx(0.91577307, abs=5e-9)
        assert row["omega"] == pytest.approx(BY_R["omega"]["attitude"]["omega"], abs=1e-6)

    def test_feldt_of_published_alpha(self):
        low, high = consistency.feldt_interval(0.79, 100, 10, 0.95)
        assert low == pytest.approx(0.72285088, abs=5e-9)
        assert high == pytest.approx(0.84637641, abs=5e-9)

    def test_holzinger_swineford(self):
        of = BY_R["holzinger"]
        names = [f"x{i}" for i in range(1, 10)]
        moments = sq.Moments.from_matrix(of["covariance"], of["n"], names=names)
        dimensions = {"visual": names[:3], "textual": names[3:6], "speed": names[6:]}
        table = by_dimension(internal_consistency(moments, dimensions=dimensions))[:3]
        alpha = [0.6261171, 0.8827069, 0.6884550]
        np.testing.assert_allclose(table["alpha"], alpha, rtol=0, atol=5.1e-8)
        low, high = [0.546503, 0.857731, 0.622115], [0.693753, 0.903925, 0.744814]
        np.testing.assert_allclose(table["ci_low"], low, rtol=0, atol=5.1e-7)
        np.testing.assert_allclose(table["ci_high"], high, rtol=0, atol=5.1e-7)
        np.testing.assert_allclose(table["omega"], of["omega"], rtol=0, atol=1e-6)

    def test_lambda2_as_by_psych(self, survey):
        gaps = (
            survey[[f"P{i}" for i in range(5, 10)]]
            - survey[[f"E{i}" for i in range(5, 10)]].to_numpy()
        )
        found = lambda2_of(gaps.corr().to_numpy())
        assert found == pytest.approx(BY_R["items"]["lambda2"], rel=0, abs=1e-10)

    def test_pingouin_agrees(self, scores, result):
        pingouin = needs("pingouin")
        table = by_dimension(result)
        for key, items in scores.responses.instrument.dimensions.items():
            alpha, interval = pingouin.cronbach_alpha(scores.items[list(items)])
            assert table.loc[key, "alpha"] == pytest.approx(alpha, rel=0, abs=1e-12)
            assert table.loc[key, ["ci_low", "ci_high"]].astype(float).round(
                3
            ).tolist() == pytest.approx(list(interval), abs=1e-9)

    def test_total_as_a_combination_of_dimensions(self, scores, result):
        table = by_dimension(result)
        for what, parts in (
            ("sums", scores.dimensions * [4, 5, 4, 4, 5]),
            ("means", scores.dimensions),
        ):
            error = (parts.var() * (1 - table.loc[list(parts), "alpha"])).sum()
            expected = 1 - error / parts.sum(axis=1).var()
            found = table.loc["(scale)", f"linear_combination_{what}"]
            assert found == pytest.approx(expected, rel=1e-12)
        assert table["linear_combination_sums"][:-1].isna().all()

    def test_standard_error_of_measurement_is_of_the_mean_score(self, scores, result):
        table = by_dimension(result).loc[list(scores.dimensions)]
        expected = scores.dimensions.std() * np.sqrt(1 - table["alpha"])
        np.testing.assert_allclose(table["sem"], expected, rtol=1e-12)


class TestProperties:
    @given(
        hnp.arrays(np.int64, (9, 4), elements=st.integers(1, 7)),
        st.permutations(range(4)),
        st.floats(0.01, 100),
    )
    def test_alpha_is_at_most_one_and_does_not_see_order_or_scale(self, answers, order, factor):
        covariance = np.cov(answers.T)
        alpha = alpha_of(covariance)
        if np.isnan(alpha):
            assert covariance.sum() <= 1e-11 * np.trace(covariance)
            return
        assert alpha <= 1 + 1e-12
        moved = factor * covariance[np.ix_(order, order)]
        assert alpha_of(moved) == pytest.approx(alpha, rel=1e-9, abs=1e-9)
        assert lambda2_of(covariance) >= alpha - 1e-12

    def test_order_of_items_and_dimensions_changes_nothing(self, rng):
        frame = rows(80, 7, rng)
        names = list(frame)
        first = by_dimension(
            internal_consistency(frame, dimensions={"a": names[:3], "b": names[3:]})
        )
        again = by_dimension(
            internal_consistency(
                frame[names[::-1]], dimensions={"b": names[:2:-1], "a": names[2::-1]}
            )
        )
        pd.testing.assert_frame_equal(first, again.loc[first.index], rtol=1e-7)

    def test_equal_loadings_give_omega_equal_to_alpha(self):
        covariance = np.full((5, 5), 0.4) + 0.6 * np.eye(5)
        row = by_dimension(
            internal_consistency(
                sq.Moments.from_matrix(covariance, 200, names=list("abcde")),
            )
        ).loc["scale"]
        assert row["omega"] == pytest.approx(row["alpha"], abs=1e-9)
        assert row["alpha"] == pytest.approx(row["alpha_std"], abs=1e-14)

    def test_two_items_have_spearman_brown_and_no_omega(self, rng):
        frame = rows(60, 2, rng)
        result = internal_consistency(frame)
        row = by_dimension(result).loc["scale"]
        r = frame.corr().iloc[0, 1]
        assert row["spearman_brown"] == pytest.approx(2 * r / (1 + r), rel=1e-12)
        assert np.isnan(row["omega"])
        assert "scale: no omega, as two items do not identify a factor." in result.problems
        assert any("Spearman-Brown" in note for note in result.notes())

    def test_moments_suffice(self, scores, result):
        instrument = scores.responses.instrument
        moments = sq.Sample.from_frame(scores.items).moments()
        again = internal_consistency(moments, dimensions=instrument.dimensions)
        left, right = (one.to_frame().drop(columns="label") for one in (result, again))
        pd.testing.assert_frame_equal(left, right, rtol=1e-10)

    def test_influence_is_the_slope_in_the_weight_of_a_row(self, rng):
        values = rows(40, 4, rng).to_numpy()
        step = 1e-5

        def weighted(who, what):
            w = np.ones(40)
            w[who] += step * 40
            covariance = np.cov(values.T, aweights=w, ddof=0)
            if what == "alpha":
                return alpha_of(covariance)
            fit = one_factor_ml(covariance)
            return omega(fit.loadings, fit.uniquenesses)[0]

        covariance = np.cov(values.T, ddof=0)
        centred = values - values.mean(axis=0)
        fit = one_factor_ml(covariance)
        exact = consistency.alpha_influence(centred, covariance, np.ones((1, 4)))[:, 0]
        slopes = [(weighted(i, "alpha") - alpha_of(covariance)) / step for i in range(40)]
        np.testing.assert_allclose(exact, slopes, rtol=2e-3, atol=1e-3)
        near = omega_influence(centred, fit.loadings[0], fit.uniquenesses[0])
        base = omega(fit.loadings, fit.uniquenesses)[0]
        slopes = [(weighted(i, "omega") - base) / step for i in range(40)]
        # One scoring step with the expected information: near, and the better the model fits.
        assert np.corrcoef(near, slopes)[0, 1] > 0.99


class TestBootstrap:
    def test_draws_are_those_of_resampled_rows(self, rng):
        frame = rows(50, 3, rng)
        result = internal_consistency(frame, interval="percentile", n_resamples=150, seed=4)
        counts = np.vstack(list(resample_counts(50, 150, 4))).astype(int)
        alphas = []
        for count in counts:
            covariance = np.cov(np.repeat(frame.to_numpy(), count, axis=0).T)
            alphas.append(alpha_of(covariance))
        expected = np.quantile(alphas, [0.025, 0.975])
        row = by_dimension(result).loc["scale"]
        np.testing.assert_allclose([row["ci_low"], row["ci_high"]], expected, rtol=1e-10)

    @pytest.mark.parametrize("interval", ["percentile", "bca"])
    def test_intervals_agree_with_theory_on_normal_answers(self, rng, interval):
        frame = rows(400, 4, rng)
        by_theory = by_dimension(internal_consistency(frame)).loc["scale"]
        found = by_dimension(
            internal_consistency(frame, interval=interval, n_resamples=1000, seed=1)
        ).loc["scale"]
        for name in ("ci_low", "ci_high", "omega_ci_low", "omega_ci_high"):
            assert found[name] == pytest.approx(by_theory[name], abs=0.012)
        assert found["alpha"] == by_theory["alpha"]

    def test_seed_gives_the_same_and_omega_changes_nothing_of_alpha(self, rng):
        frame = rows(40, 3, rng)
        about = {"interval": "bca", "n_resamples": 60}
        one = internal_consistency(frame, seed=3, **about)
        assert one == internal_consistency(frame, seed=3, **about)
        assert one != internal_consistency(frame, seed=4, **about)
        plain = internal_consistency(frame, omega=False, seed=3, **about)
        assert plain.to_frame()["ci_low"].equals(one.to_frame()["ci_low"])
        assert plain.to_frame()["omega"].isna().all()
        assert "BCa" in one.title()
        assert "seed 3" in one.title()

    def test_sampling_weights_count_as_rows_do(self, rng):
        frame = rows(60, 3, rng)
        doubled = np.where(np.arange(60) < 20, 2.0, 1.0)
        sample = sq.Sample.from_frame(frame, weights=doubled)
        copied = pd.concat([frame, frame[:20]])
        weighted = by_dimension(internal_consistency(sample)).loc["scale"]
        plain = by_dimension(internal_consistency(copied)).loc["scale"]
        for name in ("alpha", "omega", "mean_r", "lambda2"):
            assert weighted[name] == pytest.approx(plain[name], rel=1e-7)
        assert weighted["n"] == 60
        assert any("sampling weights" in note for note in internal_consistency(sample).notes())
        ends = by_dimension(
            internal_consistency(sample, interval="bca", n_resamples=300, seed=1)
        ).loc["scale"]
        assert ends["ci_low"] < weighted["alpha"] < ends["ci_high"]
        assert ends["omega_ci_low"] < weighted["omega"] < ends["omega_ci_high"]


class TestBadInput:
    def nothing(self, result, key="bad"):
        row = by_dimension(result).loc[key]
        names = ("alpha", "ci_low", "ci_high", "alpha_std", "mean_r", "lambda2", "omega", "sem")
        assert row[list(names)].isna().all()
        return " ".join(result.problems)

    def test_constant_item(self, rng):
        frame = rows(30, 6, rng).assign(flat=3.0)
        result = internal_consistency(
            frame, dimensions={"good": ("i0", "i1", "i2"), "bad": ("i3", "i4", "flat")}
        )
        assert "bad: no variance in flat; leave them out." in self.nothing(result)
        assert np.isfinite(by_dimension(result).loc["good", "alpha"])
        assert "no reliability of the linear combination" in " ".join(result.problems)
        assert all(problem in result.notes() for problem in result.problems)

    def test_one_item(self, rng):
        result = internal_consistency(
            rows(30, 3, rng), dimensions={"good": ("i0", "i1"), "bad": ("i2",)}
        )
        assert "bad: one item has no internal consistency" in self.nothing(result)
        assert np.isfinite(by_dimension(result).loc["(scale)", "alpha"])

    @pytest.mark.parametrize("factor", [1, -2])
    def test_copied_items(self, rng, factor):
        frame = rows(30, 3, rng).assign(copy=lambda f: f["i0"] * factor)
        result = internal_consistency(frame, dimensions={"bad": list(frame)})
        assert "copies of each other (r = 1 or -1): i0 = copy" in self.nothing(result)

    def test_singular_matrix_has_alpha_but_no_omega(self, rng):
        frame = rows(40, 3, rng).assign(total=lambda f: f.sum(axis=1))
        result = internal_consistency(frame)
        row = by_dimension(result).loc["scale"]
        assert np.isfinite(row["alpha"])
        assert row[["omega", "omega_ci_low", "omega_ci_high"]].isna().all()
        assert any("singular" in problem for problem in result.problems)

    def test_fewer_respondents_than_items(self, rng):
        with pytest.warns(sq.SmallSampleWarning, match="5 respondents are no more than the items"):
            result = internal_consistency(rows(5, 6, rng))
        row = by_dimension(result).loc["scale"]
        assert row["ci_low"] < row["alpha"] < row["ci_high"]
        assert np.isnan(row["omega"])
        assert any("singular" in problem for problem in result.problems)

    def test_three_respondents(self, rng):
        with pytest.warns(sq.SmallSampleWarning):
            result = internal_consistency(rows(3, 4, rng), dimensions={"bad": ["i0", "i1", "i2"]})
        assert "bad: 3 respondents are too few." in self.nothing(result)

    def test_items_that_cancel_out(self):
        covariance = np.array([[1.0, -0.5, -0.5], [-0.5, 1, -0.5], [-0.5, -0.5, 1]])
        moments = sq.Moments.from_matrix(covariance, 100, names=list("abc"))
        result = internal_consistency(moments)
        row = by_dimension(result).loc["scale"]
        assert row[["alpha", "ci_low", "lambda2", "omega"]].isna().all()
        assert any("sum does not vary" in problem for problem in result.problems)

    def test_heywood_case_is_named_and_has_no_delta_interval(self):
        r = np.array([[1, 0.9, 0.9], [0.9, 1, 0.75], [0.9, 0.75, 1]])
        result = internal_consistency(sq.Moments.from_matrix(r, 200, names=list("abc")))
        row = by_dimension(result).loc["scale"]
        assert np.isfinite(row["omega"])
        assert np.isnan(row["omega_ci_low"])
        assert any("Heywood" in problem and " a;" in problem for problem in result.problems)

    def test_resamples_of_moments_are_refused(self):
        moments = sq.Moments.from_matrix(np.eye(3), 50, names=list("abc"))
        with pytest.raises(sq.ResponseError, match="needs the answers themselves"):
            internal_consistency(moments, interval="bca")

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            ({"interval": "wald"}, "interval must be one of"),
            ({"confidence": 95}, "between 0 and 1"),
            ({"interval": "bca", "n_resamples": 1}, "at least 2"),
        ],
    )
    def test_wrong_arguments(self, rng, wrong, says):
        with pytest.raises(ValueError, match=says):
            internal_consistency(rows(20, 3, rng), **wrong)

    def test_missing_answers_are_counted(self, rng):
        frame = rows(30, 3, rng)
        frame.iloc[2, 1] = np.nan
        with pytest.warns(sq.MissingResponseWarning, match="1 of 30"):
            result = internal_consistency(frame)
        assert "n = 29 of 30 (1 left out)" in result.title()


class TestResult:
    def test_polars_pandas_and_read_items_give_the_same(self, rng):
        frame = rows(40, 4, rng)
        result = internal_consistency(frame)
        assert result == internal_consistency(needs("polars").from_pandas(frame))
        assert result == internal_consistency(read_items(frame))

    def test_pickle_keeps_everything_shown(self, result):
        again = pickle.loads(pickle.dumps(result))
        assert again == result
        assert repr(again) == repr(result)
        assert len(pickle.dumps(result)) < 30_000  # moments, not rows

    def test_frames_are_new_and_in_order(self, result, scores):
        frame = result.to_frame()
        frame.loc[:, "alpha"] = 0.0
        assert (result.to_frame()["alpha"] > 0.7).all()
        assert frame["dimension"].tolist() == [*scores.dimensions, "(scale)"]
        assert result.loadings["item"].tolist() == 2 * list(scores.items)

    @pytest.mark.parametrize("of", ["perception", "expectation"])
    def test_other_scores_and_titles(self, scores, of):
        result = internal_consistency(scores, of)
        answers = scores.answers(of)
        expected = alpha_of(answers.cov().to_numpy())
        assert by_dimension(result).loc["(scale)", "alpha"] == pytest.approx(expected, rel=1e-12)
        assert f"{of}s of SERVQUAL (1991 refinement): n = 300" in result.title()

    def test_confidence_is_used_and_named(self, scores, result):
        wide = internal_consistency(scores, confidence=0.999)
        assert (wide.to_frame()["ci_low"] < result.to_frame()["ci_low"]).all()
        assert (wide.to_frame()["omega_ci_low"] < result.to_frame()["omega_ci_low"]).all()
        assert "99.9 % intervals" in wide.title()


class TestChinese:
    """Every sentence of every result here has its Chinese."""

    def results(self, scores, rng):
        copied = rows(30, 4, rng).assign(i1=lambda f: f["i0"], i2=1.0)
        pairs = {"a": ("i0", "i1"), "b": ("i2", "i3")}
        with pytest.warns(sq.SmallSampleWarning):
            yield internal_consistency(rows(3, 4, rng))
        yield internal_consistency(copied, dimensions=pairs)
        yield internal_consistency(scores)
        yield internal_consistency(rows(20, 2, rng), interval="percentile", n_resamples=2, seed=1)
        yield item_analysis(copied, dimensions=pairs)
        yield item_analysis(scores)
        yield difference_score_reliability(scores)
        yield difference_score_audit(scores, "SAT1")
        waves = rows(4, 1, rng), rows(4, 1, rng)
        yield retest_reliability(*waves)

    def test_titles_and_notes(self, scores, rng):
        for result in self.results(scores, rng):
            assert result.title("zh") != result.title()
            for english, chinese in zip(result.notes(), result.notes("zh"), strict=True):
                assert english != chinese, english
                assert re.search("[\u4e00-\u9fff]", chinese)

    def test_columns(self, scores, rng):
        for result in self.results(scores, rng):
            assert all(heading(column, "zh") for column in result.to_frame())
            assert set(result.to_frame()) <= set(catalogue("zh")["columns"])
