"""Blocks of recurrent layers that no other layer has."""

from __future__ import annotations

from collections.abc import Sequence

from xlnet.graph.blocks import Block, Parts
from xlnet.graph.expression import Expression, Quantity, product
from xlnet.graph.node import Group, Node


def blends(keys: Sequence[str], shares: Sequence[str], new: Sequence[str], old: Sequence[str]) -> Block:
    """Return h = (1 − z)·n + z·h_before of a gru; ∂E/∂n gets δ·(1 − z), ∂E/∂h_before δ·z and ∂E/∂z δ·(h_before − n)."""
    every = list(zip(keys, shares, new, old, strict=True))

    def pullback(deltas: Sequence[Expression]) -> Parts:
        parts: Parts = []
        for (_, z, n, h), delta in zip(every, deltas, strict=True):
            parts.append((n, product(delta, 1 - Quantity(z))))
            parts.append((h, product(delta, Quantity(z))))
            parts.append((z, product(delta, Quantity(h) - Quantity(n))))
        return parts

    return Block(
        nodes=tuple(
            Node(key, Group.FORWARD, product(1 - Quantity(z), Quantity(n)) + product(Quantity(z), Quantity(h)))
            for key, z, n, h in every
        ),
        inputs=(*shares, *new, *old),
        pullback=pullback,
    )
