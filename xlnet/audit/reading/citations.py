"""Which cells a formula cites, and which cite it: the graph of a workbook."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator
from functools import cached_property

from xlnet.audit.formula.positions import is_positional, looked_up, resolved
from xlnet.audit.formula.tree import Area, Ref, Tree, cited
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place
from xlnet.errors import UserError

# A sum over all rows above, in each of 10,000 rows, cites 50 million cells.
MOST_CITATIONS = 20_000_000


class Citations:
    """The graph of a workbook's cells. Raises UserError where it has more citations than may be."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._cited: dict[Place, tuple[Place, ...]] = {}
        self._resolved: dict[Place, Tree] = {}
        self._references: dict[int, tuple[list[Ref | Area], bool]] = {}
        self._count = 0

    def tree(self, place: Place) -> Tree:
        """Return the formula of a cell, with the cells that INDEX and OFFSET mean there."""
        tree = self._workbook.trees[place]
        if not self._known(tree)[1]:
            return tree
        found = self._resolved.get(place)
        if found is None:
            found = self._resolved[place] = resolved(tree, place)
        return found

    def tree_or_none(self, place: Place) -> Tree | None:
        """Return the formula of a cell as `tree` does, None where it holds none."""
        return self.tree(place) if place in self._workbook.trees else None

    def of(self, place: Place) -> tuple[Place, ...]:
        """Return the cells that a cell's formula cites, each once, blank ones of areas left out."""
        found = self._cited.get(place)
        if found is None:
            tree = self._workbook.trees.get(place)
            found = () if tree is None else self.of_tree(tree, place)
            self._cited[place] = found
            self._count += len(found)
            if self._count > MOST_CITATIONS:
                raise UserError(f"{self._workbook.path}: its formulas cite too many cells, over {MOST_CITATIONS:,}")
        return found

    def of_tree(self, tree: Tree, host: Place) -> tuple[Place, ...]:
        """Return the cells that a formula at `host` cites."""
        references, positional = self._known(tree)
        if positional:
            is_own = self._workbook.trees.get(host) is tree
            known = self.tree(host) if is_own else resolved(tree, host)
            references = cited(looked_up(known, host, self._number))
        found: dict[Place, None] = {}
        for reference in references:
            if isinstance(reference, Ref):
                found[reference.at(host)] = None
            else:
                found.update(dict.fromkeys(self.cells(*reference.at(host))))
        return tuple(found)

    def _number(self, also_computed: bool, place: Place) -> float | None:
        value = self._workbook.stored.get(place)
        return value if isinstance(value, float) and (also_computed or place not in self._workbook.trees) else None

    def cells(self, first: Place, last: Place) -> list[Place]:
        """Return the cells of an area that hold something."""
        sheet, row, column = first
        _, last_row, last_column = last
        if (last_row - row + 1) * (last_column - column + 1) <= 16:
            every = ((sheet, r, c) for r in range(row, last_row + 1) for c in range(column, last_column + 1))
            return [place for place in every if place in self._workbook.trees or place in self._workbook.stored]
        found: list[Place] = []
        columns = self._rows_of_columns.get(sheet, {})
        for number in sorted(each for each in columns if column <= each <= last_column):
            rows = columns[number]
            found += [(sheet, r, number) for r in rows[bisect_left(rows, row) : bisect_right(rows, last_row)]]
        return found

    def ancestors(self, start: Iterable[Place], cut: Collection[Place] = ()) -> set[Place]:
        """Return all cells from which `start` is computed, `start` included; from those in `cut` it goes no further."""
        found = set(start)
        waiting = [place for place in found if place not in cut]
        while waiting:
            for place in self.of(waiting.pop()):
                if place not in found:
                    found.add(place)
                    if place not in cut:
                        waiting.append(place)
        return found

    def meeting(self, start: Iterable[Place], targets: Collection[Place]) -> Iterator[Place]:
        """Yield the cells of `targets` from which `start` is computed, not by way of others, as they are met."""
        found = set(start)
        waiting = list(found)
        while waiting:
            place = waiting.pop()
            if place in targets:
                yield place
                continue
            for each in self.of(place):
                if each not in found:
                    found.add(each)
                    waiting.append(each)

    @cached_property
    def citing(self) -> dict[Place, list[Place]]:
        """The cells whose formulas cite a cell."""
        found: dict[Place, list[Place]] = {}
        for place in self._workbook.trees:
            for each in self.of(place):
                found.setdefault(each, []).append(place)
        return found

    def descendants(self, start: Iterable[Place], cut: Collection[Place] = ()) -> set[Place]:
        """Return all cells that are computed from `start`, which is included; what is in `cut` hands nothing on."""
        found = set(start)
        waiting = list(found)
        while waiting:
            for place in self.citing.get(waiting.pop(), ()):
                if place not in found and place not in cut:
                    found.add(place)
                    waiting.append(place)
        return found

    @cached_property
    def levels(self) -> dict[Place, int]:
        """How many formulas a formula is computed through, at most; those that wait for a circle have none."""
        missing = {
            place: sum(each in self._workbook.trees for each in self.of(place)) for place in self._workbook.trees
        }
        levels: dict[Place, int] = {}
        ready = [place for place, count in missing.items() if count == 0]
        while ready:
            place = ready.pop()
            levels[place] = 1 + max((levels.get(each, 0) for each in self.of(place)), default=0)
            for each in self.citing.get(place, ()):
                missing[each] -= 1
                if missing[each] == 0:
                    ready.append(each)
        return levels

    @cached_property
    def _rows_of_columns(self) -> dict[int, dict[int, list[int]]]:
        found: dict[int, dict[int, list[int]]] = {}
        for sheet, row, column in sorted({*self._workbook.trees, *self._workbook.stored}):
            found.setdefault(sheet, {}).setdefault(column, []).append(row)
        return found

    def _known(self, tree: Tree) -> tuple[list[Ref | Area], bool]:
        known = self._references.get(id(tree))
        if known is None:
            known = self._references[id(tree)] = (cited(tree), is_positional(tree))
            # An id is another's as soon as its owner is gone.
            self._kept.append(tree)
        return known

    @cached_property
    def _kept(self) -> list[Tree]:
        return []
