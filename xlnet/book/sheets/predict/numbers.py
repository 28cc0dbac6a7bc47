"""The values that sheet Predict carries at first."""

from __future__ import annotations

import math
from functools import cache

from xlnet import keys
from xlnet.book.record import Record
from xlnet.book.sheets.predict.plan import Plan, cell_of_sample, typed_inputs
from xlnet.model import classification as classes
from xlnet.model.network import inputs
from xlnet.render import evaluate as run

RIGHT, WRONG = "✓", "✗"


class Numbers:
    """The values of the sheet for a recorded run."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._quantities = cache(self._run)
        self._of_others = cache(self._run_others)
        self._index = {row: index for index, row in enumerate(plan.rows)}

    def of_pass(self, record: Record, key: str, row: int) -> float:
        """Return a quantity of the pass in `row`."""
        return self._quantities(record)[key][self._index[row]]

    def class_of(self, values: list[float]) -> str | float:
        """Return the class that outputs or targets name; NaN where one of them is none."""
        if any(map(math.isnan, values)):
            return math.nan
        if self._plan.kind == classes.TWO:
            return float(values[0] > classes.BOUNDARY)
        return names(self._plan)[values.index(max(values))]

    def predicted(self, record: Record, row: int) -> str | float:
        """Return the class that the network names in `row`."""
        return self.class_of([self.of_pass(record, key, row) for key in self._plan.outputs])

    def target_class(self, sample: int) -> str | float:
        """Return the class of a sample, from 0."""
        return self.class_of(list(self._plan.model.spec.data.t[sample]))

    def mark(self, record: Record, sample: int) -> str | float:
        """Return whether a sample's class is named right; NaN where the network names none."""
        predicted = self.predicted(record, self._plan.sample_row + sample)
        if predicted != predicted:
            return math.nan
        return RIGHT if predicted == self.target_class(sample) else WRONG

    def right(self, record: Record) -> float:
        """Return the number of samples whose class is named right, shown or not."""
        shown = sum(self.mark(record, sample) == RIGHT for sample in range(self._plan.samples))
        others = self._plan.others.samples if self._plan.others else ()
        return float(shown + sum(self.other_mark(record, sample) == RIGHT for sample in others))

    def of_other(self, record: Record, key: str, sample: int) -> float:
        """Return a quantity of the pass of a sample that is not shown."""
        return self._of_others(record)[key][sample - self._plan.samples]

    def other_mark(self, record: Record, sample: int) -> str | float:
        """Return whether the class of a sample that is not shown is named right; NaN where the network names none."""
        predicted = self.class_of([self.of_other(record, key, sample) for key in self._plan.outputs])
        if predicted != predicted:
            return math.nan
        return RIGHT if predicted == self.target_class(sample) else WRONG

    def inputs_of(self, row: int) -> list[float]:
        """Return the inputs of a row."""
        plan = self._plan
        if row >= plan.point_row:
            return self._point(row - plan.point_row)
        if row >= plan.sample_row:
            return list(plan.model.spec.data.x[row - plan.sample_row])
        return typed_inputs(plan)[row - plan.first_row]

    def _point(self, number: int) -> list[float]:
        plan = self._plan
        steps = [number] if len(plan.axes) == 1 else [number % plan.side, number // plan.side]
        return [
            axis.first + (axis.last - axis.first) * step / (plan.side - 1)
            for axis, step in zip(plan.axes, steps, strict=True)
        ]

    def _run(self, record: Record) -> dict[str, list[float]]:
        plan = self._plan
        inputs = [self.inputs_of(row) for row in plan.rows]
        typed = {key: list(column) for key, column in zip(plan.inputs, zip(*inputs, strict=True), strict=True)}
        fixed = self._parameters(record)
        constants = plan.model.constants
        statistics = {key: value for key, value in constants.items() if keys.belonging(key) and key not in typed}
        return run.rows(typed, fixed | statistics, plan.nodes)

    def _run_others(self, record: Record) -> dict[str, list[float]]:
        others = self._plan.others
        assert others is not None
        constants, spec = self._plan.model.constants, self._plan.model.spec
        cells = {key: [cell_of_sample(spec, key, sample) for sample in others.samples] for key in inputs(spec)}
        typed = {key: [constants[cell] for cell in every] for key, every in cells.items()}
        return run.rows(typed, self._parameters(record), others.nodes)

    def _parameters(self, record: Record) -> dict[str, float]:
        return {key: record.value(key, self._plan.used.first) for key in self._plan.parameters}


def names(plan: Plan) -> list[str]:
    """Return the names of the classes."""
    return classes.names(plan.model.spec, plan.model.texts.get("predict", "unnamed"))
