"""Response surfaces of scores and of frames: parameters, intervals, words, bad input."""

import json
import pickle
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.priorities.surface.differences import ALGEBRAIC
from servqual.priorities.surface.fitting import response_surface
from servqual.priorities.surface.regression import fit_polynomial
from servqual.priorities.surface.resampled import resampled_coefficients
from servqual.priorities.surface.result import ResponseSurface
from servqual.priorities.surface.shape import shape
from servqual.reliability.difference_audit import difference_score_audit
from servqual.resampling import resample_counts
from servqual.sample import Sample
from tests.helpers import needs

REFERENCE = Path(__file__).parents[2] / "reference"
BY_R = json.loads((REFERENCE / "surface.json").read_text())
OUTCOME = ["SAT1", "SAT2", "SAT3"]
COLUMNS = [
    *("level", "dimension", "parameter", "estimate", "se", "null", "statistic", "p_value"),
    *("ci_low", "ci_high"),
]


@pytest.fixture(scope="module")
def survey():
    return pd.read_csv(REFERENCE / "servqual_300.csv")


@pytest.fixture(scope="module")
def scores(survey):
    return sq.gap_scores(sq.Responses.from_frame(survey, sq.load_instrument("servqual-1991")))


@pytest.fixture(scope="module")
def found(scores):
    return response_surface(scores, OUTCOME, errors="classical", n_resamples=200, seed=1)


@pytest.fixture(scope="module")
def pairs():
    """A dome over 80 pairs on 1-7."""
    rng = np.random.default_rng(11)
    x, y = np.clip(4 + 1.2 * rng.standard_normal((2, 80)), 1, 7).round(1)
    z = 6 - 0.3 * (x - y) ** 2 - 0.1 * (x + y - 9) ** 2 + 0.5 * rng.standard_normal(80)
    return pd.DataFrame({"p": x, "e": y, "sat": z, "w": np.arange(80) % 3 + 1.0})


def plain(frame, outcome="sat", **options):
    options = {"x": "p", "y": "e", "scale": (1, 7), "n_resamples": 0} | options
    return response_surface(frame, outcome, **options)


def estimates(result):
    return result.to_frame().set_index("parameter")["estimate"]


class TestOfScores:
    @pytest.mark.parametrize("errors", ["classical", "HC3"])
    def test_parameters_and_delta_errors_as_by_r(self, scores, errors):
        result = response_surface(scores, OUTCOME, errors=errors, n_resamples=0, confidence=0.9)
        frame = result.to_frame()
        assert list(frame) == COLUMNS
        assert frame["parameter"].tolist() == [
            *(f"b{i}" for i in range(6)), *(f"a{i}" for i in range(1, 6)),
            *("x0", "y0", "z0", "p10", "p11", "p20", "p21"),
        ]  # fmt: skip
        by_r = np.array(BY_R[errors.lower()])
        np.testing.assert_allclose(frame["estimate"][6:], by_r[:, 0], rtol=1e-9)
        np.testing.assert_allclose(frame["se"][6:], by_r[:, 1], rtol=1e-8)
        stats = needs("scipy.stats")
        row = frame[frame["parameter"] == "p11"].iloc[0]
        assert row["statistic"] == pytest.approx((by_r[9, 0] - 1) / by_r[9, 1], rel=1e-8)
        assert row["p_value"] == pytest.approx(2 * stats.t.sf(abs(row["statistic"]), 294))
        half = stats.t.ppf(0.95, 294) * row["se"]
        assert [row["ci_low"], row["ci_high"]] == pytest.approx(
            [row["estimate"] - half, row["estimate"] + half]
        )
        level = frame["parameter"].isin(["x0", "y0", "z0"])
        assert (frame["null"].isna() == level).all()
        assert frame.set_index("parameter").loc[["p10", "p11", "p21"], "null"].tolist() == [
            0,
            1,
            -1,
        ]

    def test_simpler_models_are_those_of_the_audit(self, scores, found):
        audit = difference_score_audit(scores, OUTCOME).models.set_index(["model", "predictors"])
        row = found.constraints.set_index("model").loc[ALGEBRAIC]
        assert row["r2"] == pytest.approx(audit.loc[("gap", "overall"), "r2"], rel=1e-12)
        full = audit.loc[("E and P, polynomial", "overall")]
        assert row["r2_free"] == pytest.approx(full["r2"], rel=1e-10)
        assert full["k"] == 5

    def test_one_surface_a_dimension(self, survey, scores):
        result = response_surface(scores, OUTCOME, level="dimension", n_resamples=0)
        keys = list(scores.responses.instrument.dimensions)
        assert result.to_frame()["dimension"].unique().tolist() == keys
        assert set(result.to_frame()["level"]) == {"dimension"}
        assert result.stationary_points["dimension"].tolist() == keys
        x, y = (survey[[f"{r}{i}" for i in range(10, 14)]].mean(axis=1) - 4 for r in "PE")
        own = fit_polynomial(survey[OUTCOME].mean(axis=1), x, y, None, "classical")
        b = result.coefficients.query("dimension == 'responsiveness'")["estimate"]
        np.testing.assert_allclose(b, own.coefficients, rtol=1e-10)

    def test_weights_are_honoured(self, survey):
        w = np.array([0.5, 1, 1, 2, 3.5])[survey["id"].to_numpy() % 5]
        answers = sq.Responses.from_frame(survey, sq.load_instrument("servqual-1991"), weights=w)
        result = response_surface(sq.gap_scores(answers), OUTCOME, n_resamples=0)
        np.testing.assert_allclose(result.coefficients["estimate"], BY_R["weighted"], rtol=1e-10)
        assert "with sampling weights" in result.title()
        assert "HC3" in result.title()

    def test_importance_does_not_enter_and_says_so(self, scores, found):
        weighted = sq.gap_scores(
            scores.responses, importance=dict.fromkeys(scores.responses.instrument.dimensions, 20)
        )
        result = response_surface(weighted, OUTCOME, n_resamples=0)
        assert estimates(result).equals(estimates(found))
        assert any("Importance weights do not enter" in note for note in result.notes())

    def test_words(self, found):
        assert found.title().startswith(
            "Response surface of SAT1 + SAT2 + SAT3 on X = perception and Y = expectation "
            "(X − Y is the gap), excellent expectations, SERVQUAL"
        )
        assert found.title().endswith("; overall = mean of 5 dimensions")
        assert "n = 300; centred at 4, the middle of the scale; least squares, classical" in (
            found.title()
        )
        notes = " ".join(found.notes())
        assert "F(4, 294) = 0.94, p = 0.440; R² 0.409 against 0.417 of the surface" in notes
        assert "percentiles of 200 resamples" in notes
        assert "by the delta method" in " ".join(found.using("delta").notes())
        assert "within half a standard deviation" in notes
        assert "Note:" in repr(found)

    def test_a_result_is_a_value(self, scores, found):
        again = pickle.loads(pickle.dumps(found))
        assert again == found
        assert repr(again) == repr(found)
        asked = {"errors": "classical", "n_resamples": 200}
        assert found == response_surface(scores, OUTCOME, **asked, seed=1)
        assert found != response_surface(scores, OUTCOME, **asked, seed=2)
        changed = found.constraints
        changed.iloc[:, 0] = "x"
        assert found.constraints.iloc[0, 0] == "overall"

    def test_missing_answers_are_left_out_and_counted(self, survey):
        survey = survey.astype({"P1": float, "SAT1": float})
        survey.loc[0, "SAT1"] = np.nan
        survey.loc[1:3, [f"P{i}" for i in range(1, 5)]] = np.nan
        answers = sq.Responses.from_frame(
            survey, sq.load_instrument("servqual-1991"), missing="available"
        )
        with pytest.warns(sq.MissingResponseWarning):
            scores = sq.gap_scores(answers)
        with pytest.warns(sq.MissingResponseWarning, match="4 of 300"):
            result = response_surface(scores, OUTCOME, n_resamples=0)
        assert (result.n, result.n_total) == (296, 300)
        assert "296 of 300 (4 left out)" in result.title()


class TestOfFrames:
    def test_a_frame_a_sample_and_arrays_are_alike(self, pairs):
        one = plain(pairs)
        by_sample = plain(Sample.from_frame(pairs))
        by_array = plain(pairs[["p", "e"]], pairs["sat"].to_numpy())
        for other in (by_sample, by_array):
            assert estimates(other).equals(estimates(one))
        assert by_array.outcome == ("outcome",)
        assert one.title().startswith("Response surface of sat on X = p and Y = e: n = 80; centred")
        weighted = plain(pairs, weights="w")
        held = Sample.from_frame(pairs, weights="w")
        assert estimates(plain(held)).equals(estimates(weighted))
        many = plain(pairs.loc[pairs.index.repeat(pairs["w"].astype(int))])
        np.testing.assert_allclose(estimates(weighted), estimates(many), rtol=1e-9)
        np.testing.assert_allclose(
            weighted.discrepancies.iloc[0, 6:9].astype(float),
            many.discrepancies.iloc[0, 6:9].astype(float),
        )

    def test_zero_weights_are_left_out(self, pairs):
        pairs = pairs.assign(w=[0.0] * 10 + [1.0] * 70)
        with pytest.warns(sq.MissingResponseWarning, match="10 of 80"):
            result = plain(pairs, weights="w")
        np.testing.assert_allclose(estimates(result), estimates(plain(pairs[10:])), rtol=1e-9)

    def test_the_unit_of_weights_does_not_matter(self, pairs):
        options = {"n_resamples": 100, "seed": 1}
        one = plain(pairs, weights="w", **options)
        other = plain(pairs.assign(w=pairs["w"] * 1e-6), weights="w", **options)
        assert other.n_failed == 0
        np.testing.assert_allclose(
            other.shape[["estimate", "ci_low", "ci_high"]],
            one.shape[["estimate", "ci_low", "ci_high"]],
            rtol=1e-6,
        )
        assert other.surfaces[0].masses.sum() == pytest.approx(80)

    def test_resamples_of_light_respondents_count(self, pairs):
        heavy = np.r_[np.full(6, 1e5), np.ones(74)]
        result = plain(pairs, weights=heavy, n_resamples=500, seed=1)
        counts = np.concatenate(list(resample_counts(80, 500, 1)))
        assert (counts[:, :6] == 0).all(axis=1).any()
        assert result.n_failed == 0

    def test_one_resample_has_no_interval(self, pairs):
        result = plain(pairs, n_resamples=1, seed=1)
        assert result.shape[["ci_low", "ci_high"]].isna().to_numpy().all()
        assert result.problems == ("No interval: hardly any resample has a solution.",)
        both = plain(pairs, n_resamples=2, seed=1)
        assert both.shape["ci_low"].notna().all()
        assert both.problems == ()

    def test_a_plane_is_one_in_every_resample(self, pairs):
        plane = plain(pairs, pairs["p"] - pairs["e"], n_resamples=50, seed=1)
        (point,) = plane.stationary_points.to_dict("records")
        assert (point["kind"], point["probability"], point["inside"]) == ("none", 1.0, False)

    @pytest.mark.parametrize(("below", "tested"), [(4, False), (5, True)])
    def test_the_absolute_difference_needs_five_on_each_side(self, pairs, below, tested):
        order = (pairs["p"] - pairs["e"]).argsort()
        few = pairs.iloc[[*order[:below], *order[-30:]]]
        result = plain(few, errors="classical")
        row = result.constraints.set_index("model").loc["absolute difference"]
        assert np.isfinite(row["p_value"]) == tested
        assert any("fewer than 5 respondents" in one for one in result.problems) != tested

    def test_many_points_are_gathered(self):
        rng = np.random.default_rng(6)
        x, y = rng.standard_normal((2, 6000))
        frame = pd.DataFrame({"p": x, "e": y, "sat": x - y + rng.standard_normal(6000)})
        (surface,) = plain(frame, scale=None, centre=0).surfaces
        assert len(surface.points) <= 64**2
        assert surface.masses.sum() == pytest.approx(6000)
        np.testing.assert_allclose(
            surface.masses @ surface.points, frame[["p", "e"]].sum(), rtol=1e-9
        )
        assert surface.corners.min(axis=0).tolist() == [x.min(), y.min()]
        few = plain(frame[:5000], scale=None, centre=0).surfaces[0]
        assert len(few.points) == 5000

    def test_polars_frames(self, pairs):
        polars = needs("polars")
        other = plain(polars.from_pandas(pairs))
        pd.testing.assert_series_equal(estimates(other), estimates(plain(pairs)))

    def test_centres(self, pairs):
        middle, mean, number = (plain(pairs, centre=c) for c in ("midpoint", "mean", 4))
        assert estimates(number).equals(estimates(middle))
        c = pairs[["p", "e"]].to_numpy().mean()
        assert f"centred at {c:.4g}, the mean of X and Y" in mean.title()
        assert "centred at 4;" in number.title()
        points = [one.stationary_points[["x", "y"]].to_numpy(dtype=float) for one in (middle, mean)]
        np.testing.assert_allclose(points[0], points[1], rtol=1e-9)
        a, moved = (one.surface["estimate"].to_numpy() for one in (middle, mean))
        assert moved[0] == pytest.approx(a[0] + 2 * (c - 4) * a[1])

    def test_the_stationary_point_of_a_dome(self, pairs):
        result = plain(pairs, n_resamples=300, seed=3, interval="percentile")
        row = result.stationary_points.iloc[0]
        assert row["kind"] == "maximum point"
        assert row["inside"]
        assert row["probability"] > 0.95
        assert [row["x"], row["y"]] == pytest.approx([4.5, 4.5], abs=0.4)
        # noise of the sample: the percentile interval is of the resampled stationary points
        axes = result.shape.set_index("parameter")
        draws = shape(
            resampled_coefficients(
                pairs["sat"].to_numpy(),
                [(pairs["p"].to_numpy() - 4, pairs["e"].to_numpy() - 4)],
                None,
                300,
                3,
            )[:, 0]
        ).values
        ends = np.nanquantile(draws[:, 4], [0.025, 0.975])
        assert axes.loc["p11", ["ci_low", "ci_high"]].tolist() == pytest.approx(list(ends))

    def test_resamples_are_fits_of_repeated_rows(self, pairs):
        x, y, z = (pairs[name].to_numpy() for name in ("p", "e", "sat"))
        w = pairs["w"].to_numpy()
        drawn = resampled_coefficients(z, [(x, y), (y, x)], w, 3, 5)
        (counts,) = resample_counts(80, 3, 5)
        for b, count in zip(drawn, counts, strict=True):
            kept = count > 0
            fit = fit_polynomial(z[kept], x[kept], y[kept], (count * w)[kept], "classical")
            np.testing.assert_allclose(b[0], fit.coefficients, rtol=1e-7, atol=1e-8)
            np.testing.assert_allclose(b[1], fit.coefficients[[0, 2, 1, 5, 4, 3]], rtol=1e-7)


class TestBadInput:
    def test_expectation_at_the_ceiling_is_warned_of(self, pairs):
        pairs = pairs.assign(e=np.where(np.arange(80) < 44, 7.0, pairs["e"].clip(upper=6.4)))
        with pytest.warns(sq.AdmissibilityWarning, match=r"Up to 55% of the respondents have e "):
            result = plain(pairs)
        assert any("55% of the respondents have Y within" in note for note in result.notes())
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            plain(pairs, scale=None, centre=4)

    def test_nothing_to_fit_is_an_error_with_its_reason(self, pairs):
        for changed, why in (
            ({"e": 7.0}, "Y is the same for every respondent .as where all expect the most"),
            ({"e": pairs["p"]}, "X equals Y for every respondent"),
            ({"e": 8 - pairs["p"]}, "determine each other"),
        ):
            with pytest.raises(sq.ResponseError, match=why):
                plain(pairs.assign(**changed))
        with pytest.raises(sq.ResponseError, match=r"6 respondents: .* at least 7"):
            plain(pairs[:6])
        with pytest.raises(sq.ResponseError, match="'sat' does not vary"):
            plain(pairs.assign(sat=3.0))
        with pytest.raises(sq.ResponseError, match="has the outcome"):
            plain(pairs.assign(sat=np.nan))
        with pytest.raises(sq.ResponseError, match="All sampling weights are zero"):
            plain(pairs, weights=np.zeros(80))

    def test_a_dimension_without_a_surface_has_a_reason(self, survey):
        survey = survey.assign(**{f"E{i}": 7 for i in range(1, 5)})
        scores = sq.gap_scores(sq.Responses.from_frame(survey, sq.load_instrument("servqual-1991")))
        with pytest.warns(sq.AdmissibilityWarning):
            result = response_surface(scores, OUTCOME, level="dimension", n_resamples=20, seed=1)
        frame = result.to_frame().set_index("dimension")
        assert frame.loc["tangibles", "estimate"].isna().all()
        assert frame.loc["reliability", "estimate"].notna().all()
        assert "Tangibles: Y is the same for every respondent" in result.problems[0]
        assert result.stationary_points["kind"][0] == ""
        assert np.isnan(result.stationary_points["probability"][0])
        assert len(result.constraints) == 4 * 6

    def test_a_plane_and_a_surface_without_interaction(self, pairs):
        rng = np.random.default_rng(2)
        plane = plain(pairs, pairs["p"] - pairs["e"])
        assert estimates(plane)[["b1", "b2"]].tolist() == pytest.approx([1, -1])
        assert plane.to_frame()["se"].isna().all()
        assert any("there are no standard errors" in one for one in plane.problems)
        assert any("no stationary point" in one for one in plane.problems)
        assert any("the axes have no slope" in one for one in plane.problems)
        grid = np.array([(x, y) for x in (1.0, 3, 5) for y in (1.0, 3, 5)] * 6)
        even = pd.DataFrame(grid, columns=["p", "e"])
        noise = np.repeat(rng.standard_normal(6), 9)  # the same at every pair: no interaction
        z = -((even["p"] - 3) ** 2) - 2 * (even["e"] - 3) ** 2 + noise
        result = plain(even, z.to_numpy())
        shape = result.shape.set_index("parameter")
        assert shape.loc[["x0", "y0"], "estimate"].tolist() == pytest.approx([-1, -1])
        assert (
            shape.loc[["p10", "p11", "p20", "p21"], ["estimate", "se", "ci_low"]]
            .isna()
            .to_numpy()
            .all()
        )
        assert shape.loc["x0", "se"] > 0

    @pytest.mark.parametrize(
        ("options", "error", "why"),
        [
            ({"x": None}, ValueError, "names of two columns"),
            ({"y": "p"}, ValueError, "names of two columns"),
            ({"y": np.ones(80)}, ValueError, "names of two columns"),
            (
                {"scale": None},
                ValueError,
                r"needs the scale of the answers, such as scale=\(1, 7\)",
            ),
            ({"scale": (7, 1)}, ValueError, "the lowest and the highest answer"),
            ({"scale": 7}, ValueError, "the lowest and the highest answer"),
            ({"scale": "17"}, ValueError, "the lowest and the highest answer"),
            ({"centre": 1e9}, sq.ResponseError, r"centre=1e\+09 lies 1e\+09 from the mean"),
            ({"outcome": 1e300 * np.arange(80)}, sq.ResponseError, "other units"),
            ({"outcome": 1e-300 * np.arange(80)}, sq.ResponseError, "other units"),
            ({"scale": (1, 3)}, sq.ResponseError, "off the scale 1 to 3"),
            ({"level": "dimension"}, ValueError, "goes with gap scores"),
            ({"level": "item"}, ValueError, "'overall' or 'dimension'"),
            ({"centre": "middle"}, ValueError, "'midpoint', 'mean' or a number"),
            ({"centre": True}, ValueError, "'midpoint', 'mean' or a number"),
            ({"centre": np.inf}, ValueError, "'midpoint', 'mean' or a number"),
            ({"errors": "robust"}, ValueError, "'HC3' or 'classical'"),
            ({"interval": "bca"}, ValueError, "'percentile' or 'delta'"),
            ({"interval": "percentile"}, ValueError, "needs resamples"),
            ({"confidence": 95}, ValueError, "between 0 and 1"),
            ({"n_resamples": 0.5}, ValueError, "whole number"),
            ({"y": "q"}, sq.ResponseError, "missing from the frame: 'q'"),
            ({"outcome": "p"}, sq.ResponseError, "another column than x and y"),
            ({"outcome": "sta"}, sq.ResponseError, "Did you mean 'sat'"),
            ({"outcome": np.ones(3)}, sq.ResponseError, r"not shape \(3,\)"),
            ({"outcome": ["a"] * 79 + [1.0]}, sq.ResponseError, "must hold numbers"),
            ({"outcome": np.r_[np.inf, np.ones(79)]}, sq.ResponseError, "infinite"),
            ({"outcome": pd.Series(1.0, range(5, 85))}, sq.ResponseError, "another index"),
        ],
    )
    def test_bad_options(self, pairs, options, error, why):
        with pytest.raises(error, match=why):
            plain(pairs, **options)

    def test_bad_data(self, scores, survey):
        with pytest.raises(TypeError, match="not PerceptionScores"):
            response_surface(sq.perception_scores(scores.responses), "SAT1")
        with pytest.raises(ValueError, match="'scale' go with a frame"):
            response_surface(scores, "SAT1", scale=(1, 7))
        with pytest.raises(sq.ResponseError, match="Expected a pandas"):
            response_surface(3, "sat", x="p", y="e", scale=(1, 7))


def test_a_result_is_typed(found):
    assert isinstance(found, ResponseSurface)
    assert found.discrepancies["n"].tolist() == [300]
    np.testing.assert_allclose(
        found.discrepancies[["share_above_raw", "share_equal_raw", "share_below_raw"]].sum(axis=1),
        1,
    )
