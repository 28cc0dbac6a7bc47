"""Where the student's sheet has things: as a list, or as matrices where iterations are blocks."""

from __future__ import annotations

from xlnet.book.sheets.exercise.blocks import Blocks
from xlnet.book.sheets.exercise.listing import Listing
from xlnet.book.sheets.exercise.plan import ExercisePlan, Face


def face_of(plan: ExercisePlan) -> Face:
    """Return where the student's sheet has things."""
    return (Blocks(plan) if plan.is_of_blocks else Listing(plan)).face()
