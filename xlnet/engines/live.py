"""A workbook open in IronCalc within this process, to be changed and evaluated thousands of times.

IronCalc prints to stdout, and a hostile file may crash it or fill the memory: use it in a process of its own alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from pathlib import Path
from typing import Any, TypeAlias

from xlnet.errors import EngineError

# Sheet from 0, row and column from 1.
Place: TypeAlias = tuple[int, int, int]
# None is a blank cell.
Value: TypeAlias = float | str | bool | None


class ErrorValue(str):
    """An error that a cell shows, such as "#NUM!"."""


class LiveWorkbook:
    """A workbook in IronCalc. Raises EngineError where IronCalc is missing or cannot read the file."""

    def __init__(self, path: Path) -> None:
        try:
            import ironcalc
        except ImportError:
            raise EngineError("IronCalc is not installed: pip install 'ironcalc>=0.9'") from None
        try:
            self._model: Any = ironcalc.load_from_xlsx(str(path), "en", "UTC")
        except ironcalc.WorkbookError as error:
            raise EngineError(f"{path}: IronCalc cannot read it: {error}") from None
        self._error_type = ironcalc.CellType.ErrorValue
        self.sheets: list[str] = [sheet["name"] for sheet in self._model.get_worksheets_properties()]

    def copy(self) -> LiveWorkbook:
        """Return another workbook that holds the same; what is typed in one of them does not show in the other."""
        import ironcalc

        other = object.__new__(LiveWorkbook)
        other._model = ironcalc.load_from_bytes(self._model.to_bytes())
        other._error_type, other.sheets = self._error_type, list(self.sheets)
        return other

    def places(self) -> list[Place]:
        """Return the cells that are in the file, blank ones that only have a style among them."""
        return sorted(self._model.get_all_cells())

    def names(self) -> list[tuple[str, int | None, str]]:
        """Return the defined names: name, sheet in which alone it is valid, what it stands for."""
        return [(each["name"], each["scope"], each["formula"]) for each in self._model.get_defined_name_list()]

    def formula(self, place: Place) -> str | None:
        """Return the formula of a cell, with "="; None where it holds none."""
        text: str | None = self._model.get_cell_formula(*place)
        return text

    def value(self, place: Place) -> Value:
        """Return the value of a cell; before the first `evaluate` the one that is stored in the file."""
        value = self._model.get_cell_value(*place)
        if isinstance(value, str) and self._model.get_cell_type(*place) == self._error_type:
            return ErrorValue(value)
        return value  # type: ignore[no-any-return]

    def numbers(self, places: Iterable[Place]) -> list[float]:
        """Return the values of cells as numbers: 0 for a blank, NaN for what is no number."""
        get, nan = self._model.get_cell_value, float("nan")
        found = []
        for place in places:
            value = get(*place)
            found.append(
                value if type(value) is float else 0.0 if value is None else float(value) if value is True else nan
            )
        return found

    def type_numbers(self, values: Mapping[Place, float]) -> None:
        """Type numbers into cells, in place of whatever they hold; what is NaN or infinite leaves a cell as it is."""
        update = self._model.update_cell_with_number
        for (sheet, row, column), value in values.items():
            if isfinite(value):
                update(sheet, row, column, value)

    def type_text(self, place: Place, text: str) -> None:
        """Type a text into a cell, which stays a text."""
        self._model.update_cell_with_text(*place, text)

    def type_formula(self, place: Place, formula: str) -> None:
        """Type a formula, with "=", into a cell. Raises EngineError where IronCalc cannot take it."""
        try:
            self._model.set_user_input(*place, formula)
        except Exception as error:
            raise EngineError(f"IronCalc cannot take {formula}: {error}") from None

    def clear(self, first: Place, last: Place) -> None:
        """Empty the cells of an area: what an array formula fills can only be emptied as a whole."""
        sheet, row, column = first
        self._model.range_clear_contents(sheet, row, column, last[1], last[2])

    def add_sheet(self, title: str) -> int:
        """Add a sheet, and return its number."""
        self._model.add_sheet(title)
        self.sheets.append(title)
        return len(self.sheets) - 1

    def evaluate(self) -> None:
        """Recalculate every formula."""
        self._model.evaluate()

    def save(self, path: Path) -> None:
        """Write the workbook as .xlsx."""
        self._model.save_to_xlsx(str(path))
