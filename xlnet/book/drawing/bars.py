"""Bar charts: a bar for each row, beside those of other columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openpyxl.chart import BarChart, Reference, Series

from xlnet.book.drawing.charts import COLOURS, COLUMNS, ROWS, name_axes, put_chart
from xlnet.xlsx.page import Page

_GAP = 60


@dataclass(frozen=True)
class Bars:
    """A chart of some columns, each with its name in the legend, over a column of names; from 0 to `y_max`, if any."""

    title: str
    x_title: str
    y_title: str
    columns: Sequence[tuple[int, str]]
    names_column: int
    first_row: int
    last_row: int
    y_max: float | None = None
    size: tuple[int, int] = (COLUMNS, ROWS)


def draw_bars(page: Page, column: int, bars: Bars, row: int) -> None:
    """Put bars on a sheet that holds their numbers, with the upper left corner in this cell."""
    drawn: Any = BarChart()
    drawn.type, drawn.grouping, drawn.gapWidth = "col", "clustered", _GAP
    name_axes(drawn, bars.title, bars.x_title, bars.y_title)
    drawn.y_axis.number_format = "General"
    drawn.y_axis.scaling.min, drawn.y_axis.scaling.max = 0, bars.y_max
    names = Reference(page, bars.names_column, bars.first_row, bars.names_column, bars.last_row)
    for index, (own, name) in enumerate(bars.columns):
        series: Any = Series(Reference(page, own, bars.first_row, own, bars.last_row), title=name)
        series.graphicalProperties.solidFill = COLOURS[index % len(COLOURS)]
        series.invertIfNegative = False
        drawn.series.append(series)
    drawn.set_categories(names)
    if len(bars.columns) > 1:
        drawn.legend.position = "r"
    else:
        drawn.legend = None
    put_chart(page, drawn, column, row, bars.size)
