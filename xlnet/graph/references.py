"""Expressions that cite cells, and what other sheets need of a spreadsheet: texts, comparisons, choices, look-ups.

A `Quantity` is found by its key in a layout; what is here says itself where it stands. Like all expressions it is
printed as an Excel formula and as mathematics, and `render.compute` gives its value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from xlnet.cell import Area, Cell
from xlnet.graph.expression import Expression, Quantity, call, expression

# Which parts of an address do not move when a person copies the formula: $A$1, $A1, A$1 and A1.
BOTH, COLUMN, ROW, NEITHER = "both", "column", "row", "neither"


@dataclass(frozen=True, slots=True)
class Text(Expression):
    """A text."""

    value: str


@dataclass(frozen=True, slots=True)
class InCell(Expression):
    """What stands in a cell; `fixed` are the parts of its address that do not move."""

    cell: Cell
    fixed: str = BOTH


@dataclass(frozen=True, slots=True)
class InCells(Expression):
    """What stands in a block of cells."""

    area: Area
    fixed: str = BOTH


@dataclass(frozen=True, slots=True)
class Beside(Expression):
    """What stands in a column, so many `rows` from the formula's own row (above it where that is negative)."""

    sheet: str
    column: int
    rows: int = 0
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Along(Expression):
    """What stands between two columns in the formula's own row."""

    sheet: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class StepNumber(Expression):
    """The number of the row among those that the formula is filled down to: typed into each."""


@dataclass(frozen=True, slots=True)
class Compared(Expression):
    """Whether `left` stands to `right` as `sign` says: = <> < <= > >=."""

    left: Expression
    sign: str
    right: Expression


@dataclass(frozen=True, slots=True)
class Joined(Expression):
    """Texts and numbers as one text."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Bracketed(Expression):
    """An expression in brackets that help a reader only."""

    inner: Expression


def joined(*parts: Expression | str | float) -> Expression:
    """Return texts and numbers as one text."""
    every = tuple(map(_expression, parts))
    return every[0] if len(every) == 1 else Joined(every)


def compared(left: Expression | str | float, sign: str, right: Expression | str | float) -> Compared:
    """Return whether `left` stands to `right` as `sign` says."""
    return Compared(_expression(left), sign, _expression(right))


def choose(condition: Expression, then: Expression | str | float, otherwise: Expression | str | float) -> Expression:
    """Return `then` where a condition holds, `otherwise` elsewhere."""
    return call("if", condition, _expression(then), _expression(otherwise))


def or_else(value: Expression, otherwise: Expression | str | float) -> Expression:
    """Return `value`, or where it is an error `otherwise`."""
    return call("iferror", value, _expression(otherwise))


def element(cells: InCells, row: Expression | float, column: Expression | float | None = None) -> Expression:
    """Return what stands in a row, and a column, of a block of cells.

    A block of one cell is that cell: Gnumeric's INDEX finds nothing in it.
    """
    area = cells.area
    if area.first == area.last:
        return InCell(area.first, cells.fixed)
    places = [row] if column is None else [row, column]
    return call("index", cells, *places)


def counted(cells: Expression, word: str) -> Expression:
    """Return in how many of some cells a word stands."""
    return call("countif", cells, Text(word))


def walk(value: Expression) -> Iterator[Expression]:
    """Yield an expression and all that it is made of."""
    yield value
    for field in fields(value):  # type: ignore[arg-type]
        part = getattr(value, field.name)
        for inner in part if isinstance(part, tuple) else (part,):
            if isinstance(inner, Expression):
                yield from walk(inner)


def quantities(value: Expression) -> Iterator[Quantity]:
    """Yield the quantities that an expression cites."""
    return (part for part in walk(value) if isinstance(part, Quantity))


def _expression(value: Expression | str | float) -> Expression:
    return Text(value) if isinstance(value, str) else expression(value)
