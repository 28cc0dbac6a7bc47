"""How a worker takes its job and hands its results over: the standard library alone, Python 3.8 and later.

A job is a JSON file: {"workbook", "results", "sheets": [{"name", "rows", "columns"}], "points": [{"reopened", "edits":
[{"sheet", "row", "column", "values"}]}]}. For every point the workbook is opened anew if it says so, the edits are made
(values typed side by side from the cell on), everything is recalculated and every sheet is read. Results are files `<point>-<sheet>.values` (doubles, row by row), `.kinds` (a byte a cell) and one
`about.json` with the engine's version and the texts of cells that hold no number.
"""

import json
import sys
from array import array
from pathlib import Path

BLANK, NUMBER, TEXT, ERROR, BOOLEAN = range(5)
NOT_A_NUMBER = float("nan")
# Texts are for messages, which show the first cells only.
MOST_TEXTS = 200


def read_job():
    """Return the job whose file is named on the command line."""
    return json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))


class Results:
    """Collects what a worker reads and writes it into the job's folder."""

    def __init__(self, folder):
        self._folder = Path(folder)
        self._texts = {}

    def write(self, point, sheet, values, kinds):
        """Write a sheet's cells: doubles and kinds, row by row."""
        stem = "{}-{}".format(point, sheet)
        (self._folder / (stem + ".values")).write_bytes(array("d", values).tobytes())
        (self._folder / (stem + ".kinds")).write_bytes(bytes(kinds))

    def text(self, point, sheet, row, column, text):
        """Keep the text or the error of a cell; `text` is a function, called while there is room."""
        stem = "{}-{}".format(point, sheet)
        texts = self._texts.setdefault(stem, [])
        if len(texts) < MOST_TEXTS:
            texts.append([row, column, text()])

    def finish(self, version):
        """Write what was collected; a folder without this file is the result of a worker that failed."""
        about = {"version": version, "texts": self._texts}
        (self._folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
