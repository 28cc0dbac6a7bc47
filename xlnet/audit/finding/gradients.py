"""What an update takes for the gradient, and what it multiplies it by."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from xlnet.audit.finding.candidates import Update
from xlnet.audit.finding.rates import Rate, Rates
from xlnet.audit.formula.terms import Term, of_terms, product
from xlnet.audit.formula.tree import Call, Number, Operation, Ref, Tree, bare, nodes
from xlnet.audit.reading.citations import Citations
from xlnet.engines.live import Place

_ROOTS = frozenset(("SQRT", "MAX"))


@dataclass(frozen=True)
class Subject:
    """A gradient to be judged: that of the loss with respect to `weight`, used by `update`.

    `weight` is where its value was typed or computed, `shown` where the update cites it. The gradient is `sign` times
    the value of `tree` in the cell `host`. `cell` is a cell of its own, if it has one. `is_plain` says whether the step
    is nothing but this times a rate.
    """

    weight: Place
    shown: Place
    update: Place | None
    host: Place
    tree: Tree
    sign: int
    cell: Place | None
    rate: Rate
    is_plain: bool

    @property
    def place(self) -> Place:
        """The cell to name when it is wrong."""
        return self.cell or self.host


def subjects_of(
    updates: Collection[Update], citations: Citations, rates: Rates, weights: Collection[Place]
) -> list[Subject]:
    """Return what is judged of each update."""
    return [_judged(update, *_step(update, citations, rates, weights), rates) for update in updates]


def _step(
    update: Update, citations: Citations, rates: Rates, weights: Collection[Place]
) -> tuple[Place, tuple[Term, ...], int]:
    """Return where the step of an update is computed, its terms there, and the sign with which it is added."""
    host, rest, sign = update.cell, update.rest, 1
    # A step may stand in a cell of its own.
    while len(rest) == 1:
        factors = product(rest[0].of)
        place = rates.only_dependent(factors, host)
        if place is None or place in weights or abs(factors.number) != 1:
            break
        step_sign = sign * rest[0].sign * (1 if factors.number > 0 else -1)
        if len(factors.above) + len(factors.below) > 1 or not rates.is_handed_on(place, step_sign):
            break
        host, rest, sign = place, (Term(1, citations.tree(place)),), step_sign
    return host, rest, sign


def _judged(update: Update, host: Place, rest: tuple[Term, ...], sign: int, rates: Rates) -> Subject:
    split = [rates.split(term, host) for term in rest]
    if len({rate for rate, _ in split}) == 1:
        rate, parts, is_plain = split[0][0], [term for _, term in split], True
    else:
        # Terms of different rates, as with momentum or weight decay: the first one that depends on weights tells.
        rate = next((each for each, term in split if rates.depends(term.of, host)), split[0][0])
        parts, is_plain = list(rest), False
    is_plain = is_plain and not any(_is_adaptive(term.of) for term in parts)
    only = bare(parts[0].of) if len(parts) == 1 else None
    # It is subtracted.
    if len({each for each, _ in split}) == 1 and isinstance(only, Ref):
        sign *= parts[0].sign
        return Subject(update.weight, update.shown, update.cell, host, only, -sign, only.at(host), rate, is_plain)
    return Subject(update.weight, update.shown, update.cell, host, of_terms(parts), -sign, None, rate, is_plain)


def _is_adaptive(tree: Tree) -> bool:
    """Whether a step is divided by a root or the like, as that of an adaptive optimiser is."""
    return any(not isinstance(factor, Number) and _has_root(factor) for factor in product(tree).below)


def _has_root(tree: Tree) -> bool:
    return any(
        (isinstance(node, Call) and node.function in _ROOTS) or (isinstance(node, Operation) and node.operator == "^")
        for node in nodes(tree)
    )
