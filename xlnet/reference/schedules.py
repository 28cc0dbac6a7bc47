"""Learning rates: η of iteration k, from η₀."""

from __future__ import annotations

import numpy as np

from xlnet.reference.functions import Function

SCHEDULES: dict[str, Function] = {
    "step": lambda q: q["eta_0"] * q["gamma"] ** np.floor((q["iter"] - 1) / q["step_size"]),
    "exponential": lambda q: q["eta_0"] * q["gamma"] ** (q["iter"] - 1),
    "inverse_time": lambda q: q["eta_0"] / (1 + q["decay"] * (q["iter"] - 1)),
    "cosine": lambda q: (
        q["eta_min"] + (q["eta_0"] - q["eta_min"]) / 2 * (1 + np.cos(np.pi * (q["iter"] - 1) / q["t_max"]))
    ),
    "linear": lambda q: q["eta_0"] + (q["end_lr"] - q["eta_0"]) * np.minimum((q["iter"] - 1) / q["steps"], 1),
}
