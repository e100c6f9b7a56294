"""Confirmatory factor analysis of a scale: its intended dimensions as factors."""

from typing import Any

from servqual.errors import ModelError
from servqual.scores.common import Scores
from servqual.sem.construction.templates import service_quality_model
from servqual.sem.estimation import fit_sem
from servqual.sem.result import SemResult
from servqual.sem.specification.syntax import Model


def fit_cfa(
    scores: object, model: str | Model | None = None, of: str | None = None, **options: Any
) -> SemResult:
    """Fit a factor model, by default that of the instrument's dimensions.

    Parameters
    ----------
    scores : Scores, DataFrame, Table, Sample or Moments
        Scores know their dimensions; anything else needs a `model`.
    model : str or Model, optional
        Text as `fit_sem` reads it. By default one factor a dimension, correlated.
    of : str, optional
        Which of the scores the default model is of: "gap", "perception" or "expectation", of
        tolerance scores "adequacy", "superiority", ...; by default what the scores are first of
        all.
    **options
        Of `fit_sem`: estimator, missing, group, weights, std_lv, ...

    Returns
    -------
    SemResult

    Raises
    ------
    ModelError
        If no model is given and the data do not know their dimensions.

    References
    ----------
    Jöreskog, K. G. (1969). A general approach to confirmatory maximum likelihood factor analysis.
    *Psychometrika*, 34(2), 183-202. https://doi.org/10.1007/BF02289343

    Examples
    --------
    >>> import servqual as sq
    >>> bank = sq.load_dataset("bank")
    >>> answers = sq.Responses.from_frame(bank.dropna(), sq.load_instrument("servqual-1991"))
    >>> scores = sq.gap_scores(answers)
    >>> found = sq.fit_cfa(scores)
    >>> found.n == scores.n, int(found.fit["df"])
    (True, 199)
    """
    if model is None:
        if not isinstance(scores, Scores):
            raise ModelError(
                f"{type(scores).__name__} does not know its dimensions; give a model such as "
                "'reliability =~ G5 + G6 + G7', or scores instead of columns."
            )
        first = {"ToleranceScores": "adequacy", "PerceptionScores": "perception"}
        kind = of or first.get(type(scores).__name__, "gap")
        model = service_quality_model(scores.responses.instrument, of=kind)
    elif of is not None:
        raise ModelError("of= chooses the default model, but a model is given.")
    return fit_sem(model, scores, **options)
