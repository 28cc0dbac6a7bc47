"""The loss E and its slope, by hand: of a sample, and what a batch makes of its samples' losses.

With label smoothing s the targets are q = (1 − s)·t + s / n over n classes; with class weights ω a sample's loss is
−Σ ω·t·ln y, whose slope by z is y·Σωt − ω·t, as ∂ln yᵢ/∂zⱼ is 1 − yⱼ where i = j and −yⱼ elsewhere. Under mean the sum
over a batch is divided by Σωt of all its samples, with t as given, as in PyTorch.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from xlnet.reference.functions import FUSED_LOSSES, LOSSES, Array, Axes, Function, Quantities, Rule, flat
from xlnet.spec import Layer, Spec


def computed(spec: Spec) -> dict[str, Axes]:
    """Return the axes of what the loss needs beside the network: targets and weights, which no parameter changes."""
    found = {}
    if _is_smoothed(spec):
        found["q"] = Axes((spec.outputs,), True)
    if spec.training.class_weights:
        each = Axes(_last(spec).gives[:-1], True)
        if spec.has_weighted_mean or not _is_smoothed(spec):
            found["tsum"] = each
        if spec.has_weighted_mean and each.shape:
            found["wsum"] = Axes((), True)
        if _is_smoothed(spec):
            found["qsum"] = each
    if spec.has_weighted_mean and spec.batch_size > 1:
        found["cwsum"] = Axes()
    return found


def loss_rules(spec: Spec) -> Iterator[Rule]:
    """Yield what the loss is made of, and E."""
    rules: dict[str, Function] = {
        "q": lambda q: (
            (1 - q["label_smoothing"][:, None, None]) * q["t"]
            + q["label_smoothing"][:, None, None] / _last(spec).gives[-1]
        ),
        "tsum": lambda q: _weighed(spec, q, "t").sum(-1),
        "wsum": lambda q: q["tsum"].sum(-1),
        "qsum": lambda q: _weighed(spec, q, "q").sum(-1),
        "cwsum": lambda q: _weight(spec, q).sum(1),
    }
    yield from ((name, rules[name]) for name in computed(spec))
    each = _each(spec)
    if spec.batch_size > 1:
        yield "losses", each
        yield "E", lambda q: q["losses"].sum(1) / _divisor(spec, q)
    else:
        # A sum of one loss is that loss, whatever it is divided by.
        yield "E", lambda q: each(q)[:, 0] / (_divisor(spec, q) if spec.has_weighted_mean else 1)


def loss_slope(spec: Spec) -> Rule:
    """Return the rule of ∂E/∂ of the outputs, or of the last weighted sums where the loss is computed from these."""
    last, name = spec.last, spec.training.loss

    def slope(q: Quantities) -> Array:
        y = flat(q[f"a{last}"])
        if name not in FUSED_LOSSES:
            slopes = LOSSES[name][1](y, q["t"], **_settings(spec, q))
        elif spec.training.class_weights:
            slopes = flat(_sum(spec, q)[..., None] * q[f"a{last}"] - _weighed(spec, q))
        else:
            slopes = y - _targets(spec, q)
        divided = slopes / (_divisor(spec, q).reshape(-1, 1, 1) * _steps(spec))
        return divided.reshape(*slopes.shape[:2], *spec.layers[last - 1].gives)

    return f"d_{'z' if name in FUSED_LOSSES else 'a'}{last}", slope


def _each(spec: Spec) -> Function:
    """Return the loss of each sample."""
    last, name = spec.last, spec.training.loss
    if name not in FUSED_LOSSES:
        return lambda q: LOSSES[name][0](flat(q[f"a{last}"]), q["t"], **_settings(spec, q))
    if not spec.training.class_weights:
        return lambda q: FUSED_LOSSES[name](q | {"t": _targets(spec, q)}, last) / _steps(spec)

    def weighted(q: Quantities) -> Array:
        log_sum = np.log(q[f"esum{last}"]) + q[f"zmax{last}"]
        parts = _weighed(spec, q) * q[f"z{last}"]
        return np.asarray(flat(_sum(spec, q) * log_sum - parts.sum(-1)).sum(-1))

    return weighted


def _last(spec: Spec) -> Layer:
    return spec.layers[spec.last - 1]


def _steps(spec: Spec) -> int:
    """Return what the losses of the steps of a sequence are divided by: under mean each is a sample of its own."""
    is_sequence = _last(spec).type == "dense" and len(_last(spec).gives) == 2
    is_mean = spec.training.loss in FUSED_LOSSES and spec.training.reduction == "mean" and not spec.has_weighted_mean
    return _last(spec).gives[0] if is_sequence and is_mean else 1


def _settings(spec: Spec, q: Quantities) -> Quantities:
    return {name: q[name][:, None, None] for name in spec.training.loss_settings}


def _is_smoothed(spec: Spec) -> bool:
    return "label_smoothing" in spec.training.loss_settings


def _targets(spec: Spec, q: Quantities) -> Array:
    return q["q" if _is_smoothed(spec) else "t"]


def _weighed(spec: Spec, q: Quantities, name: str = "") -> Array:
    """Return the targets, each times the weight of its class, in the shape of the outputs."""
    targets = q[name] if name else _targets(spec, q)
    shaped = targets.reshape(*targets.shape[:2], *_last(spec).gives)
    weights = q["cw"]
    return np.asarray(weights.reshape(len(weights), *(1,) * (shaped.ndim - 2), -1) * shaped)


def _sum(spec: Spec, q: Quantities) -> Array:
    return q["qsum" if _is_smoothed(spec) else "tsum"]


def _weight(spec: Spec, q: Quantities) -> Array:
    """Return the class weights of all that each sample has to be: of its class, or of that of every step."""
    return q["wsum" if len(_last(spec).gives) > 1 else "tsum"]


def _divisor(spec: Spec, q: Quantities) -> Array:
    """Return what the losses of a batch are divided by."""
    if not spec.has_weighted_mean:
        return np.array([float(spec.share)])
    return q["cwsum"] if spec.batch_size > 1 else _weight(spec, q)[:, 0]
