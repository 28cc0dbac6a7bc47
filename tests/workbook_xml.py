"""Damages workbooks in their XML, so that all else, cached values included, stays as it was."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Callable
from html import unescape
from pathlib import Path

TRAINING = "xl/worksheets/sheet1.xml"


def rewrite(path: Path, change: Callable[[str], str], part: str = TRAINING) -> None:
    """Replace the text of one part of the package by `change` of it."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    before = parts[part].decode()
    after = change(before)
    assert after != before, "the damage must change something"
    parts[part] = after.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in parts.items():
            package.writestr(name, content)


def sheet_names(path: Path) -> list[str]:
    """Return the titles of the sheets, in the order of their parts."""
    with zipfile.ZipFile(path) as package:
        return [
            unescape(name)
            for name in re.findall(r'<sheet [^>]*name="([^"]*)"', package.read("xl/workbook.xml").decode())
        ]


_FORMULA = re.compile(
    r'<c r="([A-Z]+\d+)"(?: s="\d+")?(?: t="(\w+)")?><f[^>]*(?:/>|>[^<]*</f>)(?:<v ?/>|<v[^>]*>([^<]*)</v>)</c>'
)


def cached_values(path: Path, sheet: str) -> dict[str, tuple[str | None, str]]:
    """Return what stands beside each formula of a sheet that xlnet wrote: the type of its value, and its text."""
    with zipfile.ZipFile(path) as package:
        xml = package.read(f"xl/worksheets/sheet{sheet_names(path).index(sheet) + 1}.xml").decode()
    found = {cell: (kind or None, unescape(value)) for cell, kind, value in _FORMULA.findall(xml)}
    assert len(found) == len(re.findall("<f[ >]", xml)), "every formula has its value"
    return found


def thin(path: Path) -> None:
    """Leave out the cells of each sheet that differ from two before them in nothing but a formula's text or a value."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, content in parts.items():
            is_sheet = name.startswith("xl/worksheets/sheet")
            package.writestr(name, _thinned(content.decode()) if is_sheet else content)


def _thinned(xml: str) -> str:
    seen: Counter[str] = Counter()

    def kept(found: re.Match[str]) -> str:
        form = re.sub(r">[^<]+<", ">#<", re.sub(r' (?:r|ref|ht)="[^"]*"', "", found[0]))
        seen[form] += 1
        return found[0] if seen[form] <= 2 else ""

    # Then the rows of which nothing is left.
    with_cells = re.sub(r"<c [^>]*/>|<c .*?</c>", kept, xml, flags=re.DOTALL)
    return re.sub(r"<row [^>]*/>|<row [^>]*></row>", kept, with_cells)


def poison(path: Path) -> None:
    """Overwrite the cached value of every formula with 777.125."""
    pattern = re.compile(r'(<c r="[^"]*" s="\d+")(?: t="e")?>(<f[^>]*>[^<]*</f>)<v>[^<]*</v>')
    rewrite(path, lambda xml: pattern.sub(r"\1>\2<v>777.125</v>", xml))


def change_cell(path: Path, cell: str, change: Callable[[str | None, str], str], part: str = TRAINING) -> None:
    """Replace the inside of a cell; `change` takes its formula and its cached value, as XML text."""

    def changed(xml: str) -> str:
        match = re.search(rf'<c r="{cell}"( s="\d+")?(?: t="\w+")?>(?:<f[^>]*>([^<]*)</f>)?<v>([^<]*)</v></c>', xml)
        assert match is not None, f"no cell {cell}"
        inside = change(match[2], match[3])
        new = inside.format(start=f'<c r="{cell}"{match[1] or ""}')
        return xml[: match.start()] + new + xml[match.end() :]

    rewrite(path, changed, part)


def other_formula(formula: str | None, value: str) -> str:
    """A formula changed, its cached value right."""
    return f"{{start}}><f>({formula or value})*1.001+0.001</f><v>{value}</v></c>"


def typed_over(_: str | None, value: str) -> str:
    """A formula replaced by its right value, typed in."""
    return f"{{start}}><v>{value}</v></c>"


def emptied(_: str | None, __: str) -> str:
    """A cell emptied."""
    return "{start}/>"


def text(_: str | None, __: str) -> str:
    """A text in a cell."""
    return '{start} t="inlineStr"><is><t>oops</t></is></c>'


def error(_: str | None, value: str) -> str:
    """A formula that gives an error, its cached value right."""
    return f"{{start}}><f>1/0</f><v>{value}</v></c>"


DAMAGES = {
    "other formula": other_formula,
    "typed over": typed_over,
    "emptied": emptied,
    "text": text,
    "error": error,
}
