"""The live proof: the derivative of the loss by finite differences, in formulas, beside the gradient that is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from openpyxl.utils import get_column_letter

from xlnet.audit.annotate.cone import Cone, Line, NoProofError
from xlnet.audit.annotate.marks import name_of
from xlnet.audit.annotate.own import literal, own_gradient, place_of
from xlnet.audit.annotate.page import Page
from xlnet.audit.annotate.styles import (
    CELL,
    CODE,
    HEADER,
    INPUT,
    LABEL,
    LINKED,
    NUMBER,
    NUMBER_HEADER,
    PLAIN,
    POWER,
    SECTION,
    VERDICT,
    Look,
    number_look,
)
from xlnet.audit.findings import Table, Weight, Wrong
from xlnet.audit.reading.headers import header
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Value
from xlnet.errors import EngineError

# Steps to try, relative to the weight: the first suits nearly all losses.
_STEPS = (1e-3, 1e-4, 1e-2)
_TOLERANCE = 1e-6
_FIRST_COPY, _COPIES = 4, 4
_NUDGES = ("w + h", "w − h", "w + h/2", "w − h/2")
_SIGNS = ("+{h}", "-{h}", "+{h}/2", "-{h}/2")


def add_proof(
    page: Page, row: int, workbook: Workbook, found: tuple[Table, Weight, Wrong]
) -> tuple[int, Mapping[tuple[int, int], Value]]:
    """Write the proof from a row on; return the row after it, and the values of its formulas.

    Raises NoProofError where it cannot be made, or shows something else than the audit saw.
    """
    table, weight, wrong = found
    own = Page(page.title, dict(page.widths))
    try:
        after, values = _Proof(own, row, workbook, table, weight, wrong).write()
    except EngineError as error:
        raise NoProofError(f"the engine cannot compute it: {error}") from None
    _show_digits(own, values)
    page.take(own)
    return after, values


class _Proof:
    def __init__(self, page: Page, row: int, workbook: Workbook, table: Table, weight: Weight, wrong: Wrong) -> None:
        self._page, self._row, self._workbook = page, row, workbook
        self._table, self._weight, self._wrong = table, weight, wrong
        # A file may hold no values, or old ones.
        workbook.live.evaluate()
        self._weight_cell = place_of(wrong.weight, workbook, table)
        host = place_of(wrong.cell, workbook, table)
        # The rows of the results come first, then those of the copies.
        self._cone = Cone(workbook, self._weight_cell, wrong.loss, host, row + 13)
        self._own = own_gradient(workbook, table, wrong)

    def write(self) -> tuple[int, Mapping[tuple[int, int], Value]]:
        """Write it all and return the row after it and the values."""
        self._write_results()
        self._write_copies()
        after = self._cone.lines[-1].row + 1
        return after, self._values()

    def _write_results(self) -> None:
        page, row, cone = self._page, self._row, self._cone
        name, cell = name_of(self._weight, self._wrong), self._wrong.cell
        page.put(row, 1, f"Live proof: the derivative with respect to {name}", SECTION)
        words = (
            f"Each cell between {name} and the loss is computed four more times below, with the weight a little "
            f"larger and a little smaller. How much the loss moves is its derivative, whatever formula anybody wrote. "
            f"Correct {cell} and see the verdict change."
        )
        if self._wrong.is_probe:
            words += " As the workbook stands it may look right by luck: type other numbers, too."
        page.put(row + 1, 1, words, PLAIN, over=8)
        page.put(row + 3, 1, "h, how far the weight is moved", CELL, over=3)
        (weight,) = self._workbook.live.numbers([self._weight_cell])
        self._scale = max(1.0, abs(weight)) if math.isfinite(weight) else 1.0
        page.put_number(row + 3, 4, float(f"{_STEPS[0] * self._scale:.0e}"), INPUT)
        h = f"$D${row + 3}"
        first, second, third, fourth = (f"{get_column_letter(self._zone(z))}{cone.loss_row}" for z in range(_COPIES))
        factor, expected = self._table.factor, self._wrong.expected
        value = number_look(expected)
        central = "Central difference with {}: (loss at w + {} − loss at w − {}) / {}"
        self._result(row + 4, central.format("h", "h", "h", "2h"), f"=({first}-{second})/(2*{h})", value)
        self._result(row + 5, central.format("h/2", "h/2", "h/2", "h"), f"=({third}-{fourth})/{h}", value)
        times = f"*{literal(factor)}" if factor != 1 else ""
        what = "The derivative, by Richardson: (4 × with h/2 − with h) / 3"
        if times:
            what += f", times {factor:.6g} as in all gradients here"
        result = number_look(expected, is_bold=True)
        self._result(row + 6, what, f"=(4*D{row + 5}-D{row + 4})/3{times}", result, LABEL)
        self._result(row + 7, f"The gradient in the workbook: {self._own[1:]}", self._own, result, LABEL)
        derivative, own = f"D{row + 6}", f"D{row + 7}"
        difference, larger = f"ABS({own}-{derivative})", f"MAX(ABS({own}),ABS({derivative}))"
        self._result(row + 8, "Relative difference", f"=IF({own}={derivative},0,{difference}/{larger})", POWER)
        # Losses have 16 digits: what is lost by subtracting them is no mistake.
        noise = f"4E-15*MAX(ABS({first}),ABS({second}))*{literal(abs(factor))}/{h}"
        verdict = f'=IF({difference}<=MAX({literal(_TOLERANCE)}*{larger},{noise}),"right","wrong")'
        self._result(row + 9, "Verdict", verdict, VERDICT, LABEL)
        page.heights[row + 9] = 21
        page.verdict = (row + 9, 4)

    def _result(self, row: int, words: str, formula: str, look: Look, label: Look = CELL) -> None:
        self._page.put(row, 1, words, label, over=3)
        self._page.put_formula(row, 4, formula, look, is_array=False)

    def _zone(self, copy: int) -> int:
        return _FIRST_COPY + copy * self._cone.width

    def _write_copies(self) -> None:
        page, cone, top = self._page, self._cone, self._row + 12
        page.put(top - 1, 1, "From the weight to the loss", SECTION)
        for column, words in enumerate(("Cell", "What it is", "Its formula in the workbook"), 1):
            page.put(top, column, words, HEADER)
        for copy, words in enumerate(_NUDGES):
            for column in range(self._zone(copy), self._zone(copy + 1)):
                page.put(top, column, words if column == self._zone(copy) else "", NUMBER_HEADER)
                page.widths[column] = max(page.widths.get(column, 0), 19)
        for line in cone.lines:
            self._write_line(line)

    def _write_line(self, line: Line) -> None:
        page, book = self._page, self._workbook
        sheets = [*book.sheets, page.title]
        if line.place is None:
            page.put(line.row, 1, "", CELL)
            page.put(line.row, 2, "the loss", CELL)
            page.put(line.row, 3, self._wrong.loss, CODE)
        else:
            page.put_link(line.row, 1, book.show(line.place, self._weight_cell[0]), book.show(line.place), LINKED)
            is_weight = line.place == self._weight_cell and not line.is_area
            what = "repeated" if line.is_area else self._weight.header if is_weight else header(book, line.place)
            if line.row == self._cone.loss_row:
                what = f"{what} (the loss)" if what else "the loss"
            page.put(line.row, 2, what, CELL)
            has_formula = line.place in book.trees and not is_weight and not line.is_area
            page.put(line.row, 3, book.formula(line.place) if has_formula else "", CODE)
        for copy in range(_COPIES):
            for offset, cell in enumerate(line.cells):
                column = self._zone(copy)
                to = (len(book.sheets), line.row, column + offset)
                if line.place == self._weight_cell and not line.is_area:
                    nudge = _SIGNS[copy].format(h=f"$D${self._row + 3}")
                    page.put_formula(
                        line.row, column, f"={book.show(self._weight_cell)}{nudge}", NUMBER, is_array=False
                    )
                elif cell is not None or line.place is None:
                    formula, typed = self._cone.formula(line, cell, to, column, sheets)
                    is_array = not line.is_area and self._cone.is_array(cell)
                    page.put_formula(line.row, to[2], formula, NUMBER, typed, is_array=is_array)

    def _values(self) -> Mapping[tuple[int, int], Value]:
        """Compute the formulas, with the step that shows best what the audit saw."""
        page, live, row = self._page, self._workbook.live, self._row
        number = live.add_sheet(page.title)
        formulas = {place: content.typed for place, content in page.cells.items() if content.typed}
        for place, typed in formulas.items():
            live.type_formula((number, *place), typed)
        for step in _STEPS:
            h = float(f"{step * self._scale:.0e}")
            page.put_number(row + 3, 4, h, INPUT)
            live.type_numbers({(number, row + 3, 4): h})
            live.evaluate()
            values = {place: live.value((number, *place)) for place in formulas}
            if self._is_as_audited(values):
                return values
        raise NoProofError("finite differences in cells are not precise enough here")

    def _is_as_audited(self, values: Mapping[tuple[int, int], Value]) -> bool:
        derivative, verdict = values[self._row + 6, 4], values[self._row + 9, 4]
        if not isinstance(derivative, float) or verdict not in ("right", "wrong"):
            return False
        if self._wrong.is_probe:
            return verdict == "right"
        return verdict == "wrong" and math.isclose(derivative, self._wrong.expected, rel_tol=_TOLERANCE, abs_tol=1e-15)


def _show_digits(page: Page, values: Mapping[tuple[int, int], Value]) -> None:
    """Show fifteen digits of what was copied: the nudges change the last ones."""
    for (row, column), value in values.items():
        content = page.cells[row, column]
        if content.look == NUMBER and isinstance(value, float):
            page.cells[row, column] = replace(content, look=number_look(value, 15))
