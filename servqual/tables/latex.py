"""Tables as LaTeX source, with the rules of booktabs."""

import re
from collections.abc import Sequence
from pathlib import Path

from servqual._language import say
from servqual.tables._columns import Column
from servqual.tables._layout import balanced, column_units, panels
from servqual.tables._model import Row, Table
from servqual.tables._text import Run, heading_runs, text_runs

PAGE_UNITS = 92
GAP_UNITS = 2
HEAD = r"""% The preamble needs \usepackage{booktabs}. For captions in APA form:
% \usepackage[labelfont=bf,textfont=it,labelsep=newline,justification=raggedright,
%   singlelinecheck=false]{caption}
"""
HEAD_ZH = r"""% 导言区需要 \usepackage{booktabs} 与 \usepackage{ctex}，用 XeLaTeX 或 LuaLaTeX 编译。
% 表题：\usepackage[labelfont=bf,labelsep=newline,justification=raggedright,
%   singlelinecheck=false]{caption}
"""
ESCAPES = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"$<$",
    ">": r"$>$",
    "|": r"\textbar{}",
    '"': "''",
    "`": r"\`{}",
    "−": r"$-$",
    "–": "--",
    "—": "---",
    "…": r"\ldots{}",
    "×": r"$\times$",
    "±": r"$\pm$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "≠": r"$\neq$",
    "∞": r"$\infty$",
    **{sign: rf"\textsuperscript{{{at}}}" for at, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
    "⁻": r"\textsuperscript{$-$}",
    "\u00a0": "~",
    "α": r"$\alpha$",
    "β": r"$\beta$",
    "γ": r"$\gamma$",
    "ε": r"$\varepsilon$",
    "η": r"$\eta$",
    "κ": r"$\kappa$",
    "λ": r"$\lambda$",
    "μ": r"$\mu$",
    "ρ": r"$\rho$",
    "σ": r"$\sigma$",
    "τ": r"$\tau$",
    "φ": r"$\varphi$",
    "χ": r"$\chi$",
    "ω": r"$\omega$",
    "Δ": r"$\Delta$",
}
_SPECIAL = re.compile("[" + re.escape("".join(ESCAPES)) + "]")
_LIGATURE = re.compile(r"-(?=-)|,(?=,)|'(?=')|\?(?=`)|!(?=`)")


def write_latex(tables: Sequence[Table], path: Path, language: str) -> None:
    """Write tables as source to be included in a document."""
    parts = [HEAD_ZH if language == "zh" else HEAD]
    parts += ["\n".join(_float(table)) + "\n" for table in tables]
    path.write_text("\n".join(parts), encoding="utf-8", newline="\n")


def escape(text: str) -> str:
    r"""Write text so that LaTeX shows it as it is.

    Examples
    --------
    >>> print(escape("50 % of A_1 & {x} < \\end"))
    50 \% of A\_1 \& \{x\} $<$ \textbackslash{}end
    """
    parted = _LIGATURE.sub("\\g<0>\u200b", text)
    return _SPECIAL.sub(lambda match: ESCAPES[match[0]], parted).replace("\u200b", "{}")


def _float(table: Table) -> list[str]:
    """Write a table, in several parts of the same number where it is too wide."""
    lines: list[str] = []
    parts = panels(table, PAGE_UNITS)
    for at, part in enumerate(parts):
        lines += [r"\begin{table}[htbp]", r"\small"]
        if table.number and table.numbered_by_us:
            lines.append(rf"\renewcommand{{\thetable}}{{{escape(table.number)}}}")
        caption = escape(table.title) if at == 0 else say("(continued)", table.language)
        star = "" if table.number else "*"
        lines += [r"\addtocounter{table}{-1}"] * bool(at and table.number)
        lines.append(_caption(caption, star, continued=bool(at)))
        lines += _tabular(part)
        if table.notes and at == len(parts) - 1:
            lines += ["", r"\smallskip", r"\begin{minipage}{\linewidth}", r"\footnotesize"]
            lines += [_note(table), r"\end{minipage}"]
        lines.append(r"\end{table}")
    return lines


def _caption(text: str, star: str, *, continued: bool) -> str:
    short = "[]" if continued and not star else ""
    return rf"\caption{star}{short}{{{text}}}"


def _note(table: Table) -> str:
    word = say("Note.", table.language)
    word = rf"\textit{{{word}}} " if table.slanted else word
    return word + _runs(text_runs(table.note))


def _tabular(table: Table) -> list[str]:
    widest = [column_units(table, at) - GAP_UNITS for at in range(len(table.columns))]
    heads = [_heading(column, width) for column, width in zip(table.columns, widest, strict=True)]
    letters = "".join(_letter(column) for column in table.columns)
    return [
        r"\centering",
        rf"\begin{{tabular}}{{l{letters}}}",
        r"\toprule",
        " & ".join([_at_start(_runs(heading_runs(table.stub))), *heads]) + r" \\",
        r"\midrule",
        *map(_row, table.rows),
        r"\bottomrule",
        r"\end{tabular}",
    ]


def _letter(column: Column) -> str:
    if column.form.kind == "text":
        return "l"
    return "c" if column.is_interval else "r"


def _heading(column: Column, width: float) -> str:
    lines = [_at_start(_runs(heading_runs(line))) for line in balanced(column.heading, width)]
    joined = r" \\ ".join(lines)
    text = joined if len(lines) == 1 else rf"\shortstack{{{joined}}}"
    return rf"\multicolumn{{1}}{{c}}{{{text}}}"


def _row(row: Row) -> str:
    label = _at_start(escape(row.label))
    label = rf"\quad {label}" if row.indent else label
    return " & ".join([label, *(escape(cell.text) for cell in row.cells)]) + r" \\"


def _at_start(text: str) -> str:
    """Keep what follows a line break from being read as an option of it."""
    return f"{{{text[0]}}}{text[1:]}" if text.startswith(("[", "*")) else text


def _runs(runs: Sequence[Run]) -> str:
    found = []
    for run in runs:
        text = escape(run.text)
        if run.italic:
            text = rf"\textit{{{text}}}"
        elif run.lowered:
            text = rf"\textsubscript{{{text}}}"
        found.append(text)
    return "".join(found)
