"""How the weights are iterated to and scores are scaled, with the choices of other programs."""

from dataclasses import dataclass
from typing import Literal, get_args

from servqual._language import say
from servqual.errors import ModelError

Divisor = Literal["n", "n - 1"]
Preset = Literal["servqual", "smartpls", "seminr"]


@dataclass(frozen=True, kw_only=True)
class PlsSettings:
    """How `fit_pls` iterates, and how it scales scores.

    All start from weights of 1 and have the signs that make the loadings of each block sum to a
    positive number ("sum-positive").

    Parameters
    ----------
    tolerance : float, default 1e-10
        It stops when the absolute changes of all outer weights sum to less.
    max_iterations : int, default 300
    divisor : {"n - 1", "n"}
        Of the variances by which indicators and scores are standardised. Of all results, only the
        standardised scores depend on it.

    Examples
    --------
    >>> settings_of("smartpls")
    PlsSettings(tolerance=1e-07, max_iterations=300, divisor='n - 1')
    """

    tolerance: float = 1e-10
    max_iterations: int = 300
    divisor: Divisor = "n - 1"

    def __post_init__(self) -> None:
        if not 0 < self.tolerance < 1:
            raise ModelError(f"tolerance must lie between 0 and 1, not {self.tolerance!r}.")
        if self.max_iterations < 1:
            raise ModelError(f"max_iterations must be at least 1, not {self.max_iterations!r}.")
        if self.divisor not in get_args(Divisor):
            raise ModelError(f'divisor must be "n" or "n - 1", not {self.divisor!r}.')

    def said(self, language: str = "en") -> str:
        """Say what is set."""
        return say(
            "Start weights 1; stop when their absolute changes sum to less than {tolerance:g}, or "
            "after {most:,} iterations. Signs: the loadings of each block sum to a positive "
            "number. Scores: variance 1 with divisor {divisor}.",
            language,
            tolerance=self.tolerance,
            most=self.max_iterations,
            divisor=self.divisor,
        )


# SmartPLS 2.0.M3 prints an abort criterion of 1e-7 and initial weights of 1; seminr has the
# defaults stop_criterion=7 and max_it=300, and scores with divisor n - 1.
PRESETS: dict[str, PlsSettings] = {
    "servqual": PlsSettings(),
    "smartpls": PlsSettings(tolerance=1e-7),
    "seminr": PlsSettings(tolerance=1e-7),
}


def settings_of(settings: Preset | PlsSettings) -> PlsSettings:
    """Give the settings of a name."""
    if isinstance(settings, PlsSettings):
        return settings
    if settings not in PRESETS:
        raise ModelError(
            f"settings must be a PlsSettings or one of {', '.join(PRESETS)}, not {settings!r}."
        )
    return PRESETS[settings]
