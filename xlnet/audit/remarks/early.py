"""Updates that use new weights too early: a gradient is that of the old ones, all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.network import Network
from xlnet.audit.remarks.ranges import by_sheet, in_words
from xlnet.engines.live import Place

# So many cells are looked at: a slip in one row is a slip in all of them.
_MOST_CELLS = 1_000_000


def early(
    workbook: Workbook, citations: Citations, network: Network, aside: Collection[Place] = frozenset()
) -> list[str]:
    """Return a remark for each sheet where a gradient depends on a weight both before and after its update.

    The updates `aside` do so by another mistake.
    """
    cut = network.weight_cells | set(network.weights)
    found: dict[Place, set[Place]] = {}
    looked_at = 0
    for update, weight in sorted(network.weights.items()):
        if update in aside:
            continue
        ancestors = _ancestors(citations, network, update, cut)
        looked_at += len(ancestors)
        new = {each for each in ancestors if each != update and network.weights.get(each) in ancestors}
        # It is of the same step only if its own gradient depends on the old weight here.
        same_step = {each for each in new if weight in _ancestors(citations, network, each, cut)}
        if same_step:
            found[update] = same_step
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


def _ancestors(citations: Citations, network: Network, update: Place, cut: Collection[Place]) -> set[Place]:
    """Return the cells from which an update's gradient is computed, back to the nearest weights."""
    gradient, weight = network.gradients.get(update), network.weights[update]
    starts = citations.of(update) if gradient is None else (gradient,)
    return citations.ancestors([each for each in starts if each != weight], cut)


def _count(updates: list[Place]) -> str:
    return "One update does so." if len(updates) == 1 else f"{len(updates)} updates do so ({in_words(updates)})."
