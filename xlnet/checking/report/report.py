"""What a check says: to people as text, to programs as JSON."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Any

from xlnet.cell import Cell
from xlnet.checking.judge.compare import Findings
from xlnet.checking.judge.region import WrongCell
from xlnet.checking.open.opened import Opened
from xlnet.checking.report.results import Difference, GroupResult, RewrittenFormula, RunResult
from xlnet.checking.report.text import difference_lines, rewritten_lines, run_lines
from xlnet.engines.grid import Recalculation
from xlnet.render.excel import cell


@dataclass(frozen=True)
class Report:
    """The outcome of a check. `drift` is the distance of the sheet from the reference's own run, at `drift_cell`.

    In a comparison groups and numbers are those of all runs together, `diverged_at` is that of the first run that does,
    and `runs` has them one by one; otherwise that is empty.
    """

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
    rewritten: tuple[RewrittenFormula, ...] = ()
    runs: tuple[RunResult, ...] = ()

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
    runs: Sequence[Opened],
    recalculation: Recalculation,
    findings: Sequence[Findings],
    formulas: Mapping[Cell, float | str],
    *,
    strict: bool,
) -> Report:
    """Return the report of a check of a workbook's runs; `formulas` are those of the wrong cells, by its own titles.

    With `strict` a formula that was rewritten is a difference.
    """
    own_wrong = _each_once(findings)
    rewritten = tuple(_rewritten(runs, findings))
    results = [_result(*each) for each in zip(runs, findings, map(len, own_wrong), strict=True)]
    drifts = [result for result in results if result.drift is not None]
    worst = max(drifts, key=lambda result: result.drift or 0.0) if drifts else None
    diverged = [result.diverged_at for result in results if result.diverged_at is not None]
    computed = {position for run in runs for position in run.computed}
    return Report(
        workbook=str(runs[0].copy.source),
        engine=recalculation.engine,
        version=recalculation.version,
        iterations=sum(run.iterations for run in runs),
        cells=sum(run.iterations * len(run.graph.nodes) + len(run.beside) for run in runs) + len(computed),
        groups=tuple(_merged([group for pair in zip(runs, findings, strict=True) for group in _groups(*pair)])),
        drift=worst.drift if worst else None,
        drift_cell=worst.drift_cell if worst else None,
        diverged_at=diverged[0] if diverged else None,
        differences=(*_differences(runs, own_wrong, formulas), *(map(_as_difference, rewritten) if strict else ())),
        rewritten=rewritten,
        runs=tuple(results) if runs[0].run else (),
    )


def _each_once(findings: Sequence[Findings]) -> list[list[WrongCell]]:
    """Return the wrong cells of each run; one that runs share is the first one's."""
    seen: set[Cell] = set()
    found: list[list[WrongCell]] = []
    for its_findings in findings:
        own = [cell for cell in its_findings.wrong if cell.position not in seen]
        seen |= {cell.position for cell in own}
        found.append(own)
    return found


def _result(opened: Opened, findings: Findings, wrong: int) -> RunResult:
    position = findings.drift_position
    place = cell(position.row, position.column) if position else None
    errors = (*findings.errors, findings.data_error, *findings.beside_errors.values())
    return RunResult(
        run=opened.run,
        iterations=opened.iterations,
        worst=float(max(errors)),
        drift=findings.drift,
        drift_cell=f"{opened.run}!{place}" if place and opened.run else place,
        diverged_at=findings.diverged_at,
        wrong=wrong,
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
        if columns_used:
            yield GroupResult(name.lower(), len(columns_used), error)


def _merged(groups: Sequence[GroupResult]) -> Iterator[GroupResult]:
    """Yield the groups of all runs, each once."""
    for name in dict.fromkeys(group.group for group in groups):
        own = [group for group in groups if group.group == name]
        yield GroupResult(name, sum(group.columns for group in own), max(group.worst for group in own))


def _differences(
    runs: Sequence[Opened], own_wrong: Sequence[Sequence[WrongCell]], formulas: Mapping[Cell, float | str]
) -> Iterator[Difference]:
    by_key: defaultdict[str, list[WrongCell]] = defaultdict(list)
    for run, its_cells in zip(runs, own_wrong, strict=True):
        for wrong in its_cells:
            key = f"{run.run}:{run.key(wrong.position)}" if run.run else run.key(wrong.position)
            by_key[key].append(replace(wrong, position=wrong.position))
    for key, (first, *others) in by_key.items():
        yield Difference(
            sheet=first.position.sheet,
            cell=cell(first.position.row, first.position.column),
            key=key,
            problem=first.problem,
            probe=first.probe,
            formula=_formula(formulas.get(first.position)),
            found=first.found,
            expected=first.expected,
            also_wrong=len(others),
        )


def _formula(content: float | str | None) -> str | None:
    """Return what stands in a cell where it is a formula."""
    return content if isinstance(content, str) and content.startswith("=") else None


def _rewritten(runs: Sequence[Opened], findings: Sequence[Findings]) -> Iterator[RewrittenFormula]:
    for run, found in zip(runs, findings, strict=True):
        for formula, points in ((entry.formula, entry.points) for entry in found.rewritten):
            first = formula.cells[0]
            yield RewrittenFormula(
                cell=f"{first.sheet}!{cell(first.row, first.column)}",
                key=f"{run.run}:{formula.key}" if run.run else formula.key,
                formula=formula.found.text,
                points=points,
                also_filled=len(formula.cells) - 1,
            )


def _as_difference(rewritten: RewrittenFormula) -> Difference:
    sheet, _, place = rewritten.cell.rpartition("!")
    return Difference(
        sheet=sheet,
        cell=place,
        key=rewritten.key,
        problem="rewritten",
        probe=f"agrees at {rewritten.points} points",
        formula=rewritten.formula,
        found=None,
        expected=None,
        also_wrong=rewritten.also_filled,
    )


def _lines(report: Report) -> Iterator[str]:
    yield f"{report.workbook}: recalculated with {report.engine} {report.version}"
    runs = f"{len(report.runs)} runs, " if report.runs else ""
    yield f"{runs}{report.iterations:,} iterations, {report.cells:,} cells"
    yield ""
    yield from run_lines(report.runs)
    yield f"{'group':<12} {'columns':>7}  worst error"
    for group in report.groups:
        yield f"{group.group:<12} {group.columns:>7}  {group.worst:.1e}"
    yield ""
    if report.drift is not None:
        yield f"largest drift from numpy's own run: {report.drift:.1e}, in {report.drift_cell}"
    if report.diverged_at is not None and not report.runs:
        yield f"diverges at iteration {report.diverged_at}: compared up to that point"
    if report.rewritten:
        yield from rewritten_lines(report.rewritten)
    for difference in report.differences:
        yield from difference_lines(difference)
    count = len(report.differences)
    if report.agrees:
        yield "every cell agrees with numpy"
    else:
        yield f"{count} {'column is' if count == 1 else 'columns are'} wrong"


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
