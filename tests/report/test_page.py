"""The report: complete, self-contained, escaped, and the same for the same results."""

import functools
import re
import sys
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual import _language
from tests.helpers import needs

VOID = {"meta", "br", "link", "img", "input", "hr"}
CARD = sq.net_promoter_score([9, 10, 0])
HOSTILE = ["<script>alert(1)</script>", "\"&'", "$x$ \\frac", "{{ 7 * 7 }}", "bell \x07 ]]>"]


class Page(HTMLParser):
    """What a browser would see of a page."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.attributes, self.texts = [], [], [], []
        self.tables, self.svg_texts = [], []
        self.source = text
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append({"caption": "", "rows": []})
        if tag == "tr":
            self.tables[-1]["rows"].append([])
        if tag in ("th", "td"):
            self.tables[-1]["rows"][-1].append("")
        if tag == "text":
            self.svg_texts.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" in self.open:
            return
        if "text" in self.open:
            self.svg_texts[-1] += data
        elif self.open and self.open[-1] in ("th", "td"):
            self.tables[-1]["rows"][-1][-1] += data
        elif self.open and self.open[-1] == "caption":
            self.tables[-1]["caption"] += data
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.texts).split())

    def table(self, caption):
        (found,) = (one["rows"] for one in self.tables if one["caption"] == caption)
        return found


@pytest.fixture
def report(tmp_path):
    needs("jinja2")
    needs("matplotlib")

    def report(*results, **options):
        path = sq.write_report(tmp_path / "report.html", *results, **options)
        assert path == tmp_path / "report.html"
        return Page(path.read_text(encoding="utf-8"))

    return report


@pytest.fixture(scope="module")
def bank():
    frame = sq.load_dataset("bank").dropna()
    instrument = sq.load_instrument("servqual-1991")
    responses = sq.Responses.from_frame(frame, instrument, points="points_{}")
    return sq.gap_scores(responses, importance="points")


@pytest.fixture(scope="module")
def library():
    frame = sq.load_dataset("library")
    instrument = sq.load_instrument("libqual-2004")
    responses = sq.Responses.from_frame(
        frame, instrument, **frame.attrs["bind"], missing="available"
    )
    with pytest.warns(sq.MissingResponseWarning):
        return sq.tolerance_scores(responses)


@pytest.fixture(scope="module")
def pages(bank, library, tmp_path_factory):
    """Give the report on these surveys, written once for all the tests that read it."""
    needs("jinja2")
    needs("matplotlib")
    surveys = {"bank": bank, "library": library}

    @functools.cache
    def pages(*names, language="en"):
        path = tmp_path_factory.mktemp("pages") / "report.html"
        sq.write_report(path, *(surveys[name] for name in names), language=language)
        return Page(path.read_text(encoding="utf-8"))

    return pages


@pytest.fixture
def page(pages):
    return pages("bank")


def scored(gaps, labels=None, **about):
    """Score respondents with given gaps: a mapping of dimension to the gaps of its one item."""
    dimensions = {name: (f"i{at}",) for at, name in enumerate(gaps)}
    instrument = sq.Instrument(
        name="own", scale=(1, 9), dimensions=dimensions, labels=labels or {}, **about
    )
    columns = {}
    for (item,), values in zip(dimensions.values(), gaps.values(), strict=True):
        columns[f"E{item}"] = [5] * len(values)
        columns[f"P{item}"] = [5 + value for value in values]
    responses = sq.Responses.from_frame(pd.DataFrame(columns), instrument, missing="available")
    return sq.gap_scores(responses)


def rounded(value):
    return f"{value:.2f}".replace("-", "−")


def test_gap_table_shows_what_the_frame_holds(page, bank):
    frame = bank.to_frame()
    head, *rows = page.table("Dimensions")
    assert head[:3] == ["Dimension", "n", "Mean E"]
    shown = frame[frame["level"] != "item"]
    labels = ["Tangibles", "Reliability", "Responsiveness", "Assurance", "Empathy", "Overall"]
    assert [row[0] for row in rows] == [*labels, "Overall, unweighted"]
    names = ["mean_e", "sd_e", "mean_p", "sd_p", "gap", "sd_gap"]
    for row, (_, values) in zip(rows, shown.iterrows(), strict=True):
        interval = f"[{rounded(values['ci_low'])}, {rounded(values['ci_high'])}]"
        expected = [str(values["n"]), *(rounded(values[name]) for name in names), interval]
        assert row[1:] == expected


def test_items_stand_in_groups_under_their_dimension(page, bank):
    _, *rows = page.table("Items")
    groups = [row[0] for row in rows if not any(row[1:])]
    assert groups == ["Tangibles", "Reliability", "Responsiveness", "Assurance", "Empathy"]
    assert len(rows) == 22 + 5
    first = bank.to_frame().iloc[0]
    assert rows[1][0].split(maxsplit=1) == ["1", "Modern equipment"]
    assert rows[1][6] == rounded(first["gap"])


def test_head_names_instrument_source_evidence_and_who_is_scored(page, bank):
    instrument = bank.responses.instrument
    for text in (
        "SERVQUAL (1991 refinement) (servqual-1991)",
        "22 items in 5 dimensions, rated from 1 to 7",
        "excellent expectations",
        "Journal of Retailing, 67(4), 420-450.",
        "recalled: in part from memory, not seen",
        " ".join(instrument.evidence_note.split())[:80],
        f"{bank.n} of {bank.n} respondents scored",
        *bank.notes(),
        bank.title(),
    ):
        assert text in page.text


def test_doi_and_trademark_are_given_once_where_there_are_any(pages):
    text = pages("library").text
    assert text.count("LibQUAL+ is a registered trademark") == 1
    assert text.count("https://doi.org/10.1016/0022-4359(94)90033-7") == 1


def test_left_out_are_counted_with_the_reason(report):
    frame = sq.load_dataset("library")
    instrument = sq.load_instrument("libqual-2004")
    responses = sq.Responses.from_frame(frame, instrument, **frame.attrs["bind"])
    with pytest.warns(sq.MissingResponseWarning):
        scores = sq.gap_scores(responses)
    out = len(responses) - scores.n
    assert out > 0
    page = report(scores)
    said = f"{scores.n} of {len(responses)} respondents scored; {out} left out: unanswered"
    assert said in page.text
    assert page.table("Answers by role")[1] == [
        "expectation",
        "EAS1...ELP5",
        f"{22 * len(responses) - responses.n_missing('expectation') - 188:,}",
        str(responses.n_missing("expectation")),
        "188",
    ]


def test_summary_names_the_extremes_with_their_intervals(page, bank):
    frame = bank.to_frame()
    by = frame[frame["level"] == "dimension"].set_index("dimension")
    overall = frame[frame["level"] == "overall"].iloc[0]

    def said(row):
        interval = f"95 % interval {rounded(row['ci_low'])} to {rounded(row['ci_high'])}"
        return f"{rounded(row['gap'])}; {interval}"

    text = page.text
    assert by["gap"].idxmin() == "reliability"
    assert f"The largest shortfall is in Reliability ({said(by.loc['reliability'])})." in text
    assert by["gap"].idxmax() == "tangibles"
    assert f"The smallest shortfall is in Tangibles ({said(by.loc['tangibles'])})." in text
    figure = said(overall).replace("; ", " (")
    assert f"Overall (mean of 5 dimensions, weighted by importance): {figure})." in text
    assert "Overall (mean of 5 dimensions): " in text


@pytest.mark.parametrize(
    ("gaps", "sentences"),
    [
        (
            {"a": [1, 2], "b": [0, 1]},
            [
                "The mean gap falls below zero in no dimension; it is lowest in B (0.50; ",
                "The gap is highest in A (1.50; ",
            ],
        ),
        (
            {"a": [-1, -2], "b": [0, 1]},
            ["The largest shortfall is in A (−1.50; ", "The gap is highest in B (0.50; "],
        ),
        (
            {"a": [-1, -2], "b": [-2, -1], "c": [0, -1]},
            ["The largest shortfall is in A (−1.50; 95 % interval −7.85 to 4.85), B (−1.50; "],
        ),
        ({"a": [-1, -1], "b": [0, -2]}, ["The largest shortfall is in A (−1.00), B (−1.00; "]),
        ({"a": [-1, -2]}, ["The largest shortfall is in A (−1.50; ", "Overall (mean of 1 "]),
    ],
)
def test_summary_of_other_gaps(report, gaps, sentences):
    text = report(scored(gaps)).text
    for sentence in sentences:
        assert sentence in text
    assert ("smallest shortfall" in text) == (len(gaps) == 3)


def test_dimension_that_cannot_be_scored_is_named(report):
    instrument = sq.Instrument(
        name="own", scale=(1, 9), dimensions={"a": ("1",), "b": ("2",), "c": ("3",)}
    )
    frame = pd.DataFrame(
        {
            **{"E1": [5, 5], "E2": [5, np.nan], "E3": [5, 5]},
            **{"P1": [4, 3], "P2": [np.nan, 4], "P3": [5, 6]},
        }
    )
    with pytest.warns(sq.MissingResponseWarning):
        scores = sq.gap_scores(sq.Responses.from_frame(frame, instrument, missing="available"))
    page = report(scores)
    assert "The largest shortfall is in A (−1.50; " in page.text
    assert "Not scored: B." in page.text
    assert page.table("Dimensions")[2] == ["B", "0", *["–"] * 7]
    assert re.search(r"\bnan\b", page.text) is None


def test_one_respondent_has_no_interval(report):
    with pytest.warns(sq.SmallSampleWarning):
        scores = scored({"a": [-1], "b": [-2]})
    page = report(scores)
    assert "The largest shortfall is in B (−2.00)." in page.text
    assert page.table("Dimensions")[1][-2:] == ["–", "–"]


def test_zone_has_means_and_shares(pages, library):
    page = pages("library")
    frame = library.to_frame()
    row = frame[frame["level"] == "overall"].iloc[0]
    assert page.table("Dimensions")[-1][5:8] == [
        rounded(row["width"]),
        rounded(row["adequacy"]),
        f"[{rounded(row['adequacy_ci_low'])}, {rounded(row['adequacy_ci_high'])}]",
    ]
    shares = page.table("Dimensions: shares of respondents")
    assert shares[0][2:] == [
        *("Below", "At minimum", "Inside", "At desired", "Above"),
        *("On a zone of no width", "Within", "Inverted"),
    ]
    within = f"{100 * row['within']:.1f} %"
    assert shares[-1][8] == within
    assert f"The overall mean of {within} of the respondents lies within" in page.text
    assert len(page.table("Items: shares of answers")) == len(page.table("Items")) == 1 + 3 + 22


def test_places_of_mean_perceptions_around_the_zone(report):
    instrument = sq.Instrument(
        name="desk",
        scale=(1, 9),
        roles=("minimum", "expectation", "perception"),
        expectation_kind="desired",
        dimensions={"low": ("1",), "edge": ("2",), "high": ("3",)},
    )
    frame = pd.DataFrame(
        {
            **{"M1": [5, 6], "E1": [7, 8], "P1": [4, 4]},
            **{"M2": [5, 6], "E2": [7, 8], "P2": [5, 6]},
            **{"M3": [5, 6], "E3": [7, 8], "P3": [9, 8]},
        }
    )
    text = report(sq.tolerance_scores(sq.Responses.from_frame(frame, instrument))).text
    assert "Mean perceptions are below the minimum in Low." in text
    assert "Mean perceptions are within the zone in Edge." in text
    assert "Mean perceptions are above the desired level in High." in text
    assert "Adequacy (P − minimum) is lowest in Low (−1.50; " in text
    assert "Adequacy (P − minimum) is highest in High (3.00; " in text


def test_perceptions_and_answers(report, library):
    with pytest.warns(sq.MissingResponseWarning):
        perceptions = sq.perception_scores(library.responses)
    page = report(perceptions, library.responses)
    assert page.table("Dimensions")[0] == ["Dimension", "n", "Mean P", "SD P", "95 % interval"]
    assert "Perceptions are rated from 1 to 9." in page.text
    assert "Cronin, J. J., Jr., & Taylor, S. A. (1992)" in page.text
    assert page.tags.count("svg") == 1


def test_profile_stands_before_the_results(report, bank):
    frame = sq.load_dataset("bank")
    profile = sq.describe_sample(frame, ["branch", "recommend", "respondent"])
    page = report(bank, profile=profile)
    rows = page.table("Who answered")
    assert rows[0] == ["Variable", "n", "Share", "Mean", "SD", "Minimum", "Maximum", "Missing"]
    assert rows[1] == ["branch", "", "", "", "", "", "", "0"]
    assert rows[2] == ["Harbour", "117", "24.4 %", "", "", "", "", ""]
    assert rows[-1] == ["respondent", "480", "", "240.50", "138.71", "1", "480", "0"]
    assert page.text.index("Harbour") < page.text.index("Gap scores (P")


def test_pictures_are_of_every_result_and_have_words(pages):
    page = pages("bank", "library")
    pictures = [attributes for tag, attributes in page.attributes if tag == "svg"]
    assert [one["aria-label"] for one in pictures] == [
        "Mean gaps by dimension, with 95 % intervals",
        "Mean expectations and perceptions by dimension",
        "Mean gaps by item, with 95 % intervals",
        "Perceptions and the zone of tolerance by dimension",
        "Perceptions and the zone of tolerance by item",
    ]
    assert all(one["role"] == "img" for one in pictures)
    assert {"Reliability", "Never too busy", "Library as place"} <= set(page.svg_texts)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_page_needs_nothing_beside_itself(pages, tmp_path_factory, language):
    page = pages("bank", "library", language=language)
    source = page.source
    assert not {"script", "link", "iframe", "object", "embed", "img", "base"} & set(page.tags)
    for _, attributes in page.attributes:
        for name, value in attributes.items():
            assert not name.startswith("on")
            if name in ("src", "href", "action", "xlink:href", "srcset"):
                assert value.startswith("#")
    assert "@import" not in source
    assert re.findall(r"url\((?!#)", source) == []
    assert source.startswith("<!DOCTYPE html>\n")
    assert source.count("<!DOCTYPE") == 1
    assert str(tmp_path_factory.getbasetemp()) not in source


def test_ids_are_unique_and_every_reference_has_one(pages):
    page = pages("bank", "library")
    ids = [attributes["id"] for _, attributes in page.attributes if "id" in attributes]
    assert len(ids) == len(set(ids)) > 100
    used = set(re.findall(r'(?:url\(|href=")#([^)"]+)', page.source))
    assert used
    assert used <= set(ids)


def test_tables_can_be_read_aloud(page):
    assert all(table["caption"] for table in page.tables)
    headings = [attributes for tag, attributes in page.attributes if tag == "th"]
    assert {attributes["scope"] for attributes in headings} == {"col", "row"}
    html = next(attributes for tag, attributes in page.attributes if tag == "html")
    assert html["lang"] == "en"


def test_same_results_give_the_same_bytes(pages, report, bank, library):
    assert report(bank, library).source == pages("bank", "library").source


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_is_shown_as_it_stands(report, tmp_path, hostile):
    labels = {"a": hostile, "i0": hostile, "b": "B"}
    about = {"title": hostile, "citation": hostile, "evidence_note": hostile, "trademark": hostile}
    scores = scored({"a": [-1, -2, 0], "b": [1, 0, 0]}, labels=labels, **about)
    profile = sq.describe_sample(pd.DataFrame({hostile: [hostile, "x", "x"]}))
    page = report(scores, profile=profile, title=hostile)
    source = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "script" not in page.tags
    assert "<script" not in source
    assert "49" not in page.text
    assert page.table("Dimensions")[1][0] == hostile
    assert page.table("Who answered")[1][0] == hostile
    drawn = [text for text in page.svg_texts if text[:3] == hostile[:3]]
    assert drawn
    assert hostile in page.texts  # the title


def test_labels_follow_the_language(pages):
    page = pages("bank", language="zh")
    assert page.table("维度")[2][0] == "可靠性"
    assert page.table("维度")[0][6] == "差距 P − E"
    assert page.table("维度")[-1][0] == "总体（未加权）"
    assert {"可靠性", "再忙也回应顾客"} <= set(page.svg_texts)
    assert "不足最大的是可靠性（−1.5" in page.text
    assert "服务质量报告" in page.text
    html = next(attributes for tag, attributes in page.attributes if tag == "html")
    assert html["lang"] == "zh-Hans"
    english = [attributes for _, attributes in page.attributes if attributes.get("lang") == "en"]
    assert len(english) == 3  # source, note on evidence, references


def test_both_languages_give_the_same_numbers(pages):
    tables = [
        [row[1:] for table in pages("bank", language=language).tables for row in table["rows"][1:]]
        for language in ("en", "zh")
    ]
    assert tables[0] == tables[1]


def test_every_text_of_a_chinese_report_is_translated(report, monkeypatch, bank, library):
    untranslated = set()
    known = _language.catalogue("zh")

    class Watched(dict):
        def get(self, key, default=None):
            if key not in self:
                untranslated.add(key)
            return super().get(key, default)

    watched = {name: Watched(texts) for name, texts in known.items()}
    monkeypatch.setattr(_language, "catalogue", lambda language: watched)
    with pytest.warns(sq.MissingResponseWarning):
        perceptions = sq.perception_scores(library.responses)
    profile = sq.describe_sample(pd.DataFrame({"sex": ["f", "m"], "age": [31.5, 20.5]}))
    report(bank, library, perceptions, library.responses, profile=profile, language="zh")
    assert untranslated == set()


def test_title_is_the_instruments_unless_given(report, page):
    assert page.texts.count("SERVQUAL (1991 refinement)") == 2  # <title> and <h1>
    assert report(CARD, title="Spring & autumn").texts.count("Spring & autumn") == 2


def test_missing_package_says_how_to_install_it(tmp_path, monkeypatch):
    path = tmp_path / "x.html"
    path.write_text("before", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'servqual\[report\]'"):
        sq.write_report(path, CARD)
    assert path.read_text(encoding="utf-8") == "before"


def test_nothing_of_matplotlib_is_left_changed(report, bank):
    matplotlib = needs("matplotlib")
    names = [name for name in matplotlib.rcParams if name != "backend"]
    before = {name: matplotlib.rcParams[name] for name in names}
    report(bank)
    assert {name: matplotlib.rcParams[name] for name in names} == before
