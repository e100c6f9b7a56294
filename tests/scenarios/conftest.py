"""Made-up surveys of two dimensions with outcomes."""

import numpy as np
import pandas as pd
import pytest

import servqual as sq


@pytest.fixture(scope="module")
def duo():
    return sq.Instrument(
        name="duo", scale=(1, 7), dimensions={"care": ("1", "2"), "speed": ("3", "4", "5")}
    )


@pytest.fixture(scope="module")
def survey():
    draw = np.random.default_rng(5)
    n = 80
    frame = pd.DataFrame({f"E{i}": draw.integers(5, 8, n) for i in range(1, 6)})
    mood = draw.normal(size=n)
    for i in range(1, 6):
        frame[f"P{i}"] = np.clip(np.round(4 + mood + draw.normal(size=n)), 1, 7)
    care, speed = frame[["P1", "P2"]].mean(axis=1), frame[["P3", "P4", "P5"]].mean(axis=1)
    frame["sat"] = np.clip(0.5 * care + 0.3 * speed + draw.normal(size=n) * 0.7 + 1, 1, 7)
    frame["loy"] = np.clip(0.6 * frame["sat"] + 0.2 * care + draw.normal(size=n) * 0.7, 1, 7)
    frame["rec"] = np.clip(np.round(1.2 * frame["loy"] + 2 + draw.normal(size=n)), 0, 10)
    frame["w"] = draw.integers(1, 5, n).astype(float)
    return frame


@pytest.fixture(scope="module")
def perceptions(survey, duo):
    return scored(survey, duo)


def scored(frame, instrument, kind=sq.perception_scores, **options):
    return kind(sq.Responses.from_frame(frame, instrument, **options))


def exact():
    """Answers whose regressions are known: care + .5, speed + .25, then .6 of satisfaction."""
    a, b, u, v = np.array(np.meshgrid(*[[-1.0, 1.0]] * 4)).reshape(4, -1)
    frame = pd.DataFrame({"P1": 4 + a, "P2": 4 + a, "P3": 4 + b, "P4": 4 + b, "P5": 4 + b})
    frame["sat"] = 4 + 0.5 * a + 0.25 * b + 0.75 * u
    frame["loy"] = 1 + 0.1 * frame["P1"] + 0.2 * frame["P3"] + 0.6 * frame["sat"] + v
    return pd.concat([frame] * 4, ignore_index=True)
