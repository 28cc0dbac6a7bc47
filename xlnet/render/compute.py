"""The value of an expression in a cell, as a spreadsheet has it: what the cells of a workbook carry at first.

These values are no proof of anything: they are what the workbook claims, and `checking` judges it by the reference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

from xlnet.cell import Area, Cell
from xlnet.graph import expression as e
from xlnet.graph import references as r
from xlnet.graph.expression import Expression
from xlnet.render.functions import NUMERIC
from xlnet.render.layout import Layout

Value = float | str | bool
# A blank cell is None.
Values = list[Value | None]


class CellError(Exception):
    """What a spreadsheet shows as an error: a formula that cites it is one, too."""


class Cells(Protocol):
    """The cells that formulas cite; NaN is an error."""

    def value(self, cell: Cell) -> Value:
        """Return what is in a cell."""

    def values(self, area: Area) -> Values:
        """Return what is in a block of cells, row by row."""


class CellFormula:
    """An expression that is computed in a cell: `step` is the number of its row among those it is filled down to."""

    def __init__(self, cells: Cells, layout: Layout, cell: Cell, step: int) -> None:
        self.cells, self.layout, self.cell, self.step = cells, layout, cell, step

    def value(self, expression: Expression) -> Value:
        """Return the value of an expression. Raises CellError."""
        return _RULES[type(expression)](self, expression)

    def number(self, expression: Expression) -> float:
        """Return the value of an expression that must be a number. Raises CellError."""
        value = self.value(expression)
        if isinstance(value, str):
            raise CellError
        return float(value)

    def in_cell(self, cell: Cell) -> Value:
        """Return what is in a cell. Raises CellError."""
        value = self.cells.value(cell)
        if isinstance(value, float) and math.isnan(value):
            raise CellError
        return value

    def many(self, expression: Expression) -> Values:
        """Return the values of a block of cells, or of something that is computed for each cell of one."""
        if isinstance(expression, r.InCells):
            return self.cells.values(expression.area)
        if isinstance(expression, r.Along):
            row = self.cell.row
            return self.cells.values(Area(expression.sheet, row, expression.first, row, expression.last))
        if isinstance(expression, r.Compared):
            bound = self.value(expression.right)
            return [_compared(value, expression.sign, bound) for value in self.many(expression.left)]
        if isinstance(expression, e.Call) and expression.function == "if":
            conditions, *sides = map(self.many, expression.arguments)
            # A side of one value holds for all.
            then, otherwise = (side * len(conditions) if len(side) == 1 else side for side in sides)
            return [a if condition else b for condition, a, b in zip(conditions, then, otherwise, strict=True)]
        return [self.value(expression)]


def computed(expression: Expression, cells: Cells, layout: Layout, cell: Cell, step: int) -> Value:
    """Return the value of a formula in a cell; NaN where it is an error."""
    try:
        value = CellFormula(cells, layout, cell, step).value(expression)
    except (CellError, ArithmeticError, ValueError):
        return math.nan
    return math.nan if isinstance(value, float) and not math.isfinite(value) else value


def _compared(left: Value | None, sign: str, right: Value | None) -> bool:
    """Compare as a spreadsheet does: texts whatever their case, any text above any number; errors are never so."""
    if isinstance(left, float) and math.isnan(left):
        return False
    if left is None:
        left = "" if isinstance(right, str) else 0.0
    if right is None:
        right = "" if isinstance(left, str) else 0.0
    if isinstance(left, str) and isinstance(right, str):
        return bool(_SIGNS[sign](left.casefold(), right.casefold()))
    if isinstance(left, str) or isinstance(right, str):
        return bool(_SIGNS[sign](isinstance(left, str), isinstance(right, str)))
    return bool(_SIGNS[sign](float(left), float(right)))


_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def _text(value: Value) -> str:
    """Return a value as a part of a text: numbers have up to 15 digits."""
    if isinstance(value, str):
        return value
    return ("TRUE" if value else "FALSE") if isinstance(value, bool) else f"{value:.15G}"


def rounded(value: float, digits: int) -> float:
    """Return a number rounded to so many digits after the point, halves away from 0, as a spreadsheet does."""
    exact = Decimal(repr(value))
    return float(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def _quantity(f: CellFormula, q: e.Quantity) -> Value:
    layout = f.layout
    if q.key in layout.spots:
        spot = layout.spots[q.key]
        row = f.cell.row + spot.offset - (layout.stride if q.previous else 0)
        return f.in_cell(Cell(spot.sheet, row, spot.column))
    return f.in_cell(layout.cells[q.key])


def _call(f: CellFormula, call: e.Call) -> Value:
    return _FUNCTIONS[call.function](f, *call.arguments)


def _if(f: CellFormula, condition: Expression, then: Expression, otherwise: Expression) -> Value:
    return f.value(then if f.value(condition) else otherwise)


def _and(f: CellFormula, *conditions: Expression) -> Value:
    # All of them: an error in one is an error of the whole.
    values = [bool(f.value(condition)) for condition in conditions]
    return all(values)


def _none(_: CellFormula) -> Value:
    raise CellError


def _if_error(f: CellFormula, value: Expression, otherwise: Expression) -> Value:
    try:
        found = f.value(value)
        if isinstance(found, float) and not math.isfinite(found):
            raise CellError
    except (CellError, ArithmeticError, ValueError):
        return f.value(otherwise)
    return found


def _index(f: CellFormula, cells: Expression, row: Expression, column: Expression | None = None) -> Value:
    if isinstance(cells, r.Along):
        cells = r.InCells(Area(cells.sheet, f.cell.row, cells.first, f.cell.row, cells.last))
    assert isinstance(cells, r.InCells)
    area, place = cells.area, int(f.number(row))
    if column is None and area.top == area.bottom:
        return f.in_cell(Cell(area.sheet, area.top, area.left + place - 1))
    return f.in_cell(Cell(area.sheet, area.top + place - 1, area.left + (int(f.number(column)) - 1 if column else 0)))


def _match(f: CellFormula, wanted: Expression, cells: Expression, _: Expression) -> Value:
    value = f.value(wanted)
    for number, found in enumerate(f.many(cells), 1):
        if found is not None and isinstance(found, str) == isinstance(value, str) and _compared(found, "=", value):
            return float(number)
    raise CellError


def _numbers(f: CellFormula, arguments: Sequence[Expression]) -> list[float]:
    """Return the numbers among some arguments; of a block of cells texts and blanks are passed over, no error is."""
    found: list[float] = []
    for argument in arguments:
        if isinstance(argument, r.InCells | r.Along):
            for value in f.many(argument):
                # A whole number may be an int: the 0 of max(z, 0).
                if isinstance(value, int | float) and not isinstance(value, bool):
                    if math.isnan(value):
                        raise CellError
                    found.append(float(value))
        else:
            found.append(f.number(argument))
    return found


def _of_numbers(function: Callable[..., float]) -> Callable[..., Value]:
    return lambda f, *arguments: float(function(*map(f.number, arguments)))


def _count(f: CellFormula, cells: Expression) -> Value:
    return float(sum(isinstance(value, float) and math.isfinite(value) for value in f.many(cells)))


def _count_if(f: CellFormula, cells: Expression, wanted: Expression) -> Value:
    values, value = f.many(cells), f.value(wanted)
    # Of a number in many cells this is many times faster than to compare one by one.
    return float(values.count(value) if isinstance(value, float) else sum(_compared(v, "=", value) for v in values))


def _squared_distance(f: CellFormula, one: Expression, other: Expression) -> Value:
    # A blank cell is 0 there, a text is an error.
    pairs = zip(f.many(one), f.many(other), strict=True)
    return math.fsum((float(a or 0.0) - float(b or 0.0)) ** 2 for a, b in pairs)


def _sum_of_products(f: CellFormula, one: Expression, other: Expression) -> Value:
    pairs = zip(f.many(one), f.many(other), strict=True)
    return math.fsum(float(a or 0.0) * float(b or 0.0) for a, b in pairs)


def _variance(f: CellFormula, cells: Expression) -> Value:
    numbers = _numbers(f, [cells])
    mean = math.fsum(numbers) / len(numbers)
    return math.fsum((number - mean) ** 2 for number in numbers) / len(numbers)


def _average(f: CellFormula, *arguments: Expression) -> Value:
    numbers = _numbers(f, arguments)
    return sum(numbers) / len(numbers)


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    **{name: _of_numbers(function) for name, function in NUMERIC.items()},
    "and": _and,
    "average_of": _average,
    "count": _count,
    "countif": _count_if,
    "exact": lambda f, one, other: _text(f.value(one)) == _text(f.value(other)),
    "false": lambda f: False,
    "hyperlink": lambda f, _, shown: f.value(shown),
    "if": _if,
    "iferror": _if_error,
    "index": _index,
    "isnumber": lambda f, value: isinstance(f.value(value), float),
    "log10": _of_numbers(math.log10),
    "match": _match,
    "max": lambda f, *arguments: max(_numbers(f, arguments)),
    "min": lambda f, *arguments: min(_numbers(f, arguments)),
    "none": _none,
    "pi": lambda f: math.pi,
    "round": lambda f, value, digits: rounded(f.number(value), int(f.number(digits))),
    "squared_distance": _squared_distance,
    "sum": lambda f, *arguments: math.fsum(_numbers(f, arguments)),
    "sumproduct": _sum_of_products,
    "sumsq": lambda f, *arguments: math.fsum(number * number for number in _numbers(f, arguments)),
    "substitute": lambda f, text, old, new: _text(f.value(text)).replace(str(f.value(old)), str(f.value(new))),
    "ten_to_minus": lambda f, exponent: 10.0 ** -f.number(exponent),
    "true": lambda f: True,
    "variance": _variance,
}


def _product(f: CellFormula, product: e.Product) -> Value:
    result = 1.0
    for factor in product.factors:
        result *= f.number(factor)
    return result


def _sum(f: CellFormula, terms: e.Sum) -> Value:
    result = f.number(terms.terms[0])
    for term in terms.terms[1:]:
        result += f.number(term)
    return result


_RULES: dict[type[Expression], Callable[[CellFormula, Any], Value]] = {
    e.Number: lambda f, x: float(x.value),
    e.Quantity: _quantity,
    e.Sum: _sum,
    e.Product: _product,
    e.Quotient: lambda f, x: f.number(x.numerator) / f.number(x.denominator),
    e.Power: lambda f, x: f.number(x.base) ** f.number(x.exponent),
    e.Square: lambda f, x: f.number(x.operand) ** 2,
    e.Negative: lambda f, x: -f.number(x.operand),
    e.Call: _call,
    e.Above: lambda f, x: f.value(x.then if f.number(x.left) > f.number(x.right) else x.otherwise),
    e.Equal: lambda f, x: f.value(x.then if f.number(x.left) == f.number(x.right) else x.otherwise),
    r.Text: lambda f, x: x.value,
    r.InCell: lambda f, x: f.in_cell(x.cell),
    r.Beside: lambda f, x: f.in_cell(Cell(x.sheet, f.cell.row + x.rows, x.column)),
    r.StepNumber: lambda f, x: float(f.step),
    r.Compared: lambda f, x: _compared(f.value(x.left), x.sign, f.value(x.right)),
    r.Joined: lambda f, x: "".join(_text(f.value(part)) for part in x.parts),
    r.Bracketed: lambda f, x: f.value(x.inner),
}
