"""Scatter charts whose series have looks of their own: lines, points, and names of cells as labels.

Written as XML: openpyxl takes a millisecond for each series, and a network has a hundred. Order and names of the
elements are those of the schema (ECMA-376, 21.2.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from openpyxl.chart import ScatterChart
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.xml.functions import fromstring

from xlnet.cell import Area, Cell
from xlnet.render.excel import address
from xlnet.xlsx.page import Page

_NAMESPACES = (
    'xmlns="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
)
_GRID, _INK, _QUIET = "E2E8F0", "334155", "64748B"
_POINT = 12700
# The numbers of the two axes within a chart.
_X, _Y = 10, 100


@dataclass(frozen=True)
class Label:
    """The name of a series beside its point: `place` is ctr, t, b, l or r; `fill` is the colour behind it."""

    place: str
    colour: str = _INK
    size: int = 9
    bold: bool = False
    fill: str | None = None


@dataclass(frozen=True)
class Points:
    """A series: its cells, its name as a text or in a cell, and its look.

    `line` is a colour and a width in points, `mark` a colour and a size in points; none of it where they are None. Of a
    line that is `clear` what is below it is seen through: programs do not agree on which series is above which.
    """

    x: Cell | Area
    y: Cell | Area
    name: str | Cell
    line: tuple[str, float] | None = None
    mark: tuple[str, int] | None = None
    label: Label | None = None
    clear: bool = False


@dataclass(frozen=True)
class Axis:
    """An axis: its title and ends, each where they are given; one that is not `shown` has ends alone."""

    title: str = ""
    first: float | None = None
    last: float | None = None
    shown: bool = True


@dataclass(frozen=True)
class Scatter:
    """A chart, `description` in words for those who do not see it; it covers so many columns and rows of cells."""

    title: str
    description: str
    series: Sequence[Points]
    x: Axis
    y: Axis
    size: tuple[int, int]
    has_legend: bool = False


class _Written(ScatterChart):
    """A chart whose XML is ours; openpyxl gives it its place in the package."""

    def __init__(self, xml: str) -> None:
        super().__init__()
        self.xml = xml

    def _write(self) -> Any:
        return fromstring(self.xml)


def draw_scatter(page: Page, row: int, column: int, chart: Scatter) -> None:
    """Put a chart on a sheet, with its upper left corner in this cell."""
    drawn: Any = _Written(_chart(chart))
    across, down = chart.size
    # Placed by its corners: programs differ in how wide a column is.
    corners = (AnchorMarker(column - 1, 0, row - 1, 0), AnchorMarker(column - 1 + across, 0, row - 1 + down, 0))
    drawn.anchor = TwoCellAnchor("twoCell", *corners)
    page.add_described_chart(drawn, chart.description)


def _chart(chart: Scatter) -> str:
    series = "".join(_series(number, points) for number, points in enumerate(chart.series))
    title = f'<title>{_rich(chart.title, 11, bold=True)}<overlay val="0"/></title>' if chart.title else ""
    deleted = f'<autoTitleDeleted val="{int(not chart.title)}"/>'
    legend = '<legend><legendPos val="r"/><overlay val="0"/></legend>' if chart.has_legend else ""
    return (
        f'<chartSpace {_NAMESPACES}><roundedCorners val="0"/><chart>{title}{deleted}<plotArea><layout/>'
        f'<scatterChart><scatterStyle val="lineMarker"/><varyColors val="0"/>{series}'
        f'<axId val="{_X}"/><axId val="{_Y}"/></scatterChart>'
        f"{_axis(_X, _Y, 'b', chart.x)}{_axis(_Y, _X, 'l', chart.y)}"
        f'</plotArea>{legend}<plotVisOnly val="1"/><dispBlanksAs val="gap"/></chart>'
        f'<spPr>{_fill("FFFFFF")}<a:ln w="9525">{_fill(_GRID)}</a:ln></spPr></chartSpace>'
    )


def _series(number: int, points: Points) -> str:
    line = "<a:noFill/>" if points.line is None else _fill(points.line[0], clear=points.clear)
    width = f' w="{int(points.line[1] * _POINT)}" cap="rnd"' if points.line else ""
    return (
        f'<ser><idx val="{number}"/><order val="{number}"/><tx>{_name(points.name)}</tx>'
        f"<spPr><a:ln{width}>{line}</a:ln></spPr>{_mark(points.mark)}{_label(points.label)}"
        f'<xVal>{_numbers(points.x)}</xVal><yVal>{_numbers(points.y)}</yVal><smooth val="0"/></ser>'
    )


def _name(name: str | Cell) -> str:
    return f"<strRef><f>{escape(address(name))}</f></strRef>" if isinstance(name, Cell) else f"<v>{escape(name)}</v>"


def _numbers(cells: Cell | Area) -> str:
    return f"<numRef><f>{escape(address(cells))}</f></numRef>"


def _mark(mark: tuple[str, int] | None) -> str:
    if mark is None:
        return '<marker><symbol val="none"/></marker>'
    colour, size = mark
    look = f"<spPr>{_fill(colour)}<a:ln><a:noFill/></a:ln></spPr>"
    return f'<marker><symbol val="circle"/><size val="{size}"/>{look}</marker>'


def _label(label: Label | None) -> str:
    if label is None:
        return ""
    shown = "".join(
        f'<{name} val="{int(name == "showSerName")}"/>'
        for name in ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize")
    )
    behind = _fill(label.fill) if label.fill else "<a:noFill/>"
    text = _text(label.size, label.colour, bold=label.bold)
    return f'<dLbls><spPr>{behind}<a:ln><a:noFill/></a:ln></spPr>{text}<dLblPos val="{label.place}"/>{shown}</dLbls>'


def _axis(number: int, other: int, place: str, axis: Axis) -> str:
    ends = "".join(
        f'<{name} val="{end:.16g}"/>' for name, end in (("max", axis.last), ("min", axis.first)) if end is not None
    )
    lines = f'<majorGridlines><spPr><a:ln w="9525">{_fill(_GRID)}</a:ln></spPr></majorGridlines>'
    title = f'<title>{_rich(axis.title, 9)}<overlay val="0"/></title>' if axis.title else ""
    return (
        f'<valAx><axId val="{number}"/><scaling><orientation val="minMax"/>{ends}</scaling>'
        f'<delete val="{int(not axis.shown)}"/><axPos val="{place}"/>'
        f"{lines if axis.shown and place == 'l' else ''}{title}"
        f'<numFmt formatCode="General" sourceLinked="0"/><majorTickMark val="none"/><minorTickMark val="none"/>'
        f'<tickLblPos val="low"/><spPr><a:ln w="9525">{_fill(_GRID)}</a:ln></spPr>{_text(9, _QUIET)}'
        f'<crossAx val="{other}"/><crosses val="autoZero"/></valAx>'
    )


def _text(size: int, colour: str, *, bold: bool = False) -> str:
    look = _paragraph(size, colour, bold=bold)
    end = '<a:endParaRPr lang="en-US"/>'
    return f"<txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr>{look}</a:pPr>{end}</a:p></txPr>"


def _rich(text: str, size: int, *, bold: bool = False) -> str:
    look = _paragraph(size, _INK, bold=bold)
    return (
        f"<tx><rich><a:bodyPr/><a:lstStyle/><a:p><a:pPr>{look}</a:pPr><a:r>"
        f"{look.replace('a:defRPr', 'a:rPr')}<a:t>{escape(text)}</a:t></a:r></a:p></rich></tx>"
    )


def _paragraph(size: int, colour: str, *, bold: bool = False) -> str:
    return f'<a:defRPr sz="{size * 100}" b="{int(bold)}">{_fill(colour)}</a:defRPr>'


def _fill(colour: str, *, clear: bool = False) -> str:
    alpha = '<a:alpha val="65000"/>' if clear else ""
    return f'<a:solidFill><a:srgbClr val="{colour}">{alpha}</a:srgbClr></a:solidFill>'
