"""The gradients behind an optimiser's steps: cells among those that a step is computed from."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from xlnet.audit.finding.differences import Difference
from xlnet.audit.finding.gradients import Subject
from xlnet.audit.formula.tree import reference_to
from xlnet.audit.judging.choosing import Chosen, PossibleLoss, Reading, agree, expected
from xlnet.audit.reading.citations import Citations
from xlnet.engines.live import Place

# From a step to its gradient there are few cells: averages, their corrections, a sum over samples.
_MOST_CELLS = 60
_FACTORS = (1.0, 2.0, 0.5)

# The way from a step to a cell: the position of each citation in the formula before.
Path = tuple[int, ...]


@dataclass(frozen=True)
class _Cells:
    """The cells near a step, with the ways to them, and their values in all states."""

    places: Sequence[Place]
    paths: Sequence[Path]
    values: NDArray[np.float64]


@dataclass(frozen=True)
class _Match:
    """Which of the cells near each step are the gradients of a loss, times a sign.

    `known` is the number of steps whose derivative is not zero: of the others none can be told from anything else.
    """

    score: tuple[float, ...]
    known: int
    sign: int
    cells: Sequence[NDArray[np.bool_]]


def gradients_behind(
    subjects: Sequence[Subject],
    differences: Sequence[Collection[Difference]],
    losses: Sequence[PossibleLoss],
    readings: Sequence[Reading],
    citations: Citations,
    steps: Mapping[Place, Place],
    cut: Collection[Place],
) -> list[Subject] | None:
    """Return subjects whose gradients are cells behind their steps; None where the steps are no optimiser's.

    A step is one that remembers earlier steps, or that divides by a root. Most of the steps of a table whose derivative
    is not zero must have a cell that is the derivative in all states; the others have theirs in the same place.
    """
    remembering = [not each.is_plain or _remembers(each, citations, steps, cut) for each in subjects]
    if 3 * sum(remembering) < len(subjects):
        return None
    near = [_cells_near(subject, readings, citations, cut) for subject in subjects]
    best: _Match | None = None
    for order, (family, name) in enumerate(losses):
        slopes = [
            [
                expected(Chosen(family, name, 1.0), subject, each, reading) or (math.nan, math.nan)
                for reading in readings
            ]
            for subject, each in zip(subjects, differences, strict=True)
        ]
        for factor in _FACTORS:
            for match in _matches(Chosen(family, name, factor), -order, np.array(slopes), near):
                if best is None or match.score > best.score:
                    best = match
    if best is None or not best.score[0] or 2 * best.score[0] < best.known:
        return None
    return _moved(subjects, near, best, steps)


def _remembers(subject: Subject, citations: Citations, steps: Mapping[Place, Place], cut: Collection[Place]) -> bool:
    """Whether a step is computed from weights of another step, not by way of its own weights."""
    met = citations.meeting(citations.of_tree(subject.tree, subject.host), cut)
    return any(place in steps and steps[place] != steps[subject.weight] for place in met)


def _cells_near(subject: Subject, readings: Sequence[Reading], citations: Citations, cut: Collection[Place]) -> _Cells:
    paths: dict[Place, Path] = {}
    waiting: list[tuple[Place, Path]] = [
        (place, (number,)) for number, place in enumerate(citations.of_tree(subject.tree, subject.host))
    ]
    for place, path in waiting:
        if len(paths) == _MOST_CELLS:
            break
        if place in paths or place in cut or place not in readings[0].values:
            continue
        paths[place] = path
        waiting += [(each, (*path, number)) for number, each in enumerate(citations.of(place))]
    places = list(paths)
    values = np.array([[reading.values[place] for reading in readings] for place in places])
    return _Cells(places, list(paths.values()), values.reshape(len(places), len(readings)))


def _matches(chosen: Chosen, preference: int, derivatives: NDArray[np.float64], near: Sequence[_Cells]) -> list[_Match]:
    """`derivatives` are those of each subject in all states, without the factor, with their errors."""
    found: dict[int, list[NDArray[np.bool_]]] = {1: [], -1: []}
    known = 0
    for pairs, cells in zip(chosen.factor * derivatives, near, strict=True):
        slopes, errors = pairs.T
        # Where the derivative is zero, too much agrees with it.
        is_known = np.count_nonzero(np.abs(slopes) > 10 * np.abs(errors)) > 1
        known += int(is_known)
        for sign in found:
            right = agree(cells.values, sign * slopes, np.abs(errors))
            found[sign].append(np.logical_and(right.all(axis=1), is_known))
    return [
        _Match(
            (
                float(sum(map(np.any, cells))),
                float(sign > 0),
                float(chosen.family is not None),
                float(chosen.factor == 1),
                chosen.family.plausibility if chosen.family else 0.0,
                float(preference),
            ),
            known,
            sign,
            cells,
        )
        for sign, cells in found.items()
    ]


def _moved(
    subjects: Sequence[Subject], near: Sequence[_Cells], match: _Match, steps: Mapping[Place, Place]
) -> list[Subject]:
    """Judge the cells that match; where none does, the one that is where others have theirs, of its step or of all."""
    usual: Counter[Path] = Counter()
    of_step: Counter[tuple[Place, Path]] = Counter()
    for subject, cells, right in zip(subjects, near, match.cells, strict=True):
        for number in np.flatnonzero(right).tolist():
            usual[cells.paths[number]] += 1
            of_step[steps[subject.weight], cells.paths[number]] += 1
    found = []
    for subject, cells, right in zip(subjects, near, match.cells, strict=True):
        choice = np.flatnonzero(right).tolist() or range(len(cells.places))
        step = steps[subject.weight]
        best = max(choice, key=lambda n: (of_step[step, cells.paths[n]], usual[cells.paths[n]]), default=None)
        if best is None or not usual[cells.paths[best]]:
            found.append(subject)
            continue
        cell = cells.places[best]
        tree = reference_to(cell, subject.host)
        found.append(replace(subject, tree=tree, cell=cell, sign=match.sign, is_plain=True))
    return found
