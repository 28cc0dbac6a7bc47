"""Blocks of normalisation: what is subtracted, what is divided by, step by step, so that each derivative is short."""

from __future__ import annotations

from collections.abc import Sequence

from xlnet.graph.blocks import Block, Parts
from xlnet.graph.expression import Expression, Quantity, over, product, square, square_root, total
from xlnet.graph.node import Group, Node


def differences(keys: Sequence[str], values: Sequence[str], means: Sequence[str]) -> Block:
    """Return c = x − m of each; ∂E/∂x gets δ and ∂E/∂m gets −δ."""
    every = list(zip(keys, values, means, strict=True))

    def pullback(deltas: Sequence[Expression]) -> Parts:
        parts: Parts = []
        for (_, value, mean), delta in zip(every, deltas, strict=True):
            parts += [(value, delta), (mean, -delta)]
        return parts

    return Block(
        nodes=tuple(Node(key, Group.FORWARD, Quantity(value) - Quantity(mean)) for key, value, mean in every),
        inputs=(*values, *dict.fromkeys(means)),
        pullback=pullback,
    )


def mean_squares(keys: Sequence[str], groups: Sequence[Sequence[str]]) -> Block:
    """Return the mean of the squares of each group of n; ∂E/∂c gets δ·2c / n."""
    return Block(
        nodes=tuple(
            Node(key, Group.FORWARD, over(total(*(square(Quantity(one)) for one in group)), len(group)))
            for key, group in zip(keys, groups, strict=True)
        ),
        inputs=tuple(one for group in groups for one in group),
        pullback=lambda deltas: [
            (one, over(product(delta, 2, Quantity(one)), len(group)))
            for group, delta in zip(groups, deltas, strict=True)
            for one in group
        ],
    )


def roots(keys: Sequence[str], squares: Sequence[str], eps: str) -> Block:
    """Return s = √(v + ε) of each; ∂E/∂v gets δ / 2s."""
    return Block(
        nodes=tuple(
            Node(key, Group.FORWARD, square_root(Quantity(one) + Quantity(eps)))
            for key, one in zip(keys, squares, strict=True)
        ),
        inputs=tuple(squares),
        pullback=lambda deltas: [
            (one, delta / product(2, Quantity(key))) for key, one, delta in zip(keys, squares, deltas, strict=True)
        ],
    )


def quotients(keys: Sequence[str], values: Sequence[str], divisors: Sequence[str]) -> Block:
    """Return x̂ = c / s of each; ∂E/∂c gets δ / s and ∂E/∂s gets −δ·x̂ / s."""
    every = list(zip(keys, values, divisors, strict=True))

    def pullback(deltas: Sequence[Expression]) -> Parts:
        parts: Parts = []
        for (key, value, divisor), delta in zip(every, deltas, strict=True):
            parts.append((value, delta / Quantity(divisor)))
            parts.append((divisor, -(product(delta, Quantity(key)) / Quantity(divisor))))
        return parts

    return Block(
        nodes=tuple(Node(key, Group.FORWARD, Quantity(value) / Quantity(divisor)) for key, value, divisor in every),
        inputs=(*values, *dict.fromkeys(divisors)),
        pullback=pullback,
    )
