"""Long sums of quantities that stand side by side, in the short form that a spreadsheet has for them."""

from __future__ import annotations

from collections.abc import Callable

from xlnet.graph.expression import Expression, Product, Quantity, Square, Sum
from xlnet.graph.printing import ATOM, SUM
from xlnet.render.layout import Layout

# Sums of up to this many terms are written out, longer ones become SUM or SUMPRODUCT.
MOST_TERMS_WRITTEN_OUT = 4

Cited = Callable[[Quantity], str]


def long_sum(terms: Sum, layout: Layout, cited: Cited, last: Cited) -> tuple[str, int] | None:
    """Return a long sum of neighbours in a shorter form; None where it has none.

    a + b + … is SUM, w·a + … + b and w² + … + b are SUMPRODUCT + b; with the precedence of what it became. `cited`
    writes where a quantity stands, `last` the same at the end of a range.
    """
    pairs = [pair for pair in map(_factors, terms.terms) if pair]
    others = [term for term in terms.terms if isinstance(term, Quantity)]
    if len(pairs) + len(others) < len(terms.terms):
        return None
    if not pairs and len(others) > MOST_TERMS_WRITTEN_OUT:
        return (f"SUM({_range(others, cited, last)})", ATOM) if _side_by_side(others, layout) else None
    if len(pairs) <= MOST_TERMS_WRITTEN_OUT:
        return None
    left, right = ([pair[side] for pair in pairs] for side in (0, 1))
    # Both must run along a row: a SUMPRODUCT of a row with a column is #VALUE!.
    if not (_side_by_side(left, layout) and _side_by_side(right, layout)):
        return None
    ranges = _range(left, cited, last), _range(right, cited, last)
    products = f"SUMPRODUCT({','.join(ranges)})"
    return "+".join((products, *map(cited, others))), SUM if others else ATOM


def _factors(term: Expression) -> tuple[Quantity, Quantity] | None:
    match term:
        case Product((Quantity() as left, Quantity() as right)):
            return left, right
        case Square(Quantity() as operand):
            return operand, operand
    return None


def _side_by_side(quantities: list[Quantity], layout: Layout) -> bool:
    places = [_place(quantity, layout) for quantity in quantities]
    column, row = places[0]
    return places == [(column + offset, row) for offset in range(len(places))]


def _place(quantity: Quantity, layout: Layout) -> tuple[int, object]:
    """Return the column of a quantity, and what all that stand in the same row have in common."""
    if quantity.key in layout.spots:
        spot = layout.spots[quantity.key]
        return spot.column, (spot.sheet, spot.offset, quantity.previous)
    place = layout.cells[quantity.key]
    return place.column, (place.sheet, place.row, quantity.key in layout.relative)


def _range(quantities: list[Quantity], cited: Cited, last: Cited) -> str:
    return f"{cited(quantities[0])}:{last(quantities[-1])}"
