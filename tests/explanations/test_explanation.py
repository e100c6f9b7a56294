import pickle
import re

import numpy as np
import pytest

import servqual as sq
from servqual.explanations.explaining import explain
from tests.explanations.replayed import replay
from tests.tables.made import HOSTILE


@pytest.fixture
def hostile(answers):
    """Gap scores of an instrument whose labels are attacks."""
    import dataclasses

    labels = {"en": {key: f"{key} {HOSTILE}" for key in ("1", "2", "care", "speed")}}
    instrument = dataclasses.replace(answers.instrument, labels=labels)
    return sq.gap_scores(dataclasses.replace(answers, instrument=instrument))


@pytest.fixture
def explanation(answers):
    return explain(sq.gap_scores(answers), dimension="speed")


def test_text_holds_every_part(explanation):
    text = str(explanation)
    for part in (
        explanation.title,
        explanation.source,
        explanation.formula_text,
        *(line.strip() for step in explanation.steps for line in step.text.split("\n")),
        *explanation.readings,
        *explanation.cautions,
        *explanation.references,
        *(symbol.meaning for symbol in explanation.symbols.values()),
        "rounded",
    ):
        assert part in text
    assert repr(explanation) == text


def test_html_has_formulas_for_mathjax_and_text_for_everybody(explanation):
    shown = explanation._repr_html_()
    assert f"$${explanation.formula}$$" in shown
    aligned = explanation.steps[0].latex.replace("&", "&amp;")
    assert f"<p>$${aligned}$$</p>" in shown
    assert explanation.steps[0].text in re.search("<pre[^>]*>(.*)</pre>", shown, re.DOTALL)[1]
    assert explanation.references[0].replace("&", "&amp;") in shown


def test_latex_has_formulas(explanation):
    shown = explanation._repr_latex_()
    assert rf"\[ {explanation.formula} \]" in shown
    assert rf"\[ {explanation.steps[0].latex} \]" in shown
    assert r"\textbf{Mean gap of Speed}" in shown


@pytest.mark.parametrize("chosen", [{"item": "1"}, {"dimension": "care"}, {}])
def test_hostile_labels_stay_text(hostile, chosen):
    found = explain(hostile, **chosen)
    assert replay(found) > 0
    shown = found._repr_html_()
    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    assert "\x07" not in shown + str(found) + found._repr_latex_()
    prose = re.sub(r"\$\$.*?\$\$", "", shown, flags=re.DOTALL)
    prose = re.sub(r"<pre.*?</pre>", "", prose, flags=re.DOTALL)
    prose = re.sub(r"<td>\$[^<]*\$</td>", "", prose)
    # Outside our own formulas, each delimiter of MathJax stands in an element of its own.
    assert re.search(r"(?<!<span>)[$\\]", prose) is None
    told = found._repr_latex_()
    assert r"\textbackslash{}end" in told
    assert "\\end <" not in told
    assert not re.search(r"(?<!\\)%", told)


def test_is_a_value(explanation, answers):
    again = pickle.loads(pickle.dumps(explanation))
    assert again == explanation
    assert explain(sq.gap_scores(answers), dimension="care") != explanation
    with pytest.raises(TypeError):
        explanation.symbols["k"] = 1
    with pytest.raises(ValueError, match="read-only"):
        explanation.symbols["gaps"].value[0] = 1
    with pytest.raises(AttributeError):
        explanation.value = 1


def test_nan_has_its_reason_and_no_steps(trio, survey):
    survey.loc[survey.index[:20], ["P1", "P2"]] = np.nan  # nobody has both
    survey.loc[survey.index[20:], ["E1", "E2"]] = np.nan
    with pytest.warns(sq.MissingResponseWarning):
        scores = sq.gap_scores(sq.Responses.from_frame(survey, trio, missing="available"))
    for chosen in ({"item": "1"}, {"dimension": "care"}, {}):
        found = explain(scores, **chosen)
        assert np.isnan(found.value)
        assert found.steps == found.readings == ()
        assert "Nobody has this score" in found.problems[0]
        assert "Not computed: Nobody has this score" in str(found)
        assert found.formula
        assert ": \n" not in str(found) + "\n"
        assert "nan" not in str(found)
        assert "nan" not in found._repr_html_()


def test_unknown_results_list_what_can_be_explained():
    with pytest.raises(TypeError, match=r"explanation of int; .*gap_scores, internal_consistency"):
        explain(1)


def test_unknown_choices_name_the_nearest(answers):
    scores = sq.gap_scores(answers)
    with pytest.raises(sq.ResponseError, match=r"no dimension 'spead'.*mean 'speed'"):
        explain(scores, dimension="spead")
    with pytest.raises(sq.ResponseError, match="no item '9'; there are '1', '2', '3', '4', '5'"):
        explain(scores, item=9)
    with pytest.raises(ValueError, match="item= or dimension=, not both"):
        explain(scores, item="1", dimension="care")
    with pytest.raises(ValueError, match="leave out item= and dimension="):
        explain(scores, item="1", statistic="overall")
    with pytest.raises(ValueError, match=r"must be one of overall, not 'overal'.*'overall'"):
        explain(scores, statistic="overal")
    with pytest.raises(ValueError, match=r"group= does not go with gap_scores.*item=, dimension="):
        explain(scores, group="north")
    with pytest.raises(ValueError, match="en, zh, not 'fr'"):
        explain(scores, language="fr")


def test_items_and_dimensions_go_by_label_too(answers):
    scores = sq.gap_scores(answers)
    assert explain(scores, dimension="Speed") == explain(scores, dimension="speed")
    assert explain(scores, item=4) == explain(scores, item="4")


def everything(answers):
    """Each kind of explanation, as a result and what is chosen of it."""
    scores = sq.gap_scores(answers)
    consistency = sq.internal_consistency(scores)
    difference = sq.difference_score_reliability(scores)
    summary = scores.to_frame()
    yield from ((scores, {}), (scores, {"item": "1"}), (scores, {"dimension": "care"}))
    for how in ({}, {"weigh": "means"}, {"normalize": False}):
        yield sq.gap_scores(answers, "items", **how), {}
    yield sq.gap_scores(answers, {"care": 1, "speed": 2}), {}
    yield from ((consistency, {"statistic": name}) for name in ("alpha", "omega"))
    yield from ((difference, {"statistic": name}) for name in ("reliability", "alpha_gap"))
    yield from ((sq.factorability(scores), chosen) for chosen in ({}, {"item": "1"}))
    yield sq.net_promoter_score([0, 5, 9, 9, 10]), {}
    yield sq.gap_tests(scores, n_resamples=0), {"dimension": "care"}
    yield sq.paired_t_from_summary(gap=summary["gap"][:1], sd_gap=summary["sd_gap"][:1], n=40), {}


def test_chinese(answers):
    for result, chosen in everything(answers):
        found = explain(result, **chosen, language="zh")
        english = explain(result, **chosen)
        assert found.steps == english.steps
        assert found.formula == english.formula
        assert found.value == english.value
        assert found.references == english.references
        meanings = [symbol.meaning for symbol in found.symbols.values()]
        for part in (found.title, *found.readings, *found.cautions, *meanings):
            assert re.search("[\u4e00-\u9fff]", part), part
        assert "注意：" in str(found)


def test_every_explanation_is_a_whole(answers):
    for result, chosen in everything(answers):
        found = explain(result, **chosen)
        assert replay(found) > 0
        assert found.readings
        assert found.cautions
        assert found.references
        assert found.source == result.title()
        assert pickle.loads(pickle.dumps(found)) == found
        for step in found.steps:
            assert step.latex.count("{") == step.latex.count("}")
            assert step.latex.count(r"\left(") == step.latex.count(r"\right)")
