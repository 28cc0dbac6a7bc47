"""The answer key of a class: a line for each blank of each student."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xlnet.book import style
from xlnet.book.drawing.cells import put_number, put_text
from xlnet.book.drawing.page import print_landscape
from xlnet.book.texts import Texts
from xlnet.render.excel import cell
from xlnet.xlsx.page import Page

NAME = "Answer key"
_COLUMNS = {"student": 10.0, "file": 20.0, "blank": 16.0, "symbol": 16.0, "value": 20.0}


@dataclass(frozen=True)
class Entry:
    """A blank of a student's exercise, and its true value."""

    student: int
    file: str
    key: str
    symbol: str
    value: float


def draw(page: Page, entries: Sequence[Entry], texts: Texts) -> None:
    """Draw the sheet."""
    header = replace(style.HEADER, fill=style.CONSTANTS.strong, horizontal="left")
    for column, (name, width) in enumerate(_COLUMNS.items(), 1):
        put_text(page, 1, column, texts.get("exercise", f"key {name}"), header)
        page.widths[column] = width
    whole = replace(style.TEXT, number_format=style.WHOLE_NUMBER, horizontal="left")
    for row, entry in enumerate(entries, 2):
        put_number(page, row, 1, entry.student, whole)
        for column, text in enumerate((entry.file, entry.key, entry.symbol), 2):
            put_text(page, row, column, text, style.TEXT)
        put_number(page, row, len(_COLUMNS), entry.value, style.TEXT)
    page.auto_filter.ref = f"A1:{cell(len(entries) + 1, len(_COLUMNS))}"
    page.freeze_panes = "A2"
    print_landscape(page, "1:1")
