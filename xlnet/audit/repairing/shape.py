"""What kind of cell a formula makes, without its addresses."""

from __future__ import annotations

from xlnet.audit.formula.tree import Area, Brackets, Call, Number, Operation, Ref, Sign, Tree, bare, nodes


def shape(tree: Tree) -> str:
    """Return a formula with all cells alike: "1/(1+EXP(-x))"."""
    match tree:
        case Ref():
            return "x"
        case Area():
            return "x:x"
        case Number():
            return f"{tree.value:g}"
        case Brackets():
            return f"({shape(tree.of)})"
        case Sign():
            return shape(tree.of) + tree.sign if tree.is_after else tree.sign + shape(tree.of)
        case Operation():
            return f"{shape(tree.left)}{tree.operator}{shape(tree.right)}"
        case Call():
            return f"{tree.function}({','.join(shape(each) for each in tree.arguments)})"
        case _:
            return "…"


def role(tree: Tree | None) -> str:
    """Return in a word or two what a cell is, by its formula; None for a typed number."""
    if tree is None:
        return "a typed number"
    tree = bare(tree)
    functions = {node.function for node in nodes(tree) if isinstance(node, Call)}
    match tree:
        case Ref():
            return "a copy"
        case Operation("/", _, _) if functions == {"EXP"}:
            return "a sigmoid"
        case Operation():
            return {"+": "a sum", "-": "a difference", "*": "a product", "/": "a quotient"}.get(tree.operator, "a term")
        case Call("TANH", _):
            return "a tanh"
        case Call("MAX" | "IF", _):
            return "a ReLU" if tree.function == "MAX" else "a choice"
        case Call("SUM" | "SUMPRODUCT" | "MMULT", _):
            return "a sum"
        case Call("AVERAGE", _):
            return "an average"
        case Call():
            return tree.function
        case _:
            return "a formula"


def is_sigmoid(tree: Tree | None) -> bool:
    """Whether a formula is 1/(1+EXP(-…)), in one of the orders in which people write it."""
    match bare(tree) if tree is not None else None:
        case Operation("/", Number(1.0), below):
            match bare(below):
                case Operation("+", Number(1.0), Call("EXP", (of,))) | Operation("+", Call("EXP", (of,)), Number(1.0)):
                    return shape(bare(of)).startswith("-")
    return False
