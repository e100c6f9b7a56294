"""Measure intervals of score cards and probabilities of quadrants; writes a table of both.

Score cards: answers are drawn from populations whose score is known. Quadrants: the population is
the complete customers of the repair service, drawn with replacement, so the quadrant that each item
truly belongs to is known; of the items that a survey places with a probability in some range, the
share that truly belongs there should be in that range. Their Monte Carlo error takes items as
independent, which those of one survey are not. Writes docs/coverage_scorecards.csv.
"""

import itertools
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

import servqual as sq
from servqual.priorities.grid.matrix import importance_performance
from servqual.scorecards.estimates import Mean, Net, Share, mover, weigh

OUT = Path(__file__).with_name("coverage_scorecards.csv")
SIZES = (50, 200, 1000)
REPLICATES = 10_000
SURVEYS = 200
RESAMPLES = 400
RANGES = (0.0, 0.5, 0.7, 0.9, 0.99, 1.0)
SHARES = {  # of promoters, passives and detractors
    "net score 25": (0.45, 0.35, 0.20),
    "net score 65, few detractors": (0.70, 0.25, 0.05),
    "net score -40": (0.15, 0.30, 0.55),
}
Row = tuple[str, str, int, int, float, float, float]


def row(kind: str, of: str, n: int, low: np.ndarray, high: np.ndarray, truth: float) -> Row:
    """Count how often intervals hold the truth, and how often they lie below it."""
    cover = float(((low <= truth) & (truth <= high)).mean())
    error = np.sqrt(cover * (1 - cover) / len(low))
    return kind, of, n, len(low), cover, error, float((high < truth).mean())


def net_of(counts: tuple[int, ...], method: str) -> Net:
    """Take the net score of counted promoters, passives and detractors."""
    n = sum(counts)
    p, d = counts[0] / n, counts[2] / n
    error = np.sqrt((p + d - (p - d) ** 2) / n)
    return Net(promoters=p, detractors=d, se=error, n_effective=n, method=method)  # type: ignore[arg-type]


def intervals(
    drawn: np.ndarray, form: Callable[..., tuple[float, float]]
) -> tuple[np.ndarray, np.ndarray]:
    """Form an interval of each row of counts, each distinct row once."""
    found = cache(form)
    ends = np.array([found(tuple(counts)) for counts in drawn.tolist()])
    return ends[:, 0], ends[:, 1]


def net_scores(rng: np.random.Generator) -> Iterator[Row]:
    """Intervals of the net promoter score, and of its difference between two groups."""
    names = {"adjusted_wald": "adjusted Wald", "score": "score", "wald": "Wald"}
    for of, shares in SHARES.items():
        truth = shares[0] - shares[2]
        for n in SIZES:
            drawn = rng.multinomial(n, shares, REPLICATES)
            for method, name in names.items():
                some = drawn[: REPLICATES // 5] if method == "score" else drawn
                ends = intervals(some, lambda counts, m=method: net_of(counts, m).interval(0.95))
                yield row(f"net promoter score, {name}", of, n, *ends, truth)
    one, other = SHARES["net score 25"], SHARES["net score 65, few detractors"]
    for n in SIZES:
        drawn = np.hstack([rng.multinomial(n, shares, REPLICATES // 5) for shares in (one, other)])

        def beyond(counts: tuple[int, ...]) -> tuple[float, float]:
            two = [net_of(part, "adjusted_wald") for part in (counts[:3], counts[3:])]
            return mover(two[0], two[1], 0.95)[1:3]

        truth = one[0] - one[2] - other[0] + other[2]
        ends = intervals(drawn, beyond)
        yield row(
            "difference of two groups, both adjusted Wald", "net scores 25 and 65", n, *ends, truth
        )


def proportions(rng: np.random.Generator) -> Iterator[Row]:
    """Wilson's interval of a proportion."""
    for truth in (0.03, 0.2, 0.6):
        for n in SIZES:
            drawn = rng.binomial(n, truth, REPLICATES)[:, None]

            def wilson(counts: tuple[int, ...], n: int = n) -> tuple[float, float]:
                p = counts[0] / n
                return Share(value=p, se=0, n_effective=n, method="wilson").interval(0.95)

            yield row(
                "proportion, Wilson", f"proportion {truth}", n, *intervals(drawn, wilson), truth
            )


def weighted(rng: np.random.Generator) -> Iterator[Row]:
    """Sampling weights: detractors answer three times as readily, and are weighted down."""
    shares = np.array(SHARES["net score 25"])
    chance = shares * [1, 1, 3]
    for n in SIZES:
        ends = []
        for _ in range(REPLICATES // 5):
            place = rng.choice(3, n, p=chance / chance.sum())
            w = np.where(place == 2, 1 / 3, 1.0)
            found = weigh(1.0 - place, w)
            p, d = (float(w[place == one].sum() / w.sum()) for one in (0, 2))
            net = Net(
                promoters=p,
                detractors=d,
                se=found.se,
                n_effective=found.n_effective,
                method="adjusted_wald",
            )
            ends.append(net.interval(0.95))
        low, high = np.array(ends).T
        kind = "net promoter score, adjusted Wald, sampling weights"
        yield row(kind, "net score 25", n, low, high, shares[0] - shares[2])


def means(rng: np.random.Generator) -> Iterator[Row]:
    """Student's interval of a mean effort on 1 to 7, skewed."""
    chance = np.array([0.02, 0.03, 0.05, 0.10, 0.15, 0.25, 0.40])
    truth = float(chance @ np.arange(1, 8))
    for n in SIZES:
        drawn = rng.choice(np.arange(1.0, 8.0), (REPLICATES // 5, n), p=chance)
        low, high = np.array([Mean.of(one, None).interval(0.95) for one in drawn]).T
        yield row(
            "effort score, Student's t", f"skewed answers, mean {truth:.2f}", n, low, high, truth
        )


def quadrants(rng: np.random.Generator) -> Iterator[Row]:
    """Reported probabilities against how often they are right, and intervals beside them."""
    about = sq.load_instrument("after-sales")
    names = [f"{role}{item}" for role in "EPI" for item in about.items]
    people = sq.load_dataset("after_sales")[[*names, "csat"]].dropna()

    def place(frame: pd.DataFrame, importance: str, seed: int, n_resamples: int) -> pd.DataFrame:
        derived = importance != "items"
        return importance_performance(
            sq.gap_scores(sq.Responses.from_frame(frame, about)),
            importance,
            outcome="csat" if derived else None,
            n_resamples=n_resamples,
            seed=seed,
        ).to_frame()

    for importance in ("items", "correlation"):
        truth = place(people, importance, 0, 0)
        for n in SIZES:
            surveys = []
            for seed in range(SURVEYS):
                rows = rng.integers(0, len(people), n)
                frame = people.iloc[rows].reset_index(drop=True)
                found = place(frame, importance, seed, RESAMPLES)
                surveys.append(found.assign(right=found["quadrant"] == truth["quadrant"]))
            table = pd.concat(surveys)
            kind = f"probability of the quadrant, importance = {importance}"
            for low, high in itertools.pairwise(RANGES):
                last = high == RANGES[-1]
                within = (table["probability"] >= low) & (
                    (table["probability"] <= high) if last else (table["probability"] < high)
                )
                part = table[within]
                if len(part) >= 50:
                    right = float(part["right"].mean())
                    of = f"reported {low} to {high}, mean {part['probability'].mean():.3f}"
                    error = np.sqrt(right * (1 - right) / len(part))
                    yield kind, of, n, len(part), right, error, np.nan
            for name in ("importance", "performance"):
                true = np.tile(truth[name], SURVEYS)
                low, high = (table[f"{name}_ci_{end}"].to_numpy() - true for end in ("low", "high"))
                what = f"{name} ({importance})" if name == "importance" else "mean perception"
                yield row("percentile bootstrap", what, n, low, high, 0.0)


def main() -> None:
    """Measure all of them."""
    warnings.simplefilter("ignore", sq.ServqualWarning)
    rng = np.random.default_rng(20261122)
    rows = []
    for measure in (net_scores, proportions, weighted, means, quadrants):
        for one in measure(rng):
            print(one, flush=True)
            rows.append(one)
    columns = ["interval", "of", "n", "replicates", "coverage", "mc_error", "all_below"]
    pd.DataFrame(rows, columns=columns).round(4).to_csv(OUT, index=False)


if __name__ == "__main__":
    main()
