"""Satisfaction by profile: two categorical columns crossed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc

from servqual._frames import read_frame, read_only
from servqual._language import say
from servqual._result import Result
from servqual.comparisons.effects import noncentral_chi2
from servqual.comparisons.grouping import Grouping, group_values
from servqual.errors import MissingResponseWarning, ResponseError, warn
from servqual.resampling import check_confidence

SMALL = 5


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CrossTable(Result):
    """Two categorical columns crossed; make one with `cross_tabulate`.

    Attributes
    ----------
    row, column : str
        The names of the two columns.
    row_levels, column_levels : tuple of str
    counts, expected : ndarray of shape (r, c)
        Respondents in each cell, and how many there would be without association.
    statistic, df, p_value : float
        Pearson's chi-square, without correction for continuity.
    cramers_v, ci_low, ci_high : float
        Cramer's V with its interval.
    n, n_missing : int
        Respondents with both answers, and those left out.
    n_small : int
        Cells with an expected count below 5.
    confidence : float
    """

    row: str
    column: str
    row_levels: tuple[str, ...]
    column_levels: tuple[str, ...]
    counts: NDArray[np.int64]
    expected: NDArray[np.float64]
    statistic: float
    df: int
    p_value: float
    cramers_v: float
    ci_low: float
    ci_high: float
    n: int
    n_missing: int
    n_small: int
    confidence: float

    def title(self, language: str = "en") -> str:
        """Say what was crossed, the test, and the size of the association."""
        return say(
            "{row} by {column}: n = {n:,}; chi-square = {statistic:.3f}, df = {df}, p = "
            "{p_value:.3g}; Cramer's V = {cramers_v:.3f} [{ci_low:.3f}, {ci_high:.3f}]",
            language,
            **{field: getattr(self, field) for field in _IN_TITLE},
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what residuals are, and where the test is doubtful."""
        notes = [
            say(
                "residual = (count − expected) in standard errors; beyond ± 1.96 a cell departs "
                "from independence at 5 %, not adjusted for the number of cells (Haberman, 1973). "
                "V: {level:g} % interval by the noncentral chi-square.",
                language,
                level=100 * self.confidence,
            )
        ]
        if self.n_small:
            notes.append(
                say(
                    "{small} of {cells} cells have an expected count below {limit}, where the "
                    "chi-square distribution fits roughly (rule of thumb: in at most a fifth of "
                    "the cells; Cochran, 1954).",
                    language,
                    small=self.n_small,
                    cells=self.counts.size,
                    limit=SMALL,
                )
            )
        if self.n_missing:
            notes.append(
                say(
                    "{n:,} respondents lack one of the two answers and are left out.",
                    language,
                    n=self.n_missing,
                )
            )
        return tuple(notes)

    @property
    def residuals(self) -> NDArray[np.float64]:
        """Standardised residuals of the cells, adjusted for the margins, of shape (r, c)."""
        across = self.counts.sum(axis=1, keepdims=True) / self.n
        down = self.counts.sum(axis=0, keepdims=True) / self.n
        spread = np.sqrt(self.expected * (1 - across) * (1 - down))
        return (self.counts - self.expected) / spread

    def to_frame(self) -> pd.DataFrame:
        """Give a new tidy frame, one row a cell."""
        cells = [(one, other) for one in self.row_levels for other in self.column_levels]
        shares = self.counts.astype(np.float64)
        return pd.DataFrame(
            {
                "row": [one for one, _ in cells],
                "column": [other for _, other in cells],
                "n": self.counts.ravel(),
                "share": (shares / self.n).ravel(),
                "row_share": (shares / shares.sum(axis=1, keepdims=True)).ravel(),
                "column_share": (shares / shares.sum(axis=0)).ravel(),
                "expected": self.expected.ravel(),
                "residual": self.residuals.ravel(),
            }
        )

    def to_table(self) -> pd.DataFrame:
        """Give the counts as a new frame, with the levels of `row` down and of `column` across."""
        index = pd.Index(self.row_levels, name=self.row)
        columns = pd.Index(self.column_levels, name=self.column)
        return pd.DataFrame(self.counts, index=index, columns=columns)


_IN_TITLE = (
    "row", "column", "n", "statistic", "df", "p_value", "cramers_v", "ci_low", "ci_high",
)  # fmt: skip


def cross_tabulate(frame: object, row: str, column: str, confidence: float = 0.95) -> CrossTable:
    r"""Cross two categorical columns and test whether they are associated.

    Parameters
    ----------
    frame : pandas.DataFrame, polars.DataFrame or pyarrow.Table
        One row a respondent.
    row, column : str
        Such as the age group, and whether satisfied.
    confidence : float, default 0.95

    Returns
    -------
    CrossTable
        ``to_frame()``: row, column, n, share, row_share, column_share (0 to 1), expected, residual
        (standardised); and ``counts``, ``statistic``, ``df``, ``p_value``, ``cramers_v``,
        ``ci_low``, ``ci_high``, ``n_small``.

    Raises
    ------
    ResponseError
        If a column is not there, has one level only, or more than 50.

    Warns
    -----
    MissingResponseWarning
        If respondents lack one of the answers.

    Notes
    -----
    With counts :math:`o` and expected counts :math:`e` of r rows and c columns,

    .. math:: \chi^2 = \sum (o - e)^2 / e, \quad
              V = \sqrt{\chi^2 / (n \min(r - 1, c - 1))} .

    V is above 0 by chance alone, and most so in small samples; its interval is
    :math:`\sqrt{\lambda / (n \min(r - 1, c - 1))}` at the limits of the noncentrality [1]_, and can
    begin at 0 or lie below V. Levels come in the order of the categories or in natural order;
    levels that nobody has are not shown. There is no correction for continuity.

    References
    ----------
    .. [1] Smithson, M. (2003). *Confidence intervals*. Sage. https://doi.org/10.4135/9781412983761
    .. [2] Haberman, S. J. (1973). The analysis of residuals in cross-classified tables.
       *Biometrics*, 29(1), 205-220. https://doi.org/10.2307/2529686
    .. [3] Cochran, W. G. (1954). Some methods for strengthening the common chi-square tests.
       *Biometrics*, 10(4), 417-451. https://doi.org/10.2307/3001616

    Examples
    --------
    >>> frame = pd.DataFrame({
    ...     "age": ["18-29"] * 30 + ["30+"] * 50,
    ...     "satisfied": ["no"] * 18 + ["yes"] * 12 + ["no"] * 15 + ["yes"] * 35,
    ... })
    >>> found = cross_tabulate(frame, "age", "satisfied")
    >>> found.to_table()
    satisfied  no  yes
    age
    18-29      18   12
    30+        15   35
    >>> round(found.statistic, 3), round(found.cramers_v, 3)
    (6.963, 0.295)
    """
    check_confidence(confidence)
    held = read_frame(frame)
    if row == column:
        raise ResponseError(f"row and column are both {row!r}; cross two different columns.")
    held.require([row, column])
    answers = held.pandas([row, column])
    across, down = group_values(answers[row]), group_values(answers[column])
    both = (across.codes >= 0) & (down.codes >= 0)
    n, missing = int(both.sum()), int((~both).sum())
    if missing:
        warn(
            f"{missing:,} of {len(both):,} respondents lack {row!r} or {column!r} and are left out "
            "of the table.",
            MissingResponseWarning,
        )
    counts = np.zeros((len(across.levels), len(down.levels)), dtype=np.int64)
    np.add.at(counts, (across.codes[both], down.codes[both]), 1)
    rows, columns = counts.sum(axis=1) > 0, counts.sum(axis=0) > 0
    counts = counts[rows][:, columns]
    _require_levels(counts, (across, down))
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    statistic = float(((counts - expected) ** 2 / expected).sum())
    least = min(counts.shape) - 1
    df = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    low, high = noncentral_chi2(statistic, df, confidence)
    return CrossTable(
        row=row,
        column=column,
        row_levels=_kept(across, rows),
        column_levels=_kept(down, columns),
        counts=read_only(counts),
        expected=read_only(expected),
        statistic=statistic,
        df=df,
        p_value=float(chdtrc(df, statistic)),
        cramers_v=float(np.sqrt(statistic / (n * least))),
        ci_low=float(np.sqrt(low / (n * least))),
        ci_high=min(1.0, float(np.sqrt(high / (n * least)))),
        n=n,
        n_missing=missing,
        n_small=int((expected < SMALL).sum()),
        confidence=confidence,
    )


def _kept(grouping: Grouping, there: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(level for level, at in zip(grouping.levels, there, strict=True) if at)


def _require_levels(counts: NDArray[np.int64], groupings: tuple[Grouping, Grouping]) -> None:
    for size, grouping in zip(counts.shape, groupings, strict=True):
        if size < 2:
            raise ResponseError(
                f"{grouping.name!r} has fewer than two levels among the {int(counts.sum()):,} "
                "respondents with both answers, so there is nothing to compare."
            )
