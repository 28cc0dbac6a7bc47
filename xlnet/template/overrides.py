"""The overrides of `xlnet build`: each option rewrites the template's document before it is parsed.

So an override has the template's own meaning and passes the same checks; `origins` lets messages name the option.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from xlnet.errors import UserError
from xlnet.template.sources import TemplateSource

Document = dict[str, Any]


def override(source: TemplateSource, overrides: Mapping[str, Any]) -> tuple[Document, dict[str, str]]:
    """Return a copy of the template's document with `overrides` in it, and which option set which dotted key.

    Raises UserError for an unknown override or one that the template has no place for.
    """
    try:
        document = copy.deepcopy(source.document)
    except RecursionError:
        raise UserError(f"{source.label}: not a template: nested too deeply") from None
    origins = {}
    unknown = set(overrides) - set(_DOTTED) - set(_REWRITES)
    if unknown:
        raise UserError(f"{source.label}: unknown override {sorted(unknown)[0]}")
    # Data and shape first: the other rewrites act on the layers.
    for name in sorted(overrides, key=lambda name: (name not in _OF_DATA, name != "layers")):
        option = "--" + name.replace("_", "-")
        if name in _DOTTED:
            _set(document, _DOTTED[name], overrides[name], source.label)
            origins[_DOTTED[name]] = option
        else:
            if name not in _OF_DATA:
                _require_layers(document, source.label)
            for dotted in _REWRITES[name](document, overrides[name]):
                origins[dotted] = option
    return document, origins


_DOTTED = {
    "iters": "training.iters",
    "lr": "training.optimizer.lr",
    "loss": "training.loss",
    "optimizer": "training.optimizer.name",
    "seed": "training.seed",
    "batch": "training.batch",
    "order": "training.order",
    "reduction": "training.reduction",
    "schedule": "training.schedule.name",
    "standardize": "data.standardize",
}


def _set(document: Document, dotted: str, value: Any, label: str) -> None:
    *path, key = dotted.split(".")
    table = document
    for name in path:
        table = table.setdefault(name, {})
        if not isinstance(table, dict):
            raise UserError(f"{label}: {name}: must be a table")
    table[key] = value


def _data(document: Document, path: Any) -> list[str]:
    """Take the samples from a CSV file, given relative to where the command runs."""
    old = document.get("data")
    kept = {key: old[key] for key in ("inputs", "targets", "standardize") if isinstance(old, dict) and key in old}
    document["data"] = {"csv": str(Path(path).absolute())} | kept
    return ["data.csv"]


def _columns(key: str) -> Callable[[Document, Any], list[str]]:
    def rewrite(document: Document, names: Any) -> list[str]:
        listed = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
        document.setdefault("data", {})[key] = listed
        return [f"data.{key}"]

    return rewrite


def _require_layers(document: Document, label: str) -> None:
    network = document.get("network")
    layers = network.get("layers") if isinstance(network, dict) else None
    if not isinstance(layers, list) or not layers or not all(isinstance(a, dict) for a in layers):
        raise UserError(f"{label}: network.layers: must be tables, each led by [[network.layers]]")


def _layers(document: Document, shape: str) -> list[str]:
    """Give the network the shape "2-3-1": hidden layers like the template's first one, the last like its last."""
    if not re.fullmatch(r"[0-9]{1,6}(-[0-9]{1,6})+", shape):
        raise UserError(f"--layers: must be inputs, units of each layer, like 2-3-1, not {shape!r}")
    inputs, *units = map(int, shape.split("-"))
    network = document["network"]
    hidden, output = (_style(network["layers"][index]) for index in (0, -1))
    network["inputs"] = inputs
    network["layers"] = [{"units": n} | hidden for n in units[:-1]] + [{"units": units[-1]} | output]
    return ["network.inputs"] + [f"network.layers[{i}].units" for i in range(1, len(units) + 1)]


def _style(layer: Document) -> Document:
    return {key: layer[key] for key in ("activation", "bias", "init") if key in layer}


def _init(document: Document, name: str) -> list[str]:
    return _each_layer(document, "init", name, instead_of="weights")


def _activation(document: Document, name: str) -> list[str]:
    layers = document["network"]["layers"]
    if len(layers) == 1:
        raise UserError("--activation: this network has no hidden layer: use --output-activation")
    return _each_layer(document, "activation", name, up_to=-1)


def _output_activation(document: Document, name: str) -> list[str]:
    layers = document["network"]["layers"]
    layers[-1]["activation"] = name
    return [f"network.layers[{len(layers)}].activation"]


def _bias(document: Document, bias: bool) -> list[str]:
    if bias:
        return _each_layer(document, "bias", True)
    return _each_layer(document, "bias", False, instead_of="biases")


def _each_layer(
    document: Document, key: str, value: Any, *, instead_of: str = "", up_to: int | None = None
) -> list[str]:
    chosen = document["network"]["layers"][:up_to]
    for layer in chosen:
        layer[key] = value
        layer.pop(instead_of, None)
    return [f"network.layers[{number}].{key}" for number in range(1, len(chosen) + 1)]


_OF_DATA = ("data", "inputs", "targets")
_REWRITES: dict[str, Callable[[Document, Any], list[str]]] = {
    "data": _data,
    "inputs": _columns("inputs"),
    "targets": _columns("targets"),
    "layers": _layers,
    "init": _init,
    "activation": _activation,
    "output_activation": _output_activation,
    "bias": _bias,
}
