"""Reverse-mode differentiation: walks the forward pass backwards and joins what each step hands back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from xlnet import keys
from xlnet.graph.expression import Expression, Number, Quantity, total
from xlnet.graph.node import Node
from xlnet.graph.step import Step


def backward(blocks: Sequence[Sequence[Step]], parameters: Collection[str]) -> tuple[list[Node], list[Node]]:
    """Return the deltas, from the loss back to the first layer, and the gradients of `parameters`.

    `blocks` is the forward pass; the steps of one block do not depend on each other, and the last one is E. Only what
    lies between a parameter and E gets a delta.
    """
    needed = _reached(blocks, parameters)
    handed_back: defaultdict[str, list[Expression]] = defaultdict(list)
    deltas = []
    for block in reversed(blocks):
        for step in block:
            if step.key not in needed:
                continue
            if step.key == keys.LOSS:
                delta: Expression = Number(1)
            else:
                node = _gradient(step.key, handed_back[step.key], "deltas", step.aliases)
                deltas.append(node)
                delta = Quantity(node.key)
            for key, part in zip(step.inputs, step.pullback(delta), strict=True):
                if key in needed:
                    handed_back[key].append(part)
    return deltas, [_gradient(key, handed_back[key], "gradients") for key in parameters]


def _gradient(key: str, parts: list[Expression], group: str, aliases: tuple[str, ...] = ()) -> Node:
    return Node(
        key=keys.gradient(key),
        group=group,
        formula=total(*parts),
        aliases=tuple(keys.gradient(alias) for alias in aliases),
    )


def _reached(blocks: Sequence[Sequence[Step]], parameters: Collection[str]) -> set[str]:
    """Return the parameters and every step that depends on one."""
    reached = set(parameters)
    for block in blocks:
        reached |= {step.key for step in block if reached.intersection(step.inputs)}
    return reached
