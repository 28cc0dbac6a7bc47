"""Reads the cells of a workbook from its XML, by the format's own rules and nobody's library."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from xlnet.xlsx.package import sheet_part

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True)
class Error:
    """An error in a cell: "#NUM!"."""

    text: str


@dataclass(frozen=True)
class Written:
    """A cell: its value, None for none, and its formula; of a shared formula's citation, ""."""

    value: float | str | bool | Error | None
    formula: str | None


def cells(path: Path) -> dict[str, dict[str, Written]]:
    """Return the cells that hold something, by sheet and address."""
    with zipfile.ZipFile(path) as package:
        texts = [
            "".join(element.text or "" for element in item.iter(f"{_MAIN}t"))
            for item in ElementTree.fromstring(package.read("xl/sharedStrings.xml"))
        ]
        sheets = ElementTree.fromstring(package.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
        titles = [sheet.get("name", "") for sheet in sheets]
        return {title: dict(_cells(package.read(sheet_part(package, title)), texts)) for title in titles}


def _cells(xml: bytes, texts: list[str]) -> Iterator[tuple[str, Written]]:
    for cell in ElementTree.fromstring(xml).iter(f"{_MAIN}c"):
        value, formula = cell.find(f"{_MAIN}v"), cell.find(f"{_MAIN}f")
        assert cell.get("t") != "inlineStr"
        if value is None:
            assert formula is None, f"{cell.get('r')}: a formula without a value"
            continue
        written = _value(cell.get("t", "n"), value.text or "", texts)
        yield cell.get("r", ""), Written(written, None if formula is None else formula.text or "")


def _value(kind: str, text: str, texts: list[str]) -> float | str | bool | Error:
    if kind == "n":
        return float(text)
    if kind == "s":
        return texts[int(text)]
    if kind == "b":
        return text == "1"
    return Error(text) if kind == "e" else text
