r"""Modification indices: how much better a model would fit if it held one thing less.

With :math:`d` the derivative of the fit function by what is released and :math:`V` its second
derivative, given that the free parameters follow,

.. math::

   \text{MI} = \frac n2 \frac{d^2}{V}, \qquad \text{EPC} = -\frac dV, \qquad
   V = H_{cc} - H_{c\theta} H_{\theta\theta}^{-1} H_{\theta c},

which is the score test [1]_ and the expected change of what is released [2]_.

References
----------
.. [1] Sörbom, D. (1989). Model modification. *Psychometrika*, 54(3), 371-384.
   https://doi.org/10.1007/BF02294623
.. [2] Saris, W. E., Satorra, A., & Sörbom, D. (1987). The detection and correction of
   specification errors in structural equation models. *Sociological Methodology*, 17, 105-129.
   https://doi.org/10.2307/271030
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from servqual._language import say
from servqual._result import Result
from servqual.errors import ConvergenceError
from servqual.sem.fitting.fitted import Fitted
from servqual.sem.fitting.scoring import Information
from servqual.sem.fitting.structure import Floats, Structure, build_structure
from servqual.sem.questions.candidates import enlarged
from servqual.sem.questions.releases import (
    Release,
    default_information,
    derivatives_at,
    enlarged_cells,
    free_directions,
    released_cells,
    released_constraints,
    score_tests,
    standardising,
)
from servqual.sem.result import SemResult
from servqual.sem.robustness.estimators import SQUARES
from servqual.sem.variables import parameter_text


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ModificationIndices(Result):
    """Score tests of everything that a model holds, one at a time.

    Attributes
    ----------
    n : int
        Respondents.
    information : str
        Which second derivatives they come from: "expected" or "observed".
    estimator : str
    n_equivalent : int
        Candidates left out because the model with them could not be told from the model without.
    problems : tuple of str
    """

    n: int
    information: str
    estimator: str
    n_equivalent: int
    problems: tuple[str, ...]
    _frame: pd.DataFrame

    def to_frame(self) -> pd.DataFrame:
        """Give one row a candidate, in the order of the model.

        Returns
        -------
        DataFrame
            Columns lhs, op, rhs, group; held ("fixed" by the text or by default, "absent",
            "equal" to what shares its label, or "constraint", whose op is "=="); value (as the
            model has it; of a constraint the difference of its sides, 0); mi; epc (expected
            change of the value); sepc_lv and sepc_all (the change where latent variables, or all
            variables, are standardised).
        """
        return self._frame.copy()

    def largest(self, k: int = 10) -> pd.DataFrame:
        """Give the k largest, the largest first.

        Parameters
        ----------
        k : int, default 10
        """
        return self._frame.sort_values("mi", ascending=False, kind="stable").head(k)

    def title(self, language: str = "en") -> str:
        """Say what was tested, of how many, and how."""
        return say(
            "Modification indices: {k} candidates, n = {n}, from the {information} information",
            language,
            k=f"{len(self._frame):,}",
            n=f"{self.n:,}",
            information=say(self.information, language),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Name the largest, and say how to take them."""
        found = []
        top = self._frame.loc[self._frame["mi"].notna()]
        if len(top):
            row = self.largest(1).iloc[0]
            found.append(
                say(
                    "The largest is that of {what}: {mi}, with an expected change of {epc}.",
                    language,
                    what=parameter_text(row, language),
                    mi=f"{row['mi']:.2f}",
                    epc=f"{row['epc']:.3f}",
                )
            )
        if self.n_equivalent:
            found.append(
                say(
                    "{k} candidates are left out: freed, they could not be told apart from what "
                    "the model has.",
                    language,
                    k=f"{self.n_equivalent:,}",
                )
            )
        if self.estimator in SQUARES:
            found.append(
                say(
                    "These are falls of n F, not corrected as estimator {estimator} corrects the "
                    "test of the model: good for their order, not for a chi-square table.",
                    language,
                    estimator=self.estimator,
                )
            )
        elif self.estimator != "ML":
            found.append(
                say(
                    "These are tests of normal-theory maximum likelihood, not corrected as "
                    "estimator {estimator} corrects the test of the model.",
                    language,
                    estimator=self.estimator,
                )
            )
        found.append(
            say(
                "Each is the fall of chi-square to expect if that one alone were freed. The "
                "largest of many is large by chance, too; changes that a theory does not speak "
                "for seldom hold in new data (MacCallum, Roznowski & Necowitz, 1992).",
                language,
            )
        )
        return (*found, *self.problems)


def modification_indices(
    result: SemResult, *, information: Information | None = None
) -> ModificationIndices:
    r"""Test everything that a model fixes, leaves out or sets equal, one at a time.

    The candidates are fixed parameters; loadings of every indicator on every other latent
    variable; covariances of residuals of indicators, of latent variables and of observed outcomes;
    regressions among the variables that take part in regressions, in both directions; each
    parameter that shares its label (where two share one, both releases are the same, and the
    second stands for them); and each constraint (==). Those that would not change the model, such
    as the marker that sets a scale, are left out and counted.

    Parameters
    ----------
    result : SemResult
        A fitted model.
    information : {"expected", "observed"}, optional
        Which second derivatives to take; by default the expected ones, but with missing answers
        those of the result's standard errors: only the observed ones hold where answers are
        missing at random. Most programs print those from the expected ones.

    Returns
    -------
    ModificationIndices

    Raises
    ------
    ConvergenceError
        If the estimation did not converge.
    ModelError
        If the rows are needed and not at hand.

    Notes
    -----
    MI and EPC are score tests [1]_ and expected parameter changes [2]_, all from one matrix of
    second derivatives of the model with every candidate in it. MI has, for a candidate chosen
    beforehand, a chi-square distribution with one degree of freedom where the model holds. A
    standardised change divides by the standard deviations at the estimates.

    References
    ----------
    .. [1] Sörbom, D. (1989). Model modification. *Psychometrika*, 54(3), 371-384.
       https://doi.org/10.1007/BF02294623
    .. [2] Saris, W. E., Satorra, A., & Sörbom, D. (1987). The detection and correction of
       specification errors in structural equation models. *Sociological Methodology*, 17,
       105-129. https://doi.org/10.2307/271030
    .. [3] MacCallum, R. C., Roznowski, M., & Necowitz, L. B. (1992). Model modifications in
       covariance structure analysis: The problem of capitalization on chance. *Psychological
       Bulletin*, 111(3), 490-504. https://doi.org/10.1037/0033-2909.111.3.490

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from servqual import fit_sem, modification_indices
    >>> rng = np.random.default_rng(1)
    >>> f = rng.normal(size=(300, 1))
    >>> x = pd.DataFrame(f + rng.normal(size=(300, 5)), columns=["x1", "x2", "x3", "x4", "x5"])
    >>> x["x5"] += x["x4"]
    >>> result = fit_sem("f =~ x1 + x2 + x3 + x4 + x5", x)
    >>> found = modification_indices(result)
    >>> found.largest(1)[["lhs", "op", "rhs"]].to_numpy().tolist()
    [['x4', '~~', 'x5']]
    """
    if not result.converged:
        raise ConvergenceError(
            "The estimation of this model did not converge, so there is no solution whose "
            "modifications could be tested. result.problems says what is wrong with it."
        )
    fitted = result.fitted
    how = information or default_information(result)
    structure = build_structure(enlarged(fitted.structure.table))
    cells = enlarged_cells(fitted, structure)
    gradient, hessian = derivatives_at(fitted, structure, cells, how)
    own = free_directions(fitted, structure)
    releases = [
        *released_cells(fitted, structure),
        *released_constraints(fitted, structure),
    ]
    problems: list[str] = []
    mi, epc, equivalent = score_tests(gradient, hessian, own, releases, fitted.n, problems)
    frame = _frame(fitted, structure, cells, releases, mi, epc)
    return ModificationIndices(
        n=fitted.n,
        information=how,
        estimator=result.estimator,
        n_equivalent=int(equivalent.sum()),
        problems=tuple(problems),
        _frame=frame[~equivalent].reset_index(drop=True),
    )


def _frame(
    fitted: Fitted,
    structure: Structure,
    cells: Floats,
    releases: Sequence[Release],
    mi: Floats,
    epc: Floats,
) -> pd.DataFrame:
    labels = fitted.data.labels if structure.table.n_groups > 1 else ("",)
    at = np.array([-1 if one.cell is None else one.cell for one in releases], dtype=np.intp)
    values = np.where(at >= 0, cells[at], 0.0) if len(at) else np.zeros(0)
    scales = {}
    for name, observed in (("sepc_lv", False), ("sepc_all", True)):
        by_cell = standardising(structure, cells, observed=observed)
        scales[name] = np.where(at >= 0, by_cell[at], np.nan) if len(at) else np.zeros(0)
    rows = [one.row for one in releases]
    return pd.DataFrame(
        {
            "lhs": [row.lhs for row in rows],
            "op": [row.op for row in rows],
            "rhs": [row.rhs for row in rows],
            "group": ["" if row.op == "==" else labels[row.group] for row in rows],
            "held": [one.held for one in releases],
            "value": values,
            "mi": mi,
            "epc": epc,
            **{name: epc * scale for name, scale in scales.items()},
        }
    )
