"""Judges a recalculated workbook by the reference, cell by cell."""
