"""Sheet Start: the live network, its path to the loss, the sentences on a weight, and the pass step by step."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kept
import pytest
from conftest import Build
from recalculated import Cells, recalculated

import xlnet
from xlnet.book.model import Model, model_of
from xlnet.book.sheets.start import NAME, sentences
from xlnet.book.sheets.start.picture import SHARES
from xlnet.book.sheets.start.plan import MIDDLE, STEP_ROW, StartPlan
from xlnet.book.sheets.start.steps import FIRST_ROW, VALUE_COLUMN
from xlnet.book.sheets.start.tables import CLASSES
from xlnet.render.excel import address, cell
from xlnet.xlsx.controls import LARGEST, PART


def plan_of(template: str, **overrides: Any) -> StartPlan:
    model: Model = model_of(xlnet.load(template, **overrides))
    return model.once(StartPlan)


def sentences_of(plan: StartPlan, cells: Cells) -> list[str]:
    return [str(cells(f"{NAME}!{cell(sentences.row_of(plan, name), MIDDLE)}")) for name in sentences.names(plan)]


def test_a_weight_tells_why_it_changed(built: Build, engine: str) -> None:
    """By hand, of the template seed: y = 0.57, h₁ = 0.3, ∂E/∂w = −3.43·0.3; Σ η·g² = 0.2118; E falls to 5.668."""
    path, plan = built("seed"), plan_of("seed")
    weight, iteration = f"{NAME}!C6", f"{NAME}!C4"
    first, hidden, last = recalculated(path, engine, {weight: "w₂₁"}, {iteration: 200})
    assert sentences_of(plan, first) == [
        "y was 3.43 too low: its target is 4.",
        "h₁ was 0.3, so ∂E/∂w⁽²⁾₁₁ = ∂E/∂y · h₁ = (−3.43) · 0.3 = −1.029.",
        "With η = 0.01 it grows by 0.01029, from 0.5 to 0.5103.",
        "All 6 steps together promised to lower E by 0.2118. It fell by 0.2144, from 5.882 to 5.668.",
    ]
    # ∂E/∂h₂ = −3.43·0.6, and x₁ = 1.
    assert sentences_of(plan, hidden)[:2] == [
        "h₂ matters to the loss: ∂E/∂h₂ = −2.058.",
        "x₁ was 1, so ∂E/∂w₂₁ = ∂E/∂h₂ · x₁ = (−2.058) · 1 = −2.058.",
    ]
    assert sentences_of(plan, last)[2] == "Iteration 200 is the last one: no update follows."


def test_a_sample_of_a_batch_tells_its_share(built: Build, engine: str) -> None:
    path, plan = built("xor", iters=30), plan_of("xor", iters=30)
    (cells, bias) = recalculated(path, engine, {f"{NAME}!C7": "b⁽²⁾₁", f"{NAME}!C5": 4.0})
    assert "this sample’s share of ∂E/∂w⁽²⁾₁₁ is ∂E/∂z⁽²⁾₁ · h₁ =" in sentences_of(plan, cells)[1]
    assert "all 4 samples together give" in sentences_of(plan, cells)[1]
    error, share, *_ = sentences_of(plan, bias)
    assert error.endswith("too high: its target is 0.")
    assert share.startswith("A bias weighs a 1, so this sample’s share of ∂E/∂b⁽²⁾₁ is ∂E/∂z⁽²⁾₁ =")


def ends(plan: StartPlan, cells: Cells, name: object, index: int) -> tuple[bool, float]:
    """Return whether a series draws an edge, and the weight of the edge."""
    rows = [3 * index + 1, 3 * index + 2]
    one, other = (tuple(cells(_at(plan, f"{axis} {name}", row)) for axis in "xy") for row in rows)
    return one != other, float(cells(_at(plan, "weight", rows[1])))


def _at(plan: StartPlan, name: str, row: int) -> str:
    return address(plan.edges.cell(name, row)).replace("$", "")


def test_an_edge_is_drawn_once_by_its_sign_and_size(built: Build, engine: str) -> None:
    """And another iteration draws it otherwise."""
    path, plan = built("xor", iters=60), plan_of("xor", iters=60)
    looks: list[list[object]] = []
    for cells in recalculated(path, engine, {f"{NAME}!C4": 60}):
        found: list[object] = []
        weights = [ends(plan, cells, 1, index)[1] for index in range(len(plan.network.edges))]
        for index, weight in enumerate(weights):
            drawn = [look for look in CLASSES if ends(plan, cells, look, index)[0]]
            size = 1 + sum(abs(weight) > share * max(map(abs, weights)) for share in SHARES)
            assert drawn == [size if weight >= 0 else -size]
            found += drawn
        looks.append(found)
    assert looks[0] != looks[1]


def test_the_path_of_a_weight_leads_to_the_loss(built: Build, engine: str) -> None:
    path, plan = built("mazur", iters=10), plan_of("mazur", iters=10)
    (last, first) = recalculated(path, engine, {f"{NAME}!C6": "w₂₁"})
    edges = [edge.key for edge in plan.network.edges]

    def lit(cells: Cells) -> list[str]:
        return [key for index, key in enumerate(edges) if ends(plan, cells, "lit", index)[0]]

    assert lit(last) == ["w2_1_1"]
    assert lit(first) == ["w1_2_1", "w2_1_2", "w2_2_2"]


def test_a_counter_reveals_the_pass(built: Build, engine: str) -> None:
    path, plan = built("seed"), plan_of("seed")
    count = len(plan.steps.entries)
    every = recalculated(path, engine, *({f"{NAME}!C5": float(step)} for step in (0, 3)))
    for cells, step in zip(every, (count, 0, 3), strict=True):
        shown = [cells(f"{NAME}!{cell(FIRST_ROW + index, VALUE_COLUMN)}") for index in range(count)]
        assert [value == "?" for value in shown] == [index >= step for index in range(count)]
    line, none = (f"{NAME}!{cell(STEP_ROW, MIDDLE)}" for _ in range(2))
    assert every[2](line) == "Step 3 of 19 (forward): y = w⁽²⁾₁₁·h₁ + w⁽²⁾₁₂·h₂ = 0.5·0.3 + 0.6·0.7 = 0.57"
    assert str(every[1](none)).startswith("Raise “steps revealed” from 0")
    labels = [every[1](address(plan.units.cell("shown", number)).replace("$", "")) for number in range(1, 6)]
    assert labels == ["1", "1", "?", "?", "?"]


def test_large_networks_and_those_of_other_kinds(tmp_path: Path, engine: str) -> None:
    """Of a large network some units are shown; one of other layers has no picture, and its weights tell their steps."""
    large, other = tmp_path / "large.xlsx", tmp_path / "other.xlsx"
    kept.build(xlnet.load("circle", layers="2-20-1", seed=5, iters=4), large)
    kept.build(xlnet.load("conv", iters=4), other)
    assert [report.agrees for report in kept.check_all([large, other], engine)] == [True, True]
    assert plan_of("circle", layers="2-20-1", seed=5).network.shown == [2, 8, 1]
    texts = {value for value in values(other) if isinstance(value, str)}
    # By hand: E = ½·Σ(y − t)² from zero weights.
    assert "∂E/∂w₁₁₁ was 5." in texts
    assert "With η = 0.05 it changes by −0.25, from 0 to −0.25." in texts
    assert any("Explore" in text for text in texts)


def values(path: Path) -> Iterator[object]:
    for row in kept.looked_at(path, data_only=True)[NAME].iter_rows(values_only=True):
        yield from row


@pytest.mark.parametrize(("iters", "bars"), [(30, 2), (LARGEST + 1, 1)])
def test_controls_turn_their_cells(built: Build, iters: int, bars: int) -> None:
    """There is none for numbers that Excel's controls do not know."""
    path = built("seed", iters=iters)
    with zipfile.ZipFile(path) as package:
        drawing, sheet = package.read(PART).decode(), package.read("xl/worksheets/sheet2.xml").decode()
        types = package.read("[Content_Types].xml").decode()
    linked = re.findall(r"<x:FmlaLink>(.*?)</x:FmlaLink>", drawing)
    assert linked == ["Start!$C$4", "Start!$C$5"][-bars:]
    assert "<legacyDrawing" in sheet
    assert types.count('Extension="vml"') == 1


def test_charts_say_what_they_show(built: Build) -> None:
    with zipfile.ZipFile(built("seed", iters=12)) as package:
        drawing = package.read("xl/drawings/drawing1.xml").decode()
        network = package.read("xl/charts/chart1.xml").decode()
    assert drawing.count("descr=") == 2
    assert "units as circles with their values" in drawing
    # Edges by look and path, circles below and above, and a name and a number for each of five units, six weights.
    assert network.count("<c:ser>") == len(CLASSES) + 1 + 2 + 2 * 5 + 6


def test_a_plain_workbook_has_none(tmp_path: Path) -> None:
    plain = tmp_path / "plain.xlsx"
    xlnet.build(xlnet.load("seed", iters=3), plain, plain=True)
    assert kept.looked_at(plain).sheetnames == ["Training", "Formulas", "Template"]
