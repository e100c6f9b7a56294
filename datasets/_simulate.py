"""Steps of the made-up data: true scores, items, whole answers, carelessness, blanks.

Only draws whose streams have been stable across NumPy 2 are used (standard_normal, random,
integers, permutation), so that every script writes the same file everywhere.
"""

from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent
DIMENSIONS = {
    "tangibles": 4,
    "reliability": 5,
    "responsiveness": 4,
    "assurance": 4,
    "empathy": 5,
}


def item_ids(prefix, count):
    """Return prefix1, prefix2, ..."""
    return [f"{prefix}{number}" for number in range(1, count + 1)]


def labels(rng, names, n, shares):
    """Draw one of `names` per respondent with the given shares."""
    cut = np.searchsorted(np.cumsum(shares)[:-1], rng.random(n), side="right")
    return np.array(names)[cut]


def related(rng, n, r):
    """Draw two general factors (halo) that correlate r: one for E and one for P."""
    first, second = rng.standard_normal((2, n))
    return first, r * first + np.sqrt(1 - r**2) * second


def dimension_scores(rng, means, halo, *, general, own):
    """Add to the means a general factor and one factor per dimension (SDs in scale points)."""
    return means + general * halo[:, None] + own * rng.standard_normal(means.shape)


def item_scores(rng, dimensions, counts, *, unique, spread=0.15, stem=None):
    """Repeat each dimension score for its items and add offsets, stem parts and unique parts."""
    offsets = np.concatenate([np.linspace(-spread, spread, count) for count in counts])
    repeated = np.repeat(dimensions, counts, axis=1)
    scores = repeated + offsets + unique * rng.standard_normal(repeated.shape)
    return scores if stem is None else scores + stem


def whole(scores, low, high):
    """Round latent scores to whole answers inside the scale."""
    return np.clip(np.rint(scores), low, high)


def driven(rng, driver, *, r2, mean, sd):
    """Return scores with this mean and sd of whose variance the driver explains the share r2."""
    standard = (driver - driver.mean()) / driver.std()
    noise = rng.standard_normal(len(driver))
    return mean + sd * (np.sqrt(r2) * standard + np.sqrt(1 - r2) * noise)


def allocations(rng, n, means, *, concentration=6.0, fives=0.8):
    """Divide 100 points over the dimensions in whole numbers, mostly in steps of five."""
    means = np.asarray(means, dtype=float)
    weights = means * np.exp(rng.standard_normal((n, len(means))) / np.sqrt(concentration))
    shares = weights / weights.sum(axis=1, keepdims=True)
    step = np.where(rng.random(n) < fives, 5, 1)
    units = 100 // step
    exact = shares * units[:, None]
    points = np.floor(exact)
    rank = np.argsort(np.argsort(-(exact - points), axis=1, kind="stable"), axis=1)
    points += rank < (units - points.sum(axis=1))[:, None]
    return points * step[:, None]


def make_careless(rng, frame, rows, columns, low, high):
    """Replace the answers of `rows`: the first half by one value each, the rest at random."""
    straight, random = np.array_split(np.asarray(rows), 2)
    one = rng.integers(low, high + 1, (len(straight), 1))
    frame.loc[straight, columns] = np.repeat(one, len(columns), axis=1)
    frame.loc[random, columns] = rng.integers(low, high + 1, (len(random), len(columns)))


def blank(rng, frame, columns, share, *, who=0.4):
    """Leave out single answers: the share `who` of the respondents skips all that is skipped."""
    skips = rng.random((len(frame), 1)) < who
    frame[columns] = frame[columns].mask(
        skips & (rng.random((len(frame), len(columns))) < share / who)
    )


def integers_where_complete(frame):
    """Give complete number columns int64, the others float64 (as the loader reads them)."""
    numbers = frame.select_dtypes("number")
    return frame.astype({c: "int64" for c in numbers if numbers[c].notna().all()})


def csv_text(frame):
    """Return the text of the CSV file: whole numbers without a point, blanks empty."""
    return frame.to_csv(index=False, float_format="%g", lineterminator="\n")


def write(frame: pd.DataFrame, name):
    """Write datasets/NAME.csv."""
    (FOLDER / f"{name}.csv").write_text(csv_text(frame), encoding="utf-8", newline="\n")
