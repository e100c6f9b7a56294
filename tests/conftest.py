"""Fixtures of all tests."""

import numpy as np
import pytest
from hypothesis import settings

settings.register_profile("servqual", max_examples=50, deadline=None, derandomize=True)
settings.load_profile("servqual")


@pytest.fixture
def rng():
    """Random numbers from one fixed seed."""
    return np.random.default_rng(20261122)
