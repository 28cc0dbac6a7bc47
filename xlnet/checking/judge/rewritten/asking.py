"""Asks an engine of the rewritten formulas of all runs of all workbooks together, and adds what it finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from xlnet.cell import Cell
from xlnet.checking.judge.compare import Findings, by_column
from xlnet.checking.judge.region import WrongCell
from xlnet.checking.judge.rewritten.cited import known_of
from xlnet.checking.judge.rewritten.judging import Agreeing, Question, outcomes, questions
from xlnet.checking.open.contents import contents
from xlnet.checking.open.formula_text import spelled_out
from xlnet.checking.open.opened import Opened, Rewritten
from xlnet.engines.grid import Recalculation
from xlnet.engines.job import Job

Recalculate = Callable[[Sequence[Job]], Sequence[Recalculation]]


def with_rewritten(
    every_runs: Sequence[Sequence[Opened]],
    recalculations: Sequence[Recalculation],
    every_findings: Sequence[Sequence[Findings]],
    recalculate: Recalculate,
    rtol: float,
    atol: float,
    folder: Path,
) -> list[list[Findings]]:
    """Return the findings of each run of each workbook with what becomes of its rewritten formulas.

    `recalculations` are those of the workbooks; `recalculate` does further jobs, if there are any, on
    workbooks that are written into `folder`.
    """
    asked: list[tuple[int, int, Question]] = []
    for number, (runs, recalculation) in enumerate(zip(every_runs, recalculations, strict=True)):
        doubtful = _doubtful(runs, every_findings[number])
        if not any(doubtful):
            continue
        known = known_of(runs, recalculation.points[0])
        names = {name.casefold(): cells for name, cells in runs[0].copy.names.items()}
        for index, formulas in enumerate(doubtful):
            own = folder / f"rewritten{number}-{index}"
            own.mkdir()
            meant = [replace(f, found=f.found._replace(text=spelled_out(f.found.text, names))) for f in formulas]
            about = questions(meant, known, partial(contents, runs[0].copy), own)
            asked += [(number, index, question) for question in about]
    answers = recalculate([question.job for _, _, question in asked]) if asked else []
    found = [list(findings) for findings in every_findings]
    for (number, index, question), answer in zip(asked, answers, strict=True):
        run = every_runs[number][index]
        more = list(outcomes(question, answer.points[0], rtol, atol))
        found[number][index] = _added(found[number][index], run, more)
    return found


def _doubtful(runs: Sequence[Opened], findings: Sequence[Findings]) -> list[list[Rewritten]]:
    """Return the rewritten formulas of each run but those that are all known to be wrong by now.

    One that runs share is the first one's.
    """
    seen: set[Cell] = set()
    every: list[list[Rewritten]] = []
    for run, its_findings in zip(runs, findings, strict=True):
        seen |= {cell.position for cell in its_findings.wrong}
        own = []
        for formula in run.rewritten:
            if not seen.issuperset(formula.cells):
                seen.update(formula.cells)
                own.append(formula)
        every.append(own)
    return every


def _added(findings: Findings, run: Opened, more: Sequence[Agreeing | WrongCell]) -> Findings:
    """Return the findings of a run with more."""
    said = {formula.cells[0]: formula for formula in run.rewritten}
    wrong = {cell.position: cell for cell in findings.wrong}
    agreeing = []
    for entry in more:
        if isinstance(entry, Agreeing):
            agreeing.append(replace(entry, formula=said[entry.formula.cells[0]]))
        else:
            wrong.setdefault(entry.position, entry)
    return replace(findings, wrong=sorted(wrong.values(), key=by_column), rewritten=tuple(agreeing))
