"""Pairs of functional and dysfunctional answers, read from frames."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._frames import Frame, read_frame, read_numbers
from servqual.errors import ResponseError, nearest, shortened
from servqual.priorities.asymmetry.evaluation import ANSWERS

MISSING = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Pairs:
    """Answers of n respondents to both questions on k features.

    Attributes
    ----------
    features : tuple of str
    functional, dysfunctional : ndarray of int of shape (n, k)
        0 (like) to 4 (dislike), -1 where there is no answer.
    alone : tuple of str
        Columns of one question without one of the other.
    """

    features: tuple[str, ...]
    functional: NDArray[np.int64]
    dysfunctional: NDArray[np.int64]
    alone: tuple[str, ...]


def read_pairs(
    functional: object,
    dysfunctional: object,
    patterns: tuple[str, str],
    codes: Sequence[object],
) -> Pairs:
    """Read both answers from two frames with the same columns, or from one by patterns.

    Raises
    ------
    ResponseError
        If a feature has one question only, rows do not fit, or an answer is none of the codes.
    """
    if len(codes) != len(ANSWERS) or len(set(codes)) < len(codes):
        raise ResponseError(
            f"answers must be five different codes, for {', '.join(ANSWERS)}, not {codes!r}."
        )
    first = read_frame(functional)
    if dysfunctional is None:
        second = first
        features, columns, alone = _features(first, patterns)
    else:
        second = read_frame(dysfunctional)
        features = tuple(first.names)
        columns, alone = [(name, name) for name in features], ()
        _check_same(first, second, functional, dysfunctional)
    if not features:
        raise ResponseError("The frame of functional answers has no columns.")
    return Pairs(
        features=features,
        functional=np.column_stack([_coded(first, one, codes) for one, _ in columns]),
        dysfunctional=np.column_stack([_coded(second, other, codes) for _, other in columns]),
        alone=alone,
    )


def _features(
    frame: Frame, patterns: tuple[str, str]
) -> tuple[tuple[str, ...], list[tuple[str, str]], tuple[str, ...]]:
    """Find the features that both patterns name, and the columns that only one does."""
    if patterns[0] == patterns[1]:
        raise ResponseError(
            f"functional_columns and dysfunctional_columns are both {patterns[0]!r}, which would "
            "pair each question with itself."
        )
    found: list[list[str]] = []
    for pattern in patterns:
        start, hole, end = pattern.partition("{}")
        if not hole or "{}" in end or not start + end:
            raise ResponseError(
                f"The pattern {pattern!r} must hold {{}} once, where the name of the feature goes, "
                "and something else, such as 'F{}'."
            )
        found.append(
            [
                name[len(start) : len(name) - len(end)]
                for name in frame.names
                if name.startswith(start)
                and name.endswith(end)
                and len(name) > len(start) + len(end)
            ]
        )
    features = [name for name in found[0] if name in found[1]]
    if not features:
        raise ResponseError(
            f"No feature has columns of both patterns {patterns[0]!r} and {patterns[1]!r}. The "
            f"frame has {shortened(frame.names)}. Say how they are called, or pass two frames."
        )
    first, second = (
        {name: pattern.replace("{}", name) for name in named}
        for pattern, named in zip(patterns, found, strict=True)
    )
    paired = [(first[name], second[name]) for name in features]
    taken = {column for pair in paired for column in pair}
    alone = [column for column in (*first.values(), *second.values()) if column not in taken]
    return tuple(features), paired, tuple(alone)


def _check_same(first: Frame, second: Frame, one: object, other: object) -> None:
    alone = [name for name in first.names if name not in second.names]
    alone += [name for name in second.names if name not in first.names]
    if alone:
        raise ResponseError(
            f"{len(alone)} features were asked in one of the frames only: {shortened(alone)}. Both "
            f"need the same columns.{nearest(alone[0], {*first.names, *second.names} - {alone[0]})}"
        )
    if len(first) != len(second):
        raise ResponseError(
            f"There are {len(first):,} rows of functional and {len(second):,} of dysfunctional "
            "answers; give a row for each respondent in both."
        )
    pandas = isinstance(one, pd.DataFrame) and isinstance(other, pd.DataFrame)
    if pandas and not first.index.equals(second.index):
        raise ResponseError(
            "The two frames have different indexes, so their rows may be of different respondents; "
            "give them the same."
        )


def _coded(frame: Frame, name: str, codes: Sequence[object]) -> NDArray[np.int64]:
    """Give the place of each answer among the codes."""
    if any(isinstance(code, str) for code in codes):
        values = frame.data.get_column(name).to_list()
        given = np.empty(len(values), dtype=object)
        given[:] = [
            (value.strip() or None) if isinstance(value, str) else value for value in values
        ]
    else:
        given = read_numbers(frame, name).values
    blank = pd.isna(given)
    place = {code: at for at, code in enumerate(codes)}
    at = np.full(len(given), MISSING, dtype=np.int64)
    at[~blank], known = pd.factorize(given[~blank])
    wrong = sorted(repr(x) for x in known.tolist() if x not in place)
    if wrong:
        raise ResponseError(
            f"Column {name!r} holds answers that are none of the codes: {', '.join(wrong[:5])}"
            f"{f' and {len(wrong) - 5:,} more' if len(wrong) > 5 else ''}. The codes of "
            f"{', '.join(ANSWERS)} are {tuple(codes)!r}; give others with answers=, and turn "
            "missing-value codes to missing first."
        )
    return np.array([*(place[x] for x in known.tolist()), MISSING])[at]
