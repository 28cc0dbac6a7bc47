"""How a worker takes its job and hands its results over: the standard library alone, Python 3.8 and later.

The jobs are a JSON file: {"folder", "jobs": [{"workbook", "results", "sheets": [{"name", "rows", "columns"}],
"points": [{"reopened", "edits": [{"sheet", "row", "column", "values"}]}]}]}. At every point of a job the workbook is
opened again if it says so, the edits are made (values typed row by row from the cell on), everything is recalculated
and every sheet is read. Results are files in the folder `results`: `<point>-<sheet>.values` (doubles, row by row),
`.kinds` (one byte per cell) and one `about.json` with the engine's version and the texts of cells that hold no
number (of errors, the first).
"""

from __future__ import annotations

import glob
import json
import os
import shutil
import sys
import threading
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Any

BLANK, NUMBER, TEXT, ERROR, BOOLEAN = range(5)
NOT_A_NUMBER = float("nan")
# Errors are for messages, which show the first cells only.
MOST_ERRORS = 200
# The exit status of a worker whose engine is there and cannot be started.
CANNOT_START = 69


def read_task() -> dict[str, Any]:
    """Return what stands in the file that is named on the command line."""
    task: dict[str, Any] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    return task


def cannot_start(reason: str) -> None:
    """End the worker, and have the parent told why its engine cannot be started."""
    print(reason, file=sys.stderr)
    sys.exit(CANNOT_START)


def leave_with_parent(task: dict[str, Any]) -> None:
    """When the parent is gone, however it went, clean up and end the whole process group.

    The parent's end of standard input closes then.
    """

    def watch() -> None:
        # Not sys.stdin: a thread that waits inside it makes the interpreter fail when it ends.
        os.read(0, 1)
        shutil.rmtree(task["folder"], ignore_errors=True)
        for pattern in task.get("sockets", []):
            for path in glob.glob(pattern):
                Path(path).unlink()
        if hasattr(os, "killpg"):
            os.killpg(os.getpgid(0), 9)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class Results:
    """Collects what a worker reads and writes it into the job's folder; a place is a point's and a sheet's number."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._texts: dict[str, list[Any]] = {}
        self._errors: dict[tuple[int, int], int] = {}

    def write(self, place: tuple[int, int], values: array[float], kinds: bytearray) -> None:
        """Write a sheet's cells: doubles and kinds, row by row."""
        stem = "{}-{}".format(*place)
        (self._folder / (stem + ".values")).write_bytes(values.tobytes())
        (self._folder / (stem + ".kinds")).write_bytes(kinds)

    def text(self, place: tuple[int, int], row: int, column: int, text: str) -> None:
        """Keep the text of a cell."""
        self._texts.setdefault("{}-{}".format(*place), []).append([row, column, text])

    def error(self, place: tuple[int, int], row: int, column: int, text: Callable[[], str]) -> None:
        """Keep the error of a cell; `text` is a function, called while there is room."""
        self._errors[place] = self._errors.get(place, 0) + 1
        if self._errors[place] <= MOST_ERRORS:
            self.text(place, row, column, text())

    def finish(self, version: str) -> None:
        """Write what was collected; a folder without this file is the result of a worker that failed."""
        about = {"version": version, "texts": self._texts}
        (self._folder / "about.json").write_text(json.dumps(about), encoding="utf-8")
