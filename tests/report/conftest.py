"""One result of each kind that a report takes."""

import numpy as np
import pandas as pd
import pytest

import servqual as sq
from servqual.pls.groups.invariance import micom
from servqual.pls.groups.multigroup import compare_pls_groups
from servqual.pls.prediction.prediction import predict_pls
from servqual.pls.questions.importance_map import importance_performance_map
from servqual.pls.resamples.bootstrap import bootstrap_pls
from servqual.priorities.relative.dividing import relative_importance
from servqual.priorities.relative.stated import stated_derived_importance
from servqual.priorities.surface.fitting import response_surface
from servqual.scores.disconfirmation import disconfirmation_scores
from servqual.scores.evaluated import evaluated_performance_scores, normed_quality_scores
from tests.helpers import needs

DUO = {"care": ("1", "2", "3"), "speed": ("4", "5", "6")}
PATHS = "QUA =~ QUA1 + QUA2; VAL =~ VAL1 + VAL2; SAT =~ SAT1 + SAT2; SAT ~ QUA + VAL; VAL ~ QUA"
OUTCOMES = "SAT =~ SAT1 + SAT2 + SAT3; LOY =~ LOY1 + LOY2 + LOY3"


def answers(seed=5, n=60, **about):
    """Bind made-up answers to two dimensions of three items, with three levels of service."""
    draw = np.random.default_rng(seed)
    of_e, of_p = draw.normal(size=(2, n))
    frame = pd.DataFrame({"site": np.resize(["north", "south", "west"], n)})
    for item in "123456":
        for role, mean in (("M", 4), ("E", 6), ("P", 5)):
            value = mean + (of_p if role == "P" else of_e) + draw.normal(scale=0.8, size=n)
            frame[f"{role}{item}"] = np.clip(np.round(value), 1, 9)
        frame[f"I{item}"] = draw.integers(1, 10, n)
    frame["wave"] = np.repeat(["before", "after"], [n // 2, n - n // 2])
    frame["recommend"] = np.clip(np.round(5 + 2 * of_p + draw.normal(size=n)), 0, 10)
    instrument = sq.Instrument(
        **{
            "name": "duo",
            "title": "Duo",
            "scale": (1, 9),
            "roles": ("minimum", "expectation", "perception", "importance"),
            "expectation_kind": "desired",
            "dimensions": DUO,
            **about,
        }
    )
    return sq.Responses.from_frame(frame, instrument), frame


def of_paths():
    """Give one result of each kind that there is of a path model."""
    mobile = sq.load_dataset("mobile").dropna()
    model = sq.fit_pls(PATHS, mobile)
    moderated = sq.fit_pls(PATHS.replace("QUA + VAL", "QUA + VAL + QUA:VAL"), mobile)
    by = {"by": "company", "n_permutations": 20, "seed": 1, "progress": False}
    two = mobile[mobile["company"].isin(["Alto", "Delta"])]
    return {
        "fit_pls": model,
        "bootstrap_pls": bootstrap_pls(model, 20, seed=1, progress=False),
        "simple_slopes": sq.simple_slopes(moderated),
        "predict_pls": predict_pls(model, seed=1),
        "micom": micom(sq.fit_pls(PATHS, two), two, **by),
        "compare_pls_groups": compare_pls_groups(model, mobile, **by),
        "importance_performance_map": importance_performance_map(model, "SAT"),
    }


def index_of_paths():
    """Give the index of a path model by company and wave."""
    mobile = sq.load_dataset("mobile").dropna()
    model = sq.fit_pls(PATHS, mobile)
    of = {"by": mobile["company"], "wave": mobile["wave"]}
    return sq.satisfaction_index(model, "SAT", (1, 10), **of, n_resamples=20, progress=False)


def of_ideals():
    """Give one result of each kind that there is of ideals and of comparisons."""
    draw = np.random.default_rng(2)
    frame = pd.DataFrame(
        {f"{role}{item}": draw.integers(1, 8, 30) for role in "EPXC" for item in "12"}
    )
    roles = ("expectation", "perception", "ideal", "comparison")
    dimensions = {"warmth": ("1",), "calm": ("2",)}
    spa = sq.Instrument(
        name="spa",
        title="Spa",
        scale=(1, 7),
        roles=roles,
        expectation_kind="excellent",
        dimensions=dimensions,
    )
    answers = sq.Responses.from_frame(frame, spa, ideal="X{}", comparison="C{}")
    return {
        "evaluated_performance_scores": evaluated_performance_scores(answers),
        "normed_quality_scores": normed_quality_scores(answers),
        "disconfirmation_scores": disconfirmation_scores(answers),
    }


def of_drivers(gaps):
    """Give one result of each kind that there is of drivers and scenarios."""
    some = {"n_resamples": 50, "seed": 1, "progress": False}
    kano = {"F_app": [1, 1, 3, 1], "D_app": [3, 3, 3, 5], "F_pin": [2, 3, 2, 1], "D_pin": [5] * 4}
    suppose = {"satisfaction": "SAT1", "recommendation": "recommend", **some}
    suppose["scale"] = {"satisfaction": (1, 7)}
    changes = {"A": {"5": 0.5}, "B": {"empathy": 0.2}}
    return {
        "relative_importance": relative_importance("SAT1", gaps, **some),
        "stated_derived_importance": stated_derived_importance(gaps, "SAT1", **some),
        "penalty_reward": sq.penalty_reward(gaps, "SAT1", n_resamples=50, seed=1),
        "kano_analysis": sq.kano_analysis(
            pd.DataFrame(kano), functional_columns="F_{}", dysfunctional_columns="D_{}"
        ),
        "response_surface": response_surface(gaps, "SAT1", **some),
        "what_if": sq.what_if(gaps, changes, **suppose),
        "reach_target": sq.reach_target(gaps, 1, **suppose),
    }


def of_provider():
    """Give one result of each kind that there is of the provider's side."""
    short, sides = sq.load_instrument("servqual-1991"), []
    for name in ("chain_customers", "chain_managers"):
        frame = sq.load_dataset(name)
        sides.append(sq.Responses.from_frame(frame.dropna(), short, **frame.attrs["bind"]))
    within = {"unit": "unit", "firm": "firm"}
    first = sq.management_gap(
        *sides, **within, satisfaction="satisfaction", satisfaction_guess="satisfaction_guess"
    )
    third = sq.provider_ratings(sq.load_dataset("chain_staff").dropna(), 3, **within)
    fifth = sq.gap_scores(sides[0])
    return {
        "management_gap": first,
        "provider_ratings": third,
        "provider_gaps": sq.provider_gaps(gap1=first, gap3=third, gap5=fifth),
        "agreement_in_units": sq.agreement_in_units(fifth, **within),
    }


@pytest.fixture(scope="session")
def every():
    """One result of each kind, by the name of what gives it."""
    needs("pingouin")
    responses, frame = answers()
    gaps = sq.gap_scores(responses)
    zone = sq.tolerance_scores(responses)
    items = frame[["P1", "P2"]]
    bank = sq.load_dataset("bank").dropna()
    paths = [sq.fit_sem(f"{OUTCOMES}; LOY ~ {path}*SAT", bank) for path in ("NA", "0")]
    effects = sq.fit_sem(f"{OUTCOMES}; LOY ~ a*SAT; twice := 2*a", bank)
    measured = sq.common_method_variance(bank, OUTCOMES)
    levels = sq.measurement_invariance(OUTCOMES, bank, group="branch")
    servqual = sq.load_instrument("servqual-1991")
    bank = sq.gap_scores(sq.Responses.from_frame(bank, servqual, points="points_{}"))
    matrix = sq.importance_performance(gaps, "items", n_resamples=50, seed=1)
    return {
        "describe_sample": sq.describe_sample(frame, ["site"]),
        "gap_scores": gaps,
        "perception_scores": sq.perception_scores(responses),
        "tolerance_scores": zone,
        **of_ideals(),
        "Responses.from_frame": responses,
        "internal_consistency": sq.internal_consistency(gaps),
        "item_analysis": sq.item_analysis(gaps),
        "retest_reliability": sq.retest_reliability(items, items[::-1]),
        "difference_score_reliability": sq.difference_score_reliability(gaps),
        "difference_score_audit": sq.difference_score_audit(gaps, "recommend"),
        "factorability": sq.factorability(gaps),
        "parallel_analysis": sq.parallel_analysis(gaps, draws=20, seed=1),
        "minimum_average_partial": sq.minimum_average_partial(gaps),
        "polychoric_correlation": sq.polychoric_correlation(frame[["P1", "P2", "P3"]]),
        "fit_efa": sq.fit_efa(gaps, 1),
        "omega_hierarchical": sq.omega_hierarchical(bank),
        "fit_sem": paths[0],
        "monte_carlo_interval": sq.monte_carlo_interval(effects, 50, seed=1),
        "bootstrap_sem": sq.bootstrap_sem(paths[0], 20, seed=1, progress=False),
        "bollen_stine": sq.bollen_stine(paths[0], 20, seed=1, progress=False),
        "construct_validity": sq.construct_validity(paths[0]),
        "common_method_variance": measured,
        "fit_table": sq.fit_table(*paths),
        "compare_models": sq.compare_models(*paths),
        "model_residuals": sq.model_residuals(paths[0]),
        "modification_indices": sq.modification_indices(paths[0]),
        "factor_scores": sq.factor_scores(paths[0]),
        "measurement_invariance": levels,
        "group_differences": sq.group_differences(levels.fits["scalar"]),
        "expectation_perception_invariance": sq.expectation_perception_invariance(
            bank, dimensions=["tangibles"], whole=False
        ),
        **of_paths(),
        "gap_tests": sq.gap_tests(gaps, worth_mending=0.5, n_resamples=50, seed=1),
        "paired_t_from_summary": sq.paired_t_from_summary(gap=[-1, 0.5], sd_gap=[1, 2], n=[20, 30]),
        "dimension_contrasts": sq.dimension_contrasts(gaps, n_resamples=50, seed=1),
        "tolerance_tests": sq.tolerance_tests(zone, n_resamples=50, seed=1),
        "compare_groups": sq.compare_groups(gaps, "site"),
        "compare_waves": sq.compare_waves(gaps, by="wave"),
        "cross_tabulate": sq.cross_tabulate(frame, "site", "wave"),
        "importance_performance": matrix,
        "action_sheet": sq.action_sheet(matrix),
        **of_drivers(bank),
        **of_provider(),
        "net_promoter_score": sq.net_promoter_score(frame["recommend"]),
        "customer_satisfaction_score": sq.customer_satisfaction_score(frame["P1"], (1, 9)),
        "customer_effort_score": sq.customer_effort_score([1, 2, 4, 5, 3, 3], version=1),
        "satisfaction_index(model, ...)": index_of_paths(),
        "satisfaction_index": sq.satisfaction_index(items, {"P1": 3, "P2": 1}, (1, 9)),
        "proportion": sq.proportion([True, False, True, True]),
    }
