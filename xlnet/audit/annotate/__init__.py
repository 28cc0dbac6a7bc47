"""A copy of an audited workbook, in which notes, colours and a sheet of findings show what is wrong."""

from xlnet.audit.annotate.annotated import annotate

__all__ = ["annotate"]
