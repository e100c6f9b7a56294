import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.plots import _text
from servqual.plots._text import columns, fitted, set_plain


@given(st.text(), st.integers(4, 40), st.integers(1, 3))
def test_fitted_text_fits_and_loses_nothing_unless_it_says_so(text, width, lines):
    shown = fitted(text, width, lines)
    pieces = shown.split("\n")
    assert len(pieces) <= lines
    assert all(columns(piece) <= width for piece in pieces)
    kept = re.sub(r"\s", "", shown)
    whole = re.sub(r"\s", "", text)
    if kept != whole:
        assert shown.endswith("…")
        assert whole.startswith(kept[:-1])


@pytest.mark.parametrize(
    ("text", "width", "lines", "shown"),
    [
        ("Tangibles", 20, 2, "Tangibles"),
        ("  two \n words ", 20, 1, "two words"),
        ("Speed that costs $5 and $6", 22, 2, "Speed that\ncosts $5 and $6"),
        ("Uninterruptedly", 8, 1, "Uninter…"),
        ("总体（未加权）：五个维度的均值", 22, 2, "总体（未加权）：\n五个维度的均值"),
        ("了解顾客的特定需求", 10, 1, "了解顾客…"),
        ("量表（修订版）：n = 480", 16, 2, "量表（修订\n版）：n = 480"),
        ("量表（修订版）", 6, 3, "量表\n（修订\n版）"),
        ("Bank of (about) n = 220", 21, 2, "Bank of (about)\nn = 220"),
    ],
)
def test_fitted_examples(text, width, lines, shown):
    assert fitted(text, width, lines) == shown


def test_dollars_are_no_formula_and_are_drawn():
    from matplotlib.figure import Figure

    figure = Figure()
    text = figure.text(0.5, 0.5, r"$\nonsense{ $x_1$ 100 %")
    set_plain([text])
    figure.canvas.draw()
    assert text.get_text() == r"$\nonsense{ $x_1$ 100 %"
    assert text.get_parse_math() is False


def test_chinese_text_has_a_chinese_font_after_the_usual_one(monkeypatch):
    from matplotlib.figure import Figure

    monkeypatch.setattr(_text, "installed_cjk", lambda: ["Some Sans SC"])
    figure = Figure()
    latin, chinese = figure.text(0, 0, "Gap"), figure.text(0, 0, "差距 P − E")
    usual = latin.get_fontfamily()
    set_plain([latin, chinese])
    assert latin.get_fontfamily() == usual
    assert chinese.get_fontfamily() == [*usual, "Some Sans SC"]


def test_without_a_chinese_font_the_usual_one_stays(monkeypatch):
    from matplotlib import font_manager
    from matplotlib.figure import Figure

    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    text = Figure().text(0, 0, "差距")
    usual = text.get_fontfamily()
    set_plain([text])
    assert text.get_fontfamily() == usual


def test_the_best_installed_font_is_chosen(monkeypatch):
    from types import SimpleNamespace

    from matplotlib import font_manager

    installed = [SimpleNamespace(name=name) for name in ("SimHei", "DejaVu Sans", "PingFang SC")]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", installed)
    assert _text.installed_cjk() == ["PingFang SC"]
