"""Recurrent layers, torch.nn.RNN, LSTM and GRU: the same weights at every step, and what a step remembers.

A step's weighted sums are W_ih·x + b_ih + W_hh·h + b_hh, of the step's input x and of what the step before made, h; the
rows of both matrices are those of the gates, one below another. The steps are unrolled: each has cells of its own, and
gradients of the weights are sums over all. The first step starts from `initial_hidden`, and an lstm from
`initial_cell`, which are 0 unless given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from xlnet.graph.blocks import Block, Unit, activations, copies, weighted_sums
from xlnet.graph.operations import ACTIVATIONS
from xlnet.graph.recurrent_blocks import blends
from xlnet.model.layers.kind import (
    LAST,
    Array,
    Asked,
    Before,
    Kind,
    Names,
    Sizes,
    UnfitError,
    WholeNumber,
    returned,
    steps_shown,
)
from xlnet.spec import Layer, Shape

_OF_A_STEP = ("step", "unit")


def _shapes(before: Before, asked: Asked, name: str) -> tuple[Shape, Shape]:
    shape = (*before.shape, 1) if before.is_input and len(before.shape) == 1 else before.shape
    if len(shape) != 2 or not (before.has_steps or before.is_input):
        found = " × ".join(map(str, before.shape))
        raise UnfitError(
            "type",
            f"{name} takes steps of a sequence, not {found}: set network.inputs to the steps and their size, "
            "[4, 3] say, or begin with an embedding",
        )
    return shape, (*steps_shown(shape[0], asked), asked.numbers["units"])


def _axes(layer: Layer) -> tuple[str, ...]:
    return _OF_A_STEP if len(layer.gives) > 1 else ("unit",)


class _Steps:
    """The keys of an unrolled layer; steps and units count from 1."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.steps, self.inputs = names.layer.takes
        self.units = names.layer.numbers["units"]

    def every(self, letter: str, step: int) -> list[str]:
        """Return the keys of a quantity of every unit at a step; before the first step is what it starts from."""
        if not step:
            return [self.names.parameter(f"{letter}start", unit) for unit in range(1, self.units + 1)]
        return [self.names.at(letter, step, unit) for unit in range(1, self.units + 1)]

    def from_inputs(self, gate: int, unit: int, step: int) -> tuple[list[tuple[str, str]], str | None]:
        """Return the terms of a gate's weighted sum that weigh the step's input, and the bias."""
        row = gate * self.units + unit
        sources = self.names.sources[(step - 1) * self.inputs : step * self.inputs]
        terms = [(self.names.parameter("wih", row, number), key) for number, key in enumerate(sources, 1)]
        return terms, self.names.parameter("bih", row) if self.names.has("bih") else None

    def from_before(self, gate: int, unit: int, step: int) -> tuple[list[tuple[str, str]], str | None]:
        """Return the terms of a gate's weighted sum that weigh what the step before made, and the bias."""
        row = gate * self.units + unit
        sources = self.every("h", step - 1)
        terms = [(self.names.parameter("whh", row, number), key) for number, key in enumerate(sources, 1)]
        return terms, self.names.parameter("bhh", row) if self.names.has("bhh") else None

    def sums(self, letter: str, gate: int, step: int) -> Block:
        """Return the weighted sums of a gate at a step."""
        units = []
        for unit in range(1, self.units + 1):
            (inputs, bias), (before, second) = self.from_inputs(gate, unit, step), self.from_before(gate, unit, step)
            units.append(Unit([*inputs, *before], bias, second))
        return weighted_sums(self.every(letter, step), units)

    def gate(self, letter: str, function: str, step: int) -> list[Block]:
        """Return f of the weighted sums of a gate, whose letter is that of the gate behind a z."""
        sums = self.every("z" if letter == "h" else f"z{letter}", step)
        return activations(self.every(letter, step), sums, ACTIVATIONS[function], [], {})

    def products(self, letter: str, step: int, *pairs: tuple[Sequence[str], Sequence[str]]) -> Block:
        """Return the sum of products, unit by unit."""
        units = [
            Unit(list(terms), None) for terms in zip(*(list(zip(*pair, strict=True)) for pair in pairs), strict=True)
        ]
        return weighted_sums(self.every(letter, step), units)

    def handed_on(self) -> Block:
        """Return what the layer gives: h of every step, or of the last one."""
        shown = range(1, self.steps + 1) if len(self.names.layer.gives) > 1 else [self.steps]
        return copies(self.names.every("a"), [key for step in shown for key in self.every("h", step)])


def _rnn_blocks(names: Names) -> list[Block]:
    steps = _Steps(names)
    found = []
    for step in range(1, steps.steps + 1):
        found += [steps.sums("z", 0, step), *steps.gate("h", names.layer.activation, step)]
    return [*found, steps.handed_on()]


def _lstm_blocks(names: Names) -> list[Block]:
    steps = _Steps(names)
    found = []
    for step in range(1, steps.steps + 1):
        i, f, g, o, c = (steps.every(letter, step) for letter in "ifgoc")
        found += [steps.sums(f"z{letter}", gate, step) for gate, letter in enumerate("ifgo")]
        for letter, function in zip("ifgo", ("sigmoid", "sigmoid", "tanh", "sigmoid"), strict=True):
            found += steps.gate(letter, function, step)
        found.append(steps.products("c", step, (f, steps.every("c", step - 1)), (i, g)))
        found += activations(steps.every("tc", step), c, ACTIVATIONS["tanh"], [], {})
        found.append(steps.products("h", step, (o, steps.every("tc", step))))
    return [*found, steps.handed_on()]


def _gru_blocks(names: Names) -> list[Block]:
    steps = _Steps(names)
    found = []
    for step in range(1, steps.steps + 1):
        r, z, n, hn = (steps.every(letter, step) for letter in ("r", "z", "n", "hn"))
        found += [steps.sums(f"z{letter}", gate, step) for gate, letter in enumerate("rz")]
        found += [*steps.gate("r", "sigmoid", step), *steps.gate("z", "sigmoid", step)]
        found.append(weighted_sums(hn, [Unit(*steps.from_before(2, unit, step)) for unit in range(1, steps.units + 1)]))
        units = []
        for unit, pair in enumerate(zip(r, hn, strict=True), 1):
            terms, bias = steps.from_inputs(2, unit, step)
            units.append(Unit([*terms, pair], bias))
        found += [weighted_sums(steps.every("zn", step), units), *steps.gate("n", "tanh", step)]
        found.append(blends(steps.every("h", step), z, n, steps.every("h", step - 1)))
    return [*found, steps.handed_on()]


def _rows(takes: Shape, sizes: Sizes, gates: int, side: str) -> Shape:
    units = sizes.numbers["units"]
    columns = {"ih": (takes[-1],), "hh": (units,), "": ()}[side]
    return (gates * units, *columns)


def _arrays(gates: int, *states: tuple[str, str]) -> tuple[Array, ...]:
    of_gates = f"{gates} · units" if gates > 1 else "units"
    return (
        Array(
            "wih", "weight_ih", ("gate_unit", "source"), f"{of_gates} × inputs", partial(_rows, gates=gates, side="ih")
        ),
        Array("whh", "weight_hh", ("gate_unit", "unit"), f"{of_gates} × units", partial(_rows, gates=gates, side="hh")),
        Array("bih", "bias_ih", ("gate_unit",), of_gates, partial(_rows, gates=gates, side=""), is_bias=True),
        Array("bhh", "bias_hh", ("gate_unit",), of_gates, partial(_rows, gates=gates, side=""), is_bias=True),
        *(
            Array(
                letter,
                name,
                ("unit",),
                "one a unit",
                lambda takes, sizes: (sizes.numbers["units"],),
                start=0.0,
                is_trained=False,
            )
            for letter, name in states
        ),
    )


def _kind(
    name: str,
    gates: int,
    blocks: Callable[[Names], list[Block]],
    letters: Sequence[str],
    states: Sequence[tuple[str, str]] = (("hstart", "initial_hidden"),),
    activations: tuple[str, ...] = (),
) -> Kind:
    return Kind(
        numbers=(WholeNumber("units"),),
        arrays=_arrays(gates, *states),
        axes=_axes,
        shapes=partial(_shapes, name=name),
        blocks=blocks,
        shares_weights=True,
        activations=activations,
        takes_dropout=False,
        options=(returned(LAST),),
        has_steps=lambda before, gives: len(gives) > 1,
        inner=dict.fromkeys(letters, _OF_A_STEP),
        takes_steps=True,
    )


RNN = _kind("rnn", 1, _rnn_blocks, ("z", "h"), activations=("tanh", "relu"))
LSTM = _kind(
    "lstm",
    4,
    _lstm_blocks,
    ("zi", "zf", "zg", "zo", "i", "f", "g", "o", "c", "tc", "h"),
    states=(("hstart", "initial_hidden"), ("cstart", "initial_cell")),
)
GRU = _kind("gru", 3, _gru_blocks, ("zr", "zz", "zn", "r", "z", "n", "hn", "h"))
