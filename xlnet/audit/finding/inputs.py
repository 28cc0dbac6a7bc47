"""The inputs of a network: cells that weights are multiplied by, and that depend on no weight."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from xlnet.audit.finding.candidates import origin
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
    products: dict[int, list[list[Ref | Area]]] = {}
    is_weight: dict[Place, bool] = {}
    for place in dependent:
        if place not in workbook.trees or place in weights:
            continue
        tree = citations.tree(place)
        if id(tree) not in products:
            products[id(tree)] = _products(tree)
        for operands in products[id(tree)]:
            cells = [each for operand in operands for each in _cells(operand, place, citations)]
            for each in cells:
                if each not in is_weight:
                    is_weight[each] = origin(each, workbook, citations) in weights
            if any(is_weight[each] for each in cells):
                found.update(each for each in cells if each not in dependent)
    # A formula that cites nothing, as the =0 of a gradient that no loss sees, is meant to stay what it is.
    return {place for place in found if place not in workbook.trees or citations.of(place)} - set(weights)


def _products(tree: Tree) -> list[list[Ref | Area]]:
    """Return the operands that are cells, of each product in a formula."""
    found = []
    for node in nodes(tree):
        if isinstance(node, Operation) and node.operator == "*":
            found.append(_references(_factors(node)))
        elif isinstance(node, Call) and node.function in _PRODUCTS:
            found.append(_references(node.arguments))
    return found


def _references(operands: Iterable[Tree]) -> list[Ref | Area]:
    found = []
    for operand in operands:
        tree = bare(operand)
        if isinstance(tree, Call) and tree.function == "TRANSPOSE":
            tree = bare(tree.arguments[0])
        if isinstance(tree, Ref | Area):
            found.append(tree)
    return found


def _factors(tree: Tree) -> list[Tree]:
    if isinstance(tree, Operation) and tree.operator == "*":
        return [*_factors(tree.left), *_factors(tree.right)]
    return [tree.of] if isinstance(tree, Brackets) else [tree]


def _cells(reference: Ref | Area, host: Place, citations: Citations) -> list[Place]:
    return [reference.at(host)] if isinstance(reference, Ref) else citations.cells(*reference.at(host))
