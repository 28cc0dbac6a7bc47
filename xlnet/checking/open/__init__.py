"""Opens a workbook: reads it within bounds, and tells which cells hold what."""
