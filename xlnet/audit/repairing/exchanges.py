"""Another cell, or area, in place of one that a formula cites."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from xlnet.audit.formula.tree import (
    Area,
    Name,
    Ref,
    Tree,
    cited,
    mapped,
    nodes,
)
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.repairing.arithmetic import is_leaf, leaves
from xlnet.audit.repairing.candidates import areas_instead_of, instead_of
from xlnet.audit.repairing.edits import Edit, chain, everywhere, joined
from xlnet.audit.repairing.problem import Target
from xlnet.audit.repairing.site import Site, filled, hole
from xlnet.engines.live import Place

Floats = NDArray[np.float64]
# Of what the engine must compute.
_MOST_IN_CALLS = 80
_MOST_CITED = 16
_MOST_IN_PAIRS = 150


@dataclass(frozen=True)
class Exchange:
    """A cell or area that a formula cites, and what may be meant instead: a row of `values` for each."""

    old: Ref | Area
    new: tuple[Ref | Area, ...]
    values: dict[Name, Floats]
    holed: Tree


def exchanged(site: Site, places: Sequence[Place], workbook: Workbook, target: Target) -> Iterator[Edit]:
    """Yield the formula with one cell for another, everywhere and then in one place, where that fits."""
    groups = _groups(site.tree, site)
    for group in groups:
        exchange = _exchange(site, group, places, workbook)
        if exchange is not None:
            for index in np.flatnonzero(target.fits(site.values(exchange.holed, exchange.values))):
                new = exchange.new[index]
                yield Edit(_with(site.tree, group, new), "exchange", exchange.old, new)
    for group in groups:
        if _count(site.tree, group) > 1:
            yield from _in_a_part(site, group, places, workbook, target)


def _groups(tree: Tree, site: Site) -> list[frozenset[Ref | Area]]:
    """Return the references of a formula; those that mean the same cells together."""
    found: dict[object, set[Ref | Area]] = {}
    for reference in cited(tree):
        key = site.points.targets(reference) if isinstance(reference, Ref) else reference
        found.setdefault(key, set()).add(reference)
    return [frozenset(group) for group in list(found.values())[:_MOST_CITED]]


def _with(tree: Tree, group: frozenset[Ref | Area], new: Tree) -> Tree:
    return mapped(tree, lambda node: new if node in group else None)


def _exchange(site: Site, group: frozenset[Ref | Area], places: Sequence[Place], workbook: Workbook) -> Exchange | None:
    """Return what may be meant instead of some references that mean the same, with the values for the formula."""
    tree = site.tree
    old = next(reference for reference in cited(tree) if reference in group)
    touched = [leaf for leaf in dict.fromkeys(leaves(tree)) if any(node in group for node in nodes(leaf))]
    new: list[Ref | Area]
    if isinstance(old, Ref):
        new = [*other_cells(site, old, places, workbook)]
    else:
        new = [*areas_instead_of(old, tree, site.cell)]
    if any(not isinstance(leaf, Ref) for leaf in touched):
        new = new[:_MOST_IN_CALLS]
    if not new:
        return None
    tried = {leaf: [_with(leaf, group, each) for each in new] for leaf in touched}
    site.points.load([each for row in tried.values() for each in row])
    holes = {leaf: hole(number) for number, leaf in enumerate(touched)}
    values = {holes[leaf]: np.stack([site.points.leaf(each) for each in row]) for leaf, row in tried.items()}
    return Exchange(old, tuple(new), values, _with_leaves(tree, holes.get))


def other_cells(site: Site, old: Ref, places: Sequence[Place], workbook: Workbook) -> list[Ref]:
    """Return the cells that may be meant instead of one, but no constant 0 or 1: without a factor says as much."""
    new = instead_of(old, places, site.points.hosts, workbook)
    site.points.load(new)
    if np.ptp(site.points.leaf(old)) == 0:
        return new
    return [each for each in new if not _is_trivial(site.points.leaf(each))]


def _is_trivial(values: Floats) -> bool:
    return bool(np.isnan(values).any() or (np.ptp(values) == 0 and values[0] in (-1.0, 0.0, 1.0)))


def _with_leaves(tree: Tree, change: Callable[[Tree], Tree | None]) -> Tree:
    return mapped(tree, lambda node: (change(node) or node) if is_leaf(node) else None)


def _in_a_part(
    site: Site, group: frozenset[Ref | Area], places: Sequence[Place], workbook: Workbook, target: Target
) -> Iterator[Edit]:
    """Yield the formula with one cell for another in one place, or in all places within a part, where that fits."""
    old = next(iter(group))
    if not isinstance(old, Ref):
        return
    new = other_cells(site, old, places, workbook)
    if not new:
        return
    values = np.stack([site.points.leaf(each) for each in new])
    every = _count(site.tree, group)

    def within(node: Tree) -> Iterator[Edit]:
        if 0 < _count(node, group) < every:
            yield Edit(_with(node, group, hole(0)), "exchange in part", old, None, node)
        factors = chain(node, "*/")[:_MOST_CITED]
        for start, end in combinations(range(len(factors) + 1), 2):
            some = joined(factors[start:end], "*/")
            if 1 < end - start < len(factors) and 1 < _count(some, group) < every:
                changed = [(sign, _with(each, group, hole(0))) for sign, each in factors[start:end]]
                new = joined([*factors[:start], *changed, *chain(node, "*/")[end:]], "*/")
                yield Edit(new, "exchange in part", old, None, some)

    # The innermost part of those that come to the same, and what leaves most as it is first.
    innermost = {edit.tree: edit for edit in everywhere(site.tree, within)}
    for tree, edit in sorted(innermost.items(), key=lambda each: -_count(each[0], group)):
        for index in np.flatnonzero(target.fits(site.values(tree, {hole(0): values}))):
            yield replace(edit, tree=filled(tree, hole(0), new[index]), new=new[index])


def _count(tree: Tree, group: frozenset[Ref | Area]) -> int:
    return sum(node in group for node in nodes(tree))


def exchanged_twice(
    site: Site, places: Sequence[Place], workbook: Workbook, target: Target, is_late: Callable[[], bool]
) -> Iterator[Edit]:
    """Yield the formula with two cells for two others, where that fits, those moved by the same first."""
    cells = []
    for group in _groups(site.tree, site):
        old = next(iter(group))
        # Where it stands in a function of its own, only the engine could compute it.
        is_plain = all(leaf in group or not any(node in group for node in nodes(leaf)) for leaf in leaves(site.tree))
        if isinstance(old, Ref) and is_plain:
            new = other_cells(site, old, places, workbook)[:_MOST_IN_PAIRS]
            if new:
                cells.append((old, group, new, np.stack([site.points.leaf(each) for each in new])))
    few = target.few
    found: list[tuple[tuple[bool, int], Edit]] = []
    for (old, group, new, values), (other_old, other_group, other_new, other_values) in combinations(cells, 2):
        if is_late():
            break
        holed = _with(_with(site.tree, group, hole(0)), other_group, hole(1))
        tried = {hole(0): values[:, None, :], hole(1): other_values[None, :, :]}
        for a, b in np.argwhere(target.fits(site.values(holed, tried, few), few)):
            one, two = new[a], other_new[b]
            tree = _with(_with(site.tree, group, one), other_group, two)
            shift, other = (_shift(x, y, site.cell) for x, y in ((old, one), (other_old, two)))
            edit = Edit(tree, "exchange twice", old, one, other_old, two)
            found.append(((shift != other, int(a + b)), edit))
    for _, edit in sorted(found, key=lambda each: each[0]):
        if target.fits(site.values(edit.tree)):
            yield edit


def _shift(old: Ref, new: Ref, host: Place) -> tuple[int, ...]:
    return tuple(b - a for a, b in zip(old.at(host), new.at(host), strict=True))
