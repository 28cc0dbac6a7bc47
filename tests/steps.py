"""The steps of an activation by the reference, for tests that take it apart from a network."""

from __future__ import annotations

from xlnet.reference import Array, functions


def steps_of(name: str, z: Array) -> list[Array]:
    """Return what an activation computes between z and a, in order."""
    known: list[Array] = []
    for step in functions.STEPS.get(name, {}).values():
        known.append(step(z, *known))
    return known
