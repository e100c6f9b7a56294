"""Zone-of-tolerance scores: perception against the minimum and the desired level."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._kernel import Columns, Scored, score
from servqual._language import say
from servqual.errors import ResponseError
from servqual.responses import Responses
from servqual.scores.common import (
    PREFIX,
    Scores,
    check_size,
    interval,
    keys_and_labels,
    part,
    require_one_scale,
    select,
)

Inversions = Literal["keep", "set_aside", "leave_out", "raise"]
ROLES = ("perception", "minimum", "expectation")
ZONES = ("below", "at_minimum", "inside", "at_desired", "above", "at_both")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ToleranceScores(Scores):
    """Zone-of-tolerance scores of respondents; make them with `tolerance_scores`.

    Attributes
    ----------
    adequacy, superiority, width : pandas.DataFrame
        By dimension, in scale points, one row a scored respondent under its original index:
        perception - minimum, perception - desired, desired - minimum.
    items : dict of str to pandas.DataFrame
        The same three by item.
    excluded : pandas.DataFrame
        Who was left out and why.
    """

    item_adequacy: NDArray[Any]
    item_superiority: NDArray[Any]
    dimension_adequacy: NDArray[np.float64]
    dimension_superiority: NDArray[np.float64]
    overall_adequacy: NDArray[np.float64]
    overall_superiority: NDArray[np.float64]
    overall_of: str
    inversions: str
    n_inversions: int

    @property
    def adequacy(self) -> pd.DataFrame:
        """Perception - minimum, by dimension."""
        return self._labelled(self.dimension_adequacy, self.responses.instrument.dimensions)

    @property
    def superiority(self) -> pd.DataFrame:
        """Perception - desired, by dimension."""
        return self._labelled(self.dimension_superiority, self.responses.instrument.dimensions)

    @property
    def width(self) -> pd.DataFrame:
        """Desired - minimum, by dimension."""
        return self.adequacy - self.superiority

    @property
    def items(self) -> dict[str, pd.DataFrame]:
        """Adequacy, superiority and width by item."""
        keys = self.responses.instrument.items
        adequacy = self._labelled(self.item_adequacy, keys)
        superiority = self._labelled(self.item_superiority, keys)
        return {
            "adequacy": adequacy,
            "superiority": superiority,
            "width": adequacy - superiority,
        }

    @property
    def overall(self) -> pd.DataFrame:
        """Overall adequacy, superiority and width of each scored respondent."""
        return pd.DataFrame(
            {
                "adequacy": self.overall_adequacy,
                "superiority": self.overall_superiority,
                "width": self.overall_adequacy - self.overall_superiority,
            },
            index=self.index,
        )

    def to_data(self, extra: object = None) -> pd.DataFrame:
        """Give one frame for models: A1.. adequacy, S1.. superiority, P1.., M1.., E1.., extra."""
        items = self.responses.instrument.items
        data = {f"A{item}": row for item, row in zip(items, self.item_adequacy, strict=True)}
        data |= {f"S{item}": row for item, row in zip(items, self.item_superiority, strict=True)}
        return self._with_answers(dict(data), extra)

    def title(self, language: str = "en") -> str:
        """Say of what, of how many, and what overall is the mean of."""
        of_items = self.overall_of == "items"
        count = len(self.item_adequacy if of_items else self.dimension_adequacy)
        return say(
            "Zone of tolerance (minimum, desired, perceived), {of}; {overall}",
            language,
            of=self._of(language),
            overall=say(f"overall = mean of {{count}} {self.overall_of}", language, count=count),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the columns mean and what was done with inversions."""
        notes = [
            say(
                "Adequacy = perception − minimum, superiority = perception − desired, width = "
                "desired − minimum, in scale points. within = share in the closed zone; at_both "
                "counts answers on a zone of no width. Intervals: 95 %, Student's t.",
                language,
            )
        ]
        if self.n_inversions:
            policy = {
                "keep": "they stay in the means and are left out of the shares",
                "set_aside": "they are set aside as not applicable",
                "leave_out": "respondents with too many of them are left out, the others as kept",
            }[self.inversions]
            notes.append(
                say(
                    "{count:,} answers put the minimum above the desired level: {policy} "
                    "(inversions={name!r}).",
                    language,
                    count=self.n_inversions,
                    policy=say(policy, language),
                    name=self.inversions,
                )
            )
        return (*notes, *self._shared_notes(language))

    @property
    def _roles(self) -> tuple[str, ...]:
        return ROLES

    @property
    def _other_reason(self) -> str:
        return "inversions" if self.inversions == "leave_out" else "sampling weight 0"

    @property
    def _without_interval(self) -> pd.Series:
        return self.summary[["adequacy_ci_low", "superiority_ci_low"]].isna().any(axis=1)


def tolerance_scores(
    responses: Responses,
    overall: Literal["dimensions", "items"] = "dimensions",
    inversions: Inversions = "keep",
    inversions_allowed: int = 0,
) -> ToleranceScores:
    r"""Score perceptions against the zone between minimum and desired service.

    Parameters
    ----------
    responses : Responses
        Answers with the roles minimum, expectation (the desired level) and perception.
    overall : {"dimensions", "items"}
        What the overall scores are the means of.
    inversions : {"keep", "set_aside", "leave_out", "raise"}
        What to do where the minimum is above the desired level: keep them in the means (the shares
        are always formed without them), treat the item as not applicable, leave out respondents
        who have more than `inversions_allowed` of them, or refuse.
    inversions_allowed : int, default 0
        For "leave_out"; LibQUAL+ reports leave out respondents with more than 9 of 22.

    Returns
    -------
    ToleranceScores
        ``adequacy``, ``superiority``, ``width``, ``items``, ``overall``, ``excluded``,
        ``to_data()`` and ``to_frame()``: for each level the means, intervals, and the shares
        (0 to 1) below, at_minimum, inside, at_desired, above and at_both, which sum to 1, and
        within = all but below and above. Shares by item are of answers, by dimension and overall
        of respondents' means.

    Raises
    ------
    ResponseError
        If a role is not bound, no respondent can be scored, or inversions are refused.

    Notes
    -----
    With minimum M, desired level E and perception P, adequacy is :math:`P - M`, superiority
    :math:`P - E`, and the width of the zone :math:`E - M`, their difference [1]_. Answers are whole
    numbers, so ties at the edges are common; the two edges are reported apart.

    References
    ----------
    .. [1] Parasuraman, A., Zeithaml, V. A., & Berry, L. L. (1994). Alternative scales for measuring
       service quality. *Journal of Retailing*, 70(3), 201-230.
       https://doi.org/10.1016/0022-4359(94)90033-7

    Examples
    --------
    >>> import servqual as sq
    >>> desk = sq.Instrument(
    ...     name="desk", scale=(1, 9), dimensions={"help": ("1", "2")},
    ...     roles=("minimum", "expectation", "perception"), expectation_kind="desired",
    ... )
    >>> frame = pd.DataFrame(
    ...     {"M1": [5, 6], "M2": [5, 5], "E1": [8, 8], "E2": [7, 8], "P1": [6, 5], "P2": [8, 5]}
    ... )
    >>> zone = sq.tolerance_scores(sq.Responses.from_frame(frame, desk))
    >>> zone.adequacy["help"].tolist(), zone.superiority["help"].tolist()
    ([2.0, -0.5], [-0.5, -3.0])
    """
    for name, value, choices in (
        ("overall", overall, ("dimensions", "items")),
        ("inversions", inversions, ("keep", "set_aside", "leave_out", "raise")),
    ):
        if value not in choices:
            raise ValueError(f"{name} must be one of {choices}, not {value!r}.")
    _require_roles(responses)
    inverted = _inverted(responses, inversions)
    many = inverted.sum(axis=0) > inversions_allowed if inversions == "leave_out" else None
    require_one_scale(responses, ROLES)
    chosen = select(responses, ROLES, also_out=many)
    answers: Mapping[str, Columns] = responses.answers
    gaps = chosen.gaps or (inversions == "set_aside" and bool(inverted.any()))
    if gaps:
        answers = _aligned(answers, inverted if inversions == "set_aside" else None)
    members = list(responses.instrument.positions.values())
    adequacy, superiority, width = (
        score(
            answers[upper],
            answers[lower],
            members,
            rows=chosen.rows,
            gaps=gaps,
            overall=overall,
            weights=responses.weights,
        )
        for upper, lower in (
            ("perception", "minimum"),
            ("perception", "expectation"),
            ("expectation", "minimum"),
        )
    )
    weights = responses.weights
    if chosen.rows is not None and weights is not None:
        weights = weights[chosen.rows]
    summary = _summary(responses, adequacy, superiority, width, weights)
    check_size(adequacy.items.shape[1])
    kept = inverted if chosen.rows is None else inverted[:, chosen.rows]
    return ToleranceScores(
        responses=responses,
        rows=chosen.rows,
        summary=summary,
        item_adequacy=adequacy.items,
        item_superiority=superiority.items,
        dimension_adequacy=adequacy.dimensions,
        dimension_superiority=superiority.dimensions,
        overall_adequacy=adequacy.overall,
        overall_superiority=superiority.overall,
        overall_of=overall,
        inversions=inversions,
        n_inversions=int((inverted if inversions == "leave_out" else kept).sum()),
    )


def _require_roles(responses: Responses) -> None:
    absent = [role for role in ROLES if role not in responses.answers]
    if absent:
        raise ResponseError(
            f"The zone of tolerance needs the roles {', '.join(ROLES)}; not bound: "
            f"{', '.join(absent)}. Instrument 'servqual-1994' has all three, with columns "
            f"{', '.join(f'{PREFIX[role]}1' for role in ROLES)} and so on."
        )


def _inverted(responses: Responses, inversions: str) -> NDArray[np.bool_]:
    """Mark, by item and respondent, a minimum above the desired level."""
    pairs = zip(responses.answers["minimum"], responses.answers["expectation"], strict=True)
    inverted = np.array([minimum > desired for minimum, desired in pairs])
    if inversions == "raise" and inverted.any():
        rows = np.flatnonzero(inverted.any(axis=0))
        raise ResponseError(
            f"{int(inverted.sum()):,} answers of {len(rows):,} respondents put the minimum above "
            f"the desired level, first in row {responses.frame.row(int(rows[0]))}. Choose "
            "inversions='keep', 'set_aside' or 'leave_out'."
        )
    return inverted


def _aligned(answers: Mapping[str, Columns], aside: NDArray[np.bool_] | None) -> dict[str, Columns]:
    """Blank an item in all three roles where one of them is blank or set aside."""
    stacked = {role: np.array(answers[role], dtype=np.float64) for role in ROLES}
    blank = np.logical_or.reduce([np.isnan(values) for values in stacked.values()])
    if aside is not None:
        blank |= aside
    for values in stacked.values():
        values[blank] = np.nan
    return {role: tuple(values) for role, values in stacked.items()}


def _summary(
    responses: Responses,
    adequacy: Scored,
    superiority: Scored,
    width: Scored,
    weights: NDArray[np.float64] | None,
) -> pd.DataFrame:
    columns: dict[str, Any] = {
        **keys_and_labels(responses, ["overall"]),
        "n": part(adequacy, "score", "n"),
        "mean_m": part(adequacy, "lower", "mean"),
        "mean_e": part(superiority, "lower", "mean"),
        "mean_p": part(adequacy, "upper", "mean"),
        "width": part(width, "score", "mean"),
    }
    for name, scored in (("adequacy", adequacy), ("superiority", superiority)):
        low, high = interval(scored)
        columns |= {
            name: part(scored, "score", "mean"),
            f"{name}_sd": np.sqrt(part(scored, "score", "variance")),
            f"{name}_ci_low": low,
            f"{name}_ci_high": high,
        }
    shares = [
        _shares(above, below, weights)
        for above, below in zip(_rows(adequacy), _rows(superiority), strict=True)
    ]
    columns |= {zone: [one[zone] for one in shares] for zone in (*ZONES, "within", "inverted")}
    return pd.DataFrame(columns)


def _rows(scored: Scored) -> list[NDArray[Any]]:
    return [*scored.items, *scored.dimensions, scored.overall]


def _shares(
    adequacy: NDArray[Any], superiority: NDArray[Any], weights: NDArray[np.float64] | None
) -> dict[str, float]:
    """Shares of each place in or around the zone; they sum to 1."""
    w = np.ones(len(adequacy)) if weights is None else weights
    there = ~(np.isnan(adequacy) | np.isnan(superiority))
    inverted = there & (adequacy < superiority)
    there &= ~inverted
    places = {
        "below": adequacy < 0,
        "at_minimum": (adequacy == 0) & (superiority < 0),
        "inside": (adequacy > 0) & (superiority < 0),
        "at_desired": (adequacy > 0) & (superiority == 0),
        "above": superiority > 0,
        "at_both": (adequacy == 0) & (superiority == 0),
    }
    mass, whole = float(w[there].sum()), float(w[there | inverted].sum())
    shares = {
        name: float(w[there & at].sum()) / mass if mass else np.nan for name, at in places.items()
    }
    shares["within"] = 1 - shares["below"] - shares["above"]
    shares["inverted"] = float(w[inverted].sum()) / whole if whole else np.nan
    return shares
