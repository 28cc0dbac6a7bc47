"""Excel's formula syntax: references, operators, function names. No other module knows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from openpyxl.utils import get_column_letter

from xlnet.cell import Area, Cell
from xlnet.graph.expression import Expression, Quantity
from xlnet.graph.printing import Notation, write
from xlnet.graph.references import BOTH, COLUMN, NEITHER, ROW, Along, Beside, InCell, InCells
from xlnet.render.layout import NOWHERE, Layout
from xlnet.render.long_sums import LongSums
from xlnet.render.spot import Spot
from xlnet.sheet_size import MOST_ARGUMENTS

# Up to three letters name a column, and with digits a cell: RUN2.
_PLAIN_NAME = re.compile("[A-Za-z]{4,}")


def _call(name: str) -> Callable[..., str]:
    return lambda *arguments: f"{name}({','.join(arguments)})"


def _deviation(cells: str) -> str:
    """Return the standard deviation of the population."""
    return f"SQRT({_variance(cells)})"


def _variance(cells: str) -> str:
    """Return the variance of the population.

    The covariance of numbers with themselves is their variance, which IronCalc and others take from the differences to
    the mean: VARP and DEVSQ subtract two sums of squares in IronCalc, of which nothing is left for timestamps. It
    passes over blank cells, as the mean does; a SUMPRODUCT of differences takes them for 0.
    """
    return f"COVAR({cells},{cells})"


def _squared_distance(one: str, other: str) -> str:
    """Return the sum of the squared differences: IronCalc's SUMXMY2 takes no areas of two sheets."""
    return f"SUMPRODUCT({one}-{other},{one}-{other})"


def _extreme(name: str, *arguments: str) -> str:
    """Return MAX or MIN; more arguments than Excel takes are nested."""
    while len(arguments) > MOST_ARGUMENTS:
        first, arguments = arguments[:MOST_ARGUMENTS], arguments[MOST_ARGUMENTS:]
        arguments = (f"{name}({','.join(first)})", *arguments)
    return f"{name}({','.join(arguments)})"


_FUNCTIONS: dict[str, Callable[..., str]] = {
    "abs": _call("ABS"),
    "and": _call("AND"),
    "average": _call("AVERAGE"),
    "average_of": _call("AVERAGE"),
    "cos": _call("COS"),
    "count": _call("COUNT"),
    "countif": _call("COUNTIF"),
    "deviation": _deviation,
    "exact": _call("EXACT"),
    "exp": _call("EXP"),
    "false": lambda: "FALSE",
    "floor": _call("INT"),
    "hyperlink": _call("HYPERLINK"),
    "if": _call("IF"),
    "iferror": _call("IFERROR"),
    "index": _call("INDEX"),
    "isnumber": _call("ISNUMBER"),
    # LOG is to base 10.
    "ln": _call("LN"),
    "log10": _call("LOG10"),
    "match": _call("MATCH"),
    "max": partial(_extreme, "MAX"),
    "min": _call("MIN"),
    "mod": _call("MOD"),
    "none": lambda: "NA()",
    "normal": _call("NORMSDIST"),
    # Bounded, so that no square overflows: it is 0 to 300 places there.
    "normal_density": lambda x: f"NORMDIST(MIN(ABS({x}),40),0,1,FALSE)",
    "or": _call("OR"),
    "pi": _call("PI"),
    "round": _call("ROUND"),
    "sign": _call("SIGN"),
    "sqrt": _call("SQRT"),
    "squared_distance": _squared_distance,
    "sum": _call("SUM"),
    "sumsq": _call("SUMSQ"),
    "sumproduct": _call("SUMPRODUCT"),
    "substitute": _call("SUBSTITUTE"),
    "tanh": _call("TANH"),
    # A minus before the exponent binds tighter than the power.
    "ten_to_minus": lambda exponent: f"10^-{exponent}",
    "true": lambda: "TRUE",
    "variance": _variance,
}


def formula(expression: Expression, layout: Layout, sheet: str | None = None) -> str:
    """Return `expression` as a formula on `sheet`, that of the iterations unless told, ready to be filled down.

    `=B{previous[0]}-$D$2*N{previous[0]}`: where row numbers go, see `at_row`.
    """
    own = layout.sheet if sheet is None else sheet
    if own not in layout.notations:
        layout.notations[own] = _notation(layout, own)
    return "=" + write(expression, layout.notations[own])


def _notation(layout: Layout, sheet: str) -> Notation:
    """Return how formulas on a sheet are written that cite what stands where a layout says."""
    reference = partial(_reference, layout=layout, sheet=sheet)
    column = partial(_data_column, layout=layout, sheet=sheet)
    last = partial(_place, layout=layout)
    return Notation(
        plus="+",
        minus="-",
        times="*",
        over="/",
        power=lambda base, exponent: f"{base}^{exponent}",
        square=lambda base: f"{base}*{base}",
        number=number,
        functions=_FUNCTIONS,
        quantity=lambda quantity: column(quantity.key) if quantity.key in layout.data else reference(quantity),
        choice=lambda sign, left, right, then, otherwise: f"IF({left}{sign}{right},{then},{otherwise})",
        lookup=lambda key, position: element(column(key), position),
        long_sum=LongSums(layout, reference, last),
        place=partial(_address, sheet=sheet),
        text=lambda value: _unfilled(text(value)),
    )


def condition(expression: Expression, sheet: str) -> str:
    """Return `expression` as the condition of a rule on `sheet`; addresses that move are those of its first cell."""
    return at_row(formula(expression, NOWHERE, sheet), 1).removeprefix("=")


def at_row(filled_down: str, row: int, stride: int = 1, step: int = 0) -> str:
    """Return a formula of `formula` as it stands in the iteration whose block of `stride` rows begins in `row`.

    `step` is the number of the row among those that it is filled down to, where the formula says so.
    """
    # Most formulas beside Training cite cells that do not move.
    if "{" not in filled_down and "}" not in filled_down:
        return filled_down
    return filled_down.format(here=range(row, row + stride), previous=range(row - stride, row), step=step)


def length(filled_down: str, layout: Layout) -> int:
    """Return how many characters a formula has in the last iteration, where it is longest."""
    return len(at_row(filled_down, layout.row(layout.iterations), layout.stride))


def cell(row: int, column: int) -> str:
    """Return a cell's address: (2, 4) gives "D2"."""
    return f"{get_column_letter(column)}{row}"


def absolute(row: int, column: int) -> str:
    """Return a cell's address that does not move: (2, 4) gives "$D$2"."""
    return f"${get_column_letter(column)}${row}"


def area(cells: Area) -> str:
    """Return the address of a block of cells, which does not move: "$D$2:$D$9"."""
    return f"{absolute(cells.top, cells.left)}:{absolute(cells.bottom, cells.right)}"


def address(place: Cell | Area, sheet: str | None = None) -> str:
    """Return the address of a cell or of a block of cells, for a formula on `sheet`; it does not move."""
    own = absolute(place.row, place.column) if isinstance(place, Cell) else area(place)
    return ("" if place.sheet == sheet else quoted_sheet(place.sheet)) + own


def element(cells: str, row: str, column: str = "") -> str:
    """Return what stands in a row, and a column, of a range: `INDEX(Training!$K$4:$K$203,$D$4)`.

    A range of one cell is that cell: Gnumeric's INDEX finds nothing in it.
    """
    first, last = cells.split(":")
    return first if first.endswith(last) else f"INDEX({','.join(filter(None, (cells, row, column)))})"


def row_of(iteration: str, layout: Layout) -> str:
    """Return the row of an iteration, whose number a formula gives, in the cells of a quantity in all iterations."""
    return iteration if layout.stride == 1 else f"({iteration}-1)*{layout.stride}+1"


def quoted_sheet(name: str) -> str:
    """Return what leads an address on another sheet: `Training!`, and in quotes where the name could be a cell's."""
    is_plain = _PLAIN_NAME.fullmatch(name) and name.casefold() not in ("true", "false")
    return f"{name}!" if is_plain else f"'{name}'!"


def text(value: str) -> str:
    """Return a text as it stands in a formula."""
    doubled = value.replace('"', '""')
    return f'"{doubled}"'


def number(value: float) -> str:
    """Return a number as Excel reads it in a formula, exact to the last bit, whole numbers without a point."""
    return repr(value + 0.0).removesuffix(".0").upper()


def _reference(quantity: Quantity, layout: Layout, sheet: str) -> str:
    place = layout.spots.get(quantity.key) or layout.cells[quantity.key]
    return _prefix(place.sheet, sheet) + _place(quantity, layout)


def _place(quantity: Quantity, layout: Layout) -> str:
    """Return where a quantity stands, without its sheet."""
    spot = layout.spots.get(quantity.key)
    return _of_spot(spot, previous=quantity.previous) if spot else _fixed(quantity.key, layout)


def _prefix(cited: str, sheet: str) -> str:
    return "" if cited == sheet else _unfilled(quoted_sheet(cited))


def _unfilled(literal: str) -> str:
    """Return a text in which no row number is filled in."""
    return literal.replace("{", "{{").replace("}", "}}")


def _address(place: Expression, sheet: str) -> str:
    match place:
        case InCell(cited, fixed):
            return _prefix(cited.sheet, sheet) + _FIXED[fixed](get_column_letter(cited.column), str(cited.row))
        case InCells(cited, fixed):
            ends = (cited.first, cited.last)
            corners = (_FIXED[fixed](get_column_letter(end.column), str(end.row)) for end in ends)
            return _prefix(cited.sheet, sheet) + ":".join(corners)
        case Beside(cited, column, rows, is_fixed):
            number = {0: "{here[0]}", -1: "{previous[0]}"}[rows]
            return _prefix(cited, sheet) + ("$" if is_fixed else "") + get_column_letter(column) + number
        case Along(cited, first, last):
            cells = ":".join(f"{get_column_letter(column)}{{here[0]}}" for column in (first, last))
            return _prefix(cited, sheet) + cells
    return "{step}"


_FIXED: dict[str, Callable[[str, str], str]] = {
    BOTH: lambda column, row: f"${column}${row}",
    COLUMN: lambda column, row: f"${column}{row}",
    ROW: lambda column, row: f"{column}${row}",
    NEITHER: lambda column, row: f"{column}{row}",
}


def _of_spot(spot: Spot, *, previous: bool) -> str:
    return f"{get_column_letter(spot.column)}{{{'previous' if previous else 'here'}[{spot.offset}]}}"


def _fixed(key: str, layout: Layout) -> str:
    place = layout.cells[key]
    return (cell if key in layout.relative else absolute)(place.row, place.column)


def _data_column(key: str, layout: Layout, sheet: str) -> str:
    return _prefix(layout.data[key].sheet, sheet) + area(layout.data[key])
