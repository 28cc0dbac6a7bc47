"""Learning rates: what updates multiply their gradients by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from xlnet.audit.finding.candidates import Update
from xlnet.audit.finding.inputs import inputs_of
from xlnet.audit.formula.terms import Product, Term, of_product, product
from xlnet.audit.formula.tree import Ref, Tree, bare, cited
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place


@dataclass(frozen=True)
class Rate:
    """A learning rate: the cells that it is the product of, and a number."""

    cells: tuple[Place, ...]
    number: float


class Rates:
    """Tells learning rates from inputs and gradients. `dependent` are the cells that are computed from weights.

    `rate` is a cell that is known to be a learning rate.
    """

    def __init__(
        self,
        workbook: Workbook,
        citations: Citations,
        updates: Collection[Update],
        dependent: Collection[Place],
        rate: Place | None = None,
    ) -> None:
        self._workbook, self._citations, self._dependent = workbook, citations, dependent
        self._cells = {update.cell for update in updates}
        self._weights = {update.weight for update in updates}
        self._for_updates: dict[Place, bool] = {}
        self._common = self._in_most(updates)
        # Where a formula that is filled down has its rate, it has it in each row, whatever stands there.
        self._positions: set[tuple[int, Tree]] = {
            (id(workbook.trees[host]), reference)
            for host in (citations.citing.get(rate, ()) if rate else ())
            for reference in cited(citations.tree(host))
            if isinstance(reference, Ref) and reference.at(host) == rate
        }

    def split(self, term: Term, host: Place) -> tuple[Rate, Term]:
        """Return the rate of a term, and what remains of it."""
        parts = product(term.of)
        rates = [factor for factor in parts.above if self.is_rate(factor, host)]
        is_pair = len(parts.above) == 2 and not parts.below and abs(parts.number) == 1
        if not rates and is_pair and self.only_dependent(parts, host):
            # No rate by its use, and none typed, but what else could it be, if it is no input? The target, by a lost $.
            rates = [factor for factor in parts.above if self._is_no_input(factor, host)]
        if len(rates) == len(parts.above) > 1 and not parts.below:
            # What other updates do not multiply by is a gradient with a number typed over it.
            rates = [factor for factor in rates if _cell(factor, host) in self._common] or rates
        others = tuple(factor for factor in parts.above if factor not in rates)
        sign = term.sign * (-1 if parts.number < 0 else 1)
        if not others and not parts.below:
            # Nothing depends on a weight here.
            return Rate((), 1.0), term
        cells = tuple(sorted(_cell(factor, host) for factor in rates))
        return Rate(cells, abs(parts.number)), Term(sign, of_product(Product(1.0, others, parts.below)))

    def depends(self, tree: Tree, host: Place) -> bool:
        """Whether a part of the formula of `host` depends on weights."""
        return any(place in self._dependent for place in self._citations.of_tree(tree, host))

    def only_dependent(self, factors: Product, host: Place) -> Place | None:
        """Return the single cell that depends on weights, where all else does not."""
        found = [factor for factor in factors.above + factors.below if self.depends(factor, host)]
        reference = bare(found[0]) if len(found) == 1 else None
        if not isinstance(reference, Ref) or found[0] in factors.below:
            return None
        return reference.at(host)

    def is_handed_on(self, place: Place, sign: float) -> bool:
        """Whether the formula of a cell multiplies by a rate, as that of a step does."""
        if place not in self._workbook.trees:
            return False
        parts = product(self._citations.tree(place))
        if any(self.is_rate(factor, place) for factor in parts.above):
            return True
        # A 2 or ½ may be the derivative's own, but not where the step is added.
        return bool(parts.above) and abs(parts.number) not in ((1,) if sign > 0 else (1, 2, 0.5))

    def is_rate(self, factor: Tree, host: Place) -> bool:
        """Whether a factor in the formula of `host` is a learning rate."""
        reference = bare(factor)
        if not isinstance(reference, Ref):
            return False
        position = (id(self._workbook.trees.get(host)), reference)
        if position in self._positions:
            return reference.at(host) not in self._dependent
        if reference.at(host) in self._common or self._is_for_updates(reference.at(host)):
            self._positions.add(position)
            return True
        return False

    @cached_property
    def _inputs(self) -> set[Place]:
        return inputs_of(self._workbook, self._citations, self._dependent, self._weights)

    def _is_no_input(self, factor: Tree, host: Place) -> bool:
        reference = bare(factor)
        if not isinstance(reference, Ref):
            return False
        return reference.at(host) not in self._dependent and reference.at(host) not in self._inputs

    def _in_most(self, updates: Collection[Update]) -> set[Place]:
        """Return the cells that more than half of the updates of a sheet multiply by, and no weight is one of them."""
        counts: Counter[tuple[Place, int]] = Counter()
        sheets = Counter(update.cell[0] for update in updates)
        for update in updates:
            factors = [bare(factor) for term in update.rest for factor in product(term.of).above]
            places = {factor.at(update.cell) for factor in factors if isinstance(factor, Ref)}
            counts.update((place, update.cell[0]) for place in places if place not in self._dependent)
        return {place for (place, sheet), count in counts.items() if count > max(sheets[sheet] / 2, 1)}

    def _is_for_updates(self, place: Place) -> bool:
        """Whether a cell does not depend on weights, and only steps and updates cite it, or copies of it."""
        known = self._for_updates.get(place)
        if known is None:
            self._for_updates[place] = False
            known = place not in self._dependent and all(
                each in self._cells
                or self._is_step(each)
                or (each not in self._dependent and self._is_for_updates(each))
                for each in self._citations.citing.get(place, ())
            )
            self._for_updates[place] = known
        return known

    def _is_step(self, place: Place) -> bool:
        """Whether a cell is cited by updates alone; after the last one a formula as theirs may be cited by none."""
        citing = self._citations.citing.get(place, ())
        if citing:
            return all(each in self._cells for each in citing)
        return id(self._workbook.trees[place]) in self._steps

    @cached_property
    def _steps(self) -> set[int]:
        """The formulas that updates alone cite."""
        found = {place for cell in self._cells for place in self._citations.of(cell) if place in self._workbook.trees}
        return {id(self._workbook.trees[place]) for place in found if self._is_step(place)}


def _cell(factor: Tree, host: Place) -> Place:
    reference = bare(factor)
    assert isinstance(reference, Ref)
    return reference.at(host)
