"""Array formulas, which fill several cells at once: each of these cells gets a formula of its own that says the same.

A weight in an array could not be nudged: part of an array cannot be typed over.
"""

from __future__ import annotations

from xlnet.audit.formula.tree import (
    Area,
    Brackets,
    Call,
    Number,
    Operation,
    Ref,
    Sign,
    Tree,
    mapped,
    parts,
    reference_to,
    with_parts,
)
from xlnet.engines.live import Place

# What is computed entry by entry, so that an entry of the result needs that entry of the arguments alone.
_NAMES = """
ABS EXP LN LOG LOG10 SQRT POWER TANH SINH COSH SIGN ROUND IF INT SIN COS TAN
"""
_BY_ENTRY = frozenset(_NAMES.split())
_GOOGLES_WRAPPER = "ARRAYFORMULA"


def of_entry(tree: Tree, first: Place, last: Place, place: Place) -> Tree:
    """Return the formula of the cell `place` of an array formula that fills the cells from `first` to `last`.

    `tree` and what is returned are relative to `first` and to `place`.
    """
    tree = without_wrapper(tree)
    shape = (last[1] - first[1] + 1, last[2] - first[2] + 1)
    offset = (place[1] - first[1], place[2] - first[2])
    if shape == (1, 1):
        return tree
    by_entry = _by_entry(tree, first, place, shape, offset)
    if by_entry is not None:
        return by_entry

    def move(node: Tree) -> Tree | None:
        if isinstance(node, Ref):
            return reference_to(node.at(first), place, node)
        if isinstance(node, Area):
            return Area(
                reference_to(node.first.at(first), place, node.first),
                reference_to(node.last.at(first), place, node.last),
            )
        return None

    numbers = tuple(Number(float(index + 1), str(index + 1)) for index in offset)
    return Call("INDEX", (mapped(tree, move), *numbers))


def without_wrapper(tree: Tree) -> Tree:
    """Return a formula without Google's ARRAYFORMULA, which no other program knows."""

    def change(node: Tree) -> Tree | None:
        if isinstance(node, Call) and node.function == _GOOGLES_WRAPPER and node.arguments:
            return without_wrapper(node.arguments[0])
        return None

    return mapped(tree, change)


def _by_entry(tree: Tree, first: Place, place: Place, shape: tuple[int, int], offset: tuple[int, int]) -> Tree | None:
    """Return the formula of an entry, citing single cells alone; None where an entry needs more than an entry."""
    if isinstance(tree, Ref):
        return reference_to(tree.at(first), place, tree)
    if isinstance(tree, Area):
        (sheet, row, column), (_, last_row, last_column) = tree.at(first)
        rows, columns = last_row - row + 1, last_column - column + 1
        if rows not in (1, shape[0]) or columns not in (1, shape[1]):
            return None
        target = (sheet, row + (offset[0] if rows > 1 else 0), column + (offset[1] if columns > 1 else 0))
        return reference_to(target, place, tree.first)
    if isinstance(tree, Call) and tree.function not in _BY_ENTRY:
        has_area = any(isinstance(node, Area | Call) for node in tree.arguments)
        return None if has_area else _of_parts(tree, first, place, shape, offset)
    if isinstance(tree, Operation | Sign | Brackets | Call):
        return _of_parts(tree, first, place, shape, offset)
    return tree if not parts(tree) else None


def _of_parts(tree: Tree, first: Place, place: Place, shape: tuple[int, int], offset: tuple[int, int]) -> Tree | None:
    new = [_by_entry(part, first, place, shape, offset) for part in parts(tree)]
    found = tuple(part for part in new if part is not None)
    return with_parts(tree, found) if len(found) == len(new) else None
