"""Path models from the literature as templates that wait for items."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import pandas as pd

from servqual._definition import EVIDENCE
from servqual._language import say
from servqual._result import Result
from servqual.errors import ModelError, nearest, shortened
from servqual.sem.construction._template_parts import (
    Block,
    check_columns,
    check_names,
    check_reliability,
    single_lines,
    with_reliability,
)
from servqual.sem.specification.syntax import read_model
from servqual.sem.specification.table import build_table

_SIGNS = ("+", "-", "+/-")
_SHOWN = {"+": "+", "-": "−", "+/-": "+/−"}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class PathTemplate(Result):
    """Constructs and the paths between them, without items; `load_path_template` gives one.

    Attributes
    ----------
    name : str
    paths : tuple of (str, str, str)
        Outcome, predictor and the expected sign: "+", "-", or "+/-" where theory leaves it open.
    titles : mapping of str to str, optional
        What the model is called, by language.
    construct_labels : mapping of str to mapping of str to str, optional
        Labels of constructs, by language.
    evidence, evidence_note, citation : str
        How well the source of the paths is known, and the source itself.

    Examples
    --------
    A model of one's own:

    >>> chain = PathTemplate(name="chain", paths=[("stay", "service", "+"), ("leave", "stay", "-")])
    >>> print(chain.text(service=["s1", "s2", "s3"], stay=["y1", "y2"], leave="left"))
    service =~ s1 + s2 + s3
    stay =~ y1 + y2
    leave =~ left
    stay ~ service
    leave ~ stay
    """

    name: str
    paths: Sequence[tuple[str, str, str]]
    titles: Mapping[str, str] = field(default_factory=dict)
    construct_labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    evidence: str = "own"
    evidence_note: str = ""
    citation: str = ""

    def __post_init__(self) -> None:
        paths = tuple((str(one), str(other), str(sign)) for one, other, sign in self.paths)
        wrong = [sign for _, _, sign in paths if sign not in _SIGNS]
        if not paths or wrong:
            raise ModelError(
                f"A path model needs paths (outcome, predictor, sign) with a sign among "
                f"{', '.join(_SIGNS)}" + (f", not {wrong[0]!r}." if wrong else "; there are none.")
            )
        if self.evidence not in EVIDENCE:
            raise ModelError(
                f"evidence must be one of {', '.join(EVIDENCE)}, not {self.evidence!r}."
            )
        object.__setattr__(self, "paths", paths)
        labels = {key: MappingProxyType(dict(one)) for key, one in self.construct_labels.items()}
        object.__setattr__(self, "construct_labels", MappingProxyType(labels))
        object.__setattr__(self, "titles", MappingProxyType(dict(self.titles)))

    @property
    def constructs(self) -> tuple[str, ...]:
        """All constructs, causes before effects where the model allows it."""
        named = [name for outcome, predictor, _ in self.paths for name in (predictor, outcome)]
        labelled = self.construct_labels.get("en", {})
        return tuple(dict.fromkeys([*(key for key in labelled if key in named), *named]))

    def labels(self, language: str = "en") -> dict[str, str]:
        """Give the label of each construct, such as `plot_paths` takes them."""
        known = self.construct_labels.get(language) or self.construct_labels.get("en", {})
        return {key: known.get(key, key) for key in self.constructs}

    def text(
        self,
        *,
        names: Mapping[str, str] | None = None,
        reliability: float | Mapping[str, float] | None = None,
        data: object = None,
        **indicators: str | Sequence[str] | None,
    ) -> str:
        r"""Write the model of given items, as `fit_sem` and `fit_pls` read it.

        Parameters
        ----------
        names : mapping of str to str, optional
            Other names for constructs, by key.
        reliability : float or mapping of str to float, optional
            Of constructs with one item, by key: their error variance is (1 - reliability) times
            the item's variance. Without it the item is taken as free of error, as partial least
            squares takes it.
        data : frame, Scores, Sample or Moments, optional
            The data that are to be modelled: columns are checked, and give the variance of single
            items that others explain.
        **indicators : str, sequence of str or None
            The columns that measure each construct, by its key; None leaves the construct and its
            paths out.

        Returns
        -------
        str
            With a reliability it fixes error variances, which only `fit_sem` reads.

        Raises
        ------
        ModelError
            If constructs are not known or not spoken of, no path is left, or columns are not in
            the data.

        Examples
        --------
        >>> chain = load_path_template("post-purchase")
        >>> print(chain.text(use=["u1", "u2"], satisfaction=["s1", "s2"], complaints="complained",
        ...                  loyalty=None))
        use =~ u1 + u2
        satisfaction =~ s1 + s2
        complaints =~ complained
        satisfaction ~ use
        complaints ~ satisfaction
        """
        given = self._given(indicators)
        renamed = {str(key): str(name) for key, name in (names or {}).items()}
        blocks = tuple(
            Block(key=key, name=renamed.get(key, key), columns=columns)
            for key, columns in given.items()
        )
        check_reliability(reliability, blocks)
        blocks = with_reliability(blocks, reliability, needed=False)
        latent = {block.key: block.name for block in blocks}
        columns = [column for block in blocks for column in block.columns]
        check_names(latent, columns, renamed)
        check_columns(data, columns)
        causes = _causes(self.paths, latent)
        lines = [f"{block.name} =~ {' + '.join(block.columns)}" for block in blocks]
        lines += [f"{latent[key]} ~ {' + '.join(its)}" for key, its in causes.items()]
        explained = [latent[key] for key in causes]
        lines += single_lines(blocks, explained=explained, data=data, columns=columns)
        text = "\n".join(lines)
        build_table(read_model(text))
        return text

    def to_frame(self) -> pd.DataFrame:
        """Give one row a path: lhs (outcome), rhs (predictor), expected_sign."""
        return pd.DataFrame(
            [(outcome, predictor, _SHOWN[sign]) for outcome, predictor, sign in self.paths],
            columns=["lhs", "rhs", "expected_sign"],
        )

    def title(self, language: str = "en") -> str:
        """Say what model it is, and how large."""
        return say(
            "Path model {name}: {n} constructs, {paths} paths",
            language,
            name=self.titles.get(language) or self.titles.get("en") or self.name,
            n=len(self.constructs),
            paths=len(self.paths),
        )

    def notes(self, language: str = "en") -> tuple[str, ...]:
        """Say where the paths come from, and how well that is known."""
        notes = []
        negative = [f"{one} ~ {other}" for one, other, sign in self.paths if sign == "-"]
        if negative:
            notes.append(
                say("Expected to be negative: {paths}.", language, paths=", ".join(negative))
            )
        if self.evidence != "own":
            notes.append(say("Evidence: {grade}.", language, grade=say(self.evidence, language)))
        return (*notes, *(text for text in (self.evidence_note, self.citation) if text))

    def __getstate__(self) -> dict[str, Any]:
        labels = {language: dict(its) for language, its in self.construct_labels.items()}
        return super().__getstate__() | {"construct_labels": labels}

    def _given(
        self, indicators: Mapping[str, str | Sequence[str] | None]
    ) -> dict[str, tuple[str, ...]]:
        unknown = [key for key in indicators if key not in self.constructs]
        if unknown:
            raise ModelError(
                f"Path model {self.name!r} has no construct {shortened(unknown)}."
                f"{nearest(unknown[0], self.constructs)} It has {', '.join(self.constructs)}."
            )
        silent = [key for key in self.constructs if key not in indicators]
        if silent:
            raise ModelError(
                f"Path model {self.name!r} needs the columns of {shortened(silent)}: "
                f"{silent[0]}=[...]. {silent[0]}=None leaves the construct and its paths out."
            )
        given = {key: _listed(indicators[key]) for key in self.constructs}
        found = {key: columns for key, columns in given.items() if columns is not None}
        empty = [key for key, columns in found.items() if not columns]
        if empty:
            raise ModelError(
                f"{shortened(empty)} has no columns; name them, or give None to leave the "
                "construct and its paths out."
            )
        joined = {name for one, other, _ in self.paths if {one, other} <= set(found)
                  for name in (one, other)}  # fmt: skip
        alone = [key for key in found if key not in joined]
        if alone or not found:
            raise ModelError(
                f"Without {shortened([key for key in given if key not in found])} no path of model "
                f"{self.name!r} is left" + (f" from or to {shortened(alone)}." if alone else ".")
            )
        return found


def _listed(columns: str | Sequence[str] | None) -> tuple[str, ...] | None:
    if columns is None:
        return None
    return (columns,) if isinstance(columns, str) else tuple(map(str, columns))


def _causes(
    paths: Iterable[tuple[str, str, str]], latent: Mapping[str, str]
) -> dict[str, list[str]]:
    """Give what acts on each outcome, of those that are there."""
    found: dict[str, list[str]] = {}
    for outcome, predictor, _ in paths:
        if outcome in latent and predictor in latent:
            found.setdefault(outcome, []).append(latent[predictor])
    return found


def list_path_templates() -> pd.DataFrame:
    """List the bundled path templates.

    Returns
    -------
    DataFrame
        One row a template: name, title, constructs (by key), paths (how many), evidence
        ("verified", "secondary", "recalled" or "illustrative") and citation.

    See Also
    --------
    load_path_template : Load one of them.

    Examples
    --------
    >>> list_path_templates()[["name", "paths", "evidence"]]
                     name  paths      evidence
    0                acsi      9     secondary
    1                ecsi     12      verified
    2                ccsi     11      recalled
    3    commitment-trust     13      recalled
    4    service-recovery      4      recalled
    5  complaint-handling      9      recalled
    6       post-purchase      4  illustrative
    """
    models = [load_path_template(name) for name in _bundled()]
    return pd.DataFrame(
        {
            "name": [model.name for model in models],
            "title": [model.titles["en"] for model in models],
            "constructs": [", ".join(model.constructs) for model in models],
            "paths": [len(model.paths) for model in models],
            "evidence": [model.evidence for model in models],
            "citation": [model.citation for model in models],
        }
    )


def load_path_template(name: str) -> PathTemplate:
    """Load a path model from the literature, to be given items.

    Parameters
    ----------
    name : str
        One of the names that `list_path_templates` gives: satisfaction indices ("acsi" [1]_, "ecsi"
        [2]_, "ccsi"), "commitment-trust" [3]_, "service-recovery" [4]_, "complaint-handling" [5]_
        and "post-purchase".

    Returns
    -------
    PathTemplate
        It shows its paths with their expected signs and their source; its ``text(...)`` takes the
        columns of each construct and gives the model that `fit_sem` and `fit_pls` read.

    Raises
    ------
    ModelError
        If there is no model of this name.

    References
    ----------
    .. [1] Fornell, C., Johnson, M. D., Anderson, E. W., Cha, J., & Bryant, B. E. (1996). The
       American Customer Satisfaction Index: Nature, purpose, and findings. *Journal of Marketing*,
       60(4), 7-18. https://doi.org/10.1177/002224299606000403
    .. [2] Tenenhaus, M., Esposito Vinzi, V., Chatelin, Y.-M., & Lauro, C. (2005). PLS path
       modeling. *Computational Statistics & Data Analysis*, 48(1), 159-205.
       https://doi.org/10.1016/j.csda.2004.03.005
    .. [3] Morgan, R. M., & Hunt, S. D. (1994). The commitment-trust theory of relationship
       marketing. *Journal of Marketing*, 58(3), 20-38.
       https://doi.org/10.1177/002224299405800302
    .. [4] Smith, A. K., Bolton, R. N., & Wagner, J. (1999). A model of customer satisfaction with
       service encounters involving failure and recovery. *Journal of Marketing Research*, 36(3),
       356-372. https://doi.org/10.1177/002224379903600305
    .. [5] Tax, S. S., Brown, S. W., & Chandrashekaran, M. (1998). Customer evaluations of service
       complaint experiences: Implications for relationship marketing. *Journal of Marketing*,
       62(2), 60-76. https://doi.org/10.1177/002224299806200205

    Examples
    --------
    >>> acsi = load_path_template("acsi")
    >>> acsi.constructs
    ('expectations', 'quality', 'value', 'satisfaction', 'complaints', 'loyalty')
    >>> print(acsi.text(expectations=["E1", "E2", "E3"], quality=["Q1", "Q2", "Q3"],
    ...                 value=["V1", "V2"], satisfaction=["S1", "S2", "S3"],
    ...                 complaints="complained", loyalty=["L1", "L2", "L3"]))
    expectations =~ E1 + E2 + E3
    quality =~ Q1 + Q2 + Q3
    value =~ V1 + V2
    satisfaction =~ S1 + S2 + S3
    complaints =~ complained
    loyalty =~ L1 + L2 + L3
    quality ~ expectations
    value ~ expectations + quality
    satisfaction ~ expectations + quality + value
    complaints ~ satisfaction
    loyalty ~ satisfaction + complaints
    """
    known = _bundled()
    if name not in known:
        raise ModelError(
            f"There is no bundled path template {name!r}.{nearest(name, known)} "
            f"There are {', '.join(known)}."
        )
    held = known[name]
    return PathTemplate(
        name=name,
        paths=held["paths"],
        titles=held["title"],
        construct_labels=held["labels"],
        evidence=held["evidence"],
        evidence_note=held["evidence_note"].strip(),
        citation=held["citation"],
    )


@cache
def _bundled() -> dict[str, dict[str, Any]]:
    path = resources.files("servqual.sem.construction") / "path_templates.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
