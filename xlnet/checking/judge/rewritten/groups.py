"""Rewritten formulas in groups that can be judged together, with the cells that they cite."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlnet.cell import Cell
from xlnet.checking.judge.rewritten.cited import Known, cells_of
from xlnet.checking.judge.rewritten.points import Slot
from xlnet.checking.open.opened import Rewritten

_MOST_PER_GROUP = 200
# How deep the user's own cells are followed, and how many of them.
_DEEPEST, _MOST_KEPT = 5, 2_000

Contents = Callable[[Collection[Cell]], Mapping[Cell, float | str]]


@dataclass(frozen=True)
class AskedTogether:
    """Formulas of which none cites another one's place; the cells that they cite, and what may be typed there.

    `kept` are cited cells that xlnet does not fill, with what stands in them: labels, and the user's own formulas.
    """

    formulas: Sequence[Rewritten]
    cells: Mapping[Cell, Slot]
    kept: Mapping[Cell, float | str]


def grouped(formulas: Sequence[Rewritten], known: Known, contents: Contents) -> Iterator[AskedTogether]:
    """Yield the formulas in groups, places by the workbook's own titles; `contents` reads cells from the workbook."""
    waiting = list(formulas)
    while waiting:
        chosen: list[Rewritten] = []
        later: list[Rewritten] = []
        cells: dict[Cell, Slot] = {}
        places: set[Cell] = set()
        for formula in waiting:
            place = formula.cells[0]
            cited = cells_of([formula.own.text, formula.found.text], place.sheet, known)
            # One that cites itself is left to the engine, which takes it for an error.
            cited.pop(place, None)
            if len(chosen) == _MOST_PER_GROUP or place in cells or not places.isdisjoint(cited):
                later.append(formula)
                continue
            chosen.append(formula)
            places.add(place)
            cells |= cited
        yield _with_kept(chosen, cells, known, contents)
        waiting = later


def _with_kept(
    formulas: Sequence[Rewritten], cells: Mapping[Cell, Slot], known: Known, contents: Contents
) -> AskedTogether:
    """Return a group in which the cells that xlnet does not fill keep what is in them, and so on from there."""
    every, kept = dict(cells), dict[Cell, float | str]()
    new = {position for position in every if not known.is_own(position)}
    for _ in range(_DEEPEST):
        found = contents(sorted(new)[:_MOST_KEPT])
        kept |= found
        cited: dict[Cell, Slot] = {}
        for position, content in found.items():
            if isinstance(content, str) and content.startswith("="):
                cited |= cells_of([content], position.sheet, known)
        every = cited | every
        new = {position for position in cited if position not in kept and not known.is_own(position)}
        if not new:
            break
    places = {formula.cells[0] for formula in formulas}
    typed = {position: cell for position, cell in every.items() if known.is_own(position) and position not in places}
    return AskedTogether(
        formulas, typed, {position: content for position, content in kept.items() if position not in places}
    )
