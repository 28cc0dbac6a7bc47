"""Excel's formula syntax: references, operators, function names. No other module knows it."""

from __future__ import annotations

from collections.abc import Callable

from openpyxl.utils import get_column_letter

from xlnet.errors import UserError
from xlnet.graph.expression import Expression, Product, Quantity, Sum
from xlnet.graph.printing import Notation, write
from xlnet.layout import Layout, Place

# Sums of products up to this many terms are written out, longer ones become SUMPRODUCT.
MOST_TERMS_WRITTEN_OUT = 4
LONGEST_FORMULA = 8192

_ROW, _ABOVE = "{row}", "{above}"


def _call(name: str) -> Callable[..., str]:
    return lambda *arguments: f"{name}({','.join(arguments)})"


_FUNCTIONS = {"exp": _call("EXP"), "max": _call("MAX")}


def formula(expression: Expression, layout: Layout) -> str:
    """Return `expression` as a formula to be filled down: `=B{above}-$D$2*N{above}` (see `at_row`)."""
    notation = Notation(
        plus="+",
        minus="-",
        times="*",
        over="/",
        power=lambda base, exponent: f"{base}^{exponent}",
        number=number,
        functions=_FUNCTIONS,
        quantity=lambda quantity: _reference(layout.place(quantity)),
        long_sum=lambda terms: _long_sum(terms, layout),
    )
    return "=" + write(expression, notation)


def at_row(filled_down: str, row: int) -> str:
    """Return a formula of `formula` as it stands in `row`."""
    return filled_down.format(row=row, above=row - 1)


def require_length(filled_down: str, last_row: int, key: str) -> None:
    """Raise UserError when the formula of `key` is too long for Excel in the last row, where it is longest."""
    length = len(at_row(filled_down, last_row))
    if length > LONGEST_FORMULA:
        raise UserError(
            f"the formula of {key} has {length:,} characters and Excel takes {LONGEST_FORMULA:,}: use smaller layers"
        )


def cell(column: int, row: int) -> str:
    """Return a cell's address: (4, 2) gives "D2"."""
    return f"{get_column_letter(column)}{row}"


def number(value: float) -> str:
    """Return a number as Excel reads it in a formula, exact to the last bit, whole numbers without a point."""
    return repr(value + 0.0).removesuffix(".0").upper()


def _reference(place: Place) -> str:
    letter = get_column_letter(place.column)
    if place.row is not None:
        return f"${letter}${place.row}"
    return letter + (_ABOVE if place.above else _ROW)


def _long_sum(terms: Sum, layout: Layout) -> str | None:
    """Return a long sum of products of neighbours, w·a + … + b, as SUMPRODUCT + b; None where it is not such a sum."""
    pairs = [pair for pair in map(_factors, terms.terms) if pair]
    others = [term for term in terms.terms if isinstance(term, Quantity)]
    if len(pairs) <= MOST_TERMS_WRITTEN_OUT or len(pairs) + len(others) < len(terms.terms):
        return None
    left, right = ([layout.place(pair[side]) for pair in pairs] for side in (0, 1))
    # Both must run along a row: a SUMPRODUCT of a row with a column is #VALUE!.
    if not (_side_by_side(left) and _side_by_side(right)):
        return None
    products = f"SUMPRODUCT({_range(left)},{_range(right)})"
    return "+".join((products, *(_reference(layout.place(other)) for other in others)))


def _factors(term: Expression) -> tuple[Quantity, Quantity] | None:
    match term:
        case Product((Quantity() as left, Quantity() as right)):
            return left, right
    return None


def _side_by_side(places: list[Place]) -> bool:
    first = places[0]
    return places == [Place(first.column + offset, first.row, first.above) for offset in range(len(places))]


def _range(places: list[Place]) -> str:
    return f"{_reference(places[0])}:{_reference(places[-1])}"
