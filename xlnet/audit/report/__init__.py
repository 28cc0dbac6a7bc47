"""What an audit says: to people as text, to spreadsheets as CSV, to programs as JSON."""
