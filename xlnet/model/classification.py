"""Whether a network classifies, and what its classes are called."""

from __future__ import annotations

from xlnet.spec import Spec

# A network with one output for two classes, or one with an output for each.
TWO, SEVERAL = "two", "several"
# An output above this is class 1.
BOUNDARY = 0.5


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


def names(spec: Spec, unnamed: str) -> list[str]:
    """Return the names of the classes of a network with an output for each; `unnamed` has a place for a number."""
    return list(spec.data.t_names) or [unnamed.format(number=number) for number in range(1, spec.outputs + 1)]


def called(spec: Spec, unnamed: str) -> list[str]:
    """Return what the classes are called, those of one output too."""
    return list(spec.data.class_names) or ["0", "1"] if kind_of(spec) == TWO else names(spec, unnamed)
