"""The independent witness: the network's training in numpy, from the spec alone, with gradients derived by hand.

It shares no code with the graph that becomes the workbook and imports nothing of xlnet but the spec. A quantity is an
array whose first axis is the row (the iteration); what follows is

    x  (rows, inputs)             w1, w2 …  (rows, units, inputs of the layer)      E    (rows,)
    t  (rows, outputs)            b1, b2 …  (rows, units)                           eta, iter  (rows,)
    z1, a1 …  (rows, units)       d_K       like K: ∂E/∂K

An axis of rows may have the length 1 where all rows share the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from xlnet.spec import Spec

Array = NDArray[np.float64]
Quantities = dict[str, Array]
Rule = tuple[str, Callable[[Quantities], Array]]


def sigmoid(z: Array) -> Array:
    """σ(z) = 1 / (1 + e^−z), written so that neither tail overflows."""
    e = np.exp(-np.abs(z))
    return np.asarray(np.where(z >= 0, 1.0, e) / (1.0 + e))


# name: (f(z), f′ from z and a = f(z))
ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array, Array], Array]]] = {
    "identity": (lambda z: z, lambda z, a: np.ones_like(z)),
    "sigmoid": (sigmoid, lambda z, a: a * (1 - a)),
}

# name: (loss of outputs y and targets t, summed over the last axis; ∂loss/∂y)
LOSSES: dict[str, tuple[Callable[[Array, Array], Array], Callable[[Array, Array], Array]]] = {
    "half_squared_error": (lambda y, t: ((y - t) ** 2).sum(-1) / 2, lambda y, t: y - t),
}


def shapes(spec: Spec) -> dict[str, tuple[int, ...]]:
    """Return the shape of every quantity of a row, without the axis of rows; () is a single number."""
    shape: dict[str, tuple[int, ...]] = {
        "x": (spec.inputs,),
        "t": (spec.outputs,),
        "eta": (),
        "iter": (),
        "E": (),
    }
    for number, layer in enumerate(spec.layers, 1):
        shape |= {f"w{number}": (layer.units, layer.inputs)}
        shape |= {f"{name}{number}": (layer.units,) for name in ("z", "a", "d_z", "d_a")}
        if layer.biases is not None:
            shape[f"b{number}"] = (layer.units,)
    shape |= {f"d_{name}": shape[name] for name in trained(spec)}
    return shape


def trained(spec: Spec) -> list[str]:
    """Return the names of the parameter arrays that training changes."""
    names = []
    for number, layer in enumerate(spec.layers, 1):
        names.append(f"w{number}")
        if layer.biases is not None and spec.training.train_biases:
            names.append(f"b{number}")
    return names


def initial(spec: Spec) -> Quantities:
    """Return what the first row starts from: iteration 1, weights and biases, each with one row."""
    values = {"iter": np.ones(1)}
    for number, layer in enumerate(spec.layers, 1):
        values[f"w{number}"] = np.array([layer.weights], dtype=float)
        if layer.biases is not None:
            values[f"b{number}"] = np.array([layer.biases], dtype=float)
    return values


def constants(spec: Spec) -> Quantities:
    """Return the sample, its targets and the learning rate, each with one row."""
    return {
        "x": np.array([spec.x[0]], dtype=float),
        "t": np.array([spec.t[0]], dtype=float),
        "eta": np.array([spec.training.optimizer.lr]),
    }


def row_rules(spec: Spec) -> Iterator[Rule]:
    """Yield what a row computes from its own parameters, in order: the quantity's name and its rule.

    Forward, z = W·a_before + b and a = f(z). Backward, δa of the last layer = ∂loss/∂y, δz = δa ∘ f′(z),
    δa_before = Wᵀ·δz, ∂E/∂W = δz·a_beforeᵀ, ∂E/∂b = δz (Rumelhart, Hinton & Williams 1986).
    """
    last = len(spec.layers)
    for number in range(1, last + 1):
        yield f"z{number}", _weighted_sum(number, spec)
        yield f"a{number}", _activation(number, spec)
    loss, slope = LOSSES[spec.training.loss]
    yield "E", lambda q: loss(q[f"a{last}"], q["t"])
    yield f"d_a{last}", lambda q: slope(q[f"a{last}"], q["t"])
    for number in range(last, 0, -1):
        yield f"d_z{number}", _delta(number, spec)
        if number > 1:
            yield f"d_a{number - 1}", _handed_back(number)
    for name in trained(spec):
        yield f"d_{name}", _gradient(name)


def next_row_rules(spec: Spec) -> Iterator[Rule]:
    """Yield what a row makes of the next one: w ← w − η·∂E/∂w, or w where it is not trained."""
    yield "iter", lambda q: q["iter"] + 1
    changed = trained(spec)
    for name in shapes(spec):
        if name[0] in "wb":
            yield name, _descent(name) if name in changed else _unchanged(name)


def train(spec: Spec, start: Quantities, fixed: Quantities, iters: int) -> Quantities:
    """Return `iters` rows of training from `start` (see `initial`), with the constants `fixed` in every row.

    Overflow gives inf or NaN, as the mathematics has it.
    """
    of_row, of_next = list(row_rules(spec)), list(next_row_rules(spec))
    names = [*start, *(name for name, _ in of_row)]
    run = {name: np.empty((iters, *shapes(spec)[name])) for name in names}
    row = start | fixed
    with np.errstate(all="ignore"):
        for number in range(iters):
            _apply(of_row, row, row)
            for name in names:
                run[name][number] = row[name][0]
            following: Quantities = {}
            _apply(of_next, row, following)
            row |= following
    return run


def expected(spec: Spec, found: Quantities) -> Quantities:
    """Return every quantity of every row as its rule gives it from the quantities in `found`.

    Each is computed from what was found, not from what is expected, so one wrong value is wrong alone. Initial weights
    and biases are for the user to choose: NaN stands for them.
    """
    results: Quantities = {}
    following: Quantities = {}
    with np.errstate(all="ignore"):
        _apply(row_rules(spec), found, results)
        _apply(next_row_rules(spec), found, following)
    for name, values in following.items():
        results[name] = np.full_like(values, np.nan)
        results[name][1:] = values[:-1]
    results["iter"][0] = 1
    return results


def _apply(rules: Iterable[Rule], given: Quantities, results: Quantities) -> None:
    for name, rule in rules:
        results[name] = rule(given)


def _before(number: int) -> str:
    return f"a{number - 1}" if number > 1 else "x"


def _weighted_sum(number: int, spec: Spec) -> Callable[[Quantities], Array]:
    def rule(q: Quantities) -> Array:
        z: Array = np.einsum("rui,ri->ru", q[f"w{number}"], q[_before(number)])
        return z if spec.layers[number - 1].biases is None else z + q[f"b{number}"]

    return rule


def _activation(number: int, spec: Spec) -> Callable[[Quantities], Array]:
    function, _ = ACTIVATIONS[spec.layers[number - 1].activation]
    return lambda q: function(q[f"z{number}"])


def _delta(number: int, spec: Spec) -> Callable[[Quantities], Array]:
    _, derivative = ACTIVATIONS[spec.layers[number - 1].activation]
    return lambda q: q[f"d_a{number}"] * derivative(q[f"z{number}"], q[f"a{number}"])


def _handed_back(number: int) -> Callable[[Quantities], Array]:
    return lambda q: np.einsum("rui,ru->ri", q[f"w{number}"], q[f"d_z{number}"])


def _gradient(name: str) -> Callable[[Quantities], Array]:
    number = int(name[1:])
    if name.startswith("b"):
        return lambda q: q[f"d_z{number}"]
    return lambda q: np.einsum("ru,ri->rui", q[f"d_z{number}"], q[_before(number)])


def _descent(name: str) -> Callable[[Quantities], Array]:
    def rule(q: Quantities) -> Array:
        parameter, gradient = q[name], q[f"d_{name}"]
        eta = q["eta"].reshape(-1, *(1,) * (gradient.ndim - 1))
        return parameter - eta * gradient

    return rule


def _unchanged(name: str) -> Callable[[Quantities], Array]:
    return lambda q: q[name]
