"""Instruments as data: which items form which dimension, on what scale, asked in which roles."""

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from servqual.errors import InstrumentError, nearest, shortened

ROLES = (
    "expectation",
    "perception",
    "minimum",
    "importance",
    "points",
    "ideal",
    "comparison",
)
EXPECTATION_KINDS = ("should", "excellent", "desired", "predicted")
EVIDENCE = ("verified", "secondary", "recalled", "uncertain", "illustrative", "own")
_NAME = re.compile(r"[A-Za-z0-9_]+")


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
        put(self, "dimensions", MappingProxyType(_dimensions(where, self.dimensions)))
        put(self, "scale", _scale(f"{where}: scale", self.scale))
        put(self, "roles", _roles(where, self.roles))
        put(self, "role_scales", MappingProxyType(_role_scales(where, self)))
        put(self, "reverse", _reverse(where, self.reverse, self.items))
        put(self, "labels", MappingProxyType(_labels(where, self)))
        title = {"en": self.title} if isinstance(self.title, str) else dict(self.title)
        put(self, "title", MappingProxyType(title))
        _check_kind(where, self.expectation_kind, self.roles)
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

        Examples
        --------
        >>> load_instrument("servqual-1991").without("22").dimensions["empathy"]
        ('18', '19', '20', '21')
        """
        for item in items:
            if item not in self.items:
                raise InstrumentError(
                    f"Instrument {self.name!r} has no item {item!r}.{nearest(item, self.items)}"
                )
        table = self._table()
        table["dimensions"] = {
            dimension: [item for item in kept if item not in items]
            for dimension, kept in self.dimensions.items()
        }
        table["reverse"] = [item for item in self.reverse if item not in items]
        table["labels"] = {
            language: {key: text for key, text in texts.items() if key not in items}
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
            f"There is no bundled instrument {name!r}.{nearest(str(name), known)} "
            f"Bundled: {', '.join(known)}. Read your own with read_instrument('FILE.toml')."
        )
    path = resources.files("servqual") / "instruments" / f"{name}.toml"
    return _from_toml(path.read_text(encoding="utf-8"), f"{name}.toml")


def read_instrument(path: str | Path) -> Instrument:
    """Read an instrument from a TOML file, such as `Instrument.to_toml` writes.

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
    >>> _ = path.write_text('name = "duo"\\nscale = [1, 5]\\n[dimensions]\\na = ["x", "y"]')
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
    # JSON strings and lists of strings or integers are TOML values, but for the DEL character.
    lines = [
        f"{_key(key)} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007f")
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
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)


def _dimensions(where: str, dimensions: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(dimensions, Mapping) or not dimensions:
        raise InstrumentError(f"{where}: dimensions must be a non-empty mapping of key to item ids.")
    checked: dict[str, tuple[str, ...]] = {}
    home: dict[str, str] = {}
    for key, ids in dimensions.items():
        if isinstance(ids, str) or not isinstance(ids, Iterable):
            raise InstrumentError(
                f"{where}: dimension {key!r} must be a sequence of item ids, not {ids!r}."
            )
        items = tuple(str(item) for item in ids)
        if not items:
            raise InstrumentError(f"{where}: dimension {key!r} has no items.")
        for name in (key, *items):
            if not isinstance(name, str) or not _NAME.fullmatch(name) or not name.isascii():
                raise InstrumentError(
                    f"{where}: {name!r} cannot be an id; ids and dimension keys have only letters "
                    "A-Z, digits and underscores, since they become names in models. Put display "
                    "text in labels."
                )
        for item in items:
            if item in home:
                raise InstrumentError(
                    f"{where}: item {item!r} stands twice in dimension {key!r}."
                    if home[item] == key
                    else f"{where}: item {item!r} is in two dimensions, {home[item]!r} and {key!r}."
                )
            home[item] = key
        checked[key] = items
    for key in checked:
        if key in home:
            raise InstrumentError(f"{where}: {key!r} names both a dimension and an item.")
    return checked


def _scale(where: str, scale: Any) -> tuple[int, int]:
    try:
        low, high = scale
    except (TypeError, ValueError):
        low = high = None
    if not all(isinstance(end, int) and not isinstance(end, bool) for end in (low, high)):
        raise InstrumentError(f"{where} must be two whole numbers such as (1, 7), not {scale!r}.")
    if low == high:
        raise InstrumentError(f"{where} has one point only, {low}; an answer could not vary.")
    if low > high:
        raise InstrumentError(f"{where} must go from low to high, not {scale!r}.")
    return int(low), int(high)


def _roles(where: str, roles: Any) -> tuple[str, ...]:
    roles = (roles,) if isinstance(roles, str) else tuple(roles)
    if not roles:
        raise InstrumentError(f"{where}: there must be at least one role of {', '.join(ROLES)}.")
    for role in roles:
        if role not in ROLES:
            raise InstrumentError(
                f"{where}: unknown role {role!r}.{nearest(str(role), ROLES)} "
                f"Roles: {', '.join(ROLES)}."
            )
    if len(set(roles)) < len(roles):
        raise InstrumentError(f"{where}: a role stands twice in {roles!r}.")
    return roles


def _role_scales(where: str, instrument: Instrument) -> dict[str, tuple[int, int]]:
    scales = {}
    for role, scale in instrument.role_scales.items():
        if role not in instrument.roles or role == "points":
            raise InstrumentError(
                f"{where}: role_scales names {role!r}, which is not one of its rated roles."
            )
        scales[role] = _scale(f"{where}: the scale of {role}", scale)
    return scales


def _reverse(where: str, reverse: Any, items: tuple[str, ...]) -> tuple[str, ...]:
    reverse = tuple(str(item) for item in reverse)
    unknown = [item for item in reverse if item not in items]
    if unknown:
        raise InstrumentError(f"{where}: reverse names {shortened(unknown)}, which is no item.")
    if len(set(reverse)) < len(reverse):
        raise InstrumentError(f"{where}: an item stands twice in reverse.")
    return reverse


def _labels(where: str, instrument: Instrument) -> dict[str, Mapping[str, str]]:
    labels: Mapping[Any, Any] = instrument.labels
    if any(isinstance(text, str) for text in labels.values()):
        labels = {"en": labels}
    known = {*instrument.dimensions, *instrument.items}
    checked = {}
    for language, texts in labels.items():
        if not isinstance(texts, Mapping):
            raise InstrumentError(f"{where}: labels must map ids to texts, not {texts!r}.")
        unknown = [key for key in map(str, texts) if key not in known]
        if unknown:
            raise InstrumentError(
                f"{where}: labels name {shortened(unknown)}, which is neither item nor dimension."
            )
        checked[language] = MappingProxyType({str(key): str(text) for key, text in texts.items()})
    return checked


def _check_kind(where: str, kind: str | None, roles: tuple[str, ...]) -> None:
    if kind is None:
        return
    if kind not in EXPECTATION_KINDS:
        raise InstrumentError(
            f"{where}: expectation_kind must be one of {', '.join(EXPECTATION_KINDS)}, "
            f"not {kind!r}."
        )
    if "expectation" not in roles:
        raise InstrumentError(f"{where}: it has an expectation_kind but no role expectation.")
