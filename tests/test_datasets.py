import importlib.util
import re
import sys
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from servqual import datasets
from servqual.datasets import list_datasets, load_dataset
from servqual.errors import DatasetError, ServqualError
from servqual.instrument import load_instrument
from servqual.responses import Responses

FOLDER = Path(__file__).parents[1] / "datasets"
MADE_UP = [
    "after_sales",
    "bank",
    "chain_customers",
    "chain_managers",
    "chain_staff",
    "contact_staff",
    "hospital",
    "library",
    "managers",
    "mobile",
    "spa",
]
PUBLISHED = ["bmc_2012", "restaurant", "twelve_manage"]
DIMENSIONS = {
    "tangibles": range(1, 5),
    "reliability": range(5, 10),
    "responsiveness": range(10, 14),
    "assurance": range(14, 18),
    "empathy": range(18, 23),
}
INSTRUMENTS = FOLDER.parent / "servqual" / "instruments"
POINTS = {"tangibles": 11, "reliability": 32, "responsiveness": 22, "assurance": 19, "empathy": 16}
WEIGHTS = np.array(list(POINTS.values())) / 100


def script(name, monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    spec = importlib.util.spec_from_file_location(f"make_{name}", FOLDER / f"make_{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def block(frame, role, items):
    return frame[[f"{role}{item}" for item in items]]


def dimension_means(frame, role):
    return pd.DataFrame(
        {name: block(frame, role, items).mean(axis=1) for name, items in DIMENSIONS.items()}
    )


def dimension_gaps(frame):
    gaps = {}
    for name, items in DIMENSIONS.items():
        p, e = block(frame, "P", items).to_numpy(), block(frame, "E", items).to_numpy()
        gaps[name] = pd.DataFrame(p - e, index=frame.index).mean(axis=1)
    return pd.DataFrame(gaps)


def alpha(frame):
    covariance = np.cov(frame.dropna().to_numpy(), rowvar=False)
    k = len(covariance)
    return k / (k - 1) * (1 - np.trace(covariance) / covariance.sum())


def r_squared(outcome, drivers):
    data = pd.concat([outcome, drivers], axis=1).dropna().to_numpy()
    y, x = data[:, 0], np.column_stack([np.ones(len(data)), data[:, 1:]])
    residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    return 1 - residual @ residual / ((y - y.mean()) @ (y - y.mean()))


def scores(frame, name):
    return block(frame, name, range(1, 4)).mean(axis=1)


def numbers(note):
    return [int(text) for text in re.findall(r"\d+", note)]


# --- the door


def test_list_names_every_data_set_and_its_shape():
    frame = list_datasets()
    assert list(frame.columns) == [
        "name", "title", "kind", "rows", "columns", "instrument", "source",
    ]  # fmt: skip
    assert list(frame["name"]) == sorted(MADE_UP + PUBLISHED)
    assert list(frame.loc[frame["kind"] == "made-up", "name"]) == MADE_UP
    assert list(frame.loc[frame["kind"] == "published", "name"]) == PUBLISHED
    for row in frame.itertuples():
        assert load_dataset(row.name).shape == (row.rows, row.columns)
    assert frame.set_index("name")["instrument"].dropna().to_dict() == {
        "after_sales": "after-sales",
        "bank": "servqual-1991",
        "chain_customers": "servqual-1991",
        "chain_managers": "servqual-1991",
        "hospital": "servqual-1988",
        "library": "libqual-2004",
        "managers": "servqual-1991",
    }


@pytest.mark.parametrize("name", MADE_UP + PUBLISHED)
def test_codebook_describes_each_column(name):
    frame = load_dataset(name)
    assert set(frame.attrs) == {
        "name", "title", "kind", "source", "license", "citation", "instrument", "notes", "bind",
        "columns",
    }  # fmt: skip
    assert list(frame.attrs["columns"]) == list(frame.columns)
    assert all(frame.attrs["columns"].values())
    assert all(isinstance(note, str) and note.endswith(".") for note in frame.attrs["notes"])
    assert frame.attrs["name"] == name
    assert (FOLDER / f"{name}.csv").stat().st_size < 100_000


@pytest.mark.parametrize("name", MADE_UP)
def test_made_up_data_say_so(name):
    attrs = load_dataset(name).attrs
    assert attrs["title"].startswith("Made-up ")
    assert "Made-up" in attrs["source"]
    assert "Made-up" in attrs["citation"]
    assert attrs["license"] == "CC0-1.0"


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_figures_have_an_address(name):
    attrs = load_dataset(name).attrs
    assert "http" in attrs["source"]
    assert "Made-up" not in attrs["title"]


@pytest.mark.parametrize("name", MADE_UP + PUBLISHED)
def test_types_are_text_whole_or_decimal(name):
    frame = load_dataset(name)
    text = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))["text"]
    assert [c for c in frame if frame[c].dtype == "str"] == text
    for column in frame.drop(columns=text):
        values = frame[column]
        whole = (values.dropna() % 1 == 0).all()
        complete = values.notna().all()
        assert values.dtype == ("int64" if whole and complete else "float64"), column


@pytest.mark.parametrize("name", PUBLISHED)
def test_decimals_are_the_nearest_to_what_is_printed(name):
    frame = load_dataset(name)
    text = pd.read_csv(FOLDER / f"{name}.csv", dtype="str")
    for column in frame.select_dtypes("float64"):
        printed = text[column].dropna()
        assert frame.loc[printed.index, column].tolist() == [float(number) for number in printed]


def test_frames_are_new_each_time():
    first = load_dataset("twelve_manage")
    first.loc[:, "gap"] = 0.0
    first.attrs["bind"]["x"] = 1
    again = load_dataset("twelve_manage")
    assert again["gap"].sum() == pytest.approx(-4.29, abs=1e-12)
    assert again.attrs["bind"] == {}


def test_unknown_name_suggests_and_lists():
    with pytest.raises(DatasetError) as caught:
        load_dataset("banc")
    assert str(caught.value) == (
        "There is no bundled data set 'banc'. Did you mean 'bank'? There are: after_sales, bank, "
        "bmc_2012, chain_customers, chain_managers, chain_staff, contact_staff, hospital, library, "
        "managers, mobile, restaurant, spa, twelve_manage."
    )
    assert isinstance(caught.value, ServqualError)
    assert isinstance(caught.value, ValueError)


def test_a_path_is_not_a_name():
    with pytest.raises(DatasetError, match=r"There is no bundled data set '\.\./datasets/bank'"):
        load_dataset("../datasets/bank")


def test_a_frame_is_not_a_name():
    with pytest.raises(DatasetError, match=r"not a DataFrame.*Responses\.from_frame"):
        load_dataset(pd.DataFrame({"E1": [1]}))


def test_missing_folder_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(datasets, "_folder", lambda: tmp_path / "nowhere")
    with pytest.raises(DatasetError, match=r"missing from this installation.*again"):
        load_dataset("bank")


def test_packed_folder_comes_first(monkeypatch, tmp_path):
    packed = tmp_path / "_datasets"
    packed.mkdir()
    (packed / "tiny.csv").write_text("who,score\nNA,1\n,\n")
    (packed / "tiny.toml").write_text(
        'title = "t"\nkind = "made-up"\nsource = "s"\nlicense = "l"\ncitation = "c"\n'
        'text = ["who"]\nnotes = []\n[bind]\n[columns]\nwho = "Who"\nscore = "Score"\n'
    )
    (packed / "notes.toml").write_text('title = "no table beside it"\n')
    monkeypatch.setattr(datasets.resources, "files", lambda package: tmp_path)
    assert list(list_datasets()["name"]) == ["tiny"]
    frame = load_dataset("tiny")
    assert frame["who"].iloc[0] == "NA"
    assert frame["who"].isna().tolist() == [False, True]
    assert frame["score"].dtype == "float64"
    assert frame.attrs["instrument"] is None


# --- the made-up data are what their scripts write


@pytest.mark.parametrize("name", MADE_UP)
def test_script_writes_the_file(name, monkeypatch):
    made = script(name, monkeypatch).make()
    pd.testing.assert_frame_equal(made, load_dataset(name), check_exact=True)
    text = sys.modules["_simulate"].csv_text(made)
    assert text == (FOLDER / f"{name}.csv").read_text(encoding="utf-8")


def test_another_seed_gives_other_answers(monkeypatch):
    make = script("bank", monkeypatch).make
    assert not make(seed=1)["E1"].equals(make(seed=2)["E1"])


@pytest.mark.parametrize("name", ["after_sales", "bank", "hospital", "library"])
def test_answers_fit_the_instrument(name):
    frame = load_dataset(name)
    codebook = tomllib.loads((INSTRUMENTS / f"{frame.attrs['instrument']}.toml").read_text("utf-8"))
    low, high = codebook["scale"]
    skipped = frame.attrs["bind"].get("not_applicable", [])
    prefixes = {"expectation": "E", "perception": "P", "minimum": "M", "importance": "I"}
    for role in codebook["roles"]:
        if role == "points":
            continue
        for items in codebook["dimensions"].values():
            answers = block(frame, prefixes[role], items).stack()
            answers = answers[~answers.isin(skipped)].dropna()
            assert set(answers.unique()) <= set(range(low, high + 1))


@pytest.mark.filterwarnings("ignore::servqual.errors.MissingResponseWarning")
@pytest.mark.parametrize("name", ["after_sales", "bank", "hospital", "library", "managers"])
def test_codebook_says_how_to_bind(name):
    frame = load_dataset(name)
    instrument = load_instrument(frame.attrs["instrument"])
    responses = Responses.from_frame(frame, instrument, missing="available", **frame.attrs["bind"])
    asked = set(instrument.roles) - ({"perception"} if name == "managers" else set())
    text = repr(responses)
    assert f"n = {len(frame)}," in text
    for role in asked - {"points"} if name == "hospital" else asked:
        assert f"{role} (" in text


@pytest.mark.parametrize("name", ["after_sales", "bank", "hospital", "library"])
def test_careless_respondents_are_named(name):
    frame = load_dataset(name).set_index("respondent")
    note = next(n for n in frame.attrs["notes"] if n.startswith("Careless"))
    straight, random, _ = (numbers(part) for part in note.replace(";", ".").split("."))
    answers = frame.filter(regex=r"^[EPM](AS|IC|LP|[a-z]*)\d+$").replace(0, np.nan)
    one_value = answers.nunique(axis=1) == 1
    assert list(answers.index[one_value]) == straight
    if name == "hospital":
        reverse = answers.filter(regex=r"^[EP](1[0-3]|18|19|20|21|22)$").columns
        answers[reverse] = 8 - answers[reverse]
    spread = answers.std(axis=1)
    assert spread[random].min() > spread.drop(random).median()


def test_bank_shape_of_the_survey():
    bank = load_dataset("bank")
    assert bank["respondent"].is_unique
    assert set(bank["branch"]) == {"Harbour", "Market", "Station", "University"}
    assert bank["wave"].value_counts().to_dict() == {1: 240, 2: 240}
    assert set(bank["age_group"]) == {"18-29", "30-44", "45-59", "60+"}
    assert bank["recommend"].dropna().between(0, 10).all()
    assert bank.filter(regex=r"^(SAT|LOY)\d$").stack().dropna().between(1, 7).all()


def test_bank_points_add_to_100_or_are_all_blank():
    points = load_dataset("bank")[[f"points_{name}" for name in DIMENSIONS]]
    blank = points.isna().all(axis=1)
    assert blank.sum() == 9
    assert points[~blank].notna().all(axis=None)
    assert (points[~blank].sum(axis=1) == 100).all()
    assert (points[~blank] >= 0).all(axis=None)
    assert points.mean().round().astype(int).tolist() == list(POINTS.values())


def test_bank_missing_answers():
    bank = load_dataset("bank")
    e, p = block(bank, "E", range(1, 23)), block(bank, "P", range(1, 23))
    assert e.isna().all(axis=1).sum() == 4
    assert p.isna().all(axis=1).sum() == 3
    rest = pd.concat([e[~e.isna().all(axis=1)].stack(), p[~p.isna().all(axis=1)].stack()])
    assert 0.015 < rest.isna().mean() < 0.025


def test_bank_means_and_gaps_are_as_told():
    bank = load_dataset("bank")
    e, p = dimension_means(bank, "E").mean(), dimension_means(bank, "P").mean()
    assert e.drop("tangibles").between(6.0, 6.45).all()
    assert p.between(4.8, 5.6).all()
    answers = block(bank, "E", range(1, 23)).stack().dropna()
    assert answers.skew() < -1
    gaps = dimension_gaps(bank)
    assert gaps.mean().idxmin() == "reliability"
    assert abs(gaps["tangibles"].mean()) < 0.2
    assert gaps.drop(columns="tangibles").mean().max() < -0.8


def test_bank_station_is_worse_and_wave_2_better_in_responsiveness():
    bank = load_dataset("bank")
    responsiveness = dimension_gaps(bank)["responsiveness"]
    by_branch = responsiveness.groupby(bank["branch"]).mean()
    assert by_branch["Station"] < by_branch.drop("Station").min() - 0.5
    by_wave = responsiveness.groupby(bank["wave"]).mean()
    assert 0.3 < by_wave[2] - by_wave[1] < 0.9


def test_bank_reliabilities():
    bank = load_dataset("bank")
    for items in DIMENSIONS.values():
        for role in "EP":
            assert 0.75 < alpha(block(bank, role, items)) < 0.90
    assert 0.80 < alpha(block(bank, "SAT", range(1, 4))) < 0.92
    assert 0.80 < alpha(block(bank, "LOY", range(1, 4))) < 0.92


def test_bank_gaps_drive_satisfaction_drives_loyalty_drives_recommendation():
    bank = load_dataset("bank")
    satisfaction, loyalty = scores(bank, "SAT"), scores(bank, "LOY")
    assert 0.45 < r_squared(satisfaction, dimension_gaps(bank)) < 0.60
    assert 0.45 < r_squared(loyalty, satisfaction) < 0.60
    assert 0.45 < r_squared(bank["recommend"], loyalty) < 0.60


def test_hospital_is_not_recoded():
    hospital = load_dataset("hospital")
    reverse = [*range(10, 14), *range(18, 23)]
    straight = [item for item in range(1, 23) if item not in reverse]
    e = block(hospital, "E", range(1, 23)).mean()
    assert e[[f"E{item}" for item in reverse]].max() < 2.5
    assert e[[f"E{item}" for item in straight]].min() > 5.5
    gaps = dimension_gaps(hospital)
    assert gaps["responsiveness"].mean() > 1
    assert gaps["reliability"].mean() < -0.8
    for column in hospital.filter(regex=r"^[EP]\d"):
        told = "asked negatively" in hospital.attrs["columns"][column]
        assert told == (int(column[1:]) in reverse)


def test_library_not_applicable_is_one_tick_for_three_columns():
    library = load_dataset("library")
    assert library.attrs["bind"] == {"not_applicable": [0]}
    zero = {role: library.filter(regex=rf"^{role}[ASICLP]{{2}}\d$") == 0 for role in "MEP"}
    tick = zero["P"].to_numpy()
    assert (zero["M"].to_numpy() == tick).all()
    assert (zero["E"].to_numpy() == tick).all()
    assert (tick.sum(axis=1) > 11).sum() == 4


def test_library_inversions_and_ties():
    library = load_dataset("library").replace(0, np.nan)
    m, e, p = (library.filter(regex=rf"^{role}[ASICLP]{{2}}\d$").to_numpy() for role in "MEP")
    inversions = (m > e).sum(axis=1)
    assert (inversions > 9).sum() == 4
    assert 0.01 < (inversions > 0).mean() < 0.25
    zone = ~np.isnan(m + e + p) & (m <= e)
    m, e, p = m[zone], e[zone], p[zone]
    assert 0.15 < (p == m).mean() < 0.25
    assert 0.15 < (p == e).mean() < 0.25
    closed, inside = ((m <= p) & (p <= e)).mean(), ((m < p) & (p < e)).mean()
    assert closed > 2 * inside


def test_after_sales_attitude_is_best_and_unsolved_costs():
    frame = load_dataset("after_sales")
    gaps = {}
    for name in ("speed", "ability", "attitude", "quality", "feedback"):
        items = [f"{name}{number}" for number in (1, 2, 3)]
        p, e = block(frame, "P", items).to_numpy(), block(frame, "E", items).to_numpy()
        gaps[name] = pd.Series((p - e).mean(axis=1))
    gaps = pd.DataFrame(gaps)
    assert gaps.mean().idxmax() == "attitude"
    assert gaps.mean().idxmin() == "ability"
    solved = gaps.groupby(frame["resolved"]).mean()
    assert solved.loc[1, "ability"] - solved.loc[0, "ability"] > 0.7
    assert frame.groupby("channel")["resolved"].mean().idxmin() == "chat"
    for outcome, (low, high) in {"effort": (1, 7), "recommend": (0, 10), "csat": (1, 5)}.items():
        assert frame[outcome].dropna().between(low, high).all()
        assert 0.25 < r_squared(frame[outcome], gaps) < 0.5


def test_mobile_is_two_waves_of_four_companies_driven_by_quality():
    frame = load_dataset("mobile")
    assert frame.attrs["instrument"] is None
    assert sorted(set(frame["company"])) == ["Alto", "Brisk", "Corda", "Delta"]
    assert frame["wave"].value_counts().to_dict() == {1: 400, 2: 400}
    items = frame.filter(regex=r"^(EXP|QUA|VAL|SAT|LOY)\d$")
    assert items.shape[1] == 14
    assert items.stack().dropna().between(1, 10).all()
    assert 0.005 < items.isna().mean().mean() < 0.015
    assert set(frame["complained"]) == {0, 1}
    means = {name: scores(frame, name) for name in ("QUA", "SAT", "LOY")}
    means["VAL"] = block(frame, "VAL", (1, 2)).mean(axis=1)
    assert 0.33 < r_squared(means["LOY"], means["SAT"]) < 0.43
    assert 0.30 < r_squared(means["SAT"], means["QUA"]) < 0.45
    first = means["QUA"][frame["wave"] == 1].groupby(frame["company"]).mean()
    assert (first.idxmax(), first.idxmin()) == ("Alto", "Delta")
    assert means["VAL"].groupby(frame["company"]).mean().idxmax() == "Corda"
    satisfied = means["SAT"].groupby([frame["company"], frame["wave"]]).mean().unstack()
    assert satisfied.diff(axis=1)[2].idxmax() == "Delta"
    complained = means["SAT"].groupby(frame["complained"]).mean()
    assert complained[0] - complained[1] > 0.8


def test_provider_side_matches_the_bank():
    assert load_dataset("managers").attrs["bind"] == {"points": "points_{}", "perception": None}
    bank, managers, staff = (load_dataset(n) for n in ("bank", "managers", "contact_staff"))
    assert set(managers["branch"]) == set(staff["branch"]) == set(bank["branch"])
    points = managers[[f"points_{name}" for name in DIMENSIONS]]
    assert (points.sum(axis=1) == 100).all()
    gap_1 = dimension_means(managers, "E").mean() - dimension_means(bank, "E").mean()
    assert gap_1["tangibles"] > 0.3
    assert gap_1[["responsiveness", "empathy"]].max() < -0.2
    ability = staff.groupby("branch")["ability_responsiveness"].mean()
    assert ability["Station"] < ability.drop("Station").min() - 0.5
    ratings = pd.concat(
        [managers.filter(regex="^standards_"), staff.filter(regex="^(ability|promises)_")]
    )
    assert ratings.stack().dropna().between(1, 7).all()
    assert ratings.shape[1] == 15


# --- the published figures


def test_bmc_2012_means_of_the_items():
    table = load_dataset("bmc_2012")
    items = table[table["level"] == "item"]
    assert items["item"].tolist() == [str(number) for number in range(1, 22)]
    columns = ["perception", "expectation"]
    means = items.groupby("dimension", sort=False)[columns].mean()
    expected = [[4.0500, 4.9290], [3.8914, 4.8757], [4.1825, 4.9550]]
    np.testing.assert_allclose(means, expected, rtol=0, atol=5e-5)
    printed = table[table["level"] == "dimension"].set_index("dimension")[columns]
    # both sides are rounded to two decimals, so they may lie half a unit each apart
    np.testing.assert_allclose(means, printed.loc[means.index], rtol=0, atol=0.01)
    overall = items[[*columns, "gap"]].mean()
    np.testing.assert_allclose(overall, [4.0224, 4.9162, -0.8886], rtol=0, atol=5e-5)


def test_bmc_2012_overall_is_the_mean_of_items_not_of_dimensions():
    table = load_dataset("bmc_2012")
    overall = table.loc[table["level"] == "overall"].iloc[0]
    items = table[table["level"] == "item"]
    assert round(items["perception"].mean(), 2) == overall["perception"] == 4.02
    assert round(items["gap"].mean(), 2) == overall["gap"] == -0.89
    dimensions = table[table["level"] == "dimension"]
    assert round(dimensions["perception"].mean(), 2) == 4.04


def test_bmc_2012_printed_gaps_that_are_not_the_printed_difference():
    table = load_dataset("bmc_2012")
    cents = (table["gap"] * 100).round() - (
        (table["perception"] * 100).round() - (table["expectation"] * 100).round()
    )
    off = cents != 0
    # every one of them is printed one hundredth smaller in size
    assert set(cents[off]) == {1}
    items = table.loc[off & (table["level"] == "item"), "item"].astype(int).tolist()
    assert table.loc[off & (table["level"] != "item"), "dimension"].tolist() == ["tangibles"]
    note = next(note for note in table.attrs["notes"] if note.startswith("Printed gaps"))
    listed = re.search(r"items ([\d, ]+) \((\d+) of 21\)", note)
    assert items == numbers(listed[1])
    assert len(items) == int(listed[2]) == 11


def test_restaurant_gaps_are_printed_p_less_e_but_for_a_last_digit():
    table = load_dataset("restaurant").set_index("dimension")
    units = (table["gap_mean"] - (table["p_mean"] - table["e_mean"])) * 10_000
    off = units.round().astype(int)
    assert off[off != 0].to_dict() == {"empathy": -1}
    assert any("empathy (.3431 for .3432)" in note for note in table.attrs["notes"])
    assert set(table["n"]) == {51}


def test_restaurant_implied_correlations_and_t():
    table = load_dataset("restaurant")
    p, e, g = table["p_sd"], table["e_sd"], table["gap_sd"]
    r = (p**2 + e**2 - g**2) / (2 * p * e)
    np.testing.assert_allclose(r, [0.5684, 0.7226, 0.6814, 0.5983, 0.5831], rtol=0, atol=5e-5)
    t = table["gap_mean"] / (g / np.sqrt(table["n"]))
    np.testing.assert_allclose(t, [-5.698, -5.903, -4.996, -5.431, 3.759], rtol=0, atol=5e-4)


def test_restaurant_overall_with_and_without_weights():
    table = load_dataset("restaurant")
    assert table["dimension"].tolist() == list(POINTS)
    assert table["gap_mean"].mean() == pytest.approx(-0.28794, abs=5e-6)
    assert table["gap_mean"] @ WEIGHTS == pytest.approx(-0.31874, abs=5e-6)


def test_twelve_manage_sum_mean_and_weighted():
    table = load_dataset("twelve_manage")
    assert dict(zip(table["dimension"], table["weight"], strict=True)) == POINTS
    assert table["gap"].sum() == pytest.approx(-4.29, abs=1e-12)
    assert table["gap"].mean() == pytest.approx(-0.858, abs=1e-12)
    weighted = (table["gap"] * table["weight"]).sum() / table["weight"].sum()
    assert weighted == pytest.approx(-0.9007, abs=1e-12)
