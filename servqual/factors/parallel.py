"""How many factors: parallel analysis."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._frames import read_only
from servqual._language import say
from servqual._result import Result
from servqual.errors import ModelError
from servqual.factors._concentrated import minimise
from servqual.factors._correlations import Correlations, read_correlations
from servqual.instrument import Instrument
from servqual.items import Items
from servqual.resampling import BLOCK

Floats = NDArray[np.float64]
Kind = Literal["components", "factors", "both"]
Method = Literal["normal", "permutation"]
Communalities = Literal["one_factor", "smc"]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ParallelAnalysis(Result):
    """Eigenvalues beside those of random data; make one with `parallel_analysis`.

    Attributes
    ----------
    correlations : Correlations
        Of the items.
    kinds : tuple of str
        "components" (of the correlations), "factors" (with communalities in the diagonal).
    eigenvalues : mapping of str to ndarray of shape (k,)
        Of the data, falling, by kind.
    random_eigenvalues : mapping of str to ndarray of shape (draws, k)
        Of each draw, falling, by kind.
    method : str
        "normal" (uncorrelated normal items) or "permutation" (each item's answers shuffled).
    quantile : float
        The quantile of the random eigenvalues that is compared with.
    communalities : str
        What stands in the diagonal for factors: "one_factor" or "smc".
    """

    correlations: Correlations
    kinds: tuple[str, ...]
    eigenvalues: Mapping[str, Floats]
    random_eigenvalues: Mapping[str, Floats]
    method: str
    quantile: float
    communalities: str

    @property
    def draws(self) -> int:
        """How many random data sets."""
        return len(self.random_eigenvalues[self.kinds[0]])

    @property
    def n(self) -> int:
        """How many respondents."""
        return self.correlations.n

    @property
    def instrument(self) -> Instrument | None:
        """Whose items they are, where it is known."""
        return self.correlations.instrument

    def random_mean(self, kind: str) -> Floats:
        """Mean of each random eigenvalue, shape (k,)."""
        return np.asarray(self.random_eigenvalues[kind].mean(axis=0), dtype=np.float64)

    def random_quantile(self, kind: str) -> Floats:
        """Quantile of each random eigenvalue, shape (k,)."""
        return np.quantile(self.random_eigenvalues[kind], self.quantile, axis=0)

    @property
    def suggested(self) -> pd.DataFrame:
        """How many to keep: rows mean and quantile (and above_one), columns kinds."""
        counts: dict[str, list[float]] = {}
        for kind in self.kinds:
            real = self.eigenvalues[kind]
            one = float((real > 1).sum()) if kind == "components" else np.nan
            counts[kind] = [
                _leading(real > self.random_mean(kind)),
                _leading(real > self.random_quantile(kind)),
                one,
            ]
        return pd.DataFrame(counts, index=["mean", "quantile", "above_one"]).astype("Int64")

    @property
    def problems(self) -> tuple[str, ...]:
        """Say what is wrong with the correlations."""
        return self.correlations.problems()

    def title(self, language: str = "en") -> str:
        """Say of what, of how many, and against which random data."""
        against = say("normal", language) if self.method == "normal" else say("permuted", language)
        return say(
            "Parallel analysis of {what}; {draws:,} {against} data sets",
            language,
            what=self.correlations.told(language),
            draws=self.draws,
            against=against,
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say how many the data suggest, by each criterion."""
        told = list(self.correlations.problems(language))
        counts = self.suggested
        for kind in self.kinds:
            words = {"kept_mean": counts.at["mean", kind], "kept": counts.at["quantile", kind]}
            words["percent"] = f"{100 * self.quantile:g}"
            if kind == "components":
                told.append(
                    say(
                        "Components larger than the mean of the random ones: {kept_mean}; larger "
                        "than {percent} % of them: {kept} (Horn, 1965; Glorfeld, 1995).",
                        language,
                        **words,
                    )
                )
                told.append(
                    say(
                        "Components with an eigenvalue above 1: {count}. This rule (Kaiser, 1960) "
                        "is shown because it is taught; it keeps too many (Zwick & Velicer, 1986).",
                        language,
                        count=counts.at["above_one", kind],
                    )
                )
            else:
                diagonal = (
                    say("squared multiple correlations", language)
                    if self.communalities == "smc"
                    else say("communalities of one minres factor", language)
                )
                told.append(
                    say(
                        "Factors ({diagonal} in the diagonal) larger than the mean of the random "
                        "ones: {kept_mean}; larger than {percent} % of them: {kept}.",
                        language,
                        diagonal=diagonal,
                        **words,
                    )
                )
        return tuple(told)

    def to_frame(self) -> pd.DataFrame:
        """Give one row an eigenvalue of each kind."""
        parts = []
        for kind in self.kinds:
            real, mean = self.eigenvalues[kind], self.random_mean(kind)
            high = self.random_quantile(kind)
            parts.append(
                pd.DataFrame(
                    {
                        "kind": kind,
                        "number": np.arange(1, len(real) + 1),
                        "eigenvalue": real,
                        "random_mean": mean,
                        "random_quantile": high,
                        "above_mean": real > mean,
                        "above_quantile": real > high,
                    }
                )
            )
        return pd.concat(parts, ignore_index=True)


def parallel_analysis(
    data: object,
    of: str = "gap",
    *,
    dimensions: Mapping[str, Sequence[str]] | None = None,
    kind: Kind = "both",
    draws: int = 100,
    method: Method = "normal",
    quantile: float = 0.95,
    communalities: Communalities = "one_factor",
    seed: int | None = None,
) -> ParallelAnalysis:
    r"""Compare the eigenvalues of the items with those of random data of the same size.

    Parameters
    ----------
    data : GapScores, PerceptionScores, ToleranceScores, frame, Sample or Moments
        Respondents with a missing item are left out.
    of : str, default "gap"
        Which of the scores.
    dimensions : mapping of str to sequence of str, optional
        Which items, for data that do not know their dimensions.
    kind : {"both", "components", "factors"}, default "both"
        Eigenvalues of the correlations, or of the correlations with communalities in the diagonal.
    draws : int, default 100
        How many random data sets.
    method : {"normal", "permutation"}, default "normal"
        Uncorrelated normal items, or each item's own answers in random order, which needs rows.
        Sampling weights count in the eigenvalues of the data, not in the random ones.
    quantile : float, default 0.95
        Of the random eigenvalues.
    communalities : {"one_factor", "smc"}, default "one_factor"
        For factors: those of one minres factor, or squared multiple correlations, which keep more
        factors.
    seed : int, optional
        The same seed gives the same draws.

    Returns
    -------
    ParallelAnalysis
        ``.suggested`` (rows mean, quantile, above_one; columns kinds), ``.eigenvalues``,
        ``.random_eigenvalues``; ``to_frame()``: kind, number, eigenvalue, random_mean,
        random_quantile, above_mean, above_quantile.

    Raises
    ------
    ModelError
        If an argument is none of those above, fewer than two items vary, or squared multiple
        correlations are asked for of a singular matrix.

    Notes
    -----
    Suggested is the number of leading eigenvalues above the mean [1]_ or the quantile [2]_ of the
    random ones, up to the first that is not. For factors see [3]_. Correlations of n normal rows
    are drawn from their distribution (a Wishart matrix by Bartlett's decomposition), so the cost
    of method "normal" does not depend on n.

    References
    ----------
    .. [1] Horn, J. L. (1965). A rationale and test for the number of factors in factor analysis.
       *Psychometrika*, 30(2), 179-185. https://doi.org/10.1007/BF02289447
    .. [2] Glorfeld, L. W. (1995). An improvement on Horn's parallel analysis methodology for
       selecting the correct number of factors to retain. *Educational and Psychological
       Measurement*, 55(3), 377-393. https://doi.org/10.1177/0013164495055003002
    .. [3] Humphreys, L. G., & Montanelli, R. G. (1975). An investigation of the parallel analysis
       criterion for determining the number of common factors. *Multivariate Behavioral Research*,
       10(2), 193-205. https://doi.org/10.1207/s15327906mbr1002_5
    .. [4] Zwick, W. R., & Velicer, W. F. (1986). Comparison of five rules for determining the
       number of components to retain. *Psychological Bulletin*, 99(3), 432-442.
       https://doi.org/10.1037/0033-2909.99.3.432

    Examples
    --------
    >>> from servqual.moments import Moments
    >>> matrix = np.kron(np.eye(2), np.full((4, 4), 0.5)) + 0.5 * np.eye(8)
    >>> items = Moments.from_matrix(matrix, 300, names=list("abcdefgh"))
    >>> parallel_analysis(items, seed=1).suggested
               components  factors
    mean                2        2
    quantile            2        2
    above_one           2     <NA>
    """
    _check(kind, method, communalities, draws, quantile)
    correlations, items = read_correlations(data, of, dimensions)
    kinds = ("components", "factors") if kind == "both" else (kind,)
    matrix = correlations.matrix
    if "factors" in kinds and communalities == "smc" and correlations.singular:
        raise ModelError(
            "The correlation matrix is singular, so there are no squared multiple correlations; "
            "communalities='one_factor' does without them."
        )
    if "factors" in kinds and communalities == "one_factor" and len(matrix) < 3:
        raise ModelError("One factor of two items is not identified; use kind='components'.")
    random: dict[str, list[Floats]] = {one: [] for one in kinds}
    for block in _random(correlations, items, draws, method, seed):
        for one in kinds:
            random[one].append(_eigenvalues(block, one, communalities))
    return ParallelAnalysis(
        correlations=correlations,
        kinds=kinds,
        eigenvalues=MappingProxyType(
            {one: read_only(_eigenvalues(matrix[None], one, communalities)[0]) for one in kinds}
        ),
        random_eigenvalues=MappingProxyType(
            {one: read_only(np.concatenate(parts)) for one, parts in random.items()}
        ),
        method=method,
        quantile=quantile,
        communalities=communalities,
    )


def _check(kind: str, method: str, communalities: str, draws: int, quantile: float) -> None:
    for name, value, known in (
        ("kind", kind, get_args(Kind)),
        ("method", method, get_args(Method)),
        ("communalities", communalities, get_args(Communalities)),
    ):
        if value not in known:
            raise ModelError(f"{name} must be one of {', '.join(known)}, not {value!r}.")
    if isinstance(draws, bool) or not isinstance(draws, (int, np.integer)) or draws < 1:
        raise ModelError(f"draws must be a whole number of at least 1, not {draws!r}.")
    if not 0 < quantile < 1:
        raise ModelError(f"quantile must lie between 0 and 1, not {quantile!r}.")


def _leading(above: NDArray[np.bool_]) -> int:
    """Count up to the first that is not above."""
    return int(np.argmin(above)) if not above.all() else len(above)


def _eigenvalues(matrices: Floats, kind: str, communalities: str) -> Floats:
    """Give the falling eigenvalues of (b, k, k) correlations, shape (b, k)."""
    if kind == "factors":
        k = matrices.shape[1]
        if communalities == "smc":
            unique = 1 / np.diagonal(np.linalg.inv(matrices), axis1=1, axis2=2)
        else:
            unique = minimise(matrices, 1, "uls").uniquenesses
        matrices = matrices.copy()
        matrices[:, np.arange(k), np.arange(k)] -= unique
    return np.asarray(np.linalg.eigvalsh(matrices)[:, ::-1], dtype=np.float64)


def _random(
    correlations: Correlations, items: Items, draws: int, method: str, seed: int | None
) -> Iterator[Floats]:
    """Draw correlations of random data, in blocks with streams of their own."""
    k = len(correlations.varied)
    rows = None
    if method == "permutation":
        rows = items.require_rows("method='permutation'")[:, correlations.varied]
        rows = (rows - rows.mean(axis=0)) / np.sqrt(((rows - rows.mean(axis=0)) ** 2).sum(axis=0))
    n_blocks = -(-draws // BLOCK)
    for number, stream in enumerate(np.random.SeedSequence(seed).spawn(n_blocks)):
        rng = np.random.default_rng(stream)
        size = min(BLOCK, draws - number * BLOCK)
        if rows is None:
            yield _normal(rng, correlations.n, k, size)
        else:
            shuffled = (rng.permuted(rows, axis=0) for _ in range(size))
            yield np.array([one.T @ one for one in shuffled])


def _normal(rng: np.random.Generator, n: int, k: int, size: int) -> Floats:
    """Draw correlation matrices of n rows of k uncorrelated normal items."""
    if n > k:
        root = np.tril(rng.standard_normal((size, k, k)), -1)
        freedom = n - 1 - np.arange(k)
        root[:, np.arange(k), np.arange(k)] = np.sqrt(rng.chisquare(freedom, (size, k)))
    else:
        root = rng.standard_normal((size, k, n - 1))
    root /= np.sqrt((root**2).sum(axis=2, keepdims=True))
    return np.asarray(root @ root.transpose(0, 2, 1), dtype=np.float64)
