"""Line charts over the iterations, and what charts of all kinds have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.data_source import StrData, StrRef, StrVal
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties, ParagraphProperties

from xlnet.book import style
from xlnet.book.texts import Texts
from xlnet.cell import Cell
from xlnet.render.excel import address
from xlnet.xlsx.page import Page

# The cells that a chart covers.
COLUMNS, ROWS = 9, 16
_SHORT = 10
# Lines beyond the number of colours have these again, drawn otherwise.
_DASHES = ("solid", "sysDot", "lgDashDot")
_GRID = "E2E8F0"
_POINTS_WIDE = 12700


@dataclass(frozen=True)
class Line:
    """A line of a chart: the column of its values, and its name in the legend.

    A `dashed` one is the target of another line; a `marked` one shows its points alone. `rows` are the first and last
    row of a line that has others than the chart, and so is `x_column`. `named_by` is the cell that holds the name.
    """

    column: int
    name: str
    dashed: bool = False
    marked: bool = False
    rows: tuple[int, int] | None = None
    x_column: int | None = None
    named_by: Cell | None = None


@dataclass(frozen=True)
class Chart:
    """A chart of columns over another one, rows `first_row` to `last_row`.

    Its horizontal axis goes from 0 to `x_max`, its vertical one from 0 to `y_max`, or each to where the points are.
    `size` are the columns and rows of cells that it covers; its lines are so many points wide.
    """

    title: str
    x_title: str
    y_title: str
    lines: Sequence[Line]
    x_column: int
    first_row: int
    last_row: int
    x_max: int | None
    logarithmic: bool = False
    y_max: float | None = None
    size: tuple[int, int] = (COLUMNS, ROWS)
    points_wide: float = 2.0


def draw_chart(page: Page, column: int, chart: Chart, row: int, texts: Texts) -> None:
    """Put a chart on a sheet that holds its numbers, with its upper left corner in this cell."""
    drawn: Any = ScatterChart()
    drawn.scatterStyle = "lineMarker"
    name_axes(drawn, chart.title, chart.x_title, chart.y_title)
    drawn.x_axis.number_format, drawn.y_axis.number_format = "0", "General"
    if chart.x_max is None:
        drawn.x_axis.number_format = "General"
    else:
        # Round numbers below the axis of a long run, and no empty half of a short one.
        drawn.x_axis.scaling.min = 1 if 1 < chart.x_max <= _SHORT else 0
        drawn.x_axis.scaling.max = chart.x_max
    drawn.x_axis.majorGridlines = None
    if chart.y_max is not None:
        drawn.y_axis.scaling.min, drawn.y_axis.scaling.max = 0, chart.y_max
    if chart.logarithmic:
        drawn.y_axis.scaling.logBase = 10
        drawn.y_axis.number_format = "0E+00"
        drawn.y_axis.crosses = "min"
    for index, line in enumerate(chart.lines):
        first, last = line.rows or (chart.first_row, chart.last_row)
        x_column = line.x_column or chart.x_column
        x = Reference(page, x_column, first, x_column, last)
        values = Reference(page, line.column, first, line.column, last)
        series: Any = Series(values, x, title=line.name)
        if line.named_by is not None:
            cached = StrData(ptCount=1, pt=[StrVal(0, v=line.name)])
            series.tx = SeriesLabel(StrRef(address(line.named_by, ""), cached))
        # A target has the colour of its output.
        number = index - line.dashed * sum(other.dashed for other in chart.lines)
        turn, place = divmod(number, len(style.LINES))
        colour = style.LINES[place]
        series.spPr = line_of(colour, chart.points_wide, "dash" if line.dashed else _DASHES[turn % len(_DASHES)])
        series.marker.symbol = "none"
        if line.marked:
            series.spPr.line = LineProperties(noFill=True)
            series.marker.symbol, series.marker.size = "circle", 7
            series.marker.spPr = GraphicalProperties(solidFill=colour)
        series.smooth = False
        drawn.series.append(series)
    if len(chart.lines) > 1:
        drawn.legend.position = "r"
    else:
        drawn.legend = None
    put_chart(page, drawn, column, row, chart.size, described(chart, texts))


def name_axes(drawn: Any, title: str, x_title: str, y_title: str, size: int | None = None) -> None:
    """Give a chart its title, of a size in points, and those of its axes, and lines across."""
    drawn.title, drawn.style = title, 2
    if size is not None:
        letters = CharacterProperties(sz=100 * size, b=True)
        drawn.title.tx.rich.p[0].pPr = ParagraphProperties(defRPr=letters)
    for axis, name in ((drawn.x_axis, x_title), (drawn.y_axis, y_title)):
        axis.title = name
        # Without this, Excel shows a chart of openpyxl's without its axes.
        axis.delete = False
        if axis.majorGridlines is not None:
            axis.majorGridlines.spPr = line_of(_GRID, 0.75)
        axis.tickLblPos = "low"
        axis.title.overlay = False
    drawn.title.overlay = False


def put_chart(page: Page, drawn: Any, column: int, row: int, size: tuple[int, int], description: str) -> None:
    """Put a chart, with what it shows in words, on so many columns and rows of a sheet from this cell on."""
    # Placed by its corners: programs differ in how wide a column is.
    across, down = size
    corners = (AnchorMarker(column - 1, 0, row - 1, 0), AnchorMarker(column - 1 + across, 0, row - 1 + down, 0))
    drawn.anchor = TwoCellAnchor("twoCell", *corners)
    page.add_described_chart(drawn, description)


def described(chart: Chart, texts: Texts) -> str:
    """Return what a chart shows, in words, for those who do not see it."""
    name = "description of a line" if len(chart.lines) == 1 else "description"
    lines = texts.get("chart", "and").join(dict.fromkeys(line.name for line in chart.lines))
    text = texts.get("chart", name).format(title=chart.title, x=chart.x_title, y=chart.y_title, lines=lines)
    return f"{text} {texts.get('chart', 'logarithmic')}" if chart.logarithmic else text


def line_of(colour: str, points: float, dash: str = "solid") -> GraphicalProperties:
    """Return a line of a colour, so many points wide."""
    properties: Any = GraphicalProperties()
    properties.line.solidFill = colour
    properties.line.width = int(points * _POINTS_WIDE)
    if dash != "solid":
        properties.line.dashStyle = dash
    return properties  # type: ignore[no-any-return]
