"""What methods and scores are called, and what an estimate is."""

from servqual.priorities.relative.methods import Method

METHOD_NAMES: dict[Method, str] = {
    "lmg": "LMG (Shapley)",
    "johnson": "Johnson's relative weights",
    "first": "first (each alone)",
    "last": "last (added to all others)",
    "pratt": "Pratt (β r)",
}
WHAT: dict[Method, str] = {
    "lmg": "estimate = what a driver adds to R², averaged over all orders in which drivers can "
    "enter (Lindeman, Merenda & Gold, 1980); share = its part of R².",
    "johnson": "estimate = relative weight: R² divided through uncorrelated counterparts of the "
    "drivers (Johnson, 2000); share = its part of R².",
    "first": "estimate = R² of the driver alone; the estimates do not sum to R², to which share "
    "relates them.",
    "last": "estimate = what the driver adds to all others; the estimates do not sum to R², to "
    "which share relates them.",
    "pratt": "estimate = standardised coefficient times correlation (Pratt, 1987), which can be "
    "negative; share = its part of R².",
}
