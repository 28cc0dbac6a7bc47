"""What may be an update: sums in which a cell stands alone, in families with one formula."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from xlnet.audit.finding.samples import is_deviation, is_total
from xlnet.audit.formula.terms import Term, product, terms
from xlnet.audit.formula.tree import Area, Call, Number, Operation, Ref, Sign, Tree, bare, cited, mapped, nodes
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place

# A learning rate may be computed from others, but not from weights.
_DEEPEST_RATE = 2


@dataclass(frozen=True)
class Update:
    """The new value of a weight in `cell`: the old one, and the other terms, relative to `cell`.

    `weight` is where the old value was typed or computed, `shown` the cell that the formula cites: it may be a copy.
    """

    cell: Place
    weight: Place
    shown: Place
    rest: tuple[Term, ...]


def origin(place: Place, workbook: Workbook, citations: Citations) -> Place:
    """Return the cell that a cell is a copy of, or of a copy of; the cell itself where it is none."""
    seen = {place}
    while place in workbook.trees:
        tree = bare(citations.tree(place))
        if not isinstance(tree, Ref) or tree.at(place) in seen:
            break
        place = tree.at(place)
        seen.add(place)
    return place


def candidates(workbook: Workbook, citations: Citations) -> list[Update]:
    """Return a candidate for each cell that stands alone, with a plus, in a sum of a formula that cites others, too."""
    found = []
    may_be: dict[int, bool] = {}
    known: dict[int, list[Term]] = {}
    for place, tree in workbook.trees.items():
        if id(tree) not in may_be:
            may_be[id(tree)] = _is_sum(tree)
        if not may_be[id(tree)]:
            continue
        own = citations.tree(place)
        # Cells filled down share a tree; one that says where it stands has another in each cell.
        every = known[id(tree)] if own is tree and id(tree) in known else terms(own)
        if own is tree:
            known[id(tree)] = every
        for number, (sign, term) in enumerate(every):
            weight = _decayed(term, place, citations)
            rest = (*every[:number], *every[number + 1 :])
            if sign > 0 and isinstance(weight, Ref) and any(cited(each.of) for each in rest):
                shown = weight.at(place)
                source = origin(shown, workbook, citations)
                if not is_deviation(shown, rest, place, citations) and not is_total(source, citations):
                    found.append(Update(place, source, shown, rest))
    return found


def _decayed(term: Tree, host: Place, citations: Citations) -> Tree:
    """Return W of W or of W·(1 − ηλ), as weights decay, where ηλ does not depend on W; else the term as it is."""
    factors = product(term)
    if len(factors.above) != 2 or factors.below or factors.number != 1:
        return bare(term)
    for weight, share in (factors.above, factors.above[::-1]):
        first = terms(share)[0] if isinstance(share, Operation) else None
        if isinstance(weight, Ref) and first is not None and first.sign > 0 and first.of == Number(1.0, "1"):
            shallow = all(citations.levels.get(each, 0) <= _DEEPEST_RATE for each in citations.of_tree(share, host))
            return weight if shallow else bare(term)
    return bare(term)


def _is_sum(tree: Tree) -> bool:
    return any(
        (isinstance(node, Operation) and node.operator in "+-")
        or (isinstance(node, Sign) and node.sign == "-")
        or (isinstance(node, Call) and node.function == "SUM")
        for node in nodes(tree)
    )


def families_of(updates: Iterable[Update], workbook: Workbook) -> list[list[Update]]:
    """Return updates in groups with one formula, filled down, to the right or over sheets, and one place of W in it."""
    found: dict[tuple[Tree, int, int], list[Update]] = defaultdict(list)
    known: dict[int, Tree] = {}
    for update in updates:
        (sheet, row, column), (_, shown_row, shown_column) = update.cell, update.shown
        tree = workbook.trees[update.cell]
        if id(tree) not in known:
            known[id(tree)] = _from_sheet(tree, sheet)
        found[known[id(tree)], shown_row - row, shown_column - column].append(update)
    return list(found.values())


def _from_sheet(tree: Tree, sheet: int) -> Tree:
    """Return a formula in which other sheets are numbered from its own."""

    def change(node: Tree) -> Tree | None:
        if isinstance(node, Ref):
            return node if node.sheet is None else replace(node, sheet=node.sheet - sheet)
        if isinstance(node, Area):
            return Area(*(_from_sheet(each, sheet) for each in (node.first, node.last)))  # type: ignore[arg-type]
        return None

    return mapped(tree, change)
