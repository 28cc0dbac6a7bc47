"""What the sheets beside Training should show, by numpy, of the cells that their formulas cite; a module a sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from xlnet.cell import Cell
from xlnet.checking.judge.sheets import (
    compare,
    dashboard,
    explore,
    guide,
    predict,
    proof,
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
    explore.NAME: explore.expected,
    proof.NAME: proof.expected,
    predict.NAME: predict.expected,
    validation.NAME: validation.expected,
    guide.NAME: guide.expected,
    compare.NAME: compare.expected,
    DATA: sets.expected,
    TRAINING: training.expected,
}
