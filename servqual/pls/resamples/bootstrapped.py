"""What the resamples of a path model say: errors, intervals and tests of everything at once."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import ndtr

from servqual._language import say
from servqual._result import Result
from servqual.errors import ModelError
from servqual.pls.fitting.quantities import KINDS, Kind
from servqual.pls.fitting.regressions import Floats
from servqual.resampling import (
    INTERVALS,
    IntervalKind,
    bootstrap_interval,
    check_asked,
    mean_and_spread,
)

_TESTED = ("path", "weight", "loading", "total", "indirect", "specific")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PlsBootstrap(Result):
    """Estimates of a path model from resamples of its respondents; see `bootstrap_pls`.

    Attributes
    ----------
    n, n_excluded, n_imputed : int
        Respondents of the model, those left out, and answers that were replaced.
    n_resamples : int
        How many were asked for.
    n_constant : int
        Those of them in which a column does not vary, which are left out.
    n_failed : int
        Those whose weights do not settle or are not determined, which are left out.
    n_inadmissible : int
        Those with a reliability, correlation, loading or R² beyond its bounds, which are kept.
    turned : tuple of (str, int)
        Constructs that point against the estimate in some resamples, and in how many.
    stratified, weighted : bool
        Whether respondents were drawn within strata, and carry sampling weights along.
    seed : int or None
    kind : str
        Of the intervals that the tables show: "percentile", "bias-corrected" or "bca".
    confidence : float
    """

    n: int
    n_excluded: int
    n_imputed: int
    n_resamples: int
    n_constant: int
    n_failed: int
    n_inadmissible: int
    turned: tuple[tuple[str, int], ...]
    stratified: bool
    weighted: bool
    seed: int | None
    kind: IntervalKind
    confidence: float
    _names: pd.DataFrame
    _estimates: Floats
    _draws: Floats
    _accelerations: Floats | None

    @property
    def statistics(self) -> pd.DataFrame:
        """One row a statistic.

        Columns kind ("path", "weight", "loading", "total", "indirect", "specific", "htmt", "r2"),
        lhs, op, rhs, way, estimate, se, bias, t (estimate / se), p_value (two-sided, normal; both
        NaN for htmt and r2, whose tests against 0 say nothing), ci_low and ci_high.
        """
        acceleration = self._accelerations
        low, high = bootstrap_interval(
            self._draws, self._estimates, self.kind, self.confidence, acceleration
        )
        mean, se = mean_and_spread(self._draws)
        frame = self._names.copy()
        tested = frame["kind"].isin(_TESTED).to_numpy()
        with np.errstate(divide="ignore", invalid="ignore"):
            t = np.where(tested & (se > 0), self._estimates / se, np.nan)
        return frame.assign(
            estimate=self._estimates,
            se=se,
            bias=mean - self._estimates,
            t=t,
            p_value=2 * ndtr(-np.abs(t)),
            ci_low=low,
            ci_high=high,
        )

    @property
    def paths(self) -> pd.DataFrame:
        """The paths: lhs (outcome), op, rhs (predictor), estimate, se, bias, t, ..."""
        return self._of(("path",)).drop(columns=["kind", "way"])

    @property
    def weights(self) -> pd.DataFrame:
        """The outer weights: lhs (construct), op, rhs (indicator), estimate, se, ..."""
        return self._of(("weight",)).drop(columns=["kind", "way"])

    @property
    def loadings(self) -> pd.DataFrame:
        """The loadings: lhs (construct), op, rhs (indicator), estimate, se, ..."""
        return self._of(("loading",)).drop(columns=["kind", "way"])

    @property
    def effects(self) -> pd.DataFrame:
        """Total, indirect (in sum) and specific indirect effects: kind, lhs, rhs, way, ..."""
        return self._of(("total", "indirect", "specific")).drop(columns="op")

    @property
    def htmt(self) -> pd.DataFrame:
        """Heterotrait-monotrait ratios, one row a pair of constructs: lhs, rhs, estimate, ..."""
        return self._of(("htmt",)).drop(columns=["kind", "op", "way", "t", "p_value"])

    @property
    def r_squared(self) -> pd.DataFrame:
        """Explained variances: lhs (outcome), estimate, se, bias, ci_low, ci_high."""
        return self._of(("r2",)).drop(columns=["kind", "op", "rhs", "way", "t", "p_value"])

    def _of(self, kinds: tuple[Kind, ...]) -> pd.DataFrame:
        frame = self.statistics
        return frame[frame["kind"].isin(kinds)].reset_index(drop=True)

    def draws(self, kind: Kind = "path") -> pd.DataFrame:
        """Give what each resample with a solution says, one row each.

        Parameters
        ----------
        kind : {"path", "weight", "loading", "total", "indirect", "specific", "htmt", "r2"}

        Returns
        -------
        DataFrame
            One column a statistic, such as "SAT ~ REL", or "REL -> SAT -> LOY" of a specific
            indirect effect.
        """
        if kind not in KINDS:
            raise ModelError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}.")
        at = np.flatnonzero(self._names["kind"] == kind)
        columns = [
            way or f"{lhs} {op} {rhs}".rstrip()
            for lhs, op, rhs, way in self._names.iloc[at, 1:].itertuples(index=False)
        ]
        return pd.DataFrame(self._draws[:, at], columns=pd.Index(columns))

    def using(
        self, kind: IntervalKind | None = None, confidence: float | None = None
    ) -> "PlsBootstrap":
        """Show other intervals of the same resamples.

        Parameters
        ----------
        kind : {"percentile", "bias-corrected", "bca"}, optional
        confidence : float, optional
        """
        kind = self.kind if kind is None else kind
        confidence = self.confidence if confidence is None else confidence
        check_asked(self.n_resamples, confidence, kind)
        if kind == "bca" and self._accelerations is None:
            raise ModelError(
                "There are more respondents than resamples, so the influence of each was not "
                "computed. Ask for kind='bca' in bootstrap_pls."
            )
        return replace(self, kind=kind, confidence=confidence)

    def to_frame(self) -> pd.DataFrame:
        """Give the table of paths."""
        return self.paths

    def title(self, language: str = "en") -> str:
        """Say what was resampled, of how many, how often, and which intervals are shown."""
        left_out = (
            say(", {k} left out", language, k=f"{self.n_excluded:,}") if self.n_excluded else ""
        )
        return say(
            "Bootstrap of a PLS path model: n = {n:,}{left_out}; {resamples:,} resamples; "
            "{confidence:g} % {kind}",
            language,
            n=self.n,
            left_out=left_out,
            resamples=len(self._draws),
            confidence=100 * self.confidence,
            kind=say(INTERVALS[self.kind], language),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say how respondents were drawn, and what went wrong."""
        found = [
            say(
                "se is the standard deviation of the resamples, bias their mean less the estimate, "
                "t = estimate / se with a normal p. The signs of a construct are chosen in each "
                "resample as in the estimate: its loadings sum to a positive number "
                "(construct-level sign change).",
                language,
            )
        ]
        if self.stratified:
            found.append(say("Respondents were drawn within strata.", language))
        if self.weighted:
            found.append(
                say("Respondents were drawn together with their sampling weights.", language)
            )
        if self.n_imputed:
            found.append(
                say(
                    "{k:,} missing answers were replaced by means once and drawn like answers, so "
                    "se is too small by what that hides.",
                    language,
                    k=self.n_imputed,
                )
            )
        return (*found, *self._problems(language))

    @property
    def problems(self) -> tuple[str, ...]:
        """What went wrong in some resamples, counted."""
        return self._problems("en")

    def _problems(self, language: str) -> tuple[str, ...]:
        found = []
        if self.n_constant:
            found.append(
                say(
                    "{k:,} of {total:,} resamples hold a column that does not vary and are left "
                    "out; none was drawn again.",
                    language,
                    k=self.n_constant,
                    total=self.n_resamples,
                )
            )
        if self.n_failed:
            found.append(
                say(
                    "{k:,} of {total:,} resamples have no weights (they did not settle, or "
                    "formative indicators determine one another) and are left out; none was drawn "
                    "again.",
                    language,
                    k=self.n_failed,
                    total=self.n_resamples,
                )
            )
        if self.n_inadmissible:
            found.append(
                say(
                    "{k:,} of {total:,} resamples have an inadmissible solution (a reliability, "
                    "correlation, loading or R² beyond its bounds, or paths that cannot be told "
                    "apart); they are kept.",
                    language,
                    k=self.n_inadmissible,
                    total=self.n_resamples,
                )
            )
        found += [
            say(
                "{name} points against its estimate in {k:,} of {total:,} resamples, so that its "
                "errors and intervals mix two directions. Do its indicators belong together?",
                language,
                name=name,
                k=k,
                total=self.n_resamples,
            )
            for name, k in self.turned
        ]
        gaps = (np.isnan(self._draws) & ~np.isnan(self._estimates)).sum(axis=0)
        if gaps.any():
            found.append(
                say(
                    "{k:,} statistics cannot be computed in some resamples (in at most {most:,}); "
                    "their rows are of the others.",
                    language,
                    k=int((gaps > 0).sum()),
                    most=int(gaps.max()),
                )
            )
        return tuple(found)
