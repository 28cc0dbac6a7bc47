"""The charts beside the picture of Explore show the chosen iteration: codes, an embedding, gradients by step."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import kept
import numpy as np
import pytest
from drawn import Document
from openpyxl.utils import get_column_letter
from recalculated import recalculated
from test_layers import by_reference, spec_of
from workbook_xml import other_formula, rewrite, sheet_names

import xlnet
from xlnet.book.model import model_of
from xlnet.book.sheets.explore.moving import by_step
from xlnet.book.sheets.explore.moving.codes import layer_of
from xlnet.book.sheets.explore.moving.plan import Moving
from xlnet.cell import Cell

SAMPLES = [[0.5, 1.0], [-1.0, 0.25], [2.0, -0.75], [0.1, 0.3], [1.5, 1.5]]
CLASSES = [2, 0, 1, 0, 2]
# Drawn in batches of two, so that no iteration has the codes of all samples.
CLASSIFIED: Document = {
    "network": {
        "inputs": 2,
        "layers": [
            {"units": 3, "activation": "relu", "dropout": 0.5, "init": "xavier_uniform"},
            {"units": 2, "activation": "sigmoid", "init": "xavier_uniform"},
            {"units": 3, "activation": "softmax", "init": "xavier_uniform"},
        ],
    },
    "data": {"x": SAMPLES, "t": [[float(number == own) for number in range(3)] for own in CLASSES]},
    "training": {"iters": 5, "batch": 2, "loss": "cross_entropy", "seed": 4, "optimizer": {"lr": 0.5}},
}
RECURRENT: Document = {
    "network": {
        "inputs": [3, 1],
        "layers": [{"type": "lstm", "units": 2, "init": "xavier_uniform"}, {"units": 1, "init": "xavier_uniform"}],
    },
    "data": {"x": [[1, 0, 0.5], [-1, 2, 0]], "t": [[1], [-1]]},
    "training": {"iters": 3, "optimizer": {"lr": 0.2}},
}
TABLE: Document = {
    "network": {
        "inputs": [2],
        "layers": [
            {"type": "embedding", "entries": 4, "size": 2, "init": "xavier_uniform"},
            {"type": "flatten"},
            {"units": 3, "activation": "tanh", "init": "xavier_uniform"},
            {"units": 1, "init": "xavier_uniform"},
        ],
    },
    "data": {"x": [[0, 2], [1, 3], [1, 2]], "t": [[1], [-1], [1]], "x_names": ["person", "film"]},
    "training": {"iters": 4, "optimizer": {"lr": 0.5}},
}


def address(cell: Cell) -> str:
    return f"{cell.sheet}!{get_column_letter(cell.column)}{cell.row}"


def built(document: Document, path: Path) -> Moving:
    spec = spec_of(document)
    kept.build(spec, path)
    return model_of(spec).once(Moving)


@pytest.mark.parametrize(
    ("template", "layers", "number"),
    [
        ("autoencoder", None, 1),
        ("xor", "2-2-1", 1),
        ("xor", "2-3-2-2-1", 3),
        # The narrowest layer has one unit; none has two; there is a single sample; there is no hidden layer.
        ("xor", "2-2-1-2-1", None),
        ("xor", None, None),
        ("mazur", None, None),
        ("logistic", None, None),
    ],
)
def test_the_codes_are_what_the_narrowest_layer_makes(template: str, layers: str | None, number: int | None) -> None:
    overrides = {"layers": layers, "seed": 1} if layers else {}
    assert layer_of(xlnet.load(template, iters=2, **overrides)) == number


def test_the_codes_of_all_samples_move_with_the_iteration(tmp_path: Path, require: Callable[[str], str]) -> None:
    """By hand: σ(W₂·relu(W₁·x + b₁) + b₂) by the weights of the chosen iteration, whatever its batch and its masks."""
    path = tmp_path / "codes.xlsx"
    codes = built(CLASSIFIED, path).codes
    assert codes is not None
    saved, chosen = recalculated(path, require("ironcalc"), {"Start!C4": 4.0})
    own = trained(path)
    for cells, iteration in ((saved, 1), (chosen, 4)):
        w1, b1, w2, b2 = (own[name][iteration - 1] for name in ("w1", "b1", "w2", "b2"))
        z = np.maximum(np.array(SAMPLES) @ w1.T + b1, 0) @ w2.T + b2
        found = [[cells(address(codes.layout.cell(key, row))) for key in codes.codes] for row in range(1, 6)]
        np.testing.assert_allclose(np.array(found, dtype=float), 1 / (1 + np.exp(-z)), rtol=1e-12)
        for number in (1, 2, 3):
            # Those of another class hide behind the first one of this.
            first = CLASSES.index(number - 1)
            wanted = [found[sample if own_class == number - 1 else first] for sample, own_class in enumerate(CLASSES)]
            column = codes.series_column(number)
            series = [[cells(address(Cell("Explore", row, column + axis))) for axis in range(2)] for row in codes.rows]
            assert series == wanted


def trained(path: Path) -> dict[str, np.ndarray]:
    """Return the parameters of every iteration as the Training sheet has them."""
    (run,) = kept.opened(path)
    layout = run.model.layout
    sheet = kept.looked_at(path, data_only=True)["Training"]
    found = {}
    for name, shape in (("w1", (3, 2)), ("b1", (3,)), ("w2", (2, 3)), ("b2", (2,))):
        every = [f"{name}{''.join(f'_{i + 1}' for i in place)}" for place in np.ndindex(*shape)]
        numbers = [
            [sheet.cell(layout.cell(key, k).row, layout.cell(key, k).column).value for key in every]
            for k in range(1, 6)
        ]
        found[name] = np.array(numbers, dtype=float).reshape(5, *shape)
    return found


def test_a_class_that_a_person_types_has_its_colour(tmp_path: Path, require: Callable[[str], str]) -> None:
    path = tmp_path / "codes.xlsx"
    codes = built(CLASSIFIED, path).codes
    assert codes is not None
    _, second, third = (get_column_letter(column) for column in codes.target_columns)
    engine = require("ironcalc")
    # Sample 3, the only one of the second class, becomes one of the third: the second has none left.
    _, moved = recalculated(path, engine, {f"Data!{second}4": 0.0, f"Data!{third}4": 1.0})
    assert moved(address(Cell("Explore", 4, codes.class_column))) == 3
    assert moved(address(codes.first_of_class(3))) == 1
    own = codes.layout.cell(codes.codes[0], 3)
    assert moved(address(Cell("Explore", 4, codes.series_column(3)))) == moved(address(own))
    # Charts leave such a point out.
    assert moved(address(Cell("Explore", 4, codes.series_column(2)))) == "#N/A"


def test_what_moves_is_right(tmp_path: Path, require: Callable[[str], str]) -> None:
    """By LibreOffice; of IronCalc the next test holds it."""
    paths = [tmp_path / f"{number}.xlsx" for number in range(3)]
    for document, path in zip((CLASSIFIED, RECURRENT, TABLE), paths, strict=True):
        built(document, path)
    for report in kept.check_all(paths, require("libreoffice")):
        assert report.agrees, report.to_text()


def test_no_damage_of_what_moves_passes(tmp_path: Path, require: Callable[[str], str]) -> None:
    """A wrong formula in each kind of cell, all at once: each is blamed, and nothing else."""
    engine = require("ironcalc")
    for document in (CLASSIFIED, RECURRENT, TABLE):
        path = tmp_path / "damaged.xlsx"
        moving = built(document, path)
        damaged = set(damageable(moving))
        assert len(damaged) >= 2
        part = f"xl/worksheets/sheet{sheet_names(path).index('Explore') + 1}.xml"
        rewrite(path, partial(with_other_formulas, cells=damaged), part)
        found = {(each.sheet, each.cell) for each in kept.check(path, engine=engine).differences}
        assert found == {("Explore", cell.partition("!")[2]) for cell in map(address, damaged)}


def damageable(moving: Moving) -> list[Cell]:
    """Return a cell of each kind, none of which cites another one of them."""
    found = []
    if codes := moving.codes:
        found += [next(iter(codes.parameters.values())), codes.layout.cell(codes.codes[1], 2)]
        if codes.classes:
            found += [Cell("Explore", 6, codes.class_column), codes.first_of_class(2)]
            found.append(Cell("Explore", 5, codes.series_column(3)))
    if moving.by_steps:
        column = moving.by_steps.first_column
        found += [Cell("Explore", by_step.FIRST_ROW, column), Cell("Explore", by_step.FIRST_ROW, column + 1)]
        found.append(Cell("Explore", by_step.FIRST_ROW + 1, moving.by_steps.share_column(column + 2)))
    if moving.embedding:
        start, now = moving.embedding.rows(3)
        column = moving.embedding.point_column
        found += [Cell("Explore", start, column), Cell("Explore", now, column + 1)]
        found.append(Cell("Explore", now, moving.embedding.end_column))
    return found


def with_other_formulas(xml: str, cells: set[Cell]) -> str:
    for cell in cells:
        name = address(cell).partition("!")[2]
        match = re.search(rf'<c r="{name}"( s="\d+")?><f>([^<]*)</f><v>([^<]*)</v></c>', xml)
        assert match is not None, name
        new = other_formula(match[2], match[3]).format(start=f'<c r="{name}"{match[1] or ""}')
        xml = xml[: match.start()] + new + xml[match.end() :]
    return xml


def test_bars_have_the_gradients_of_the_chosen_iteration(tmp_path: Path, require: Callable[[str], str]) -> None:
    path = tmp_path / "steps.xlsx"
    table = built(RECURRENT, path).by_steps
    assert table is not None
    own = by_reference(spec_of(RECURRENT))
    _, chosen = recalculated(path, require("ironcalc"), {"Start!C4": 3.0})
    assert [state.letter for _, state in table.numbered()] == ["h", "c"]
    for column, state in table.numbered():
        lengths = np.array([np.linalg.norm(own[f"d_{state.letter}1_{step}"][2]) for step in (1, 2, 3)])
        for at, wanted in ((column, lengths), (table.share_column(column), lengths / lengths.max())):
            found = [chosen(address(Cell("Explore", row, at))) for row in table.rows(state)]
            np.testing.assert_allclose(np.array(found, dtype=float), wanted, rtol=1e-12)


def test_an_embedding_drifts_from_its_start(tmp_path: Path, require: Callable[[str], str]) -> None:
    path = tmp_path / "table.xlsx"
    table = built(TABLE, path).embedding
    assert table is not None
    assert [table.name(entry) for entry in table.entries] == ["person 0", "person 1", "film 2", "film 3"]
    assert [table.user(entry) for entry in table.entries] == [0, 0, 1, 1]
    own = by_reference(spec_of(TABLE))["w1"]
    _, chosen = recalculated(path, require("ironcalc"), {"Start!C4": 3.0})
    for entry in table.entries:
        start, now = table.rows(entry)
        for row, column, iteration in (
            (start, table.point_column, 1),
            (now, table.point_column, 3),
            (now, table.end_column, 4),
        ):
            found = [chosen(address(Cell("Explore", row, column + axis))) for axis in range(2)]
            np.testing.assert_allclose(np.array(found, dtype=float), own[iteration - 1][entry - 1], rtol=1e-12)


def test_each_point_has_a_name_and_each_class_a_colour(tmp_path: Path) -> None:
    path = tmp_path / "codes.xlsx"
    codes = built(CLASSIFIED, path).codes
    assert codes is not None
    with zipfile.ZipFile(path) as package:
        charts = [package.read(name).decode() for name in package.namelist() if name.startswith("xl/charts/chart")]
    (chart,) = (chart for chart in charts if "'Explore'!" in chart)
    series = re.findall(r"<ser>.*?</ser>", chart)
    names = [re.search(r"<tx><v>(.*?)</v></tx>", each)[1] for each in series]  # type: ignore[index]
    assert names == ["class 1", "class 2", "class 3", "[1]", "[2]", "[3]", "[4]", "[5]"]
    x, y = (get_column_letter(codes.layout.column(key)) for key in codes.codes)
    assert f"'Explore'!${x}$4" in series[5]
    assert f"'Explore'!${y}$4" in series[5]
    assert re.findall(r'<legendEntry><idx val="(\d)" ?/><delete val="1" ?/>', chart) == ["3", "4", "5", "6", "7"]


def test_the_first_chart_stands_where_the_iteration_is_chosen(tmp_path: Path) -> None:
    path = tmp_path / "steps.xlsx"
    built(RECURRENT, path)
    with zipfile.ZipFile(path) as package:
        charts = [package.read(name).decode() for name in package.namelist() if name.startswith("xl/charts/chart")]
    moving = ["barChart" in chart for chart in charts if "'Explore'!" in chart]
    # The bars on Start and on Explore, the codes on Explore alone.
    assert sorted(moving) == [False, True, True]
