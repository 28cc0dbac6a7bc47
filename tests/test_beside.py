"""The sheets beside Training: their values are those that are calculated, and no damage to them passes the check."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import kept
import pytest
from apart import apart
from conftest import ENGINES, Build
from recalculated import Cells, checked_and_recalculated, parts, recalculated_together
from workbook_xml import cached_values, change_cell, other_formula, poison, rewrite, sheet_names, typed_over

import xlnet
from xlnet.book.beside import BESIDE
from xlnet.book.model import model_of
from xlnet.checking.report.report import Report
from xlnet.engines.workers.handover import ERROR
from xlnet.render.excel import cell as cell_of

Damage = Callable[[str | None, str], str]
DAMAGED = 10
ROUNDING = 1e-14
PARTS = {"Start": 2, "Dashboard": 3, "Explore": 4, "Proof": 5, "Predict": 6, "Guide": 7}

CASES: dict[str, tuple[str, dict[str, object]]] = {
    "one iteration": ("seed", {"iters": 1}),
    "two iterations": ("seed", {"iters": 2}),
    "all points": ("mazur", {"iters": 200}),
    "thinned": ("mazur", {"iters": 1234}),
    "more weights than lines": ("seed", {"iters": 30, "layers": "2-6-1", "seed": 1}),
    "too large to be drawn": ("circle", {"iters": 10, "layers": "2-12-1", "seed": 1}),
    "mini-batches": ("iris", {"iters": 20}),
    "full batch": ("xor", {"iters": 40}),
    "online": ("xor", {"iters": 20, "batch": 1}),
    "momentum": ("valley_nesterov", {"iters": 10}),
    "an optimiser with state": ("regression", {"iters": 10, "optimizer": "adamw"}),
    "kinks": ("byhand", {"iters": 10}),
    "targets standardised": ("regression", {"iters": 10, "standardize_targets": True}),
    "two classes with names": ("xor", {"iters": 10, "data.class_names": ["equal", "different"]}),
    "diverging": ("seed", {"iters": 50, "lr": 1.0}),
    "held out": ("iris", {"iters": 12, "validation": 0.1}),
}


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The workbooks of all cases."""
    folder = tmp_path_factory.mktemp("workbooks")
    built = {case: folder / f"{number}.xlsx" for number, case in enumerate(CASES)}
    for path, (template, overrides) in zip(built.values(), CASES.values(), strict=True):
        kept.build(xlnet.load(template, **overrides), path)
    return built


@pytest.fixture(scope="module")
def calculated(engines: list[str], paths: dict[str, Path]) -> dict[str, dict[str, tuple[Report, Cells]]]:
    """The reports of each engine on the workbooks of all cases, and the cells of which they tell."""
    every = checked_and_recalculated(engines, list(paths.values()))
    return {engine: dict(zip(paths, found, strict=True)) for engine, found in every.items()}


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("case", CASES)
def test_the_values_in_the_file_are_those_that_are_calculated(
    paths: dict[str, Path],
    calculated: dict[str, dict[str, tuple[Report, Cells]]],
    case: str,
    engine_name: str,
    require: Callable[[str], str],
) -> None:
    path, (_, cells) = paths[case], calculated[require(engine_name)][case]
    for sheet in (*PARTS, *({"Validation"} & set(sheet_names(path)))):
        grid = cells.grids[sheet]
        # The difference of two losses has the noise of both.
        near = 1e-6 if sheet == "Proof" else 1e-9
        cached = cached_values(path, sheet)
        for coordinate, (kind, text) in cached.items():
            where = f"{sheet}!{coordinate}"
            _, column, row = parts(where)
            if kind is None:
                value = float(text)
                assert abs(float(grid.values[row - 1, column - 1]) - value) <= near * max(1.0, abs(value)), where
            elif kind == "e":
                assert grid.kinds[row - 1, column - 1] == ERROR, where
            else:
                assert kind == "str", where
                found = grid.texts.get((row, column), "")
                assert readable(found) == readable(text), where
        assert len(cached) > 10 or sheet == "Guide"


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("case", CASES)
def test_every_case_agrees_with_numpy(
    calculated: dict[str, dict[str, tuple[Report, Cells]]], case: str, engine_name: str, require: Callable[[str], str]
) -> None:
    report, _ = calculated[require(engine_name)][case]
    assert report.agrees, report.to_text()
    assert {sheet.lower() for sheet in PARTS} <= {group.group for group in report.groups}


def readable(text: str) -> str:
    """Return a text with its numbers as Python writes them: engines differ in where a power of ten begins.

    What is left of numbers near 1 that cancel, as of a bias's gradient where targets are standardised, is rounding.
    """

    def written(number: re.Match[str]) -> str:
        value = float(number[0])
        return f"{0.0 if value < ROUNDING else value:g}"

    return re.sub(r"\d+(\.\d+)?(e-?\d+)?", written, text, flags=re.IGNORECASE)


@pytest.mark.parametrize("template", ["seed", "xor"])
def test_every_value_is_calculated_anew(built: Build, engine: str, template: str) -> None:
    path = built(template, iters=20)
    poison(path)
    for number in PARTS.values():
        # Texts too.
        rewrite(
            path,
            lambda xml: re.sub(r'(<c r="[^"]*"[^>]*>)(<f[^>]*>[^<]*</f>)<v>[^<]*</v>', r"\1\2<v>777.125</v>", xml),
            f"xl/worksheets/sheet{number}.xml",
        )
    report = kept.check(path, engine=engine)
    assert report.agrees, report.to_text()
    # Formulas that fill an array are told from others, too.
    assert report.rewritten == ()


def longer(formula: str | None, value: str) -> str:
    """A formula that makes a text, changed."""
    return f'{{start}} t="str"><f>({formula})&amp;"!"</f><v>{value}</v></c>'


@pytest.mark.parametrize("template", ["seed", "xor", "edge"])
def test_damage_is_named(built: Build, tmp_path: Path, require: Callable[[str], str], template: str) -> None:
    """In cells all over each sheet: those of which none cites another are damaged together, and they are named."""
    engine = require("ironcalc")
    whole = built(template, iters=20)
    cached, formulas = kept.looked_at(whole, data_only=True), kept.looked_at(whole)
    model = model_of(xlnet.load(template, iters=20))
    every = [formula for beside in BESIDE if beside.is_of(model) for formula in beside.formulas(model)]
    keys = {f"{each.cell.sheet}!{cell_of(each.cell.row, each.cell.column)}": each.key for each in every}
    damages: dict[Damage, dict[str, str]] = {longer: {}, typed_over: {}, other_formula: {}}
    for sheet in PARTS:
        cells = [cell for row in formulas[sheet] for cell in row if cell.data_type == "f"]
        for index in range(DAMAGED):
            cell = cells[index * (len(cells) - 1) // (DAMAGED - 1)]
            is_text = isinstance(cached[sheet][cell.coordinate].value, str)
            for damage in (longer,) if is_text else (typed_over, other_formula):
                damages[damage][f"{sheet}!{cell.coordinate}"] = str(getattr(cell.value, "text", cell.value))
    assert len({cell for of_damage in damages.values() for cell in of_damage}) > 4 * DAMAGED * 0.9
    damaged: dict[Path, list[str]] = {}
    for made, of_damage in damages.items():
        for number, together in enumerate(apart(of_damage, keys)):
            path = tmp_path / f"{number}-{made.__name__}.xlsx"
            shutil.copy(whole, path)
            for place in together:
                sheet, _, coordinate = place.partition("!")
                change_cell(path, coordinate, made, part=f"xl/worksheets/sheet{PARTS[sheet]}.xml")
            damaged[path] = sorted(together)
    for report, together in zip(kept.check_all(list(damaged), engine=engine), damaged.values(), strict=True):
        assert sorted(f"{d.sheet}!{d.cell}" for d in report.differences) == together, report.to_text()


def test_no_error_anywhere(tmp_path: Path, engine: str) -> None:
    paths = {name: tmp_path / f"{name}.xlsx" for name in ("seed", "xor", "logistic", "byhand", "iris", "circle")}
    for template, path in paths.items():
        kept.build(xlnet.load(template, iters=15), path)
    last: dict[str, float | str] = {"Explore!D4": 15.0}
    points = (last, last | {"Explore!D5": "backward", "Predict!C4": "chosen"})
    for template, every_cells in zip(paths, recalculated_together(list(paths.values()), engine, *points), strict=True):
        for cells in every_cells:
            assert cells.errors() == [], template


def test_links_lead_to_sheets_that_are_there(built: Build) -> None:
    workbook = kept.looked_at(built("xor", iters=5))
    targets = [
        cell.hyperlink.location
        for sheet in workbook
        for row in sheet.iter_rows()
        for cell in row
        if cell.hyperlink is not None
    ]
    assert len(targets) > 8
    for target in targets:
        sheet, _, cell = str(target).partition("!")
        assert workbook[sheet][cell] is not None


def test_plain_has_none_of_them(tmp_path: Path, engine: str) -> None:
    path = tmp_path / "plain.xlsx"
    xlnet.build(xlnet.load("iris", iters=5), path, plain=True)
    assert kept.looked_at(path).sheetnames == ["Training", "Data", "Formulas", "Template"]
    assert kept.check(path, engine=engine).agrees
