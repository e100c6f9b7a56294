"""The sources that scenarios can be taken from, and why others are none."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from servqual.errors import ModelError
from servqual.indices.model_index import ModelIndex
from servqual.pls.resamples.bootstrapped import PlsBootstrap
from servqual.pls.result import PlsResult
from servqual.resampling import check_asked
from servqual.scenarios._effects import Effects
from servqual.scenarios._path_source import path_effects
from servqual.scenarios._score_source import score_effects
from servqual.scores.gaps import GapScores
from servqual.scores.perception import PerceptionScores
from servqual.sem.resamples.bootstrap import SemBootstrap
from servqual.sem.result import SemResult

Source = GapScores | PerceptionScores | PlsResult


def effects_of(
    source: object,
    *,
    satisfaction: object,
    loyalty: object,
    recommendation: object,
    scale: Any,
    direct: bool,
    n_resamples: int,
    seed: int | None,
    confidence: float,
    progress: bool,
) -> Effects:
    """Estimate what items move, from scores or from a path model.

    Raises
    ------
    TypeError
        If the source is none of these.
    ModelError
        If it is a model that says nothing of what a change of an item does.
    """
    check_asked(n_resamples, confidence)
    if seed is None:
        seed = int(np.random.SeedSequence().generate_state(1)[0])
    drawn = {
        "n_resamples": int(n_resamples),
        "seed": seed,
        "confidence": float(confidence),
        "progress": progress,
    }
    if isinstance(source, (GapScores, PerceptionScores)):
        return score_effects(
            source,
            satisfaction=satisfaction,
            loyalty=loyalty,
            recommendation=recommendation,
            scale=scale,
            direct=bool(direct),
            **drawn,  # type: ignore[arg-type]
        )
    if isinstance(source, PlsResult):
        outcomes = {
            "satisfaction=": satisfaction,
            "loyalty=": loyalty,
            "recommendation=": recommendation,
        }
        given = [name for name, one in outcomes.items() if one is not None]
        if not direct:
            given.append("direct=")
        if given:
            raise ModelError(
                f"{', '.join(given)} goes with scores; a path model has its own constructs and "
                "paths."
            )
        if scale is not None and not isinstance(scale, Mapping):
            scale = tuple(scale)
        return path_effects(source, scale=scale, **drawn)  # type: ignore[arg-type]
    if isinstance(source, PlsBootstrap):
        raise ModelError(
            "The bootstrap of a path model does not hold the means of its indicators. Give the "
            "result of fit_pls; its resamples are drawn here, with the same seed= the same ones."
        )
    if isinstance(source, (SemResult, SemBootstrap, ModelIndex)):
        raise ModelError(
            "Items of a structural model are reflections of its factors: raising an item need not "
            "move the factor, so the model does not say what would follow. Give scores, or a path "
            "model (fit_pls), whose constructs are made of their items. What a construct does to "
            "another in points of index, satisfaction_index(result, ...).effects says."
        )
    raise TypeError(
        "A scenario starts from GapScores, PerceptionScores or the result of fit_pls, not from "
        f"{type(source).__name__}."
    )
