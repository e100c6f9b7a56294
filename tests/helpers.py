"""What several tests share."""

import importlib
import os
from types import ModuleType

import pytest


def needs(module: str) -> ModuleType:
    """Skip where an optional package is missing, or fail where all are required."""
    if os.environ.get("SERVQUAL_REQUIRE_ALL") == "1":
        return importlib.import_module(module)
    return pytest.importorskip(module)
