"""What the reference knows of a kind of layer, and a layer's own arrays in a row of training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from xlnet.reference.functions import Array, Axes, Function, Quantities, Rule
from xlnet.spec import Layer


def named(letter: str, number: int) -> str:
    """Return the name of a quantity of a layer; one that is computed step by step has a name for each: h@3 is h1_3."""
    letter, _, step = letter.partition("@")
    return f"{letter}{number}_{step}" if step else f"{letter}{number}"


@dataclass(frozen=True)
class Own:
    """A layer by its number, from 1, which leads to its own quantities and to what it takes.

    `sources` are the numbers of the layers whose activations it takes, 0 the inputs; `hands_back` tells whether what it
    takes has a gradient, as something before it learns.
    """

    layer: Layer
    number: int
    sources: tuple[int, ...] = (0,)
    hands_back: bool = True

    def name(self, letter: str, step: int | None = None) -> str:
        """Return the name of one of its quantities, "w1", or of a step of it, "h1_3"."""
        return named(letter if step is None else f"{letter}@{step}", self.number)

    def of(self, q: Quantities, letter: str) -> Array:
        """Return one of its quantities; the weights of a layer that shares another's are that layer's."""
        layer = self.layer
        if not layer.share or self.name(letter) in q or f"{letter}{layer.share}" not in q:
            return q[self.name(letter)]
        weights = q[f"{letter}{layer.share}"]
        return weights.swapaxes(-1, -2) if layer.transpose else weights

    def taken(self, q: Quantities, which: int = 0) -> Array:
        """Return what it takes, of the shape (rows, samples, *takes)."""
        source = self.sources[which]
        # Above the first weights an iteration may repeat its inputs.
        before = q[f"a{source}" if source or "a0" in q else "x"]
        return before.reshape(*before.shape[:2], *self.layer.takes)


@dataclass(frozen=True)
class Kind:
    """A kind of layer.

    `axes` are those of its parameters and of all that it computes, by letter; `forward` yields the rules of these, a
    last. `backward` yields those of ∂E/∂ of what stands between, from ∂E/∂a on, by the names of gradients; for what the
    layer takes `handed_back` returns that of its gradient. `gradients` return those of its parameters, by letter.
    `biases` are the letters of the parameters that are biases, `untrained` of those that have no gradient,
    and `following` return what becomes of such a one in the next row where it follows what a row computes.
    """

    axes: Callable[[Layer], dict[str, Axes]]
    forward: Callable[[Own], Iterable[Rule]]
    backward: Callable[[Own], Iterable[Rule]]
    handed_back: Callable[[Own], Function]
    gradients: Mapping[str, Callable[[Own], Function]] = field(default_factory=dict)
    biases: tuple[str, ...] = ("b",)
    untrained: tuple[str, ...] = ()
    following: Mapping[str, Callable[[Own], Function]] = field(default_factory=dict)
