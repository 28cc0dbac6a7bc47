"""Blocks of pooling: the largest of each window, or the mean."""

from __future__ import annotations

from collections.abc import Sequence

from xlnet.graph.blocks import Block, Parts
from xlnet.graph.expression import Expression, Number, Quantity, maximum, over, total, where_equal
from xlnet.graph.node import Group, Node


def largest(keys: Sequence[str], places: Sequence[str], windows: Sequence[Sequence[str]]) -> list[Block]:
    """Return a = max of each window, and s, the place in it (from 1) of the first that is as large.

    ∂E/∂ of what stands in that place gets ∂E/∂a, of all others 0.
    """
    every = list(zip(keys, places, windows, strict=True))

    def pullback(deltas: Sequence[Expression]) -> Parts:
        return [
            (source, where_equal(Quantity(place), number, delta, 0))
            for (_, place, window), delta in zip(every, deltas, strict=True)
            for number, source in enumerate(window, 1)
        ]

    return [
        Block(
            nodes=tuple(Node(key, Group.FORWARD, maximum(*map(Quantity, window))) for key, _, window in every),
            inputs=tuple(dict.fromkeys(source for window in windows for source in window)),
            pullback=pullback,
        ),
        Block(tuple(Node(place, Group.FORWARD, _first(key, window)) for key, place, window in every)),
    ]


def _first(key: str, window: Sequence[str]) -> Expression:
    """Return the place of the first in a window that is as large as `key`."""
    found: Expression = Number(float(len(window)))
    for number in range(len(window) - 1, 0, -1):
        found = where_equal(Quantity(window[number - 1]), Quantity(key), number, found)
    return found


def means(keys: Sequence[str], windows: Sequence[Sequence[str]]) -> Block:
    """Return the mean of each window; each of it gets its share of ∂E/∂a."""
    return Block(
        nodes=tuple(
            Node(key, Group.FORWARD, over(total(*map(Quantity, window)), len(window)))
            for key, window in zip(keys, windows, strict=True)
        ),
        inputs=tuple(dict.fromkeys(source for window in windows for source in window)),
        pullback=lambda deltas: [
            (source, over(delta, len(window)))
            for window, delta in zip(windows, deltas, strict=True)
            for source in window
        ],
    )
