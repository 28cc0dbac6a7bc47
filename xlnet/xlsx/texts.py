"""Texts of cells: the sheets cite them by number, and they stand in a table of their own, as Excel lays them.

openpyxl would write them into the cells, which the format allows; telephones and Apple's Numbers have shown such
cells blank.
"""

from __future__ import annotations

from html import escape

PART = "xl/sharedStrings.xml"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


class TextTable:
    """Numbers texts as they come up."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._count = 0

    def add(self, text: str) -> None:
        """Take up a text of a cell."""
        self._count += 1
        self._numbers.setdefault(text, len(self._numbers))

    def number(self, text: str) -> int:
        """Return the number by which cells cite a text."""
        return self._numbers[text]

    def xml(self) -> str:
        """Return the XML of the table."""
        items = "".join(f"<si>{_item(text)}</si>" for text in self._numbers)
        return f'<sst xmlns="{_MAIN}" count="{self._count}" uniqueCount="{len(self._numbers)}">{items}</sst>'


def _item(text: str) -> str:
    """Return a text's element; without the attribute, blanks at the ends are lost."""
    is_kept = text != text.strip() or "\n" in text
    shown = escape(text, quote=False)
    return f'<t xml:space="preserve">{shown}</t>' if is_kept else f"<t>{shown}</t>"
