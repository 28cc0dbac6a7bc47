"""What an audit of one workbook may take."""

from __future__ import annotations

LONGEST_SECONDS = 60.0
MOST_MEMORY_GIB = 4
OUT_OF_MEMORY = f"it needs more memory than an audit may take ({MOST_MEMORY_GIB} GiB)"
