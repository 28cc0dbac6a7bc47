"""The rules of a row, and of what it makes of the next one, in the order in which they are computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from string import ascii_letters, digits

import numpy as np

from xlnet.reference.axes import biases, has_drawn_inputs, initial, learns, scaled, trained
from xlnet.reference.functions import FUSED_LOSSES, Array, Function, Quantities, Rule
from xlnet.reference.layers import KINDS, Kind, Own
from xlnet.reference.losses import loss_rules, loss_slope
from xlnet.reference.optimizers import shared_rules, state_rules, taken_rules, updated
from xlnet.reference.schedules import eta_rule, schedule_columns
from xlnet.spec import Spec


def fixed_rules(spec: Spec) -> Iterator[Rule]:
    """Yield what is computed once: x ← (x − mean) / standard deviation of the population, over all samples; t likewise.

    Where columns that are constant are kept, they are divided by 1. Samples that are held out are standardised by the
    mean and the deviation of the others.
    """
    for letter in scaled(spec):
        yield from _scaling(letter, spec)


def _scaling(letter: str, spec: Spec) -> Iterator[Rule]:
    raw, mean, sd = f"raw_{letter}", f"mean_{letter}", f"sd_{letter}"
    yield mean, lambda q: q[raw].mean(1)
    if spec.data.constant == "zero":
        yield sd, lambda q: np.where(q[raw].max(1) > q[raw].min(1), q[raw].std(1), 1.0)
    else:
        yield sd, lambda q: q[raw].std(1)
    yield (
        f"data_{letter}" if spec.draws_samples else letter,
        lambda q: (q[raw] - q[mean][:, None]) / q[sd][:, None],
    )
    if spec.held_out:
        yield f"seen_{letter}", lambda q: (q[f"held_{letter}"] - q[mean][:, None]) / q[sd][:, None]


def row_rules(spec: Spec) -> Iterator[Rule]:
    """Yield what a row computes from its own parameters and the previous state, in order: name and rule.

    Backward, δa of the last layer = ∂loss/∂y; each layer makes of its δa its other deltas and the δa of the layer
    before, and of these the gradients of its parameters (Rumelhart, Hinton & Williams 1986).
    """
    yield from _sample_rules(spec)
    if spec.training.schedule:
        yield from schedule_columns(spec.training.schedule)
        yield "eta", eta_rule(spec.training.schedule)
    yield from forward_rules(spec)
    yield loss_slope(spec)
    learning = learns(spec)
    for number in reversed(spec.flow):
        if number not in learning:
            continue
        kind, own = _layer(number, spec)
        if number != spec.last:
            yield f"d_a{number}", _slope(number, spec)
        if number != spec.last or spec.training.loss not in FUSED_LOSSES:
            yield from kind.backward(own)
    yield from gradient_rules(spec)
    yield from kept_rules(spec)
    if spec.shows_next:
        yield from ((f"next_{name}", updated(spec, name, biases(spec))) for name in trained(spec))


def carried(spec: Spec) -> list[str]:
    """Return the names of what may cite the iteration before: what an optimiser keeps, and a schedule's columns."""
    schedule = spec.training.schedule
    every = (*kept_rules(spec), *(schedule_columns(schedule) if schedule else ()))
    return [name for name, _ in every]


def kept_rules(spec: Spec) -> Iterator[Rule]:
    """Yield the gradients that the optimiser takes, what it keeps once for all, and a state of every parameter."""
    yield from taken_rules(spec, trained(spec), biases(spec))
    yield from shared_rules(spec)
    for name in trained(spec):
        for prefix, rule in state_rules(spec, name, biases(spec)):
            yield f"{prefix}_{name}", rule


def forward_rules(spec: Spec) -> Iterator[Rule]:
    """Yield the forward pass, from the first layer's z to the loss E."""
    yield from layer_rules(spec)
    yield from loss_rules(spec)


def layer_rules(spec: Spec) -> Iterator[Rule]:
    """Yield what every layer computes, from z to a."""
    if has_drawn_inputs(spec):
        yield "a0", lambda q: q["x"].reshape(*q["x"].shape[:2], *spec.layers[0].takes)
    for number in spec.flow:
        kind, own = _layer(number, spec)
        yield from kind.forward(own)


def gradient_rules(spec: Spec) -> Iterator[Rule]:
    """Yield ∂E/∂ of every parameter that is trained."""
    for name in trained(spec):
        letter, number = name.rstrip(digits), int(name.lstrip(ascii_letters))
        yield f"d_{name}", _summed(letter, [number, *_sharing(letter, number, spec)], spec)


def _sharing(letter: str, number: int, spec: Spec) -> list[int]:
    """Return the numbers of the layers that use a parameter array of another: its weights, never its biases."""
    if f"{letter}{number}" in biases(spec):
        return []
    sharing = ((n, layer) for n, layer in enumerate(spec.layers, 1) if layer.share == number)
    return [n for n, layer in sharing if letter in KINDS[layer.type].gradients and letter not in layer.arrays]


def next_row_rules(spec: Spec) -> Iterator[Rule]:
    """Yield what a row makes of the next one: its number, and every parameter."""
    yield "iter", lambda q: q["iter"] + 1
    changed = trained(spec)
    for name in initial(spec):
        if name != "iter":
            yield name, _next(name, spec) if name in changed else _left_alone(name, spec)


def _next(name: str, spec: Spec) -> Function:
    """Return the next value of a parameter that is trained, which the row itself may hold."""
    return (lambda q: q[f"next_{name}"]) if spec.shows_next else updated(spec, name, biases(spec))


# Samples: the j-th one drawn, in sequential order, is number ((j − 1) mod N) + 1.
def _sample_rules(spec: Spec) -> Iterator[Rule]:
    if not spec.draws_samples:
        return
    size, count = spec.batch_size, spec.samples
    yield "epoch", lambda q: np.floor((q["iter"] - 1) * size / count) + 1
    if spec.training.order == "sequential":
        yield "sample", lambda q: ((q["iter"][:, None] - 1) * size + np.arange(size)) % count + 1
    for name in ("x", "t"):
        yield name, _drawn(name, count)


def _drawn(name: str, count: int) -> Function:
    def rule(q: Quantities) -> Array:
        sample = q["sample"]
        is_known = (sample >= 1) & (sample < count + 1)
        index = np.where(is_known, sample, 1).astype(int) - 1
        values: Array = np.where(is_known[..., None], q[f"data_{name}"][0][index], np.nan)
        return values

    return rule


def _layer(number: int, spec: Spec) -> tuple[Kind, Own]:
    layer, sources = spec.layers[number - 1], spec.flow[number]
    return KINDS[layer.type], Own(layer, number, sources, bool(learns(spec).intersection(sources)))


def _slope(number: int, spec: Spec) -> Function:
    """Return ∂E/∂a of a layer, in its own shape: the sum of what the layers that take it hand back."""
    users = [user for user, sources in spec.flow.items() if number in sources]
    handed = [kind.handed_back(own) for kind, own in (_layer(user, spec) for user in users)]

    def rule(q: Quantities) -> Array:
        every = [part.reshape(*part.shape[:2], *spec.layers[number - 1].gives) for part in (each(q) for each in handed)]
        return np.asarray(sum(every[1:], every[0]))

    return rule


def _summed(letter: str, numbers: Sequence[int], spec: Spec) -> Function:
    """Return ∂E/∂ of a parameter array: the sum of what all layers that use it make of it."""
    every = []
    for number in numbers:
        kind, own = _layer(number, spec)
        is_turned = own.layer.transpose and letter not in own.layer.arrays
        every.append((kind.gradients[letter](own), is_turned))

    def rule(q: Quantities) -> Array:
        parts = [part(q).swapaxes(-1, -2) if is_turned else part(q) for part, is_turned in every]
        return np.asarray(sum(parts[1:], parts[0]))

    return rule


def _left_alone(name: str, spec: Spec) -> Function:
    """Return what becomes of a parameter without a gradient: it stays, or follows what the row computes."""
    kind, own = _layer(int(name.lstrip(ascii_letters)), spec)
    follows = None if own.layer.frozen else kind.following.get(name.rstrip(digits))
    return follows(own) if follows else lambda q: q[name]
