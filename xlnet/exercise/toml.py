"""An exercise as TOML: the template of its network, and a table [exercise], as its sheet Template holds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlnet.exercise.exercise import (
    LEAST_DECIMALS,
    MOST_BLANKS,
    MOST_DECIMALS,
    PRACTISED,
    TOLERANCE,
    Exercise,
)
from xlnet.template.parse import parse
from xlnet.template.serialize import document_of, to_toml
from xlnet.template.toml_table import TomlTable

# The table's name.
NAME = "exercise"
# The iterations that its workbook has: one is computed, and the next one begins.
ITERATIONS = 2
_MOST_STUDENTS = 10_000


def serialize_exercise(exercise: Exercise) -> str:
    """Return a text that `parse_exercise` reads as the same exercise."""
    table = {
        "practised": list(exercise.practised),
        "share": exercise.share,
        **({} if exercise.seed is None else {"seed": exercise.seed}),
        **({"student": exercise.student} if exercise.student else {}),
        "decimals": exercise.decimals,
        "tolerance": exercise.tolerance,
        **({"handout": True} if exercise.is_handout else {}),
        "blanks": list(exercise.blanks),
    }
    return to_toml(document_of(exercise.spec) | {NAME: table})


def parse_exercise(document: Mapping[str, Any], name: str, label: str) -> Exercise:
    """Return the exercise of a document that holds one, as the Template sheet does. Raises UserError.

    Whether its blanks are quantities of the network is seen once there is a graph, which may be too large for one.
    """
    table = TomlTable(label, "", document, {}).table(NAME)
    table.require_known("practised", "share", "seed", "student", "decimals", "tolerance", "handout", "blanks")
    spec = parse({key: value for key, value in document.items() if key != NAME}, name=name, label=label)
    if spec.training.iters != ITERATIONS or spec.draws_samples or spec.held_out:
        table.fail("blanks", f"an exercise has {ITERATIONS} iterations of all its samples: write it by xlnet exercise")
    blanks = _texts(table, "blanks")
    if not 1 <= len(blanks) <= MOST_BLANKS:
        table.fail("blanks", f"must be 1 to {MOST_BLANKS:,} keys, not {len(blanks):,}")
    practised = tuple(part for part in PRACTISED if part in _texts(table, "practised"))
    if not practised:
        table.fail("practised", f"must be some of {', '.join(PRACTISED)}")
    return Exercise(
        spec,
        tuple(blanks),
        practised,
        table.number("share", 0.5),
        table.integer("seed", least=0, most=2**63 - 1) if "seed" in table.content else None,
        table.integer("student", 0, least=0, most=_MOST_STUDENTS),
        table.integer("decimals", LEAST_DECIMALS, least=0, most=MOST_DECIMALS),
        table.number("tolerance", TOLERANCE),
        table.flag("handout", False),
    )


def _texts(table: TomlTable, key: str) -> list[str]:
    values = table.content.get(key)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        table.fail(key, "must be a list of words in quotes")
    return list(values)
