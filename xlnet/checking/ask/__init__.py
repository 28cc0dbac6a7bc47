"""What an engine is asked: the points at which a workbook is recalculated."""
