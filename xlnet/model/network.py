"""From a template's network to the blocks of its forward pass, and the keys of what goes in and comes out."""

from __future__ import annotations

from dataclasses import dataclass

from xlnet import keys
from xlnet.graph.blocks import Block, copies
from xlnet.model.layers import KINDS, Names
from xlnet.model.loss import losses
from xlnet.spec import MATRIX, Spec, elements, indices


@dataclass(frozen=True)
class Parameter:
    """A weight or a bias, its initial value and whether training changes it."""

    key: str
    value: float
    trained: bool
    is_bias: bool


def parameters(spec: Spec) -> list[Parameter]:
    """Return the parameters, layer by layer and array by array; the weights of one unit stand side by side."""
    found = []
    for number, layer in enumerate(spec.layers, 1):
        for array in KINDS[layer.type].arrays:
            if array.letter not in layer.arrays:
                continue
            places = indices(array.shape(layer.takes, layer.numbers))
            trained = array.is_trained and not layer.frozen and (spec.training.train_biases or not array.is_bias)
            for place, value in zip(places, elements(layer.arrays[array.letter]), strict=True):
                found.append(Parameter(keys.of_layer(array.letter, number, *place), value, trained, array.is_bias))
    return found


def inputs(spec: Spec, sample: int | None = None) -> list[str]:
    """Return the keys of the network's inputs."""
    return [keys.of_sample(keys.input_(number), sample) for number in range(1, spec.inputs + 1)]


def has_drawn_inputs(spec: Spec) -> bool:
    """Return whether an iteration repeats the inputs: in a block of matrices they stand above the first weights.

    Where each iteration draws its samples they are quantities of the iteration already.
    """
    return spec.layout == MATRIX and not spec.draws_samples


def drawn_inputs(spec: Spec, sample: int | None = None) -> list[str]:
    """Return the keys of the inputs as an iteration repeats them, in the shape that the first layer takes."""
    places = indices(spec.layers[0].takes)
    return [keys.of_sample(keys.of_layer("a", 0, *place), sample) for place in places]


def units(spec: Spec, number: int, letter: str = "a", sample: int | None = None) -> list[str]:
    """Return the keys of a quantity of every unit of a layer; layer 0 are the inputs."""
    if not number:
        return drawn_inputs(spec, sample) if has_drawn_inputs(spec) else inputs(spec, sample)
    return Names(spec.layers[number - 1], number, (), sample).every(letter)


def outputs(spec: Spec, sample: int | None = None) -> list[str]:
    """Return the keys of the network's outputs."""
    return units(spec, spec.last, "a", sample)


def targets(spec: Spec, sample: int | None = None) -> list[str]:
    """Return the keys of the targets, in the order of the outputs."""
    return [keys.of_sample(keys.target(number), sample) for number in range(1, spec.outputs + 1)]


def names_of(spec: Spec, number: int, sample: int | None) -> Names:
    """Return the keys of a layer's quantities, for one sample of a batch; None where there is only one."""
    sources = [units(spec, before, "a", sample) for before in spec.flow[number]]
    return Names(spec.layers[number - 1], number, sources[0], sample, *sources[1:])


def forward(spec: Spec, sample: int | None) -> list[Block]:
    """Return the forward pass of one sample of a batch, from the first layer's z to its loss.

    `sample` is its number in the batch, None where there is only one.
    """
    found = [copies(drawn_inputs(spec, sample), inputs(spec, sample))] if has_drawn_inputs(spec) else []
    for number in spec.flow:
        found += KINDS[spec.layers[number - 1].type].blocks(names_of(spec, number, sample))
    return [*found, *losses(spec, names_of(spec, spec.last, sample), targets(spec, sample))]
