"""The end of a chain of steps: the last weights often have gradients beside them, which no update uses any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlnet.audit.finding.candidates import origin
from xlnet.audit.finding.gradients import Subject
from xlnet.audit.finding.steps import chains_of
from xlnet.audit.formula.tree import reference_to
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place


def after_the_last(subjects: Sequence[Subject], workbook: Workbook, citations: Citations) -> list[Subject]:
    """Return the gradients of the weights that the last updates made, where they stand as those of the steps before."""
    known = {subject.cell for subject in subjects}
    weights = {subject.weight for subject in subjects}
    found = []
    for chain in chains_of(subjects):
        if len(chain) < 2:
            continue
        before, last = chain[-2:]
        if before.cell is None or last.cell is None or last.update is None or last.update in weights:
            continue
        stride = _between(before.cell, last.cell)
        if stride == (0, 0, 0) or stride != _between(before.shown, last.shown):
            continue
        shown, cell = _moved(last.shown, stride), _moved(last.cell, stride)
        if cell in workbook.trees and cell not in known and origin(shown, workbook, citations) == last.update:
            tree = reference_to(cell, cell)
            found.append(replace(last, weight=last.update, shown=shown, update=None, host=cell, tree=tree, cell=cell))
    return found


def _between(first: Place, second: Place) -> Place:
    return (second[0] - first[0], second[1] - first[1], second[2] - first[2])


def _moved(place: Place, by: Place) -> Place:
    return (place[0] + by[0], place[1] + by[1], place[2] + by[2])
