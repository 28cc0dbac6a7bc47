"""Reads the layers of a template and draws the weights that it does not give."""

from __future__ import annotations

import numpy as np

from xlnet.graph.operations import ACTIVATIONS, SOFTMAX
from xlnet.model.initializers import INITIALIZERS, Initializer, generator
from xlnet.sheet_size import LAST_SHEET_COLUMN
from xlnet.spec import Layer, Matrix, Vector
from xlnet.template.table import Table

DEFAULT_INITIALIZER = "xavier_uniform"


def read_layers(network: Table, seed: int) -> tuple[Layer, ...]:
    """Return the layers, their weights drawn with `seed` where they are not given. Raises UserError."""
    inputs = network.integer("inputs", least=1, most=LAST_SHEET_COLUMN)
    tables = network.tables("layers")
    _require_room(tables, inputs)
    random = generator(seed)
    layers = []
    for number, table in enumerate(tables, 1):
        layer = _layer(table, inputs, random, is_last=number == len(tables))
        layers.append(layer)
        inputs = layer.units
    return tuple(layers)


def _require_room(tables: list[Table], inputs: int) -> None:
    """Fail before a weight is drawn where the weights alone pass the width of a sheet."""
    weights = 0
    for table in tables:
        units = _units(table)
        weights += units * inputs
        inputs = units
    if weights > LAST_SHEET_COLUMN:
        tables[0].fail(
            "units",
            f"the layers have {weights:,} weights and a sheet has {LAST_SHEET_COLUMN:,} columns: make them smaller",
        )


def _units(table: Table) -> int:
    return table.integer("units", least=1, most=LAST_SHEET_COLUMN)


def _layer(table: Table, inputs: int, random: np.random.Generator, *, is_last: bool) -> Layer:
    table.require_known("units", "activation", "bias", "weights", "biases", "init")
    units = _units(table)
    draws = "weights" not in table.content
    if not draws and "init" in table.content:
        table.fail("init", "weights are given too: keep one of the two")
    if draws:
        initializer = INITIALIZERS[table.choice("init", INITIALIZERS, DEFAULT_INITIALIZER)]
        weights = _drawn(initializer, random, units, inputs)
    else:
        weights = table.matrix("weights", units, inputs, "units × inputs of the layer")
    return Layer(_activation(table, is_last=is_last), weights, _biases(table, units))


def _activation(table: Table, *, is_last: bool) -> str:
    activation = table.choice("activation", (*ACTIVATIONS, SOFTMAX), "identity")
    if activation == SOFTMAX and not is_last:
        table.fail("activation", "softmax stands on the last layer only: choose another one here")
    return activation


def _biases(table: Table, units: int) -> Vector | None:
    given = "biases" in table.content
    if not table.flag("bias", True):
        if given:
            table.fail("biases", "bias is false: remove one of the two")
        return None
    return table.vector("biases", units, "one a unit") if given else (0.0,) * units


def _drawn(initializer: Initializer, random: np.random.Generator, units: int, inputs: int) -> Matrix:
    weights = initializer.draw(random, units, inputs)
    return tuple(tuple(float(value) for value in row) for row in weights)
