"""What may be left blank in an iteration, and the rule of each: in terms of the same iteration, the new weights too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from xlnet import keys
from xlnet.exercise.exercise import BACKWARD, FORWARD, UPDATE, before_update, new
from xlnet.graph.expression import Expression, Quantity, cited, here
from xlnet.graph.node import Graph, Group, Node
from xlnet.graph.references import quantities

_PRACTISED_IN = {
    Group.FORWARD: FORWARD,
    Group.LOSS: FORWARD,
    Group.DELTAS: BACKWARD,
    Group.GRADIENTS: BACKWARD,
    Group.STATE: UPDATE,
}
# They only keep powers from overflowing.
_NOT_ASKED = ("zmax", "smax")


@dataclass(frozen=True)
class Quantities:
    """The quantities of an iteration, by key: those of its graph, and the parameters after the update.

    A graph that is laid out in blocks has nodes for these, too.
    """

    graph: Graph
    _cited: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def nodes(self) -> dict[str, Node]:
        """The nodes, by their keys and aliases."""
        return {key: node for node in self.graph.nodes for key in (node.key, *node.aliases)}

    @cached_property
    def trained(self) -> list[str]:
        """The parameters that the update changes."""
        return [
            node.key
            for node in self.graph.nodes
            if node.group == Group.PARAMETERS and node.formula != Quantity(node.key, previous=True)
        ]

    def rule(self, key: str) -> Expression:
        """Return the rule of a quantity in the first iteration, or of a parameter's value after it."""
        own = before_update(key)
        node = self.nodes[own if own and key not in self.nodes else key]
        formula = node.formula if node.group == Group.PARAMETERS else node.first_formula
        assert formula is not None
        return here(formula)

    def cites(self, key: str) -> tuple[str, ...]:
        """Return the quantities that the rule of one cites, each once, by the keys of their nodes."""
        if key not in self._cited:
            found = (self.canonical(part.key) for part in quantities(self.rule(key)))
            self._cited[key] = tuple(dict.fromkeys(found))
        return self._cited[key]

    def alike(self, key: str) -> list[str]:
        """Return the keys of all elements of the array to which a quantity belongs, those of its sample."""
        return self._by_array[_array(key)]

    @property
    def arrays(self) -> list[list[str]]:
        """The keys of each array, those of its samples apart."""
        return list(self._by_array.values())

    @cached_property
    def _by_array(self) -> dict[tuple[str | int | None, ...], list[str]]:
        found: dict[tuple[str | int | None, ...], list[str]] = {}
        for node in self.graph.nodes:
            if node.first_formula is not None:
                found.setdefault(_array(node.key), []).append(node.key)
        return found

    def canonical(self, key: str) -> str:
        """Return the key of the node to which a key belongs."""
        return self.nodes[key].key if key in self.nodes else key

    def asked(self) -> Iterator[tuple[str, str]]:
        """Yield what may be asked, in the order in which it is computed, each with where it is practised."""
        for node in self.graph.nodes:
            practised = _PRACTISED_IN.get(Group(node.group))
            if practised and self._is_asked(node):
                yield node.key, practised
        for key in self.trained:
            yield new(key), UPDATE

    def _is_asked(self, node: Node) -> bool:
        formula = node.first_formula
        if node.typed is not None or formula is None or keys.parts(node.key).letter in _NOT_ASKED:
            return False
        # A copy asks nothing; the gradient of a bias does, though it is one.
        return node.group == Group.GRADIENTS or not (isinstance(formula, Quantity) or not cited(formula))


def _array(key: str) -> tuple[str | int | None, ...]:
    """Return what all elements of an array have in common, and of a sample's its number."""
    belonging = keys.belonging(key)
    parts = keys.parts(belonging[1] if belonging else key)
    return belonging[0] if belonging else "", parts.letter, parts.layer, parts.sample
