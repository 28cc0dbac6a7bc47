"""Changes formulas as people and programs do by mistake: operators that make mutants of a formula's text."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from kept import looked_at
from openpyxl.formula.tokenizer import Token, Tokenizer
from openpyxl.utils import get_column_letter
from workbook_xml import rewrite, sheet_names

_CELL = re.compile(r"(\$?)([A-Z]{1,3})(\$?)(\d+)$")
Operator = Callable[[str], Iterator[str]]


@dataclass(frozen=True)
class Mutant:
    """A changed formula: the operator's name, its place, and the formula before and after, both with their "="."""

    operator: str
    sheet: str
    cell: str
    before: str
    after: str


def around(pattern: str) -> Operator:
    """Put a formula into another one."""
    return lambda formula: iter([pattern.format(formula)])


def replacing(old: str, new: str) -> Operator:
    """Replace each occurrence in turn."""

    def operator(formula: str) -> Iterator[str]:
        for match in re.finditer(old, formula):
            yield formula[: match.start()] + match.expand(new) + formula[match.end() :]

    return operator


def moving(rows: int, columns: int) -> Operator:
    """Cite another cell, or a range that ends elsewhere: each reference in turn."""

    def operator(formula: str) -> Iterator[str]:
        items = Tokenizer("=" + formula).items
        for index, token in enumerate(items):
            if token.type == Token.OPERAND and token.subtype == Token.RANGE:
                moved = _CELL.sub(lambda m: _moved(m, rows, columns), token.value)
                if moved != token.value:
                    yield "".join(moved if i == index else each.value for i, each in enumerate(items))

    return operator


def _moved(match: re.Match[str], rows: int, columns: int) -> str:
    from openpyxl.utils import column_index_from_string

    column, row = column_index_from_string(match[2]) + columns, int(match[4]) + rows
    return match[0] if column < 1 or row < 1 else f"{match[1]}{get_column_letter(column)}{match[3]}{row}"


def typing_over(formula: str) -> Iterator[str]:
    """Type a number in place of each reference in turn."""
    items = Tokenizer("=" + formula).items
    for index, token in enumerate(items):
        if token.type == Token.OPERAND and token.subtype == Token.RANGE and ":" not in token.value:
            yield "".join("1" if i == index else each.value for i, each in enumerate(items))


_MOST_TRIED = 5_000
OPERATORS: dict[str, Operator] = {
    "ABS": around("ABS({})"),
    "negated": around("-({})"),
    "rounded": around("ROUND({},11)"),
    "clamped": around("MAX(-1000,MIN(1000,{}))"),
    "not below 0": around("MAX(0,{})"),
    "errors hidden": around("IFERROR({},0)"),
    "scaled a little": around("({})*1.0000001"),
    "moved a little": around("({})+0.00000001"),
    "cut off": around("TRUNC({},9)"),
    "a text": around('({})&""'),
    "0 where small": around("IF(ABS({0})<0.000001,0,{0})"),
    "one column on": moving(0, 1),
    "one column back": moving(0, -1),
    "one row up": moving(-1, 0),
    "one row down": moving(1, 0),
    "number typed in": typing_over,
    "plus for minus": replacing(r"(?<=[\w)])-(?!\d)", "+"),
    "minus for plus": replacing(r"\+", "-"),
    "times for over": replacing("/", "*"),
    "at least for above": replacing(">(?![=>])", ">="),
    "at most for below": replacing("<(?![=>])", "<="),
    "minimum": replacing(r"\bMAX\(", "MIN("),
    "maximum": replacing(r"\bMIN\(", "MAX("),
    "constant changed": replacing(r"(?<![\w$.:!])(\d+)(?![\w.:!])", r"\g<1>.5"),
}


def mutants(path: Path, sheets: list[str], count: int, seed: int) -> list[Mutant]:
    """Return `count` mutants of a workbook, drawn: each operator and each sheet in turn."""
    draw = random.Random(seed)
    workbook = looked_at(path)
    cells: dict[str, list[tuple[str, str]]] = {}
    for name in sheets:
        every = [cell for row in workbook[name] for cell in row if cell.data_type == "f"]
        cells[name] = [(cell.coordinate, str(getattr(cell.value, "text", cell.value))) for cell in every]
    found: list[Mutant] = []
    turns = [(operator, sheet) for operator in OPERATORS for sheet in sheets]
    draw.shuffle(turns)
    tries = 0
    while len(found) < count:
        operator, sheet = turns[tries % len(turns)]
        tries += 1
        # Some operators fit few formulas.
        for cell, formula in draw.sample(cells[sheet], min(_MOST_TRIED, len(cells[sheet]))):
            changed = [text for text in OPERATORS[operator](formula[1:]) if text != formula[1:]]
            if changed:
                found.append(Mutant(operator, sheet, cell, formula, "=" + draw.choice(changed)))
                break
    return found


def write_mutant(path: Path, mutant: Mutant) -> None:
    """Change the workbook at `path` into the mutant; the cached value stays."""
    number = sheet_names(path).index(mutant.sheet) + 1

    def changed(xml: str) -> str:
        pattern = rf'(<c r="{mutant.cell}"[^>]*>)<f([^>]*)>[^<]*</f>'
        return re.sub(pattern, lambda m: f"{m[1]}<f{m[2]}>{escape(mutant.after[1:], quote=False)}</f>", xml, count=1)

    rewrite(path, changed, f"xl/worksheets/sheet{number}.xml")
