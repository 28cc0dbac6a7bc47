"""The blanks of an exercise: each with its rule, the earlier blanks that it depends on, and what slips give instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlnet.exercise.quantities import Quantities
from xlnet.exercise.slips import Alternative, Subject, alternatives
from xlnet.graph.expression import Expression
from xlnet.graph.node import Graph
from xlnet.spec import Spec


@dataclass(frozen=True)
class Blank:
    """A quantity that is left blank; `cites` are the blanks among what its rule cites."""

    key: str
    rule: Expression
    cites: tuple[str, ...]
    alternatives: tuple[Alternative, ...]


def blanks(spec: Spec, graph: Graph, every: Sequence[str]) -> list[Blank]:
    """Return the blanks of these keys, in the order in which they are computed."""
    known, wanted = Quantities(graph), set(every)
    order = [key for key, _ in known.asked() if key in wanted]
    return [
        Blank(
            key,
            known.rule(key),
            tuple(cited for cited in known.cites(key) if cited in wanted),
            tuple(alternatives(Subject(key, known, spec.share))),
        )
        for key in order
    ]
