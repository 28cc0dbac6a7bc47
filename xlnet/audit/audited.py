"""The audit of a workbook, from the file to the findings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from xlnet.audit.finding.losses import has_title
from xlnet.audit.finding.network import Found, find_network
from xlnet.audit.findings import Audit, NotJudged
from xlnet.audit.judging.judgement import judged, likeliest
from xlnet.audit.judging.measuring import measure
from xlnet.audit.judging.repairs import find_repairs
from xlnet.audit.options import NOTHING_TOLD, Options
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook, open_workbook
from xlnet.audit.remarks import Network, breaks, not_judged, remarks
from xlnet.audit.telling import lucky, of_repeated, said, table_of, without_verdict
from xlnet.errors import UserError

NOTHING_FOUND = (
    "no update found: looked for formulas that add something to a weight, such as =B4-$D$2*N4, where N4 depends on B4; "
    "where no formula does that, name the cells with --weights and --gradients"
)
NONE_OF_TOLD = "no loss was found that depends on the weights named by --weights: name its cell with --loss"

_MOST_REASONS = 2


def audit_workbook(path: Path, options: Options = NOTHING_TOLD) -> Audit:
    """Return what is found in a workbook; a file that cannot be read gives an Audit with `error`.

    Raises EngineError where IronCalc is missing.
    """
    try:
        with open_workbook(path) as workbook:
            return _audited(workbook, Citations(workbook), options)
    except UserError as error:
        return Audit(str(path), error=str(error).removeprefix(f"{path}: "))


def _audited(workbook: Workbook, citations: Citations, options: Options) -> Audit:
    found = find_network(workbook, citations, options)
    network = _network(workbook, citations, found)
    # Before anything is typed.
    odd, remarked = tuple(breaks(workbook, citations, network)), tuple(remarks(workbook, citations, network))
    unjudged = tuple(not_judged(workbook, citations, network))
    path = str(workbook.path)
    if not found.tables:
        return Audit(
            path, breaks=odd, remarks=remarked, not_judged=unjudged, error=_with_reasons(NOTHING_FOUND, unjudged)
        )
    measured = measure(workbook, citations, found)
    judgements = likeliest([judged(workbook, citations, found, table, measured) for table in found.tables])
    repairs = find_repairs(workbook, citations, found, judgements, measured)
    with_slope = [each for each in judgements if not each.is_threshold]
    tables = [table_of(workbook, found, each, repairs) for each in with_slope]
    nothing = NONE_OF_TOLD if found.is_told and tables else ""
    repeated, left_out = of_repeated(workbook, found)
    none = (*without_verdict(workbook, found, judgements), *left_out, *unjudged)
    return Audit(
        path,
        tables=tuple(tables),
        breaks=(*lucky(workbook, judgements), *odd),
        remarks=(*said(with_slope, tables), *repeated, *remarked),
        not_judged=none,
        error=None if any(table.judged for table in tables) else _with_reasons(nothing, none) or NOTHING_FOUND,
    )


def _with_reasons(problem: str, none: Sequence[NotJudged]) -> str:
    """Return what is wrong, followed by why nothing could be judged, as far as that is known."""
    return ". ".join(
        filter(None, [problem, *(f"{each.cells}: {each.why.rstrip('.')}" for each in none[:_MOST_REASONS])])
    )


def _network(workbook: Workbook, citations: Citations, found: Found) -> Network:
    """Return what remarks need to know of the networks."""
    subjects = [subject for table in found.tables for subject in table.subjects if subject.update is not None]
    losses = {place for family in found.families if has_title(workbook, family.first) for place in family.weights}
    told = [subject.host for table in found.tables for subject in table.subjects if subject.update is None]
    updates = [subject.update for subject in subjects if subject.update is not None]
    return Network(
        weights={subject.update: subject.shown for subject in subjects if subject.update is not None},
        gradients={s.update: s.cell for s in subjects if s.update is not None and s.cell is not None},
        rates=frozenset(cell for subject in subjects for cell in subject.rate.cells),
        losses=losses,
        cells=citations.ancestors([*updates, *losses, *told]) if updates or told else frozenset(),
        is_told=found.is_told,
    )
