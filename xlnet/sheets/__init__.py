"""The sheets of a workbook, a module each."""
