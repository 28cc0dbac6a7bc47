"""A layout says where a quantity of an iteration stands, and which one stands in a cell: for blocks of rows, too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import kept
import pytest
from openpyxl import load_workbook

import xlnet
from xlnet.book.model import Model, model_of
from xlnet.cell import Cell
from xlnet.checking.open.clean import copy
from xlnet.checking.open.untouched import Rows, own_rows
from xlnet.graph.node import Graph
from xlnet.render.layout import ARRANGEMENTS
from xlnet.render.spot import Spot
from xlnet.spec import Spec
from xlnet.template.parse import parse

STRIDE, ITERATIONS = 3, 7


def staggered(graph: Graph, sheet: str) -> tuple[dict[str, Spot], int]:
    """Give each node a column of its own, in the first, second or third of an iteration's rows by turns."""
    spots: dict[str, Spot] = {}
    for number, node in enumerate(graph.nodes):
        spots |= dict.fromkeys((node.key, *node.aliases), Spot(sheet, number + 1, number % STRIDE))
    return spots, STRIDE


@pytest.fixture
def spec(monkeypatch: pytest.MonkeyPatch) -> Spec:
    monkeypatch.setitem(ARRANGEMENTS, "staggered", staggered)
    return replace(xlnet.load("mazur", iters=ITERATIONS, optimizer="adam"), layout="staggered")


def cells(model: Model) -> dict[Cell, tuple[str, int]]:
    """Return what stands in each cell of the iterations."""
    return {
        model.layout.cell(node.key, iteration): (node.key, iteration)
        for node in model.graph.nodes
        for iteration in range(1, ITERATIONS + 1)
    }


def test_a_cell_leads_to_its_quantity_and_back(spec: Spec) -> None:
    for layout in ("rows", "staggered"):
        model = model_of(replace(spec, layout=layout))
        every = cells(model)
        assert len(every) == ITERATIONS * len(model.graph.nodes)
        assert all(model.layout.node_at(cell) == node for cell, node in every.items())
        assert model.layout.last_row == max(cell.row for cell in every)
    assert model.layout.node_at(Cell("Training", model.layout.first_row, 2)) is None, "in no row of that column's node"


def test_an_iteration_of_three_rows_is_built_and_checked(spec: Spec, tmp_path: Path, engine: str) -> None:
    path = tmp_path / "staggered.xlsx"
    xlnet.build(spec, path)
    report = kept.check(path, engine=engine)
    assert report.agrees, report.to_text()
    assert report.iterations == ITERATIONS
    assert report.drift is not None
    assert report.drift < 1e-9
    rows = kept.looked_at(path)["Formulas"].iter_rows(min_row=2, values_only=True)
    where = {str(row[0]): str(row[2]) for row in rows}
    assert (where["iter"], where["w1_1_1"], where["w1_1_2"]) == ("A4/3", "B5/3", "C6/3")


def test_the_damaged_cell_of_an_iteration_of_three_rows_is_named(
    spec: Spec, tmp_path: Path, require: Callable[[str], str]
) -> None:
    """One cell of every third column, in the first, second and last iterations by turns."""
    path = tmp_path / "staggered.xlsx"
    xlnet.build(spec, path, plain=True)
    model = model_of(spec)
    workbook = load_workbook(path)
    damaged = []
    for number, node in enumerate(model.graph.nodes[1::3]):
        cell = model.layout.cell(node.key, (2, 4, ITERATIONS)[number % 3])
        workbook["Training"].cell(cell.row, cell.column).value = 0.123
        damaged.append((cell, node.key))
    workbook.save(path)
    report = kept.check(path, engine=require("ironcalc"))
    found = {(difference.cell, difference.key) for difference in report.differences}
    columns = {workbook["Training"].cell(cell.row, cell.column).coordinate: key for cell, key in damaged}
    assert found == set(columns.items())


def test_blocks_are_read_without_their_cells_where_nobody_changed_them(
    spec: Spec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, require: Callable[[str], str]
) -> None:
    """All are in xlnet's own words, and none of those that another program saved: these are read cell by cell."""
    path, saved = tmp_path / "staggered.xlsx", tmp_path / "saved.xlsx"
    xlnet.build(spec, path, plain=True)
    load_workbook(path).save(saved)
    found: list[tuple[int, bool]] = []

    def watched(*given: Any) -> Iterator[Rows]:
        for rows in own_rows(*given):
            found.append((rows.count, rows.is_own))
            yield rows

    monkeypatch.setattr(copy, "own_rows", watched)
    engine = require("ironcalc")
    report = kept.check(path, engine=engine)
    assert report.agrees, report.to_text()
    assert sum(count for count, is_own in found if is_own) == ITERATIONS - 1
    found.clear()
    again = kept.check(saved, engine=engine)
    assert again.agrees, again.to_text()
    assert not any(is_own for _, is_own in found)
    assert (again.iterations, again.drift) == (report.iterations, report.drift)


def test_samples_of_a_joint_pass_stand_in_their_order() -> None:
    """Sheets that choose a sample count on it: each is as far from the one before as all others, backwards too."""
    document = {
        "layout": "rows",
        "network": {"inputs": 2, "layers": [{"type": "batch_norm"}, {"units": 2, "activation": "tanh"}, {"units": 1}]},
        "data": {"x": [[1, 2], [3, 5], [2, 7]], "t": [[1], [2], [3]]},
    }
    layout = model_of(parse(document, name="joint", label="joint")).layout
    for key in ("a1_2", "z2_1", "d_z2_1", "d_a2_2", "d_a3_1"):
        first, second, third = (layout.cell(f"{key}@{sample}").column for sample in (1, 2, 3))
        assert third - second == second - first > 0, key
