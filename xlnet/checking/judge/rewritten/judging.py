"""Which rewritten formulas mean the same as xlnet's own, and where the others first differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlnet.checking.judge.region import WrongCell
from xlnet.checking.judge.rewritten.cited import Known
from xlnet.checking.judge.rewritten.groups import AskedTogether, Contents, grouped
from xlnet.checking.judge.rewritten.points import POINTS, TypedPoint
from xlnet.checking.judge.rewritten.scratch import FOUND_COLUMN, OWN_COLUMN, RESULTS, row_of, write
from xlnet.checking.open.opened import Rewritten
from xlnet.engines.grid import KINDS, Extent, Grid, Point
from xlnet.engines.job import Job
from xlnet.engines.workers.handover import BLANK, ERROR, NUMBER, TEXT

# So many groups stand in one workbook: each has sheets of its own for every point.
_GROUPS_PER_WORKBOOK = 4


@dataclass(frozen=True)
class Agreeing:
    """A rewritten formula that gave what xlnet's own gave, at that many points where that gave no error."""

    formula: Rewritten
    points: int


@dataclass(frozen=True)
class Question:
    """What an engine is asked of a workbook's rewritten formulas: one job for some groups of them."""

    groups: Sequence[AskedTogether]
    job: Job


def questions(formulas: Sequence[Rewritten], known: Known, contents: Contents, folder: Path) -> list[Question]:
    """Return what to ask of an engine; it is written into `folder`. Places are by the workbook's own titles."""
    groups = list(grouped(formulas, known, contents))
    found = []
    for start in range(0, len(groups), _GROUPS_PER_WORKBOOK):
        some = groups[start : start + _GROUPS_PER_WORKBOOK]
        path = folder / f"{start}.xlsx"
        write(path, some)
        rows = sum(len(group.formulas) for group in some) * len(POINTS)
        found.append(Question(some, Job(path, [Extent(RESULTS, rows, OWN_COLUMN)], [Point()])))
    return found


def outcomes(
    question: Question, sheets: Mapping[str, Grid], rtol: float, atol: float
) -> Iterator[Agreeing | WrongCell]:
    """Yield the formulas that agree, and the cells of those that do not; `sheets` is the engine's answer."""
    sizes = [len(group.formulas) for group in question.groups]
    for number, group in enumerate(question.groups):
        for index, formula in enumerate(group.formulas):
            rows = [row_of(number, index, point, sizes) for point in range(len(POINTS))]
            yield from _outcome(formula, sheets[RESULTS], rows, rtol, atol)


def _outcome(
    formula: Rewritten, grid: Grid, rows: Sequence[int], rtol: float, atol: float
) -> Iterator[Agreeing | WrongCell]:
    for point, row in zip(POINTS, rows, strict=True):
        if not _agree(grid, row, point, rtol, atol):
            found, own = (_shown(grid, row, column) for column in (FOUND_COLUMN, OWN_COLUMN))
            yield from (WrongCell(position, "wrong value", point.name, found, own) for position in formula.cells)
            return
    # Where both are in error nothing is said.
    yield Agreeing(formula, sum(_kind(grid, row, OWN_COLUMN) != ERROR for row in rows))


def _agree(grid: Grid, row: int, point: TypedPoint, rtol: float, atol: float) -> bool:
    kinds = {_kind(grid, row, column) for column in (FOUND_COLUMN, OWN_COLUMN)}
    if len(kinds) > 1:
        return False
    if kinds == {NUMBER}:
        found, own = (float(grid.values[row - 1, column - 1]) for column in (FOUND_COLUMN, OWN_COLUMN))
        return abs(found - own) <= atol * point.size + rtol * abs(own)
    return kinds == {ERROR} or _text(grid, row, FOUND_COLUMN) == _text(grid, row, OWN_COLUMN)


def _kind(grid: Grid, row: int, column: int) -> int:
    """Return what a cell holds; LibreOffice takes an empty text for a blank."""
    kind = int(grid.kinds[row - 1, column - 1])
    return TEXT if kind == BLANK else kind


def _text(grid: Grid, row: int, column: int) -> str:
    return grid.texts.get((row, column), "")


def _shown(grid: Grid, row: int, column: int) -> float | str:
    kind = int(grid.kinds[row - 1, column - 1])
    return float(grid.values[row - 1, column - 1]) if kind == NUMBER else _text(grid, row, column) or KINDS[kind]
