"""Reverse-mode differentiation: walks the forward pass backwards and joins what each block hands back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from xlnet import keys
from xlnet.graph.blocks import Block
from xlnet.graph.expression import Expression, Number, Quantity, total
from xlnet.graph.node import Group, Node


class Gradients:
    """∂E/∂parameter, joined from the backward passes of a batch's samples."""

    def __init__(self, parameters: Collection[str]) -> None:
        self._parameters = parameters
        self._handed_back: defaultdict[str, list[Expression]] = defaultdict(list)

    def backward(self, blocks: Sequence[Block]) -> list[Node]:
        """Take one sample's forward pass, its last block the loss, and return the deltas back to the first layer.

        Only what lies between a parameter and the loss gets a delta.
        """
        needed = self._reached(blocks)
        deltas = []
        for block in reversed(blocks):
            if not any(self._leads_to_loss(node, needed) for node in block.nodes):
                continue
            slopes: list[Expression] = []
            for node in block.nodes:
                if node.group == Group.LOSS:
                    slopes.append(Number(1))
                    continue
                delta = self._gradient(node.key, Group.DELTAS, node.aliases)
                deltas.append(delta)
                slopes.append(Quantity(delta.key))
            for key, part in block.pullback(slopes):
                if key in needed:
                    self._handed_back[key].append(part)
        return deltas

    def _leads_to_loss(self, node: Node, needed: Collection[str]) -> bool:
        """Return whether a node lies between a parameter and the loss; a fused loss passes by the activations."""
        return node.key in needed and (node.group == Group.LOSS or bool(self._handed_back[node.key]))

    def of_parameters(self) -> list[Node]:
        """Return ∂E/∂ of every parameter, summed over the samples."""
        return [self._gradient(key, Group.GRADIENTS) for key in self._parameters]

    def _gradient(self, key: str, group: str, aliases: tuple[str, ...] = ()) -> Node:
        # What meets nothing but padding, or is skipped by a stride, changes nothing.
        parts = self._handed_back[key] or [Number(0.0)]
        return Node(
            key=keys.gradient(key),
            group=group,
            formula=total(*parts),
            aliases=tuple(keys.gradient(alias) for alias in aliases),
            of=key,
        )

    def _reached(self, blocks: Sequence[Block]) -> set[str]:
        """Return the parameters and all that depends on one."""
        reached = set(self._parameters)
        for block in blocks:
            if not reached.isdisjoint(block.inputs):
                reached |= {node.key for node in block.nodes}
        return reached
