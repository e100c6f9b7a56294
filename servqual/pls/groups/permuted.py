"""What results from permutations of respondents between groups have in common."""

from dataclasses import dataclass

from servqual._language import say
from servqual._result import Result


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Permuted(Result):
    """Groups of the respondents of a path model, compared by permutations.

    Attributes
    ----------
    by : str
        What the groups are of.
    sizes : tuple of (str, int)
        Respondents by group.
    n_missing : int
        Respondents in no group, who are left out.
    n_permutations : int
        How many were asked for, for each pair of groups.
    n_failed : int
        Those of all pairs in which a group has no solution, which are left out.
    seed : int or None
    """

    by: str
    sizes: tuple[tuple[str, int], ...]
    n_missing: int
    n_permutations: int
    n_failed: int
    seed: int | None

    @property
    def _groups(self) -> str:
        return ", ".join(f"{name} (n = {n:,})" for name, n in self.sizes)

    @property
    def problems(self) -> tuple[str, ...]:
        """What went wrong in some permutations, counted."""
        return self._problems("en")

    def _problems(self, language: str) -> tuple[str, ...]:
        if not self.n_failed:
            return ()
        return (
            say(
                "In {k:,} permutations a group has no solution; they are left out, and none was "
                "drawn again.",
                language,
                k=self.n_failed,
            ),
        )

    def _left_out(self, language: str) -> tuple[str, ...]:
        """Say who is in no group, and what went wrong."""
        missing: tuple[str, ...] = ()
        if self.n_missing:
            missing = (
                say("{k:,} respondents in no group are left out.", language, k=self.n_missing),
            )
        return (*missing, *self._problems(language))
