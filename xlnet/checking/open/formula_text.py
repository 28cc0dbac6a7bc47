"""A formula's text taken apart: whether two say the same, and which cells it cites."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from openpyxl.formula.tokenizer import Token, Tokenizer, TokenizerError
from openpyxl.utils import column_index_from_string

from xlnet.render.excel import quoted_sheet
from xlnet.sheet_size import LAST_SHEET_COLUMN, LAST_SHEET_ROW, LONGEST_FORMULA

_SHEET = r"(?:(?P<sheet>'(?:[^']|'')+'|[^'!\[\]]+)!)?"
_CELLS = re.compile(
    _SHEET + r"(?:\$?(?P<left>[A-Za-z]{1,3})\$?(?P<top>\d{1,7})(?::\$?(?P<right>[A-Za-z]{1,3})\$?(?P<bottom>\d{1,7}))?"
    r"|\$?(?P<from>[A-Za-z]{1,3}):\$?(?P<to>[A-Za-z]{1,3}))"
)
# The number of a row that moves when the formula is filled down, "5" of B5 and $B5 but not of B$5, nor of LOG10(.
_MOVING_ROW = re.compile(r"(?<=[A-Za-z])\d+(?![\d(])")

_CONSTANT = re.compile(r"\b(TRUE|FALSE)\(\0\)")


@dataclass(frozen=True)
class Reference:
    """Cells that a formula cites, from the first row and column to the last; `sheet` is None for the formula's own."""

    sheet: str | None
    top: int
    left: int
    bottom: int
    right: int

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.bottom - self.top + 1

    @property
    def columns(self) -> int:
        """The number of columns."""
        return self.right - self.left + 1


@dataclass(frozen=True)
class Citation:
    """A reference or a defined name in a formula.

    `index_of` is the range of which INDEX picks a row or a column by what is cited, `is_column` whether a column.
    """

    text: str
    reference: Reference | None
    index_of: Reference | None = None
    is_column: bool = False


def says_the_same(text: str, own: str) -> bool:
    """Return whether a formula is `own` but for what programs write in ways of their own: blanks, case, 1E-016."""
    if text == own:
        return True
    if '"' not in own and '"' not in text and "'" not in own and text.replace(" ", "").upper() == own.upper():
        return True
    return _plain(text) == _plain(own)


def shape(text: str, row: int) -> str:
    """Return a formula that stands in `row` as it would be filled down, so that those filled from one are alike."""
    return _MOVING_ROW.sub(lambda number: f"[{int(number[0]) - row}]", text)


def citations(text: str) -> Iterator[Citation]:
    """Yield what a formula cites."""
    functions: list[_Call] = []
    for token in tokens(text):
        if token.subtype == Token.OPEN:
            functions.append(_Call(token.value.rstrip("(").upper()))
        elif token.subtype == Token.CLOSE and functions:
            functions.pop()
        elif token.subtype == Token.ARG and functions:
            functions[-1].argument += 1
        elif token.type == Token.OPERAND and token.subtype == Token.RANGE:
            found = reference(token.value)
            picking = next((call for call in reversed(functions) if call.name == "INDEX" and call.argument), None)
            if picking is None or picking.picked_from is None:
                yield Citation(token.value, found)
            else:
                picked = picking.picked_from
                is_column = picking.argument == 2 or picked.rows == 1
                yield Citation(token.value, found, picked, is_column)
            if functions and functions[-1].name == "INDEX" and not functions[-1].argument:
                functions[-1].picked_from = found


@dataclass
class _Call:
    """A function whose arguments are being read: its name, the number of the argument, and what INDEX picks from."""

    name: str
    argument: int = 0
    picked_from: Reference | None = None


def tokens(text: str) -> list[Token]:
    """Return the tokens of a formula; none of a text that is no formula, or longer than one may be."""
    if len(text) > LONGEST_FORMULA:
        return []
    try:
        return list(Tokenizer(text).items)
    except (TokenizerError, IndexError):
        return []


def reference(text: str) -> Reference | None:
    """Return what a reference such as `'run 1'!$B$4:$B$9` or `A:A` leads to; None where it is a name or an error."""
    match = _CELLS.fullmatch(text)
    if match is None:
        return None
    sheet = match["sheet"]
    if sheet and sheet.startswith("'"):
        sheet = sheet[1:-1].replace("''", "'")
    if match["from"]:
        rows, columns = (1, LAST_SHEET_ROW), (match["from"], match["to"])
    else:
        rows = int(match["top"]), int(match["bottom"] or match["top"])
        columns = match["left"], match["right"] or match["left"]
    left, right = sorted(map(column_index_from_string, columns)) if _are_columns(columns) else (0, 0)
    top, bottom = sorted(rows)
    if min(top, left) < 1 or bottom > LAST_SHEET_ROW or right > LAST_SHEET_COLUMN:
        return None
    return Reference(sheet, top, left, bottom, right)


def _are_columns(letters: tuple[str, str]) -> bool:
    return all(len(each) < 3 or each.upper() <= "XFD" for each in letters)


def spelled_out(text: str, names: Mapping[str, str]) -> str:
    """Return a formula with the cells that its defined names stand for; `names` are by their names in small letters."""
    parts = [names.get(token.value.casefold(), token.value) for token in tokens(text)]
    return "=" + "".join(parts) if parts else text


def on_sheets(text: str, titles: Mapping[str, str], own: str) -> str:
    """Return a formula with other titles for the sheets that it cites; one that it does not name is called `own`."""
    parts = []
    for token in tokens(text):
        found = reference(token.value) if token.subtype == Token.RANGE else None
        if found is None:
            parts.append(token.value)
            continue
        cells = token.value.rpartition("!")[2]
        title = own if found.sheet is None else titles.get(found.sheet.casefold(), found.sheet)
        parts.append(quoted_sheet(title) + cells)
    return "=" + "".join(parts)


@lru_cache(maxsize=20_000)
def _plain(text: str) -> str:
    parts = [_plain_token(token) for token in tokens(text) if token.type != Token.WSPACE]
    # LibreOffice saves the constants as functions.
    return _CONSTANT.sub(r"\1", "\0".join(parts)) or text


def _plain_token(token: Token) -> str:
    value = str(token.value)
    if token.type == Token.OPERAND and token.subtype == Token.TEXT:
        return value
    if token.type == Token.OPERAND and token.subtype == Token.NUMBER:
        return repr(float(value))
    if token.type == Token.OPERAND and token.subtype == Token.RANGE:
        found = reference(value)
        cells = value.rpartition("!")[2].upper()
        return cells if found is None or found.sheet is None else f"{found.sheet.casefold()}!{cells}"
    return value.upper().removeprefix("_XLFN.")
