"""Relative importance from regressions on rows, one at a time: slow and plain."""

from itertools import permutations

import numpy as np


def r_squared_of(rows, columns):
    """R squared of the last column on some of the others, by least squares on scaled rows."""
    centred = rows - rows.mean(axis=0)
    centred = centred / np.sqrt((centred**2).sum(axis=0))
    columns = list(columns)
    if not columns:
        return 0.0
    y = centred[:, -1]
    fitted = centred[:, columns] @ np.linalg.lstsq(centred[:, columns], y, rcond=1e-10)[0]
    return float(1 - ((y - fitted) ** 2).sum())


def brute_lmg(rows, blocks):
    """What each block adds, averaged over every order of entry."""
    known = {}

    def explained(chosen):
        if chosen not in known:
            known[chosen] = r_squared_of(rows, [c for b in sorted(chosen) for c in blocks[b]])
        return known[chosen]

    orders = list(permutations(range(len(blocks))))
    added = np.zeros(len(blocks))
    for order in orders:
        for i, block in enumerate(order):
            before = frozenset(order[:i])
            added[block] += explained(before | {block}) - explained(before)
    return added / len(orders)
