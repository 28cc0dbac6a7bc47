"""Where a change may be made: the formula of the wrong cells, or that of a cell they are computed from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from xlnet.audit.formula.tree import Area, Brackets, Name, Ref, Tree, cited, mapped, moved, nodes
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.repairing.arithmetic import computed
from xlnet.audit.repairing.bench import Bench
from xlnet.audit.repairing.problem import Problem, Target
from xlnet.engines.live import Place

Floats = NDArray[np.float64]

DEEPEST = 2


def hole(number: int) -> Name:
    """Return what stands for something tried in a formula: no name that people can write."""
    return Name(f"\0{number}")


def filled(tree: Tree, empty: Name, new: Tree) -> Tree:
    """Return a formula with something in place of a hole."""
    return mapped(tree, lambda node: new if node == empty else None)


_CELL = hole(-1)
_ALL = slice(None)


class Points:
    """The values of leaves in the formulas of some cells, at all points: (cell, state) in one axis."""

    def __init__(self, bench: Bench, hosts: Sequence[Place]) -> None:
        self.hosts = tuple(hosts)
        self._bench = bench
        self._known: dict[Tree, Floats] = {}

    def targets(self, ref: Ref) -> tuple[Place, ...]:
        """Return the cells that a reference means in each of the formulas."""
        return tuple(ref.at(host) for host in self.hosts)

    def leaf(self, tree: Tree) -> Floats:
        """Return the values of a leaf."""
        if tree not in self._known:
            self.load([tree])
        return self._known[tree]

    def load(self, trees: Iterable[Tree]) -> None:
        """Compute leaves all at once, which is faster than one by one."""
        new = [tree for tree in dict.fromkeys(trees) if tree not in self._known]
        for tree in new:
            if isinstance(tree, Ref):
                self._known[tree] = self._bench.value_of(self.targets(tree)).ravel()
        others = [tree for tree in new if not isinstance(tree, Ref)]
        formulas = [(tree, host) for tree in others for host in self.hosts]
        if others:
            values = self._bench.values(formulas).reshape(len(others), -1)
            self._known.update(zip(others, values, strict=True))


@dataclass(frozen=True)
class Site:
    """The formula `tree` of the cells `points.hosts`; `outer`, of the wrong cells, has a hole for its value."""

    points: Points
    tree: Tree
    outer_points: Points
    outer: Tree
    depth: int

    @property
    def cell(self) -> Place:
        """The first of the cells where the change would be made."""
        return self.points.hosts[0]

    def values(
        self, tree: Tree, tried: Mapping[Name, Floats] = MappingProxyType({}), at: slice | NDArray[np.intp] = _ALL
    ) -> Floats:
        """Return what the wrong cells would give with another formula here, with holes of the values tried.

        `at` are the points that are wanted.
        """

        def leaf(node: Tree) -> Floats:
            known = tried.get(node) if isinstance(node, Name) else None
            return (self.points.leaf(node) if known is None else known)[..., at]

        inner = computed(tree, leaf)
        if self.depth == 0:
            return inner
        return computed(self.outer, lambda node: inner if node == _CELL else self.outer_points.leaf(node)[..., at])

    def is_proved(self, tree: Tree, bench: Bench, target: Target) -> bool:
        """Whether the engine says that the wrong cells are right with another formula here."""
        formulas: list[tuple[Tree, Place]] = []
        for host, cell in zip(self.outer_points.hosts, self.points.hosts, strict=True):
            inner = Brackets(moved(tree, by=cell, to=host))
            formulas.append((filled(self.outer, _CELL, inner), host))
        return bool(target.fits(bench.values(formulas).ravel()))


def sites(problem: Problem, workbook: Workbook, citations: Citations, bench: Bench) -> Iterator[Site]:
    """Yield the wrong cells themselves, then the cells they are computed from, the nearest first.

    What other wrong gradients are computed from, too, comes before all.
    """
    points = Points(bench, problem.hosts)
    own = Site(points, citations.tree(points.hosts[0]), points, _CELL, 0)
    within = list(_within(own, problem, workbook, citations, bench)) if problem.forward else []
    blamed = _shared_by(problem.wrong, own.cell, citations)
    yield from (site for site in within if site.cell in blamed)
    yield own
    yield from (site for site in within if site.cell not in blamed)


def _within(own: Site, problem: Problem, workbook: Workbook, citations: Citations, bench: Bench) -> Iterator[Site]:
    """Yield the cells that the wrong ones are computed from, other than the forward pass."""
    sound = citations.ancestors(problem.right) if problem.right else set()
    level: list[tuple[tuple[Place, ...], Tree]] = [(own.points.hosts, own.tree)]
    seen = {own.cell}
    for depth in range(1, DEEPEST + 1):
        found: list[tuple[tuple[Place, ...], Tree]] = []
        for hosts, above in level:
            for ref in cited(above):
                cells = tuple(ref.at(each) for each in hosts) if isinstance(ref, Ref) else ()
                if not cells or cells[0] in seen or any(cell in problem.forward for cell in cells):
                    continue
                seen.add(cells[0])
                shared = _shared(cells, workbook, citations)
                if shared is None or cells[0] in sound:
                    continue
                found.append((cells, shared))
                outer = _with_hole(own.points.hosts, cells, depth, workbook, citations)
                if outer is not None:
                    yield Site(Points(bench, cells), shared, own.points, outer, depth)
        level = found


def _shared_by(wrong: Collection[Place], host: Place, citations: Citations) -> set[Place]:
    """Return the cells from which other wrong gradients are computed, too."""
    found: set[Place] = set()
    level = [place for place in wrong if place != host]
    for _ in range(DEEPEST):
        level = [place for each in level for place in citations.of(each)]
        found.update(level)
    return found


def _shared(cells: Sequence[Place], workbook: Workbook, citations: Citations) -> Tree | None:
    """Return the formula of all these cells; None where they have not the same."""
    if any(cell not in workbook.trees for cell in cells):
        return None
    trees = [citations.tree(cell) for cell in cells]
    return trees[0] if all(tree == trees[0] for tree in trees) else None


def _with_hole(
    hosts: Sequence[Place], cells: Sequence[Place], depth: int, workbook: Workbook, citations: Citations
) -> Tree | None:
    """Return the formula of the hosts, with a hole for the value of the cells, however they are computed from them."""
    found: Tree | None = None
    for host, cell in zip(hosts, cells, strict=True):
        tree = _inlined(citations.tree(host), host, cell, depth, workbook, citations)
        if tree is None or (found is not None and tree != found):
            return None
        found = tree
    return found


def _inlined(tree: Tree, host: Place, cell: Place, depth: int, workbook: Workbook, citations: Citations) -> Tree | None:
    failed = False

    def change(node: Tree) -> Tree | None:
        nonlocal failed
        if not isinstance(node, Ref):
            return None
        place = node.at(host)
        if place == cell:
            return _CELL
        if depth > 1 and place in workbook.trees and cell in citations.of(place):
            inner = _inlined(citations.tree(place), place, cell, depth - 1, workbook, citations)
            failed = failed or inner is None
            return None if inner is None else Brackets(moved(inner, by=place, to=host))
        return None

    new = mapped(tree, change)
    for node in nodes(new):
        # A sum over an area in which the cell is has no place for a hole.
        if isinstance(node, Area):
            first, last = node.at(host)
            failed = failed or all(a <= b <= c for a, b, c in zip(first, cell, last, strict=True))
    return None if failed else new
