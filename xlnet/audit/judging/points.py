"""The points at which gradients are judged: the workbook's own numbers, and probes with other weights and inputs."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np

from xlnet.audit.formula.tree import Area, Brackets, Call, Operation, Ref, Tree, bare, nodes
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place

PROBES = 3
_PRODUCTS = frozenset(("MMULT", "SUMPRODUCT"))


def saved_state(workbook: Workbook, weights: Collection[Place]) -> dict[Place, float]:
    """Return the weights' values as the engine computes them from what is typed."""
    workbook.live.evaluate()
    places = sorted(weights)
    return dict(zip(places, workbook.live.numbers(places), strict=True))


def inputs(
    workbook: Workbook, citations: Citations, dependent: Collection[Place], weights: Collection[Place]
) -> dict[Place, float]:
    """Return the inputs with their values: cells that a weight is multiplied by, and that depend on none."""
    found: set[Place] = set()
    for place in dependent:
        if place in weights or place not in workbook.trees:
            continue
        tree = citations.tree(place)
        if any(each in weights or each in dependent for each in citations.of(place)):
            found.update(_partners(tree, place, citations, dependent, weights))
    values = {}
    for place in sorted(found):
        value = workbook.live.value(place)
        if isinstance(value, str):
            try:
                value = float(value)
            except ValueError:
                continue
        if isinstance(value, float) and math.isfinite(value):
            values[place] = value
    return values


def _partners(
    tree: Tree, host: Place, citations: Citations, dependent: Collection[Place], weights: Collection[Place]
) -> list[Place]:
    """Return the cells that a formula multiplies weights by."""
    found: list[Place] = []
    for node in nodes(tree):
        if isinstance(node, Operation) and node.operator == "*":
            operands = [_cells(side, host, citations) for side in _factors(node)]
        elif isinstance(node, Call) and node.function in _PRODUCTS:
            operands = [_cells(side, host, citations) for side in node.arguments]
        else:
            continue
        if any(place in weights for cells in operands for place in cells):
            found += [place for cells in operands for place in cells if place not in weights and place not in dependent]
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


def probes(
    saved: dict[Place, float], typed: dict[Place, float], groups: Sequence[Sequence[Place]], seed: int = 1
) -> list[dict[Place, float]]:
    """Return states with other weights and inputs, drawn about as large as they are; `groups` are weights through time."""
    generator = np.random.default_rng(seed)
    sizes: dict[Place, float] = {}
    for group in groups:
        known = np.array([saved[place] for place in group])
        known = known[np.isfinite(known) & (np.abs(known) < 1e6)]
        size = float(np.sqrt(np.mean(known**2))) if known.size else 0.0
        sizes |= dict.fromkeys(group, min(size, 2.0) if size > 0 else 0.3)
    found = []
    for _ in range(PROBES):
        state = {}
        for place, value in saved.items():
            size = sizes.get(place, 0.3)
            base = value if math.isfinite(value) and abs(value) <= 4 * size else size * generator.choice((-1, 1))
            state[place] = float(base * generator.uniform(0.6, 1.4) + size * generator.uniform(-0.4, 0.4))
        for place, value in typed.items():
            state[place] = float(value * generator.uniform(0.6, 1.4) + (0 if value else generator.uniform(0.2, 0.8)))
        found.append(state)
    return found
