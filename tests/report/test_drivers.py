"""What a report shows of drivers, scenarios and the gaps within the organisation."""

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.priorities.relative.dividing import relative_importance
from servqual.priorities.surface.fitting import response_surface
from servqual.report._outline import outline
from servqual.report._pictures import plans
from servqual.tables._model import build
from tests.report.conftest import answers


def section_of(result, language="en"):
    (chapter,) = outline([result], language).chapters
    (section,) = chapter.sections
    return section


def tables_of(section):
    return {one.caption: one.table for one in section.tables}


def labels(table):
    return [row.label for row in table.rows]


def cells(table, name):
    at = [column.name for column in table.columns].index(name)
    return [row.cells[at].numbers[0] for row in table.rows]


@pytest.fixture(scope="module")
def bank():
    frame = sq.load_dataset("bank").dropna()
    return sq.gap_scores(sq.Responses.from_frame(frame, sq.load_instrument("servqual-1991")))


def test_pictures_are_of_what_has_one(every):
    counts = {maker: len(plans(result, "en")) for maker, result in every.items()}
    pictured = ("relative_importance", "stated_derived_importance", "penalty_reward")
    pictured += ("kano_analysis", "response_surface", "what_if", "reach_target", "provider_gaps")
    assert {counts[name] for name in pictured} == {1}
    tabled = ("management_gap", "provider_ratings", "agreement_in_units", "disconfirmation_scores")
    assert {counts[name] for name in tabled} == {0}


def test_drivers_bear_the_labels_of_the_language_and_keep_their_figures(every):
    result = every["relative_importance"]
    tables = tables_of(section_of(result, "zh"))
    main, ranks, others = tables.values()
    names = [result.instrument.label(key, "zh") for key in result.drivers]
    assert labels(main) == labels(ranks) == labels(others) == names
    assert cells(main, "estimate") == result.to_frame()["estimate"].tolist()
    assert cells(ranks, "p_rank_2") == result.rank_probabilities[2].tolist()
    assert cells(others, "alone") == result.methods["first"].tolist()


def test_many_drivers_have_no_table_of_ranks():
    frame = pd.DataFrame(np.random.default_rng(1).normal(size=(40, 12))).rename(columns=str)
    found = relative_importance("0", frame, n_resamples=20, seed=1, progress=False)
    captions = list(tables_of(section_of(found)))
    assert captions == ["Result", "Other ways to divide R²"]


def test_cuts_of_indicators_and_of_slopes(every, bank):
    slopes = tables_of(section_of(every["penalty_reward"]))
    groups = sq.penalty_reward(bank, "SAT1", coding="dummy", n_resamples=0)
    caption = "Low and high answers, range of impact"
    names = [
        {column.name for column in tables[caption].columns}
        for tables in (slopes, tables_of(section_of(groups)))
    ]
    assert names[0] & {"cut", "low_to", "high_from", "p_value_linear"} == {"cut"}
    assert names[1] >= {"low_to", "high_from", "p_value_linear"}


@pytest.mark.filterwarnings("ignore::servqual.AdmissibilityWarning")
def test_surfaces_of_dimensions_stand_apart(bank, every):
    result = response_surface(bank, "SAT1", level="dimension", n_resamples=0)
    section = section_of(result)
    main = tables_of(section)["Result"]
    heads = [row.label for row in main.rows if row.heads]
    assert heads == [bank.responses.instrument.label(key) for key in bank.dimensions]
    assert labels(main)[:4] == ["Tangibles", "b0", "b1", "b2"]
    assert [plan.caption for plan in section.pictures] == [
        f"Response surface: {head}" for head in heads
    ]
    one = tables_of(section_of(every["response_surface"]))
    assert labels(one["Result"])[0] == "b0"
    assert labels(one["Kind and place of the stationary point"]) == ["Overall"]


def test_scenarios_stand_over_their_chain(every):
    tables = tables_of(section_of(every["what_if"]))
    main = tables["Result"]
    assert [row.label for row in main.rows if row.heads] == ["A", "B"]
    assert labels(main)[1:6] == [
        *("5. Dated promises kept", "Reliability", "Satisfaction", "Recommendation", "NPS"),
    ]
    assert labels(tables["Scenarios compared"])[0] == "A − B"
    assert "Satisfaction" in labels(tables["Steps of the chain"])


def test_plan_of_a_target_bears_labels(every):
    result = every["reach_target"]
    plan = tables_of(section_of(result))["Plan"]
    item = result.plan["item"].iloc[0]
    assert labels(plan)[0] == f"{item}. {result.instrument.label(item)}"


def test_gaps_stand_side_by_side_and_never_add_up(every):
    result = every["provider_gaps"]
    main, together = tables_of(section_of(result)).values()
    assert [column.name for column in main.columns] == [
        *("gap_1", "gap_1_ci", "gap_3", "gap_3_ci", "gap_5", "gap_5_ci"),
    ]
    frame = result.to_frame()
    for gap in (1, 3, 5):
        assert (
            cells(main, f"gap_{gap}") == frame.loc[frame["gap_number"] == gap, "estimate"].tolist()
        )
    found = result.correlations
    assert cells(together, "r_gap_3") == found.loc[found["gap_number"] == 3, "r"].tolist()
    alone = sq.provider_gaps(gap3=every["provider_ratings"])
    assert list(tables_of(section_of(alone))) == ["Result"]


def test_beliefs_of_each_kind_have_a_table(every):
    result = every["management_gap"]
    tables = tables_of(section_of(result))
    assert list(tables) == ["Result", "Importance", "Satisfaction"]
    frame = result.to_frame()
    points = frame[frame["quantity"] == "importance"]
    assert cells(tables["Importance"], "estimate") == points["estimate"].tolist()
    assert labels(tables["Importance"]) == points["label"].tolist()


def test_without_firms_there_are_no_shares_of_variance(every):
    scores = sq.gap_scores(answers(n=60)[0])
    with pytest.warns(sq.SmallSampleWarning):
        found = sq.agreement_in_units(scores, "site")
    assert list(tables_of(section_of(found))) == ["Result"]
    assert "Where the variance lies" in tables_of(section_of(every["agreement_in_units"]))


def test_ideals_are_explained_among_the_formulas(every):
    report = outline([every["evaluated_performance_scores"], every["disconfirmation_scores"]], "en")
    starts = [line.split(" = ")[0] for line in report.formulas]
    assert starts[:2] == ["Evaluated performance", "Direct disconfirmation"]
    assert "Normed quality" not in starts
    assert [one[:5] for one in report.references] == ["Olive", "Teas,"]


def test_a_table_of_its_own_puts_gaps_and_beliefs_under_their_heads(every):
    gaps = every["provider_gaps"]
    table = build(gaps)
    assert [row.label for row in table.rows if row.heads] == [
        "Gap 1: managers' guesses − customers' expectations",
        "Gap 3: ability to meet the standards",
        "Gap 5: perception − expectation (P − E)",
    ]
    found = [row.cells[3].numbers[0] for row in table.rows if not row.heads]
    assert found == gaps.to_frame()["estimate"].tolist()
    beliefs = build(every["management_gap"], language="zh")
    assert [row.label for row in beliefs.rows if row.heads] == ["期望", "重要性", "满意度"]
    assert len(beliefs.rows) == len(every["management_gap"].to_frame()) + 3


def test_a_table_of_its_own_names_parameters_chains_and_drivers(every):
    assert labels(build(every["response_surface"]))[:2] == ["b0", "b1"]
    assert labels(build(every["what_if"]))[:3] == ["A", "5. Dated promises kept", "Reliability"]
    drivers = build(every["penalty_reward"], language="zh")
    assert drivers.rows[0].label == every["penalty_reward"].instrument.label("tangibles", "zh")
    assert "driver" not in [one.name for one in drivers.columns]


def test_categories_that_share_a_place_are_each_translated():
    pairs = pd.DataFrame({"F1": [1, 3], "D1": [3, 5]})
    table = build(sq.kano_analysis(pairs), language="zh")
    at = [one.name for one in table.columns].index("category")
    assert table.rows[0].cells[at].text == "魅力 / 必备"
