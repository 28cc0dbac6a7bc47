"""From a template's network to the blocks of its forward pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlnet import keys
from xlnet.graph import blocks
from xlnet.graph.blocks import Block, SoftmaxKeys, Unit
from xlnet.graph.operations import ACTIVATIONS, LOSSES, SOFTMAX
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
            found.append(Parameter(keys.bias(number, unit), value, spec.training.train_biases))
    return found


def forward(spec: Spec, sample: int | None) -> list[Block]:
    """Return the forward pass of one sample of a batch, from the first layer's z to its loss.

    `sample` is its number in the batch, None where there is only one.
    """
    found = []
    for number, layer in enumerate(spec.layers, 1):
        found += _layer(number, layer, sample)
    return [*found, _loss(spec, sample)]


def _keys(letter: str, layer: int, units: int, sample: int | None) -> list[str]:
    """Return the keys of a quantity of every unit of a layer."""
    name = f"{letter}{layer}" if layer else "x"
    return [keys.of_sample(keys.element(name, unit), sample) for unit in range(1, units + 1)]


def _layer(number: int, layer: Layer, sample: int | None) -> list[Block]:
    sums = _keys("z", number, layer.units, sample)
    outputs = _keys("a", number, layer.units, sample)
    sources = _keys("a", number - 1, layer.inputs, sample)
    if layer.activation == SOFTMAX:
        return [
            _sums(number, layer, sums, sources),
            *blocks.softmax(outputs, sums, _softmax_keys(number, layer, sample)),
        ]
    function = ACTIVATIONS[layer.activation]
    if function.derivative is None:
        # The z and a of an identity layer are one quantity under two keys.
        return [_sums(number, layer, outputs, sources, aliases=sums)]
    return [_sums(number, layer, sums, sources), blocks.activations(outputs, sums, function)]


def _sums(
    number: int, layer: Layer, names: Sequence[str], sources: Sequence[str], aliases: Sequence[str] = ()
) -> Block:
    units = [
        Unit(
            weighted_sum=name,
            weights=[keys.weight(number, unit, source) for source in range(1, layer.inputs + 1)],
            bias=None if layer.biases is None else keys.bias(number, unit),
        )
        for unit, name in enumerate(names, 1)
    ]
    return blocks.weighted_sums(units, sources, [(alias,) for alias in aliases] or [()] * len(units))


def _softmax_keys(number: int, layer: Layer, sample: int | None) -> SoftmaxKeys:
    return SoftmaxKeys(
        largest=keys.of_sample(f"zmax{number}", sample),
        exponentials=_keys("e", number, layer.units, sample),
        sum=keys.of_sample(f"esum{number}", sample),
    )


def _loss(spec: Spec, sample: int | None) -> Block:
    number, layer = len(spec.layers), spec.layers[-1]
    key = keys.of_sample(keys.LOSS, sample)
    outputs = _keys("a", number, layer.units, sample)
    targets = [keys.of_sample(keys.target(output), sample) for output in range(1, layer.units + 1)]
    function = LOSSES[spec.training.loss]
    if function.fused is None:
        return blocks.loss(key, outputs, targets, function, spec.share)
    sums = _keys("z", number, layer.units, sample)
    helpers = _softmax_keys(number, layer, sample) if function.fused == SOFTMAX else None
    return blocks.fused_loss(key, sums, outputs, targets, function, spec.share, helpers)
