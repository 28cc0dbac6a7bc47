"""Small changes of a formula: a pair of brackets more, less, or elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from xlnet.audit.formula.parse import PRECEDENCE
from xlnet.audit.formula.tree import Brackets, Operation, Tree, parts, with_parts
from xlnet.audit.repairing.edits import Edit, everywhere


def brackets(tree: Tree) -> Iterator[Edit]:
    """Yield a formula with a pair of brackets more, less, or standing elsewhere."""

    def within(node: Tree) -> Iterator[Edit]:
        # A row of operations is taken as a whole.
        own = () if isinstance(node, Operation) else parts(node)
        for index, part in enumerate(own):
            for edit in _rebracketed(part):
                yield replace(edit, tree=with_parts(node, (*own[:index], edit.tree, *own[index + 1 :])))

    yield from _rebracketed(tree)
    yield from everywhere(tree, within)


def _rebracketed(tree: Tree) -> Iterator[Edit]:
    if not isinstance(tree, Operation):
        return
    operands, operators = _flat(tree)
    yield from _with_pair(operands, operators, range(len(operands)), range(len(operands)))
    for index, operand in enumerate(operands):
        if isinstance(operand, Brackets) and isinstance(operand.of, Operation):
            inner, between = _flat(operand.of)
            all_operands = [*operands[:index], *inner, *operands[index + 1 :]]
            all_operators = [*operators[:index], *between, *operators[index:]]
            yield Edit(_built(all_operands, all_operators), "no brackets", operand)
            last = index + len(inner) - 1
            yield from _with_pair(all_operands, all_operators, [index], range(len(all_operands)))
            yield from _with_pair(all_operands, all_operators, range(len(all_operands)), [last])


def _with_pair(
    operands: list[Tree], operators: list[str], starts: Iterable[int], ends: Iterable[int]
) -> Iterator[Edit]:
    for start in starts:
        for end in ends:
            if start < end and end - start < len(operands) - 1:
                inner = Brackets(_built(operands[start : end + 1], operators[start:end]))
                new = _built([*operands[:start], inner, *operands[end + 1 :]], [*operators[:start], *operators[end:]])
                yield Edit(new, "brackets", None, inner.of)


def _flat(tree: Tree) -> tuple[list[Tree], list[str]]:
    """Return the operands and operators of a formula as they stand in a row."""
    if not isinstance(tree, Operation):
        return [tree], []
    left, right = _flat(tree.left), _flat(tree.right)
    return [*left[0], *right[0]], [*left[1], tree.operator, *right[1]]


def _built(operands: list[Tree], operators: list[str]) -> Tree:
    """Return the formula of operands and operators in a row, by their precedence."""
    trees, waiting = [operands[0]], list[str]()

    def close() -> None:
        right, left = trees.pop(), trees.pop()
        trees.append(Operation(waiting.pop(), left, right))

    for operator, operand in zip(operators, operands[1:], strict=True):
        while waiting and PRECEDENCE[waiting[-1]] >= PRECEDENCE[operator]:
            close()
        waiting.append(operator)
        trees.append(operand)
    while waiting:
        close()
    return trees[0]
