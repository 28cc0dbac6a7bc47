"""An expression printed: where a quantity stands, Excel's syntax, mathematics for people, and Python for its value."""
