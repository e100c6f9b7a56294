"""The results of PLS path models that a report takes, in the reading order of a paper."""

import pandas as pd

from servqual._language import say
from servqual.indices.model_index import ModelIndex
from servqual.pls.groups.invariance import Micom
from servqual.pls.groups.multigroup import PlsGroupComparison
from servqual.pls.prediction.result import PlsPrediction
from servqual.pls.questions.importance_map import ImportancePerformanceMap
from servqual.pls.questions.paper import EFFECTS, RATIOS, effect_frame, estimated, ratio_frame
from servqual.pls.questions.slopes import SimpleSlopes
from servqual.pls.resamples.bootstrapped import PlsBootstrap
from servqual.pls.result import PlsResult
from servqual.report._kind import CARDS, PATHS, Kind
from servqual.report._phrases import joined, seed_of

LOHMOLLER = (
    "Lohmöller, J.-B. (1989). Latent variable path modeling with partial least squares. Physica. "
    "https://doi.org/10.1007/978-3-642-52512-4"
)
CONSISTENT = (
    "Dijkstra, T. K., & Henseler, J. (2015). Consistent partial least squares path modeling. MIS "
    "Quarterly, 39(2), 297-316. https://doi.org/10.25300/MISQ/2015/39.2.02"
)
HTMT = (
    "Henseler, J., Ringle, C. M., & Sarstedt, M. (2015). A new criterion for assessing "
    "discriminant validity in variance-based structural equation modeling. Journal of the Academy "
    "of Marketing Science, 43(1), 115-135. https://doi.org/10.1007/s11747-014-0403-8"
)
REPORTING = (
    "Hair, J. F., Risher, J. J., Sarstedt, M., & Ringle, C. M. (2019). When to use and how to "
    "report the results of PLS-SEM. European Business Review, 31(1), 2-24. "
    "https://doi.org/10.1108/EBR-11-2018-0203"
)
MICOM = (
    "Henseler, J., Ringle, C. M., & Sarstedt, M. (2016). Testing measurement invariance of "
    "composites using partial least squares. International Marketing Review, 33(3), 405-431. "
    "https://doi.org/10.1108/IMR-09-2014-0304"
)
PERMUTED = (
    "Chin, W. W., & Dibbern, J. (2010). An introduction to a permutation based procedure for "
    "multi-group PLS analysis. In V. Esposito Vinzi et al. (Eds.), Handbook of partial least "
    "squares (pp. 171-193). Springer. https://doi.org/10.1007/978-3-540-32827-8_8"
)
PREDICTION = (
    "Shmueli, G., Sarstedt, M., Hair, J. F., Cheah, J.-H., Ting, H., Vaithilingam, S., & Ringle, "
    "C. M. (2019). Predictive model assessment in PLS-SEM: Guidelines for using PLSpredict. "
    "European Journal of Marketing, 53(11), 2322-2347. https://doi.org/10.1108/EJM-02-2019-0189"
)
MAP = (
    "Ringle, C. M., & Sarstedt, M. (2016). Gain more insight from your PLS-SEM results: The "
    "importance-performance map analysis. Industrial Management & Data Systems, 116(9), 1865-1886. "
    "https://doi.org/10.1108/IMDS-10-2015-0449"
)
INDEX = (
    "Fornell, C., Johnson, M. D., Anderson, E. W., Cha, J., & Bryant, B. E. (1996). The American "
    "Customer Satisfaction Index: Nature, purpose, and findings. Journal of Marketing, 60(4), "
    "7-18. https://doi.org/10.1177/002224299606000403"
)
_OF_STEPS = {
    "mean_low": "mean_range_low",
    "mean_high": "mean_range_high",
    "variance_low": "variance_range_low",
    "variance_high": "variance_range_high",
}
_TESTS = ["estimate", "se", "t", "p_value", "ci_low", "ci_high"]


def _settings(result: PlsResult, language: str) -> str:
    """Say how a path model was estimated, and which one it was."""
    texts = [
        say(
            "Partial least squares, {scheme} scheme; missing answers: {missing}.",
            language,
            scheme=say(result.scheme, language),
            missing=say(_MISSING[result.missing], language),
        )
    ]
    if result.consistent:
        names = say(", ", language).join(result.consistent)
        texts.append(say("Consistent (common factors): {names}.", language, names=names))
    lines = [line.strip() for line in result.model.splitlines() if line.strip()]
    texts.append(say("Model: {text}.", language, text="; ".join(lines)))
    return joined(language, *texts)


_MISSING = {
    "listwise": "incomplete respondents left out",
    "mean": "replaced by means of their columns",
    "em": "moments estimated by maximum likelihood",
}


def _sources(result: PlsResult) -> tuple[str, ...]:
    return (LOHMOLLER, *((CONSISTENT,) if result.consistent else ()), HTMT, REPORTING)


def _paths(result: PlsBootstrap) -> pd.DataFrame:
    """Put each outcome, with its explained variance, over its predictors."""
    names = {"lhs": "construct", "rhs": "predictor"}
    heads = result.r_squared.rename(columns={"estimate": "r2"} | names)
    heads = heads.rename(columns={f"ci_{end}": f"r2_ci_{end}" for end in ("low", "high")})
    rows = result.paths.rename(columns=names)
    kept = ["construct", "predictor", *_TESTS, "r2", "r2_ci_low", "r2_ci_high"]
    heads = heads.assign(predictor="").drop(columns=["se", "bias"])
    return pd.concat([heads, rows], ignore_index=True)[kept]


def _measures(result: PlsBootstrap) -> pd.DataFrame:
    """Put constructs over their indicators, with loadings and weights."""
    found = {"construct": result.loadings["lhs"], "indicator": result.loadings["rhs"]}
    for name, frame in (("loading", result.loadings), ("weight", result.weights)):
        found[name] = frame["estimate"]
        ends = estimated(frame)
        found |= {f"{name}_ci_{end}": ends[f"ci_{end}"] for end in ("low", "high")}
    return pd.DataFrame(found)


def _resampled(result: PlsBootstrap, language: str) -> str:
    """Say what was resampled, and how often."""
    return say(
        "Path model fitted anew to {count:,} resamples of the respondents, {seed}.",
        language,
        count=result.n_resamples,
        seed=seed_of(result.seed, language),
    )


def _permuted(result: Micom | PlsGroupComparison, language: str) -> str:
    """Say what was permuted, and how often."""
    template = "Estimates of each pair of groups beside {count:,} permutations, {seed}."
    if isinstance(result, Micom):
        template = "Composites of each pair of groups beside {count:,} permutations, {seed}."
    seed = seed_of(result.seed, language)
    return say(template, language, count=result.n_permutations, seed=seed)


def _predicted(result: PlsPrediction, language: str) -> str:
    """Say how answers were held out."""
    return say(
        "Answers of held-out respondents predicted, {folds} folds dealt {repeats} times, {seed}; "
        "losses compared by paired t tests (CVPAT).",
        language,
        folds=result.folds,
        repeats=result.repeats,
        seed=seed_of(result.seed, language),
    )


def _steps(result: Micom) -> pd.DataFrame:
    """Put pairs of groups over their constructs, where there are several."""
    frame = result.to_frame()
    shown = frame.drop(columns=["group", "other_group"]).rename(columns=_OF_STEPS)
    return _by_pair(shown, frame)


def _compared(result: PlsGroupComparison) -> pd.DataFrame:
    frame = result.to_frame()
    plain = frame["rhs"] + " -> " + frame["lhs"]
    kept = ["estimate", "other_estimate", "group_difference", "p_value", "p_adjusted"]
    shown = frame[kept].copy()
    shown.insert(0, "way", frame["way"].where(frame["way"] != "", plain))
    return _by_pair(shown, frame)


def _by_pair(shown: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    pairs = frame["group"].astype(str) + " − " + frame["other_group"].astype(str)
    if pairs.nunique() > 1:
        shown.insert(0, "pair", pairs)
    return shown


def _losses(result: PlsPrediction) -> pd.DataFrame:
    """Put outcomes over the two benchmarks."""
    frame = result.tests.drop(columns="loss").rename(
        columns={"lhs": "outcome", "difference": "loss_difference"}
    )
    named = frame["benchmark"].map({"mean": "training means", "lm": "linear model"})
    return frame.assign(outcome=frame["outcome"].replace("", "(overall)"), benchmark=named)


def _slopes(result: SimpleSlopes) -> pd.DataFrame:
    """Put effects over the levels of their moderator."""
    frame = result.to_frame()
    return pd.DataFrame(
        {
            "way": frame["rhs"] + " -> " + frame["lhs"],
            "moderator": [f"{level:g}" for level in frame["level"]],
            "estimate": frame["estimate"],
        }
    )


def _drivers(result: ModelIndex) -> pd.DataFrame:
    """Give effects in points, one row each."""
    frame = result.effects
    shown = frame[["direct", "estimate", "ci_low", "ci_high"]].copy()
    shown.insert(0, "way", frame["rhs"] + " -> " + frame["lhs"])
    if (frame["group"] != "").any():
        shown.insert(0, "group", frame["group"])
    return shown


def _pairs(result: ModelIndex) -> pd.DataFrame:
    """Give the differences of groups, and of waves."""
    frame = result.differences
    if not len(frame):
        return frame
    names = frame["first"].astype(str) + " − " + frame["second"].astype(str)
    within = frame["group"].astype(str)
    shown = frame[["estimate", "ci_low", "ci_high", "p_value", "p_adjusted"]].copy()
    shown.insert(0, "pair", names.where(within == "", within + ": " + names))
    return shown


PATH_KINDS = (
    Kind(
        type=PlsResult,
        maker="fit_pls",
        chapter=PATHS,
        heading="PLS path model",
        method=_settings,
        sources=_sources,
    ),
    Kind(
        type=PlsBootstrap,
        maker="bootstrap_pls",
        chapter=PATHS,
        heading="Bootstrap of the path model",
        main=_paths,
        beside={
            "Loadings and weights": _measures,
            RATIOS: ratio_frame,
            EFFECTS: effect_frame,
        },
        method=_resampled,
    ),
    Kind(
        type=SimpleSlopes,
        maker="simple_slopes",
        chapter=PATHS,
        heading="Simple slopes",
        main=_slopes,
        method="Effects at levels of the moderator, from the path of the product.",
    ),
    Kind(
        type=PlsPrediction,
        maker="predict_pls",
        chapter=PATHS,
        heading="Out-of-sample prediction",
        beside={"Losses against the benchmarks": _losses},
        method=_predicted,
        sources=(PREDICTION,),
    ),
    Kind(
        type=Micom,
        maker="micom",
        chapter=PATHS,
        heading="Invariance of composites",
        main=_steps,
        method=_permuted,
        sources=(MICOM,),
    ),
    Kind(
        type=PlsGroupComparison,
        maker="compare_pls_groups",
        chapter=PATHS,
        heading="Path models of groups",
        main=_compared,
        method=_permuted,
        sources=(PERMUTED,),
    ),
    Kind(
        type=ImportancePerformanceMap,
        maker="importance_performance_map",
        chapter=PATHS,
        heading="Importance-performance map",
        method="Unstandardised total effects and mean scores, all on 0-100.",
        sources=(MAP,),
    ),
)
MODEL_INDEX = Kind(
    type=ModelIndex,
    maker="satisfaction_index(model, ...)",
    chapter=CARDS,
    heading="Satisfaction index of the model",
    omit=("se", "target"),
    beside={"Effects in points of index per point": _drivers, "Differences": _pairs},
    sources=(INDEX,),
)
