"""Updates that use new weights too early: a gradient is that of the old ones, all of them."""

from __future__ import annotations

from collections import defaultdict

from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.network import Network
from xlnet.audit.remarks.ranges import by_sheet, in_words
from xlnet.engines.live import Place

# So many cells are looked at: a slip in one row is a slip in all of them.
_MOST_CELLS = 1_000_000


def early(workbook: Workbook, citations: Citations, network: Network) -> list[str]:
    """Return a remark for each sheet where a gradient depends on a weight both before and after its update."""
    cut = network.weight_cells | set(network.weights)
    found: dict[Place, set[Place]] = {}
    looked_at = 0
    for update, weight in sorted(network.weights.items()):
        start = network.gradients.get(update)
        starts = citations.of(update) if start is None else (start,)
        ancestors = citations.ancestors([each for each in starts if each != weight], cut)
        looked_at += len(ancestors)
        new = {each for each in ancestors if each != update and network.weights.get(each) in ancestors}
        if new:
            found[update] = new
        if looked_at > _MOST_CELLS:
            break
    remarks = []
    for updates in by_sheet(found):
        first = updates[0]
        weights: dict[int, list[Place]] = defaultdict(list)
        for each in found[first]:
            weights[each[0]].append(each)
        new_weights = in_words(weights[min(weights)])
        gradient = network.gradients.get(first, first)
        remarks.append(
            f"{workbook.show(gradient)} uses new weights too early: it depends on {new_weights}, "
            f"{'which is' if len(found[first]) == 1 else 'which are'} updated already, while the network's output was "
            f"computed with the old ones. {_count(updates)} The gradient is that of the old weights: update them all "
            "at the end of a step."
        )
    return remarks


def _count(updates: list[Place]) -> str:
    return "One update does so." if len(updates) == 1 else f"{len(updates)} updates do so ({in_words(updates)})."
