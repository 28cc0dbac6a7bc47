"""References that are computed from where a formula stands, such as INDEX(A:A,14+INT((ROW()-18)/8)*8)."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from xlnet.audit.formula.tree import Area, Brackets, Call, Number, Operation, Ref, Sign, Tree, mapped, nodes
from xlnet.engines.live import Place
from xlnet.sheet_size import LAST_SHEET_COLUMN, LAST_SHEET_ROW

# The number in a cell; None where there is none, or where it is computed and these do not count.
Typed: TypeAlias = Callable[[Place], float | None]
# The same, told whether those computed count.
NumberOf: TypeAlias = Callable[[bool, Place], float | None]
# To take so many cells for cited is more than can be looked at.
_LARGE = 1_000

_LOOKING = frozenset(("INDEX", "OFFSET"))
_ROUNDING: dict[str, Callable[[float], int]] = {
    "INT": math.floor,
    "TRUNC": math.trunc,
    "ROUNDDOWN": math.trunc,
    "ROUNDUP": math.ceil,
}


def is_positional(tree: Tree) -> bool:
    """Whether a formula may have references that depend on where it stands."""
    return any(isinstance(node, Call) and node.function in _LOOKING for node in nodes(tree))


def resolved(tree: Tree, host: Place) -> Tree:
    """Return the formula of `host` with each INDEX or OFFSET replaced by the cell that it means there.

    One whose arguments depend on other cells is left as it is.
    """

    def change(node: Tree) -> Tree | None:
        if isinstance(node, Call) and node.function in _LOOKING:
            return _target(node, host)
        return None

    return mapped(tree, change)


def looked_up(tree: Tree, host: Place, number: NumberOf) -> Tree:
    """Return the formula of `host`, of which each INDEX has the one cell that it takes for its area, if that is known.

    INDEX(Data!B2:B301,C8) is of one sample, whose number stands in C8: of the others nothing is computed. `number`
    tells the numbers in cells: those typed, and for areas of many cells those that were computed when it was saved.
    """

    def change(node: Tree) -> Tree | None:
        if isinstance(node, Call) and node.function == "INDEX":
            target = _target(node, host, number)
            return None if target is None else Call("INDEX", (target, *node.arguments[1:]))
        return None

    return mapped(tree, change)


def _target(call: Call, host: Place, number: NumberOf | None = None) -> Ref | None:
    base = call.arguments[0]
    is_large = isinstance(base, Area) and _size(*base.at(host)) > _LARGE
    typed = None if number is None else partial(number, is_large)
    numbers = [value_of(each, host, typed) for each in call.arguments[1:]]
    if not numbers or any(number is None for number in numbers):
        return None
    offsets = [int(number) for number in numbers if number is not None]
    if call.function == "OFFSET" and isinstance(base, Ref) and len(offsets) == 2:
        sheet, row, column = base.at(host)
        return _ref((sheet, row + offsets[0], column + offsets[1]), host)
    if call.function != "INDEX" or not isinstance(base, Area) or len(offsets) > 2:
        return None
    (sheet, row, column), (_, last_row, last_column) = base.at(host)
    if len(offsets) == 1:
        offsets = [1, offsets[0]] if row == last_row else [offsets[0], 1]
        if row != last_row and column != last_column:
            return None
    if not (1 <= offsets[0] <= last_row - row + 1 and 1 <= offsets[1] <= last_column - column + 1):
        return None
    return _ref((sheet, row + offsets[0] - 1, column + offsets[1] - 1), host)


def _size(first: Place, last: Place) -> int:
    return (last[1] - first[1] + 1) * (last[2] - first[2] + 1)


def _ref(target: Place, host: Place) -> Ref | None:
    sheet, row, column = target
    if not (1 <= row <= LAST_SHEET_ROW and 1 <= column <= LAST_SHEET_COLUMN):
        return None
    return Ref(row - host[1], column - host[2], sheet=None if sheet == host[0] else sheet)


def value_of(tree: Tree, host: Place, typed: Typed | None = None) -> float | None:
    """Return the value of a formula that depends on nothing but where it stands, or typed numbers; None where it does.

    `typed` tells these.
    """
    match tree:
        case Number():
            return tree.value
        case Ref() if typed is not None:
            return typed(tree.at(host))
        case Brackets():
            return value_of(tree.of, host, typed)
        case Sign("+" | "-", of):
            value = value_of(of, host, typed)
            return None if value is None else -value if tree.sign == "-" else value
        case Operation():
            return _operation(tree, host, typed)
        case Call("ROW" | "COLUMN", arguments):
            axis = 1 if tree.function == "ROW" else 2
            if not arguments:
                return host[axis]
            return arguments[0].at(host)[axis] if len(arguments) == 1 and isinstance(arguments[0], Ref) else None
        case Call(function, arguments) if function in _ROUNDING and len(arguments) == 1:
            value = value_of(arguments[0], host, typed)
            return None if value is None else _ROUNDING[function](value)
        case Call("MOD" | "QUOTIENT", (first, second)):
            a, b = value_of(first, host, typed), value_of(second, host, typed)
            if a is None or not b:
                return None
            return a % b if tree.function == "MOD" else math.trunc(a / b)
        case _:
            return None


def _operation(tree: Operation, host: Place, typed: Typed | None) -> float | None:
    left, right = value_of(tree.left, host, typed), value_of(tree.right, host, typed)
    if left is None or right is None:
        return None
    match tree.operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/" if right:
            return left / right
        case _:
            return None
