"""All that is found of the networks in a workbook before anything is measured."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from xlnet.audit.finding.gradients import Gradients, Subject
from xlnet.audit.finding.losses import Difference, Family, differences, families
from xlnet.audit.finding.steps import cone, steps_of, tables_of
from xlnet.audit.finding.updates import Update, find_updates
from xlnet.audit.options import Options
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place


@dataclass(frozen=True)
class Candidates:
    """A table as it is found: what is to be judged, from which cells and differences it is computed."""

    subjects: Sequence[Subject]
    cones: Sequence[Collection[Place]]
    differences: Sequence[frozenset[Difference]]


@dataclass(frozen=True)
class Found:
    """The networks of a workbook.

    Their tables, weights with their steps, cells of new weights, cells that depend on weights, and possible losses.
    """

    tables: Sequence[Candidates]
    steps: Mapping[Place, Place]
    new: Collection[Place]
    dependent: Collection[Place]
    families: Sequence[Family]


def find_network(workbook: Workbook, citations: Citations, options: Options) -> Found:
    """Return what is found by structure, or what the options say."""
    updates = find_updates(workbook, citations)
    if options.sheet is not None:
        updates = [
            update for update in updates if workbook.sheets[update.cell[0]].casefold() == options.sheet.casefold()
        ]
    return _found(workbook, citations, updates)


def _found(workbook: Workbook, citations: Citations, updates: Sequence[Update]) -> Found:
    weights = {update.weight for update in updates}
    new = {update.cell for update in updates}
    # Where the graph is cut: these cells are typed when gradients are measured.
    cut = weights | new
    dependent = citations.descendants(weights, cut)
    gradients = Gradients(workbook, citations, updates, dependent | cut)
    subjects = [gradients.subject(update) for update in updates]
    cones = [cone(subject, citations, cut) for subject in subjects]
    steps = steps_of(subjects, cones, weights)
    used = set().union(*cones) | new | {subject.host for subject in subjects}
    by_table = tables_of(subjects, steps)
    number = {id(subject): index for index, subject in enumerate(subjects)}
    every = differences(cones, subjects, citations, dependent, cut, steps)
    tables = []
    for table in by_table:
        indices = [number[id(subject)] for subject in table]
        tables.append(Candidates(table, [cones[i] for i in indices], [every[i] for i in indices]))
    return Found(tables, steps, new, dependent, families(workbook, citations, dependent, used, steps, new, _line_of_steps(updates)))


def _line_of_steps(updates: Sequence[Update]) -> int:
    """Return what most updates share with the weight they start from: 2 for the column, 1 for the row."""
    in_column = sum(update.cell[2] == update.shown[2] for update in updates)
    return 2 if 2 * in_column >= len(updates) else 1
