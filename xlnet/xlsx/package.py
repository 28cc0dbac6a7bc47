"""Puts the file together: openpyxl's frame, part by part, with values and the rows of tables in it."""

from __future__ import annotations

import io
import os
import re
import sys
import time
import zipfile
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain
from typing import IO, BinaryIO
from xml.etree import ElementTree

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from xlnet.xlsx.controls import CONTENT_TYPE, controls_xml
from xlnet.xlsx.controls import PART as CONTROLS
from xlnet.xlsx.page import Address, Page, cols, number_styles, pages, sheet_data
from xlnet.xlsx.repairs import CONTENT_TYPES, described, renamed, repaired
from xlnet.xlsx.table import Table, frame_of, most_bytes, table_rows
from xlnet.xlsx.texts import PART, TextTable
from xlnet.xlsx.values import Value

# Levels of deflate. 1 saves a tenth of the time and makes a file a fifth larger; beyond 6 it only becomes slower.
FAST, SMALL = 3, 6
_BYTES_PER_WRITE = 2_000_000
_WRITES_WAITING = 2
_SHEETS = "xl/worksheets/"
_SHEET_DATA = re.compile(r"(<sheetData ?/>|<sheetData>.*</sheetData>)", re.DOTALL)
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_SWITCH_SECONDS = 0.0002


def save(
    workbook: Workbook,
    tables: Mapping[str, Table],
    values: Mapping[str, Callable[[], Mapping[Address, Value]]],
    target: BinaryIO,
    level: int = FAST,
) -> None:
    """Write `workbook` to `target`, with the rows of `tables` in the sheets they are named after.

    `values` give the values of formulas in other sheets, by sheet, row and column, once the tables are written. The
    same workbook gives the same bytes: no time is written but that of SOURCE_DATE_EPOCH, where the environment has it.
    """
    moment = source_date()
    styles, texts = number_styles(workbook), TextTable()
    frame = io.BytesIO()
    workbook.save(frame)
    parts = _parts(frame, moment)
    sheets = {_part(workbook, page.title): page for page in pages(workbook)}
    # Texts are numbered in the order of the sheets, whichever is written first.
    for own in sheets.values():
        for text in own.texts():
            texts.add(text)
    parts[PART] = texts.xml()
    for own in sheets.values():
        if own.descriptions:
            name = own._drawing.path.removeprefix("/")  # type: ignore[attr-defined]
            parts[name] = described(parts[name], own.descriptions)
        if own.scroll_bars:
            parts[CONTROLS] = controls_xml(own.scroll_bars)
            if 'Extension="vml"' not in parts[CONTENT_TYPES]:
                parts[CONTENT_TYPES] = parts[CONTENT_TYPES].replace("<Override", f"{CONTENT_TYPE}<Override", 1)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as package:
        for name in sorted(parts, key=lambda name: _turn(sheets.get(name), tables, values)):
            content, page = parts[name], sheets.get(name)
            if page is not None:
                known = values[page.title]() if page.title in values else {}
                rows = "".join(sheet_data(page, styles, texts, known))
                before, _, after = _SHEET_DATA.split(content, maxsplit=1)
                content = f"{before}{cols(page, styles)}<sheetData>{rows}</sheetData>{after}"
            if page is not None and page.title in tables:
                _write_table(package, name, content, tables[page.title])
            else:
                # Opened by name, an entry has the compression level of the package, and no time.
                with package.open(name, "w") as part:
                    part.write(content.encode())


def _turn(page: Page | None, tables: Collection[str], values: Collection[str]) -> tuple[bool, bool]:
    """Return what parts are sorted by: first the tables, last the sheets whose values are known by then."""
    title = page.title if page else ""
    return title in values, title not in tables


def source_date() -> time.struct_time | None:
    """Return the time that SOURCE_DATE_EPOCH names, UTC; None where it is not set or no number."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH", "")
    return time.gmtime(int(seconds)) if seconds.isdecimal() else None


def sheet_part(package: zipfile.ZipFile, title: str) -> str:
    """Return the name of the part that holds the sheet of this title. Raises KeyError where there is none."""
    sheets = ElementTree.fromstring(package.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
    number = next((sheet.get(f"{_LINK}id") for sheet in sheets if sheet.get("name") == title), None)
    links = ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
    target = {link.get("Id"): link.get("Target") or "" for link in links}[number]
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _part(workbook: Workbook, title: str) -> str:
    return f"{_SHEETS}sheet{workbook.sheetnames.index(title) + 1}.xml"


def _parts(frame: IO[bytes], moment: time.struct_time | None) -> dict[str, str]:
    """Return the XML of the frame's parts, put right, by name."""
    with zipfile.ZipFile(frame) as source:
        return {renamed(name): repaired(name, source.read(name).decode(), moment) for name in source.namelist()}


def _write_table(package: zipfile.ZipFile, name: str, frame: str, table: Table) -> None:
    """Write a sheet with the table's rows in place of the frame's styled, empty ones."""
    start = re.search(rf'<row [^>]*?r="{table.first_row}"', frame)
    assert start is not None, "the frame styles the table's first two rows"
    head, rest = frame[: start.start()], frame[start.start() :]
    styled, tail = rest.split("</sheetData>")
    firsts = (table.first_row, table.first_row + table.stride)
    frames = [frame_of(styled, first, table.columns, table.stride) for first in firsts]
    last_cell = f"{get_column_letter(table.last_column)}{table.last_row}"
    head = re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="A1:{last_cell}"', head)
    # A part must be said to be Zip64 before its size is known. Where it need not be, some programs refuse one that is.
    is_large = len(frame.encode()) + most_bytes(table, *frames) > zipfile.ZIP64_LIMIT
    with package.open(name, "w", force_zip64=is_large) as part:
        rows = table_rows(table, *frames)
        _write_in_background(part, chain([head.encode()], rows, [f"</sheetData>{tail}".encode()]))


def _write_in_background(part: IO[bytes], chunks: Iterator[bytes]) -> None:
    """Write the chunks by a second thread: compression, half of the work, lets the first one go on meanwhile."""
    waiting: deque[Future[int]] = deque()
    with ThreadPoolExecutor(1) as writer, _quick_switches():
        for gathered in _gathered(chunks):
            waiting.append(writer.submit(part.write, gathered))
            if len(waiting) > _WRITES_WAITING:
                waiting.popleft().result()
        for written in waiting:
            written.result()


@contextmanager
def _quick_switches() -> Iterator[None]:
    """Let threads take turns quickly: at Python's own 5 ms, a write that takes 7 ms waits three times for its turn."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def _gathered(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the chunks in larger pieces, as each costs a switch of threads."""
    gathered: list[bytes] = []
    size = 0
    for chunk in chunks:
        gathered.append(chunk)
        size += len(chunk)
        if size >= _BYTES_PER_WRITE:
            yield b"".join(gathered)
            gathered.clear()
            size = 0
    yield b"".join(gathered)
