"""Formulas as people write them: read into a tree, moved from cell to cell, changed, and printed again."""
