"""Numbers typed over formulas where a table ends, or in its first row: no neighbour on one side tells of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from xlnet.audit.formula.tree import Ref, Tree, bare, cited
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.lines import Patterns, stepped
from xlnet.audit.remarks.unlike import Odd, is_computable, is_typed
from xlnet.engines.live import Place

# So many formulas in a row must be those of another row, the nearest ones, not further away than this.
_ALIKE, _NEAR = 2, 16


def typed_over(workbook: Workbook, patterns: Patterns, cells: Collection[Place]) -> list[Odd]:
    """Return the typed numbers in rows that otherwise have the formulas of the row above or below.

    Where a weight starts it is typed, and the formula below it could not stand there: it would cite a header. A copy
    of another cell is no computation that a number could replace.
    """
    periods = sorted({line.period for axis in (1, 2) for line in patterns.lines(axis)})
    found: dict[Place, Odd] = {}
    for place in sorted(workbook.stored):
        if place in patterns.of or not is_typed(workbook, place):
            continue
        odd = next(_typed_over(workbook, patterns, place, periods, found), None)
        if odd is not None and (place in cells or odd.after in cells):
            found[place] = odd
    return list(found.values())


def _typed_over(
    workbook: Workbook, patterns: Patterns, place: Place, periods: list[int], found: Mapping[Place, Odd]
) -> Iterator[Odd]:
    for axis in (1, 2):
        for step in (each for period in periods for each in (-period, period)):
            other = stepped(place, axis, step)
            # What was typed over before is taken for what it should be.
            tree: Tree | None = found[other].expected if other in found else workbook.trees.get(other)
            if tree is None or (other not in found and other not in patterns.of) or isinstance(bare(tree), Ref):
                continue
            if abs(step) == 1 and _is_between_its_uses(workbook, patterns, place, axis):
                continue
            if is_computable(workbook, tree, place) and _is_row_alike(patterns, place, axis, step):
                yield Odd(place, found[other].after if other in found else other, tree, axis)


def _is_between_its_uses(workbook: Workbook, patterns: Patterns, place: Place, axis: int) -> bool:
    """Whether typed numbers and one formula of each stand in turn, as β₁, 1 − β₁, β₂ and 1 − β₂ do."""
    for user in (stepped(place, axis, -1), stepped(place, axis, 1)):
        tree = workbook.trees.get(user)
        uses = tree is not None and any(isinstance(each, Ref) and each.at(user) == place for each in cited(tree))
        if uses and patterns.run(user, axis) == 1:
            return True
    return False


def _is_row_alike(patterns: Patterns, place: Place, axis: int, step: int) -> bool:
    """Whether the nearest formulas beside a cell are those a step further on."""
    nearest = []
    for direction in (-1, 1):
        beside = [stepped(place, 3 - axis, direction * by) for by in range(1, _NEAR)]
        nearest += [each for each in beside if each in patterns.of][:_ALIKE]
    same = [patterns.of[each] == patterns.of.get(stepped(each, axis, step)) for each in nearest]
    return len(same) >= _ALIKE and all(same)
