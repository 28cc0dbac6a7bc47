"""A returned exercise: what a student typed, marked by the reference from the numbers that the file gives.

Nothing that the file has computed is trusted: answers and marks are computed again. What a box holds is the student's
own, so of a formula in a box the value counts that is saved with it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from xlnet import reference
from xlnet.book.limits import require_room_to_check
from xlnet.book.sheets.exercise import NAME
from xlnet.book.sheets.exercise.answer_key import NAME as KEY_SHEET
from xlnet.book.sheets.exercise.plan import ExercisePlan
from xlnet.book.sheets.exercise.sources import plan_of
from xlnet.book.sheets.template import NAME as TEMPLATE
from xlnet.cell import Cell
from xlnet.checking.open.clean.book import LONGEST, Book
from xlnet.checking.open.clean.cells import Reader
from xlnet.checking.open.clean.formulas import Judge
from xlnet.checking.open.held import NOTHING, Held
from xlnet.checking.open.quantities import from_grids, placements, to_table
from xlnet.engines.grid import Grid
from xlnet.engines.workers.handover import BLANK, NUMBER
from xlnet.errors import UserError
from xlnet.exercise.exercise import new
from xlnet.exercise.making import true_values
from xlnet.exercise.marking import Kind, Margin, Mark, marks
from xlnet.exercise.toml import ITERATIONS, parse_exercise
from xlnet.exercise.toml import NAME as EXERCISE
from xlnet.graph.node import Group
from xlnet.template.sources import read_toml
from xlnet.xlsx.unpack import opened_package

# What a sheet of an exercise may take, whichever program has written it.
_LARGEST_SHEET = 64_000_000
_NUMBER = re.compile(r"[-+]?[0-9]{1,20}([.,][0-9]{1,20})?")
# How far a given number may be from that of the Template.
_SAME = 1e-12

Cells = Mapping[tuple[int, int], Held]


@dataclass(frozen=True)
class Returned:
    """A marked exercise: the name of its student, and the mark of each blank, by key.

    `slips` are the names of the slips that each blank may come from. `notes` are what its teacher should know.
    """

    student: str
    marks: Mapping[str, Mark]
    slips: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...] = ()

    @property
    def right(self) -> int:
        """How many blanks are right."""
        return sum(mark.is_right for mark in self.marks.values())

    @property
    def problems(self) -> list[str]:
        """What is wrong with each blank that is not right: "d_w1_2_1: sign"."""
        return [
            f"{key}: {'/'.join(self.slips[key]) or mark.kind}" for key, mark in self.marks.items() if not mark.is_right
        ]


def is_answer_key(path: Path) -> bool:
    """Return whether a workbook is an answer key, which stands in the folder of a class. Raises UserError."""
    with opened_package(path) as package:
        return Book(package).titles == [KEY_SHEET]


def read_returned(path: Path, tolerance: float | None = None, decimals: int | None = None) -> Returned:
    """Return the marks of an exercise that a student has filled in, within the tolerance given or that of its cells.

    Raises UserError where the file is no exercise, or cannot be read within bounds.
    """
    with opened_package(path) as package:
        book = Book(package)
        plan = _asked(path, book)
        cells = {title: _cells(book, title, *size) for title, size in _sizes(plan).items()}
    given = _given(path, plan, cells)
    margin, notes = _margin(plan, cells[NAME], tolerance, decimals)
    face = plan.face
    typed = {key: _typed(_at(cells, face.values[key])) for key in plan.by_key}
    found = marks(plan.blanks, given, typed, margin)
    slips = {
        blank.key: tuple(dict.fromkeys(blank.alternatives[place].slip for place in found[blank.key].slips))
        if found[blank.key].kind == Kind.WRONG
        else ()
        for blank in plan.blanks
    }
    if any(not _is_same(given[key], value) for key, value in _built(plan).items()):
        notes.append("its given numbers are not those that it was built with: it is marked by the ones in its cells")
    name = _at(cells, face.name).value
    return Returned(str(name).strip() if name is not None else "", found, slips, tuple(notes))


def _asked(path: Path, book: Book) -> ExercisePlan:
    """Return the plan of the exercise that the Template sheet asks for. Raises UserError where it asks for none."""
    problem = f"{path}: not an exercise: give the folder of what students filled in, as xlnet exercise wrote it"
    if TEMPLATE not in book.titles:
        raise UserError(problem)
    label = f"{path}: {TEMPLATE} sheet"
    document = read_toml("\n".join(book.lines(TEMPLATE)), label)
    if EXERCISE not in document:
        raise UserError(problem)
    exercise = parse_exercise(document, path.stem, label)
    if exercise.is_handout:
        raise UserError(f"{path}: a handout: it is filled in on paper, and has no boxes to be marked")
    require_room_to_check([exercise.spec])
    plan = plan_of(exercise, label=label)
    missing = [title for title in _sheets(plan) if title not in book.titles]
    if missing:
        raise UserError(f"{path}: not a whole exercise: sheet {missing[0]} is missing: undo its deletion or renaming")
    return plan


def _sheets(plan: ExercisePlan) -> list[str]:
    """Return the sheets that are read."""
    model = plan.model
    return [NAME, model.name, *([model.data_sheet] if model.graph.data else [])]


def _sizes(plan: ExercisePlan) -> dict[str, tuple[int, int]]:
    """Return how many rows and columns are read of each sheet."""
    face, layout = plan.face, plan.model.layout
    own = (*face.values.values(), face.name, face.tolerance, face.decimals)
    answers = (layout.cell(key, number) for key in layout.spots for number in range(1, ITERATIONS + 1))
    every = [*own, *layout.cells.values(), *answers]
    return {
        title: (
            max(cell.row for cell in every if cell.sheet == title),
            max(cell.column for cell in every if cell.sheet == title),
        )
        for title in _sheets(plan)
    }


def _cells(book: Book, title: str, rows: int, columns: int) -> dict[tuple[int, int], Held]:
    """Return what the first cells of a sheet hold: of a formula the value that is saved with it."""
    reader = Reader(Judge(()), book.strings, lambda *_: None, lambda problem: book.error(title, problem))
    found: dict[tuple[int, int], Held] = {}
    row = 0
    for element in book.rows(title, book.package.chunks(book.parts[title], _LARGEST_SHEET), LONGEST):
        row = reader.row_of(element, row)
        if row > rows:
            break
        for column, cell in reader.cells(row, element, columns):
            for child in [child for child in cell if child.tag == "f"]:
                cell.remove(child)
            held = reader.clean(row, column, cell)[1]
            if held != NOTHING:
                found[row, column] = held
    return found


def _at(cells: Mapping[str, Cells], cell: Cell) -> Held:
    return cells[cell.sheet].get((cell.row, cell.column), NOTHING)


def _given(path: Path, plan: ExercisePlan, cells: Mapping[str, Cells]) -> dict[str, float]:
    """Return the true values of all quantities, by the reference from the numbers that the file gives."""
    model = plan.model
    spec, layout = model.spec, model.layout
    for key in _inputs(plan):
        if not isinstance(_at(cells, layout.cell(key)).value, float):
            raise UserError(f"{path}: sheet {layout.cell(key).sheet}: no number is given for {key}: undo its deletion")
    places = placements(spec, layout)
    sizes = _sizes(plan)
    grids = {title: _grid(cells[title], sizes[title]) for title in _sheets(plan)[1:]}
    found = from_grids(places, grids, ITERATIONS)
    start = {name: found[name][:1] for name in reference.initial(spec)} | {"iter": np.ones(1)}
    fixed = {name: found[name] for name in reference.constants(spec)}
    drawn = {name: found[name] for name in reference.drawn(spec)}
    run = reference.train(spec, start, fixed, ITERATIONS, drawn)
    spots = (layout.cell(node.key) for node in model.graph.nodes)
    index = {(spot.row - 1, spot.column - 1): number for number, spot in enumerate(spots)}
    first, second = to_table(places, run, ITERATIONS, index).tolist()
    true = {key: _number(_at(cells, layout.cell(key))) for key in layout.cells}
    for number, node in enumerate(model.graph.nodes):
        true |= dict.fromkeys((node.key, *node.aliases), first[number])
        if node.group == Group.PARAMETERS:
            true[new(node.key)] = second[number]
    return true


def _inputs(plan: ExercisePlan) -> list[str]:
    """Return the keys of what is given: constants, and parameters before the update."""
    graph = plan.model.graph
    constants = [constant.key for constant in (*graph.settings, *graph.data_constants) if constant.formula is None]
    return [*constants, *plan.model.parameters]


def _built(plan: ExercisePlan) -> dict[str, float]:
    """Return the given numbers that the exercise was built with."""
    values = true_values(plan.exercise.spec, plan.model.graph)
    return {key: values[key] for key in _inputs(plan)}


def _is_same(found: float, wanted: float) -> bool:
    return abs(found - wanted) <= _SAME * max(1.0, abs(wanted))


def _grid(cells: Cells, shape: tuple[int, int]) -> Grid:
    values, kinds = np.full(shape, np.nan), np.full(shape, BLANK, dtype=np.uint8)
    for (row, column), held in cells.items():
        if isinstance(held.value, float):
            values[row - 1, column - 1], kinds[row - 1, column - 1] = held.value, NUMBER
    return Grid(values, kinds, {})


def _number(held: Held) -> float:
    return held.value if isinstance(held.value, float) else math.nan


def _margin(
    plan: ExercisePlan, cells: Cells, tolerance: float | None, decimals: int | None
) -> tuple[Margin, list[str]]:
    """Return within what a number counts as right, and what to say of it."""
    face, exercise = plan.face, plan.exercise
    built = (exercise.tolerance, float(exercise.decimals))
    own = [_number(cells.get((place.row, place.column), NOTHING)) for place in (face.tolerance, face.decimals)]
    asked = (tolerance, decimals)
    chosen = [given if given is not None else cell for given, cell in zip(asked, own, strict=True)]
    if not all(math.isfinite(number) and number >= 0 for number in chosen):
        return Margin(*built), ["it does not say within what a number is right: as it was built"]
    notes = []
    if any(given is None and not _is_same(cell, wanted) for given, cell, wanted in zip(asked, own, built, strict=True)):
        notes.append(f"it takes numbers within {own[0]:.3g} or {own[1]:.3g} decimals, and was built with others")
    return Margin(chosen[0], chosen[1]), notes


def _typed(held: Held) -> float | str | None:
    """Return what is typed into a box: a number that is written as a text, with a comma, is the number."""
    value = held.value
    if value is None or isinstance(value, float):
        return value
    text = str(value).strip().replace("−", "-").replace(" ", "")
    if not text:
        return None
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else text
