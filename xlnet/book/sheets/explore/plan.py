"""What the Explore sheet shows: every quantity of a sample in one iteration, a row each, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from xlnet import keys
from xlnet.book.choices import ITERATION, of_sample
from xlnet.book.model import Model
from xlnet.book.sheets.explore import NAME
from xlnet.book.shown import Shown
from xlnet.cell import Cell
from xlnet.graph.expression import Product, Quantity, Sum
from xlnet.graph.node import Group, Node
from xlnet.model.dropout import of_sample as masks_of
from xlnet.model.layers import DENSE
from xlnet.model.network import inputs, parameters, targets, units
from xlnet.model.passes import passes
from xlnet.render.layout import Layout

TITLE_ROW, VIEW_ROW, CONTROL_COLUMN, CONTROL_LABEL_COLUMN = 2, 5, 4, 2
PICTURE_ROW = 9
SYMBOL_COLUMN, VALUE_COLUMN, ROUNDED_COLUMN, RULE_COLUMN = 2, 3, 4, 5
# A larger network is shown by the matrices of its layers alone.
MOST_UNITS, MOST_LAYERS, MOST_PARAMETERS = 8, 4, 80
# The loss of the whole batch, where E is the sample's.
BATCH_LOSS = "batch_E"


@dataclass(frozen=True)
class Entry:
    """A row of the table: a quantity that is shown, or else one that is computed here by its `node`'s formula.

    `node` has the rule, where there is one to be shown; `has_numbers` tells whether all that it cites is in the table.
    """

    key: str
    group: str
    shown: Shown | None = None
    node: Node | None = None
    has_numbers: bool = False


@dataclass(frozen=True)
class Edge:
    """What leads to a unit: a weight, and the `source` that it weighs; a bias weighs none."""

    key: str
    source: str | None = None


@dataclass(frozen=True)
class ExplorePlan:
    """The sheet of a network."""

    model: Model

    @cached_property
    def is_drawn(self) -> bool:
        """Whether the network is dense, and small enough to be drawn unit by unit, with a table of every quantity."""
        spec = self.model.spec
        if any(layer.type != DENSE or layer.share for layer in spec.layers):
            return False
        units = max(spec.inputs, *(layer.units for layer in spec.layers))
        return units <= MOST_UNITS and len(spec.layers) <= MOST_LAYERS and len(self.parameters) <= MOST_PARAMETERS

    @cached_property
    def parameters(self) -> list[str]:
        """Every parameter."""
        return [parameter.key for parameter in parameters(self.model.spec)]

    @cached_property
    def sample_nodes(self) -> list[Node]:
        """Both passes of one sample, as if it were alone; its gradients are its share of the batch's."""
        return passes(self.model.spec).nodes

    @cached_property
    def counterparts(self) -> dict[str, str]:
        """The quantity that the backward view has in place of one of the forward view; none where there is none."""
        nodes = self.sample_nodes if self.is_drawn else self.model.graph.nodes
        known = {keys.without_sample(key) for node in nodes for key in (node.key, *node.aliases)}
        found = {key: keys.gradient(key) for key in known if keys.gradient(key) in known}
        # In the table a sample's share of a gradient is computed; without it there is only the whole batch's.
        has_shares = self.is_drawn and self.model.spec.batch_size > 1
        gradients = {key: keys.gradient(key) for key in self.parameters if keys.gradient(key) in known}
        return found | {key: share(gradient) if has_shares else gradient for key, gradient in gradients.items()}

    @cached_property
    def slopes(self) -> set[str]:
        """The quantities for which the backward view has a slope, or a sign that there is none: not inputs, nor E."""
        nodes = (node for node in self.model.graph.nodes if node.group == Group.FORWARD)
        every = {keys.without_sample(key) for node in nodes for key in (node.key, *node.aliases)}
        return {*self.parameters, *(key for key in every if keys.parts(key).layer != 0)}

    @cached_property
    def edges(self) -> dict[str, list[Edge]]:
        """What leads to a unit, by the key of its weighted sum: weights, each with what it weighs, and a bias."""
        known = set(self.parameters)
        sums = ((key, node) for node in passes(self.model.spec).forward for key in (node.key, *node.aliases))
        return {key: _edges(node, known) for key, node in sums if keys.parts(key).letter == "z"}

    @cached_property
    def entries(self) -> list[Entry]:
        """The rows of the table."""
        return list(_entries(self))

    @cached_property
    def rows(self) -> dict[str, int]:
        """The row of every entry, by key, and of an alias; a group of entries is led by a row with its name."""
        found: dict[str, int] = {}
        row, group = self.table_row, ""
        for entry in self.entries:
            row += 2 if entry.group != group else 1
            group = entry.group
            aliases = () if entry.node is None else entry.node.aliases
            found |= dict.fromkeys((entry.key, *aliases), row)
        return found

    @property
    def table_row(self) -> int:
        """The row of the table's header."""
        return PICTURE_ROW + self.picture_height + 2

    @property
    def picture_height(self) -> int:
        """The rows of the picture, its header included."""
        return 2 + max(self.layer_height(number) for number in range(len(self.model.spec.layers) + 2))

    def unit_height(self, number: int) -> int:
        """Return the rows of a unit of a layer: a row an edge, but at least one for z and one for a."""
        return max(2, *(len(self.edges[key]) for key in units(self.model.spec, number, "z")))

    def layer_height(self, number: int) -> int:
        """Return the rows of a layer; 0 are the inputs, and after the last layer come the targets and the loss."""
        spec = self.model.spec
        if number == 0:
            return 2 * spec.inputs - 1
        if number > len(spec.layers):
            return spec.outputs + 2
        return spec.layers[number - 1].units * (self.unit_height(number) + 1) - 1

    @cached_property
    def layout(self) -> Layout:
        """Where the quantities stand in the table, for the formulas there."""
        cells = {key: Cell(NAME, row, VALUE_COLUMN) for key, row in self.rows.items()}
        cells[keys.ITERATION] = ITERATION.cell
        return Layout(cells, {}, sheet=NAME)

    def rounded(self, key: str) -> tuple[int, int]:
        """Return the row and column of the text of a quantity's number."""
        if key == keys.ITERATION:
            return ITERATION.cell.row, ITERATION.cell.column
        return self.rows[key], ROUNDED_COLUMN


def _entries(plan: ExplorePlan) -> Iterator[Entry]:
    model, spec = plan.model, plan.model.spec
    for constant in model.graph.settings:
        if constant.group == Group.SETTINGS:
            yield Entry(constant.key, Group.SETTINGS, Shown(constant.key, ITERATION))
    for node in model.graph.nodes:
        if node.group == Group.SCHEDULE:
            # A column that is carried from row to row cites what is not in the table.
            yield Entry(node.key, Group.SETTINGS, Shown(node.key, ITERATION), node, has_numbers=node.first is None)
    if spec.draws_samples:
        yield Entry(keys.SAMPLE, Group.SAMPLES, of_sample(keys.SAMPLE, spec))
    for key in (*inputs(spec), *targets(spec)):
        yield Entry(key, Group.SAMPLES, of_sample(key, spec))
    for key in masks_of(spec):
        yield Entry(key, Group.MASKS, of_sample(key, spec))
    for key in plan.parameters:
        yield Entry(key, Group.PARAMETERS, Shown(key, ITERATION))
    several = spec.batch_size > 1
    for node in plan.sample_nodes:
        if node.group == Group.GRADIENTS and several:
            # The whole batch's gradient has the key; this is the sample's part of it.
            yield Entry(share(node.key), "shares", None, node, has_numbers=True)
        else:
            shown = _all(node) if node.group == Group.GRADIENTS else of_sample(node.key, spec)
            yield Entry(node.key, node.group, shown, node, has_numbers=True)
        if node.key == keys.LOSS:
            whole = (other for other in model.graph.nodes if other.key == keys.BATCH_WEIGHT)
            yield from (Entry(other.key, Group.LOSS, _all(other), other) for other in whole)
    yield from _of_the_batch(plan)


def _edges(node: Node, parameters: set[str]) -> list[Edge]:
    """Return the terms of a weighted sum, as its formula has them."""
    terms = node.formula.terms if isinstance(node.formula, Sum) else (node.formula,)
    found = []
    for term in terms:
        match term:
            case Product((Quantity(weight), Quantity(source))) if weight in parameters:
                found.append(Edge(weight, source))
            case Quantity(bias) if bias in parameters:
                found.append(Edge(bias))
    return found


def share(key: str) -> str:
    """Return the key of a sample's part of a gradient."""
    return f"share_{key}"


def _all(node: Node) -> Shown:
    return Shown(node.key, ITERATION)


def _of_the_batch(plan: ExplorePlan) -> Iterator[Entry]:
    """Yield what the batch has as a whole, the optimiser's state, and the parameters of the next iteration."""
    nodes = plan.model.graph.nodes
    if plan.model.spec.batch_size > 1:
        yield Entry(BATCH_LOSS, "batch", Shown(keys.LOSS, ITERATION))
        yield from (Entry(node.key, "batch", _all(node)) for node in nodes if node.group == Group.GRADIENTS)
    for node in nodes:
        if node.group == Group.STATE:
            yield Entry(node.key, Group.STATE, _all(node), node)
    trained = {node.of for node in nodes if node.group == Group.GRADIENTS}
    updates = Group.NEXT if plan.model.spec.shows_next else Group.PARAMETERS
    for node in nodes:
        if node.group == updates and (node.of or node.key) in trained:
            yield Entry(following(node.of or node.key), "next", None, node, has_numbers=True)


def following(key: str) -> str:
    """Return the key of a parameter's value in the next iteration."""
    return keys.state(keys.NEXT, key)
