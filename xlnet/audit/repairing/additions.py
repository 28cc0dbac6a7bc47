"""A factor, or a term, that a formula lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from xlnet.audit.formula.tree import Brackets, Number, Operation, Ref, Sign, Tree, bare, cited, moved, nodes
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.repairing.arithmetic import computed, leaves
from xlnet.audit.repairing.edits import Edit, chain, everywhere
from xlnet.audit.repairing.exchanges import other_cells
from xlnet.audit.repairing.problem import Target
from xlnet.audit.repairing.site import Site, filled, hole
from xlnet.engines.live import Place

Floats = NDArray[np.float64]
_MOST_PLACES = 16
_MOST_DIFFERENCES = 60
_ONE = Number(1.0, "1")


def with_factor(site: Site, places: Sequence[Place], workbook: Workbook, target: Target) -> Iterator[Edit]:
    """Yield the formula, or one of its terms, times a cell or what a cell is turned into, where that fits."""
    here = next((each for each in cited(site.tree) if isinstance(each, Ref)), None)
    if here is None:
        return
    cells = [here, *other_cells(site, here, places, workbook)]
    values = np.stack([site.points.leaf(each) for each in cells])
    # In one array, so that each place in the formula takes one computation.
    kinds: list[tuple[Floats, Callable[[Ref], Tree]]] = [
        (values, lambda cell: cell),
        (1 - values, lambda cell: _bracketed("-", _ONE, cell)),
        (values * (1 - values), lambda cell: Operation("*", cell, _bracketed("-", _ONE, cell))),
        (1 - values**2, lambda cell: _bracketed("-", _ONE, Operation("^", cell, Number(2.0, "2")))),
        (np.where(values > 0, 1.0, 0.0), lambda cell: _bracketed(">", cell, Number(0.0, "0"))),
        (1 / values, lambda cell: Operation("/", _ONE, cell)),
    ]
    differences = _differences(site, places, workbook)
    for place in list(everywhere(site.tree, _terms(site.tree)))[:_MOST_PLACES]:
        assert place.old is not None
        base = computed(place.old, site.points.leaf)

        def fitting(factors: Floats, base: Floats = base, tree: Tree = place.tree) -> Iterator[int]:
            yield from map(int, np.flatnonzero(target.fits(site.values(tree, {hole(0): base * factors}))))

        found: list[tuple[Tree, Ref | None]]
        found = [(written(cells[index]), cells[index]) for factors, written in kinds for index in fitting(factors)]
        if differences:
            tried = np.stack([computed(each, site.points.leaf) for each in differences])
            found += [(differences[index], None) for index in fitting(tried)]
        for factor, cell in found:
            product = Operation("*", place.old, factor)
            yield Edit(filled(place.tree, hole(0), product), "also", place.old, factor, cell)


def _differences(site: Site, places: Sequence[Place], workbook: Workbook) -> list[Tree]:
    """Return the differences of two cells that formulas of the step have, such as y-t, both ways round."""
    found: dict[Tree, None] = {}
    for place in places:
        for node in nodes(workbook.trees[place]) if place in workbook.trees else ():
            match node:
                case Operation("-", Ref(), Ref()):
                    one, other = (moved(each, by=place, to=site.cell) for each in (node.left, node.right))
                    found[_bracketed("-", one, other)] = found[_bracketed("-", other, one)] = None
    few = list(found)[:_MOST_DIFFERENCES]
    site.points.load(leaf for each in few for leaf in leaves(each))
    return few


def _bracketed(operator: str, left: Tree, right: Tree) -> Tree:
    return Brackets(Operation(operator, left, right))


def _terms(tree: Tree) -> Callable[[Tree], Iterator[Edit]]:
    """Return what yields the places where a factor may be missing: the whole, and the terms of sums."""

    def local(node: Tree) -> Iterator[Edit]:
        if node is tree or any(node is term for term in terms):
            yield Edit(hole(0), "also", node)

    terms = [
        operand
        for node in nodes(tree)
        if isinstance(node, Operation) and node.operator in "+-"
        for _, operand in chain(node, "+-")
    ]
    return local


def with_term(site: Site, places: Sequence[Place], workbook: Workbook, target: Target) -> Iterator[Edit]:
    """Yield the formula with a cell subtracted from, or added to, a cell in it, or the other way round."""
    here = next((each for each in cited(site.tree) if isinstance(each, Ref)), None)
    if here is None:
        return
    cells = [here, *other_cells(site, here, places, workbook)]
    values = np.stack([site.points.leaf(each) for each in cells])

    def of_cells(node: Tree) -> Iterator[Edit]:
        if isinstance(bare(node), Ref | Sign) and not isinstance(node, Brackets):
            yield Edit(hole(0), "instead", node)

    for place in list(everywhere(site.tree, of_cells))[:_MOST_PLACES]:
        assert place.old is not None
        base = computed(place.old, site.points.leaf)
        for tried, is_first, operator in (
            (base - values, True, "-"),
            (values - base, False, "-"),
            (base + values, True, "+"),
        ):
            for index in np.flatnonzero(target.fits(site.values(place.tree, {hole(0): tried}))):
                both = (place.old, cells[index]) if is_first else (cells[index], place.old)
                new = Operation(operator, *both)
                yield Edit(filled(place.tree, hole(0), Brackets(new)), "instead", place.old, new)
