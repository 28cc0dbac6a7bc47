"""What the sheets beside Training should show, by numpy, of the cells that their formulas cite; a module a sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xlnet.cell import Cell
from xlnet.checking.judge.sheets import (
    compare,
    dashboard,
    exercise,
    explore,
    guide,
    predict,
    proof,
    questions,
    sets,
    start,
    training,
    validation,
)
from xlnet.checking.judge.view import Expected, View
from xlnet.render.layout import DATA, TRAINING

# By the sheets' names.
EXPECTATIONS: dict[str, Callable[[View], Iterator[tuple[Cell, Expected]]]] = {
    start.NAME: start.expected,
    dashboard.NAME: dashboard.expected,
    exercise.NAME: exercise.of_exercise,
    exercise.MARKING: exercise.of_marking,
    explore.NAME: explore.expected,
    proof.NAME: proof.expected,
    predict.NAME: predict.expected,
    validation.NAME: validation.expected,
    guide.NAME: guide.expected,
    compare.NAME: compare.expected,
    questions.NAME: questions.expected,
    DATA: sets.expected,
    TRAINING: training.expected,
}
