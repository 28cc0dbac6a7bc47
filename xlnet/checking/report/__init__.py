"""What a check says: to people as text, to programs as JSON."""
