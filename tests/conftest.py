"""Fixtures of all tests."""

import gc

import numpy as np
import pytest
from hypothesis import settings

settings.register_profile("servqual", max_examples=50, deadline=None, derandomize=True)
settings.load_profile("servqual")

# Looking for cycles among all that pytest and the libraries keep takes a tenth of the time.
gc.set_threshold(50_000, 20, 20)


@pytest.fixture
def rng():
    """Random numbers from one fixed seed."""
    return np.random.default_rng(20261122)
