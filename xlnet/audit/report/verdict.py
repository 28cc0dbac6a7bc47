"""What is true of a whole workbook, in one sentence, and which exit status that is."""

from __future__ import annotations

from collections.abc import Sequence

from xlnet.audit.findings import Audit
from xlnet.audit.report.words import counted, listed, name

RIGHT, WRONG, NOT_JUDGED = 0, 1, 2
_MOST_NAMES = 8


def status(audits: Sequence[Audit]) -> int:
    """Return the exit status: 1 where something is wrong somewhere, else 2 where a workbook could not be judged."""
    if any(True for audit in audits for _ in audit.wrong()):
        return WRONG
    return RIGHT if all(audit.is_right for audit in audits) else NOT_JUDGED


def verdict(audit: Audit) -> str:
    """Return what is true of a workbook."""
    if audit.error is not None:
        return audit.error
    weights = list(dict.fromkeys(name(weight) for _, weight, _ in audit.wrong()))
    if weights:
        wrong = audit.judged - audit.right
        return (
            f"{wrong:,} of {counted(audit.judged, 'gradient')} {'is' if wrong == 1 else 'are'} wrong: "
            f"{listed(weights, _MOST_NAMES)}{_besides(audit)}"
        )
    if audit.judged == 0:
        why = f": {audit.not_judged[0].why}" if audit.not_judged else ""
        return f"nothing could be judged{why}"
    count = "the gradient is" if audit.judged == 1 else f"all {audit.judged:,} gradients are"
    return f"{count} right{_besides(audit)}"


def _besides(audit: Audit) -> str:
    """Return what there is to look at besides the gradients."""
    parts = [f"{counted(len(audit.breaks), 'other finding')}"] if audit.breaks else []
    parts += [f"{counted(len(audit.not_judged), 'group')} of cells not judged"] if audit.not_judged else []
    return f"; {', '.join(parts)}" if parts else ""
