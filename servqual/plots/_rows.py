"""The rows of a picture: dimensions or items from top to bottom, overall scores apart below."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from servqual._language import say
from servqual.plots._style import BAND, RULE
from servqual.plots._text import fitted, set_plain
from servqual.scores.common import Scores
from servqual.scores.gaps import GapScores
from servqual.scores.importance import Importance
from servqual.scores.perception import PerceptionScores
from servqual.scores.tolerance import ToleranceScores

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEVELS = ("dimension", "item")
OVERALL_GAP = 0.5
LABEL_WIDTH = {"dimension": 22, "item": 36}
LABEL_LINES = {"dimension": 2, "item": 1}
SMALLEST_FONT = 4.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """Rows of a summary with their places.

    Attributes
    ----------
    table : pandas.DataFrame
        Rows of ``to_frame()`` in the order of the picture, with their place ``y`` and ``text``.
    heads : tuple of (float, str)
        Place and text of the rows that only name a dimension.
    rule : float
        Where a line sets the overall scores apart.
    end : float
        Where the last row ends.
    """

    level: str
    table: pd.DataFrame
    heads: tuple[tuple[float, str], ...]
    rule: float
    end: float


def arrange(scores: Scores, level: str, language: str, sort_by: str | None = None) -> Rows:
    """Put the rows of one level in the order of the instrument, or sort them by a column.

    Items stand under the name of their dimension, also when they are sorted.
    """
    if level not in LEVELS:
        raise ValueError(f"level must be one of {', '.join(map(repr, LEVELS))}, not {level!r}.")
    instrument = scores.responses.instrument
    summary = scores.to_frame()
    width, lines = LABEL_WIDTH[level], LABEL_LINES[level]
    chosen = summary[summary["level"] == level]
    heads: list[tuple[float, str]] = []
    parts: list[pd.DataFrame] = []
    y = 0.0
    groups = list(instrument.dimensions) if level == "item" else [None]
    for key in groups:
        part = chosen if key is None else chosen[chosen["dimension"] == key]
        if sort_by is not None:
            part = part.sort_values(sort_by, kind="stable", na_position="last")
        if key is not None:
            heads.append((y, fitted(instrument.label(key, language), width)))
            y += 1
        names = [fitted(instrument.label(one, language), width, lines) for one in part[level]]
        parts.append(part.assign(y=[y + i for i in range(len(part))], text=names))
        y += len(part)
    rule = y - 0.5 + OVERALL_GAP / 2
    y += OVERALL_GAP
    texts = _overall_texts(scores, language)
    overall = summary[summary["level"].isin(list(texts))]
    names = [fitted(texts[one], width, lines=2) for one in overall["level"]]
    places = []
    for name in names:
        taken = name.count("\n") + 1 if level == "item" else 1
        places.append(y + (taken - 1) / 2)
        y += taken
    parts.append(overall.assign(y=places, text=names))
    table = pd.concat(parts, ignore_index=True)
    return Rows(level=level, table=table, heads=tuple(heads), rule=rule, end=y - 0.5)


def draw_rows(ax: "Axes", rows: Rows) -> None:
    """Name the rows on the vertical axis, in letters that fit the height of the axes."""
    named = sorted([*rows.heads, *zip(rows.table["y"], rows.table["text"], strict=True)])
    ax.set_yticks([y for y, _ in named], labels=[text for _, text in named])
    ax.set_ylim(rows.end, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.axhline(rows.rule, color=RULE, linewidth=0.8, zorder=0.5)
    ax.grid(axis="x", color=RULE, linewidth=0.5, alpha=0.5)
    ax.set_axisbelow(True)
    row_points = ax.bbox.height / ax.figure.dpi * 72 / (rows.end + 0.5)
    at_heads = {y for y, _ in rows.heads}
    labels = ax.get_yticklabels()
    for label, (y, text) in zip(labels, named, strict=True):
        lines = 1 if rows.level == "item" else 1.2 * text.count("\n") + 1
        fits = 0.85 * row_points / lines
        label.set_fontsize(max(SMALLEST_FONT, min(label.get_fontsize(), fits)))
        if y in at_heads:
            label.set_fontweight("bold")
            ax.axhspan(y - 0.5, y + 0.5, color=BAND, linewidth=0, zorder=0.4)
    set_plain(labels)


def _overall_texts(scores: Scores, language: str) -> dict[str, str]:
    """Say of what each overall score is the mean; a weighted sum is off the scale and left out."""
    instrument = scores.responses.instrument
    counts = {"dimension": len(instrument.dimensions), "item": len(instrument.items)}
    importance: Importance | None = None
    of = "dimension"
    if isinstance(scores, (GapScores, PerceptionScores)):
        importance = scores.importance
    if isinstance(scores, (GapScores, PerceptionScores, ToleranceScores)):
        of = scores.overall_of.removesuffix("s")
    plain = {
        "dimension": "Overall: mean of {count} dimensions",
        "item": "Overall: mean of {count} items",
    }
    if importance is None:
        return {"overall": _counted(plain[of], counts[of], language)}
    unweighted = {
        "dimension": "Overall, unweighted: mean of {count} dimensions",
        "item": "Overall, unweighted: mean of {count} items",
    }
    texts = {"overall_unweighted": _counted(unweighted[of], counts[of], language)}
    if importance.normalize:
        weighted = {
            "dimension": "Overall, weighted: mean of {count} dimensions",
            "item": "Overall, weighted: mean of {count} items",
        }
        texts["overall"] = _counted(weighted[importance.at], counts[importance.at], language)
    return texts


def _counted(template: str, count: int, language: str) -> str:
    """Leave out the count where it is one."""
    if count == 1:
        return say(template.partition(":")[0], language)
    return say(template, language, count=count)
