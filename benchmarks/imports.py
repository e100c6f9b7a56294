"""Whole-process time of the imports: bare Python, `import servqual`, and the two doors."""

import statistics
import subprocess
import sys
import time

COMMANDS = {
    "python -c pass": "pass",
    "import servqual": "import servqual",
    "import numpy": "import numpy",
    "from servqual.arrays import gap": "from servqual.arrays import gap",
    "import pandas": "import pandas",
    "from servqual import gap_scores": "from servqual import gap_scores",
    "import pingouin": "import pingouin",
}
ROUNDS = 15


def main() -> None:
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(ROUNDS):
        for name, code in COMMANDS.items():
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
            taken[name].append(time.perf_counter() - start)
    bare = statistics.median(taken["python -c pass"])
    print(f"Medians of {ROUNDS} rounds in turn; goal for `import servqual`: ratio <= 2.2")
    for name, times in taken.items():
        median = statistics.median(times)
        print(f"  {name:<34} {median:7.4f} s   ratio to bare Python {median / bare:6.2f}")


if __name__ == "__main__":
    main()
