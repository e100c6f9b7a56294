"""What write_table and write_tables accept, refuse and leave behind."""

import pandas as pd
import pytest

from servqual.tables.writing import write_table, write_tables
from tests.helpers import needs

SUFFIXES = (".docx", ".xlsx", ".tex", ".html")
PACKAGES = {".docx": "docx", ".xlsx": "openpyxl"}


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_result_is_written_in_every_form(all_kinds, made, suffix, language, tmp_path):
    if suffix in PACKAGES:
        needs(PACKAGES[suffix])
    path = tmp_path / f"tables{suffix}"
    assert write_tables(path, *all_kinds, made, language=language) == path
    assert path.stat().st_size > 2000
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_options_reach_the_table(made, tmp_path):
    path = write_table(
        made,
        tmp_path / "A.HTML",
        number=7,
        title="Own",
        columns={"p_value": "p", "estimate": "Gap"},
        decimals={"estimate": 1},
    )
    text = path.read_text(encoding="utf-8")
    assert "<b>Table 7</b>" in text
    assert "<i>Own</i>" in text
    assert '<th scope="col"><i>p</i></th><th scope="col">Gap</th>' in text
    assert "<td>−1.0</td>" in text


def test_several_tables_are_numbered_in_their_order(made, bank, tmp_path):
    text = write_tables(tmp_path / "a.html", made, bank).read_text(encoding="utf-8")
    assert text.index("<b>Table 1</b>") < text.index("<b>Table 2</b>")
    assert r"\thetable" not in write_tables(tmp_path / "a.tex", made).read_text(encoding="utf-8")


def test_a_file_that_is_there_is_replaced(made, tmp_path):
    path = tmp_path / "a.tex"
    path.write_text("old" * 100_000)
    write_table(made, path)
    assert "old" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "error", "words"),
    [
        ("a.pdf", ValueError, r"end in .docx, .xlsx, .tex, .html, but 'a.pdf' ends in '.pdf'"),
        ("a", ValueError, "'a' has no ending"),
        ("none/a.docx", FileNotFoundError, "make it first"),
        ("folder.docx", IsADirectoryError, "is a folder"),
    ],
)
def test_a_path_that_cannot_be_written_is_refused(made, name, error, words, tmp_path):
    (tmp_path / "folder.docx").mkdir()
    with pytest.raises(error, match=words):
        write_table(made, tmp_path / name)
    assert [one.name for one in tmp_path.iterdir()] == ["folder.docx"]


def test_what_is_no_result_is_refused(made, tmp_path):
    with pytest.raises(TypeError, match=r"write_table takes results.*not DataFrame"):
        write_table(pd.DataFrame({"a": [1]}), tmp_path / "a.tex")
    with pytest.raises(TypeError, match=r"write_tables takes results.*not str"):
        write_tables(tmp_path / "a.tex", made, "text")
    with pytest.raises(ValueError, match="no result"):
        write_tables(tmp_path / "a.tex")
    with pytest.raises(TypeError, match="path must be"):
        write_table(tmp_path / "a.tex", made)
    with pytest.raises(ValueError, match="language"):
        write_table(made, tmp_path / "a.tex", language="fr")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("suffix", "module"), PACKAGES.items())
def test_a_missing_package_is_named_with_its_extra(made, suffix, module, tmp_path, monkeypatch):
    import sys

    for name in [one for one in sys.modules if one.partition(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ModuleNotFoundError, match=r"servqual\[(report|io)\]"):
        write_table(made, tmp_path / f"a{suffix}")
    assert list(tmp_path.iterdir()) == []
