"""The bar of long work: late, rare, and only where somebody looks."""

import io

import pytest

from servqual import _progress
from servqual._progress import Progress, progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = 100.0

    monkeypatch.setattr(_progress.time, "monotonic", lambda: Clock.now)
    monkeypatch.setitem(_progress.sys.modules, "ipykernel", None)
    monkeypatch.delitem(_progress.sys.modules, "ipykernel")
    return Clock


def test_nothing_is_said_in_the_first_two_seconds(clock):
    stream = Terminal()
    bar = Progress("bootstrap", 100, stream=stream)
    clock.now += 1.9
    bar.advance(10)
    assert stream.getvalue() == ""
    clock.now += 0.2
    bar.advance(10)
    assert stream.getvalue() == "\rbootstrap [####                    ] 20 of 100, 8 s left"


def test_the_line_is_written_over_at_most_five_times_a_second(clock):
    stream = Terminal()
    bar = Progress("bootstrap", 1000, stream=stream)
    clock.now += 5
    for _ in range(10):
        bar.advance()
    assert stream.getvalue().count("\r") == 1
    clock.now += 0.3
    bar.advance()
    assert stream.getvalue().count("\r") == 2


def test_a_file_or_a_wish_for_silence_sees_nothing(clock):
    file, terminal = io.StringIO(), Terminal()
    for bar in (
        Progress("bootstrap", 10, stream=file),
        Progress("bootstrap", 10, wanted=False, stream=terminal),
    ):
        clock.now += 5
        bar.advance()
        bar.clear()
    assert file.getvalue() == terminal.getvalue() == ""


def test_a_notebook_is_watched_though_it_is_no_terminal(clock, monkeypatch):
    monkeypatch.setitem(_progress.sys.modules, "ipykernel", _progress)
    stream = io.StringIO()
    bar = Progress("bootstrap", 10, stream=stream)
    clock.now += 5
    bar.advance()
    assert "1 of 10" in stream.getvalue()


def test_the_line_is_taken_away_at_the_end_and_after_an_error(clock, monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(_progress.sys, "stderr", stream)

    def interrupted():
        with progress("work", 2) as bar:
            clock.now += 5
            bar.advance()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    shown = len("work [############            ] 1 of 2, 5 s left")
    assert stream.getvalue().endswith("\r" + " " * shown + "\r")


def test_without_standard_error_the_work_goes_on(clock, monkeypatch):
    monkeypatch.setattr(_progress.sys, "stderr", None)
    with progress("work", 2) as bar:
        clock.now += 5
        bar.advance(2)
    assert bar.done == 2


def test_work_of_no_parts_is_done():
    assert Progress("work", 0).line(1.0).endswith("0 of 0, 0 s left")
