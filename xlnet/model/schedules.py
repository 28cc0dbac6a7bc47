"""The schedule table: how the learning rate changes with the iterations; k is the number of the iteration, from 1.

To add a schedule, add an entry to `SCHEDULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xlnet import keys
from xlnet.graph.expression import Expression, Quantity, call, exp, ln, minimum
from xlnet.spec import Spec


@dataclass(frozen=True)
class ScheduleRule:
    """A schedule: its settings with their defaults (None: must be given), and η of a row.

    A default may be the text "iters", for the number of iterations.
    """

    defaults: Mapping[str, float | str | None]
    eta: Callable[[], Expression]
    mathematics: str | None = None


def typed_learning_rate(spec: Spec) -> str:
    """Return the key of the learning rate that a user types: what a schedule starts from, or η of all iterations."""
    return keys.BASE_LEARNING_RATE if spec.training.schedule else keys.LEARNING_RATE


ETA_0 = Quantity(keys.BASE_LEARNING_RATE)
STEPS_DONE = Quantity(keys.ITERATION) - 1
CONSTANT = "constant"


def _power_of_gamma(exponent: Expression) -> Expression:
    """Return γ^exponent by its logarithm: in LibreOffice a power that underflows, like 0.9^10000, is an error."""
    return exp(exponent * ln(Quantity("gamma")))


def _cosine() -> Expression:
    least = Quantity("eta_min")
    angle = call("pi") * STEPS_DONE / Quantity("t_max")
    return least + (ETA_0 - least) * (1 + call("cos", angle)) / 2


def _linear() -> Expression:
    steps = Quantity("steps")
    return ETA_0 + (Quantity("end_lr") - ETA_0) * minimum(STEPS_DONE, steps) / steps


SCHEDULES = {
    CONSTANT: ScheduleRule({}, lambda: ETA_0),
    "step": ScheduleRule(
        {"step_size": None, "gamma": 0.1},
        lambda: ETA_0 * _power_of_gamma(call("floor", STEPS_DONE / Quantity("step_size"))),
        mathematics="{eta_0}·{gamma}^⌊({iter} − 1) / {step_size}⌋",
    ),
    "exponential": ScheduleRule(
        {"gamma": None},
        lambda: ETA_0 * _power_of_gamma(STEPS_DONE),
        mathematics="{eta_0}·{gamma}^({iter} − 1)",
    ),
    "inverse_time": ScheduleRule({"decay": None}, lambda: ETA_0 / (1 + Quantity("decay") * STEPS_DONE)),
    "cosine": ScheduleRule({"t_max": "iters", "eta_min": 0.0}, _cosine),
    "linear": ScheduleRule({"end_lr": None, "steps": "iters"}, _linear),
}
