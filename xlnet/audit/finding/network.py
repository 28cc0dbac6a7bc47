"""All that is found of the networks in a workbook before anything is measured."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from xlnet.audit.finding.candidates import Update
from xlnet.audit.finding.differences import Difference, differences
from xlnet.audit.finding.gradients import Subject, subjects_of
from xlnet.audit.finding.last import after_the_last
from xlnet.audit.finding.losses import Family, families
from xlnet.audit.finding.rates import Rates
from xlnet.audit.finding.repeated import Repeated, without_repeated
from xlnet.audit.finding.steps import cone, steps_of, stride_of, tables_of
from xlnet.audit.finding.told import Teller, Told, told_loss
from xlnet.audit.finding.updates import find_updates
from xlnet.audit.options import Options
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place
from xlnet.errors import UserError


@dataclass(frozen=True)
class Candidates:
    """A table as it is found: what is to be judged, from which cells and differences it is computed.

    `way` tells apart tables of which either is meant; `has_rate` is false for steps whose learning rate is not known.
    """

    subjects: Sequence[Subject]
    cones: Sequence[Collection[Place]]
    differences: Sequence[frozenset[Difference]]
    way: int = 0
    has_rate: bool = True

    @cached_property
    def number(self) -> Mapping[tuple[Place, Place | None], int]:
        """The number of a subject by its weight and update."""
        return {(subject.weight, subject.update): number for number, subject in enumerate(self.subjects)}


@dataclass(frozen=True)
class Found:
    """The networks of a workbook.

    Their tables, weights with their steps, cells of new weights, cells that depend on weights, and possible losses;
    `loss` is the one that the user told, and `is_told` whether it was the user who told the weights. `repeated` are
    steps that are in no table, as they repeat others; their weights are among the new ones.
    """

    tables: Sequence[Candidates]
    steps: Mapping[Place, Place]
    new: Collection[Place]
    dependent: Collection[Place]
    families: Sequence[Family]
    loss: Family | None = None
    is_told: bool = False
    repeated: Sequence[Repeated] = ()


def find_network(workbook: Workbook, citations: Citations, options: Options) -> Found:
    """Return what is found by structure, or what the options say. Raises UserError where they say what cannot be."""
    teller = Teller(workbook, options)
    loss = teller.cell("--loss", options.loss)
    told = teller.subjects(citations)
    updates = find_updates(workbook, citations)
    if told is not None:
        found = _as_told(workbook, citations, told, updates)
    else:
        if options.sheet is not None:
            number = teller.number("--sheet", options.sheet)
            updates = [update for update in updates if update.cell[0] == number]
        found = _by_structure(workbook, citations, updates, teller.rate())
    if loss is None or not found.tables:
        return found
    family = told_loss(loss, workbook, citations, found.steps, set(found.new))
    return replace(found, families=[family, *found.families], loss=family)


def _by_structure(workbook: Workbook, citations: Citations, updates: Sequence[Update], rate: Place | None) -> Found:
    weights = {update.weight for update in updates}
    new = {update.cell for update in updates}
    # Where the graph is cut: these cells are typed when gradients are measured.
    cut = weights | new
    dependent = citations.descendants(weights, cut)
    rates = Rates(workbook, citations, updates, dependent | cut, rate)
    measured, repeated = without_repeated(updates, workbook, citations, dependent)
    subjects = subjects_of(measured, citations, rates, weights)
    if rate is not None and subjects and not any(rate in subject.rate.cells for subject in subjects):
        raise UserError(f"--rate: no update multiplies its gradient by {workbook.show(rate)}: name another cell")
    if repeated:
        weights = {update.weight for update in measured}
        new |= cut - weights
        dependent = citations.descendants(weights, cut)
    # After steps that are left out there is no last one.
    at_the_end = [] if repeated else after_the_last(subjects, workbook, citations)
    if at_the_end:
        subjects += at_the_end
        weights |= {subject.weight for subject in at_the_end}
        dependent = citations.descendants(weights, cut)
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
    losses = families(workbook, citations, dependent, used, steps, new, stride_of(subjects))
    return Found(tables, steps, new, dependent, losses, repeated=repeated)


def _as_told(workbook: Workbook, citations: Citations, told: Told, updates: Sequence[Update]) -> Found:
    """Return the networks whose weights are told; what is updated by formulas besides is cut, but not judged."""
    weights = {subject.weight for table in told.tables for subject in table}
    new = {place for update in updates for place in (update.weight, update.cell)} - weights
    cut = weights | new
    dependent = citations.descendants(weights, cut)
    following = {update.weight: update.cell for update in updates if update.cell in weights}
    by_table = [[replace(each, update=following.get(each.weight)) for each in table] for table in told.tables]
    cones = [[cone(subject, citations, cut) for subject in table] for table in by_table]
    steps = dict.fromkeys(weights, min(weights))
    every = [each for table in by_table for each in table]
    if any(place in workbook.trees for place in weights):
        # Weights that are computed may be those of several steps.
        steps = steps_of(every, [each for table in cones for each in table], weights)
    used = set().union(*(each for table in cones for each in table)) | new
    used |= {subject.host for table in by_table for subject in table}
    tables = [
        Candidates(
            table, own, differences(own, table, citations, dependent, cut, steps), way=way, has_rate=told.has_rate
        )
        for table, own, way in zip(by_table, cones, told.ways, strict=True)
    ]
    likely = families(workbook, citations, dependent, used, steps, new, stride_of(every))
    return Found(tables, steps, new, dependent, likely, is_told=True)
