"""Reads what an engine makes of a workbook, cell by cell."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from kept import check_all, looked_at, opened
from openpyxl.utils import column_index_from_string
from openpyxl.utils.cell import coordinate_from_string
from openpyxl.workbook import Workbook
from workbook_xml import sheet_names

from xlnet import checking
from xlnet.checking.ask.runs import job_of
from xlnet.checking.report.report import Report
from xlnet.engines.choose import recalculate
from xlnet.engines.grid import Edit, Extent, Grid, Point, Recalculation
from xlnet.engines.job import Job
from xlnet.engines.workers.handover import ERROR
from xlnet.xlsx.package import sheet_part


class Cells:
    """The cells of a workbook at one point."""

    def __init__(self, grids: dict[str, Grid]) -> None:
        self.grids = grids

    def __call__(self, address: str) -> float | str:
        """Return the number or text in a cell, "Proof!A9"; of an error, its text."""
        sheet, column, row = parts(address)
        grid = self.grids[sheet]
        return grid.texts.get((row, column), float(grid.values[row - 1, column - 1]))

    def errors(self) -> list[str]:
        """Return the sheets that hold an error."""
        return [sheet for sheet, grid in self.grids.items() if (grid.kinds == ERROR).any()]


def recalculated(path: Path, engine: str, *points: Mapping[str, float | str]) -> list[Cells]:
    """Return the workbook's cells as saved, then with each dictionary of cells typed into the saved workbook."""
    (cells,) = recalculated_together([path], engine, *points)
    return cells


def recalculated_together(paths: Sequence[Path], engine: str, *points: Mapping[str, float | str]) -> list[list[Cells]]:
    """Return for each of many workbooks what `recalculated` does, with one start of the engine."""
    jobs = [Job(path, extents(path), [Point(), *_typed(path, points)]) for path in paths]
    return [[Cells(grids) for grids in result.points] for result in recalculate(engine, jobs, 600)]


def recalculated_copy(path: Path, engine: str, *points: Mapping[str, float | str]) -> list[Cells]:
    """Do what `recalculated` does with the clean copy that a check makes, which an engine reads in half the time."""
    runs = opened(path)
    extents = job_of(runs, [[] for _ in runs]).extents
    (result,) = recalculate(engine, [Job(runs[0].copy.path, extents, [Point(), *_typed(path, points)])], 600)
    return [Cells(dict(grids)) for grids in result.points]


def checked_and_recalculated(engines: Sequence[str], paths: Sequence[Path]) -> dict[str, list[tuple[Report, Cells]]]:
    """Return for each engine the reports on some workbooks, with the cells of which they tell, as saved.

    They are those of the clean copies that a check makes, which engines read more quickly than the files themselves.
    """
    found: dict[str, list[tuple[Report, Cells]]] = {}
    for engine in engines:
        answers: list[list[Recalculation]] = []

        def noted(*arguments: Any, answers: list[list[Recalculation]] = answers) -> list[Recalculation]:
            answers.append(recalculate(*arguments))
            return answers[-1]

        with patch.object(checking, "recalculate", noted):
            reports = check_all(paths, engine)
        every_cells = [Cells(dict(answer.points[0])) for answer in answers[0]]
        found[engine] = list(zip(reports, every_cells, strict=True))
    return found


def _typed(path: Path, points: Sequence[Mapping[str, float | str]]) -> list[Point]:
    """Return the points: what was typed for the one before is typed back, which is quicker than to open the file."""
    saved = {address: _saved(path, address) for address in {address for point in points for address in point}}
    if any(value is None for value in saved.values()):
        return [Point(tuple(map(edit, point.items())), reopened=True) for point in points]
    found, before = [], dict[str, float | str]()
    for point in points:
        back = {address: saved[address] for address in before if address not in point}
        found.append(Point(tuple(map(edit, (back | dict(point)).items()))))
        before = dict(point)
    return found


def _saved(path: Path, address: str) -> Any:
    """Return the number or word that is in a cell; None of a formula, or where there is nothing."""
    sheet, column, row = parts(address)
    cell = looked_at(path)[sheet].cell(row, column)
    return None if cell.data_type == "f" else cell.value


def extents(path: Path) -> list[Extent]:
    """Return the sizes that the sheets say they have, which takes no look at their cells."""
    found = []
    with zipfile.ZipFile(path) as package:
        for title in sheet_names(path):
            dimension = re.search(rb'<dimension ref="(?:\w+:)?(\w+)"', package.read(sheet_part(package, title)))
            assert dimension is not None
            letters, row = coordinate_from_string(dimension[1].decode())
            found.append(Extent(title, row, column_index_from_string(letters)))
    return found


def edit(item: tuple[str, float | str]) -> Edit:
    sheet, column, row = parts(item[0])
    return Edit(sheet, row, column, ((item[1],),))


def parts(address: str) -> tuple[str, int, int]:
    sheet, _, cell = address.partition("!")
    letters, row = coordinate_from_string(cell)
    return sheet, column_index_from_string(letters), row


def where(path: Path, key: str) -> str:
    """Return the column or cell in which the Formulas sheet says that a quantity stands."""
    return _places(looked_at(path))[key]


@lru_cache(maxsize=4)
def _places(workbook: Workbook) -> dict[str, str]:
    rows = workbook["Formulas"].iter_rows(min_row=2, values_only=True)
    return {str(row[0]): str(row[2]) for row in rows}


def labelled(path: Path, sheet: str, label: str, column: int = 1) -> int:
    """Return the row of a sheet in whose `column` a text stands."""
    worksheet = looked_at(path)[sheet]
    return next(row for row in range(1, worksheet.max_row + 1) if worksheet.cell(row, column).value == label)
