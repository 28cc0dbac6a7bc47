"""The pass once more: what one sample goes through, forward and backward, as every sheet but Training lays it out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from xlnet.graph.blocks import Block
from xlnet.graph.gradient import Gradients
from xlnet.graph.node import Group, Node
from xlnet.model.network import forward, parameters
from xlnet.spec import Spec


@dataclass(frozen=True)
class Passes:
    """Both passes of one sample, as if it were alone; its deltas and gradients are its share of the batch's."""

    blocks: tuple[Block, ...]
    trained: tuple[str, ...]

    @cached_property
    def forward(self) -> list[Node]:
        """The forward pass, without the loss."""
        return [node for block in self.blocks for node in block.nodes if node.group == Group.FORWARD]

    @cached_property
    def nodes(self) -> list[Node]:
        """The forward pass, the loss, the deltas back to the first layer, and the gradients of the parameters."""
        gradients = Gradients(self.trained)
        deltas = gradients.backward(self.blocks)
        return [*(node for block in self.blocks for node in block.nodes), *deltas, *gradients.of_parameters()]


@lru_cache(maxsize=64)
def passes(spec: Spec) -> Passes:
    """Return the passes of one sample of a network."""
    # In rows, whatever the layout of the iterations is.
    spec = spec.in_rows
    trained = (parameter.key for parameter in parameters(spec) if parameter.trained)
    return Passes(tuple(forward(spec, None)), tuple(trained))
