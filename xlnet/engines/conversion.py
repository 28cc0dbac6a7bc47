"""LibreOffice without UNO: the workbook is converted to xlsx, recalculated on the way, and read with openpyxl.

It is slower and its values have 15 digits, so it serves only where no Python has `uno`.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from openpyxl import load_workbook
from openpyxl.utils.datetime import to_excel

from xlnet.engines.grid import Edit, Extent, Grid, Recalculation
from xlnet.engines.job import Job, results
from xlnet.engines.process import ask, run
from xlnet.engines.profile import make_profile
from xlnet.engines.sockets import remove, socket_patterns
from xlnet.engines.workers.handover import BLANK, BOOLEAN, ERROR, NUMBER, TEXT
from xlnet.errors import EngineError, EngineStartError

_KINDS = {"n": NUMBER, "d": NUMBER, "s": TEXT, "str": TEXT, "inlineStr": TEXT, "e": ERROR, "b": BOOLEAN}


@dataclass(frozen=True)
class Converting:
    """LibreOffice's program, which is started for every point of a job."""

    soffice: Path

    def do(self, jobs: Sequence[Job], folder: Path, seconds: float) -> list[Recalculation]:
        """Do the jobs; `folder` is for files that are exchanged. Raises EngineError."""
        profile = make_profile(folder, recalculates=True)
        deadline = time.monotonic() + seconds
        version = f"{_version(self.soffice)}, by conversion"
        try:
            return [
                Recalculation("LibreOffice", version, _grids(self.soffice, job, profile, results(folder, n), deadline))
                for n, job in enumerate(jobs)
            ]
        finally:
            remove(socket_patterns(profile))

    def close(self) -> None:
        """Nothing runs by now."""


def _grids(soffice: Path, job: Job, profile: Path, folder: Path, deadline: float) -> list[dict[str, Grid]]:
    grids = []
    source = job.workbook
    for number, point in enumerate(job.points):
        edited = folder / f"point{number}.xlsx"
        _edit(job.workbook if point.reopened else source, point.edits, edited)
        source = edited
        converted = folder / f"converted{number}" / edited.name
        run(
            [
                str(soffice),
                f"-env:UserInstallation={profile.as_uri()}",
                "--headless",
                "--norestore",
                "--convert-to",
                "xlsx:Calc MS Excel 2007 XML",
                "--outdir",
                str(converted.parent),
                str(edited),
            ],
            engine="LibreOffice",
            seconds=max(0.0, deadline - time.monotonic()),
            environment={"TMPDIR": str(profile.parent)},
        )
        # It may return 0 without having written anything.
        if not converted.is_file():
            raise EngineError("LibreOffice converted nothing: close other LibreOffice windows and try again")
        grids.append(_read(converted, job.extents))
    return grids


def _version(soffice: Path) -> str:
    """Return the version that LibreOffice says it has, "7.4.7.2". Raises EngineStartError."""
    answer = ask([str(soffice), "--version"])
    if answer is None:
        raise EngineStartError("LibreOffice cannot be started: it does not report its version")
    words = answer.split()
    return words[1] if len(words) > 1 else "of unknown version"


def _serial(value: Any) -> float:
    """Return a cell's number, also where its format shows it as a date."""
    return float(value) if isinstance(value, int | float) else float(to_excel(value))  # type: ignore[no-untyped-call]


def _edit(workbook: Path, edits: Sequence[Edit], target: Path) -> None:
    if not edits:
        shutil.copyfile(workbook, target)
        return
    edited = load_workbook(workbook)
    for edit in edits:
        for row, values in enumerate(edit.values, edit.row):
            for column, value in enumerate(values, edit.column):
                edited[edit.sheet].cell(row, column).value = value
    edited.save(target)


def _read(converted: Path, extents: Sequence[Extent]) -> dict[str, Grid]:
    workbook = load_workbook(converted, data_only=True, read_only=True)
    try:
        return {extent.name: _grid(workbook[extent.name], extent) for extent in extents}
    finally:
        workbook.close()


def _grid(worksheet: Any, extent: Extent) -> Grid:
    shape = (extent.rows, extent.columns)
    values, kinds = np.full(shape, np.nan), np.full(shape, BLANK, dtype=np.uint8)
    texts = {}
    rows = worksheet.iter_rows(max_row=extent.rows, max_col=extent.columns)
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if cell.value is None:
                continue
            kinds[row, column] = _KINDS[cell.data_type]
            if kinds[row, column] == NUMBER:
                values[row, column] = _serial(cell.value)
            else:
                texts[row + 1, column + 1] = str(cell.value)
    return Grid(values, kinds, texts)
