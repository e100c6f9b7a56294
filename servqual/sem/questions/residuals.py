"""What a model implies of the observed moments, and by how much it misses them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from servqual._language import say
from servqual._result import Result
from servqual.errors import ConvergenceError, ModelError, shortened
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.information import Sets, expected_of_sets, observed_of_group
from servqual.sem.fitting.ml import Target
from servqual.sem.fitting.scoring import Information
from servqual.sem.fitting.structure import Floats, Implied, Layout
from servqual.sem.questions._squares_residuals import squares_errors
from servqual.sem.result import SemResult
from servqual.sem.robustness.saturated import (
    complete_information,
    derivatives,
    fit_saturated,
    implied_by,
    saturated_layout,
)
from servqual.sem.variables import parameter_text

Kind = Literal["covariance", "correlation", "mean", "latent", "latent_correlation"]
Residual = Literal["residual", "residual_std", "residual_correlation", "z"]

_NO_VARIANCE = 1e-8


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ModelResiduals(Result):
    """Observed less implied variances, covariances and means.

    Attributes
    ----------
    n : int
        Respondents.
    srmr : float
        The root mean square of `residual_std`; of groups, the mean over their respondents.
    variables : tuple of str
    missing : str
        Where it is not "listwise", the observed moments are EM estimates.
    problems : tuple of str
    """

    n: int
    srmr: float
    variables: tuple[str, ...]
    missing: str
    problems: tuple[str, ...]
    _frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Give one row a variance, covariance or mean, in the order of the model's variables.

        Returns
        -------
        DataFrame
            Columns lhs, op ("~~" or "~1"), rhs, group, observed, implied, residual (observed less
            implied), residual_std (divided by the observed standard deviations),
            residual_correlation (observed less implied correlation, or mean in standard
            deviations) and z (the residual divided by its standard error; NaN where the model
            cannot miss).
        """
        return self._frame.copy()

    def largest(self, k: int = 10, *, by: Residual = "z") -> pd.DataFrame:
        """Give the k largest in size, the largest first.

        Parameters
        ----------
        k : int, default 10
        by : str, default "z"
            The column.
        """
        _check_column(by)
        size = np.abs(self._frame[by].to_numpy(dtype=np.float64))
        order = np.argsort(-np.where(np.isnan(size), -1.0, size), kind="stable")
        return self._frame.iloc[order[:k]]

    def matrix(self, of: Residual = "residual", group: str | None = None) -> pd.DataFrame:
        """Give the covariance residuals as a symmetric matrix.

        Parameters
        ----------
        of : {"residual", "residual_std", "residual_correlation", "z"}
        group : str, optional
            Which group; it may be left out where there is one.
        """
        _check_column(of)
        frame = self._frame[self._frame["op"] == "~~"]
        groups = list(dict.fromkeys(frame["group"]))
        if group is None and len(groups) > 1:
            raise ModelError(f"The model has several groups ({shortened(groups)}); name one.")
        if group is not None and group not in groups:
            raise ModelError(f"The model has no group {group!r}, but {shortened(groups)}.")
        values = frame.loc[frame["group"] == (groups[0] if group is None else group), of]
        p = len(self.variables)
        matrix = np.zeros((p, p))
        matrix[np.tril_indices(p)] = values.to_numpy()
        matrix.T[np.tril_indices(p)] = values.to_numpy()
        return pd.DataFrame(matrix, index=list(self.variables), columns=list(self.variables))

    def title(self, language: str = "en") -> str:
        """Say of how many, and how large the residuals are on the whole."""
        return say(
            "Residuals (observed less implied): n = {n}, SRMR = {srmr}",
            language,
            n=f"{self.n:,}",
            srmr=f"{self.srmr:.3f}",
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Name the largest, and say what z is."""
        found = []
        known = self._frame["z"].dropna()
        if len(known):
            row = self.largest(1).iloc[0]
            found.append(
                say(
                    "Largest in standard errors: {what}, z = {z}.",
                    language,
                    what=parameter_text(row, language),
                    z=f"{row['z']:.2f}",
                )
            )
        if self.missing != "listwise":
            found.append(
                say("Observed moments are those of the saturated model (EM estimates).", language)
            )
        return (*found, *self.problems)


def model_residuals(result: SemResult) -> ModelResiduals:
    r"""Compare the observed with the implied variances, covariances and means.

    Parameters
    ----------
    result : SemResult
        A fitted model.

    Returns
    -------
    ModelResiduals

    Raises
    ------
    ConvergenceError
        If the estimation did not converge.

    Notes
    -----
    With :math:`\Gamma` the covariance matrix of the observed statistics (times n), :math:`\Delta`
    the derivatives of the implied ones by the parameters and :math:`V` the information about them
    where the model holds, residuals have the covariance matrix [1]_ [2]_

    .. math::

       \frac1n P \Gamma P', \qquad P = I - \Delta (\Delta' V \Delta)^{-1} \Delta' V.

    :math:`\Gamma` is that of normal data under ML, and holds without normality under MLR and MLM,
    as under WLSMV and ULSMV, where V are the weights. Of ordered variables the residuals are those
    of the correlations of latent responses.
    `residual_std` is :math:`(s_{ij} - \sigma_{ij}) / \sqrt{s_{ii} s_{jj}}`.

    References
    ----------
    .. [1] Ogasawara, H. (2001). Standard errors of fit indices using residuals in structural
       equation modeling. *Psychometrika*, 66(3), 421-436. https://doi.org/10.1007/BF02294443
    .. [2] Maydeu-Olivares, A. (2017). Assessing the size of model misfit in structural equation
       models. *Psychometrika*, 82(3), 533-558. https://doi.org/10.1007/s11336-016-9552-7

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from servqual import fit_sem, model_residuals
    >>> rng = np.random.default_rng(1)
    >>> f = rng.normal(size=(300, 1))
    >>> x = pd.DataFrame(f + rng.normal(size=(300, 5)), columns=["x1", "x2", "x3", "x4", "x5"])
    >>> x["x5"] += x["x4"]
    >>> residuals = model_residuals(fit_sem("f =~ x1 + x2 + x3 + x4 + x5", x))
    >>> residuals.largest(1)[["lhs", "op", "rhs"]].to_numpy().tolist()
    [['x5', '~~', 'x4']]
    """
    _check(result)
    fitted = result.fitted
    problems = [one.unsaturated for one in fitted.data.groups if one.unsaturated]
    errors: list[Floats] | list[None] = [None] * len(fitted.data.groups)
    if fitted.by_squares:
        if fitted.statistics[0].gamma is None:
            problems.append(
                f"No z: estimator {result.estimator} does not estimate the covariance of the "
                "statistics. WLSMV and ULSMV do."
            )
        else:
            errors = squares_errors(fitted)
    elif not problems:
        errors = _errors(result)
    several = len(fitted.data.groups) > 1
    frames = []
    for label, moments, target, group, error in zip(
        fitted.data.labels,
        fitted.compared,
        fitted.targets,
        fitted.data.groups,
        errors,
        strict=True,
    ):
        frame = _frame(fitted.data.names, target, moments, error)
        if group.unsaturated:
            for column in ("observed", *get_args(Residual)):
                frame[column] = np.nan
        frame.insert(3, "group", label if several else "")
        frames.append(frame)
    return ModelResiduals(
        n=fitted.n,
        srmr=float(result.fit["srmr"]),
        variables=fitted.data.names,
        missing=fitted.missing,
        problems=tuple(problems),
        _frame=pd.concat(frames, ignore_index=True),
    )


def implied_moments(result: SemResult, of: Kind = "covariance") -> pd.DataFrame:
    """Give what a fitted model implies, as a labelled matrix.

    Parameters
    ----------
    result : SemResult
        A fitted model.
    of : {"covariance", "correlation", "mean", "latent", "latent_correlation"}
        Covariances or correlations of the observed variables, their means (one column), or
        covariances or correlations of the latent variables.

    Returns
    -------
    DataFrame
        One row a variable; with several groups, (group, variable). Covariances compare with
        sample covariances of divisor n. Without a mean structure, means are the sample's.

    Examples
    --------
    >>> import numpy as np
    >>> from servqual import Moments, fit_sem, implied_moments
    >>> held = Moments(names=("a", "b", "c"), n=100, mean=np.zeros(3),
    ...     covariance=np.array([[1.0, 0.5, 0.4], [0.5, 1.0, 0.3], [0.4, 0.3, 1.0]]))
    >>> implied_moments(fit_sem("f =~ a + b + c", held), "correlation").round(3)
         a    b    c
    a  1.0  0.5  0.4
    b  0.5  1.0  0.3
    c  0.4  0.3  1.0
    """
    if of not in get_args(Kind):
        raise ModelError(f"of must be one of {', '.join(get_args(Kind))}, not {of!r}.")
    _check(result)
    fitted = result.fitted
    latent = fitted.structure.table.latent
    frames = []
    for at, implied in enumerate(fitted.point.implied):
        names: Sequence[str] = fitted.data.names
        if of == "mean":
            held = fitted.data.groups[at].moments.mean
            mean = implied.mu[0] if implied.mu is not None else np.asarray(held)
            frames.append(pd.DataFrame({"mean": mean}, index=list(names)))
            continue
        matrix = implied.sigma[0]
        if of.startswith("latent"):
            names = latent
            place = [fitted.structure.layouts[at].factors.index(name) for name in names]
            matrix = implied.total[0][np.ix_(place, place)]
        if of.endswith("correlation"):
            variance = np.diag(matrix)
            spread = np.sqrt(np.where(variance > 0, variance, np.nan))
            matrix = matrix / np.outer(spread, spread)
        frames.append(pd.DataFrame(matrix, index=list(names), columns=list(names)))
    if len(frames) == 1:
        return frames[0]
    return pd.concat(frames, keys=fitted.data.labels, names=["group", "variable"])


def _check_column(name: str) -> None:
    if name not in get_args(Residual):
        raise ModelError(f"Residuals are {', '.join(get_args(Residual))}, not {name!r}.")


def _check(result: SemResult) -> None:
    if not result.converged:
        raise ConvergenceError(
            "The estimation of this model did not converge, so what it implies says nothing. "
            "result.problems says what is wrong with it."
        )


def _frame(
    names: Sequence[str],
    target: Target,
    moments: tuple[Floats, Floats | None],
    error: Floats | None,
) -> pd.DataFrame:
    p = len(names)
    i, j = np.tril_indices(p)
    s, (sigma, mu) = target.covariance, moments
    spread, own = np.sqrt(np.diag(s)), np.sqrt(np.diag(sigma))
    lhs = [names[int(at)] for at in i]
    op, rhs = ["~~"] * len(i), [names[int(at)] for at in j]
    observed, expected = s[i, j], sigma[i, j]
    divisor = spread[i] * spread[j]
    correlation = observed / divisor - expected / (own[i] * own[j])
    correlation[i == j] = 0.0
    if mu is not None and target.mean is not None:
        mean = target.mean
        lhs, op, rhs = [*lhs, *names], [*op, *["~1"] * p], [*rhs, *[""] * p]
        observed, expected = np.concatenate([observed, mean]), np.concatenate([expected, mu])
        divisor = np.concatenate([divisor, spread])
        correlation = np.concatenate([correlation, mean / spread - mu / own])
    residual = observed - expected
    z = np.full(len(lhs), np.nan) if error is None else residual / error
    return pd.DataFrame(
        {
            "lhs": lhs,
            "op": op,
            "rhs": rhs,
            "observed": observed,
            "implied": expected,
            "residual": residual,
            "residual_std": residual / divisor,
            "residual_correlation": correlation,
            "z": z,
        }
    )


def _errors(result: SemResult) -> list[Floats]:
    """Give the standard errors of the residuals, group by group; NaN where there are none."""
    fitted = result.fitted
    structure = fitted.structure
    information: Information = "observed" if result.information == "observed" else "expected"
    layout = saturated_layout(fitted.data.names, means=structure.table.means)
    parts = []
    q = structure.n_parameters
    bread, meat = np.zeros((q, q)), np.zeros((q, q))
    for at, (of, implied, patterns) in enumerate(
        zip(structure.layouts, fitted.point.implied, fitted.patterns, strict=True)
    ):
        by_cells = np.zeros((len(layout.at), len(structure.rows)))
        by_cells[:, of.at] = derivatives(of, implied)
        slopes = np.asarray(structure.gradient(by_cells))
        mu = None if implied.mu is None else implied.mu[0]
        here = implied_by(layout, implied.sigma[0], mu)
        sets = patterns.sets(here)
        if sets is None:  # the estimates have been found there
            raise ArithmeticError("The implied covariance matrix is not positive definite.")
        weighted = _information(layout, here, sets[0], information) @ slopes
        gamma = _gamma(layout, result, at) / float(fitted.targets[at].share)
        carried = gamma @ weighted
        bread += slopes.T @ weighted
        meat += weighted.T @ carried
        parts.append((slopes, carried, np.diag(gamma)))
    diagonal = np.diag(bread)
    scale = 1 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    inverse = np.linalg.pinv(bread * np.outer(scale, scale), rcond=1e-12, hermitian=True)
    inverse = inverse * np.outer(scale, scale)
    around = inverse @ meat @ inverse
    found = []
    for slopes, carried, own in parts:
        variance = own - 2 * ((slopes @ inverse) * carried).sum(axis=1)
        variance = variance + ((slopes @ around) * slopes).sum(axis=1)
        usable = variance > _NO_VARIANCE * own
        found.append(np.sqrt(np.where(usable, variance, np.nan) / fitted.n))
    return found


def _information(layout: Layout, here: Implied, sets: Sets, information: Information) -> Floats:
    """Give the information about the statistics, in shares of all respondents."""
    of_group = observed_of_group if information == "observed" else expected_of_sets
    return of_group(layout, here, sets) / 2


def _gamma(layout: Layout, result: SemResult, at: int) -> Floats:
    """Give the covariance of the statistics of a group, times its n."""
    fitted: Fitted = result.fitted
    robust = result.estimator != "ML"
    if robust or fitted.missing != "listwise":
        return fit_saturated(layout, fitted.data.groups[at]).covariance(robust=robust)
    target = fitted.targets[at]
    return np.asarray(np.linalg.inv(complete_information(layout, target.covariance, target.mean)))
