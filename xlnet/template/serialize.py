"""From a spec back to TOML: the effective template, as the Template sheet holds it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from xlnet.model.layers import DENSE, KINDS, Asked, Choice
from xlnet.model.layout import default_layout
from xlnet.model.optimizers import OPTIMIZERS, taken
from xlnet.model.schedules import SCHEDULES
from xlnet.spec import CONSTANT_ERROR, Layer, Schedule, Shape, Spec, Training

Document = dict[str, Any]

_WIDTH = 110
_LONGEST_COMMENT = 1_000
_BARE = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")


def serialize(spec: Spec) -> str:
    """Return a template that parses to `spec` again: every default said, every drawn weight a number."""
    return sources_of([spec]) + to_toml(document_of(spec))


def sources_of(specs: Iterable[Spec]) -> str:
    """Return comments that tell where the samples were read from, which stand in the template as numbers."""
    found = dict.fromkeys(spec.data.source for spec in specs if spec.data.source)
    return "".join(f"# samples read from {_in_comment(source)}\n" for source in found)


def _in_comment(text: str) -> str:
    """Return a text as it may stand in a comment: on one line, without control characters, cut short."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text[:_LONGEST_COMMENT])
    return shown if len(text) <= _LONGEST_COMMENT else f"{shown}…"


def to_toml(document: Mapping[str, Any]) -> str:
    """Return a document as TOML text, long arrays in several lines. A key with dots stands for its tables."""
    return "\n".join(_lines(document, "")) + "\n"


def document_of(spec: Spec) -> Document:
    """Return the document of a template that says all of `spec`."""
    data = spec.data
    samples: Document = {"x": data.x, "t": data.t}
    samples |= {"x_names": data.x_names} if data.x_names else {}
    samples |= {"t_names": data.t_names} if data.t_names else {}
    samples |= {"class_names": data.class_names} if data.class_names else {}
    samples |= {"standardize": True} if data.standardize else {}
    samples |= {"standardize_targets": True} if data.standardize_targets else {}
    samples |= {} if data.constant == CONSTANT_ERROR else {"constant": data.constant}
    samples |= {"held_x": data.held_x, "held_t": data.held_t} if data.held_x else {}
    return {
        "title": spec.title,
        "description": spec.description,
        **({} if spec.layout == default_layout(spec.layers) else {"layout": spec.layout}),
        "network": {"inputs": _inputs(spec), "layers": _layers(spec.layers, spec.layers)},
        "data": samples,
        "training": _training(spec.training),
    }


def _training(training: Training) -> Document:
    optimizer, schedule = training.optimizer, training.schedule
    flags = OPTIMIZERS[optimizer.name].flags
    settings = {key: bool(value) if key in flags else value for key, value in optimizer.settings.items()}
    found: Document = {
        "iters": training.iters,
        "loss": training.loss,
        **training.loss_settings,
        **({"class_weights": training.class_weights} if training.class_weights else {}),
        "reduction": training.reduction,
        "batch": training.batch or "full",
        "order": training.order,
        "seed": training.seed,
        "train_biases": training.train_biases,
        **({} if training.decay_biases else {"decay_biases": False}),
        **taken.active(training),
        "optimizer": {"name": optimizer.name, "lr": optimizer.lr} | settings,
    }
    return found | ({"schedule": {"name": schedule.name} | _schedule(schedule)} if schedule else {})


def _schedule(schedule: Schedule) -> Document:
    choices = SCHEDULES[schedule.name].choices
    return {key: choices[key][int(value)] if key in choices else value for key, value in schedule.settings.items()}


def _layers(layers: Sequence[Layer], every: Sequence[Layer]) -> list[Document]:
    """Return the tables of layers one after another, those inside others in these; `every` are all of the network."""
    found, number = [], 0
    while number < len(layers):
        layer = layers[number]
        inner = layers[number + 1 : number + 1 + layer.inside]
        found.append(_layer(layer, every) | ({"layers": _layers(inner, every)} if inner else {}))
        number += 1 + layer.inside
    return found


def _layer(layer: Layer, every: Sequence[Layer]) -> Document:
    kind = KINDS[layer.type]
    found: Document = {} if layer.type == DENSE else {"type": layer.type}
    found |= {"name": layer.name} if layer.name else {}
    found |= {n.name: _alike(layer.along[n.name]) if n.axes else layer.numbers[n.name] for n in kind.numbers}
    defaults = {
        option.name: option.words[0] if isinstance(option, Choice) else option.default for option in kind.options
    }
    found |= {name: value for name, value in layer.options.items() if value != defaults[name]}
    found |= {"activation": layer.activation} if kind.activations else {}
    found |= layer.settings
    if any(array.is_bias and array.wanted(Asked(layer.numbers, layer.options, layer.along)) for array in kind.arrays):
        found["bias"] = any(a.is_bias and a.letter in layer.arrays for a in kind.arrays)
    found |= {"dropout": layer.dropout} if layer.dropout else {}
    found |= {"frozen": True} if layer.frozen else {}
    found |= {"share": every[layer.share - 1].name} if layer.share else {}
    found |= {"transpose": True} if layer.transpose else {}
    return found | {array.name: layer.arrays[array.letter] for array in kind.arrays if array.letter in layer.arrays}


def _alike(along: Shape) -> int | Shape:
    """Return the numbers of several axes as one where they are alike."""
    return along if len(set(along)) > 1 else along[0]


def _inputs(spec: Spec) -> int | Shape:
    """Return the number of the network's inputs, or their shape where they have one."""
    shape = spec.layers[0].takes
    return shape if len(shape) > 1 else shape[0]


def _lines(table: Mapping[str, Any], path: str) -> Iterator[str]:
    """Yield a table's pairs, then the tables in it."""
    inner = {key: value for key, value in table.items() if _is_table(value) or _is_tables(value)}
    for key, value in table.items():
        if key not in inner:
            yield from _pair(key, value)
    for key, value in inner.items():
        whole = f"{path}.{_key(key)}" if path else _key(key)
        for entry in value if _is_tables(value) else [value]:
            is_left_out = entry and all(_is_table(v) or _is_tables(v) for v in entry.values())
            if _is_tables(value) or not is_left_out:
                yield ""
                yield f"[[{whole}]]" if _is_tables(value) else f"[{whole}]"
            yield from _lines(entry, whole)


def _is_table(value: Any) -> bool:
    return isinstance(value, Mapping)


def _is_tables(value: Any) -> bool:
    return _is_array(value) and len(value) > 0 and all(map(_is_table, value))


def _is_array(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _pair(key: str, value: Any) -> Iterator[str]:
    line, *parts = _parts(value)
    line = f"{_key(key)} = {line}"
    for part in parts:
        if len(line) + len(part) >= _WIDTH:
            yield line
            line = f"    {part}"
        else:
            line += f" {part}"
    yield line


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _scalar(key)


def _parts(value: Any) -> list[str]:
    """Return the text of a value in the parts between which a line may break: the items of an array."""
    if not _is_array(value):
        return [_scalar(value)]
    items = [_parts(item) for item in value]
    for item in items[:-1]:
        item[-1] += ","
    parts = [part for item in items for part in item] or [""]
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
