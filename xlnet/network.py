"""From a template's network to the steps of its forward pass."""

from __future__ import annotations

from dataclasses import dataclass

from xlnet import keys
from xlnet.graph import step
from xlnet.graph.operations import ACTIVATIONS, LOSSES
from xlnet.graph.step import Step
from xlnet.spec import Layer, Spec


@dataclass(frozen=True)
class Parameter:
    """A weight or a bias, its initial value and whether training changes it."""

    key: str
    value: float
    trained: bool


def parameters(spec: Spec) -> list[Parameter]:
    """Return the weights and biases, layer by layer; the weights of one unit side by side, in order of its inputs."""
    found = []
    for number, layer in enumerate(spec.layers, 1):
        for unit, row in enumerate(layer.weights, 1):
            for source, value in enumerate(row, 1):
                found.append(Parameter(keys.weight(number, unit, source), value, trained=True))
        for unit, value in enumerate(layer.biases or (), 1):
            trained = spec.training.train_biases
            found.append(Parameter(keys.bias(number, unit), value, trained))
    return found


def forward(spec: Spec) -> list[list[Step]]:
    """Return the forward pass of one sample, from the first layer's z to the loss E, in blocks of a layer each."""
    blocks = [block for number, layer in enumerate(spec.layers, 1) for block in _layer(number, layer)]
    outputs = [keys.activation(len(spec.layers), unit) for unit in range(1, spec.outputs + 1)]
    targets = [keys.target(output) for output in range(1, spec.outputs + 1)]
    return [*blocks, [step.loss(keys.LOSS, outputs, targets, LOSSES[spec.training.loss])]]


def _layer(number: int, layer: Layer) -> list[list[Step]]:
    function = ACTIVATIONS[layer.activation]
    units = range(1, layer.units + 1)
    sources = range(1, layer.inputs + 1)
    # The z and a of an identity layer are one quantity under two keys.
    identity = function.derivative is None
    sums = [
        step.weighted_sum(
            key=(keys.activation if identity else keys.weighted_sum)(number, unit),
            weights=[keys.weight(number, unit, source) for source in sources],
            sources=[keys.activation(number - 1, source) for source in sources],
            bias=None if layer.biases is None else keys.bias(number, unit),
            aliases=(keys.weighted_sum(number, unit),) if identity else (),
        )
        for unit in units
    ]
    if identity:
        return [sums]
    activations = [
        step.activation(keys.activation(number, unit), keys.weighted_sum(number, unit), function) for unit in units
    ]
    return [sums, activations]
