"""The evaluation table of Kano questionnaires: what two answers say of a feature."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual.errors import ResponseError, shortened

ANSWERS = ("like", "must be", "neutral", "live with", "dislike")
CATEGORIES = {
    "A": "attractive",
    "O": "one-dimensional",
    "M": "must-be",
    "I": "indifferent",
    "R": "reverse",
    "Q": "questionable",
}
RULE = "MOAIRQ"
# A row for each answer if the feature is there, a column for each if it is not.
KANO_TABLE = ("QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ")


def read_table(table: Sequence[Sequence[str]] | pd.DataFrame) -> NDArray[np.int64]:
    """Read an evaluation table as positions of its letters in "AOMIRQ", shape (5, 5).

    Examples
    --------
    >>> read_table(KANO_TABLE)[0]
    array([5, 0, 0, 0, 1])
    """
    rows = table.to_numpy().tolist() if isinstance(table, pd.DataFrame) else table
    if not isinstance(rows, (Sequence, np.ndarray)):
        raise ResponseError(f"table must be five rows of five letters, not {table!r}.")
    cells = [[str(cell) for cell in row] for row in rows]
    if [len(row) for row in cells] != [5] * 5:
        raise ResponseError(
            "table must have five rows (answers if the feature is there) of five letters (answers "
            f"if it is not), not {[len(row) for row in cells]}."
        )
    letters = list(CATEGORIES)
    unknown = sorted({cell for row in cells for cell in row} - set(letters))
    if unknown:
        raise ResponseError(
            f"table holds {shortened(unknown)}; its letters are {', '.join(letters)}."
        )
    return np.array([[letters.index(cell) for cell in row] for row in cells])
