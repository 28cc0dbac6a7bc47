"""Learning rates: η of iteration k, from η₀."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from xlnet.reference.functions import Array, Function, Quantities, Rule
from xlnet.spec import Schedule


def _half_wave(high: Array, low: Array, share: Array) -> Array:
    """Return what lies between the crest of a cosine and its trough, that share of the way down."""
    return np.asarray(low + (high - low) / 2 * (1 + np.cos(np.pi * share)))


def _warmup(q: Quantities) -> Array:
    risen = np.minimum((q["iter"] - 1) / q["total_iters"], 1)
    return np.asarray(q["eta_0"] * (q["start_factor"] * (1 - risen) + q["end_factor"] * risen))


def _straight(high: Array, low: Array, share: Array) -> Array:
    return np.asarray(low * share + high * (1 - share))


def _one_cycle(q: Quantities, between: Callable[[Array, Array, Array], Array]) -> Array:
    """Up to η₀ until the step `peak`, then down; both from a share of η₀."""
    step, peak, last = q["done"], q["peak"], q["total_steps"] - 1
    start = q["eta_0"] / q["div_factor"]
    end = start / q["final_div_factor"]
    rising = step < peak
    fallen = np.where(rising, 1 - step / peak, (step - peak) / (last - peak))
    low = np.where(rising, start, end)
    return between(q["eta_0"], low, fallen)


def _restarts(q: Quantities) -> Array:
    share = q["t_cur"] / q["t_i"] if "t_cur" in q else np.fmod(q["iter"] - 1, q["t_0"]) / q["t_0"]
    return _half_wave(q["eta_0"], q["eta_min"], share)


SCHEDULES: dict[str, Function] = {
    "step": lambda q: q["eta_0"] * q["gamma"] ** np.floor((q["iter"] - 1) / q["step_size"]),
    "exponential": lambda q: q["eta_0"] * q["gamma"] ** (q["iter"] - 1),
    "inverse_time": lambda q: q["eta_0"] / (1 + q["decay"] * (q["iter"] - 1)),
    "cosine": lambda q: (
        q["eta_min"] + (q["eta_0"] - q["eta_min"]) / 2 * (1 + np.cos(np.pi * (q["iter"] - 1) / q["t_max"]))
    ),
    "linear": lambda q: q["eta_0"] + (q["end_lr"] - q["eta_0"]) * np.minimum((q["iter"] - 1) / q["steps"], 1),
    "warmup": _warmup,
    "one_cycle": lambda q: _one_cycle(q, _half_wave),
    "cosine_restarts": _restarts,
}


def eta_rule(schedule: Schedule) -> Function:
    """Return the rule of η."""
    if schedule.settings.get("anneal_strategy"):
        return lambda q: _one_cycle(q, _straight)
    return SCHEDULES[schedule.name]


def schedule_columns(schedule: Schedule) -> list[Rule]:
    """Return what else a schedule computes: where in a cycle a step is; or the steps since a restart to the next."""
    if schedule.name == "one_cycle":
        return [
            ("done", lambda q: np.minimum(q["iter"], q["total_steps"]) - 1),
            ("peak", lambda q: q["pct_start"] * q["total_steps"] - 1),
        ]
    if schedule.settings.get("t_mult", 1) == 1:
        return []

    def steps(q: Quantities) -> Array:
        done, length = q["previous t_cur"] + 1, q["previous t_i"]
        return np.where(q["is_first"] > 0, q["iter"] - 1, np.where(done < length, done, np.fmod(done, length)))

    def length(q: Quantities) -> Array:
        length = q["previous t_i"]
        later = np.where(q["previous t_cur"] + 1 < length, length, length * q["t_mult"])
        return np.where(q["is_first"] > 0, q["t_0"], later)

    return [("t_cur", steps), ("t_i", length)]


def schedule_numbers(schedule: Schedule) -> dict[str, float]:
    """Return the settings that the rules cite: no choices, and not t_mult where no length changes."""
    off = {"anneal_strategy", *(() if schedule_columns(schedule) else ("t_mult",))}
    return {name: value for name, value in schedule.settings.items() if name not in off}
