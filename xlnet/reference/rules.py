"""The rules of a row, and of what it makes of the next one, in the order in which they are computed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlnet.reference.axes import initial, trained
from xlnet.reference.functions import ACTIVATIONS, FUSED_LOSSES, LOSSES, Array, Function, Quantities, Rule
from xlnet.reference.optimizers import powers, state_rules, updated
from xlnet.reference.schedules import SCHEDULES
from xlnet.spec import Spec


def fixed_rules(spec: Spec) -> Iterator[Rule]:
    """Yield what is computed once: x ← (x − mean) / standard deviation of the population, over all samples."""
    if spec.has_data_sheet and spec.data.standardize:
        yield "mean_x", lambda q: q["raw_x"].mean(1)
        yield "sd_x", lambda q: q["raw_x"].std(1)
        name = "data_x" if spec.draws_samples else "x"
        yield name, lambda q: (q["raw_x"] - q["mean_x"][:, None]) / q["sd_x"][:, None]


def row_rules(spec: Spec) -> Iterator[Rule]:
    """Yield what a row computes from its own parameters and the state above, in order: name and rule.

    Forward, z = W·a_before + b and a = f(z). Backward, δa of the last layer = ∂loss/∂y, δz = δa ∘ f′(z),
    δa_before = Wᵀ·δz, ∂E/∂W = Σ δz·a_beforeᵀ and ∂E/∂b = Σ δz over the samples (Rumelhart, Hinton & Williams 1986).
    """
    yield from _sample_rules(spec)
    if spec.training.schedule:
        yield "eta", SCHEDULES[spec.training.schedule.name]
    yield from forward_rules(spec)
    last = len(spec.layers)
    yield _loss_slope(spec)
    for number in range(last, 0, -1):
        if number < last or spec.training.loss not in FUSED_LOSSES:
            yield f"d_z{number}", _delta(number, spec)
        if number > 1:
            yield f"d_a{number - 1}", _handed_back(number)
    yield from gradient_rules(spec)
    yield from powers(spec)
    for name in trained(spec):
        for prefix, rule in state_rules(spec, name):
            yield f"{prefix}_{name}", rule


def forward_rules(spec: Spec) -> Iterator[Rule]:
    """Yield the forward pass, from the first layer's z to the loss E."""
    yield from layer_rules(spec)
    yield from _loss_rules(spec)


def layer_rules(spec: Spec) -> Iterator[Rule]:
    """Yield z and a of every layer."""
    for number in range(1, len(spec.layers) + 1):
        yield from _layer_rules(number, spec)


def gradient_rules(spec: Spec) -> Iterator[Rule]:
    """Yield ∂E/∂ of every parameter that is trained."""
    for name in trained(spec):
        yield f"d_{name}", _gradient(name)


def next_row_rules(spec: Spec) -> Iterator[Rule]:
    """Yield what a row makes of the next one: its number, and every parameter."""
    yield "iter", lambda q: q["iter"] + 1
    changed = trained(spec)
    for name in initial(spec):
        if name != "iter":
            yield name, updated(spec, name) if name in changed else _unchanged(name)


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


def _before(number: int) -> str:
    return f"a{number - 1}" if number > 1 else "x"


def _layer_rules(number: int, spec: Spec) -> Iterator[Rule]:
    layer = spec.layers[number - 1]

    def weighted_sum(q: Quantities) -> Array:
        z: Array = np.einsum("rui,rsi->rsu", q[f"w{number}"], q[_before(number)])
        return z if layer.biases is None else z + q[f"b{number}"][:, None]

    yield f"z{number}", weighted_sum
    if layer.activation == "softmax":
        yield f"zmax{number}", lambda q: q[f"z{number}"].max(-1)
        yield f"e{number}", lambda q: np.exp(q[f"z{number}"] - q[f"zmax{number}"][..., None])
        yield f"esum{number}", lambda q: q[f"e{number}"].sum(-1)
        yield f"a{number}", lambda q: q[f"e{number}"] / q[f"esum{number}"][..., None]
    else:
        yield f"a{number}", lambda q: ACTIVATIONS[layer.activation][0](q[f"z{number}"])


def _loss_rules(spec: Spec) -> Iterator[Rule]:
    last, name, share = len(spec.layers), spec.training.loss, spec.share
    several = spec.batch_size > 1

    def each(q: Quantities) -> Array:
        return FUSED_LOSSES[name](q, last) if name in FUSED_LOSSES else LOSSES[name][0](q[f"a{last}"], q["t"])

    if several:
        yield "losses", each
    yield "E", (lambda q: q["losses"].sum(1) / share) if several else (lambda q: each(q)[:, 0])


def _loss_slope(spec: Spec) -> Rule:
    last, name, share = len(spec.layers), spec.training.loss, spec.share
    if name in FUSED_LOSSES:
        return f"d_z{last}", lambda q: (q[f"a{last}"] - q["t"]) / share
    return f"d_a{last}", lambda q: LOSSES[name][1](q[f"a{last}"], q["t"]) / share


def _delta(number: int, spec: Spec) -> Function:
    activation = spec.layers[number - 1].activation
    if activation == "softmax":
        return lambda q: (
            q[f"a{number}"] * (q[f"d_a{number}"] - (q[f"d_a{number}"] * q[f"a{number}"]).sum(-1, keepdims=True))
        )
    derivative = ACTIVATIONS[activation][1]
    return lambda q: q[f"d_a{number}"] * derivative(q[f"z{number}"], q[f"a{number}"])


def _handed_back(number: int) -> Function:
    return lambda q: np.einsum("rui,rsu->rsi", q[f"w{number}"], q[f"d_z{number}"])


def _gradient(name: str) -> Function:
    number = int(name[1:])
    if name.startswith("b"):
        return lambda q: q[f"d_z{number}"].sum(1)
    return lambda q: np.einsum("rsu,rsi->rui", q[f"d_z{number}"], q[_before(number)])


def _unchanged(name: str) -> Function:
    return lambda q: q[name]
