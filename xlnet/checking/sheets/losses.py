"""What headline numbers tell of a run's losses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlnet import keys
from xlnet.checking.view import View
from xlnet.engines.workers.handover import BLANK, NUMBER
from xlnet.layout import FIRST_ROW, TRAINING


@dataclass(frozen=True)
class Losses:
    """The iterations that are counted, the losses among them that are numbers, and the first that is small, if any."""

    iterations: int
    numbers: int
    first_below: int | None


def losses_of(view: View, bound: float) -> Losses:
    """Return what sheet Training has of the losses; small is one below `bound`."""
    training, columns = view.grids[TRAINING], view.opened.layout.columns
    rows = slice(FIRST_ROW - 1, FIRST_ROW - 1 + view.opened.spec.training.iters)
    column = columns[keys.LOSS] - 1
    # A blank cell is 0, as engines take it.
    losses = np.where(training.kinds[rows, column] == BLANK, 0.0, training.values[rows, column])
    below = np.flatnonzero(losses < bound)
    counted = (training.kinds[rows, columns[keys.ITERATION] - 1] == NUMBER).sum()
    numbers = (training.kinds[rows, column] == NUMBER).sum()
    return Losses(int(counted), int(numbers), int(below[0]) + 1 if below.size else None)
