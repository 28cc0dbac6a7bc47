"""Finds templates: bundled ones by name, the user's own by path."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlnet.errors import UserError
from xlnet.template.bounds import MOST_CHARACTERS, require_modest
from xlnet.template.text_file import UnreadableError, read_text

DEFAULT = "seed"
_PACKAGE = Path(__file__).parent.parent
# In an installed package, and in a checkout.
_FOLDERS = (_PACKAGE / "template" / "bundled", _PACKAGE.parent / "templates")


@dataclass(frozen=True)
class TemplateSource:
    """A template as read: its name, how messages call it, the folder it is in, its text and its TOML document.

    `folder` is None where no file that it names may be opened.
    """

    name: str
    label: str
    folder: Path | None
    text: str
    document: dict[str, Any]


def bundled_names() -> list[str]:
    """Return the names of the bundled templates, the default first."""
    names = sorted(path.stem for path in _bundled_folder().glob("*.toml"))
    return sorted(names, key=lambda name: name != DEFAULT)


def open_template(template: str | Path) -> TemplateSource:
    """Read a bundled template (by name) or a .toml file (by path).

    Raises UserError when there is no such template or it is not valid TOML.
    """
    names = bundled_names()
    if isinstance(template, str) and template in names:
        return _read(_bundled_folder() / f"{template}.toml", label=template)
    path = Path(template)
    # Any suffix, as of xor.tml; and letters of any case, as of XOR.
    near = difflib.get_close_matches(path.stem.casefold(), names, n=1)
    meant = f"did you mean {near[0]}?" if near and path.parent == Path() else ""
    if path.suffix.lower() != ".toml":
        if path.is_file():
            is_data = path.suffix.lower() in (".csv", ".tsv", ".data", ".dat")
            advice = "give a file of samples by --data" if is_data else "rename it"
            raise UserError(f"{template}: the name of a template must end in .toml: {advice}")
        advice = meant or f"use a .toml file or one of {', '.join(names)}"
        raise UserError(f"{template}: no such template: {advice}")
    if meant and not path.exists():
        raise UserError(f"{template}: no such file: check the path, or {meant}")
    return _read(path, label=str(template))


def source_of(template: str | Path | None, overrides: Mapping[str, Any]) -> TemplateSource:
    """Return a template; without one the default, or with the override `data` a plain network for that file."""
    if template is None and "data" in overrides:
        return from_data(overrides)
    return open_template(template or DEFAULT)


def from_data(overrides: Mapping[str, Any]) -> TemplateSource:
    """Return a template for a CSV file alone: named after the file, its layers left to the override `layers`.

    Raises UserError where one of the overrides that it needs is missing.
    """
    missing = [f"--{name}" for name in ("inputs", "targets", "layers") if name not in overrides]
    if missing:
        *others, last = missing
        needed = f"{', '.join(others)} and {last} are" if others else f"{last} is"
        raise UserError(f"--data: without a template, {needed} also needed, like --layers 4-8-3")
    path = Path(overrides["data"])
    network = {"inputs": 1, "layers": [{"units": 1}]}
    document = {"title": path.stem, "network": network, "data": {}}
    return TemplateSource(path.stem, path.name, Path(), "", document)


def _read(path: Path, label: str) -> TemplateSource:
    try:
        text = read_text(path, MOST_CHARACTERS)
    except UnreadableError as error:
        raise UserError(f"{label}: {error}") from None
    return TemplateSource(path.stem, label, path.parent, text, read_toml(text, label))


def read_toml(text: str, label: str) -> dict[str, Any]:
    """Return the document of a TOML text; raises UserError, prefixed with `label`, when it is not valid."""
    require_modest(text, label)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem = str(error).replace("\n", " ")
        raise UserError(f"{label}: not valid TOML: {problem}") from None
    except RecursionError:
        raise UserError(f"{label}: not a template: nested too deeply") from None
    except ValueError:
        raise UserError(f"{label}: not a template: a number has too many digits: shorten it") from None


def _bundled_folder() -> Path:
    return next(folder for folder in _FOLDERS if folder.is_dir())
