"""From a TOML document to a checked, complete spec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any

from xlnet.model import classification as classes
from xlnet.model.layout import default_layout
from xlnet.model.optimizers.taken import SETTINGS as TAKEN
from xlnet.names import FULL, is_name
from xlnet.render.layout import ARRANGEMENTS
from xlnet.render.room import has_room
from xlnet.sheet_size import MOST_ITERATIONS, MOST_SAMPLES
from xlnet.spec import MATRIX, ORDERS, REDUCTIONS, ROWS, Spec, Training
from xlnet.template.data import read_data
from xlnet.template.fitting import fitting
from xlnet.template.layers import all_tables, read_layers
from xlnet.template.rules import (
    LOSS_KEYS,
    read_class_weights,
    read_loss,
    read_loss_settings,
    read_optimizer,
    read_schedule,
    read_taken,
    require_fitting_loss,
)
from xlnet.template.toml_table import TomlTable


def parse(
    document: Mapping[str, Any],
    *,
    name: str,
    label: str,
    origins: Mapping[str, str] | None = None,
    folder: Path | None = None,
    notes: Sequence[str] = (),
) -> Spec:
    """Return the spec of a template's TOML document, every default filled in and every weight drawn.

    `label` leads the messages; `origins` tells, by dotted key, which option of the command line set it; a CSV file is
    looked for in `folder`, and not opened where that is None. `notes` are what there is to tell already. Raises
    UserError.
    """
    root = TomlTable(label, "", document, origins or {}, list(notes))
    # `compare` is read by `runs`, `exercise` by xlnet.exercise: a template with them can still be built alone.
    root.require_known("title", "description", "layout", "network", "data", "training", "compare", "exercise")
    training_table = root.table("training")
    training = _training(training_table)
    network = root.table("network", required=True)
    network.require_known("inputs", "layers")
    layers = read_layers(network, training.seed)
    data_table = root.table("data", required=True)
    data = read_data(data_table, layers, folder, training.seed)
    if training.batch is not None and training.batch > len(data.x):
        training_table.fail("batch", f'must be "{FULL}" or at most {len(data.x)}, the number of samples')
    spec = Spec(
        name=name,
        title=root.text("title", name),
        description=root.text("description", ""),
        layers=layers,
        data=data,
        training=training,
        layout=root.choice("layout", ARRANGEMENTS, default_layout(layers)),
    )
    spec = _with_loss_settings(fitting(spec, training_table, all_tables(network.tables("layers"))), training_table)
    _require_batches(spec, all_tables(network.tables("layers")), training_table)
    if "layout" not in root.content and spec.layout == ROWS and not has_room(spec):
        root.note("an iteration does not fit a row of a sheet: it is laid out in matrices, a block of rows")
        spec = replace(spec, layout=MATRIX)
    require_fitting_loss(training_table, spec, data_table)
    if classes.kind_of(spec) == classes.SEVERAL and len(set(data.t_names)) < len(data.t_names):
        data_table.fail("t_names", "two classes have the same name: give each its own")
    return replace(spec, notes=tuple(root.notes))


def _require_batches(spec: Spec, tables: Sequence[TomlTable], training: TomlTable) -> None:
    """Fail where a layer averages over a batch of which it sees a single number."""
    for layer, table in zip(spec.layers, tables, strict=True):
        if layer.type == "batch_norm" and spec.batch_size * prod(layer.gives[1:]) == 1:
            where = training if "batch" in training.content else table
            where.fail(
                "batch" if where is training else "type",
                "batch_norm averages over a batch, and a batch of one sample has nothing to average: use more samples",
            )


def _with_loss_settings(spec: Spec, table: TomlTable) -> Spec:
    """Return `spec` with the settings of its loss, which may have been chosen to fit the targets."""
    loss = spec.training.loss
    settings, weights = read_loss_settings(table, loss), read_class_weights(table, loss)
    return replace(spec, training=replace(spec.training, loss_settings=settings, class_weights=weights))


def _training(table: TomlTable) -> Training:
    table.require_known(
        *("iters", "loss", "reduction", "batch", "order", "seed", "train_biases", "decay_biases", *TAKEN),
        *("optimizer", "schedule", *LOSS_KEYS),
    )
    iters = table.integer("iters", 200, least=1, most=MOST_ITERATIONS)
    return Training(
        iters=iters,
        loss=read_loss(table),
        # Read when the loss is known, which may be chosen to fit the targets.
        loss_settings={},
        class_weights=(),
        reduction=table.choice("reduction", REDUCTIONS, "mean"),
        batch=_batch(table),
        order=table.choice("order", ORDERS, "sequential"),
        seed=table.integer("seed", 0, least=0, most=2**63 - 1),
        train_biases=table.flag("train_biases", True),
        decay_biases=table.flag("decay_biases", True),
        **read_taken(table),
        optimizer=read_optimizer(table.table("optimizer")),
        schedule=read_schedule(table.table("schedule"), iters),
    )


def _batch(table: TomlTable) -> int | None:
    value = table.content.get("batch", FULL)
    if is_name(value, FULL):
        return None
    if isinstance(value, str):
        table.fail("batch", f'must be "{FULL}" or a number of samples, not {value!r}')
    return table.integer("batch", least=1, most=MOST_SAMPLES)
