"""The same cells by other writers, each as a process of its own: `python -m benchmarks.peers NAME FOLDER OUTPUT`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benchmarks.cells import rows, values

FIRST_ROW = 4


def openpyxl_write_only(folder: Path, output: Path) -> None:
    """openpyxl has no way to store a formula's value."""
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    sheet: Any = workbook.create_sheet("Training")
    for _ in range(FIRST_ROW - 1):
        sheet.append([])
    for cells in rows(folder):
        sheet.append(cells)
    workbook.save(output)


def xlsxwriter_with_values(folder: Path, output: Path) -> None:
    """XlsxWriter takes a formula's value where it is given one."""
    import xlsxwriter

    workbook = xlsxwriter.Workbook(output, {"constant_memory": True})
    sheet = workbook.add_worksheet("Training")
    for row, (cells, numbers) in enumerate(zip(rows(folder), values(folder), strict=True), FIRST_ROW - 1):
        for column, (cell, value) in enumerate(zip(cells, numbers.tolist(), strict=True)):
            if isinstance(cell, str):
                sheet.write_formula(row, column, cell, None, value)
            else:
                sheet.write_number(row, column, cell)
    workbook.close()


def wolfxl_without_values(folder: Path, output: Path) -> None:
    """Written in Rust; the values of formulas are not stored."""
    import wolfxl

    workbook = wolfxl.Workbook()
    sheet: Any = workbook.active
    sheet.title = "Training"
    sheet.write_rows(list(rows(folder)), start_row=FIRST_ROW)
    workbook.save(str(output))


PEERS = {
    "openpyxl, write-only": openpyxl_write_only,
    "XlsxWriter, with values": xlsxwriter_with_values,
    "wolfxl": wolfxl_without_values,
}

if __name__ == "__main__":
    name, folder, output = sys.argv[1:]
    PEERS[name](Path(folder), Path(output))
