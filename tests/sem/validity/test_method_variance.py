"""Common method variance: against lavaan, on method variance that was made, and bad input."""

import json
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from servqual._language import LANGUAGES
from servqual.errors import MissingResponseWarning, ModelError, ResponseError
from servqual.moments import Moments
from servqual.sample import Sample
from servqual.sem.validity._method_models import measurement_of
from servqual.sem.validity.method_variance import common_method_variance

REFERENCE = Path(__file__).parents[2] / "reference"
CFA = "A =~ G1+G2+G3+G4\nB =~ G5+G6+G7+G8+G9\nC =~ G10+G11+G12+G13"
ITEMS = [f"G{i}" for i in range(1, 14)]
LOY = ["LOY1", "LOY2", "LOY3"]
FIT = {"chi2": "chisq", "df": "df", "cfi": "cfi", "tli": "tli", "rmsea": "rmsea", "srmr": "srmr"}
TOLERANCE = {"chi2": 1e-4, "df": 0, "cfi": 1e-6, "tli": 1e-6, "rmsea": 2e-6, "srmr": 2e-5}
MARKER_ROWS = {
    "correlated": "marker: correlated factor",
    "baseline": "marker: baseline",
    "equal": "marker: equal loadings (C)",
    "free": "marker: free loadings (U)",
    "restricted": "marker: restricted correlations (R)",
}


@pytest.fixture(scope="module")
def gaps():
    return pd.read_csv(REFERENCE / "gaps_300.csv")


@pytest.fixture(scope="module")
def by_r():
    return json.loads((REFERENCE / "method_variance.json").read_text())


@pytest.fixture(scope="module")
def loud(gaps):
    """The answers with a method that adds to every item."""
    halo = pd.read_csv(REFERENCE / "method_variance_halo.csv")["halo"].to_numpy()
    return gaps.assign(**{item: gaps[item] + 0.8 * halo for item in ITEMS})


@pytest.fixture(scope="module", params=["marker", "single"])
def marked(request, gaps):
    columns = LOY if request.param == "marker" else "LOY1"
    return request.param, common_method_variance(gaps, CFA, columns)


def agrees(row, expected):
    for ours, theirs in FIT.items():
        assert row[ours] == pytest.approx(expected["fit"][theirs], abs=TOLERANCE[ours]), ours


def test_models_without_a_marker_fit_as_in_lavaan(gaps, by_r):
    table = common_method_variance(gaps, CFA).to_frame().set_index("model")
    agrees(table.loc["intended"], by_r["intended"])
    agrees(table.loc["one factor"], by_r["one"])
    agrees(table.loc["method factor, equal loadings"], by_r["equal"])
    one = table.loc["one factor"]
    difference = by_r["one"]["fit"]["chisq"] - by_r["intended"]["fit"]["chisq"]
    assert one["chi2_difference"] == pytest.approx(difference, abs=1e-4)
    assert one["df_difference"] == 3
    assert one["compared_with"] == "intended"


def test_method_variance_that_was_made_is_found(loud, gaps, by_r):
    found = common_method_variance(loud, CFA)
    row = found.to_frame().set_index("model").loc["method factor, equal loadings"]
    agrees(row, by_r["loud_equal"])
    assert row["method_share"] == pytest.approx(by_r["loud_equal_share"], abs=1e-5)
    gain = by_r["loud_intended"]["fit"]["chisq"] - by_r["loud_equal"]["fit"]["chisq"]
    assert row["chi2_difference"] == pytest.approx(gain, abs=1e-4)
    change = np.subtract(by_r["loud_equal"]["correlation"], by_r["loud_intended"]["correlation"])
    assert row["largest_change"] == pytest.approx(np.abs(change).max(), abs=1e-5)
    # without it the method factor has no variance, and the result says so
    quiet = common_method_variance(gaps, CFA)
    equal = quiet.to_frame().set_index("model").loc["method factor, equal loadings"]
    assert np.isnan(equal["method_share"])
    assert "Negative latent variance" in quiet.problems[0]


def test_marker_models_fit_as_in_lavaan(marked, by_r):
    name, found = marked
    table = found.to_frame().set_index("model")
    for key, row in MARKER_ROWS.items():
        agrees(table.loc[row], by_r[name][key])
    for key in ("equal", "free", "restricted"):
        assert table.loc[MARKER_ROWS[key], "method_share"] == pytest.approx(
            by_r[name][f"{key}_share"], abs=2e-5
        )
    base, free = by_r[name]["baseline"]["correlation"], by_r[name]["free"]["correlation"]
    assert table.loc[MARKER_ROWS["free"], "largest_change"] == pytest.approx(
        np.abs(np.subtract(free, base)).max(), abs=2e-5
    )
    assert table.loc[MARKER_ROWS["restricted"], "compared_with"] == MARKER_ROWS["free"]
    assert table.loc[MARKER_ROWS["free"], "df_difference"] == len(ITEMS) - 1


def test_adjusted_correlations_are_those_of_r(marked, by_r):
    name, found = marked
    expected, pairs = by_r[name]["scores"], found.marker_correlations
    assert found.marker_correlation == pytest.approx(expected["r_marker"], abs=1e-12)
    for ours, theirs in (
        ("correlation", "r"),
        ("adjusted", "adjusted"),
        ("partial", "partial"),
        ("p_value", "p"),
    ):
        np.testing.assert_allclose(pairs[ours], expected[theirs], rtol=0, atol=1e-12)


def test_a_given_marker_correlation_is_taken(gaps):
    pairs = common_method_variance(gaps, CFA, "LOY1", marker_correlation=0.0).marker_correlations
    np.testing.assert_allclose(pairs["adjusted"], pairs["correlation"], rtol=0, atol=1e-15)


def test_a_marker_with_negative_correlations_has_nothing_to_take_out(gaps):
    opposite = gaps.assign(LOY1=-gaps["LOY1"])
    found = common_method_variance(opposite, CFA, "LOY1")
    assert np.isnan(found.marker_correlation)
    assert found.marker_correlations["adjusted"].isna().all()
    assert found.marker_correlations["partial"].notna().all()
    assert any("no positive correlation" in problem for problem in found.problems)


def test_harmans_shares(gaps, by_r):
    shares = common_method_variance(gaps, CFA).harman
    expected = by_r["harman"]
    assert shares["first_component"] == pytest.approx(expected["first_component"], abs=1e-12)
    assert shares["eigenvalues_above_one"] == expected["above"]
    assert shares["first_factor"] == pytest.approx(by_r["one_share"], abs=1e-5)


def test_free_loadings_on_request(loud):
    table = common_method_variance(loud, CFA, free_loadings=True).to_frame().set_index("model")
    free = table.loc["method factor, free loadings"]
    assert free["compared_with"] == "method factor, equal loadings"
    assert free["df_difference"] == len(ITEMS) - 1
    # lavaan 0.6-14: 33.923 with 49 degrees of freedom
    assert free["chi2"] == pytest.approx(33.923, abs=5e-4)
    assert free["df"] == 49


def test_moments_and_samples_are_as_good_as_a_frame(gaps):
    table = common_method_variance(gaps, CFA).to_frame()
    for data in (Moments.from_frame(gaps[ITEMS]), Sample.from_frame(gaps[ITEMS])):
        pd.testing.assert_frame_equal(common_method_variance(data, CFA).to_frame(), table)


def test_paths_labels_and_second_orders_are_left_out(gaps):
    text = CFA.replace("G1+", "1*G1+a*") + "\nSQ =~ A + B + C\nSAT1 ~ SQ\nG1 ~~ e*G2\nx := a^2"
    measurement = measurement_of(text)
    assert measurement.indicators["A"] == ("G1", "G2", "G3", "G4")
    assert measurement.residuals == "G1 ~~ G2"
    table = common_method_variance(gaps, text).to_frame().set_index("model")
    assert table.loc["intended", "df"] == 61


def test_incomplete_answers():
    few = "A =~ G1 + G2 + G3\nB =~ G5 + G6 + G7"
    holes = pd.read_csv(REFERENCE / "gaps_300_miss.csv")
    with pytest.warns(MissingResponseWarning) as told:
        found = common_method_variance(holes, few, missing="fiml")
    assert len(told) == 1
    assert found.n == 300
    with pytest.warns(MissingResponseWarning):
        less = common_method_variance(holes, few)
    assert less.n + less.n_excluded == 300
    assert f"{less.n_excluded} left out" in less.title()


def test_names_that_are_taken_are_avoided(gaps):
    text = CFA.replace("A =~", "common =~").replace("B =~", "method =~").replace("C =~", "m =~")
    plain = common_method_variance(gaps, CFA, "LOY1").to_frame()
    pd.testing.assert_frame_equal(
        common_method_variance(gaps, text, "LOY1").to_frame(), plain, rtol=0, atol=1e-6
    )


@pytest.mark.parametrize(
    ("model", "arguments", "error", "told"),
    [
        ("A =~ G1 + G2 + G3", {}, ModelError, "has 1 latent variables"),
        (CFA, {"marker": "G1"}, ModelError, "'G1' is an item of the model"),
        (CFA, {"marker": "LOY9"}, ResponseError, "not in the data: 'LOY9'.*Did you mean 'LOY"),
        (CFA, {"marker_correlation": 0.1}, ModelError, "goes with a marker"),
        (CFA, {"marker": LOY, "marker_correlation": 1.5}, ModelError, "between -1 and 1"),
        (CFA, {"missing": "two-stage"}, ModelError, "'listwise' or 'fiml'"),
    ],
)
def test_errors(model, arguments, error, told, gaps):
    with pytest.raises(error, match=told):
        common_method_variance(gaps, model, **arguments)


def test_sampling_weights_are_refused(gaps):
    sample = Sample(
        columns={item: gaps[item].to_numpy() for item in ITEMS}, weights=np.arange(1.0, 301.0)
    )
    with pytest.raises(ModelError, match="sampling weights"):
        common_method_variance(sample, CFA)


def test_it_shows_itself_with_criticism_and_no_verdict(marked):
    _, found = marked
    shown = repr(found)
    assert shown.startswith("Common method variance of 13 items: n = 300")
    assert "Howard, Boudreaux & Oglesby, 2024" in shown
    for language in LANGUAGES:
        assert len(found.notes(language)) == 3 + len(found.problems)
        assert found.title(language)
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    changed = found.harman
    changed.iloc[0] = 0
    assert found.harman.iloc[0] > 0
