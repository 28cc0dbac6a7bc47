"""What an optimiser is, and what its formulas are made of: a parameter as its optimiser sees it.

A state column of a row holds the state after that row's gradient, so a formula of state cites the previous state and
the gradient beside it, and an update the previous iteration alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from xlnet import keys
from xlnet.graph.expression import Expression, Quantity
from xlnet.graph.node import Group, Node
from xlnet.spec import Settings

ETA = Quantity(keys.LEARNING_RATE, previous=True)


@dataclass(frozen=True)
class Own:
    """A parameter by its key, the key of the gradient that its optimiser takes, and the settings that hold for it."""

    key: str
    slope: str
    settings: Settings

    def now(self, prefix: str) -> Quantity:
        """Return a part of its state in the row itself."""
        return Quantity(keys.state(prefix, self.key))

    def before(self, prefix: str = "") -> Quantity:
        """Return a part of its state in the row before, or the parameter itself there."""
        return Quantity(keys.state(prefix, self.key) if prefix else self.key, previous=True)

    def gradient(self, *, previous: bool = False) -> Expression:
        """Return its gradient g, with λ·w where there is a weight decay."""
        gradient = Quantity(self.slope, previous)
        if not self.settings.get("weight_decay"):
            return gradient
        return gradient + Quantity("weight_decay") * Quantity(self.key, previous)

    @property
    def without_decay(self) -> Own:
        """The parameter where no weight decay is a part of its gradient."""
        return replace(self, settings={**self.settings, "weight_decay": 0.0})

    def shrunk(self) -> Expression:
        """Return w·(1 − η·λ), the weight decay that is no part of the gradient, or w where there is none."""
        if not self.settings["weight_decay"]:
            return self.before()
        return self.before() * (1 - ETA * Quantity("weight_decay"))

    def kept(self, prefix: str, first: Expression, later: Expression) -> Node:
        """Return a column of its state, with the formula of the first row and that of the later ones."""
        return Node(keys.state(prefix, self.key), Group.STATE, later, first=first, of=self.key)

    def made(self, prefix: str, formula: Expression) -> Node:
        """Return a column that the optimiser computes from the row alone."""
        return Node(keys.state(prefix, self.key), Group.STATE, formula, of=self.key)

    def average(self, prefix: str, rate: str, value: Expression) -> Node:
        """Return the column kept ← rate·kept + (1 − rate)·value, from 0."""
        share = (1 - Quantity(rate)) * value
        return self.kept(prefix, share, Quantity(rate) * self.before(prefix) + share)


@dataclass(frozen=True)
class OptimizerRule:
    """An optimiser: its further settings with their defaults, and its formulas.

    `flags` are settings that are on or off and shape the formulas. `active` names, from the settings, those that the
    formulas cite; only they get a cell. `state(own)` returns the columns kept for a parameter, and `update(own)` its
    value in the next row; `shared(settings)` returns columns kept once for all parameters.
    """

    defaults: Mapping[str, float]
    update: Callable[[Own], Expression]
    state: Callable[[Own], list[Node]] = lambda own: []
    shared: Callable[[Settings], list[Node]] = lambda settings: []
    active: Callable[[Settings], list[str]] = lambda settings: []
    flags: frozenset[str] = field(default_factory=frozenset)


def used(settings: Settings, *names: str) -> list[str]:
    """Return the names of settings that are not 0, as 0 switches the term off."""
    return [name for name in names if settings[name]]


def power(beta: str) -> str:
    """Return the key of βᵏ, which has a column: to LibreOffice a power that is too small, 0.9^10000, is an error."""
    return f"{beta}_k"


def powers(*betas: str) -> list[Node]:
    """Return the columns of βᵏ, multiplied up from row to row."""
    return [
        Node(power(beta), Group.STATE, Quantity(power(beta), previous=True) * Quantity(beta), first=Quantity(beta))
        for beta in betas
    ]
