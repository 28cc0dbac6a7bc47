"""A sheet whose cells are ours: openpyxl writes all but these, of which it takes 30 µs each.

It keeps what stands around cells: charts, rules, protection. It numbers looks, too, each once.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import groupby
from operator import itemgetter
from typing import Any

from openpyxl import Workbook
from openpyxl.chart._chart import ChartBase
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xlnet.sheet_size import LAST_SHEET_COLUMN
from xlnet.xlsx import controls
from xlnet.xlsx.controls import ScrollBar
from xlnet.xlsx.texts import TextTable
from xlnet.xlsx.values import ZERO, Value, Written, written

Address = tuple[int, int]
# The height of a row in points, as usual and of letters that are tall.
USUAL_ROW, TALL_ROW = 15.0, 16.5
# So many columns behind the last one are free to be written in.
_FREE_COLUMNS, _USUAL_WIDTH = 26, 9.140625


@dataclass(slots=True)
class CellContent:
    """What a cell holds: its style, as openpyxl numbers its parts, and one of a text, a number's text or a formula."""

    style: StyleArray
    text: str | None = None
    number: str | None = None
    formula: str | None = None
    is_array: bool = False


class Page(Worksheet):
    """A sheet, its cells by row and column."""

    def __init__(self, workbook: Workbook, title: str, *, is_upright: bool = False) -> None:
        super().__init__(workbook, title)
        # Whether no letters are slanted, whatever a look says.
        self.is_upright = is_upright
        if is_upright:
            # Chinese letters are taller than a usual row.
            self.sheet_format.defaultRowHeight = TALL_ROW
            self.sheet_format.customHeight = True
        self.written: dict[Address, CellContent] = {}
        # The heights of rows in points, and the widths of columns in characters, where they are not the usual ones.
        self.heights: dict[int, float] = {}
        self.widths: dict[int, float] = {}
        # How deep in the outline columns and rows are, where they fold.
        self.column_levels: dict[int, int] = {}
        self.row_levels: dict[int, int] = {}
        # The style of cells that hold nothing yet: of the columns behind the last one, or of all.
        self.free: StyleArray | None = None
        self.is_free_below = False
        # What the charts show, in words, in their order.
        self.descriptions: list[str] = []
        # The scroll bars on it (see `controls`).
        self.scroll_bars: list[ScrollBar] = []
        # The styles of the looks that the workbook has seen, and the numbers of their parts: all its pages have them in
        # common.
        others = pages(workbook)
        self.styles: dict[Hashable, StyleArray] = others[0].styles if others else {}
        self.numbers: dict[Hashable, int] = others[0].numbers if others else {}

    def add_described_chart(self, chart: ChartBase, description: str) -> None:
        """Add a chart with what it shows, in words, for those who do not see it."""
        self.add_chart(chart)
        self.descriptions.append(description)

    def add_scroll_bar(self, bar: ScrollBar) -> None:
        """Add a scroll bar to the only sheet that has any, and no notes; none whose numbers programs do not take."""
        if bar.is_possible:
            self.scroll_bars.append(bar)
            self.legacy_drawing = controls.PART

    @cached_property
    def ordered(self) -> list[tuple[Address, CellContent]]:
        """The cells in the order in which they are written, once all are there."""
        return sorted(self.written.items(), key=itemgetter(0))

    @property
    def max_column(self) -> int:
        """The last column with a cell."""
        return max((column for _, column in self.written), default=1)

    def calculate_dimension(self) -> str:
        """Return the area that holds all cells: "A1:D9"."""
        if not self.written:
            return "A1:A1"
        rows, columns = zip(*self.written, strict=True)
        first, last = (min(rows), min(columns)), (max(rows), max(columns))
        return ":".join(f"{get_column_letter(column)}{row}" for row, column in (first, last))

    def texts(self) -> Iterator[str]:
        """Return the texts of the cells, in the order in which these are written."""
        return (cell.text for _, cell in self.ordered if cell.text)

    def put(self, row: int, column: int, style: StyleArray) -> CellContent:
        """Give a cell a style and return it."""
        cell = self.written.get((row, column))
        if cell is None:
            cell = self.written[row, column] = CellContent(style)
        cell.style = style
        return cell


def add_page(workbook: Workbook, title: str, *, is_upright: bool = False) -> Page:
    """Add an empty sheet to a workbook and return it; with `is_upright` none of its letters are slanted."""
    page = Page(workbook, title, is_upright=is_upright)
    workbook._add_sheet(page)  # type: ignore[attr-defined]
    return page


def number_styles(workbook: Workbook) -> dict[int, int]:
    """Give the styles of all pages the numbers that cells cite, in the order in which they come up.

    They are found by their identity: cells of one look have one style in common, which lives as long as they do.
    """
    numbers: dict[int, int] = {}
    for page in pages(workbook):
        for _, cell in page.ordered:
            if id(cell.style) not in numbers:
                number = workbook._cell_styles.add(cell.style) if any(cell.style) else 0  # type: ignore[attr-defined]
                numbers[id(cell.style)] = number
        if page.free is not None and id(page.free) not in numbers:
            numbers[id(page.free)] = workbook._cell_styles.add(page.free)  # type: ignore[attr-defined]
    return numbers


def pages(workbook: Workbook) -> list[Page]:
    """Return the sheets of a workbook."""
    every: list[Any] = workbook.worksheets
    return [sheet for sheet in every if isinstance(sheet, Page)]


def cols(page: Page, styles: Mapping[int, int]) -> str:
    """Return the XML of a page's columns: their widths, and the style of their cells that hold nothing yet."""
    free = f' style="{styles[id(page.free)]}"' if page.free is not None else ""
    own = free if page.is_free_below else ""
    xml = []
    for column in sorted({*page.widths, *page.column_levels}):
        width = page.widths.get(column, _USUAL_WIDTH)
        level = f' outlineLevel="{page.column_levels[column]}"' if column in page.column_levels else ""
        xml.append(f'<col width="{width:.16g}" customWidth="1" min="{column}" max="{column}"{own}{level} />')
    first = max(page.max_column, *page.widths, 0) + 1
    last = min(first + _FREE_COLUMNS - 1, LAST_SHEET_COLUMN)
    if free and first <= last:
        xml.append(f'<col width="{_USUAL_WIDTH}" min="{first}" max="{last}"{free} />')
    return f"<cols>{''.join(xml)}</cols>" if xml else ""


def sheet_data(
    page: Page, styles: Mapping[int, int], texts: TextTable, values: Mapping[Address, Value]
) -> Iterator[str]:
    """Yield the XML of a page's rows; `values` are those of its formulas."""
    cells: list[tuple[Address, CellContent | None]] = [*page.ordered]
    texts_of_values = written(values)
    empty = [((row, 0), None) for row in {*page.heights, *page.row_levels} - {row for row, _ in page.written}]
    if empty:
        cells = sorted([*cells, *empty], key=itemgetter(0))
    letters = {column: get_column_letter(column) for column in {column for _, column in page.written}}
    for row, members in groupby(cells, key=lambda item: item[0][0]):
        attributes = f' ht="{page.heights[row]:.16g}" customHeight="1"' if row in page.heights else ""
        if row in page.row_levels:
            attributes += f' outlineLevel="{page.row_levels[row]}"'
        xml = [
            _cell(f"{letters[place[1]]}{row}", cell, styles[id(cell.style)], texts, texts_of_values.get(place, ZERO))
            for place, cell in members
            if cell is not None
        ]
        yield f'<row r="{row}"{attributes}>{"".join(xml)}</row>' if xml else f'<row r="{row}"{attributes} />'


def _cell(address: str, cell: CellContent, style: int, texts: TextTable, value: Written) -> str:
    start = f'<c r="{address}" s="{style}"' if style else f'<c r="{address}"'
    if cell.formula is not None:
        kind, text = value
        attributes = f' t="array" ref="{address}"' if cell.is_array else ""
        return f"{start}{kind}><f{attributes}>{escape(cell.formula, quote=False)}</f><v>{text}</v></c>"
    if cell.number is not None:
        return f'{start} t="n"><v>{cell.number}</v></c>'
    if cell.text is None:
        return f'{start} t="n" />'
    # An empty text would be a cell that names its kind and has nothing in it, which ExcelJS cannot read.
    return f'{start} t="s"><v>{texts.number(cell.text)}</v></c>' if cell.text else f"{start}/>"
