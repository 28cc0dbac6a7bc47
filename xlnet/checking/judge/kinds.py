"""What a cell holds by the file's own word, where an engine hands back something else.

IronCalc takes a blank cell that is marked as a number for 0, LibreOffice TRUE for 1 and an empty text for a blank.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from xlnet.checking.ask.probes import AS_SAVED, Probe
from xlnet.checking.open.opened import Opened
from xlnet.engines.grid import Grid
from xlnet.engines.workers.handover import BLANK, NUMBER, TEXT


def with_kinds_of_file(opened: Opened, grids: Mapping[str, Grid], probe: Probe) -> dict[str, Grid]:
    """Return the grids of a probe with the cells that hold neither a number nor a formula marked as such."""
    corrected = {}
    for sheet, grid in grids.items():
        values, kinds = grid.values.copy(), grid.kinds.copy()
        if sheet == opened.sheet:
            table = kinds[opened.table]
            kinds[opened.table] = np.where((table == BLANK) & opened.is_formula, TEXT, table)
        for position, kind in opened.odd_cells.items():
            # An input that was moved is a number by now.
            if position.sheet == sheet and (probe.name == AS_SAVED or position not in opened.inputs):
                kinds[position.row - 1, position.column - 1] = kind
        values[kinds != NUMBER] = np.nan
        corrected[sheet] = replace(grid, values=values, kinds=kinds)
    return corrected
