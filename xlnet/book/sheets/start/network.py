"""The network as nodes and edges: which units are shown of each layer, and where they stand in the picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from xlnet import keys
from xlnet.book.model import Model
from xlnet.model.layers import DENSE
from xlnet.model.network import inputs, targets, units

# Of a larger network the first units of each layer are shown, as many as keep the picture clear.
MOST_UNITS, MOST_EDGES, MOST_LAYERS = 8, 100, 6
# So many edges have their weights beside them.
MOST_LABELLED = 14
# Where at most so many units stand below each other, their numbers have room there.
_MOST_WITH_ROOM = 5
# Where along an edge its weight stands: not where most edges cross.
_ALONG = 0.28
_ASIDE = 0.015


@dataclass(frozen=True)
class Unit:
    """A unit: its key, its layer (0 are the inputs), its number there, and its place in the picture.

    `delta` and `target` are the keys of ∂E/∂ its weighted sum, and of an output's target, empty where it has none.
    """

    key: str
    layer: int
    number: int
    x: float
    y: float
    delta: str = ""
    target: str = ""


@dataclass(frozen=True)
class Edge:
    """A weight, and the numbers of the units that it joins among all that are shown, from 1.

    Its line begins `aside` of the middle of its unit.
    """

    key: str
    layer: int
    source: int
    to: int
    aside: float


@dataclass(frozen=True)
class Network:
    """The picture of a network."""

    model: Model

    @cached_property
    def is_drawn(self) -> bool:
        """Whether it is drawn: a chain of dense layers, with weights of their own."""
        spec = self.model.spec
        is_chain = all(sources == (number - 1,) for number, sources in spec.flow.items())
        is_dense = all(layer.type == DENSE and not layer.share and len(layer.takes) == 1 for layer in spec.layers)
        return is_dense and is_chain and len(spec.layers) <= MOST_LAYERS

    @cached_property
    def _sizes(self) -> list[int]:
        """The number of inputs, and of units of each layer."""
        return [self.model.spec.inputs, *(layer.units for layer in self.model.spec.layers)]

    @cached_property
    def shown(self) -> list[int]:
        """How many of them are shown."""
        for most in range(MOST_UNITS, 1, -1):
            found = [min(size, most) for size in self._sizes]
            if sum(one * other for one, other in pairwise(found)) <= MOST_EDGES:
                return found
        return [1] * len(self._sizes)

    @property
    def is_part(self) -> bool:
        """Whether some units are not shown."""
        return self.shown != self._sizes

    @property
    def last(self) -> int:
        """The number of the last layer."""
        return len(self.model.spec.layers)

    @property
    def height(self) -> int:
        """The number of units that stand below each other, at most."""
        return max(self.shown)

    @cached_property
    def units(self) -> list[Unit]:
        """The units that are shown, layer by layer."""
        spec, found = self.model.spec, list[Unit]()
        own_targets = targets(spec)
        for layer, count in enumerate(self.shown):
            every = units(spec, layer) if layer else inputs(spec)
            for index, key in enumerate(every[:count]):
                delta = keys.gradient(keys.of_layer("z", layer, index + 1)) if layer else ""
                target = own_targets[index] if layer == self.last else ""
                # From 1 on: a formula that makes something of 0 could be wrong and show it.
                y = 1 + ((count - 1) / 2 - index) * self.height / count + self.height / 2
                found.append(Unit(key, layer, index + 1, 1.0 + layer, y, delta, target))
        return found

    @cached_property
    def _numbers(self) -> dict[tuple[int, int], int]:
        return {(unit.layer, unit.number): row for row, unit in enumerate(self.units, 1)}

    @cached_property
    def edges(self) -> list[Edge]:
        """The weights that are shown."""
        found: list[Edge] = []
        for layer in range(1, self.last + 1):
            for to in range(1, self.shown[layer] + 1):
                for source in range(1, self.shown[layer - 1] + 1):
                    ends = self._numbers[layer - 1, source], self._numbers[layer, to]
                    # To one side and the other in turns: LibreOffice leaves out a point that is where the last one was,
                    # even behind a gap, and with it the line that begins there.
                    aside = _ASIDE if len(found) % 2 else -_ASIDE
                    found.append(Edge(keys.of_layer("w", layer, to, source), layer, *ends, aside))
        return found

    def ends(self, key: str) -> tuple[int, int, int]:
        """Return the layer of a parameter, and the numbers of the units it leads to and comes from; 0 for none."""
        parts = keys.parts(key)
        assert parts.layer is not None
        to, *source = parts.indices
        before = self._numbers.get((parts.layer - 1, source[0]), 0) if source else 0
        return parts.layer, self._numbers.get((parts.layer, to), 0), before

    def is_shown(self, key: str) -> bool:
        """Return whether a parameter leads to a unit that is shown, a weight also from one."""
        _, to, source = self.ends(key)
        return bool(to and (source or len(keys.parts(key).indices) == 1))

    @property
    def has_room(self) -> bool:
        """Whether there is room below each unit for its number."""
        return self.height <= _MOST_WITH_ROOM

    @property
    def is_labelled(self) -> bool:
        """Whether the weights stand beside the edges."""
        return len(self.edges) <= MOST_LABELLED

    def line(self, edge: Edge) -> tuple[float, float, float, float]:
        """Return where an edge begins and ends: x and y of one, then of the other."""
        source, to = self.units[edge.source - 1], self.units[edge.to - 1]
        return source.x + edge.aside, source.y, to.x, to.y

    def label(self, edge: Edge) -> tuple[float, float]:
        """Return where the weight of an edge stands."""
        x1, y1, x2, y2 = self.line(edge)
        return x1 + _ALONG * (x2 - x1), y1 + _ALONG * (y2 - y1)
