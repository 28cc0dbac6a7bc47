"""From what was measured to the verdicts of each table."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xlnet.audit.finding.candidates import origin
from xlnet.audit.finding.differences import Difference
from xlnet.audit.finding.gradients import Subject
from xlnet.audit.finding.losses import Family
from xlnet.audit.finding.network import Candidates, Found
from xlnet.audit.finding.rates import Rate
from xlnet.audit.finding.steps import chains_of
from xlnet.audit.judging.behind import gradients_behind
from xlnet.audit.judging.beside import beside
from xlnet.audit.judging.choosing import IMPLIED, Chosen, PossibleLoss, agree, choose, expected
from xlnet.audit.judging.measuring import Measured
from xlnet.audit.judging.verdict import Ruling, Verdict, judge
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place

# A nudge may happen to cross a jump, or several at once, as with many samples.
_SLOPES_OF_THRESHOLDS = 0.05
# Of the updates of a table, for what they share to be meant for all.
_SHARED = 2 / 3


@dataclass(frozen=True)
class Judgement:
    """The verdicts of a table, weight by weight through its steps; `is_threshold` where no output has a slope.
    `remark` says what gradients have beside the derivative.

    `candidates` are the table as it was found, with its subjects as they were judged; `gradients` what updates took for
    them in all states, by weight and update.
    """

    candidates: Candidates
    chosen: Chosen
    chains: Sequence[Sequence[Verdict]]
    gradients: Mapping[tuple[Place, Place | None], Sequence[float]]
    is_threshold: bool = False
    remark: str = ""

    def differences(self, verdict: Verdict) -> Collection[Difference]:
        """Return the differences from which a gradient is computed."""
        number = self.candidates.number[verdict.subject.weight, verdict.subject.update]
        return self.candidates.differences[number]

    def verdicts(self) -> list[Verdict]:
        """Return all verdicts."""
        return [verdict for chain in self.chains for verdict in chain]


def outputs_of(judgement: Judgement, verdict: Verdict, citations: Citations) -> list[Place]:
    """Return the cells of the losses of a weight's step, or of the outputs where the loss is implied."""
    family = judgement.chosen.family
    if family is not None:
        return family.losses.get(verdict.subject.weight, [])
    return [cell for each in judgement.differences(verdict) for cell in citations.of_tree(each.output, each.canon)]


def judged(
    workbook: Workbook, citations: Citations, network: Found, table: Candidates, measured: Measured
) -> Judgement:
    """Return the verdicts of a table."""
    weights = {subject.weight for subject in table.subjects}
    losses = _losses(network, weights)
    values = _gradients(workbook, table.subjects, measured)

    def by(subjects: Sequence[Subject], values: Sequence[Sequence[float]]) -> tuple[Chosen, list[Verdict]]:
        # What no update uses has no say in it.
        used = [n for n, subject in enumerate(subjects) if network.is_told or subject.update is not None]
        chosen = choose(
            workbook,
            [subjects[n] for n in used],
            [values[n][0] for n in used],
            [table.differences[n] for n in used],
            losses,
            measured.readings[0],
            has_rate=table.has_rate,
        )
        verdicts = [
            judge(
                subject,
                differences,
                chosen,
                measured.readings,
                each,
                cites_input=_cites_input(subject, workbook, citations, measured),
            )
            for subject, differences, each in zip(subjects, table.differences, values, strict=True)
        ]
        return chosen, verdicts

    subjects = list(table.subjects)
    chosen, verdicts = by(subjects, values)
    if _is_threshold(table, chosen, measured):
        return Judgement(table, chosen, (), {}, is_threshold=True)
    has_own_gradients = network.is_told and all(subject.cell is not None for subject in subjects)
    if any(verdict.ruling is Ruling.WRONG for verdict in verdicts) and not has_own_gradients:
        cut = {*network.steps, *network.new}
        behind = gradients_behind(subjects, table.differences, losses, measured.readings, citations, network.steps, cut)
        if behind is not None:
            subjects = behind
            values = [_of_cell(subject, measured) for subject in subjects]
            chosen, verdicts = by(subjects, values)
    wanted = [_derivative(chosen, s, d, measured) for s, d in zip(subjects, table.differences, strict=True)]
    by_intent = beside(verdicts, values, wanted, measured.states, network.steps)
    if by_intent:
        verdicts = by_intent.verdicts
    steps_with = Counter(cell for cell, _ in {(s.cell, network.steps[s.weight]) for s in subjects})
    verdicts = [_at_fault(verdict, measured, steps_with) for verdict in verdicts]
    by_subject = {id(subject): verdict for subject, verdict in zip(subjects, verdicts, strict=True)}
    chains = [[by_subject[id(subject)] for subject in chain] for chain in chains_of(subjects)]
    gradients = {(s.weight, s.update): each for s, each in zip(subjects, values, strict=True)}
    remark = by_intent.sentence if by_intent else ""
    return Judgement(replace(table, subjects=subjects), chosen, chains, gradients, remark=remark)


def likeliest(judgements: Sequence[Judgement]) -> list[Judgement]:
    """Return the judgements of those ways to pair weights and gradients by which most are right."""
    right: Counter[int] = Counter()
    for judgement in judgements:
        right[judgement.candidates.way] += sum(each.ruling is Ruling.RIGHT for each in judgement.verdicts())
    best = max(sorted(right), key=right.__getitem__)
    return [judgement for judgement in judgements if judgement.candidates.way == best]


def _losses(network: Found, weights: Collection[Place]) -> list[PossibleLoss]:
    """Return what may be the loss of a table: what the user told, if it is one of these weights."""

    def is_own(family: Family) -> bool:
        return any(not on.isdisjoint(weights) for on in family.weights.values())

    if network.loss is not None and is_own(network.loss):
        return [(network.loss, "")]
    return [*((family, "") for family in network.families if is_own(family)), *((None, name) for name in IMPLIED)]


def wanted_gradients(judgement: Judgement, verdict: Verdict, measured: Measured) -> NDArray[np.float64]:
    """Return the derivative in all states, times the table's factor: NaN where that is not known."""
    return _derivative(judgement.chosen, verdict.subject, judgement.differences(verdict), measured)


def _derivative(
    chosen: Chosen, subject: Subject, differences: Collection[Difference], measured: Measured
) -> NDArray[np.float64]:
    pairs = [expected(chosen, subject, differences, reading) for reading in measured.readings]
    return chosen.factor * np.array([math.nan if pair is None else pair[0] for pair in pairs])


def _at_fault(verdict: Verdict, measured: Measured, steps_with: Mapping[Place | None, int]) -> Verdict:
    """Blame the update, not the gradient's cell, where it multiplies by a number that the others do not.

    And where the updates of several steps take the same cell, as by a dollar sign too many.
    """
    subject = verdict.subject
    if verdict.ruling is not Ruling.WRONG or subject.cell is None or verdict.state:
        return verdict
    if steps_with[subject.cell] > 1:
        return replace(verdict, subject=replace(subject, cell=None))
    own = subject.sign * measured.values(subject)[0]
    is_own_right = agree(np.array([own]), np.array([verdict.expected]), np.zeros(1))[0]
    return replace(verdict, subject=replace(subject, cell=None)) if is_own_right else verdict


def _of_cell(subject: Subject, measured: Measured) -> list[float]:
    if subject.cell is None:
        return [subject.sign * value for value in measured.values(subject)]
    return [subject.sign * reading.values[subject.cell] for reading in measured.readings]


def _cites_input(subject: Subject, workbook: Workbook, citations: Citations, measured: Measured) -> bool:
    cited = set(citations.of_tree(subject.tree, subject.host))
    if subject.cell is not None:
        cited |= set(citations.of(subject.cell))
    return any(origin(each, workbook, citations) in measured.inputs for each in cited)


def _is_threshold(table: Candidates, chosen: Chosen, measured: Measured) -> bool:
    """Whether no output changes when weights do, but in jumps."""
    pairs = [
        expected(chosen, subject, differences, reading)
        for subject, differences in zip(table.subjects, table.differences, strict=True)
        for reading in measured.readings
    ]
    known = [pair for pair in pairs if pair is not None]
    slopes = sum(abs(value) > 100 * error for value, error in known)
    return bool(known) and slopes < _SLOPES_OF_THRESHOLDS * len(pairs)


def _gradients(workbook: Workbook, subjects: Sequence[Subject], measured: Measured) -> list[list[float]]:
    """Return the gradients that updates stand for in all states, given the usual rate of their table."""
    rate, count = Counter(subject.rate for subject in subjects).most_common(1)[0]
    number, of_number = Counter(subject.rate.number for subject in subjects).most_common(1)[0]
    usual = _Usual(
        rate,
        math.prod(workbook.live.numbers(rate.cells)) * rate.number,
        count > _SHARED * len(subjects),
        number if of_number > _SHARED * len(subjects) else math.nan,
    )
    found = []
    for subject in subjects:
        times = subject.sign * _of_rate(subject.rate, usual, workbook)
        found.append([times * value for value in measured.values(subject)])
    return found


@dataclass(frozen=True)
class _Usual:
    """The commonest learning rate of a table and its value, whether nearly all updates have it, and their number."""

    rate: Rate
    value: float
    is_shared: bool
    number: float


def _of_rate(rate: Rate, usual: _Usual, workbook: Workbook) -> float:
    """Return how many times the usual learning rate an update's is: so many times its gradient is too large."""
    if usual.rate.cells and rate.cells == usual.rate.cells:
        return rate.number / usual.rate.number
    if not usual.is_shared and (rate.cells or not usual.rate.cells):
        # Each row has one of its own.
        return 1.0 if math.isnan(usual.number) else rate.number / usual.number
    value = math.prod(workbook.live.numbers(rate.cells)) * rate.number
    return value / usual.value if usual.value else math.nan
