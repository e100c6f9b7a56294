"""What all scores have in common: who is scored, who is left out, frames of what was scored."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtrit

from servqual._frames import read_frame
from servqual._kernel import Scored, complete_rows
from servqual._language import say
from servqual._phrases import among
from servqual._result import Result
from servqual.errors import (
    MissingResponseWarning,
    ResponseError,
    SmallSampleWarning,
    shortened,
    warn,
)
from servqual.responses import Responses

CONFIDENCE = 0.95
PREFIX = {"perception": "P", "expectation": "E", "minimum": "M"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Selection:
    """Which rows are scored: a mask, or None for all of them, and whether answers may be absent."""

    rows: NDArray[np.bool_] | None
    gaps: bool


def select(responses: Responses, roles: Sequence[str], also_out: Any = None) -> Selection:
    """Choose the rows to score for some roles, and say how many are left out."""
    if not isinstance(responses, Responses):
        raise TypeError(
            f"Scores are formed of Responses, not of {type(responses).__name__}; bind the answers "
            "first with sq.Responses.from_frame(frame, instrument)."
        )
    for role in roles:
        if role not in responses.answers:
            raise ResponseError(
                f"This score needs the role {role!r}, which was not bound; the bound roles are "
                f"{', '.join(responses.answers)}."
            )
    columns = [column for role in roles for column in responses.answers[role]]
    none = (None,) * len(responses.instrument.items)
    excused = [mask for role in roles for mask in responses.not_applicable.get(role, none)]
    complete = complete_rows(columns, excused)
    rows = complete if responses.missing != "available" else None
    for out in (also_out, None if responses.weights is None else responses.weights == 0):
        if out is not None and out.any():
            rows = ~out if rows is None else rows & ~out
    if rows is not None and not rows.any():
        raise ResponseError(
            f"No respondent of {len(responses):,} is left to be scored. With missing='available' "
            "respondents with unanswered items are kept."
        )
    if complete is not None:
        count = int((~complete).sum())
        used = (
            "are left out (missing='listwise')"
            if responses.missing != "available"
            else "are scored on the items that they answered (missing='available')"
        )
        warn(
            f"{count:,} of {len(responses):,} respondents left items unanswered and {used}.",
            MissingResponseWarning,
        )
    gaps = any(mask is not None for mask in excused)
    gaps |= complete is not None and responses.missing == "available"
    return Selection(rows=rows, gaps=gaps)


def require_one_scale(responses: object, roles: Sequence[str]) -> None:
    """Refuse differences of answers on different scales, where they are bound."""
    if not isinstance(responses, Responses):
        return
    scales = {
        role: responses.instrument.scale_of(role) for role in roles if role in responses.answers
    }
    if len(set(scales.values())) > 1:
        asked = ", ".join(f"{role} on {low}-{high}" for role, (low, high) in scales.items())
        raise ResponseError(
            f"Answers on different scales cannot be subtracted from each other: {asked}. Bring "
            "them to one scale first, and give the instrument that one."
        )


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Scores(Result):
    """Scores of respondents by item, dimension and overall.

    Attributes
    ----------
    responses : Responses
        The answers that were scored.
    rows : ndarray of bool or None
        The rows that were scored; None for all of them.
    summary : pandas.DataFrame
        What `to_frame` gives.
    """

    responses: Responses
    rows: NDArray[np.bool_] | None
    summary: pd.DataFrame = field(compare=False)

    @property
    def index(self) -> pd.Index:
        """The original labels of the scored rows."""
        index = self.responses.frame.index
        return index if self.rows is None else index[self.rows]

    @property
    def n(self) -> int:
        """How many respondents are scored."""
        return len(self.responses) if self.rows is None else int(self.rows.sum())

    @property
    def weights(self) -> NDArray[np.float64] | None:
        """Sampling weights of the scored respondents, if there are any."""
        weights = self.responses.weights
        return weights if weights is None or self.rows is None else weights[self.rows]

    @property
    def excluded(self) -> pd.DataFrame:
        """Who was left out and why: original label, row, unanswered items, reason."""
        out = np.zeros(len(self.responses), dtype=bool) if self.rows is None else ~self.rows
        at = np.flatnonzero(out)
        unanswered = np.zeros(len(at), dtype=np.int64)
        for role in self._roles:
            masks = self.responses.not_applicable.get(role, (None,) * len(self._columns(role)))
            for column, mask in zip(self._columns(role), masks, strict=True):
                if column.dtype.kind == "f":
                    blank = np.isnan(column[at])
                    unanswered += blank if mask is None else blank & ~mask[at]
        listwise = self.responses.missing != "available"
        reasons = np.where((unanswered > 0) & listwise, "unanswered items", self._other_reason)
        return pd.DataFrame(
            {"row": at, "unanswered": unanswered, "reason": reasons},
            index=self.responses.frame.index[at],
        )

    def answers(self, role: str) -> pd.DataFrame:
        """Give the answers of the scored rows in one role; columns are item ids."""
        columns = {
            item: column if self.rows is None else column[self.rows]
            for item, column in zip(
                self.responses.instrument.items, self._columns(role), strict=True
            )
        }
        return pd.DataFrame(columns, index=self.index)

    def to_frame(self) -> pd.DataFrame:
        """Give a new tidy frame, one row an item, a dimension or an overall score."""
        return self.summary.copy()

    def _labelled(self, values: NDArray[Any], columns: Iterable[str]) -> pd.DataFrame:
        """View a read-only (q, n) array as a frame with a column for each row of it."""
        values = values.view()
        values.flags.writeable = False
        return pd.DataFrame(values.T, columns=list(columns), index=self.index, copy=False)

    def _columns(self, role: str) -> tuple[NDArray[Any], ...]:
        return self.responses.answers[role]

    @property
    def _roles(self) -> tuple[str, ...]:
        raise NotImplementedError

    @property
    def _other_reason(self) -> str:
        return "sampling weight 0"

    def _of(self, language: str) -> str:
        """Name the instrument, n, and how many were left out."""
        n, total = self.n, len(self.responses)
        text = say("{instrument}: n = {n:,}", language, n=n, instrument=self._instrument(language))
        weighted = self.responses.weights is not None
        return among(text, n, total, weighted=weighted, language=language)

    def _instrument(self, language: str) -> str:
        return self.responses.instrument.title_in(language)

    def _with_answers(self, data: dict[str, Any], extra: object) -> pd.DataFrame:
        """Add the answers in each role, and extra columns, to columns of scores."""
        for role in self._roles:
            for item, values in self.answers(role).items():
                data[f"{PREFIX[role]}{item}"] = values.to_numpy()
        return self._with_extra(pd.DataFrame(data, index=self.index), extra)

    def _with_extra(self, frame: pd.DataFrame, extra: object) -> pd.DataFrame:
        """Put extra columns beside those of a frame."""
        if extra is None:
            return frame
        more = self._extra(extra)
        shared = [name for name in more.columns if name in frame.columns]
        if shared:
            raise ResponseError(f"extra columns have names of scores: {shortened(shared)}.")
        return pd.concat([frame, more], axis=1)

    def _extra(self, extra: object) -> pd.DataFrame:
        if isinstance(extra, str):
            extra = [extra]
        if isinstance(extra, Sequence):
            more = self.responses.frame.pandas([str(name) for name in extra])
        else:
            held = read_frame(extra)
            if len(held) != len(self.responses):
                raise ResponseError(
                    f"extra has {len(held):,} rows, but there are {len(self.responses):,} "
                    "respondents; give a row for each, in the same order."
                )
            more = held.pandas(held.names)
            index = self.responses.frame.index
            if isinstance(extra, pd.DataFrame) and not more.index.equals(index):
                if not more.index.is_unique or not index.isin(more.index).all():
                    raise ResponseError(
                        "extra has another index than the respondents; give it the same, or "
                        "extra.set_axis(frame.index) if its rows are in their order."
                    )
                more = more.reindex(index)
            more.index = index
        return more if self.rows is None else more[self.rows]

    def _shared_notes(self, language: str) -> list[str]:
        notes = list(self.responses.notes(language))
        unanswered = sum(self.responses.n_missing(role) for role in self._roles)
        if unanswered and self.responses.missing == "available":
            notes.append(
                say(
                    "{count:,} answers are missing; a dimension is the mean of the items answered, "
                    "if these are at least half of it.",
                    language,
                    count=unanswered,
                )
            )
        apart = sum(self.responses.n_not_applicable(role) for role in self._roles)
        if apart:
            notes.append(
                say(
                    "{count:,} answers say that the item does not apply; a dimension is the mean "
                    "of the items that apply, if these are at least half of it.",
                    language,
                    count=apart,
                )
            )
        equal = self.summary.loc[self._without_interval, "label"].tolist()
        if equal and self.n > 1:
            notes.append(
                say(
                    "No interval where all scores are equal or none is there: {names}.",
                    language,
                    names=shortened(equal),
                )
            )
        return notes

    @property
    def _without_interval(self) -> pd.Series:
        return self.summary["ci_low"].isna()


def check_size(n: int) -> None:
    """Warn where there are too few respondents for any spread."""
    if n < 2:
        warn("One respondent only: there is no spread and no interval.", SmallSampleWarning)


def keys_and_labels(responses: Responses, overall: Sequence[str]) -> dict[str, list[str]]:
    """Give the first columns of a summary: level, dimension, item, label."""
    instrument = responses.instrument
    home = {item: key for key, items in instrument.dimensions.items() for item in items}
    items, dimensions = instrument.items, tuple(instrument.dimensions)
    return {
        "level": ["item"] * len(items) + ["dimension"] * len(dimensions) + list(overall),
        "dimension": [home[item] for item in items] + list(dimensions) + [""] * len(overall),
        "item": list(items) + [""] * (len(dimensions) + len(overall)),
        "label": [instrument.label(key) for key in (*items, *dimensions)]
        + [level.replace("_", ", ").capitalize() for level in overall],
    }


def part(scored: Scored, name: str, statistic: str) -> NDArray[Any]:
    """Read a statistic of one part for items, dimensions, and overall scores, weighted first."""
    levels = [
        level
        for level in ("item", "dimension", "weighted", "overall")
        if level in scored.statistics
    ]
    values = [getattr(scored.statistics[level][name], statistic) for level in levels]
    joined: NDArray[Any] = np.concatenate(values)
    return joined


def interval(scored: Scored) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Student's interval of the mean scores; NaN where there is no spread."""
    n = part(scored, "score", "n")
    mean, error = part(scored, "score", "mean"), part(scored, "score", "standard_error")
    quantile = stdtrit(np.maximum(n - 1, 1), 0.5 + CONFIDENCE / 2)
    half = np.where((n > 1) & (error > 0), quantile * error, np.nan)
    return mean - half, mean + half
