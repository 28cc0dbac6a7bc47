"""What an update takes for the gradient, and what it multiplies it by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from xlnet.audit.finding.inputs import inputs_of
from xlnet.audit.finding.updates import Update
from xlnet.audit.formula.terms import Product, Term, of_product, of_terms, product
from xlnet.audit.formula.tree import Ref, Tree, bare, cited
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place


@dataclass(frozen=True)
class Rate:
    """A learning rate: the cells that it is the product of, and a number."""

    cells: tuple[Place, ...]
    number: float


@dataclass(frozen=True)
class Subject:
    """A gradient to be judged: that of the loss with respect to `weight`, used by `update`.

    It is `sign` times the value of `tree` in the cell `host`. `cell` is a cell of its own, if it has one. `is_plain`
    says whether the step is nothing but this times a rate.
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


class Gradients:
    """Takes updates apart. `dependent` are the cells that are computed from weights, the weights among them.

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
        self._weights = {update.weight for update in updates}
        self._cells = {update.cell for update in updates}
        self._inputs = inputs_of(workbook, citations, dependent, self._weights)
        self._for_updates: dict[Place, bool] = {}
        self._common = self._in_most(updates)
        # Where a formula that is filled down has its rate, it has it in each row, whatever stands there.
        self._positions: set[tuple[int, Tree]] = {
            (id(workbook.trees[host]), reference)
            for host in (citations.citing.get(rate, ()) if rate else ())
            for reference in cited(citations.tree(host))
            if isinstance(reference, Ref) and reference.at(host) == rate
        }

    def subject(self, update: Update) -> Subject:
        """Return what is judged of an update."""
        host, rest = update.cell, update.rest
        sign = 1
        while True:
            # A step may stand in a cell of its own.
            if len(rest) != 1:
                break
            factors = product(rest[0].of)
            place = self._only_dependent(factors, host)
            step_sign = sign * rest[0].sign * factors.number
            if place is None or any(self._is_rate(each, host) for each in factors.above) or abs(factors.number) != 1:
                break
            if (
                len(factors.above) + len(factors.below) > 1
                or place in self._weights
                or not self._hands_a_rate(place, step_sign)
            ):
                break
            sign *= rest[0].sign * (1 if factors.number > 0 else -1)
            host, rest = place, (Term(1, self._citations.tree(place)),)
        return self._judged(update, host, rest, sign)

    def _judged(self, update: Update, host: Place, rest: tuple[Term, ...], sign: int) -> Subject:
        split = [self._split(term, host) for term in rest]
        rates = {rate for rate, _ in split}
        if len(rates) == 1:
            rate = rates.pop()
            parts = [term for _, term in split]
            is_plain = True
        else:
            # Terms of different rates, as with momentum or weight decay: the first one that depends on weights tells.
            rate = next((each for each, term in split if self._depends(term.of, host)), split[0][0])
            parts, is_plain = list(rest), False
        cell = None
        if is_plain and len(parts) == 1:
            only, number = bare(parts[0].of), 1
            if isinstance(only, Ref) and number:
                cell = only.at(host)
                sign *= parts[0].sign
                # A sum of samples or a copy hands on what it has.
                return Subject(
                    update.weight, update.shown, update.cell, host, only, -sign, cell, rate, self._is_alone(parts)
                )
        tree = of_terms(parts)
        is_plain = is_plain and self._is_alone(parts)
        return Subject(update.weight, update.shown, update.cell, host, tree, -sign, None, rate, is_plain)

    def _split(self, term: Term, host: Place) -> tuple[Rate, Term]:
        """Return the rate of a term, and what remains of it."""
        parts = product(term.of)
        rates = [factor for factor in parts.above if self._is_rate(factor, host)]
        is_pair = len(parts.above) == 2 and not parts.below and abs(parts.number) == 1
        if not rates and is_pair and self._only_dependent(parts, host):
            # No rate by its use, and none typed, but what else could it be, if it is no input? The target, by a lost $.
            rates = [factor for factor in parts.above if self._is_no_input(factor, host)]
        if len(rates) == len(parts.above) > 1 and not parts.below:
            # What other updates do not multiply by is a gradient with a number typed over it.
            rates = [factor for factor in rates if self._rate_cell(factor, host) in self._common] or rates
        others = tuple(factor for factor in parts.above if factor not in rates)
        sign = term.sign * (-1 if parts.number < 0 else 1)
        number = abs(parts.number)
        if not others and not parts.below:
            # Nothing depends on a weight here.
            return Rate((), 1.0), term
        cells = tuple(sorted(self._rate_cell(factor, host) for factor in rates))
        return Rate(cells, number), Term(sign, of_product(Product(1.0, others, parts.below)))

    def _is_no_input(self, factor: Tree, host: Place) -> bool:
        reference = bare(factor)
        if not isinstance(reference, Ref):
            return False
        return reference.at(host) not in self._dependent and reference.at(host) not in self._inputs

    def _rate_cell(self, factor: Tree, host: Place) -> Place:
        reference = bare(factor)
        assert isinstance(reference, Ref)
        return reference.at(host)

    def _is_alone(self, parts: list[Term]) -> bool:
        """Whether no part is divided by what depends on weights, as the step of an adaptive optimiser is."""
        return all(not self._is_adaptive(term.of) for term in parts)

    def _is_adaptive(self, tree: Tree) -> bool:
        return any(type(factor).__name__ != "Number" and _has_root(factor) for factor in product(tree).below)

    def _depends(self, tree: Tree, host: Place) -> bool:
        return any(place in self._dependent for place in self._citations.of_tree(tree, host))

    def _only_dependent(self, factors: Product, host: Place) -> Place | None:
        """Return the single cell that depends on weights, where all else does not."""
        found = [factor for factor in factors.above + factors.below if self._depends(factor, host)]
        reference = bare(found[0]) if len(found) == 1 else None
        if not isinstance(reference, Ref) or found[0] in factors.below:
            return None
        return reference.at(host)

    def _hands_a_rate(self, place: Place, sign: float) -> bool:
        """Whether the formula of a cell multiplies by a rate, as that of a step does."""
        if place not in self._workbook.trees:
            return False
        parts = product(self._citations.tree(place))
        if any(self._is_rate(factor, place) for factor in parts.above):
            return True
        # A 2 or ½ may be the derivative's own, but not where the step is added.
        return bool(parts.above) and abs(parts.number) not in ((1,) if sign > 0 else (1, 2, 0.5))

    def _is_rate(self, factor: Tree, host: Place) -> bool:
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

    def _in_most(self, updates: Collection[Update]) -> set[Place]:
        """Return the cells that more than half of the updates of a sheet multiply by, and no input is one of them."""
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


def _has_root(tree: Tree) -> bool:
    from xlnet.audit.formula.tree import Call, Operation, nodes

    return any(
        (isinstance(node, Call) and node.function in ("SQRT", "MAX"))
        or (isinstance(node, Operation) and node.operator == "^")
        for node in nodes(tree)
    )
