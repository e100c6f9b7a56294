"""What a text says of a path model: constructs with their indicators, paths, products."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from servqual.errors import ModelError, nearest, shortened
from servqual.sem.specification._modifiers import NO_MODIFIERS
from servqual.sem.specification._tokens import fail
from servqual.sem.specification.syntax import Relation, read_model

Mode = Literal["A", "B"]
OPERATORS: Final[Mapping[str, Mode]] = {"=~": "A", "<~": "B"}


@dataclass(frozen=True, kw_only=True)
class Block:
    """A construct with what it is made of.

    Attributes
    ----------
    name : str
    mode : str
        "A" (`=~`, correlation weights) or "B" (`<~`, regression weights).
    indicators : tuple of str
        Columns of the data, or constructs where it is of second order.
    """

    name: str
    mode: Mode
    indicators: tuple[str, ...]

    @property
    def op(self) -> str:
        """The operator that its indicators stand behind."""
        return "=~" if self.mode == "A" else "<~"


@dataclass(frozen=True, kw_only=True)
class PathModel:
    """A path model as read from its text.

    Attributes
    ----------
    text : str
    blocks : tuple of Block
        In the order of the text.
    second_order : tuple of str
        Which of them are made of constructs.
    paths : tuple of (str, str)
        Outcome and predictor; a predictor may be a product, "a:b".
    products : tuple of (str, str, str)
        Name, first and second construct of each product.
    """

    text: str
    blocks: tuple[Block, ...]
    second_order: tuple[str, ...]
    paths: tuple[tuple[str, str], ...]
    products: tuple[tuple[str, str, str], ...]

    @property
    def simple(self) -> tuple[Block, ...]:
        """The constructs of columns."""
        return tuple(block for block in self.blocks if block.name not in self.second_order)

    @property
    def composed(self) -> tuple[Block, ...]:
        """The constructs of constructs."""
        return tuple(block for block in self.blocks if block.name in self.second_order)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the data that it needs, block by block."""
        return tuple(one for block in self.simple for one in block.indicators)

    @property
    def parts(self) -> tuple[str, ...]:
        """The constructs that second-order ones are made of."""
        return tuple(one for block in self.composed for one in block.indicators)


def read_path_model(text: str, observed: Collection[str]) -> PathModel:
    """Read the text of a path model.

    Parameters
    ----------
    text : str
        ``=~`` (mode A) and ``<~`` (mode B) stand between a construct and its indicators, ``~``
        between an outcome and its predictors, ``a:b`` is a product of two constructs. A construct
        whose indicators are constructs is of second order. A column in a path is a construct of
        its own.
    observed : collection of str
        The columns of the data.

    Raises
    ------
    ModelError
        If it is not well formed: a construct without indicators or paths, an indicator in two
        blocks, paths in a circle, a product without its main effects, ...

    Examples
    --------
    >>> model = read_path_model("Q =~ q1 + q2; S <~ s1 + s2; S ~ Q", ["q1", "q2", "s1", "s2"])
    >>> [(block.name, block.mode, block.indicators) for block in model.blocks]
    [('Q', 'A', ('q1', 'q2')), ('S', 'B', ('s1', 's2'))]
    >>> model.paths
    (('S', 'Q'),)
    """
    read = read_model(text, composites=True)
    for at in [one.at for one in read.assignments] + [one.at for one in read.equalities]:
        fail(
            text,
            at,
            "partial least squares has no defined values or constraints; all indirect effects "
            "stand in the result.",
        )
    for relation in read.relations:
        _check_relation(relation, text)
    blocks = _blocks([one for one in read.relations if one.op in OPERATORS])
    paths = [(one.lhs, one.rhs) for one in read.relations if one.op == "~"]
    if not paths:
        fail(text, 0, "the model has no path; an outcome and its predictors read: y ~ a + b.")
    products = _products(paths)
    named = dict.fromkeys(
        name for path in paths for one in path for name in (one.split(":") if ":" in one else [one])
    )
    for name in named:
        if name not in blocks:
            if name not in observed:
                known = [*blocks, *observed]
                raise ModelError(
                    f"The construct {name!r} has no indicators, and the data have no such column. "
                    f"Write {name} =~ its indicators.{nearest(name, known)}"
                )
            blocks[name] = Block(name=name, mode="A", indicators=(name,))
    model = PathModel(
        text=text,
        blocks=tuple(blocks.values()),
        second_order=tuple(one for one in blocks if _is_composed(blocks[one], blocks)),
        paths=tuple(paths),
        products=products,
    )
    _check_model(model, observed)
    return model


def _check_relation(relation: Relation, text: str) -> None:
    if relation.op not in (*OPERATORS, "~"):
        fail(
            text,
            relation.at,
            f"{relation.op!r} has no place in partial least squares, which estimates weights (=~, "
            "<~) and paths (~) only; leave this line out.",
        )
    if relation.modifiers != NO_MODIFIERS:
        fail(
            text,
            relation.at,
            "partial least squares has no fixed values, start values or labels; write the "
            "variable alone.",
        )
    if ":" in relation.lhs or (":" in relation.rhs and relation.op != "~"):
        fail(text, relation.at, "a product stands among the predictors of a path only: y ~ a:b.")


def _blocks(relations: Sequence[Relation]) -> dict[str, Block]:
    found: dict[str, tuple[str, list[str]]] = {}
    for one in relations:
        op, indicators = found.setdefault(one.lhs, (one.op, []))
        if op != one.op:
            raise ModelError(
                f"{one.lhs!r} has indicators behind =~ and behind <~. A construct is of one mode; "
                "make it two constructs."
            )
        indicators.append(one.rhs)
    return {
        name: Block(name=name, mode=OPERATORS[op], indicators=tuple(indicators))
        for name, (op, indicators) in found.items()
    }


def _products(paths: Sequence[tuple[str, str]]) -> tuple[tuple[str, str, str], ...]:
    products: dict[str, tuple[str, str, str]] = {}
    for outcome, predictor in paths:
        if ":" not in predictor:
            continue
        first, second = predictor.split(":")
        if f"{second}:{first}" in products and first != second:
            raise ModelError(f"The product {predictor!r} also stands as '{second}:{first}'.")
        for name in (first, second):
            if (outcome, name) not in paths:
                raise ModelError(
                    f"{predictor!r} explains {outcome!r}, but {name!r} itself does not. A product "
                    f"means nothing without its main effects: add {outcome} ~ {name}."
                )
        products[predictor] = (predictor, first, second)
    return tuple(products.values())


def _is_composed(block: Block, blocks: Mapping[str, Block]) -> bool:
    inner = [one for one in block.indicators if one in blocks and one != block.name]
    if inner and len(inner) < len(block.indicators):
        outer = [one for one in block.indicators if one not in blocks]
        raise ModelError(
            f"{block.name!r} is made of constructs ({shortened(inner)}) and of columns "
            f"({shortened(outer)}). Give the columns a construct of their own."
        )
    return bool(inner)


def _check_model(model: PathModel, observed: Collection[str]) -> None:
    columns = model.columns
    absent = [one for one in columns if one not in observed]
    if absent:
        raise ModelError(
            f"The data have no column {shortened(absent)}.{nearest(absent[0], observed)}"
        )
    for what, names in (("indicator", columns), ("construct", model.parts)):
        twice = list(dict.fromkeys(one for one in names if names.count(one) > 1))
        if twice:
            owners = [block.name for block in model.blocks if twice[0] in block.indicators]
            raise ModelError(
                f"The {what} {twice[0]!r} stands in the blocks of {shortened(owners)}. A block "
                f"has {what}s of its own; {len(twice)} in all stand in two."
            )
    deep = [one.name for one in model.composed if one.name in model.parts]
    if deep:
        raise ModelError(f"{shortened(deep)} would make a third order; two are offered.")
    joined = {name for path in model.paths for name in path}
    inside = [one for one in model.parts if one in joined]
    if inside:
        raise ModelError(
            f"{shortened(inside)} measures a second-order construct and stands in a path, too; "
            "draw the path to the second-order construct."
        )
    alone = [
        one.name for one in model.blocks if one.name not in joined and one.name not in model.parts
    ]
    if alone:
        raise ModelError(
            f"{shortened(alone)} has no path, and partial least squares finds weights from paths "
            "only. Join it to the others, or leave it out."
        )
    circle = _circle(model.paths)
    if circle:
        raise ModelError(
            f"The paths go in a circle: {' -> '.join(circle)}. Partial least squares has one "
            "direction; leave one of these paths out."
        )


def _circle(paths: Sequence[tuple[str, str]]) -> list[str]:
    """Find a walk along the paths that comes back to where it started; empty if there is none."""
    onward: dict[str, list[str]] = {}
    for outcome, predictor in paths:
        for name in predictor.split(":"):
            onward.setdefault(name, []).append(outcome)
    done: set[str] = set()

    def walk(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return [*trail[trail.index(name) :], name]
        if name in done:
            return []
        for following in onward.get(name, ()):
            found = walk(following, [*trail, name])
            if found:
                return found
        done.add(name)
        return []

    for name in onward:
        found = walk(name, [])
        if found:
            return found
    return []
