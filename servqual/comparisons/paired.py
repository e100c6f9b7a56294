"""Paired t tests of published gaps: from their means, standard deviations and n alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from servqual._language import LANGUAGES, say
from servqual.comparisons.effects import d_av, d_z
from servqual.comparisons.families import Correction, adjust, check_correction, family_size
from servqual.comparisons.means import Means, mean_tests
from servqual.comparisons.reasons import grouped
from servqual.comparisons.tested import FamilyResult, without_spread
from servqual.errors import ResponseError
from servqual.resampling import check_confidence


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PublishedTests(FamilyResult):
    """Paired t tests from a published table; make them with `paired_t_from_summary`."""

    def title(self, language: str = "en") -> str:
        """Say what was tested and how p-values are adjusted."""
        return say(
            "Paired t tests from means and standard deviations ({family}); {about}",
            language,
            family=self._family(language),
            about=self.about[language],
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say how the columns were formed and what is not given."""
        meaning = say(
            "estimate = mean of the differences, with Student's interval ({level:g} %); d_z = "
            "estimate / SD of the differences. Published figures are rounded, and so is what "
            "follows from them.",
            language,
            level=100 * self.confidence,
        )
        return (meaning, *self._reasons_in(language))


def paired_t_from_summary(
    *,
    gap: ArrayLike,
    sd_gap: ArrayLike,
    n: ArrayLike,
    sd_e: ArrayLike | None = None,
    sd_p: ArrayLike | None = None,
    labels: Sequence[str] | None = None,
    correction: Correction = "holm",
    confidence: float = 0.95,
) -> PublishedTests:
    r"""Test published mean gaps against 0.

    Parameters
    ----------
    gap, sd_gap, n : array_like of shape (q,)
        Mean gaps, standard deviations of the gaps (divisor n - 1) and numbers of respondents.
    sd_e, sd_p : array_like of shape (q,), optional
        Standard deviations of expectation and perception: they give :math:`d_{av}` and the
        correlation of E and P.
    labels : sequence of str, optional
        What each gap is of; by default those of a pandas Series, or numbers.
    correction : {"holm", "bh", "none"}
    confidence : float, default 0.95

    Returns
    -------
    PublishedTests
        ``to_frame()``: label, n, estimate, sd, ci_low, ci_high, statistic, df, p_value,
        p_adjusted, d_z, d_z_ci_low, d_z_ci_high, d_av, d_av_ci_low, d_av_ci_high, r_ep (NaN
        without `sd_e` and `sd_p`).

    Raises
    ------
    ResponseError
        If the numbers are not as many as one another, or no numbers, or deviations are negative.

    Notes
    -----
    :math:`t = \bar g / (s_g / \sqrt n)`, and from
    :math:`s_g^2 = s_E^2 + s_P^2 - 2 r_{EP} s_E s_P` the correlation
    :math:`r_{EP} = (s_E^2 + s_P^2 - s_g^2) / (2 s_E s_P)`.

    Examples
    --------
    >>> import servqual as sq
    >>> table = sq.load_dataset("restaurant")
    >>> found = paired_t_from_summary(gap=table["gap_mean"], sd_gap=table["gap_sd"], n=51)
    >>> found.to_frame()["statistic"].round(3).tolist()
    [-5.698, -5.903, -4.996, -5.431, 3.759]
    """
    check_correction(correction, flips=False)
    check_confidence(confidence)
    if labels is None and isinstance(gap, pd.Series):
        labels = gap.index.astype(str).tolist()
    given = _numbers({"gap": gap, "sd_gap": sd_gap, "n": n, "sd_e": sd_e, "sd_p": sd_p})
    mean, sd, count = given["gap"], given["sd_gap"], given["n"]
    if not (count % 1 == 0).all() or (count < 1).any():
        raise ResponseError("n must hold whole numbers of respondents, at least 1.")
    names = [str(i + 1) for i in range(len(mean))] if labels is None else list(map(str, labels))
    if len(names) != len(mean):
        raise ResponseError(f"There are {len(names)} labels for {len(mean)} gaps.")
    means = Means(n=count.astype(np.int64), mean=mean, sd=sd, error=sd / np.sqrt(count))
    tests = mean_tests(means, confidence)
    single = d_z(mean, sd, means.n_effective, confidence, np.maximum(count - 1, 1))
    nothing = np.full(len(mean), np.nan)
    first, second = given.get("sd_e", nothing), given.get("sd_p", nothing)
    across = d_av(single, sd, first, second)
    product = np.where(first * second > 0, first * second, np.nan)
    table = pd.DataFrame(
        {
            "label": names,
            "n": means.n,
            "estimate": mean,
            "sd": sd,
            "ci_low": tests.ci_low,
            "ci_high": tests.ci_high,
            "statistic": tests.statistic,
            "df": tests.df,
            "p_value": tests.p_value,
            "p_adjusted": adjust(tests.p_value, correction),
            "d_z": single.estimate,
            "d_z_ci_low": single.ci_low,
            "d_z_ci_high": single.ci_high,
            "d_av": across.estimate,
            "d_av_ci_low": across.ci_low,
            "d_av_ci_high": across.ci_high,
            "r_ep": (first**2 + second**2 - sd**2) / (2 * product),
        }
    )
    impossible = [name for name, r in zip(names, table["r_ep"], strict=True) if abs(r) > 1 + 1e-9]
    if impossible:
        raise ResponseError(
            f"The standard deviations of {impossible[0]!r} contradict one another: no correlation "
            "of E and P gives this sd_gap. Check them for misprints."
        )
    about = {
        language: say("{count} published differences", language, count=len(mean))
        for language in LANGUAGES
    }
    return PublishedTests(
        table=table,
        about=MappingProxyType(about),
        correction=correction,
        m=family_size(tests.p_value),
        confidence=confidence,
        reasons=grouped(without_spread(means, names)),
    )


def _numbers(given: dict[str, ArrayLike | None]) -> dict[str, NDArray[np.float64]]:
    read: dict[str, NDArray[np.float64]] = {}
    for name, values in given.items():
        if values is None:
            continue
        try:
            read[name] = np.atleast_1d(np.array(values, dtype=np.float64))
        except (TypeError, ValueError) as error:
            raise ResponseError(f"{name} must hold numbers: {error}.") from error
        if read[name].ndim != 1 or not np.isfinite(read[name]).all():
            raise ResponseError(f"{name} must be one row of finite numbers.")
        if name.startswith("sd") and (read[name] < 0).any():
            raise ResponseError(f"{name} holds negative standard deviations.")
    size = len(read["gap"])
    for name, numbers in read.items():
        if len(numbers) not in (1, size):
            raise ResponseError(f"{name} has {len(numbers)} numbers for {size} gaps.")
        read[name] = np.broadcast_to(numbers, size).copy()
    if ("sd_e" in read) != ("sd_p" in read):
        raise ResponseError("sd_e and sd_p go together; give both or neither.")
    return read
