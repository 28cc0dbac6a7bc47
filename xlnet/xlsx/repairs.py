"""What openpyxl writes and Microsoft's own rules forbid is put right on the way out."""

from __future__ import annotations

import re
import time

# The order that the schema asks for; openpyxl has its own, and Excel repairs files in silence or with a complaint.
_FONT_ORDER = (
    *("b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign"),
    *("sz", "color", "name", "family", "charset", "scheme"),
)
_FONT = re.compile(r"<font>(.*?)</font>", re.DOTALL)
_ELEMENT = re.compile(r"<(\w+)[^>]*/>")
_TIMES = re.compile(r"<dcterms:(created|modified)\b([^>]*)>[^<]*</dcterms:\1>")


def repaired(part: str, xml: str, moment: time.struct_time | None) -> str:
    """Return a part of the package put right; `moment` is the time of making, None for none."""
    if part == "xl/styles.xml":
        return _FONT.sub(_ordered_font, xml)
    if part == "docProps/core.xml":
        return _TIMES.sub(lambda match: _time(match, moment), xml)
    if part.startswith("xl/worksheets/_rels/"):
        # IronCalc takes every target for one beside the sheet.
        return xml.replace('Target="/xl/', 'Target="../')
    return xml


def _ordered_font(match: re.Match[str]) -> str:
    elements = sorted(_ELEMENT.finditer(match[1]), key=lambda element: _FONT_ORDER.index(element[1]))
    return "<font>" + "".join(element[0] for element in elements) + "</font>"


def _time(match: re.Match[str], moment: time.struct_time | None) -> str:
    """Return a time of the document's properties: openpyxl writes that of the clock, which no build would repeat."""
    if moment is None:
        return ""
    return f"<dcterms:{match[1]}{match[2]}>{time.strftime('%Y-%m-%dT%H:%M:%SZ', moment)}</dcterms:{match[1]}>"
