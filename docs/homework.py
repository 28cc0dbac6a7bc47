"""Writes a folder of homework to try `xlnet audit` on: `python docs/homework.py` prints the folder, output/homework.

Five invented students build the same network by hand, a step a row: two inputs, two hidden units and one output, all
sigmoid. Ada's gradients are right, Ben and Chloe have the classic mistake, Dev has another one, and Emma stopped before
the first update.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

FOLDER = Path("output") / "homework"
# The first row of the table, and the columns before the gradients'.
FIRST, GRADIENTS = 6, 13
FORWARD = {
    "h1": "=A{r}*$A$2+B{r}*$B$2",
    "a_h1": "=1/(1+EXP(-G{r}))",
    "h2": "=C{r}*$A$2+D{r}*$B$2",
    "a_h2": "=1/(1+EXP(-I{r}))",
    "o": "=E{r}*H{r}+F{r}*J{r}",
    "a_o": "=1/(1+EXP(-K{r}))",
    "E": "=0.5*(L{r}-$C$2)^2",
}
BACKWARD = {
    "∂E/∂w1": "=(L{r}-$C$2)*L{r}*(1-L{r})*E{r}*H{r}*(1-H{r})*$A$2",
    "∂E/∂w2": "=(L{r}-$C$2)*L{r}*(1-L{r})*E{r}*H{r}*(1-H{r})*$B$2",
    "∂E/∂w3": "=(L{r}-$C$2)*L{r}*(1-L{r})*F{r}*J{r}*(1-J{r})*$A$2",
    "∂E/∂w4": "=(L{r}-$C$2)*L{r}*(1-L{r})*F{r}*J{r}*(1-J{r})*$B$2",
    "∂E/∂w5": "=(L{r}-$C$2)*L{r}*(1-L{r})*H{r}",
    "∂E/∂w6": "=(L{r}-$C$2)*L{r}*(1-L{r})*J{r}",
}
# w3 and w4 feed the second hidden unit, whose derivative is a_h2(1 − a_h2); H is the column of a_h1.
CLASSIC = {name: BACKWARD[name].replace("J{r}*(1-J{r})", "H{r}*(1-H{r})") for name in ("∂E/∂w3", "∂E/∂w4")}
# The derivative of the output's own sigmoid is forgotten.
FORGOTTEN = {name: BACKWARD[name].replace("*L{r}*(1-L{r})", "") for name in ("∂E/∂w5", "∂E/∂w6")}


def homework(
    path: Path,
    mistakes: Mapping[str, str],
    weights: tuple[float, ...] = (0.2, 0.3, 0.25, 0.35, 0.4, 0.5),
    steps: int = 50,
) -> None:
    """Write a homework, with the formulas of `mistakes` in the place of the right ones."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "Network"
    formulas = FORWARD | BACKWARD | mistakes
    names = [f"w{number}" for number in range(1, 7)]
    for column, (name, value) in enumerate({"x1": 0.3, "x2": 0.8, "t": 0.9, "η": 1}.items(), 1):
        _head(sheet.cell(1, column, name))
        sheet.cell(2, column, value)
    for column, name in enumerate((*names, *formulas), 1):
        _head(sheet.cell(FIRST - 1, column, name))
    for row in range(FIRST, FIRST + steps):
        for column, weight in enumerate(weights, 1):
            old, gradient = (sheet.cell(row - 1, each).coordinate for each in (column, column + GRADIENTS))
            sheet.cell(row, column, weight if row == FIRST else f"={old}-$D$2*{gradient}")
        for column, formula in enumerate(formulas.values(), 7):
            sheet.cell(row, column, formula.format(r=row))
    for column, cells in enumerate(sheet.iter_cols(min_row=FIRST), 1):
        is_gradient = column > GRADIENTS
        sheet.column_dimensions[get_column_letter(column)].width = 9 if is_gradient else 7
        for cell in cells:
            cell.number_format = "0.00000" if is_gradient else "0.0000"
    # Cells are spoken of by their addresses: a printed sheet has them, too.
    sheet.print_options.headings = True
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    workbook.save(path)


def _head(cell: Cell) -> None:
    cell.font, cell.alignment = Font(name="Calibri", bold=True), Alignment(horizontal="right")


if __name__ == "__main__":
    homework(FOLDER / "ada.xlsx", {})
    homework(FOLDER / "ben.xlsx", CLASSIC)
    homework(FOLDER / "chloe.xlsx", CLASSIC, (0.15, 0.2, 0.3, 0.1, 0.45, 0.55))
    homework(FOLDER / "dev.xlsx", FORGOTTEN)
    homework(FOLDER / "emma.xlsx", {}, steps=1)
    print(FOLDER.as_posix())
