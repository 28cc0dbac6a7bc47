"""The masks of a dropout are typed numbers: a unit stays, 1, or is left out, 0."""

from __future__ import annotations

import numpy as np

from xlnet.cell import Cell
from xlnet.checking.ask.probes import AS_SAVED
from xlnet.checking.judge.region import WrongCell, wrong_cell
from xlnet.checking.open.opened import Opened
from xlnet.engines.grid import Grid
from xlnet.graph.node import Group


def wrong_masks(opened: Opened, grid: Grid) -> list[WrongCell]:
    """Return the cells of masks that hold another number than 0 or 1."""
    masks = [number for number, node in enumerate(opened.graph.nodes) if node.group == Group.MASKS]
    found = opened.values_of(grid)[:, masks]
    wrong = np.isfinite(found) & (found != 0) & (found != 1)
    cells: list[Cell] = [opened.cell(int(row), masks[column]) for row, column in np.argwhere(wrong)]
    return [wrong_cell(cell, "no mask", AS_SAVED, grid, None) for cell in cells]
