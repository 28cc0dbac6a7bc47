"""What an exercise shows, line by line: what is given, and what is computed, pass by pass."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlnet import keys
from xlnet.book.sheets.exercise.outline import Outline
from xlnet.exercise.exercise import BACKWARD, FORWARD, UPDATE, new
from xlnet.graph.node import Group

# A section by its name: the pass in which it is practised, and the groups of nodes that it shows.
_SECTIONS = (
    ("forward", FORWARD, (Group.FORWARD, Group.LOSS)),
    ("deltas", BACKWARD, (Group.DELTAS,)),
    ("gradients", BACKWARD, (Group.GRADIENTS,)),
    ("update", UPDATE, (Group.STATE,)),
)
_ORDER = (FORWARD, BACKWARD, UPDATE)
_NOT_GIVEN = (Group.ITERATION, Group.SAMPLES, Group.NEXT, *(group for _, _, groups in _SECTIONS for group in groups))


@dataclass(frozen=True)
class Line:
    """A quantity: what it is called, its rule, and its keys, one for each sample that has it."""

    symbol: str
    rule: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A pass, or a part of it: its name, the group whose colours it has, and its lines."""

    name: str
    group: str
    lines: tuple[Line, ...]


def given(plan: Outline) -> list[tuple[str, str]]:
    """Return what is given, as symbols and keys: samples, settings, parameters, and what is drawn."""
    model, samples = plan.model, plan.model.spec.batch_size
    graph = model.graph
    # Where an iteration repeats its inputs, rules call them as it does.
    found = [node.key for node in graph.nodes if is_input(node.key)]
    left = Group.INPUTS if found else None
    if graph.data:
        every = [column.of for column in graph.data if column.constants[0].group != left]
        found += [keys.of_sample(key, sample) for sample in range(1, samples + 1) for key in every]
    found += [constant.key for constant in graph.settings if constant.group != left]
    found += [node.key for node in graph.nodes if node.group not in _NOT_GIVEN]
    return [(plan.words.symbol(key), key) for key in found]


def sections(plan: Outline) -> list[Section]:
    """Return what is computed, as far as it is practised: what comes later would give answers away."""
    last = max(_ORDER.index(part) for part in plan.exercise.practised)
    found = []
    for name, part, groups in _SECTIONS:
        if _ORDER.index(part) <= last:
            lines = tuple(_lines(plan, groups, with_new=part == UPDATE))
            group = Group.PARAMETERS if part == UPDATE else groups[0]
            found += [Section(name, group, lines)] if lines else []
    return found


def _lines(plan: Outline, groups: tuple[Group, ...], *, with_new: bool) -> Iterator[Line]:
    of_lines: dict[str, list[str]] = {}
    for node in plan.model.graph.nodes:
        # What a block of matrices repeats of the inputs is given.
        if node.group in groups and not is_input(node.key):
            # The loss of a batch has a line beside that of its samples.
            name = keys.without_sample(node.key)
            of_lines.setdefault(name if name == node.key else keys.of_sample(name, 0), []).append(node.key)
    for key in plan.quantities.trained if with_new else ():
        of_lines[new(key)] = [new(key)]
    for own in of_lines.values():
        yield Line(plan.words.name(own[0]), plan.words.rule(own[0], plan.rule(own[0])), tuple(own))


def is_input(key: str) -> bool:
    """Return whether a quantity is an input as an iteration repeats it."""
    return keys.parts(key).layer == 0
