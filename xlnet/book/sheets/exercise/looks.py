"""What the cells of an exercise look like."""

from __future__ import annotations

from dataclasses import replace

from xlnet.book import style

VALUE = replace(style.TEXT, border="box", horizontal="right")
# The colours of a cell that may be changed, but room for a student's own number.
BLANK = replace(style.INPUT, border="box", horizontal="right")
NAME = replace(style.INPUT, border="box", horizontal="left")
MARK = replace(style.TEXT, horizontal="left", shrink=True, size=10)
SCORE = replace(style.TEXT, bold=True, horizontal="left")
SYMBOL = replace(style.TEXT, bold=True, horizontal="left")
RULE = replace(style.TEXT, colour="475569", horizontal="left", shrink=True)
TASK = replace(style.TEXT, colour="475569", horizontal="left", vertical="top", wrap=True)
LABEL = replace(style.TEXT, bold=True, horizontal="right")
# The teacher's: it can be changed once the sheet is unlocked.
SETTING = replace(style.TEXT, border="box", horizontal="right")
