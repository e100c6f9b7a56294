"""Pictures of drivers, of scenarios and of the five gaps."""

import numpy as np

from servqual._language import say
from servqual._result import Result
from servqual.plots.asymmetry import plot_kano, plot_penalty_reward
from servqual.plots.drivers import plot_relative_importance, plot_stated_derived
from servqual.plots.five_gaps import plot_five_gaps
from servqual.plots.scenarios import plot_scenario, plot_target
from servqual.plots.surface import plot_response_surface
from servqual.priorities.asymmetry.kano import KanoAnalysis
from servqual.priorities.asymmetry.penalties import PenaltyReward
from servqual.priorities.relative.contrast import StatedDerivedImportance
from servqual.priorities.relative.shares import RelativeImportance
from servqual.priorities.surface.result import ResponseSurface
from servqual.provider.five import ProviderGaps
from servqual.report._plan import WIDTH, Plan
from servqual.scenarios.scenario import Scenario
from servqual.scenarios.target import TargetPlan

FIVE_GAPS = (WIDTH, 7.0)
SURFACE = (WIDTH, 6.0)
TALLEST = 8.4


def _height(lines: int) -> float:
    """Give labels of two lines room, as far as a page holds them."""
    return min(1.3 + 0.42 * lines, max(TALLEST, 0.19 * lines))


def plans_of_drivers(result: Result, language: str) -> tuple[Plan, ...]:
    """Give the plans of the pictures of a result; none of what has no picture or no figure."""
    if isinstance(result, ResponseSurface):
        return _of_surfaces(result, language)
    plan = _plan(result, language)
    return () if plan is None else (plan,)


def _plan(result: Result, language: str) -> Plan | None:
    if isinstance(result, RelativeImportance):
        if np.isnan(result.estimate).all():
            return None
        return Plan(
            caption=say("Share of what is explained by each driver", language),
            draw=lambda axes: plot_relative_importance(result, ax=axes, language=language),
            rows=len(result.drivers) + 1,
        )
    if isinstance(result, StatedDerivedImportance):
        return Plan(
            caption=say("Derived against stated importance", language),
            draw=lambda axes: plot_stated_derived(result, ax=axes, language=language),
            square=True,
        )
    if isinstance(result, PenaltyReward):
        return Plan(
            caption=say("Penalties of low and rewards of high answers", language),
            draw=lambda axes: plot_penalty_reward(result, ax=axes, language=language),
            measure=lambda: (WIDTH, _height(2 * len(result.table))),
        )
    if isinstance(result, KanoAnalysis):
        if result.table["better"].isna().all():
            return None
        return Plan(
            caption=say("How much better with a feature, how much worse without it", language),
            draw=lambda axes: plot_kano(result, ax=axes, language=language),
            square=True,
        )
    return _of_whole(result, language)


def _of_whole(result: Result, language: str) -> Plan | None:
    if isinstance(result, Scenario):
        quantities = result.table.drop_duplicates(["level", "name"])
        return Plan(
            caption=say("How the change goes on", language),
            draw=lambda axes: plot_scenario(result, ax=axes, language=language),
            measure=lambda: (WIDTH, _height(2 * len(quantities))),
        )
    if isinstance(result, TargetPlan):
        return Plan(
            caption=say("What each item needs to reach the target alone, and its room", language),
            draw=lambda axes: plot_target(result, ax=axes, language=language),
            rows=len(result.table) + 1,
        )
    if isinstance(result, ProviderGaps):
        return Plan(
            caption=say("The five gaps", language),
            draw=lambda axes: plot_five_gaps(result, ax=axes, language=language),
            measure=lambda: FIVE_GAPS,
        )
    return None


def _of_surfaces(result: ResponseSurface, language: str) -> tuple[Plan, ...]:
    """Give one plan a surface, from above."""
    drawn = [one for one in result.surfaces if not np.isnan(one.coefficients).any()]
    caption = say("Response surface", language)
    return tuple(
        Plan(
            caption=say(
                "{heading}: {detail}", language, heading=caption, detail=result.label(key, language)
            )
            if len(result.surfaces) > 1
            else caption,
            draw=lambda axes, key=key: plot_response_surface(  # type: ignore[misc]
                result, ax=axes, dimension=key, language=language
            ),
            measure=lambda: SURFACE,
        )
        for key in (one.key for one in drawn)
    )
