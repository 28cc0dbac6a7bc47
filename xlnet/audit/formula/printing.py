"""From a tree to the text of a formula."""

from __future__ import annotations

from collections.abc import Sequence

from xlnet.audit.formula.addresses import written
from xlnet.audit.formula.parse import PRECEDENCE
from xlnet.audit.formula.tree import (
    Area,
    Brackets,
    Call,
    Listed,
    Name,
    Number,
    Operation,
    Ref,
    Sign,
    Text,
    Tree,
    Word,
)
from xlnet.engines.live import Place

_SIGN, _ATOM = 6, 7
# a-(b-c) and a/(b/c) keep their brackets, and so does a power of a power.
_NOT_ASSOCIATIVE = ("-", "/", "^")


def printed(tree: Tree, host: Place, sheets: Sequence[str]) -> str:
    """Return the text of a formula, without "=", as it stands in the cell `host`; brackets are added where needed."""
    return _text(tree, host, sheets)


def _text(tree: Tree, host: Place, sheets: Sequence[str]) -> str:
    match tree:
        case Number():
            return tree.text
        case Text():
            return '"' + tree.value.replace('"', '""') + '"'
        case Word() | Name() | Listed():
            return tree.text
        case Ref() | Area():
            return written(tree, host, sheets)
        case Call():
            return f"{tree.function}({','.join(_text(each, host, sheets) for each in tree.arguments)})"
        case Brackets():
            return f"({_text(tree.of, host, sheets)})"
        case Sign():
            inner = _within(tree.of, _SIGN, host, sheets)
            return inner + tree.sign if tree.is_after else tree.sign + inner
        case Operation():
            strength = PRECEDENCE[tree.operator]
            left = _within(tree.left, strength, host, sheets)
            right = _within(tree.right, strength + (tree.operator in _NOT_ASSOCIATIVE), host, sheets)
            return f"{left}{tree.operator}{right}"


def _within(tree: Tree, least: int, host: Place, sheets: Sequence[str]) -> str:
    text = _text(tree, host, sheets)
    return text if _strength(tree) >= least else f"({text})"


def _strength(tree: Tree) -> int:
    if isinstance(tree, Operation):
        return PRECEDENCE[tree.operator]
    return _SIGN if isinstance(tree, Sign) else _ATOM
