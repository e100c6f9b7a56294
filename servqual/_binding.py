"""Which columns of a frame hold which role of an instrument."""

from collections.abc import Mapping

from servqual._frames import Frame
from servqual.errors import ResponseError, nearest, shortened
from servqual.instrument import Instrument

Pattern = str | Mapping[str, str] | None


def bind(
    instrument: Instrument, patterns: Mapping[str, Pattern], frame: Frame
) -> dict[str, tuple[str, ...]]:
    """Find the columns of each role."""
    defaults = {"expectation": "E{}", "perception": "P{}", "minimum": "M{}", "importance": "I{}"}
    columns: dict[str, tuple[str, ...]] = {}
    for role, pattern in patterns.items():
        if pattern is None:
            continue
        if role not in instrument.roles:
            if isinstance(pattern, str) and pattern == defaults.get(role):
                continue
            raise ResponseError(
                f"{role}= was given, but instrument {instrument.name!r} has no such role; its "
                f"roles are {', '.join(instrument.roles)}."
            )
        keys = tuple(instrument.dimensions) if role == "points" else instrument.items
        columns[role] = _names(role, pattern, keys)
    if not columns:
        raise ResponseError(
            f"No role of instrument {instrument.name!r} was bound to columns; its roles are "
            f"{', '.join(instrument.roles)}."
        )
    present = set(frame.names)
    for role, names in columns.items():
        absent = [name for name in names if name not in present]
        if absent:
            guesses = nearest(absent[0], frame.names)
            has = f" The frame has {len(present)} columns: {shortened(frame.names)}."
            raise ResponseError(
                f"{len(absent)} of {len(names)} {role} columns are missing from the frame: "
                f"{shortened(absent)}.{guesses or has} Say how they are called with "
                f"{role}='...{{}}' or a mapping, or {role}=None if it was not asked."
            )
    owner: dict[str, str] = {}
    for role, names in columns.items():
        for name in names:
            if name in owner:
                raise ResponseError(
                    f"Column {name!r} is bound twice: as {owner[name]} and as {role}."
                )
            owner[name] = role
    return columns


def _names(role: str, pattern: Pattern, keys: tuple[str, ...]) -> tuple[str, ...]:
    if isinstance(pattern, str):
        if pattern.count("{}") != 1:
            raise ResponseError(
                f"{role}={pattern!r} must hold {{}} once, where the item id goes; for example "
                f"'{role[0].upper()}{{}}'."
            )
        return tuple(pattern.replace("{}", key) for key in keys)
    if not isinstance(pattern, Mapping):
        raise ResponseError(
            f"{role}= must be a pattern with {{}} or a mapping from ids to columns, not "
            f"{type(pattern).__name__}."
        )
    given = {str(key): str(column) for key, column in pattern.items()}
    if len(given) < len(pattern):
        raise ResponseError(f"{role}= maps an id twice, once as a number and once as text.")
    unknown = [key for key in given if key not in keys]
    if unknown:
        raise ResponseError(
            f"{role}= maps {shortened(unknown)}, which the instrument does not have."
            f"{nearest(unknown[0], keys)}"
        )
    unmapped = [key for key in keys if key not in given]
    if unmapped:
        raise ResponseError(
            f"{role}= maps no column to {shortened(unmapped)}. Name items that the survey did not "
            "ask in not_asked=(...)."
        )
    return tuple(given[key] for key in keys)
