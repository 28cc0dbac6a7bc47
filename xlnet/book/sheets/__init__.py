"""The sheets of a workbook, each with what it shows, where that stands and how it is drawn."""
