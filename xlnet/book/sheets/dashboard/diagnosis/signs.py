"""The numbers that tell what is wrong with a network, and where they stand: beside the table of the charts.

Where a formula would become too long, or all of them too many, there is no such number, and nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from xlnet import keys
from xlnet.book.model import Model
from xlnet.book.sheets.dashboard import NAME
from xlnet.book.sheets.dashboard.diagnosis import recent
from xlnet.book.sheets.dashboard.plan import FIRST_POINT_ROW, points
from xlnet.cell import Area, Cell
from xlnet.graph.operations import LOSSES
from xlnet.model.layers import DENSE, KINDS, Names
from xlnet.model.network import parameters, units
from xlnet.model.samples import batch
from xlnet.model.tokens import tokens
from xlnet.spec import Layer, indices

# A formula cites so many areas, half of them where it cites each twice, and all formulas of a kind so many cells.
_MOST_AREAS, _MOST_CITED = 200, 50_000
_MOST_INPUTS, _MOST_UNITS, _MOST_COMPARED = 100, 200, 64
_MOST_COPIES = 1_500
# The findings that are shown below each other, the first ones of all that apply.
MOST_SHOWN = 6


@dataclass(frozen=True)
class Unit:
    """A unit, or a channel of a convolution: what it is called, and its layer."""

    name: str
    layer: int
    activations: tuple[str, ...] = ()
    weights: tuple[str, ...] = ()


@dataclass(frozen=True)
class Signs:
    """The numbers of a run: `column` is the first of their table."""

    model: Model
    column: int

    # What the run has.
    @cached_property
    def window(self) -> range:
        """The last iterations that tell what units do."""
        return recent.window(self.model)

    @property
    def last(self) -> int:
        """The last iteration."""
        return self.model.spec.training.iters

    @cached_property
    def gradients(self) -> list[Area]:
        """The gradients of the last iterations; none where they are too many areas."""
        trained = [keys.gradient(parameter.key) for parameter in parameters(self.model.spec) if parameter.trained]
        found = recent.areas(self.model.layout, trained, self.window) if self.window else []
        return found if 2 * len(found) <= _MOST_AREAS else []

    @property
    def gradient_count(self) -> int:
        """The number of parameters that are trained."""
        return sum(parameter.trained for parameter in parameters(self.model.spec))

    def activations(self, unit: Unit) -> list[Area]:
        """Return where the activations of a unit stand, of every sample of the last batches."""
        return recent.areas(self.model.layout, unit.activations, self.window)

    @cached_property
    def relus(self) -> list[Unit]:
        """The units with relu."""
        layers = enumerate(self.model.spec.layers, 1)
        found = [unit for n, layer in layers if layer.activation == "relu" for unit in self._units(n, layer)]
        return found if len(found) <= _MOST_UNITS and self._fits(found, 1) else []

    @property
    def relu_layers(self) -> dict[int, list[int]]:
        """The rows of the relu units of each layer that has any."""
        found: dict[int, list[int]] = {}
        for row, unit in enumerate(self.relus, FIRST_POINT_ROW):
            found.setdefault(unit.layer, []).append(row)
        return found

    def _units(self, number: int, layer: Layer) -> Iterator[Unit]:
        """Yield the units of a layer, each with all its activations: of every sample, and at every position or step.

        A recurrent layer hands on some of its steps alone, which tell too little of its units.
        """
        spec, axes = self.model.spec, KINDS[layer.type].axes(layer)
        every = [units(spec, number, _activation(layer), sample) for sample in batch(spec)]
        if layer.type == DENSE and len(layer.gives) == 1:
            for index in range(layer.units):
                name = self.model.symbols(units(spec, number)[index])
                yield Unit(name, number, tuple(of_sample[index] for of_sample in every))
        elif layer.type == DENSE or (axes[0] == "channel" and KINDS[layer.type].activations):
            axis = len(layer.gives) - 1 if layer.type == DENSE else 0
            places = [place[axis] for place in indices(layer.gives)]
            called = "source unit" if layer.type == DENSE else "source_channel"
            for unit in range(1, layer.gives[axis] + 1):
                own = tuple(k for of_sample in every for k, at in zip(of_sample, places, strict=True) if at == unit)
                name = self.model.texts.get("meaning", called).format(unit=unit, channel=unit, layer=number)
                yield Unit(name, number, own)

    @cached_property
    def bounded(self) -> list[Unit]:
        """The layers whose activations have two ends, sigmoid and tanh, each as one; not a last one beside its loss."""
        spec = self.model.spec
        is_fused = LOSSES[spec.training.loss].fused is not None
        found = []
        for number, layer in enumerate(spec.layers, 1):
            is_looked_at = layer.type == DENSE or "channel" in KINDS[layer.type].axes(layer)
            if is_looked_at and layer.activation in ("sigmoid", "tanh") and not (is_fused and number == spec.last):
                letter = _activation(layer)
                every = tuple(key for sample in batch(spec) for key in units(spec, number, letter, sample))
                found.append(Unit(layer.activation, number, every))
        return found if self._fits(found, 2) else []

    def _fits(self, found: list[Unit], times: int) -> bool:
        """Return whether there is something to look at, for formulas that cite each area so many times."""
        cited = sum(len(unit.activations) for unit in found) * len(self.window)
        if not 0 < cited <= _MOST_CITED:
            return False
        return all(times * len(self.activations(unit)) <= _MOST_AREAS for unit in found)

    @cached_property
    def compared(self) -> list[Unit]:
        """The units of hidden layers whose weights are compared with those of units before them in their layer."""
        found: list[Unit] = []
        layers = self.model.spec.layers
        for number, (layer, after) in enumerate(pairwise(layers), 1):
            # Dropout gives twins gradients of their own, and so does another use of their weights.
            is_next = self.model.spec.flow[number + 1] == (number,)
            is_flat = len(layer.takes) == len(after.takes) == len(after.gives) == 1
            is_used_once = sum(number in taken for taken in self.model.spec.flow.values()) == 1
            is_own = not any(each.share for each in layers)
            is_plain = is_next and is_flat and is_used_once and is_own and not layer.dropout
            is_plain = is_plain and layer.type == after.type == DENSE
            if is_plain and 1 < layer.units <= _MOST_COMPARED:
                found += [self._with_weights(number, layer, after, unit) for unit in range(1, layer.units + 1)]
        return found if sum(len(unit.weights) for unit in found) <= _MOST_COPIES else []

    def _with_weights(self, number: int, layer: Layer, after: Layer, unit: int) -> Unit:
        # Weights may be those of another layer.
        own, next_one = Names(layer, number, (), None), Names(after, number + 1, (), None)
        into = [own.parameter("w", unit, source) for source in range(1, layer.inputs + 1)]
        bias = [own.parameter("b", unit)] if own.has("b") else []
        out = [next_one.parameter("w", target, unit) for target in range(1, after.units + 1)]
        name = self.model.symbols(keys.of_layer("a", number, unit))
        return Unit(name, number, weights=(*into, *bias, *out))

    @cached_property
    def sizes(self) -> list[tuple[str, Area]]:
        """What the inputs are called, and their cells on the Data sheet; none of standardised ones, or of one alone."""
        spec, model = self.model.spec, self.model
        is_measured = spec.has_data_sheet and not spec.data.standardize and not tokens(spec)
        # The points of a picture and the steps of a sequence are not quantities of their own.
        is_measured = is_measured and len(spec.layers[0].takes) == 1
        if not is_measured or not 1 < spec.inputs <= _MOST_INPUTS:
            return []
        names = spec.data.x_names or [""] * spec.inputs
        symbols = [keys.input_(number) for number in range(1, spec.inputs + 1)]
        return [
            (f"{model.symbols(key)} {name}".strip(), model.layout.data[keys.data(key)])
            for key, name in zip(symbols, names, strict=True)
        ]

    # Where its numbers stand: five tables below each other's header, from left to right.
    @cached_property
    def numbers(self) -> list[str]:
        """The names of the single numbers."""
        spec = self.model.spec
        found = ["eta", "last loss"]
        if self.gradients:
            found.append("gradient")
        if recent.has_trend(spec):
            found += ["first loss", "loss before"]
            found += [] if spec.draws_samples else ["lowest loss", "lowest at"]
        if self.relus:
            found.append("dead layer")
        if self.bounded:
            found += ["slope", "slope in percent"]
        if self.sizes:
            found += ["largest", "smallest"]
        if spec.held_out:
            found += ["validation loss", "lowest validation loss"]
        return found

    def number(self, name: str) -> Cell:
        """Return the cell of a number; its text stands at its right."""
        return Cell(NAME, FIRST_POINT_ROW + self.numbers.index(name), self.column + 1)

    def text(self, name: str) -> Cell:
        """Return the cell with the text of a number."""
        cell = self.number(name)
        return cell._replace(column=cell.column + 1)

    @property
    def sentence_column(self) -> int:
        """The column of the sentences; at their right stands how many of them apply so far."""
        return self.column + 4

    @property
    def relu_column(self) -> int:
        """The first column of the relu units: name, largest activation, how many are 0 so far, and their names."""
        return self.column + 7

    @property
    def layer_column(self) -> int:
        """The first column of the layers that may be saturated: activation, layer, slope."""
        return self.relu_column + (5 if self.relus else 0)

    @property
    def size_column(self) -> int:
        """The first column of the inputs: name, largest size, and the same or where that is 0 the largest of all."""
        return self.layer_column + (4 if self.bounded else 0)

    @property
    def twin_column(self) -> int:
        """The first column of compared units: name, distance, how many are twins so far, their names, and weights."""
        return self.size_column + (4 if self.sizes else 0)


def _activation(layer: Layer) -> str:
    """Return the letter of what a layer's activation function gives: with dropout it is not yet a."""
    return "f" if layer.dropout else "a"


def signs(model: Model) -> Signs:
    """Return the numbers of a run."""
    shown = model.once(points)
    return Signs(model, shown.last_column + 2)
