"""A stranger's workbook, opened in the engine: what is typed, what is computed, and what stands in the way."""
