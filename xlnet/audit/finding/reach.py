"""Which weights each cell of a workbook is computed from, all found in one pass."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set

from xlnet.audit.reading.citations import Citations
from xlnet.engines.live import Place


def reach(
    citations: Citations, steps: Mapping[Place, Place], new: Set[Place], wanted: Collection[Place] | None = None
) -> dict[Place, frozenset[Place]]:
    """Return for each cell, or for those wanted, the weights and new weights that it depends on, not by way of others.

    Cells that depend on the weights of several steps are left out, and so is all that depends on them.
    """
    cut = steps.keys() | new
    found: dict[Place, frozenset[Place]] = {}
    mixed: set[Place] = set()
    cells = citations.descendants(cut, cut) - cut
    if wanted is not None:
        cells &= citations.ancestors(wanted, cut)
    for place in sorted((each for each in cells if each in citations.levels), key=citations.levels.__getitem__):
        parts: set[frozenset[Place]] = set()
        for each in citations.of(place):
            if each in mixed:
                mixed.add(place)
                break
            if each in cut:
                parts.add(frozenset((each,)))
            elif each in found:
                parts.add(found[each])
        if place in mixed:
            continue
        # Most cells cite others of the same step, which have one set.
        on = parts.pop() if len(parts) == 1 else frozenset().union(*parts)
        if len({steps[each] for each in on if each in steps}) > 1:
            mixed.add(place)
        else:
            found[place] = on
    return found
