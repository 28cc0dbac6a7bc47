"""Which formulas of a stranger an engine may see: those that compute from cells of the workbook, within bounds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from openpyxl.utils import column_index_from_string

from xlnet.sheet_size import LAST_SHEET_COLUMN, LAST_SHEET_ROW, LONGEST_FORMULA

# All that computes from its arguments alone, in a time that does not depend on how large a number is. Not among them:
# what fetches or opens (WEBSERVICE, DDE, IMAGE, HYPERLINK, CALL …), what turns a text into a reference (INDIRECT), and
# what makes much out of little (REPT, OFFSET, SEQUENCE).
_NAMES = """
ABS ACOS ACOSH ASIN ASINH ATAN ATAN2 ATANH CEILING COS COSH COT CSC DEGREES EVEN EXP FLOOR INT LN LOG LOG10 MOD
MROUND ODD PI POWER PRODUCT QUOTIENT RADIANS ROUND ROUNDDOWN ROUNDUP SEC SIGN SIN SINH SQRT SQRTPI SUM SUMIF SUMIFS
SUMPRODUCT SUMSQ SUMX2MY2 SUMX2PY2 SUMXMY2 TAN TANH TRUNC MMULT TRANSPOSE AVEDEV AVERAGE AVERAGEA AVERAGEIF
AVERAGEIFS CORREL COUNT COUNTA COUNTBLANK COUNTIF COUNTIFS COVAR COVARIANCE.P COVARIANCE.S DEVSQ LARGE MAX MAXA
MAXIFS MEDIAN MIN MINA MINIFS NORMDIST NORM.DIST NORMSDIST NORM.S.DIST PEARSON PERCENTILE QUARTILE RANK RANK.EQ RSQ
SLOPE INTERCEPT SMALL STANDARDIZE STDEV STDEV.P STDEV.S STDEVA STDEVP STDEVPA SUBTOTAL VAR VAR.P VAR.S VARA VARP
VARPA ERF ERFC ERF.PRECISE AND FALSE IF IFERROR IFNA IFS NOT OR SWITCH TRUE XOR CHOOSE COLUMN COLUMNS HLOOKUP INDEX
LOOKUP MATCH ROW ROWS VLOOKUP XLOOKUP XMATCH AREAS ADDRESS ISBLANK ISERR ISERROR ISEVEN ISLOGICAL ISNA ISNONTEXT
ISNUMBER ISODD ISREF ISTEXT N NA TYPE ERROR.TYPE T CHAR CLEAN CODE CONCATENATE CONCAT EXACT FIND FIXED LEFT LEN
LOWER MID NUMBERVALUE PROPER REPLACE RIGHT SEARCH SUBSTITUTE TEXT TRIM UNICHAR UNICODE UPPER VALUE
"""
_FUNCTIONS = frozenset(_NAMES.split())
# Each turns rows into columns, or multiplies all of one with all of the other.
_WIDENING = frozenset(("MMULT", "TRANSPOSE"))
# Each makes a text as long as those together that it cites: a chain of cells soon has one that fills the memory.
_JOINING = frozenset(("CONCATENATE", "CONCAT", "REPLACE"))
_MOST_GROWTH = 4096
# What SUBSTITUTE has to end with: otherwise it could put a long text in place of every letter.
_SHORT_SUBSTITUTE = re.compile(r',\s*"[^"]{1,3}",\s*"[^"]?"\s*\)$')
_DEEPEST, _MOST_SIGNS, _MOST_POWERS = 64, 16, 64
# The steps that one formula may take at least, and all together that xlnet did not write: a step is, about, a cell that
# is read or an operation with it. An engine may do no more than a million a second, and does each at several points.
_STEPS, _STEPS_IN_ALL = 2_500_000, 5_000_000
# And so many times what xlnet's own formulas take in the same workbook.
_TIMES_OWN = 3

_SHEET = r"(?:(?P<sheet>'(?:[^']|'')*'|[^\W\d][\w.]*)!)?"
_COLUMN, _LINE = r"\$?[A-Za-z]{1,3}", r"\$?[0-9]{1,7}"
_TOKEN = re.compile(
    r'(?P<text>"(?:[^"]|"")*")'
    r"|(?P<function>[^\W\d][\w.]*)\("
    rf"|{_SHEET}(?:(?P<cells>{_COLUMN}{_LINE}(?::{_COLUMN}{_LINE})?)|(?P<columns>{_COLUMN}:{_COLUMN})"
    rf"|(?P<lines>{_LINE}:{_LINE}))(?![\w.(!])"
    r"|(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<error>#(?:N/A|REF!|NUM!|VALUE!|DIV/0!|NAME\?|NULL!))"
    r"|(?P<name>[^\W\d][\w.]*)(?![\w.(!])"
    r"|(?P<open>[({])|(?P<close>[)}])|(?P<sign>[-+])|(?P<other>[*/^&=<>%,;]|\s+)"
)


@dataclass
class Judge:
    """Judges formulas; `titles` are the sheets that may be cited, and `names` those of cells, in small letters.

    What formulas may take depends on what `own` ones take: steps of each, and how often each stands in the workbook.
    """

    titles: Collection[str]
    names: Collection[str] = ()
    own: Sequence[tuple[str, int]] = ()
    _each: int = field(default=_STEPS, init=False)
    _left: int = field(default=_STEPS_IN_ALL, init=False)
    _growth: float = field(default=1.0, init=False)
    _is_counted: bool = field(default=False, init=False)

    def _count_own(self) -> None:
        """Add what xlnet's own formulas take, once: few workbooks hold another one, and only then it matters."""
        if self._is_counted:
            return
        self._is_counted = True
        for formula, times in self.own:
            work = _work(formula, self)
            if work is not None:
                self._each = max(self._each, _TIMES_OWN * work.steps)
                self._left += _TIMES_OWN * work.steps * times

    def takes(self, formula: str, times: int = 1, instead_of: str | None = None) -> bool:
        """Return whether an engine may see this formula, without "=", where it is filled into so many cells.

        `instead_of` is xlnet's own formula at its place.
        """
        self._count_own()
        work = _work(formula, self)
        if work is None or work.steps > self._each:
            return False
        self._left -= work.steps * times
        own = _work(instead_of, self) if instead_of and work.joined else None
        # A text made of the cells that xlnet makes it of does not grow.
        if work.joined - (own.joined if own else Counter()):
            self._growth *= float(work.joined.total()) ** min(times, _MOST_GROWTH.bit_length())
        return self._left >= 0 and self._growth <= _MOST_GROWTH


class _Work(NamedTuple):
    """What a formula takes: about so many steps, and what it joins texts of, with the number of cells.

    `sheets` and `names` are those that it cites.
    """

    steps: int
    joined: Counter[str]
    sheets: frozenset[str]
    names: frozenset[str]


def _work(formula: str, judge: Judge) -> _Work | None:
    """Return what a formula takes; None where an engine may not see it."""
    work = _work_of_any(formula) if 0 < len(formula) <= LONGEST_FORMULA else None
    if work is None or not work.names.issubset((*judge.names, "true", "false")):
        return None
    return work if all(_is_known(sheet, judge.titles) for sheet in work.sheets) else None


# The sheets of a comparison's runs hold the same formulas.
@lru_cache(maxsize=20_000)
def _work_of_any(formula: str) -> _Work | None:
    """Return what a formula takes in a workbook that has all that it names; None where no engine may see it."""
    functions: list[str] = []
    ranges: list[tuple[int, int]] = []
    cited: list[tuple[str, int]] = []
    sheets, names = set[str](), set[str]()
    position = signs = powers = operations = 0
    is_widening = is_joining = False
    while position < len(formula):
        token = _TOKEN.match(formula, position)
        if token is None:
            return None
        position = token.end()
        kind = token.lastgroup
        if kind == "function":
            name = token["function"].upper().removeprefix("_XLFN.")
            if name not in _FUNCTIONS:
                return None
            is_widening |= name in _WIDENING
            is_joining |= name in _JOINING
            functions.append(name)
        elif kind in ("cells", "columns", "lines"):
            size = _size(token["cells"] or token["columns"] or token["lines"])
            if size is None:
                return None
            if token["sheet"]:
                sheets.add(token["sheet"])
            ranges.append(size)
            cited.append((token[0], size[0] * size[1]))
        elif kind == "name":
            names.add(token["name"].casefold())
        elif kind == "open":
            functions.append("")
        elif kind == "close" and functions and functions.pop() == "SUBSTITUTE" and not _is_short(formula[:position]):
            return None
        is_joining |= token[0] == "&"
        operations += kind in ("function", "sign", "other")
        powers += token[0] == "^"
        signs = signs + 1 if kind == "sign" else signs if token[0].isspace() else 0
        if len(functions) > _DEEPEST or signs > _MOST_SIGNS or powers > _MOST_POWERS:
            return None
    rows, columns = (max((size[side] for size in ranges), default=1) for side in (0, 1))
    # Arrays of different shapes are spread over each other's rows and columns.
    widest = max(rows, columns) ** 3 if is_widening else rows * columns
    joined = Counter[str]()
    for text, count in cited if is_joining else ():
        joined[text.replace("$", "").upper()] += count
    return _Work(widest * (len(ranges) + operations), joined, frozenset(sheets), frozenset(names))


def _is_short(formula: str) -> bool:
    """Return whether the call of SUBSTITUTE at the end of a text puts at most one letter in place of another text."""
    return _SHORT_SUBSTITUTE.search(formula, max(0, len(formula) - 30)) is not None


@lru_cache(maxsize=20_000)
def _size(text: str) -> tuple[int, int] | None:
    """Return the rows and columns of a reference; None where there are no such cells."""
    columns = [column_index_from_string(letters) for letters in re.findall(r"[A-Za-z]+", text)]
    rows = [int(digits) for digits in re.findall(r"[0-9]+", text)]
    if (
        max(columns, default=1) > LAST_SHEET_COLUMN
        or not 1 <= min(rows, default=1) <= max(rows, default=1) <= LAST_SHEET_ROW
    ):
        return None
    return (
        max(rows) - min(rows) + 1 if rows else LAST_SHEET_ROW,
        max(columns) - min(columns) + 1 if columns else LAST_SHEET_COLUMN,
    )


def _is_known(sheet: str, titles: Collection[str]) -> bool:
    title = sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet
    return title.casefold() in titles
