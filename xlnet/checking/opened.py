"""Reads a workbook as it lies there: its template, and which cells hold which formula."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from openpyxl import load_workbook

from xlnet.errors import UserError
from xlnet.excel import at_row, formula
from xlnet.graph.node import Graph
from xlnet.layout import FIRST_ROW, TRAINING, VALUE_ROW, Layout, training_layout
from xlnet.sheets.template import NAME as TEMPLATE
from xlnet.spec import Spec
from xlnet.template.parse import parse
from xlnet.template.sources import read_toml
from xlnet.training import iteration

Position = tuple[int, int]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Opened:
    """A workbook's network, and what its sheet Training holds.

    `is_formula` and `is_altered` have the shape (iterations, columns): whether a cell holds a formula, and whether that
    is another one than xlnet wrote there. `typed` are the numbers in the cells that a user may change.
    """

    path: Path
    spec: Spec
    graph: Graph
    layout: Layout
    is_formula: Flags
    is_altered: Flags
    typed: dict[Position, float]

    @property
    def rows(self) -> int:
        """The number of iterations."""
        return len(self.is_formula)

    @property
    def last_row(self) -> int:
        """The table's last row on the sheet."""
        return FIRST_ROW + self.rows - 1

    @property
    def columns(self) -> int:
        """The number of columns to read: the table's, and the constants' above it."""
        return max(len(self.graph.nodes), len(self.graph.constants))


def open_workbook(path: Path) -> Opened:
    """Read a workbook that xlnet built, and a person may have edited and saved since.

    Raises UserError when it is no such workbook.
    """
    with _opened(path) as workbook:
        for name in (TEMPLATE, TRAINING):
            if name not in workbook.sheetnames:
                raise UserError(f"{path}: not an xlnet workbook: it has no sheet {name}")
        spec = _spec(path, workbook)
        graph = iteration(spec)
        layout = training_layout(graph)
        constants = next(_rows(workbook, VALUE_ROW, len(graph.constants)), ())
        table = _Table(graph, layout)
        # A user may have filled the table further down.
        for number, cells in enumerate(_rows(workbook, FIRST_ROW, len(graph.nodes))):
            if number >= spec.training.iters and not (cells and _formula(cells[0])):
                break
            table.add(cells)
    table.add_missing(spec.training.iters)
    typed = table.typed | {
        (VALUE_ROW, column): _number(constants, column - 1, constant.value)
        for column, constant in enumerate(graph.constants, 1)
    }
    return Opened(
        path=path,
        spec=spec,
        graph=graph,
        layout=layout,
        is_formula=np.array(table.is_formula, dtype=bool),
        is_altered=np.array(table.is_altered, dtype=bool),
        typed=typed,
    )


def formula_texts(path: Path, positions: Collection[Position]) -> dict[Position, str]:
    """Return the formulas in these cells of sheet Training; a cell without one is left out."""
    if not positions:
        return {}
    rows = {row for row, _ in positions}
    widest = max(column for _, column in positions)
    texts = {}
    with _opened(path) as workbook:
        for row, cells in enumerate(_rows(workbook, 1, widest, max(rows)), 1):
            for column, cell in enumerate(cells, 1) if row in rows else ():
                text = _formula(cell)
                if text and (row, column) in positions:
                    texts[row, column] = text
    return texts


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    if not path.exists():
        raise UserError(f"{path}: no such file")
    if path.is_dir():
        raise UserError(f"{path}: is a folder: give the name of a workbook")
    try:
        workbook = load_workbook(path, read_only=True)
    except PermissionError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None
    except Exception:
        # openpyxl raises whatever the damage leads to: BadZipFile, KeyError, ParseError …
        raise UserError(
            f"{path}: not an xlnet workbook: it cannot be read as .xlsx (cut off, or another format)"
        ) from None
    try:
        yield workbook
    finally:
        workbook.close()


def _spec(path: Path, workbook: Any) -> Spec:
    lines = [row[0] for row in workbook[TEMPLATE].iter_rows(max_col=1, values_only=True)]
    label = f"{path}: sheet {TEMPLATE}"
    text = "\n".join("" if line is None else str(line) for line in lines)
    return parse(read_toml(text, label), name=path.stem, label=label)


def _rows(workbook: Any, first: int, columns: int, last: int | None = None) -> Iterator[Any]:
    worksheet = workbook[TRAINING]
    # The file's own word on its size may be wrong, and openpyxl would stop there.
    worksheet.reset_dimensions()
    return iter(worksheet.iter_rows(min_row=first, max_row=last, max_col=columns))


def _formula(cell: Any) -> str | None:
    """Return a cell's formula, None where it holds none."""
    if cell.data_type != "f":
        return None
    return str(getattr(cell.value, "text", cell.value))


def _number(cells: Any, index: int, otherwise: float) -> float:
    """Return the number typed into a cell, `otherwise` where it holds none."""
    value = cells[index].value if index < len(cells) else None
    return float(value) if isinstance(value, int | float) else otherwise


class _Table:
    """Collects, row by row, which cells of the table hold a formula and whether it is the one xlnet writes."""

    def __init__(self, graph: Graph, layout: Layout) -> None:
        self.is_formula: list[list[bool]] = []
        self.is_altered: list[list[bool]] = []
        self.typed: dict[Position, float] = {}
        self._graph = graph
        self._first = [
            None if node.first_formula is None else formula(node.first_formula, layout) for node in graph.nodes
        ]
        self._later = [formula(node.formula, layout) for node in graph.nodes]

    def add(self, cells: Any) -> None:
        row = FIRST_ROW + len(self.is_formula)
        is_first = row == FIRST_ROW
        written = self._first if is_first else self._later
        found = [_formula(cell) for cell in cells]
        found += [None] * (len(written) - len(found))
        self.is_formula.append([text is not None for text in found])
        self.is_altered.append(
            [
                text is not None and (own is None or _plain(text) != _plain(at_row(own, row)))
                for text, own in zip(found, written, strict=True)
            ]
        )
        if is_first:
            for column, node in enumerate(self._graph.nodes):
                if node.group == "parameters" and isinstance(node.first, float):
                    self.typed[row, column + 1] = _number(cells, column, node.first)

    def add_missing(self, rows: int) -> None:
        """Add the rows that the sheet should have and has not."""
        while len(self.is_formula) < rows:
            self.add(())


def _plain(text: str) -> str:
    """Return a formula without what programs write each in their own way: spaces and letter case."""
    return text.replace(" ", "").upper()
