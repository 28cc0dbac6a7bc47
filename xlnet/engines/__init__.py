"""Recalculation engines: programs other than xlnet that compute a workbook's formulas from their text."""
