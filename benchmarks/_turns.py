"""Run contenders in turn, A B A B, and print the median time of each and the ratio to a peer."""

import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping

for threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(threads, "1")


def compare(
    title: str,
    contenders: Mapping[str, Callable[[], object]],
    *,
    peer: str,
    goal: Mapping[str, float] | None = None,
    rounds: int = 9,
) -> dict[str, float]:
    """Time contenders in turn after one warm-up each; ratios are medians of the rounds' ratios."""
    for call in contenders.values():
        call()
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, call in contenders.items():
            start = time.perf_counter()
            call()
            times[name].append(time.perf_counter() - start)
    print(f"\n{title} (medians of {rounds} rounds in turn, one thread)")
    ratios = {}
    for name, taken in times.items():
        ratio = statistics.median(a / b for a, b in zip(taken, times[peer], strict=True))
        ratios[name] = ratio
        wanted = f"   goal <= {goal[name]:g}" if goal and name in goal else ""
        print(f"  {name:<46} {statistics.median(taken):9.4f} s   ratio {ratio:6.3f}{wanted}")
    sys.stdout.flush()
    return ratios
