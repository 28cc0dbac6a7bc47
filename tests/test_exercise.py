"""An exercise marks itself: every number by hand, every slip by its words; and xlnet mark marks those of a class."""

from __future__ import annotations

import csv
import re
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import kept
import numpy as np
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from recalculated import recalculated

import xlnet
from xlnet.book.sheets.exercise.plan import ExercisePlan
from xlnet.book.sheets.exercise.sources import plan_of
from xlnet.book.texts import LANGUAGES, load
from xlnet.cli import cli
from xlnet.errors import UserError
from xlnet.exercise.making import make
from xlnet.exercise.slips import SLIPS
from xlnet.exercise_builder import build_class, build_exercise
from xlnet.render.excel import cell
from xlnet.spec import Spec
from xlnet.xlsx.package import sheet_part

Numbers = dict[str, float]


def by_hand(spec: Spec) -> Numbers:
    """Return an iteration of two layers of sigmoid or identity units, and the new weights, worked out in numpy."""
    is_sigmoid = spec.layers[0].activation == "sigmoid"

    def f(z: Any) -> Any:
        return 1 / (1 + np.exp(-z)) if is_sigmoid else z

    def slope(a: Any) -> Any:
        return a * (1 - a) if is_sigmoid else 1.0

    (x,), (t,) = np.array(spec.data.x), np.array(spec.data.t)
    w1, w2 = (np.array(layer.weights) for layer in spec.layers)
    b1, b2 = (np.array(layer.biases or np.zeros(layer.units)) for layer in spec.layers)
    z1 = w1 @ x + b1
    a1 = f(z1)
    z2 = w2 @ a1 + b2
    a2 = f(z2)
    d_a2 = a2 - t
    d_z2 = d_a2 * slope(a2)
    d_a1 = w2.T @ d_z2
    d_z1 = d_a1 * slope(a1)
    d_w1, d_w2 = np.outer(d_z1, x), np.outer(d_z2, a1)
    eta = spec.training.optimizer.lr
    arrays = {"x": x, "t": t, "w1": w1, "w2": w2, "b1": b1, "b2": b2, "z1": z1, "a1": a1, "z2": z2, "a2": a2}
    arrays |= {"d_a2": d_a2, "d_z2": d_z2, "d_a1": d_a1, "d_z1": d_z1, "d_w1": d_w1, "d_w2": d_w2}
    arrays |= {"next_w1": w1 - eta * d_w1, "next_w2": w2 - eta * d_w2}
    found = {
        "_".join((name, *(str(index + 1) for index in place))): float(array[place])
        for name, array in arrays.items()
        for place in np.ndindex(array.shape)
    }
    return found | {"E": float(((a2 - t) ** 2).sum() / 2), "eta": eta}


# What a student may have computed, by hand: blank, slip, the symbol that its words name, and the number.
SLIPS_BY_HAND: list[tuple[str, str, str, Callable[[Numbers], float]]] = [
    ("z1_1", "sign", "", lambda n: -n["z1_1"]),
    ("z1_1", "no bias", "b₁", lambda n: n["z1_1"] - n["b1_1"]),
    ("z1_2", "transposed", "", lambda n: n["w1_1_2"] * n["x_1"] + n["w1_2_2"] * n["x_2"] + n["b1_2"]),
    ("z1_1", "added", "", lambda n: n["w1_1_1"] + n["x_1"] + n["w1_1_2"] + n["x_2"] + n["b1_1"]),
    ("a1_1", "no activation", "", lambda n: n["z1_1"]),
    ("a1_2", "sign of exponent", "", lambda n: 1 / (1 + np.exp(n["z1_2"]))),
    ("a1_1", "neighbour", "h₂", lambda n: n["a1_2"]),
    ("E", "no square", "", lambda n: (n["a2_1"] - n["t_1"] + n["a2_2"] - n["t_2"]) / 2),
    ("E", "two", "", lambda n: 2 * n["E"]),
    ("d_a2_1", "turned", "", lambda n: n["t_1"] - n["a2_1"]),
    ("d_a2_2", "two", "", lambda n: 2 * (n["a2_2"] - n["t_2"])),
    ("d_z2_1", "no slope", "y₁·(1 − y₁)", lambda n: n["d_a2_1"]),
    ("d_z1_2", "other slope", "z₂·(1 − z₂)", lambda n: n["d_a1_2"] * n["z1_2"] * (1 - n["z1_2"])),
    ("d_a1_1", "new weight", "", lambda n: n["d_z2_1"] * n["next_w2_1_1"] + n["d_z2_2"] * n["next_w2_2_1"]),
    ("d_a1_2", "missing term", "∂E/∂z⁽²⁾₂·w⁽²⁾₂₂", lambda n: n["d_z2_1"] * n["w2_1_2"]),
    ("d_w1_2_1", "no factor", "x₁", lambda n: n["d_z1_2"]),
    ("d_w2_1_2", "rate too", "", lambda n: n["eta"] * n["d_w2_1_2"]),
    ("next_w1_1_1", "uphill", "", lambda n: n["w1_1_1"] + n["eta"] * n["d_w1_1_1"]),
    ("next_w1_1_2", "no rate", "", lambda n: n["w1_1_2"] - n["d_w1_1_2"]),
    ("next_w2_1_1", "step alone", "", lambda n: n["eta"] * n["d_w2_1_1"]),
    ("next_w2_2_1", "not moved", "", lambda n: n["w2_2_1"]),
]


def address(plan: ExercisePlan, key: str, *, of_mark: bool = False) -> str:
    place = (plan.face.marks if of_mark else plan.face.values)[key]
    return f"{place.sheet}!{cell(place.row, place.column)}"


def score(plan: ExercisePlan) -> str:
    return f"{plan.face.score.sheet}!{cell(plan.face.score.row, plan.face.score.column)}"


def filled(plan: ExercisePlan, numbers: Mapping[str, float]) -> dict[str, float | str]:
    return {address(plan, key): round(numbers[key], plan.exercise.decimals) for key in plan.by_key}


def words(plan: ExercisePlan, slip: str, symbol: str) -> str:
    return plan.words.get("slip") + plan.model.texts.get("slips", slip).format(symbol=symbol)


@pytest.fixture(scope="module")
def mazur(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ExercisePlan, Numbers]:
    """An exercise of all that there is, with numbers that keep slips apart."""
    exercise = make(xlnet.load("mazur"), share=1.0, seed=11)
    path = tmp_path_factory.mktemp("exercise") / "mazur.xlsx"
    build_exercise(exercise, path)
    return path, plan_of(exercise), by_hand(exercise.spec)


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small exercise of all that there is."""
    path = tmp_path_factory.mktemp("exercise") / "seed.xlsx"
    build_exercise(make(xlnet.load("seed"), share=1.0, seed=3), path)
    return path


def test_what_is_right_and_every_slip_is_said_so(mazur: tuple[Path, ExercisePlan, Numbers], engine: str) -> None:
    path, plan, numbers = mazur
    right = filled(plan, numbers)
    points: list[dict[str, float | str]] = [dict(right)]
    for key, _, _, wrong in SLIPS_BY_HAND:
        points.append({address(plan, key): round(float(wrong(numbers)), 6)})
    blank, full, *others = recalculated(path, engine, *points)
    assert blank(score(plan)) == "0 of 33"
    assert full(score(plan)) == "33 of 33"
    assert {full(address(plan, key, of_mark=True)) for key in plan.by_key} == {"✓ right"}
    # LibreOffice hands back an empty text as a blank.
    assert not any(isinstance(said := blank(address(plan, key, of_mark=True)), str) and said for key in plan.by_key)
    for (key, slip, symbol, _), point in zip(SLIPS_BY_HAND, others, strict=True):
        assert point(address(plan, key, of_mark=True)) == words(plan, slip, symbol), (key, slip)
        assert point(score(plan)) == "0 of 33"


def test_an_error_is_carried_on_and_rounding_is_not_one(
    mazur: tuple[Path, ExercisePlan, Numbers], require: Callable[[str], str]
) -> None:
    path, plan, numbers = mazur
    h1 = 0.7
    w, b = [numbers[f"w2_1_{source}"] for source in (1, 2)], numbers["b2_1"]
    carried = w[0] * h1 + w[1] * numbers["a1_2"] + b
    wrong = {address(plan, "a1_1"): h1, address(plan, "z2_1"): carried}
    # Whoever rounds at every step is right: what follows from rounded numbers may be further off than they are.
    coarse = {address(plan, key): numbers[key] * 1.0045 for key in ("d_z2_1", "a1_1")}
    coarse[address(plan, "d_w2_1_1")] = numbers["d_w2_1_1"] * 1.0045**2
    text = {address(plan, "z1_1"): "0,5", address(plan, "z1_2"): "about 1"}
    point, rounded, odd = recalculated(path, require("ironcalc"), wrong, coarse, text)[1:]
    assert point(address(plan, "z2_1", of_mark=True)) == "→ follows from your h₁"
    assert point(score(plan)) == "0 of 33"
    assert rounded(score(plan)) == "3 of 33"
    assert odd(address(plan, "z1_1", of_mark=True)) == odd(address(plan, "z1_2", of_mark=True)) == "? type a number"


def test_what_is_carried_on_is_marked_and_checked_so(
    mazur: tuple[Path, ExercisePlan, Numbers], tmp_path: Path, require: Callable[[str], str]
) -> None:
    path, plan, numbers = mazur
    shutil.copy(path, tmp_path / "mazur.xlsx")
    own = {"a1_1": 0.7, "a1_2": numbers["a1_2"] * 1.004}
    for unit in (1, 2):
        sums = (numbers[f"w2_{unit}_{source}"] * own[f"a1_{source}"] for source in (1, 2))
        own[f"z2_{unit}"] = sum(sums) + numbers[f"b2_{unit}"]
    fill_in(tmp_path / "mazur.xlsx", "Ann", own, plan)
    returned = xlnet.mark(tmp_path / "mazur.xlsx")
    assert (returned.student, returned.right) == ("Ann", 1)
    assert {"a1_1: wrong", "z2_1: carried", "z2_2: carried"} <= set(returned.problems)
    assert xlnet.mark(tmp_path / "mazur.xlsx", tolerance=0.001, decimals=9).right == 0
    report = kept.check(tmp_path / "mazur.xlsx", require("ironcalc"))
    assert report.agrees, report.to_text()


def test_two_slips_that_give_the_same_are_both_named(tmp_path: Path, require: Callable[[str], str]) -> None:
    """With y − t = 2 its square halved is 2, and without the square or halved once more it is 1."""
    weights = {"network.layers[1].weights": [[1, 1], [1, 1]], "network.layers[2].weights": [[1, 1]]}
    exercise = make(xlnet.load("seed", **weights, **{"data.t": [[2]]}), practised=["forward"], share=1.0)
    path, plan = tmp_path / "seed.xlsx", plan_of(exercise)
    build_exercise(exercise, path)
    (_, point) = recalculated(path, require("ironcalc"), {address(plan, "E"): 1.0})
    assert point(address(plan, "E", of_mark=True)) == "✗ the square forgotten? / a factor of 2 or ½?"


@pytest.mark.parametrize(
    ("template", "share", "language"), [("xor", 0.15, "en"), ("byhand", 0.5, "zh"), ("edge", 0.2, "en")]
)
def test_exercises_are_checked_with_their_marking(
    tmp_path: Path, require: Callable[[str], str], template: str, share: float, language: str
) -> None:
    exercise = make(xlnet.load(template), share=share, seed=2)
    build_exercise(exercise, tmp_path / "exercise.xlsx", language=language)
    build_exercise(replace(exercise, is_handout=True), tmp_path / "handout.xlsx", language=language)
    for report in kept.check_all([tmp_path / "exercise.xlsx", tmp_path / "handout.xlsx"], require("ironcalc")):
        assert report.agrees, report.to_text()


@pytest.mark.parametrize(
    ("sheet", "found", "other"),
    [
        ("Answers", "B4*$A$2+C4*$B$2", "B4*$A$2+C4*$A$2"),
        ("Marking", "✓ right", "✓ fine"),
        ("Marking", "0.500001*10^-", "0.6*10^-"),
        ("Marking", "IFERROR(-(", "IFERROR((1+"),
        ("Marking", "IF($G$3=1", "IF($G$3=2"),
        ("Exercise", "Answers!$A$2", "Answers!$B$2"),
    ],
)
def test_a_changed_formula_is_a_difference(
    seed: Path, tmp_path: Path, require: Callable[[str], str], sheet: str, found: str, other: str
) -> None:
    path = tmp_path / "seed.xlsx"
    shutil.copy(seed, path)
    with zipfile.ZipFile(path) as package:
        part = sheet_part(package, sheet)
        parts = {name: package.read(name) for name in package.namelist()}
    text = parts[part].decode()
    changed = next(formula for formula in re.findall(r"<f>[^<]*</f>", text) if found in formula)
    parts[part] = text.replace(changed, changed.replace(found, other, 1), 1).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    assert not kept.check(path, require("ironcalc")).agrees


def test_every_slip_has_its_words_and_is_made_somewhere() -> None:
    made = set()
    for template in ("mazur", "xor", "byhand"):
        plan = plan_of(make(xlnet.load(template), share=1.0))
        made |= {alternative.slip for blank in plan.blanks for alternative in blank.alternatives}
    names = [slip.name for slip in SLIPS]
    assert made == set(names)
    for language in LANGUAGES:
        assert sorted(load(language).sections["slips"]) == sorted(names)


def test_students_have_other_numbers_and_the_same_seed_the_same_file(tmp_path: Path) -> None:
    spec = xlnet.load("mazur")
    one, other, again = (make(spec, seed=5, student=number) for number in (1, 2, 1))
    assert one == again
    assert one.spec.data != other.spec.data
    assert one.blanks != other.blanks
    weights = np.array([layer.weights for layer in one.spec.layers])
    assert np.allclose(weights * 10, np.round(weights * 10))
    for number in (1, 2):
        build_exercise(one, tmp_path / f"{number}.xlsx")
    assert (tmp_path / "1.xlsx").read_bytes() == (tmp_path / "2.xlsx").read_bytes()


def test_only_boxes_and_the_name_are_open(mazur: tuple[Path, ExercisePlan, Numbers]) -> None:
    path, plan, _ = mazur
    workbook = kept.looked_at(path)
    assert [sheet.title for sheet in workbook if sheet.sheet_state == "visible"] == ["Exercise"]
    boxes = {cell(place.row, place.column) for place in (*plan.boxes, plan.face.name)}
    sheet = workbook["Exercise"]
    assert sheet.protection.sheet
    assert {each.coordinate for row in sheet.iter_rows() for each in row if not each.protection.locked} == boxes
    formulas = [str(each.value) for row in sheet.iter_rows() for each in row if str(each.value).startswith("=")]
    # No true value of a blank stands on the student's sheet.
    answers = {cell(plan.answer(key).row, plan.answer(key).column) for key in plan.by_key}
    assert not any(f.replace("$", "") in {f"=Answers!{each}" for each in answers} for f in formulas)


def fill_in(path: Path, student: str, numbers: Mapping[str, float], plan: ExercisePlan) -> None:
    """Fill an exercise in by its XML, which is quicker than any program."""
    with zipfile.ZipFile(path) as package:
        part = sheet_part(package, "Exercise")
        parts = {name: package.read(name) for name in package.namelist()}
    text = parts[part].decode()
    name = plan.face.name
    typed = {cell(name.row, name.column): f't="inlineStr"><is><t>{student}</t></is>'}
    for key, number in numbers.items():
        typed[cell(plan.face.values[key].row, plan.face.values[key].column)] = f"><v>{number!r}</v>"
    for place, content in typed.items():
        text, count = re.subn(rf'(<c r="{place}" s="\d+")/>', rf"\1 {content}</c>", text)
        assert count == 1
    parts[part] = text.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as package:
        for other, written in parts.items():
            package.writestr(other, written)


def fill(path: Path, student: str, numbers: Mapping[str, object], plan: ExercisePlan) -> None:
    """Fill an exercise in by another program, which keeps no values beside formulas."""
    workbook = load_workbook(path)
    sheet = workbook["Exercise"]
    sheet.cell(plan.face.name.row, plan.face.name.column).value = student
    for key, number in numbers.items():
        sheet.cell(plan.face.values[key].row, plan.face.values[key].column).value = number  # type: ignore[assignment]
    workbook.save(path)


def mark(folder: Path, *arguments: str) -> tuple[list[dict[str, str]], str, int]:
    """Return what xlnet mark prints, as rows, what it says beside, and its status."""
    result = CliRunner().invoke(cli, ["mark", str(folder), *arguments], standalone_mode=False)
    if isinstance(result.exception, UserError):
        return [], str(result.exception), 2
    assert result.exception is None, result.exception
    return list(csv.DictReader(result.stdout.splitlines())), result.stderr, result.return_value


def test_a_class_is_marked(tmp_path: Path) -> None:
    spec, count = xlnet.load("seed"), 30
    exercises = [make(spec, seed=1, student=number, share=0.3) for number in range(1, count + 1)]
    folder = tmp_path / "class"
    build_class(exercises, count, folder)
    expected = []
    for number, exercise in enumerate(exercises, 1):
        plan, numbers = plan_of(exercise), by_hand(exercise.spec)
        own = {key: round(numbers[key], exercise.decimals) for key in exercise.blanks}
        (of_new,) = [key for key in exercise.blanks if key.startswith("next_")][:1]
        weight = numbers[of_new.removeprefix("next_")]
        if number % 3 == 0:
            own[of_new] = round(2 * weight - numbers[of_new], exercise.decimals)
        problems = f"{of_new}: uphill" if number % 3 == 0 else ""
        fill_in(folder / f"student-{number:02}.xlsx", f"Ann {number}", own, plan)
        right = len(own) - bool(problems)
        expected.append((f"Ann {number}", f"student-{number:02}.xlsx", str(right), str(len(own)), problems))
    rows, said, status = mark(folder)
    found = [(row["student"], row["file"], row["right"], row["blanks"], row["slips"]) for row in rows]
    assert found == expected
    assert (said, status) == ("", 0)
    assert rows[2]["score"] == f"{int(rows[2]['right']) / int(rows[2]['blanks']):.3f}"
    key = kept.looked_at(folder / "answers.xlsx")["Answer key"]
    every: list[Any] = list(key.iter_rows(min_row=2, values_only=True))
    values = {(row[0], row[2]): row[4] for row in every}
    numbers = by_hand(exercises[6].spec)
    own = {str(blank): value for (student, blank), value in values.items() if student == 7}
    assert own == pytest.approx({blank: numbers[blank] for blank in exercises[6].blanks})


def test_odd_files_are_named_and_the_others_marked(tmp_path: Path) -> None:
    exercise = make(xlnet.load("mazur"), share=1.0)
    plan, numbers = plan_of(exercise), by_hand(exercise.spec)
    build_exercise(exercise, tmp_path / "c.xlsx")
    comma = f"{numbers['z1_1']:.5f}".replace(".", ",")
    fill(tmp_path / "c.xlsx", "'=1+1", {"z1_1": comma, "z1_2": "one", "a1_1": 0.7}, plan)
    build_exercise(exercise, tmp_path / "nobody.xlsx")
    (tmp_path / "a.xlsx").write_bytes(b"no workbook")
    xlnet.build(xlnet.load("seed", iters=2), tmp_path / "b.xlsx", plain=True)
    workbook = load_workbook(tmp_path / "c.xlsx")
    del workbook["Answers"]
    workbook.save(tmp_path / "d.xlsx")
    shutil.copy(tmp_path / "nobody.xlsx", tmp_path / "~$nobody.xlsx")
    build_exercise(replace(exercise, is_handout=True), tmp_path / "e.xlsx")
    rows, said, status = mark(tmp_path)
    assert status == 2
    assert [line.split(": ")[1].rpartition("/")[2] for line in said.splitlines()] == [
        "a.xlsx",
        "b.xlsx",
        "d.xlsx",
        "e.xlsx",
    ]
    assert "sheet Answers is missing" in said
    assert [(row["student"], row["file"], row["right"]) for row in rows] == [
        ("'=1+1", "c.xlsx", "1"),
        ("nobody", "nobody.xlsx", "0"),
    ]
    assert rows[0]["slips"].startswith("z1_2: no number; a1_1: wrong; a1_2: empty; ")


def test_given_numbers_are_those_of_the_cells(tmp_path: Path) -> None:
    """A teacher may give another η, and another tolerance; a mark says that it is so."""
    exercise = make(xlnet.load("mazur"), practised=["update"], share=1.0)
    plan = plan_of(exercise)
    path = tmp_path / "mazur.xlsx"
    build_exercise(exercise, path)
    workbook = load_workbook(path)
    place = plan.answer("eta")
    workbook["Answers"].cell(place.row, place.column).value = 5.0
    workbook.save(path)
    numbers = by_hand(exercise.spec)
    new = {f"next_{key}": numbers[key] - 5 * numbers[f"d_{key}"] for key in numbers if re.fullmatch(r"w\d_\d_\d", key)}
    fill(path, "Bo", new, plan)
    rows, said, status = mark(tmp_path)
    assert (rows[0]["right"], rows[0]["blanks"], status) == ("8", "8", 0)
    assert "its given numbers are not those that it was built with" in said
    rows, _, _ = mark(tmp_path, "--decimals", "0")
    assert rows[0]["right"] == "8"


def test_nobody_fills_in_thousands_of_boxes() -> None:
    spec = xlnet.load("iris", layers="4-60-3", batch=1)
    with pytest.raises(UserError, match=r"--share: 2,186 blanks, .* at most 1,000: --share 0\.457 would fit"):
        make(spec, share=1.0)
    assert 990 <= len(make(spec, share=0.457).blanks) <= 1000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["seed", "--blank", "sideways"], "--blank: must be one of forward, backward, update, not 'sideways'"),
        (["seed", "--share", "0"], "--share: must be above 0 and at most 1, not 0"),
        (["seed", "--students", "0"], "--students: must be from 1 to 1,000, not 0"),
        (["seed", "--students", "2", "-o", "x.xlsx"], "x.xlsx: --students writes a folder of workbooks"),
        (["seed", "-o", "x.pdf"], "x.pdf: the name of a workbook must end in .xlsx"),
    ],
)
def test_what_cannot_be_asked_for_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["exercise", *arguments], standalone_mode=False)
    assert message in str(getattr(result.exception, "message", result.exception))
    assert list(tmp_path.iterdir()) == []


def test_no_english_word_is_left_in_another_language(tmp_path: Path) -> None:
    exercise = make(xlnet.load("mazur"), seed=1)
    build_exercise(exercise, tmp_path / "boxes.xlsx", language="zh")
    build_exercise(replace(exercise, is_handout=True), tmp_path / "paper.xlsx", language="zh")
    build_class([replace(exercise, student=1)], 1, tmp_path / "class", language="zh")
    found: set[str] = set()
    for name, sheets in (
        ("boxes", ["Exercise", "Marking", "Answers"]),
        ("paper", ["Handout"]),
        ("class/answers", ["Answer key"]),
    ):
        workbook = kept.looked_at(tmp_path / f"{name}.xlsx", data_only=True)
        texts = (str(each.value) for sheet in sheets for row in workbook[sheet].iter_rows() for each in row)
        found |= {word for text in texts for word in re.findall(r"[A-Za-z]{4,}", text)}
    # Keys, names of files, and blank cells.
    assert found <= {"next", "student", "xlsx", "None", "Mazur", "Matt"}
