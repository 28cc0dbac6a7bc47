"""What an optimiser takes for a gradient: ∂E/∂w clipped, and λ₁·sign(w) of the L1 penalty added."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from xlnet.reference.functions import Array, Function, Quantities, Rule
from xlnet.reference.optimizers.own import Own, number
from xlnet.spec import Spec

SETTINGS = ("clip_value", "clip_norm", "l1")


def taken_rules(spec: Spec, trained: Collection[str], biases: Collection[str]) -> Iterator[Rule]:
    """Yield the norm of all gradients together and the factor that it leaves, then every gradient that is changed."""
    training = spec.training
    if training.clip_norm:
        yield "grad_norm", lambda q: np.sqrt(sum(_squares(q[f"d_{name}"]) for name in trained))
        yield "clip", lambda q: np.minimum(1.0, q["clip_norm"] / (q["grad_norm"] + 1e-6))
    for name in trained:
        if own(spec, name, biases).slope.startswith("used"):
            yield f"used_{name}", _used(spec, own(spec, name, biases))


def own(spec: Spec, name: str, biases: Collection[str]) -> Own:
    """Return a parameter array as its optimiser sees it."""
    training = spec.training
    decays = training.decay_biases or name not in biases
    is_changed = training.clip_value or training.clip_norm or (training.l1 and decays)
    return Own(name, f"used_{name}" if is_changed else f"d_{name}", training.optimizer.settings, decays)


def _squares(gradient: Array) -> Array:
    return np.asarray((gradient.reshape(len(gradient), -1) ** 2).sum(1))


def _used(spec: Spec, own: Own) -> Function:
    def rule(q: Quantities) -> Array:
        gradient = q[f"d_{own.name}"]
        if spec.training.clip_value:
            bound = own.number(q, "clip_value")
            gradient = np.minimum(np.maximum(gradient, -bound), bound)
        if spec.training.clip_norm:
            gradient = gradient * own.number(q, "clip")
        return gradient + (number(q, "l1", gradient) * np.sign(own.of(q)) if own.decays else 0.0)

    return rule
