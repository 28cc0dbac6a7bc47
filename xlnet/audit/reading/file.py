"""The file of a stranger's workbook: refused where it is none or too large, and cleared of what the engine refuses."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from openpyxl.utils.cell import range_boundaries

from xlnet.errors import UserError
from xlnet.xlsx.unpack import UNREADABLE, Package, opened_package

# A sheet of 400,000 formulas has about 40 MB.
LARGEST_SHEET = 256_000_000
MOST_ARRAY_CELLS = 100_000
_SMALL_PART = 16_000_000
_LONGEST_CELL = 64_000
_OLD_FORMAT = bytes.fromhex("d0cf11e0a1b11ae1")
_ELEMENT = re.compile(rb"<(?:\w+:)?f\b[^<>]*>")
_ATTRIBUTE = re.compile(rb"\b(t|ref)\s*=\s*[\"']([^\"']*)[\"']")
_DATA_TABLE = re.compile(rb"<((?:\w+:)?f)\b[^<>]*\bt\s*=\s*[\"']dataTable[\"'][^<>]*?(?:/>|>[^<]*</\1>)")
# A blank cell that openpyxl wrote says that it holds a number, and IronCalc takes that for 0.
_BLANK_NUMBER = re.compile(
    rb"(<(?:\w+:)?c\s[^<>]*?)\s{1,4}t\s*=\s*[\"']n[\"']([^<>]*?)"
    rb"(?:/>|>\s*(?:<(?:\w+:)?v\s*(?:/>|>\s*</(?:\w+:)?v\s*>))?\s*</(?:\w+:)?c\s*>)"
)
_LINKS_OF_SHEETS = "xl/worksheets/_rels/"
_FROM_ROOT = re.compile(rb"(\bTarget\s*=\s*[\"'])/xl/")
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_LINK = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")


@dataclass(frozen=True)
class Markup:
    """What only the file's XML tells, by the number of the sheet.

    The areas that array formulas and data tables fill (first row and column, last row and column), whether formulas
    that cite each other in a circle are iterated, and whether there are macros.
    """

    arrays: dict[int, list[tuple[int, int, int, int]]] = field(default_factory=dict)
    data_tables: dict[int, list[tuple[int, int, int, int]]] = field(default_factory=dict)
    is_iterated: bool = False
    has_macros: bool = False


@contextmanager
def readable(path: Path) -> Iterator[tuple[Path, Markup]]:
    """Yield a file that the engine reads and its markup: a copy where something must be left out.

    Raises UserError where it is no workbook, is protected by a password, or is larger than may be.
    """
    _require_format(path)
    with _opened(path) as package, TemporaryDirectory(prefix="xlnet-", ignore_cleanup_errors=True) as folder:
        sheets = _sheets(package)
        package.require_small(*sheets)
        markup = _markup(package, sheets)
        _require_few(path, markup)
        if markup.data_tables or _has_absolute_notes(package) or _has_blank_numbers(package, sheets):
            copy = Path(folder) / "workbook.xlsx"
            _write_for_engine(path, sheets, copy)
            yield copy, markup
        else:
            yield path, markup


@contextmanager
def _opened(path: Path) -> Iterator[Package]:
    with ExitStack() as stack:
        try:
            package = stack.enter_context(opened_package(path))
        except UserError as error:
            if str(error).endswith(UNREADABLE):
                raise UserError(
                    f"{path}: is damaged, perhaps only a part of it was copied: copy or save the workbook again"
                ) from None
            raise
        yield package


def _require_few(path: Path, markup: Markup) -> None:
    filled = sum(
        (last_row - row + 1) * (last_column - column + 1)
        for areas in markup.arrays.values()
        for row, column, last_row, last_column in areas
    )
    if filled > MOST_ARRAY_CELLS:
        raise UserError(
            f"{path}: has array formulas that fill {filled:,} cells, but audit reads at most {MOST_ARRAY_CELLS:,}"
        )


def _require_format(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise UserError(f"{path}: {_why(error)}") from None
    if start == _OLD_FORMAT:
        raise UserError(
            f"{path}: is protected by a password, or in the old format .xls: remove the password, or save it as .xlsx"
        )
    if not start.startswith(b"PK"):
        raise UserError(f"{path}: is not an .xlsx or .xlsm workbook: save it as .xlsx with a spreadsheet program")


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file: check the path"
    if isinstance(error, IsADirectoryError):
        return "is a folder: give the name of a workbook"
    return f"cannot be read: {error.strerror}"


def _sheets(package: Package) -> list[str]:
    """Return the parts of the sheets, in the order of their numbers."""
    main = next((name for name in ("xl/workbook.xml", "xl/workbook22.xml") if name in package), None)
    links = _text(package, "_rels/.rels")
    for link in _LINK.findall(links):
        # The types of other parts have this word in them, but do not end with it.
        if _attribute(link, "Type").endswith("/officeDocument"):
            main = _attribute(link, "Target").lstrip("/")
    if main is None or main not in package:
        raise UserError(f"{package.path}: is not an .xlsx or .xlsm workbook: it has no sheets")
    folder, name = posixpath.split(main)
    targets = {
        _attribute(link, "Id"): posixpath.normpath(posixpath.join("/", folder, _attribute(link, "Target"))).lstrip("/")
        for link in _LINK.findall(_text(package, posixpath.join(folder, "_rels", f"{name}.rels")))
    }
    found = [targets.get(_attribute(sheet, "id"), "") for sheet in _SHEET.findall(_text(package, main))]
    return [part for part in found if part]


def _attribute(element: str, name: str) -> str:
    match = re.search(rf"\b(?:\w+:)?{name}\s*=\s*[\"']([^\"']*)[\"']", element)
    return match[1] if match else ""


def _text(package: Package, part: str) -> str:
    if part not in package:
        return ""
    return b"".join(package.chunks(part, _SMALL_PART)).decode("utf-8", "replace")


def _markup(package: Package, sheets: list[str]) -> Markup:
    arrays: dict[int, list[tuple[int, int, int, int]]] = {}
    data_tables: dict[int, list[tuple[int, int, int, int]]] = {}
    for number, part in enumerate(sheets):
        if part not in package or "worksheets/" not in part:
            continue
        for kind, area in _filled(package, part):
            {"array": arrays, "dataTable": data_tables}[kind].setdefault(number, []).append(area)
    main = _text(package, "xl/workbook.xml")
    return Markup(
        arrays=arrays,
        data_tables=data_tables,
        is_iterated=re.search(r"<(?:\w+:)?calcPr\b[^>]*\biterate\s*=\s*[\"'](?:1|true)[\"']", main) is not None,
        has_macros="xl/vbaProject.bin" in package,
    )


def _filled(package: Package, part: str) -> Iterator[tuple[str, tuple[int, int, int, int]]]:
    """Yield the kind and the area of each formula of a sheet that fills several cells."""
    for text in _pieces(package, part):
        for element in _ELEMENT.findall(text):
            attributes = dict(_ATTRIBUTE.findall(element))
            kind = attributes.get(b"t", b"").decode()
            if kind not in ("array", "dataTable") or b"ref" not in attributes:
                continue
            try:
                column, row, last_column, last_row = range_boundaries(attributes[b"ref"].decode())
            except ValueError:
                continue
            if column and row and last_column and last_row:
                yield kind, (row, column, last_row, last_column)


def _pieces(package: Package, part: str) -> Iterator[bytes]:
    """Yield a sheet in pieces; a cell that a chunk cuts through comes whole with the next one."""
    kept = b""
    for chunk in package.chunks(part, LARGEST_SHEET):
        text = kept + chunk
        starts = text.rfind(b"<c "), text.rfind(b"<", 0, max(text.rfind(b":c "), 0))
        end = max(starts)
        kept = text[end:] if end > 0 and len(text) - end < _LONGEST_CELL else b""
        yield text[: len(text) - len(kept)]
    yield kept


def _has_blank_numbers(package: Package, sheets: list[str]) -> bool:
    found = (part for part in sheets if part in package and "worksheets/" in part)
    return any(_BLANK_NUMBER.search(text) for part in found for text in _pieces(package, part))


def _has_absolute_notes(package: Package) -> bool:
    """Whether a sheet names the part of its notes from the root, as openpyxl does; IronCalc does not find it then."""
    links = [name for name in package.names if name.startswith(_LINKS_OF_SHEETS)]
    return any(b"/xl/comments" in b"".join(package.chunks(name, _SMALL_PART)) for name in links)


def _write_for_engine(path: Path, sheets: list[str], copy: Path) -> None:
    """Write a copy without data tables and types of blank cells, in which sheets name parts from where they are."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename in sheets:
                content = _BLANK_NUMBER.sub(rb"\1\2/>", _DATA_TABLE.sub(b"", content))
            elif entry.filename.startswith(_LINKS_OF_SHEETS):
                content = _FROM_ROOT.sub(rb"\1../", content)
            target.writestr(entry.filename, content)
