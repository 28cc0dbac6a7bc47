"""The cells of a workbook's table, prepared once for all writers: formulas to fill down, and values."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import xlnet
from xlnet.book.model import model_of
from xlnet.render.evaluate import iterations
from xlnet.sheet_size import FIRST_ROW
from xlnet.xlsx.table import block_sizes


def prepare(template: str, iters: int, folder: Path) -> None:
    """Write the formulas and the values of a template's table into `folder`."""
    spec = xlnet.load(template, iters=iters)
    model = model_of(spec)
    graph, filled = model.graph, model.columns
    formulas = {"first": [c.first_formula for c in filled], "later": [c.formula for c in filled]}
    (folder / "formulas.json").write_text(json.dumps(formulas), encoding="utf-8")
    blocks = iterations(graph, block_sizes(FIRST_ROW, iters, len(filled)))
    values = np.array([value for block in blocks for value in block.values]).reshape(iters, len(filled))
    np.save(folder / "values.npy", values)


def rows(folder: Path) -> Iterator[list[Any]]:
    """Yield the cells of each row: a formula's text, or a number where none is."""
    formulas = json.loads((folder / "formulas.json").read_text(encoding="utf-8"))
    numbers = values(folder)
    joined = {which: "\0".join(text or "" for text in texts) for which, texts in formulas.items()}
    for number, row in enumerate(numbers, FIRST_ROW):
        which = "first" if number == FIRST_ROW else "later"
        cells: list[Any] = joined[which].format(here=[number], previous=[number - 1]).split("\0")
        if not all(cells):
            cells = [text or value for text, value in zip(cells, row.tolist(), strict=True)]
        yield cells


def values(folder: Path) -> Any:
    """Return the values, an array of the shape (iterations, columns); no more of it is in memory than is used."""
    return np.load(folder / "values.npy", mmap_mode="r")


if __name__ == "__main__":
    template, iters, folder = sys.argv[1:]
    prepare(template, int(iters), Path(folder))
