"""The inputs of a network: cells that weights are multiplied by, and that depend on no weight."""

from __future__ import annotations

from collections.abc import Collection

from xlnet.audit.finding.updates import origin
from xlnet.audit.formula.tree import Area, Brackets, Call, Operation, Ref, Tree, bare, nodes
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place

_PRODUCTS = frozenset(("MMULT", "SUMPRODUCT"))


def inputs_of(
    workbook: Workbook, citations: Citations, dependent: Collection[Place], weights: Collection[Place]
) -> set[Place]:
    """Return the inputs. `dependent` are the cells computed from weights, of which copies count as weights."""
    found: set[Place] = set()
    for place in dependent:
        tree = workbook.trees.get(place)
        if tree is None or place in weights:
            continue
        for operands in _products(citations.tree(place), place, citations):
            if any(origin(each, workbook, citations) in weights for cells in operands for each in cells):
                found.update(each for cells in operands for each in cells if each not in dependent)
    return found - set(weights)


def _products(tree: Tree, host: Place, citations: Citations) -> list[list[list[Place]]]:
    """Return the cells of each operand, of each product in a formula."""
    found = []
    for node in nodes(tree):
        if isinstance(node, Operation) and node.operator == "*":
            found.append([_cells(side, host, citations) for side in _factors(node)])
        elif isinstance(node, Call) and node.function in _PRODUCTS:
            found.append([_cells(side, host, citations) for side in node.arguments])
    return found


def _factors(tree: Tree) -> list[Tree]:
    if isinstance(tree, Operation) and tree.operator == "*":
        return [*_factors(tree.left), *_factors(tree.right)]
    return [tree.of] if isinstance(tree, Brackets) else [tree]


def _cells(tree: Tree, host: Place, citations: Citations) -> list[Place]:
    tree = bare(tree)
    if isinstance(tree, Call) and tree.function == "TRANSPOSE":
        tree = bare(tree.arguments[0])
    if isinstance(tree, Ref):
        return [tree.at(host)]
    return citations.cells(*tree.at(host)) if isinstance(tree, Area) else []
