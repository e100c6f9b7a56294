"""How a table is divided when it is wider than a page."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from servqual.tables._layout import balanced, broken, column_units, panels, stub_units, units
from servqual.tables._model import build
from tests.tables.made import Made


def wide(count):
    frame = pd.DataFrame({"label": ["a", "b"], **{f"column{at}": [1.5, 2] for at in range(count)}})
    return build(Made(frame=frame))


@given(st.integers(1, 12), st.integers(1, 120))
def test_parts_hold_every_column_once_and_fit_where_they_can(count, page):
    table = wide(count)
    parts = panels(table, page)
    assert [one for part in parts for one in part.columns] == list(table.columns)
    for part in parts:
        assert [row.label for row in part.rows] == ["a", "b"]
        size = sum(column_units(part, at) for at in range(len(part.columns)))
        assert len(part.columns) == 1 or stub_units(part) + size <= page


def test_parts_are_of_about_the_same_width():
    table = wide(8)
    size = column_units(table, 0)
    parts = panels(table, stub_units(table) + 7 * size)
    assert [len(part.columns) for part in parts] == [4, 4]


def test_what_belongs_together_stays_together():
    frame = pd.DataFrame(
        {
            "label": ["a"],
            "gap": [1.5],
            "ci_low": [1.0],
            "ci_high": [2.0],
            "kruskal": [3.5],
            "kruskal_p": [0.5],
        }
    )
    parts = panels(build(Made(frame=frame)), 1)
    assert [[one.name for one in part.columns] for part in parts] == [
        *(["gap", "ci"], ["kruskal", "kruskal_p"]),
    ]


@pytest.mark.parametrize("text", ["95 % interval of P − E", "期望均值", "差距 P − E 的标准差", "n"])
@pytest.mark.parametrize("width", [2, 6, 40])
def test_breaking_loses_nothing(text, width):
    bare = text.replace(" ", "")
    for lines in (broken(text, width), balanced(text, width)):
        assert "".join(lines).replace("\xa0", "").replace(" ", "") == bare
        assert all(lines)
    assert len(balanced(text, width)) == len(broken(text, width))


def test_chinese_characters_are_two_wide():
    assert units("差") == 2 * units("1")
