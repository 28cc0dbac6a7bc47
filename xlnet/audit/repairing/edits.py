"""Small changes of a formula other than another cell: signs, operators, factors and exponents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from xlnet.audit.formula.tree import (
    Brackets,
    Call,
    Number,
    Operation,
    Ref,
    Sign,
    Tree,
    bare,
    mapped,
    nodes,
    parts,
    with_parts,
)
from xlnet.audit.repairing.arithmetic import is_leaf


@dataclass(frozen=True)
class Edit:
    """A change: the whole new formula, and the part that is another one, with what was there before.

    `how` is one of "exchange", "exchange in part", "exchange twice", "instead", "sign", "without", "also", "times",
    "divided", "brackets", "no brackets". `other_old` and `other_new` are the second exchange; for "exchange in part",
    `other_old` is that part, for "also" the cell of which the factor is made. `is_repeated` tells that the change is
    made in all terms of a sum.
    """

    tree: Tree
    how: str
    old: Tree | None = None
    new: Tree | None = None
    other_old: Tree | None = None
    other_new: Tree | None = None
    is_repeated: bool = False


Local = Callable[[Tree], Iterator[Edit]]


def everywhere(tree: Tree, local: Local) -> Iterator[Edit]:
    """Yield the whole formula with each change that `local` makes of each of its parts."""
    yield from local(tree)
    if is_leaf(tree):
        return
    own = parts(tree)
    for index, part in enumerate(own):
        for edit in everywhere(part, local):
            yield replace(edit, tree=with_parts(tree, (*own[:index], edit.tree, *own[index + 1 :])))


def signs(tree: Tree) -> Iterator[Edit]:
    """Yield a formula with another sign or operator."""
    yield from everywhere(tree, _turned)
    yield from everywhere(tree, _other_sign)
    yield Edit(Sign("-", tree if is_leaf(tree) else Brackets(tree)), "sign")
    yield from everywhere(tree, _other_operator)


def _turned(tree: Tree) -> Iterator[Edit]:
    """Yield t-y as y-t, but 1-y never as y-1, which nobody would mean."""
    if isinstance(tree, Operation) and tree.operator == "-" and not isinstance(bare(tree.left), Number):
        if isinstance(bare(tree.left), Operation) and bare(tree.left) == tree.left:
            return
        new = Operation("-", tree.right, tree.left)
        yield Edit(new, "instead", tree, new)


def _other_sign(tree: Tree) -> Iterator[Edit]:
    match tree:
        case Operation("+" | "-", left, right):
            new = Operation("-" if tree.operator == "+" else "+", left, right)
            yield Edit(new, "instead", tree, new)
        case Sign("-", of):
            yield Edit(of, "instead", tree, of)
        case Call(function, arguments) if not is_leaf(tree):
            for index, each in enumerate(arguments):
                negative = Sign("-", each if is_leaf(each) else Brackets(each))
                changed = Call(function, (*arguments[:index], negative, *arguments[index + 1 :]))
                yield Edit(changed, "instead", tree, changed)


def _other_operator(tree: Tree) -> Iterator[Edit]:
    if isinstance(tree, Operation) and tree.operator in "+-*/":
        for operator in "*/-+":
            if operator != tree.operator and {operator, tree.operator} != {"+", "-"}:
                new = Operation(operator, tree.left, tree.right)
                yield Edit(new, "instead", tree, new)


def factors(tree: Tree) -> Iterator[Edit]:
    """Yield a formula with a factor or a term less, another exponent, or a function less."""
    yield from everywhere(tree, _exponents)
    yield from everywhere(tree, lambda node: _fewer(node, 1))
    yield from everywhere(tree, lambda node: _fewer(node, 2))
    yield from everywhere(tree, _doubled)
    yield from _functions(tree)


def _exponents(tree: Tree) -> Iterator[Edit]:
    two = Number(2.0, "2")
    match tree:
        case Operation("-", Number(1.0), right) if isinstance(bare(right), Ref):
            squared = Operation("-", tree.left, Operation("^", right, two))
            yield Edit(squared, "instead", tree, squared)
            yield Edit(right, "instead", tree, right)
        case Operation("-", Number(1.0), Operation("^", base, Number(2.0))):
            plain = Operation("-", tree.left, base)
            yield Edit(plain, "instead", tree, plain)
        case Operation("^", base, Number(exponent)):
            yield Edit(base, "instead", tree, base)
            for other in (exponent - 1, exponent + 1):
                changed = Operation("^", base, Number(other, f"{other:g}"))
                if other not in (0, 1):
                    yield Edit(changed, "instead", tree, changed)
        case Ref():
            power = Operation("^", tree, two)
            yield Edit(power, "instead", tree, power)
            rest = Brackets(Operation("-", Number(1.0, "1"), tree))
            yield Edit(rest, "instead", tree, rest)


def chain(tree: Tree, operators: str) -> list[tuple[str, Tree]]:
    """Return the operands of a row of operations, with their operators: a*b/c is (*, a), (*, b), (/, c)."""
    if isinstance(tree, Operation) and tree.operator in operators:
        return [*chain(tree.left, operators), (tree.operator, tree.right)]
    return [(operators[0], tree)]


def joined(items: list[tuple[str, Tree]], operators: str) -> Tree:
    """Return the row of operations that `chain` took apart."""
    first, *rest = items
    tree = first[1]
    if first[0] != operators[0]:
        tree = Sign("-", tree) if first[0] == "-" else Operation("/", Number(1.0, "1"), tree)
    for operator, operand in rest:
        tree = Operation(operator, tree, operand)
    return tree


def _fewer(tree: Tree, count: int) -> Iterator[Edit]:
    """Yield a product or a sum without some of its operands that stand together."""
    for operators in ("*/", "+-"):
        items = chain(tree, operators)
        if len(items) > count:
            for start in range(len(items) - count + 1):
                new = joined(items[:start] + items[start + count :], operators)
                yield Edit(new, "without", joined(items[start : start + count], operators))


def _doubled(tree: Tree) -> Iterator[Edit]:
    """Yield a sum with a term, or a difference with an operand, doubled or halved."""
    if not (isinstance(tree, Operation) and tree.operator in "+-"):
        return
    for index, part in enumerate(parts(tree)):
        for factor in (Number(2.0, "2"), Number(0.5, "0.5")):
            new = Operation("*", factor, part)
            yield Edit(with_parts(tree, (new, tree.right) if index == 0 else (tree.left, new)), "instead", part, new)


def _functions(tree: Tree) -> Iterator[Edit]:
    """Yield a formula without a function: x where TANH(x) stands, everywhere or in one place."""
    calls = [node for node in dict.fromkeys(nodes(tree)) if isinstance(node, Call) and len(node.arguments) == 1]
    for call in calls:
        inner = call.arguments[0] if is_leaf(call.arguments[0]) else Brackets(call.arguments[0])
        yield Edit(_replaced(tree, call, inner), "instead", call, inner)

    def without(node: Tree) -> Iterator[Edit]:
        if isinstance(node, Call) and node in calls:
            yield Edit(Brackets(node.arguments[0]), "instead", node, node.arguments[0])

    yield from everywhere(tree, without)


def _replaced(tree: Tree, old: Tree, new: Tree) -> Tree:
    return mapped(tree, lambda node: new if node == old else None)
