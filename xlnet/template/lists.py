"""Lists of values on the command line: "0.01,0.1", "sgd,adam", "[[1, 1]],[[2, 2]]"."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from xlnet.errors import UserError

# What the command line gives as one value, commas and all.
_SINGLE = ("inputs", "targets", "data")


def read_lists(options: Mapping[str, Any], settings: Iterable[str]) -> dict[str, Any]:
    """Return the values of `options`, by name, and of `settings`, each KEY=LIST; what is None is left out.

    Raises UserError.
    """
    found: dict[str, Any] = {}
    for name, given in options.items():
        if given is not None:
            is_list = isinstance(given, str) and name not in _SINGLE
            found[name] = listed(given, "--" + name.replace("_", "-")) if is_list else given
    for setting in settings:
        key, equals, text = setting.partition("=")
        key = key.strip()
        if not (key and equals):
            raise UserError(
                f"--set: must be a key and its values, like training.optimizer.name=sgd,adam, not {setting!r}"
            )
        if key in found:
            raise UserError(f"--set {key}: is given twice: list all its values in one --set")
        found[key] = listed(text, f"--set {key}")
    return found


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
