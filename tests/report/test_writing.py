"""What a report takes, in which order, under which headings, and what it says of the method."""

import dataclasses
import random
import re

import pandas as pd
import pytest

import servqual as sq
from servqual import _language
from servqual._result import Result
from servqual.report._kinds import KINDS, kind_of
from servqual.report._outline import outline, with_profile
from servqual.report._references import INTERVALS
from servqual.report._undone import Undone
from servqual.report.writing import write_report
from tests.report.conftest import answers

CARD = sq.net_promoter_score([9, 10, 0])


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Other(Result):
    """A result that the report does not know."""

    def title(self, language="en"):
        return "Other"

    def to_frame(self):
        return pd.DataFrame({"n": [3]})


def sections(report):
    return [one for chapter in report.chapters for one in chapter.sections]


@pytest.fixture(scope="module")
def whole(every):
    """Give the report on everything, in English."""
    results = list(every.values())
    random.Random(3).shuffle(results)
    return outline(results, "en")


def test_every_result_of_the_package_is_taken(every):
    assert [kind.maker for kind in KINDS] == list(every)
    assert all(kind_of(result).maker == maker for maker, result in every.items())


def test_order_is_that_of_a_paper_whatever_the_order_given(every, whole):
    assert [one.heading for one in whole.chapters] == [
        "Sample",
        "Scores",
        "Reliability",
        "Factors",
        "Structural model",
        "Path model",
        "Tests of the gaps",
        "Groups and waves",
        "Priorities",
        "The provider's gaps",
        "Score cards",
    ]
    assert [one.result for one in sections(whole)] == list(every.values())


def test_every_result_has_a_heading_a_table_and_a_word_on_its_method(whole):
    headings = [one.heading for one in sections(whole)]
    assert headings[0] == ""  # the chapter says so
    assert len(set(headings)) == len(headings)
    assert all(one.tables and one.title for one in sections(whole))
    after_scores = headings.index("Internal consistency: gap scores")
    assert [entry.term for entry in whole.settings] == headings[after_scores:]


def test_tables_beside_the_main_one(whole):
    by_maker = {kind_of(one.result).maker: one for one in sections(whole)}
    captions = {maker: [one.caption for one in it.tables] for maker, it in by_maker.items()}
    assert captions["compare_groups"] == ["Tests", "Means of the groups", "Pairs of groups"]
    assert captions["fit_efa"] == [
        "Loadings",
        "Total variance explained",
        "Congruence with the intended dimensions",
    ]
    assert captions["difference_score_audit"] == ["Models", "Equal and opposite effects of E and P"]
    assert captions["internal_consistency"] == ["Result"]


def test_oblique_factors_have_their_correlations(every):
    oblique = sq.fit_efa(sq.load_dataset("bank")[[f"P{at}" for at in range(1, 10)]].dropna(), 2)
    (section,) = sections(outline([oblique], "en"))
    (table,) = [one.table for one in section.tables if one.caption == "Correlations of the factors"]
    phi = oblique.factor_correlations.iloc[0, 1]
    assert [row.label for row in table.rows] == ["F1", "F2"]
    assert table.rows[0].cells[1].numbers == (phi,)


def test_pairs_of_groups_stand_under_their_dimension_and_keep_their_sign(every):
    result = every["compare_groups"]
    (section,) = sections(outline([result], "en"))
    table = section.tables[2].table
    first = result.pairs.iloc[0]
    assert (table.rows[0].label, table.rows[0].heads) == ("Care", True)
    assert table.rows[1].label == f"{first['second']} − {first['first']}"
    assert table.rows[1].cells[0].numbers == (first["estimate"],)


def test_eigenvalues_far_beyond_what_is_kept_are_left_out_and_counted():
    bank = sq.load_dataset("bank")[[f"P{at}" for at in range(1, 23)]].dropna()
    result = sq.parallel_analysis(bank, draws=20, seed=1, kind="components")
    (section,) = sections(outline([result], "en"))
    kept = int(result.suggested.max().max())
    shown = max(6, kept + 2)
    assert f"The first {shown} of 22 eigenvalues are shown." in section.notes
    numbers = [row.cells[0].numbers[0] for row in section.tables[0].table.rows if not row.heads]
    assert numbers == result.to_frame()["eigenvalue"].tolist()[:shown]


def test_action_sheet_has_blank_columns_to_fill_in(every):
    (section,) = sections(outline([every["action_sheet"]], "en"))
    table = section.tables[0].table
    assert [one.name for one in table.columns][2:] == [
        *("measure", "owner", "deadline", "target", "result"),
    ]
    assert {cell.text for row in table.rows for cell in row.cells[2:]} == {""}


def test_two_instruments_stand_apart_with_their_titles():
    results = []
    for title in ("Branch", "Counter"):
        scores = sq.gap_scores(answers(title=title)[0])
        results += [sq.internal_consistency(scores), scores]
    report = outline(results[::-1], "en")
    assert [one.heading for one in sections(report)] == [
        "Gaps (Counter)",
        "Gaps (Branch)",
        "Internal consistency: gap scores (Counter)",
        "Internal consistency: gap scores (Branch)",
    ]
    assert report.title == "Counter, Branch"
    assert [entries[0].text for entries in report.survey] == ["Counter (duo)", "Branch (duo)"]
    (entry,) = report.settings
    assert entry.term == "; ".join(one.heading for one in sections(report)[2:])


def test_several_of_one_instrument_are_counted_and_the_same_one_stands_once(every):
    gaps = every["gap_scores"]
    tests = [sq.gap_tests(gaps, correction, n_resamples=0) for correction in ("holm", "bh")]
    report = outline([*tests, tests[0]], "en")
    assert [one.heading for one in sections(report)] == [
        "Is the mean gap different from 0? (1)",
        "Is the mean gap different from 0? (2)",
    ]
    assert [one.result for one in sections(report)] == tests
    first, second = report.settings
    assert "p-values: Holm; 95 % intervals." in first.text
    assert "p-values: Benjamini-Hochberg; 95 % intervals." in second.text


def test_method_says_the_settings(every):
    gaps = every["gap_scores"]
    results = [
        sq.internal_consistency(gaps, interval="bca", n_resamples=100, seed=4, omega=False),
        sq.fit_efa(gaps, 1, "none", "ml"),
        sq.gap_tests(gaps, "max_t", n_resamples=60, seed=7, worth_mending=0.5, confidence=0.9),
    ]
    texts = [entry.text for entry in outline(results, "en").settings]
    assert texts[0].endswith(
        "95 % intervals: bootstrap (bias-corrected accelerated (BCa)), 100 resamples, seed 4."
    )
    assert "mega" not in texts[0]
    assert "extraction: maximum likelihood; factors: 1; rotation: no rotation" in texts[1]
    assert "p-values: maximum t over sign flips; 90 % intervals." in texts[2]
    assert "Simultaneous bands from 60 sign flips, seed 7." in texts[2]
    assert "two one-sided tests against -0.5 and 0.5." in texts[2]


def test_references_are_those_of_what_is_shown(every, whole):
    said = "\n".join(outline([every["gap_tests"]], "en").references)
    assert re.findall(r"^\w+", said, re.MULTILINE) == [*("Cohen", "Holm", "Schuirmann", "Westfall")]
    assert set(INTERVALS["wilson"]) <= set(outline([every["proportion"]], "en").references)
    assert list(whole.references) == sorted(set(whole.references))
    assert len(whole.references) > 35


def test_without_figures_there_is_no_table_but_the_reason():
    with pytest.warns(sq.ServqualWarning):
        result = sq.factorability(sq.gap_scores(answers(n=4)[0]))
    (section,) = sections(outline([result], "en"))
    assert section.tables == ()
    assert set(result.problems) <= set(section.notes)
    assert result.problems


def test_what_could_not_be_done_stands_in_its_place(every):
    gaps = every["gap_scores"]
    undone = Undone(
        of=sq.FactorSolution,
        detail="gap scores",
        reason="Too few.",
        instrument=gaps.responses.instrument,
    )
    report = outline([every["gap_tests"], undone, every["factorability"]], "en")
    assert [one.heading for one in sections(report)] == [
        "Factorability: gap scores",
        "Exploratory factor analysis: gap scores",
        "Is the mean gap different from 0?",
    ]
    section = sections(report)[1]
    assert (section.title, section.notes) == ("This could not be computed:", ("Too few.",))
    assert section.tables == section.pictures == ()
    assert len(report.settings) == 2


def test_profile_comes_first(every):
    report = outline(with_profile([CARD], every["describe_sample"]), "en")
    assert [one.heading for one in report.chapters] == ["Sample", "Score cards"]


def test_every_text_is_translated(every, monkeypatch):
    untranslated = set()
    known = _language.catalogue("zh")

    class Watched(dict):
        def get(self, key, default=None):
            if key not in self:
                untranslated.add(key)
            return super().get(key, default)

    watched = {name: Watched(texts) for name, texts in known.items()}
    monkeypatch.setattr(_language, "catalogue", lambda language: watched)
    gaps = every["gap_scores"]
    others = [
        sq.internal_consistency(gaps, interval="percentile", n_resamples=50),
        sq.parallel_analysis(gaps, draws=20, method="permutation", seed=1),
        sq.fit_efa(gaps, 2, "varimax", "components"),
        sq.fit_efa(gaps, 1, "none", "principal_axis"),
    ]
    outline([*every.values(), *others], "zh")
    data = {
        "wave before",
        "wave after",
        "recommend",
        "before",
        "after",
        "wave",
        "site",
        "P1",
        "F1",
        "C1",
        "C2",
        "Model 1",
        "Model 2",
        "",
    }
    assert untranslated - data == set()


@pytest.mark.parametrize("wrong", [pd.DataFrame({"gap": [1]}), "scores", None, Other(), sq])
def test_what_a_report_does_not_take_is_refused_with_what_it_takes(tmp_path, wrong):
    with pytest.raises(TypeError) as refused:
        write_report(tmp_path / "x.html", CARD, wrong)
    said = str(refused.value)
    assert said.startswith("write_report takes what describe_sample, gap_scores, perception_scores")
    assert said.endswith(f"satisfaction_index, proportion give, not {type(wrong).__name__}.")
    assert list(tmp_path.iterdir()) == []


def test_no_results_are_refused(tmp_path):
    with pytest.raises(ValueError, match="There is no result to report; give at least one"):
        write_report(tmp_path / "x.html")


def test_profile_must_be_one(tmp_path):
    with pytest.raises(TypeError, match=r"profile must come from describe_sample\(frame\), not"):
        write_report(tmp_path / "x.html", CARD, profile=pd.DataFrame())


def test_language_must_be_known(tmp_path):
    with pytest.raises(ValueError, match="language must be one of en, zh, not 'fr'"):
        write_report(tmp_path / "x.html", CARD, language="fr")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x.pdf", r"must end in .html, .htm, .docx, but 'x.pdf' ends in '.pdf'"),
        ("x", r"must end in .html, .htm, .docx, but 'x' has no ending"),
    ],
)
def test_kind_of_file_must_be_known(tmp_path, name, said):
    with pytest.raises(ValueError, match=said):
        write_report(tmp_path / name, CARD)


@pytest.mark.parametrize("name", ["x.html", "x.docx"])
def test_folder_must_exist_and_path_must_be_a_file(tmp_path, name):
    with pytest.raises(FileNotFoundError, match=rf"There is no folder '.*nowhere' to write {name}"):
        write_report(tmp_path / "nowhere" / name, CARD)
    (tmp_path / name).mkdir()
    with pytest.raises(IsADirectoryError, match="is a folder; name a file to write"):
        write_report(tmp_path / name, CARD)
