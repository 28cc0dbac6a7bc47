"""Other people's programs open the workbooks, and see and compute what is in them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cellrune
import kept
import pytest
from openpyxl.utils import get_column_letter
from recalculated import parts
from written import Error, Written, cells

import xlnet
from xlnet.spec import MATRIX

ITERS = 12
POISON = 777.125
COMPARED = ("seed", "xor")
LIBRARIES = ("SheetJS", "ExcelJS")
# By the formula's text, whatever stands around it: of a single cell, filled down, or an array's.
COMPUTED = re.compile(r'(<c r="[^"]*"(?: s="\d+")?)(?: t="\w+")?>(<f(?: [^>]*)?(?:/>|>[^<]*</f>))<v>[^<]*</v>')
RELATIVE, ABSOLUTE = 1e-9, 1e-12
# Sheet Proof's columns of (E(w + h) − E(w − h))/2h and of what that differs by from the gradient: an engine's rounding
# of the last digit of E, some E·ε, is divided by h there.
DIFFERENCES, NOISE = ("F", "H"), 1e-8
# The first words of a shared formula's definition, and the text that it defines.
SHARED = re.compile(r'<f t="shared"[^>]*>([^<]*)</f>')


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every template, in full and its table once more as a small file; other options where they make a difference."""
    folder = tmp_path_factory.mktemp("workbooks")
    built: dict[str, Path] = {}

    def path(name: str) -> Path:
        return built.setdefault(name, folder / f"{name}.xlsx")

    for template in kept.BUNDLED:
        spec = xlnet.load(template, iters=kept.few(template))
        kept.build(spec, path(template))
        xlnet.build(spec, path(f"{template} small"), small=True, plain=True)
    for template in COMPARED:
        spec = xlnet.load(template, iters=kept.few(template))
        xlnet.build(spec, path(f"{template} zh"), language="zh")
        xlnet.build(spec, path(f"{template} plain"), plain=True)
        xlnet.build(spec, path(f"{template} in full small"), small=True)
        comparison = xlnet.load_comparison(template, lr=[0.1, 0.5], iters=ITERS)
        xlnet.build_comparison(comparison, path(f"{template} compare"))
        xlnet.build_comparison(comparison, path(f"{template} compare small"), small=True)
    # Numbers that grow until there are none, and texts that are empty.
    xlnet.build(xlnet.load("seed", iters=150, lr=1.0), path("diverging"))
    return built


@pytest.fixture(scope="module")
def expected(workbooks: dict[str, Path]) -> dict[str, dict[str, dict[str, Written]]]:
    """The cells of each workbook by its XML alone; a small one has the formulas of its whole sister."""
    written = {name: cells(path) for name, path in workbooks.items()}
    for name, sheets in written.items():
        for title, sheet in sheets.items():
            sister = written[name.removesuffix(" small").removesuffix(" in full")][title]
            sheets[title] = {place: Written(cell.value, sister[place].formula) for place, cell in sheet.items()}
    return written


def test_libraries_see_the_cells_that_are_in_the_file(
    workbooks: dict[str, Path], expected: dict[str, dict[str, dict[str, Written]]], libraries: Path
) -> None:
    read_by_libraries(libraries, "cells", *workbooks.values())
    for name, path in workbooks.items():
        for library in LIBRARIES:
            seen = json.loads(Path(f"{path}.{library}.json").read_text(encoding="utf-8"))
            found = {
                title: {place: Written(value_of(value), formula) for place, (value, formula) in sheet.items()}
                for title, sheet in seen.items()
            }
            assert list(found) == list(expected[name])
            for title, sheet in expected[name].items():
                assert found[title] == sheet, f"{library} in {name}, {title}"


def test_no_number_format_shows_0_for_what_is_none(tmp_path: Path, libraries: Path) -> None:
    """Programs that take no number format from a conditional format show what the cell's own makes of a number."""
    paths = [tmp_path / f"{name}.xlsx" for name in ("converging", "batches", "tiny inputs", "runs")]
    xlnet.build(xlnet.load("seed", lr=0.05, iters=300), paths[0])
    xlnet.build(xlnet.load("iris", iters=ITERS), paths[1])
    template = tmp_path / "tiny.toml"
    template.write_text(
        "[network]\ninputs = 2\n[[network.layers]]\nunits = 1\nweights = [[0.00001, -0.00002]]\n"
        "[data]\nx = [[1e-7, -3e-9], [2e5, 4e-12], [-3e7, 1]]\nt = [[1e-9], [0], [-1e-6]]\nstandardize = true\n"
        "[training]\niters = 5\n[training.optimizer]\nlr = 1e-9\n",
        encoding="utf-8",
    )
    xlnet.build(xlnet.load(template), paths[2])
    xlnet.build_comparison(xlnet.load_comparison("seed", lr=[0.01, 0.05], iters=200), paths[3])
    read_by_libraries(libraries, "shown", *paths)
    count = 0
    for path in paths:
        for title, sheet in json.loads(Path(f"{path}.shown.json").read_text(encoding="utf-8")).items():
            for place, (number, text) in sheet.items():
                if text == "":
                    # The picture of a plane: colours, no numbers.
                    continue
                shown = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
                # Three digits, of either sign.
                assert abs(shown - number) <= 0.006 * abs(number), f"{path.name}, {title}!{place}: {number} as {text}"
                count += 1
    assert count > 10_000


def read_by_libraries(libraries: Path, asked: str, *workbooks: Path) -> None:
    """Have the libraries write beside each workbook what they see there, or what they show (see readers.mjs)."""
    script = Path(__file__).parent / "readers.mjs"
    command = ["node", str(script), str(libraries), asked, *map(str, workbooks)]
    read = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert read.returncode == 0, read.stderr


def value_of(value: Any) -> float | str | bool | Error | None:
    """Return a value of JSON, which has no errors and knows whole numbers."""
    if isinstance(value, dict):
        return Error(value["error"])
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def test_cellrune_computes_what_is_in_the_file(
    workbooks: dict[str, Path], expected: dict[str, dict[str, dict[str, Written]]], tmp_path: Path
) -> None:
    wrong = []
    for name, path in workbooks.items():
        poisoned = tmp_path / f"{name}.xlsx"
        count = poison(path, poisoned)
        book = cellrune.Workbook.open_path(str(poisoned))
        report = book.calculate()
        assert (report["formula_count"], report["unavailable_count"]) == (count, 0), name
        for title, sheet in expected[name].items():
            computed = {place: cell for place, cell in sheet.items() if cell.formula is not None}
            for place, found in recalculated(book, title, list(computed)):
                if not agree(title, place, found, computed[place].value):
                    wrong.append(f"{name}, {title}!{place}: {found!r}, not {computed[place]}")
    assert wrong == []


def poison(path: Path, target: Path) -> int:
    """Copy a workbook with another value beside every formula; return how many there are."""
    count = 0
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as package:
        for part in source.namelist():
            xml = source.read(part).decode()
            if part.startswith("xl/worksheets/sheet"):
                formulas = xml.count("<f>") + xml.count("<f ")
                xml, poisoned = COMPUTED.subn(rf"\1>\2<v>{POISON}</v>", xml)
                assert poisoned == formulas
                count += poisoned
            package.writestr(part, xml)
    return count


def recalculated(
    book: cellrune.Workbook, title: str, places: list[str]
) -> Iterator[tuple[str, float | str | bool | Error | None]]:
    """Yield what cellrune has computed in these cells of a sheet."""
    if not places:
        return
    positions = [parts(f"{title}!{place}")[1:] for place in places]
    last = f"{get_column_letter(max(column for column, _ in positions))}{max(row for _, row in positions)}"
    rows: Any = book.read_values(title, "A1", last)
    for place, (column, row) in zip(places, positions, strict=True):
        cell = rows[row - 1][column - 1]
        yield place, Error(cell["value"]) if cell["kind"] == "error" else cell.get("value")


def agree(
    title: str, place: str, found: float | str | bool | Error | None, written: float | str | bool | Error | None
) -> bool:
    """Return whether a computed value is the one written, up to rounding."""
    if isinstance(written, float) and isinstance(found, float):
        is_noisy = title == "Proof" and place.rstrip("0123456789") in DIFFERENCES
        absolute = NOISE if is_noisy else ABSOLUTE
        return found == pytest.approx(written, rel=RELATIVE, abs=absolute)
    if title in ("Explore", "Start") and isinstance(written, str) and isinstance(found, str):
        # Whether a difference that is next to nothing is 0 lies with the engine: "=" where it is, "≈" where it is not.
        found, written = found.replace("≈", "="), written.replace("≈", "=")
    return type(found) is type(written) and found == written


def test_no_formula_that_cites_another_sheet_is_shared(workbooks: dict[str, Path]) -> None:
    """The format forbids it, and Apache POI computes such cells wrong."""
    shared = []
    for name in (name for name in workbooks if name.endswith(" small")):
        with zipfile.ZipFile(workbooks[name]) as package:
            sheets = [part for part in package.namelist() if part.startswith("xl/worksheets/sheet")]
            found = [text for part in sheets for text in SHARED.findall(package.read(part).decode())]
        # Blocks of several rows have no formulas that are the same from row to row.
        assert found or xlnet.load(name.split()[0]).layout == MATRIX, f"{name} shares nothing"
        shared += found
    assert [text for text in shared if "!" in text] == []


def test_workbooks_have_no_zip64(workbooks: dict[str, Path]) -> None:
    """LibreOffice 7.0, SheetJS and others refuse a file whose entries say Zip64 where it is not needed."""
    for name, path in workbooks.items():
        content = path.read_bytes()
        with zipfile.ZipFile(path) as package:
            for entry in package.infolist():
                # Signature, version needed, flags, …, length of the name, of the extra field.
                assert (entry.extract_version, entry.flag_bits, entry.extra) == (20, 0, b""), (name, entry.filename)
                local = content[entry.header_offset : entry.header_offset + 30]
                assert local[:4] == b"PK\3\4"
                assert int.from_bytes(local[4:6], "little") == 20, (name, entry.filename)
                assert int.from_bytes(local[28:30], "little") == 0, (name, entry.filename)
        # Its own records at the end, too.
        assert b"PK\6\6" not in content
        assert b"PK\6\7" not in content
