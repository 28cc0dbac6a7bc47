"""What a template says, checked and complete: the network, its data and its training, as plain numbers.

Both halves of xlnet start here: the graph that becomes the workbook, and the numpy reference that judges it.
"""

from __future__ import annotations

from dataclasses import dataclass

Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]


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
class Optimizer:
    """The rule that turns a gradient into a step: its name, learning rate and further settings, by name."""

    name: str
    lr: float


@dataclass(frozen=True)
class Training:
    """How the network learns: `iters` is the number of rows, one forward and backward pass each.

    `seed` is what the weights were drawn with, where they were.
    """

    iters: int
    loss: str
    seed: int
    train_biases: bool
    optimizer: Optimizer


@dataclass(frozen=True)
class Spec:
    """A whole template. `x` has the shape (samples, inputs), `t` the shape (samples, outputs)."""

    name: str
    title: str
    description: str
    layers: tuple[Layer, ...]
    x: Matrix
    t: Matrix
    training: Training

    @property
    def inputs(self) -> int:
        """The number of the network's inputs."""
        return self.layers[0].inputs

    @property
    def outputs(self) -> int:
        """The number of the network's outputs."""
        return self.layers[-1].units
