"""Reliability of 5 dimensions at n = 300, against pingouin's alpha in a loop."""

# isort: off
from _turns import compare  # sets one thread before NumPy is loaded

import numpy as np
import pandas as pd
import pingouin

import servqual as sq
from servqual.reliability.item_quality import item_analysis
from servqual.reliability.consistency import internal_consistency

N, RESAMPLES = 300, 2_000
PINGOUIN_RESAMPLES = 40  # its loop is linear in resamples: the ratio is scaled to 2,000
INSTRUMENT = sq.load_instrument("servqual-1991")


def survey() -> sq.GapScores:
    rng = np.random.default_rng(1)
    shared = {role: rng.standard_normal((N, 5)) for role in "EP"}
    columns = {}
    for role, centre in (("E", 6.0), ("P", 5.0)):
        for d, items in enumerate(INSTRUMENT.dimensions.values()):
            for item in items:
                latent = centre + shared[role][:, d] + rng.standard_normal(N)
                columns[f"{role}{item}"] = np.clip(np.round(latent), 1, 7).astype(int)
    return sq.gap_scores(sq.Responses.from_frame(pd.DataFrame(columns), INSTRUMENT))


def pingouin_loop(frames: list[pd.DataFrame]) -> list[object]:
    return [pingouin.cronbach_alpha(frame) for frame in frames]


def pingouin_bootstrap(frames: list[pd.DataFrame], resamples: int) -> list[object]:
    rng = np.random.default_rng(1)
    draws = []
    for _ in range(resamples):
        rows = rng.integers(0, N, N)
        draws.append([pingouin.cronbach_alpha(frame.iloc[rows])[0] for frame in frames])
    return draws


def main() -> None:
    scores = survey()
    frames = [scores.items[list(items)] for items in INSTRUMENT.dimensions.values()]
    compare(
        "alpha, its interval, item-total and if-deleted of 5 dimensions (no omega)",
        {
            "pingouin.cronbach_alpha x 5 (alpha, interval)": lambda: pingouin_loop(frames),
            "internal_consistency + item_analysis": lambda: (
                internal_consistency(scores, omega=False),
                item_analysis(scores),
            ),
            "the same, with their frames": lambda: (
                internal_consistency(scores, omega=False).to_frame(),
                item_analysis(scores).to_frame(),
            ),
            "the same, with omega": lambda: (
                internal_consistency(scores).to_frame(),
                item_analysis(scores).to_frame(),
            ),
        },
        peer="pingouin.cronbach_alpha x 5 (alpha, interval)",
        goal={"internal_consistency + item_analysis": 0.5},
        rounds=15,
    )
    short = f"pingouin loop, {PINGOUIN_RESAMPLES} resamples"
    ratios = compare(
        f"alpha bootstrap of 5 dimensions, {RESAMPLES:,} resamples against {PINGOUIN_RESAMPLES}",
        {
            short: lambda: pingouin_bootstrap(frames, PINGOUIN_RESAMPLES),
            "internal_consistency(interval='bca')": lambda: internal_consistency(
                scores, omega=False, interval="bca", n_resamples=RESAMPLES, seed=1
            ),
            "the same, with omega": lambda: internal_consistency(
                scores, interval="bca", n_resamples=RESAMPLES, seed=1
            ),
        },
        peer=short,
        rounds=3,
    )
    for name, ratio in ratios.items():
        if name != short:
            scaled = ratio * PINGOUIN_RESAMPLES / RESAMPLES
            print(f"  {name:<46} at equal resamples: ratio {scaled:.4f} = 1/{1 / scaled:.0f}")
    print("  goal without omega <= 0.02 = 1/50")


if __name__ == "__main__":
    main()
