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


def optional(module: str) -> ModuleType | None:
    """Give a module that only some tests of a file need, or None where it may be missing."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError:
        if os.environ.get("SERVQUAL_REQUIRE_ALL") == "1":
            raise
        return None


def there(*libraries: ModuleType | None) -> list[ModuleType]:
    """Give those libraries that are installed."""
    return [library for library in libraries if library is not None]
