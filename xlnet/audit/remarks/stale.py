"""Values in the file that are not what its formulas give."""

from __future__ import annotations

from collections.abc import Collection

from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import ErrorValue, Place

_TOLERANCE = 1e-6
# Near 0 the digits that a program shows, or leaves out, are no sign of anything.
_NEGLIGIBLE = 1e-9


def stale(workbook: Workbook, citations: Citations, cells: Collection[Place]) -> list[str]:
    """Return a remark where stored values of `cells` are old. The workbook must be evaluated, with nothing typed."""
    if workbook.markup.is_iterated or not _has_values(workbook):
        return []
    found = [place for place in sorted(cells) if place in workbook.trees and _is_stale(workbook, place)]
    if not found:
        return []
    every = set(found)
    first = next((place for place in found if not every.intersection(citations.of(place))), found[0])
    shown, right = workbook.stored[first], workbook.live.value(first)
    if len(found) == 1:
        return [
            f"{workbook.show(first)} shows {shown:.6g}, but its formula gives {right:.6g}: the file was saved without "
            "recalculation. The audit judges what the formulas give."
        ]
    return [
        f"{len(found)} cells show old values, the first of them {workbook.show(first)}: it shows {shown:.6g}, but its "
        f"formula gives {right:.6g}. The file was saved without recalculation. The audit judges what the formulas give."
    ]


def _has_values(workbook: Workbook) -> bool:
    """Whether a spreadsheet program computed the file: what other programs write has no values, read as 0."""
    return any(workbook.stored.get(place) not in (None, 0) for place in workbook.trees)


def _is_stale(workbook: Workbook, place: Place) -> bool:
    shown, right = workbook.stored.get(place), workbook.live.value(place)
    if isinstance(right, ErrorValue) or type(shown) is not float or type(right) is not float:
        return False
    difference = abs(shown - right)
    return difference > _NEGLIGIBLE and difference > _TOLERANCE * max(abs(shown), abs(right))
