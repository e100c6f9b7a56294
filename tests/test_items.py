"""Items carry their instrument, so that what is built from them is labelled in every language."""

import pickle

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.items import read_items
from servqual.tables._model import build
from tests.helpers import needs

OWN = sq.Instrument(
    name="desk",
    scale=(1, 7),
    dimensions={"care": ("1", "2", "3"), "speed": ("4", "5")},
    title={"en": "Desk survey", "zh": "柜台问卷"},
    labels={
        "en": {"care": "Care", "1": "Kind"},
        "zh": {"care": "关怀", "speed": "速度", "1": "友善", "4": "快捷"},
    },
)


def answers(n=60, seed=1):
    rng = np.random.default_rng(seed)
    trait = rng.normal(size=(n, 1))
    columns = {
        f"{role}{item}": np.clip(np.rint(mean + trait[:, 0] + rng.normal(size=n)), 1, 7)
        for role, mean in (("E", 5), ("P", 4))
        for item in OWN.items
    }
    frame = pd.DataFrame(columns, index=pd.RangeIndex(n, name="id"))
    return frame.assign(place=np.where(np.arange(n) % 2, "north", "south"), SAT=trait[:, 0])


def gaps(instrument=OWN, **how):
    return sq.gap_scores(sq.Responses.from_frame(answers(**how), instrument))


OF_SCALES = {
    "internal_consistency": sq.internal_consistency,
    "item_analysis": sq.item_analysis,
    "difference_score_reliability": sq.difference_score_reliability,
    "factorability": sq.factorability,
    "fit_efa": lambda scores: sq.fit_efa(scores, 1),
}
OF_COMPARISONS = {
    "gap_tests": lambda scores: sq.gap_tests(scores, n_resamples=0),
    "compare_groups": lambda scores: sq.compare_groups(scores, by="place", items=True),
    "compare_waves": lambda scores: sq.compare_waves(scores, by="place"),
}
LABELLED = {**OF_SCALES, **OF_COMPARISONS}


def rows(result, language):
    return [row.label for row in build(result, language=language).rows]


@pytest.mark.parametrize("name", LABELLED)
def test_results_label_their_rows_in_both_languages(name):
    result = LABELLED[name](gaps())
    assert result.instrument == OWN
    english, chinese = rows(result, "en"), rows(result, "zh")
    dimensions = {"Care": "关怀", "Speed": "速度"}
    items = {"1. Kind": "1. 友善", "2": "2", "4": "4. 快捷"}
    assert [dimensions[label] for label in english if label in dimensions] == ["关怀", "速度"]
    assert [label for label in chinese if label in dimensions.values()] == ["关怀", "速度"]
    if any(label in english for label in items):
        assert set(items.values()) <= set(chinese)
        assert {"1. Kind", "2", "4"} <= set(english)


@pytest.mark.parametrize("name", OF_SCALES)
def test_titles_name_the_instrument_in_the_language(name):
    result = OF_SCALES[name](gaps())
    assert "Desk survey" in result.title()
    assert "柜台问卷" in result.title("zh")
    assert "Desk survey" not in result.title("zh")


def test_pairs_of_dimensions_are_named_in_the_language():
    contrasts = sq.dimension_contrasts(gaps(), n_resamples=0)
    assert rows(contrasts, "zh") == ["关怀 − 速度"]
    assert rows(contrasts, "en") == ["Care − Speed"]


def test_zones_are_named_in_the_language():
    library = sq.load_dataset("library")
    instrument = sq.load_instrument(library.attrs["instrument"])
    responses = sq.Responses.from_frame(library.dropna(), instrument, **library.attrs["bind"])
    found = sq.tolerance_tests(sq.tolerance_scores(responses), n_resamples=0)
    assert found.instrument == instrument
    assert set(instrument.labels["zh"][key] for key in instrument.dimensions) <= set(
        rows(found, "zh")
    )


def test_the_outcome_models_know_their_instrument():
    audit = sq.difference_score_audit(gaps(), "SAT")
    assert audit.instrument == audit.reliability.instrument == OWN


def test_retests_are_labelled_in_the_language():
    needs("pingouin")
    result = sq.retest_reliability(gaps(seed=1), gaps(seed=2))
    assert rows(result, "zh") == ["关怀", "速度", "总体"]
    plain = pd.DataFrame({"care": [4.0, 5, 6, 3, 7, 5]}, index=list("abcdef"))
    again = pd.DataFrame({"care": [4.5, 5, 6.5, 3, 6, 5]}, index=plain.index)
    assert sq.retest_reliability(plain, again).instrument is None


def test_table_files_need_no_instrument(tmp_path):
    path = sq.write_table(sq.item_analysis(gaps()), tmp_path / "items.html", language="zh")
    text = path.read_text(encoding="utf-8")
    assert "关怀" in text
    assert "4. 快捷" in text
    assert "Desk survey" not in text


def test_another_instrument_still_goes_first():
    other = sq.Instrument(
        name="other",
        scale=OWN.scale,
        dimensions=OWN.dimensions,
        labels={"zh": {"care": "照顾"}},
    )
    table = build(sq.internal_consistency(gaps()), language="zh", instrument=other)
    assert [row.label for row in table.rows][:2] == ["照顾", "Speed"]


def test_plain_columns_have_no_instrument_and_keep_their_names():
    frame = answers()[["P1", "P2", "P3"]]
    assert read_items(frame).instrument is None
    result = sq.internal_consistency(frame)
    assert result.instrument is None
    assert rows(result, "zh") == ["scale", "全量表"]
    moments = sq.Moments.from_matrix([[1, 0.5], [0.5, 1]], 50, names=["a", "b"])
    assert read_items(moments).instrument is None


@pytest.mark.parametrize("name", LABELLED)
def test_instruments_survive_pickling_and_count_in_equality(name):
    result = LABELLED[name](gaps())
    back = pickle.loads(pickle.dumps(result))
    assert back == result
    assert rows(back, "zh") == rows(result, "zh")
    renamed = sq.Instrument(
        **{
            **{field: getattr(OWN, field) for field in ("name", "scale", "dimensions", "title")},
            "labels": {**OWN.labels, "zh": {**OWN.labels["zh"], "care": "照顾"}},
        }
    )
    assert LABELLED[name](gaps(renamed)) != result


def test_repr_does_not_spell_out_the_instrument():
    assert "Instrument '" not in repr(sq.internal_consistency(gaps()))
