"""A response surface, its shape, and what a difference score would have supposed of it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._language import say
from servqual._phrases import among, p_text
from servqual._result import Result, same
from servqual.instrument import Instrument
from servqual.priorities.surface.differences import ALGEBRAIC
from servqual.priorities.surface.polynomial import COEFFICIENTS, SURFACE
from servqual.priorities.surface.shape import SHAPE
from servqual.reliability._scale_result import Reason

Floats = NDArray[np.float64]
Interval = Literal["percentile", "delta"]

AT_TOP = 0.5
_KEYS = ["level", "dimension"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Surface:
    """One surface, for a picture.

    Attributes
    ----------
    key : str
        The dimension; empty for all together.
    coefficients : ndarray of shape (6,)
        Of 1, X, Y, X², XY and Y², with X and Y centred.
    centre : float
        What was subtracted from X and Y.
    shape : ndarray of shape (7,)
        X0, Y0 and Z0 of the stationary point and p10, p11, p20, p21 of the axes, centred.
    points : ndarray of shape (m, 2)
        The distinct pairs of X and Y, as answered; more than 5,000 are gathered on a grid.
    masses : ndarray of shape (m,)
        How many respondents, or what sampling weight (1 on average), each pair stands for.
    corners : ndarray of shape (c, 2)
        Of the convex hull of the pairs.
    """

    key: str
    coefficients: Floats
    centre: float
    shape: Floats
    points: Floats
    masses: Floats
    corners: Floats

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Surface):
            return NotImplemented
        return same(vars(self), vars(other))

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ResponseSurface(Result):
    """An outcome over perception and expectation; make it with `response_surface`.

    Attributes
    ----------
    coefficients : pandas.DataFrame
        b0 to b5 of each surface.
    surface : pandas.DataFrame
        a1 to a5: slopes and curvatures along the lines of congruence and incongruence.
    shape : pandas.DataFrame
        Stationary point (x0, y0, z0) and principal axes (p10, p11, p20, p21).
    stationary_points : pandas.DataFrame
        Which kind each is (maximum, minimum or saddle point), what share of resamples agrees,
        where it lies in scale points, and whether that is among the respondents' pairs.
    constraints : pandas.DataFrame
        F tests of what difference scores and other simpler models suppose.
    discrepancies : pandas.DataFrame
        Shares of respondents whose X is above, in agreement with and below Y.
    problems : tuple of str
        Why cells are NaN.
    surfaces : tuple of Surface
        For pictures.
    n, n_total : int
        Respondents used, and all of them.
    """

    table: pd.DataFrame
    ends: Mapping[str, NDArray[np.float64]]
    constraint_table: pd.DataFrame
    discrepancy_table: pd.DataFrame
    point_table: pd.DataFrame
    surfaces: tuple[Surface, ...]
    outcome: tuple[str, ...]
    names: tuple[str, str]
    instrument: Instrument | None
    overall_of: str
    n: int
    n_total: int
    weighted: bool
    unused_importance: bool
    errors: str
    centre: str
    scale: tuple[float, float] | None
    interval: Interval
    confidence: float
    n_resamples: int
    n_failed: int
    reasons: tuple[Reason, ...]

    def to_frame(self) -> pd.DataFrame:
        """Give one row a parameter: level, dimension, parameter, estimate and what is sure of it.

        Columns: level, dimension, parameter, estimate, se, null (what the test supposes),
        statistic (t), p_value, ci_low, ci_high.
        """
        frame = self.table.copy()
        frame["ci_low"], frame["ci_high"] = self.ends[self.interval].T
        return frame

    @property
    def coefficients(self) -> pd.DataFrame:
        """Rows b0 to b5 of `to_frame`."""
        return self._of(COEFFICIENTS)

    @property
    def surface(self) -> pd.DataFrame:
        """Rows a1 to a5 of `to_frame`."""
        return self._of(SURFACE)

    @property
    def shape(self) -> pd.DataFrame:
        """Rows x0, y0, z0, p10, p11, p20 and p21 of `to_frame`."""
        return self._of(SHAPE)

    @property
    def constraints(self) -> pd.DataFrame:
        """One row a simpler model: r2, r2_free (of what it is tested against), F, df, p_value."""
        return self.constraint_table.copy()

    @property
    def discrepancies(self) -> pd.DataFrame:
        """One row a surface: shares of respondents with X above, like and below Y."""
        return self.discrepancy_table.copy()

    @property
    def stationary_points(self) -> pd.DataFrame:
        """One row a surface: kind, probability, x, y (scale points), inside."""
        return self.point_table.copy()

    @property
    def problems(self) -> tuple[str, ...]:
        """Why cells are NaN."""
        return self._problems("en")

    def using(self, interval: Interval) -> "ResponseSurface":
        """Give the same with other intervals of stationary points and axes.

        Parameters
        ----------
        interval : {"percentile", "delta"}
            Of the resamples, or from the delta-method standard errors.
        """
        check_interval(interval, self.n_resamples)
        return replace(self, interval=interval)

    def _of(self, names: tuple[str, ...]) -> pd.DataFrame:
        frame = self.to_frame()
        return frame[frame["parameter"].isin(names)].reset_index(drop=True)

    def variable(self, which: int, language: str = "en") -> str:
        """Name X (0) or Y (1)."""
        return self.names[which] if self.instrument is None else say(self.names[which], language)

    def label(self, key: str, language: str = "en") -> str:
        """Name a surface: a dimension, or all together."""
        if key and self.instrument is not None:
            return self.instrument.label(key, language)
        return say("overall", language)

    def title(self, language: str = "en") -> str:
        """Say of what, on what, of how many, where X and Y are centred, and how it was fitted."""
        text = say(
            "Response surface of {outcome} on X = {x} and Y = {y} (X − Y is the gap)"
            if self.instrument is not None
            else "Response surface of {outcome} on X = {x} and Y = {y}",
            language,
            outcome=" + ".join(self.outcome),
            x=self.variable(0, language),
            y=self.variable(1, language),
        )
        if self.instrument is not None:
            kind = self.instrument.expectation_kind
            stated = f"{kind} expectations" if kind else "kind of expectation not stated"
            text = say(
                "{text}, {kind}, {instrument}",
                language,
                text=text,
                kind=say(stated, language),
                instrument=self.instrument.title_in(language),
            )
        text = say("{text}: n = {n:,}", language, text=text, n=self.n)
        text = among(text, self.n, self.n_total, weighted=self.weighted, language=language)
        text = say(
            "{text}; {centre}; least squares, {errors} standard errors",
            language,
            text=text,
            centre=self._centred(language),
            errors=say(self.errors, language),
        )
        if self.instrument is None or not self.overall_of:
            return text
        of_items = self.overall_of == "items"
        count = len(self.instrument.items if of_items else self.instrument.dimensions)
        overall = say(f"overall = mean of {{count}} {self.overall_of}", language, count=count)
        return say("{text}; {overall}", language, text=text, overall=overall)

    def _centred(self, language: str) -> str:
        where = ", ".join(dict.fromkeys(f"{one.centre:.4g}" for one in self.surfaces))
        template = {
            "midpoint": "centred at {where}, the middle of the scale",
            "mean": "centred at {where}, the mean of X and Y",
        }.get(self.centre, "centred at {where}")
        return say(template, language, where=where)

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the parameters are, what is discrepant, and what is not to be had."""
        notes = [
            say(
                "Z = b0 + b1 X + b2 Y + b3 X² + b4 XY + b5 Y². Along the line of congruence Y = X "
                "slope a1 = b1 + b2 and curvature a2 = b3 + b4 + b5, along the line of "
                "incongruence Y = −X slope a3 = b1 − b2 and curvature a4 = b3 − b4 + b5; a5 = "
                "b3 − b5 (Edwards, 2002; Shanock et al., 2010). With X and Y the other way round "
                "a3 and a5 change sign.",
                language,
            ),
            self._about_intervals(language),
        ]
        notes += self._constraint_notes(language)
        notes += self._discrepancy_notes(language)
        if self.unused_importance:
            notes.append(say("Importance weights do not enter: X and Y are plain means.", language))
        if self.weighted:
            notes.append(say("Standard errors under sampling weights are robust.", language))
        if self.n_failed:
            notes.append(
                say(
                    "{count:,} of {total:,} resamples carried no surface and are left out.",
                    language,
                    count=self.n_failed,
                    total=self.n_resamples,
                )
            )
        return (*notes, *self._problems(language))

    def _about_intervals(self, language: str) -> str:
        level = 100 * self.confidence
        if self.interval == "delta":
            return say(
                "Intervals: {level:g} %, Student's t; those of the stationary point (x0, y0, z0) "
                "and the axes (Y = p10 + p11 X, Y = p20 + p21 X) by the delta method.",
                language,
                level=level,
            )
        return say(
            "Intervals: {level:g} %, Student's t; those of the stationary point (x0, y0, z0) and "
            "the axes (Y = p10 + p11 X, Y = p20 + p21 X) percentiles of {count:,} resamples.",
            language,
            level=level,
            count=self.n_resamples,
        )

    def _constraint_notes(self, language: str) -> list[str]:
        if len(self.surfaces) > 1:
            return []
        table = self.constraint_table
        row = table[table["model"] == ALGEBRAIC].iloc[0]
        if np.isnan(row["statistic"]):
            return []
        return [
            say(
                "What the difference X − Y supposes (b1 = −b2, b3 = b4 = b5 = 0): F({df1}, {df2}) "
                "= {statistic:.2f}, p {p}; R² {r2:.3f} against {free:.3f} of the surface.",
                language,
                df1=row["df1"],
                df2=row["df2"],
                statistic=row["statistic"],
                p=p_text(row["p_value"]),
                r2=row["r2"],
                free=row["r2_free"],
            )
        ]

    def _discrepancy_notes(self, language: str) -> list[str]:
        notes = []
        for row in self.discrepancy_table.to_dict("records"):
            label = self.label(row["dimension"], language)
            if len(self.surfaces) == 1:
                notes.append(
                    say(
                        "Of the respondents {above:.0%} have X > Y, {equal:.0%} X = Y and "
                        "{below:.0%} X < Y; standardised, {high:.0%} lie above, {agreed:.0%} in "
                        "agreement (within half a standard deviation) and {low:.0%} below "
                        "(Shanock et al., 2010).",
                        language,
                        above=row["share_above_raw"],
                        equal=row["share_equal_raw"],
                        below=row["share_below_raw"],
                        high=row["share_above"],
                        agreed=row["share_agreement"],
                        low=row["share_below"],
                    )
                )
            if row["share_y_at_top"] >= AT_TOP:
                notes.append(
                    say(
                        "{where}: {share:.0%} of the respondents have Y within half a point of "
                        "the top of the scale ({limit:.0%} or more are noted); congruence and "
                        "incongruence are hardly told apart there.",
                        language,
                        where=label,
                        share=row["share_y_at_top"],
                        limit=AT_TOP,
                    )
                )
        return notes

    def _problems(self, language: str) -> tuple[str, ...]:
        found = [
            replace(reason, where=self.label(reason.where, language)).said(language)
            for reason in self.reasons
        ]
        if self.interval == "percentile" and self.n_resamples - self.n_failed < 2:
            found.append(say("No interval: hardly any resample has a solution.", language))
        return tuple(found)


def check_interval(interval: str, n_resamples: int) -> None:
    """Refuse intervals that are not known or have no resamples."""
    if interval not in ("percentile", "delta"):
        raise ValueError(f"interval must be 'percentile' or 'delta', not {interval!r}.")
    if interval == "percentile" and n_resamples == 0:
        raise ValueError("interval='percentile' needs resamples; n_resamples is 0.")
