"""Phrases that titles and notes have in common."""

from collections.abc import Iterable

from servqual._language import say


def among(text: str, n: int, total: int, *, weighted: bool, language: str) -> str:
    """Say, after n, of how many it is, how many were left out, and that they have weights."""
    if n < total:
        text += say(" of {total:,} ({out:,} left out)", language, total=total, out=total - n)
    if weighted:
        text += say(", with sampling weights", language)
    return text


def grouped_reasons(reasons: Iterable[tuple[str, str]], language: str) -> tuple[str, ...]:
    """Name what each reason, an English text, holds for."""
    return tuple(
        say("{groups}: {reason}", language, groups=groups, reason=say(reason, language))
        for reason, groups in reasons
    )


def p_text(p: float) -> str:
    """Write a p-value, as it stands after "p".

    Examples
    --------
    >>> p_text(0.0004), p_text(0.0316)
    ('< .001', '= 0.032')
    """
    return "< .001" if p < 0.001 else f"= {p:.3f}"
