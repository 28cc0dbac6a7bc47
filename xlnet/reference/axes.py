"""Which quantities there are, in which shapes, and what they start from."""

from __future__ import annotations

import numpy as np

from xlnet.reference.functions import FUSED_LOSSES, Axes, Quantities
from xlnet.reference.layers import KINDS
from xlnet.reference.optimizers import powers, state_rules
from xlnet.spec import Spec


def axes(spec: Spec) -> dict[str, Axes]:
    """Return the axes of every quantity of a row, constants and data included."""
    found = {"iter": Axes(), "E": Axes()}
    found |= {name: Axes() for name in _numbers(spec)}
    found |= {"x": Axes((spec.inputs,), True), "t": Axes((spec.outputs,), True)}
    if spec.has_data_sheet and spec.data.standardize:
        found |= {"raw_x": Axes((spec.samples, spec.inputs))}
        found |= {name: Axes((spec.inputs,)) for name in ("mean_x", "sd_x")}
    if spec.draws_samples:
        found |= {"epoch": Axes(), "sample": Axes((), True)}
        found |= {"data_x": Axes((spec.samples, spec.inputs)), "data_t": Axes((spec.samples, spec.outputs))}
    if spec.training.schedule:
        found |= {"eta": Axes()}
    for number, layer in enumerate(spec.layers, 1):
        own = KINDS[layer.type].axes(layer)
        found |= {f"{letter}{number}": each for letter, each in own.items()}
        found |= {f"d_{letter}{number}": own[letter] for letter in ("z", "f", "a") if letter in own}
    if spec.training.loss in FUSED_LOSSES:
        del found[f"d_a{len(spec.layers)}"]
    if spec.batch_size > 1:
        found["losses"] = Axes((), True)
    found |= {name: Axes() for name, _ in powers(spec)}
    found |= {f"d_{name}": found[name] for name in trained(spec)}
    found |= {f"{prefix}_{name}": found[name] for name in trained(spec) for prefix, _ in state_rules(spec, name)}
    return found


def of_layers(spec: Spec) -> list[str]:
    """Return the names of the layers' parameters and of all that their forward pass computes."""
    every = ((number, KINDS[layer.type].axes(layer)) for number, layer in enumerate(spec.layers, 1))
    return [f"{letter}{number}" for number, own in every for letter in own]


def trained(spec: Spec) -> list[str]:
    """Return the names of the parameter arrays that training changes."""
    biases = {f"{letter}{n}" for n, layer in enumerate(spec.layers, 1) for letter in KINDS[layer.type].biases}
    return [name for name in _parameters(spec) if spec.training.train_biases or name not in biases]


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
    prefix = "data_" if spec.draws_samples else ""
    standardized = spec.has_data_sheet and spec.data.standardize
    return values | {"raw_x" if standardized else f"{prefix}x": x, f"{prefix}t": t}


def _numbers(spec: Spec) -> dict[str, float]:
    """Return the settings that training uses; one that is 0 where it could be left out is left out."""
    optimizer, schedule = spec.training.optimizer, spec.training.schedule
    always = {"eps", "beta1", "beta2", "alpha"}
    switched = {"nesterov", "centered", "amsgrad"} | (set() if optimizer.settings.get("momentum") else {"dampening"})
    used = {k: v for k, v in optimizer.settings.items() if k not in switched and (v or k in always)}
    rates = {f"dropout{n}": layer.dropout for n, layer in enumerate(spec.layers, 1) if layer.dropout}
    rates |= schedule.settings if schedule else {}
    return {"eta_0" if schedule else "eta": optimizer.lr} | used | rates
