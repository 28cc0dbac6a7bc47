"""Workbooks audited in processes of their own, several side by side: neither a crash nor a limit stops the others."""
