"""Structural models in the report: figures, labels, pictures, and what is left out."""

import dataclasses

import numpy as np
import pytest

import servqual as sq
from servqual.report._diagrams import diagram_of
from servqual.report._kind import Kind
from servqual.report._outline import outline
from servqual.report._parts import journal_tables
from servqual.report._plan import WIDTH
from servqual.report._undone import Undone
from servqual.report.writing import write_report
from tests.helpers import needs
from tests.report.conftest import OUTCOMES, answers

SMALL = f"{OUTCOMES}; TAN =~ G1 + G2 + G3; SAT ~ a*TAN; LOY ~ b*SAT; through := a*b"


def section(*results):
    """Give the section on the last result."""
    return [one for chapter in outline(results, "en").chapters for one in chapter.sections][-1]


def table(found, caption):
    (shown,) = [one.table for one in found.tables if one.caption == caption]
    return shown


def numbers(shown, column):
    at = [one.name for one in shown.columns].index(column)
    return [row.cells[at].numbers for row in shown.rows if not row.heads]


def column(shown, name):
    return [one[0] if one else None for one in numbers(shown, name)]


@pytest.fixture(scope="module")
def bank():
    frame = sq.load_dataset("bank").dropna()
    responses = sq.Responses.from_frame(frame, sq.load_instrument("servqual-1991"))
    scores = sq.gap_scores(responses)
    outcomes = frame[[name for name in frame if name[:3] in ("SAT", "LOY")]]
    return scores, scores.to_data(outcomes)


@pytest.fixture(scope="module")
def model(bank):
    return sq.fit_sem(SMALL, bank[1], estimator="MLR")


@pytest.fixture(scope="module")
def shown(bank, model):
    return section(bank[0], model)


def test_each_kind_of_parameter_has_a_table(shown):
    assert shown.heading == "Structural model"
    assert [one.caption for one in shown.tables] == [
        *("Fit", "Loadings", "Paths", "Defined effects", "Explained variance"),
    ]
    assert shown.title.startswith("Structural model (MLR): n = 280; scaled")
    assert shown.tables[0].table.title == shown.title


def test_fit_stands_beside_the_corrected_fit(shown, model):
    fit = model.fit
    rows = {row.label: row.cells for row in table(shown, "Fit").rows}
    for label, name, corrected in (
        ("Chi-square", "chi2", "chi2_scaled"),
        ("df", "df", "df_scaled"),
        ("CFI", "cfi", "cfi_robust"),
        ("RMSEA", "rmsea", "rmsea_robust"),
    ):
        assert [cell.numbers for cell in rows[label]] == [(fit[name],), (fit[corrected],)]
    interval = rows["RMSEA, 90 % interval"][1]
    assert interval.numbers == (fit["rmsea_ci_low_robust"], fit["rmsea_ci_high_robust"])
    assert rows["SRMR"][0].text == f"{fit['srmr']:.3f}".lstrip("0")
    assert rows["SRMR"][1].text == ""
    assert rows["Scaling factor"][0].text == ""


def test_plain_fit_has_one_column(bank):
    found = table(section(sq.fit_sem("F =~ G1 + G2 + G3 + G4", bank[1])), "Fit")
    assert [one.heading for one in found.columns] == ["Value"]
    assert "Scaling factor" not in [row.label for row in found.rows]


def test_loadings_stand_under_their_factor_with_their_explained_variance(shown, model):
    loadings = table(shown, "Loadings")
    frame = model.parameters.query("op == '=~'")
    assert [row.label for row in loadings.rows if row.heads] == ["SAT", "LOY", "TAN"]
    assert loadings.rows[-1].label == "G3. Neat staff"
    assert column(loadings, "estimate") == frame["estimate"].tolist()
    assert column(loadings, "std_all") == frame["std_all"].tolist()
    assert column(loadings, "r2") == model.r_squared[frame["rhs"]].tolist()
    assert column(loadings, "se")[:2] == [None, frame["se"].iloc[1]]
    assert loadings.rows[1].cells[1].text == "–"
    assert "Loadings without a standard error are fixed." in loadings.notes


def test_interleaved_loadings_come_together(bank):
    text = "A =~ G1 + G2; B =~ G3 + G4; A =~ G5 + G6; B =~ G7"
    loadings = table(section(sq.fit_sem(text, bank[1])), "Loadings")
    assert [row.label for row in loadings.rows] == [
        *("A", "G1", "G2", "G5", "G6", "B", "G3", "G4", "G7"),
    ]


def test_paths_effects_and_explained_outcomes(shown, model):
    frame = model.parameters
    paths = table(shown, "Paths")
    assert [row.label for row in paths.rows] == ["TAN → SAT", "SAT → LOY"]
    own = frame[frame["op"] == "~"]
    assert column(paths, "p_value") == own["p_value"].tolist()
    assert numbers(paths, "ci") == list(zip(own["ci_low"], own["ci_high"], strict=True))
    assert [row.label for row in table(shown, "Defined effects").rows] == ["through = a*b"]
    explained = table(shown, "Explained variance")
    assert [row.label for row in explained.rows] == ["SAT", "LOY"]
    assert column(explained, "r2") == model.r_squared[["SAT", "LOY"]].tolist()


def test_what_no_table_shows_is_counted(shown, bank):
    left = "Not shown: {}; write_table gives all parameters."
    assert left.format("12 variances and residual variances") in shown.notes
    with_means = section(sq.fit_sem("F =~ G1 + G2 + G3", bank[1], means=True))
    assert left.format("4 variances and residual variances, 3 intercepts") in with_means.notes


def test_covariances_are_those_of_different_variables(bank):
    scores, data = bank
    result = sq.fit_sem("F =~ G1 + G2 + G3; H =~ G4 + G5 + G6; G1 ~~ G4; F ~~ 0*H", data)
    shown = table(section(scores, result), "Covariances and correlations")
    assert [row.label for row in shown.rows] == [
        "G1. Modern equipment ↔ G4. Appealing service materials"
    ]


def test_headings_tell_models_apart(bank):
    scores, data = bank
    assert section(scores, sq.fit_cfa(scores)).heading == "Confirmatory factor analysis: gap scores"
    assert section(sq.fit_cfa(scores)).heading == "Confirmatory factor analysis"
    assert section(scores, sq.fit_sem("SAT1 ~ G1", data)).heading == "Path analysis"
    undone = Undone(
        of=sq.SemResult,
        detail="gap scores",
        reason="Too few.",
        instrument=scores.responses.instrument,
        heading="Confirmatory factor analysis",
    )
    assert section(scores, undone).heading == "Confirmatory factor analysis: gap scores"


@pytest.fixture(scope="module")
def lost(model):
    """A model as one that did not converge is."""
    return dataclasses.replace(model, converged=False, problems=("It did not converge.",))


def test_failed_fit_has_reasons_and_no_figures(lost):
    found = section(lost)
    assert found.tables == found.pictures == ()
    assert "not converged" in found.title
    assert set(lost.problems) <= set(found.notes)


def test_word_gives_the_reasons_of_a_failed_fit(lost, tmp_path):
    docx = needs("docx")
    document = docx.Document(str(write_report(tmp_path / "x.docx", lost)))
    texts = [one.text for one in document.paragraphs]
    assert lost.title() in texts
    assert lost.problems[0] in texts


def test_groups_stand_apart(bank):
    data = bank[1].assign(half=["a", "b"] * 140)
    result = sq.fit_sem(f"{OUTCOMES}; LOY ~ SAT", data, group="half")
    found = section(result)
    assert [one.caption for one in found.pictures] == ["Path diagram: a", "Path diagram: b"]
    loadings = table(found, "Loadings")
    assert [row.label for row in loadings.rows if row.heads] == [
        *("a: SAT", "a: LOY", "b: SAT", "b: LOY"),
    ]
    explained = model_r2 = result.r_squared
    assert column(loadings, "r2")[-1] == explained["b", "LOY3"]
    assert column(table(found, "Explained variance"), "r2") == [
        model_r2["a", "LOY"],
        model_r2["b", "LOY"],
    ]
    assert "Groups: a, b." in outline([result], "en").settings[0].text


def test_latent_means_of_groups_have_a_table(bank):
    data = bank[1].assign(half=["a", "b"] * 140)
    text = "F =~ G1 + c(l, l)*G2 + c(m, m)*G3; G1 ~ c(i, i)*1; G2 ~ c(j, j)*1; G3 ~ c(k, k)*1"
    result = sq.fit_sem(f"{text}; F ~ c(0, NA)*1", data, group="half")
    shown = table(section(result), "Means of the latent variables")
    frame = result.parameters.query("op == '~1' and lhs == 'F' and group == 'b'")
    assert column(shown, "estimate") == frame["estimate"].tolist()


def test_diagram_is_as_wide_as_the_page_and_bears_labels_where_there_is_room(bank, model):
    needs("matplotlib")
    from matplotlib.figure import Figure

    scores, data = bank
    instrument = scores.responses.instrument
    few = sq.fit_sem("tangibles =~ G1 + G2 + G3 + G4", data)
    texts = {}
    for name, result in (("few", few), ("chain", model)):
        diagram = diagram_of(result, "", instrument, "en", WIDTH)
        width, height = diagram.size()
        assert width == WIDTH
        assert 1.9 < height < 9
        ax = Figure(figsize=(width, height)).subplots()
        diagram.draw(ax)
        texts[name] = [text.get_text() for text in ax.texts]
    assert {"Tangibles", "G1. Modern equipment"} <= set(texts["few"])
    assert "G1" in texts["chain"]


def test_validity_has_squares_below_their_diagonals(bank):
    scores, data = bank
    result = sq.construct_validity(sq.fit_cfa(scores))
    found = section(scores, result)
    assert [one.caption for one in found.tables] == [
        "Reliability and convergent validity",
        *("Fornell-Larcker criterion", "Latent correlations", "HTMT"),
    ]
    main = table(found, "Reliability and convergent validity")
    assert column(main, "cr") == result.to_frame()["cr"].tolist()
    assert main.rows[0].label == "Tangibles"
    for caption, square, offset in (
        ("Fornell-Larcker criterion", result.fornell_larcker, 1),
        ("HTMT", result.htmt, 0),
    ):
        for at, row in enumerate(table(found, caption).rows):
            held = [cell.numbers[0] for cell in row.cells if cell.text]
            assert held == square.iloc[at, : at + offset].tolist()
    assert table(found, "HTMT").rows[1].label == "2. Reliability"
    drawn = sq.construct_validity(sq.fit_sem(OUTCOMES, data), n_resamples=20, seed=1)
    pair = table(section(drawn), "HTMT").rows[0]
    assert pair.label == "SAT ↔ LOY"
    assert pair.cells[1].numbers == tuple(drawn.htmt_pairs[["ci_low", "ci_high"]].iloc[0])


def test_indirect_effects_and_fixed_values_of_resamples(model, bank):
    result = sq.bootstrap_sem(model, 20, seed=1, progress=False)
    found = section(bank[0], result)
    assert [row.label for row in table(found, "Indirect effects").rows] == ["TAN → SAT → LOY"]
    frame = result.to_frame()
    assert column(table(found, "Paths"), "bias") == frame.loc[frame["op"] == "~", "bias"].tolist()
    fixed = table(found, "Loadings").rows[1]
    assert [cell.text for cell in fixed.cells[1:4]] == ["–", "–", "–"]
    drawn = sq.monte_carlo_interval(model, 50, seed=1)
    effects = table(section(drawn), "Indirect effects")
    assert column(effects, "estimate") == [drawn.to_frame()["estimate"].iloc[-1]]


def test_the_largest_come_first_and_the_others_are_counted(model):
    for result, caption, name in (
        (sq.modification_indices(model), "Largest indices", "mi"),
        (sq.model_residuals(model), "Largest residuals", "z"),
    ):
        found = section(result)
        values = np.abs(column(table(found, caption), name))
        assert (np.diff(values) <= 0).all()
        assert len(values) == 10
        assert values[0] == result.to_frame()[name].abs().max()
        assert f"The 10 largest of {len(result.to_frame())} are shown." in found.notes


def test_small_changes_of_fit_keep_three_decimals(every):
    found = table(section(every["compare_models"]), "Models")
    by = {one.name: at for at, one in enumerate(found.columns)}
    last = found.rows[-1].cells
    change = every["compare_models"].to_frame()["cfi_change"].iloc[-1]
    assert last[by["cfi_change"]].text == f"{change:.3f}".replace("-0.", "−.")
    assert last[by["df_difference"]].text == "1"


def test_method_names_estimator_model_and_publications(model):
    report = outline([model], "en")
    text = report.settings[0].text
    assert text.startswith("Estimator: MLR; missing answers: incomplete respondents left out; ")
    assert "LOY ~ b*SAT; through := a*b." in text
    said = "\n".join(report.references)
    for author in ("Jöreskog", "Hu, L.", "Yuan", "Brosseau-Liard", "Bentler, P. M. (1990)"):
        assert author in said
    assert "Savalei, V., & Bentler" not in said


def test_kind_brings_its_own_method_and_tables(every):
    result = every["proportion"]
    kind = Kind(
        type=sq.Proportion,
        maker="proportion",
        chapter="Score cards",
        heading="Share",
        main=lambda one: one.to_frame()[["group", "n"]].assign(group="all"),
        beside={"Again": lambda one: one.to_frame()[["group", "estimate"]].assign(group="all")},
    )
    first, second = journal_tables(result, kind, "Share", "en")
    assert (first.caption, second.caption) == ("Result", "Again")
    assert (first.table.title, first.table.notes[0]) == (result.title(), result.notes()[0])
    assert [one.name for one in first.table.columns] == ["n"]
    assert second.table.rows[0].cells[0].numbers == (result.to_frame()["estimate"].iloc[0],)


def test_items_of_one_instrument_only_are_labelled(bank):
    results = [sq.gap_scores(answers(title=title)[0]) for title in ("Branch", "Counter")]
    model = sq.fit_sem("care =~ SAT1 + SAT2 + SAT3", bank[1])
    assert table(section(results[0], model), "Loadings").rows[0].label == "Care"
    assert table(section(*results, model), "Loadings").rows[0].label == "care"
