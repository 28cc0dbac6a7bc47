"""What a check says to a person, as lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlnet.checking.report.results import Difference, RewrittenFormula, RunResult

# A report for a person lists so many formulas that were rewritten.
_MOST_LISTED = 20


def rewritten_lines(rewritten: Sequence[RewrittenFormula]) -> Iterator[str]:
    """Yield the lines about formulas that were rewritten, of which there is one at least."""
    count = sum(1 + entry.also_filled for entry in rewritten)
    least = min(entry.points for entry in rewritten)
    were = "formula was rewritten; it agrees" if count == 1 else "formulas were rewritten; they agree"
    yield f"{count:,} {were} at {least} points:"
    for entry in rewritten[:_MOST_LISTED]:
        also = f" and {entry.also_filled:,} more like it" if entry.also_filled else ""
        yield f"  {entry.cell} ({entry.key}){also}  {entry.formula}"
    if len(rewritten) > _MOST_LISTED:
        yield f"  and {len(rewritten) - _MOST_LISTED:,} more (see --json)"


def run_lines(runs: Sequence[RunResult]) -> Iterator[str]:
    """Yield the table of a comparison's runs; nothing of an ordinary workbook."""
    if not runs:
        return
    width = max(len("run"), *(len(result.run) for result in runs))
    yield f"{'run':<{width}}  iterations  worst error    drift"
    for result in runs:
        drift = "–" if result.drift is None else f"{result.drift:.1e}"
        notes = [f"diverges at iteration {result.diverged_at}: compared up to that point"] if result.diverged_at else []
        cells = "cell is" if result.wrong == 1 else "cells are"
        notes += [f"{result.wrong:,} {cells} wrong"] if result.wrong else []
        note = f"  {'; '.join(notes)}" if notes else ""
        yield f"{result.run:<{width}}  {result.iterations:>10,}  {result.worst:>11.1e}  {drift:>7}{note}"
    yield ""


def difference_lines(difference: Difference) -> Iterator[str]:
    """Yield the lines about a wrong cell."""
    also = f" and {difference.also_wrong:,} more below it" if difference.also_wrong else ""
    yield f"{difference.sheet}!{difference.cell} ({difference.key}): {difference.problem}, {difference.probe}{also}"
    yield f"  formula   {difference.formula or '(none)'}"
    if difference.problem != "rewritten":
        yield f"  found     {_shown(difference.found)}"
    if difference.expected is not None:
        yield f"  expected  {_shown(difference.expected)}"


def _shown(value: float | str | None) -> str:
    return repr(value) if isinstance(value, float) else str(value)
