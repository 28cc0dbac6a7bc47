"""Long sums of quantities that stand side by side, in the short form that a spreadsheet has for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from xlnet.graph.expression import Expression, Product, Quantity, Square, Sum
from xlnet.graph.printing import ATOM, SUM
from xlnet.render.layout import Layout

# Sums of up to this many terms are written out, longer ones become SUM or SUMPRODUCT.
MOST_TERMS_WRITTEN_OUT = 4

Cited = Callable[[Quantity], str]
# A term as the quantities that it multiplies: one, or two.
_Term = tuple[Quantity, ...]
_ACROSS, _DOWN = (1, 0), (0, 1)


@dataclass(frozen=True)
class _Place:
    """The column and row of a quantity, and what all that can be in one range with it have in common."""

    column: int
    row: int
    common: object

    def step(self, other: _Place) -> tuple[int, int] | None:
        """Return how far it is to another place, in columns and rows; None where no range holds both."""
        return (other.column - self.column, other.row - self.row) if self.common == other.common else None


@dataclass(frozen=True)
class _Block:
    """Terms one after another whose quantities are ranges of cells; `steps` are the ways along each range."""

    terms: Sequence[_Term]
    steps: tuple[tuple[int, int] | None, ...]


def long_sum(terms: Sum, layout: Layout, cited: Cited, last: Cited) -> tuple[str, int] | None:
    """Return a long sum of neighbours in a shorter form; None where it has none.

    a + b + … is SUM, w·a + … + b and w² + … + b are SUMPRODUCT + b, and of a row with a column the product of matrices
    + b; with the precedence of what it became. `cited` writes where a quantity stands, `last` the same at the end of a
    range.
    """
    every = [_factors(term) for term in terms.terms]
    if not all(every):
        return None
    products = [term for term in every if len(term) == 2]
    single = [term for term in every if len(term) == 1]
    summed = products or single
    if len(summed) <= MOST_TERMS_WRITTEN_OUT:
        return None
    blocks = list(_blocks(summed, layout))
    if 2 * len(blocks) > len(summed):
        return None
    if not products:
        return f"SUM({','.join(_range(block, 0, cited, last) for block in blocks)})", ATOM
    parts = [*(_products(block, cited, last) for block in blocks), *(cited(quantity) for (quantity,) in single)]
    return "+".join(parts), ATOM if len(parts) == 1 else SUM


def _factors(term: Expression) -> _Term:
    match term:
        case Quantity():
            return (term,)
        case Product((Quantity() as left, Quantity() as right)):
            return left, right
        case Square(Quantity() as operand):
            return operand, operand
    return ()


def _blocks(terms: Sequence[_Term], layout: Layout) -> Iterator[_Block]:
    """Yield the terms in blocks, as large as their ranges are."""
    places = [tuple(_place(quantity, layout) for quantity in term) for term in terms]
    start = 0
    while start < len(terms):
        steps = _steps(places, start)
        length = 1
        if set(steps) <= {_ACROSS, _DOWN}:
            while _steps(places, start + length - 1) == steps and start + length < len(places):
                length += 1
        end = start + length
        # Lines of a rectangle, one below the other.
        while set(steps) == {_ACROSS} and _continues(places, end, length):
            end += length
        yield _Block(terms[start:end], steps)
        start = end


def _steps(places: Sequence[tuple[_Place, ...]], start: int) -> tuple[tuple[int, int] | None, ...]:
    """Return the ways from a term's quantities to those of the next one."""
    if start + 1 >= len(places):
        return (None,)
    return tuple(one.step(other) for one, other in zip(places[start], places[start + 1], strict=True))


def _continues(places: Sequence[tuple[_Place, ...]], end: int, length: int) -> bool:
    """Return whether the next terms are a line of this length, right below the line before `end`."""
    if length == 1 or end + length > len(places):
        return False
    below = (one.step(other) for one, other in zip(places[end - length], places[end], strict=True))
    line = all(set(_steps(places, number)) == {_ACROSS} for number in range(end, end + length - 1))
    return line and all(step == _DOWN for step in below)


def _products(block: _Block, cited: Cited, last: Cited) -> str:
    """Return the sum of the products of a block."""
    if len(block.terms) == 1:
        return "*".join(map(cited, block.terms[0]))
    left, right = (_range(block, side, cited, last) for side in (0, 1))
    if block.steps[0] == block.steps[1]:
        return f"SUMPRODUCT({left},{right})"
    # A SUMPRODUCT of a row with a column is #VALUE!: their product as matrices is one number, which SUM takes out.
    across, down = (left, right) if block.steps[0] == _ACROSS else (right, left)
    return f"SUM(MMULT({across},{down}))"


def _range(block: _Block, side: int, cited: Cited, last: Cited) -> str:
    first = block.terms[0][side]
    return cited(first) if len(block.terms) == 1 else f"{cited(first)}:{last(block.terms[-1][side])}"


def _place(quantity: Quantity, layout: Layout) -> _Place:
    if quantity.key in layout.spots:
        spot = layout.spots[quantity.key]
        return _Place(spot.column, spot.offset, (spot.sheet, quantity.previous))
    place = layout.cells[quantity.key]
    return _Place(place.column, place.row, (place.sheet, "fixed", quantity.key in layout.relative))
