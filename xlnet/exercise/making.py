"""Makes exercises of a template: an iteration of a few samples, the numbers of a student, and what is left blank."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from xlnet.errors import UserError
from xlnet.exercise.exercise import (
    LEAST_DECIMALS,
    MOST_BLANKS,
    MOST_DECIMALS,
    PRACTISED,
    Exercise,
    before_update,
    new,
)
from xlnet.exercise.numbers import rounded, with_numbers
from xlnet.exercise.quantities import Quantities
from xlnet.graph.node import Graph, Group
from xlnet.model.iteration import iteration
from xlnet.model.samples import deviation, mean
from xlnet.render.evaluate import iterations
from xlnet.render.room import has_room
from xlnet.spec import Matrix, Spec, Vector

if TYPE_CHECKING:
    from numpy.random import Generator

# A batch up to this size is computed whole, of a larger one so many samples.
MOST_SAMPLES, FEW_SAMPLES = 4, 2
# Numbers are drawn so often, and the best are taken.
_TRIES, _TRIES_OF_LARGE, _LARGE = 20, 3, 200
# Smaller ones round to nothing, larger ones are no fun.
_LEAST, _LEAST_STEP, _MOST = 0.02, 0.002, 20.0
# How much of the smallest value half a unit of the last decimal may be.
_ROUNDING = 0.05


def make(
    spec: Spec,
    *,
    practised: Sequence[str] = PRACTISED,
    share: float = 0.5,
    seed: int | None = None,
    student: int = 0,
    is_handout: bool = False,
) -> Exercise:
    """Return an exercise: of `share` of what is practised, with the template's numbers or those drawn with `seed`.

    Each `student` has numbers and blanks of their own. Raises UserError where nothing is left blank, or too much.
    """
    random = _generator(seed or 0, student)
    own = _prepared(spec, random, is_drawn=seed is not None)
    if not has_room(own):
        raise UserError(f"{spec.name}: an iteration does not fit a sheet: make its layers smaller")
    graph = iteration(own)
    keys = _chosen(graph, practised, share, random, spec.name)
    if seed is not None:
        own = _best(own, keys, random)
        graph = iteration(own)
    values = true_values(own, graph)
    return Exercise(
        own,
        tuple(keys),
        tuple(name for name in PRACTISED if name in practised),
        share,
        seed,
        student,
        decimals(_size(key, values) for key in keys),
        is_handout=is_handout,
    )


def _generator(seed: int, student: int) -> Generator:
    import numpy as np

    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, student])))


def _prepared(spec: Spec, random: Generator, *, is_drawn: bool) -> Spec:
    """Return a network that goes through two iterations of a few samples, all of them in each."""
    data, size = spec.data, spec.batch_size
    size = size if size <= MOST_SAMPLES else FEW_SAMPLES
    x = _standardized(data.x) if data.standardize else data.x
    t = _standardized(data.t) if data.standardize_targets else data.t
    places = list(range(size))
    if is_drawn and len(x) > size:
        places = sorted(int(place) for place in random.choice(len(x), size, replace=False))
    own = replace(
        data,
        x=tuple(x[place] for place in places),
        t=tuple(t[place] for place in places),
        held_x=(),
        held_t=(),
        standardize=False,
        standardize_targets=False,
        lines=(),
        source="",
    )
    training = replace(spec.training, iters=2, batch=None, order="sequential")
    return replace(spec, data=own, training=training, notes=())


def _standardized(rows: Matrix) -> Matrix:
    columns = [_scaled(column) for column in zip(*rows, strict=True)]
    return rounded(list(zip(*columns, strict=True)))


def _scaled(column: Vector) -> Vector:
    centre, size = mean(column), deviation(column)
    return tuple((value - centre) / size if size else 0.0 for value in column)


def _chosen(graph: Graph, practised: Sequence[str], share: float, random: Generator, name: str) -> list[str]:
    """Return the keys of the blanks: of each that is practised the same share, one at least."""
    asked = list(Quantities(graph).asked())
    chosen: set[str] = set()
    for part in PRACTISED:
        own = [key for key, its in asked if its == part and part in practised]
        count = max(1, math.floor(share * len(own) + 0.5)) if own else 0
        chosen |= {own[int(place)] for place in random.choice(len(own), count, replace=False)} if own else set()
    if not chosen:
        raise UserError(f"{name}: --blank: nothing of {', '.join(practised)} is computed there")
    if len(chosen) > MOST_BLANKS:
        fits = math.floor(1000 * share * MOST_BLANKS / len(chosen)) / 1000
        raise UserError(
            f"{name}: --share: {len(chosen):,} blanks, but an exercise has at most {MOST_BLANKS:,}: "
            f"--share {fits} would fit"
        )
    return [key for key, _ in asked if key in chosen]


def _best(spec: Spec, keys: Sequence[str], random: Generator) -> Spec:
    """Return the network with the drawn numbers that give the fewest values that are too small or too large."""
    best, fewest = spec, math.inf
    for _ in range(_TRIES if len(keys) < _LARGE else _TRIES_OF_LARGE):
        other = with_numbers(spec, random)
        graph = iteration(other)
        values = true_values(other, graph)
        # Twins, too: what gives the same cannot be told apart.
        arrays = [[round(values[key], 3) for key in own] for own in Quantities(graph).arrays if len(own) > 1]
        bad = sum(len(own) - len(set(own)) for own in arrays)
        bad += sum(not (_LEAST_STEP if before_update(key) else _LEAST) <= _size(key, values) <= _MOST for key in keys)
        # Fewer digits are less to write.
        bad += decimals(_size(key, values) for key in keys) - LEAST_DECIMALS
        if bad < fewest:
            best, fewest = other, bad
        if not fewest:
            break
    return best


def _size(key: str, values: Mapping[str, float]) -> float:
    """Return how large a value is, or how far the update moves it."""
    return abs(values[key] - values.get(before_update(key) or "", 0.0))


def true_values(spec: Spec, graph: Graph) -> dict[str, float]:
    """Return the values of all quantities of the first iteration, and of the parameters after it, by key."""
    found = {constant.key: constant.value for constant in (*graph.settings, *graph.data_constants)}
    rows = [value for block in iterations(graph, [1, spec.training.iters - 1]) for value in block.values]
    for place, node in enumerate(graph.nodes):
        found |= dict.fromkeys((node.key, *node.aliases), rows[place])
        if node.group == Group.PARAMETERS:
            found[new(node.key)] = rows[len(graph.nodes) + place]
    return found


def decimals(values: Iterable[float]) -> int:
    """Return how many decimals show also the smallest of some sizes well enough to be marked."""
    sizes = [value for value in values if value and math.isfinite(value)]
    for count in range(LEAST_DECIMALS, MOST_DECIMALS):
        if all(0.5 * 10.0**-count <= _ROUNDING * size for size in sizes):
            return count
    return MOST_DECIMALS
