"""The parts of an instrument's definition, checked for contradictions."""

import re
from collections.abc import Collection, Iterable, Mapping
from numbers import Integral
from types import MappingProxyType
from typing import Any

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
_WIDEST = 1_000_000


def check_text(where: str, text: Any) -> str:
    """Check that a text is one, and that a file can hold it."""
    if not isinstance(text, str):
        raise InstrumentError(f"{where} must be a text, not {text!r}.")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise InstrumentError(
            f"{where} holds half of a surrogate pair, which no UTF-8 file can hold: {text!r}."
        )
    return text


def check_title(where: str, title: Any) -> dict[str, str]:
    """Check a title: one text, or one for each language."""
    if isinstance(title, str):
        title = {"en": title}
    if not isinstance(title, Mapping):
        raise InstrumentError(f"{where}: title must be a text or map languages to texts.")
    return {
        check_text(f"{where}: a language of title", language): check_text(f"{where}: title", text)
        for language, text in title.items()
    }


def _ids(where: str, what: str, ids: Any) -> tuple[str, ...]:
    """Read ids that have an order; whole numbers count as text."""
    if isinstance(ids, (str, bytes, Mapping, set, frozenset)) or not isinstance(ids, Iterable):
        raise InstrumentError(f"{where}: {what} must be a sequence of item ids, not {ids!r}.")
    read = tuple(ids)
    for one in read:
        if not isinstance(one, (str, Integral)) or isinstance(one, bool):
            raise InstrumentError(f"{where}: {what} holds {one!r}, which cannot be an id.")
    return tuple(map(str, read))


def check_dimensions(where: str, dimensions: Any) -> dict[str, tuple[str, ...]]:
    """Check that each item has one home and every id can be a name."""
    if not isinstance(dimensions, Mapping) or not dimensions:
        raise InstrumentError(
            f"{where}: dimensions must be a non-empty mapping of key to item ids."
        )
    checked: dict[str, tuple[str, ...]] = {}
    home: dict[str, str] = {}
    for key, ids in dimensions.items():
        items = _ids(where, f"dimension {key!r}", ids)
        if not items:
            raise InstrumentError(f"{where}: dimension {key!r} has no items.")
        for name in (key, *items):
            if not isinstance(name, str) or not _NAME.fullmatch(name):
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


def check_scale(where: str, scale: Any) -> tuple[int, int]:
    """Check that a scale goes from a low to a high whole number."""
    try:
        low, high = scale
    except (TypeError, ValueError):
        low = high = None
    whole = all(isinstance(end, Integral) and not isinstance(end, bool) for end in (low, high))
    if not whole or isinstance(scale, (Mapping, set, frozenset)):
        raise InstrumentError(f"{where} must be two whole numbers such as (1, 7), not {scale!r}.")
    if low == high:
        raise InstrumentError(f"{where} has one point only, {low}; an answer could not vary.")
    if low > high:
        raise InstrumentError(f"{where} must go from low to high, not {scale!r}.")
    if low < -_WIDEST or high > _WIDEST:
        raise InstrumentError(f"{where} must lie within -{_WIDEST:,} and {_WIDEST:,}.")
    return int(low), int(high)


def check_roles(where: str, roles: Any) -> tuple[str, ...]:
    """Check that the roles are known and stand once."""
    if not isinstance(roles, Iterable) or isinstance(roles, (bytes, Mapping, set, frozenset)):
        raise InstrumentError(f"{where}: roles must be a sequence of roles, not {roles!r}.")
    checked: tuple[str, ...] = (roles,) if isinstance(roles, str) else tuple(roles)
    if not checked:
        raise InstrumentError(f"{where}: there must be at least one role of {', '.join(ROLES)}.")
    for role in checked:
        if role not in ROLES:
            raise InstrumentError(
                f"{where}: unknown role {role!r}.{nearest(role, ROLES)} Roles: {', '.join(ROLES)}."
            )
    if len(set(checked)) < len(checked):
        raise InstrumentError(f"{where}: a role stands twice in {checked!r}.")
    return checked


def check_role_scales(
    where: str, role_scales: Any, roles: tuple[str, ...]
) -> dict[str, tuple[int, int]]:
    """Check the scales of roles that have one of their own."""
    if not isinstance(role_scales, Mapping):
        raise InstrumentError(f"{where}: role_scales must map roles to scales.")
    scales = {}
    for role, scale in role_scales.items():
        if role not in roles or role == "points":
            raise InstrumentError(
                f"{where}: role_scales names {role!r}, which is not one of its rated roles."
            )
        scales[role] = check_scale(f"{where}: the scale of {role}", scale)
    return scales


def check_reverse(where: str, reverse: Any, items: tuple[str, ...]) -> tuple[str, ...]:
    """Check that reverse-keyed items are items."""
    keyed = _ids(where, "reverse", reverse)
    unknown = [item for item in keyed if item not in items]
    if unknown:
        raise InstrumentError(f"{where}: reverse names {shortened(unknown)}, which is no item.")
    if len(set(keyed)) < len(keyed):
        raise InstrumentError(f"{where}: an item stands twice in reverse.")
    return keyed


def check_labels(where: str, labels: Any, known: Collection[str]) -> dict[str, Mapping[str, str]]:
    """Check that labels name items or dimensions, in one language or several."""
    if not isinstance(labels, Mapping):
        raise InstrumentError(f"{where}: labels must map ids to texts, not {labels!r}.")
    if any(isinstance(text, str) for text in labels.values()):
        labels = {"en": labels}
    checked: dict[str, Mapping[str, str]] = {}
    for language, texts in labels.items():
        if not isinstance(texts, Mapping):
            raise InstrumentError(f"{where}: labels must map ids to texts, not {texts!r}.")
        unknown = [key for key in map(str, texts) if key not in known]
        if unknown:
            raise InstrumentError(
                f"{where}: labels name {shortened(unknown)}, which is neither item nor dimension."
            )
        check_text(f"{where}: a language of labels", language)
        checked[language] = MappingProxyType(
            {
                str(key): check_text(f"{where}: the label of {str(key)!r}", text)
                for key, text in texts.items()
            }
        )
    return checked


def check_kind(where: str, kind: str | None, roles: tuple[str, ...]) -> None:
    """Check that a kind of expectation is known and expectations are asked."""
    if kind is None:
        return
    if kind not in EXPECTATION_KINDS:
        raise InstrumentError(
            f"{where}: expectation_kind must be one of {', '.join(EXPECTATION_KINDS)}, "
            f"not {kind!r}."
        )
    if "expectation" not in roles:
        raise InstrumentError(f"{where}: it has an expectation_kind but no role expectation.")
