"""What a check says: to a person as text, to a program as JSON."""
