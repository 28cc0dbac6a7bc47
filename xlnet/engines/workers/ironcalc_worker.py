"""Recalculates a workbook with IronCalc."""

from __future__ import annotations

from array import array
from importlib.metadata import version
from typing import Any

import handover
import ironcalc


def main() -> None:
    """Do the jobs of task after task."""
    for task in handover.tasks(handover.read_start()):
        for job in task["jobs"]:
            recalculate(job)


def recalculate(job: dict[str, Any]) -> None:
    """Take a workbook from point to point and hand over its sheets at each."""
    results = handover.Results(job["results"])
    model: Any = None
    for number, point in enumerate(job["points"]):
        if model is None or point["reopened"]:
            model = ironcalc.load_from_xlsx(job["workbook"], "en", "UTC")
            properties = model.get_worksheets_properties()
            positions = {sheet["name"]: position for position, sheet in enumerate(properties)}
        for edit in point["edits"]:
            for row, values in enumerate(edit["values"], edit["row"]):
                for column, value in enumerate(values, edit["column"]):
                    is_text = isinstance(value, str)
                    update = model.update_cell_with_text if is_text else model.update_cell_with_number
                    update(positions[edit["sheet"]], row, column, value)
        # Without this the values stored in the file come back.
        model.evaluate()
        for index, sheet in enumerate(job["sheets"]):
            read(model, positions[sheet["name"]], sheet, (number, index), results)
    results.finish(version("ironcalc"))


def read(model: Any, number: int, sheet: dict[str, Any], place: tuple[int, int], results: handover.Results) -> None:
    """Hand over the cells of a sheet."""
    values, kinds = array("d"), bytearray()
    get_value, get_type = model.get_cell_value, model.get_cell_type
    for row in range(1, sheet["rows"] + 1):
        for column in range(1, sheet["columns"] + 1):
            value = get_value(number, row, column)
            if type(value) is float:
                values.append(value)
                kinds.append(handover.NUMBER)
                continue
            values.append(handover.NOT_A_NUMBER)
            if value is None:
                kinds.append(handover.BLANK)
                continue
            # An error comes back as its text, "#NUM!".
            is_error = get_type(number, row, column) == ironcalc.CellType.ErrorValue
            is_boolean = isinstance(value, bool)
            kinds.append(handover.ERROR if is_error else handover.BOOLEAN if is_boolean else handover.TEXT)
            if is_error:
                results.error(place, row, column, lambda text=value: str(text))
            else:
                results.text(place, row, column, str(value))
    results.write(place, values, kinds)


if __name__ == "__main__":
    main()
