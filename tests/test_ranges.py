"""Formulas look into ranges as every program reads it, and statistics pass over what is blank."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import kept
import numpy as np
import pytest
from conftest import Build
from openpyxl import load_workbook
from openpyxl.formula.tokenizer import Token, Tokenizer
from openpyxl.utils.cell import coordinate_from_string
from recalculated import recalculated, where
from workbook_xml import change_cell, emptied, sheet_names

import xlnet
from xlnet.xlsx.package import sheet_part


def formulas(path: Path) -> Iterator[tuple[str, list[Token]]]:
    """Yield a place and the tokens of the formula there, once for all that differ in their numbers alone."""
    seen = set()
    with zipfile.ZipFile(path) as package:
        xml = {title: package.read(sheet_part(package, title)).decode() for title in sheet_names(path)}
    for title, sheet in xml.items():
        for cell, escaped in re.findall(r'<c r="([A-Z]+\d+)"[^>]*><f[^>]*>([^<]+)</f>', sheet):
            form = re.sub(r"\d+", "", escaped)
            if form not in seen:
                seen.add(form)
                text = f"={unescape(escaped)}"
                yield f"{title}!{cell}: {text}", Tokenizer(text).items


def arguments(tokens: list[Token]) -> list[str]:
    """Return the arguments of a function by the tokens that follow its bracket."""
    found, depth = [""], 0
    for token in tokens:
        depth += (token.subtype == Token.OPEN) - (token.subtype == Token.CLOSE)
        if depth < 0:
            break
        if token.type == Token.SEP and depth == 0:
            found.append("")
        else:
            found[-1] += token.value
    return found


def test_index_says_where_as_every_program_reads_it(tmp_path: Path) -> None:
    """Gnumeric takes one number into a row for the row's, finds nothing in a single cell, and no whole row by 0."""
    path, wrong, count = tmp_path / "built.xlsx", [], 0
    runs = {name: {"iters": kept.few(name)} for name in kept.BUNDLED} | {
        "seed": {"iters": 1},
        "iris": {"iters": 1},
    }
    for name, overrides in runs.items():
        kept.build(xlnet.load(name, **overrides), path)
        for place, tokens in formulas(path):
            for index, token in enumerate(tokens):
                if token.value != "INDEX(":
                    continue
                count += 1
                cells, *numbers = arguments(tokens[index + 1 :])
                (left, top), (right, bottom) = (
                    coordinate_from_string(end.replace("$", "")) for end in cells.rpartition("!")[2].split(":")
                )
                if (left, top) == (right, bottom) or (top == bottom and len(numbers) == 1) or "0" in numbers:
                    wrong.append(f"{name}, {place}")
    assert wrong == []
    assert count > 1_000


def test_the_deviation_passes_over_a_blank_as_the_mean_does(built: Build, engine: str) -> None:
    path = built("regression", iters=3)
    workbook = load_workbook(path)
    data = workbook["Data"]
    heights = [data.cell(row, 2).value for row in range(2, data.max_row + 1)]
    change_cell(path, "B4", emptied, f"xl/worksheets/sheet{workbook.index(data) + 1}.xml")
    left = [float(str(height)) for row, height in enumerate(heights, 2) if row != 4 and height is not None]
    (cells,) = recalculated(path, engine)
    for key, expected in (("mean_x_1", np.mean(left)), ("sd_x_1", np.std(left))):
        assert cells(where(path, key).replace("$", "")) == pytest.approx(expected, rel=1e-12)
