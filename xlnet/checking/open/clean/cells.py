"""A cell of a stranger's sheet, and the XML of what is kept of it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from xml.etree.ElementTree import Element

from openpyxl.formula.tokenizer import TokenizerError
from openpyxl.formula.translate import Translator, TranslatorError
from openpyxl.utils import column_index_from_string, get_column_letter

from xlnet.checking.open.clean.formulas import Judge
from xlnet.checking.open.clean.markup import attribute, text_of
from xlnet.checking.open.formula_text import says_the_same
from xlnet.checking.open.held import NOTHING, Held, Said
from xlnet.sheet_size import LAST_SHEET_COLUMN, LAST_SHEET_ROW

LONGEST_TEXT = 32_767
_ADDRESS = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})")
_RANGE = re.compile("([A-Z]{1,3})([1-9][0-9]{0,6})(?::([A-Z]{1,3})([1-9][0-9]{0,6}))?")
_NUMBER = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,9})?\s*")
_ERRORS = ("#N/A", "#REF!", "#NUM!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!")
_MOST_IN_ARRAY = 10_000
# What stands in place of a formula that no engine may see.
_REFUSED = "<f>NA()</f>", Said("=NA()")


@dataclass
class Filled:
    """A shared formula: where it is written, whether xlnet wrote it, and whether an engine may see it."""

    row: int
    column: int
    is_own: bool
    is_taken: bool
    text: str

    def said_at(self, row: int, column: int) -> Said:
        """Return the formula as a cell says it that it is filled into."""
        origin, place = (f"{get_column_letter(c)}{r}" for r, c in ((self.row, self.column), (row, column)))
        try:
            return Said(Translator(f"={self.text}", origin).translate_formula(place))
        except (TokenizerError, TranslatorError, IndexError):
            return Said(f"={self.text}")


@dataclass
class Reader:
    """Turns the cells of a sheet into clean XML.

    `own` gives the formula that xlnet writes into a cell, without "=", `error` an error with the sheet's name in it.
    What is refused is kept in `refused`, by row and column. Where `tells_all` is not set, what cells hold that another
    one's formula is filled into is not told.
    """

    judge: Judge
    strings: Sequence[str]
    own: Callable[[int, int], str | None]
    error: Callable[[str], Exception]
    tells_all: bool = True
    refused: dict[tuple[int, int], str] = field(default_factory=dict)
    _shared: dict[str, Filled] = field(default_factory=dict)

    def cells(self, row: int, element: Element, columns: int) -> Iterator[tuple[int, Element]]:
        """Yield the cells of a row with their columns, as far as `columns`."""
        before = 0
        for cell in element:
            if cell.tag != "c":
                continue
            column = self._column(row, cell.get("r"), before)
            if column <= before:
                raise self.error(f"has cells out of order in row {row}")
            before = column
            if column <= columns:
                yield column, cell

    def clean(self, row: int, column: int, cell: Element) -> tuple[str, Held]:
        """Return the XML of a cell, "" where it is blank, and what it holds."""
        formula = value = inline = None
        for child in cell:
            if child.tag == "f":
                formula = child
            elif child.tag == "v":
                value = child.text
            elif child.tag == "is":
                inline = text_of(child)
        start = f'<c r="{get_column_letter(column)}{row}"'
        if formula is not None:
            xml, said = self._formula(row, column, formula)
            # Of a cell that has neither a kind nor a value IronCalc complains in a line.
            return f'{start} t="n">{xml}</c>', Held(said)
        return self._typed(row, start, cell.get("t", "n"), value, inline)

    def row_of(self, element: Element, before: int) -> int:
        """Return a row's number, which must be above the one before."""
        text = element.get("r")
        row = (
            int(text)
            if text and text.isascii() and text.isdecimal() and len(text) < 8
            else before + 1
            if text is None
            else 0
        )
        if not before < row <= LAST_SHEET_ROW:
            raise self.error(f"has rows out of order or beyond the end of a sheet, after row {before}")
        return row

    def _column(self, row: int, address: str | None, before: int) -> int:
        # Mostly cells stand side by side.
        if address is None or address == f"{get_column_letter(before + 1)}{row}":
            return before + 1
        match = _ADDRESS.fullmatch(address)
        column = column_index_from_string(match[1]) if match and int(match[2]) == row else 0
        if not 1 <= column <= LAST_SHEET_COLUMN:
            raise self.error(f"has a misplaced cell {address[:20]!r} in row {row}")
        return column

    def _typed(self, row: int, start: str, kind: str, value: str | None, inline: str | None) -> tuple[str, Held]:
        """Return a cell that holds no formula, and its value."""
        if kind == "s" and value is not None:
            index = int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else len(self.strings)
            if index >= len(self.strings):
                raise self.error(
                    f"refers to text number {value[:20]} in row {row}, but there are {len(self.strings):,}"
                )
            return self._text(row, start, self.strings[index])
        if kind == "inlineStr":
            return self._text(row, start, inline or "")
        if value is None:
            return "", NOTHING
        if kind == "b":
            is_true = value.strip() == "1"
            return f'{start} t="b"><v>{int(is_true)}</v></c>', Held(value=is_true)
        if kind == "e":
            error = value if value in _ERRORS else "#N/A"
            return f'{start} t="e"><v>{error}</v></c>', Held(value=error)
        # A number of a file is finite: anything else is a text to whoever computes with it.
        if kind in ("n", "") and _NUMBER.fullmatch(value) and math.isfinite(float(value)):
            return f"{start}><v>{value.strip()}</v></c>", Held(value=float(value))
        return self._text(row, start, value)

    def _text(self, row: int, start: str, text: str) -> tuple[str, Held]:
        if len(text) > LONGEST_TEXT:
            raise self.error(
                f"has a text of {len(text):,} characters in row {row}, but a cell holds at most {LONGEST_TEXT:,}"
            )
        if not text:
            return "", NOTHING
        return f'{start} t="inlineStr"><is><t xml:space="preserve">{escape(text, quote=False)}</t></is></c>', Held(
            value=text
        )

    def _formula(self, row: int, column: int, formula: Element) -> tuple[str, Said]:
        text, kind = (formula.text or "").strip().removeprefix("="), formula.get("t", "normal")
        number = formula.get("si")
        if kind == "shared" and number is not None:
            return self._shared_formula(row, column, number, text, formula.get("ref"))
        span = _area(formula.get("ref")) if kind == "array" else (1, 1)
        cells = span[0] * span[1] if span else 0
        is_known = kind in ("normal", "array") and 1 <= cells <= _MOST_IN_ARRAY
        own = self.own(row, column)
        if not (is_known and ((cells == 1 and _says(text, own)) or self.judge.takes(text, cells, own))):
            return self._refused(row, column, text)
        array = f' t="array" ref="{attribute(formula, "ref")}"' if kind == "array" else ""
        return f"<f{array}>{escape(text, quote=False)}</f>", Said(f"={text}", bool(array))

    def _shared_formula(self, row: int, column: int, number: str, text: str, ref: str | None) -> tuple[str, Said]:
        if not number.isdecimal() or len(number) > 9:
            raise self.error(f"has an invalid shared formula {number[:20]!r} in row {row}")
        if text:
            own = self.own(row, column)
            is_own = _says(text, own)
            is_taken = _area(ref) is not None and (is_own or self.judge.takes(text, instead_of=own))
            self._shared[number] = Filled(row, column, is_own, is_taken, text)
            filled = self._shared[number]
            inside = f' t="shared" ref="{ref}" si="{number}">{escape(text, quote=False)}</f>'
        else:
            if number not in self._shared:
                raise self.error(f"refers to a missing shared formula in row {row}")
            filled = self._shared[number]
            inside = f' t="shared" si="{number}"/>'
            # A range of which one end moves grows with every row.
            if filled.is_taken and not (filled.is_own and self.own(row, column)):
                filled.is_taken = self.judge.takes(filled.text, 1 + row - filled.row if "$" in filled.text else 1)
        if not filled.is_taken:
            return self._refused(row, column, filled.text)
        return f"<f{inside}", Said(f"={text}") if text or not self.tells_all else filled.said_at(row, column)

    def _refused(self, row: int, column: int, text: str) -> tuple[str, Said]:
        self.refused[row, column] = f"={text}"
        if len(self.refused) > _MOST_IN_ARRAY:
            raise self.error(
                f"has more than {_MOST_IN_ARRAY:,} formulas that reach outside the workbook or are too large"
            )
        return _REFUSED


def _says(text: str, own: str | None) -> bool:
    """Return whether a formula is xlnet's own, as any program writes it."""
    return own is not None and says_the_same(f"={text}", f"={own}")


def _area(ref: str | None) -> tuple[int, int] | None:
    """Return the rows and columns of an area that a formula fills; None where it is none."""
    match = _RANGE.fullmatch(ref or "")
    if match is None:
        return None
    left, top = column_index_from_string(match[1]), int(match[2])
    right, bottom = column_index_from_string(match[3] or match[1]), int(match[4] or match[2])
    is_inside = left <= right <= LAST_SHEET_COLUMN and top <= bottom <= LAST_SHEET_ROW
    return (bottom - top + 1, right - left + 1) if is_inside else None
