"""Repairs of the wrong gradients: each mistake once, where it is, within a bounded time."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from xlnet.audit.finding.network import Found
from xlnet.audit.judging.judgement import Judgement, outputs_of, wanted_gradients
from xlnet.audit.judging.measuring import Measured
from xlnet.audit.judging.verdict import Ruling, Verdict
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.repairing.bench import Bench
from xlnet.audit.repairing.problem import Problem, Repair
from xlnet.audit.repairing.search import repair
from xlnet.engines.live import Place


@dataclass(frozen=True)
class FoundRepair:
    """A repair, and the first of the cells that it is for, in whose step its cells are."""

    repair: Repair
    first: Place


# By the gradient's cell and the weight.
Repairs: TypeAlias = Mapping[tuple[Place, Place], FoundRepair]

_MOST_HOSTS = 6
# For one mistake, and for all of a workbook.
_TINY = 1e-12
_SECONDS, _SECONDS_IN_ALL = 3.0, 8.0


def find_repairs(
    workbook: Workbook, citations: Citations, network: Found, judgements: Sequence[Judgement], measured: Measured
) -> Repairs:
    """Return a repair for each wrong gradient whose mistake is understood."""
    bench = Bench(workbook.live, workbook.sheets, measured.states)
    ends = time.monotonic() + _SECONDS_IN_ALL
    found: dict[tuple[Place, Place], FoundRepair] = {}
    for judgement in judgements:
        verdicts = judgement.verdicts()
        right: dict[Place, set[Place]] = defaultdict(set)
        for verdict in verdicts:
            if verdict.ruling is Ruling.RIGHT and verdict.subject.cell is not None:
                right[network.steps[verdict.subject.weight]].add(verdict.subject.cell)
        is_known = any(v.ruling is Ruling.RIGHT and abs(v.expected) > _TINY for v in verdicts)
        # Where no gradient is right, nothing says that they are not meant for half or twice the loss.
        factors = (1.0,) if is_known else (1.0, 0.5, 2.0)
        wrong = [verdict for verdict in verdicts if verdict.ruling is Ruling.WRONG]
        for host_is_update, same in _alike(workbook, judgement, wrong, right, network):
            left = min(_SECONDS, ends - time.monotonic())
            if left <= 0:
                return found
            repaired = None
            # An update that takes a cell which is right for another weight: either of them may be to blame.
            for of_update in (True, False) if host_is_update else (False,):
                for factor in factors:
                    problem = _problem(
                        workbook, citations, network, judgement, same, measured, right, bench, of_update, factor
                    )
                    if problem and not repaired:
                        repaired = repair(problem, workbook, citations, bench, left)
            if repaired:
                of_first = FoundRepair(repaired, same[0].subject.place)
                found |= {(each.subject.place, each.subject.weight): of_first for each in same}
    return found


def _alike(
    workbook: Workbook,
    judgement: Judgement,
    wrong: Sequence[Verdict],
    right: Mapping[Place, Collection[Place]],
    network: Found,
) -> list[tuple[bool, list[Verdict]]]:
    """Return wrong gradients in groups that have one formula: of one weight through its steps, or of one step.

    Each with whether the update is to blame: it takes the gradient of another weight, which is right there.
    """
    groups: dict[tuple[bool, int, int, int, int], list[Verdict]] = defaultdict(list)
    chain_of = {
        id(verdict): number if len(chain) > 1 else -1
        for number, chain in enumerate(judgement.chains)
        for verdict in chain
    }
    for verdict in wrong:
        subject = verdict.subject
        is_anothers = subject.cell in right.get(network.steps[subject.weight], ())
        place = subject.update if is_anothers and subject.update else subject.place
        formula = workbook.trees.get(place)
        offset = (place[1] - subject.shown[1], place[2] - subject.shown[2])
        groups[is_anothers, id(formula), chain_of[id(verdict)], *offset].append(verdict)
    return [(key[0], same) for key, same in groups.items()]


def _problem(
    workbook: Workbook,
    citations: Citations,
    network: Found,
    judgement: Judgement,
    same: Sequence[Verdict],
    measured: Measured,
    right: Mapping[Place, Collection[Place]],
    bench: Bench,
    host_is_update: bool,
    factor: float,
) -> Problem | None:
    some = [same[n] for n in sorted({round(x) for x in np.linspace(0, len(same) - 1, _MOST_HOSTS)})]
    subject = some[0].subject
    hosts = [v.subject.update if host_is_update and v.subject.update else v.subject.place for v in some]
    if any(host not in workbook.trees for host in hosts):
        return None
    gradients = factor * np.array([wanted_gradients(judgement, verdict, measured) for verdict in some])
    scale = None
    if hosts[0] == subject.cell:
        expected = subject.sign * gradients
    else:
        # What stands there is a rate times the gradient, added to the weight in an update.
        values = bench.values([(citations.tree(host), host) for host in hosts])
        weights = np.array([[state[v.subject.weight] for state in measured.states] for v in some])
        start = np.where(
            np.array([host == v.subject.update for host, v in zip(hosts, some, strict=True)])[:, None], weights, 0.0
        )
        found = np.array([judgement.gradients[verdict.subject.weight, verdict.subject.update] for verdict in some])
        with np.errstate(all="ignore"):
            ratio = (values - start) / found
        # The rate is the same in all states; where the gradient is 0 it cannot be seen.
        seen = [each[np.isfinite(each)] for each in ratio]
        times = np.array([[np.median(each) if each.size else np.nan] for each in seen])
        scale = np.abs(times * gradients)
        expected = start + times * gradients
    losses = outputs_of(judgement, some[0], citations)
    step = network.steps[subject.weight]
    wrong = {
        verdict.subject.place
        for verdict in judgement.verdicts()
        if verdict.ruling is Ruling.WRONG and network.steps[verdict.subject.weight] == step
    }
    return Problem(
        hosts=hosts,
        expected=expected,
        scale=scale,
        weights=[verdict.subject.weight for verdict in some],
        forward=citations.ancestors(losses, {*network.steps, *network.new}) if losses else frozenset(),
        right=right.get(step, frozenset()),
        wrong=wrong - {subject.place},
    )
