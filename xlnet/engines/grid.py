"""What an engine hands back: the cells of a sheet after recalculation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from xlnet.engines.workers.handover import BLANK, BOOLEAN, ERROR, NUMBER, TEXT

KINDS = {BLANK: "blank", NUMBER: "number", TEXT: "text", ERROR: "error", BOOLEAN: "boolean"}


@dataclass(frozen=True)
class Extent:
    """The cells to read of a sheet: rows 1 to `rows`, columns 1 to `columns`."""

    name: str
    rows: int
    columns: int


@dataclass(frozen=True)
class Edit:
    """Numbers and words to type, row by row, from a cell on; row and column count from 1."""

    sheet: str
    row: int
    column: int
    values: tuple[tuple[float | str, ...], ...]


@dataclass(frozen=True)
class Point:
    """A state in which the workbook is recalculated: edits on top of the point before, or of the file `reopened`."""

    edits: tuple[Edit, ...] = ()
    reopened: bool = False


@dataclass(frozen=True)
class Grid:
    """A sheet's cells, arrays of the shape (rows, columns).

    `values` are doubles, NaN where a cell holds no number; `kinds` tell what it holds; `texts` are the texts and the
    first errors, by row and column counted from 1.
    """

    values: NDArray[np.float64]
    kinds: NDArray[np.uint8]
    texts: dict[tuple[int, int], str]


@dataclass(frozen=True)
class Recalculation:
    """An engine's results: its name and version, and the grids of each point, by sheet."""

    engine: str
    version: str
    points: list[dict[str, Grid]]


def read_results(engine: str, folder: Path, extents: Sequence[Extent], points: int) -> Recalculation:
    """Return what a worker has written into `folder` (see `workers.handover`)."""
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    grids = [
        {extent.name: _grid(folder, f"{point}-{index}", extent, about) for index, extent in enumerate(extents)}
        for point in range(points)
    ]
    return Recalculation(engine, about["version"], grids)


def _grid(folder: Path, stem: str, extent: Extent, about: dict[str, Any]) -> Grid:
    shape = (extent.rows, extent.columns)
    return Grid(
        values=np.fromfile(folder / f"{stem}.values").reshape(shape),
        kinds=np.fromfile(folder / f"{stem}.kinds", dtype=np.uint8).reshape(shape),
        texts={(row, column): text for row, column, text in about["texts"].get(stem, [])},
    )
