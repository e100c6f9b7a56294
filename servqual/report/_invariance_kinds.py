"""The results on ordered answers and comparable groups that a report takes, in reading order."""

from typing import Any

import pandas as pd

from servqual.polychoric.solution import PolychoricCorrelation
from servqual.report._kind import FACTORS, MODELS, Kind
from servqual.sem.invariance.differences import GroupDifferences
from servqual.sem.invariance.expectation_perception import ExpectationPerceptionInvariance
from servqual.sem.invariance.measurement import MeasurementInvariance

OLSSON = (
    "Olsson, U. (1979). Maximum likelihood estimation of the polychoric correlation coefficient. "
    "Psychometrika, 44(4), 443-460. https://doi.org/10.1007/BF02296207"
)
MEREDITH = (
    "Meredith, W. (1993). Measurement invariance, factor analysis and factorial invariance. "
    "Psychometrika, 58(4), 525-543. https://doi.org/10.1007/BF02294825"
)
VANDENBERG_LANCE = (
    "Vandenberg, R. J., & Lance, C. E. (2000). A review and synthesis of the measurement "
    "invariance literature. Organizational Research Methods, 3(1), 4-70. "
    "https://doi.org/10.1177/109442810031002"
)
CHEUNG_RENSVOLD = (
    "Cheung, G. W., & Rensvold, R. B. (2002). Evaluating goodness-of-fit indexes for testing "
    "measurement invariance. Structural Equation Modeling, 9(2), 233-255. "
    "https://doi.org/10.1207/S15328007SEM0902_5"
)
LARGEST = 10
_LEFT_OUT = ["tli", "aic", "bic", "tli_robust", "p_value_scaled", "d_p_value", "d_chi2"]


def _levels(result: Any) -> pd.DataFrame:
    """Give the levels, under their dimensions where there are several."""
    frame = result.to_frame()
    if "label" in frame:
        frame = frame.drop(columns="dimension").rename(columns={"label": "dimension"})
    robust = "chi2_scaled" in frame
    left = _LEFT_OUT if robust else ["tli", "aic", "bic"]
    if robust:
        left = [*left, "chi2", "p_value", "cfi", "rmsea", "rmsea_ci_low", "rmsea_ci_high"]
        left += ["d_cfi", "d_rmsea"]
        left.remove("p_value_scaled")
    return frame.drop(columns=[name for name in left if name in frame])


def _largest(result: Any) -> pd.DataFrame:
    """Give the equalities that cost most fit."""
    frame = result.releases.sort_values("mi", ascending=False, kind="stable").head(LARGEST)
    written = (frame["lhs"] + " " + frame["op"] + " " + frame["rhs"]).str.strip()
    if "group" in frame and (frame["group"] != "").any():
        written = frame["group"] + ": " + written
    kept = [name for name in ("level", "mi", "p_value", "epc", "sepc_all") if name in frame]
    return frame[kept].assign(parameter=written)[["parameter", *kept]]


POLYCHORIC = Kind(
    type=PolychoricCorrelation,
    maker="polychoric_correlation",
    chapter=FACTORS,
    heading="Polychoric correlations",
    method="Two-step maximum likelihood from the contingency tables of the answers.",
    sources=(OLSSON,),
)
INVARIANCE_KINDS = (
    Kind(
        type=MeasurementInvariance,
        maker="measurement_invariance",
        chapter=MODELS,
        heading="Measurement invariance",
        main=_levels,
        beside={"Equalities that cost most": _largest},
        method="Models with more and more equal in all groups, each tested against the one before.",
        sources=(MEREDITH, VANDENBERG_LANCE, CHEUNG_RENSVOLD),
    ),
    Kind(
        type=GroupDifferences,
        maker="group_differences",
        chapter=MODELS,
        heading="Differences of groups in the model",
        omit=("reference",),
        method="Wald tests of differences between the groups, from one model of all of them.",
    ),
    Kind(
        type=ExpectationPerceptionInvariance,
        maker="expectation_perception_invariance",
        chapter=MODELS,
        heading="Expectation and perception on one scale",
        main=_levels,
        beside={
            "Latent and observed gaps": lambda result: result.latent_gaps,
            "Equalities that cost most": _largest,
        },
        method="Both ratings of each item in one model, with more and more equal in both, each "
        "tested against the one before; residuals of an item's two ratings correlated.",
        sources=(MEREDITH, VANDENBERG_LANCE),
    ),
)
