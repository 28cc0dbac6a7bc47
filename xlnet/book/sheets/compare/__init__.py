"""The Compare sheet: the runs of a comparison side by side, all of it live."""

NAME = "Compare"
