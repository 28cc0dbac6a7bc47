"""The schedule table: how the learning rate changes with the iterations; k is the number of the iteration, from 1.

To add a schedule, add an entry to `SCHEDULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from xlnet import keys
from xlnet.graph.expression import Expression, Quantity, call, exp, ln, minimum, where_above
from xlnet.graph.node import Group, Node
from xlnet.spec import Schedule, Settings, Spec


@dataclass(frozen=True)
class ScheduleRule:
    """A schedule: its settings with their defaults (None: must be given), and η of a row.

    A default may be the text "iters", for the number of iterations. `choices` are settings that take a word, whose
    number among those there is the setting, and that shape the formula; `columns` are columns before that of η.
    `switched` are settings whose default switches them off: then, as choices, they have no cell.
    """

    defaults: Mapping[str, float | str | None]
    eta: Callable[[Settings], Expression]
    mathematics: str | None = None
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    columns: Callable[[Settings], list[Node]] = lambda settings: []
    switched: frozenset[str] = frozenset()


def typed_learning_rate(spec: Spec) -> str:
    """Return the key of the learning rate that a user types: what a schedule starts from, or η of all iterations."""
    return keys.BASE_LEARNING_RATE if spec.training.schedule else keys.LEARNING_RATE


def shaping(schedule: Schedule) -> dict[str, float | bool]:
    """Return the settings that shape the formulas: choices, and whether those that can be off are on."""
    rule = SCHEDULES[schedule.name]
    choices: dict[str, float | bool] = {key: schedule.settings[key] for key in rule.choices}
    return choices | {key: schedule.settings[key] != rule.defaults[key] for key in rule.switched}


def active_settings(schedule: Schedule) -> dict[str, float]:
    """Return the settings that the formulas cite; only they get a cell."""
    off = [key for key, value in shaping(schedule).items() if not value or key in SCHEDULES[schedule.name].choices]
    return {key: value for key, value in schedule.settings.items() if key not in off}


ETA_0 = Quantity(keys.BASE_LEARNING_RATE)
STEPS_DONE = Quantity(keys.ITERATION) - 1
CONSTANT = "constant"


def _power_of_gamma(exponent: Expression) -> Expression:
    """Return γ^exponent by its logarithm: in LibreOffice a power that underflows, like 0.9^10000, is an error."""
    return exp(exponent * ln(Quantity("gamma")))


def _between(start: Expression, end: Expression, share: Expression) -> Expression:
    """Return what lies between two learning rates, that share of the way."""
    return start + (end - start) * share


def _half_wave(start: Expression, end: Expression, share: Expression) -> Expression:
    """Return what lies between two learning rates, that share of half a wave of the cosine done."""
    return end + (start - end) * (1 + call("cos", call("pi") * share)) / 2


def _cosine() -> Expression:
    least = Quantity("eta_min")
    angle = call("pi") * STEPS_DONE / Quantity("t_max")
    return least + (ETA_0 - least) * (1 + call("cos", angle)) / 2


def _linear() -> Expression:
    steps = Quantity("steps")
    return ETA_0 + (Quantity("end_lr") - ETA_0) * minimum(STEPS_DONE, steps) / steps


# torch.optim.lr_scheduler.LinearLR: from a share of η₀ to another one, which stays.
def _warmup() -> Expression:
    steps = Quantity("total_iters")
    return ETA_0 * _between(Quantity("start_factor"), Quantity("end_factor"), minimum(STEPS_DONE, steps) / steps)


# torch.optim.lr_scheduler.OneCycleLR, without its cycle of the momentum: from η₀ / div_factor up to η₀ at the end of
# the first phase, then down to η₀ / (div_factor·final_div_factor), which stays.
_ANNEAL = ("cos", "linear")


def _one_cycle(settings: Settings) -> Expression:
    anneal = (_half_wave, _between)[int(settings["anneal_strategy"])]
    done, peak, divided = Quantity("done"), Quantity("peak"), Quantity("div_factor")
    fallen = (done - peak) / (Quantity("total_steps") - 1 - peak)
    # At the peak itself the second phase: a first phase of no length would be 0 / 0.
    return where_above(
        peak,
        done,
        anneal(ETA_0 / divided, ETA_0, done / peak),
        anneal(ETA_0, ETA_0 / (divided * Quantity("final_div_factor")), fallen),
    )


def _one_cycle_columns(_: Settings) -> list[Node]:
    total = Quantity("total_steps")
    return [
        Node("done", Group.SCHEDULE, minimum(STEPS_DONE, total - 1)),
        Node("peak", Group.SCHEDULE, Quantity("pct_start") * total - 1),
    ]


# torch.optim.lr_scheduler.CosineAnnealingWarmRestarts: T steps from η₀ to η min, then again from η₀; each time T is
# t_mult times as long, for which the steps since the restart and T have columns.
def _restarts(settings: Settings) -> Expression:
    least = Quantity("eta_min")
    share = Quantity("t_cur") / Quantity("t_i")
    if settings["t_mult"] == 1:
        share = call("mod", STEPS_DONE, Quantity("t_0")) / Quantity("t_0")
    return _half_wave(ETA_0, least, share)


def _restart_columns(settings: Settings) -> list[Node]:
    if settings["t_mult"] == 1:
        return []
    length = Quantity("t_i", previous=True)
    done = Quantity("t_cur", previous=True) + 1
    return [
        Node("t_cur", Group.SCHEDULE, where_above(length, done, done, call("mod", done, length)), first=STEPS_DONE),
        Node(
            "t_i", Group.SCHEDULE, where_above(length, done, length, length * Quantity("t_mult")), first=Quantity("t_0")
        ),
    ]


SCHEDULES = {
    CONSTANT: ScheduleRule({}, lambda _: ETA_0),
    "step": ScheduleRule(
        {"step_size": None, "gamma": 0.1},
        lambda _: ETA_0 * _power_of_gamma(call("floor", STEPS_DONE / Quantity("step_size"))),
        mathematics="{eta_0}·{gamma}^⌊({iter} − 1) / {step_size}⌋",
    ),
    "exponential": ScheduleRule(
        {"gamma": None},
        lambda _: ETA_0 * _power_of_gamma(STEPS_DONE),
        mathematics="{eta_0}·{gamma}^({iter} − 1)",
    ),
    "inverse_time": ScheduleRule({"decay": None}, lambda _: ETA_0 / (1 + Quantity("decay") * STEPS_DONE)),
    "cosine": ScheduleRule({"t_max": "iters", "eta_min": 0.0}, lambda _: _cosine()),
    "linear": ScheduleRule({"end_lr": None, "steps": "iters"}, lambda _: _linear()),
    "warmup": ScheduleRule({"start_factor": 1 / 3, "end_factor": 1.0, "total_iters": 5.0}, lambda _: _warmup()),
    "one_cycle": ScheduleRule(
        {
            "total_steps": "iters",
            "pct_start": 0.3,
            "anneal_strategy": 0.0,
            "div_factor": 25.0,
            "final_div_factor": 1e4,
        },
        _one_cycle,
        columns=_one_cycle_columns,
        choices={"anneal_strategy": _ANNEAL},
    ),
    "cosine_restarts": ScheduleRule(
        {"t_0": None, "t_mult": 1.0, "eta_min": 0.0},
        _restarts,
        columns=_restart_columns,
        switched=frozenset({"t_mult"}),
    ),
}
