"""Path models from the literature: their paths, their text, that they fit, what they refuse."""

import pickle

import pytest

import servqual as sq
from servqual.errors import ModelError
from servqual.sem.construction.path_templates import (
    PathTemplate,
    list_path_templates,
    load_path_template,
)
from servqual.sem.estimation import fit_sem
from servqual.sem.specification.syntax import read_model

NAMES = list(list_path_templates()["name"])
ACSI = {
    "expectations": ["EXP1", "EXP2", "EXP3"],
    "quality": ["QUA1", "QUA2", "QUA3"],
    "value": ["VAL1", "VAL2"],
    "satisfaction": ["SAT1", "SAT2", "SAT3"],
    "complaints": "complained",
    "loyalty": ["LOY1", "LOY2", "LOY3"],
}
# The paths that the published estimates of the mobile phone survey have.
MOBI = {
    ("expectations", "image"), ("satisfaction", "image"), ("loyalty", "image"),
    ("quality", "expectations"), ("value", "expectations"), ("satisfaction", "expectations"),
    ("value", "quality"), ("satisfaction", "quality"), ("satisfaction", "value"),
    ("complaints", "satisfaction"), ("loyalty", "satisfaction"), ("loyalty", "complaints"),
}  # fmt: skip


def two_items_each(model):
    return {key: [f"{key}_{number}" for number in (1, 2)] for key in model.constructs}


@pytest.fixture(scope="module")
def mobile():
    return sq.load_dataset("mobile").dropna()


@pytest.mark.parametrize("name", NAMES)
def test_the_text_has_the_paths_that_are_shown(name):
    model = load_path_template(name)
    read = read_model(model.text(**two_items_each(model)))
    paths = {(one.lhs, one.rhs) for one in read.relations if one.op == "~"}
    assert paths == {(lhs, rhs) for lhs, rhs, _ in model.paths}
    shown = model.to_frame()
    assert list(zip(shown["lhs"], shown["rhs"], strict=True)) == [path[:2] for path in model.paths]
    measured = {(one.lhs, one.rhs) for one in read.relations if one.op == "=~"}
    assert measured == {(key, f"{key}_{number}") for key in model.constructs for number in (1, 2)}


@pytest.mark.parametrize("name", NAMES)
def test_every_model_has_labels_a_grade_and_a_source(name):
    model = load_path_template(name)
    for language in ("en", "zh"):
        assert list(model.labels(language)) == list(model.constructs)
        assert set(model.construct_labels[language]) == set(model.constructs)
        assert model.titles[language]
    assert model.evidence in ("verified", "secondary", "recalled", "illustrative")
    assert model.citation in model.notes()
    assert any(model.evidence in note for note in model.notes())


def test_the_paths_of_ecsi_are_those_of_the_published_estimates():
    assert {(lhs, rhs) for lhs, rhs, _ in load_path_template("ecsi").paths} == MOBI


def test_complaints_are_expected_to_fall_with_satisfaction():
    model = load_path_template("acsi")
    signs = {(lhs, rhs): sign for lhs, rhs, sign in model.paths}
    assert signs["complaints", "satisfaction"] == "-"
    assert signs["loyalty", "complaints"] == "+/-"
    assert [sign for sign in signs.values() if sign == "+"] == ["+"] * 7
    assert any("complaints ~ satisfaction" in note for note in model.notes())


def test_acsi_recovers_what_was_built_into_the_made_up_survey(mobile):
    fitted = fit_sem(load_path_template("acsi").text(**ACSI, data=mobile), mobile)
    assert fitted.problems == ()
    assert fitted.fit["rmsea"] < 0.02
    table = fitted.parameters.set_index(["lhs", "op", "rhs"])["std_all"]
    assert table["satisfaction", "~", "quality"] > table["satisfaction", "~", "value"] > 0.2
    assert abs(table["satisfaction", "~", "expectations"]) < 0.1
    assert table["complaints", "~", "satisfaction"] < -0.3
    assert table["complaints", "=~", "complained"] == 1


@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("post-purchase", {"use": ACSI["quality"]}),
        ("ecsi", {"image": None, "complaints": None}),
        ("ccsi", {"image": None, "expected_quality": ACSI["expectations"],
                  "perceived_quality": ACSI["quality"]}),
    ],
)  # fmt: skip
def test_other_models_fit_the_same_answers(mobile, name, items):
    model = load_path_template(name)
    given = {key: its for key, its in ACSI.items() if key in model.constructs} | items
    fitted = fit_sem(model.text(**given), mobile)
    assert fitted.converged
    assert fitted.problems == ()


def test_reliability_of_the_one_item_raises_its_paths(mobile):
    model = load_path_template("acsi")
    plain = fit_sem(model.text(**ACSI), mobile)
    text = model.text(**ACSI, reliability={"complaints": 0.8}, data=mobile)
    error = 0.2 * mobile["complained"].var(ddof=0)
    assert text.splitlines()[-1].startswith("complained ~~ ")
    corrected = fit_sem(text, mobile)
    assert corrected.estimate("complained ~~ complained") == pytest.approx(error, rel=1e-9)
    fell = [
        one.parameters.set_index(["lhs", "rhs"])["std_all"]["complaints", "satisfaction"]
        for one in (plain, corrected)
    ]
    assert fell[1] / fell[0] == pytest.approx(0.8**-0.5, rel=0.01)


def test_names_rename_everywhere(mobile):
    model = load_path_template("acsi")
    text = model.text(**ACSI, names={"satisfaction": "SATIS"})
    assert "satisfaction" not in text
    assert "loyalty ~ SATIS + complaints" in text.splitlines()


def test_a_model_of_ones_own_and_its_pickle():
    model = PathTemplate(name="chain", paths=[("b", "a", "+"), ("c", "b", "-")])
    assert model.constructs == ("a", "b", "c")
    assert model.labels("zh") == {"a": "a", "b": "b", "c": "c"}
    assert "Path model chain: 3 constructs, 2 paths" in repr(model)
    for one in (model, load_path_template("acsi")):
        again = pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(one))))
        assert again == one
        assert again.text(**two_items_each(one)) == one.text(**two_items_each(one))


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ({**ACSI, "qualitty": "Q1"}, "no construct 'qualitty'. Did you mean 'quality'"),
        (
            {key: its for key, its in ACSI.items() if key != "value"},
            "needs.* 'value': value=",
        ),
        ({**ACSI, "value": []}, "'value' has no columns"),
        ({**ACSI, "complaints": "complaints"}, "'complaints' would be a latent variable and a"),
        ({**ACSI, "complaints": "SAT1"}, "'SAT1' stands in the model in two places"),
        (dict.fromkeys(ACSI), "no path of model 'acsi' is left"),
        (
            {**dict.fromkeys(ACSI), "quality": ["QUA1"], "loyalty": ["LOY1"]},
            "to 'quality', 'loy",
        ),
        ({**ACSI, "reliability": {"quality": 0.9}}, "reliability= names 'quality'.* complaints"),
        ({**ACSI, "reliability": 0.9}, "give the data, too"),
        ({**ACSI, "names": {"trust": "T"}}, "names= renames 'trust'"),
    ],
)
def test_what_cannot_be_is_refused(items, message):
    with pytest.raises(ModelError, match=message):
        load_path_template("acsi").text(**items)


def test_columns_that_are_not_in_the_data_are_refused(mobile):
    with pytest.raises(ModelError, match="not in the data: 'VAL1', 'VAL2'"):
        load_path_template("acsi").text(**ACSI, data=mobile.drop(columns=["VAL1", "VAL2"]))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"paths": []}, "there are none"),
        ({"paths": [("b", "a", "positive")]}, "not 'positive'"),
        ({"paths": [("b", "a", "+")], "evidence": "sure"}, "evidence must be one of"),
    ],
)
def test_a_model_of_ones_own_is_checked(wrong, message):
    with pytest.raises(ModelError, match=message):
        PathTemplate(name="mine", **wrong)


def test_an_unknown_model_suggests_one():
    with pytest.raises(ModelError, match=r"no bundled path template 'ascii'\. Did you mean 'acsi'"):
        load_path_template("ascii")


def test_missing_answers_are_counted_by_the_fit_alone():
    text = load_path_template("acsi").text(**ACSI, reliability=0.9, data=sq.load_dataset("mobile"))
    assert "complained ~~ " in text
