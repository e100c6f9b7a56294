r"""LaTeX tables: booktabs rules, every special character escaped, & only between cells."""

import re

import pytest

from servqual.tables._model import build
from servqual.tables.latex import escape, write_latex


def source(path, *tables, language="en"):
    write_latex(tables, path, language)
    return path.read_text(encoding="utf-8")


def rows(text):
    body = text.partition(r"\midrule")[2].partition(r"\bottomrule")[0]
    return [line for line in body.strip().split("\n")]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("& % $ # _ { }", r"\& \% \$ \# \_ \{ \}"),
        ("~", r"\textasciitilde{}"),
        ("^", r"\textasciicircum{}"),
        ("\\", r"\textbackslash{}"),
        ("\\%", r"\textbackslash{}\%"),
        ("<|>", r"$<$\textbar{}$>$"),
        ("−1.5 ≥ χ²", r"$-$1.5 $\geq$ $\chi$\textsuperscript{2}"),
        ("a--b", "a-{}-b"),
        ("1 – 2", "1 -- 2"),
        ("服务", "服务"),
    ],
)
def test_escape(text, escaped):
    assert escape(text) == escaped


def test_a_table_has_three_rules_and_its_own_number(made, tmp_path):
    text = source(tmp_path / "a.tex", build(made, number="A1"))
    assert [text.count(rule) for rule in (r"\toprule", r"\midrule", r"\bottomrule")] == [1, 1, 1]
    assert r"\hline" not in text
    assert "|" not in text
    assert r"\renewcommand{\thetable}{A1}" in text
    assert r"\caption{Made up: n = 12}" in text
    assert r"\begin{tabular}{lrrcrr}" in text
    assert r"\multicolumn{1}{c}{\textit{n}}" in text
    assert rows(text)[1] == (
        r"\quad 1. Is kind & 12 & $-$1.00 & [$-$2.00, $-$0.01] & .46 & $<$ .001 \\"
    )
    assert r"\textit{Note.} " in text
    assert r" is a correlation, \textit{p} $<$ .05, \textit{n} = 12." in text


def test_the_document_counts_tables_that_bear_no_number(made, tmp_path):
    assert r"\thetable" not in source(tmp_path / "a.tex", build(made))
    assert r"\caption*{Made up" in source(tmp_path / "b.tex", build(made, number=""))


def test_text_cannot_break_the_table(hostile, tmp_path):
    text = source(tmp_path / "a.tex", build(hostile))
    for line in rows(text):
        bare = re.sub(r"\\[&%$#_{}~^\\]", "", line)
        assert bare.count("&") == 2
        assert "%" not in bare
        assert "#" not in bare
        assert "_" not in bare
        assert bare.count("$") % 2 == 0
        assert bare.count("{") == bare.count("}")
    assert rows(text)[5].startswith("{[}b &")
    assert rows(text)[6].startswith("{*}c &")


def test_a_wide_table_goes_on_under_the_same_number(all_kinds, tmp_path):
    table = build(all_kinds[2])
    text = source(tmp_path / "a.tex", table)
    parts = text.count(r"\begin{table}")
    assert parts > 1
    assert text.count(r"\addtocounter{table}{-1}") == text.count("(continued)") == parts - 1
    assert text.count(r"\textit{Note.}") == 1
    assert text.count("AS1. ") == parts
    heads = re.findall(r"\\multicolumn\{1\}\{c\}", text)
    assert len(heads) == len(table.columns)


def test_chinese_needs_ctex(bank, tmp_path):
    text = source(tmp_path / "a.tex", build(bank, language="zh"), language="zh")
    assert "ctex" in text.split("\n")[0]
    assert "有形性 & " in text
    assert r"\textit{Note.}" not in text
