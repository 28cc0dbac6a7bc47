"""Formulas in other words than xlnet's: those that mean the same are listed, the others are named as wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import kept
import pytest
from conftest import Build
from mutants import Mutant, write_mutant
from openpyxl import load_workbook
from openpyxl.workbook.defined_name import DefinedName
from workbook_xml import change_cell

import xlnet
from xlnet.checking.open.formula_text import citations, on_sheets, says_the_same, shape

# Each right at the point that is saved, and at one near by.
HARMFUL = (
    Mutant("only a positive weight", "Training", "B8", "", "=ABS(B7-$D$2*O7)"),
    Mutant("rounded", "Training", "H8", "", "=ROUND(B8*$A$2+C8*$B$2,11)"),
    Mutant("clamped", "Training", "J8", "", "=MAX(-1000,MIN(1000,F8*H8+G8*I8))"),
    Mutant("errors hidden", "Training", "K8", "", "=IFERROR((J8-$C$2)*(J8-$C$2)/2,0)"),
    Mutant("some errors hidden", "Training", "I8", "", "=IFERROR(D8*$A$2,0)+E8*$B$2"),
    Mutant("one iteration too few", "Dashboard", "AC5", "", "=INDEX(Training!$K$4:$K$32,$AA5)"),
    Mutant("the last iteration typed in", "Dashboard", "C6", "", "=IF(C4=30,Training!$K$33,Training!$K$32)"),
    Mutant("another cell with the same value", "Explore", "D22", "", "=D23"),
    Mutant("small numbers left out", "Proof", "F12", "", "=IF(ABS((D12-E12)/(2*C12))<1E-9,0,(D12-E12)/(2*C12))"),
    Mutant("never below 0", "Predict", "AI5", "", "=MAX(0,INDEX(Training!$E$4:$E$33,$C$5))"),
)


def test_what_is_right_by_luck_is_wrong(tmp_path: Path, engine: str) -> None:
    whole = tmp_path / "whole.xlsx"
    kept.build(xlnet.load("seed", iters=30), whole)
    own = kept.looked_at(whole)
    paths = []
    for number, mutant in enumerate(HARMFUL):
        assert own[mutant.sheet][mutant.cell].data_type == "f", mutant
        paths.append(tmp_path / f"{number}.xlsx")
        shutil.copy(whole, paths[-1])
        write_mutant(paths[-1], mutant)
    for mutant, report in zip(HARMFUL, kept.check_all(list(paths), engine), strict=True):
        places = [f"{difference.sheet}!{difference.cell}" for difference in report.differences]
        assert places == [f"{mutant.sheet}!{mutant.cell}"], mutant


def rewritten(path: Path, cell: str, formula: str) -> None:
    change_cell(path, cell, lambda _, value: f"{{start}}><f>{formula}</f><v>{value}</v></c>")


def test_another_way_to_say_the_same_is_listed(built: Build, engine: str) -> None:
    path = built("seed", iters=5)
    rewritten(path, "K6", "(J6-$C$2)^2*0.5")
    report = kept.check(path, engine=engine)
    assert report.agrees
    (entry,) = report.rewritten
    assert (entry.cell, entry.key, entry.formula) == ("Training!K6", "E", "=(J6-$C$2)^2*0.5")
    assert entry.points >= 15
    assert "1 formula was rewritten; it agrees at" in report.to_text()
    assert json.loads(report.to_json())["rewritten"][0]["cell"] == "Training!K6"
    strict = kept.check(path, engine=engine, strict=True)
    assert [(d.cell, d.problem) for d in strict.differences] == [("K6", "rewritten")]


def test_strict_decides_the_exit_status(built: Build, require: Callable[[str], str]) -> None:
    path = built("seed", iters=5)
    rewritten(path, "H6", "C6*$B$2+B6*$A$2")
    command = [sys.executable, "-m", "xlnet", "check", str(path), "--engine", require("ironcalc")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert subprocess.run([*command, "--strict"], capture_output=True, check=False).returncode == 1


def test_a_formula_that_is_filled_down_is_listed_once(built: Build, engine: str) -> None:
    path = built("seed", iters=9)
    for row in range(5, 13):
        rewritten(path, f"M{row}", f"F{row}*L{row}")
    (entry,) = kept.check(path, engine=engine).rewritten
    assert (entry.cell, entry.also_filled) == ("Training!M5", 7)


@pytest.mark.parametrize(("helper", "agrees"), [("=J6-C2", True), ("=J6-4", False), ("=C2-J6", True)])
def test_cells_of_ones_own_are_followed(built: Build, engine: str, helper: str, agrees: bool) -> None:
    path = built("seed", iters=5)
    workbook = load_workbook(path)
    workbook["Training"]["X6"] = helper
    workbook["Training"]["K6"] = "=X6*X6/2"
    workbook.save(path)
    report = kept.check(path, engine=engine)
    assert [difference.cell for difference in report.differences] == ([] if agrees else ["K6"])


def test_defined_names_stand_for_their_cells(built: Build, engine: str) -> None:
    path = built("seed", iters=5)
    workbook = load_workbook(path)
    workbook.defined_names["rate"] = DefinedName("rate", attr_text="Training!$D$2")
    workbook.defined_names["target"] = DefinedName("target", attr_text="Training!$C$2")
    workbook["Training"]["B6"] = "=B5-Rate*O5"
    workbook["Training"]["C6"] = "=C5-target*P5"
    workbook.save(path)
    report = kept.check(path, engine=engine)
    assert [(entry.cell, entry.formula) for entry in report.rewritten] == [("Training!B6", "=B5-Rate*O5")]
    assert [difference.cell for difference in report.differences] == ["C6"]


def test_the_runs_of_a_comparison(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "runs.xlsx"
    kept.build_comparison(xlnet.load_comparison("seed", lr=[0.01, 0.1], iters=6), path)
    write_mutant(path, Mutant("", "run2", "H8", "", "=C8*B$2+B8*A$2"))
    write_mutant(path, Mutant("", "run1", "H8", "", "=ABS(B8*A$2+C8*B$2)"))
    report = kept.check(path, engine=engine)
    assert [(entry.cell, entry.key) for entry in report.rewritten] == [("run2!H8", "run2:a1_1")]
    assert [(d.sheet, d.cell) for d in report.differences] == [("run1", "H8")]


@pytest.mark.parametrize(
    ("found", "own", "same"),
    [
        ("=IF( a5 > 0.0 , 1e-16, 1 )", "=IF(A5>0,1E-16,1)", True),
        ("=MAX(A5,1E-016)", "=MAX(A5,1E-16)", True),
        ("='Training'!$A$4", "=Training!$A$4", True),
        ("=IF(A5>0,TRUE(),FALSE())", "=IF(A5>0,TRUE,FALSE)", True),
        ('=IF(A5>0,"Yes","no")', '=IF(A5>0,"yes","no")', False),
        ('=IF(A5>0," = ","")', '=IF(A5>0,"=","")', False),
        ("=A$5", "=A5", False),
        ("=-A5^2", "=-(A5^2)", False),
    ],
)
def test_what_says_the_same(found: str, own: str, same: bool) -> None:
    assert says_the_same(found, own) is same


def test_references_are_taken_apart() -> None:
    found = list(citations("=INDEX('run 1'!$B$4:$D$9,A5,(C5-1)*2+1)+SUM(E:E)"))
    table = found[0].reference
    assert table is not None
    assert (table.sheet, table.rows, table.columns) == ("run 1", 6, 3)
    assert [(each.text, each.index_of == table, each.is_column) for each in found[1:3]] == [
        ("A5", True, False),
        ("C5", True, True),
    ]
    assert found[3].reference is not None
    assert found[3].reference.rows == 1_048_576


def test_references_are_led_to_other_sheets() -> None:
    moved = on_sheets(
        "=Training!$A$4+B5&\"Training!A1\"+LOG10('my runs'!C:C)", {"training": "s1", "my runs": "s2"}, "s3"
    )
    assert moved == "='s1'!$A$4+'s3'!B5&\"Training!A1\"+LOG10('s2'!C:C)"


def test_formulas_that_are_filled_down_have_one_shape() -> None:
    assert shape("=B5-$D$2*O5+LOG10(B$4)", 5) == shape("=B6-$D$2*O6+LOG10(B$4)", 6)
    assert shape("=B5-$D$2*O5", 5) != shape("=B6-$D$2*O5", 6)
