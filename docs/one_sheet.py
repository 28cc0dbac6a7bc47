"""A copy of a workbook of which LibreOffice prints one sheet first, and quickly."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from html import unescape
from pathlib import Path

_EMPTY = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData/></worksheet>'
_SHEET = re.compile(r'<sheet [^>]*?name="([^"]*)"[^>]*/>')


def alone(book: Path, title: str, copy: Path) -> None:
    """Write a copy of a workbook in which this sheet is the first, and those are empty that do not matter to it.

    LibreOffice shows the values that formulas carry, but its charts look at cells, and it computes array formulas.
    """
    with zipfile.ZipFile(book) as source, zipfile.ZipFile(copy, "w") as target:
        workbook = source.read("xl/workbook.xml").decode()
        titles = _SHEET.findall(workbook)
        parts = {name: f"xl/worksheets/sheet{number}.xml" for number, name in enumerate(titles, 1)}
        kept = {parts[each] for each in {title, *_cited(source, parts[title])} & parts.keys()}
        for part in source.namelist():
            owner = part.replace("_rels/", "").removesuffix(".rels")
            if part == "xl/workbook.xml":
                target.writestr(part, _first(workbook, title, titles.index(title)))
            elif owner not in parts.values() or owner in kept:
                target.writestr(part, source.read(part))
            elif part == owner:
                target.writestr(part, _EMPTY)


def _cited(package: zipfile.ZipFile, part: str) -> Iterator[str]:
    """Yield the titles of the sheets that the charts and the array formulas of a sheet cite."""
    texts = re.findall(r'<f [^>]*?t="array"[^>]*>([^<]*)</f>', package.read(part).decode())
    for drawing in _related(package, part, "drawing"):
        for chart in _related(package, drawing, "chart"):
            texts += re.findall(r"<(?:c:)?f>([^<]*)</", package.read(chart).decode())
    for quoted, plain in re.findall(r"'((?:[^']|'')+)'!|([^\W\d][\w.]*)!", unescape("\n".join(texts))):
        yield quoted.replace("''", "'") or plain


def _related(package: zipfile.ZipFile, part: str, kind: str) -> list[str]:
    """Return the parts of a kind that a part leads to."""
    folder, name = part.rsplit("/", 1)
    rels = f"{folder}/_rels/{name}.rels"
    if rels not in package.namelist():
        return []
    found = re.findall(rf'/{kind}" Target="\.\./([^"]*)"', package.read(rels).decode())
    return [f"xl/{target}" for target in found]


def _first(workbook: str, title: str, number: int) -> str:
    """Return the list of sheets with this one in front, and what is named of it alone."""
    own = next(each[0] for each in _SHEET.finditer(workbook) if each[1] == title)
    workbook = workbook.replace(own, "").replace("<sheets>", f"<sheets>{own}")

    def renumbered(name: re.Match[str]) -> str:
        return name[0].replace(f'"{number}"', '"0"') if name[1] == str(number) else ""

    return re.sub(r'<definedName [^>]*localSheetId="(\d+)"[^>]*>[^<]*</definedName>', renumbered, workbook)
