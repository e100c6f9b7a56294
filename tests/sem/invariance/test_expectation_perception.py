"""Whether P - E may be taken: levels against lavaan, what the answers allow, difficult data."""

import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.errors import AdmissibilityWarning, MissingResponseWarning, ModelError, ResponseError
from servqual.sem.construction.paired_templates import latent_difference_model
from servqual.sem.estimation import fit_sem
from servqual.sem.invariance.expectation_perception import expectation_perception_invariance

REFERENCE = Path(__file__).parents[2] / "reference"
BY_R = json.loads((REFERENCE / "expectation_perception.json").read_text(encoding="utf-8"))
ABOUT = sq.load_instrument("servqual-1991")
LEVELS = ["configural", "metric", "scalar", "strict"]
ORDERED = ["configural", "thresholds", "metric", "scalar"]
EMPATHY = [f"{letter}{item}" for letter in "EP" for item in ABOUT.dimensions["empathy"]]


@pytest.fixture(scope="module")
def survey():
    return pd.read_csv(REFERENCE / "servqual_300.csv")


def bind(frame, **options):
    return sq.Responses.from_frame(frame, ABOUT, **options)


@pytest.fixture(scope="module")
def result(survey):
    return expectation_perception_invariance(bind(survey))


@pytest.fixture(scope="module")
def ordered(survey):
    return expectation_perception_invariance(
        bind(survey), dimensions=["tangibles", "empathy"], ordered=True, whole=False
    )


def rows_of(result, key):
    frame = result.to_frame()
    return frame[frame["dimension"] == key].set_index("level")


@pytest.mark.parametrize("key", [*ABOUT.dimensions, "(scale)"])
def test_levels_are_those_of_lavaan(result, key):
    ours = rows_of(result, key)
    assert ours.index.tolist() == LEVELS
    theirs = "(all)" if key == "(scale)" else key
    plain, robust = BY_R["ml"][theirs], BY_R["mlr"][theirs]
    for at, level in enumerate(LEVELS):
        row, fit = ours.loc[level], robust["levels"][level]
        assert row["df"] == fit["df"]
        assert row["chi2"] == pytest.approx(fit["chisq"], abs=1e-5)
        assert row["chi2_scaled"] == pytest.approx(fit["chisq.scaled"], rel=2e-6)
        for name in ("cfi", "tli", "rmsea", "srmr"):
            assert row[name] == pytest.approx(fit[name], abs=2e-6), name
        for name in ("cfi", "rmsea"):
            assert row[f"{name}_robust"] == pytest.approx(fit[f"{name}.robust"], abs=2e-6), name
        if at == 0:
            assert np.isnan(row["d_chi2"])
            continue
        assert row["d_df"] == plain["df"][at]
        assert row["d_chi2"] == pytest.approx(plain["difference"][at], abs=1e-5)
        assert row["d_p_value"] == pytest.approx(plain["p"][at], rel=1e-3, abs=1e-12)
        assert row["d_chi2_scaled"] == pytest.approx(robust["difference"][at], rel=2e-5)
        above = ours.loc[LEVELS[at - 1]]
        assert row["d_cfi_robust"] == row["cfi_robust"] - above["cfi_robust"]


@pytest.mark.parametrize(("level", "named"), [("metric", "=~"), ("scalar", "~1"), ("strict", "~~")])
def test_each_equality_has_the_score_test_of_lavaan(result, level, named):
    found = result.releases.query("dimension == 'tangibles' and level == @level")
    assert set(found["op"]) == {named}
    # One equality an item, and so the same test for either rating.
    mi = found["mi"].to_numpy().reshape(-1, 2) if named != "=~" else found["mi"].to_numpy()
    mi = mi if named != "=~" else mi.reshape(2, -1).T
    np.testing.assert_allclose(mi[:, 0], mi[:, 1], rtol=1e-8)
    # lavaan tests the equalities of earlier levels, too; its own come last.
    theirs = [row["X2"] for row in BY_R[f"{level}_scores"]][-4:]
    np.testing.assert_allclose(mi[:, 0], theirs, rtol=1e-4, atol=1e-4)


def test_unanswered_ratings_by_fiml_as_by_lavaan(survey):
    blanks = survey.astype(dict.fromkeys(EMPATHY, float))
    row = np.arange(1, len(survey) + 1)
    for k, name in enumerate(EMPATHY, start=1):
        blanks.loc[(row * 7 + k * 13) % 23 == 0, name] = np.nan
    with pytest.warns(MissingResponseWarning, match="131 of 3,000 ratings are missing"):
        found = expectation_perception_invariance(
            bind(blanks, missing="available"),
            dimensions="empathy",
            estimator="ML",
            missing="fiml",
        )
    assert found.n == 300
    for level in LEVELS:
        ours, theirs = rows_of(found, "empathy").loc[level], BY_R["fiml"]["levels"][level]
        assert ours["chi2"] == pytest.approx(theirs["chisq"], abs=1e-4)
        assert ours["df"] == theirs["df"]
    with pytest.warns(MissingResponseWarning, match="did not rate every item twice"):
        listwise = expectation_perception_invariance(bind(blanks), dimensions="empathy")
    assert listwise.n == int(blanks[EMPATHY].notna().all(axis=1).sum())
    assert listwise.n_excluded == 300 - listwise.n
    assert f"{listwise.n_excluded} left out" in listwise.title()


@pytest.mark.parametrize("key", ["tangibles", "empathy"])
def test_ordered_levels_are_those_of_lavaan(ordered, key):
    ours, theirs = rows_of(ordered, key), BY_R["ordered"][key]
    assert ours.index.tolist() == ORDERED
    for at, level in enumerate(ORDERED):
        fit = theirs["levels"][level]
        assert ours.loc[level, "df"] == fit["df"]
        assert ours.loc[level, "chi2"] == pytest.approx(fit["chisq"], abs=1e-4)
        assert ours.loc[level, "chi2_scaled"] == pytest.approx(fit["chisq.scaled"], rel=1e-5)
        if at:
            assert ours.loc[level, "d_df"] == theirs["df"][at]
            assert ours.loc[level, "d_chi2_scaled"] == pytest.approx(
                theirs["difference"][at], rel=1e-4
            )
    # In standard deviations of E's latent responses: the mean loading times P's mean.
    estimates = {(r["lhs"], r["op"], r["rhs"]): r["est"] for r in theirs["scalar"]}
    items = ABOUT.dimensions[key]
    loading = np.mean([estimates[f"{key}_P", "=~", f"P{item}"] for item in items])
    gap = ordered.latent_gaps.set_index("dimension").loc[key, "estimate"]
    assert gap == pytest.approx(loading * estimates[f"{key}_P", "~1", ""], abs=1e-4)


def test_what_is_let_go_is_free_from_its_level_on(survey, result):
    whole = rows_of(result, "tangibles")
    found = expectation_perception_invariance(
        bind(survey), dimensions="tangibles", partial={"scalar": ["1"]}
    )
    ours = rows_of(found, "tangibles")
    assert (whole["df"] - ours["df"]).tolist() == [0, 0, 1, 2]
    assert ours.loc["metric", "chi2"] == pytest.approx(whole.loc["metric", "chi2"], abs=1e-9)
    fully = expectation_perception_invariance(bind(survey), dimensions="tangibles", partial=["1"])
    assert rows_of(fully, "tangibles").loc["scalar", "chi2"] == pytest.approx(
        BY_R["partial"]["chisq"], abs=1e-4
    )
    assert found.partial == {"scalar": ("1",), "strict": ("1",)}
    assert any("scalar: 1; strict: 1" in note for note in found.notes())
    gap = (
        survey[["P2", "P3", "P4"]].to_numpy().mean() - survey[["E2", "E3", "E4"]].to_numpy().mean()
    )
    assert found.latent_gaps["observed"].item() == pytest.approx(gap, rel=1e-12)


def test_latent_gaps_are_those_of_the_latent_difference(survey, result):
    gaps = result.latent_gaps.set_index("dimension")
    assert gaps.index.tolist() == list(ABOUT.dimensions)
    text = latent_difference_model(ABOUT, dimensions="empathy")
    table = fit_sem(text, survey, estimator="MLR").parameters.set_index("lhs")
    for name in ("estimate", "se", "ci_low", "ci_high"):
        assert gaps.loc["empathy", name] == pytest.approx(
            table.loc["mean_gap_empathy", name], rel=1e-6
        )
    observed = sq.gap_scores(bind(survey)).dimensions.mean()
    np.testing.assert_allclose(gaps["observed"], observed, rtol=1e-12)


def test_what_the_answers_use_comes_first(survey, result):
    uses = result.uses
    item = uses[uses["item"] == "3"].squeeze()
    assert item["ceiling_e"] == pytest.approx((survey["E3"] == 7).mean())
    assert item["floor_p"] == pytest.approx((survey["P3"] == 1).mean())
    never = sorted(set(range(1, 8)) - set(survey["E3"]))
    assert item["unused_e"] == ", ".join(map(str, never))
    assert item["n_unused_e"] == len(never)
    dimension = uses[(uses["level"] == "dimension") & (uses["dimension"] == "tangibles")].squeeze()
    columns = ["E1", "E2", "E3", "E4"]
    assert dimension["ceiling_e"] == pytest.approx((survey[columns] == 7).to_numpy().mean())
    assert dimension["n_unused_e"] == sum(7 - survey[name].nunique() for name in columns)
    assert uses["dimension"].unique().tolist() == list(ABOUT.dimensions)
    assert f"Tangibles {100 * dimension['ceiling_e']:.0f} %" in result.notes()[0]


def test_weights_count_as_rows_do(survey):
    w = np.where(np.arange(300) < 100, 2.0, 1.0)
    weighted = expectation_perception_invariance(bind(survey, weights=w), dimensions="empathy")
    again = pd.concat([survey, survey[:100]])
    copied = expectation_perception_invariance(bind(again), dimensions="empathy")
    assert weighted.latent_gaps["estimate"].item() == pytest.approx(
        copied.latent_gaps["estimate"].item(), rel=1e-7
    )
    for name in ("ceiling_e", "floor_p"):
        np.testing.assert_allclose(weighted.uses[name], copied.uses[name], rtol=1e-12)
    assert weighted.weighted
    with pytest.raises(ModelError, match=r"No model of E and P can be fitted\..*weights"):
        expectation_perception_invariance(
            bind(survey, weights=w), dimensions="empathy", estimator="MLM"
        )


def test_a_result_is_a_value_without_a_verdict(survey, result):
    assert pickle.loads(pickle.dumps(result)) == result
    assert result.fits["empathy", "scalar"].n == result.n == 300
    assert "SERVQUAL" in result.title()
    assert not result.problems
    notes = " ".join(result.notes())
    for part in ("nothing may be subtracted yet", "variances, covariances", "mean gaps are gaps"):
        assert part in notes
    assert "P1 ~ 1 41.9" in notes
    scores = sq.gap_scores(bind(survey))
    assert expectation_perception_invariance(
        scores, dimensions="empathy"
    ) == expectation_perception_invariance(bind(survey), dimensions=["empathy"])


class TestDifficult:
    def test_a_constant_rating_is_said_and_the_rest_computed(self, survey):
        found = expectation_perception_invariance(
            bind(survey.assign(E1=7)), dimensions=["tangibles", "empathy"], whole=False
        )
        assert rows_of(found, "tangibles")["chi2"].isna().all()
        assert rows_of(found, "empathy")["chi2"].notna().all()
        assert found.problems[0].startswith("tangibles: no variance in E1; ")
        assert found.uses.set_index("item").loc["1", "ceiling_e"] == 1
        assert np.isnan(found.latent_gaps["estimate"][0])

    def test_two_ratings_that_are_the_same_are_an_error_that_says_so(self, survey):
        same = survey.assign(**{f"E{i}": survey[f"P{i}"] for i in ABOUT.items})
        with pytest.raises(ModelError, match=r"the same for every respondent \(E1 = P1, E2 = P2"):
            expectation_perception_invariance(bind(same))

    def test_nearly_all_at_the_ceiling(self, survey, rng):
        about = sq.Instrument(name="a", scale=(1, 7), dimensions={"care": ("1", "2", "3")})
        low = np.arange(300) < 6
        expected = {
            f"E{i}": np.where(low & (rng.random(300) < 0.9), rng.integers(4, 7, 300), 7)
            for i in (1, 2, 3)
        }
        answers = sq.Responses.from_frame(survey.assign(**expected), about)
        with pytest.warns(AdmissibilityWarning, match="problems of solutions.*strict"):
            found = expectation_perception_invariance(answers, estimator="ML")
        assert "Care 98 %" in found.notes()[0]
        # What is not at a minimum has no fit and no test; the levels above keep theirs.
        ours = rows_of(found, "care")
        for level in LEVELS:
            converged = found.fits["care", level].converged
            assert np.isfinite(ours.loc[level, "chi2"]) == converged
        assert ours["chi2"].count() == 3
        assert np.isnan(ours.loc["strict", "d_chi2"])
        assert any("'strict' is not tested against 'scalar'" in one for one in found.problems)

    def test_thirty_respondents(self, survey):
        found = expectation_perception_invariance(
            bind(survey[30:60]), dimensions=["empathy", "assurance"], estimator="ML"
        )
        assert (found.to_frame().groupby("dimension")["chi2"].count() == 4).all()
        with pytest.raises(ModelError, match="10 respondents are too few for 10 variables"):
            expectation_perception_invariance(bind(survey[30:40]), dimensions="empathy")

    def test_two_items_are_modelled_only_with_others(self, survey):
        about = sq.Instrument(
            name="mixed",
            scale=(1, 7),
            dimensions={"a": ("1", "2", "3"), "b": ("6", "7"), "c": ("10",)},
        )
        answers = sq.Responses.from_frame(survey, about)
        found = expectation_perception_invariance(answers, estimator="ML")
        assert found.problems[:2] == (
            "b: 2 items are too few for two factors with correlated errors.",
            "c: 1 item is too few for two factors with correlated errors.",
        )
        assert rows_of(found, "b")["chi2"].isna().all()
        # 10 ratings in four factors: a and b, without c
        whole = rows_of(found, "(scale)")
        assert whole["df"].tolist() == [65 - (10 + 10 + 5 + 6 + 10), 27, 30, 35]
        with pytest.raises(ModelError, match="Every chosen dimension has one item"):
            expectation_perception_invariance(answers, dimensions="c")

    def test_bad_input(self, survey):
        with pytest.raises(TypeError, match="Responses or GapScores, not DataFrame"):
            expectation_perception_invariance(survey)
        with pytest.raises(ModelError, match="Did you mean 'empathy'"):
            expectation_perception_invariance(bind(survey), dimensions="empathie")
        with pytest.raises(ModelError, match="lets go of 'P3'"):
            expectation_perception_invariance(bind(survey), partial=["P3"])
        one = sq.Instrument(
            name="one", scale=(1, 7), roles=("perception",), dimensions={"a": ("1", "2", "3")}
        )
        with pytest.raises(ResponseError, match="'expectation' is not bound"):
            expectation_perception_invariance(sq.Responses.from_frame(survey, one))
        two = sq.Instrument(
            name="two",
            scale=(1, 7),
            role_scales={"expectation": (1, 9)},
            dimensions={"a": ("1", "2", "3")},
        )
        with pytest.raises(ModelError, match="E is rated 1-9 and P 1-7"):
            expectation_perception_invariance(sq.Responses.from_frame(survey, two))


def test_categories_of_incomplete_answers_only_do_not_count(survey):
    gone = survey.copy()
    few = gone["E1"] <= gone["E1"].min() + 1
    gone.loc[few, "E2"] = np.nan
    with pytest.warns(MissingResponseWarning):
        found = expectation_perception_invariance(
            bind(gone), dimensions=["tangibles"], ordered=True, whole=False
        )
    assert found.problems == ()
    assert found.to_frame()["chi2"].notna().all()
