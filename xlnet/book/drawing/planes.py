"""Charts of points in a plane, each with its name beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.label import DataLabel, DataLabelList
from openpyxl.chart.legend import LegendEntry
from openpyxl.chart.marker import DataPoint, Marker
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties

from xlnet.book.drawing.charts import line_of, name_axes, put_chart
from xlnet.book.texts import Texts
from xlnet.cell import Area
from xlnet.render.excel import address
from xlnet.xlsx.page import Page

_SIZE_OF_A_POINT, _TRAIL_WIDTH, _TITLE_SIZE = 8, 1.0, 13
_ONE_DIGIT = "0.0"
# Where a name may stand: above a point, below, on its right or left. In turns, they are apart where points meet.
SIDES = ("t", "b", "r", "l")


@dataclass(frozen=True)
class Points:
    """Points of one colour: the columns of their coordinates, their first and last row, and their name.

    Without a colour they are not seen, but the axes leave room for them. The name stands at a `side` of the last of
    them, if any; with `is_trail` a thin line leads to that one, and it alone is drawn; `in_legend` the legend has them.
    """

    name: str
    x_column: int
    y_column: int
    rows: tuple[int, int]
    colour: str | None = None
    side: str = ""
    is_trail: bool = False
    in_legend: bool = False


class Ends(NamedTuple):
    """Where an axis begins and ends, and how far its numbers are apart."""

    first: float
    last: float
    step: float


@dataclass(frozen=True)
class Plane:
    """A chart of points that stand on a sheet; both axes go between `ends`, or to where the points are."""

    sheet: str
    title: str
    x_title: str
    y_title: str
    points: Sequence[Points]
    ends: Ends | None
    size: tuple[int, int]


def draw_plane(page: Page, column: int, plane: Plane, row: int, texts: Texts) -> None:
    """Put a plane on a sheet, with its upper left corner in this cell."""
    drawn: Any = ScatterChart()
    drawn.scatterStyle = "lineMarker"
    name_axes(drawn, plane.title, plane.x_title, plane.y_title, _TITLE_SIZE)
    for axis in (drawn.x_axis, drawn.y_axis):
        axis.number_format = "General" if plane.ends is None else _ONE_DIGIT
        if plane.ends is not None:
            axis.scaling.min, axis.scaling.max, axis.majorUnit = plane.ends
    for points in plane.points:
        drawn.series.append(_series(plane.sheet, points))
    hidden = [index for index, points in enumerate(plane.points) if not points.in_legend]
    if len(hidden) < len(plane.points):
        drawn.legend.position = "r"
        drawn.legend.legendEntry = [LegendEntry(idx=index, delete=True) for index in hidden]
    else:
        drawn.legend = None
    description = texts.get("chart", "description of points")
    put_chart(
        page, drawn, column, row, plane.size, description.format(title=plane.title, x=plane.x_title, y=plane.y_title)
    )


def _series(sheet: str, points: Points) -> Any:
    first, last = points.rows
    x, y = (
        Reference(range_string=address(Area(sheet, first, at, last, at))) for at in (points.x_column, points.y_column)
    )
    series: Any = Series(y, x, title=points.name)
    series.smooth = False
    series.spPr = GraphicalProperties(ln=LineProperties(noFill=True))
    series.marker.symbol = "none"
    if points.colour is not None:
        series.marker.symbol, series.marker.size = "circle", _SIZE_OF_A_POINT
        series.marker.spPr = GraphicalProperties(solidFill=points.colour)
        if points.is_trail:
            series.spPr = line_of(points.colour, _TRAIL_WIDTH)
            series.dPt = [DataPoint(idx=index, marker=Marker("none")) for index in range(last - first)]
    if points.side:
        if points.colour is None:
            # A name stands as far from its point as this has room for.
            series.marker.symbol, series.marker.size = "circle", _SIZE_OF_A_POINT
            series.marker.spPr = GraphicalProperties(noFill=True, ln=LineProperties(noFill=True))
        name = DataLabel(idx=last - first, dLblPos=points.side, **_shown(name=True))
        series.dLbls = DataLabelList(dLbl=[name], **_shown(name=False))
    return series


def _shown(*, name: bool) -> dict[str, bool]:
    """Return what a label shows; a program decides by itself where it is not told."""
    others = ("showLegendKey", "showVal", "showCatName", "showPercent", "showBubbleSize")
    return {"showSerName": name, **dict.fromkeys(others, False)}
