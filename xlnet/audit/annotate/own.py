"""The gradient as the workbook has it, as a formula that is live."""

from __future__ import annotations

import math

from xlnet.audit.annotate.cone import NoProofError
from xlnet.audit.annotate.marks import corners_of
from xlnet.audit.findings import Table, Wrong
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place


def own_gradient(workbook: Workbook, table: Table, wrong: Wrong) -> str:
    """Return the formula of a gradient: its cell, or made of its update. Raises NoProofError.

    That cell may hold the gradient's negative, or the step, which is divided by the learning rate.
    """
    show = workbook.show
    if wrong.cell == wrong.update:
        cells = [place_of(wrong.weight, workbook, table), place_of(wrong.update, workbook, table)]
        text = f"({show(cells[0])}-{show(cells[1])})"
    else:
        cells = [place_of(wrong.cell, workbook, table)]
        text = show(cells[0])
    numbers = workbook.live.numbers(cells)
    value = numbers[0] - numbers[1] if len(numbers) > 1 else numbers[0]
    if wrong.is_probe or not wrong.found or not value or not math.isfinite(value):
        if len(cells) > 1:
            raise NoProofError("the update has no gradient in a cell of its own")
        return f"={text}"
    divisor = value / wrong.found
    sign, divisor = "-" if divisor < 0 else "", abs(divisor)
    if math.isclose(divisor, 1, rel_tol=1e-9):
        return f"={sign}{text}"
    rates = (cell for cell, rate in _rates(workbook, table) if math.isclose(rate, divisor, rel_tol=1e-9))
    return f"={sign}{text}/{next(rates, literal(divisor))}"


def place_of(cell: str, workbook: Workbook, table: Table) -> Place:
    """Return the cell of an address, on the table's sheet where it names none. Raises NoProofError."""
    corners = corners_of(cell, workbook.sheets, table.sheet)
    if corners is None or corners[0] != corners[1]:
        raise NoProofError(f"{cell or 'the cell of the weight'} is not a cell of the workbook")
    return corners[0]


def literal(number: float) -> str:
    """Return a number as a formula has it."""
    return repr(number).upper()


def _rates(workbook: Workbook, table: Table) -> list[tuple[str, float]]:
    """Return the learning rates that are cells with a number, each with it."""
    found = []
    for each in table.rate:
        corners = corners_of(each, workbook.sheets, table.sheet)
        if corners is not None:
            (value,) = workbook.live.numbers([corners[0]])
            if value and math.isfinite(value):
                found.append((workbook.show(corners[0]), value))
    return found
