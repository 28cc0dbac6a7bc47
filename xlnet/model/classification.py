"""Whether a network classifies, and what its classes are called."""

from __future__ import annotations

from collections.abc import Sequence

from xlnet.model.layers import KINDS
from xlnet.spec import Spec

# A network with one output for two classes, or one with an output for each.
TWO, SEVERAL = "two", "several"
# An output above this is class 1.
BOUNDARY = 0.5
# Of more steps a formula that counts those that are right would be too long.
_MOST_STEPS = 60


def kind_of(spec: Spec) -> str | None:
    """Return how a network classifies: `TWO`, `SEVERAL`, or None where its targets are no classes."""
    targets = (*spec.data.t, *spec.data.held_t)
    if spec.data.standardize_targets:
        return None
    if any(value not in (0.0, 1.0) for row in targets for value in row):
        return None
    if spec.outputs == 1:
        return TWO if spec.layers[spec.last - 1].activation == "sigmoid" else None
    return SEVERAL if all(sum(row) == 1 for row in targets) else None


def groups(spec: Spec) -> list[range]:
    """Return the outputs, from 0, that name a class together: all of them, or those of each step of a sequence.

    There are none where the targets are no classes. One output alone names one of two classes, several the largest.
    """
    if kind_of(spec):
        return [range(spec.outputs)]
    last = spec.layers[spec.last - 1]
    if spec.data.standardize_targets or len(last.gives) == 1 or KINDS[last.type].axes(last)[0] != "step":
        return []
    steps, units = last.gives
    found = [range(start, start + units) for start in range(0, spec.outputs, units)]
    is_named = last.activation == "sigmoid" if units == 1 else True
    rows = [[row[output] for output in group] for row in (*spec.data.t, *spec.data.held_t) for group in found]
    return found if is_named and steps <= _MOST_STEPS and all(map(_is_class, rows)) else []


def _is_class(targets: Sequence[float]) -> bool:
    return all(value in (0.0, 1.0) for value in targets) and (len(targets) == 1 or sum(targets) == 1)


def names(spec: Spec, unnamed: str) -> list[str]:
    """Return the names of the classes of a network with an output for each; `unnamed` has a place for a number."""
    return list(spec.data.t_names) or [unnamed.format(number=number) for number in range(1, spec.outputs + 1)]


def called(spec: Spec, unnamed: str) -> list[str]:
    """Return what the classes are called, those of one output too."""
    return list(spec.data.class_names) or ["0", "1"] if kind_of(spec) == TWO else names(spec, unnamed)
