"""Square tables of correlations, with numbers over their columns."""

import pandas as pd

from servqual.tables._columns import Column, head_of
from servqual.tables._labels import Labels
from servqual.tables._model import Cell, Row, Table
from servqual.tables._numbers import Form, figure

_FORM = Form(kind="share")


def lower_triangle(
    square: pd.DataFrame, labels: Labels, title: str, notes: tuple[str, ...], *, diagonal: bool
) -> Table:
    """Show what stands below the diagonal, and on it where it says something.

    Rows bear the names of variables with their numbers, columns the numbers alone.
    """
    names = [str(name) for name in square.index]
    width = len(names) - (0 if diagonal else 1)
    values = square.to_numpy()
    rows = []
    for at, name in enumerate(names):
        shown = range(at + 1 if diagonal else at)
        cells = [
            Cell(text=figure(float(values[at, i]), _FORM), numbers=(float(values[at, i]),))
            if i in shown
            else Cell(text="")
            for i in range(width)
        ]
        rows.append(Row(label=f"{at + 1}. {labels.of_variable(name)}", cells=tuple(cells)))
    columns = tuple(
        Column(name=names[i], heading=str(i + 1), sources=(names[i],), ends=(), form=_FORM)
        for i in range(width)
    )
    return Table(
        number="",
        numbered_by_us=True,
        title=title,
        stub=head_of("latent", labels.language),
        columns=columns,
        rows=tuple(rows),
        notes=notes,
        language=labels.language,
    )
