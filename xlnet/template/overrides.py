"""Overrides of a template: by the options of `xlnet build`, and by any dotted key.

Each rewrites the template's document before it is parsed, so it has the template's own meaning and passes the same
checks; `origins` lets messages name where it came from.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from xlnet.errors import UserError
from xlnet.graph.operations import ACTIVATION_SETTINGS, ACTIVATIONS
from xlnet.model.layers import DENSE, KINDS, Array, Kind
from xlnet.names import key_hint, known
from xlnet.template.data.chosen import listed
from xlnet.template.data.inline import KEYS as OWN_KEYS
from xlnet.template.retyping import retype
from xlnet.template.sources import TemplateSource

Document = dict[str, Any]


def override(
    source: TemplateSource, overrides: Mapping[str, Any], origin: Callable[[str], str] | None = None
) -> tuple[Document, dict[str, str], list[str]]:
    """Return a copy of the template's document with `overrides` in it, what set which dotted key, and what to tell.

    An override is named as an option of `xlnet build`, `lr`, or by a dotted key of the template; `origin` gives what
    messages call it, the option unless told. Raises UserError for an unknown override or one that the template has no
    place for.
    """
    called = origin or option_of
    try:
        document = copy.deepcopy(source.document)
    except RecursionError:
        raise UserError(f"{source.label}: not a template: nested too deeply") from None
    origins, notes = {}, list[str]()
    if "validation" in overrides and "split" in overrides:
        raise UserError(
            f"{source.label}: {called('validation')} and {called('split')} both say which samples are held out: "
            "use one of the two"
        )
    for name, value in overrides.items():
        _require_known(name, source.label, name if origin is None else origin(name))
        _require_type(name, value, f"{source.label}: {called(name)}")
    for name in sorted(overrides, key=_order):
        if name in _DOTTED or is_dotted(name):
            dotted, label = _DOTTED.get(name, name), f"{source.label}: {called(name)}"
            notes += [f"{label}: {note}" for note in _set(document, dotted, overrides[name], label)]
            origins[dotted] = called(name)
        else:
            if name not in _OF_DATA:
                _require_layers(document, source.label)
            for dotted in _REWRITES[name](document, overrides[name]):
                origins[dotted] = called(name)
    return document, origins, notes


def _order(name: str) -> tuple[bool, ...]:
    """Sort overrides: data and shape first, as the other rewrites act on the layers.

    Dotted keys stand last, as they are the most particular, and among them the kinds of layers first.
    """
    return is_dotted(name), name not in _OF_DATA, name != "layers", not name.endswith(".type")


def _require_known(name: str, label: str, called: str) -> None:
    known = (*_DOTTED, *_REWRITES)
    if name not in known and (not is_dotted(name) or name.startswith("compare.")):
        hint = f": {key_hint(name, known) or 'use one of ' + ', '.join(known)}"
        raise UserError(f"{label}: unknown setting {called}{hint}")


def _require_type(name: str, value: Any, called: str) -> None:
    """Raise UserError where an override that rewrites the template cannot take a value; others are parsed."""
    types, wanted = _TYPES.get(name, (object, ""))
    if not isinstance(value, types):
        raise UserError(f"{called}: must be {wanted}, not {value!r}")


def require_apart(names: Iterable[str], label: str) -> None:
    """Raise UserError where two overrides set the same key, or one a table that the other sets a key of."""
    before: list[str] = []
    for name in names:
        ours = dotted_name(name)
        for other in before:
            theirs = dotted_name(other)
            if ours == theirs or ours.startswith(f"{theirs}.") or theirs.startswith(f"{ours}."):
                raise UserError(
                    f"{label}: {option_of(other)} and {option_of(name)} set the same key: use one of the two"
                )
        before.append(name)


def is_dotted(name: str) -> bool:
    """Return whether an override is named by a dotted key, as in `training.optimizer.beta1`."""
    return "." in name


def option_of(name: str) -> str:
    """Return the option that sets an override: "--lr", "--set training.optimizer.beta1"."""
    return f"--set {name}" if is_dotted(name) else "--" + name.replace("_", "-")


def short_name(name: str) -> str:
    """Return the name of the override that sets a dotted key, or where there is none the key."""
    return next((override for override, dotted in _DOTTED.items() if dotted == name), name)


def dotted_name(name: str) -> str:
    """Return the dotted key that an override sets, or where it rewrites more than one its name."""
    if name in _OF_DATA:
        return "data.csv" if name == "data" else f"data.{name}"
    return _DOTTED.get(name, name)


_DOTTED = {
    "iters": "training.iters",
    "lr": "training.optimizer.lr",
    "layout": "layout",
    "loss": "training.loss",
    "optimizer": "training.optimizer.name",
    "seed": "training.seed",
    "batch": "training.batch",
    "order": "training.order",
    "reduction": "training.reduction",
    "schedule": "training.schedule.name",
    "standardize": "data.standardize",
    "standardize_targets": "data.standardize_targets",
    "constant": "data.constant",
    "separator": "data.separator",
    "decimal": "data.decimal",
    "encoding": "data.encoding",
    "header": "data.header",
    "missing": "data.missing",
}


# What a layer's key takes the place of.
_INSTEAD = {"weights": "init", "init": "weights"}


def _set(document: Document, dotted: str, value: Any, label: str) -> list[str]:
    """Put a value where a dotted key leads; `layers[2]` is the second of the tables `layers`. Return what to tell."""
    *path, key = dotted.split(".")
    table: Any = document
    for step in path:
        name, number = _step(step, label)
        table = table.setdefault(name, {}) if isinstance(table, dict) else None
        if number is not None:
            if not isinstance(table, list) or not 1 <= number <= len(table):
                raise UserError(f"{label}: there is no {step}: check the number")
            table = table[number - 1]
        if not isinstance(table, dict):
            raise UserError(f"{label}: {step} is not a table: check the key")
    is_layer = len(path) > 1 and path[-1].startswith("layers[")
    if is_layer and key == "type":
        note = retype(table, value)
        return [note] if note else []
    table[key] = value
    if is_layer:
        table.pop(_INSTEAD.get(key, ""), None)
        if (key, value) == ("bias", False):
            table.pop("biases", None)
    return []


def _step(step: str, label: str) -> tuple[str, int | None]:
    found = re.fullmatch(r"(\w+)(?:\[(\d{1,6})\])?", step)
    if found is None:
        raise UserError(f"{label}: not a template key: keys look like training.optimizer.lr or network.layers[1].units")
    return found[1], int(found[2]) if found[2] else None


def _data(document: Document, path: Any) -> list[str]:
    """Take the samples from a CSV file, relative to where the command runs."""
    old = document.get("data")
    kept = {key: value for key, value in old.items() if key not in ("csv", *OWN_KEYS)} if isinstance(old, dict) else {}
    document["data"] = {"csv": str(Path(path).absolute())} | kept
    return ["data.csv"]


def _columns(key: str) -> Callable[[Document, Any], list[str]]:
    def rewrite(document: Document, names: Any) -> list[str]:
        document.setdefault("data", {})[key] = listed(names) if isinstance(names, str) else list(names)
        return [f"data.{key}"]

    return rewrite


def _validation(document: Document, value: Any) -> list[str]:
    """Hold samples out: a share or a number of them, or those of a CSV file, relative to where the command runs."""
    if isinstance(value, str | Path) and str(value).lower().endswith(".csv"):
        return _hold_out(document, "validation_csv", str(Path(value).absolute()))
    if isinstance(value, str):
        # What is no number is left to the parser, which says what it must be.
        with suppress(ValueError):
            value = int(value) if value.isdecimal() else float(value)
    return _hold_out(document, "validation", value)


def _split(document: Document, column: Any) -> list[str]:
    return _hold_out(document, "split", column)


def _hold_out(document: Document, key: str, value: Any) -> list[str]:
    """Say by this key which samples are held out, and by no other."""
    data = document.setdefault("data", {})
    for other in ("validation", "split", "validation_csv"):
        data.pop(other, None)
    data[key] = value
    return [f"data.{key}"]


def _require_layers(document: Document, label: str) -> None:
    network = document.get("network")
    layers = network.get("layers") if isinstance(network, dict) else None
    if not isinstance(layers, list) or not layers or not all(isinstance(a, dict) for a in layers):
        raise UserError(f"{label}: network.layers: must be one or more [[network.layers]] tables")


def _layers(document: Document, shape: str) -> list[str]:
    """Give the network the shape "2-3-1": dense layers, hidden ones like the template's first, the last like its last.

    What these take from layers of another kind is what a dense one has too.
    """
    if not re.fullmatch(r"[0-9]{1,6}(-[0-9]{1,6})+", shape):
        raise UserError(f"--layers: must be the inputs and the units of each layer, like 2-3-1, not {shape!r}")
    inputs, *units = map(int, shape.split("-"))
    network = document["network"]
    hidden, output = (_style(network["layers"][index]) for index in (0, -1))
    network["inputs"] = inputs
    network["layers"] = [{"units": n} | hidden for n in units[:-1]] + [{"units": units[-1]} | output]
    return ["network.inputs"] + [f"network.layers[{i}].units" for i in range(1, len(units) + 1)]


def _style(layer: Document) -> Document:
    return {key: layer[key] for key in ("activation", *ACTIVATION_SETTINGS, "bias", "dropout", "init") if key in layer}


def _init(document: Document, name: str) -> list[str]:
    # Biases are not drawn, nor is what starts from a number, as the weights of a normalisation.
    return _each_layer(
        document,
        "init",
        name,
        lambda kind: any(array.start is None and not array.is_bias for array in kind.arrays),
        instead_of=lambda array: not array.is_bias and array.start is None,
    )


def _kind(layer: Document) -> Kind | None:
    """Return the kind of a layer's table; None where the parser will say that there is no such kind."""
    name = layer.get("type", DENSE)
    return KINDS.get(known(name, KINDS) or "") if isinstance(name, str) else None


def _all_layers(layers: list[Any], path: str = "network.layers") -> Iterator[tuple[str, Document]]:
    """Yield the tables of layers with their dotted keys, each followed by those inside it."""
    for number, layer in enumerate(layers, 1):
        if isinstance(layer, dict):
            dotted = f"{path}[{number}]"
            yield dotted, layer
            kind = _kind(layer)
            if kind is not None and kind.has_layers and isinstance(layer.get("layers"), list):
                yield from _all_layers(layer["layers"], f"{dotted}.layers")


def _activation(document: Document, name: str) -> list[str]:
    layers = document["network"]["layers"]
    if len(layers) == 1 and not (_kind(layers[0]) or KINDS[DENSE]).has_layers:
        raise UserError("--activation: this network has no hidden layer: use --output-activation instead")
    asked = known(name, ACTIVATIONS) or name
    every = [
        (dotted, layer, kind)
        for dotted, layer in _all_layers(layers)
        if layer is not layers[-1] and (kind := _kind(layer)) is not None and kind.activations
    ]
    # A name that no activation has is set everywhere: the parser says what there is.
    chosen = [each for each in every if asked in each[2].activations or asked not in ACTIVATIONS]
    if not chosen:
        raise UserError(f"--activation: no hidden layer of this network takes {name}: set that of a layer with --set")
    for _, layer, _ in chosen:
        layer["activation"] = name
        _drop_settings(layer)
    return [f"{dotted}.activation" for dotted, _, _ in chosen]


def _drop_settings(layer: Document) -> None:
    """Take away the settings of an activation that a layer no longer has."""
    rule = ACTIVATIONS.get(known(layer["activation"], ACTIVATIONS) or "")
    for key in ACTIVATION_SETTINGS:
        if rule is None or key not in rule.settings:
            layer.pop(key, None)


def _output_activation(document: Document, name: str) -> list[str]:
    layers = document["network"]["layers"]
    kind = _kind(layers[-1])
    if kind is not None and not kind.activations:
        called = layers[-1].get("type", DENSE)
        raise UserError(f"--output-activation: the last layer, {called}, has no activation: add a dense layer after it")
    layers[-1]["activation"] = name
    _drop_settings(layers[-1])
    return [f"network.layers[{len(layers)}].activation"]


def _bias(document: Document, bias: bool) -> list[str]:
    def has_biases(kind: Kind) -> bool:
        return any(array.is_bias for array in kind.arrays)

    return _each_layer(document, "bias", bias, has_biases, instead_of=lambda array: not bias and array.is_bias)


def _each_layer(
    document: Document,
    key: str,
    value: Any,
    has_such: Callable[[Kind], bool],
    *,
    instead_of: Callable[[Array], bool],
) -> list[str]:
    """Set a key of the layers whose kind has such arrays, in place of the arrays that it is instead of."""
    origins = []
    for dotted, layer in _all_layers(document["network"]["layers"]):
        kind = _kind(layer)
        if (kind is None or has_such(kind)) and not (key == "init" and "share" in layer):
            layer[key] = value
            for array in kind.arrays if kind else ():
                if instead_of(array):
                    layer.pop(array.name, None)
            origins.append(f"{dotted}.{key}")
    return origins


# What rewrites do not leave to the parser, and what messages say of it.
_TYPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "layers": (str, "the inputs and the units of each layer, like 2-3-1"),
    "data": ((str, Path), "the name of a CSV file"),
    "inputs": ((str, list, tuple), "column names"),
    "targets": ((str, list, tuple), "column names"),
    "classes": ((str, list, tuple), "column names"),
    "categorical": ((str, list, tuple), "column names"),
    "bias": (bool, "true or false"),
}
_OF_DATA = ("data", "inputs", "targets", "classes", "categorical", "validation", "split")
_REWRITES: dict[str, Callable[[Document, Any], list[str]]] = {
    "data": _data,
    "inputs": _columns("inputs"),
    "targets": _columns("targets"),
    "classes": _columns("classes"),
    "categorical": _columns("categorical"),
    "validation": _validation,
    "split": _split,
    "layers": _layers,
    "init": _init,
    "activation": _activation,
    "output_activation": _output_activation,
    "bias": _bias,
}
