"""Pieces of the sentences that say how something was computed."""

from servqual._language import say


def seed_of(seed: int | None, language: str) -> str:
    """Name the seed of random draws, or say that there was none."""
    return say("no seed", language) if seed is None else say("seed {seed}", language, seed=seed)


def joined(language: str, *sentences: str) -> str:
    """Put sentences one after the other, as the language does."""
    return ("" if language == "zh" else " ").join(sentences)
