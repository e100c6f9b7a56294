"""Instruments as data: which items form which dimension, on what scale, asked in which roles."""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from servqual._definition import (
    EVIDENCE,
    check_dimensions,
    check_kind,
    check_labels,
    check_reverse,
    check_role_scales,
    check_roles,
    check_scale,
    check_text,
    check_title,
)
from servqual.errors import InstrumentError, nearest


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Instrument:
    """A questionnaire: dimensions, items, scale and the roles in which each item is asked.

    Parameters
    ----------
    name : str
        A short name, such as ``"servqual-1991"``.
    dimensions : mapping of str to sequence of str
        The item ids of each dimension, in the order of the instrument. Ids and dimension keys
        match ``[A-Za-z0-9_]+``, since they become names in models; display text goes in `labels`.
    scale : tuple of (int, int)
        The lowest and the highest answer.
    roles : sequence of str, default ("expectation", "perception")
        Among expectation, perception, minimum, importance (per item), points (100 over the
        dimensions), ideal and comparison.
    expectation_kind : str, optional
        ``"should"``, ``"excellent"``, ``"desired"`` or ``"predicted"``: kinds of expectation are
        not interchangeable [1]_, so every title names it.
    reverse : sequence of str, default ()
        Ids of negatively keyed items, recoded as low + high - answer.
    role_scales : mapping of str to tuple, optional
        The scale of a role that has another one than `scale`.
    labels : mapping, optional
        Display text by id or dimension key, or such a mapping for each language
        (``{"en": {...}, "zh": {...}}``).
    title, citation, doi, evidence, evidence_note, trademark : optional
        What the instrument is called (a text, or one for each language) and where it comes from.

    Raises
    ------
    InstrumentError
        If the definition contradicts itself; the message says where.

    References
    ----------
    .. [1] Boulding, W., Kalra, A., Staelin, R., & Zeithaml, V. A. (1993). A dynamic process model
       of service quality. *Journal of Marketing Research*, 30(1), 7-27.
       https://doi.org/10.1177/002224379303000102

    Examples
    --------
    >>> kiosk = Instrument(
    ...     name="kiosk", scale=(1, 7), dimensions={"useful": ("1", "2", "3"), "fun": ("4", "5")}
    ... )
    >>> kiosk
    Instrument 'kiosk': 5 items in 2 dimensions (useful 3, fun 2), scale 1-7, roles expectation, \
perception
    """

    name: str
    dimensions: Mapping[str, tuple[str, ...]]
    scale: tuple[int, int]
    roles: tuple[str, ...] = ("expectation", "perception")
    expectation_kind: str | None = None
    reverse: tuple[str, ...] = ()
    role_scales: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    title: Mapping[str, str] = field(default_factory=dict)
    citation: str = ""
    doi: str = ""
    evidence: str = "own"
    evidence_note: str = ""
    trademark: str = ""

    def __post_init__(self) -> None:
        put = object.__setattr__
        where = f"Instrument {self.name!r}"
        if not isinstance(self.name, str) or not self.name.strip():
            raise InstrumentError(f"An instrument needs a name, not {self.name!r}.")
        for key in ("name", "citation", "doi", "evidence_note", "trademark"):
            check_text(f"{where}: {key}", getattr(self, key))
        put(self, "dimensions", MappingProxyType(check_dimensions(where, self.dimensions)))
        put(self, "scale", check_scale(f"{where}: scale", self.scale))
        put(self, "roles", check_roles(where, self.roles))
        scales = check_role_scales(where, self.role_scales, self.roles)
        put(self, "role_scales", MappingProxyType(scales))
        put(self, "reverse", check_reverse(where, self.reverse, self.items))
        labels = check_labels(where, self.labels, {*self.dimensions, *self.items})
        put(self, "labels", MappingProxyType(labels))
        put(self, "title", MappingProxyType(check_title(where, self.title)))
        check_kind(where, self.expectation_kind, self.roles)
        if self.evidence not in EVIDENCE:
            raise InstrumentError(
                f"{where}: evidence must be one of {', '.join(EVIDENCE)}, not {self.evidence!r}."
            )

    @property
    def items(self) -> tuple[str, ...]:
        """All item ids, in the order of the instrument."""
        return tuple(item for items in self.dimensions.values() for item in items)

    @property
    def positions(self) -> dict[str, list[int]]:
        """Where the items of each dimension stand in `items`."""
        position = {item: i for i, item in enumerate(self.items)}
        return {
            dimension: [position[item] for item in items]
            for dimension, items in self.dimensions.items()
        }

    def scale_of(self, role: str) -> tuple[int, int]:
        """Lowest and highest answer in a role."""
        return self.role_scales.get(role, self.scale)

    def label(self, key: str, language: str = "en") -> str:
        """Give the display text of an item or a dimension.

        Falls back to English, and then to the key itself.

        Examples
        --------
        >>> servqual = load_instrument("servqual-1991")
        >>> servqual.label("tangibles"), servqual.label("tangibles", "zh")
        ('Tangibles', '有形性')
        """
        for texts in (self.labels.get(language, {}), self.labels.get("en", {})):
            if key in texts:
                return texts[key]
        return key.replace("_", " ").capitalize() if key in self.dimensions else key

    def title_in(self, language: str = "en") -> str:
        """Give the instrument's title, falling back to English and then to its name."""
        return self.title.get(language) or self.title.get("en") or self.name

    def without(self, *items: str) -> "Instrument":
        """Give the instrument as it was when some of its items were not asked.

        A dimension of which no item was asked is left out.

        Examples
        --------
        >>> load_instrument("servqual-1991").without("22").dimensions["empathy"]
        ('18', '19', '20', '21')
        """
        dropped = tuple(map(str, items))
        for item in dropped:
            if item not in self.items:
                raise InstrumentError(
                    f"Instrument {self.name!r} has no item {item!r}.{nearest(item, self.items)}"
                )
        asked = {
            dimension: [item for item in kept if item not in dropped]
            for dimension, kept in self.dimensions.items()
        }
        asked = {dimension: kept for dimension, kept in asked.items() if kept}
        if not asked:
            raise InstrumentError(f"Instrument {self.name!r} would have no item left.")
        table = self._table()
        table["dimensions"] = asked
        table["reverse"] = [item for item in self.reverse if item not in dropped]
        left = {*asked, *(item for kept in asked.values() for item in kept)}
        table["labels"] = {
            language: {key: text for key, text in texts.items() if key in left}
            for language, texts in self.labels.items()
        }
        return Instrument(**table)

    def to_toml(self) -> str:
        """Write the definition as TOML text, to be saved and shared.

        Examples
        --------
        >>> print(Instrument(name="duo", scale=(1, 5), dimensions={"a": ("x", "y")}).to_toml())
        name = "duo"
        scale = [1, 5]
        roles = ["expectation", "perception"]
        <BLANKLINE>
        [dimensions]
        a = ["x", "y"]
        <BLANKLINE>
        """
        return _toml(self._table())

    def _table(self) -> dict[str, Any]:
        table: dict[str, Any] = {
            "name": self.name,
            "scale": list(self.scale),
            "roles": list(self.roles),
            "expectation_kind": self.expectation_kind,
            "reverse": list(self.reverse),
            "evidence": "" if self.evidence == "own" else self.evidence,
            "evidence_note": self.evidence_note,
            "citation": self.citation,
            "doi": self.doi,
            "trademark": self.trademark,
            "title": dict(self.title),
            "dimensions": {key: list(items) for key, items in self.dimensions.items()},
            "role_scales": {role: list(scale) for role, scale in self.role_scales.items()},
            "labels": {language: dict(texts) for language, texts in self.labels.items()},
        }
        return {key: value for key, value in table.items() if value}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Instrument):
            return NotImplemented
        return self.to_toml() == other.to_toml()

    def __hash__(self) -> int:
        return hash(self.to_toml())

    def __reduce__(self) -> tuple[Any, ...]:
        return _from_table, (self._table(),)

    def __repr__(self) -> str:
        sizes = ", ".join(f"{key} {len(items)}" for key, items in self.dimensions.items())
        return (
            f"Instrument {self.name!r}: {len(self.items)} items in {len(self.dimensions)} "
            f"dimensions ({sizes}), scale {self.scale[0]}-{self.scale[1]}, "
            f"roles {', '.join(self.roles)}"
        )


def list_instruments() -> pd.DataFrame:
    """List the bundled instruments, with how well each is supported by what was read.

    Returns
    -------
    pandas.DataFrame
        One row an instrument: name, title, items, dimensions, scale, roles, evidence.

    Examples
    --------
    >>> list_instruments().set_index("name").loc["servqual-1988", "scale"]
    '1-7'
    """
    instruments = [load_instrument(name) for name in _bundled()]
    return pd.DataFrame(
        {
            "name": [one.name for one in instruments],
            "title": [one.title_in() for one in instruments],
            "items": [len(one.items) for one in instruments],
            "dimensions": [len(one.dimensions) for one in instruments],
            "scale": [f"{one.scale[0]}-{one.scale[1]}" for one in instruments],
            "roles": [", ".join(one.roles) for one in instruments],
            "evidence": [one.evidence for one in instruments],
        }
    )


def load_instrument(name: str) -> Instrument:
    """Load a bundled instrument.

    Parameters
    ----------
    name : str
        A name that `list_instruments` shows.

    Raises
    ------
    InstrumentError
        If there is none of that name.

    Examples
    --------
    >>> load_instrument("servqual-1988").reverse
    ('10', '11', '12', '13', '18', '19', '20', '21', '22')
    """
    known = _bundled()
    if name not in known:
        raise InstrumentError(
            f"There is no bundled instrument {name!r}.{nearest(name, known)} "
            f"Bundled: {', '.join(known)}. Read your own with read_instrument('FILE.toml')."
        )
    path = resources.files("servqual") / "instruments" / f"{name}.toml"
    return _from_toml(path.read_text(encoding="utf-8"), f"{name}.toml")


def read_instrument(path: str | Path) -> Instrument:
    r"""Read an instrument from a TOML file, such as `Instrument.to_toml` writes.

    Parameters
    ----------
    path : str or pathlib.Path

    Raises
    ------
    InstrumentError
        If the file is not TOML, has unknown keys, or defines a contradictory instrument.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "duo.toml"
    >>> _ = path.write_text('name = "duo"\nscale = [1, 5]\n[dimensions]\na = ["x", "y"]')
    >>> read_instrument(path).items
    ('x', 'y')
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InstrumentError(f"{path.name} is not UTF-8 text; save it as UTF-8.") from error
    return _from_toml(text, path.name)


def _bundled() -> tuple[str, ...]:
    folder = resources.files("servqual") / "instruments"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def _from_toml(text: str, where: str) -> Instrument:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InstrumentError(f"{where} is not valid TOML: {error}.") from error
    known = tuple(Instrument.__dataclass_fields__)
    for key in table:
        if key not in known:
            raise InstrumentError(
                f"{where}: unknown key {key!r}.{nearest(key, known)} Known: {', '.join(known)}."
            )
    for key in ("name", "dimensions", "scale"):
        if key not in table:
            raise InstrumentError(f"{where}: the key {key!r} is missing.")
    return _from_table(table)


def _from_table(table: dict[str, Any]) -> Instrument:
    return Instrument(**table)


def _toml(table: Mapping[str, Any], prefix: str = "") -> str:
    lines = [
        f"{_key(key)} = {_json(value)}"
        for key, value in table.items()
        if not isinstance(value, Mapping)
    ]
    for key, value in table.items():
        if isinstance(value, Mapping):
            inner = _toml(value, f"{prefix}{_key(key)}.")
            heading = "" if inner.startswith("\n[") else f"\n[{prefix}{_key(key)}]\n"
            lines.append(f"{heading}{inner}".rstrip("\n"))
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _json(key)


def _json(value: Any) -> str:
    # JSON strings and lists of strings or integers are TOML values, but for the DEL character.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
