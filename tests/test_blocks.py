"""Iterations as blocks of rows, as a person sees them: every tensor a matrix with its name, and a link to each."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kept
import pytest
from openpyxl import load_workbook
from recalculated import recalculated

import xlnet
from xlnet.book.model import Model, model_of
from xlnet.book.sheets.training.blocks import caption_of, on_a_page
from xlnet.graph.node import Group
from xlnet.render.matrices import block_of
from xlnet.spec import MATRIX
from xlnet.template.sources import bundled_names

TEMPLATES = ["edge", "memory", "attention", "taste", "transformer", "resnet", "autoencoder"]
ITERS = 5


def model(name: str) -> Model:
    return model_of(xlnet.load(name, iters=ITERS, layout=MATRIX))


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_quantity_has_a_cell_of_its_own_below_a_name(name: str) -> None:
    own = model(name)
    block = block_of(own.graph)
    cells = [(spot.offset, spot.column) for spot in (own.layout.spots[node.key] for node in own.graph.nodes)]
    assert len(set(cells)) == len(cells) == len(own.graph.nodes)
    names = [(placed.row - 1, placed.column) for placed in block.placed[1:]]
    assert len(set(names)) == len(names)
    assert set(names).isdisjoint(cells)
    assert max(offset for offset, _ in cells) < own.layout.stride


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_gradient_stands_as_far_from_its_tensor_as_all_others_do(name: str) -> None:
    placed = {each.tensor.name: each for each in block_of(model(name).graph).placed}
    gradients = [each for each in placed.values() if each.tensor.prefix == "d"]
    assert gradients
    assert {
        (g.row - placed[g.tensor.inner].row, g.tensor.shape == placed[g.tensor.inner].tensor.shape) for g in gradients
    } == {(0, True)}
    assert len({g.column - placed[g.tensor.inner].column for g in gradients}) == 1


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_belongs_to_a_parameter_stands_in_its_rows_and_the_new_weights_last(name: str) -> None:
    block = block_of(model(name).graph)
    placed = {each.tensor.name: each for each in block.placed}
    others = [each for each in block.placed if each.tensor.prefix]
    assert all(each.row == placed[each.tensor.inner].row for each in others)
    assert list(block.panels)[-1] == "next"
    assert min(each.column for each in others if each.tensor.prefix == "next") > max(
        each.column + each.tensor.width - 1 for each in block.placed if each.tensor.prefix != "next"
    )


@pytest.mark.parametrize("name", [name for name in bundled_names() if xlnet.load(name, iters=2).layout == MATRIX])
def test_a_screen_shows_a_whole_block(name: str, tmp_path: Path) -> None:
    """A screen of 1920 × 1080, if need be smaller, but not so small that it can't be read."""
    path = tmp_path / "lesson.xlsx"
    own = model_of(xlnet.load(name, iters=2))
    xlnet.build(own.spec, path, plain=True)
    zoom = kept.looked_at(path)["Training"].sheet_view.zoomScale
    block = block_of(own.graph)
    assert zoom is not None
    assert 65 <= zoom <= 100
    assert block.stride <= 48 / (zoom / 100) + 1
    assert block.last_column <= 38 / (zoom / 100) + 1


def test_a_block_takes_its_weights_from_the_one_above(tmp_path: Path) -> None:
    """η · ∂E/∂w is taken from a weight in the block of the gradient, where the next block finds the new weight."""
    path, own = tmp_path / "edge.xlsx", model("edge")
    xlnet.build(own.spec, path, plain=True)
    sheet = kept.looked_at(path)["Training"]

    def at(key: str, iteration: int) -> Any:
        place = own.layout.cell(key, iteration)
        return sheet.cell(place.row, place.column)

    new = at("next_w1_1_1_2_1", 1)
    assert new.value == f"={at('w1_1_1_2_1', 1).coordinate}-$AI$2*{at('d_w1_1_1_2_1', 1).coordinate}"
    assert at("w1_1_1_2_1", 2).value == f"={new.coordinate}"


def test_a_page_ends_with_a_block(tmp_path: Path) -> None:
    path, own = tmp_path / "memory.xlsx", model("memory")
    xlnet.build(own.spec, path, plain=True)
    sheet = kept.looked_at(path)["Training"]
    breaks = [each.id for each in sheet.row_breaks.brk]
    assert breaks == [own.layout.row(iteration) - 1 for iteration in range(2, ITERS + 1)]
    # A landscape page of A4 is 190 mm high between its margins, and a row 12.75 points.
    assert sheet.page_setup.scale is not None
    assert own.layout.stride * 12.75 * sheet.page_setup.scale / 100 < 190 / 25.4 * 72


@pytest.mark.parametrize("columns", [5, 20, 43, 200])
def test_blocks_of_any_height_fit_on_a_page(columns: int) -> None:
    for stride in range(1, 400):
        size, together = on_a_page(stride, columns)
        assert 0 < size <= 1
        assert together >= 1
        assert together * stride * 12.75 * size < 190 / 25.4 * 72


def test_every_block_has_the_names_of_its_tensors_and_its_number(tmp_path: Path) -> None:
    path, own = tmp_path / "edge.xlsx", model("edge")
    xlnet.build(own.spec, path, plain=True)
    sheet = kept.looked_at(path)["Training"]
    assert sheet.freeze_panes == "B4"
    for iteration in range(1, ITERS + 1):
        top = own.layout.row(iteration)
        rows = range(top, top + own.layout.stride)
        assert [sheet.cell(row, 1).value is not None for row in rows] == [True, *[False] * (own.layout.stride - 1)]
        for placed in block_of(own.graph).placed[1:]:
            assert sheet.cell(top + placed.row - 1, placed.column).value == caption_of(placed, own)
    texts = {str(cell.value) for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)}
    assert {"w  1 × 1 × 3 × 3", "∂E/∂w  1 × 1 × 3 × 3", "x  1 × 5 × 5", "y  1 × 3 × 3"} <= texts


def test_a_convolution_reads_as_a_window_times_a_kernel(tmp_path: Path) -> None:
    path, own = tmp_path / "edge.xlsx", model("edge")
    xlnet.build(own.spec, path, plain=True)
    sheet = kept.looked_at(path)["Training"]

    def formula(key: str) -> str:
        cell = own.layout.cell(key, 2)
        return str(sheet.cell(cell.row, cell.column).value)

    def area(first: str, last: str) -> str:
        corners = (own.layout.cell(key, 2) for key in (first, last))
        return ":".join(sheet.cell(corner.row, corner.column).coordinate for corner in corners)

    kernel = area("w1_1_1_1_1", "w1_1_1_3_3")
    assert formula("a1_1_2_3") == f"=SUMPRODUCT({kernel},{area('a0_1_2_3', 'a0_1_4_5')})"
    deltas = area("d_a1_1_1_1", "d_a1_1_3_3")
    assert formula("d_w1_1_1_3_1") == f"=SUMPRODUCT({deltas},{area('a0_1_3_1', 'a0_1_5_3')})"


def test_the_link_leads_to_the_iteration_that_is_typed(tmp_path: Path, engine: str) -> None:
    path, own = tmp_path / "edge.xlsx", model("edge")
    xlnet.build(own.spec, path, plain=True)
    workbook = load_workbook(path)
    sheet = workbook["Training"]
    (link,) = [cell for cell in sheet[3] if str(cell.value).startswith("=HYPERLINK")]
    assert link.column is not None
    number = sheet.cell(3, link.column - 1)
    assert (number.value, number.protection.locked) == (1, False)
    # The same address by itself, to be read.
    address = str(link.value).removeprefix("=HYPERLINK(").rpartition(",")[0]
    sheet["A900"] = f"={address}"
    # IronCalc does not open notes as openpyxl saves them.
    for row in sheet.iter_rows():
        for cell in row:
            cell.comment = None
    workbook.save(path)
    first, later = recalculated(path, engine, {f"Training!{number.coordinate}": 4})
    assert (first("Training!A900"), later("Training!A900")) == ("#Training!A4", f"#Training!A{own.layout.row(4)}")
    assert later(f"Training!{link.coordinate}") == "→ go"


@pytest.mark.parametrize(
    "group", [Group.PARAMETERS, Group.FORWARD, Group.LOSS, Group.DELTAS, Group.GRADIENTS, Group.STATE, Group.NEXT]
)
def test_a_damaged_cell_of_a_block_is_blamed_alone(group: str, tmp_path: Path, require: Callable[[str], str]) -> None:
    path, own = tmp_path / "memory.xlsx", model("memory")
    xlnet.build(own.spec, path, plain=True)
    node = next(node for node in reversed(own.graph.nodes) if node.group == group)
    cell = own.layout.cell(node.key, 3)
    workbook = load_workbook(path)
    damaged = workbook["Training"].cell(cell.row, cell.column)
    damaged.value = f"{damaged.value}+0.001"
    workbook.save(path)
    report = kept.check(path, engine=require("ironcalc"))
    assert {(each.cell, each.key) for each in report.differences} == {(damaged.coordinate, node.key)}


def test_blocks_are_written_in_chinese_and_small(tmp_path: Path, require: Callable[[str], str]) -> None:
    path = tmp_path / "taste.xlsx"
    xlnet.build(model("taste").spec, path, small=True, language="zh")
    sheet = kept.looked_at(path)["Training"]
    assert any("前向传播" in str(cell.value) for cell in sheet[3])
    report = kept.check(path, engine=require("ironcalc"))
    assert report.agrees, report.to_text()


def test_another_learning_rate_moves_every_block(tmp_path: Path, require: Callable[[str], str]) -> None:
    path, own = tmp_path / "edge.xlsx", model("edge")
    xlnet.build(own.spec, path, plain=True)
    eta = own.layout.cells["eta"]
    address = f"Training!{load_workbook(path)['Training'].cell(eta.row, eta.column).coordinate}"
    first, other = recalculated(path, require("ironcalc"), {address: 0.001})
    for iteration in range(2, ITERS + 1):
        place = own.layout.cell("w1_1_1_2_1", iteration)
        weight = f"Training!{load_workbook(path)['Training'].cell(place.row, place.column).coordinate}"
        assert first(weight) != other(weight)


def test_a_long_run_is_coloured_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "long.xlsx"
    xlnet.build(xlnet.load("xor", layout="matrix", iters=350), path, plain=True)
    with zipfile.ZipFile(path) as package:
        xml = package.read("xl/worksheets/sheet1.xml").decode()
    coloured = [
        areas.split() for areas in re.findall(r'<conditionalFormatting sqref="([^"]*)"><cfRule type="colorScale"', xml)
    ]
    assert 350 in map(len, coloured)
