"""The search for the smallest change with which a gradient is right."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain

import numpy as np

from xlnet.audit.formula.tree import Brackets, Number, Operation
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.repairing.additions import with_factor, with_term
from xlnet.audit.repairing.arithmetic import is_leaf
from xlnet.audit.repairing.bench import Bench
from xlnet.audit.repairing.bracketing import brackets
from xlnet.audit.repairing.candidates import near
from xlnet.audit.repairing.edits import Edit, factors, signs
from xlnet.audit.repairing.exchanges import exchanged, exchanged_twice
from xlnet.audit.repairing.parallel import in_all_terms, own_factors
from xlnet.audit.repairing.problem import Problem, Repair, Target
from xlnet.audit.repairing.site import Site, sites
from xlnet.audit.repairing.words import repair_of
from xlnet.engines.live import Place

# A whole multiple beyond this is none that people mean.
_MOST_TIMES = 1000


def repair(
    problem: Problem, workbook: Workbook, citations: Citations, bench: Bench, seconds: float = 5.0
) -> Repair | None:
    """Return the smallest change with which the wrong cells are right at all points; None where none was found."""
    problem = _of_one_formula(problem, citations)
    target = Target(problem.expected, problem.scale, problem.tolerance)
    if not target.is_enough:
        return None
    ends = time.monotonic() + seconds

    def is_late() -> bool:
        return time.monotonic() > ends

    with np.errstate(all="ignore"):
        for site, edit in _changes(problem, workbook, citations, bench, target, is_late):
            if site.is_proved(edit.tree, bench, target):
                return repair_of(edit, site, problem, workbook, citations)
    return None


def _of_one_formula(problem: Problem, citations: Citations) -> Problem:
    """Return the problem with those hosts alone that have the first one's formula."""
    tree = citations.tree(problem.hosts[0])
    kept = [index for index, host in enumerate(problem.hosts) if citations.tree(host) == tree]
    return replace(
        problem,
        hosts=[problem.hosts[index] for index in kept],
        expected=problem.expected[kept],
        scale=None if problem.scale is None else problem.scale[kept],
        weights=[problem.weights[index] for index in kept] if problem.weights else (),
    )


def _changes(
    problem: Problem,
    workbook: Workbook,
    citations: Citations,
    bench: Bench,
    target: Target,
    is_late: Callable[[], bool],
) -> Iterator[tuple[Site, Edit]]:
    """Yield the changes that fit, the smallest first: one in the formula, one in a cell cited, two in the formula."""
    tried: list[tuple[Site, list[Place]]] = []
    for site in sites(problem, workbook, citations, bench):
        # What is computed from a cell cannot be cited by it.
        after = citations.descendants([site.cell])
        places = [place for place in near(site.cell, problem.weights[:1], workbook, citations) if place not in after]
        for edit in _single(site, places, workbook, target, is_late):
            yield site, edit
        if is_late():
            return
        tried.append((site, places))
    for site, places in tried:
        for edit in exchanged_twice(site, places, workbook, target, is_late):
            yield site, edit


def _single(
    site: Site, places: list[Place], workbook: Workbook, target: Target, is_late: Callable[[], bool]
) -> Iterator[Edit]:
    yield from exchanged(site, places, workbook, target)
    for edits in (signs, factors):
        for edit in edits(site.tree):
            if target.fits(site.values(edit.tree)):
                yield edit
            if is_late():
                return
        if edits is factors and site.depth == 0:
            yield from _multiplied(site, target)
    yield from with_factor(site, places, workbook, target)
    yield from with_term(site, places, workbook, target)
    repeated = (in_all_terms(site.tree, edits) for edits in (signs, factors, own_factors, brackets))
    for edit in chain(brackets(site.tree), *repeated):
        if target.fits(site.values(edit.tree)):
            yield edit
        if is_late():
            return


def _multiplied(site: Site, target: Target) -> Iterator[Edit]:
    """Yield the formula times or divided by a whole number, where it is off by one."""
    ratio = target.ratio(site.values(site.tree))
    if not ratio:
        return
    is_more = abs(ratio) > 1
    times = ratio if is_more else 1 / ratio
    whole = round(times)
    if 2 <= abs(whole) <= _MOST_TIMES and abs(times / whole - 1) < 1e-5:
        tree = site.tree if is_leaf(site.tree) else Brackets(site.tree)
        number = Number(float(abs(whole)), str(abs(whole)))
        new = Operation("*" if is_more else "/", tree, number)
        if whole > 0:
            yield Edit(new, "times" if is_more else "divided", None, number)
