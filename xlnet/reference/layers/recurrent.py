"""Recurrent layers, step by step, with backpropagation through time (Werbos 1990).

A quantity of a step has a name of its own: h1_3 is that of layer 1 at step 3, of the shape (rows, samples, units).

rnn: z = W_ih·x + b_ih + W_hh·h′ + b_hh, h = f(z), where h′ is what the step before made.
lstm (Hochreiter & Schmidhuber 1997, Gers et al. 2000): i, f, o = σ(z), g = tanh(z), each z with rows of its own;
    c = f∘c′ + i∘g, h = o∘tanh(c). Back, δo = δh∘tanh c, δc = δh∘o∘(1 − tanh²c) + δc of the next step ∘ its f,
    δi = δc∘g, δg = δc∘i, δf = δc∘c′.
gru (Cho et al. 2014, as torch.nn.GRU): r, z = σ(…), n = tanh(W_in·x + b_in + r∘(W_hn·h′ + b_hn)), h = (1 − z)∘n + z∘h′.
    Back, δn = δh∘(1 − z), δz = δh∘(h′ − n), δr = δ(n's sum)∘(W_hn·h′ + b_hn).

δh of a step is that of what the layer gives there, and what the next step hands back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from xlnet.reference.functions import ACTIVATIONS, Array, Axes, Function, Quantities, Rule
from xlnet.reference.layers.kind import Kind, Own
from xlnet.spec import Layer

_LSTM_GATES, _GRU_GATES = "ifgo", "rzn"


def _axes_of(letters: Sequence[str], states: Sequence[str], gates: int, layer: Layer) -> dict[str, Axes]:
    steps, inputs = layer.takes
    units = layer.numbers["units"]
    shapes = {
        "wih": (gates * units, inputs),
        "whh": (gates * units, units),
        "bih": (gates * units,),
        "bhh": (gates * units,),
        **dict.fromkeys(states, (units,)),
    }
    found = {letter: Axes(shape) for letter, shape in shapes.items() if letter in layer.arrays}
    found |= {f"{letter}@{step}": Axes((units,), True) for step in range(1, steps + 1) for letter in letters}
    return found | {"a": Axes(layer.gives, True)}


def _steps(own: Own) -> range:
    return range(1, own.layer.takes[0] + 1)


def _at(own: Own, q: Quantities, letter: str, step: int) -> Array:
    """A quantity of a step: (rows, samples, units); before the first one what it starts from."""
    return q[own.name(letter, step)] if step else own.of(q, f"{letter}start")[:, None]


def _row(own: Own, values: Array, gate: int) -> Array:
    """The rows of a gate."""
    units = own.layer.numbers["units"]
    return values[:, gate * units : (gate + 1) * units]


def _from_inputs(own: Own, q: Quantities, gate: int, step: int) -> Array:
    found: Array = np.einsum("rui,rsi->rsu", _row(own, own.of(q, "wih"), gate), own.taken(q)[:, :, step - 1])
    return found + _row(own, own.of(q, "bih"), gate)[:, None] if "bih" in own.layer.arrays else found


def _from_before(own: Own, q: Quantities, gate: int, step: int) -> Array:
    w = _row(own, own.of(q, "whh"), gate)
    start = _at(own, q, "h", step - 1)
    # A sheet may have weights of one row, and inputs of many.
    before = np.broadcast_to(start, np.broadcast_shapes(start.shape, (*own.taken(q).shape[:2], 1)))
    found: Array = np.einsum("ruv,rsv->rsu", w, before)
    return found + _row(own, own.of(q, "bhh"), gate)[:, None] if "bhh" in own.layer.arrays else found


def _sum(own: Own, gate: int, step: int) -> Function:
    return lambda q: _from_inputs(own, q, gate, step) + _from_before(own, q, gate, step)


def _function(own: Own, name: str, letter: str, step: int) -> Function:
    return lambda q: ACTIVATIONS[name][0](_at(own, q, letter, step))


def _handed_on(own: Own) -> Rule:
    def rule(q: Quantities) -> Array:
        every = [_at(own, q, "h", step) for step in _steps(own)]
        return np.stack(every, 2) if len(own.layer.gives) > 1 else every[-1]

    return own.name("a"), rule


def _given(own: Own, q: Quantities, step: int) -> Array | float:
    """δ of what the layer gives at a step."""
    slopes = own.of(q, "d_a")
    if len(own.layer.gives) > 1:
        return slopes[:, :, step - 1]
    return slopes if step == own.layer.takes[0] else 0.0


def _by_weights(own: Own, q: Quantities, sums: Sequence[str], step: int) -> Array:
    """What the weighted sums of a step hand back to h of the step before."""
    parts = [
        np.einsum("ruv,rsu->rsv", _row(own, own.of(q, "whh"), gate), q[own.name(f"d_{letter}", step)])
        for gate, letter in enumerate(sums)
    ]
    return np.asarray(sum(parts[1:], parts[0]))


def _slope_of_h(own: Own, sums: Sequence[str], step: int) -> Function:
    def rule(q: Quantities) -> Array:
        given = _given(own, q, step)
        if step == own.layer.takes[0]:
            return np.asarray(given)
        found = given + _by_weights(own, q, sums, step + 1)
        if own.layer.type == "gru":
            found = found + q[own.name("d_h", step + 1)] * q[own.name("z", step + 1)]
        return found

    return rule


def _slope_of_sum(own: Own, name: str, letter: str, step: int, sum_: str) -> Rule:
    def rule(q: Quantities) -> Array:
        z, value = _at(own, q, sum_, step), _at(own, q, letter, step)
        return q[own.name(f"d_{letter}", step)] * ACTIVATIONS[name][1](z, value)

    return own.name(f"d_{sum_}", step), rule


def _rnn_forward(own: Own) -> Iterator[Rule]:
    for step in _steps(own):
        yield own.name("z", step), _sum(own, 0, step)
        yield own.name("h", step), _function(own, own.layer.activation, "z", step)
    yield _handed_on(own)


def _rnn_backward(own: Own) -> Iterator[Rule]:
    for step in reversed(_steps(own)):
        yield own.name("d_h", step), _slope_of_h(own, ["z"], step)
        yield _slope_of_sum(own, own.layer.activation, "h", step, "z")


_FUNCTIONS = {"i": "sigmoid", "f": "sigmoid", "g": "tanh", "o": "sigmoid", "r": "sigmoid", "z": "sigmoid", "n": "tanh"}


def _lstm_forward(own: Own) -> Iterator[Rule]:
    def cell(step: int) -> Function:
        return lambda q: (
            _at(own, q, "f", step) * _at(own, q, "c", step - 1) + _at(own, q, "i", step) * _at(own, q, "g", step)
        )

    def hidden(step: int) -> Function:
        return lambda q: _at(own, q, "o", step) * _at(own, q, "tc", step)

    for step in _steps(own):
        for gate, letter in enumerate(_LSTM_GATES):
            yield own.name(f"z{letter}", step), _sum(own, gate, step)
        for letter in _LSTM_GATES:
            yield own.name(letter, step), _function(own, _FUNCTIONS[letter], f"z{letter}", step)
        yield own.name("c", step), cell(step)
        yield own.name("tc", step), _function(own, "tanh", "c", step)
        yield own.name("h", step), hidden(step)
    yield _handed_on(own)


def _lstm_backward(own: Own) -> Iterator[Rule]:
    def times(slope: str, letter: str, step: int, at: int) -> Function:
        return lambda q: q[own.name(f"d_{slope}", step)] * _at(own, q, letter, at)

    def of_cell(step: int) -> Function:
        def rule(q: Quantities) -> Array:
            found: Array = q[own.name("d_tc", step)] * (1 - _at(own, q, "tc", step) ** 2)
            if step < own.layer.takes[0]:
                found = found + q[own.name("d_c", step + 1)] * _at(own, q, "f", step + 1)
            return found

        return rule

    sums = [f"z{letter}" for letter in _LSTM_GATES]
    for step in reversed(_steps(own)):
        yield own.name("d_h", step), _slope_of_h(own, sums, step)
        yield own.name("d_tc", step), times("h", "o", step, step)
        yield own.name("d_c", step), of_cell(step)
        yield own.name("d_o", step), times("h", "tc", step, step)
        yield own.name("d_i", step), times("c", "g", step, step)
        yield own.name("d_f", step), times("c", "c", step, step - 1)
        yield own.name("d_g", step), times("c", "i", step, step)
        for letter in _LSTM_GATES:
            yield _slope_of_sum(own, _FUNCTIONS[letter], letter, step, f"z{letter}")


def _gru_forward(own: Own) -> Iterator[Rule]:
    def from_before(step: int) -> Function:
        return lambda q: _from_before(own, q, 2, step)

    def of_new(step: int) -> Function:
        return lambda q: _from_inputs(own, q, 2, step) + _at(own, q, "r", step) * _at(own, q, "hn", step)

    def hidden(step: int) -> Function:
        def rule(q: Quantities) -> Array:
            z = _at(own, q, "z", step)
            return (1 - z) * _at(own, q, "n", step) + z * _at(own, q, "h", step - 1)

        return rule

    for step in _steps(own):
        for gate, letter in enumerate("rz"):
            yield own.name(f"z{letter}", step), _sum(own, gate, step)
        for letter in "rz":
            yield own.name(letter, step), _function(own, "sigmoid", f"z{letter}", step)
        yield own.name("hn", step), from_before(step)
        yield own.name("zn", step), of_new(step)
        yield own.name("n", step), _function(own, "tanh", "zn", step)
        yield own.name("h", step), hidden(step)
    yield _handed_on(own)


def _gru_backward(own: Own) -> Iterator[Rule]:
    def of_share(step: int) -> Function:
        return lambda q: q[own.name("d_h", step)] * (_at(own, q, "h", step - 1) - _at(own, q, "n", step))

    def of_new(step: int) -> Function:
        return lambda q: q[own.name("d_h", step)] * (1 - _at(own, q, "z", step))

    def by(letter: str, step: int) -> Function:
        return lambda q: q[own.name("d_zn", step)] * _at(own, q, letter, step)

    for step in reversed(_steps(own)):
        yield own.name("d_h", step), _slope_of_h(own, ["zr", "zz", "hn"], step)
        yield own.name("d_n", step), of_new(step)
        yield _slope_of_sum(own, "tanh", "n", step, "zn")
        # Of what no parameter changes there is no gradient: W_hn·h + b_hn at the first step of a layer that is frozen.
        if step > 1 or not own.layer.frozen:
            yield own.name("d_hn", step), by("r", step)
        yield own.name("d_r", step), by("hn", step)
        yield own.name("d_z", step), of_share(step)
        for letter in "rz":
            yield _slope_of_sum(own, "sigmoid", letter, step, f"z{letter}")


def _stacked(own: Own, q: Quantities, sums: Sequence[str]) -> Array:
    """δ of the weighted sums of all steps, the gates side by side: (rows, samples, steps, gates · units)."""
    every = [np.concatenate([q[own.name(f"d_{letter}", step)] for letter in sums], -1) for step in _steps(own)]
    return np.stack(every, 2)


def _before(own: Own, q: Quantities) -> Array:
    """What the steps before made: (rows, samples, steps, units)."""
    every = [_at(own, q, "h", step - 1) for step in _steps(own)]
    shape = np.broadcast_shapes(*(each.shape for each in every), (1, own.taken(q).shape[1], 1))
    return np.stack([np.broadcast_to(each, shape) for each in every], 2)


def _kind_of(
    letters: Sequence[str],
    forward: Callable[[Own], Iterator[Rule]],
    backward: Callable[[Own], Iterator[Rule]],
    to_inputs: Sequence[str],
    to_before: Sequence[str],
    states: Sequence[str] = ("hstart",),
) -> Kind:
    gates = len(to_inputs)

    def handed_back(own: Own) -> Function:
        return lambda q: np.einsum("rui,rstu->rsti", own.of(q, "wih"), _stacked(own, q, to_inputs))

    return Kind(
        axes=lambda layer: _axes_of(letters, states, gates, layer),
        forward=forward,
        backward=backward,
        handed_back=handed_back,
        gradients={
            "wih": lambda own: lambda q: np.einsum("rstu,rsti->rui", _stacked(own, q, to_inputs), own.taken(q)),
            "whh": lambda own: lambda q: np.einsum("rstu,rstv->ruv", _stacked(own, q, to_before), _before(own, q)),
            "bih": lambda own: lambda q: _stacked(own, q, to_inputs).sum((1, 2)),
            "bhh": lambda own: lambda q: _stacked(own, q, to_before).sum((1, 2)),
        },
        biases=("bih", "bhh"),
        untrained=tuple(states),
    )


_LSTM_SUMS = [f"z{letter}" for letter in _LSTM_GATES]
RNN = _kind_of(["z", "h"], _rnn_forward, _rnn_backward, ["z"], ["z"])
LSTM = _kind_of(
    [*_LSTM_SUMS, *_LSTM_GATES, "c", "tc", "h"],
    _lstm_forward,
    _lstm_backward,
    _LSTM_SUMS,
    _LSTM_SUMS,
    ("hstart", "cstart"),
)
GRU = _kind_of(
    ["zr", "zz", "zn", "r", "z", "n", "hn", "h"],
    _gru_forward,
    _gru_backward,
    ["zr", "zz", "zn"],
    ["zr", "zz", "hn"],
)
