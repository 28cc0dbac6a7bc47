"""Conditional formats: one area each, so that no two programs see different cells coloured or aligned."""

from __future__ import annotations

import re
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import kept
import pytest
from conftest import Build
from openpyxl import Workbook, load_workbook
from openpyxl.formatting.rule import ColorScale

import xlnet
from xlnet.book import style
from xlnet.book.drawing.digits import align_ordinary
from xlnet.book.sheets.explore.areas import areas
from xlnet.book.sheets.explore.picture import PictureCell
from xlnet.engines import libreoffice
from xlnet.xlsx.page import add_page


def test_a_conditional_format_has_one_area_and_starts_from_its_first_cell(tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.xlsx" for name in (*kept.BUNDLED, "large", "compare")]
    for path, name in zip(paths, kept.BUNDLED, strict=False):
        kept.build(xlnet.load(name, iters=kept.few(name)), path)
    kept.build(xlnet.load("circle", iters=3, layers="2-12-1", seed=1), paths[-2])
    kept.build_comparison(xlnet.load_comparison("xor", lr=[0.1, 0.2], iters=3), paths[-1])
    count = 0
    for path in paths:
        for worksheet in without_cells(path):
            for formatted in worksheet.conditional_formatting:
                scales = [rule.colorScale for rule in formatted.rules if rule.colorScale]
                # The colours of a matrix have an area in each block, and say by fixed addresses how far they go.
                is_fixed = len(scales) == len(formatted.rules) and all(map(_is_fixed, scales))
                is_one = len(formatted.sqref.ranges) == 1
                assert is_one or is_fixed, f"{path.name}, {worksheet.title}: {formatted.sqref}"
                first = str(formatted.sqref).split(":")[0]
                for rule in formatted.rules:
                    # Those that align numbers are relative.
                    assert (
                        not str(rule.formula).startswith("['AND(ISNUMBER(") or f"ISNUMBER({first})" in rule.formula[0]
                    )
                    count += 1
    assert count > 300


def without_cells(path: Path) -> Workbook:
    """Return what openpyxl reads of a workbook but for its cells, which take nearly all the time."""
    empty = path.with_name("empty.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(empty, "w") as package:
        for name in source.namelist():
            xml = source.read(name)
            if name.startswith("xl/worksheets/sheet"):
                xml = re.sub(rb"<sheetData>.*</sheetData>|<mergeCells.*</mergeCells>", b"", xml, flags=re.DOTALL)
            package.writestr(name, xml)
    return load_workbook(empty)


def _is_fixed(scale: ColorScale) -> bool:
    """Return whether no end of a scale cites a cell by an address that moves."""
    ends = [str(end.val or "") for end in scale.cfvo]
    return not any(re.search(r"(?<![$A-Z])[A-Z]{1,3}\$?\d|\$[A-Z]{1,3}\d", end) for end in ends)


def test_cells_are_joined_to_rectangles() -> None:
    places = [(2, 4), (2, 5), (3, 4), (3, 5), (5, 4), (3, 7)]
    assert areas(PictureCell(row, column, "weight", "w1_1_1") for column, row in places) == ["B4:C5", "C7:C7", "E4:E4"]


NUMBERS = (0.3343, -0.3343, 0.0, 2.0, -1.03e-9, 1.03e-9, 0.00005, -123456.789, 9999.5)


def test_libreoffice_shows_numbers_of_any_size(built: Build, require: Callable[[str], str], tmp_path: Path) -> None:
    """As text LibreOffice exports what the cells' own number formats show, without the conditional ones."""
    require("libreoffice")
    path = built("seed", iters=len(NUMBERS))
    workbook = load_workbook(path)
    for row, number in enumerate(NUMBERS, 4):
        workbook["Training"][f"B{row}"].value = number
    workbook.save(path)
    soffice, profile = libreoffice.find_soffice(), (tmp_path / "profile").as_uri()
    # As shown, tab-separated, the first sheet.
    form = "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,false,true,false,false,false,1"
    command = [str(soffice), f"-env:UserInstallation={profile}", "--headless", "--convert-to", form]
    subprocess.run([*command, "--outdir", str(tmp_path), str(path)], check=True, capture_output=True, timeout=120)
    (converted,) = tmp_path.glob("*.csv")
    shown = [row.split("\t")[1] for row in converted.read_text(encoding="utf-8").splitlines()[3:]]
    assert list(map(float, shown)) == pytest.approx(NUMBERS, rel=0.006, abs=0)


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        # What ends soon shows its own digits, anything else as many as tell something.
        (style.DIGITS, {5.1: None, 1.0: None, 0.0: None, -0.25: None, 1 / 3: "0.000000", -12.3456: "0.000000"}),
        (style.DIGITS, {1e-5: "0.00E+00", 123456.7: "0.00E+00", -1.5e-9: "0.00E+00"}),
        (style.FEW_DIGITS, {5.1: None, 1 / 3: "0.0000", 0.00123456: "0.000000", -123.4567: "0.0", 1e-5: "0.00E+00"}),
    ],
)
def test_numbers_show_as_many_digits_as_help(digits: str, shown: dict[float, str | None]) -> None:
    page = add_page(Workbook(), "Sheet")
    align_ordinary(page, "B4:C9", digits)
    rules = [rule for formatted in page.conditional_formatting for rule in formatted.rules]
    for number, form in shown.items():
        holding = [rule.dxf.numFmt.formatCode for rule in rules if _holds(rule.formula[0], number)]
        assert holding == ([] if form is None else [form]), number


def _holds(formula: str, number: float) -> bool:
    """Return whether the condition of a rule holds for a number in its first cell."""
    functions = {
        "AND": lambda *all_of: all(all_of),
        "OR": lambda *any_of: any(any_of),
        "ISNUMBER": lambda _: True,
        "ABS": abs,
        "ROUND": round,
        "B4": number,
    }
    return bool(eval(formula.replace("<>", "!="), functions))
