"""Sums of products are written as products of ranges, wherever their quantities stand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook
from recalculated import recalculated

from xlnet.graph.expression import Expression, Quantity, cited, product, total
from xlnet.render.excel import at_row, formula
from xlnet.render.layout import Layout
from xlnet.render.spot import Spot

SHEET = "Training"
ROW = 4
# What a letter stands for, by the row and column of its element: a matrix of three rows and four columns from column B
# on, a kernel of two by two from column G, a line and a column of four.
PLACES: dict[str, Callable[[int, int], tuple[int, int]]] = {
    "m": lambda row, column: (row, 2 + column),
    "k": lambda row, column: (row, 7 + column),
    "l": lambda row, column: (4, 2 + column),
    "c": lambda row, column: (column, 10),
}


def letter(name: str, row: int, column: int) -> Quantity:
    return Quantity(f"{name}1_{row + 1}_{column + 1}")


def layout() -> Layout:
    spots = {}
    for name, place in PLACES.items():
        for row in range(3):
            for column in range(4):
                offset, at = place(row, column)
                spots[letter(name, row, column).key] = Spot(SHEET, at, offset)
    return Layout({}, spots, sheet=SHEET, stride=6)


def written(*terms: Expression) -> str:
    return at_row(formula(total(*terms), layout()), ROW, 6)


def window(top: int, left: int) -> list[Expression]:
    """Return the terms of a kernel of two by two at a place of the matrix."""
    return [
        product(letter("k", row, column), letter("m", top + row, left + column)) for row in (0, 1) for column in (0, 1)
    ]


SUMS: dict[str, tuple[list[Expression], str | None]] = {
    "a line with a line": (
        [product(letter("l", 0, n), letter("m", 1, n)) for n in range(4)]
        + [product(letter("k", 0, 0), letter("m", 0, 0))],
        "=SUMPRODUCT(B8:E8,B5:E5)+G4*B4",
    ),
    "two windows": ([*window(0, 0), *window(1, 2)], "=SUMPRODUCT(G4:H5,B4:C5)+SUMPRODUCT(G4:H5,D5:E6)"),
    "a window and a bias": ([*window(0, 1), *window(1, 1), letter("c", 0, 0)], None),
    "a line with a column": (
        [product(letter("l", 0, n), letter("c", 0, n)) for n in range(4)]
        + [product(letter("k", 1, 1), letter("m", 0, 0))],
        "=SUM(MMULT(B8:E8,J4:J7))+H5*B4",
    ),
    "a column with a line": (
        [product(letter("c", 0, n), letter("m", 1, n)) for n in range(4)]
        + [product(letter("k", 1, 1), letter("m", 0, 0))],
        "=SUM(MMULT(B5:E5,J4:J7))+H5*B4",
    ),
    "a rectangle": ([letter("m", row, column) for row in range(3) for column in range(4)], "=SUM(B4:E6)"),
    "a few are written out": (window(0, 0), "=G4*B4+H4*C4+G5*B5+H5*C5"),
    "backwards": ([product(letter("l", 0, n), letter("m", 1, 3 - n)) for n in range(4)] + window(0, 0), None),
    "spread out": (
        [product(letter("k", 0, 0), letter("m", row, column)) for row in range(3) for column in (0, 2)],
        "=G4*B4+G4*D4+G4*B5+G4*D5+G4*B6+G4*D6",
    ),
}


@pytest.mark.parametrize("name", SUMS)
def test_a_long_sum_is_written_with_ranges(name: str) -> None:
    terms, expected = SUMS[name]
    assert expected is None or written(*terms) == expected


def test_every_program_takes_them_for_the_sum_of_their_terms(tmp_path: Path, engine: str) -> None:
    numbers = {key: 1.5 + 0.37 * number for number, key in enumerate(layout().spots)}
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = SHEET
    for key, spot in layout().spots.items():
        sheet.cell(ROW + spot.offset, spot.column).value = numbers[key]
    held = {key: float(str(sheet.cell(ROW + spot.offset, spot.column).value)) for key, spot in layout().spots.items()}
    for row, (terms, _) in enumerate(SUMS.values(), 20):
        sheet.cell(row, 1).value = written(*terms)
    path = tmp_path / "sums.xlsx"
    workbook.save(path)
    (cells,) = recalculated(path, engine)
    for row, (terms, _) in enumerate(SUMS.values(), 20):
        expected = 0.0
        for term in terms:
            part = 1.0
            for quantity in cited(term):
                part *= held[quantity.key]
            expected += part
        assert cells(f"{SHEET}!A{row}") == pytest.approx(expected, rel=1e-12)
