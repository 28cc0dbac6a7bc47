"""Typed reading of one TOML table, with errors that name the file, the key and how to fix it."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, NoReturn

from xlnet.errors import UserError
from xlnet.names import key_hint, known, refusal
from xlnet.spec import Array, Matrix, Shape, Vector

# A cell holds 32,767 characters, and a character of a TOML string may take several.
MOST_CHARACTERS = 5_000
_NOT_IN_A_CELL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class TomlTable:
    """A table of a template: `label` names the file, `path` the table, `origins` the options that set a key.

    `notes` are what the reader has to tell beside what it read; a table and those inside it have them together.
    """

    label: str
    path: str
    content: Mapping[str, Any]
    origins: Mapping[str, str]
    notes: list[str] = field(default_factory=list)

    def require_known(self, *known: str) -> None:
        """Raise UserError for a key that is not in `known`, with the one that is meant."""
        for key in self.content:
            if key not in known:
                hint = key_hint(self._dotted(key), known)
                self.fail(key, f"unknown key: {hint or 'use one of ' + ', '.join(known)}")

    def fail(self, key: str, problem: str) -> NoReturn:
        """Raise UserError that names where `key` was set."""
        dotted = self._dotted(key)
        raise UserError(f"{self.label}: {self.origins.get(dotted, dotted)}: {problem}")

    def note(self, sentence: str) -> None:
        """Tell the person who asked for the template what was decided where it says nothing."""
        self.notes.append(f"{self.label}: {sentence}")

    def integer(self, key: str, default: int | None = None, *, least: int, most: int) -> int:
        """Return a whole number from `least` to `most`; without a default the key must be there."""
        value = self._value(key, default)
        if isinstance(value, bool) or not isinstance(value, int):
            self.fail(key, f"must be a whole number, not {_show(value)}")
        if not least <= value <= most:
            self.fail(key, f"must be from {least:,} to {most:,}, not {_show(value)}")
        return value

    def along(self, key: str, axes: int, default: int | Shape | None = None, *, least: int, most: int) -> Shape:
        """Return a whole number for each of so many axes: a list of them, or one that holds for all."""
        value = self._value(key, default)
        if not isinstance(value, list | tuple):
            return (self.integer(key, value, least=least, most=most),) * axes
        if len(value) != axes:
            self.fail(key, f"must be a whole number, or a list of {axes}, one for each axis, not {_show(value)}")
        for each in value:
            if isinstance(each, bool) or not isinstance(each, int) or not least <= each <= most:
                self.fail(key, f"must be whole numbers from {least:,} to {most:,}, not {_show(value)}")
        return tuple(value)

    def number(self, key: str, default: float | None = None) -> float:
        """Return a finite number; without a default the key must be there."""
        return self._finite(key, self._value(key, default))

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self._value(key, default)
        if not isinstance(value, bool):
            self.fail(key, f"must be true or false, not {_show(value)}")
        return value

    def text(self, key: str, default: str) -> str:
        """Return a text without control characters, which no cell could hold."""
        value = self._value(key, default)
        if not isinstance(value, str):
            self.fail(key, f"must be text in quotes, not {_show(value)}")
        self._require_fitting(key, value)
        return value

    def choice(self, key: str, options: Collection[str], default: str) -> str:
        """Return the one of `options` that is named, in any case or by a name that means the same."""
        value = self._value(key, default)
        name = known(value, options)
        if name is None:
            self.fail(key, refusal(value, options, _show(value)))
        return name

    def matrix(self, key: str, rows: int | None, columns: int, shape: str) -> Matrix:
        """Return a list of `rows` (None: one or more) lists of `columns` numbers; `shape` says what they stand for."""
        value = self._value(key, None)
        if not isinstance(value, list) or not value or not all(isinstance(row, list) for row in value):
            self.fail(key, f"must be a list of lists of numbers ({shape}), like [[1, 2], [3, 4]]")
        if rows is not None and len(value) != rows:
            self.fail(key, f"must have {rows} rows ({shape}), not {len(value)}")
        for number, row in enumerate(value, 1):
            if len(row) != columns:
                self.fail(key, f"must have rows of length {columns} ({shape}), but row {number} has length {len(row)}")
        return tuple(tuple(self._finite(key, item) for item in row) for row in value)

    def vector(self, key: str, length: int, shape: str) -> Vector:
        """Return a list of `length` numbers; `shape` says what they stand for."""
        value = self._value(key, None)
        if not isinstance(value, list) or len(value) != length:
            self.fail(key, f"must be a list of numbers of length {length} ({shape}), not {_show(value)}")
        return tuple(self._finite(key, item) for item in value)

    def array(self, key: str, shape: Shape, called: str) -> Array:
        """Return numbers in lists inside lists, of this shape; `called` says what its axes stand for."""
        if len(shape) == 1:
            return self.vector(key, shape[0], called)
        if len(shape) == 2:
            return self.matrix(key, shape[0], shape[1], called)
        return self._nested(key, self._value(key, None), shape, f"{' × '.join(map(str, shape))} numbers ({called})")

    def _nested(self, key: str, value: Any, shape: Shape, wanted: str) -> Array:
        if not shape:
            return self._finite(key, value)
        if not isinstance(value, list) or len(value) != shape[0]:
            self.fail(key, f"must be lists inside lists of {wanted}, not {_show(value)}")
        return tuple(self._nested(key, part, shape[1:], wanted) for part in value)

    def shape(self, key: str, *, most: int) -> Shape:
        """Return a whole number, or a list of several, as a shape of at most so many entries in all."""
        value = self._value(key, None)
        if not isinstance(value, list):
            return (self.integer(key, least=1, most=most),)
        sizes = [size for size in value if isinstance(size, int) and not isinstance(size, bool) and 1 <= size <= most]
        if not value or len(sizes) < len(value) or prod(sizes) > most:
            wanted = f"a whole number, or a shape like [1, 8] with at most {most:,} entries"
            self.fail(key, f"must be {wanted}, not {_show(value)}")
        return tuple(sizes)

    def names(self, key: str, length: int) -> tuple[str, ...]:
        """Return a list of `length` texts, empty where the key is missing."""
        value = self.content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            self.fail(key, f"must be a list of names in quotes, not {_show(value)}")
        if value and len(value) != length:
            self.fail(key, f"must have length {length}, not {len(value)}")
        return self._fitting_names(key, value)

    def column_names(self, key: str) -> tuple[str, ...]:
        """Return a list of at least one name."""
        value = self._value(key, None)
        if not isinstance(value, list) or not value or not all(isinstance(name, str) for name in value):
            self.fail(key, f"must be a list of column names in quotes, not {_show(value)}")
        return self._fitting_names(key, value)

    def table(self, key: str, *, required: bool = False) -> TomlTable:
        """Return a table inside this one, empty where it is missing."""
        value = self._value(key, None if required else {})
        if not isinstance(value, dict):
            self.fail(key, f"must be a table, [{self._dotted(key)}], not {_show(value)}")
        return TomlTable(self.label, self._dotted(key), value, self.origins, self.notes)

    def tables(self, key: str) -> list[TomlTable]:
        """Return a list of at least one table."""
        value = self._value(key, None)
        dotted = self._dotted(key)
        if not isinstance(value, list) or not value or not all(isinstance(v, dict) for v in value):
            self.fail(key, f"must be one or more [[{dotted}]] tables")
        return [
            TomlTable(self.label, f"{dotted}[{number}]", entry, self.origins, self.notes)
            for number, entry in enumerate(value, 1)
        ]

    def _fitting_names(self, key: str, names: list[str]) -> tuple[str, ...]:
        for number, name in enumerate(names, 1):
            if not name.strip():
                self.fail(key, f"name {number} is blank: fill it in")
            self._require_fitting(key, name, f"name {number}")
        return tuple(names)

    def _require_fitting(self, key: str, text: str, called: str = "") -> None:
        problem = unfit(text)
        if problem:
            self.fail(key, f"{called} {problem}".lstrip())

    def _value(self, key: str, default: Any) -> Any:
        value = self.content.get(key, default)
        if value is None:
            self.fail(key, "is missing: add this key")
        return value

    def _finite(self, key: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.fail(key, f"must be a number, not {_show(value)}")
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            self.fail(key, f"must be a finite number, not {_show(value)}")
        return number

    def _dotted(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def unfit(text: str) -> str | None:
    """Return why a cell cannot hold a text, None where it can."""
    if _NOT_IN_A_CELL.search(text):
        return "contains a control character, which a workbook cannot hold: remove it"
    if len(text) > MOST_CHARACTERS:
        return f"must have at most {MOST_CHARACTERS:,} characters, not {len(text):,}"
    return None


def _show(value: Any) -> str:
    """Return a value as a message shows it, cut short and on one line."""
    if isinstance(value, int) and abs(value) >= 10**40:
        return "a number of more than 40 digits"
    text = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else repr(value)
    return text if len(text) <= 40 else text[:37] + "…"
