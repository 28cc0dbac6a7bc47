"""Texts of cells: the sheets cite them by number, and they stand in a table of their own, as Excel lays them.

openpyxl writes them into the cells, which the format allows; telephones and Apple's Numbers have shown these blank.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

PART = "xl/sharedStrings.xml"
# openpyxl writes an empty text as a cell that names the kind and has nothing in it, which ExcelJS cannot read.
_IN_CELL = re.compile(r' t="inlineStr"(?: ?/>|></c>|><is><t(?: xml:space="preserve")?>([^<]*)</t></is></c>)')
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def with_shared_texts(sheets: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Return the sheets' XML, by part, with texts cited by number, and the XML of the table that holds them."""
    numbers: dict[str, int] = {}
    count = 0

    def cited(match: re.Match[str]) -> str:
        nonlocal count
        text: str | None = match[1]
        if text is None:
            return "/>"
        count += 1
        return f' t="s"><v>{numbers.setdefault(text, len(numbers))}</v></c>'

    citing = {part: _IN_CELL.sub(cited, xml) for part, xml in sheets.items()}
    items = "".join(f"<si>{_item(text)}</si>" for text in numbers)
    return citing, f'<sst xmlns="{_MAIN}" count="{count}" uniqueCount="{len(numbers)}">{items}</sst>'


def _item(text: str) -> str:
    """Return a text's element; without the attribute, blanks at the ends are lost."""
    is_kept = text != text.strip() or "\n" in text
    return f'<t xml:space="preserve">{text}</t>' if is_kept else f"<t>{text}</t>"
