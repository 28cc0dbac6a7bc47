"""How large a sheet may be, and where its table begins: what a template asks for must fit."""

from __future__ import annotations

LAST_SHEET_ROW, LAST_SHEET_COLUMN = 1_048_576, 16_384
LONGEST_FORMULA, MOST_ARGUMENTS = 8192, 255
# The Training sheet: names and values of what does not change, headers, and from here on the iterations.
NAME_ROW, VALUE_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3, 4
# The Data sheet: a header, and a row per sample.
FIRST_SAMPLE_ROW = 2
MOST_ITERATIONS = LAST_SHEET_ROW - FIRST_ROW + 1
MOST_SAMPLES = LAST_SHEET_ROW - FIRST_SAMPLE_ROW + 1
