"""Reads a workbook as it lies there: its template, and which cells hold which formula, run by run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from xlnet.book.beside import BESIDE
from xlnet.book.limits import require_room_to_check
from xlnet.book.live import Formula, Typed, filled
from xlnet.book.model import Model, model_of
from xlnet.book.sheets import compare, questions, sets, training, validation
from xlnet.book.sheets.compare import formulas as compare_formulas
from xlnet.book.sheets.compare.plan import ComparePlan, plan_of
from xlnet.book.sheets.exercise.plan import ExercisePlan
from xlnet.book.sheets.exercise.sources import plan_of as plan_of_exercise
from xlnet.book.sheets.exercise.sources import sheets_of, sources_of
from xlnet.book.sheets.questions import formulas as questions_formulas
from xlnet.book.sheets.questions.plan import QuestionsPlan
from xlnet.book.sheets.template import NAME as TEMPLATE
from xlnet.book.sheets.validation.plan import ValidationPlan
from xlnet.book.texts import ENGLISH, LANGUAGES, load
from xlnet.cell import Cell
from xlnet.checking.open.clean.book import Book
from xlnet.checking.open.clean.copy import CleanCopy, write
from xlnet.checking.open.held import NOTHING, Held, Said, number_of, odd_kind
from xlnet.checking.open.opened import Opened
from xlnet.checking.open.quantities import Input, placements
from xlnet.checking.open.training_table import Altered, TrainingTable, altered, rewritten
from xlnet.checking.open.wanted import Source, Training, wanted
from xlnet.errors import UserError
from xlnet.exercise.toml import NAME as EXERCISE
from xlnet.exercise.toml import parse_exercise
from xlnet.graph.node import Group
from xlnet.model.tokens import tokens
from xlnet.render.excel import at_row, formula
from xlnet.render.layout import TRAINING
from xlnet.template.parse import parse
from xlnet.template.runs import parse_comparison
from xlnet.template.sources import read_toml
from xlnet.xlsx.unpack import opened_package

At = Callable[[Cell], Held]


@dataclass(frozen=True)
class Known:
    """What a Template sheet asks for: a model of each run; of several also the plan of the Compare sheet.

    Of an exercise it is the plan of that, and the model that of its answers.
    """

    models: Sequence[Model]
    plan: ComparePlan | None = None
    exercise: ExercisePlan | None = None


def open_workbook(path: Path, folder: Path, known: dict[tuple[str, str], Known]) -> list[Opened]:
    """Read a workbook that xlnet built, and a person may have edited and saved since: one training, or several runs.

    Its clean copy is put into `folder`. What Template sheets ask for is kept in `known`, by their text and language:
    other workbooks may ask for the same. Raises UserError when it is no such workbook.
    """
    with opened_package(path) as package:
        book = Book(package)
        _require_sheets(path, book.titles, TEMPLATE)
        key = "\n".join(book.lines(TEMPLATE)), _language(book.language)
        if key not in known:
            known[key] = _asked(path, *key)
        model, plan, exercise = known[key].models[0], known[key].plan, known[key].exercise
        if plan is not None:
            trainings = list(_runs(path, plan, book.titles))
        elif exercise is not None:
            _require_sheets(path, book.titles, *sheets_of(exercise))
            trainings = [(model, [*sources_of(exercise), *_own(model)])]
        else:
            _require_sheets(path, book.titles, TRAINING)
            present = [entry for entry in BESIDE if entry.name in book.titles and entry.is_of(model)]
            if any(entry.name == validation.NAME for entry in present):
                model.once(ValidationPlan).require_room()
            sources = [(entry.name, entry.inputs(model), entry.formulas(model)) for entry in present]
            trainings = [(model, [*sources, *_own(model), *_sets(model)])]
        data = [model.data_sheet for model, _ in trainings if model.graph.data]
        _require_sheets(path, book.titles, *data)
        tables = {model.name: TrainingTable(model) for model, _ in trainings}
        copy = write(book, wanted(trainings), tables, folder / "workbook.xlsx")
    opened = [_opened_run(copy, tables[model.name], model, sources) for model, sources in trainings]
    if exercise is not None:
        return [replace(run, exercise=exercise) for run in opened]
    return opened if plan is None else [replace(run, plan=plan, index=index) for index, run in enumerate(opened)]


def _asked(path: Path, text: str, language: str) -> Known:
    """Return what a Template sheet asks for. Raises UserError where it is no template, or asks for too much."""
    label = f"{path}: {TEMPLATE} sheet"
    document = read_toml(text, label)
    if "compare" in document:
        comparison = parse_comparison(document, path.stem, label)
        require_room_to_check([run.spec for run in comparison.runs])
        plan = plan_of(comparison, language)
        return Known(plan.models, plan)
    if EXERCISE in document:
        exercise = parse_exercise(document, path.stem, label)
        require_room_to_check([exercise.spec])
        of_exercise = plan_of_exercise(exercise, language, label)
        return Known([of_exercise.model], exercise=of_exercise)
    spec = parse(document, name=path.stem, label=label)
    require_room_to_check([spec])
    return Known([model_of(spec, language)])


def _runs(path: Path, plan: ComparePlan, titles: Sequence[str]) -> Iterator[Training]:
    """Yield the runs of a comparison."""
    _require_sheets(path, titles, compare.NAME)
    for index, model in enumerate(plan.models):
        if model.name not in titles:
            raise UserError(f"{path}: the sheet of run {model.name} is missing: undo its deletion or renaming")
        formulas = list(filled(compare_formulas.lives(plan, index)))
        asked = _questions(plan, index) if questions.NAME in titles else []
        yield model, [(compare.NAME, compare_formulas.inputs(plan), formulas), *asked, *_own(model), *_sets(model)]


def _questions(plan: ComparePlan, index: int) -> list[Source]:
    """Return what the Questions sheet has of a run; nothing where nothing is asked."""
    if not plan.comparison.questions:
        return []
    asked = plan.once(QuestionsPlan)
    return [(questions.NAME, questions_formulas.inputs(asked), list(filled(questions_formulas.lives(asked, index))))]


def _own(model: Model) -> list[Source]:
    """Return what a Training sheet has beside its table and its constants; nothing where that is nothing."""
    formulas = [*training.repeated(model), *training.formulas(model)]
    return [(model.name, training.inputs(model), formulas)] if formulas else []


def _sets(model: Model) -> list[Source]:
    """Return what tells samples apart that are held out; nothing where none is."""
    formulas = sets.formulas(model)
    return [(model.data_sheet, [], formulas)] if formulas else []


def _opened_run(copy: CleanCopy, table: TrainingTable, model: Model, sources: Sequence[Source]) -> Opened:
    def at(cell: Cell) -> Held:
        return table.fixed.get(cell, NOTHING) if cell.sheet == model.name else copy.holds(cell)

    table.finish()
    inputs, computed, odd_cells, changed = _fixed_cells(at, model)
    changed += table.altered
    beside: dict[Cell, tuple[str, bool]] = {}
    for name, typed, formulas in sources:
        more, found, odd, also_changed = _beside(name, at, typed, formulas)
        changed += also_changed
        inputs |= more
        beside |= found
        odd_cells |= odd
    return Opened(
        copy=copy,
        model=model,
        places=placements(model.spec, model.layout),
        is_formula=np.array(table.is_formula, dtype=bool),
        rewritten=rewritten(changed),
        inputs=inputs | table.inputs,
        computed=computed,
        beside=beside,
        lives={name: list(formulas) for name, _, formulas in sources},
        odd_cells=odd_cells | table.odd_cells,
    )


def _fixed_cells(
    at: At, model: Model
) -> tuple[dict[Cell, Input], dict[Cell, tuple[str, bool]], dict[Cell, int], list[Altered]]:
    """Return the inputs and the formulas that stand outside the table, and the odd and altered cells among them."""
    layout = model.layout
    inputs: dict[Cell, Input] = {}
    computed: dict[Cell, tuple[str, bool]] = {}
    odd_cells: dict[Cell, int] = {}
    changed: list[Altered] = []
    of_inputs = tokens(model.spec)
    for constant in (*model.graph.settings, *model.graph.data_constants):
        position = layout.cells[constant.key]
        if constant.key in model.shared:
            continue
        held = at(position)
        odd_cells |= odd_kind(position, held)
        if constant.formula is None:
            choices = of_inputs if constant.group == Group.INPUTS else ()
            inputs[position] = Input(constant.key, constant.group, number_of(held, constant.value), choices)
        else:
            computed[position] = (constant.key, held.formula is not None)
            own = Said(at_row(formula(constant.formula, layout, position.sheet), position.row))
            changed += altered(position, constant.key, own, held.formula)
    return inputs, computed, odd_cells, changed


def _beside(
    name: str, at: At, inputs: Sequence[Typed], lives: Sequence[Formula]
) -> tuple[dict[Cell, Input], dict[Cell, tuple[str, bool]], dict[Cell, int], list[Altered]]:
    """Return what is filled in on a sheet beside Training, its formulas, and the odd and altered cells among them."""
    formulas: dict[Cell, tuple[str, bool]] = {}
    changed: list[Altered] = []
    for live in lives:
        found = at(live.cell).formula
        formulas[live.cell] = (live.key, found is not None)
        if found is not None:
            changed += altered(live.cell, live.key, Said(live.text, live.live.is_array), found)
    filled, odd_cells = {}, dict[Cell, int]()
    for typed in inputs:
        position = Cell(name, typed.row, typed.column)
        held = at(position)
        first = 0.0 if isinstance(typed.first, str) else float(typed.first)
        filled[position] = Input(typed.key, typed.group, number_of(held, first), typed.choices)
        odd_cells |= odd_kind(position, held)
    return filled, formulas, odd_cells, changed


def _require_sheets(path: Path, titles: Collection[str], *names: str) -> None:
    """Raise UserError where a sheet is missing."""
    for name in names:
        if name not in titles:
            raise UserError(f"{path}: not an xlnet workbook: it has no {name} sheet")


def _language(name: str | None) -> str:
    """Return the language of a workbook's texts."""
    return next((language for language in LANGUAGES if load(language).tag == name), ENGLISH)
