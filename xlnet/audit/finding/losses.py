"""What may be the loss: cells that depend on all weights of a step, and losses that the gradients' differences imply."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from xlnet.audit.finding.gradients import Subject
from xlnet.audit.formula.tree import Call, Number, Operation, Ref, Tree, bare, nodes
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.headers import header
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place

MOST_FAMILIES = 40
_HEADED = re.compile(
    r"loss|err|cost|sse|mse|rmse|e_?t|^e\d?$|^c$|^j$|^l$|entrop|损失|误差|代价|fehler|perte|coût|costo|오차|손실|誤差|損失|ошибк",
    re.IGNORECASE,
)
_SHAPED = frozenset(("LN", "LOG", "LOG10", "SUM", "SUMSQ", "SUMXMY2", "AVERAGE", "POWER", "ABS", "SUMPRODUCT", "SQRT"))


@dataclass(frozen=True)
class Family:
    """Cells with one formula, one of which may be the loss of each step, with the weights each depends on."""

    weights: Mapping[Place, frozenset[Place]]
    first: Place
    plausibility: float


@dataclass(frozen=True)
class Difference:
    """An output minus its target, or the other way round, as a gradient has it; the output depends on weights."""

    output: Place
    target: Place | None
    constant: float = 0.0


def families(
    workbook: Workbook,
    citations: Citations,
    dependent: Collection[Place],
    used: Collection[Place],
    steps: Mapping[Place, Place],
) -> list[Family]:
    """Return the families of cells that may be a loss, the likeliest first.

    `dependent` are the cells computed from weights, `used` those from which updates are computed, which are none;
    `steps` gives each weight's step.
    """
    sizes: dict[Place, int] = defaultdict(int)
    for step in steps.values():
        sizes[step] += 1
    by_tree: dict[int, list[Place]] = defaultdict(list)
    for place in dependent:
        if place not in used and place not in steps and place in workbook.trees and place in citations.levels:
            by_tree[id(workbook.trees[place])].append(place)
    found = []
    for places in by_tree.values():
        weights: dict[Place, frozenset[Place]] = {}
        coverage: dict[Place, set[Place]] = defaultdict(set)
        for place in places:
            on = frozenset(each for each in citations.ancestors([place], steps) if each in steps)
            together = {steps[each] for each in on}
            # A sum over several steps is the loss of none.
            if len(together) == 1:
                weights[place] = on
                coverage[together.pop()] |= on
        if not weights:
            continue
        share = sum(len(on) / sizes[step] for step, on in coverage.items()) / len(coverage)
        first = min(weights)
        title = header(workbook, first)
        plausibility = share + 0.5 * bool(_HEADED.search(title)) + 0.25 * _is_shaped(workbook.trees[first])
        found.append(Family(weights, first, plausibility))
    found.sort(key=lambda family: (-family.plausibility, family.first))
    return found[:MOST_FAMILIES]


def has_title(workbook: Workbook, place: Place) -> bool:
    """Whether what stands above or beside a cell is a name for a loss."""
    return bool(_HEADED.search(header(workbook, place)))


def _is_shaped(tree: Tree) -> bool:
    return any(
        (isinstance(node, Call) and node.function in _SHAPED) or (isinstance(node, Operation) and node.operator == "^")
        for node in nodes(tree)
    )


def differences(
    subjects: Sequence[Subject],
    cones: Sequence[Collection[Place]],
    workbook: Workbook,
    citations: Citations,
    dependent: Collection[Place],
    weights: Collection[Place],
) -> list[frozenset[Difference]]:
    """Return for each gradient the differences y − t from which it is computed: t does not depend on weights."""
    known: dict[Place, frozenset[Difference]] = {}
    found = []
    for subject, cells in zip(subjects, cones, strict=True):
        own = set(_within(subject.tree, subject.host, dependent, weights, workbook))
        for place in cells:
            if place in weights or place not in workbook.trees:
                continue
            if place not in known:
                tree = citations.tree(place)
                known[place] = frozenset(_within(tree, place, dependent, weights, workbook))
            own |= known[place]
        found.append(frozenset(own))
    return found


def _within(
    tree: Tree, host: Place, dependent: Collection[Place], weights: Collection[Place], workbook: Workbook
) -> list[Difference]:
    found = []
    for node in nodes(tree):
        if not isinstance(node, Operation) or node.operator != "-":
            continue
        sides = [bare(node.left), bare(node.right)]
        places = [side.at(host) if isinstance(side, Ref) else None for side in sides]
        for output, target, other in ((places[0], places[1], sides[1]), (places[1], places[0], sides[0])):
            if output is None or output not in dependent or output in weights:
                continue
            if target is not None and target not in dependent:
                found.append(Difference(output, target))
            elif isinstance(other, Number) and other.value != 1:
                found.append(Difference(output, None, other.value))
    return found
