"""A formula as a sum of terms, and a term as a product of factors."""

from __future__ import annotations

from typing import NamedTuple

from xlnet.audit.formula.tree import Area, Brackets, Call, Number, Operation, Sign, Tree


class Term(NamedTuple):
    """A term of a sum: its sign, 1 or -1, and the rest."""

    sign: int
    of: Tree


class Product(NamedTuple):
    """A product: its number, and what it is made of beside numbers, above and below the fraction line."""

    number: float
    above: tuple[Tree, ...]
    below: tuple[Tree, ...]


# What leaves its first argument as it is, or nearly so.
_ROUNDING = frozenset(("ROUND", "ROUNDDOWN", "ROUNDUP", "TRUNC"))


def terms(tree: Tree, sign: int = 1) -> list[Term]:
    """Return the terms of a sum, through brackets, signs, roundings and SUM of single cells."""
    match tree:
        case Brackets():
            return terms(tree.of, sign)
        case Sign("+" | "@"):
            return terms(tree.of, sign)
        case Sign("-"):
            return terms(tree.of, -sign)
        case Operation("+"):
            return terms(tree.left, sign) + terms(tree.right, sign)
        case Operation("-"):
            return terms(tree.left, sign) + terms(tree.right, -sign)
        case Call("SUM", arguments) if arguments and not any(isinstance(each, Area) for each in arguments):
            return [term for argument in arguments for term in terms(argument, sign)]
        case Call(function, (first, _)) if function in _ROUNDING:
            return terms(first, sign)
        case _:
            return [Term(sign, tree)]


def product(tree: Tree) -> Product:
    """Return the factors of a product, through brackets and signs."""
    match tree:
        case Number():
            return Product(tree.value, (), ())
        case Brackets() | Sign("+" | "@"):
            return product(tree.of)
        case Sign("-"):
            inner = product(tree.of)
            return inner._replace(number=-inner.number)
        case Sign("%"):
            inner = product(tree.of)
            return inner._replace(number=inner.number / 100)
        case Operation("*"):
            left, right = product(tree.left), product(tree.right)
            return Product(left.number * right.number, left.above + right.above, left.below + right.below)
        case Operation("/"):
            left, right = product(tree.left), product(tree.right)
            number = left.number / right.number if right.number else float("nan")
            return Product(number, left.above + right.below, left.below + right.above)
        case Call("PRODUCT", arguments) if arguments and not any(isinstance(each, Area) for each in arguments):
            result = Product(1.0, (), ())
            for argument in arguments:
                inner = product(argument)
                result = Product(result.number * inner.number, result.above + inner.above, result.below + inner.below)
            return result
        case _:
            return Product(1.0, (tree,), ())


def of_product(parts: Product) -> Tree:
    """Return a product as a tree."""
    tree: Tree | None = None
    for factor in parts.above:
        tree = _bracketed(factor) if tree is None else Operation("*", tree, _bracketed(factor))
    if tree is None or parts.number != 1:
        number = Number(parts.number, f"{parts.number!r}" if parts.number >= 0 else f"({parts.number!r})")
        tree = number if tree is None else Operation("*", number, tree)
    for factor in parts.below:
        tree = Operation("/", tree, _bracketed(factor))
    return tree


def of_terms(found: list[Term]) -> Tree:
    """Return a sum as a tree."""
    tree: Tree | None = None
    for sign, term in found:
        if tree is None:
            tree = term if sign > 0 else Sign("-", _bracketed(term))
        else:
            tree = Operation("+" if sign > 0 else "-", tree, _bracketed(term))
    return tree if tree is not None else Number(0.0, "0")


def _bracketed(tree: Tree) -> Tree:
    return Brackets(tree) if isinstance(tree, Operation | Sign) else tree
