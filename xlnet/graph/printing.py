"""Prints an expression in a notation, with the brackets that the notation needs and no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from xlnet.graph.expression import (
    Above,
    Call,
    Equal,
    Expression,
    Lookup,
    Negative,
    Number,
    Power,
    Product,
    Quantity,
    Quotient,
    Square,
    Sum,
)
from xlnet.graph.references import Along, Beside, Bracketed, Compared, InCell, InCells, Joined, StepNumber, Text

COMPARISON, JOINED, SUM, PRODUCT, NEGATIVE, POWER, ATOM = range(7)
# A text, and how tightly it binds.
Written = tuple[str, int]


@dataclass(frozen=True)
class Notation:
    """How one language writes expressions: its operators, numbers, functions and quantities."""

    plus: str
    minus: str
    times: str
    over: str
    power: Callable[[str, str], str]
    square: Callable[[str], str]
    number: Callable[[float], str]
    functions: Mapping[str, Callable[..., str]]
    quantity: Callable[[Quantity], str]
    # A sign, > or =, the two sides, and what holds where they stand so and elsewhere.
    choice: Callable[[str, str, str, str, str], str]
    lookup: Callable[[str, str], str]
    # A notation may have a shorter way to write a long sum, with its precedence; None leaves it written out.
    long_sum: Callable[[Sum], Written | None] = lambda _: None
    # What cites cells (see `references`), and texts; a notation without them writes neither.
    place: Callable[[Expression], str] = str
    text: Callable[[str], str] = repr


def write(expression: Expression, notation: Notation) -> str:
    """Return `expression` written in `notation`."""
    # What nothing encloses needs no brackets.
    return _unbracketed(expression, notation)[0]


def _write(expression: Expression, notation: Notation, least: int) -> str:
    """Write `expression`, in brackets when it binds less tightly than `least`."""
    text, precedence = _unbracketed(expression, notation)
    return text if precedence >= least else f"({text})"


def _unbracketed(expression: Expression, notation: Notation) -> Written:
    rule = _RULES.get(type(expression))
    if rule is None:
        raise TypeError(f"not an expression: {expression!r}")
    return rule(expression, notation)


def _place(place: Expression, notation: Notation) -> Written:
    return notation.place(place), ATOM


def _number(number: Number, notation: Notation) -> Written:
    return notation.number(number.value), NEGATIVE if number.value < 0 else ATOM


def _call(call: Call, notation: Notation) -> Written:
    return notation.functions[call.function](*[write(argument, notation) for argument in call.arguments]), ATOM


def _choice(sign: str) -> Callable[[Any, Notation], Written]:
    def written(chosen: Above | Equal, notation: Notation) -> Written:
        parts = (chosen.left, chosen.right, chosen.then, chosen.otherwise)
        return notation.choice(sign, *(write(part, notation) for part in parts)), ATOM

    return written


def _sum(terms: Sum, notation: Notation) -> Written:
    short = notation.long_sum(terms)
    if short is not None:
        return short
    first, *others = terms.terms
    text = _write(first, notation, PRODUCT)
    for term in others:
        if isinstance(term, Negative):
            text += notation.minus + _behind_a_sign(term.operand, notation)
        else:
            text += notation.plus + _behind_a_sign(term, notation)
    return text, SUM


def _behind_a_sign(term: Expression, notation: Notation) -> str:
    text = _write(term, notation, PRODUCT)
    return f"({text})" if text.startswith(notation.minus.strip()) else text


def _product(product: Product, notation: Notation) -> Written:
    first, *others = product.factors
    texts = [_write(first, notation, PRODUCT)]
    texts += [_write(factor, notation, PRODUCT if isinstance(factor, Square) else POWER) for factor in others]
    return notation.times.join(texts), PRODUCT


def _quotient(quotient: Quotient, notation: Notation) -> Written:
    above = _write(quotient.numerator, notation, PRODUCT)
    return above + notation.over + _write(quotient.denominator, notation, POWER), PRODUCT


def _power(power: Power, notation: Notation) -> Written:
    # Both sides in brackets unless atoms: 2^3^2 is 64 in a spreadsheet and 512 in mathematics.
    sides = (_write(power.base, notation, ATOM), _write(power.exponent, notation, ATOM))
    return notation.power(*sides), POWER


def _compared(compared: Compared, notation: Notation) -> Written:
    sides = (_write(compared.left, notation, JOINED), _write(compared.right, notation, JOINED))
    return compared.sign.join(sides), COMPARISON


def _negative(negative: Negative, notation: Notation) -> Written:
    # The operand is an atom or in brackets: -2^2 is 4 in a spreadsheet and -4 in mathematics.
    return notation.minus.strip() + _write(negative.operand, notation, ATOM), NEGATIVE


_RULES: dict[type[Expression], Callable[[Any, Notation], Written]] = {
    Quantity: lambda quantity, notation: (notation.quantity(quantity), ATOM),
    InCell: _place,
    InCells: _place,
    Beside: _place,
    Along: _place,
    StepNumber: _place,
    Number: _number,
    Call: _call,
    Above: _choice(">"),
    Equal: _choice("="),
    Lookup: lambda lookup, notation: (notation.lookup(lookup.column, write(lookup.number, notation)), ATOM),
    Sum: _sum,
    Product: _product,
    Quotient: _quotient,
    Power: _power,
    Square: lambda square, notation: (notation.square(_write(square.operand, notation, ATOM)), PRODUCT),
    Text: lambda text, notation: (notation.text(text.value), ATOM),
    Bracketed: lambda bracketed, notation: (f"({write(bracketed.inner, notation)})", ATOM),
    Compared: _compared,
    Joined: lambda joined, notation: ("&".join(_write(part, notation, SUM) for part in joined.parts), JOINED),
    Negative: _negative,
}
