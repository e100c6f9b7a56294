"""Results: equality with NaN, and a display that no text from the data can break."""

import copy
import datetime as dt
import html
import pickle
from dataclasses import FrozenInstanceError, dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest

from servqual._result import Result, same, shown

NAN = float("nan")
HOSTILE = "<script>alert('x')</script> & \"quoted\""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Toy(Result):
    name: str = "toy"
    value: float = NAN
    table: object = None
    source: object = field(default=None, compare=False)

    def title(self, language="en"):
        return f"Toy of {self.name}"

    def notes(self, language="en"):
        return (f"Read {self.name}.", "Second note.")

    def to_frame(self):
        return pd.DataFrame({"label": [self.name, "b"], "estimate": [self.value, 1.23456]})


EQUAL = [
    (NAN, NAN),
    (np.float64(NAN), np.float64(NAN)),
    ((1.0, NAN), (1.0, NAN)),
    ([{"a": NAN}], [{"a": NAN}]),
    (MappingProxyType({"a": (NAN,)}), MappingProxyType({"a": (NAN,)})),
    (np.array([1.0, NAN]), np.array([1.0, NAN])),
    (np.array([1j, NAN]), np.array([1j, NAN])),
    (np.array(["NaT", "2026-01-01"], "M8[s]"), np.array(["NaT", "2026-01-01"], "M8[s]")),
    (np.array(["a", NAN, None], dtype=object), np.array(["a", NAN, None], dtype=object)),
    (np.array([1, 2]), np.array([1, 2])),
    (np.array(["a", "b"]), np.array(["a", "b"])),
    (pd.NA, pd.NA),
    ([pd.NaT], [pd.NaT]),
    (pd.Series([1.0, NAN]), pd.Series([1.0, NAN])),
    (pd.DataFrame({"a": [NAN, "x"]}), pd.DataFrame({"a": [NAN, "x"]})),
    (pd.Index(["a"]), pd.Index(["a"])),
    (None, None),
    ("a", "a"),
]
DIFFERENT = [
    (NAN, 0.0),
    (0.0, NAN),
    (1.0, 1.0 + 1e-15),
    (1, 1.0),
    (1, True),
    (None, NAN),
    ("1", 1),
    ((1, 2), [1, 2]),
    ((1, 2), (1, 2, 3)),
    ((1, 2), (2, 1)),
    ({"a": 1}, {"b": 1}),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    ({"a": 1}, {"a": 1, "b": 2}),
    ({"a": NAN}, {"a": 0.0}),
    (np.array([1.0, NAN]), np.array([NAN, 1.0])),
    (np.array([1, 2]), np.array([1.0, 2.0])),
    (np.array([1, 2]), np.array([[1, 2]])),
    (np.array([1, 2]), [1, 2]),
    (np.array([NAN], dtype=object), np.array([0.0], dtype=object)),
    (np.array(["NaT"], "M8[s]"), np.array(["2026-01-01"], "M8[s]")),
    (pd.Series([1.0, NAN]), pd.Series([1.0, 2.0])),
    (pd.Series([1.0]), pd.Series([1.0], index=[5])),
    (pd.DataFrame({"a": [1]}), pd.DataFrame({"b": [1]})),
    (dt.date(2026, 1, 1), dt.date(2026, 1, 2)),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_same(one, other):
    assert same(one, other) is True


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_not_the_same(one, other):
    assert same(one, other) is False
    assert same(other, one) is False


def test_results_are_equal_field_by_field():
    one = Toy(table=np.array([1.0, NAN]), source=1)
    assert one == Toy(table=np.array([1.0, NAN]), source=2)
    assert one != Toy(table=np.array([1.0, 2.0]), source=1)
    assert one != Toy(name="other", table=np.array([1.0, NAN]))
    assert one != Toy(value=0.0, table=np.array([1.0, NAN]))
    assert one != "toy"


def test_a_result_of_another_class_is_another():
    class Other(Toy):
        pass

    assert Toy() != Other()
    assert Toy() == Toy()


def test_a_result_is_frozen_and_has_no_hash():
    with pytest.raises(FrozenInstanceError):
        Toy().value = 1.0
    with pytest.raises(TypeError, match="unhashable"):
        hash(Toy())


def test_a_pickle_is_equal_and_read_only_again():
    simple = Toy(table=MappingProxyType({"a": (np.array([1.0, NAN]), None)}))
    for again in (pickle.loads(pickle.dumps(simple)), copy.deepcopy(simple), copy.copy(simple)):
        assert again == simple
        assert type(again.table) is MappingProxyType
        with pytest.raises(ValueError, match="read-only"):
            again.table["a"][0][0] = 5
    again = copy.copy(Toy(source=np.array([1, 2])))
    with pytest.raises(ValueError, match="read-only"):
        again.source[0] = 5


def test_display_rounds_and_the_frame_does_not():
    one = Toy(value=2.0006)
    lines = repr(one).splitlines()
    assert lines[0] == "Toy of toy"
    assert lines[1].split() == ["label", "estimate"]
    assert lines[2].split() == ["toy", "2.001"]
    assert lines[3].split() == ["b", "1.235"]
    assert lines[4:] == ["Note: Read toy.", "Note: Second note."]
    assert one.to_frame()["estimate"].tolist() == [2.0006, 1.23456]
    assert shown(one.to_frame())["estimate"].tolist() == [2.001, 1.235]


def test_nan_is_shown_as_nothing():
    assert "nan" not in repr(Toy()).lower()
    assert "nan" not in Toy()._repr_html_().lower()


def test_html_escapes_whatever_the_data_hold():
    page = Toy(name=HOSTILE)._repr_html_()
    assert "<script" not in page
    assert f"<b>Toy of {html.escape(HOSTILE)}</b>" in page
    assert f"Read {html.escape(HOSTILE)}." in page
    assert page.count("&lt;script&gt;") == 3
    assert page.startswith("<p><b>Toy of ")


def test_a_long_table_is_cut_in_display_only():
    class Long(Toy):
        def to_frame(self):
            return pd.DataFrame({"estimate": np.arange(1000.0)})

    assert len(repr(Long()).splitlines()) < 80
    assert "..." in repr(Long())
    assert len(Long().to_frame()) == 1000


@pytest.mark.parametrize("missing", ["title", "to_frame"])
def test_a_result_must_say_what_it_is(missing):
    with pytest.raises(NotImplementedError):
        getattr(Result(), missing)()
    assert Result().notes() == ()
