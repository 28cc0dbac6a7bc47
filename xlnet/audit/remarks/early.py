"""Updates that use new weights too early: a gradient is that of the old ones, all of them."""

from __future__ import annotations

from collections.abc import Collection

from xlnet.audit.reading.citations import Citations
from xlnet.audit.reading.workbook import Workbook
from xlnet.audit.remarks.network import Network
from xlnet.audit.remarks.ranges import by_sheet, in_words
from xlnet.engines.live import Place

# So many cells are looked at: a slip in one row is a slip in all of them.
_MOST_CELLS = 300_000


def early(
    workbook: Workbook, citations: Citations, network: Network, aside: Collection[Place] = frozenset()
) -> list[str]:
    """Return a remark for each sheet where a gradient depends on a weight both before and after its update.

    The updates `aside` do so by another mistake.
    """
    cut = network.weight_cells | set(network.weights)
    known: dict[Place, frozenset[Place]] = {}
    looked_at = 0

    def depends_on(update: Place) -> frozenset[Place]:
        """Return the nearest weights from which an update's gradient is computed."""
        nonlocal looked_at
        if update not in known:
            gradient = network.gradients.get(update)
            starts = citations.of(update) if gradient is None else (gradient,)
            ancestors = citations.ancestors([each for each in starts if each != network.weights[update]], cut)
            looked_at += len(ancestors)
            known[update] = frozenset(ancestors & cut)
        return known[update]

    found: dict[Place, set[Place]] = {}
    for update, weight in sorted(network.weights.items()):
        if looked_at > _MOST_CELLS:
            break
        if update in aside:
            continue
        weights = depends_on(update)
        new = {each for each in weights if each != update and network.weights.get(each) in weights}
        # It is of the same step only if its own gradient depends on the old weight here.
        same_step = {each for each in new if looked_at <= _MOST_CELLS and weight in depends_on(each)}
        if same_step:
            found[update] = same_step
    remarks = []
    for updates in by_sheet(found):
        first = updates[0]
        new_weights = in_words(by_sheet(found[first])[0])
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
