"""What headline numbers tell of a run's losses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlnet import keys
from xlnet.checking.judge.view import NEAR_TIES, Expected, View, one_of
from xlnet.engines.workers.handover import BLANK, NUMBER


@dataclass(frozen=True)
class Losses:
    """The iterations that are counted, the losses among them that are numbers, and the first that is small, if any.

    Rounding decides whether a loss at the bound is small: so `first_below` are all that may be the first one.
    """

    iterations: int
    numbers: int
    first_below: tuple[int | None, ...]

    def shown(self, never: str) -> Expected:
        """Return what a cell with the first small loss should show; `never` where there is none."""
        return one_of(never if first is None else float(first) for first in self.first_below)


def losses_of(view: View, bound: float) -> Losses:
    """Return what the Training sheet has of the losses; small is one below `bound`."""
    iteration_kinds, _ = view.over(keys.ITERATION)
    kinds, values = view.over(keys.LOSS)
    # A blank cell is 0, as engines take it.
    losses = np.where(kinds == BLANK, 0.0, values)
    exactly, surely, perhaps = (np.flatnonzero(losses < bound * nearly) + 1 for nearly in NEAR_TIES)
    last = int(surely[0]) if surely.size else None
    ties = (int(number) for number in perhaps if last is None or number < last)
    counted, numbers = (iteration_kinds == NUMBER).sum(), (kinds == NUMBER).sum()
    return Losses(int(counted), int(numbers), (int(exactly[0]) if exactly.size else None, *ties, last))
