"""What estimators there are, and what each of them can do."""

from typing import Literal

from servqual.errors import ModelError
from servqual.sem.fitting.model_data import Missing
from servqual.sem.fitting.observed_statistics import Weighting
from servqual.sem.fitting.scoring import Information

Estimator = Literal["ML", "MLR", "MLM", "MLMV", "ULS", "ULSMV", "GLS", "DWLS", "WLSM", "WLSMV"]
ESTIMATORS = ("ML", "MLR", "MLM", "MLMV", "ULS", "ULSMV", "GLS", "DWLS", "WLSM", "WLSMV")
# Maximum likelihood with errors and tests from fourth moments.
CASEWISE = ("MLM", "MLMV")
# Least squares, by the weights of the statistics.
SQUARES: dict[str, Weighting] = {
    "ULS": "ones",
    "ULSMV": "ones",
    "GLS": "normal",
    "DWLS": "variances",
    "WLSM": "variances",
    "WLSMV": "variances",
}
# Those of them whose errors and tests hold whatever the weights are.
ROBUST_SQUARES = ("ULSMV", "WLSM", "WLSMV")
# Tests adjusted for their variance, too.
ADJUSTED = ("MLMV", "ULSMV", "WLSMV")


def default_estimator(*, ordered: bool, weighted: bool, clustered: bool) -> Estimator:
    """Give the estimator that answers of a kind ask for."""
    if ordered:
        return "WLSMV"
    return "MLR" if weighted or clustered else "ML"


def check_estimator(
    estimator: str,
    missing: Missing,
    information: Information | None,
    *,
    moments: bool = False,
    weighted: bool = False,
    clustered: bool = False,
    ordered: bool = False,
) -> None:
    """Refuse what an estimator cannot do.

    Raises
    ------
    ModelError
        Saying which estimator can.
    """
    if estimator not in ESTIMATORS:
        raise ModelError(f"estimator must be one of {', '.join(ESTIMATORS)}, not {estimator!r}.")
    squares = estimator in SQUARES
    if ordered and (not squares or estimator == "GLS"):
        raise ModelError(
            f"estimator={estimator!r} takes all variables as continuous, but some are ordered: "
            "take estimator='WLSMV', or leave ordered= out."
        )
    if moments and ordered:
        raise ModelError(
            "Ordered variables need the answers themselves, but only moments are given."
        )
    if moments and estimator not in ("ML", "ULS", "GLS"):
        raise ModelError(
            f"estimator={estimator!r} needs the answers themselves, but only moments are given. "
            "Take estimator='ML', or give the answers."
        )
    able, best = (ROBUST_SQUARES, "WLSMV") if squares else (("MLR",), "MLR")
    for what, given in (("Sampling weights", weighted), ("Clusters", clustered)):
        if given and estimator not in able:
            raise ModelError(
                f"{what} need standard errors and tests that allow for them: take "
                f"estimator={best!r} instead of {estimator!r}."
            )
    _check_missing(estimator, missing, ordered=ordered)
    if information == "observed" and (squares or estimator in CASEWISE or missing == "two-stage"):
        two = missing == "two-stage"
        how = "missing='two-stage'" if two else f"estimator={estimator!r}"
        raise ModelError(f"{how} goes with the expected information, not the observed one.")


def _check_missing(estimator: str, missing: Missing, *, ordered: bool) -> None:
    if missing == "pairwise" and not ordered:
        raise ModelError(
            "missing='pairwise' is for ordered variables (ordered=...); of continuous ones "
            "missing='fiml' uses every answer."
        )
    if estimator in SQUARES and missing in ("fiml", "two-stage"):
        other = "'listwise' or 'pairwise'" if ordered else "'listwise', or estimator='MLR'"
        raise ModelError(f"estimator={estimator!r} goes with missing={other}, not {missing!r}.")
    if estimator in CASEWISE and missing != "listwise":
        raise ModelError(
            f"estimator={estimator!r} takes complete rows only; with missing={missing!r} take "
            "estimator='MLR'."
        )


def default_information(estimator: str, missing: Missing) -> Information:
    """Give the information that standard errors come from unless the user says otherwise."""
    if estimator in SQUARES or missing == "two-stage":
        return "expected"
    return "observed" if missing == "fiml" or estimator == "MLR" else "expected"
