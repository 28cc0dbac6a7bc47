"""The workbook keeps the contract: where things stand, what the formulas say, what the cells carry."""

from __future__ import annotations

import time
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import kept
import numpy as np
import pytest
from conftest import Build
from openpyxl.worksheet.worksheet import Worksheet

import xlnet
from xlnet import reference
from xlnet.book.model import model_of
from xlnet.book.sheets import guide
from xlnet.model.iteration import iteration
from xlnet.model.passes import passes
from xlnet.render.evaluate import iterations
from xlnet.template.parse import parse
from xlnet.template.sources import open_template


def sheet_of(path: Path, name: str = "Training", *, values: bool = False) -> Worksheet:
    sheet = kept.looked_at(path, data_only=values)[name]
    assert isinstance(sheet, Worksheet)
    return sheet


def row_of(sheet: Worksheet, row: int) -> list[object]:
    return [cell.value for cell in sheet[row]]


def test_the_seed_sheet(built: Build) -> None:
    path = built("seed", iters=200, lr=0.01)
    beside = ["Start", "Dashboard", "Explore", "Proof", "Predict", "Guide"]
    assert kept.looked_at(path).sheetnames == ["Training", *beside, "Formulas", "Template"]
    sheet = sheet_of(path)
    assert row_of(sheet, 1)[:4] == ["x₁", "x₂", "t", "η"]
    assert row_of(sheet, 2)[:4] == [1, 1, 4, 0.01]
    headers = row_of(sheet, 3)
    assert headers[:5] == ["iteration", "w₁₁", "w₁₂", "w₂₁", "w₂₂"]
    assert headers[7:11] == ["h₁", "h₂", "y", "E"]
    assert row_of(sheet, 4)[:7] == [1, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    assert row_of(sheet, 5)[:4] == ["=A4+1", "=B4-$D$2*O4", "=C4-$D$2*P4", "=D4-$D$2*Q4"]
    assert row_of(sheet, 5)[7:12] == [
        "=B5*$A$2+C5*$B$2",
        "=D5*$A$2+E5*$B$2",
        "=F5*H5+G5*I5",
        "=(J5-$C$2)*(J5-$C$2)/2",
        "=J5-$C$2",
    ]
    assert sheet["B203"].value == "=B202-$D$2*O202"
    assert sheet.max_row == 203
    assert sheet.freeze_panes == "B4"
    assert sheet_of(path, values=True)["J203"].value == pytest.approx(4, abs=1e-6)


def test_every_later_cell_is_a_formula(built: Build) -> None:
    sheet = sheet_of(built("mazur", iters=40))
    for row in sheet.iter_rows(min_row=5):
        assert all(cell.data_type == "f" for cell in row)
    typed = [cell.coordinate[:-1] for cell in sheet[4] if cell.data_type != "f"]
    assert typed == list("ABCDEFGHIJKLM")


def test_an_untrained_bias_is_a_column_of_its_own_value(built: Build) -> None:
    sheet = sheet_of(built("mazur", iters=3))
    assert sheet["F3"].value == "b₁"
    assert [sheet["F4"].value, sheet["F5"].value, sheet["F6"].value] == [0.35, "=F4", "=F5"]


@pytest.mark.parametrize("template", ["seed", "mazur"])
def test_the_sheet_formulas_leads_to_every_quantity(built: Build, template: str) -> None:
    path = built(template, iters=10)
    training, formulas = sheet_of(path), sheet_of(path, "Formulas")
    headers, *rows = formulas.iter_rows(values_only=True)
    assert headers == ("Key", "Symbol", "Where", "Role", "Meaning", "Rule", "Excel")
    where = {row[0]: str(row[2]) for row in rows}
    graph = iteration(xlnet.load(template))
    assert set(where) == {c.key for c in graph.settings} | {k for n in graph.nodes for k in (n.key, *n.aliases)}
    for key, symbol, place, _, meaning, rule, excel in rows:
        assert symbol
        assert meaning
        if "!" in str(place):
            name, address = str(place).split("!")
            assert name == "Training"
            assert str(training[address.replace("2", "1")].value).replace("$", "") == symbol
            continue
        assert training[f"{place}5"].value == excel
        assert rule
        if key != "iter" and symbol == training[f"{place}3"].value:
            assert str(rule).startswith(str(symbol))
    widths = [training.column_dimensions[letter].width for letter in "ABCDE"]
    assert min(widths) > 8


def test_identity_layers_list_both_keys_at_one_place(built: Build) -> None:
    rows = sheet_of(built("seed"), "Formulas").iter_rows(min_row=2, values_only=True)
    where = {row[0]: row[2] for row in rows}
    assert where["z1_1"] == where["a1_1"] == "H"
    assert where["d_z2_1"] == where["d_a2_1"] == "L"
    assert where["eta"] == "Training!$D$2"


def test_the_excel_column_of_a_run_of_one_row(built: Build) -> None:
    path = built("seed", iters=1)
    rows = sheet_of(path, "Formulas").iter_rows(min_row=2, values_only=True)
    assert {row[0]: row[6] for row in rows}["w1_1_1"] == "=B4-$D$2*O4"
    assert sheet_of(path).max_row == 4


@pytest.mark.parametrize("template", ["seed", "mazur"])
def test_the_sheet_template_builds_the_same_again(built: Build, template: str) -> None:
    path = built(template, iters=7, lr=0.125)
    column = sheet_of(path, "Template")["A"]
    text = "\n".join(str(cell.value or "") for cell in column)
    spec = parse(tomllib.loads(text), name=template, label="sheet Template")
    assert spec == xlnet.load(template, iters=7, lr=0.125)


@pytest.mark.parametrize(
    ("template", "overrides"),
    [
        ("seed", {"iters": 2000}),
        ("mazur", {"iters": 2000}),
        ("seed", {"layers": "2-5-3-1", "activation": "sigmoid", "bias": True, "seed": 4}),
    ],
)
def test_cached_values_are_those_of_numpy(built: Build, template: str, overrides: dict[str, object]) -> None:
    path = built(template, **overrides)
    spec = xlnet.load(template, **overrides)
    run = reference.train(spec, reference.initial(spec), reference.constants(spec), spec.training.iters)
    sheet = sheet_of(path, values=True)
    table = np.array([[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)], dtype=float)
    columns = [node.key for node in iteration(spec).nodes]
    for name in ("w1", "E", f"a{len(spec.layers)}"):
        key = name if name == "E" else f"{name}_1" if name[0] == "a" else f"{name}_1_1"
        mine, theirs = table[:, columns.index(key)], run[name].reshape(len(table), -1)[:, 0]
        assert mine == pytest.approx(theirs, rel=1e-12, abs=1e-14), key


def test_a_diverging_run_has_error_cells(built: Build) -> None:
    path = built("seed", lr=1.0, iters=20)
    values, formulas = sheet_of(path, values=True), sheet_of(path)
    assert values["A23"].value == 20
    assert values["B23"].value == "#NUM!"
    assert values["B23"].data_type == "e"
    assert formulas["B23"].value == "=B22-$D$2*O22"
    # Each cell is an error from where a spreadsheet has one: E overflows before the weights do.
    first = next(row for row in range(4, 24) if values[f"E{row}"].value == "#NUM!")
    assert values[f"A{first}"].value == first - 3


def test_inputs_read_back_to_the_same_double(tmp_path: Path) -> None:
    """A double may need 17 digits."""
    template = tmp_path / "digits.toml"
    template.write_text(
        "[network]\ninputs = 1\n[[network.layers]]\nunits = 1\nweights = [[0.30000000000000004]]\n"
        "[data]\nx = [[0.1], [0.30000000000000004], [964982703.1234568]]\nt = [[1], [2.0000000000000004], [3]]\n",
        encoding="utf-8",
    )
    path = tmp_path / "digits.xlsx"
    xlnet.build(xlnet.load(template, iters=2), path)
    data = kept.looked_at(path)["Data"]
    assert [data.cell(row, 2).value for row in (2, 3, 4)] == [0.1, 0.30000000000000004, 964982703.1234568]
    assert data["C3"].value == 2.0000000000000004


def test_numbers_read_back_to_the_same_double(built: Build) -> None:
    path = built("mazur", iters=50)
    spec = xlnet.load("mazur", iters=50)
    rows = [block.values for block in iterations(iteration(spec), [1] * 50)]
    sheet = sheet_of(path, values=True)
    for expected, row in zip(rows, sheet.iter_rows(min_row=4, values_only=True), strict=True):
        assert expected == list(row)


def test_text_of_a_user_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "title.toml"
    text = open_template("seed").text
    path.write_text(text.replace('title = "Two', 'title = "=1+1 <b>&amp; Two'), encoding="utf-8")
    out = tmp_path / "out.xlsx"
    xlnet.build(xlnet.load(path), out)
    sheet = sheet_of(out)
    title = next(cell for cell in sheet[1] if str(cell.value).startswith("=1+1"))
    assert title.data_type == "s"
    assert title.value == "=1+1 <b>&amp; Two-layer network trained to y = 4"


def test_more_neighbours_than_four_become_a_sumproduct(built: Build) -> None:
    path = built("seed", layers="2-6-1", iters=2)
    rows = sheet_of(path, "Formulas").iter_rows(min_row=2, values_only=True)
    formulas = {row[0]: str(row[6]) for row in rows}
    assert formulas["a2_1"].startswith("=SUMPRODUCT(")
    assert formulas["a1_1"].count("*") == 2


def test_what_is_inside_the_package(built: Build) -> None:
    with zipfile.ZipFile(built("seed")) as package:
        assert package.testzip() is None
        core = package.read("docProps/core.xml").decode()
        workbook = package.read("xl/workbook.xml").decode()
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert "xlnet" in core
    assert 'fullCalcOnLoad="1"' in workbook
    assert '<dimension ref="A1:T203"' in sheet
    assert "vba" not in " ".join(package.namelist()).lower()
    formulas = sheet.count("<f>")
    assert formulas == 200 * 20 - 7
    assert sheet.count("</f><v>") == formulas


def test_a_deep_network_is_described_in_one_go() -> None:
    """Sheet Guide needs both passes once, however many layers it writes the chain rule of."""
    sheet = model_of(xlnet.load("seed", layers="-".join(["2", *["12"] * 10, "1"])))

    def seconds(work: Callable[[], object]) -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    def make() -> object:
        passes.cache_clear()
        return passes(sheet.spec).nodes

    once = min(seconds(make) for _ in range(3))
    assert seconds(lambda: guide.lines(sheet)) < 15 * once
