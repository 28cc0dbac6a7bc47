"""All that is measured of a workbook's networks, for all tables together: values and derivatives at each point."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from xlnet.audit.finding.candidates import origin
from xlnet.audit.finding.differences import Difference
from xlnet.audit.finding.gradients import Subject
from xlnet.audit.finding.inputs import inputs_of
from xlnet.audit.finding.network import Found
from xlnet.audit.finding.steps import chains_of
from xlnet.audit.judging.choosing import Reading
from xlnet.audit.judging.laboratory import NUDGES, Derivatives, Laboratory, colours_of
from xlnet.audit.judging.points import input_values, probes, saved_state
from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place

# A derivative whose error is larger than this part of it is measured again by a smaller nudge.
_GOOD = 1e-7
_TINY = 1e-12


@dataclass(frozen=True)
class Measured:
    """What was measured: the numbers typed in each state, the saved one first, and what was read there.

    `inputs` are the inputs with their saved values; `watched` are the cells in which gradients are read, by the
    identity of their subject.
    """

    states: Sequence[Mapping[Place, float]]
    readings: Sequence[Reading]
    inputs: Mapping[Place, float]
    watched: Mapping[int, Place]

    def values(self, subject: Subject) -> list[float]:
        """Return the values of a gradient's formula in all states."""
        place = self.watched.get(id(subject)) or subject.cell
        assert place is not None
        return [reading.values[place] for reading in self.readings]


def measure(workbook: Workbook, citations: Citations, network: Found) -> Measured:
    """Measure the networks; the workbook is left with numbers typed."""
    laboratory = Laboratory(workbook, citations)
    weights = set(network.steps)
    saved = saved_state(workbook, weights | set(network.new))
    inputs = inputs_of(workbook, citations, network.dependent, weights)
    # What a gradient cites may be the input, where the forward pass has a copy.
    typed = input_values(workbook, {origin(each, workbook, citations) for each in inputs})
    chains = [chain for table in network.tables for chain in chains_of(table.subjects)]
    drawn = probes(saved, typed, [[subject.weight for subject in chain] for chain in chains])
    states = [{**saved, **typed}, *drawn]
    watched = {id(s): laboratory.watch(s.tree, s.host) for table in network.tables for s in table.subjects}
    sides = {
        d: (laboratory.watch(d.output, d.canon), laboratory.watch(d.target, d.canon))
        for table in network.tables
        for each in table.differences
        for d in each
    }
    wanted = _wanted(network, sides)
    colours = colours_of([*wanted.values(), *_met_by_outputs(sides, citations, network), *([w] for w in weights)])
    places = sorted(
        {*watched.values(), *wanted}
        | {place for pair in sides.values() for place in pair}
        | {each for table in network.tables for cone in table.cones for each in cone}
    )
    laboratory.prepare(wanted, {*saved, *typed}, colours)
    readings = []
    for state in states:
        values = dict(zip(places, laboratory.values(state, places).tolist(), strict=True))
        readings.append(Reading(values, _derivatives(laboratory, state, wanted, colours), sides))
    return Measured(states, readings, typed, watched)


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


def _met_by_outputs(
    differences: Collection[Difference], citations: Citations, network: Found
) -> list[Collection[Place]]:
    """Return the weights that each output depends on.

    They may be those of several steps, which must not be moved together: a step may cite an earlier one by mistake.
    """
    cut = {*network.steps, *network.new}
    outputs = [citations.of_tree(each.output, each.canon) for each in differences]
    return [citations.ancestors(cells, cut) & network.steps.keys() for cells in outputs]


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
            if not error <= _GOOD * abs(best.values[place, weight]) + _TINY:
                poor.setdefault(place, set()).add(weight)
        if not poor:
            break
        again = laboratory.derivatives(state, poor, colours, nudge)
        for pair, error in again.errors.items():
            if not error >= best.errors[pair]:
                best.errors[pair], best.values[pair] = error, again.values[pair]
    return best
