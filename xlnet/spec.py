"""What a template says, checked and complete: the network, its data and its training, as plain numbers.

Both halves of xlnet start here: the graph that becomes the workbook, and the numpy reference that judges it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]
# Numbers in tuples inside tuples, one inside the other for each axis.
Array = Any
Shape = tuple[int, ...]
Settings = Mapping[str, float]

# How an iteration is laid out: a row, or a block of rows in which every tensor is a matrix.
ROWS, MATRIX = LAYOUTS = ("rows", "matrix")
# How the losses of a batch become one, and in which order samples are drawn.
REDUCTIONS = ("mean", "sum")
ORDERS = ("sequential", "shuffled")
# What becomes of a column that is the same in every sample where columns are standardised.
CONSTANT_ERROR, CONSTANT_ZERO = "error", "zero"
CONSTANTS = (CONSTANT_ERROR, CONSTANT_ZERO)


@dataclass(frozen=True)
class Layer:
    """A layer: it takes an array of the shape `takes`, and gives one of the shape `gives`, an entry a unit.

    `type` is the name of its kind, and `numbers` what else shapes it, by the template's names: its channels. `along`
    are those that have one for each axis that a window slides along: its kernel, stride and padding.
    `arrays` are its parameters, by the letter of their keys: "w" for weights, "b" for biases, where it has them. Those
    of a `frozen` layer stay as they are. `dropout` is the share of its units that training leaves out, drawn anew for
    every sample of every iteration. `settings` are the numbers that stand in cells: those of its activation that the
    template gives, and those of its kind. `options` are what else its kind lets a template choose: words and flags.
    `inside` is the number of layers that follow it and stand inside it, as in a residual layer: they are numbered on.
    `is_evaluated` tells that the network is used as it is once it has learned.
    A layer with `share` has no weights of its own but those of the layer of that number, with `transpose` transposed.
    """

    type: str
    takes: Shape
    gives: Shape
    activation: str
    arrays: Mapping[str, Array] = field(hash=False)
    numbers: Mapping[str, int] = field(default_factory=dict, hash=False)
    dropout: float = 0.0
    frozen: bool = False
    settings: Settings = field(default_factory=dict, hash=False)
    options: Mapping[str, str | bool] = field(default_factory=dict, hash=False)
    inside: int = 0
    name: str = ""
    share: int = 0
    transpose: bool = False
    is_evaluated: bool = False
    along: Mapping[str, Shape] = field(default_factory=dict, hash=False)

    @property
    def units(self) -> int:
        """The number of units."""
        return prod(self.gives)

    @property
    def inputs(self) -> int:
        """The number of units of the layer before, or of the network's inputs."""
        return prod(self.takes)

    @property
    def weights(self) -> Array:
        """The weights, in PyTorch's shape: of a dense layer (units, inputs)."""
        return self.arrays["w"]

    @property
    def biases(self) -> Array | None:
        """The biases; None is a layer without."""
        return self.arrays.get("b")


def elements(array: Array) -> list[float]:
    """Return the numbers of an array in a row, its last axis fastest."""
    if not isinstance(array, tuple):
        return [array]
    return [number for part in array for number in elements(part)]


def indices(shape: Shape) -> Iterator[tuple[int, ...]]:
    """Yield the indices of an array of this shape, from 1, in the order of `elements`."""
    return product(*(range(1, size + 1) for size in shape))


def flow(layers: Sequence[Layer]) -> dict[int, tuple[int, ...]]:
    """Return what each layer takes, by its number, in the order in which layers are computed: numbers; 0 the inputs.

    A layer with others inside takes what came before it and what these make of it, and is computed after them.
    """
    found: dict[int, tuple[int, ...]] = {}

    def follow(first: int, end: int, before: int) -> int:
        number = first
        while number < end:
            after = number + 1 + layers[number - 1].inside
            found[number] = (before, follow(number + 1, after, before)) if after > number + 1 else (before,)
            before, number = number, after
        return before

    follow(1, len(layers) + 1, 0)
    return found


def last_of(layers: Sequence[Layer]) -> int:
    """Return the number of the layer that gives the network's outputs."""
    return next(reversed(flow(layers)))


@dataclass(frozen=True)
class Data:
    """The samples to learn from: `x` has the shape (samples, inputs), `t` the shape (samples, outputs).

    `held_x` and `held_t` are those held out from training, to validate by; empty where there are none.
    `x_names` and `t_names` are what the columns are called, where they have names; `class_names` are those of 0 and 1,
    where there is one output for two classes. With `standardize` the network sees (x − mean) / standard deviation of
    each column, the deviation that of the whole population, and with `standardize_targets` it learns the targets so;
    where `constant` is "zero", a column that is the same in every sample is 0 then. `source` tells a reader which file
    they were read from, and which columns of it; `of_classes` that all targets there are classes; `lines` have the line
    of each sample in it.
    """

    x: Matrix
    t: Matrix
    x_names: tuple[str, ...] = ()
    t_names: tuple[str, ...] = ()
    standardize: bool = False
    source: str = field(default="", compare=False)
    held_x: Matrix = ()
    held_t: Matrix = ()
    class_names: tuple[str, ...] = ()
    standardize_targets: bool = False
    constant: str = CONSTANT_ERROR
    of_classes: bool = field(default=False, compare=False, repr=False)
    lines: tuple[int, ...] = field(default=(), compare=False, repr=False)

    def called(self, sample: int) -> str:
        """Return what messages call a sample, by its number from 1: with its line, where it was read from a file."""
        return f"sample {sample} (line {self.lines[sample - 1]} of the file)" if self.lines else f"sample {sample}"


@dataclass(frozen=True)
class Optimizer:
    """The rule that turns a gradient into a step: its name, learning rate and further settings by PyTorch's names."""

    name: str = "sgd"
    lr: float = 0.01
    settings: Settings = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Schedule:
    """How the learning rate changes with the iterations: its name and settings."""

    name: str
    settings: Settings = field(hash=False)


@dataclass(frozen=True)
class Training:
    """How the network learns.

    `iters` is the number of rows, one forward and backward pass each. `loss_settings` are those of the loss that the
    template gives, `class_weights` how much each class counts in it, empty where all count alike. `batch` is the number
    of samples of a row, None for all of them. `seed` is what the weights and a shuffled order were drawn with.
    `schedule` is None where the learning rate is constant. `l1` is the weight of the L1 penalty, and without
    `decay_biases` neither it nor a weight decay acts on biases; a gradient is clipped to ±`clip_value`, or all together
    to the norm `clip_norm`. 0 is none.
    """

    iters: int = 200
    loss: str = "half_squared_error"
    reduction: str = "mean"
    batch: int | None = None
    order: str = "sequential"
    seed: int = 0
    train_biases: bool = True
    optimizer: Optimizer = Optimizer()
    schedule: Schedule | None = None
    l1: float = 0.0
    decay_biases: bool = True
    clip_value: float = 0.0
    clip_norm: float = 0.0
    loss_settings: Settings = field(default_factory=dict, hash=False)
    class_weights: Vector = ()


@dataclass(frozen=True)
class Spec:
    """A whole template. `layout` names how an iteration is laid out (see `render.layout`).

    `notes` are sentences for the person who asked for it: what was left unsaid, and how it was decided.
    """

    name: str
    title: str
    description: str
    layers: tuple[Layer, ...]
    data: Data
    training: Training
    layout: str = ROWS
    notes: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @property
    def inputs(self) -> int:
        """The number of the network's inputs."""
        return self.layers[0].inputs

    @property
    def outputs(self) -> int:
        """The number of the network's outputs."""
        return self.layers[self.last - 1].units

    @cached_property
    def flow(self) -> dict[int, tuple[int, ...]]:
        """What each layer takes, in the order in which they are computed (see `flow`)."""
        return flow(self.layers)

    @cached_property
    def last(self) -> int:
        """The number of the layer that gives the network's outputs."""
        return last_of(self.layers)

    @property
    def samples(self) -> int:
        """The number of samples to learn from."""
        return len(self.data.x)

    @property
    def held_out(self) -> int:
        """The number of samples that are held out from training."""
        return len(self.data.held_x)

    @property
    def batch_size(self) -> int:
        """The number of samples of a row."""
        return self.training.batch or self.samples

    @property
    def draws_samples(self) -> bool:
        """Whether every row says which samples it uses; otherwise each uses all of them, in order."""
        is_whole = self.batch_size == self.samples and self.training.order == "sequential"
        return self.samples > 1 and self.training.batch is not None and not is_whole

    @property
    def has_data_sheet(self) -> bool:
        """Whether the samples stand on a sheet of their own: one alone stands on the Training sheet."""
        return self.samples > 1

    @property
    def share(self) -> int:
        """What a sample's loss is divided by in the batch's: the batch size under mean, 1 under sum."""
        return self.batch_size if self.training.reduction == "mean" and not self.has_weighted_mean else 1

    @property
    def has_weighted_mean(self) -> bool:
        """Whether the batch's loss is divided by the weights of its samples' classes instead of their number."""
        return self.training.reduction == "mean" and bool(self.training.class_weights)

    @property
    def evaluated(self) -> Spec:
        """The network as it is used once it has learned: nothing is left out."""
        return replace(self, layers=tuple(replace(layer, dropout=0.0, is_evaluated=True) for layer in self.layers))

    def with_last(self, activation: str) -> Spec:
        """Return the network with another activation of its last layer."""
        own = (
            replace(layer, activation=activation) if number == self.last else layer
            for number, layer in enumerate(self.layers, 1)
        )
        return replace(self, layers=tuple(own))

    @property
    def in_rows(self) -> Spec:
        """The network as sheets beside Training lay it out: its passes are rows there."""
        return replace(self, layout=ROWS)

    @property
    def shows_next(self) -> bool:
        """Whether an iteration shows the weights of the next one, too: a block of matrices ends with them."""
        return self.layout == MATRIX

    @property
    def of_one_sample(self) -> Spec:
        """The network and its training with a single sample, as it stands in every row."""
        data = replace(self.data, x=self.data.x[:1], t=self.data.t[:1], held_x=(), held_t=())
        data = replace(data, standardize=False, standardize_targets=False)
        alone = replace(self.training, batch=None, order="sequential")
        return replace(self, data=data, training=alone, layout=ROWS)
