"""A result that is made up, to be shown as a table."""

from dataclasses import dataclass

import pandas as pd

from servqual._result import Result

NAN = float("nan")
HOSTILE = (
    r"""=1+1 & 50 % of $x_1$ #2 {a} ~b ^c \end <script>"alert"</script> | -- `q` é 服务""" + "\x07"
)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Made(Result):
    """A result of any frame."""

    frame: pd.DataFrame
    said: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    name: str = "Made up: n = 12"
    confidence: float = 0.95

    def title(self, language="en"):
        return self.name

    def notes(self, language="en"):
        return self.said

    def to_frame(self):
        return self.frame.copy()
