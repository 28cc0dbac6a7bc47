"""Long sums of quantities that stand side by side, in the short form that a spreadsheet has for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import sub

from xlnet.graph.expression import Expression, Product, Quantity, Square, Sum
from xlnet.graph.printing import ATOM, SUM
from xlnet.render.layout import Layout

# Sums of up to this many terms are written out, longer ones become SUM or SUMPRODUCT.
MOST_TERMS_WRITTEN_OUT = 4

Cited = Callable[[Quantity], str]
# A term as the quantities that it multiplies: one, or two.
_Term = tuple[Quantity, ...]
# A place is one number: its column, its row, and what all that can be in one range with it have in common. So a step
# from one place to the next is a difference.
_ROW, _COMMON = 1 << 20, 1 << 44
_ACROSS, _DOWN = 1, _ROW
# The steps along each range, from a term to the next one.
_Steps = tuple[int, ...]


@dataclass(frozen=True)
class _Block:
    """Terms one after another whose quantities are ranges of cells; `steps` are the ways along each range."""

    terms: Sequence[_Term]
    steps: _Steps


class LongSums:
    """Writes long sums of quantities that stand where a layout says.

    `cited` writes where a quantity stands, `last` the same at the end of a range.
    """

    def __init__(self, layout: Layout, cited: Cited, last: Cited) -> None:
        self._layout, self._cited, self._last = layout, cited, last
        self._places: dict[bool, dict[str, int]] = {False: {}, True: {}}
        self._commons: dict[object, int] = {}

    def __call__(self, terms: Sum) -> tuple[str, int] | None:
        """Return a long sum of neighbours in a shorter form; None where it has none.

        a + b + … is SUM, w·a + … + b and w² + … + b are SUMPRODUCT + b, and of a row with a column the product of
        matrices + b; with the precedence of what it became.
        """
        if len(terms.terms) <= MOST_TERMS_WRITTEN_OUT:
            return None
        every = list(map(_factors, terms.terms))
        if not all(every):
            return None
        products = [term for term in every if len(term) == 2]
        single = [term for term in every if len(term) == 1]
        summed = products or single
        if len(summed) <= MOST_TERMS_WRITTEN_OUT:
            return None
        blocks = list(_blocks(summed, [list(map(self._place, side)) for side in zip(*summed, strict=True)]))
        if 2 * len(blocks) > len(summed):
            return None
        if not products:
            return f"SUM({','.join(self._range(block, 0) for block in blocks)})", ATOM
        parts = [*map(self._products, blocks), *(self._cited(quantity) for (quantity,) in single)]
        return "+".join(parts), ATOM if len(parts) == 1 else SUM

    def _products(self, block: _Block) -> str:
        """Return the sum of the products of a block."""
        if len(block.terms) == 1:
            return "*".join(map(self._cited, block.terms[0]))
        left, right = (self._range(block, side) for side in (0, 1))
        if block.steps[0] == block.steps[1]:
            return f"SUMPRODUCT({left},{right})"
        # A SUMPRODUCT of a row with a column is #VALUE!: their product as matrices is one number, which SUM takes out.
        across, down = (left, right) if block.steps[0] == _ACROSS else (right, left)
        return f"SUM(MMULT({across},{down}))"

    def _range(self, block: _Block, side: int) -> str:
        first = block.terms[0][side]
        return self._cited(first) + ("" if len(block.terms) == 1 else f":{self._last(block.terms[-1][side])}")

    def _place(self, quantity: Quantity) -> int:
        known = self._places[quantity.previous]
        if quantity.key not in known:
            known[quantity.key] = self._found(quantity)
        return known[quantity.key]

    def _found(self, quantity: Quantity) -> int:
        layout = self._layout
        common: object
        if quantity.key in layout.spots:
            spot = layout.spots[quantity.key]
            column, row, common = spot.column, spot.offset, (spot.sheet, quantity.previous)
        else:
            cell = layout.cells[quantity.key]
            column, row, common = cell.column, cell.row, (cell.sheet, "fixed", quantity.key in layout.relative)
        return column + row * _ROW + self._commons.setdefault(common, len(self._commons)) * _COMMON


def _factors(term: Expression) -> _Term:
    if isinstance(term, Quantity):
        return (term,)
    if isinstance(term, Product) and len(term.factors) == 2:
        left, right = term.factors
        return (left, right) if isinstance(left, Quantity) and isinstance(right, Quantity) else ()
    if isinstance(term, Square) and isinstance(term.operand, Quantity):
        return term.operand, term.operand
    return ()


def _blocks(terms: Sequence[_Term], places: Sequence[Sequence[int]]) -> Iterator[_Block]:
    """Yield the terms in blocks, as large as their ranges are; `places` are those of each factor of all terms."""
    every_step: list[_Steps] = list(zip(*(map(sub, side[1:], side) for side in places), strict=True))
    # After the last term none follows.
    every_step.append((0,) * len(places))
    start = 0
    while start < len(terms):
        steps = every_step[start]
        end = start + 1
        if all(step in (_ACROSS, _DOWN) for step in steps):
            while every_step[end - 1] == steps:
                end += 1
        length = end - start
        # Lines of a rectangle, one below the other.
        while length > 1 and set(steps) == {_ACROSS} and _continues(places, every_step, end, length):
            end += length
        yield _Block(terms[start:end], steps)
        start = end


def _continues(places: Sequence[Sequence[int]], every_step: Sequence[_Steps], end: int, length: int) -> bool:
    """Return whether the next terms are a line of this length, right below the line before `end`."""
    if end + length > len(every_step):
        return False
    below = all(side[end] - side[end - length] == _DOWN for side in places)
    return below and all(step == _ACROSS for steps in every_step[end : end + length - 1] for step in steps)
