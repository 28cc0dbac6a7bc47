"""What may be the loss: cells that depend on all weights of a step, and losses that differences y − t imply."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby, pairwise
from operator import itemgetter
from typing import TypeAlias

from xlnet.audit.finding.gradients import Subject
from xlnet.audit.finding.reach import reach
from xlnet.audit.formula.terms import Term, of_terms, terms
from xlnet.audit.formula.tree import Area, Call, Number, Operation, Ref, Tree, bare, mapped, nodes, parts, reference_to
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.headers import header
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place

MOST_FAMILIES, _MOST_WITH_TITLES = 40, 400
_MOST_AGAIN = 3
# What a title adds to the plausibility of a loss.
_TITLE = 0.5
CANON = (1, 1)
# A term of a sum, and whether it depends on weights.
_Sided: TypeAlias = tuple[Term, bool]
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


@dataclass(frozen=True)
class Difference:
    """An output minus its target, or the other way round, as a gradient has it; the output alone depends on weights.

    Both are formulas of the cell `CANON` of the sheet, so that the same difference in two cells is one.
    """

    sheet: int
    output: Tree
    target: Tree

    @property
    def canon(self) -> Place:
        """The cell in which the formulas are to be read."""
        return (self.sheet, *CANON)


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
        shape = shape_of(tree)
        for axis in (1, 2):
            by_formula[place[0], axis, place[axis], shape].append(place)
    groups = {
        frozenset(places): places
        for key, places in by_formula.items()
        # A line adds nothing where one formula is filled along it.
        if isinstance(key, int) or len({id(workbook.trees[place]) for place in places}) > 1
    }
    found = []
    reached = reach(citations, steps, new)
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


def shape_of(tree: Tree) -> str:
    """Return a formula without the cells that it cites, and without numbers."""
    match tree:
        case Call():
            return f"{tree.function}({','.join(map(shape_of, tree.arguments))})"
        case Operation():
            return f"({shape_of(tree.left)}{tree.operator}{shape_of(tree.right)})"
        case _:
            return f"{type(tree).__name__}{''.join(map(shape_of, parts(tree)))}"


def has_title(workbook: Workbook, place: Place) -> bool:
    """Whether what stands above or beside a cell is a name for a loss."""
    return bool(_HEADED.search(header(workbook, place)))


def _is_shaped(tree: Tree) -> bool:
    return any(
        (isinstance(node, Call) and node.function in _SHAPED) or (isinstance(node, Operation) and node.operator == "^")
        for node in nodes(tree)
    )


def differences(
    cones: Sequence[Collection[Place]],
    subjects: Sequence[Subject],
    citations: Citations,
    dependent: Collection[Place],
    cut: Set[Place],
    steps: Mapping[Place, Place],
) -> list[frozenset[Difference]]:
    """Return for each gradient the differences y − t that its step's are computed from; y depends on its weight.

    t depends on no weight. A gradient that is wrong may lack some of them.
    """
    by_host: dict[Place, frozenset[Difference]] = {}
    for place in set().union(*cones):
        if place not in cut:
            by_host[place] = frozenset(_within(citations.tree_or_none(place), place, citations, dependent))
    outputs = {cell for each in by_host.values() for d in each for cell in citations.of_tree(d.output, d.canon)}
    # What the outputs are computed from is the forward pass: a difference there is none of the loss.
    forward = citations.ancestors(outputs - cut, cut)
    weights_of: dict[Difference, Set[Place]] = {}
    of_step: dict[Place, set[Difference]] = defaultdict(set)
    for subject, cells in zip(subjects, cones, strict=True):
        own = set(_within(subject.tree, subject.host, citations, dependent))
        for place in cells:
            if place not in forward:
                own |= by_host.get(place, frozenset())
        for each in own:
            if each not in weights_of:
                weights_of[each] = citations.ancestors(citations.of_tree(each.output, each.canon), cut) & cut
        of_step[steps[subject.weight]] |= own
    return [
        frozenset(each for each in of_step[steps[subject.weight]] if subject.weight in weights_of[each])
        for subject in subjects
    ]


def _within(tree: Tree | None, host: Place, citations: Citations, dependent: Collection[Place]) -> list[Difference]:
    """Return the differences in a formula: sums of which some terms depend on weights, and others are subtracted."""
    if tree is None:
        return []
    every = terms(tree)
    if len(every) == 1 and every[0].of is tree:
        return [found for part in parts(tree) for found in _within(part, host, citations, dependent)]
    inner = [found for term in every for found in _within(term.of, host, citations, dependent)]
    sided = [(term, any(place in dependent for place in citations.of_tree(term.of, host))) for term in every]
    found = [_difference(part, host) for part in _samples(sided)]
    return [*inner, *(each for each in found if each is not None)]


def _samples(sum_: list[_Sided]) -> list[list[_Sided]]:
    """Return a sum in parts, one for each sample, where these follow each other: y₁ − t₁ + y₂ − t₂."""
    runs = [list(run) for _, run in groupby(sum_, key=itemgetter(1))]
    samples = [[*first, *second] for first, second in zip(runs[::2], runs[1::2], strict=False)]
    shapes = {tuple(shape_of(term.of) for term, _ in sample) for sample in samples}
    return samples if len(runs) % 2 == 0 and len(shapes) == 1 else [sum_]


def _difference(sum_: list[_Sided], host: Place) -> Difference | None:
    """Return what a sum is the difference of: what depends on weights, and what is subtracted from it."""
    outputs = [term for term, on_weights in sum_ if on_weights]
    targets = [term for term, on_weights in sum_ if not on_weights]
    signs = {term.sign for term in outputs}
    if len(signs) != 1 or not targets or {term.sign for term in targets} != {-min(signs)}:
        return None
    target = of_terms([Term(1, term.of) for term in targets])
    if isinstance(target, Number) and target.value == 1:
        # 1 − h belongs to the derivative of an activation.
        return None
    canon = (host[0], *CANON)
    output = of_terms([Term(1, term.of) for term in outputs])
    return Difference(host[0], _plain(bare(output), host, canon), _plain(bare(target), host, canon))


def _plain(tree: Tree, host: Place, canon: Place) -> Tree:
    """Return a formula of `host` as one of `canon`; without dollar signs, which make it no other one."""

    def move(node: Tree) -> Tree | None:
        if isinstance(node, Ref):
            return reference_to(node.at(host), canon)
        if isinstance(node, Area):
            return Area(*(reference_to(end, canon) for end in node.at(host)))
        return None

    return mapped(tree, move)
