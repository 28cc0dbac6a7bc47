"""What a check says: to a person as text, to a program as JSON."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

from xlnet.checking.compare import Findings
from xlnet.checking.opened import Opened
from xlnet.checking.quantities import Position
from xlnet.checking.region import WrongCell
from xlnet.engines.grid import Recalculation
from xlnet.excel import cell


@dataclass(frozen=True)
class GroupResult:
    """A group of columns: how many, and their worst error (relative where a value is above 1)."""

    group: str
    columns: int
    worst: float


@dataclass(frozen=True)
class Difference:
    """The first wrong cell of a column; `also_wrong` counts the column's other ones.

    `problem` is one of "wrong value", "typed over", "no number", "does not diverge", "not a permutation", "no choice";
    `probe` tells at which point it showed.
    """

    sheet: str
    cell: str
    key: str
    problem: str
    probe: str
    formula: str | None
    found: float | str | None
    expected: float | str | None
    also_wrong: int


@dataclass(frozen=True)
class Report:
    """The outcome of a check. `drift` is the distance of the sheet from the reference's own run, at `drift_cell`."""

    workbook: str
    engine: str
    version: str
    iterations: int
    cells: int
    groups: tuple[GroupResult, ...]
    drift: float | None
    drift_cell: str | None
    diverged_at: int | None
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        """Whether every cell agrees."""
        return not self.differences

    def to_json(self) -> str:
        """Return the report as a JSON object."""
        content = {"agrees": self.agrees} | asdict(self)
        return json.dumps(_without_infinities(content), indent=2, ensure_ascii=False)

    def to_text(self) -> str:
        """Return the report as lines for a person."""
        return "\n".join(_lines(self))


def report(
    opened: Opened,
    recalculation: Recalculation,
    findings: Findings,
    formulas: Mapping[Position, str],
) -> Report:
    """Return the report of a check; `formulas` are those of the wrong cells."""
    position = findings.drift_position
    return Report(
        workbook=str(opened.path),
        engine=recalculation.engine,
        version=recalculation.version,
        iterations=opened.rows,
        cells=opened.rows * len(opened.graph.nodes) + len(opened.computed) + len(opened.beside),
        groups=tuple(_groups(opened, findings)),
        drift=findings.drift,
        drift_cell=cell(position.column, position.row) if position else None,
        diverged_at=findings.diverged_at,
        differences=tuple(_differences(opened, findings, formulas)),
    )


def _groups(opened: Opened, findings: Findings) -> Iterator[GroupResult]:
    columns = zip(opened.graph.nodes, findings.errors, strict=True)
    for group, members in groupby(columns, key=lambda column: column[0].group):
        worst = [error for _, error in members]
        yield GroupResult(group, len(worst), float(max(worst)))
    if opened.computed:
        yield GroupResult("data", len({position.column for position in opened.computed}), findings.data_error)
    for name, error in findings.beside_errors.items():
        columns_used = {position.column for position in opened.beside if position.sheet == name}
        yield GroupResult(name.lower(), len(columns_used), error)


def _differences(opened: Opened, findings: Findings, formulas: Mapping[Position, str]) -> Iterator[Difference]:
    by_key: defaultdict[str, list[WrongCell]] = defaultdict(list)
    for wrong in findings.wrong:
        by_key[opened.key(wrong.position)].append(wrong)
    for key, (first, *others) in by_key.items():
        yield Difference(
            sheet=first.position.sheet,
            cell=cell(first.position.column, first.position.row),
            key=key,
            problem=first.problem,
            probe=first.probe,
            formula=formulas.get(first.position),
            found=first.found,
            expected=first.expected,
            also_wrong=len(others),
        )


def _lines(report: Report) -> Iterator[str]:
    yield f"{report.workbook}: recalculated with {report.engine} {report.version}"
    yield f"{report.iterations:,} iterations, {report.cells:,} cells"
    yield ""
    yield f"{'group':<12} {'columns':>7}  worst error"
    for group in report.groups:
        yield f"{group.group:<12} {group.columns:>7}  {group.worst:.1e}"
    yield ""
    if report.drift is not None:
        yield f"largest drift from numpy's own run: {report.drift:.1e}, in {report.drift_cell}"
    if report.diverged_at is not None:
        yield f"diverges at iteration {report.diverged_at}: compared up to there"
    for difference in report.differences:
        yield from _difference(difference)
    count = len(report.differences)
    if report.agrees:
        yield "every cell agrees with numpy"
    else:
        yield f"{count} {'column is' if count == 1 else 'columns are'} wrong"


def _difference(difference: Difference) -> Iterator[str]:
    also = f" and {difference.also_wrong:,} more below it" if difference.also_wrong else ""
    yield (f"{difference.sheet}!{difference.cell} ({difference.key}): {difference.problem}, {difference.probe}{also}")
    yield f"  formula   {difference.formula or '(none)'}"
    yield f"  found     {_shown(difference.found)}"
    if difference.expected is not None:
        yield f"  expected  {_shown(difference.expected)}"


def _shown(value: float | str | None) -> str:
    return repr(value) if isinstance(value, float) else str(value)


def _without_infinities(value: Any) -> Any:
    """Return `value` with null for numbers that JSON has no word for."""
    match value:
        case dict():
            return {key: _without_infinities(item) for key, item in value.items()}
        case list() | tuple():
            return [_without_infinities(item) for item in value]
        case float() if not math.isfinite(value):
            return None
    return value
