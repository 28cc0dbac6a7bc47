"""The independent witness: the network's training in numpy, from the spec alone, with gradients derived by hand.

It shares no code with the graph that becomes the workbook and imports nothing of xlnet but the spec. A quantity is an
array whose first axis is the row (the iteration); the second, where each sample of a batch has its own, is the sample:

    x    (rows, samples, inputs)         w1, w2 …  (rows, *shape of the weights)           E         (rows,)
    t    (rows, samples, outputs)        b1, b2 …  (rows, *shape of the biases)            losses    (rows, samples)
    z1, a1 …  (rows, samples, *shape)    m_w1 …    like w1: an optimiser's state           eta, iter (rows,)
    d_K  like K: ∂E/∂K                   data_x    (rows, all samples, inputs)

The shapes of a layer's arrays are PyTorch's: (units, inputs) for the weights of a dense one. The kinds of layers are in
`layers`, a file each.

An axis of rows may have the length 1 where all rows share the value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from xlnet.reference.axes import axes, constants, drawn, initial, of_layers, of_loss, trained
from xlnet.reference.functions import Array, Axes, Quantities, Rule
from xlnet.reference.rules import (
    carried,
    fixed_rules,
    forward_rules,
    gradient_rules,
    layer_rules,
    next_row_rules,
    row_rules,
)
from xlnet.spec import Data, Spec

__all__ = [
    "Array",
    "Axes",
    "Quantities",
    "axes",
    "constants",
    "drawn",
    "expected",
    "forward",
    "gradients",
    "held_out_loss",
    "initial",
    "layer_values",
    "of_layers",
    "of_loss",
    "steps",
    "train",
    "trained",
    "updated",
]


def train(spec: Spec, start: Quantities, fixed: Quantities, iters: int, given: Quantities | None = None) -> Quantities:
    """Return `iters` rows of training from `start` (see `initial`), with the constants `fixed` in every row.

    `given` is what was drawn for each row (see `drawn`), its first axis the row. Overflow gives inf or NaN, as the
    mathematics has it.
    """
    run: Quantities = {}
    of_rows = {name: values[:, None] for name, values in (given or {}).items()}
    for number, row in enumerate(steps(spec, start, fixed, iters, of_rows)):
        for name, values in row.items():
            if number == 0:
                run[name] = np.empty((iters, *values.shape[1:]))
            run[name][number] = values[0]
    return run


def steps(
    spec: Spec, start: Quantities, fixed: Quantities, iters: int, given: Quantities | None = None
) -> Iterator[Quantities]:
    """Yield the rows of training one by one, of several runs at once: the first axis is the run instead of the row.

    `start` has the initial weights of each run, `fixed` what the runs share (one row) or have of their own (a row a
    run). `spec` says the rules, which are the same in all runs. `given` is what was drawn (see `drawn`), of the shape
    (iters, runs, batch size, …).
    """
    given = given or {}
    of_row, of_next = list(row_rules(spec)), list(next_row_rules(spec))
    names = list(dict.fromkeys([*start, *given, *(name for name, _ in of_row)]))
    every = axes(spec)
    row = start | fixed
    with np.errstate(all="ignore"):
        _apply(fixed_rules(spec), row, row)
    states = carried(spec)
    row |= {f"previous {name}": np.full((1, *every[name].shape), np.nan) for name in states}
    for number in range(iters):
        row |= {name: values[number].astype(float) for name, values in given.items()}
        row["is_first"] = np.array([number == 0], dtype=float)
        following: Quantities = {}
        with np.errstate(all="ignore"):
            _apply(of_row, row, row)
            _apply(of_next, row, following)
        yield {name: row[name] for name in names}
        row |= following
        row |= {f"previous {name}": row[name] for name in states}


def expected(spec: Spec, found: Quantities) -> Quantities:
    """Return every quantity of every row as its rule gives it from the quantities in `found`.

    Each is computed from what was found, not from what is expected, so one wrong value is wrong alone. Initial weights
    and biases are for the user to choose: NaN stands for them.
    """
    rows = len(found["iter"])
    given = dict(found)
    given["is_first"] = (np.arange(rows) == 0).astype(float)
    for name in carried(spec):
        given[f"previous {name}"] = np.concatenate([np.full_like(found[name][:1], np.nan), found[name][:-1]])
    results: Quantities = {}
    following: Quantities = {}
    with np.errstate(all="ignore"):
        _apply(fixed_rules(spec), given, results)
        _apply(row_rules(spec), given, results)
        _apply(next_row_rules(spec), given, following)
    for name, values in following.items():
        results[name] = np.full_like(values, np.nan)
        results[name][1:] = values[:-1]
    results["iter"][0] = 1
    return results


def layer_values(spec: Spec, found: Quantities) -> Quantities:
    """Return z and a of every layer, each by its rule from the quantities in `found`."""
    return _by_rules(layer_rules(spec), found)


def forward(spec: Spec, found: Quantities) -> Quantities:
    """Return the quantities of the forward pass, loss included, each by its rule from the quantities in `found`."""
    return _by_rules(forward_rules(spec), found)


def held_out_loss(spec: Spec, parameters: Quantities) -> Array:
    """Return the mean loss of the samples that are held out, by the parameters of each row.

    Settings are the spec's, where `parameters` do not have those of each row.
    """
    fixed = constants(spec)
    with np.errstate(all="ignore"):
        _apply(fixed_rules(spec), fixed, fixed)
    q: Quantities = fixed | parameters | {name: fixed.get(f"seen_{name}", fixed[f"held_{name}"]) for name in ("x", "t")}
    whole = replace(
        spec.evaluated,
        data=Data(spec.data.held_x, spec.data.held_t),
        training=replace(spec.training, batch=None, reduction="mean"),
    )
    with np.errstate(all="ignore"):
        _apply(forward_rules(whole), q, q)
    loss: Array = q["E"]
    return loss


def gradients(spec: Spec, found: Quantities) -> Quantities:
    """Return ∂E/∂ of the parameters, each by its rule from the quantities in `found`."""
    return _by_rules(gradient_rules(spec), found)


def updated(spec: Spec, found: Quantities) -> Quantities:
    """Return the parameters that the rows in `found` make of theirs."""
    return _by_rules(next_row_rules(spec), found)


def _by_rules(rules: Iterable[Rule], found: Quantities) -> Quantities:
    results: Quantities = {}
    with np.errstate(all="ignore"):
        _apply(rules, found, results)
    return results


def _apply(rules: Iterable[Rule], given: Quantities, results: Quantities) -> None:
    for name, rule in rules:
        results[name] = rule(given)
