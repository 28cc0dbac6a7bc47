"""The check accepts what is right, whoever saved it, and names exactly the cell that is wrong."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import kept
import pytest
from apart import apart
from conftest import ENGINES, Build
from openpyxl import load_workbook
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter
from workbook_xml import DAMAGES, change_cell, poison, rewrite

import xlnet
from xlnet.cell import Cell
from xlnet.checking.ask.probes import _edits, probes
from xlnet.checking.open.reading import open_workbook
from xlnet.checking.report.report import Report
from xlnet.engines import libreoffice
from xlnet.engines.grid import Edit
from xlnet.model.iteration import iteration

RUNS: dict[str, tuple[str, dict[str, Any]]] = {
    "seed": ("seed", {}),
    "mazur": ("mazur", {"iters": 300}),
    "one row": ("seed", {"iters": 1}),
    "small steps": ("seed", {"lr": 0.001, "iters": 500}),
    "diverging": ("seed", {"lr": 1.0}),
    "deep": ("seed", {"layers": "2-6-5-3-1", "activation": "sigmoid", "bias": True, "iters": 50}),
    "symmetric": ("seed", {"init": "constant", "iters": 50}),
    "no biases": ("mazur", {"bias": False, "iters": 20}),
}


def wrong_cells(report: Report) -> list[str]:
    return [difference.cell for difference in report.differences]


@pytest.fixture(scope="module")
def poisoned(engines: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Report]]:
    """The reports of each engine on all runs."""
    paths = {run: tmp_path_factory.mktemp("poisoned") / "built.xlsx" for run in RUNS}
    for path, (template, overrides) in zip(paths.values(), RUNS.values(), strict=True):
        kept.build(xlnet.load(template, **overrides), path)
        poison(path)
    return by_name(engines, paths)


def by_name(engines: list[str], paths: dict[str, Path]) -> dict[str, dict[str, Report]]:
    """Return the reports of each engine on workbooks, which are read once."""
    of_engines = kept.checked_by(engines, list(paths.values()))
    return {engine: dict(zip(paths, reports, strict=True)) for engine, reports in of_engines.items()}


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("run", RUNS)
def test_agrees_over_poisoned_values(
    poisoned: dict[str, dict[str, Report]], run: str, engine_name: str, require: Callable[[str], str]
) -> None:
    report = poisoned[require(engine_name)][run]
    assert report.agrees, report.to_text()


def test_ten_thousand_iterations(plain: Build, engine: str) -> None:
    path = plain("seed", iters=10_000)
    poison(path)
    report = kept.check(path, engine=engine)
    assert report.agrees, report.to_text()
    assert report.cells == 10_000 * 20
    assert report.drift is not None
    assert report.drift < 1e-9


def test_says_where_a_run_diverges(built: Build, engine: str) -> None:
    report = kept.check(built("seed", lr=1.0), engine=engine)
    assert report.agrees
    assert report.diverged_at == 7


def columns_of(template: str) -> list[str]:
    nodes = iteration(xlnet.load(template)).nodes
    return [get_column_letter(column) for column in range(1, len(nodes) + 1)]


def is_input(column: str, row: int) -> bool:
    return row == 4 and column in "BCDEFG"


ROWS = (4, 5, 9)
NUMERIC = {"other formula", "typed over"}
Damaged = dict[tuple[str, int, str], Report]


@pytest.fixture(scope="module")
def damaged(require: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Damaged:
    """The reports on workbooks that are damaged in one cell each, with one start of the engine."""
    whole = tmp_path_factory.mktemp("damaged") / "whole.xlsx"
    kept.build(xlnet.load("seed", iters=6), whole, plain=True)
    paths: dict[tuple[str, int, str], Path] = {}
    for column, row, damage in product(columns_of("seed"), ROWS, DAMAGES):
        if not belongs_there(column, row, damage):
            paths[column, row, damage] = path = whole.with_name(f"{column}{row} {damage}.xlsx")
            shutil.copy(whole, path)
            change_cell(path, f"{column}{row}", DAMAGES[damage])
    return dict(zip(paths, kept.check_all(list(paths.values()), require("ironcalc")), strict=True))


def belongs_there(column: str, row: int, damage: str) -> bool:
    return damage == "typed over" and (is_input(column, row) or (column, row) == ("A", 4))


@pytest.mark.parametrize("row", ROWS)
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("column", columns_of("seed"))
def test_names_the_damaged_cell(damaged: Damaged, column: str, row: int, damage: str) -> None:
    if belongs_there(column, row, damage):
        pytest.skip("a typed number belongs here")
    report = damaged[column, row, damage]
    if damage == "other formula" and is_input(column, row):
        assert report.agrees, "any number may stand in an initial weight's cell"
        return
    assert wrong_cells(report) == [f"{column}{row}"], report.to_text()
    assert report.differences[0].also_wrong == 0


def test_libreoffice_names_the_damaged_cells(built: Build, tmp_path: Path, require: Callable[[str], str]) -> None:
    """All damaged workbooks with one start of LibreOffice, which takes seconds.

    What leaves a number in the cell is done to all of them at once, as none cites another.
    """
    whole = built("seed", iters=6)
    cells = ["B5", "H4", "K9", "M5", "T9"]
    sheet = kept.looked_at(whole)["Training"]
    assert len(apart({f"!{cell}": str(sheet[cell].value) for cell in cells})) == 1
    damaged: dict[Path, list[str]] = {}
    for name, damage in DAMAGES.items():
        for number, together in enumerate([cells] if name in NUMERIC else [[cell] for cell in cells]):
            path = tmp_path / f"{number}-{name}.xlsx"
            shutil.copy(whole, path)
            for cell in together:
                change_cell(path, cell, damage)
            damaged[path] = together
    for together, report in zip(damaged.values(), kept.check_all(list(damaged), require("libreoffice")), strict=True):
        assert sorted(wrong_cells(report)) == together, report.to_text()


@pytest.fixture(scope="module")
def changed(
    require: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, tuple[set[str], Report]]:
    """With each changed formula those changed in the same workbook, and its report, with one start of the engine."""
    whole = tmp_path_factory.mktemp("changed") / "whole.xlsx"
    kept.build(xlnet.load("mazur", iters=6), whole, plain=True)
    sheet = kept.looked_at(whole)["Training"]
    groups = apart(
        {f"!{column}{row}": str(sheet[f"{column}{row}"].value) for column in columns_of("mazur") for row in (5, 9)}
    )
    paths = {whole.with_name(f"{number}.xlsx"): {cell[1:] for cell in group} for number, group in enumerate(groups)}
    for path, cells in paths.items():
        shutil.copy(whole, path)
        for cell in cells:
            change_cell(path, cell, DAMAGES["other formula"])
    reports = kept.check_all(list(paths), require("ironcalc"))
    return {cell: (cells, report) for cells, report in zip(paths.values(), reports, strict=True) for cell in cells}


@pytest.mark.parametrize("column", columns_of("mazur"))
@pytest.mark.parametrize("row", [5, 9])
def test_names_the_changed_formula_of_a_larger_network(
    changed: dict[str, tuple[set[str], Report]], column: str, row: int
) -> None:
    together, report = changed[f"{column}{row}"]
    assert f"{column}{row}" in wrong_cells(report)
    assert sorted(wrong_cells(report)) == sorted(together)


def test_finds_a_wrong_formula_where_the_run_has_converged(built: Build, engine: str) -> None:
    """Every gradient of the last rows is 0: whichever one the update cites, the value is right."""
    path = built("seed", iters=3000)
    change_cell(path, "B3003", lambda f, v: f"{{start}}><f>{f.replace('O', 'P')}</f><v>{v}</v></c>" if f else "")
    assert wrong_cells(kept.check(path, engine=engine)) == ["B3003"]


def test_finds_a_wrong_input_cited_where_inputs_are_equal(built: Build, engine: str) -> None:
    path = built("seed", iters=5)
    change_cell(path, "H4", lambda _, v: f"{{start}}><f>B4*$B$2+C4*$A$2</f><v>{v}</v></c>")
    report = kept.check(path, engine=engine)
    assert wrong_cells(report) == ["H4"]
    assert report.differences[0].formula == "=B4*$B$2+C4*$A$2"


def test_counts_the_wrong_cells_of_a_column(built: Build, require: Callable[[str], str]) -> None:
    path = built("seed", iters=5)
    rewrite(path, lambda xml: re.sub(r"<f>(L\d+)\*(F\d+)</f>", r"<f>\1*\2*2</f>", xml))
    (difference,) = kept.check(path, engine=require("ironcalc")).differences
    assert (difference.cell, difference.key, difference.also_wrong) == ("M4", "d_a1_1", 4)


def test_a_harmlessly_rewritten_formula_agrees(built: Build, engine: str) -> None:
    path = built("seed", iters=5)
    change_cell(path, "H6", lambda _, v: f"{{start}}><f>C6*$B$2+B6*$A$2</f><v>{v}</v></c>")
    assert kept.check(path, engine=engine).agrees


INPUTS = [("A2", 0.7), ("B2", -2.0), ("C2", 3.0), ("D2", 0.02), ("G4", -0.5)]


@pytest.fixture(scope="module")
def with_inputs(engines: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Report]]:
    """The reports of each engine on workbooks in which one input each is another."""
    paths = {cell: tmp_path_factory.mktemp("inputs") / "built.xlsx" for cell, _ in INPUTS}
    for cell, value in INPUTS:
        kept.build(xlnet.load("seed", iters=20), paths[cell])
        change_cell(paths[cell], cell, lambda *_, number=value: f"{{start}}><v>{number}</v></c>")
    return by_name(engines, paths)


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize(("cell", "value"), INPUTS)
def test_a_changed_input_is_legal(
    with_inputs: dict[str, dict[str, Report]],
    cell: str,
    value: float,
    engine_name: str,
    require: Callable[[str], str],
) -> None:
    report = with_inputs[require(engine_name)][cell]
    assert report.agrees, f"{cell} of {value}: {report.to_text()}"


def test_an_input_without_a_number_is_named(built: Build, tmp_path: Path, engine: str) -> None:
    whole = built("seed", iters=5)
    damaged: dict[Path, str] = {}
    for cell in ("A2", "C2", "D2", "B4"):
        for damage in ("emptied", "text"):
            path = tmp_path / f"{cell}-{damage}.xlsx"
            shutil.copy(whole, path)
            change_cell(path, cell, DAMAGES[damage])
            damaged[path] = cell
    for cell, report in zip(damaged.values(), kept.check_all(list(damaged), engine), strict=True):
        assert wrong_cells(report) == [cell], report.to_text()


def test_rows_cut_off_are_missing(built: Build, engine: str) -> None:
    path = built("seed", iters=10)
    rewrite(path, lambda xml: re.sub(r'<row r="1[0-3]">.*?</row>', "", xml))
    report = kept.check(path, engine=engine)
    assert len(report.differences) == 20
    assert {d.cell[-2:] for d in report.differences} == {"10"}


def test_rows_filled_further_down_are_checked(built: Build, require: Callable[[str], str]) -> None:
    path = built("seed", iters=5)
    workbook = load_workbook(path)
    sheet = workbook["Training"]
    for column in range(1, 21):
        formula = str(sheet.cell(8, column).value)
        sheet.cell(9, column).value = formula.replace("8", "9").replace("7", "8")
    sheet["H9"] = "=B9*$A$2"
    workbook.save(path)
    report = kept.check(path, engine=require("ironcalc"))
    assert report.iterations == 6
    assert wrong_cells(report) == ["H9"]


def test_a_workbook_edited_and_saved_in_libreoffice(
    built: Build, engine: str, require: Callable[[str], str], tmp_path: Path
) -> None:
    require("libreoffice")
    path = built("mazur", iters=30)
    workbook = load_workbook(path)
    workbook["Training"]["E2"] = 0.25
    workbook["Training"]["B4"] = 0.8
    workbook.save(path)
    soffice = libreoffice.find_soffice()
    profile = (tmp_path / "profile").as_uri()
    command = [str(soffice), f"-env:UserInstallation={profile}", "--headless", "--convert-to", "xlsx", "--outdir"]
    subprocess.run([*command, str(tmp_path / "saved"), str(path)], check=True, capture_output=True, timeout=120)
    report = kept.check(tmp_path / "saved" / path.name, engine=engine)
    assert report.agrees, report.to_text()
    assert not report.rewritten


def test_a_workbook_of_shared_formulas_agrees(built: Build, engine: str) -> None:
    """Excel may save a filled-down column as one shared formula."""
    path = built("seed", iters=20)

    def share(xml: str) -> str:
        xml = re.sub(r'(<c r="H5" s="\d+">)<f>(.*?)</f>', r'\1<f t="shared" ref="H5:H23" si="0">\2</f>', xml)
        return re.sub(r'(<c r="H(?!4|5")\d+" s="\d+">)<f>.*?</f>', r'\1<f t="shared" si="0"/>', xml)

    rewrite(path, share)
    report = kept.check(path, engine=engine)
    assert report.agrees, report.to_text()


def test_report_as_json_names_engine_and_difference(built: Build, require: Callable[[str], str]) -> None:
    import json

    path = built("seed", iters=5)
    change_cell(path, "J6", DAMAGES["other formula"])
    content = json.loads(kept.check(path, engine=require("ironcalc")).to_json())
    assert content["agrees"] is False
    assert content["engine"] == "IronCalc"
    assert content["differences"][0]["cell"] == "J6"
    assert content["differences"][0]["key"] == "a2_1"


def test_the_workbook_is_left_as_it_was(built: Build, engine: str, tmp_path: Path) -> None:
    path = built("seed", iters=5)
    before = path.read_bytes()
    xlnet.check(path, engine=engine)
    assert path.read_bytes() == before
    assert not list(tmp_path.glob(".~lock*"))


# A formula with the right value for the wrong reason: the run has converged, η is tiny, a unit is saturated, x is 0.
HIDDEN: dict[str, tuple[dict[str, object], str, str]] = {
    "constant typed in": ({"iters": 200}, "B190", "=B189-0.01*O189"),
    "factor of 1 typed in": ({"iters": 60, "lr": 0.1}, "O40", "=M40*1"),
    "target typed in": ({"iters": 60, "lr": 0.1}, "L40", "=J40-4"),
    "wrong sign, tiny η": ({"iters": 5, "lr": 1e-14}, "B5", "=B4+$D$2*O4"),
    "wrong gradient, tiny η": ({"iters": 5, "lr": 1e-14}, "B6", "=B5-$D$2*P5"),
    "first row": ({"iters": 5}, "H4", "=B4*1+C4*$B$2"),
}


def test_finds_formulas_that_are_right_by_chance(tmp_path: Path, engine: str) -> None:
    paths = {name: tmp_path / f"{number}.xlsx" for number, name in enumerate(HIDDEN)}
    for path, (overrides, cell, formula) in zip(paths.values(), HIDDEN.values(), strict=True):
        kept.build(xlnet.load("seed", **overrides), path)
        change_cell(path, cell, lambda _, v, new=formula: f"{{start}}><f>{new[1:]}</f><v>{v}</v></c>")  # type: ignore[misc]
    for name, report in zip(paths, kept.check_all(list(paths.values()), engine), strict=True):
        assert wrong_cells(report) == [HIDDEN[name][1]], name


def test_finds_a_wrong_formula_of_a_saturated_unit(tmp_path: Path, built: Build, engine: str) -> None:
    template = tmp_path / "saturated.toml"
    template.write_text(
        "[network]\ninputs = 2\n[[network.layers]]\nunits = 2\nactivation = 'sigmoid'\nbias = false\n"
        "weights = [[50, 60], [70, 80]]\n[[network.layers]]\nunits = 1\nbias = false\nweights = [[1, 2]]\n"
        "[data]\nx = [[1, 1]]\nt = [[4]]\n[training]\niters = 5\n",
        encoding="utf-8",
    )
    path = built(template)
    cell = next(c.coordinate for c in kept.looked_at(path)["Training"][4] if str(c.value).endswith("*(1-J4)"))
    change_cell(path, cell, lambda f, v: f"{{start}}><f>{f}*2</f><v>{v}</v></c>")
    assert wrong_cells(kept.check(path, engine=engine)) == [cell]


def test_cells_edited_in_a_library_are_named_alone(built: Build, tmp_path: Path, engine: str) -> None:
    whole = built("seed", iters=8)
    edited: dict[Path, str] = {}
    for cell in ("D2", "B4", "H5"):
        for number, value in enumerate((None, "0.01", True)):
            workbook = load_workbook(whole)
            workbook["Training"][cell].value = value
            path = tmp_path / f"{cell}-{number}.xlsx"
            workbook.save(path)
            edited[path] = cell
    for cell, report in zip(edited.values(), kept.check_all(list(edited), engine), strict=True):
        assert wrong_cells(report) == [cell], report.to_text()


def test_a_text_is_not_blamed_on_what_carries_it_down(built: Build, engine: str) -> None:
    path = built("mazur", iters=9)
    change_cell(path, "F6", DAMAGES["text"])
    report = kept.check(path, engine=engine)
    assert wrong_cells(report) == ["F6"]
    assert report.differences[0].also_wrong == 0


def test_a_wrong_cell_that_moves_a_divergence_is_blamed_alone(built: Build, engine: str) -> None:
    path = built("seed", lr=0.5, iters=60)
    change_cell(path, "J4", lambda _, v: f"{{start}}><f>E4*H4+G4*I4</f><v>{v}</v></c>")
    assert wrong_cells(kept.check(path, engine=engine)) == ["J4"]


def test_a_note_below_the_table_is_no_iteration(built: Build, engine: str) -> None:
    path = built("seed", iters=5)
    workbook = load_workbook(path)
    workbook["Training"]["A9"] = "=MIN(K4:K8)"
    workbook["Training"]["C10"] = "a note"
    workbook.save(path)
    assert kept.check(path, engine=engine).agrees


def test_small_differences_of_large_numbers_are_rounding(tmp_path: Path, built: Build, engine: str) -> None:
    template = tmp_path / "large.toml"
    template.write_text(
        "[network]\ninputs = 1\n[[network.layers]]\nunits = 1\nbias = false\nweights = [[1]]\n"
        "[data]\nx = [[1]]\nt = [[987654.321]]\n[training]\niters = 3000\n[training.optimizer]\nlr = 0.03\n",
        encoding="utf-8",
    )
    assert kept.check(built(template), engine=engine).agrees


def test_what_a_saturated_tanh_lets_through_is_rounding(tmp_path: Path, built: Build, engine: str) -> None:
    template = tmp_path / "saturated.toml"
    template.write_text(
        "[network]\ninputs = 2\n[[network.layers]]\nunits = 2\nactivation = 'tanh'\n"
        "weights = [[0.01, 0.02], [0.03, -0.01]]\n[[network.layers]]\nunits = 1\nweights = [[0.001, 0.002]]\n"
        "[data]\nx = [[0.1, 0.2], [0.3, 0.5]]\nt = [[250000], [310000]]\n[training]\niters = 10\n"
        "[training.optimizer]\nlr = 1e-4\n",
        encoding="utf-8",
    )
    assert kept.check(built(template), engine=engine).agrees


@pytest.mark.parametrize("row", [5, 250])
def test_a_shared_formula_is_not_taken_for_ours_where_the_one_it_is_filled_from_is_not(
    tmp_path: Path, require: Callable[[str], str], row: int
) -> None:
    """The cells below look the same, whatever stands in the first one: of a later row that begins to share, too."""
    path = tmp_path / "shared.xlsx"
    xlnet.build(xlnet.load("seed", iters=400), path, small=True, plain=True)
    column = "H"

    def changed(xml: str) -> str:
        found = re.search(rf'<c r="{column}5"[^>]*><f t="shared" ref="[^"]*" si="(\d+)">([^<]*)</f>', xml)
        assert found is not None
        number, formula = found[1], found[2]
        moved = Translator(f"={formula}", f"{column}5").translate_formula(f"{column}{row}").removeprefix("=")
        shared = f'<f t="shared" ref="{column}{row}:{column}403" si="{number}">1*({moved})</f>'
        return re.sub(rf'(<c r="{column}{row}"[^>]*>)<f [^>]*?(?:/>|>[^<]*</f>)', rf"\g<1>{shared}", xml)

    rewrite(path, changed)
    report = kept.check(path, engine=require("ironcalc"))
    assert report.agrees, report.to_text()
    found = {entry.cell: entry.also_filled for entry in report.rewritten}
    assert found == {f"Training!{column}{row}": 403 - row}


def test_every_input_is_moved_once(plain: Build, tmp_path: Path) -> None:
    """Cells that stand together are typed together."""
    (folder := tmp_path / "copy").mkdir()
    (opened,) = open_workbook(plain("iris", iters=3), folder, {})
    edits = probes(opened)[1].point.edits
    typed = [
        Cell(edit.sheet, edit.row + down, edit.column + along)
        for edit in edits
        for down, values in enumerate(edit.values)
        for along, _ in enumerate(values)
    ]
    assert sorted(typed) == sorted(opened.inputs)
    assert len(edits) < 20 < len(typed)
    same = _edits({Cell("Data", row, column): 10.0 * row + column for row in (2, 3, 4) for column in (1, 2)})
    assert same == (Edit("Data", 2, 1, ((21.0, 22.0), (31.0, 32.0), (41.0, 42.0))),)
