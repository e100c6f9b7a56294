"""What drives an outcome and what would move it, as far as a report takes it."""

from collections.abc import Callable

import pandas as pd

import servqual.report._driver_references as published
from servqual._language import say
from servqual.priorities.asymmetry.kano import KanoAnalysis
from servqual.priorities.asymmetry.penalties import PenaltyReward
from servqual.priorities.relative.contrast import StatedDerivedImportance
from servqual.priorities.relative.shares import RelativeImportance
from servqual.priorities.surface.result import ResponseSurface
from servqual.report._kind import PRIORITIES, Kind
from servqual.report._phrases import joined, seed_of
from servqual.scenarios.scenario import Scenario
from servqual.scenarios.target import TargetPlan

METHODS = {
    "lmg": "What each driver adds to R², averaged over all orders of entry (LMG).",
    "johnson": "Johnson's relative weights: R² divided through uncorrelated counterparts of the "
    "drivers.",
    "first": "R² of each driver alone.",
    "last": "What each driver adds to R² of all others.",
    "pratt": "Standardised coefficient times correlation (Pratt).",
}
_OF_METHODS = {
    "lmg": (published.LMG,),
    "johnson": (published.JOHNSON,),
    "pratt": (published.PRATT,),
}
CODINGS = {
    "piecewise": "Least squares with one slope below and one above a point of each driver.",
    "dummy": "Least squares on indicators of low and of high answers to each driver.",
}
MOST_RANKS = 10
KANO_COUNTS = (
    *("attractive", "one_dimensional", "must_be", "indifferent", "reverse", "questionable"),
)


def _resampled(count: int, confidence: float, language: str, seed: str = "") -> str:
    """Say of how many resamples the intervals are."""
    if not count:
        return ""
    template = "{percent:g} % intervals: {count:,} resamples of the respondents."
    if seed:
        template = "{percent:g} % intervals: {count:,} resamples of the respondents, {seed}."
    return say(template, language, percent=100 * confidence, count=count, seed=seed)


def _importance(result: RelativeImportance, language: str) -> str:
    resamples = _resampled(
        result.n_resamples, result.confidence, language, seed_of(result.seed, language)
    )
    return joined(language, say(METHODS[result.method], language), resamples).strip()


def _sources_of_importance(result: RelativeImportance) -> tuple[str, ...]:
    return (*_OF_METHODS.get(result.method, ()), published.GROEMPING)


def _importance_columns(result: RelativeImportance) -> pd.DataFrame:
    return result.to_frame().drop(columns="se")


def _other_methods(result: RelativeImportance) -> pd.DataFrame:
    """Put the values of all methods side by side."""
    names = {"first": "alone", "last": "added_last"}
    return result.methods.rename(columns=names)


def _ranks(result: RelativeImportance) -> pd.DataFrame:
    """Give the shares of resamples in which drivers have each rank, where a page holds them."""
    if not result.n_resamples or len(result.drivers) > MOST_RANKS:
        return pd.DataFrame()
    frame = result.rank_probabilities
    frame.columns = pd.Index([f"p_rank_{rank}" for rank in frame.columns])
    return frame.reset_index()


def _contrasted(result: StatedDerivedImportance, language: str) -> str:
    text = say(
        "Stated importance as shares of the mean weights, derived importance as shares of R² "
        "({method}), both in the same resamples; their rank correlation and the test as a whole "
        "stand in the notes.",
        language,
        method=say(_SHORT[result.method], language),
    )
    seed = seed_of(result.seed, language)
    return joined(language, text, _resampled(result.n_resamples, result.confidence, language, seed))


_SHORT = {"lmg": "LMG (Shapley)", "johnson": "Johnson's relative weights"}


def _sources_of_contrast(result: StatedDerivedImportance) -> tuple[str, ...]:
    return (*_OF_METHODS.get(result.method, ()), published.BERAN)


def _contrast_columns(result: StatedDerivedImportance) -> pd.DataFrame:
    names = ("stated", "derived", "discrepancy")
    return result.to_frame().drop(columns=[f"{name}_se" for name in names])


def _penalties(result: PenaltyReward, language: str) -> str:
    text = say(CODINGS[result.coding], language)
    return joined(
        language, text, _resampled(result.n_resamples, result.confidence, language)
    ).strip()


def _penalty_columns(result: PenaltyReward) -> pd.DataFrame:
    ends = [f"{name}_ci_{end}" for name in ("penalty", "reward", "ia") for end in ("low", "high")]
    return result.to_frame()[
        [
            *("driver", "label", "penalty", *ends[:2], "reward", *ends[2:4], "ia", *ends[4:]),
            *("class", "probability", "p_adjusted"),
        ]
    ]


def _cuts(result: PenaltyReward) -> pd.DataFrame:
    frame = result.to_frame()
    names = ["driver", "label", "low_to", "n_below", "high_from", "n_above", "riocs", "sgp", "dgp"]
    if result.coding == "piecewise":
        frame, names[2] = frame.rename(columns={"low_to": "cut"}), "cut"
        names.remove("high_from")
        return frame[[*names, "vif"]]
    return frame[[*names, "p_value_linear", "vif"]]


def _kano(result: KanoAnalysis, language: str) -> str:
    return say(
        "Answers to both questions on a feature, classed by the evaluation table; {percent:g} % "
        "intervals (Wilson's) of better and worse; sign tests adjusted after Holm.",
        language,
        percent=100 * result.confidence,
    )


def _kano_columns(result: KanoAnalysis) -> pd.DataFrame:
    names = ("better", "worse", "asymmetry")
    figures = [one for name in names for one in (name, f"{name}_ci_low", f"{name}_ci_high")]
    return result.to_frame()[["feature", "category", *figures, "p_adjusted"]]


def _kano_counts(result: KanoAnalysis) -> pd.DataFrame:
    frame = result.to_frame()
    more = ["category_strength", "total_strength", "mode_p_value"]
    return frame[["feature", "n", *KANO_COUNTS, *more]]


def _surface(result: ResponseSurface, language: str) -> str:
    return say(
        "Least squares on X, Y, their squares and their product, {errors} standard errors; "
        "stationary point, principal axes and lines of congruence and incongruence from the "
        "coefficients; F tests of what simpler models suppose.",
        language,
        errors=say(result.errors, language),
    )


def _part_of_surface(*parts: str) -> Callable[[ResponseSurface], pd.DataFrame]:
    def chosen(result: ResponseSurface) -> pd.DataFrame:
        frame = pd.concat([getattr(result, part) for part in parts], ignore_index=True)
        order = {one.key: at for at, one in enumerate(result.surfaces)}
        by_surface = frame["dimension"].map(order).sort_values(kind="stable").index
        frame = _by_surface(frame.loc[by_surface].reset_index(drop=True), result)
        return frame.rename(columns={"x": "x_level", "y": "y_level"})

    return chosen


def _by_surface(frame: pd.DataFrame, result: ResponseSurface) -> pd.DataFrame:
    """Put the surface first, where there are several or nothing else names the rows."""
    frame = frame.drop(columns="level")
    surface = frame.pop("dimension").replace("", "(overall)")
    if len(result.surfaces) > 1 or len(frame) == 1:
        frame.insert(0, "surface", surface)
    return frame


def _supposed(result: Scenario | TargetPlan, language: str) -> str:
    template = "Means and effects estimated anew in {count:,} resamples of the respondents, {seed}."
    seed = seed_of(result.seed, language)
    return say(template, language, count=result.n_resamples, seed=seed)


def _targeted(result: TargetPlan, language: str) -> str:
    text = "The change that reaches the target alone, and the cheapest changes that reach it."
    return joined(language, say(text, language), _supposed(result, language))


def _links(result: Scenario) -> pd.DataFrame:
    return result.links.rename(columns={"lhs": "level", "rhs": "link"})


def _compared(result: Scenario) -> pd.DataFrame:
    """Put pairs of scenarios over the outcomes."""
    frame = result.differences
    if not len(frame):
        return frame
    pairs = frame["first"].astype(str) + " − " + frame["second"].astype(str)
    shown = frame[["level", "estimate", "ci_low", "ci_high", "probability"]].copy()
    shown.insert(0, "pair", pairs)
    return shown.sort_values("pair", kind="stable").reset_index(drop=True)


DRIVER_KINDS = (
    Kind(
        type=RelativeImportance,
        maker="relative_importance",
        chapter=PRIORITIES,
        heading="Relative importance",
        main=_importance_columns,
        beside={
            "Share of resamples in which each has a rank": _ranks,
            "Other ways to divide R²": _other_methods,
        },
        method=_importance,
        sources=_sources_of_importance,
    ),
    Kind(
        type=StatedDerivedImportance,
        maker="stated_derived_importance",
        chapter=PRIORITIES,
        heading="Stated and derived importance",
        main=_contrast_columns,
        method=_contrasted,
        sources=_sources_of_contrast,
    ),
    Kind(
        type=PenaltyReward,
        maker="penalty_reward",
        chapter=PRIORITIES,
        heading="Penalties and rewards",
        main=_penalty_columns,
        beside={
            "Low and high answers, range of impact": _cuts,
            "Against linear drivers": lambda result: result.models,
        },
        method=_penalties,
        sources=published.PENALTIES,
    ),
    Kind(
        type=KanoAnalysis,
        maker="kano_analysis",
        chapter=PRIORITIES,
        heading="Kano analysis",
        main=_kano_columns,
        beside={"Answers by category": _kano_counts},
        method=_kano,
        sources=published.KANO,
    ),
    Kind(
        type=ResponseSurface,
        maker="response_surface",
        chapter=PRIORITIES,
        heading="Response surface",
        main=_part_of_surface("coefficients", "surface"),
        beside={
            "Stationary point and principal axes": _part_of_surface("shape"),
            "Kind and place of the stationary point": _part_of_surface("stationary_points"),
            "What simpler models suppose": _part_of_surface("constraints"),
            "Shares of discrepant respondents": _part_of_surface("discrepancies"),
        },
        method=_surface,
        sources=published.SURFACE,
    ),
    Kind(
        type=Scenario,
        maker="what_if",
        chapter=PRIORITIES,
        heading="What if",
        beside={"Steps of the chain": _links, "Scenarios compared": _compared},
        method=_supposed,
        sources=published.SCENARIO,
    ),
    Kind(
        type=TargetPlan,
        maker="reach_target",
        chapter=PRIORITIES,
        heading="What it takes to reach a target",
        beside={"Plan": lambda result: result.plan},
        method=_targeted,
        sources=(*published.SCENARIO, published.DANTZIG),
    ),
)
