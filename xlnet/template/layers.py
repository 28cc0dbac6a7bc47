"""Reads the layers of a template and draws the weights that it does not give."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from math import prod
from typing import TYPE_CHECKING

from xlnet.graph.operations import ACTIVATION_SETTINGS, ACTIVATIONS, SOFTMAX
from xlnet.model.initializers import INITIALIZERS, generator
from xlnet.model.layers import DENSE, KINDS, Array, Kind, UnfitError
from xlnet.sheet_size import LAST_SHEET_COLUMN
from xlnet.spec import Array as Numbers
from xlnet.spec import Layer, Shape
from xlnet.template.rules import read_settings
from xlnet.template.toml_table import TomlTable

if TYPE_CHECKING:
    import numpy as np

    # Made when the first weight is drawn: a template that gives its weights does without numpy, which loads slowly.
    Source = Callable[[], np.random.Generator]

DEFAULT_INITIALIZER = "xavier_uniform"
# Weights times the places that they lead to: the terms of all weighted sums, each a part of a formula.
_MOST_TERMS = 200_000
# The settings of each activation.
_SETTINGS = {name: rule.settings for name, rule in ACTIVATIONS.items()} | {SOFTMAX: {}}


def read_layers(network: TomlTable, seed: int) -> tuple[Layer, ...]:
    """Return the layers, their weights drawn with `seed` where they are not given. Raises UserError."""
    shape = network.shape("inputs", most=LAST_SHEET_COLUMN)
    tables = network.tables("layers")
    _require_room(tables, shape)
    source = cache(partial(generator, seed))
    layers = []
    for number, table in enumerate(tables, 1):
        layer = _layer(table, shape, source, is_last=number == len(tables))
        layers.append(layer)
        shape = layer.gives
    if all(layer.frozen for layer in layers):
        tables[-1].fail("frozen", "every layer is frozen, so that nothing would learn: leave one of them free")
    return tuple(layers)


def kind_of(table: TomlTable) -> str:
    """Return the name of a layer's kind."""
    return table.choice("type", KINDS, DENSE)


def _require_room(tables: list[TomlTable], shape: Shape) -> None:
    """Fail before a weight is drawn where the layers alone pass the width of a sheet."""
    weights = 0
    for table in tables:
        kind = KINDS[kind_of(table)]
        numbers = _numbers(table, kind)
        takes, shape = _shapes(table, kind, shape, numbers)
        sizes = [prod(array.shape(takes, numbers)) for array in kind.arrays if not array.is_bias]
        weights += sum(sizes)
        if kind.shares_weights:
            _require_few_units(table, shape, sum(sizes))
    if weights > LAST_SHEET_COLUMN:
        tables[0].fail(
            KINDS[kind_of(tables[0])].numbers[0].name,
            f"the layers have {weights:,} weights, but a sheet has {LAST_SHEET_COLUMN:,} columns: make them smaller",
        )


def _require_few_units(table: TomlTable, gives: Shape, weights: int) -> None:
    """Fail where few weights lead to very many units, each a column with a formula."""
    places = prod(gives[1:])
    if prod(gives) > LAST_SHEET_COLUMN or weights * places > _MOST_TERMS:
        table.fail(
            "type",
            f"the layer has {prod(gives):,} units with {weights * places:,} terms in all, and a sheet has "
            f"{LAST_SHEET_COLUMN:,} columns: make it smaller",
        )


def _numbers(table: TomlTable, kind: Kind) -> dict[str, int]:
    return {
        number.name: table.integer(number.name, number.default, least=number.least, most=LAST_SHEET_COLUMN)
        for number in kind.numbers
    }


def _shapes(table: TomlTable, kind: Kind, before: Shape, numbers: dict[str, int]) -> tuple[Shape, Shape]:
    try:
        return kind.shapes(before, numbers)
    except UnfitError as error:
        table.fail(error.key, str(error))


def _layer(table: TomlTable, before: Shape, source: Source, *, is_last: bool) -> Layer:
    name = kind_of(table)
    kind = KINDS[name]
    arrays = [array.name for array in kind.arrays]
    own = (*(number.name for number in kind.numbers), "activation", *ACTIVATION_SETTINGS)
    table.require_known("type", *own, "bias", "dropout", *arrays, "init", "frozen")
    numbers = _numbers(table, kind)
    takes, gives = _shapes(table, kind, before, numbers)
    weights = {a.letter: _weights(table, a, a.shape(takes, numbers), source) for a in kind.arrays if not a.is_bias}
    activation = _activation(table, gives, is_last=is_last)
    biases = {a.letter: _biases(table, a, a.shape(takes, numbers)) for a in kind.arrays if a.is_bias}
    has_bias = table.flag("bias", True)
    return Layer(
        name,
        takes,
        gives,
        activation,
        weights | (biases if has_bias else {}),
        numbers,
        dropout=_dropout(table, is_last=is_last),
        frozen=table.flag("frozen", False),
        settings=read_settings(table, _SETTINGS, activation),
    )


def _dropout(table: TomlTable, *, is_last: bool) -> float:
    rate = table.number("dropout", 0.0)
    if not 0 <= rate < 1:
        table.fail("dropout", f"must be from 0 up to, but not including, 1, the share of units left out, not {rate:g}")
    if rate and is_last:
        table.fail("dropout", "is not possible on the last layer, whose outputs are compared with targets: remove it")
    return rate


def _weights(table: TomlTable, array: Array, shape: Shape, source: Source) -> Numbers:
    if array.name in table.content:
        if "init" in table.content:
            table.fail("init", "cannot be combined with weights: keep one of the two")
        return table.array(array.name, shape, array.called)
    initializer = INITIALIZERS[table.choice("init", INITIALIZERS, DEFAULT_INITIALIZER)]
    return _tuples(initializer.draw(source(), shape).tolist())


def _tuples(numbers: object) -> Numbers:
    return tuple(map(_tuples, numbers)) if isinstance(numbers, list) else numbers


def _activation(table: TomlTable, gives: Shape, *, is_last: bool) -> str:
    activation = table.choice("activation", (*ACTIVATIONS, SOFTMAX), "identity")
    if activation == SOFTMAX and not is_last:
        table.fail("activation", "softmax is only possible on the last layer: choose another activation here")
    if activation == SOFTMAX and len(gives) > 1:
        table.fail("activation", "softmax is only possible on a dense layer: choose another one, or add a dense layer")
    return activation


def _biases(table: TomlTable, array: Array, shape: Shape) -> Numbers:
    given = array.name in table.content
    if not table.flag("bias", True) and given:
        table.fail(array.name, "cannot be combined with bias = false: remove one of the two")
    return table.array(array.name, shape, array.called) if given else _zeros(shape)


def _zeros(shape: Shape) -> Numbers:
    return (_zeros(shape[1:]),) * shape[0] if shape else 0.0
