"""What a template says, checked and complete: the network, its data and its training, as plain numbers.

Both halves of xlnet start here: the graph that becomes the workbook, and the numpy reference that judges it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]
Settings = Mapping[str, float]

# How the losses of a batch become one, and in which order samples are drawn.
REDUCTIONS = ("mean", "sum")
ORDERS = ("sequential", "shuffled")


@dataclass(frozen=True)
class Layer:
    """A dense layer, a = f(W·a_before + b).

    `weights` has the shape (units, inputs of this layer), `biases` the shape (units,); None is a layer without.
    """

    activation: str
    weights: Matrix
    biases: Vector | None

    @property
    def units(self) -> int:
        """The number of units."""
        return len(self.weights)

    @property
    def inputs(self) -> int:
        """The number of units of the layer before, or of the network's inputs."""
        return len(self.weights[0])


@dataclass(frozen=True)
class Data:
    """The samples: `x` has the shape (samples, inputs), `t` the shape (samples, outputs).

    `x_names` and `t_names` are what the columns are called, where they have names. With `standardize` the network sees
    (x − mean) / standard deviation of each column, the deviation that of the whole population. `source` tells a reader
    which file they were read from, and which columns of it.
    """

    x: Matrix
    t: Matrix
    x_names: tuple[str, ...] = ()
    t_names: tuple[str, ...] = ()
    standardize: bool = False
    source: str = field(default="", compare=False)


@dataclass(frozen=True)
class Optimizer:
    """The rule that turns a gradient into a step: its name, learning rate and further settings by PyTorch's names."""

    name: str = "sgd"
    lr: float = 0.01
    settings: Settings = field(default_factory=dict)


@dataclass(frozen=True)
class Schedule:
    """How the learning rate changes with the iterations: its name and settings."""

    name: str
    settings: Settings


@dataclass(frozen=True)
class Training:
    """How the network learns.

    `iters` is the number of rows, one forward and backward pass each. `batch` is the number of samples of a row, None
    for all of them. `seed` is what the weights and a shuffled order were drawn with. `schedule` is None where the
    learning rate is constant.
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


@dataclass(frozen=True)
class Spec:
    """A whole template. `layout` names how an iteration is laid out (see `render.layout`)."""

    name: str
    title: str
    description: str
    layers: tuple[Layer, ...]
    data: Data
    training: Training
    layout: str = "rows"

    @property
    def inputs(self) -> int:
        """The number of the network's inputs."""
        return self.layers[0].inputs

    @property
    def outputs(self) -> int:
        """The number of the network's outputs."""
        return self.layers[-1].units

    @property
    def samples(self) -> int:
        """The number of samples."""
        return len(self.data.x)

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
        return self.batch_size if self.training.reduction == "mean" else 1
