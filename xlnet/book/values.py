"""The values that a workbook's formulas carry, each from what the cells that it cites hold."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

from xlnet.book.live import Formula, Typed
from xlnet.book.sheet import RecordedRun
from xlnet.cell import Area, Cell
from xlnet.render.compute import Value, Values, computed
from xlnet.sheet_size import HEADER_ROW
from xlnet.xlsx.page import Address


class BookValues:
    """What stands in the cells of a workbook, once its runs are recorded; formulas are computed as they are asked for.

    `runs` are those whose iterations stand on sheets of their own.
    """

    def __init__(self, runs: Sequence[RecordedRun]) -> None:
        self._runs = {run.model.name: run for run in runs}
        self._formulas: dict[Cell, Formula] = {}
        self._known: dict[Cell, Value] = {}
        for model in (run.model for run in runs):
            self._known |= {model.layout.cells[key]: value for key, value in model.constants.items()}
            for node in model.graph.nodes:
                place = model.layout.cell(node.key)
                self._known[place._replace(row=HEADER_ROW)] = model.header(node)

    def add(
        self,
        formulas: Iterable[Formula],
        sheet: str,
        typed: Iterable[Typed] = (),
        labels: Mapping[Cell, str] | Mapping[Cell, float] | Mapping[Cell, str | float] | None = None,
    ) -> None:
        """Take up a sheet's formulas, the cells that a person fills in, and labels that formulas cite."""
        self._formulas |= {each.cell: each for each in formulas}
        self._known |= {Cell(sheet, entry.row, entry.column): _value(entry.first) for entry in typed}
        self._known |= labels or {}

    def of(self, formulas: Sequence[Formula]) -> Callable[[], dict[Address, Value]]:
        """Return what gives the values of a sheet's formulas, by row and column, once the runs are recorded."""
        return lambda: {(each.cell.row, each.cell.column): self.value(each.cell) for each in formulas}

    def value(self, cell: Cell) -> Value:
        """Return what is in a cell; NaN is an error. Raises KeyError where nothing is known of it."""
        # Formulas first: in a comparison a constant may be repeated from another sheet.
        if cell not in self._known or cell in self._formulas:
            self._known[cell] = self._found(cell)
        return self._known[cell]

    def values(self, area: Area) -> Values:
        """Return what is in a block of cells, row by row; None is a blank one."""
        run = self._runs.get(area.sheet)
        node = run.model.layout.node_at(area.first) if run and area.left == area.right else None
        if run is not None and node is not None:
            key, first = node
            whole = run.record.whole(key)
            if whole is not None:
                blanks: Values = [None] * (run.model.layout.stride - 1)
                found: Values = [value for number in whole[first - 1 :] for value in (number, *blanks)]
                return found[: area.bottom - area.top + 1]
        rows, columns = range(area.top, area.bottom + 1), range(area.left, area.right + 1)
        return [self._or_blank(Cell(area.sheet, row, column)) for row in rows for column in columns]

    def _or_blank(self, cell: Cell) -> Value | None:
        run = self._runs.get(cell.sheet)
        is_of_run = run is not None and run.model.layout.node_at(cell) is not None
        return self.value(cell) if is_of_run or cell in self._formulas or cell in self._known else None

    def _found(self, cell: Cell) -> Value:
        formula = self._formulas.pop(cell, None)
        if formula is None:
            return self._of_run(cell)
        live = formula.live
        if live.computed_by is None:
            return computed(live.expression, self, live.layout, cell, formula.step)
        for place, value in live.computed_by.values(self._number):
            self._formulas.pop(place, None)
            self._known[place] = value
        return self._known[cell]

    def _of_run(self, cell: Cell) -> Value:
        run = self._runs[cell.sheet]
        node = run.model.layout.node_at(cell)
        if node is None:
            raise KeyError(cell)
        key, iteration = node
        whole = run.record.whole(key)
        return run.record.value(key, iteration) if whole is None else whole[iteration - 1]

    def _number(self, cell: Cell) -> float:
        value = self.value(cell)
        return value if isinstance(value, float) else math.nan


def _value(typed: float | str) -> Value:
    return typed if isinstance(typed, str) else float(typed)
