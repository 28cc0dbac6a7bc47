"""The values that sheet Compare carries at first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache

from xlnet import keys
from xlnet.book.record import Record
from xlnet.book.sheets.compare.plan import Plan
from xlnet.book.sheets.dashboard.plan import SMALLEST_LOSS
from xlnet.xlsx.values import Value

# What stands where a run has no number.
NONE = "–"
# Beyond these multiples of a run's beginnings charts draw nothing.
LOSS_TIMES, OUTPUT_TIMES, WEIGHT_TIMES = 2, 2, 3


class Numbers:
    """The values of the sheet for the recorded runs, which may be recorded after this is made."""

    def __init__(self, plan: Plan, records: Sequence[Record]) -> None:
        self._plan = plan
        self._records = records
        self.limit = cache(self._limit)
        self._drawn = cache(self._within)

    def at(self, index: int, key: str, iteration: int) -> Value:
        """Return a quantity of a run, `NONE` where it is no number."""
        value = self._records[index].value(key, iteration)
        return NONE if math.isnan(value) else value

    def iterations(self, index: int) -> float:
        """Return the number of iterations of a run."""
        return float(self._records[index].iterations)

    def first_below(self, index: int, never: str) -> Value:
        """Return the first iteration with a small loss."""
        first = self._records[index].first_below
        return never if first is None else float(first)

    def diverged(self, index: int, no: str, since: str) -> str:
        """Return whether a run diverges, and from which iteration on."""
        record = self._records[index]
        return no if record.losses == record.iterations else f"{since} {record.losses + 1}"

    def _limit(self, name: str) -> float:
        """Return the limit beyond which charts draw nothing; NaN where it is too large for a number."""
        limit = self._product(name)
        return limit if math.isfinite(limit) else math.nan

    def _product(self, name: str) -> float:
        plan = self._plan
        if name == "loss":
            firsts = [self.at(index, keys.LOSS, 1) for index in range(len(plan.models))]
            return LOSS_TIMES * max((loss for loss in firsts if isinstance(loss, float)), default=0.0)
        if name == "output":
            targets = [value for row in plan.models[0].spec.data.t for value in row]
            return OUTPUT_TIMES * max(1.0, *map(abs, targets))
        initial = [
            self._records[index].value(key, 1)
            for index, sheet in enumerate(plan.models)
            for key in sheet.parameters
            if key in plan.parameters
        ]
        return WEIGHT_TIMES * max(1.0, *map(abs, initial))

    def loss(self, index: int, iteration: int) -> float:
        """Return the loss as a chart draws it."""
        found, most = self.at(index, keys.LOSS, iteration), self.limit("loss")
        return min(found, most) if isinstance(found, float) and not math.isnan(most) else most

    def log_loss(self, index: int, iteration: int) -> float:
        """Return the loss as a logarithmic chart draws it."""
        loss = self.loss(index, iteration)
        return loss if math.isnan(loss) else max(loss, SMALLEST_LOSS)

    def drawn(self, index: int, key: str, point: int, limit: str) -> float:
        """Return an output or weight as a chart draws it: where there is none, what stands above."""
        return self._drawn(index, key, limit)[point]

    def _within(self, index: int, key: str, limit: str) -> list[float]:
        most, values = self.limit(limit), [0.0]
        for iteration in self._plan.points(index):
            found = self.at(index, key, iteration)
            has_one = isinstance(found, float) and not math.isnan(most)
            values.append(max(-most, min(most, float(found))) if has_one else values[-1])
        return values[1:]
