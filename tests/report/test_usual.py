"""The analyses beside scores: which are done, with what, and what is said of those that fail."""

import sys
from contextlib import nullcontext

import pytest

import servqual as sq
import servqual.__main__ as command
from servqual.report import _usual
from servqual.report._undone import Undone
from servqual.report._usual import usual_results
from tests.helpers import needs
from tests.report.conftest import answers


def kinds(results):
    return [type(one).__name__ for one in results]


def test_gaps_with_importance_a_zone_and_groups():
    needs("pingouin")
    responses, frame = answers()
    scores = sq.gap_scores(responses, importance="items")
    profile = sq.describe_sample(frame.assign(age=range(60)), ["site", "wave", "age"])
    found = usual_results(scores, [sq.tolerance_scores(responses)], profile)
    assert kinds(found) == [
        *["InternalConsistency"] * 3,
        *("ItemAnalysis", "DifferenceScoreReliability", "Factorability", "ParallelAnalysis"),
        *("FactorSolution", "GapTests", "DimensionContrasts", "ToleranceTests"),
        *("GroupComparison", "GroupComparison", "ImportancePerformance", "Undone"),
    ]
    assert [one.of for one in found[:4]] == ["gap", "expectation", "perception", "gap"]
    assert found[0] == sq.internal_consistency(scores)
    assert found[7].n_factors == 2
    assert [found[11].by, found[12].by] == ["site", "wave"]
    assert found[-2].importance == "items"


def test_perceptions_alone():
    scores = sq.perception_scores(answers()[0])
    found = usual_results(scores)
    assert kinds(found) == [
        *("InternalConsistency", "ItemAnalysis", "Factorability", "ParallelAnalysis"),
        *("FactorSolution", "DimensionContrasts", "ImportancePerformance", "Undone"),
    ]
    assert {one.of for one in found[:2]} == {"perception"}


def test_points_place_dimensions():
    frame = sq.load_dataset("bank").dropna()
    instrument = sq.load_instrument("servqual-1991")
    responses = sq.Responses.from_frame(frame, instrument, points="points_{}")
    *_, matrix, model, validity = usual_results(sq.gap_scores(responses))
    assert (matrix.importance, matrix.level) == ("points", "dimension")
    assert (model.estimator, model.missing, model.n) == ("MLR", "listwise", 280)
    assert validity == sq.construct_validity(model)


@pytest.mark.parametrize(("n", "enough"), [(64, False), (65, True)])
def test_factor_model_wants_five_respondents_a_parameter(n, enough):
    found = usual_results(sq.perception_scores(answers(n=n)[0]))
    assert kinds(found)[-2:] == (
        ["SemResult", "ConstructValidity"] if enough else ["ImportancePerformance", "Undone"]
    )
    if not enough:
        assert (found[-1].of, found[-1].detail) == (sq.SemResult, "perceptions")
        assert "13 parameters, and 64 respondents are fewer than 5" in found[-1].reason
        assert found[-1].heading == "Confirmatory factor analysis"


def test_incomplete_respondents_count_in_the_factor_model_where_they_do_in_the_scores():
    responses, frame = answers(n=80)
    frame.loc[3, "P1"] = None
    responses = sq.Responses.from_frame(frame, responses.instrument, missing="available")
    with pytest.warns(sq.MissingResponseWarning):
        scores = sq.perception_scores(responses)
    model = usual_results(scores)[-2]
    assert (model.missing, model.n) == ("fiml", 80)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_respondents_give_reasons_and_no_warnings(n):
    with pytest.warns(sq.SmallSampleWarning) if n == 1 else nullcontext():
        scores = sq.gap_scores(answers(n=n)[0])
    found = usual_results(scores)
    undone = [one for one in found if isinstance(one, Undone)]
    assert undone[-1].of == sq.SemResult
    if n < 3:
        assert [one.of for one in undone[:-1]] == [
            *(sq.Factorability, sq.ParallelAnalysis, sq.FactorSolution),
        ]
        assert undone[0].reason == f"Correlations need at least three respondents; there are {n}."
    assert len(found) == 12


def test_a_missing_package_is_a_reason(monkeypatch):
    monkeypatch.setitem(sys.modules, "pingouin", None)
    responses, frame = answers()
    scores = sq.perception_scores(responses)
    found = usual_results(scores, profile=sq.describe_sample(frame, ["site"]))
    undone, _ = [one for one in found if isinstance(one, Undone)]
    assert (undone.of, undone.detail) == (sq.GroupComparison, "site")
    assert "pip install 'servqual[stats]'" in undone.reason


def test_runs_are_the_same():
    scores = sq.gap_scores(answers()[0])
    assert usual_results(scores) == usual_results(scores)


@pytest.mark.parametrize("outcome", [(), ("SAT1", "SAT2")])
def test_an_outcome_brings_its_drivers(monkeypatch, outcome):
    frame = sq.load_dataset("bank").dropna()
    servqual = sq.load_instrument("servqual-1991")
    scores = sq.gap_scores(sq.Responses.from_frame(frame, servqual, points="points_{}"))
    for slow in ("_scale", "_tests", "_model"):
        monkeypatch.setattr(_usual, slow, lambda *_: [])
    found = usual_results(scores, outcome=outcome)
    named = ["RelativeImportance", "StatedDerivedImportance", "PenaltyReward", "ResponseSurface"]
    named.append("DifferenceScoreAudit")
    assert kinds(found) == ["ImportancePerformance", *(named if outcome else [])]
    assert {one.outcome for one in found[1:5]} <= {outcome}
    assert {one.n_resamples for one in found[1:5]} <= {2000}


def test_perceptions_without_points_have_neither_surface_nor_stated_importance(monkeypatch):
    responses, frame = answers()
    frame["flat"] = 3
    scores = sq.perception_scores(sq.Responses.from_frame(frame, responses.instrument))
    for slow in ("_scale", "_tests", "_model", "_priorities"):
        monkeypatch.setattr(_usual, slow, lambda *_: [])
    assert kinds(usual_results(scores, outcome=["recommend"])) == [
        *("RelativeImportance", "PenaltyReward"),
    ]
    undone = usual_results(scores, outcome=["flat"])
    assert [one.of.__name__ for one in undone] == ["RelativeImportance", "PenaltyReward"]
    assert all("outcome" in one.reason for one in undone)


def test_the_command_line_passes_the_outcome_on_and_refuses_one_that_is_not_there(
    monkeypatch, tmp_path, capsys
):
    given = []
    monkeypatch.setattr(command, "write_report", lambda path, *_, **__: path)
    monkeypatch.setattr(command, "usual_results", lambda *held: given.append(held[-1]) or ())
    file = tmp_path / "bank.csv"
    sq.load_dataset("bank").dropna().to_csv(file, index=False)
    out = ["-o", str(tmp_path / "report.html")]
    report = ["report", str(file), "--instrument", "servqual-1991", *out]
    assert command.main([*report, "--outcome", "SAT1, SAT2"]) == command.WRITTEN
    assert command.main(report) == command.WRITTEN
    assert given == [["SAT1", "SAT2"], []]
    assert command.main([*report, "--outcome", "SAT9"]) == command.REFUSED
    assert "outcome columns are missing from the frame: 'SAT9'" in capsys.readouterr().err
