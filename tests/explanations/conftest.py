"""The small survey of the tests of scores."""

from tests.scores.conftest import answers, survey, trio

__all__ = ["answers", "survey", "trio"]
