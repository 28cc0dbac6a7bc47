"""From a spec back to TOML: the effective template, as sheet Template holds it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator

from xlnet.optimizers import OPTIMIZERS
from xlnet.spec import Layer, Matrix, Spec, Training, Vector

_WIDTH = 110


def serialize(spec: Spec) -> str:
    """Return a template that parses to `spec` again: every default said, every drawn weight a number."""
    return "\n".join(_lines(spec)) + "\n"


def _lines(spec: Spec) -> Iterator[str]:
    yield from _pairs(title=spec.title, description=spec.description)
    yield from _table("[network]", inputs=spec.inputs)
    for layer in spec.layers:
        yield from _layer(layer)
    data = spec.data
    yield from _table("[data]", x=data.x, t=data.t)
    if data.x_names:
        yield from _pairs(x_names=data.x_names)
    if data.t_names:
        yield from _pairs(t_names=data.t_names)
    if data.standardize:
        yield from _pairs(standardize=True)
    yield from _training(spec.training)


def _training(training: Training) -> Iterator[str]:
    yield from _table(
        "[training]",
        iters=training.iters,
        loss=training.loss,
        reduction=training.reduction,
        batch=training.batch or "full",
        order=training.order,
        seed=training.seed,
        train_biases=training.train_biases,
    )
    optimizer, schedule = training.optimizer, training.schedule
    flags = OPTIMIZERS[optimizer.name].flags
    settings = {key: bool(value) if key in flags else value for key, value in optimizer.settings.items()}
    yield from _table("[training.optimizer]", name=optimizer.name, lr=optimizer.lr, **settings)
    if schedule is not None:
        yield from _table("[training.schedule]", name=schedule.name, **schedule.settings)


def _layer(layer: Layer) -> Iterator[str]:
    yield from _table(
        "[[network.layers]]",
        units=layer.units,
        activation=layer.activation,
        bias=layer.biases is not None,
        weights=layer.weights,
    )
    if layer.biases is not None:
        yield from _pairs(biases=layer.biases)


_Value = str | bool | int | float | Vector | Matrix | tuple[str, ...]


def _table(header: str, **pairs: _Value) -> Iterator[str]:
    yield ""
    yield header
    yield from _pairs(**pairs)


def _pairs(**pairs: _Value) -> Iterator[str]:
    for key, value in pairs.items():
        line = f"{key} = {_value(value)}"
        # Only arrays are ever too long to read; between their items a line may break.
        broken = isinstance(value, tuple) and len(line) > _WIDTH
        yield from textwrap.wrap(line, _WIDTH, subsequent_indent="    ") if broken else (line,)


def _value(value: _Value) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            # A JSON string is a TOML string but for DEL, which TOML wants escaped.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case tuple():
            return f"[{', '.join(_value(item) for item in value)}]"
    return repr(value).removesuffix(".0")
