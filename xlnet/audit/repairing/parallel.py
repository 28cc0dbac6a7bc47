"""The same change in all terms of a sum: who writes one output's term wrongly writes the others' so, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xlnet.audit.formula.tree import Brackets, Number, Operation, Ref, Tree, nodes
from xlnet.audit.repairing.edits import Edit, chain, everywhere, joined
from xlnet.audit.repairing.shape import shape

_ONE, _TWO, _ZERO = Number(1.0, "1"), Number(2.0, "2"), Number(0.0, "0")


def in_all_terms(tree: Tree, edits: Callable[[Tree], Iterator[Edit]]) -> Iterator[Edit]:
    """Yield the formula with each change made in all terms of a sum whose terms are alike."""

    def local(node: Tree) -> Iterator[Edit]:
        if not (isinstance(node, Operation) and node.operator in "+-"):
            return
        items = chain(node, "+-")
        if len({shape(term) for _, term in items}) > 1:
            return
        # Formulas that are alike have the same changes in the same order.
        for alike in zip(*(edits(term) for _, term in items), strict=False):
            signs = [sign for sign, _ in items]
            new = joined(list(zip(signs, [edit.tree for edit in alike], strict=True)), "+-")
            yield Edit(new, alike[0].how, alike[0].old, alike[0].new, alike[0].other_old, is_repeated=True)

    yield from everywhere(tree, local)


def own_factors(tree: Tree) -> Iterator[Edit]:
    """Yield a term times what a cell in it is turned into."""
    for ref in dict.fromkeys(node for node in nodes(tree) if isinstance(node, Ref)):
        rest = _bracketed("-", _ONE, ref)
        square = _bracketed("-", _ONE, Operation("^", ref, _TWO))
        for factor in (rest, Operation("*", ref, rest), square, _bracketed(">", ref, _ZERO), ref):
            yield Edit(Operation("*", tree, factor), "also", tree, factor, ref)


def _bracketed(operator: str, left: Tree, right: Tree) -> Tree:
    return Brackets(Operation(operator, left, right))
