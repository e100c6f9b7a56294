"""Ordered ratings E and P of the same items: thresholds and scales, in model text."""

from collections.abc import Mapping, Sequence

import numpy as np

from servqual.errors import ModelError, shortened
from servqual.instrument import Instrument
from servqual.responses import Responses
from servqual.sem.construction._pairs import ORDERED_LEVELS, Pair, total

# Of each item, the categories that E and P use.
Used = Mapping[str, tuple[Sequence[int], Sequence[int]]]
# Fewer thresholds cannot carry both a scale and an intercept from E to P.
_FEWEST = 2


def used_categories(
    ordered: Responses | bool, instrument: Instrument, items: Sequence[str]
) -> dict[str, tuple[tuple[int, ...], tuple[int, ...]]]:
    """Give the categories that each rating of an item uses: all of them, if no answers are given.

    Of answers, those of respondents who answered E and P of all the items count.

    Raises
    ------
    ModelError
        If E and P of an item share too few categories.
    """
    place = {item: at for at, item in enumerate(instrument.items)}
    roles = ("expectation", "perception")
    complete = None
    if isinstance(ordered, Responses):
        asked = np.array([ordered.answers[role][place[item]] for role in roles for item in items])
        complete = ~np.isnan(asked).any(axis=0)
    found = {}
    for item in items:
        each = []
        for role in roles:
            low, high = instrument.scale_of(role)
            every = range(low, high + 1)
            if isinstance(ordered, Responses) and complete is not None:
                answered = {*ordered.answers[role][place[item]][complete]}
                every = tuple(one for one in every if one in answered)  # type: ignore[assignment]
            each.append(tuple(every))
        found[item] = (each[0], each[1])
    few = [item for item, used in found.items() if len(_common(*used)) < _FEWEST]
    if few:
        raise ModelError(
            f"E and P of {shortened(few)} have fewer than {_FEWEST} thresholds in common (pairs of "
            "neighbouring categories that both use), which cannot tie their scales together. Leave "
            "these items out (not_asked=[...] when the answers are bound), or take the ratings as "
            "continuous."
        )
    return found


def _common(e: Sequence[int], p: Sequence[int]) -> list[int]:
    """Give the categories whose upper threshold both ratings have."""
    return [one for one in e if one + 1 in e and one in p and one + 1 in p]


def ordered_lines(pair: Pair, level: str, used: Used) -> list[str]:
    """Write the thresholds, scales and intercepts of a pair, and its factors' means."""
    at = ORDERED_LEVELS.index(level)
    lines: list[str] = []
    for item in pair.items:
        tied = at > 0 and item in pair.equal("thresholds")
        common = _common(*used[item]) if tied else []
        for letter, codes in zip("EP", used[item], strict=True):
            # A threshold of both lies between the same categories; empty ones end none.
            terms = [
                f"{f't_{item}_{code}*' if code in common else ''}t{n}"
                for n, code in enumerate(codes[:-1], start=1)
            ]
            lines.append(f"{letter}{item} | {total(terms)}")
        moved = tied and not (at > 2 and item in pair.anchors)
        lines += [f"E{item} ~*~ 1*E{item}", f"P{item} ~*~ {'NA' if tied else '1'}*P{item}"]
        lines += [f"E{item} ~ 0*1", f"P{item} ~ {'NA' if moved else '0'}*1"]
    return lines
