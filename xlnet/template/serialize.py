"""From a spec back to TOML: the effective template, as sheet Template holds it."""

from __future__ import annotations

import json
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
        line, *parts = _parts(value)
        line = f"{key} = {line}"
        for part in parts:
            if len(line) + len(part) >= _WIDTH:
                yield line
                line = f"    {part}"
            else:
                line += f" {part}"
        yield line


def _parts(value: _Value) -> list[str]:
    """Return the text of a value in the parts between which a line may break: the items of an array."""
    if not isinstance(value, tuple):
        return [_scalar(value)]
    items = [_parts(item) for item in value]
    for item in items[:-1]:
        item[-1] += ","
    parts = [part for item in items for part in item]
    parts[0] = f"[{parts[0]}"
    parts[-1] += "]"
    return parts


def _scalar(value: str | bool | int | float) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            # A JSON string is a TOML string but for DEL, which TOML wants escaped.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value).removesuffix(".0")
