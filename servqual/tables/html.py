"""Tables as one HTML page that needs nothing beside itself."""

import html
from collections.abc import Sequence
from pathlib import Path

from servqual._language import say
from servqual.tables._model import Row, Table
from servqual.tables._text import Run, heading_runs, text_runs

STYLE = """\
body { margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #000; background: #fff;
  font: 1rem/1.4 "Times New Roman", Times, "Songti SC", SimSun, "Noto Serif CJK SC", serif; }
figure { margin: 0 0 3rem; overflow-x: auto; }
table { border-collapse: collapse; border-top: 1px solid; border-bottom: 1px solid; }
caption { text-align: left; padding-bottom: .4rem; }
caption b, caption span { display: block; }
.title { margin-top: .2rem; }
th { font-weight: normal; }
th, td { padding: .15rem .6rem; text-align: right; vertical-align: bottom; white-space: nowrap; }
td { font-variant-numeric: lining-nums tabular-nums; vertical-align: top; }
thead th { border-bottom: 1px solid; white-space: normal; }
th:first-child, .text { text-align: left; white-space: normal; }
.between { text-align: center; }
tbody th { vertical-align: top; }
.indent { padding-left: 1.8rem; }
figcaption { margin-top: .4rem; font-size: .9rem; }
"""


def write_html(tables: Sequence[Table], path: Path, language: str) -> None:
    """Write tables as a page."""
    title = " – ".join(part for part in (tables[0].caption, tables[0].title) if part)
    page = [
        "<!DOCTYPE html>",
        f'<html lang="{ {"en": "en", "zh": "zh-Hans"}[language] }">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{html.escape(title)}</title>",
        f"<style>\n{STYLE}</style>",
        "</head>",
        "<body>",
        *(line for table in tables for line in _figure(table)),
        "</body>",
        "</html>",
        "",
    ]
    path.write_text("\n".join(page), encoding="utf-8", newline="\n")


def _figure(table: Table) -> list[str]:
    title = html.escape(table.title)
    if table.slanted:
        title = f"<i>{title}</i>"
    caption = f"<b>{html.escape(table.caption)}</b>" if table.caption else ""
    kinds = [
        "text" if column.form.kind == "text" else "between" if column.is_interval else ""
        for column in table.columns
    ]
    heads = "".join(
        f'<th scope="col"{_class(kind)}>{_runs(heading_runs(column.heading))}</th>'
        for column, kind in zip(table.columns, kinds, strict=True)
    )
    lines = [
        "<figure>",
        "<table>",
        f'<caption>{caption}<span class="title">{title}</span></caption>',
        f'<thead><tr><th scope="col">{_runs(heading_runs(table.stub))}</th>{heads}</tr></thead>',
        "<tbody>",
        *(_row(row, kinds) for row in table.rows),
        "</tbody>",
        "</table>",
    ]
    if table.notes:
        word = say("Note.", table.language)
        word = f"<i>{word}</i> " if table.slanted else word
        lines.append(f"<figcaption>{word}{_runs(text_runs(table.note))}</figcaption>")
    return [*lines, "</figure>"]


def _row(row: Row, kinds: Sequence[str]) -> str:
    label = f'<th scope="row"{_class("indent" if row.indent else "")}>{html.escape(row.label)}</th>'
    cells = "".join(
        f"<td{_class(kind)}>{html.escape(cell.text)}</td>"
        for cell, kind in zip(row.cells, kinds, strict=True)
    )
    return f"<tr>{label}{cells}</tr>"


def _class(name: str) -> str:
    return f' class="{name}"' if name else ""


def _runs(runs: Sequence[Run]) -> str:
    found = []
    for run in runs:
        text = html.escape(run.text)
        tag = "i" if run.italic else "sub" if run.lowered else ""
        found.append(f"<{tag}>{text}</{tag}>" if tag else text)
    return "".join(found)
