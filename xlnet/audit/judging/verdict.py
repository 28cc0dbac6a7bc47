"""The verdict on each gradient of a table, from what was measured at the saved point and at the probes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from xlnet.audit.finding.differences import Difference
from xlnet.audit.finding.gradients import Subject
from xlnet.audit.judging.choosing import Chosen, Reading, agree, expected

# Beyond this share of a gradient its derivative is not known well enough to tell right from wrong.
_KNOWN = 1e-4
_OF_PROBES = 2


class Ruling(Enum):
    """What a gradient is."""

    RIGHT = "right"
    WRONG = "wrong"
    LUCKY = "lucky"
    UNKNOWN = "unknown"
    INDEPENDENT = "independent"


JUDGED = (Ruling.RIGHT, Ruling.WRONG, Ruling.LUCKY)


@dataclass(frozen=True)
class Verdict:
    """The ruling on a gradient, with its value and the one expected, in the state that shows them best (0 is saved)."""

    subject: Subject
    ruling: Ruling
    found: float
    expected: float
    state: int = 0


def judge(
    subject: Subject,
    differences: Collection[Difference],
    chosen: Chosen,
    readings: Sequence[Reading],
    gradients: Sequence[float],
    *,
    cites_input: bool,
) -> Verdict:
    """Return the verdict on a gradient whose values in the states are `gradients`.

    The first state is the saved one; in the last one inputs that are 1 still are: a gradient that cites no input may
    leave out one that always is, as that of a bias does.
    """
    wanted = []
    for reading in readings:
        pair = expected(chosen, subject, differences, reading)
        if pair is None:
            return Verdict(subject, Ruling.INDEPENDENT, gradients[0], float("nan"))
        wanted.append((chosen.factor * pair[0], abs(chosen.factor) * pair[1]))
    found, slopes, errors = np.array(gradients), *np.array(wanted).T
    with np.errstate(all="ignore"):
        usable = np.isfinite(found) & np.isfinite(slopes)
        right = agree(found, slopes, errors) & usable
        known = usable & (4 * errors <= _KNOWN * np.maximum(np.abs(found), np.abs(slopes)))
    wrong = usable & ~right
    clear = wrong & (known | (np.abs(found - slopes) > 100 * errors))
    leaves_out_a_one = not cites_input and bool(right[-1])
    wrong_probes = 0 if leaves_out_a_one else int(np.count_nonzero(clear[1:]))
    if not usable.any():
        return Verdict(subject, Ruling.UNKNOWN, gradients[0], float("nan"))
    if clear[0]:
        return Verdict(subject, Ruling.WRONG, gradients[0], float(slopes[0]))
    if wrong_probes >= _OF_PROBES:
        state = 1 + int(np.argmax(clear[1:]))
        # Near the least loss all is so small that it agrees, and at the saved point no more than can be seen there.
        is_close = bool(agree(found[:1], slopes[:1], errors[:1], absolute=0.0)[0])
        ruling = Ruling.LUCKY if (known[0] or found[0] == 0) and is_close else Ruling.WRONG
        return Verdict(subject, ruling, gradients[state], float(slopes[state]), state)
    if right.any():
        return Verdict(subject, Ruling.RIGHT, gradients[0], float(slopes[0]))
    return Verdict(subject, Ruling.UNKNOWN, gradients[0], float(slopes[0]))
