"""How much of the answers is due to the method: one factor, method factor, marker, Harman."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd

from servqual._language import say
from servqual._result import Result
from servqual.errors import (
    ModelError,
    ResponseError,
    nearest,
    shortened,
)
from servqual.moments import Moments
from servqual.sem.fitting.model_data import Missing, ModelData, read_model_data, read_source
from servqual.sem.result import SemResult
from servqual.sem.specification.syntax import Model
from servqual.sem.validity._method_fits import (
    BASELINE,
    EQUAL,
    EQUAL_MARKER,
    FREE,
    FREE_MARKER,
    INTENDED,
    MARKED,
    ONE,
    RESTRICTED,
    Fits,
)
from servqual.sem.validity._method_models import MarkerModels, Measurement, measurement_of, share_of
from servqual.sem.validity._partial_marker import adjusted_correlations

_LEVEL = 0.05


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class CommonMethodVariance(Result):
    """Models with and without common method variance; see `common_method_variance`.

    Attributes
    ----------
    n : int
        Respondents.
    n_excluded : int
    n_items : int
        Items of the model, without the marker.
    marker : tuple of str
        The columns of the marker variable.
    marker_correlation : float
        What Lindell and Whitney's adjustment takes as the method's correlation; NaN without.
    problems : tuple of str
        What is inadmissible about the solutions, model by model.
    results : mapping of str to SemResult
        The fitted models by name.
    """

    n: int
    n_excluded: int
    n_items: int
    marker: tuple[str, ...]
    marker_correlation: float
    problems: tuple[str, ...]
    results: Mapping[str, SemResult] = field(compare=False)
    _table: pd.DataFrame
    _harman: pd.Series
    _adjusted: pd.DataFrame

    @property
    def harman(self) -> pd.Series:
        """Harman's shares: of the first component, of one factor; eigenvalues above one."""
        return self._harman.copy()

    @property
    def marker_correlations(self) -> pd.DataFrame:
        """Correlations of scale scores, one row a pair; empty without a marker.

        Columns lhs, rhs, correlation, marker_lhs, marker_rhs, adjusted (Lindell and Whitney), t,
        p_value, partial.
        """
        return self._adjusted.copy()

    def to_frame(self) -> pd.DataFrame:
        """Give one row a model.

        Returns
        -------
        DataFrame
            model, chi2, df, p_value, cfi, tli, rmsea, srmr, aic, bic; compared_with,
            chi2_difference, df_difference, p_difference (likelihood-ratio test against that
            model); method_share (mean share of the items' variance on the method or marker
            factor); largest_change (of a latent correlation, in absolute value, against the
            intended model or the marker's baseline).
        """
        return self._table.copy()

    def title(self, language: str = "en") -> str:
        """Say of how many items and respondents."""
        left_out = (
            say(", {k} left out", language, k=f"{self.n_excluded:,}") if self.n_excluded else ""
        )
        return say(
            "Common method variance of {k} items: n = {n}{left_out}",
            language,
            k=self.n_items,
            n=f"{self.n:,}",
            left_out=left_out,
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what each comparison can show, and what is held against it."""
        told = [
            say(
                "A poor fit of one factor shows only that not everything is one factor; it does "
                "not show that method variance is absent. A factor of all items takes up any "
                "variance that they share, trait or method, and with free loadings is often not "
                "identified (Podsakoff et al., 2003, 2012).",
                language,
            ),
            say(
                "Harman's share: first component {component} %, one factor {factor} % of the "
                "variance. The 50 % rule has no foundation: the share falls with the number of "
                "items and factors, and misses method variance that matters (Podsakoff et al., "
                "2003; Howard, Boudreaux & Oglesby, 2024).",
                language,
                component=_percent(self._harman["first_component"]),
                factor=_percent(self._harman["first_factor"]),
            ),
        ]
        if self.marker:
            told.append(
                say(
                    "The marker must be unrelated to the constructs in theory, and answered by the "
                    "same method; otherwise these models correct for something else (Williams, "
                    "Hartman & Cavazos, 2010). Lindell and Whitney's adjustment takes r = {r} as "
                    "the method's correlation, the same for all scales, all keyed one way.",
                    language,
                    r=f"{self.marker_correlation:.3f}",
                )
            )
        return (*told, *self.problems)


def common_method_variance(
    data: object,
    model: str | Model,
    marker: str | Sequence[str] = (),
    *,
    missing: Missing = "listwise",
    marker_correlation: float | None = None,
    free_loadings: bool = False,
) -> CommonMethodVariance:
    r"""Compare a measurement model with others that ascribe covariance to the method.

    Parameters
    ----------
    data : frame, Scores, Sample or Moments
        The answers, or their moments.
    model : str or Model
        A model text. Its measurement of latent variables by observed ones is taken, with all latent
        variables correlated; paths and second-order factors are left out.
    marker : str or sequence of str, optional
        Columns of a marker variable: one that in theory has nothing to do with the constructs.
    missing : {"listwise", "fiml"}
        As in `fit_sem`.
    marker_correlation : float, optional
        What Lindell and Whitney's adjustment takes as the method's correlation; by default the
        smallest positive correlation of the marker with a scale.
    free_loadings : bool, default False
        Whether to fit the method factor with free loadings, too. Where there is little method
        variance it is not identified, and takes long to fail.

    Returns
    -------
    CommonMethodVariance
        A table of models by maximum likelihood; it passes no verdict.

    Raises
    ------
    ModelError
        If the model has fewer than two measured latent variables, or the data have sampling
        weights, which likelihood-ratio tests cannot allow for.
    ResponseError
        If columns are missing.

    Notes
    -----
    "one factor": all items on one factor, against the intended model [1]_.

    "method factor": the intended model and a factor of all items, uncorrelated with the others,
    with equal unstandardised or free loadings [1]_ [2]_. `method_share` is the mean of the squared
    standardised loadings on it.

    "marker" [3]_: first the marker as a correlated factor; then the baseline, in which it is
    uncorrelated with the constructs and its loadings and error variances are fixed at those
    estimates; then it acts on all items equally (C), or freely (U); and in R the correlations of
    the constructs are fixed at those of the baseline, beside the loadings of U, or of C if U is not
    better than C at the .05 level. R against that model tests whether method variance biases the
    correlations.

    Lindell and Whitney [4]_: with :math:`r_M` the marker's correlation,
    :math:`r_A = (r - r_M)/(1 - r_M)` and :math:`t = r_A / \sqrt{(1 - r_A^2)/(n - 3)}`, for the
    means of the items of each latent variable; `partial` is the ordinary partial correlation.

    Harman's single-factor test is given because reviewers ask for it; see the criticism in
    [1]_, [2]_ and [5]_.

    References
    ----------
    .. [1] Podsakoff, P. M., MacKenzie, S. B., Lee, J.-Y., & Podsakoff, N. P. (2003). Common method
       biases in behavioral research: A critical review of the literature and recommended remedies.
       *Journal of Applied Psychology*, 88(5), 879-903. https://doi.org/10.1037/0021-9010.88.5.879
    .. [2] Podsakoff, P. M., MacKenzie, S. B., & Podsakoff, N. P. (2012). Sources of method bias in
       social science research and recommendations on how to control it. *Annual Review of
       Psychology*, 63, 539-569. https://doi.org/10.1146/annurev-psych-120710-100452
    .. [3] Williams, L. J., Hartman, N., & Cavazos, F. (2010). Method variance and marker variables:
       A review and comprehensive CFA marker technique. *Organizational Research Methods*, 13(3),
       477-514. https://doi.org/10.1177/1094428110366036
    .. [4] Lindell, M. K., & Whitney, D. J. (2001). Accounting for common method variance in
       cross-sectional research designs. *Journal of Applied Psychology*, 86(1), 114-121.
       https://doi.org/10.1037/0021-9010.86.1.114
    .. [5] Howard, M. C., Boudreaux, M., & Oglesby, M. (2024). Can Harman's single-factor test
       reliably distinguish between research designs? *European Journal of Work and Organizational
       Psychology*. https://doi.org/10.1080/1359432X.2024.2393462

    Examples
    --------
    >>> from servqual.datasets import load_dataset
    >>> bank = load_dataset("bank").dropna()
    >>> found = common_method_variance(
    ...     bank, "SAT =~ SAT1 + SAT2 + SAT3; LOY =~ LOY1 + LOY2 + LOY3; TAN =~ P1 + P2 + P3 + P4"
    ... )
    >>> found.to_frame()["model"].tolist()[:2]
    ['intended', 'one factor']
    """
    measurement = measurement_of(model)
    columns = (marker,) if isinstance(marker, str) else tuple(map(str, marker))
    _check_marker(columns, measurement, marker_correlation)
    held = _read(data, measurement, columns, missing)
    fits = Fits(measurement=measurement, source=_source(held, missing), missing=missing)
    fits.add(INTENDED, measurement.intended)
    fits.add(ONE, measurement.one_factor(), against=INTENDED)
    equal = fits.add(EQUAL, measurement.with_equal_method(), against=INTENDED)
    if free_loadings:
        start = _loading_of(equal, measurement, held)
        fits.add(FREE, measurement.with_free_method(start), against=EQUAL)
    adjusted, r_marker = pd.DataFrame(), np.nan
    moments = held.groups[0].moments
    if columns:
        _add_marker(fits, MarkerModels(measurement=measurement, columns=columns))
        adjusted, r_marker = adjusted_correlations(
            moments, measurement.indicators, columns, marker_correlation
        )
        if np.isnan(r_marker):
            fits.problems.append(
                "The marker has no positive correlation with any scale, so Lindell and Whitney's "
                "adjustment has nothing to take out; give marker_correlation to set it."
            )
    return CommonMethodVariance(
        n=held.n,
        n_excluded=held.n_excluded,
        n_items=len(measurement.items),
        marker=columns,
        marker_correlation=r_marker,
        problems=tuple(fits.problems),
        results=MappingProxyType(fits.results),
        _table=fits.frame(),
        _harman=_harman(moments, measurement, fits),
        _adjusted=adjusted,
    )


def _add_marker(fits: Fits, models: MarkerModels) -> None:
    cfa = fits.add(MARKED, models.correlated())
    if cfa is None:
        fits.problems.append("Without the marker as a factor there are no marker models.")
        return
    baseline = fits.add(BASELINE, models.method(cfa, "none"), baseline=MARKED)
    if baseline is None:
        return
    about = {"baseline": BASELINE, "factor": models.name}
    fits.add(EQUAL_MARKER, models.method(cfa, "equal"), against=BASELINE, **about)
    fits.add(FREE_MARKER, models.method(cfa, "free"), against=EQUAL_MARKER, **about)
    better = FREE_MARKER if fits.p_difference(FREE_MARKER) < _LEVEL else EQUAL_MARKER
    kind = "free" if better == FREE_MARKER else "equal"
    fits.add(RESTRICTED, models.method(cfa, kind, baseline), against=better, **about)


def _check_marker(
    columns: Sequence[str], measurement: Measurement, marker_correlation: float | None
) -> None:
    inside = [column for column in columns if column in measurement.items]
    if inside:
        raise ModelError(
            f"The marker {shortened(inside)} is an item of the model; a marker measures something "
            "else."
        )
    if marker_correlation is not None and not columns:
        raise ModelError("marker_correlation goes with a marker: name its columns, marker=[...].")
    if marker_correlation is not None and not -1 < marker_correlation < 1:
        raise ModelError(f"marker_correlation must lie between -1 and 1, not {marker_correlation}.")


def _read(
    data: object, measurement: Measurement, marker: Sequence[str], missing: Missing
) -> ModelData:
    """Read the rows that all models have in common."""
    if missing not in ("listwise", "fiml"):
        raise ModelError(f"missing must be 'listwise' or 'fiml', not {missing!r}.")
    source = read_source(data)
    if source.weights is not None:
        raise ModelError(
            "The data have sampling weights, which likelihood-ratio tests cannot allow for. "
            "Compare the models without them, or one by one with fit_sem(..., estimator='MLR')."
        )
    wanted = (*measurement.items, *marker)
    absent = [name for name in wanted if name not in source.names]
    if absent:
        raise ResponseError(
            f"{len(absent)} columns of the model or marker are not in the data: "
            f"{shortened(absent)}.{nearest(absent[0], source.names)}"
        )
    return read_model_data(source, wanted, missing)


def _source(held: ModelData, missing: Missing) -> object:
    """Give what the models are fitted to: moments do where no answer is missing."""
    group = held.groups[0]
    if missing == "listwise" or group.rows is None:
        return group.moments
    return pd.DataFrame(group.rows, columns=list(held.names))


def _loading_of(equal: SemResult | None, measurement: Measurement, held: ModelData) -> float:
    """Give a loading to start from: the equal one, or a small one where there is none."""
    moments = held.groups[0].moments.select(measurement.items)
    small = 0.3 * float(np.sqrt(np.diag(moments.covariance).mean()))
    if equal is None:
        return small
    method = measurement.name("method")
    return float(np.sqrt(max(equal.estimate(f"{method} ~~ {method}"), small**2)))


def _harman(moments: Moments, measurement: Measurement, fits: Fits) -> pd.Series:
    covariance = moments.select(measurement.items).covariance
    spread = np.sqrt(np.diag(covariance))
    roots = np.linalg.eigvalsh(covariance / np.outer(spread, spread))[::-1]
    one = fits.results.get(ONE)
    factor = np.nan
    if one is not None and one.converged:
        factor = share_of(one, measurement.name("common"), measurement.items)
    return pd.Series(
        {
            "first_component": float(roots[0] / roots.sum()),
            "first_factor": factor,
            "eigenvalues_above_one": float((roots > 1).sum()),
        },
        name="harman",
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
