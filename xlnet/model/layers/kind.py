"""What a kind of layer is: the numbers and arrays that a template gives it, its shapes, its part of the forward pass.

The same arrays are read from a template, drawn, written back, laid out as columns and described in words by what stands
here; nothing else in xlnet knows a kind by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from xlnet import keys
from xlnet.graph.blocks import Block
from xlnet.graph.expression import Expression
from xlnet.spec import Layer, Shape, indices


class Sizes(Protocol):
    """What shapes a layer beside what it takes: numbers, and those that have one for each axis of a window."""

    @property
    def numbers(self) -> Mapping[str, int]:
        """The numbers, by the template's names."""

    @property
    def along(self) -> Mapping[str, Shape]:
        """The numbers that have one for each axis."""


# The letters of a dropout's quantities: its masks, one a unit, and its rate, one a layer.
MASK, RATE = "r", "dropout"


Options = Mapping[str, str | bool]
# The formula of an element of an array in the next iteration: from the names, the place, and how many are averaged.
Followed = Callable[["Names", Shape, int], Expression]


class UnfitError(Exception):
    """The numbers of a layer do not fit what it takes: the key at fault, and the mend."""

    def __init__(self, key: str, mend: str) -> None:
        super().__init__(mend)
        self.key = key


@dataclass(frozen=True)
class WholeNumber:
    """A whole number that a template gives a layer: its key, its default (None: it must be given), its least value.

    `same_as` is the key of another number that it is as large as where it is not given. Where a window slides along
    `axes` there is one for each, all alike where a template gives a single one.
    """

    name: str
    default: int | None = None
    least: int = 1
    same_as: str = ""
    axes: int = 0


@dataclass(frozen=True)
class Flag:
    """A yes or no that a template gives a layer: its key, and its default."""

    name: str
    default: bool


@dataclass(frozen=True)
class Choice:
    """A word that a template gives a layer: its key, the words there are, the default first."""

    name: str
    words: tuple[str, ...]


RETURN_KEY, LAST, ALL = "return", "last", "all"


def returned(default: str) -> Choice:
    """Return the choice whether a layer hands on all steps of a sequence, or the last one alone."""
    return Choice(RETURN_KEY, (default, LAST if default == ALL else ALL))


@dataclass(frozen=True)
class Before:
    """What a layer takes, as it comes: its shape, and whether its first axis are steps, as of a sequence.

    `is_input` tells that it is what goes into the network, not what a layer gives.
    """

    shape: Shape
    has_steps: bool = False
    is_input: bool = False


@dataclass(frozen=True)
class Asked:
    """What a template asks of a layer beside its arrays: numbers, those of each axis, and options, by name."""

    numbers: Mapping[str, int]
    options: Options = field(default_factory=dict)
    along: Mapping[str, Shape] = field(default_factory=dict)


def steps_shown(steps: int, asked: Asked) -> Shape:
    """Return the axis of steps that a layer hands on; none where it is the last one alone."""
    return (steps,) if asked.options[RETURN_KEY] == ALL else ()


@dataclass(frozen=True)
class Array:
    """A parameter array: its letter in keys, its key in templates, its shape from what the layer takes and its sizes.

    `axes` are the names of its axes, by which the texts put the indices of an element into words; `called` is the shape
    in words, for messages. Biases start from zero, and a layer may be without them. `start` is what an array starts
    from that is not drawn, as the weights of a normalisation; `wanted` tells whether a layer has it at all, and
    `is_trained` whether it has a gradient; `follows` is the formula of an element in the next iteration where it
    follows what this one computes instead: from the layer's names, its place, and how many numbers are averaged.
    """

    letter: str
    name: str
    axes: tuple[str, ...]
    called: str
    shape: Callable[[Shape, Sizes], Shape]
    is_bias: bool = False
    start: float | None = None
    wanted: Callable[[Asked], bool] = lambda _: True
    is_trained: bool = True
    follows: Followed | None = None

    @property
    def is_shared(self) -> bool:
        """Whether a layer that shares another's weights has that one's; a running mean is of what a layer sees."""
        return not self.is_bias and self.is_trained


@dataclass(frozen=True)
class Names:
    """The keys of the quantities of a layer, the `number`th, for one sample of a batch.

    `sources` are those of what it takes, in a row, the last axis fastest; `sample` is None where there is only one.
    `others` are those of the second thing that it takes, if there is one: what the layers inside it make of the first.
    """

    layer: Layer
    number: int
    sources: Sequence[str]
    sample: int | None
    others: Sequence[str] = ()

    def parameter(self, letter: str, *place: int) -> str:
        """Return the key of an element of a parameter array; indices count from 1.

        Of a layer that shares another's weights it is the key of that layer's element.
        """
        layer = self.layer
        if not layer.share or letter in layer.arrays:
            return keys.of_layer(letter, self.number, *place)
        return keys.of_layer(letter, layer.share, *(reversed(place) if layer.transpose else place))

    def has(self, letter: str) -> bool:
        """Return whether the layer has a parameter array of its own: a bias."""
        return letter in self.layer.arrays

    def at(self, letter: str, *place: int) -> str:
        """Return the key of an element of one of its quantities; indices count from 1."""
        return keys.of_sample(keys.of_layer(letter, self.number, *place), self.sample)

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

    `shapes` returns what a layer takes and gives from what comes before it and what a template asks of it, or raises
    `UnfitError`; `blocks` is its forward pass, from its sources to its activations a. `axes` returns the names of the
    axes of what it gives, from the shapes that it takes and gives, and `inner` those of further quantities, by letter.
    `shares_weights` tells whether one weight leads to several units. `activations` are the names that a template may
    choose from, the default first; empty where the kind has none. `settings` are numbers that stand in cells, with
    their defaults. `has_steps` tells from what comes before, and what a layer gives, whether its first axis are steps;
    `takes_steps` whether a layer of the kind must take such, where that is so or must not be so. `has_layers` tells
    that others stand inside it. `tokens` returns the number of entries where a layer takes whole numbers below that,
    from 0, in place of quantities. `has_kinks` tells that what it computes has kinks, whatever its activation is;
    `takes_dropout` whether its activations may be left out; `counted` has the letters of its quantities that are whole
    numbers, which are right or wrong, and never near, each with what returns those that there may be. `joint_blocks` is
    the forward pass of all samples of a batch together, where they depend on each other.
    """

    numbers: tuple[WholeNumber, ...]
    arrays: tuple[Array, ...]
    axes: Callable[[Layer], tuple[str, ...]]
    shapes: Callable[[Before, Asked], tuple[Shape, Shape]]
    blocks: Callable[[Names], list[Block]]
    shares_weights: bool = False
    activations: tuple[str, ...] = ()
    settings: Mapping[str, float] = field(default_factory=dict)
    options: tuple[Flag | Choice, ...] = ()
    has_steps: Callable[[Before, Shape], bool] = lambda before, gives: False
    inner: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    has_layers: bool = False
    takes_steps: bool | None = None
    tokens: Callable[[Layer], int] | None = None
    joint_blocks: Callable[[Sequence[Names]], list[Block]] | None = None
    has_kinks: bool = False
    takes_dropout: bool = True
    counted: Mapping[str, Callable[[Layer], range]] = field(default_factory=dict)

    def axes_of(self, layer: Layer, letter: str) -> tuple[str, ...]:
        """Return the names of the axes of a parameter array, or else of another of its quantities."""
        found = next((array.axes for array in self.arrays if array.letter == letter), None)
        return found or self.inner.get(letter) or self.axes(layer)
