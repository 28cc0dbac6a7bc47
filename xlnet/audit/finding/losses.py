"""What may be the loss: cells that depend on all weights of a step."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Set
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from xlnet.audit.finding.reach import reach
from xlnet.audit.formula.shape import shape_of
from xlnet.audit.formula.tree import Call, Operation, Ref, Tree, bare, nodes
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.headers import header
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place

MOST_FAMILIES, _MOST_WITH_TITLES = 40, 400
_MOST_AGAIN = 3
# What a title adds to the plausibility of a loss.
_TITLE = 0.5
_HEADED = re.compile(
    r"loss|err|cost|sse|mse|rmse|e_?t|^e\d?$|^c$|^j$|^l$|entrop|损失|误差|代价|fehler|perte|coût|costo|오차|손실|誤差|損失|ошибк",
    re.IGNORECASE,
)
_SHAPED = frozenset(("LN", "LOG", "LOG10", "SUM", "SUMSQ", "SUMXMY2", "AVERAGE", "POWER", "ABS", "SUMPRODUCT", "SQRT"))


@dataclass(frozen=True)
class Family:
    """Cells with one formula, one of which may be the loss of each step, with the weights each depends on.

    `level` says through how many formulas they are computed: a total through more than what it is the total of.
    """

    weights: Mapping[Place, frozenset[Place]]
    first: Place
    plausibility: float
    level: int

    @cached_property
    def losses(self) -> dict[Place, list[Place]]:
        """The cells that depend on a weight, by the weight."""
        found: dict[Place, list[Place]] = defaultdict(list)
        for place, on in self.weights.items():
            for weight in on:
                found[weight].append(place)
        return dict(found)


def families(
    workbook: Workbook,
    citations: Citations,
    dependent: Collection[Place],
    used: Collection[Place],
    steps: Mapping[Place, Place],
    new: Set[Place],
    stride: tuple[int, int],
) -> list[Family]:
    """Return the families of cells that may be a loss, the likeliest first.

    `dependent` are the cells computed from weights, `used` those from which updates are computed, which are none;
    `steps` gives each weight's step, `new` are the cells of updates, `stride` is how many rows and columns there are
    from a step to the next.
    """
    sizes: dict[Place, int] = defaultdict(int)
    for step in steps.values():
        sizes[step] += 1
    by_formula: dict[Hashable, list[Place]] = defaultdict(list)
    shapes: dict[int, str] = {}
    for place in dependent:
        tree = workbook.trees.get(place)
        # A copy of the loss is not where it is computed.
        if tree is None or isinstance(bare(tree), Ref) or place in used or place in steps:
            continue
        if place not in citations.levels:
            continue
        # What one step's gradient is computed from is no loss after the last update either.
        earlier = (place[0], place[1] - stride[0], place[2] - stride[1])
        if earlier in used and workbook.trees.get(earlier) is tree:
            continue
        by_formula[id(tree)].append(place)
        # Formulas that were written one by one, or that cite other areas in each step, have their line in common.
        shape = shapes.get(id(tree)) or shapes.setdefault(id(tree), shape_of(tree))
        for axis in (1, 2):
            by_formula[place[0], axis, place[axis], shape].append(place)
    groups = {
        frozenset(places): places
        for key, places in by_formula.items()
        # A line adds nothing where one formula is filled along it.
        if isinstance(key, int) or len({id(workbook.trees[place]) for place in places}) > 1
    }
    found = []
    reached = reach(citations, steps, new, [place for places in groups.values() for place in places])
    for places in groups.values():
        weights: dict[Place, frozenset[Place]] = {}
        for place in places:
            # A sum over several steps is the loss of none, and neither is what comes after the last update; but a
            # weight or two may have lost their update.
            met = reached.get(place, frozenset())
            on = met if met <= steps.keys() else frozenset(each for each in met if each in steps)
            if on and 2 * len(on) >= len(met):
                weights[place] = on
        for part in _parts(weights, steps):
            found.append(_family(workbook, citations, part, sizes, steps))
    found = _with_titles(workbook, found)
    found.sort(key=lambda family: (-family.plausibility, -citations.levels[family.first], family.first))
    return found[:MOST_FAMILIES]


def _parts(
    weights: Mapping[Place, frozenset[Place]], steps: Mapping[Place, Place]
) -> list[dict[Place, frozenset[Place]]]:
    """Return cells with one formula as they are, and, where each step has two or three, the first of each, the second …

    The loss may be computed once more with other weights.
    """
    if not weights:
        return []
    of_step: dict[Place, list[Place]] = defaultdict(list)
    for place in sorted(weights):
        of_step[steps[next(iter(weights[place]))]].append(place)
    most = max(map(len, of_step.values()))
    found = [dict(weights)]
    is_apart = all(abs(a[1] - b[1]) + abs(a[2] - b[2]) > 1 for each in of_step.values() for a, b in pairwise(each))
    if 2 <= most <= _MOST_AGAIN and is_apart:
        for number in range(most):
            found.append({each[number]: weights[each[number]] for each in of_step.values() if number < len(each)})
    return found


def _family(
    workbook: Workbook,
    citations: Citations,
    weights: Mapping[Place, frozenset[Place]],
    sizes: Mapping[Place, int],
    steps: Mapping[Place, Place],
) -> Family:
    coverage: dict[Place, set[Place]] = defaultdict(set)
    for on in weights.values():
        coverage[steps[next(iter(on))]] |= on
    share = sum(len(on) / sizes[step] for step, on in coverage.items()) / len(coverage)
    first = min(weights)
    # Of a total and what it is the sum of, the total is the loss.
    is_single = sum(map(len, weights.values())) == len(set().union(*weights.values()))
    is_shaped = _is_shaped(workbook.trees[first])
    plausibility = share + len(coverage) / len(sizes) + 0.25 * is_shaped + 0.6 * is_single
    return Family(weights, first, plausibility, citations.levels[first])


def _with_titles(workbook: Workbook, found: list[Family]) -> list[Family]:
    """Return the families that may be among the likeliest; what is headed as a loss is likelier to be one."""
    # A title is looked for in all rows above, which is only worth it where it may decide.
    likely = sorted(found, key=lambda family: (-family.plausibility, -family.level, family.first))
    lowest = likely[min(len(likely), MOST_FAMILIES) - 1].plausibility if likely else 0.0
    return [
        replace(family, plausibility=family.plausibility + _TITLE) if has_title(workbook, family.first) else family
        for family in likely[:_MOST_WITH_TITLES]
        if family.plausibility >= lowest - _TITLE
    ]


def has_title(workbook: Workbook, place: Place) -> bool:
    """Whether what stands above or beside a cell is a name for a loss."""
    return bool(_HEADED.search(header(workbook, place)))


def _is_shaped(tree: Tree) -> bool:
    return any(
        (isinstance(node, Call) and node.function in _SHAPED) or (isinstance(node, Operation) and node.operator == "^")
        for node in nodes(tree)
    )
