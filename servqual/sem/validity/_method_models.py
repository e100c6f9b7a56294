"""The models by which common method variance is sought, as texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from servqual.errors import ModelError
from servqual.sem.result import SemResult
from servqual.sem.specification._modifiers import NO_MODIFIERS
from servqual.sem.specification.parameters import written
from servqual.sem.specification.syntax import Model, Relation, read_model
from servqual.sem.specification.writing import model_text


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """What a model says of measurement.

    Attributes
    ----------
    indicators : mapping of str to tuple of str
        The observed indicators of each latent variable.
    residuals : str
        Its lines on residual variances and covariances of indicators; "" without.
    """

    indicators: Mapping[str, tuple[str, ...]]
    residuals: str

    @property
    def items(self) -> tuple[str, ...]:
        """All indicators, each once."""
        return tuple(dict.fromkeys(item for its in self.indicators.values() for item in its))

    def name(self, wanted: str, *also: str) -> str:
        """Give a name that nothing else has."""
        while wanted in {*self.indicators, *self.items, *also}:
            wanted += "_"
        return wanted

    @property
    def intended(self) -> str:
        """Say that all latent variables are correlated."""
        return "\n".join([*(loads(*one) for one in self.indicators.items()), *self._rest])

    def one_factor(self) -> str:
        """Put one latent variable behind all items."""
        return "\n".join([loads(self.name("common"), self.items), *self._rest])

    def with_equal_method(self) -> str:
        """Add a factor of all items with equal loadings, uncorrelated with the others."""
        method = self.name("method")
        lines = [self.intended, loads(method, [f"1*{item}" for item in self.items])]
        return "\n".join([*lines, f"{method} ~~ NA*{method}", *apart(method, self.indicators)])

    def with_free_method(self, start: float) -> str:
        """Add a factor of all items with free loadings, uncorrelated with the others."""
        method = self.name("method")
        items = [f"start({written(start)})*{item}" for item in self.items]
        return "\n".join([self.intended, loads(method, items), *apart(method, self.indicators)])

    @property
    def _rest(self) -> list[str]:
        return [self.residuals] if self.residuals else []


def loads(name: str, items: Sequence[str]) -> str:
    """Write what a factor is measured by."""
    return f"{name} =~ {' + '.join(items)}"


def apart(name: str, others: Mapping[str, object]) -> list[str]:
    """Hold the covariances of a factor with others at zero."""
    return [f"{name} ~~ 0*{other}" for other in others]


def measurement_of(model: str | Model) -> Measurement:
    """Take the measurement part of a model: paths, labels and second orders are left out.

    Raises
    ------
    ModelError
        If fewer than two latent variables have observed indicators.
    """
    read = read_model(model) if isinstance(model, str) else model
    latent = {one.lhs for one in read.relations if one.op == "=~"}
    indicators: dict[str, tuple[str, ...]] = {}
    kept: list[Relation] = []
    for one in read.relations:
        if one.op == "=~" and one.rhs not in latent:
            indicators[one.lhs] = (*indicators.get(one.lhs, ()), one.rhs)
    items = {item for its in indicators.values() for item in its}
    for one in read.relations:
        if one.op == "~~" and {one.lhs, one.rhs} <= items:
            named = replace(one.modifiers, label=NO_MODIFIERS.label)
            kept.append(replace(one, modifiers=named))
    if len(indicators) < 2:
        raise ModelError(
            f"The model has {len(indicators)} latent variables with observed indicators; to tell "
            "method from trait it takes two or more, such as TAN =~ G1 + G2; REL =~ G5 + G6."
        )
    rest = Model(text="", relations=tuple(kept), assignments=(), equalities=())
    return Measurement(indicators=indicators, residuals=model_text(rest) if kept else "")


@dataclass(frozen=True, kw_only=True)
class MarkerModels:
    """The models of a marker variable after Williams, Hartman and Cavazos (2010)."""

    measurement: Measurement
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """What the marker's factor is called."""
        return self.measurement.name("marker", *self.columns)

    def correlated(self) -> str:
        """Add the marker as one more correlated factor."""
        return "\n".join([self.measurement.intended, loads(self.name, self.columns)])

    def method(self, cfa: SemResult, kind: str, correlations: SemResult | None = None) -> str:
        """Fix the marker's measurement; kind "none", "equal" or "free" loadings of the items."""
        frame = cfa.parameters
        own = frame[(frame["lhs"] == self.name) & (frame["op"] == "=~")]
        own_variance = frame[(frame["op"] == "~~") & (frame["lhs"] == frame["rhs"])]
        errors = dict(zip(own_variance["lhs"], own_variance["estimate"], strict=True))
        fixed = [
            f"{written(value)}*{item}"
            for item, value in zip(own["rhs"], own["estimate"], strict=True)
        ]
        label = self.measurement.name("m", *self.columns)
        items = {
            "none": [],
            "equal": [f"{label}*{item}" for item in self.measurement.items],
            "free": list(self.measurement.items),
        }[kind]
        lines = [self.measurement.intended, loads(self.name, [*fixed, *items])]
        lines += [f"{item} ~~ {written(errors[item])}*{item}" for item in self.columns]
        lines += apart(self.name, self.measurement.indicators)
        if correlations is not None:
            lines += [
                f"{one} ~~ {written(value)}*{other}"
                for (one, other), value in latent_correlations_of(
                    correlations, self.measurement
                ).items()
            ]
        return "\n".join(lines)


def latent_correlations_of(
    result: SemResult, measurement: Measurement
) -> dict[tuple[str, str], float]:
    """Give the correlations of the model's own latent variables."""
    frame = result.parameters
    own = frame[
        (frame["op"] == "~~")
        & frame["lhs"].isin(measurement.indicators)
        & frame["rhs"].isin(measurement.indicators)
        & (frame["lhs"] != frame["rhs"])
    ]
    return {
        (one, other): float(value)
        for one, other, value in zip(own["lhs"], own["rhs"], own["std_all"], strict=True)
    }


def share_of(result: SemResult, factor: str, items: Sequence[str]) -> float:
    """Give the mean squared standardised loading of items on a factor."""
    frame = result.parameters
    own = frame[(frame["lhs"] == factor) & (frame["op"] == "=~") & frame["rhs"].isin(items)]
    if len(own) < len(items):
        return np.nan
    return float((own["std_all"] ** 2).mean())
