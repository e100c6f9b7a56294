"""How far long work has come, on a terminal or in a notebook, once it has taken two seconds."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TextIO

from servqual._language import say

_PATIENCE = 2.0  # seconds before anything is shown
_BETWEEN = 0.2
_WIDTH = 24


@dataclass
class Progress:
    """A bar on standard error; it says nothing where nobody would see it."""

    what: str
    total: int
    wanted: bool = True
    stream: TextIO | None = None
    done: int = 0
    _began: float = field(default_factory=lambda: time.monotonic())
    _shown: float = 0.0
    _length: int = 0

    def advance(self, by: int = 1) -> None:
        """Count work as done, and show how far it has come if that is due."""
        self.done += by
        now = time.monotonic()
        if not self.wanted or now - self._began < _PATIENCE or now - self._shown < _BETWEEN:
            return
        stream = sys.stderr if self.stream is None else self.stream
        if stream is None or not _watched(stream):
            return
        self._shown = now
        text = self.line(now - self._began)
        stream.write("\r" + text.ljust(self._length))
        stream.flush()
        self._length = len(text)

    def line(self, seconds: float) -> str:
        """Say how far it is after some seconds, and how long it will still take.

        Examples
        --------
        >>> Progress("bootstrap", 100, done=25).line(5.0)
        'bootstrap [######                  ] 25 of 100, 15 s left'
        """
        share = min(self.done / self.total, 1.0) if self.total else 1.0
        full = int(share * _WIDTH)
        return say(
            "{what} [{bar}] {done:,} of {total:,}, {left:,.0f} s left",
            what=self.what,
            bar="#" * full + " " * (_WIDTH - full),
            done=self.done,
            total=self.total,
            left=seconds * (1 - share) / share if share else 0.0,
        )

    def clear(self) -> None:
        """Take the line away."""
        stream = sys.stderr if self.stream is None else self.stream
        if self._length and stream is not None:
            stream.write("\r" + " " * self._length + "\r")
            stream.flush()
            self._length = 0


@contextmanager
def progress(what: str, total: int, *, wanted: bool = True) -> Iterator[Progress]:
    """Show a bar while work goes on; call `advance` as parts of it are done."""
    bar = Progress(what=what, total=total, wanted=wanted)
    try:
        yield bar
    finally:
        bar.clear()


def _watched(stream: TextIO) -> bool:
    """Tell a terminal or a notebook from a file or a pipe."""
    return stream.isatty() or "ipykernel" in sys.modules
