"""Answers bound to an instrument and checked once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from servqual._answers import (
    Columns,
    check_answered,
    check_points,
    check_scale,
    codes_of,
    recode,
)
from servqual._binding import Pattern, bind
from servqual._frames import Frame, read_codes, read_frame, read_numbers
from servqual._language import say
from servqual._result import Result
from servqual._weights import read_weights
from servqual.errors import AdmissibilityWarning, ResponseError, warn
from servqual.instrument import Instrument

MISSING = ("listwise", "available", "raise")
POINTS_POLICIES = ("raise", "drop", "normalize")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Responses(Result):
    """A frame of answers bound to an instrument; make one with `Responses.from_frame`.

    Attributes
    ----------
    instrument : Instrument
    answers : mapping of str to tuple of ndarray
        For each role, one read-only column an item (for points, a dimension), each of shape (n,),
        in the order of the instrument, reverse-keyed items recoded, NaN where nothing usable was
        answered.
    not_applicable : mapping of str to tuple
        For each role with such answers, a mask a column (or None): asked, but said not to apply.
    columns : mapping of str to tuple of str
        For each role, the columns of the frame that were bound.
    recoded : tuple of str
        The reverse-keyed items that were recoded (low + high - answer), in every rated role.
    missing : str
        The rule that scores will follow.
    weights : ndarray of shape (n,) or None
        Sampling weights.
    points_set_aside : tuple of int
        Rows whose allocation of points could not be used, under ``points_policy="drop"``, or
        ``"normalize"`` where all points were zero.
    """

    instrument: Instrument
    answers: Mapping[str, Columns]
    not_applicable: Mapping[str, tuple[NDArray[np.bool_] | None, ...]]
    columns: Mapping[str, tuple[str, ...]]
    recoded: tuple[str, ...]
    missing: str
    weights: NDArray[np.float64] | None
    points_set_aside: tuple[int, ...] = ()
    points_normalized: int = 0
    not_asked: tuple[str, ...] = ()
    frame: Frame = field(compare=False)

    @classmethod
    def from_frame(
        cls,
        frame: object,
        instrument: Instrument,
        expectation: Pattern = "E{}",
        perception: Pattern = "P{}",
        minimum: Pattern = "M{}",
        importance: Pattern = "I{}",
        points: Pattern = None,
        ideal: Pattern = None,
        comparison: Pattern = None,
        weights: str | ArrayLike | None = None,
        reverse: bool = True,
        not_applicable: Sequence[object] = (),
        not_asked: Sequence[str] = (),
        missing: str = "listwise",
        points_policy: str = "raise",
    ) -> "Responses":
        """Bind the columns of a frame to the roles and items of an instrument.

        Parameters
        ----------
        frame : pandas.DataFrame, polars.DataFrame or pyarrow.Table
            One row a respondent. It is neither copied nor changed.
        instrument : Instrument
        expectation, perception, minimum, importance, points, ideal, comparison : str or mapping
            How the columns of a role are called: a pattern in which ``{}`` stands for the item id
            (for points, the dimension key), a mapping from ids to columns, or None if the role was
            not asked. A pattern counts only where the instrument has the role.
        weights : str or array_like of shape (n,), optional
            Sampling weights, or the column that holds them.
        reverse : bool, default True
            Recode the reverse-keyed items. Give False for data that are recoded already.
        not_applicable : sequence, default ()
            Codes or labels for "does not apply to me", off the scale. Such answers are kept apart
            from missing ones: they never leave a respondent out; a dimension is then the mean of
            the items that apply, where these are at least half of it.
        not_asked : sequence of str, default ()
            Ids of items that the survey did not ask; the instrument is used without them, and
            without a dimension of which none was asked.
        missing : {"listwise", "available", "raise"}
            Leave out respondents with an unanswered item, use the items answered in both roles
            (at least half of a dimension, else NaN there and overall), or refuse.
        points_policy : {"raise", "drop", "normalize"}
            What to do where points do not sum to 100: refuse, set the allocation aside (the
            respondent keeps every unweighted score), or rescale it to 100.

        Returns
        -------
        Responses

        Raises
        ------
        ResponseError
            If columns are missing, duplicated or bound twice, or hold text, booleans, infinities,
            values off the scale or nothing at all; if the frame is empty; if weights are negative.

        Warns
        -----
        AdmissibilityWarning
            If a reverse-keyed item, once recoded, correlates negatively with its dimension: the
            data may have been recoded before.

        Examples
        --------
        >>> import servqual as sq
        >>> duo = sq.Instrument(name="duo", scale=(1, 7), dimensions={"care": ("1", "2")})
        >>> frame = pd.DataFrame({"E1": [7, 6], "E2": [6, 6], "P1": [5, 6], "P2": [6, 4]})
        >>> sq.Responses.from_frame(frame, duo)
        Responses to duo: n = 2, 2 items; expectation (E1 ... E2), perception (P1 ... P2)
               role columns  answered  missing  not_applicable
        expectation E1...E2         4        0               0
         perception P1...P2         4        0               0
        """
        patterns = {
            "expectation": expectation,
            "perception": perception,
            "minimum": minimum,
            "importance": importance,
            "points": points,
            "ideal": ideal,
            "comparison": comparison,
        }
        _check_choice("missing", missing, MISSING)
        _check_choice("points_policy", points_policy, POINTS_POLICIES)
        if not isinstance(instrument, Instrument):
            raise ResponseError(
                f"instrument must be an Instrument, not {type(instrument).__name__}; "
                "load one with sq.load_instrument('servqual-1991')."
            )
        not_asked = (not_asked,) if isinstance(not_asked, (str, int)) else not_asked
        not_asked = tuple(map(str, not_asked))
        all_codes = read_codes(not_applicable)
        if not_asked:
            instrument = instrument.without(*not_asked)
        held = read_frame(frame)
        if len(held) == 0:
            raise ResponseError("The frame has no rows, so there are no answers.")
        columns = bind(instrument, patterns, held)
        recoded = instrument.reverse if reverse else ()
        answers: dict[str, Columns] = {}
        masks: dict[str, tuple[NDArray[np.bool_] | None, ...]] = {}
        set_aside: tuple[int, ...] = ()
        normalized = 0
        for role, names in columns.items():
            codes = codes_of(role, all_codes, instrument.scale_of(role))
            numbers = [read_numbers(held, name, codes) for name in names]
            check_answered(role, names, numbers)
            if role == "points":
                values, set_aside, normalized = check_points(names, numbers, points_policy, held)
            else:
                check_scale(role, names, numbers, instrument.scale_of(role), held)
                values = tuple(one.values for one in numbers)
                if role != "importance":
                    values = recode(values, instrument, recoded, role)
            answers[role] = values
            if any(one.not_applicable is not None for one in numbers):
                masks[role] = tuple(one.not_applicable for one in numbers)
        responses = cls(
            instrument=instrument,
            answers=MappingProxyType(answers),
            not_applicable=MappingProxyType(masks),
            columns=MappingProxyType(columns),
            recoded=recoded,
            missing=missing,
            weights=read_weights(held, weights),
            points_set_aside=set_aside,
            points_normalized=normalized,
            not_asked=not_asked,
            frame=held,
        )
        if missing == "raise":
            _refuse_missing(responses)
        _check_keys(responses)
        return responses

    def __len__(self) -> int:
        return len(self.frame)

    def n_missing(self, role: str) -> int:
        """How many answers of a role are missing (not-applicable and set-aside ones apart)."""
        blank = sum(int(np.isnan(x).sum()) for x in self.answers[role] if x.dtype.kind == "f")
        aside = len(self.points_set_aside) * len(self.answers[role]) if role == "points" else 0
        return blank - self.n_not_applicable(role) - aside

    def n_not_applicable(self, role: str) -> int:
        """How many answers of a role were said not to apply."""
        masks = self.not_applicable.get(role, ())
        return sum(int(mask.sum()) for mask in masks if mask is not None)

    def title(self, language: str = "en") -> str:
        """Say of what instrument, how many respondents, and which columns."""
        bound = ", ".join(
            f"{say(role, language)} ({names[0]} ... {names[-1]})"
            for role, names in self.columns.items()
        )
        return say(
            "Responses to {instrument}: n = {n:,}, {items} items; {bound}",
            language,
            instrument=self.instrument.title_in(language),
            n=len(self),
            items=len(self.instrument.items),
            bound=bound,
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what was recoded, rescaled or set aside."""
        notes = []
        if self.recoded:
            notes.append(
                say(
                    "Reverse-keyed items recoded (low + high - answer): {items}.",
                    language,
                    items=", ".join(self.recoded),
                )
            )
        if self.not_asked:
            notes.append(say("Not asked: {items}.", language, items=", ".join(self.not_asked)))
        if self.points_set_aside:
            notes.append(
                say(
                    "{count:,} allocations of points set aside: they do not sum to 100.",
                    language,
                    count=len(self.points_set_aside),
                )
            )
        if self.points_normalized:
            notes.append(
                say(
                    "{count:,} allocations of points rescaled to sum to 100.",
                    language,
                    count=self.points_normalized,
                )
            )
        return tuple(notes)

    def to_frame(self) -> pd.DataFrame:
        """Count the answers of each role: answered, missing, not applicable."""
        rows = []
        for role, names in self.columns.items():
            missing, not_applicable = self.n_missing(role), self.n_not_applicable(role)
            rows.append(
                {
                    "role": role,
                    "columns": f"{names[0]}...{names[-1]}",
                    "answered": len(names) * len(self) - missing - not_applicable,
                    "missing": missing,
                    "not_applicable": not_applicable,
                }
            )
        return pd.DataFrame(rows)


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, not {value!r}.")


def _refuse_missing(responses: Responses) -> None:
    for role in responses.answers:
        count = responses.n_missing(role)
        if count:
            raise ResponseError(
                f"{count:,} {role} answers are missing and missing='raise' was asked for. Choose "
                "missing='listwise' or missing='available'."
            )


def _check_keys(responses: Responses) -> None:
    """Warn of recoded items that run against their dimension."""
    if not responses.recoded:
        return
    items = responses.instrument.items
    positions = responses.instrument.positions
    keyed = {items.index(item) for item in responses.recoded}
    unkeyed = [at for at in range(len(items)) if at not in keyed]
    for role in ("expectation", "perception"):
        if role not in responses.answers:
            continue
        values = np.array(responses.answers[role], dtype=np.float64)
        against = []
        for members in positions.values():
            for at in keyed.intersection(members):
                # A dimension that is wholly reverse-keyed agrees with itself either way.
                rest = [one for one in members if one not in keyed] or unkeyed
                r = _correlation(values[at], values[rest])
                if r < 0:
                    against.append((at, f"{items[at]} (r = {r:.2f})"))
        if against:
            names = ", ".join(text for _, text in sorted(against)[:5])
            more = f" and {len(against) - 5} more" if len(against) > 5 else ""
            warn(
                f"{len(against)} of {len(keyed)} reverse-keyed {role} items run against the items "
                f"that are not reverse-keyed, after recoding: {names}{more}. If the data were "
                "recoded before, pass reverse=False.",
                AdmissibilityWarning,
            )


def _correlation(item: NDArray[np.float64], rest: NDArray[np.float64]) -> float:
    if len(rest) == 0:
        return float("nan")
    mean = rest.mean(axis=0)
    both = ~(np.isnan(item) | np.isnan(mean))
    item, mean = item[both], mean[both]
    if len(item) < 3 or item.std() == 0 or mean.std() == 0:
        return float("nan")
    return float(np.corrcoef(item, mean)[0, 1])
