"""From the networks found to the verdicts: all points are measured once, for all tables together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from xlnet.audit.finding.gradients import Rate, Subject
from xlnet.audit.finding.inputs import inputs_of
from xlnet.audit.finding.losses import Difference, Family
from xlnet.audit.finding.network import Candidates, Found
from xlnet.audit.finding.steps import chains_of
from xlnet.audit.findings import Break, Loss, NotJudged, Table, Weight, Wrong
from xlnet.audit.judging.behind import gradients_behind
from xlnet.audit.judging.choosing import Chosen, Reading, choose, expected
from xlnet.audit.judging.laboratory import NUDGES, Derivatives, Laboratory, colours_of
from xlnet.audit.judging.points import input_values, probes, saved_state
from xlnet.audit.judging.verdict import Ruling, Verdict, judge
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.headers import header
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place


# A nudge may happen to cross a jump.
_SLOPES_OF_THRESHOLDS = 0.02


@dataclass
class Notes:
    breaks: list[Break] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    not_judged: list[NotJudged] = field(default_factory=list)


def judge_tables(workbook: Workbook, citations: Citations, network: Found) -> tuple[list[Table], Notes]:
    laboratory = Laboratory(workbook, citations)
    weights = set(network.steps)
    saved = saved_state(workbook, weights | set(network.new))
    typed = input_values(workbook, inputs_of(workbook, citations, network.dependent, weights))
    chains = [chain for table in network.tables for chain in chains_of(table.subjects)]
    states = [{**saved, **typed}] + [
        {**saved, **typed, **probe}
        for probe in probes(saved, typed, [[subject.weight for subject in chain] for chain in chains])
    ]
    watched = {id(s): laboratory.watch(s.tree, s.host) for table in network.tables for s in table.subjects}
    sides = {
        d: (laboratory.watch(d.output, d.canon), laboratory.watch(d.target, d.canon))
        for table in network.tables
        for each in table.differences
        for d in each
    }
    wanted = _wanted(network, sides)
    colours = colours_of([*wanted.values(), *([w] for w in weights)])
    places = sorted(
        {*watched.values(), *wanted}
        | {place for pair in sides.values() for place in pair}
        | {each for table in network.tables for cone in table.cones for each in cone}
    )
    readings = []
    laboratory.prepare(list(wanted), {*network.steps, *network.new})
    for state in states:
        values = dict(zip(places, laboratory.values(state, places).tolist(), strict=True))
        readings.append(Reading(values, _derivatives(laboratory, state, wanted, colours), sides))
    notes = Notes()
    tables = []
    for table in network.tables:
        tables.append(_judged(workbook, citations, table, network, readings, states, watched, notes))
    return [table for table in tables if table is not None], notes


def _wanted(network: Found, sides: Mapping[Difference, tuple[Place, Place]]) -> dict[Place, set[Place]]:
    """Return the cells whose derivatives are measured, each with the weights it depends on."""
    wanted: dict[Place, set[Place]] = {}
    for family in network.families:
        for place, on in family.weights.items():
            wanted.setdefault(place, set()).update(on)
    for table in network.tables:
        for subject, each in zip(table.subjects, table.differences, strict=True):
            for difference in each:
                wanted.setdefault(sides[difference][0], set()).add(subject.weight)
    return wanted


def _derivatives(
    laboratory: Laboratory,
    state: Mapping[Place, float],
    wanted: Mapping[Place, Collection[Place]],
    colours: Mapping[Place, int],
) -> Derivatives:
    """Measure derivatives; where the first nudge is too coarse, by smaller ones."""
    best = laboratory.derivatives(state, wanted, colours, NUDGES[0])
    for nudge in NUDGES[1:]:
        poor: dict[Place, set[Place]] = {}
        for (place, weight), error in best.errors.items():
            if not error <= 1e-7 * abs(best.values[place, weight]) + 1e-12:
                poor.setdefault(place, set()).add(weight)
        if not poor:
            break
        again = laboratory.derivatives(state, poor, colours, nudge)
        for pair, error in again.errors.items():
            if not error >= best.errors[pair]:
                best.errors[pair], best.values[pair] = error, again.values[pair]
    return best


def _judged(
    workbook: Workbook,
    citations: Citations,
    table: Candidates,
    network: Found,
    readings: Sequence[Reading],
    states: Sequence[Mapping[Place, float]],
    watched: Mapping[int, Place],
    notes: Notes,
) -> Table | None:
    subjects = table.subjects
    usual = _usual_rate(subjects)
    gradients = [
        [_gradient(subject, reading.values[watched[id(subject)]], usual, workbook) for reading in readings]
        for subject in subjects
    ]
    weights = {subject.weight for subject in subjects}
    own = [family for family in network.families if any(on & weights for on in family.weights.values())]
    chosen = choose(workbook, subjects, [each[0] for each in gradients], table.differences, own, readings[0])
    if _is_threshold(subjects, table, chosen, readings):
        cells = sorted({subject.place for subject in subjects})
        notes.not_judged.append(NotJudged(workbook.show(cells[0]), "a threshold unit: its output jumps, so there is no gradient to compare with"))
        return None
    verdicts = [
        judge(subject, differences, chosen, readings, values, {})
        for subject, differences, values in zip(subjects, table.differences, gradients, strict=True)
    ]
    if any(verdict.ruling is Ruling.WRONG for verdict in verdicts):
        cut = {*network.steps, *network.new}
        behind = gradients_behind(subjects, table.differences, own, readings, citations, network.steps, cut)
        if behind is not None:
            subjects = behind
            gradients = [
                [s.sign * reading.values[s.cell or watched[id(s)]] for reading in readings] for s in subjects
            ]
            chosen = choose(workbook, subjects, [each[0] for each in gradients], table.differences, own, readings[0])
            verdicts = [
                judge(subject, differences, chosen, readings, values, {})
                for subject, differences, values in zip(subjects, table.differences, gradients, strict=True)
            ]
    by_subject = {id(verdict.subject): verdict for verdict in verdicts}
    rows = []
    for chain in chains_of(subjects):
        of_chain = [by_subject[id(subject)] for subject in chain]
        judged = [v for v in of_chain if v.ruling in (Ruling.RIGHT, Ruling.WRONG, Ruling.LUCKY)]
        wrong = [v for v in judged if v.ruling is Ruling.WRONG]
        sheet = subjects[0].shown[0]
        rows.append(
            Weight(
                workbook.show(chain[0].shown, sheet),
                workbook.show(chain[-1].shown, sheet),
                header(workbook, chain[0].shown),
                len(judged),
                len(judged) - len(wrong),
                tuple(_wrong(workbook, v, sheet) for v in wrong),
            )
        )
    sheet = subjects[0].shown[0]
    first = min(chosen.family.weights) if chosen.family else None
    loss = Loss(
        workbook.show(first, sheet) if first else None,
        header(workbook, first) if first else chosen.implied,
        "cell" if first else "implied",
    )
    rates = sorted({cell for s in subjects for cell in s.rate.cells})
    return Table(
        workbook.sheets[sheet],
        tuple(rows),
        tuple(workbook.show(cell, sheet) for cell in rates),
        loss,
        chosen.factor,
        sum(row.judged for row in rows),
        sum(row.right for row in rows),
        len({network.steps[s.weight] for s in subjects}),
    )


def _is_threshold(subjects: Sequence[Subject], table: Candidates, chosen: Chosen, readings: Sequence[Reading]) -> bool:
    """Whether no output changes when weights do, but in jumps."""
    found = [
        pair is not None and abs(pair[0]) > 100 * pair[1]
        for subject, differences in zip(subjects, table.differences, strict=True)
        for pair in (expected(chosen, subject, differences, reading) for reading in readings)
    ]
    return sum(found) < _SLOPES_OF_THRESHOLDS * len(found)


def _usual_rate(subjects: Sequence[Subject]) -> Rate:
    return Counter(subject.rate for subject in subjects).most_common(1)[0][0]


def _gradient(subject: Subject, value: float, usual: Rate, workbook: Workbook) -> float:
    """Return the gradient that an update stands for, given the usual rate of its table."""
    gradient = subject.sign * value
    if usual.cells and subject.rate.cells == usual.cells:
        gradient *= subject.rate.number / usual.number
    elif usual.cells and not subject.rate.cells:
        rate = math.prod(workbook.live.numbers(usual.cells)) * usual.number
        gradient *= subject.rate.number / rate if rate else math.nan
    return gradient


def _wrong(workbook: Workbook, verdict: Verdict, sheet: int) -> Wrong:
    subject = verdict.subject
    return Wrong(
        cell=workbook.show(subject.place, sheet),
        found=verdict.found,
        expected=verdict.expected,
        weight=workbook.show(subject.shown, sheet),
        update=workbook.show(subject.update, sheet) if subject.update else "",
        formula=workbook.formula(subject.place) if subject.place in workbook.trees else "",
        is_probe=verdict.state > 0,
    )
