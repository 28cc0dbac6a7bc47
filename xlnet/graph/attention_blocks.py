"""Blocks of scaled dot-product attention (Vaswani et al. 2017): scores, softmax of each row, weighted values.

Heads and steps count from 1. A head reads columns of its own of queries, keys and values. Where attention is causal, a
step sees itself and the steps before it: a later one has a score, but no exponential, and the weight 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product as pairs

from xlnet.graph.blocks import Block, Parts, Unit, weighted_sums
from xlnet.graph.expression import Expression, Number, Quantity, call, exp, maximum, over, product, total
from xlnet.graph.node import Group, Node

At = Callable[..., str]


@dataclass(frozen=True)
class Heads:
    """The keys of an attention layer, by `at(letter, *place)`, and its sizes; `width` is the columns of a head."""

    at: At
    heads: int
    steps: int
    width: int
    is_causal: bool

    @property
    def rows(self) -> Iterator[tuple[int, int]]:
        """Every head with each step that asks."""
        yield from pairs(range(1, self.heads + 1), range(1, self.steps + 1))

    @property
    def all_steps(self) -> range:
        """The steps."""
        return range(1, self.steps + 1)

    def seen(self, step: int) -> range:
        """Return the steps that a step sees."""
        return range(1, step + 1) if self.is_causal else self.all_steps

    def columns(self, head: int) -> range:
        """Return the columns of a head."""
        return range((head - 1) * self.width + 1, head * self.width + 1)

    def row(self, letter: str, head: int, step: int, steps: Sequence[int]) -> list[str]:
        """Return the keys of what a step has for each of `steps`."""
        return [self.at(letter, head, step, other) for other in steps]


def scores(heads: Heads) -> Block:
    """Return s = q·k / √d of every step with every other; ∂E/∂q gets Σ δ·k / √d and ∂E/∂k gets Σ δ·q / √d."""
    root = _root(heads.width)

    def score(head: int, step: int, other: int) -> Expression:
        terms = (product(*_both(heads, ("q", step), ("k", other), column)) for column in heads.columns(head))
        return over(total(*terms), root)

    def pullback(deltas: Sequence[Expression]) -> Parts:
        places = list(pairs(range(1, heads.heads + 1), heads.all_steps, heads.all_steps))
        delta = dict(zip(places, deltas, strict=True))
        parts: Parts = []
        for head, step in heads.rows:
            for column in heads.columns(head):
                to_query = [
                    product(delta[head, step, other], Quantity(heads.at("k", other, column)))
                    for other in heads.seen(step)
                ]
                to_key = [
                    product(delta[head, other, step], Quantity(heads.at("q", other, column)))
                    for other in heads.all_steps
                    if step in heads.seen(other)
                ]
                parts.append((heads.at("q", step, column), over(total(*to_query), root)))
                parts.append((heads.at("k", step, column), over(total(*to_key), root)))
        return parts

    return Block(
        nodes=tuple(
            Node(heads.at("s", head, step, other), Group.FORWARD, score(head, step, other))
            for head, step in heads.rows
            for other in heads.all_steps
        ),
        inputs=tuple(
            heads.at(letter, step, column)
            for letter in ("q", "k")
            for step in heads.all_steps
            for column in range(1, heads.heads * heads.width + 1)
        ),
        pullback=pullback,
    )


def softmax_rows(heads: Heads) -> list[Block]:
    """Return α = e^s / Σe^s over what each step sees; ∂E/∂s = α·(∂E/∂α − Σ ∂E/∂α·α).

    The largest score of a row is subtracted first, and cancels out: no gradient goes by way of it.
    """
    rows = list(heads.rows)

    def seen(letter: str, head: int, step: int) -> list[Quantity]:
        return [Quantity(key) for key in heads.row(letter, head, step, heads.seen(step))]

    def every(letter: str, value: Callable[[int, int, int], Expression]) -> tuple[Node, ...]:
        return tuple(
            Node(
                heads.at(letter, head, step, other),
                Group.FORWARD,
                value(head, step, other) if other in heads.seen(step) else Number(0),
            )
            for head, step in rows
            for other in heads.all_steps
        )

    def once(letter: str, value: Callable[[int, int], Expression]) -> Block:
        return Block(tuple(Node(heads.at(letter, *row), Group.FORWARD, value(*row)) for row in rows))

    def exponential(head: int, step: int, other: int) -> Expression:
        return exp(Quantity(heads.at("s", head, step, other)) - Quantity(heads.at("smax", head, step)))

    def weight(head: int, step: int, other: int) -> Expression:
        return Quantity(heads.at("e", head, step, other)) / Quantity(heads.at("esum", head, step))

    def pullback(deltas: Sequence[Expression]) -> Parts:
        parts: Parts = []
        for number, (head, step) in enumerate(rows):
            of_row = deltas[number * heads.steps : number * heads.steps + len(heads.seen(step))]
            weights = seen("alpha", head, step)
            mean = total(*map(product, of_row, weights))
            keys = heads.row("s", head, step, heads.seen(step))
            parts += [(key, product(own, d - mean)) for key, own, d in zip(keys, weights, of_row, strict=True)]
        return parts

    return [
        once("smax", lambda head, step: maximum(*seen("s", head, step))),
        Block(every("e", exponential)),
        once("esum", lambda head, step: total(*seen("e", head, step))),
        Block(
            nodes=every("alpha", weight),
            inputs=tuple(key for row in rows for key in heads.row("s", *row, heads.all_steps)),
            pullback=pullback,
        ),
    ]


def values(heads: Heads) -> Block:
    """Return u = Σ α·v of each step, the heads side by side."""
    places = [
        (head, step, column)
        for step in heads.all_steps
        for head in range(1, heads.heads + 1)
        for column in heads.columns(head)
    ]
    return weighted_sums(
        [heads.at("u", step, column) for _, step, column in places],
        [
            Unit(
                [(heads.at("alpha", head, step, other), heads.at("v", other, column)) for other in heads.seen(step)],
                None,
            )
            for head, step, column in places
        ],
    )


def _both(heads: Heads, one: tuple[str, int], other: tuple[str, int], column: int) -> list[Quantity]:
    return [Quantity(heads.at(*one, column)), Quantity(heads.at(*other, column))]


def _root(width: int) -> int | Expression:
    """Return √d, by which scores are divided; a head of one column needs no division."""
    return 1 if width == 1 else call("sqrt", width)
