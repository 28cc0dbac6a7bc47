"""Excel's formula syntax: references, operators, function names. No other module knows it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from openpyxl.utils import get_column_letter

from xlnet.errors import UserError
from xlnet.graph.expression import Expression, Product, Quantity, Sum
from xlnet.graph.printing import ATOM, SUM, Notation, write
from xlnet.render.layout import DATA, TRAINING, Layout, Place

# Sums of up to this many terms are written out, longer ones become SUM or SUMPRODUCT.
MOST_TERMS_WRITTEN_OUT = 4
LONGEST_FORMULA = 8192
MOST_ARGUMENTS = 255

_ROW, _ABOVE = "{row}", "{above}"
# Up to three letters name a column, and with digits a cell: RUN2.
_PLAIN_NAME = re.compile("[A-Za-z]{4,}")


def _call(name: str) -> Callable[..., str]:
    return lambda *arguments: f"{name}({','.join(arguments)})"


_FUNCTIONS = {
    "abs": _call("ABS"),
    "cos": _call("COS"),
    "exp": _call("EXP"),
    "floor": _call("INT"),
    # LOG is to base 10.
    "ln": _call("LN"),
    "min": _call("MIN"),
    "mod": _call("MOD"),
    "pi": _call("PI"),
    "sign": _call("SIGN"),
    "sqrt": _call("SQRT"),
    "tanh": _call("TANH"),
}


def formula(expression: Expression, layout: Layout, sheet: str = TRAINING) -> str:
    """Return `expression` as a formula on `sheet`, to be filled down: `=B{above}-$D$2*N{above}` (see `at_row`)."""
    reference = partial(_reference, layout=layout, sheet=sheet)
    column = partial(_data_column, layout=layout, sheet=sheet)
    notation = Notation(
        plus="+",
        minus="-",
        times="*",
        over="/",
        power=lambda base, exponent: f"{base}^{exponent}",
        square=lambda base: f"{base}*{base}",
        number=number,
        functions=_FUNCTIONS
        | {
            "max": partial(_extreme, "MAX"),
            "average": _call("AVERAGE"),
            "deviation": _deviation,
        },
        quantity=lambda quantity: column(quantity.key) if quantity.key in layout.data else reference(quantity),
        choice=lambda left, right, then, otherwise: f"IF({left}>{right},{then},{otherwise})",
        lookup=lambda key, position: element(column(key), position),
        long_sum=lambda terms: _long_sum(terms, layout, reference),
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
            f"the formula of {key} has {length:,} characters, but Excel allows {LONGEST_FORMULA:,}: "
            "use smaller layers or a smaller --batch"
        )


def cell(column: int, row: int) -> str:
    """Return a cell's address: (4, 2) gives "D2"."""
    return f"{get_column_letter(column)}{row}"


def absolute(column: int, row: int) -> str:
    """Return a cell's address that does not move: (4, 2) gives "$D$2"."""
    return f"${get_column_letter(column)}${row}"


def element(cells: str, row: str, column: str = "") -> str:
    """Return what stands in a row, and a column, of a range: `INDEX(Training!$K$4:$K$203,$D$4)`.

    A range of one cell is that cell: Gnumeric's INDEX finds nothing in it.
    """
    first, last = cells.split(":")
    return first if first.endswith(last) else f"INDEX({','.join(filter(None, (cells, row, column)))})"


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
    place = layout.place(quantity)
    return _prefix(place.sheet, sheet, layout) + _address(place)


def _prefix(cited: str, sheet: str, layout: Layout) -> str:
    return "" if cited == sheet else quoted_sheet(layout.title(cited))


def _address(place: Place) -> str:
    letter = get_column_letter(place.column)
    if place.row is None:
        return letter + (_ABOVE if place.above else _ROW)
    return f"{letter}{place.row}" if place.moves else f"${letter}${place.row}"


def _data_column(key: str, layout: Layout, sheet: str) -> str:
    place = layout.data[key]
    letter = get_column_letter(place.column)
    return f"{_prefix(DATA, sheet, layout)}${letter}${place.first}:${letter}${place.last}"


def _deviation(cells: str) -> str:
    """Return the standard deviation of the population.

    The covariance of numbers with themselves is their variance, which IronCalc and others take from the differences to
    the mean: STDEVP and DEVSQ subtract two sums of squares in IronCalc, of which nothing is left for timestamps. It
    passes over blank cells, as the mean does; a SUMPRODUCT of differences takes them for 0.
    """
    return f"SQRT(COVAR({cells},{cells}))"


def _extreme(name: str, *arguments: str) -> str:
    """Return MAX or MIN; more arguments than Excel takes are nested."""
    while len(arguments) > MOST_ARGUMENTS:
        first, arguments = arguments[:MOST_ARGUMENTS], arguments[MOST_ARGUMENTS:]
        arguments = (f"{name}({','.join(first)})", *arguments)
    return f"{name}({','.join(arguments)})"


def _long_sum(terms: Sum, layout: Layout, reference: Callable[[Quantity], str]) -> tuple[str, int] | None:
    """Return a long sum of neighbours in a shorter form; None where it has none.

    a + b + … is SUM, w·a + … + b is SUMPRODUCT + b; with the precedence of what it became.
    """
    pairs = [pair for pair in map(_factors, terms.terms) if pair]
    others = [term for term in terms.terms if isinstance(term, Quantity)]
    if len(pairs) + len(others) < len(terms.terms):
        return None
    if not pairs and len(others) > MOST_TERMS_WRITTEN_OUT:
        places = [layout.place(other) for other in others]
        return (f"SUM({_range(places, others, reference)})", ATOM) if _side_by_side(places) else None
    if len(pairs) <= MOST_TERMS_WRITTEN_OUT:
        return None
    left, right = ([pair[side] for pair in pairs] for side in (0, 1))
    left_places, right_places = ([layout.place(quantity) for quantity in side] for side in (left, right))
    # Both must run along a row: a SUMPRODUCT of a row with a column is #VALUE!.
    if not (_side_by_side(left_places) and _side_by_side(right_places)):
        return None
    ranges = _range(left_places, left, reference), _range(right_places, right, reference)
    products = f"SUMPRODUCT({','.join(ranges)})"
    return "+".join((products, *map(reference, others))), SUM if others else ATOM


def _factors(term: Expression) -> tuple[Quantity, Quantity] | None:
    match term:
        case Product((Quantity() as left, Quantity() as right)):
            return left, right
    return None


def _side_by_side(places: list[Place]) -> bool:
    first = places[0]
    return places == [
        Place(first.sheet, first.column + offset, first.row, first.above, first.moves) for offset in range(len(places))
    ]


def _range(places: list[Place], quantities: list[Quantity], reference: Callable[[Quantity], str]) -> str:
    return f"{reference(quantities[0])}:{_address(places[-1])}"
