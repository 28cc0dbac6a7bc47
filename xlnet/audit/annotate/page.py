"""A sheet of our own in a stranger's workbook, as XML."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby

from openpyxl.utils import get_column_letter

from xlnet.audit.annotate.colours import areas
from xlnet.audit.annotate.markup import MAIN, text
from xlnet.audit.annotate.styles import RIGHT, WRONG, Look, Styles
from xlnet.audit.formula.addresses import address
from xlnet.engines.live import ErrorValue, Value

# Points that a line of text of 11 points takes.
LINE_HEIGHT = 15.0
_TALLEST = 400.0
_LONGEST_TEXT = 32_000


@dataclass(frozen=True)
class Content:
    """A cell: a text, a number or a formula (with "="); `typed` is the formula as the engine takes it."""

    look: Look
    text: str = ""
    number: float | None = None
    formula: str | None = None
    typed: str | None = None
    is_array: bool = False


@dataclass
class Page:
    """A sheet that is being written; cells are (row, column), from 1."""

    title: str
    widths: dict[int, float] = field(default_factory=dict)
    cells: dict[tuple[int, int], Content] = field(default_factory=dict)
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int]] = field(default_factory=list)
    heights: dict[int, float] = field(default_factory=dict)
    verdict: tuple[int, int] | None = None

    def put(self, row: int, column: int, words: str, look: Look, *, over: int = 1) -> None:
        """Write a text, over several columns, and make the row as high as it needs."""
        self.cells[row, column] = Content(look, text=words[:_LONGEST_TEXT])
        for other in range(column + 1, column + over):
            self.cells[row, other] = Content(look)
        if over > 1:
            self.merged.append((row, column, column + over - 1))
        line = LINE_HEIGHT * look.size / 11
        lines = 1
        if look.is_wrapped:
            width = sum(self.widths.get(each, 9) for each in range(column, column + over)) - 1
            wide = 1.1 if look.font == "Consolas" else 0.9
            lines = sum(max(math.ceil(len(each) * wide / width), 1) for each in words.split("\n"))
        self.heights[row] = min(max(self.heights.get(row, 0), lines * line + 3), _TALLEST)

    def put_link(self, row: int, column: int, words: str, target: str, look: Look) -> None:
        """Write a text that leads to a cell of the workbook, given with its sheet."""
        self.put(row, column, words, look)
        self.links[row, column] = target

    def put_number(self, row: int, column: int, number: float, look: Look) -> None:
        """Write a number, or its name where it is none."""
        finite = math.isfinite(number)
        self.cells[row, column] = Content(look, number=number) if finite else Content(look, text=str(number))

    def put_formula(self, row: int, column: int, formula: str, look: Look, typed: str = "", *, is_array: bool) -> None:
        """Write a formula; `typed` as the engine takes it, where that is another text."""
        self.cells[row, column] = Content(look, formula=formula, typed=typed or formula, is_array=is_array)

    def take(self, other: Page) -> None:
        """Take over what was written on another page."""
        self.widths |= other.widths
        self.cells |= other.cells
        self.links |= other.links
        self.merged += other.merged
        self.heights |= other.heights
        self.verdict = other.verdict or self.verdict

    def xml(self, styles: Styles, values: Mapping[tuple[int, int], Value]) -> bytes:
        """Return the sheet's part; `values` are those of its formulas."""
        last = max(self.cells)[0], max(column for _, column in self.cells)
        widths = "".join(
            f'<col min="{column}" max="{column}" width="{width:.16g}" customWidth="1"/>'
            for column, width in sorted(self.widths.items())
        )
        pieces = [
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
            f'<sheetPr><tabColor rgb="FF{WRONG[0]}"/><pageSetUpPr fitToPage="1"/></sheetPr>'
            f'<dimension ref="A1:{address((0, *last))}"/><sheetViews><sheetView showGridLines="0" workbookViewId="0"/>'
            f'</sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{widths}</cols><sheetData>'
        ]
        for row, members in groupby(sorted(self.cells.items(), key=lambda item: item[0]), key=lambda item: item[0][0]):
            height = f' ht="{self.heights[row]:.16g}" customHeight="1"' if row in self.heights else ""
            inner = "".join(_cell(place, cell, styles.number(cell.look), values) for place, cell in members)
            pieces.append(f'<row r="{row}"{height}>{inner}</row>')
        pieces.append("</sheetData>")
        if self.merged:
            spans = "".join(
                f'<mergeCell ref="{get_column_letter(first)}{row}:{get_column_letter(end)}{row}"/>'
                for row, first, end in self.merged
            )
            pieces.append(f'<mergeCells count="{len(self.merged)}">{spans}</mergeCells>')
        if self.verdict:
            pieces.append(_verdict(self.verdict, styles))
        if self.links:
            links = "".join(
                f'<hyperlink ref="{address((0, *place))}" location="{text(target)}" display="{text(target)}"/>'
                for place, target in sorted(self.links.items())
            )
            pieces.append(f"<hyperlinks>{links}</hyperlinks>")
        pieces.append(
            '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
            '<pageSetup orientation="landscape" fitToHeight="0"/></worksheet>'
        )
        return "".join(pieces).encode("ascii", "xmlcharrefreplace")


def _verdict(place: tuple[int, int], styles: Styles) -> str:
    (cell,) = areas([place])
    rules = "".join(
        f'<cfRule type="cellIs" dxfId="{styles.over(colours, has_border=False)}" priority="{number}" operator="equal">'
        f'<formula>"{word}"</formula></cfRule>'
        for number, (word, colours) in enumerate((("right", RIGHT), ("wrong", WRONG)), 1)
    )
    return f'<conditionalFormatting sqref="{cell}">{rules}</conditionalFormatting>'


def _cell(place: tuple[int, int], cell: Content, style: int, values: Mapping[tuple[int, int], Value]) -> str:
    name = address((0, *place))
    start = f'<c r="{name}" s="{style}"'
    if cell.formula is not None:
        kind, value = _written(values.get(place))
        array = f' t="array" ref="{name}"' if cell.is_array else ""
        return f"{start}{kind}><f{array}>{text(cell.formula[1:])}</f>{value}</c>"
    if cell.number is not None:
        return f"{start}><v>{cell.number!r}</v></c>"
    if not cell.text:
        return f"{start}/>"
    return f'{start} t="inlineStr"><is><t xml:space="preserve">{text(cell.text)}</t></is></c>'


def _written(value: Value) -> tuple[str, str]:
    """Return the attribute and the element of a formula's value."""
    if value is None:
        return "", ""
    if isinstance(value, bool):
        return ' t="b"', f"<v>{int(value)}</v>"
    if isinstance(value, str):
        kind = "e" if isinstance(value, ErrorValue) else "str"
        return f' t="{kind}"', f"<v>{text(value)}</v>"
    return "", f"<v>{value!r}</v>" if math.isfinite(value) else ""
