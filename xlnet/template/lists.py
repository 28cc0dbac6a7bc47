"""Lists of values on the command line: "0.01,0.1", "sgd,adam", "[[1, 1]],[[2, 2]]"."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from xlnet.errors import UserError

# What the command line gives as one value, commas and all.
_SINGLE = (
    *("data", "inputs", "targets", "classes", "categorical", "missing", "constant"),
    *("separator", "decimal", "encoding", "split"),
)


def read_lists(options: Mapping[str, Any], settings: Iterable[str]) -> dict[str, Any]:
    """Return the values of `options`, by name, and of `settings`, each KEY=LIST; what is None is left out.

    Raises UserError.
    """
    found: dict[str, Any] = {}
    for name, given in options.items():
        if given is not None:
            is_list = isinstance(given, str) and name not in _SINGLE
            found[name] = listed(given, "--" + name.replace("_", "-")) if is_list else given
    for key, text in _pairs(settings, "its values, like training.optimizer.name=sgd,adam"):
        if key in found:
            raise UserError(f"--set {key}: is given twice: list all its values in one --set")
        found[key] = listed(text, f"--set {key}")
    return found


def read_settings(settings: Iterable[str]) -> dict[str, Any]:
    """Return the values of `settings`, each KEY=VALUE. Raises UserError."""
    found: dict[str, Any] = {}
    for key, text in _pairs(settings, "its value, like training.optimizer.momentum=0.9"):
        if key in found:
            raise UserError(f"--set {key}: is given twice: remove one")
        values = listed(text, f"--set {key}")
        if len(values) > 1:
            raise UserError(of_several(f"--set {key}", text))
        (found[key],) = values
    return found


def of_several(option: str, values: str) -> str:
    """Return what is wrong with an option of one value for which several are listed, and how runs are compared."""
    return f"{option}: takes one value, not {values}: for a run of each, use xlnet compare in place of xlnet build"


def _pairs(settings: Iterable[str], wanted: str) -> Iterator[tuple[str, str]]:
    """Yield the key and the text after it of each of `settings`. Raises UserError."""
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not (key.strip() and equals):
            raise UserError(f"--set: must be a key and {wanted}, not {setting!r}")
        yield key.strip(), text


def listed(text: str, option: str) -> list[Any]:
    """Return the values of a list; what is not a TOML value is a word. Raises UserError, which names the option."""
    values = []
    for item in _split(text, option):
        if not item:
            raise UserError(f"{option}: contains an empty value: separate values with commas, like 0.01,0.1")
        try:
            values.append(tomllib.loads(f"value = {item}")["value"])
        except (tomllib.TOMLDecodeError, ValueError, RecursionError):
            values.append(item)
    return values


def _split(text: str, option: str) -> list[str]:
    """Return the parts between the commas that stand outside brackets and quotes. Raises UserError."""
    parts, depth, quote = [""], 0, ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        depth += (character in "[{") - (character in "]}") if not quote else 0
        if character == "," and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += character
    if quote:
        raise UserError(f"{option}: unclosed quote in {text}: close it")
    return [part.strip() for part in parts]
