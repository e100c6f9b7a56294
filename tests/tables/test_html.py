"""HTML tables: well formed, escaped, in journal form."""

import xml.etree.ElementTree as ET

from servqual.tables._model import build
from servqual.tables.html import write_html


def page(path, *tables, language="en"):
    write_html(tables, path, language)
    text = path.read_text(encoding="utf-8")
    for tag in ("meta",):
        text = "\n".join(
            line[:-1] + "/>" if line.startswith(f"<{tag} ") else line for line in text.split("\n")
        )
    return ET.fromstring(text.replace("<!DOCTYPE html>", ""))


def test_number_title_and_note_stand_in_journal_form(made, tmp_path):
    root = page(tmp_path / "a.html", build(made, number=2))
    caption = root.find(".//caption")
    assert caption.find("b").text == "Table 2"
    assert caption.find("span/i").text == "Made up: n = 12"
    note = root.find(".//figcaption")
    assert note.find("i").text == "Note."
    assert [one.text for one in note.findall("i")] == ["Note.", "p", "n"]
    assert root.find(".//thead/tr/th[2]/i").text == "n"
    cells = [cell.text for cell in root.findall(".//tbody/tr[2]/td")]
    assert cells == ["12", "−1.00", "[−2.00, −0.01]", ".46", "< .001"]
    assert root.find(".//tbody/tr[2]/th").get("class") == "indent"


def test_chinese_is_upright(bank, tmp_path):
    root = page(tmp_path / "a.html", build(bank, language="zh"), language="zh")
    assert root.get("lang") == "zh-Hans"
    assert root.find(".//caption/span/i") is None
    assert root.find(".//caption/span").text.startswith("差距得分")


def test_text_cannot_break_the_page(hostile, tmp_path):
    root = page(tmp_path / "a.html", build(hostile))
    assert root.find(".//script") is None
    labels = [one.text for one in root.findall(".//tbody/tr/th")]
    assert '<script>"alert"</script>' in labels[0]
    assert labels[0].endswith("服务�")
    assert labels[-1] == "two lines"
