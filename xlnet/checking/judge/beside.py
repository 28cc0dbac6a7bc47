"""Judges the formulas on the sheets beside Training by what the cells that they cite call for."""

from __future__ import annotations

import math
from collections.abc import Mapping

from xlnet.cell import Cell
from xlnet.checking.judge.region import WrongCell, wrong_cell
from xlnet.checking.judge.sheets import EXPECTATIONS
from xlnet.checking.judge.view import Expected, Near, OneOf, Single, View, WrittenNumber
from xlnet.checking.open.opened import Opened
from xlnet.engines.grid import Grid
from xlnet.engines.workers.handover import BLANK, NUMBER, TEXT
from xlnet.render.layout import DATA, TRAINING


def wrong_beside(
    opened: Opened, grids: Mapping[str, Grid], probe: str, rtol: float, atol: float
) -> tuple[list[WrongCell], dict[str, float]]:
    """Return the wrong cells beside Training, and the worst error of the others of each sheet.

    Errors are relative where a value is above 1. Raises LookupError where nothing is known of a formula.
    """
    view = View(opened, grids)
    wrong: list[WrongCell] = []
    worst = dict.fromkeys(opened.lives, 0.0)
    for sheet in opened.lives:
        grid = grids[sheet]
        # Lists of numbers are read cell by cell much faster than arrays.
        values, kinds = grid.values.tolist(), grid.kinds.tolist()
        expectations: dict[Cell, Expected] = {}
        # On a run's Training sheet there is nothing but what repeats a cell of the Compare sheet.
        # In a comparison a run's Data sheet has a title of its own.
        titles = {opened.model.data_sheet: DATA, opened.model.name: TRAINING}
        known = titles.get(sheet, sheet)
        for position, expected in EXPECTATIONS[known](view) if known in EXPECTATIONS else ():
            # An identity layer's z and a share a cell: the first has a rule, the second would only repeat the cell.
            expectations.setdefault(position, expected)
        for live in opened.lives[sheet]:
            position = live.cell
            wanted = view.shown(live.live.shown) if live.live.shown else expectations[position]
            row, column = position.row - 1, position.column - 1
            kind, is_formula = kinds[row][column], opened.beside[position][1]
            if is_formula and kind == NUMBER and isinstance(wanted, float):
                # Most cells are such, and right: then there is nothing else to find out.
                distance, size = abs(values[row][column] - wanted), abs(wanted)
                if distance <= atol + rtol * size < math.inf:
                    worst[sheet] = max(worst[sheet], distance / max(1.0, size))
                    continue
            every = wanted.values if isinstance(wanted, OneOf) else (wanted,)
            if is_formula:
                found = grid.texts.get((position.row, position.column)) if kind == TEXT else values[row][column]
                problem, error = _judged(found, kind, every[0], rtol, atol)
                if problem and not all(_judged(found, kind, other, rtol, atol)[0] for other in every[1:]):
                    problem = None
            else:
                problem, error = "typed over", 0.0
            if problem:
                shown = every[0].value if isinstance(every[0], Near | WrittenNumber) else every[0]
                wrong.append(wrong_cell(position, problem, probe, grid, shown))
            worst[sheet] = max(worst[sheet], error)
    return wrong, worst


def _judged(
    found: float | str | None, kind: int, expected: Single, rtol: float, atol: float
) -> tuple[str | None, float]:
    """Return what is wrong with a cell of this kind that holds `found`, if anything is, and its error."""
    value = expected.value if isinstance(expected, Near | WrittenNumber) else expected
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        # What depends on a cell without a number has no expected value: that cell alone is to blame.
        return None, 0.0
    if expected == "" and kind == BLANK:
        # LibreOffice's of an empty text.
        return None, 0.0
    if isinstance(expected, str | WrittenNumber):
        return (None if isinstance(found, str) and _reads(found, expected) else "wrong value"), 0.0
    if kind != NUMBER or not isinstance(found, float):
        return "no number", 0.0
    assert isinstance(value, float)
    slack = expected.slack if isinstance(expected, Near) else 0.0
    distance = max(abs(found - value) - slack, 0.0)
    if distance > atol + rtol * abs(value):
        return "wrong value", 0.0
    return None, distance / max(1.0, abs(value))


def _reads(text: str, expected: str | WrittenNumber) -> bool:
    if isinstance(expected, str):
        return text == expected
    is_bracketed = text.startswith("(") and text.endswith(")")
    try:
        number = float(text.strip("()").replace("−", "-"))
    except ValueError:
        return False
    # Half a unit of the last digit, and what rounding adds to it.
    most = 0.500001 * 10.0 ** (1 - expected.digits) * abs(expected.value)
    return is_bracketed == (number < 0) and abs(number - expected.value) <= most
