"""Which quantities there are, in which shapes, and what they start from."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_letters, digits

import numpy as np

from xlnet.reference.functions import FUSED_LOSSES, Axes, Quantities
from xlnet.reference.layers import KINDS, Own, named
from xlnet.reference.losses import computed
from xlnet.reference.optimizers import optimizer_numbers, shared_rules, state_rules, taken_rules
from xlnet.reference.schedules import schedule_columns, schedule_numbers
from xlnet.spec import Spec


def axes(spec: Spec) -> dict[str, Axes]:
    """Return the axes of every quantity of a row, constants and data included."""
    found = {"iter": Axes(), "E": Axes()}
    found |= {name: Axes() for name in _numbers(spec)}
    found |= {"x": Axes((spec.inputs,), True), "t": Axes((spec.outputs,), True)}
    for letter, width in scaled(spec).items():
        found |= {f"raw_{letter}": Axes((spec.samples, width))}
        found |= {name: Axes((width,)) for name in (f"mean_{letter}", f"sd_{letter}")}
    if spec.held_out:
        found |= {"held_x": Axes((spec.held_out, spec.inputs)), "held_t": Axes((spec.held_out, spec.outputs))}
        found |= {f"seen_{letter}": found[f"held_{letter}"] for letter in scaled(spec)}
    if spec.draws_samples:
        found |= {"epoch": Axes(), "sample": Axes((), True)}
        found |= {"data_x": Axes((spec.samples, spec.inputs)), "data_t": Axes((spec.samples, spec.outputs))}
    if spec.training.schedule:
        found |= {name: Axes() for name in (*(name for name, _ in schedule_columns(spec.training.schedule)), "eta")}
    for number, layer in enumerate(spec.layers, 1):
        own = KINDS[layer.type].axes(layer)
        found |= {named(letter, number): each for letter, each in own.items()}
    found |= {f"d_{name}": found[name] for name in _between(spec)}
    if has_drawn_inputs(spec):
        found["a0"] = Axes(spec.layers[0].takes, True)
    if spec.batch_size > 1:
        found["losses"] = Axes((), True)
    found |= computed(spec)
    if spec.training.class_weights:
        found["cw"] = Axes(spec.layers[spec.last - 1].gives[-1:])
    found |= {name: Axes() for name, _ in shared_rules(spec)}
    found |= {f"d_{name}": found[name] for name in trained(spec)}
    taken = (name for name, _ in taken_rules(spec, trained(spec), biases(spec)))
    found |= {name: found.get(name.removeprefix("used_"), Axes()) for name in taken}
    found |= {f"{prefix}_{name}": found[name] for name in trained(spec) for prefix, _ in state_rules(spec, name)}
    if spec.shows_next:
        found |= {f"next_{name}": found[name] for name in trained(spec)}
    return found


def scaled(spec: Spec) -> dict[str, int]:
    """Return what is standardised, "x" and "t", and how many columns each has."""
    data = spec.data if spec.has_data_sheet else None
    x = {"x": spec.inputs} if data and data.standardize else {}
    return x | ({"t": spec.outputs} if data and data.standardize_targets else {})


def of_layers(spec: Spec) -> list[str]:
    """Return the names of the layers' parameters and settings, and of all that their forward pass computes."""
    every = ((number, KINDS[layer.type].axes(layer)) for number, layer in enumerate(spec.layers, 1))
    settings = [f"{name}{number}" for number, layer in enumerate(spec.layers, 1) for name in layer.settings]
    inputs = ["a0"] if has_drawn_inputs(spec) else []
    return [*inputs, *settings, *(named(letter, number) for number, own in every for letter in own)]


def of_loss(spec: Spec) -> list[str]:
    """Return the names of the targets, of the settings of the loss, and of all that it computes."""
    weights = ["cw"] if spec.training.class_weights else []
    several = ["losses"] if spec.batch_size > 1 else []
    return ["t", *spec.training.loss_settings, *weights, *computed(spec), *several, "E"]


def trained(spec: Spec) -> list[str]:
    """Return the names of the parameter arrays that training changes."""
    kept = set() if spec.training.train_biases else biases(spec)
    for number, layer in enumerate(spec.layers, 1):
        fixed = KINDS[layer.type].untrained
        kept |= {f"{letter}{number}" for letter in layer.arrays if layer.frozen or letter in fixed}
    return [name for name in _parameters(spec) if name not in kept]


def biases(spec: Spec) -> set[str]:
    """Return the names of the parameter arrays that are biases."""
    return {f"{letter}{n}" for n, layer in enumerate(spec.layers, 1) for letter in KINDS[layer.type].biases}


def learns(spec: Spec) -> set[int]:
    """Return the numbers of the layers that learn, or take what one makes that does: others need no gradient."""
    changed = set(trained(spec))
    own = {
        number
        for number, layer in enumerate(spec.layers, 1)
        for name in changed
        if name.rstrip(digits) in KINDS[layer.type].gradients
        and int(name.lstrip(ascii_letters)) in (number, layer.share)
        and (int(name.lstrip(ascii_letters)) == number or name.rstrip(digits) not in layer.arrays)
    }
    found: set[int] = set()
    for number, sources in spec.flow.items():
        if number in own or found.intersection(sources):
            found.add(number)
    return found


def _between(spec: Spec) -> Iterator[str]:
    """Yield the names of the quantities of layers that have a gradient: of all that lies between a parameter and E."""
    learning = learns(spec)
    for number, sources in spec.flow.items():
        layer = spec.layers[number - 1]
        if number not in learning:
            continue
        if number == spec.last and spec.training.loss in FUSED_LOSSES:
            yield f"z{number}"
            continue
        yield f"a{number}"
        own = Own(layer, number, sources, bool(learning.intersection(sources)))
        yield from (name.removeprefix("d_") for name, _ in KINDS[layer.type].backward(own))


def has_drawn_inputs(spec: Spec) -> bool:
    """Return whether an iteration repeats its inputs, in the shape that the first layer takes."""
    return spec.layout == "matrix" and not spec.draws_samples


def initial(spec: Spec) -> Quantities:
    """Return what the first row starts from: iteration 1 and every parameter, each with one row."""
    return {"iter": np.ones(1)} | _parameters(spec)


def drawn(spec: Spec) -> list[str]:
    """Return the names of what is drawn for every row: the samples of a shuffled order, and the masks of a dropout."""
    samples = ["sample"] if spec.draws_samples and spec.training.order == "shuffled" else []
    return samples + [f"r{number}" for number, layer in enumerate(spec.layers, 1) if layer.dropout]


def _parameters(spec: Spec) -> Quantities:
    return {
        f"{letter}{number}": np.array([values], dtype=float)
        for number, layer in enumerate(spec.layers, 1)
        for letter, values in layer.arrays.items()
    }


def constants(spec: Spec) -> Quantities:
    """Return what a user may change beside the initial weights, each with one row: samples and settings."""
    x, t = np.array([spec.data.x], dtype=float), np.array([spec.data.t], dtype=float)
    values = {name: np.array([value], dtype=float) for name, value in _numbers(spec).items()}
    if spec.training.class_weights:
        values["cw"] = np.array([spec.training.class_weights], dtype=float)
    prefix = "data_" if spec.draws_samples else ""
    samples = {"x": x, "t": t}
    if spec.held_out:
        values["held_x"] = np.array([spec.data.held_x], dtype=float)
        values["held_t"] = np.array([spec.data.held_t], dtype=float)
    return values | {f"raw_{k}" if k in scaled(spec) else f"{prefix}{k}": array for k, array in samples.items()}


def _numbers(spec: Spec) -> dict[str, float]:
    """Return the settings that training uses; one that is 0 where it could be left out is left out."""
    lr, schedule = spec.training.optimizer.lr, spec.training.schedule
    rates = {f"dropout{n}": layer.dropout for n, layer in enumerate(spec.layers, 1) if layer.dropout}
    rates |= schedule_numbers(schedule) if schedule else {}
    rates |= spec.training.loss_settings
    for number, layer in enumerate(spec.layers, 1):
        rates |= {f"{name}{number}": value for name, value in layer.settings.items()}
    return {"eta_0" if schedule else "eta": lr} | optimizer_numbers(spec) | rates
