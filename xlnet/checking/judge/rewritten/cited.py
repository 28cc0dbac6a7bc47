"""The cells that a formula cites, and what may be typed into them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlnet import keys
from xlnet.cell import Cell
from xlnet.checking.judge.rewritten.points import Slot
from xlnet.checking.open.formula_text import Citation, Reference, citations
from xlnet.checking.open.opened import Opened
from xlnet.engines.grid import Grid
from xlnet.engines.workers.handover import TEXT
from xlnet.render.layout import Layout

# A range of more rows or columns than this is filled at both ends and in the middle alone.
_MOST_WHOLE, _AT_ENDS = 30, 3
# So many different texts are typed into the cells of texts.
_MOST_TEXTS = 8
# So many different whole numbers are typed into a cell of one: each comes up at two points or more.
_MOST_NUMBERS = 12


@dataclass(frozen=True)
class Known:
    """What is known of a workbook's cells, by its own titles of sheets.

    `choices` are what can be chosen in the cells where xlnet lets choose; `texts` the texts of cells that hold one.
    `own` are the cells that xlnet fills outside tables; `tables` are the layouts of the sheets of iterations, and
    `counted` what is a whole number there, by the reference's names.
    """

    choices: Mapping[Cell, Sequence[float | str]]
    texts: Mapping[Cell, str]
    own: Collection[Cell]
    tables: Mapping[str, Layout]
    counted: Mapping[str, Mapping[str, range]]

    def numbers_in(self, position: Cell) -> range:
        """Return the whole numbers that may stand in a cell; none where it may be any number."""
        layout = self.tables.get(position.sheet)
        node = layout.node_at(position) if layout else None
        if node is None or keys.belonging(node[0]):
            return range(0)
        parts = keys.parts(node[0])
        name = parts.letter if parts.layer is None else f"{parts.letter}{parts.layer}"
        return self.counted[position.sheet].get(name, range(0))

    def is_own(self, position: Cell) -> bool:
        """Return whether xlnet fills a cell; any other is a person's, or a label."""
        layout = self.tables.get(position.sheet)
        node = layout.node_at(position) if layout else None
        is_in_table = layout is not None and node is not None and node[1] <= layout.iterations
        return is_in_table or position in self.own


def known_of(runs: Sequence[Opened], saved: Mapping[str, Grid]) -> Known:
    """Return what is known of the cells of a workbook, whose recalculated sheets are `saved`, by its own titles."""
    choices: dict[Cell, Sequence[float | str]] = {}
    own: set[Cell] = set()
    for run in runs:
        for position, entry in run.inputs.items():
            own.add(position)
            if isinstance(entry.choices, range):
                choices[position] = _telling(entry.choices[0], entry.choices[-1])
            elif entry.choices:
                choices[position] = list(entry.choices)
        own |= {position for formulas in (run.computed, run.beside) for position in formulas}
    texts = {
        Cell(title, row, column): text
        for title, grid in saved.items()
        for (row, column), text in grid.texts.items()
        if grid.kinds[row - 1, column - 1] == TEXT
    }
    tables = {run.sheet: run.layout for run in runs}
    return Known(choices, texts, own, tables, {run.sheet: run.counted for run in runs})


def cells_of(formulas: Sequence[str], sheet: str, known: Known) -> dict[Cell, Slot]:
    """Return the cells that these formulas on `sheet` cite, with what may be typed into them."""
    found: dict[Cell, Slot] = {}
    cited = [(citation, list(_positions(citation, sheet))) for text in formulas for citation in citations(text)]
    texts = tuple(dict.fromkeys(known.texts[p] for _, positions in cited for p in positions if p in known.texts))
    for citation, positions in cited:
        for position in positions:
            cell = _cell(position, citation, known, texts[:_MOST_TEXTS])
            known_before = found.get(position, Slot())
            found[position] = Slot(tuple(dict.fromkeys((*known_before.choices, *cell.choices))))
    return found


def _cell(position: Cell, citation: Citation, known: Known, texts: tuple[str, ...]) -> Slot:
    if position in known.choices:
        return Slot(tuple(known.choices[position]))
    numbers = known.numbers_in(position)
    if numbers:
        return Slot(tuple(map(float, numbers)) if len(numbers) <= _MOST_NUMBERS else _telling(numbers[0], numbers[-1]))
    if citation.index_of is not None:
        picked = citation.index_of
        count = picked.columns if citation.is_column else picked.rows
        return Slot(_telling(1, count))
    if position in known.texts:
        # Another case too, as `=` takes "yes" for "Yes".
        return Slot((*texts, known.texts[position].swapcase()))
    return Slot()


def _positions(citation: Citation, sheet: str) -> Iterator[Cell]:
    reference: Reference | None = citation.reference
    if reference is None:
        return
    for row in spread(reference.top, reference.bottom):
        for column in spread(reference.left, reference.right):
            yield Cell(reference.sheet or sheet, row, column)


def _telling(first: int, last: int) -> tuple[float, ...]:
    """Return the numbers from first to last that tell most, among those of `spread`: at both ends and in the middle."""
    return tuple(
        dict.fromkeys(map(float, (first, last, (first + last) // 2, min(first + 1, last), max(last - 1, first))))
    )


def spread(first: int, last: int) -> Sequence[int]:
    """Return the numbers from first to last; of many those at both ends and in the middle."""
    if last - first < _MOST_WHOLE:
        return range(first, last + 1)
    middle = (first + last) // 2
    return [
        *range(first, first + _AT_ENDS),
        *range(middle - 1, middle + 2),
        *range(last + 1 - _AT_ENDS, last + 1),
    ]
