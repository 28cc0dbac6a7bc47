"""The points at which gradients are judged: the workbook's own numbers, and probes with other weights and inputs."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np

from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place

PROBES = 4


def saved_state(workbook: Workbook, weights: Collection[Place]) -> dict[Place, float]:
    """Return the weights' values as the engine computes them from what is typed."""
    workbook.live.evaluate()
    places = sorted(weights)
    return dict(zip(places, workbook.live.numbers(places), strict=True))


def input_values(workbook: Workbook, places: Collection[Place]) -> dict[Place, float]:
    """Return the values of inputs, those among them that are numbers typed as text."""
    values = {}
    for place in sorted(places):
        value = workbook.live.value(place)
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                continue
        if isinstance(value, float) and math.isfinite(value):
            values[place] = value
    return values


def probes(
    saved: dict[Place, float], typed: dict[Place, float], groups: Sequence[Sequence[Place]], seed: int = 1
) -> list[dict[Place, float]]:
    """Return states with other weights and inputs, drawn about as large as they are.

    `groups` are weights through time. In the last state inputs that are 1 are left so.
    """
    generator = np.random.default_rng(seed)
    sizes: dict[Place, float] = {}
    for group in groups:
        known = np.array([saved[place] for place in group])
        known = known[np.isfinite(known) & (np.abs(known) < 1e6)]
        size = float(np.sqrt(np.mean(known**2))) if known.size else 0.0
        sizes |= dict.fromkeys(group, min(size, 2.0) if size > 0 else 0.3)
    found = []
    for number in range(PROBES):
        state = {}
        for place, value in saved.items():
            size = sizes.get(place, 0.3)
            base = value if math.isfinite(value) and abs(value) <= 4 * size else size * generator.choice((-1, 1))
            state[place] = float(base * generator.uniform(0.6, 1.4) + size * generator.uniform(-0.4, 0.4))
        for place, value in typed.items():
            if value == 1 and number == PROBES - 1:
                state[place] = value
                continue
            state[place] = float(value * generator.uniform(0.6, 1.4) + (0 if value else generator.uniform(0.2, 0.8)))
        found.append(state)
    return found
