"""What the reference knows of an optimiser, and a parameter array in the rows of training as its optimiser sees it.

A state of a row is the state after that row's gradient: "previous m_w1" is that of the iteration before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from xlnet.reference.functions import Array, Function, Quantities, Rule

Kept = tuple[str, Function]
Settings = Mapping[str, float]


def number(q: Quantities, name: str, like: Array) -> Array:
    """Return a setting or a number of the row in a shape that multiplies `like`; 0 where it is left out."""
    return q[name].reshape(-1, *(1,) * (like.ndim - 1)) if name in q else np.zeros(1)


@dataclass(frozen=True)
class Own:
    """A parameter array by its name, that of its gradient, and whether a weight decay acts on it."""

    name: str
    slope: str
    settings: Settings
    decays: bool = True

    def of(self, q: Quantities, prefix: str = "") -> Array:
        """Return a part of its state in the row, or the parameter itself."""
        return q[f"{prefix}_{self.name}" if prefix else self.name]

    def number(self, q: Quantities, name: str) -> Array:
        """Return a setting or a number of the row, to be multiplied with the parameter."""
        return number(q, name, q[self.name])

    def bare(self, q: Quantities) -> Array:
        """Return the gradient alone."""
        return q[self.slope]

    def decay(self, q: Quantities) -> Array:
        """λ·w."""
        return self.number(q, "weight_decay") * q[self.name] if self.decays else np.zeros(1)

    def gradient(self, q: Quantities) -> Array:
        """Return the gradient with λ·w."""
        return self.bare(q) + self.decay(q)

    def kept(self, prefix: str, first: Function, later: Callable[[Quantities, Array], Array]) -> Kept:
        """Return what is carried from row to row: its prefix, and its rule in the first row and, by its past, later."""

        def rule(q: Quantities) -> Array:
            return np.where(self.number(q, "is_first") > 0, first(q), later(q, q[f"previous {prefix}_{self.name}"]))

        return prefix, rule

    def averaged(self, prefix: str, rate: str, value: Function) -> Kept:
        """kept ← rate·kept + (1 − rate)·value, from 0."""
        return self.kept(
            prefix,
            lambda q: (1 - self.number(q, rate)) * value(q),
            lambda q, kept: self.number(q, rate) * kept + (1 - self.number(q, rate)) * value(q),
        )

    def descended(self, step: Function) -> Function:
        """w − η·step."""
        return lambda q: q[self.name] - self.number(q, "eta") * step(q)


@dataclass(frozen=True)
class Optimizer:
    """What an optimiser keeps for a parameter, that parameter's next value, and what it keeps once for all.

    `always` are the settings that count even where they are 0; others are left out then. `switches` only choose rules.
    """

    updated: Callable[[Own], Function]
    state: Callable[[Own], list[Kept]] = lambda own: []
    shared: tuple[Rule, ...] = ()
    always: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()


def power(beta: str) -> Rule:
    """βᵏ, multiplied up from row to row."""
    name = f"{beta}_k"
    return name, lambda q: np.where(q["is_first"] > 0, q[beta], q[f"previous {name}"] * q[beta])
