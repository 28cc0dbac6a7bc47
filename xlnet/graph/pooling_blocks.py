"""Blocks of pooling: the largest of each window, or the mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlnet.graph.blocks import Block, Parts
from xlnet.graph.expression import Expression, Number, Quantity, maximum, over, total, where_equal
from xlnet.graph.node import Group, Node


def largest(keys: Sequence[str], places: Sequence[str], windows: Sequence[Mapping[int, str]]) -> list[Block]:
    """Return a = max of each window, and s, the place in it of the first that is as large; windows are by place.

    ∂E/∂ of what stands in that place gets ∂E/∂a, of all others 0.
    """
    every = list(zip(keys, places, windows, strict=True))

    def pullback(deltas: Sequence[Expression]) -> Parts:
        return [
            (source, where_equal(Quantity(place), number, delta, 0))
            for (_, place, window), delta in zip(every, deltas, strict=True)
            for number, source in window.items()
        ]

    return [
        Block(
            nodes=tuple(Node(key, Group.FORWARD, maximum(*map(Quantity, window.values()))) for key, _, window in every),
            inputs=tuple(dict.fromkeys(source for window in windows for source in window.values())),
            pullback=pullback,
        ),
        Block(tuple(Node(place, Group.FORWARD, _first(key, window)) for key, place, window in every)),
    ]


def _first(key: str, window: Mapping[int, str]) -> Expression:
    """Return the place of the first in a window that is as large as `key`."""
    *others, last = window
    found: Expression = Number(float(last))
    for place in reversed(others):
        found = where_equal(Quantity(window[place]), Quantity(key), place, found)
    return found


def means(keys: Sequence[str], windows: Sequence[Sequence[str]], count: int = 0) -> Block:
    """Return the mean of each window; each of it gets its share of ∂E/∂a.

    Where `count` is given each is a mean of so many, those that the window lacks being zeros.
    """
    return Block(
        nodes=tuple(
            Node(key, Group.FORWARD, over(total(*map(Quantity, window)), count or len(window)))
            for key, window in zip(keys, windows, strict=True)
        ),
        inputs=tuple(dict.fromkeys(source for window in windows for source in window)),
        pullback=lambda deltas: [
            (source, over(delta, count or len(window)))
            for window, delta in zip(windows, deltas, strict=True)
            for source in window
        ],
    )
