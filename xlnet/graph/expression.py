"""Expressions over named quantities: what a formula says, before any notation is chosen.

An expression is written with Python's own operators, `1 / (1 + exp(-z))`, and is printed three times: as an Excel
formula, as mathematics for people, and as Python source for the cached values (see `printing`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


class Expression:
    """Base of all expressions; it only carries the operators."""

    __slots__ = ()

    def __add__(self, other: Expression | float) -> Expression:
        return total(self, other)

    def __radd__(self, other: float) -> Expression:
        return total(other, self)

    def __sub__(self, other: Expression | float) -> Expression:
        return total(self, -expression(other))

    def __rsub__(self, other: float) -> Expression:
        return total(other, -self)

    def __mul__(self, other: Expression | float) -> Expression:
        return product(self, other)

    def __rmul__(self, other: float) -> Expression:
        return product(other, self)

    def __truediv__(self, other: Expression | float) -> Expression:
        return Quotient(self, expression(other))

    def __rtruediv__(self, other: float) -> Expression:
        return Quotient(expression(other), self)

    def __pow__(self, other: Expression | float) -> Expression:
        return Power(self, expression(other))

    def __neg__(self) -> Expression:
        return Negative(self)


@dataclass(frozen=True, slots=True)
class Number(Expression):
    """A number that stands in the formula itself."""

    value: float


_ONE = Number(1)


@dataclass(frozen=True, slots=True)
class Quantity(Expression):
    """A named quantity: of the same iteration, or (`previous`) of the iteration before."""

    key: str
    previous: bool = False


@dataclass(frozen=True, slots=True)
class Sum(Expression):
    """The sum of its terms; a difference is a sum with a `Negative` term."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Product(Expression):
    """The product of its factors."""

    factors: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Quotient(Expression):
    """`numerator / denominator`."""

    numerator: Expression
    denominator: Expression


@dataclass(frozen=True, slots=True)
class Power(Expression):
    """`base ^ exponent`."""

    base: Expression
    exponent: Expression


@dataclass(frozen=True, slots=True)
class Square(Expression):
    """`operand²`, which a spreadsheet computes as a product: in LibreOffice 1E-200^2 is an error."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Negative(Expression):
    """`-operand`."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A function of the vocabulary that every notation has: exp, max …"""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Above(Expression):
    """`then` where left > right, `otherwise` elsewhere."""

    left: Expression
    right: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Equal(Expression):
    """`then` where left is right, `otherwise` elsewhere."""

    left: Expression
    right: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Lookup(Expression):
    """The entry number `number`, from 1, of the data column `column`."""

    column: str
    number: Expression


def here(value: Expression) -> Expression:
    """Return `value` with every quantity taken from its own row."""
    if isinstance(value, Quantity):
        return Quantity(value.key)
    parts = {field.name: _here(getattr(value, field.name)) for field in fields(value)}  # type: ignore[arg-type]
    return type(value)(**parts)


def _here(part: Any) -> Any:
    if isinstance(part, tuple):
        return tuple(map(_here, part))
    return here(part) if isinstance(part, Expression) else part


def cited(value: Expression) -> list[Quantity]:
    """Return the quantities that `value` cites, from left to right."""
    if isinstance(value, Quantity):
        return [value]
    parts = (getattr(value, field.name) for field in fields(value))  # type: ignore[arg-type]
    every = (inner for part in parts for inner in (part if isinstance(part, tuple) else (part,)))
    return [quantity for inner in every if isinstance(inner, Expression) for quantity in cited(inner)]


def expression(value: Expression | float) -> Expression:
    """Return `value` as an expression."""
    return value if isinstance(value, Expression) else Number(value)


def total(*terms: Expression | float) -> Expression:
    """Return the sum of `terms`, written as one flat sum."""
    flat: list[Expression] = []
    for term in map(expression, terms):
        flat.extend(term.terms if isinstance(term, Sum) else (term,))
    return flat[0] if len(flat) == 1 else Sum(tuple(flat))


def product(*factors: Expression | float) -> Expression:
    """Return the product of `factors`, written as one flat product without factors of 1."""
    flat: list[Expression] = []
    for factor in factors:
        if isinstance(factor, Product):
            flat.extend(factor.factors)
        elif not isinstance(factor, Expression):
            flat += [] if factor == 1 else [Number(factor)]
        elif not isinstance(factor, Number) or factor.value != 1:
            flat.append(factor)
    if not flat:
        return _ONE
    return flat[0] if len(flat) == 1 else Product(tuple(flat))


def over(value: Expression, number: int | Expression) -> Expression:
    """Return value / number, in one division where `value` is divided by a number already."""
    match value:
        case _ if number == 1:
            return value
        case _ if isinstance(number, Expression):
            return Quotient(value, number)
        case Quotient(numerator, Number(denominator)):
            return Quotient(numerator, Number(denominator * number))
    return Quotient(value, Number(number))


def where_above(
    left: Expression, right: Expression | float, then: Expression | float, otherwise: Expression | float
) -> Expression:
    """Return `then` where left > right, `otherwise` elsewhere; only the chosen one is computed."""
    return Above(left, expression(right), expression(then), expression(otherwise))


def where_equal(
    left: Expression, right: Expression | float, then: Expression | float, otherwise: Expression | float
) -> Expression:
    """Return `then` where left = right, `otherwise` elsewhere; only the chosen one is computed."""
    return Equal(left, expression(right), expression(then), expression(otherwise))


def call(function: str, *arguments: Expression | float) -> Expression:
    """Return a function of the vocabulary: abs, cos, exp, floor, ln, max, min, normal, pi, sign, sqrt, tanh, mod …"""
    return Call(function, tuple(map(expression, arguments)))


def square(value: Expression) -> Expression:
    """Return value²."""
    return Square(value)


def exp(value: Expression) -> Expression:
    """Return e^value."""
    return call("exp", value)


def ln(value: Expression) -> Expression:
    """Return the natural logarithm."""
    return call("ln", value)


def absolute(value: Expression) -> Expression:
    """Return |value|."""
    return call("abs", value)


def square_root(value: Expression) -> Expression:
    """Return √value."""
    return call("sqrt", value)


def maximum(*values: Expression | float) -> Expression:
    """Return the largest of `values`."""
    return call("max", *values) if len(values) > 1 else expression(values[0])


def minimum(*values: Expression | float) -> Expression:
    """Return the smallest of `values`."""
    return call("min", *values)
