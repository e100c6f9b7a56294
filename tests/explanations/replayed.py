"""Do the arithmetic of an explanation over again, as a reader would with a calculator."""

import math
import re

import numpy as np

_NO_ARITHMETIC = re.compile(r"[^\d\s.()+×−/√²]")
_PYTHON = {"×": "*", "−": "-", "²": "**2", "√": "math.sqrt"}


def symbols(explanation):
    """The unrounded numbers by name."""
    return {name: symbol.value for name, symbol in explanation.symbols.items()}


def replay(explanation):
    """Check every line of numbers of every step; give how many there were."""
    lines = 0
    for step in explanation.steps:
        _, *parts, aim = re.sub(r"\s+", " ", step.text).split(" = ")
        decimals = len(aim.partition(".")[2])
        for part in parts:
            if _NO_ARITHMETIC.search(part.replace("max(", "(").replace(",", "")):
                continue
            for sign, python in _PYTHON.items():
                part = part.replace(sign, python)
            # What lies half way may be rounded either way.
            half = 0.5 * 10**-decimals + 1e-12
            assert abs(eval(part, {"math": math}) - float(aim.replace("−", "-"))) <= half, step.text
            lines += 1
    return lines


def close(one, other):
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-10)
