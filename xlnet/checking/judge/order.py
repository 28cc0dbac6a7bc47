"""The samples of a shuffled order are typed numbers: every epoch must be a permutation."""

from __future__ import annotations

import numpy as np

from xlnet.cell import Cell
from xlnet.checking.ask.probes import AS_SAVED
from xlnet.checking.judge.region import WrongCell, wrong_cell
from xlnet.checking.open.opened import Opened
from xlnet.engines.grid import Grid
from xlnet.reference import Quantities


def wrong_order(opened: Opened, found: Quantities, grid: Grid) -> list[WrongCell]:
    """Return the cells whose sample is no number of a sample, or has been used in the same epoch before."""
    spec = opened.spec
    if not (spec.draws_samples and spec.training.order == "shuffled"):
        return []
    place = opened.places["sample"]
    samples = found["sample"]
    wrong = []
    used: set[float] = set()
    for number, sample in enumerate(samples.ravel()):
        if number % spec.samples == 0:
            used.clear()
        row, position = divmod(number, spec.batch_size)
        first = Cell(place.sheet, int(place.rows[position]) + 1, int(place.columns[position]) + 1)
        cell = first.down(row * place.stride)
        if np.isfinite(sample) and (sample in used or sample not in range(1, spec.samples + 1)):
            wrong.append(wrong_cell(cell, "not a permutation", AS_SAVED, grid, None))
        used.add(float(sample))
    return wrong
