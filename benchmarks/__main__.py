"""Builds a workbook with xlnet and writes the same cells with its peers, and prints a table of ratios."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

from benchmarks.peers import PEERS

XLNET, XLNET_SMALL = "xlnet", "xlnet --small"
PACKAGES = ("xlnet", "openpyxl", "XlsxWriter", "wolfxl", "orjson")


@dataclass(frozen=True)
class Measured:
    """A whole process: seconds, megabytes at its peak by the system's own count, and megabytes of the file."""

    seconds: float
    peak: float
    file: float


def measured(command: list[str], output: Path) -> Measured:
    """Run a command to its end; raises SystemExit where it fails."""
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    started = time.perf_counter()
    process = os.posix_spawn(command[0], command, os.environ, file_actions=quiet)
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - started
    if status != 0:
        sys.exit(f"failed: {' '.join(command)}")
    # Linux counts in kilobytes, macOS in bytes.
    peak = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    return Measured(seconds, peak, output.stat().st_size / 1e6)


def commands(template: str, iters: int, folder: Path, output: Path, peers: Sequence[str]) -> dict[str, list[str]]:
    """Return the command of every writer."""
    build = [sys.executable, "-m", "xlnet", "build", template, "--iters", str(iters), "-q", "-o", str(output)]
    peer = [sys.executable, "-m", "benchmarks.peers"]
    return {
        XLNET: build,
        XLNET_SMALL: [*build, "--small"],
        **{name: [*peer, name, str(folder), str(output)] for name in peers},
    }


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--template", default="seed")
    parser.add_argument("--iters", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3, help="runs of each writer, taking turns; the median counts")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, output = Path(name), Path(name) / "built.xlsx"
        # As a process of its own: a child's peak is never below what its parent holds.
        prepare = [sys.executable, "-m", "benchmarks.cells", arguments.template, str(arguments.iters), name]
        subprocess.run(prepare, check=True)
        writers = commands(arguments.template, arguments.iters, folder, output, list(PEERS))
        results: dict[str, list[Measured]] = {writer: [] for writer in writers}
        for _ in range(arguments.runs):
            for writer, command in writers.items():
                results[writer].append(measured(command, output))
    print(f"{arguments.template}, {arguments.iters:,} iterations, median of {arguments.runs}")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {date.today()}")
    print(", ".join(f"{package} {_version(package)}" for package in PACKAGES))
    print()
    print("| writer | seconds | times as long | peak MB | file MB | times as large |")
    print("|---|--:|--:|--:|--:|--:|")
    own = results[XLNET]
    for writer, runs in results.items():
        seconds, size = (median(getattr(run, field) for run in runs) for field in ("seconds", "file"))
        slower = seconds / median(run.seconds for run in own)
        larger = size / median(run.file for run in own)
        peak = max(run.peak for run in runs)
        print(f"| {writer} | {seconds:.2f} | {slower:.1f} | {peak:.0f} | {size:.1f} | {larger:.2f} |")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    main()
