"""Prints an expression in a notation, with the brackets that the notation needs and no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xlnet.graph.expression import (
    Above,
    Call,
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
    choice: Callable[[str, str, str, str], str]
    lookup: Callable[[str, str], str]
    # A notation may have a shorter way to write a long sum, with its precedence; None leaves it written out.
    long_sum: Callable[[Sum], tuple[str, int] | None] = lambda _: None
    # What cites cells (see `references`), and texts; a notation without them writes neither.
    place: Callable[[Expression], str] = str
    text: Callable[[str], str] = repr


def write(expression: Expression, notation: Notation) -> str:
    """Return `expression` written in `notation`."""
    return _write(expression, notation, COMPARISON)


def _write(expression: Expression, notation: Notation, least: int) -> str:
    """Write `expression`, in brackets when it binds less tightly than `least`."""
    text, precedence = _unbracketed(expression, notation)
    return text if precedence >= least else f"({text})"


def _unbracketed(expression: Expression, notation: Notation) -> tuple[str, int]:
    match expression:
        # The cases that come up most stand first.
        case Quantity():
            return notation.quantity(expression), ATOM
        case InCell() | InCells() | Beside() | Along() | StepNumber():
            return notation.place(expression), ATOM
        case Number(value):
            return notation.number(value), NEGATIVE if value < 0 else ATOM
        case Call(function, arguments):
            return notation.functions[function](*(write(a, notation) for a in arguments)), ATOM
        case Above(left, right, then, otherwise):
            return notation.choice(*(write(part, notation) for part in (left, right, then, otherwise))), ATOM
        case Lookup(column, number):
            return notation.lookup(column, write(number, notation)), ATOM
        case Sum(terms):
            return notation.long_sum(expression) or (_sum(terms, notation), SUM)
        case Product(factors):
            first = _write(factors[0], notation, PRODUCT)
            others = (
                _write(factor, notation, PRODUCT if isinstance(factor, Square) else POWER) for factor in factors[1:]
            )
            return notation.times.join((first, *others)), PRODUCT
        case Quotient(numerator, denominator):
            above = _write(numerator, notation, PRODUCT)
            return above + notation.over + _write(denominator, notation, POWER), PRODUCT
        case Power(base, exponent):
            # Both sides in brackets unless atoms: 2^3^2 is 64 in a spreadsheet and 512 in mathematics.
            sides = (_write(base, notation, ATOM), _write(exponent, notation, ATOM))
            return notation.power(*sides), POWER
        case Square(operand):
            return notation.square(_write(operand, notation, ATOM)), PRODUCT
        case Text(value):
            return notation.text(value), ATOM
        case Bracketed(inner):
            return f"({write(inner, notation)})", ATOM
        case Compared(left, sign, right):
            return _write(left, notation, JOINED) + sign + _write(right, notation, JOINED), COMPARISON
        case Joined(parts):
            return "&".join(_write(part, notation, SUM) for part in parts), JOINED
        case Negative(operand):
            # The operand is an atom or in brackets: -2^2 is 4 in a spreadsheet and -4 in mathematics.
            return notation.minus.strip() + _write(operand, notation, ATOM), NEGATIVE
    raise TypeError(f"not an expression: {expression!r}")


def _sum(terms: tuple[Expression, ...], notation: Notation) -> str:
    text = _write(terms[0], notation, PRODUCT)
    for term in terms[1:]:
        if isinstance(term, Negative):
            text += notation.minus + _behind_a_sign(term.operand, notation)
        else:
            text += notation.plus + _behind_a_sign(term, notation)
    return text


def _behind_a_sign(term: Expression, notation: Notation) -> str:
    text = _write(term, notation, PRODUCT)
    return f"({text})" if text.startswith(notation.minus.strip()) else text
