"""How a quantity leads to the loss: along which others, and along how many ways."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from xlnet import keys
from xlnet.graph.blocks import Block
from xlnet.graph.expression import Quantity, cited


@dataclass(frozen=True)
class Ways:
    """For every quantity that leads to the last one: those that use it next, and the number of ways to the end."""

    users: dict[str, list[str]]
    counts: dict[str, int]

    def first(self, start: str) -> list[str]:
        """Return the quantities along the first way from `start`, the loss last."""
        way = [start]
        while way[-1] in self.users:
            way.append(next(user for user in self.users[way[-1]] if self.counts[user]))
        return way


def ways(blocks: Sequence[Block]) -> Ways:
    """Return the ways through a forward pass: there is one wherever a block hands a gradient back."""
    users: defaultdict[str, list[str]] = defaultdict(list)
    counts = defaultdict(int, dict.fromkeys((node.key for node in blocks[-1].nodes), 1))
    for block in reversed(blocks):
        own: defaultdict[str, list[str]] = defaultdict(list)
        slopes = {keys.gradient(node.key): node.key for node in block.nodes}
        for key, part in block.pullback([Quantity(slope) for slope in slopes]):
            # What a loss hands back does not cite a slope: that is 1.
            found = [slopes[quantity.key] for quantity in cited(part) if quantity.key in slopes]
            own[key] += found or [block.nodes[0].key]
        for key, nodes in own.items():
            chosen = set(nodes)
            distinct = [node.key for node in block.nodes if node.key in chosen]
            users[key] = distinct + users[key]
            counts[key] += sum(counts[node] for node in distinct)
    return Ways(dict(users), dict(counts))
