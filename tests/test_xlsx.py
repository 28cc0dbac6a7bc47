"""The row writer: every cell where it belongs, numbers exact, the same bytes twice, valid, and read alike by all."""

from __future__ import annotations

import math
import os
import posixpath
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import kept
import numpy as np
import pandas
import pytest
from conftest import Build
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Font
from openpyxl.utils import column_index_from_string
from python_calamine import CalamineWorkbook
from workbook_xml import thin

import xlnet
from xlnet import reference
from xlnet.book.drawing.cells import put, put_formula, put_text
from xlnet.book.style import Look
from xlnet.engines.choose import recalculate
from xlnet.engines.grid import Extent, Point
from xlnet.engines.job import Job
from xlnet.xlsx import numbers
from xlnet.xlsx.package import save
from xlnet.xlsx.page import add_page
from xlnet.xlsx.table import Frame, RowBlock, Table, TableColumn, block_sizes, frame_of, most_bytes, table_rows

FIRST_ROW = 4


@pytest.fixture(params=["orjson", "repr"])
def formatter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way to write numbers: by the library, and where it is not installed."""
    if request.param == "repr":
        monkeypatch.setattr(numbers, "orjson", None)


EDGES = [0.0, -0.0, 1.0, -1.0, 0.1, 1e15, 1e16, 1e17, 123456789012345680.0, 1e-4, 1e-5, -1.5e-5, 9.9e-6, 1e-6, 1e22]
EDGES += [5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 10.0, 100.0, 0.30000000000000004, 1e-10, 2.0**53]


@pytest.mark.usefixtures("formatter")
def test_numbers_read_back_to_the_same_double() -> None:
    @given(st.lists(st.floats(allow_nan=False, allow_infinity=False)))
    def each(values: list[float]) -> None:
        for value, text in zip(values, numbers.number_texts(values), strict=True):
            assert float(text) == value
            assert b"+" not in text
            assert text != b"-0"

    each()
    texts = numbers.number_texts(EDGES)
    assert [float(text) for text in texts] == EDGES
    assert texts[:7] == [b"0", b"0", b"1", b"-1", b"0.1", b"1000000000000000", b"1e16"]
    assert numbers.number_texts([1e-5, math.nan, math.inf]) == [b"0.00001", b"null", b"null"]


@given(st.lists(st.floats()))
def test_both_ways_to_write_numbers_give_the_same_bytes(values: list[float]) -> None:
    values = [*values, *EDGES]
    assert numbers._by_json(values) == numbers._by_repr(values)


def written(path: Path, columns: int, rows: int, values: list[float], *, shared: bool = False) -> None:
    """Write a table of `columns` formulas that cite this row and the one above."""
    workbook = Workbook()
    del workbook["Sheet"]
    sheet = add_page(workbook, "Sheet")
    for row in (FIRST_ROW, FIRST_ROW + 1):
        for column in range(1, columns + 1):
            put(sheet, row, column, Look(bold=row == FIRST_ROW, italic=True))
    later = "=A{previous[0]}+A{here[0]}*$B$2-10*A{previous[0]}"
    table_columns = [TableColumn(None if index == 0 else "=A{here[0]}<1", later, index + 1) for index in range(columns)]
    sizes = block_sizes(FIRST_ROW, rows, columns)
    assert sum(sizes) == rows
    blocks, start = [], 0
    for size in sizes:
        some = values[start : start + size * columns]
        blocks.append(RowBlock(some, all(map(math.isfinite, some))))
        start += size * columns
    table = Table(FIRST_ROW, rows, table_columns, blocks, shared)
    with path.open("wb") as file:
        save(workbook, {sheet.title: table}, {}, file)


SIZES = [(2, 1), (2, 2), (2, 3), (1, 96), (1, 97), (3, 196), (3, 197), (2, 1100), (300, 25), (300, 106), (3000, 12)]


@pytest.mark.parametrize("shared", [False, True], ids=["plain", "shared"])
@pytest.mark.parametrize(("columns", "rows"), SIZES, ids=[f"{c}x{r}" for c, r in SIZES])
def test_every_cell_has_its_own_formula_and_value(tmp_path: Path, columns: int, rows: int, shared: bool) -> None:
    """Blocks end at rows 99, 199, …: around there, above all, a row number might be another's."""
    if shared and columns > 3:
        pytest.skip("openpyxl takes long to read many shared formulas")
    path = tmp_path / "written.xlsx"
    values = [number / 7 for number in range(columns * rows)]
    # A cell in error here and there, two of them side by side.
    for index in range(5, len(values), 211):
        values[index : index + 2] = [math.nan, math.nan]
    values = values[: columns * rows]
    values[0] = 0.0
    written(path, columns, rows, values, shared=shared)
    formulas, cached = load_workbook(path).active, load_workbook(path, data_only=True).active
    assert formulas is not None
    assert cached is not None
    assert formulas.max_row == FIRST_ROW + rows - 1
    position = 0
    for row in range(FIRST_ROW, FIRST_ROW + rows):
        for column in range(1, columns + 1):
            cell = formulas.cell(row, column)
            value = values[position]
            position += 1
            if (row, column) != (FIRST_ROW, 1):
                text = "=A{here[0]}<1" if row == FIRST_ROW else "=A{previous[0]}+A{here[0]}*$B$2-10*A{previous[0]}"
                expected = text.format(here=[row], previous=[row - 1])
                if shared and row > FIRST_ROW and column > 1:
                    # A shared formula moves with its column too; ours stand in one column each.
                    expected = str(cell.value)
                    assert str(row - 1) in expected
                assert cell.value == expected
            assert cell.font.bold == (row == FIRST_ROW)
            assert cached.cell(row, column).value == ("#NUM!" if math.isnan(value) else value)


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    paths = [tmp_path / name for name in ("one.xlsx", "two.xlsx")]
    for path in paths:
        xlnet.build(xlnet.load("iris", iters=30), path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with zipfile.ZipFile(paths[0]) as package:
        core = package.read("docProps/core.xml").decode()
        assert {entry.date_time[0] for entry in package.infolist()} == {1980}
    assert "created" not in core
    assert f"xlnet {xlnet.__version__}" in core


def test_the_date_of_a_build_is_that_of_its_source(built: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    with zipfile.ZipFile(built("seed", iters=3)) as package:
        core = package.read("docProps/core.xml").decode()
    assert core.count(">2023-11-14T22:13:20Z<") == 2


@pytest.mark.parametrize("shared", [False, True], ids=["plain", "shared"])
@pytest.mark.parametrize(("columns", "rows"), SIZES, ids=[f"{c}x{r}" for c, r in SIZES])
def test_no_table_is_larger_than_what_it_says_beforehand(columns: int, rows: int, shared: bool) -> None:
    """The longest numbers there are, and cells in error, in every row."""
    table_columns = [
        TableColumn(None if index == 0 else "=A{here[0]}<1", "=A{previous[0]}+A{here[0]}", index + 1)
        for index in range(columns)
    ]
    frame = Frame(["123"] * columns)
    for value in (-sys.float_info.min, -1.2345678901234567e-5, math.nan):
        sizes = block_sizes(FIRST_ROW, rows, columns)
        blocks = [RowBlock([value] * (size * columns), math.isfinite(value)) for size in sizes]
        table = Table(FIRST_ROW, rows, table_columns, blocks, shared)
        size = sum(map(len, table_rows(table, frame, frame)))
        assert size <= most_bytes(table, frame, frame)
    # And not much more is said: Zip64 only where it is needed.
    assert most_bytes(table, frame, frame) < 2 * size + 1000


def test_a_part_that_may_be_large_is_zip64(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit, zipfile itself refuses to write a part that was not said to be large."""
    versions = []
    for limit in (10**6, 100_000):
        monkeypatch.setattr(zipfile, "ZIP64_LIMIT", limit)
        written(tmp_path / "written.xlsx", 3, 1100, [1 / 3] * 3300)
        with zipfile.ZipFile(tmp_path / "written.xlsx") as package:
            assert package.testzip() is None
            entry = package.getinfo("xl/worksheets/sheet1.xml")
            assert entry.file_size > 100_000
        local = (tmp_path / "written.xlsx").read_bytes()[entry.header_offset :]
        versions.append(local[4])
    assert versions == [20, 45]


def test_blocks_of_rows_are_written_like_each_iteration_by_itself() -> None:
    """Across 9, 99 and 999, with cells between, captions, heights and cells in error."""
    stride, count = 7, 160
    places = [(0, 1), (2, 3), (2, 2), (5, 28), (1, 27)]
    formula = "=A{previous[0]}+AB{here[5]}*B{previous[2]}-'a{{b'!$A$2"
    columns = [TableColumn(formula, formula, column, offset) for offset, column in places]
    xml = (
        '<row r="4"><c r="A4" s="1"/></row><row r="5" ht="30" customHeight="1"><c r="B5" s="3" t="s"><v>9</v></c>'
        '<c r="AA5" s="5"/></row><row r="6"><c r="B6" s="3"/><c r="C6" s="2"/><c r="D6" t="n" /></row>'
        '<row r="9"><c r="AB9" s="4"/></row>'
    )
    frame = frame_of(xml, FIRST_ROW, columns, stride)
    assert frame.styles == ["1", "2", "3", "4", "5"]
    assert [place[:2] for place in frame.beside] == [(1, 2), (2, 4)]
    values = [number / 7 for number in range(count * len(columns))]

    def rows(is_finite: bool, sizes: list[int]) -> bytes:
        blocks, start = [], 0
        for size in sizes:
            blocks.append(RowBlock(values[start : start + size * len(columns)], is_finite))
            start += size * len(columns)
        return b"".join(table_rows(Table(FIRST_ROW, count, columns, blocks, stride=stride), frame, frame))

    written = rows(True, block_sizes(FIRST_ROW, count, len(columns)))
    assert written == rows(False, [1] * count)
    second = "<f>A4+AB16*B6-'a{b'!$A$2</f>"
    assert f'<row r="12" ht="30" customHeight="1"><c r="B12" s="3" t="s"><v>9</v></c><c r="AA12" s="5">{second}' in (
        written.decode()
    )
    values[7] = math.nan
    assert written.decode().count("#NUM!") == 0
    assert rows(False, [1] * count).decode().count(' t="e">') == 1


CITING = {
    "=B{previous[0]}+1": True,
    "=INDEX(Data!$B$2:$B$9,A{here[0]})": False,
    "='run 1'!$A$2*B{previous[0]}": False,
    "='it''s'!$A$2": False,
    '=\'5"\'!$A$2&"x"': False,
    '=IF(B{here[0]}>1,"oh!","it\'s")': True,
    '=IF(B{here[0]}>1,"so ""!""",\'a "b"\'!A1)': False,
}


@pytest.mark.parametrize(("formula", "is_shared"), CITING.items(), ids=CITING)
def test_what_cites_another_sheet_is_not_shared(formula: str, is_shared: bool) -> None:
    table = Table(4, 3, [TableColumn(formula, formula, 1)], [RowBlock([1.0], True)] * 3, is_shared=True)
    rows = b"".join(table_rows(table, Frame(["1"]), Frame(["1"]))).decode()
    assert rows.count('t="shared"') == (2 if is_shared else 0)
    assert rows.count("<f>") == (1 if is_shared else 3)


TEXTS = ["plain", " blank before", "blank after ", "two\nlines", " ", "a & b < c", "plain", "=1+1", "", "ψ", '"', "_x"]


def test_texts_are_shared(tmp_path: Path) -> None:
    workbook = Workbook()
    del workbook["Sheet"]
    sheet, other = add_page(workbook, "Sheet"), add_page(workbook, "Other")
    for row, text in enumerate(TEXTS, 1):
        put_text(sheet, row, 1, text, Look(bold=True))
        put_text(other, row, 2, text, Look())
    with (tmp_path / "texts.xlsx").open("wb") as file:
        save(workbook, {}, {}, file)
    with zipfile.ZipFile(tmp_path / "texts.xlsx") as package:
        table = package.read("xl/sharedStrings.xml").decode()
        sheets = [package.read(f"xl/worksheets/sheet{number}.xml").decode() for number in (1, 2)]
    # All but the empty one, in two sheets; "plain" is there twice in each.
    assert f'count="{2 * len(TEXTS) - 2}" uniqueCount="{len(TEXTS) - 2}"' in table
    assert table.count("<si>") == len(TEXTS) - 2
    assert table.count('xml:space="preserve"') == 4
    assert not any("inlineStr" in xml for xml in sheets)
    empty = TEXTS.index("") + 1
    assert re.search(rf'<c r="A{empty}" s="\d+" ?/>', sheets[0]), "an empty text is an empty cell with a look"
    read = load_workbook(tmp_path / "texts.xlsx")
    for title, column in (("Sheet", 1), ("Other", 2)):
        assert [read[title].cell(row, column).value or "" for row in range(1, len(TEXTS) + 1)] == TEXTS


@pytest.mark.parametrize("value", [2.5, True, "yes", math.nan], ids=str)
def test_a_formula_of_any_kind_gets_its_value(value: float | str | bool, tmp_path: Path) -> None:
    workbook = Workbook()
    del workbook["Sheet"]
    sheet = add_page(workbook, "Sheet")
    put_formula(sheet, 1, 1, "=1+1", Look())
    put_formula(sheet, 9, 3, "=MATCH(TRUE,A1:A8>1,0)", Look(), is_array=True)
    with (tmp_path / "array.xlsx").open("wb") as file:
        save(workbook, {}, {"Sheet": lambda: {(1, 1): 1.0, (9, 3): value}}, file)
    cached = load_workbook(tmp_path / "array.xlsx", data_only=True).active
    formulas = load_workbook(tmp_path / "array.xlsx").active
    assert cached is not None
    assert formulas is not None
    assert cached["A1"].value == 1
    assert cached["C9"].value == ("#NUM!" if isinstance(value, float) and math.isnan(value) else value)
    assert formulas["C9"].value.ref == "C9"


def test_parts_are_named_and_written_as_excel_does(built: Build) -> None:
    """ExcelJS and xlsx-populate know them by these names and prefixes, and by links from where they are cited."""
    with zipfile.ZipFile(built("xor", iters=3)) as package:
        texts = {name: package.read(name).decode() for name in package.namelist()}
    assert {"xl/comments1.xml", "xl/drawings/vmlDrawing1.vml", "xl/drawings/drawing1.xml"} < texts.keys()
    assert not any("commentsDrawing" in text or "comments/" in text for text in (*texts, *texts.values()))
    assert '<Override PartName="/xl/comments1.xml"' in texts["[Content_Types].xml"]
    assert re.findall(r"<[^/:>]*>", texts["xl/drawings/drawing1.xml"]) == []
    assert "<xdr:wsDr " in texts["xl/drawings/drawing1.xml"]
    notes = texts["xl/drawings/vmlDrawing1.vml"]
    assert notes.count("<v:shape ") == notes.count("<x:ClientData ") == texts["xl/comments1.xml"].count("<comment ")
    links = {name: re.findall('Target="([^"]*)"', text) for name, text in texts.items() if name.endswith(".rels")}
    for name, targets in links.items():
        folder = posixpath.dirname(posixpath.dirname(name))
        assert [target for target in targets if posixpath.normpath(f"{folder}/{target}".lstrip("/")) not in texts] == []


def independent_run(template: str, iters: int) -> dict[str, np.ndarray]:
    """Return the reference's own loss and weights of each iteration, by key."""
    spec = xlnet.load(template, iters=iters)
    run = reference.train(spec, reference.initial(spec), reference.constants(spec), iters)
    weights = {
        f"w{number}_{unit + 1}_{source + 1}": run[f"w{number}"][:, unit, source]
        for number, layer in enumerate(spec.layers, 1)
        for unit, source in np.ndindex(layer.units, layer.inputs)
    }
    return {"E": run["E"]} | weights


@pytest.mark.parametrize("small", [False, True], ids=["default", "small"])
@pytest.mark.parametrize("template", ["seed", "mazur", "valley_adam"])
def test_all_readers_find_what_numpy_computes(tmp_path: Path, template: str, small: bool) -> None:
    path = tmp_path / "built.xlsx"
    xlnet.build(xlnet.load(template, iters=1100), path, small=small)
    run = independent_run(template, 1100)
    with closing(load_workbook(path, read_only=True)) as workbook:
        where = {row[0]: str(row[2]) for row in workbook["Formulas"].iter_rows(values_only=True)}
    positions = [column_index_from_string(where[key]) - 1 for key in run]
    expected = np.column_stack(list(run.values()))
    sheet = load_workbook(path, data_only=True)["Training"]
    frames = [pandas.read_excel(path, header=None, skiprows=3, engine=engine) for engine in ("openpyxl", "calamine")]
    readings: dict[str, Iterable[Any]] = {
        "openpyxl": sheet.iter_rows(min_row=4, values_only=True),
        "calamine": CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Training").to_python()[3:],
        "pandas with openpyxl": frames[0].to_numpy(),
        "pandas with calamine": frames[1].to_numpy(),
    }
    for reader, rows in readings.items():
        found = np.array([[row[position] for position in positions] for row in rows], dtype=float)
        assert found.shape == expected.shape, reader
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-14), reader


@pytest.mark.parametrize("small", [False, True], ids=["default", "small"])
def test_engines_find_the_values_that_are_in_the_file(tmp_path: Path, engine: str, small: bool) -> None:
    path = tmp_path / "built.xlsx"
    xlnet.build(xlnet.load("mazur", iters=300), path, small=small)
    sheet = load_workbook(path, data_only=True)["Training"]
    cached = np.array(list(sheet.iter_rows(min_row=4, values_only=True)), dtype=float)
    (result,) = recalculate(engine, [Job(path, [Extent("Training", 303, cached.shape[1])], [Point()])], 120)
    assert np.allclose(result.points[0]["Training"].values[3:], cached, rtol=1e-12, atol=1e-15)
    report = kept.check(path, engine=engine)
    assert report.agrees, report.to_text()


def test_a_small_file_is_smaller(tmp_path: Path) -> None:
    sizes = []
    for small in (False, True):
        xlnet.build(xlnet.load("mazur", iters=3000), tmp_path / "built.xlsx", small=small)
        sizes.append((tmp_path / "built.xlsx").stat().st_size)
    assert sizes[1] < 0.7 * sizes[0]


# Of each kind: a single sample, a picture of the plane with marks, a curve, kinks, samples held out, matrices.
FULL: dict[str, dict[str, Any]] = {
    "seed": {},
    "xor": {},
    "logistic": {},
    "byhand": {},
    "overfit": {},
    "valley_adam": {"layers": "2-9-1", "seed": 1},
    # The charts that move: points with names, a path to each point, bars.
    "autoencoder": {"iters": 2},
    "taste": {"iters": 2},
    "memory": {"iters": 2},
}
COMPARED = ["seed", "xor"]
# As a list, in another language, as matrices, and on paper.
EXERCISES = {"seed": "en", "xor": "zh", "edge": "en", "mazur handout": "en"}
BY_OPENPYXL = "by openpyxl"


@pytest.fixture(scope="module")
def complaints(validator: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """What the validator says of a workbook, of its name: of all with one start, which takes seconds.

    It takes a millisecond a cell, so that like rows are left out.
    """
    folder = tmp_path_factory.mktemp("validated")
    for template in kept.BUNDLED:
        xlnet.build(xlnet.load(template, iters=kept.few(template)), folder / f"{template} plain.xlsx", plain=True)
    xlnet.build(xlnet.load("seed", iters=150, lr=1.0), folder / "diverging.xlsx")
    xlnet.build(xlnet.load("seed", iters=150), folder / "small.xlsx", small=True)
    for template, overrides in FULL.items():
        language = "zh" if template == "seed" else "en"
        xlnet.build(
            xlnet.load(template, **({"iters": 4} | overrides)), folder / f"{template} full.xlsx", language=language
        )
    for template in COMPARED:
        comparison = xlnet.load_comparison(template, lr=[0.1, 0.5], iters=12)
        xlnet.build_comparison(comparison, folder / f"{template} compared.xlsx")
    xlnet.build_comparison(xlnet.load_comparison("misconceptions", iters=4), folder / "questions.xlsx")
    for name, language in EXERCISES.items():
        template, _, form = name.partition(" ")
        exercise = replace(xlnet.load_exercise(template, seed=1), is_handout=form == "handout")
        xlnet.build_exercise(exercise, folder / f"{name} exercise.xlsx", language=language)
    workbook = Workbook()
    assert workbook.active is not None
    workbook.active["A1"].font = Font(name="Calibri", bold=True)
    workbook.save(folder / f"{BY_OPENPYXL}.xlsx")
    paths = sorted(folder.iterdir())
    for path in paths:
        thin(path)
    command = ["node", str(Path(__file__).parent / "validate.mjs"), str(validator), *map(str, paths)]
    lines = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ).stdout.splitlines()

    def of_workbook(name: str) -> list[str]:
        path = folder / f"{name}.xlsx"
        assert path in paths
        return [line for line in lines if line.startswith(f"{path}: ")]

    assert lines == [line for path in paths for line in of_workbook(path.stem)]
    return of_workbook


@pytest.mark.parametrize("name", [*(f"{template} plain" for template in kept.BUNDLED), "diverging", "small"])
def test_every_template_is_valid_by_microsofts_own_rules(complaints: Callable[[str], list[str]], name: str) -> None:
    assert complaints(name) == []


@pytest.mark.parametrize("template", FULL)
def test_the_sheets_beside_training_are_valid(complaints: Callable[[str], list[str]], template: str) -> None:
    assert complaints(f"{template} full") == []


@pytest.mark.parametrize("template", COMPARED)
def test_a_comparison_is_valid(complaints: Callable[[str], list[str]], template: str) -> None:
    assert complaints(f"{template} compared") == []


def test_a_sheet_of_questions_is_valid(complaints: Callable[[str], list[str]]) -> None:
    assert complaints("questions") == []


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_is_valid(complaints: Callable[[str], list[str]], name: str) -> None:
    assert complaints(f"{name} exercise") == []


def test_the_validator_sees_what_openpyxl_does_wrong(complaints: Callable[[str], list[str]]) -> None:
    assert any("Sch_UnexpectedElementContent" in line for line in complaints(BY_OPENPYXL))
