"""A model as text, in the words of lavaan and semopy, read into its statements."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from servqual.sem.specification._modifiers import NO_MODIFIERS, Modifiers, modifier_of
from servqual.sem.specification._tokens import (
    BREAK,
    NAME,
    NUMBER,
    OPERATOR,
    RELATION,
    Token,
    fail,
    tokens_of,
)
from servqual.sem.specification.expressions import Expression, expression_of

FORMULAS: Final = ("=~", "~", "~~", "|", "~*~")
SYMMETRIC: Final = ("~~", "~*~")
INTERCEPT: Final = "~1"
_FOREIGN = {
    "DEFINE": "a latent variable is what stands left of =~, and ordinal items are named by "
    "ordered= when the model is fitted.",
    "START": "write the start value before the variable: y ~ start(0.5)*x.",
    "BOUND": "bounds are not offered; a solution outside the possible values is reported.",
    "CONSTRAINT": "write the constraint between labels on a line of its own: a == b.",
}
_REFUSED = {
    "<~": "a construct formed by its indicators (<~) belongs to partial least squares: fit_pls. "
    "For a common factor write =~.",
    "=": "'=' is no operator of a model. =~ is 'measured by', == sets labels equal, := names a "
    "value.",
    **dict.fromkeys(
        ("<", ">", "<=", ">="),
        "inequality constraints are not offered; linear equalities (==) are.",
    ),
}
_THRESHOLD = re.compile(r"t[1-9][0-9]*")


@dataclass(frozen=True, kw_only=True)
class Relation:
    """One relation of two variables, or one intercept.

    Attributes
    ----------
    lhs, op, rhs : str
        `op` is "=~", "~", "~~", "~1" (with an empty `rhs`), "|" or "~*~".
    modifiers : Modifiers
        What the text says of its parameter.
    at : int
        Where it is in the text.
    """

    lhs: str
    op: str
    rhs: str
    modifiers: Modifiers
    at: int

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same parameter as another: order does not matter in `~~`."""
        pair = sorted((self.lhs, self.rhs)) if self.op in SYMMETRIC else (self.lhs, self.rhs)
        return (self.op, *pair)


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """A named value, `name := expression`."""

    name: str
    expression: Expression
    at: int


@dataclass(frozen=True, kw_only=True)
class Equality:
    """A constraint, `left == right`."""

    left: Expression
    right: Expression
    at: int


@dataclass(frozen=True, kw_only=True)
class Model:
    """The statements of a model text, without defaults.

    Two models are equal if their texts are.

    Attributes
    ----------
    text : str
        As written; `str(model)`.
    relations : tuple of Relation
        In the order of the text, those of the same parameter made one.
    assignments : tuple of Assignment
        The `:=`.
    equalities : tuple of Equality
        The `==`.
    """

    text: str
    relations: tuple[Relation, ...] = field(compare=False, repr=False)
    assignments: tuple[Assignment, ...] = field(compare=False, repr=False)
    equalities: tuple[Equality, ...] = field(compare=False, repr=False)

    def __str__(self) -> str:
        return self.text


def read_model(text: str, *, composites: bool = False) -> Model:
    """Read a model text as lavaan and semopy write it.

    Statements stand on lines of their own, or are parted by `;`. A line goes on where it ends in an
    operator or the next one starts with one (but "-"). `#` and `!` start a comment.

    ===================== =====================================================================
    ``f =~ x1 + x2``      the latent f is measured by x1 and x2
    ``y ~ x + z``         y is regressed on x and z
    ``x1 ~~ x2``          a variance or a covariance (of residuals, where there are any)
    ``y ~ 1``             an intercept or a mean
    ``ind := a*b``        a value defined from labels: + - * / ^ ( ) exp log sqrt abs
    ``a + b == 1``        a linear constraint of labels
    ``x1 | t1 + t2``      thresholds of an ordered item
    ``x1 ~*~ x1``         the scale of an ordered item
    ===================== =====================================================================

    Before a variable stands what is known of its parameter: ``0.5*x`` fixes it, ``NA*x`` frees it,
    ``start(0.5)*x`` gives a start value, ``a*x`` a label; parameters with one label are equal. They
    may follow one another (``a*start(0.5)*x``), and ``c(a, b)*x`` has one for each group.

    Parameters
    ----------
    text : str
        The model.
    composites : bool
        Whether it is one of partial least squares, where ``f <~ x1 + x2`` forms the construct f
        from its indicators, and ``y ~ a + b + a:b`` has a product of constructs.

    Raises
    ------
    ModelError
        If it is not well formed, with the line and the column.

    Examples
    --------
    >>> model = read_model("SAT =~ s1 + s2 + s3; SAT ~ a*TAN")
    >>> [(r.lhs, r.op, r.rhs) for r in model.relations]
    [('SAT', '=~', 's1'), ('SAT', '=~', 's2'), ('SAT', '=~', 's3'), ('SAT', '~', 'TAN')]
    >>> read_model("f =~ x1 + x 2")
    Traceback (most recent call last):
        ...
    servqual.errors.ModelError: Line 1, column 13, in 'f =~ x1 + x 2': terms are joined by '+', ...
    """
    relations: dict[tuple[str, ...], Relation] = {}
    assignments: list[Assignment] = []
    equalities: list[Equality] = []
    tokens = tokens_of(text)
    for words in _statements(_with_products(tokens) if composites else tokens, text):
        left, relation, right = _sides(words, text, composites)
        if relation.text == ":=":
            if len(left) != 1 or left[0].kind != NAME:
                fail(text, left[0].at, "one name stands left of :=.")
            expression = expression_of(right, text, relation.at)
            assignments.append(Assignment(name=left[0].text, expression=expression, at=left[0].at))
        elif relation.text == "==":
            sides = (expression_of(side, text, relation.at) for side in (left, right))
            equalities.append(Equality(left=next(sides), right=next(sides), at=left[0].at))
        else:
            for one in _relations(left, relation, right, text):
                _add(one, relations, text)
    if not relations:
        fail(text, 0, "the model says nothing; a factor reads: f =~ x1 + x2 + x3.")
    return Model(
        text=text,
        relations=tuple(relations.values()),
        assignments=tuple(assignments),
        equalities=tuple(equalities),
    )


def _with_products(tokens: Sequence[Token]) -> list[Token]:
    """Make one name of a product, `a:b`."""
    found: list[Token] = []
    for token in tokens:
        if token.kind == NAME and len(found) > 1 and found[-1].text == ":":
            first = found[-2]
            if first.kind == NAME and ":" not in first.text:
                found[-2:] = [Token(NAME, f"{first.text}:{token.text}", first.at)]
                continue
        found.append(token)
    return found


def _statements(tokens: Sequence[Token], text: str) -> list[list[Token]]:
    """Part the words into statements."""
    statements: list[list[Token]] = [[]]
    opened: list[Token] = []
    for i, token in enumerate(tokens):
        words = statements[-1]
        if token.kind != BREAK:
            words.append(token)
            if token.text == "(":
                opened.append(token)
            elif token.text == ")":
                if not opened:
                    fail(text, token.at, "this parenthesis closes nothing.")
                opened.pop()
        elif words and not opened and not _goes_on(words[-1]) and not _joins(tokens, i):
            statements.append([])
    if opened:
        fail(text, opened[-1].at, "this parenthesis is never closed.")
    return [words for words in statements if words]


def _goes_on(token: Token) -> bool:
    return token.kind in (OPERATOR, RELATION) and token.text != ")"


def _joins(tokens: Sequence[Token], i: int) -> bool:
    following = next((token for token in tokens[i:] if token.kind != BREAK), None)
    # "-" and "(" may start an equality, so they do not join lines.
    return following is not None and _goes_on(following) and following.text not in ("(", "-")


def _sides(
    words: Sequence[Token], text: str, composites: bool
) -> tuple[Sequence[Token], Token, Sequence[Token]]:
    first = words[0]
    if first.text in _FOREIGN and len(words) > 1 and words[1].text == "(":
        fail(text, first.at, f"{first.text} is semopy's; {_FOREIGN[first.text]}")
    at = [i for i, token in enumerate(words) if token.kind == RELATION]
    if not at:
        fail(
            text,
            first.at,
            "a statement needs an operator: =~ (measured by), ~ (regressed on), ~~ (covaries "
            "with), := (defined as) or == (equals).",
        )
    relation = words[at[0]]
    if relation.text in _REFUSED and not (composites and relation.text == "<~"):
        fail(text, relation.at, _REFUSED[relation.text])
    if len(at) > 1:
        second = words[at[1]]
        fail(
            text,
            second.at,
            f"{second.text!r} is a second operator in one statement; start each on a new line.",
        )
    left, right = words[: at[0]], words[at[0] + 1 :]
    for side, where in ((left, "left"), (right, "right")):
        if not side:
            fail(text, relation.at, f"nothing stands {where} of {relation.text!r}.")
    return left, relation, right


def _relations(
    left: Sequence[Token], relation: Token, right: Sequence[Token], text: str
) -> list[Relation]:
    found = []
    for words in _parted(left, "+"):
        if len(words) != 1 or words[0].kind != NAME:
            at = words[0].at if words else relation.at
            fail(text, at, f"left of {relation.text!r} stand names, joined by '+'.")
        for term in _parted(right, "+"):
            if not term:
                missed = next((token for token in right if token.text == "+"), relation)
                fail(text, missed.at, "a variable is missing beside this '+'.")
            found.append(_relation(words[0], relation, term, text))
    return found


def _relation(lhs: Token, relation: Token, term: Sequence[Token], text: str) -> Relation:
    *before, last = _parted(term, "*")
    op, variable = relation.text, _variable(last, term, relation, text)
    rhs = variable.text
    if variable.kind == NUMBER:
        op, rhs = INTERCEPT, ""
    modifiers = NO_MODIFIERS
    for words in before:
        if not words:
            star = next(token for token in term if token.text == "*")
            fail(text, star.at, "a variable or a modifier is expected here, not '*'.")
        modifiers = modifiers.merged(modifier_of(words, text), text, words[0].at)
    if op in ("=~", "<~", "~") and lhs.text == rhs:
        said = "explain" if op == "~" else "measure"
        fail(text, variable.at, f"{rhs!r} cannot {said} itself.")
    if op == "~*~" and lhs.text != rhs:
        fail(text, variable.at, "a scale has one variable on both sides: x ~*~ x.")
    if op == "|" and not _THRESHOLD.fullmatch(rhs):
        fail(text, variable.at, f"thresholds are called t1, t2, ..., not {rhs!r}.")
    return Relation(lhs=lhs.text, op=op, rhs=rhs, modifiers=modifiers, at=variable.at)


def _variable(words: Sequence[Token], term: Sequence[Token], relation: Token, text: str) -> Token:
    """Give the variable that a term ends in, or the 1 of an intercept."""
    if not words:
        fail(text, term[-1].at, "a variable is missing after this '*'.")
    if any(token.text == ":" for token in words):
        fail(
            text,
            words[0].at,
            "products of variables (:) are not offered; add the product to the data as a column.",
        )
    first = words[0]
    if len(words) > 1:
        odd = words[1] if first.kind in (NAME, NUMBER) else first
        fail(text, odd.at, f"terms are joined by '+', and end in a variable, not in {odd.text!r}.")
    if first.kind == NUMBER:
        if relation.text == "~" and float(first.text) == 1:
            return first
        if len(term) > 1:
            fail(text, first.at, f"a value stands before its variable: {first.text}*x.")
        fail(text, first.at, f"a variable is expected here, not {first.text}.")
    if first.kind != NAME:
        fail(text, first.at, f"a variable is expected here, not {first.text!r}.")
    return first


def _parted(words: Sequence[Token], by: str) -> list[list[Token]]:
    """Part words at an operator that is not inside parentheses."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in words:
        depth += (token.text == "(") - (token.text == ")")
        if token.text == by and token.kind == OPERATOR and not depth:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _add(one: Relation, relations: dict[tuple[str, ...], Relation], text: str) -> None:
    known = relations.get(one.key)
    if known is None:
        relations[one.key] = one
    else:
        merged = known.modifiers.merged(one.modifiers, text, one.at)
        relations[one.key] = replace(known, modifiers=merged)
