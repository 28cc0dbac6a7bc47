"""What lives on the sheets beside Training: formulas, and cells that a person fills in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from openpyxl.worksheet.datavalidation import DataValidation

from xlnet.book.drawing.cells import put_formula, put_number, put_text
from xlnet.book.drawing.protection import take_numbers, whole_numbers
from xlnet.book.passes import Pass
from xlnet.book.shown import Shown
from xlnet.book.style import Look
from xlnet.book.texts import Texts
from xlnet.cell import Area, Cell
from xlnet.graph.expression import Expression
from xlnet.graph.node import Group, Node
from xlnet.render.excel import area, at_row, cell, formula
from xlnet.render.layout import NOWHERE, Layout
from xlnet.xlsx.page import Page

_LONGEST_LIST = 255


@dataclass(frozen=True)
class Live:
    """A formula, filled down to some rows of a column: its text and its values come from one expression.

    `key` is what messages call it. `layout` has the quantities that it cites. `shown` is the quantity or cell that it
    shows, where it is nothing but that. `is_array` tells an array formula. The rows are numbered from `first_step` on,
    where the formula says so. `computed_by` is the pass that it is a part of. The formula stands `offset` rows below
    each row, from which it is rendered.
    """

    key: str
    sheet: str
    column: int
    rows: Sequence[int]
    expression: Expression
    look: Look
    layout: Layout = NOWHERE
    shown: Shown | Cell | None = None
    is_array: bool = False
    first_step: int = 0
    computed_by: Pass | None = None
    offset: int = 0


def of_pass(each: Pass, node: Node, key: str, look: Look) -> Live:
    """Return the formulas of a node in all rows of a pass."""
    assert node.formula is not None
    spot = each.layout.spots[node.key]
    column, offset = spot.column, spot.offset
    return Live(key, spot.sheet, column, each.rows, node.formula, look, each.layout, computed_by=each, offset=offset)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in its cell; `step` is the number of its row."""

    live: Live
    cell: Cell
    step: int
    text: str

    @property
    def key(self) -> str:
        """What messages call it."""
        return self.live.key


def filled(lives: Iterable[Live]) -> Iterator[Formula]:
    """Yield each formula in each of its cells."""
    for live in lives:
        text = formula(live.expression, live.layout, live.sheet)
        for step, row in enumerate(live.rows, live.first_step):
            own = at_row(text, row, live.layout.stride, step)
            yield Formula(live, Cell(live.sheet, row + live.offset, live.column), step, own)


@dataclass(frozen=True)
class Typed:
    """A cell that a person fills in: its key, where it stands, what it holds at first, and its group in a check.

    `choices` are the only values that it takes, the words of a list or whole numbers; none where it takes any number.
    `listed` are the cells that hold these words, where they stand on the sheet.
    """

    key: str
    row: int
    column: int
    first: float | str
    group: str = Group.SETTINGS
    choices: Sequence[str] | range = ()
    listed: Area | None = None

    @property
    def address(self) -> str:
        """The cell's address: "C7"."""
        return cell(self.row, self.column)

    def __post_init__(self) -> None:
        """Excel takes no list of choices that is longer."""
        if not isinstance(self.choices, range) and self.listed is None:
            assert len(",".join(self.choices)) <= _LONGEST_LIST


def put_all(page: Page, formulas: Iterable[Formula]) -> None:
    """Write the formulas into their cells."""
    for each in formulas:
        put_formula(page, each.cell.row, each.cell.column, each.text, each.live.look, is_array=each.live.is_array)


def put_inputs(page: Page, inputs: Sequence[Typed], look: Look, texts: Texts) -> None:
    """Write the cells that a person fills in, and let them take nothing else."""
    for typed in inputs:
        if isinstance(typed.first, str):
            put_text(page, typed.row, typed.column, typed.first, look)
        else:
            put_number(page, typed.row, typed.column, typed.first, look)
        if typed.choices:
            page.add_data_validation(_choice(typed, texts))
    if numbers := [typed.address for typed in inputs if not typed.choices]:
        take_numbers(page, numbers, texts)


def _choice(typed: Typed, texts: Texts) -> DataValidation:
    choices = typed.choices
    if isinstance(choices, range):
        return whole_numbers([typed.address], choices, texts)
    if typed.listed:
        source, error = area(typed.listed), texts.get("input", "word of a list")
    else:
        source = f'"{",".join(choices)}"'
        error = texts.get("input", "word").format(words=texts.get("input", "between words").join(choices))
    validation = DataValidation(
        type="list",
        formula1=source,
        allow_blank=False,
        showErrorMessage=True,
        errorTitle=texts.get("input", "choice title"),
        error=error,
    )
    validation.add(typed.address)
    return validation
