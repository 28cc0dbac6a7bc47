"""Scroll bars that turn the number in a cell: form controls as Excel 2007 writes them, in VML, without a macro.

Programs that know none of them leave them out; the cell beside one stays what counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# Excel's controls know no larger number.
LARGEST = 30_000
PART = "xl/drawings/vmlControls.vml"
CONTENT_TYPE = '<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing" />'
_NAMESPACES = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
# The numbers of shapes go on from those of a block that no other drawing of a workbook has.
_BLOCK = 20
_KIND = "_x0000_t201"
# Shares of the range that a click beside the button moves by.
_PAGES = 10


@dataclass(frozen=True)
class ScrollBar:
    """A scroll bar in a cell, by row and column, that sets the number in another one from `first` to `last`.

    `linked` names that cell with its sheet, "Start!$C$4": without, LibreOffice takes one of the first sheet.
    """

    row: int
    column: int
    linked: str
    first: int
    last: int
    value: int

    @property
    def is_possible(self) -> bool:
        """Whether programs take its numbers, and there is something to be turned."""
        return self.first < self.last <= LARGEST


def controls_xml(bars: Sequence[ScrollBar]) -> str:
    """Return the drawing that holds the scroll bars of a sheet."""
    kind = (
        f'<v:shapetype id="{_KIND}" coordsize="21600,21600" o:spt="201" path="m,l,21600r21600,l21600,xe">'
        '<v:stroke joinstyle="miter"/><v:path shadowok="f" o:extrusionok="f" strokeok="f" fillok="f" '
        'o:connecttype="rect"/><o:lock v:ext="edit" shapetype="t"/></v:shapetype>'
    )
    layout = f'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{_BLOCK}"/></o:shapelayout>'
    shapes = "".join(_shape(number, bar) for number, bar in enumerate(bars, 1))
    return f"<xml {_NAMESPACES}>{layout}{kind}{shapes}</xml>"


def _shape(number: int, bar: ScrollBar) -> str:
    # Column and pixels, row and pixels, of two corners.
    anchor = f"{bar.column - 1}, 4, {bar.row - 1}, 2, {bar.column}, 0, {bar.row}, 0"
    facts = {
        "Anchor": anchor,
        "PrintObject": "False",
        "FmlaLink": bar.linked,
        "Val": bar.value,
        "Min": bar.first,
        "Max": bar.last,
        "Inc": 1,
        "Page": max(1, (bar.last - bar.first) // _PAGES),
        "Dx": 16,
    }
    data = "".join(f"<x:{name}>{value}</x:{name}>" for name, value in facts.items())
    return (
        f'<v:shape id="_x0000_s{1024 * _BLOCK + number}" type="#{_KIND}" '
        f'style="position:absolute;z-index:{number}" stroked="f" filled="f" o:insetmode="auto">'
        f'<x:ClientData ObjectType="Scroll">{data}<x:Horiz/></x:ClientData></v:shape>'
    )
