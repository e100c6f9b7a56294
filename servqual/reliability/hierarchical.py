"""How much of a total score one general factor explains: omega hierarchical."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from servqual._frames import read_only
from servqual._language import say
from servqual._result import Result
from servqual.errors import AdmissibilityWarning, ModelError, shortened, warn
from servqual.factors._concentrated import LOWEST_UNIQUENESS
from servqual.factors.efa import fit_efa
from servqual.factors.solution import FactorSolution
from servqual.instrument import Instrument
from servqual.items import SCALE
from servqual.reliability._scale_result import Reason
from servqual.reliability._schmid_leiman import (
    TWO_FACTORS,
    SecondOrder,
    TwoFactors,
    schmid_leiman,
    second_order,
    shares_of,
)
from servqual.scores.common import Scores

Floats = NDArray[np.float64]
_FIGURES = ("omega_total", "omega_hierarchical", "omega_subscale", "ecv")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class HierarchicalOmega(Result):
    """A general factor beside group factors; make one with `omega_hierarchical`.

    Attributes
    ----------
    columns : mapping of str to ndarray
        The columns of `to_frame`.
    solution : FactorSolution
        The correlated factors (minres, oblimin).
    second_order : ndarray of shape (m,)
        Loadings of the factors on the general one.
    general : ndarray of shape (p,)
        Loadings of all p items on the general factor; NaN for an item without variance.
    group : ndarray of shape (p, m)
        Their loadings on the group factors.
    two_factors : str
        How two factors were split: "equal", "first" or "second".
    reasons : tuple of Reason
        What could not be computed, or not be taken at its word, and why.
    """

    columns: Mapping[str, NDArray[Any]]
    solution: FactorSolution
    second_order: Floats
    general: Floats
    group: Floats
    two_factors: str
    reasons: tuple[Reason, ...]

    @property
    def n(self) -> int:
        """How many respondents."""
        return self.solution.n

    @property
    def instrument(self) -> Instrument | None:
        """Whose labels the rows bear, where it is known."""
        return self.solution.instrument

    @property
    def omega_h(self) -> float:
        """Omega hierarchical of the whole scale."""
        return float(self.columns["omega_hierarchical"][0])

    @property
    def omega_total(self) -> float:
        """Omega total of the whole scale."""
        return float(self.columns["omega_total"][0])

    @property
    def ecv(self) -> float:
        """Share of the common variance of the items that the general factor explains."""
        return float(self.columns["ecv"][0])

    @property
    def schmid_leiman(self) -> pd.DataFrame:
        """Loadings on the general and the group factors, one row an item in input order.

        With the communality and the uniqueness of the correlated factors, and general_share, the
        part of the communality that the general factor explains.
        """
        frame = pd.DataFrame(self.solution.correlations.about())
        frame["general"] = self.general
        frame[list(self.solution.factors)] = self.group
        communality = self.solution.communalities.to_numpy()
        frame["communality"] = communality
        frame["uniqueness"] = self.solution.unique
        with np.errstate(invalid="ignore", divide="ignore"):
            frame["general_share"] = np.where(
                communality > 0, self.general**2 / communality, np.nan
            )
        return frame

    @property
    def problems(self) -> tuple[str, ...]:
        """What could not be computed, or not be taken at its word, and why."""
        return self._problems("en")

    def to_frame(self) -> pd.DataFrame:
        """Give a row for the whole scale, a dimension, a group factor; see `omega_hierarchical`."""
        return pd.DataFrame(dict(self.columns))

    def title(self, language: str = "en") -> str:
        """Say of what, of how many, and how it was estimated."""
        text = say(
            "Omega hierarchical of {what}; {m} factors (minres, oblimin), Schmid-Leiman",
            language,
            what=self.solution.correlations.told(language),
            m=self.solution.n_factors,
        )
        if self.solution.n_factors > 2:
            return text
        how = {
            "equal": say("both factors load on the general one alike", language),
            "first": say("the first factor is the general one", language),
            "second": say("the second factor is the general one", language),
        }
        return say("{text}; {how}", language, text=text, how=how[self.two_factors])

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say what the columns are, and what should not be taken at its word."""
        told = list(self._problems(language))
        if self.solution.n_factors == 2:
            told.append(
                say(
                    "Two factors have one correlation, which does not say what each has in common "
                    "with a general one; compare two_factors='equal', 'first' and 'second'.",
                    language,
                )
            )
        told.append(
            say(
                "Shares of the variance of a sum of standardised items: omega_hierarchical of the "
                "general factor, omega_subscale of the group factors (in the row of a factor: of "
                "that one, over the items that load highest on it), omega_total of all that they "
                "have in common (Zinbarg, Revelle, Yovel & Li, 2005; Reise, Bonifay & Haviland, "
                "2013).",
                language,
            )
        )
        told.append(
            say(
                "ecv = share of the general factor in the common variance of the items (Ten Berge "
                "& Sočan, 2004).",
                language,
            )
        )
        told.append(
            say(
                "Loadings of the factors on the general one: {loadings}.",
                language,
                loadings=", ".join(
                    f"{name} {value:.2f}"
                    for name, value in zip(
                        self.solution.factors, self.second_order.tolist(), strict=True
                    )
                ),
            )
        )
        against = [
            name
            for name, value in zip(
                self.solution.correlations.names, self.general.tolist(), strict=True
            )
            if value < 0
        ]
        if against:
            told.append(
                say(
                    "These items run against the general factor, which lowers every share: "
                    "{items}.",
                    language,
                    items=shortened(against),
                )
            )
        return tuple(told)

    def _problems(self, language: str) -> tuple[str, ...]:
        own = (reason.said(language) for reason in self.reasons)
        return (*self.solution._problems(language), *own)


def omega_hierarchical(
    scores: object,
    of: str = "gap",
    n_factors: int | None = None,
    *,
    dimensions: Mapping[str, Sequence[str]] | None = None,
    two_factors: TwoFactors = "equal",
    starts: int = 1,
    seed: int | None = None,
) -> HierarchicalOmega:
    r"""Share the variance of a total score out to a general factor and group factors.

    Is there one service quality behind the dimensions, so that a total score means something?

    Parameters
    ----------
    scores : GapScores, PerceptionScores, ToleranceScores, frame, Sample or Moments
        Respondents with a missing item are left out, counted and warned of.
    of : str, default "gap"
        Which scores: "gap", "perception" or "expectation" of gap scores, and so on.
    n_factors : int, optional
        How many group factors, at least 2; as many as there are dimensions by default.
    dimensions : mapping of str to sequence of str, optional
        The items of each dimension, for data that do not know their dimensions.
    two_factors : {"equal", "first", "second"}
        Two factors do not identify a general one: both load on it alike, or one of them is it.
    starts : int, default 1
        Starts of the rotation, as in `fit_efa`.
    seed : int, optional
        The same seed gives the same random starts.

    Returns
    -------
    HierarchicalOmega
        ``.omega_h``, ``.omega_total``, ``.ecv``; ``.schmid_leiman``, the loadings; ``.solution``,
        the correlated factors. ``to_frame()`` has a row of the whole scale, one a dimension, and
        one a group factor (its items are those that load highest on it in the pattern): level,
        dimension, label, k, omega_total, omega_hierarchical, omega_subscale, ecv (shares, 0 to 1).

    Raises
    ------
    ResponseError
        If there are no such scores or no complete row.
    ModelError
        If there are fewer than two factors, or more than so many items identify.

    Warns
    -----
    AdmissibilityWarning
        Of Heywood cases of items or of factors, and where a minimum was not reached.

    Notes
    -----
    Minres factors of the correlations, :math:`R \approx L\Phi L' + U^2`, are rotated by direct
    oblimin; one minres factor of their correlations gives their loadings :math:`\gamma` on a
    general factor. The Schmid-Leiman loadings [1]_ are :math:`g = L\gamma` and
    :math:`s_{ij} = l_{ij}\sqrt{1 - \gamma_j^2}`, and of any set of items with
    :math:`V = \sum_{ij} r_{ij}` [2]_ [3]_

    .. math:: \omega_t = 1 - \frac{\sum_i u_i^2}{V}, \qquad
              \omega_h = \frac{(\sum_i g_i)^2}{V}, \qquad
              \omega_s = \frac{\sum_j (\sum_i s_{ij})^2}{V}, \qquad
              \mathrm{ECV} = \frac{\sum_i g_i^2}{\sum_i g_i^2 + \sum_{ij} s_{ij}^2}

    (ECV: [4]_). Items are not reversed; one that runs against the general factor is named. The
    loadings of an item on the general factor are proportional to those on its group factor by
    construction; a bifactor model need not be so.

    References
    ----------
    .. [1] Schmid, J., & Leiman, J. M. (1957). The development of hierarchical factor solutions.
       *Psychometrika*, 22(1), 53-61. https://doi.org/10.1007/BF02289209
    .. [2] Zinbarg, R. E., Revelle, W., Yovel, I., & Li, W. (2005). Cronbach's alpha, Revelle's
       beta, and McDonald's omega-h: Their relations with each other and two alternative
       conceptualizations of reliability. *Psychometrika*, 70(1), 123-133.
       https://doi.org/10.1007/s11336-003-0974-7
    .. [3] Reise, S. P., Bonifay, W. E., & Haviland, M. G. (2013). Scoring and modeling
       psychological measures in the presence of multidimensionality. *Journal of Personality
       Assessment*, 95(2), 129-140. https://doi.org/10.1080/00223891.2012.725437
    .. [4] Ten Berge, J. M. F., & Sočan, G. (2004). The greatest lower bound to the reliability of
       a test and the hypothesis of unidimensionality. *Psychometrika*, 69(4), 613-625.
       https://doi.org/10.1007/BF02289858

    Examples
    --------
    >>> from servqual.moments import Moments
    >>> own, general = np.kron(np.eye(3), np.full((3, 1), 0.8)), np.array([[0.9], [0.8], [0.7]])
    >>> phi = general @ general.T
    >>> np.fill_diagonal(phi, 1)
    >>> matrix = own @ phi @ own.T
    >>> np.fill_diagonal(matrix, 1)
    >>> names = list("abcdefghi")
    >>> items = {"one": names[:3], "two": names[3:6], "three": names[6:]}
    >>> found = omega_hierarchical(Moments.from_matrix(matrix, 300, names=names), dimensions=items)
    >>> found.to_frame()[["dimension", "k", *found.to_frame().columns[4:]]].head(4).round(3)
      dimension  k  omega_total  omega_hierarchical  omega_subscale    ecv
    0   (scale)  9        0.924               0.780           0.144  0.647
    1       one  3        0.842               0.682           0.160  0.810
    2       two  3        0.842               0.539           0.303  0.640
    3     three  3        0.842               0.413           0.429  0.490
    """
    if two_factors not in TWO_FACTORS:
        raise ModelError(
            f"two_factors must be one of {', '.join(map(repr, TWO_FACTORS))}, not {two_factors!r}."
        )
    m = _n_dimensions(scores, dimensions) if n_factors is None else n_factors
    if isinstance(m, (int, np.integer)) and m < 2:
        given = "There is one dimension; give n_factors=3, say. " if n_factors is None else ""
        raise ModelError(
            f"{given}A general factor beside group factors needs at least two of these; omega of "
            "one factor is in internal_consistency."
        )
    solution = fit_efa(scores, m, of=of, dimensions=dimensions, starts=starts, seed=seed)
    top = second_order(solution.phi, two_factors)
    general, group = schmid_leiman(solution.pattern, top.loadings)
    columns, reasons = _columns(solution, general, group)
    doubts = _doubts(solution, top)
    if doubts:
        warn(" ".join(doubt.said() for doubt in doubts), AdmissibilityWarning)
    return HierarchicalOmega(
        columns=MappingProxyType(columns),
        solution=solution,
        second_order=read_only(top.loadings),
        general=read_only(general),
        group=read_only(group),
        two_factors=two_factors,
        reasons=(*doubts, *reasons),
    )


def _n_dimensions(scores: object, dimensions: Mapping[str, Sequence[str]] | None) -> int:
    if isinstance(scores, Scores):
        return len(scores.responses.instrument.dimensions)
    return 1 if dimensions is None else len(dimensions)


def _doubts(solution: FactorSolution, top: SecondOrder) -> list[Reason]:
    """Say what is wrong with the general factor."""
    found = []
    names = np.array(solution.factors)
    if np.isnan(top.loadings).any():
        found.append(
            Reason(
                "general",
                "the two factors correlate negatively (r = {r}), so they have no general one",
                {"r": f"{solution.phi[0, 1]:.2f}"},
            )
        )
    if top.at_bound.any():
        found.append(
            Reason(
                "general",
                "Heywood case: the variance of {factors} beside the general factor is held at "
                "{least}, so nearly all of it is general",
                {"factors": tuple(names[top.at_bound].tolist()), "least": LOWEST_UNIQUENESS},
            )
        )
    if not top.converged:
        found.append(Reason("general", "the second-order solution did not converge"))
    return found


def _columns(
    solution: FactorSolution, general: Floats, group: Floats
) -> tuple[dict[str, NDArray[Any]], list[Reason]]:
    """Compute the shares of the scale, the dimensions and the group factors."""
    correlations = solution.correlations
    at = correlations.varied
    matrix = correlations.matrix
    general, group, unique = general[at], group[at], solution.unique[at]
    of = correlations.dimension_of
    home = np.array([of[correlations.names[one]] for one in at.tolist()], dtype=object)
    highest = np.abs(solution.pattern[at]).argmax(axis=1)
    every = slice(None)
    sets: list[tuple[str, str, str, NDArray[np.bool_], slice]] = [
        ("scale", SCALE, "Whole scale", np.ones(len(at), dtype=bool), every)
    ]
    if len(correlations.dimensions) > 1:
        sets += [
            ("dimension", key, correlations.labels.get(key, key), home == key, every)
            for key in correlations.dimensions
        ]
    sets += [
        ("factor", name, name, highest == j, slice(j, j + 1))
        for j, name in enumerate(solution.factors)
    ]
    rows, reasons = [], []
    for level, key, label, inside, own in sets:
        found = shares_of(
            matrix[np.ix_(inside, inside)], general[inside], group[inside], unique[inside], own
        )
        if not inside.any():
            reasons.append(
                Reason(key, "no item loads highest on it")
                if level == "factor"
                else Reason(key, "none of its items varies")
            )
        elif np.isnan(found.total):
            reasons.append(Reason(key, "the items cancel out, so that their sum does not vary"))
        shares = (found.total, found.general, found.group, found.ecv)
        rows.append((level, key, label, int(inside.sum()), *shares))
    names = ("level", "dimension", "label", "k", *_FIGURES)
    columns: dict[str, NDArray[Any]] = {}
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        kind = object if name in ("level", "dimension", "label") else None
        columns[name] = read_only(np.array(values, dtype=kind))
    return columns, reasons
