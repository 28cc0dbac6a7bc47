"""A workbook as an audit sees it: typed cells, formulas as trees, and the engine that computes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from xlnet.audit.formula.addresses import address, full_address
from xlnet.audit.formula.parse import FormulaError, parse
from xlnet.audit.formula.printing import printed
from xlnet.audit.formula.tree import Brackets, Call, Name, Operation, Sign, Tree, mapped, nodes
from xlnet.audit.reading.arrays import of_entry, without_wrapper
from xlnet.audit.reading.file import Markup, readable
from xlnet.engines.live import LiveWorkbook, Place, Value
from xlnet.errors import EngineError, UserError

MOST_FORMULAS = 400_000
# Drawn anew at each recalculation, or as time passes.
VOLATILE = frozenset(("RAND", "RANDBETWEEN", "RANDARRAY", "NOW", "TODAY"))
# What only Google's program knows.
GOOGLES = frozenset(("POW", "MULTIPLY", "ADD", "MINUS", "DIVIDE", "UMINUS", "ARRAYFORMULA"))
_OPERATORS = {"MULTIPLY": "*", "ADD": "+", "MINUS": "-", "DIVIDE": "/"}
_REFERENCE = re.compile(
    r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'!|(?<![\w.$])(\$?)([A-Za-z]{1,3})(\$?)([0-9]{1,7})(?![\w.(!])'
)


@dataclass(frozen=True)
class Workbook:
    """An opened workbook.

    `trees` are the formulas, relative to their cells; array formulas taken apart, volatile ones left out, as they are
    frozen at their stored values. `stored` are the values in the file, those typed and those computed by the program
    that saved it. `replaced` tells the functions that one program alone knows, by cell; `not_read` the formulas that
    could not be read, which are computed all the same.
    """

    path: Path
    live: LiveWorkbook
    sheets: list[str]
    markup: Markup
    stored: dict[Place, Value]
    trees: dict[Place, Tree]
    frozen: frozenset[Place] = frozenset()
    replaced: dict[Place, str] = field(default_factory=dict)
    not_read: dict[Place, str] = field(default_factory=dict)

    def is_typed_number(self, place: Place) -> bool:
        """Whether a cell holds a number that nobody computed."""
        return place not in self.trees and isinstance(self.stored.get(place), int | float)

    def formula(self, place: Place, tree: Tree | None = None) -> str:
        """Return the text of a formula, with "=", of a cell's own or of another one in its place."""
        return "=" + printed(tree or self.trees[place], place, self.sheets)

    def show(self, place: Place, sheet: int | None = None) -> str:
        """Return a cell's address, with the sheet's title unless it is on `sheet`."""
        return address(place) if place[0] == sheet else full_address(place, self.sheets)


@contextmanager
def open_workbook(path: Path) -> Iterator[Workbook]:
    """Yield the opened workbook. Raises UserError, EngineError."""
    with readable(path) as (file, markup):
        try:
            live = LiveWorkbook(file)
        except EngineError as error:
            # Of a copy nobody knows the name.
            raise EngineError(str(error).replace(str(file), str(path))) from None
        yield _opened(path, live, markup)


def _opened(path: Path, live: LiveWorkbook, markup: Markup) -> Workbook:
    texts: dict[Place, str] = {}
    stored: dict[Place, Value] = {}
    for place in live.places():
        text = live.formula(place)
        if text is not None:
            texts[place] = text
        value = live.value(place)
        if value is not None:
            stored[place] = value
    if len(texts) > MOST_FORMULAS:
        raise UserError(f"{path}: has {len(texts):,} formulas, but audit reads at most {MOST_FORMULAS:,}")
    reader = _Trees(live)
    trees: dict[Place, Tree] = {}
    not_read: dict[Place, str] = {}
    for place, text in texts.items():
        try:
            trees[place] = reader.tree(text, place)
        except FormulaError as error:
            not_read[place] = str(error)
    trees |= _take_arrays_apart(live, markup, trees, not_read)
    replaced = _replace_strangers(live, trees)
    # Cells filled down share a tree.
    distinct = {id(tree): tree for tree in trees.values()}
    volatile = {each for each, tree in distinct.items() if _is_volatile(tree)}
    frozen = {place for place, tree in trees.items() if id(tree) in volatile}
    for place in frozen:
        value = stored.get(place)
        live.type_numbers({place: float(value) if isinstance(value, int | float) else 0.0})
        del trees[place]
    return Workbook(path, live, live.sheets, markup, stored, trees, frozenset(frozen), replaced, not_read)


@cache
def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


class _Trees:
    """Reads formulas; cells filled down differ in their texts, but not when written relative to the cell."""

    def __init__(self, live: LiveWorkbook) -> None:
        self._sheets = live.sheets
        self._names = {(name.casefold(), scope): text for name, scope, text in live.names()}
        self._known: dict[tuple[int, str], Tree] = {}
        self._one: dict[Tree, Tree] = {}

    def tree(self, text: str, place: Place) -> Tree:
        """Return the tree of a formula. Raises FormulaError."""
        _, row, column = place

        def relative(match: re.Match[str]) -> str:
            if match[2] is None:
                return match[0]
            number = _column(match[2])
            line = match[4] if match[3] else f"[{int(match[4]) - row}]"
            return f"R{line}C{number if match[1] else f'[{number - column}]'}"

        key = (place[0], _REFERENCE.sub(relative, text))
        tree = self._known.get(key)
        if tree is None:
            tree = parse(text, place, self._sheets, self._meaning)
            # The same formula on several sheets is one tree, too.
            tree = self._known[key] = self._one.setdefault(tree, tree)
        return tree

    def _meaning(self, name: str, host: Place) -> Tree | None:
        text = self._names.get((name.casefold(), host[0])) or self._names.get((name.casefold(), None))
        if text is None or name.casefold() in text.casefold():
            return None
        try:
            return parse("=" + text.removeprefix("="), host, self._sheets)
        except FormulaError:
            return None


def _take_arrays_apart(
    live: LiveWorkbook, markup: Markup, trees: dict[Place, Tree], not_read: dict[Place, str]
) -> dict[Place, Tree]:
    """Give each cell of an array formula a formula of its own, also in the engine, and return these."""
    found: dict[Place, Tree] = {}
    for sheet, areas in markup.arrays.items():
        for row, column, last_row, last_column in areas:
            first, last = (sheet, row, column), (sheet, last_row, last_column)
            if first not in trees or first in not_read:
                continue
            tree = trees[first]
            live.clear(first, last)
            for place in ((sheet, r, c) for r in range(row, last_row + 1) for c in range(column, last_column + 1)):
                found[place] = of_entry(tree, first, last, place)
                live.type_formula(place, "=" + printed(found[place], place, live.sheets))
    return found


def _replace_strangers(live: LiveWorkbook, trees: dict[Place, Tree]) -> dict[Place, str]:
    """Replace functions that one program alone knows by those that the engine has; return them by cell."""
    kept: dict[int, tuple[Tree, str]] = {}
    replaced: dict[Place, str] = {}
    for place, tree in trees.items():
        if id(tree) not in kept:
            names = {node.function for node in nodes(tree) if isinstance(node, Call)} & GOOGLES
            kept[id(tree)] = (_in_other_words(tree) if names else tree, ", ".join(sorted(names)))
        new, functions = kept[id(tree)]
        has_names = any(isinstance(node, Name) for node in nodes(new)) if functions else False
        if functions and not has_names:
            trees[place] = new
            replaced[place] = functions
            live.type_formula(place, "=" + printed(new, place, live.sheets))
    return replaced


def _in_other_words(tree: Tree) -> Tree:
    def change(node: Tree) -> Tree | None:
        if not isinstance(node, Call):
            return None
        arguments = tuple(_in_other_words(each) for each in node.arguments)
        if node.function == "POW" and len(arguments) == 2:
            return Call("POWER", arguments)
        if node.function in _OPERATORS and len(arguments) == 2:
            return Brackets(Operation(_OPERATORS[node.function], Brackets(arguments[0]), Brackets(arguments[1])))
        if node.function == "UMINUS" and len(arguments) == 1:
            return Brackets(Sign("-", Brackets(arguments[0])))
        return None

    return mapped(without_wrapper(tree), change)


def _is_volatile(tree: Tree) -> bool:
    return any(isinstance(node, Call) and node.function in VOLATILE for node in nodes(tree))
