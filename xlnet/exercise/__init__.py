"""Exercises: which quantities of an iteration a student computes, with which numbers, and what slips give instead."""
