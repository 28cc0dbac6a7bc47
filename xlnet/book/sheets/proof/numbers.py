"""The values that sheet Proof carries at first."""

from __future__ import annotations

from functools import cache

from xlnet import keys
from xlnet.book.choices import ITERATION
from xlnet.book.record import Record
from xlnet.book.sheets.proof.plan import Plan
from xlnet.book.sheets.proof.verdict import verdict
from xlnet.render import evaluate as run

STEP, TOLERANCE = 1e-5, 1e-6


class Numbers:
    """The values of the sheet for a recorded run."""

    def __init__(self, made: Plan) -> None:
        self._plan = made
        self._quantities = cache(self._run)
        self.of_row = cache(self._of_row)

    def of_pass(self, record: Record, key: str, row: int) -> float:
        """Return a quantity of the pass in `row`."""
        made = self._plan
        if key in made.drawn:
            return record.value(key, ITERATION.first)
        return self._quantities(record)[key][row - made.base_row]

    def verdict(self, record: Record, index: int) -> str:
        """Return the name of the verdict on a proved parameter."""
        loss = self.of_pass(record, keys.LOSS, self._plan.base_row)
        return verdict(self._plan, self.of_row(record, index), loss, TOLERANCE)

    def headline(self, record: Record) -> str:
        """Return how many gradients agree."""
        made = self._plan
        verdicts = [self.verdict(record, index) for index in range(len(made.proved))]
        if set(verdicts) == {"none"}:
            return made.model.texts.get("proof", "diverged")
        return str(sum(verdict in made.agreeing for verdict in verdicts)).join(made.headline)

    def _of_row(self, record: Record, index: int) -> dict[str, float]:
        """Return the numbers of a row of the table, by column."""
        made, key = self._plan, self._plan.proved[index]
        value = record.value(key, ITERATION.first)
        step = STEP * max(1.0, abs(value))
        above, below = (self.of_pass(record, keys.LOSS, made.moved_row(index, up=up)) for up in (True, False))
        here = self.of_pass(record, keys.LOSS, made.base_row)
        central, gradient = (above - below) / (2 * step), record.value(keys.gradient(key), ITERATION.first)
        return {
            "value": value,
            "h": step,
            "E plus": above,
            "E minus": below,
            "central": central,
            "gradient": gradient,
            "difference": central - gradient,
            "slope below": (here - below) / step,
            "slope above": (above - here) / step,
        }

    def _run(self, record: Record) -> dict[str, list[float]]:
        """Return the quantities of every pass: nothing moved, each parameter moved up, each moved down."""
        made = self._plan
        count = len(made.proved)
        typed = {key: [record.value(key, ITERATION.first)] * (1 + 2 * count) for key in made.parameters}
        for index, key in enumerate(made.proved):
            step = STEP * max(1.0, abs(typed[key][0]))
            typed[key][1 + index] += step
            typed[key][1 + index + count] -= step
        fixed = made.model.constants | {key: record.value(key, ITERATION.first) for key in made.drawn}
        return run.rows(typed, fixed, made.forward)
