"""Optimisers: their steps are no gradients, but are computed from them and from what is kept from step to step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from xlnet.audit.finding.gradients import Subject
from xlnet.audit.finding.network import Found
from xlnet.audit.formula.terms import product, terms
from xlnet.audit.judging.choosing import agree
from xlnet.audit.reading.citations import Citations
from xlnet.engines.live import Place


def is_optimizer(
    chain: Sequence[Subject], cones: Sequence[Collection[Place]], network: Found, citations: Citations
) -> bool:
    """Whether the steps of a weight are computed from what an earlier step left, or divided by what depends on it."""
    return any(
        not subject.is_plain or _keeps_state(subject, cone, network, citations) or _adds_to_what_is_kept(subject, network, citations)
        for subject, cone in zip(chain, cones, strict=True)
    )


def _keeps_state(subject: Subject, cone: Collection[Place], network: Found, citations: Citations) -> bool:
    """Whether a step is computed from cells that depend on the weights of an earlier step."""
    cut = network.steps.keys() | network.new
    cited = {each for place in cone if place not in cut for each in citations.of(place)}
    cited |= set(citations.of_tree(subject.tree, subject.host))
    earlier = {each for each in cited if each not in cone and each in network.dependent and each not in cut}
    own = network.steps[subject.weight]
    return any(
        network.steps[weight] != own
        for weight in citations.ancestors(earlier, cut) & network.steps.keys()
    )


def _adds_to_what_is_kept(subject: Subject, network: Found, citations: Citations) -> bool:
    """Whether the step's cell adds a share of a typed cell to a share of one that depends on weights: β·v + (1 − β)·g."""
    tree = citations.tree_or_none(subject.cell) if subject.cell else None
    if tree is None or subject.cell is None:
        return False
    every = terms(tree)
    depending = [any(each in network.dependent for each in citations.of_tree(term.of, subject.cell)) for term in every]
    products = [product(term.of) for term in every]
    return len(every) == 2 and sum(depending) == 1 and all(len(each.above) + (each.number != 1) >= 2 for each in products)


def gradients_within(
    found: NDArray[np.float64], wanted: NDArray[np.float64], errors: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Return which rows of `found`, cells by states, are the wanted gradient in all states in which it is known."""
    usable = np.isfinite(wanted)
    if not usable.any():
        return np.zeros(len(found), dtype=bool)
    right = agree(found[:, usable], wanted[usable], errors[usable])
    is_something = (np.abs(found[:, usable]) > 0).any(axis=1)
    result: NDArray[np.bool_] = right.all(axis=1) & is_something
    return result


def usual_offset(places: Sequence[tuple[Place, Place]]) -> tuple[int, int] | None:
    """Return how far from the weight most gradients stand, given (weight, gradient)."""
    offsets = Counter((g[1] - w[1], g[2] - w[2]) for w, g in places if g[0] == w[0])
    return offsets.most_common(1)[0][0] if offsets else None
