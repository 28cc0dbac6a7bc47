"""Reads a workbook as it lies there: its template, and which cells hold which formula, run by run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from xlnet.checking.file import Cells, opened_file, require_sheets, rows_of
from xlnet.checking.opened import Opened, Said
from xlnet.checking.quantities import Input, Position, placements
from xlnet.checking.table import Altered, Table, altered, formula_of, is_filled, number_of, odd_kind, rewritten
from xlnet.checking.untouched import is_untouched
from xlnet.errors import UserError
from xlnet.excel import formula
from xlnet.graph.node import Constant, Graph
from xlnet.layout import DATA, FIRST_ROW, TRAINING
from xlnet.sheets import compare
from xlnet.sheets.beside import BESIDE
from xlnet.sheets.compare import formulas as compare_formulas
from xlnet.sheets.compare.numbers import Numbers
from xlnet.sheets.compare.plan import plan_of
from xlnet.sheets.live import Live, Typed
from xlnet.sheets.template import NAME as TEMPLATE
from xlnet.sheets.training import TrainingSheet, repeated, sheet_of
from xlnet.sheets.training import columns as training_columns
from xlnet.template.parse import parse
from xlnet.template.runs import parse_comparison
from xlnet.template.sources import read_toml
from xlnet.texts import ENGLISH, LANGUAGES


def open_workbook(path: Path) -> list[Opened]:
    """Read a workbook that xlnet built, and a person may have edited and saved since: one training, or several runs.

    Raises UserError when it is no such workbook.
    """
    with opened_file(path) as workbook:
        require_sheets(path, workbook, TEMPLATE)
        label, language = f"{path}: sheet {TEMPLATE}", _language(workbook)
        document = read_toml(_template(workbook), label)
        if "compare" not in document:
            require_sheets(path, workbook, TRAINING)
            sheet = sheet_of(parse(document, name=path.stem, label=label), language)
            present = [entry for entry in BESIDE if entry.name in workbook.sheetnames]
            sources = [(entry.name, entry.inputs(sheet), entry.formulas(sheet)) for entry in present]
            return [_opened_run(path, Cells(workbook), sheet, sources)]
        plan = plan_of(parse_comparison(document, path.stem, label), language)
        require_sheets(path, workbook, compare.NAME)
        for sheet in plan.sheets:
            if sheet.name not in workbook.sheetnames:
                raise UserError(f"{path}: the sheet of run {sheet.name} is missing: it was deleted or renamed")
        cells, numbers = Cells(workbook), Numbers(plan, ())
        runs = []
        for index, sheet in enumerate(plan.sheets):
            its_formulas = compare_formulas.formulas(plan, index, numbers)
            sources = [(compare.NAME, compare_formulas.inputs(plan), its_formulas), (TRAINING, [], repeated(sheet))]
            runs.append(replace(_opened_run(path, cells, sheet, sources), plan=plan, index=index))
        return runs


# A sheet beside Training: its name, the cells that a person fills in, and its formulas.
_Source = tuple[str, list[Typed], list[Live]]


def _opened_run(path: Path, cells: Cells, sheet: TrainingSheet, sources: Sequence[_Source]) -> Opened:
    graph, layout = sheet.graph, sheet.layout
    if graph.data:
        require_sheets(path, cells.workbook, layout.title(DATA))
    table = _table(path, cells.workbook, sheet)
    inputs, computed, odd_cells, changed = _fixed_cells(cells, sheet)
    changed += table.altered
    beside: dict[Position, tuple[str, bool]] = {}
    for name, typed, formulas in sources:
        more, found, odd, also_changed = _beside(name, cells.of(layout, name), typed, formulas)
        changed += also_changed
        inputs |= more
        beside |= found
        odd_cells |= odd
    return Opened(
        path=path,
        sheet=sheet,
        places=placements(sheet.spec, layout),
        is_formula=np.array(table.is_formula, dtype=bool),
        rewritten=rewritten(changed),
        inputs=inputs | table.inputs,
        computed=computed,
        beside=beside,
        lives={name: formulas for name, _, formulas in sources},
        odd_cells=odd_cells | table.odd_cells,
    )


def _table(path: Path, workbook: Any, sheet: TrainingSheet) -> Table:
    graph, iters = sheet.graph, sheet.spec.training.iters
    columns = training_columns(graph, sheet.layout)
    table = Table(graph, columns)
    rows = rows_of(workbook[sheet.name], FIRST_ROW, len(graph.nodes))
    if is_untouched(path, sheet.name, columns, FIRST_ROW + iters - 1):
        table.add(next(rows))
        table.add_as_written(iters - 1)
        return table
    # A user may have filled the table further down.
    for number, cells in enumerate(rows):
        if number >= iters and not is_filled(cells, len(graph.nodes)):
            break
        table.add(cells)
    table.add_missing(iters)
    return table


def _fixed_cells(
    every_cell: Cells, sheet: TrainingSheet
) -> tuple[dict[Position, Input], dict[Position, tuple[str, bool]], dict[Position, int], list[Altered]]:
    """Return the inputs and the formulas that stand outside the table, and the odd and altered cells among them."""
    layout = sheet.layout
    inputs: dict[Position, Input] = {}
    computed: dict[Position, tuple[str, bool]] = {}
    odd_cells: dict[Position, int] = {}
    changed: list[Altered] = []
    for constant in _constants(sheet.graph):
        place = layout.cells[constant.key]
        if constant.key in sheet.shared:
            continue
        assert place.row is not None
        position = Position(place.sheet, place.row, place.column)
        cell = every_cell.of(layout, place.sheet)(place.row, place.column)
        odd_cells |= odd_kind(position, cell)
        if constant.formula is None:
            inputs[position] = Input(constant.key, constant.group, number_of(cell, constant.value))
        else:
            computed[position] = (constant.key, formula_of(cell) is not None)
            own = Said(formula(constant.formula, layout, place.sheet))
            changed += altered(position, constant.key, own, cell)
    return inputs, computed, odd_cells, changed


def _beside(
    name: str, cell_at: Callable[[int, int], Any], inputs: Sequence[Typed], lives: Sequence[Live]
) -> tuple[dict[Position, Input], dict[Position, tuple[str, bool]], dict[Position, int], list[Altered]]:
    """Return what is filled in on a sheet beside Training, its formulas, and the odd and altered cells among them."""
    formulas: dict[Position, tuple[str, bool]] = {}
    changed: list[Altered] = []
    for live in lives:
        cell, position = cell_at(live.row, live.column), Position(name, live.row, live.column)
        formulas[position] = (live.key, formula_of(cell) is not None)
        changed += altered(position, live.key, Said(live.formula, live.is_array), cell)
    filled, odd_cells = {}, dict[Position, int]()
    for typed in inputs:
        cell = cell_at(typed.row, typed.column)
        first = 0.0 if isinstance(typed.first, str) else float(typed.first)
        position = Position(name, typed.row, typed.column)
        filled[position] = Input(typed.key, typed.group, number_of(cell, first), typed.choices)
        odd_cells |= odd_kind(position, cell)
    return filled, formulas, odd_cells, changed


def _constants(graph: Graph) -> Iterator[Constant]:
    yield from graph.settings
    for column in graph.data:
        yield from column.constants
    yield from graph.statistics


def _template(workbook: Any) -> str:
    lines = [row[0] for row in workbook[TEMPLATE].iter_rows(max_col=1, values_only=True)]
    return "\n".join("" if line is None else str(line) for line in lines)


def _language(workbook: Any) -> str:
    """Return the language of a workbook's texts."""
    known = {name: language for language, name in LANGUAGES.items()}
    return known.get(workbook.properties.language, ENGLISH)
