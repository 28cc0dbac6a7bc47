"""How a worker takes its jobs and hands its results over: the standard library alone, Python 3.8 and later.

A worker is named a JSON file with what it must know to start, and then, line by line on standard input, tasks, each
a JSON file: {"folder", "jobs": [{"workbook", "results", "sheets": [{"name", "rows", "columns"}],
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
import queue
import shutil
import sys
import threading
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

BLANK, NUMBER, TEXT, ERROR, BOOLEAN = range(5)
NOT_A_NUMBER = float("nan")
# Errors are for messages, which show the first cells only.
MOST_ERRORS = 200
# The exit status of a worker whose engine is there and cannot be started.
CANNOT_START = 69
# The line that a worker prints when a task is done.
DONE = "done"


def read_start() -> dict[str, Any]:
    """Return what stands in the file that is named on the command line: what the worker must know to start."""
    return _read(sys.argv[1])


def _read(file: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(Path(file).read_text(encoding="utf-8"))
    return content


def cannot_start(reason: str) -> None:
    """End the worker, and have the parent told why its engine cannot be started."""
    print(reason, file=sys.stderr)
    sys.exit(CANNOT_START)


def tasks(start: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the tasks that the parent names on standard input; one is done when the next one is asked for.

    When the parent is gone, however it went, its end of standard input closes: then clean up, and end the whole process
    group. That is watched for from now on.
    """
    waiting: queue.Queue[str] = queue.Queue()
    folders = [start["folder"]]

    def listen() -> None:
        rest = b""
        # Not sys.stdin: a thread that waits inside it makes the interpreter fail when it ends.
        while True:
            read = os.read(0, 4096)
            if not read:
                break
            *lines, rest = (rest + read).split(b"\n")
            for line in lines:
                waiting.put(line.decode())
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
        for pattern in start["sockets"]:
            for path in glob.glob(pattern):
                Path(path).unlink()
        if hasattr(os, "killpg"):
            os.killpg(os.getpgid(0), 9)
        os._exit(1)

    threading.Thread(target=listen, daemon=True).start()
    return _each(waiting, folders)


def _each(waiting: queue.Queue[str], folders: list[str]) -> Iterator[dict[str, Any]]:
    while True:
        task = _read(waiting.get())
        folders[1:] = [task["folder"]]
        yield task
        del folders[1:]
        print(DONE, flush=True)


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
