"""Divides cells into groups that are damaged together, so that a few workbooks show what is made of many damages."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from openpyxl.formula.tokenizer import Token, Tokenizer
from recalculated import parts

# Sheet, first column and row, last column and row.
Area = tuple[str, int, int, int, int]


def apart(formulas: Mapping[str, str], keys: Mapping[str, str] | None = None) -> list[list[str]]:
    """Divide cells, such as "Proof!A9" with its formula, into few groups.

    No cell cites another of its group: each is wrong by itself alone. No two stand in one column, or have one of the
    `keys` in common, of which a report names the first cell that is wrong.
    """
    key = keys or {}
    cited = {cell: set(cited_by(formula, cell.partition("!")[0])) for cell, formula in formulas.items()}

    def clash(one: str, other: str) -> bool:
        are_named_once = parts(one)[:2] == parts(other)[:2] or key.get(one, one) == key.get(other, other)
        return are_named_once or is_in(cited[one], other) or is_in(cited[other], one)

    groups: list[list[str]] = []
    for cell in formulas:
        group = next((group for group in groups if not any(clash(cell, other) for other in group)), None)
        if group is None:
            groups.append(group := [])
        group.append(cell)
    return groups


def is_in(areas: Collection[Area], cell: str) -> bool:
    """Return whether one of the areas has a cell in it."""
    sheet, column, row = parts(cell)
    return any(
        sheet == name and left <= column <= right and top <= row <= bottom for name, left, top, right, bottom in areas
    )


def cited_by(formula: str, sheet: str) -> Iterator[Area]:
    """Yield the areas that a formula on a sheet cites."""
    for token in Tokenizer(formula).items:
        if token.type == Token.OPERAND and token.subtype == Token.RANGE:
            name, _, area = token.value.rpartition("!")
            first, _, last = area.partition(":")
            (_, left, top), (_, right, bottom) = (parts(f"!{cell.replace('$', '')}") for cell in (first, last or first))
            yield name.strip("'") or sheet, left, top, right, bottom
