"""The reliability of a sum of ordered answers."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from servqual.errors import ResponseError
from servqual.instrument import Instrument
from servqual.moments import Moments
from servqual.reliability._categorical_omega import one_factor_dwls
from servqual.reliability.consistency import internal_consistency
from servqual.responses import Responses
from servqual.scores.gaps import gap_scores

REFERENCE = Path(__file__).parents[1] / "reference"
SIZES = {"TAN": (1, 5), "REL": (5, 10), "RES": (10, 14), "ASS": (14, 18), "EMP": (18, 23)}


@pytest.fixture(scope="module")
def survey():
    return pd.read_csv(REFERENCE / "servqual_300.csv")


def categorical(frame, **options):
    found = internal_consistency(frame, omega="categorical", **options)
    return found, found.to_frame().set_index("dimension")["omega_categorical"]


def factor_answers(n, loadings, cuts, rng, forms=1):
    """Answers of n to parallel forms of items with one factor behind them."""
    factor = rng.normal(size=(n, 1))
    loadings = np.array(loadings)
    found = []
    for _ in range(forms):
        noise = rng.normal(size=(n, len(loadings))) * np.sqrt(1 - loadings**2)
        found.append(np.digitize(factor * loadings + noise, cuts))
    names = [f"x{i}" for i in range(len(loadings))]
    return [pd.DataFrame(form, columns=names) for form in found]


@pytest.mark.parametrize("role", ["P", "E"])
def test_categorical_omega_is_that_of_semtools(survey, role):
    by_r = json.loads((REFERENCE / "categorical_omega.json").read_text())[role]
    dimensions = {key: [f"{role}{i}" for i in range(*ends)] for key, ends in SIZES.items()}
    found, values = categorical(survey, dimensions=dimensions)
    for key, expected in by_r.items():
        at = "(scale)" if key == "SCALE" else key
        assert values[at] == pytest.approx(expected["observed"], abs=1e-6), key
    plain = internal_consistency(survey, dimensions=dimensions)
    pd.testing.assert_frame_equal(
        found.to_frame().drop(columns="omega_categorical"), plain.to_frame()
    )
    assert found.problems == plain.problems
    assert sum("Green & Yang, 2009" in note for note in found.notes()) == 1
    assert not any("Green & Yang" in note for note in plain.notes())


def test_loadings_are_those_of_lavaan(survey):
    from servqual.polychoric.correlation import polychoric_correlation

    by_r = json.loads((REFERENCE / "categorical_omega.json").read_text())["P"]["REL"]
    found = polychoric_correlation(survey[[f"P{i}" for i in range(5, 10)]])
    loadings, settled = one_factor_dwls(found.matrix, found.errors)
    assert settled
    np.testing.assert_allclose(loadings, by_r["loadings"], atol=1e-6)


def test_a_known_reliability_is_found(rng):
    """The reliability of a sum is its correlation with that of a parallel form."""
    one, other = factor_answers(100_000, [0.8, 0.7, 0.6, 0.5], [-0.5, 1.2], rng, forms=2)
    known = np.corrcoef(one.sum(axis=1), other.sum(axis=1))[0, 1]
    _, values = categorical(one)
    assert values["scale"] == pytest.approx(known, abs=0.005)
    # The answers as they are coded count, so that unequal steps change the sum and its omega.
    coded = [form.replace({2: 9}) for form in (one, other)]
    _, values = categorical(coded[0])
    known_too = np.corrcoef(*(form.sum(axis=1) for form in coded))[0, 1]
    assert values["scale"] == pytest.approx(known_too, abs=0.005)
    assert abs(known - known_too) > 0.01


def test_two_items_have_equal_loadings(rng):
    one, other = factor_answers(50_000, [0.7, 0.7], [0.3], rng, forms=2)
    known = np.corrcoef(one.sum(axis=1), other.sum(axis=1))[0, 1]
    _, values = categorical(one)
    assert values["scale"] == pytest.approx(known, abs=0.01)
    found, values = categorical(one.assign(x1=1 - one["x1"]))
    assert np.isnan(values["scale"])
    assert "(scale): no categorical omega, as the polychoric correlation is not positive." in (
        found.problems
    )


def test_what_has_no_categorical_omega_is_named_and_the_rest_computed(survey):
    frame = survey[["P1", "P2", "P3", "P4", "P5", "P6"]].assign(
        fine=np.arange(300.0), again=survey["P1"].replace({7: 9, 6: 8}), other=survey["SAT1"]
    )
    dimensions = {
        "good": ["P2", "P3", "P4"],
        "fine": ["P5", "fine"],
        "perfect": ["P1", "again"],
        "alone": ["P6"],
    }
    found, values = categorical(frame, dimensions=dimensions)
    assert values["good"] > 0.5
    assert values[["fine", "perfect", "alone", "(scale)"]].isna().all()
    problems = found.problems
    assert "fine: no categorical omega, as fine have more than 20 categories." in problems
    assert "perfect: no categorical omega, as answers are in perfect order: P1 - again." in problems
    assert "alone: one item has no internal consistency." in problems


def test_a_heywood_case_is_named(rng):
    (frame,) = factor_answers(400, [0.9, 0.9, 0.9], [-0.4, 0.4], rng)
    frame["x1"] = np.where(rng.random(400) < 0.97, frame["x0"], frame["x1"])
    frame["x2"] = np.where(rng.random(400) < 0.3, frame["x2"], rng.integers(0, 3, 400))
    found, values = categorical(frame)
    assert 0 < values["scale"] <= 1
    assert any("read categorical omega with care" in problem for problem in found.problems)


def test_differences_and_moments_are_refused(survey):
    about = Instrument(name="two", dimensions={"care": ("1", "2", "3")}, scale=(1, 7))
    scores = gap_scores(Responses.from_frame(survey, about))
    with pytest.raises(ResponseError, match="difference of two, which is no ordered category"):
        internal_consistency(scores, omega="categorical")
    found, values = categorical(scores, of="perception")
    _, plain = categorical(survey[["P1", "P2", "P3"]], dimensions={"care": ["P1", "P2", "P3"]})
    assert values["care"] == pytest.approx(plain["care"], abs=1e-12)
    assert found.of == "perception"
    with pytest.raises(ResponseError, match="Categorical omega needs the answers themselves"):
        internal_consistency(Moments.from_frame(survey[["P1", "P2", "P3"]]), omega="categorical")
    with pytest.raises(ValueError, match="omega must be True, False or 'categorical'"):
        internal_consistency(scores, omega="ordinal")


def test_weights_of_two_are_rows_twice(survey):
    frame = survey[["P1", "P2", "P3"]]
    weights = np.ones(300)
    weights[:100] = 2
    from servqual.sample import Sample

    _, weighted = categorical(Sample.from_frame(frame, weights=weights))
    _, twice = categorical(pd.concat([frame, frame.head(100)]))
    assert weighted["scale"] == pytest.approx(twice["scale"], abs=1e-4)
