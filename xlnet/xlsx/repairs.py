"""What openpyxl writes and Microsoft's own rules forbid, or other programs stumble over: put right on the way out."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

from openpyxl.xml.functions import register_namespace  # type: ignore[attr-defined]

from xlnet.xlsx import texts

# The order that the schema asks for; openpyxl has its own, and Excel repairs files in silence or with a complaint.
_FONT_ORDER = (
    *("b", "i", "strike", "condense", "extend", "outline", "shadow", "u", "vertAlign"),
    *("sz", "color", "name", "family", "charset", "scheme"),
)
_FONT = re.compile(r"<font>(.*?)</font>", re.DOTALL)
_ELEMENT = re.compile(r"<(\w+)[^>]*/>")
_TIMES = re.compile(r"<dcterms:(created|modified)\b([^>]*)>[^<]*</dcterms:\1>")
# ExcelJS finds notes by the names that Excel gives their parts.
_NAMES = (
    (re.compile(r"xl/comments/comment(\d+)\.xml"), r"xl/comments\1.xml"),
    (re.compile(r"xl/drawings/commentsDrawing(\d+)\.vml"), r"xl/drawings/vmlDrawing\1.vml"),
)
# And what is in them by Excel's prefixes, which openpyxl uses once it is told.
for _prefix, _uri in (("v", "vml"), ("o", "office:office"), ("x", "office:excel")):
    register_namespace(_prefix, f"urn:schemas-microsoft-com:{_uri}")
_DRAWING = re.compile(r"xl/drawings/drawing\d+\.xml")
_TAG_WITHOUT_PREFIX = re.compile(r"<(/?)(\w+)(?![\w:])")
_CHART = re.compile(r'<xdr:cNvPr id="\d+" name="Chart \d+"')
CONTENT_TYPES, _WORKBOOK_LINKS = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
_TEXTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
_TEXTS_LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"


def renamed(part: str) -> str:
    """Return the name that Excel gives a part; anywhere in a text, too."""
    for theirs, excels in _NAMES:
        part = theirs.sub(excels, part)
    return part


def repaired(part: str, xml: str, moment: time.struct_time | None) -> str:
    """Return a part of the package put right; `moment` is the time of making, None for none."""
    if part == "xl/styles.xml":
        return _FONT.sub(_ordered_font, xml)
    if part == "docProps/core.xml":
        return _TIMES.sub(lambda match: _time(match, moment), xml)
    if part == CONTENT_TYPES:
        override = f'<Override PartName="/{texts.PART}" ContentType="{_TEXTS_TYPE}" />'
        return renamed(xml).replace("</Types>", f"{override}</Types>")
    if part.endswith(".rels"):
        return _links(part, xml)
    if _DRAWING.fullmatch(part):
        # ExcelJS and xlsx-populate know a drawing's elements by Excel's prefix; openpyxl writes none.
        return _TAG_WITHOUT_PREFIX.sub(r"<\1xdr:\2", xml).replace(" xmlns=", " xmlns:xdr=")
    return xml


def described(drawing: str, descriptions: Sequence[str]) -> str:
    """Return a drawing whose charts say in words what they show: openpyxl gives each but a name and a number."""
    words = iter(descriptions)
    return _CHART.sub(lambda match: f"{match[0]} descr={quoteattr(next(words))}", drawing)


def _links(part: str, xml: str) -> str:
    """Return links as Excel writes them, from where they are cited: IronCalc takes every target for such a one."""
    if part == _WORKBOOK_LINKS:
        link = f'<Relationship Type="{_TEXTS_LINK}" Target="/{texts.PART}" Id="rId{xml.count("<Relationship ") + 1}" />'
        xml = xml.replace("</Relationships>", f"{link}</Relationships>")
    folders = part.count("/") - 1
    above = {0: "xl/", 1: "", 2: "../"}[folders]
    return renamed(xml).replace('Target="/xl/', f'Target="{above}')


def _ordered_font(match: re.Match[str]) -> str:
    elements = sorted(_ELEMENT.finditer(match[1]), key=lambda element: _FONT_ORDER.index(element[1]))
    return "<font>" + "".join(element[0] for element in elements) + "</font>"


def _time(match: re.Match[str], moment: time.struct_time | None) -> str:
    """Return a time of the document's properties: openpyxl writes that of the clock, which no build would repeat."""
    if moment is None:
        return ""
    return f"<dcterms:{match[1]}{match[2]}>{time.strftime('%Y-%m-%dT%H:%M:%SZ', moment)}</dcterms:{match[1]}>"
