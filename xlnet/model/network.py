"""From a template's network to the blocks of its forward pass, and the keys of what goes in and comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from xlnet import keys
from xlnet.graph.blocks import Block, copies
from xlnet.graph.expression import Expression
from xlnet.model.layers import KINDS, Names
from xlnet.model.loss import losses
from xlnet.spec import MATRIX, Spec, elements, indices


@dataclass(frozen=True)
class Parameter:
    """A weight or a bias, its initial value and whether it has a gradient.

    `follows` is its formula in the next iteration where it has none, but follows what an iteration computes.
    """

    key: str
    value: float
    trained: bool
    is_bias: bool
    follows: Expression | None = None


def parameters(spec: Spec) -> list[Parameter]:
    """Return the parameters, layer by layer and array by array; the weights of one unit stand side by side."""
    found = []
    for number, layer in enumerate(spec.layers, 1):
        for array in KINDS[layer.type].arrays:
            if array.letter not in layer.arrays:
                continue
            places = indices(array.shape(layer.takes, layer))
            trained = array.is_trained and not layer.frozen and (spec.training.train_biases or not array.is_bias)
            for place, value in zip(places, elements(layer.arrays[array.letter]), strict=True):
                key = keys.of_layer(array.letter, number, *place)
                follows = None
                if array.follows and not layer.frozen:
                    names = Names(layer, number, (), None)
                    follows = array.follows(names, place, spec.batch_size * prod(layer.gives[1:]))
                found.append(Parameter(key, value, trained, array.is_bias, follows))
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


def is_joint(spec: Spec) -> bool:
    """Return whether the samples of a batch depend on each other."""
    return any(KINDS[layer.type].joint_blocks for layer in spec.layers)


def joint_forward(spec: Spec, samples: Sequence[int | None]) -> list[Block]:
    """Return the forward pass of all samples of a batch together, layer by layer, their losses last."""
    found = [copies(drawn_inputs(spec, s), inputs(spec, s)) for s in samples if has_drawn_inputs(spec)]
    for number in spec.flow:
        kind = KINDS[spec.layers[number - 1].type]
        every = [names_of(spec, number, sample) for sample in samples]
        found += kind.joint_blocks(every) if kind.joint_blocks else [b for names in every for b in kind.blocks(names)]
    for sample in samples:
        found += losses(spec, names_of(spec, spec.last, sample), targets(spec, sample))
    return found


def forward(spec: Spec, sample: int | None) -> list[Block]:
    """Return the forward pass of one sample of a batch, from the first layer's z to its loss.

    `sample` is its number in the batch, None where there is only one.
    """
    found = [copies(drawn_inputs(spec, sample), inputs(spec, sample))] if has_drawn_inputs(spec) else []
    for number in spec.flow:
        found += KINDS[spec.layers[number - 1].type].blocks(names_of(spec, number, sample))
    return [*found, *losses(spec, names_of(spec, spec.last, sample), targets(spec, sample))]
