"""From a TOML document to a checked, complete spec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlnet.graph.operations import ACTIVATIONS, LOSSES
from xlnet.initializers import INITIALIZERS, Initializer, generator
from xlnet.layout import LAST_SHEET_COLUMN, MOST_ITERATIONS
from xlnet.optimizers import OPTIMIZERS
from xlnet.spec import Layer, Matrix, Optimizer, Spec, Training, Vector
from xlnet.template.table import Table


def parse(
    document: Mapping[str, Any],
    *,
    name: str,
    label: str,
    origins: Mapping[str, str] | None = None,
) -> Spec:
    """Return the spec of a template's TOML document, every default filled in and every weight drawn.

    `label` leads the messages; `origins` tells, by dotted key, which option of the command line set it. Raises
    UserError.
    """
    root = Table(label, "", document, origins or {})
    root.require_known("title", "description", "network", "data", "training")
    training_table = root.table("training")
    training = _training(training_table)
    network = root.table("network", required=True)
    network.require_known("inputs", "layers")
    inputs = network.integer("inputs", least=1, most=LAST_SHEET_COLUMN)
    layers, drawn = _layers(network.tables("layers"), inputs, generator(training.seed))
    if "--seed" in root.origins.values() and not drawn:
        training_table.fail(
            "seed", "nothing is drawn, as the weights are given: add --layers or --init to draw them anew"
        )
    x, t = _data(root.table("data", required=True), inputs, layers[-1].units)
    return Spec(
        name=name,
        title=root.text("title", name),
        description=root.text("description", ""),
        layers=layers,
        x=x,
        t=t,
        training=training,
    )


def _training(table: Table) -> Training:
    table.require_known("iters", "loss", "seed", "train_biases", "optimizer")
    optimizer = table.table("optimizer")
    optimizer.require_known("name", "lr")
    return Training(
        iters=table.integer("iters", 200, least=1, most=MOST_ITERATIONS),
        loss=table.choice("loss", LOSSES, "half_squared_error"),
        seed=table.integer("seed", 0, least=0, most=2**63 - 1),
        train_biases=table.flag("train_biases", True),
        optimizer=Optimizer(
            name=optimizer.choice("name", OPTIMIZERS, "sgd"),
            lr=optimizer.number("lr", 0.01),
        ),
    )


def _layers(tables: list[Table], inputs: int, random: Any) -> tuple[tuple[Layer, ...], bool]:
    """Return the layers, and whether any weight was drawn."""
    layers, drawn = [], False
    _require_room(tables, inputs)
    for table in tables:
        layer, is_drawn = _layer(table, inputs, random)
        layers.append(layer)
        drawn |= is_drawn
        inputs = layer.units
    return tuple(layers), drawn


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


def _layer(table: Table, inputs: int, random: Any) -> tuple[Layer, bool]:
    table.require_known("units", "activation", "bias", "weights", "biases", "init")
    units = _units(table)
    draws = "weights" not in table.content
    if not draws and "init" in table.content:
        table.fail("init", "weights are given too: keep one of the two")
    if draws:
        initializer = INITIALIZERS[table.choice("init", INITIALIZERS, "xavier_uniform")]
        weights = _drawn(initializer, random, units, inputs)
    else:
        weights = table.matrix("weights", units, inputs, "units × inputs of the layer")
    layer = Layer(
        activation=table.choice("activation", ACTIVATIONS, "identity"),
        weights=weights,
        biases=_biases(table, units),
    )
    return layer, draws and initializer.random


def _biases(table: Table, units: int) -> Vector | None:
    given = "biases" in table.content
    if not table.flag("bias", True):
        if given:
            table.fail("biases", "bias is false: remove one of the two")
        return None
    return table.vector("biases", units, "one a unit") if given else (0.0,) * units


def _drawn(initializer: Initializer, random: Any, units: int, inputs: int) -> Matrix:
    weights = initializer.draw(random, units, inputs)
    return tuple(tuple(float(value) for value in row) for row in weights)


def _data(table: Table, inputs: int, outputs: int) -> tuple[Matrix, Matrix]:
    table.require_known("x", "t")
    x = table.matrix("x", None, inputs, "samples × inputs")
    t = table.matrix("t", len(x), outputs, "samples × outputs")
    if len(x) > 1:
        table.fail("x", f"one sample is what this version trains on, not {len(x)}: keep one row")
    return x, t
