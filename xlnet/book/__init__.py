"""What a workbook shows: the model behind its sheets, their formulas and texts, and how they are drawn."""
