"""The values that sheet Explore carries at first."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from xlnet import keys
from xlnet.book import shown
from xlnet.book.choices import ITERATION
from xlnet.book.record import Record
from xlnet.book.sheets.explore.faces import shown as shown_alone
from xlnet.book.sheets.explore.plan import Entry, Plan
from xlnet.graph.expression import here
from xlnet.graph.node import Node
from xlnet.render import evaluate as run
from xlnet.render.mathematics import Marked

# Significant digits of a number in a text; a number below the least is written 0.
DIGITS, LEAST = 4, 1e-15
# A number below this is written by a power of ten.
TINY = 0.0001
# What it makes at least 1 is no 0.
HUGE = 1e290
EQUALS, ROUGHLY = " = ", " ≈ "


class Numbers:
    """The values of the sheet for a recorded run."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._table = cache(self._computed)

    def value(self, record: Record, key: str) -> float:
        """Return the value of a quantity."""
        if not self._plan.is_drawn:
            return shown.value(shown_alone(self._plan, key), record, self._plan.model.constants)
        return self._table(record)[key]

    def rounded(self, record: Record, key: str) -> str | float:
        """Return the text of a quantity's number; NaN where there is none."""
        if key == keys.ITERATION:
            return str(ITERATION.first)
        value = self.value(record, key)
        return value if math.isnan(value) else rounded(value)

    def filled_in(self, record: Record, entry: Entry) -> str | float:
        """Return the right side of an entry's rule with its numbers; NaN where one of them is missing."""
        parts = parts_of(self._plan, entry)
        texts = [self.rounded(record, part) if index % 2 else part for index, part in enumerate(parts)]
        result = self.rounded(record, entry.key)
        if any(isinstance(text, float) for text in (*texts, result)):
            return math.nan
        return "".join(map(str, texts)) + sign(self.value(record, entry.key)) + unbracketed(str(result))

    def _computed(self, record: Record) -> dict[str, float]:
        """Return every value of the table, by key and alias."""
        constants = self._plan.model.constants
        found = {keys.ITERATION: float(ITERATION.first)}
        for entry in self._plan.entries:
            if entry.shown is not None:
                aliases = () if entry.node is None else entry.node.aliases
                found |= dict.fromkeys((entry.key, *aliases), shown.value(entry.shown, record, constants))
        nodes = [
            Node(entry.key, "computed", here(entry.node.formula))
            for entry in self._plan.entries
            if entry.shown is None and entry.node is not None and entry.node.formula is not None
        ]
        values = run.rows({key: [value] for key, value in found.items()}, {}, nodes)
        return {key: column[0] for key, column in values.items()}


def parts_of(plan: Plan, entry: Entry) -> list[str]:
    """Return the right side of an entry's rule in turns: text, key, text … text."""
    symbols = plan.model.symbols
    assert entry.node is not None
    return Marked(symbols.layers, symbols.outputs, symbols.words).parts(entry.node)


def rounded(value: float) -> str:
    """Return a number as the sheet's formula writes it: four significant digits, in brackets if it is negative."""
    size = abs(value)
    if size < LEAST:
        return "0"
    power = math.floor(math.log10(size))
    # Halves are rounded up, as in a spreadsheet.
    mantissa = Decimal(repr(size)).scaleb(-power).quantize(Decimal(1).scaleb(1 - DIGITS), ROUND_HALF_UP)
    text = f"{float(mantissa):.15G}E{power}" if size < TINY else f"{float(mantissa.scaleb(power)):.15G}"
    return f"(−{text})" if value < 0 else text


def sign(value: float) -> str:
    """Return what stands between the numbers of a rule and their result."""
    return ROUGHLY if abs(value) < TINY and abs(value) * HUGE >= 1 else EQUALS


def unbracketed(text: str) -> str:
    """Return the text of a number without its brackets."""
    return text.replace("(", "").replace(")", "")
