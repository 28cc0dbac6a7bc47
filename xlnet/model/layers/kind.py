"""What a kind of layer is: the numbers and arrays that a template gives it, its shapes, its part of the forward pass.

The same arrays are read from a template, drawn, written back, laid out as columns and described in words by what stands
here; nothing else in xlnet knows a kind by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from xlnet import keys
from xlnet.graph.blocks import Block
from xlnet.spec import Layer, Shape, indices

Numbers = Mapping[str, int]

# The letters of a dropout's quantities: its masks, one a unit, and its rate, one a layer.
MASK, RATE = "r", "dropout"


class UnfitError(Exception):
    """The numbers of a layer do not fit what it takes: the key at fault, and the mend."""

    def __init__(self, key: str, mend: str) -> None:
        super().__init__(mend)
        self.key = key


@dataclass(frozen=True)
class WholeNumber:
    """A whole number that a template gives a layer: its key, its default (None: it must be given), its least value."""

    name: str
    default: int | None = None
    least: int = 1


@dataclass(frozen=True)
class Array:
    """A parameter array: its letter in keys, its key in templates, its shape from what the layer takes and its numbers.

    `axes` are the names of its axes, by which the texts put the indices of an element into words; `called` is the shape
    in words, for messages. Biases start from zero, and a layer may be without them.
    """

    letter: str
    name: str
    axes: tuple[str, ...]
    called: str
    shape: Callable[[Shape, Numbers], Shape]
    is_bias: bool = False


@dataclass(frozen=True)
class Names:
    """The keys of the quantities of a layer, the `number`th, for one sample of a batch.

    `sources` are those of what it takes, in a row, the last axis fastest; `sample` is None where there is only one.
    """

    layer: Layer
    number: int
    sources: Sequence[str]
    sample: int | None

    def parameter(self, letter: str, *place: int) -> str:
        """Return the key of an element of a parameter array; indices count from 1."""
        return keys.of_layer(letter, self.number, *place)

    def every(self, letter: str) -> list[str]:
        """Return the keys of a quantity of every unit."""
        named = (keys.of_layer(letter, self.number, *place) for place in indices(self.layer.gives))
        return [keys.of_sample(key, self.sample) for key in named]

    @property
    def rate(self) -> str:
        """The key of its dropout rate, the same for all samples."""
        return keys.of_layer(RATE, self.number)

    def setting(self, name: str) -> str:
        """Return the key of a setting of the activation, which all samples share."""
        return keys.of_layer(name, self.number)

    def whole(self, letter: str) -> str:
        """Return the key of a quantity that the layer has once."""
        return keys.of_sample(keys.of_layer(letter, self.number), self.sample)


@dataclass(frozen=True)
class Kind:
    """A kind of layer.

    `shapes` returns what a layer takes and gives from the shape before it and its numbers, or raises `UnfitError`;
    `blocks` is its forward pass, from its sources to its activations a. `axes` are the names of the axes of its units.
    `shares_weights` tells whether one weight leads to several units.
    """

    numbers: tuple[WholeNumber, ...]
    arrays: tuple[Array, ...]
    axes: tuple[str, ...]
    shapes: Callable[[Shape, Numbers], tuple[Shape, Shape]]
    blocks: Callable[[Names], list[Block]]
    shares_weights: bool = False

    def axes_of(self, letter: str) -> tuple[str, ...]:
        """Return the names of the axes of a parameter array, or else of a quantity of every unit."""
        return next((array.axes for array in self.arrays if array.letter == letter), self.axes)
