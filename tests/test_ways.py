"""Finding one's way: wide sheets fold and have links to their parts; cells beside every table are free."""

from __future__ import annotations

import re
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import kept
import pytest
from conftest import Build
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

import xlnet
from xlnet.book import style


def levels(sheet: Any) -> dict[str, int]:
    """Return how deep in the outline columns are, by their letters."""
    return {letter: each.outlineLevel for letter, each in sheet.column_dimensions.items() if each.outlineLevel}


def links(sheet: Any, row: int) -> dict[str, str]:
    """Return the links of a row, by what they say."""
    return {str(cell.value): cell.hyperlink.location for cell in sheet[row] if cell.hyperlink}


def test_a_wide_table_folds_by_section_and_sample(built: Build) -> None:
    sheet: Any = kept.looked_at(built("xor", iters=3))["Training"]
    found = levels(sheet)
    headers = {str(cell.value): cell.column_letter for cell in sheet[3]}
    # The first column of each section has the button, and so has the first of each sample in it.
    assert [found.get(headers[name], 0) for name in ("w₁₁", "w₁₂", "z₁[1]", "z₂[1]", "z₁[2]", "z₂[2]")] == [
        0,
        1,
        0,
        2,
        1,
        2,
    ]
    assert not sheet.sheet_properties.outlinePr.summaryRight
    assert sheet.sheet_format.outlineLevelCol == 2
    assert not levels(kept.looked_at(built("seed", iters=3))["Training"])


def test_links_of_a_wide_table_lead_to_its_sections(built: Build) -> None:
    sheet: Any = kept.looked_at(built("iris", iters=3))["Training"]
    bands = {str(cell.value): cell.column_letter for cell in sheet[2] if isinstance(cell.value, str)}
    found = links(sheet, 1)
    for name in ("weights and biases", "forward", "loss", "backward: gradients", "optimiser"):
        assert found[name].startswith(f"Training!${bands[name]}$3:")
    # From each section a link leads to the next, and one back to the start.
    assert found["→ optimiser"] == found["optimiser"]
    assert sheet[f"{bands['forward']}1"].hyperlink.location == "Training!$A$3:$A$3"
    # Where a text runs on over the cells beside it, these are blank.
    linked = [cell.column for cell in sheet[1] if cell.hyperlink]
    for column, following in pairwise(linked):
        room = 12.5 * (following - column)
        assert len(str(sheet.cell(1, column).value)) < room, get_column_letter(column)


@pytest.mark.parametrize("name", ["xor", "conv"])
def test_explore_folds_and_links_its_parts(name: str, built: Build) -> None:
    sheet: Any = kept.looked_at(built(name, iters=3))["Explore"]
    found = links(sheet, 7)
    assert len(found) >= 3
    for text, location in found.items():
        row = int(re.findall(r"\$(\d+)", location)[0])
        # The heading of the part stays when it folds.
        assert sheet.cell(row, 2).value, text
        assert not sheet.row_dimensions[row].outlineLevel
        assert sheet.row_dimensions[row + 1].outlineLevel == 1
    assert not sheet.sheet_properties.outlinePr.summaryBelow


def test_compare_links_its_groups_and_folds_the_data_of_its_charts(tmp_path: Path) -> None:
    path = tmp_path / "compare.xlsx"
    kept.build_comparison(xlnet.load_comparison("seed", lr=[0.1, 0.2], iters=3), path)
    sheet: Any = kept.looked_at(path)["Compare"]
    bands = {str(cell.value): cell.column_letter for cell in sheet[9] if cell.value}
    found = links(sheet, 1)
    assert found["final weights"].startswith(f"Compare!${bands['final weights']}$9:")
    assert found["settings"].startswith("Compare!$B$9:")
    drawn = {str(cell.value): cell.column_letter for cell in sheet[10]}
    assert [drawn[name] in levels(sheet) for name in ("E, run1", "E, run2")] == [False, True]


def test_cells_beside_every_table_are_free(built: Build) -> None:
    for name in ("iris", "conv"):
        every: Any = kept.looked_at(built(name, iters=3))
        for sheet in every:
            last = max(cell.column for row in sheet.iter_rows() for cell in row if cell.has_style)
            free = {
                number
                for each in sheet.column_dimensions.values()
                if not each.protection.locked
                for number in range(each.min, each.max + 1)
            }
            assert {last + 2, last + 20} <= free, sheet.title
            assert (1 in free) == (sheet.title in ("Guide", "Data", "Formulas", "Template", "Questions")) or (
                sheet.title == "Training" and name == "iris"
            ), sheet.title


def test_a_protected_sheet_lets_one_widen_columns_and_insert_charts(built: Build) -> None:
    with zipfile.ZipFile(built("seed", iters=3)) as package:
        for name in package.namelist():
            if name.startswith("xl/worksheets/sheet"):
                (protection,) = re.findall(r"<sheetProtection[^>]*>", package.read(name).decode())
                for allowed in ("formatColumns", "formatRows", "insertHyperlinks", "objects"):
                    assert f'{allowed}="0"' in protection


def test_notes_beside_the_table_do_not_disturb_the_check(built: Build) -> None:
    path = built("xor", iters=3)
    workbook = load_workbook(path)
    workbook["Training"].cell(5, workbook["Training"].max_column + 3).value = "why?"
    workbook["Training"].cell(30, 4).value = 12345
    workbook.save(path)
    assert xlnet.check(path, engine="ironcalc").agrees


def test_example_inputs_are_of_every_class(built: Build) -> None:
    sheet: Any = kept.looked_at(built("iris", iters=3), data_only=True)["Predict"]
    classes = list(zip(*xlnet.load("iris").data.t, strict=True))
    table = {
        str(row[1].value): [cell.value for cell in row[2:6]] for row in sheet.iter_rows(max_row=40) if row[1].value
    }
    samples = [[float(value) for value in row] for row in xlnet.load("iris").data.x]
    first = [samples.index(table[f"your inputs, row {number}"]) for number in range(1, 6)]
    assert {next(number for number, members in enumerate(classes) if members[sample]) for sample in first} == {0, 1, 2}


def test_a_runaway_loss_leaves_the_axes_alone(tmp_path: Path) -> None:
    paths = [tmp_path / "tame.xlsx", tmp_path / "wild.xlsx"]
    for path, rate in zip(paths, (0.01, 0.9), strict=True):
        kept.build(xlnet.load("seed", iters=12, lr=rate), path)
    largest = []
    for path in paths:
        sheet: Any = kept.looked_at(path, data_only=True)["Dashboard"]
        columns = {str(cell.value): cell.column for cell in sheet[2] if cell.value}
        every = [sheet.cell(row, columns[name]).value for name in ("E", "y", "w₁₁") for row in range(3, 15)]
        assert all(isinstance(value, int | float) for value in every)
        largest.append(max(map(abs, every)))
    assert largest == pytest.approx([5.88245, 2 * 5.88245])
    assert all(xlnet.check(path, engine="ironcalc").agrees for path in paths)
    # The loss of a run that learns is drawn as it is.
    training, sheet = (kept.looked_at(paths[0], data_only=True)[name] for name in ("Training", "Dashboard"))
    assert [sheet.cell(row, 29).value for row in range(3, 15)] == [training.cell(row, 11).value for row in range(4, 16)]


def test_chinese_is_upright_and_titles_have_their_height(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    kept.build(xlnet.load("seed", iters=3), path, language="zh")
    assert style.QUIET.italic
    for sheet in kept.looked_at(path):
        for row in sheet.iter_rows():
            for cell in row:
                assert not cell.font.i, cell
                if cell.value is not None and (cell.font.sz or 11) > 11:
                    assert (sheet.row_dimensions[cell.row].height or 15) >= 1.4 * cell.font.sz, cell
