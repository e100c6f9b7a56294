"""What can go wrong, as a small vocabulary of errors and warnings."""

import difflib
import os
import sys
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

_PACKAGE = f"{Path(__file__).parent}{os.sep}"


class ServqualError(Exception):
    """Root of every error that servqual raises on purpose."""


class InstrumentError(ServqualError, ValueError):
    """An instrument is not known, or its definition contradicts itself."""


class ResponseError(ServqualError, ValueError):
    """The answers cannot be bound to the instrument, or cannot be scored."""


class ModelError(ServqualError, ValueError):
    """A model is not well formed, or does not fit the data it is given."""


class DatasetError(ServqualError, ValueError):
    """A bundled data set is not known."""


class ConvergenceError(ServqualError, RuntimeError):
    """An iterative solution was not reached."""


class ServqualWarning(UserWarning):
    """Root of every warning that servqual gives."""


class MissingResponseWarning(ServqualWarning):
    """Answers or respondents were left out or imputed."""


class AdmissibilityWarning(ServqualWarning):
    """A value can be computed but should not be taken at its word."""


class SmallSampleWarning(ServqualWarning):
    """There are too few answers for what was asked."""


def warn(message: str, category: type[ServqualWarning]) -> None:
    """Warn at the line of the user's code that led here."""
    level = 2
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        frame = frame.f_back
        level += 1
    warnings.warn(message, category, stacklevel=level)


def shortened(offenders: Sequence[object], limit: int = 5) -> str:
    """Name at most `limit` offenders and count the rest.

    Examples
    --------
    >>> shortened(["E1", "E2", "E3"], limit=2)
    "'E1', 'E2' and 1 more"
    """
    named = ", ".join(repr(offender) for offender in offenders[:limit])
    left = len(offenders) - limit
    return f"{named} and {left:,} more" if left > 0 else named


def nearest(name: object, known: Iterable[object]) -> str:
    """Suggest the known names that look most like `name`, or nothing.

    Examples
    --------
    >>> nearest("servqual1991", ["servqual-1991", "nps"])
    " Did you mean 'servqual-1991'?"
    """
    close = difflib.get_close_matches(str(name), map(str, known), n=2, cutoff=0.6)
    return f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
