"""Checks the hostile workbooks within 2 GB of memory, and prints as JSON how each ends: a script of its own.

Usage: hostile_run.py FOLDER NAME…
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from hostile import HOSTILE, parts_of

import xlnet
from xlnet.engines.choose import kept_running
from xlnet.errors import XlnetError

GIGABYTES = 2


def main(folder: Path, names: list[str]) -> None:
    """Check each workbook with the embedded engine, whose process has the same limit."""
    resource.setrlimit(resource.RLIMIT_AS, (GIGABYTES << 30, GIGABYTES << 30))
    whole, path = folder / "whole.xlsx", folder / "hostile.xlsx"
    xlnet.build(xlnet.load("seed", iters=4), whole)
    parts = parts_of(whole)
    ends = {}
    with kept_running():
        for name in names:
            HOSTILE[name](parts, path)
            start = time.monotonic()
            try:
                xlnet.check(path, engine="ironcalc", timeout=60)
                end = "judged"
            except XlnetError as error:
                end = f"exit {error.exit_status}: {error}"
            except Exception as error:
                end = f"traceback: {error!r}"
            ends[name] = [end, time.monotonic() - start]
    print(json.dumps(ends))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
