"""Reads a workbook as it lies there: its template, and which cells hold which formula, run by run."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
from numpy.typing import NDArray
from openpyxl import load_workbook

from xlnet.checking.quantities import Input, Placement, Position, placements
from xlnet.checking.table import Table, formula_of, is_filled, number_of, odd_kind
from xlnet.checking.untouched import is_untouched
from xlnet.engines.grid import Extent
from xlnet.errors import UserError
from xlnet.graph.node import Constant, Graph
from xlnet.layout import DATA, FIRST_ROW, TRAINING, Layout
from xlnet.sheets import compare
from xlnet.sheets.beside import BESIDE
from xlnet.sheets.compare import formulas as compare_formulas
from xlnet.sheets.compare.numbers import Numbers
from xlnet.sheets.compare.plan import Plan, plan_of
from xlnet.sheets.live import Live, Typed
from xlnet.sheets.template import NAME as TEMPLATE
from xlnet.sheets.training import TrainingSheet, repeated, sheet_of
from xlnet.sheets.training import columns as training_columns
from xlnet.spec import Spec
from xlnet.template.parse import parse
from xlnet.template.runs import parse_comparison
from xlnet.template.sources import read_toml
from xlnet.texts import ENGLISH, LANGUAGES

_UNREADABLE = "not an xlnet workbook: it cannot be read as .xlsx (cut off, or another format)"

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Opened:
    """A network's training in a workbook, and what its sheets hold: all of an ordinary one, a run of a comparison.

    Sheets have the names that they have in an ordinary workbook: those of a run are translated (see `titles`).
    `is_formula` and `is_altered` have the shape (iterations, columns) of sheet Training's table: whether a cell holds a
    formula, and whether that is another one than xlnet wrote there. `inputs` are the cells that a user may change;
    `computed` are the formulas on sheet Data, by position: key, and whether there is still a formula; `beside` those on
    the sheets beside Training, and `lives` what xlnet writes there, by sheet. `odd_cells` are the kinds of cells that
    hold neither a number nor a formula nor a text: blank or boolean. `plan` is that of sheet Compare, and `index` the
    number of the run there, from 0.
    """

    path: Path
    sheet: TrainingSheet
    places: dict[str, Placement]
    is_formula: Flags
    is_altered: Flags
    inputs: dict[Position, Input]
    computed: dict[Position, tuple[str, bool]]
    beside: dict[Position, tuple[str, bool]]
    lives: dict[str, list[Live]]
    odd_cells: dict[Position, int]
    plan: Plan | None = None
    index: int = 0

    @property
    def spec(self) -> Spec:
        """The network and its training."""
        return self.sheet.spec

    @property
    def graph(self) -> Graph:
        """The graph of an iteration."""
        return self.sheet.graph

    @property
    def layout(self) -> Layout:
        """Where its quantities stand."""
        return self.sheet.layout

    @property
    def rows(self) -> int:
        """The number of iterations."""
        return len(self.is_formula)

    @property
    def run(self) -> str:
        """The run's name; "" in an ordinary workbook."""
        return "" if self.plan is None else self.sheet.name

    @property
    def titles(self) -> dict[str, str]:
        """What the workbook calls the sheets."""
        sheets = (TRAINING, *([DATA] if self.graph.data else []), *self.lives)
        return {sheet: self.layout.title(sheet) for sheet in sheets}

    @property
    def extents(self) -> list[Extent]:
        """The cells to read, by the workbook's own titles."""
        nodes, settings = self.graph.nodes, self.graph.settings
        found = {TRAINING: (FIRST_ROW + self.rows - 1, max(len(nodes), len(settings)))}
        data = [place for place in self.layout.cells.values() if place.sheet == DATA]
        if data:
            found[DATA] = max(p.row or 1 for p in data), max(p.column for p in data)
        for name in self.lives:
            own = [position for position in (*self.beside, *self.inputs) if position.sheet == name]
            if own and name not in found:
                found[name] = max(p.row for p in own), max(p.column for p in own)
        return [Extent(self.layout.title(name), *size) for name, size in found.items()]

    @property
    def weighted_sums(self) -> set[str]:
        """The reference's names of the weighted sums z."""
        return {f"z{number}" for number in range(1, len(self.spec.layers) + 1)}

    def in_file(self, position: Position) -> Position:
        """Return a cell by the workbook's own title of its sheet."""
        return position._replace(sheet=self.layout.title(position.sheet))

    def key(self, position: Position) -> str:
        """Return the key of the quantity that stands in a cell."""
        if position.sheet == TRAINING and position.row >= FIRST_ROW:
            return self.graph.nodes[position.column - 1].key
        for formulas in (self.computed, self.beside):
            if position in formulas:
                return formulas[position][0]
        return self.inputs[position].key


def open_workbook(path: Path) -> list[Opened]:
    """Read a workbook that xlnet built, and a person may have edited and saved since: one training, or several runs.

    Raises UserError when it is no such workbook.
    """
    with _opened(path) as workbook:
        _require_sheets(path, workbook, TEMPLATE)
        label, language = f"{path}: sheet {TEMPLATE}", _language(workbook)
        document = read_toml(_template(workbook), label)
        if "compare" not in document:
            _require_sheets(path, workbook, TRAINING)
            sheet = sheet_of(parse(document, name=path.stem, label=label), language)
            present = [entry for entry in BESIDE if entry.name in workbook.sheetnames]
            sources = [(entry.name, entry.inputs(sheet), entry.formulas(sheet)) for entry in present]
            return [_opened_run(path, _Cells(workbook), sheet, sources)]
        plan = plan_of(parse_comparison(document, path.stem, label), language)
        _require_sheets(path, workbook, compare.NAME, *(sheet.name for sheet in plan.sheets))
        cells, numbers = _Cells(workbook), Numbers(plan, ())
        runs = []
        for index, sheet in enumerate(plan.sheets):
            its_formulas = compare_formulas.formulas(plan, index, numbers)
            sources = [(compare.NAME, compare_formulas.inputs(plan), its_formulas), (TRAINING, [], repeated(sheet))]
            runs.append(replace(_opened_run(path, cells, sheet, sources), plan=plan, index=index))
        return runs


# A sheet beside Training: its name, the cells that a person fills in, and its formulas.
_Source = tuple[str, list[Typed], list[Live]]


def _opened_run(path: Path, cells: _Cells, sheet: TrainingSheet, sources: Sequence[_Source]) -> Opened:
    graph, layout = sheet.graph, sheet.layout
    if graph.data:
        _require_sheets(path, cells.workbook, layout.title(DATA))
    table = _table(path, cells.workbook, sheet)
    inputs, computed, odd_cells = _fixed_cells(cells, sheet)
    beside: dict[Position, tuple[str, bool]] = {}
    for name, typed, formulas in sources:
        more, found = _beside(name, cells.of(layout, name), typed, formulas)
        inputs |= more
        beside |= found
    return Opened(
        path=path,
        sheet=sheet,
        places=placements(sheet.spec, layout),
        is_formula=np.array(table.is_formula, dtype=bool),
        is_altered=np.array(table.is_altered, dtype=bool),
        inputs=inputs | table.inputs,
        computed=computed,
        beside=beside,
        lives={name: formulas for name, _, formulas in sources},
        odd_cells=odd_cells | table.odd_cells,
    )


class _Cells:
    """The cells of a workbook's small sheets, each read once."""

    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        self._read: dict[str, list[Any]] = {}

    def of(self, layout: Layout, sheet: str) -> Callable[[int, int], Any]:
        """Return what gives the cell in a row and column of a sheet, None where there is none."""
        title = layout.title(sheet)
        if title not in self._read:
            # Below its first row sheet Training is a table, which is long.
            last_row = FIRST_ROW if sheet == TRAINING else None
            self._read[title] = list(_rows(self.workbook[title], 1, None, last_row))
        rows = self._read[title]

        def cell_at(row: int, column: int) -> Any:
            return rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else None

        return cell_at


def formula_texts(path: Path, positions: Collection[Position]) -> dict[Position, str]:
    """Return the formulas in these cells, by the workbook's own titles; a cell without one is left out."""
    texts = {}
    with _opened(path) as workbook:
        for sheet in {position.sheet for position in positions}:
            wanted = [position for position in positions if position.sheet == sheet]
            rows = {position.row for position in wanted}
            widest = max(position.column for position in wanted)
            for row, cells in enumerate(_rows(workbook[sheet], 1, widest, max(rows)), 1):
                for column, cell in enumerate(cells, 1) if row in rows else ():
                    text = formula_of(cell)
                    if text and Position(sheet, row, column) in positions:
                        texts[Position(sheet, row, column)] = text
    return texts


def _require_sheets(path: Path, workbook: Any, *names: str) -> None:
    for name in names:
        if name not in workbook.sheetnames:
            raise UserError(f"{path}: not an xlnet workbook: it has no sheet {name}")


def _table(path: Path, workbook: Any, sheet: TrainingSheet) -> Table:
    graph, iters = sheet.graph, sheet.spec.training.iters
    columns = training_columns(graph, sheet.layout)
    table = Table(graph, columns)
    rows = _rows(workbook[sheet.name], FIRST_ROW, len(graph.nodes))
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
    every_cell: _Cells, sheet: TrainingSheet
) -> tuple[dict[Position, Input], dict[Position, tuple[str, bool]], dict[Position, int]]:
    """Return the inputs and the formulas that stand outside the table, and the odd cells among them."""
    layout = sheet.layout
    inputs: dict[Position, Input] = {}
    computed: dict[Position, tuple[str, bool]] = {}
    odd_cells: dict[Position, int] = {}
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
            computed[position] = (constant.key, cell is not None and formula_of(cell) is not None)
    return inputs, computed, odd_cells


def _beside(
    name: str, cell_at: Callable[[int, int], Any], inputs: Sequence[Typed], lives: Sequence[Live]
) -> tuple[dict[Position, Input], dict[Position, tuple[str, bool]]]:
    """Return what is filled in on a sheet beside Training, and its formulas."""
    formulas = {}
    for live in lives:
        cell = cell_at(live.row, live.column)
        is_formula = cell is not None and formula_of(cell) is not None
        formulas[Position(name, live.row, live.column)] = (live.key, is_formula)
    filled = {}
    for typed in inputs:
        cell = cell_at(typed.row, typed.column)
        first = 0.0 if isinstance(typed.first, str) else float(typed.first)
        position = Position(name, typed.row, typed.column)
        filled[position] = Input(typed.key, typed.group, number_of(cell, first), typed.choices)
    return filled, formulas


def _constants(graph: Graph) -> Iterator[Constant]:
    yield from graph.settings
    for column in graph.data:
        yield from column.constants
    yield from graph.statistics


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        if not path.exists():
            raise UserError(f"{path}: no such file")
        if not path.is_file():
            raise UserError(f"{path}: is no file: give the name of a workbook")
        workbook = load_workbook(path, read_only=True)
    except UserError:
        raise
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    except Exception:
        raise UserError(f"{path}: {_UNREADABLE}") from None
    try:
        yield workbook
    except UserError:
        raise
    except (ParseError, ValueError, KeyError, TypeError, zipfile.BadZipFile, zlib.error, EOFError):
        # Sheets are read as they are asked for, and openpyxl raises whatever their damage leads to.
        raise UserError(f"{path}: {_UNREADABLE}") from None
    finally:
        workbook.close()


def _template(workbook: Any) -> str:
    lines = [row[0] for row in workbook[TEMPLATE].iter_rows(max_col=1, values_only=True)]
    return "\n".join("" if line is None else str(line) for line in lines)


def _language(workbook: Any) -> str:
    """Return the language of a workbook's texts."""
    known = {name: language for language, name in LANGUAGES.items()}
    return known.get(workbook.properties.language, ENGLISH)


def _rows(worksheet: Any, first: int, columns: int | None, last: int | None = None) -> Iterator[Any]:
    # The file's own word on its size may be wrong, and openpyxl would stop there.
    worksheet.reset_dimensions()
    return iter(worksheet.iter_rows(min_row=first, max_row=last, max_col=columns))
