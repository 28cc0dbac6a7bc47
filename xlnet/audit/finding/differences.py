"""The differences of outputs and targets, y − t, that gradients are computed from: they imply a loss."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias

from xlnet.audit.finding.gradients import Subject
from xlnet.audit.formula.shape import shape_of
from xlnet.audit.formula.terms import Term, of_terms, terms
from xlnet.audit.formula.tree import Area, Number, Ref, Tree, bare, mapped, parts, reference_to
from xlnet.audit.reading.citations import Citations
from xlnet.engines.live import Place

CANON = (1, 1)
# A term of a sum, and whether it depends on weights.
_Sided: TypeAlias = tuple[Term, bool]


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
