"""What every sheet is drawn with: cells, charts, links, notes, pages and protection."""
