"""Predict, then try: questions about the runs of a comparison, and a sheet that answers once a prediction is made."""

from __future__ import annotations

import math
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import kept
import pytest
from recalculated import recalculated
from workbook_xml import change_cell, other_formula

import xlnet
from xlnet.book.sheets.compare.plan import plan_of
from xlnet.book.sheets.questions.plan import EDGE, MARK, QuestionsPlan, X, Y
from xlnet.cell import Cell
from xlnet.comparison import VALIDATION_LOSS, Comparison
from xlnet.engines import ironcalc
from xlnet.engines.workers.handover import ERROR
from xlnet.render.excel import cell as address
from xlnet.summary import summaries
from xlnet.template.runs import load_comparison, parse_comparison, serialize_comparison
from xlnet.template.sources import bundled_names, open_template

# By their runs' places: those who predict so know better than the misconceptions.
BETTER = [1, 1, 1, 0, 0]

# A run that diverges, one of another length, and both measures.
TEMPLATE = """
title = "Questions"
[network]
inputs = 1
[[network.layers]]
units = 1
activation = "tanh"
weights = [[0.5]]
[[network.layers]]
units = 1
bias = false
weights = [[0.5]]
[data]
x = [[-1], [-0.5], [0], [0.5], [1]]
t = [[-0.5], [-0.9], [0.1], [0.8], [0.6]]
validation = 2
[training]
iters = 12
loss = "mse"
[[compare.runs]]
name = "slow"
lr = 0.1
[[compare.runs]]
name = "good"
lr = 0.5
[[compare.runs]]
name = "wild"
lr = 1e30
[[compare.runs]]
name = "short"
iters = 3
lr = 0.5
[[compare.questions]]
title = "First"
text = "Which?"
runs = ["wild", "slow", "good"]
choices = ["a wild one", "a slow one", "a good one"]
why = "Because."
[[compare.questions]]
runs = ["good", "short"]
measure = "validation_loss"
"""


@pytest.fixture
def small(tmp_path: Path) -> Comparison:
    path = tmp_path / "small.toml"
    path.write_text(TEMPLATE, encoding="utf-8")
    return load_comparison(path)


def at(place: Cell) -> str:
    return f"{place.sheet}!{address(place.row, place.column)}"


def is_empty(found: float | str) -> bool:
    """Return whether an engine has an empty text in a cell: it says that, or that there is nothing."""
    return not found or found != found


def asked_by(comparison: Comparison, language: str = "en") -> QuestionsPlan:
    return plan_of(comparison, language).once(QuestionsPlan)


def best_of(comparison: Comparison, number: int) -> int:
    """Return the place of the run that the reference has as the best; of two that are the same the first one."""
    every, question = summaries(comparison), comparison.questions[number]
    is_held = question.measure == VALIDATION_LOSS
    ends = [every[run].validation_loss if is_held else every[run].loss for run in question.runs]
    known = [end for end in ends if end is not None and math.isfinite(end)]
    return ends.index(min(known))


def test_every_misconception_is_refuted() -> None:
    comparison = load_comparison("misconceptions")
    every = summaries(comparison)
    assert len(comparison.questions) == len(BETTER)
    for question, best in zip(comparison.questions, BETTER, strict=True):
        ends = [every[run] for run in question.runs]
        found = [end.validation_loss if question.measure == VALIDATION_LOSS else end.loss for end in ends]
        others = [value for place, value in enumerate(found) if place != best]
        # By far, so that no rounding and no program decides.
        assert all(value is not None and value > 1.5 * (found[best] or 0) for value in others), question.title
    short, long = (every[run].loss for run in comparison.questions[-1].runs)
    assert long is not None
    assert short is not None
    assert long < short / 2
    # What its text says of the training losses; and a larger η ends higher than a small one.
    assert (every[2].loss or 0) > (every[0].loss or 0)


def test_the_template_on_the_sheet_says_it_all() -> None:
    named = [name for name in bundled_names() if "compare" in open_template(name).document]
    assert named == ["lesson", "misconceptions", "resnet"]
    for name in named:
        comparison = load_comparison(name)
        assert parse_comparison(tomllib.loads(serialize_comparison(comparison)), name, "sheet") == comparison


def test_other_runs_are_not_asked_about() -> None:
    assert len(load_comparison("misconceptions", {"iters": 6}).questions) == 5
    assert load_comparison("misconceptions", {"lr": [0.1, 0.2]}).questions == ()


MISTAKES = {
    "unknown run": ("runs = ['a', 'c']", "compare.questions[1].runs: 'c' is no run of this comparison: use a, b"),
    "one run": ("runs = ['a']", "must be 2 to 3 different names of runs"),
    "twice": ("runs = ['a', 'a']", "must be 2 to 3 different names of runs"),
    "no run": ("text = 'which?'", "compare.questions[1].runs: is missing"),
    "number": ("runs = ['a', 'b']\nchoices = ['1', '2']", "choices: '1' cannot stand in a list of words"),
    "comma": ("runs = ['a', 'b']\nchoices = ['x, y', 'z']", "choices: 'x, y' cannot stand in a list of words"),
    "formula": ("runs = ['a', 'b']\nchoices = ['=x', 'z']", "choices: '=x' cannot stand in a list of words"),
    "case": ("runs = ['a', 'b']\nchoices = ['X', 'x']", "choices: two of them differ by case alone"),
    "long": (f"runs = ['a', 'b']\nchoices = ['{'x' * 200}', '{'y' * 99}']", "together they may have 253 characters"),
    "few": ("runs = ['a', 'b']\nchoices = ['x']", "choices: must have length 2, not 1"),
    "held out": ("runs = ['a', 'b']\nmeasure = 'validation_loss'", "needs samples that are held out"),
    "measure": ("runs = ['a', 'b']\nmeasure = 'accuracy'", "compare.questions[1].measure"),
    "unknown key": ("runs = ['a', 'b']\nreason = 'x'", "compare.questions[1].reason: unknown key"),
}


@pytest.mark.parametrize(("table", "message"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_in_a_question_is_named(tmp_path: Path, table: str, message: str) -> None:
    path = tmp_path / "mine.toml"
    runs = "\n[[compare.runs]]\nname = 'a'\nlr = 0.1\n[[compare.runs]]\nname = 'b'\nlr = 0.2\n"
    path.write_text(f"{open_template('seed').text}{runs}[[compare.questions]]\n{table}\n", encoding="utf-8")
    with pytest.raises(xlnet.UserError) as error:
        load_comparison(path)
    assert str(error.value).startswith(f"{path}: ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_the_lesson_agrees(tmp_path: Path) -> None:
    path = tmp_path / "lesson.xlsx"
    kept.build_comparison(load_comparison("misconceptions", {"iters": 4}), path)
    report = kept.check(path, engine="ironcalc" if ironcalc.is_available() else "libreoffice")
    assert report.agrees, report.to_text()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_sheet_agrees_and_answers_what_was_predicted(
    small: Comparison, tmp_path: Path, engine: str, language: str
) -> None:
    path, asked = tmp_path / "questions.xlsx", asked_by(small, language)
    kept.build_comparison(small, path, language=language)
    report = kept.check(path, engine=engine)
    assert report.agrees, report.to_text()
    book: Any = kept.looked_at(path)
    assert book.sheetnames[:3] == ["Compare", "Questions", "Guide"]
    assert book.active.title == "Questions"
    questions = range(len(small.questions))
    best = [best_of(small, number) for number in questions]
    assert best == [2, 1]
    right = {at(asked.guess(n)): asked.choices(n)[best[n]] for n in questions}
    wrong = {at(asked.guess(n)): asked.choices(n)[best[n] - 1] for n in questions}
    diverged = {at(asked.guess(0)): "a wild one"}
    closed, all_right, all_wrong, wild = recalculated(path, engine, right, wrong, diverged)
    words = asked.texts.sections["questions"]
    for cells, count in ((closed, 0), (all_right, 2), (all_wrong, 0), (wild, 0)):
        assert cells("Questions!B3") == words["score"].format(right=count, count=2)
        assert not (cells.grids["Questions"].kinds == ERROR).any()
    cached: Any = kept.looked_at(path, data_only=True)["Questions"]
    for number in questions:
        verdict, why = (f"Questions!B{asked.row(number) + below}" for below in (9, 10))
        name, other = asked.choices(number)[best[number]], asked.choices(number)[best[number] - 1]
        assert closed(verdict) == words["open"]
        assert str(all_right(verdict)).startswith(words["right"].split("{number}")[0].format(best=name))
        assert str(all_wrong(verdict)).startswith(words["wrong"].split("{number}")[0].format(best=name))
        assert other in str(all_wrong(verdict))
        assert is_empty(closed(why))
        assert all_wrong(why) in (small.questions[number].why, 0.0)
        # Nothing is to be seen before: no result, and of each line its first point alone.
        result = at(Cell("Questions", asked.run_row(number, best[number]), asked.result_column(number)))
        assert closed(result) == "?"
        assert isinstance(all_right(result), float)
        end = at(Cell("Questions", asked.rows(number, 0)[-1], asked.column(number, 0, X)))
        assert (closed(end), all_right(end)) == (1, 12)
    # One that diverges ends without a number, and its line at the edge of the chart.
    assert wild(f"Questions!D{asked.run_row(0, 0)}") == "–"
    assert str(wild(f"Questions!B{asked.row(0, 9)}")).endswith(words["wrong"].split("{guess}")[1].format(other="–"))
    line = [wild(at(Cell("Questions", row, asked.column(0, 0, Y)))) for row in asked.rows(0, 0)]
    assert line[0] != wild(at(asked.single(0, EDGE)))
    assert set(line[1:]) == {wild(at(asked.single(0, EDGE)))}
    for row in kept.looked_at(path)["Questions"].iter_rows():
        for cell in row:
            if cell.data_type == "f":
                value, found = cached[cell.coordinate].value, closed(f"Questions!{cell.coordinate}")
                is_same = is_empty(found) if value is None else found == value
                assert is_same or found == pytest.approx(value, rel=1e-9), cell


def test_a_damaged_formula_is_named(small: Comparison, tmp_path: Path, engine: str) -> None:
    path, asked = tmp_path / "questions.xlsx", asked_by(small)
    kept.build_comparison(small, path)
    held = asked.held_out[small.questions[1].runs[0]]
    places = [
        Cell("Questions", asked.run_row(0, 1), asked.result_column(0)),
        Cell("Questions", asked.row(1, 9), 2),
        asked.single(0, MARK),
        Cell("Questions", held.point_row(2), held.column("validation loss")),
    ]
    for place in places:
        change_cell(path, address(place.row, place.column), other_formula, part="xl/worksheets/sheet2.xml")
    report = kept.check(path, engine=engine)
    found = {f"{difference.sheet}!{difference.cell}" for difference in report.differences}
    assert found == {at(place) for place in places}, report.to_text()


def test_a_prediction_is_all_that_can_be_typed(small: Comparison, tmp_path: Path) -> None:
    path, asked = tmp_path / "questions.xlsx", asked_by(small)
    kept.build_comparison(small, path)
    sheet: Any = kept.looked_at(path)["Questions"]
    guesses = {
        address(place.row, place.column): f'"{",".join(("?", *asked.choices(n)))}"'
        for n, place in enumerate(map(asked.guess, range(2)))
    }
    free = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    covered = {address(row, column) for area in sheet.merged_cells.ranges for row, column in area.cells}
    assert sheet.protection.sheet
    assert set(guesses) <= free <= set(guesses) | covered
    assert {str(each.sqref): each.formula1 for each in sheet.data_validations.dataValidation} == guesses


def test_bundled_questions_are_translated() -> None:
    document = tomllib.loads((resources.files("xlnet.book.texts") / "zh.toml").read_text(encoding="utf-8"))
    comparison = load_comparison("misconceptions")
    said = [text for each in comparison.questions for text in (each.title, each.text, *each.choices, each.why)]
    assert list(document["template questions"]) == list(dict.fromkeys(said))
