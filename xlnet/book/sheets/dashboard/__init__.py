"""The Dashboard sheet: the run at a glance, its headline numbers and its charts, all of them live."""

NAME = "Dashboard"
