"""What the reference knows of a kind of layer, and a layer's own arrays in a row of training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from xlnet.reference.functions import Array, Axes, Function, Quantities, Rule
from xlnet.spec import Layer


@dataclass(frozen=True)
class Own:
    """A layer by its number, from 1, which leads to its own quantities and to what it takes."""

    layer: Layer
    number: int

    def name(self, letter: str) -> str:
        """Return the name of one of its quantities: "w1"."""
        return f"{letter}{self.number}"

    def of(self, q: Quantities, letter: str) -> Array:
        """Return one of its quantities."""
        return q[self.name(letter)]

    def taken(self, q: Quantities) -> Array:
        """Return what it takes, of the shape (rows, samples, *takes)."""
        before = q[f"a{self.number - 1}" if self.number > 1 else "x"]
        return before.reshape(*before.shape[:2], *self.layer.takes)


@dataclass(frozen=True)
class Kind:
    """A kind of layer.

    `axes` are those of its parameters and of all that it computes, by letter; `forward` yields the rules from z to a,
    `delta` returns that of ∂E/∂z from ∂E/∂a, `handed_back` that of ∂E/∂ of what it takes from ∂E/∂z, and `gradients`
    those of ∂E/∂ of its parameters, by letter. `biases` are the letters of the parameters that are biases.
    """

    axes: Callable[[Layer], dict[str, Axes]]
    forward: Callable[[Own], Iterable[Rule]]
    delta: Callable[[Own], Function]
    handed_back: Callable[[Own], Function]
    gradients: Mapping[str, Callable[[Own], Function]]
    biases: tuple[str, ...] = ("b",)
