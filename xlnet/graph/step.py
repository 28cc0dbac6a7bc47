"""Steps: operations applied to quantities that have names, each able to hand a gradient back to its inputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from xlnet.graph.expression import Expression, Quantity, product, total
from xlnet.graph.operations import Activation, Loss


@dataclass(frozen=True)
class Step:
    """One quantity of the forward pass.

    `pullback` takes ∂E/∂key and returns ∂E/∂input by way of this step, one expression an input. `aliases` are further
    keys of the same quantity. `mathematics` is the readable rule, keys in braces, where the formula itself is not it.
    """

    key: str
    inputs: tuple[str, ...]
    formula: Expression
    pullback: Callable[[Expression], list[Expression]]
    aliases: tuple[str, ...] = ()
    mathematics: str | None = None


def weighted_sum(
    key: str, weights: Sequence[str], sources: Sequence[str], bias: str | None, aliases: tuple[str, ...]
) -> Step:
    """Return z = Σ wᵢ·aᵢ + b; ∂E/∂wᵢ = δ·aᵢ, ∂E/∂aᵢ = δ·wᵢ, ∂E/∂b = δ for δ = ∂E/∂z."""
    w, a = _quantities(weights), _quantities(sources)
    biases = [] if bias is None else [bias]
    return Step(
        key=key,
        inputs=(*weights, *sources, *biases),
        formula=total(*map(product, w, a), *_quantities(biases)),
        pullback=lambda delta: [
            *(product(delta, source) for source in a),
            *(product(delta, weight) for weight in w),
            *(delta for _ in biases),
        ],
        aliases=aliases,
    )


def activation(key: str, weighted_sum_key: str, function: Activation) -> Step:
    """Return a = f(z); ∂E/∂z = ∂E/∂a · f′(z)."""
    a, z = Quantity(key), Quantity(weighted_sum_key)
    derivative = function.derivative
    assert derivative is not None, "an identity layer has no step of its own"
    return Step(
        key=key,
        inputs=(weighted_sum_key,),
        formula=function.value(z),
        pullback=lambda delta: [product(delta, derivative(a, z))],
        mathematics=function.mathematics.format(z=f"{{{weighted_sum_key}}}"),
    )


def loss(key: str, outputs: Sequence[str], targets: Sequence[str], function: Loss) -> Step:
    """Return E = loss(y, t) of one sample; ∂E/∂y by the loss's own derivative."""
    y, t = _quantities(outputs), _quantities(targets)
    return Step(
        key=key,
        inputs=tuple(outputs),
        formula=function.value(y, t),
        pullback=lambda delta: [product(delta, slope) for slope in function.derivative(y, t)],
    )


def _quantities(keys: Sequence[str]) -> list[Quantity]:
    return [Quantity(key) for key in keys]
