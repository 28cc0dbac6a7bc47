"""A workbook is a stranger's file: read once, within bounds, into a copy that holds nothing but cells.

All that comes after, openpyxl and the engines, sees the copy alone. It has the sheets that a check needs, and of each
the numbers, texts and formulas: no style, no link, no name of a file, no value that a program stored beside a formula.
A formula that calls what reaches outside the workbook, or asks for more than it may, is replaced by an error there.
"""
