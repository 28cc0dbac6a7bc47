"""Builds a network with an iteration in a row and in matrices, by turns: `python -m benchmarks.layouts --help`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median

import xlnet
from benchmarks.__main__ import Measured, measured
from xlnet.model.iteration import iteration
from xlnet.spec import MATRIX, ROWS
from xlnet.template.serialize import serialize


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.layouts", description=__doc__)
    parser.add_argument("--template", default="iris")
    parser.add_argument("--iters", type=int, default=300)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--runs", type=int, default=3, help="runs of each layout, taking turns; the median counts")
    arguments = parser.parse_args()
    spec = xlnet.load(arguments.template, iters=arguments.iters, batch=arguments.batch)
    results: dict[str, list[Measured]] = {ROWS: [], MATRIX: []}
    cells: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as name:
        output = Path(name) / "built.xlsx"
        for layout in results:
            own = replace(spec, layout=layout)
            cells[layout] = len(iteration(own).nodes) * arguments.iters
            (Path(name) / f"{layout}.toml").write_text(serialize(own), encoding="utf-8")
        for _ in range(arguments.runs):
            for layout, own_runs in results.items():
                build = [sys.executable, "-m", "xlnet", "build", f"{name}/{layout}.toml", "-q", "--plain"]
                own_runs.append(measured([*build, "-o", str(output)], output))
    print("| layout | cells | seconds | µs a cell | times as long a cell | peak MB | file MB |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    each = {layout: median(run.seconds for run in runs) / cells[layout] for layout, runs in results.items()}
    for layout, runs in results.items():
        peak, size = max(run.peak for run in runs), runs[0].file
        print(
            f"| {layout} | {cells[layout]:,} | {each[layout] * cells[layout]:.2f} | {1e6 * each[layout]:.2f} "
            f"| {each[layout] / each[ROWS]:.2f} | {peak:.0f} | {size:.1f} |"
        )


if __name__ == "__main__":
    main()
