"""A quantity that a student computes, as slips see it: its rule, and what the rule is made of."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from xlnet import keys
from xlnet.exercise.exercise import before_update
from xlnet.exercise.quantities import Quantities
from xlnet.graph.expression import Expression, Product, Quantity, product
from xlnet.graph.node import Group, Node
from xlnet.graph.references import quantities

_MOST_NEIGHBOURS = 3


@dataclass(frozen=True)
class Subject:
    """A quantity that a student computes, as slips see it; `share` is what losses of a batch are divided by."""

    key: str
    quantities: Quantities
    share: int

    @cached_property
    def rule(self) -> Expression:
        """Its rule."""
        return self.quantities.rule(self.key)

    @cached_property
    def parameter(self) -> str | None:
        """The parameter whose value after the update it is."""
        return before_update(self.key)

    @property
    def node(self) -> Node:
        """Its node, or that of the parameter."""
        return self.quantities.nodes[self.parameter or self.key]

    @property
    def group(self) -> str:
        """The group of its node; "" of a parameter after the update."""
        return "" if self.parameter else self.node.group

    @cached_property
    def cited(self) -> list[str]:
        """The keys of what its rule cites."""
        return list(dict.fromkeys(part.key for part in quantities(self.rule)))

    @cached_property
    def compares(self) -> bool:
        """Whether it is the difference of an output and its target, or made of it: a loss, or its slope."""
        return any(_letter(key) in ("t", "q") for key in self.cited)

    @cached_property
    def slope(self) -> tuple[Quantity, Expression] | None:
        """Of ∂E/∂z the gradient ∂E/∂a and the derivative f′(z) that it is multiplied with; None of any other."""
        if self.group != Group.DELTAS or not isinstance(self.rule, Product):
            return None
        first, *others = self.rule.factors
        if not isinstance(first, Quantity) or not _is_gradient(first.key):
            return None
        inner = {inner_key(key) for key in (first.key, self.key)}
        same_layer = len({keys.parts(key).layer for key in inner}) == 1
        # With a weight it is one of many paths, and no derivative.
        is_derivative = not any(is_parameter(part.key, self.quantities) for part in quantities(product(*others)))
        return (first, product(*others)) if same_layer and is_derivative else None

    @cached_property
    def of_activation(self) -> str | None:
        """The weighted sum whose activation it is, None of any other quantity."""
        if self.group != Group.FORWARD or len(self.cited) != 1 or isinstance(self.rule, Quantity):
            return None
        (source,) = self.cited
        own, its = keys.parts(self.node.key), keys.parts(source)
        return source if own.layer == its.layer and its.letter == "z" and own.indices == its.indices else None

    @cached_property
    def neighbours(self) -> list[str]:
        """Other elements of the array to which it belongs, of the same sample, the transposed one first."""
        if self.parameter:
            return []
        own = _parts(self.key)
        if not own.indices:
            return []
        turned = own.indices[::-1]
        alike = self.quantities.alike(self.key)
        place = alike.index(self.key)
        steps = range(1, _MOST_NEIGHBOURS + 1)
        others = [other for distance in steps for other in (place - distance, place + distance)]
        found = [key for key in alike if _parts(key).indices == turned] if turned != own.indices else []
        found += [alike[other] for other in others if 0 <= other < len(alike)]
        return list(dict.fromkeys(found))[:_MOST_NEIGHBOURS]


def _is_gradient(key: str) -> bool:
    belonging = keys.belonging(key)
    return belonging is not None and belonging[0] == keys.GRADIENT


def inner_key(key: str) -> str:
    """Return the key of the quantity whose gradient or state it is; any other as it is."""
    belonging = keys.belonging(key)
    return belonging[1] if belonging else key


def _parts(key: str) -> keys.Parts:
    return keys.parts(inner_key(key))


def _letter(key: str) -> str:
    return _parts(key).letter


def is_parameter(key: str, quantities: Quantities) -> bool:
    """Return whether a quantity is a weight or a bias, before the update."""
    return key in quantities.nodes and quantities.nodes[key].group == Group.PARAMETERS


def is_bias(key: str, quantities: Quantities) -> bool:
    """Return whether a quantity is a bias."""
    return is_parameter(key, quantities) and _letter(key).startswith("b")
