"""stub"""

from __future__ import annotations

from xlnet.audit.reading.workbook import Workbook
from xlnet.engines.live import Place


def header(workbook: Workbook, place: Place) -> str:
    """Return the nearest text above a cell, or at its left."""
    sheet, row, column = place
    for above in range(row - 1, 0, -1):
        value = workbook.stored.get((sheet, above, column))
        if isinstance(value, str) and (sheet, above, column) not in workbook.trees and len(value) < 60:
            return value.strip()
    for left in range(column - 1, 0, -1):
        value = workbook.stored.get((sheet, row, left))
        if isinstance(value, str) and (sheet, row, left) not in workbook.trees and len(value) < 60:
            return value.strip()
    return ""
