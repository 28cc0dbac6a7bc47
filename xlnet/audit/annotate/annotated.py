"""Writes a copy of an audited workbook with notes, colours and a sheet of findings; nothing else in it is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from xlnet.audit.annotate.colours import add_colours
from xlnet.audit.annotate.cone import NoProofError
from xlnet.audit.annotate.findings_page import write_findings
from xlnet.audit.annotate.marks import Mark, cells, marks
from xlnet.audit.annotate.markup import LINK, MAIN, text
from xlnet.audit.annotate.notes import MOST_NOTES, add_notes
from xlnet.audit.annotate.package import Parts
from xlnet.audit.annotate.page import Page
from xlnet.audit.annotate.proof import add_proof
from xlnet.audit.annotate.styles import ODD, PLAIN, SECTION, WRONG, Styles
from xlnet.audit.findings import Audit
from xlnet.audit.reading.workbook import open_workbook
from xlnet.engines.live import Value
from xlnet.errors import UserError
from xlnet.xlsx.unpack import opened_package
from xlnet.xlsx.whole_file import written_whole

TITLE = "Audit"
_SHEET_KIND = "spreadsheetml.worksheet+xml"


def annotate(source: Path, audit: Audit, target: Path) -> None:
    """Write a copy of the workbook `source` that shows what an audit of it found. Raises UserError, EngineError.

    IronCalc opens the workbook in this process: a hostile file may crash it.
    """
    _require_other_name(source, target)
    with opened_package(source) as package:
        parts = Parts(package)
        book = _Book(parts)
        package.require_small(*(part for part in book.sheets.values() if part))
        styles = Styles(parts.markup(book.styles))
        page, values = _page(source, audit, book)
        _add_marks(parts, book, styles, marks(audit, list(book.sheets)))
        _add_page(parts, book, page.xml(styles, values))
        parts.keep(book.styles, styles.changed())
        with written_whole(target) as file:
            parts.write(file)


def _require_other_name(source: Path, target: Path) -> None:
    ending = source.suffix.lower()
    if target.suffix.lower() != ending:
        why = "keeps its macros" if ending == ".xlsm" else "has the format of the workbook"
        raise UserError(f"{target}: the copy {why}: give it a name that ends in {ending or 'nothing'}")
    if target.exists() and source.exists() and target.samefile(source):
        raise UserError(f"{target}: is the workbook itself: give the copy another name")


class _Book:
    """The main part of a workbook: its sheets by title, each with its part, and its styles."""

    def __init__(self, parts: Parts) -> None:
        self.part = parts.target("", "officeDocument") or "xl/workbook.xml"
        self.markup = parts.markup(self.part)
        if self.markup.root.uri != MAIN:
            raise parts.error("is in the strict variety of the format", self.part)
        targets = {identity: (kind, target) for kind, identity, target in parts.targets(self.part)}
        self.sheets: dict[str, str | None] = {}
        self.identities: list[int] = []
        for sheet in self.markup.root.all("sheets", "sheet"):
            kind, target = targets.get(sheet.attributes.get(f"{LINK} id", ""), ("", ""))
            self.sheets[sheet.attributes.get("name", "")] = target if kind == "worksheet" else None
            number = sheet.attributes.get("sheetId", "")
            self.identities.append(int(number) if number.isdecimal() else 0)
        self.styles = parts.target(self.part, "styles") or "xl/styles.xml"

    def free_title(self) -> str:
        """Return the title of a new sheet."""
        used = {title.casefold() for title in self.sheets}
        title, number = TITLE, 2
        while title.casefold() in used:
            title, number = f"{TITLE} {number}", number + 1
        return title


def _page(source: Path, audit: Audit, book: _Book) -> tuple[Page, Mapping[tuple[int, int], Value]]:
    """Return the sheet of findings, and the values of its formulas."""
    page = Page(book.free_title())
    values: dict[tuple[int, int], Value] = {}

    def prove(page: Page, row: int) -> int:
        wrong = list(audit.wrong())
        found = next((each for each in wrong if not each[2].is_probe), wrong[0])
        try:
            with open_workbook(source) as workbook:
                end, computed = add_proof(page, row, workbook, found)
        except NoProofError as reason:
            page.put(row, 1, "Live proof", SECTION)
            page.put(row + 1, 1, f"The derivative cannot be shown at work on this sheet: {reason}.", PLAIN, over=8)
            return row + 2
        values.update(computed)
        return end

    write_findings(page, source, audit, list(book.sheets), prove)
    return page, values


def _add_marks(parts: Parts, book: _Book, styles: Styles, found: Sequence[Mark]) -> None:
    for number, part in enumerate(book.sheets.values()):
        own = [mark for mark in found if mark.first[0] == number]
        if not own or part is None:
            continue
        sheet = parts.sheet(part)
        wrong = {cell for mark in own if mark.is_wrong for cell in cells(mark)}
        odd = {cell for mark in own if not mark.is_wrong for cell in cells(mark)} - wrong
        colours = [(area, styles.over(colour)) for area, colour in ((wrong, WRONG), (odd, ODD)) if area]
        add_colours(sheet, colours)
        notes: dict[tuple[int, int], str] = {}
        for mark in own:
            cell = mark.first[1:]
            if cell in notes:
                notes[cell] += f"\n\n{mark.words}"
            elif len(notes) < MOST_NOTES:
                notes[cell] = mark.words
        add_notes(parts, part, sheet, notes)
        parts.keep(part, sheet.changed())


def _add_page(parts: Parts, book: _Book, xml: bytes) -> None:
    part = parts.free_name("xl/worksheets/sheet", ".xml")
    parts.keep(part, xml)
    parts.declare(part, _SHEET_KIND)
    link = parts.link(book.part, "worksheet", part)
    sheets = book.markup.root.child("sheets")
    if sheets is None:
        raise parts.error("is damaged", book.part)
    number = max(book.identities, default=0) + 1
    title = text(book.free_title())
    book.markup.append(sheets, f'<sheet xmlns:r="{LINK}" name="{title}" sheetId="{number}" r:id="{link}"/>')
    parts.keep(book.part, book.markup.changed())
