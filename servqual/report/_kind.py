"""A kind of result that a report takes, and the chapters in the reading order of a paper."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from servqual._result import Result

SAMPLE = "Sample"
SCORES = "Scores"
RELIABILITY = "Reliability"
FACTORS = "Factors"
MODELS = "Structural model"
PATHS = "Path model"
TESTS = "Tests of the gaps"
GROUPS = "Groups and waves"
PRIORITIES = "Priorities"
PROVIDER = "The provider's gaps"
CARDS = "Score cards"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of result that a report takes.

    Attributes
    ----------
    type : type
    maker : str
        The function that gives it.
    chapter, heading : str
        Where it stands and what stands over it, in English.
    omit : tuple of str
        Columns that its table leaves out.
    columns : tuple of str
        The columns of its table, for one that shows blank columns; otherwise all but `omit`.
    main : callable, optional
        What gives the frame of the main table, where that is not all of the result's.
    beside : mapping of str to callable
        Captions, in English, of the tables beside the main one, and what gives their frames.
    method : str or callable
        How it was computed: English, or what says it of a result in a language. Empty where
        another module says it.
    sources : tuple of str or callable
        The publications that it rests on, or what gives those of a result.
    """

    type: type[Result]
    maker: str
    chapter: str
    heading: str
    omit: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    main: Callable[[Any], pd.DataFrame] | None = None
    beside: dict[str, Callable[[Any], pd.DataFrame]] = field(default_factory=dict)
    method: str | Callable[[Any, str], str] = ""
    sources: tuple[str, ...] | Callable[[Any], tuple[str, ...]] = ()
