"""What lives on the sheets beside Training: formulas with the values they carry, and cells that a person fills in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from openpyxl.worksheet.datavalidation import DataValidation

from xlnet.book.drawing.cells import put_formula, put_number, put_text
from xlnet.book.drawing.protection import take_numbers
from xlnet.book.record import Record
from xlnet.book.shown import Shown
from xlnet.book.style import Look
from xlnet.book.texts import Texts
from xlnet.cell import Cell
from xlnet.render.excel import cell
from xlnet.xlsx.page import Address, Page
from xlnet.xlsx.values import Value

_LONGEST_LIST = 255


@dataclass(frozen=True)
class Live:
    """A formula: its key in messages, where it stands, its text, its look, and its value for a recorded run.

    `shown` is the quantity or cell that it shows, where it is nothing but that. `is_array` tells an array formula.
    """

    key: str
    column: int
    row: int
    formula: str
    look: Look
    value: Callable[[Record], Value]
    shown: Shown | Cell | None = None
    is_array: bool = False

    @property
    def address(self) -> str:
        """The cell's address: "C7"."""
        return cell(self.column, self.row)


@dataclass(frozen=True)
class Typed:
    """A cell that a person fills in: its key, where it stands, what it holds at first, and its group in a check.

    `choices` are the only values that it takes, the words of a list or whole numbers; none where it takes any number.
    """

    key: str
    column: int
    row: int
    first: float | str
    group: str = "settings"
    choices: Sequence[str] | range = ()

    @property
    def address(self) -> str:
        """The cell's address: "C7"."""
        return cell(self.column, self.row)

    def __post_init__(self) -> None:
        """Excel takes no list of choices that is longer."""
        assert isinstance(self.choices, range) or len(",".join(self.choices)) <= _LONGEST_LIST


def put_all(page: Page, formulas: Iterable[Live]) -> None:
    """Write the formulas into their cells."""
    for live in formulas:
        put_formula(page, live.column, live.row, live.formula, live.look, is_array=live.is_array)


def values_of(formulas: Iterable[Live], record: Record) -> Callable[[], dict[Address, Value]]:
    """Return what gives the values of the formulas, by row and column, once the run is recorded."""
    return lambda: {(live.row, live.column): live.value(record) for live in formulas}


def put_inputs(page: Page, inputs: Sequence[Typed], look: Look, texts: Texts) -> None:
    """Write the cells that a person fills in, and let them take nothing else."""
    for typed in inputs:
        if isinstance(typed.first, str):
            put_text(page, typed.column, typed.row, typed.first, look)
        else:
            put_number(page, typed.column, typed.row, typed.first, look)
        if typed.choices:
            page.add_data_validation(_choice(typed, texts))
    take_numbers(page, [typed.address for typed in inputs if not typed.choices], texts)


def _choice(typed: Typed, texts: Texts) -> DataValidation:
    choices = typed.choices
    validation = DataValidation(
        allow_blank=False,
        showErrorMessage=True,
        errorTitle=texts.get("input", "choice title"),
    )
    if isinstance(choices, range):
        validation.type, validation.operator = "whole", "between"
        validation.formula1, validation.formula2 = str(choices[0]), str(choices[-1])
        validation.error = texts.get("input", "whole number").format(first=choices[0], last=choices[-1])
    else:
        validation.type, validation.formula1 = "list", f'"{",".join(choices)}"'
        validation.error = texts.get("input", "word").format(words=texts.get("input", "between words").join(choices))
    validation.add(typed.address)
    return validation
