"""The shape of a formula: what is left of it without cells and numbers."""

from __future__ import annotations

from xlnet.audit.formula.tree import Call, Operation, Tree, parts


def shape_of(tree: Tree) -> str:
    """Return a formula without the cells that it cites, and without numbers."""
    match tree:
        case Call():
            return f"{tree.function}({','.join(map(shape_of, tree.arguments))})"
        case Operation():
            return f"({shape_of(tree.left)}{tree.operator}{shape_of(tree.right)})"
        case _:
            return f"{type(tree).__name__}{''.join(map(shape_of, parts(tree)))}"
