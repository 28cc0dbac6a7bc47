"""Formulas that say the same, however they are written, and formulas that differ in their references alone."""

from __future__ import annotations

from xlnet.audit.formula.tree import Area, Brackets, Call, Number, Operation, Ref, Sign, Tree, parts, with_parts
from xlnet.engines.live import Place


def skeleton(tree: Tree) -> Tree:
    """Return a formula in which all references are the same, without brackets."""
    if isinstance(tree, Brackets) or (isinstance(tree, Sign) and tree.sign in "+@"):
        return skeleton(tree.of)
    if isinstance(tree, Ref):
        return Ref(0, 0)
    if isinstance(tree, Area):
        return Area(Ref(0, 0), Ref(0, 0))
    return with_parts(tree, tuple(skeleton(part) for part in parts(tree))) if parts(tree) else tree


def meaning(tree: Tree, host: Place) -> object:
    """Return something that is equal for formulas that say the same, whatever the order of factors and terms."""
    match tree:
        case Brackets() | Sign("+" | "@", _):
            return meaning(tree.of, host)
        case Ref():
            return tree.at(host)
        case Area():
            return ("area", *tree.at(host))
        case Number():
            return ("number", tree.value)
        case Operation("+" | "-"):
            return ("sum", *sorted(_terms(tree, host, "+"), key=repr))
        case Operation("*"):
            return ("product", *sorted(_factors(tree, host), key=repr))
        case Operation():
            return (tree.operator, meaning(tree.left, host), meaning(tree.right, host))
        case Sign():
            return (tree.sign, meaning(tree.of, host))
        case Call():
            return (tree.function, *(meaning(each, host) for each in tree.arguments))
        case _:
            return tree


def _terms(tree: Tree, host: Place, sign: str) -> list[object]:
    if isinstance(tree, Brackets):
        return _terms(tree.of, host, sign)
    if isinstance(tree, Sign) and tree.sign in "+-":
        return _terms(tree.of, host, _times(sign, tree.sign))
    if isinstance(tree, Operation) and tree.operator in "+-":
        return _terms(tree.left, host, sign) + _terms(tree.right, host, _times(sign, tree.operator))
    return [(sign, meaning(tree, host))]


def _times(sign: str, other: str) -> str:
    return "+" if sign == other else "-"


def _factors(tree: Tree, host: Place) -> list[object]:
    if isinstance(tree, Brackets):
        return _factors(tree.of, host)
    if isinstance(tree, Operation) and tree.operator == "*":
        return _factors(tree.left, host) + _factors(tree.right, host)
    return [meaning(tree, host)]
