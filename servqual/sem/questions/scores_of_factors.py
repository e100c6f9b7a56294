"""Scores of respondents on latent variables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._frames import read_numbers
from servqual._language import say
from servqual._result import Result
from servqual.errors import ConvergenceError, ModelError, ResponseError, shortened
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.model_data import read_source
from servqual.sem.fitting.structure import Floats, Implied, Layout
from servqual.sem.result import SemResult

ScoringMethod = Literal["regression", "bartlett"]

_DEPENDENT = 1e-10


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class FactorScores(Result):
    """Scores of respondents on the latent variables of a model.

    Attributes
    ----------
    method : str
        "regression" or "bartlett".
    n, n_excluded : int
        Respondents scored, and those with nothing to be scored by.
    n_incomplete : int
        Those scored by a part of the variables.
    problems : tuple of str
    """

    method: str
    n: int
    n_excluded: int
    n_incomplete: int
    problems: tuple[str, ...]
    _scores: pd.DataFrame
    _determinacy: pd.DataFrame

    @property
    def scores(self) -> pd.DataFrame:
        """One row a respondent, one column a latent variable; NaN where there is nothing."""
        return self._scores.copy()

    @property
    def determinacy(self) -> pd.DataFrame:
        """The correlation of the scores with the latent variable itself, by the model.

        Columns factor, group and determinacy; of respondents who answered everything.
        """
        return self._determinacy.copy()

    def to_frame(self) -> pd.DataFrame:
        """Give the scores, under the index of the data."""
        return self.scores

    def title(self, language: str = "en") -> str:
        """Say how many were scored, and how."""
        left_out = (
            say(", {k} left out", language, k=f"{self.n_excluded:,}") if self.n_excluded else ""
        )
        return say(
            "Factor scores ({method}): n = {n}{left_out}",
            language,
            method=say(self.method, language),
            n=f"{self.n:,}",
            left_out=left_out,
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say how well the scores stand for the latent variables."""
        several = self._determinacy["group"].nunique() > 1
        named = ", ".join(
            f"{factor}{f' ({group})' if several else ''} {value:.3f}"
            for factor, group, value in self._determinacy.itertuples(index=False)
            if value == value
        )
        found = [
            say("Correlation with the latent variable itself: {named}.", language, named=named),
            say(
                "Scores are not the latent variables: what is regressed on them or correlated with "
                "them is biased (Skrondal & Laake, 2001); the model itself is not.",
                language,
            ),
        ]
        if self.n_incomplete:
            found.append(
                say(
                    "{k} respondents are scored by the part of the variables that they answered.",
                    language,
                    k=f"{self.n_incomplete:,}",
                )
            )
        return (*found, *self.problems)


def factor_scores(
    result: SemResult,
    data: object = None,
    method: ScoringMethod = "regression",
    *,
    group: str | None = None,
) -> FactorScores:
    r"""Score respondents on the latent variables of a fitted model.

    Parameters
    ----------
    result : SemResult
        A fitted model.
    data : frame, Scores or Sample, optional
        Respondents to score, with the model's variables; their index is kept. By default those
        the model was fitted to, by their positions; then of one group also those it left out.
    method : {"regression", "bartlett"}
        Regression scores (Thurstone's) are the best predictions; they are drawn to the mean.
        Bartlett's are unbiased given the latent variable, and vary more.
    group : str, optional
        The column of `data` with the groups of a model of several groups.

    Returns
    -------
    FactorScores
        Respondents with missing answers are scored by the others. NaN where none of them says
        anything.

    Raises
    ------
    ConvergenceError
        If the estimation did not converge.
    ModelError
        If the answers are not at hand, or the groups are not known.

    Notes
    -----
    With :math:`C` the covariances of latent and observed variables and :math:`K` the effects of
    the latent variables on the observed ones, of the answered variables,

    .. math::

       \hat\eta_R = \bar\eta + C \Sigma^{-1} (x - \mu), \qquad
       \hat\eta_B = \bar\eta + (K' \Sigma^{-1} K)^{-1} K' \Sigma^{-1} (x - \mu)

    [1]_ [2]_. Latent variables that act on latent variables only have no Bartlett scores.
    Determinacy is the correlation of scores :math:`Wx` with the latent variable,
    :math:`(WC')_{kk} / \sqrt{(W \Sigma W')_{kk} \phi_{kk}}` [3]_.

    References
    ----------
    .. [1] Thurstone, L. L. (1935). *The vectors of mind*. University of Chicago Press.
    .. [2] Bartlett, M. S. (1937). The statistical conception of mental factors. *British Journal
       of Psychology*, 28(1), 97-104. https://doi.org/10.1111/j.2044-8295.1937.tb00863.x
    .. [3] Grice, J. W. (2001). Computing and evaluating factor scores. *Psychological Methods*,
       6(4), 430-450. https://doi.org/10.1037/1082-989X.6.4.430
    .. [4] Skrondal, A., & Laake, P. (2001). Regression among factor scores. *Psychometrika*,
       66(4), 563-575. https://doi.org/10.1007/BF02296196

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from servqual import factor_scores, fit_sem
    >>> rng = np.random.default_rng(1)
    >>> f = rng.normal(size=(300, 1))
    >>> x = pd.DataFrame(f + rng.normal(size=(300, 4)), columns=["x1", "x2", "x3", "x4"])
    >>> found = factor_scores(fit_sem("f =~ x1 + x2 + x3 + x4", x))
    >>> found.scores.shape, bool(np.corrcoef(found.scores["f"], f[:, 0])[0, 1] > 0.85)
    ((300, 1), True)
    """
    if method not in get_args(ScoringMethod):
        raise ModelError(f"method must be 'regression' or 'bartlett', not {method!r}.")
    if not result.converged:
        raise ConvergenceError(
            "The estimation of this model did not converge, so it has no estimates to score by. "
            "result.problems says what is wrong with it."
        )
    fitted = result.fitted
    if result.ordered:
        raise ModelError(
            "Of ordered variables the latent responses are not known, only between which "
            "thresholds they lie, so weighted sums of the categories are no factor scores. Keep "
            "the latent variables in one model with what they are to explain, or fit the model by "
            "ML and score by that."
        )
    if not fitted.structure.table.latent:
        raise ModelError("The model has no latent variables, so there is nothing to score.")
    rows, groups, index = _rows(fitted, data, group)
    problems: list[str] = []
    latent = fitted.structure.table.latent
    scores = np.full((len(rows), len(latent)), np.nan)
    determinacy: list[tuple[str, str, float]] = []
    for at, (layout, implied) in enumerate(
        zip(fitted.structure.layouts, fitted.point.implied, strict=True)
    ):
        label = fitted.data.labels[at]
        scorer = _Scorer(layout, implied, latent, method)
        mean = implied.mu[0] if implied.mu is not None else fitted.data.groups[at].moments.mean
        inside = groups == at
        scores[inside] = scorer.score(rows[inside], np.asarray(mean), problems)
        values = scorer.determinacy()
        determinacy += ((name, label, float(v)) for name, v in zip(latent, values, strict=True))
    answered = (~np.isnan(rows)).sum(axis=1)
    known = (answered > 0) & (groups >= 0)
    frame = pd.DataFrame(scores, columns=list(latent), index=index)
    if len(fitted.data.groups) > 1:
        labels = np.array([*fitted.data.labels, ""], dtype=object)
        frame.insert(0, "group", labels[groups])
    if (groups < 0).any():
        problems.append(f"{int((groups < 0).sum()):,} respondents are in no group of the model.")
    return FactorScores(
        method=method,
        n=int(known.sum()),
        n_excluded=int((~known).sum()),
        n_incomplete=int((known & (answered < rows.shape[1])).sum()),
        problems=tuple(dict.fromkeys(problems)),
        _scores=frame,
        _determinacy=pd.DataFrame(determinacy, columns=["factor", "group", "determinacy"]),
    )


class _Scorer:
    """The weights of one group's variables, for any pattern of answers."""

    def __init__(
        self, layout: Layout, implied: Implied, latent: Sequence[str], method: ScoringMethod
    ) -> None:
        self._names = latent
        self._method = method
        self._at = [layout.factors.index(name) for name in latent]
        total, loadings = implied.total[0], implied.matrices["lambda"][0]
        self._sigma = implied.sigma[0]
        self._variances = np.diag(total)[self._at]
        self._covariances = total[self._at] @ loadings.T
        self._mean = np.zeros(len(latent))
        if implied.factor_means is not None:
            self._mean = implied.factor_means[0][self._at]
        self._effects, self._spread = _measured(layout, implied, self._at)

    def score(self, rows: Floats, mean: Floats, problems: list[str]) -> Floats:
        """Score rows (n, p), NaN where not answered."""
        scores = np.full((len(rows), len(self._names)), np.nan)
        patterns, of = np.unique(~np.isnan(rows), axis=0, return_inverse=True)
        of = of.ravel()
        for i, answered in enumerate(patterns):
            if not answered.any():
                continue
            inside = of == i
            weights = self.weights(answered, problems)
            scores[inside] = self._mean + (rows[inside][:, answered] - mean[answered]) @ weights.T
        return scores

    def weights(self, answered: NDArray[np.bool_], problems: list[str]) -> Floats:
        """Give the weights (m, answered) of the answered variables."""
        if self._method == "regression":
            sigma = self._sigma[np.ix_(answered, answered)]
            return np.asarray(np.linalg.solve(sigma, self._covariances[:, answered].T).T)
        weights = np.full((len(self._names), int(answered.sum())), np.nan)
        effects = self._effects[answered]
        acting = np.flatnonzero((effects != 0).any(axis=0))
        remote = [n for n, one in zip(self._names, self._effects.T, strict=True) if not one.any()]
        if remote:
            problems.append(
                "Latent variables that act on no observed variable have no Bartlett scores "
                f"({shortened(remote)}); method='regression' gives some."
            )
        if not len(acting):
            return weights
        try:
            root = np.linalg.cholesky(self._spread[np.ix_(answered, answered)])
        except np.linalg.LinAlgError:
            problems.append(
                "The residual covariances are not positive definite (a negative variance?), so "
                "there are no Bartlett scores; method='regression' gives some."
            )
            return weights
        carried = np.linalg.solve(root, effects[:, acting])
        carried_rows = np.linalg.solve(root, np.eye(len(root)))
        size = np.sqrt((carried**2).sum(axis=0))
        if np.linalg.svd(carried / size, compute_uv=False)[-1] ** 2 < _DEPENDENT:
            problems.append(
                "The answers of some respondents cannot tell the latent variables apart, so they "
                "have no Bartlett scores; method='regression' gives some."
            )
            return weights
        weights[acting] = np.linalg.pinv(carried) @ carried_rows
        return weights

    def determinacy(self) -> Floats:
        """Give the correlation of complete respondents' scores with the latent variables."""
        weights = self.weights(np.ones(len(self._sigma), dtype=bool), [])
        shared = (weights * self._covariances).sum(axis=1)
        spread = ((weights @ self._sigma) * weights).sum(axis=1) * self._variances
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(spread > 0, shared / np.sqrt(np.abs(spread)), np.nan))


def _measured(layout: Layout, implied: Implied, latent: Sequence[int]) -> tuple[Floats, Floats]:
    """Give what latent variables do to observed ones (p, m), and a covariance to weigh by (p, p).

    Observed variables that stand among the factors count as indicators of what acts on them. The
    weights of Bartlett's scores are the same for every covariance of the latent variables, so
    they are taken to be uncorrelated, which keeps the matrix positive definite where a residual
    variance is zero.
    """
    matrices = {name: one[0] for name, one in implied.matrices.items()}
    loadings, beta, psi = matrices["lambda"], matrices["beta"], matrices["psi"]
    others = [i for i in range(layout.m) if i not in set(latent)]
    effects, residual = loadings[:, latent], matrices["theta"]
    if others:
        inside = np.linalg.inv(np.eye(len(others)) - beta[np.ix_(others, others)])
        through = loadings[:, others] @ inside
        effects = effects + through @ beta[np.ix_(others, latent)]
        residual = residual + through @ psi[np.ix_(others, others)] @ through.T
    scale = np.abs(np.diag(implied.total[0])[list(latent)])
    return effects, residual + (effects * np.where(scale > 0, scale, 1.0)) @ effects.T


def _rows(
    fitted: Fitted, data: object, group: str | None
) -> tuple[Floats, NDArray[np.intp], pd.Index]:
    """Give the rows to score (n, p), the group of each (-1: none) and their index."""
    held = fitted.data
    if data is None:
        if group is not None:
            raise ModelError("group= goes with data=; the model knows the groups of its own.")
        if len(held.groups) == 1 and held.sample is not None:
            rows = held.sample.matrix(held.names)
            return rows, np.zeros(len(rows), dtype=np.intp), pd.RangeIndex(len(rows))
        parts = [one.rows for one in held.groups if one.rows is not None]
        if len(parts) < len(held.groups):
            raise ModelError(
                "The answers themselves are needed, but only moments are at hand: they were given "
                "as such, or the result was unpickled. Give the answers: factor_scores(result, "
                "data)."
            )
        of = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
        return np.concatenate(parts), of, pd.RangeIndex(len(of))
    if len(held.groups) > 1 and group is None:
        raise ModelError(
            f"The model has {len(held.groups)} groups ({shortened(held.labels)}); name the column "
            "of data that tells them: group=..."
        )
    source = read_source(data, group=group if len(held.groups) > 1 else None)
    if source.moments is not None:
        raise ModelError("Scores need the answers themselves, but only moments are given.")
    if source.sample is not None:
        rows = source.sample.matrix(held.names)
        index: pd.Index = pd.RangeIndex(len(rows))
    elif source.frame is not None:
        frame = source.frame
        frame.require(held.names)
        rows = np.column_stack([read_numbers(frame, name).values for name in held.names])
        rows, index = rows.astype(np.float64), frame.index
    else:
        raise ResponseError("There are no data.")
    if np.isinf(rows).any():
        raise ResponseError("The data hold infinite values; scores take finite ones only.")
    if source.group is None:
        return rows, np.zeros(len(rows), dtype=np.intp), index
    place = {label: at for at, label in enumerate(held.labels)}
    of = np.array([place.get(one, -1) for one in source.group], dtype=np.intp)
    return rows, of, index
