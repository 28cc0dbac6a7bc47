"""The Questions sheet of a comparison: predictions to make, each with the runs beside it that answer."""

NAME = "Questions"
