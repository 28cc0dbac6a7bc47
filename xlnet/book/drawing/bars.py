"""Bar charts: a bar for each row, beside those of other columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.chart import BarChart, Reference, Series

from xlnet.book import style
from xlnet.book.drawing.charts import COLUMNS, ROWS, name_axes, put_chart
from xlnet.book.texts import Texts
from xlnet.cell import Area
from xlnet.render.excel import address
from xlnet.xlsx.page import Page

_GAP, _TITLE_SIZE = 60, 13


@dataclass(frozen=True)
class Bars:
    """A chart of some columns of a sheet, each with its name in the legend, over a column of names; from 0 to 1."""

    sheet: str
    title: str
    x_title: str
    y_title: str
    columns: Sequence[tuple[int, str]]
    names_column: int
    first_row: int
    last_row: int
    size: tuple[int, int] = (COLUMNS, ROWS)


def draw_bars(page: Page, column: int, bars: Bars, row: int, texts: Texts) -> None:
    """Put bars on a sheet, with the upper left corner in this cell."""
    drawn: Any = BarChart()
    drawn.type, drawn.grouping, drawn.gapWidth = "col", "clustered", _GAP
    name_axes(drawn, bars.title, bars.x_title, bars.y_title, _TITLE_SIZE)
    drawn.y_axis.number_format = "General"
    drawn.y_axis.scaling.min, drawn.y_axis.scaling.max = 0, 1
    names = _cells(bars, bars.names_column)
    for index, (own, name) in enumerate(bars.columns):
        series: Any = Series(_cells(bars, own), title=name)
        series.graphicalProperties.solidFill = style.LINES[index % len(style.LINES)]
        series.invertIfNegative = False
        drawn.series.append(series)
    drawn.set_categories(names)
    if len(bars.columns) > 1:
        drawn.legend.position = "r"
    else:
        drawn.legend = None
    shown = {"title": bars.title, "x": bars.x_title, "y": bars.y_title}
    lines = texts.get("chart", "and").join(name for _, name in bars.columns)
    put_chart(
        page, drawn, column, row, bars.size, texts.get("chart", "description of bars").format(**shown, lines=lines)
    )


def _cells(bars: Bars, column: int) -> Reference:
    return Reference(range_string=address(Area(bars.sheet, bars.first_row, column, bars.last_row, column)))
