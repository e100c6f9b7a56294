"""Every text and heading of the comparisons has its Chinese, also where it is no literal."""

import pytest

import servqual as sq
from servqual._language import catalogue, heading
from servqual.comparisons import families, matching, samples, tested, waves
from servqual.comparisons.contrasts import dimension_contrasts
from servqual.comparisons.gaps import gap_tests
from servqual.comparisons.groups import compare_groups
from servqual.comparisons.paired import paired_t_from_summary
from servqual.comparisons.profiles import cross_tabulate
from servqual.comparisons.waves import compare_waves
from servqual.comparisons.zones import tolerance_tests


def sentences():
    """The texts that modules hold as constants."""
    for module in (families, matching, samples, tested, waves):
        for name, value in vars(module).items():
            if name.lstrip("_").isupper() and isinstance(value, str):
                yield value
    yield from families._NAMES.values()
    yield from ("the first wave", "the second wave")


@pytest.mark.parametrize("sentence", sorted(set(sentences())))
def test_every_sentence_is_translated(sentence):
    assert sentence in catalogue("zh")["text"]


@pytest.fixture
def results(scores, frame):
    library = sq.load_dataset("library")
    about = sq.load_instrument(library.attrs["instrument"])
    answers = sq.Responses.from_frame(library, about, missing="available", **library.attrs["bind"])
    zone = sq.tolerance_scores(answers)
    return [
        gap_tests(scores, "max_t", worth_mending=0.25, n_resamples=100, seed=1),
        dimension_contrasts(scores, n_resamples=100),
        compare_groups(scores, "group"),
        compare_waves(scores, by="group"),
        cross_tabulate(frame, "group", "segment"),
        tolerance_tests(zone, n_resamples=100, seed=1),
        paired_t_from_summary(gap=[-1], sd_gap=[1], n=[50]),
    ]


@pytest.mark.filterwarnings("ignore::servqual.MissingResponseWarning")
def test_titles_notes_and_headings_in_chinese(results):
    for result in results:
        assert result.title("zh") != result.title("en")
        assert not set(result.notes("zh")) & set(result.notes("en"))
        tables = [result.to_frame()]
        tables += [getattr(result, name) for name in ("groups", "pairs") if hasattr(result, name)]
        for table in tables:
            for column in table:
                assert column in catalogue("zh")["columns"], column
                assert heading(column, "zh")


def test_problems_are_said_in_both_languages(small):
    scores = small(E1=[7, 6], P1=[6, 5], E2=[6, 6], P2=[5, 4], E3=[5, 6], P3=[5, 6])
    found = gap_tests(scores, n_resamples=0)
    assert len(found.problems) == 2
    assert set(found.problems) <= set(found.notes("en"))
    assert any("所有得分相等" in note for note in found.notes("zh"))
