"""What is said beside the levels of two ratings: what the answers use, what a level allows."""

import pandas as pd

from servqual._language import say
from servqual.instrument import Instrument


def about_uses(uses: pd.DataFrame, instrument: Instrument, language: str) -> list[str]:
    """Say what of the scale the answers use."""
    by_dimension = uses[uses["level"] == "dimension"]
    items = uses[uses["level"] == "item"]
    found = [
        say(
            "Share of expectations at the top of the scale: {shares}. An item that nearly "
            "everybody expects in full has little variance of E to model.",
            language,
            shares=", ".join(
                f"{instrument.label(key, language)} {100 * share:.0f} %"
                for key, share in zip(
                    by_dimension["dimension"], by_dimension["ceiling_e"], strict=True
                )
            ),
        )
    ]
    for letter in "ep":
        lacking = items.loc[items[f"n_unused_{letter}"] > 0, "item"].tolist()
        if lacking:
            named = [f"{letter.upper()}{item}" for item in lacking]
            found.append(
                say(
                    "Items with categories that nobody chose ({k}): {items}.",
                    language,
                    k=len(lacking),
                    items=", ".join(named[:5]) + (", ..." if len(named) > 5 else ""),
                )
            )
    return found


def about_levels(language: str, *, ordered: bool) -> list[str]:
    """Say what each level allows."""
    found = [
        say(
            "configural: E and P have the same items on the same factors; nothing may be "
            "subtracted yet.",
            language,
        )
    ]
    if ordered:
        found.append(
            say(
                "thresholds: the categories stand at the same places of what is felt; scales and "
                "intercepts of the latent responses of P are then free (Wu & Estabrook, 2016). "
                "Strict is not to be had of ordered ratings.",
                language,
            )
        )
    found += [
        say(
            "metric (equal loadings): a difference of 1 means the same in E and P, so variances, "
            "covariances and regressions of P - E may be taken (Meredith, 1993; Vandenberg & "
            "Lance, 2000).",
            language,
        ),
        say(
            "scalar (equal intercepts, too): mean gaps are gaps of what is measured, not of how "
            "the two questions are answered.",
            language,
        ),
    ]
    if not ordered:
        found.append(
            say(
                "strict (equal residual variances, too): E and P are equally precise, item by "
                "item; the gap does not need it.",
                language,
            )
        )
    return found
