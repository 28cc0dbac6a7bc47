"""The cells that may have been meant where a formula cites another one: those that play in this step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlnet.audit.formula.tree import Area, Ref, Tree, cited, reference_to
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.repairing.shape import shape
from xlnet.engines.live import Place
from xlnet.sheet_size import LAST_SHEET_COLUMN, LAST_SHEET_ROW

MOST_CELLS = 200
_ACROSS = 40
_AROUND = 8
_LEVELS = 3
_FARTHEST_SHIFT = 8


def near(host: Place, also: Sequence[Place], workbook: Workbook, citations: Citations) -> list[Place]:
    """Return the cells around a formula, those that play in its step first.

    These are what it and its neighbours cite, what that is computed from, what cites it, and its row and column.
    """
    found: dict[Place, None] = {}
    for place in _in_order(host, also, workbook, citations):
        holds = place in workbook.trees or workbook.is_typed_number(place) or place in workbook.frozen
        if holds and place != host:
            found[place] = None
        if len(found) >= MOST_CELLS:
            break
    return list(found)


def _in_order(host: Place, also: Sequence[Place], workbook: Workbook, citations: Citations) -> Iterator[Place]:
    level = [host, *also]
    seen = set(level)
    for _ in range(_LEVELS):
        level = [place for each in level for place in _few(citations.of(each)) if place not in seen]
        level = list(dict.fromkeys(level))[:MOST_CELLS]
        seen.update(level)
        yield from level
    for place in _few(citations.citing.get(host, ())):
        yield from _few(citations.of(place))
    row, column = _line(host, (0, 1)), _line(host, (1, 0))
    neighbours = [place for line in (row, column) for place in line[: 2 * _AROUND] if place in workbook.trees]
    for place in neighbours:
        yield from _few(citations.of(place))
    yield from row
    for place in _few(citations.of(host)):
        yield from _line(place, (0, 1))[:4]
        yield from _line(place, (1, 0))[:4]
    yield from column


def _few(places: Sequence[Place]) -> Sequence[Place]:
    """Return what a formula cites, unless these are whole lists: of them only the ends."""
    return places if len(places) <= 2 * _ACROSS else [*places[:2], *places[-2:]]


def _line(place: Place, step: tuple[int, int]) -> list[Place]:
    """Return the cells on both sides of a cell, the nearest first."""
    sheet, row, column = place
    found = []
    for distance in range(1, _ACROSS + 1):
        for sign in (-1, 1):
            r, c = row + sign * distance * step[0], column + sign * distance * step[1]
            if 1 <= r <= LAST_SHEET_ROW and 1 <= c <= LAST_SHEET_COLUMN:
                found.append((sheet, r, c))
    return found


def instead_of(old: Ref, places: Sequence[Place], hosts: Sequence[Place], workbook: Workbook) -> list[Ref]:
    """Return references that may have been meant instead of one, the likeliest first."""
    host = hosts[0]
    target = old.at(host)
    kind = _kind(target, workbook)

    def strangeness(place: Place) -> tuple[bool, bool, bool, int]:
        beside = place[0] == target[0] and (place[1] == target[1] or place[2] == target[2])
        distance = abs(place[1] - target[1]) + abs(place[2] - target[2])
        return (_kind(place, workbook) != kind, place[0] != target[0], not beside, distance)

    found: dict[tuple[Place, ...], Ref] = {tuple(old.at(each) for each in hosts): old}
    relative = [reference_to(place, host, old) for place in sorted(places, key=strangeness)]
    anchored = [reference_to(ref.at(host), host, Ref(1, 1, True, True)) for ref in [old, *relative]]
    loose = [reference_to(ref.at(host), host) for ref in [old, *relative]]
    first = _first_of_fill(host, workbook)
    for ref in [*relative, *_from_first(old, host, first), *anchored, *loose]:
        found.setdefault(tuple(ref.at(each) for each in hosts), ref)
    return list(found.values())[1:]


def _kind(place: Place, workbook: Workbook) -> str:
    tree = workbook.trees.get(place)
    return "" if tree is None else shape(tree)


def _first_of_fill(host: Place, workbook: Workbook) -> Place:
    """Return the uppermost cell of those above with the same formula."""
    tree, (sheet, row, column) = workbook.trees[host], host
    while workbook.trees.get((sheet, row - 1, column)) is tree:
        row -= 1
    return (sheet, row, column)


def _from_first(old: Ref, host: Place, first: Place) -> list[Ref]:
    """Return what was cited in the first cell, anchored there, and what was anchored, moving with the cell."""
    target = old.at(first)
    moving = reference_to(target, first)
    return [reference_to(target, host, Ref(1, 1, True, True)), moving]


def areas_instead_of(old: Area, tree: Tree, host: Place) -> list[Area]:
    """Return areas that may have been meant instead of one: beside it, or with one row or column more or less."""
    shifts = [(0, each) for each in _both_ways()] + [(each, 0) for each in _both_ways()]
    found = [Area(_shifted(old.first, *shift), _shifted(old.last, *shift)) for shift in shifts]
    for end in ((0, 1), (0, -1), (1, 0), (-1, 0)):
        found += [Area(_shifted(old.first, *end), old.last), Area(old.first, _shifted(old.last, *end))]
    found += [each for each in cited(tree) if isinstance(each, Area) and each != old]
    return [each for each in found if all(_is_on_sheet(ref.at(host)) for ref in (each.first, each.last))]


def _both_ways() -> list[int]:
    return [sign * distance for distance in range(1, _FARTHEST_SHIFT + 1) for sign in (1, -1)]


def _shifted(ref: Ref, rows: int, columns: int) -> Ref:
    return Ref(ref.row + rows, ref.column + columns, ref.is_row_absolute, ref.is_column_absolute, ref.sheet)


def _is_on_sheet(place: Place) -> bool:
    return 1 <= place[1] <= LAST_SHEET_ROW and 1 <= place[2] <= LAST_SHEET_COLUMN
