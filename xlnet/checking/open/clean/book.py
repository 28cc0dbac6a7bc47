"""A stranger's workbook as far as it must be known before it is copied: sheets, language, texts, names, template."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property
from xml.etree.ElementTree import Element

from xlnet.checking.open.clean.cells import LONGEST_TEXT, Reader
from xlnet.checking.open.clean.formulas import Judge
from xlnet.checking.open.clean.markup import attribute, elements, text_of
from xlnet.checking.open.formula_text import reference
from xlnet.errors import UserError
from xlnet.sheet_size import LAST_SHEET_ROW
from xlnet.template.bounds import MOST_CHARACTERS
from xlnet.xlsx.unpack import LARGEST_PART, UNREADABLE, Package

_MOST_SHEETS, _MOST_NAMES, _MOST_LINKS, _MOST_TEXTS = 500, 1_000, 2_000, 2_000_000
# Of what describes the file, and of a link, a name or a text in it.
_SMALL_PART, LONGEST = 4_000_000, 1_000_000
_LONGEST_TITLE = 31
# A line that xlnet writes has about a hundred characters.
_MOST_LINES = 400_000
_ROW = ("worksheet", "sheetData", "row")
_NAME = re.compile(r"[^\W\d][\w.]{0,60}")


class Book:
    """A workbook in an opened package. Raises UserError wherever it is damaged, or larger than it may be."""

    def __init__(self, package: Package) -> None:
        self.package = package
        links = self._links("")
        main = next((target for kind, target in links.values() if kind == "officeDocument"), None)
        if main is None or main not in package:
            raise UserError(f"{package.path}: {UNREADABLE}")
        self._main = main
        self._properties = next((target for kind, target in links.values() if kind == "core-properties"), "")
        self._links_of_main = self._links(main)
        self.parts = self._sheets()
        package.require_small(*self.parts.values())

    @property
    def titles(self) -> list[str]:
        """The titles of the sheets, in their order."""
        return list(self.parts)

    @cached_property
    def language(self) -> str | None:
        """The language that the file says it has."""
        path = ("coreProperties", "language")
        if self._properties not in self.package:
            return None
        return next((element.text for element in self._read(self._properties, path, 1)), None)

    @cached_property
    def strings(self) -> list[str]:
        """The texts that cells cite by number."""
        part = next((target for kind, target in self._links_of_main.values() if kind == "sharedStrings"), None)
        if part is None or part not in self.package:
            return []
        chunks = self.package.chunks(part, LARGEST_PART)
        return [text_of(item) for item in elements(self.package, part, chunks, ("sst", "si"), _MOST_TEXTS, LONGEST)]

    @cached_property
    def names(self) -> dict[str, str]:
        """The names that stand for cells of the workbook, and for which; any other name is left out."""
        found = {}
        for element in self._read(self._main, ("workbook", "definedNames", "definedName"), _MOST_NAMES):
            name, text = element.get("name") or "", (element.text or "").strip().removeprefix("=")
            cited = reference(text) if len(text) < 100 else None
            if _NAME.fullmatch(name) and cited and cited.sheet in self.parts and element.get("localSheetId") is None:
                found[name] = text
        return found

    def rows(self, title: str, chunks: Iterator[bytes], longest: int) -> Iterator[Element]:
        """Yield the rows of a sheet from its XML."""
        return elements(self.package, self.parts[title], chunks, _ROW, LAST_SHEET_ROW, longest)

    def error(self, title: str, problem: str) -> UserError:
        """Return an error about a sheet."""
        return self.package.error(problem, self.parts[title])

    def lines(self, title: str) -> list[str]:
        """Return the texts in column A of a sheet."""
        reader = Reader(Judge(()), (), lambda *_: None, lambda problem: self.error(title, problem))
        lines: list[str] = []
        for element in self.rows(title, self.package.chunks(self.parts[title], 2 * MOST_CHARACTERS), LONGEST):
            row = reader.row_of(element, len(lines))
            if row > _MOST_LINES:
                raise self.error(title, f"has a template of more than {_MOST_LINES:,} lines")
            lines += [""] * (row - len(lines))
            for _, cell in reader.cells(row, element, 1):
                lines[-1] = self._text(title, cell)
        return lines

    def _text(self, title: str, cell: Element) -> str:
        kind, value, inline = cell.get("t", "n"), None, ""
        for child in cell:
            value = child.text if child.tag == "v" else value
            inline = text_of(child) if child.tag == "is" else inline
        if kind == "inlineStr":
            text = inline
        elif kind == "s" and value and value.isascii() and value.isdecimal() and len(value) < 10:
            if int(value) >= len(self.strings):
                raise self.error(title, f"refers to text number {value}, but there are {len(self.strings):,}")
            text = self.strings[int(value)]
        else:
            text = value or ""
        if len(text) > LONGEST_TEXT:
            raise self.error(
                title, f"has a text of {len(text):,} characters, but a cell holds at most {LONGEST_TEXT:,}"
            )
        return text

    def _sheets(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for sheet in self._read(self._main, ("workbook", "sheets", "sheet"), _MOST_SHEETS):
            title = sheet.get("name") or ""
            _, part = self._links_of_main.get(_link_of(sheet), ("", ""))
            if not 0 < len(title) <= _LONGEST_TITLE:
                raise self.package.error(f"has a sheet name of {len(title):,} characters", self._main)
            if title.casefold() in map(str.casefold, found):
                raise self.package.error(f"has two sheets named {title!r}", self._main)
            found[title] = part
        return found

    def _links(self, part: str) -> dict[str, tuple[str, str]]:
        """Return the links of a part to other parts of the package, by their names: kind and target."""
        folder, name = posixpath.split(part)
        links = posixpath.join(folder, "_rels", f"{name}.rels")
        if links not in self.package:
            raise UserError(f"{self.package.path}: {UNREADABLE}")
        found = {}
        for link in self._read(links, ("Relationships", "Relationship"), _MOST_LINKS):
            if link.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/", folder, link.get("Target") or "")).lstrip("/")
                found[link.get("Id") or ""] = ((link.get("Type") or "").rpartition("/")[2], target)
        return found

    def _read(self, part: str, path: tuple[str, ...], most: int) -> Iterator[Element]:
        return elements(self.package, part, self.package.chunks(part, _SMALL_PART), path, most, LONGEST)


def _link_of(sheet: Element) -> str:
    """Return the name of a sheet's link, which has a namespace, as its number has none."""
    return next((value for key, value in sheet.items() if key.endswith("}id")), "") or (attribute(sheet, "id") or "")
