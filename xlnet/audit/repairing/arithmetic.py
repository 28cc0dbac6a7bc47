"""Formulas computed with arrays, so that many candidates for a part of one are tried in one go.

The engine computes what is no arithmetic, and has the last word on what is found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from xlnet.audit.formula.tree import Area, Brackets, Call, Number, Operation, Sign, Tree, parts

Floats = NDArray[np.float64]

_FUNCTIONS: dict[str, Callable[[Floats], Floats]] = {
    "EXP": np.exp,
    "TANH": np.tanh,
    "SQRT": np.sqrt,
    "ABS": np.abs,
    "LN": np.log,
}
_OPERATORS: dict[str, Callable[[Floats, Floats], Floats]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "^": np.power,
    "=": lambda a, b: (a == b).astype(float),
    "<>": lambda a, b: (a != b).astype(float),
    "<": lambda a, b: (a < b).astype(float),
    ">": lambda a, b: (a > b).astype(float),
    "<=": lambda a, b: (a <= b).astype(float),
    ">=": lambda a, b: (a >= b).astype(float),
}


def is_leaf(tree: Tree) -> bool:
    """Whether a part of a formula is none of the arithmetic done here: a cell, or what only the engine computes."""
    match tree:
        case Number() | Brackets() | Sign("+" | "-" | "%"):
            return False
        case Operation():
            return tree.operator not in _OPERATORS
        case Call(function, arguments):
            has_area = any(isinstance(each, Area) for each in arguments)
            return has_area or not (
                (function in _FUNCTIONS and len(arguments) == 1)
                or (function == "POWER" and len(arguments) == 2)
                or (function == "IF" and len(arguments) == 3)
                or function == "SUM"
            )
        case _:
            return True


def leaves(tree: Tree) -> Iterator[Tree]:
    """Yield the leaves of a formula, from the left."""
    if is_leaf(tree):
        yield tree
        return
    for part in parts(tree):
        yield from leaves(part)


def computed(tree: Tree, leaf: Callable[[Tree], Floats]) -> Floats:
    """Return the values of a formula, given those of its leaves; these may have any shapes that go together."""
    if is_leaf(tree):
        return leaf(tree)
    match tree:
        case Number():
            return np.array(tree.value)
        case Brackets():
            return computed(tree.of, leaf)
        case Sign():
            value = computed(tree.of, leaf)
            return -value if tree.sign == "-" else value / 100 if tree.sign == "%" else value
        case Operation():
            return _OPERATORS[tree.operator](computed(tree.left, leaf), computed(tree.right, leaf))
        case Call(function, arguments):
            values = [computed(each, leaf) for each in arguments]
            match function:
                case "IF":
                    return np.where(values[0] != 0, values[1], values[2])
                case "POWER":
                    return np.power(values[0], values[1])
                case "SUM":
                    return np.asarray(sum(values[1:], values[0]))
                case _:
                    return _FUNCTIONS[function](values[0])
    raise AssertionError(tree)
