"""The bundled instruments: complete, as published, in both languages, and honestly graded."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

import servqual
from servqual import list_instruments, load_instrument, read_instrument

FOLDER = Path(servqual.__file__).parent / "instruments"
NAMES = sorted(path.stem for path in FOLDER.glob("*.toml"))

GRADES = {"verified", "secondary", "recalled", "uncertain", "illustrative"}
LANGUAGES = ("en", "zh")

# Items per dimension, in instrument order.
SIZES = {
    "after-sales": {"speed": 3, "ability": 3, "attitude": 3, "quality": 3, "feedback": 3},
    "behavioural-intentions-1996": {
        "loyalty": 5,
        "switch": 2,
        "pay_more": 2,
        "external_response": 3,
        "internal_response": 1,
    },
    "ces-1": {"effort": 1},
    "ces-2": {"ease": 1},
    "csat": {"satisfaction": 1},
    "dineserv-1995": {
        "tangibles": 10,
        "reliability": 5,
        "responsiveness": 3,
        "assurance": 6,
        "empathy": 5,
    },
    "e-recs-qual-2005": {"responsiveness": 5, "compensation": 3, "contact": 3},
    "es-qual-2005": {"efficiency": 8, "system_availability": 4, "fulfilment": 7, "privacy": 3},
    "gap-antecedents-managers": {
        "marketing_research_orientation": 4,
        "upward_communication": 4,
        "levels_of_management": 1,
        "commitment_to_quality": 4,
        "goal_setting": 2,
        "task_standardisation": 2,
        "perceived_feasibility": 3,
    },
    "gap-antecedents-staff": {
        "teamwork": 5,
        "employee_job_fit": 2,
        "technology_job_fit": 1,
        "perceived_control": 4,
        "supervisory_control": 3,
        "role_conflict": 4,
        "role_ambiguity": 5,
        "horizontal_communication": 4,
        "propensity_to_overpromise": 2,
    },
    "libqual-2004": {"affect_of_service": 9, "information_control": 8, "library_as_place": 5},
    "loyalty-intention": {"loyalty": 3},
    "nps": {"recommendation": 1},
    "overall-satisfaction": {"satisfaction": 3},
    "provider-ratings-1990": {"standards": 5, "ability": 5, "promises": 5},
    "recovery-justice": {
        "distributive": 3,
        "procedural": 3,
        "interactional": 3,
        "satisfaction_with_handling": 3,
    },
    "rsqs-1996": {
        "physical_aspects": 6,
        "reliability": 5,
        "personal_interaction": 9,
        "problem_solving": 3,
        "policy": 5,
    },
    "servperf-1992": {
        "tangibles": 4,
        "reliability": 5,
        "responsiveness": 4,
        "assurance": 4,
        "empathy": 5,
    },
    "servqual-1988": {
        "tangibles": 4,
        "reliability": 5,
        "responsiveness": 4,
        "assurance": 4,
        "empathy": 5,
    },
    "servqual-1991": {
        "tangibles": 4,
        "reliability": 5,
        "responsiveness": 4,
        "assurance": 4,
        "empathy": 5,
    },
    "servqual-1994": {
        "reliability": 5,
        "responsiveness": 4,
        "assurance": 4,
        "empathy": 5,
        "tangibles": 4,
    },
    "servqual-1994-21": {
        "reliability": 5,
        "responsiveness": 3,
        "assurance": 4,
        "empathy": 4,
        "tangibles": 5,
    },
    "trust-commitment": {"trust": 4, "commitment": 4},
}

FORM = {
    "after-sales": ((1, 7), {"expectation", "perception", "importance"}, "desired"),
    "behavioural-intentions-1996": ((1, 7), {"perception"}, None),
    "ces-1": ((1, 5), {"perception"}, None),
    "ces-2": ((1, 7), {"perception"}, None),
    "csat": ((1, 5), {"perception"}, None),
    "dineserv-1995": ((1, 7), {"expectation", "perception"}, "should"),
    "e-recs-qual-2005": ((1, 5), {"perception"}, None),
    "es-qual-2005": ((1, 5), {"perception"}, None),
    "gap-antecedents-managers": ((1, 7), {"perception"}, None),
    "gap-antecedents-staff": ((1, 7), {"perception"}, None),
    "libqual-2004": ((1, 9), {"minimum", "expectation", "perception"}, "desired"),
    "loyalty-intention": ((1, 7), {"perception"}, None),
    "nps": ((0, 10), {"perception"}, None),
    "overall-satisfaction": ((1, 10), {"perception"}, None),
    "provider-ratings-1990": ((1, 7), {"perception"}, None),
    "recovery-justice": ((1, 7), {"perception"}, None),
    "rsqs-1996": ((1, 5), {"perception"}, None),
    "servperf-1992": ((1, 7), {"perception", "importance"}, None),
    "servqual-1988": ((1, 7), {"expectation", "perception", "points"}, "should"),
    "servqual-1991": ((1, 7), {"expectation", "perception", "points"}, "excellent"),
    "servqual-1994": ((1, 9), {"minimum", "expectation", "perception"}, "desired"),
    "servqual-1994-21": ((1, 9), {"minimum", "expectation", "perception"}, "desired"),
    "trust-commitment": ((1, 7), {"perception"}, None),
}

NEGATIVE_1988 = ("10", "11", "12", "13", "18", "19", "20", "21", "22")


def test_list_names_every_file():
    assert NAMES == sorted(SIZES) == sorted(FORM)
    assert sorted(list_instruments()["name"]) == NAMES


@pytest.fixture(params=NAMES)
def instrument(request):
    return load_instrument(request.param)


@pytest.mark.parametrize("name", NAMES)
def test_name_is_the_file_name(name):
    assert load_instrument(name).name == name


def test_items_per_dimension_in_order(instrument):
    found = [(key, len(items)) for key, items in instrument.dimensions.items()]
    assert found == list(SIZES[instrument.name].items())


def test_scale_roles_and_kind_of_expectation(instrument):
    found = (instrument.scale, set(instrument.roles), instrument.expectation_kind)
    assert found == FORM[instrument.name]


@pytest.mark.parametrize("name", [name for name in NAMES if re.match("serv(qual|perf)-", name)])
def test_the_servqual_family_numbers_its_items_in_order(name):
    items = load_instrument(name).items
    assert items == tuple(str(number) for number in range(1, len(items) + 1))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_label_for_every_dimension_and_item(instrument, language):
    labels = instrument.labels[language]
    assert set(labels) == {*instrument.dimensions, *instrument.items}
    assert all(text == text.strip() != "" for text in labels.values())
    of_items = [labels[item] for item in instrument.items]
    assert len(set(of_items)) == len(of_items)
    assert instrument.title[language].strip()


def test_labels_are_topics_and_not_sentences(instrument):
    for text in instrument.labels["en"].values():
        assert len(text) <= 40, text
        assert 1 <= len(text.split()) <= 7, text
        assert not text.endswith((".", "?", "!")), text
        assert not re.match(r"(I|We|They|You|The|This|These|It|XYZ)\b", text), text
    for text in instrument.labels["zh"].values():
        assert len(text) <= 14, text
        assert re.search(r"[\u4e00-\u9fff]", text), text
        assert not re.search(r"[。？！]", text), text


def test_provenance_is_stated(instrument):
    assert instrument.evidence in GRADES
    assert re.search(r"\((19|20)\d\d\)", instrument.citation)
    assert len(instrument.evidence_note) > 80
    assert not instrument.doi or re.fullmatch(r"10\.\d{4}/\S+", instrument.doi)


def test_what_is_ours_says_so():
    ours = {name for name in NAMES if load_instrument(name).evidence == "illustrative"}
    assert ours == {
        "after-sales",
        "csat",
        "loyalty-intention",
        "recovery-justice",
        "trust-commitment",
    }
    for name in ours:
        assert re.search(
            "not a published scale|not one published scale",
            load_instrument(name).evidence_note,
            re.IGNORECASE,
        )


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("nps", "Net Promoter"),
        ("libqual-2004", "LibQUAL+"),
        ("overall-satisfaction", "American Customer Satisfaction Index"),
    ],
)
def test_trademarks_are_named(name, mark):
    assert mark in load_instrument(name).trademark


def test_reversed_items():
    reverse = {name: load_instrument(name).reverse for name in NAMES}
    assert {name: items for name, items in reverse.items() if items} == {
        "servqual-1988": NEGATIVE_1988,
        "servperf-1992": NEGATIVE_1988,
    }


@pytest.mark.parametrize("name", ["servqual-1988", "servperf-1992"])
def test_wording_and_trait_confounded_is_cautioned(name):
    instrument = load_instrument(name)
    dimensions = instrument.dimensions
    assert set(instrument.reverse) == {*dimensions["responsiveness"], *dimensions["empathy"]}
    assert "wording and trait cannot be told apart" in instrument.evidence_note


def test_1988_and_1991_number_other_topics():
    older, newer = load_instrument("servqual-1988"), load_instrument("servqual-1991")
    assert older.label("22") == newer.label("19") == "Convenient hours"
    assert newer.label("22") == "Specific needs understood"
    assert older.label("22", "zh") == newer.label("19", "zh") != newer.label("22", "zh")


def test_servperf_has_the_topics_of_1988():
    servqual_1988, servperf = load_instrument("servqual-1988"), load_instrument("servperf-1992")
    assert servperf.dimensions == servqual_1988.dimensions
    assert servperf.labels == servqual_1988.labels


def test_the_variant_of_21_moves_two_items_and_drops_one():
    full, variant = load_instrument("servqual-1994"), load_instrument("servqual-1994-21")

    def home(instrument):
        return {
            instrument.label(item): dimension
            for dimension, items in instrument.dimensions.items()
            for item in items
        }

    in_full, in_variant = home(full), home(variant)
    assert set(in_full) - set(in_variant) == {"Error-free records"}
    assert set(in_variant) <= set(in_full)
    moved = {
        topic: (in_full[topic], dimension)
        for topic, dimension in in_variant.items()
        if in_full[topic] != dimension
    }
    assert moved == {
        "Convenient hours": ("empathy", "tangibles"),
        "Informed of the time of service": ("responsiveness", "reliability"),
    }


def test_libqual_codes_carry_their_dimension():
    dimensions = load_instrument("libqual-2004").dimensions
    prefixes = {"affect_of_service": "AS", "information_control": "IC", "library_as_place": "LP"}
    for dimension, prefix in prefixes.items():
        items = dimensions[dimension]
        assert items == tuple(f"{prefix}{number}" for number in range(1, len(items) + 1))


def test_the_two_efforts_point_in_opposite_directions():
    assert "Low is good" in load_instrument("ces-1").evidence_note
    assert "High is good" in load_instrument("ces-2").evidence_note


def test_round_trip_keeps_every_field(instrument, tmp_path):
    path = tmp_path / "again.toml"
    path.write_text(instrument.to_toml(), encoding="utf-8")
    again = read_instrument(path)
    assert again == instrument
    for one in fields(instrument):
        assert getattr(again, one.name) == getattr(instrument, one.name), one.name
    published = (FOLDER / f"{instrument.name}.toml").read_text(encoding="utf-8")
    assert tomllib.loads(instrument.to_toml()) == tomllib.loads(published)
