"""An embedding, torch.nn.Embedding: each token's row of a table, looked up by a product that anyone can follow.

Token numbers count from 0. The one-hot row o of a step is 1 at its token and 0 elsewhere, so that a = o·W is the row of
the token, and ∂E/∂W = oᵀ·δ. Learned positions are a second such table, with a row for each step: a = o·W + p.
"""

from __future__ import annotations

from xlnet.graph.blocks import Block, Unit, weighted_sums
from xlnet.graph.expression import Quantity, where_equal
from xlnet.graph.node import Group, Node
from xlnet.model.layers.kind import Array, Asked, Before, Flag, Kind, Names, UnfitError, WholeNumber
from xlnet.spec import Shape, indices

_POSITIONS = "positions"
# A one-hot row of each step is a cell for each entry.
_MOST_CELLS = 50_000


def _shapes(before: Before, asked: Asked) -> tuple[Shape, Shape]:
    if not before.is_input:
        raise UnfitError("type", "embedding takes token numbers, not what a layer gives: put it first")
    if len(before.shape) != 1:
        found = " × ".join(map(str, before.shape))
        raise UnfitError(
            "type", f"embedding takes one token number a step, not {found}: set network.inputs to the steps, [4] say"
        )
    steps, entries = before.shape[0], asked.numbers["entries"]
    if steps * entries > _MOST_CELLS:
        raise UnfitError(
            "entries", f"times {steps} steps are {steps * entries:,} cells of every iteration: take fewer of either"
        )
    return before.shape, (steps, asked.numbers["size"])


def _blocks(names: Names) -> list[Block]:
    steps, entries = names.layer.takes[0], names.layer.numbers["entries"]
    one_hot = tuple(
        Node(
            names.at("o", step, entry),
            Group.FORWARD,
            where_equal(Quantity(names.sources[step - 1]), entry - 1, 1, 0),
        )
        for step, entry in indices((steps, entries))
    )
    units = [
        Unit(
            terms=[(names.at("o", step, entry), names.parameter("w", entry, unit)) for entry in range(1, entries + 1)],
            bias=names.parameter("p", step, unit) if names.has("p") else None,
        )
        for step, unit in indices(names.layer.gives)
    ]
    return [Block(one_hot), weighted_sums(names.every("a"), units)]


EMBEDDING = Kind(
    numbers=(WholeNumber("entries"), WholeNumber("size")),
    arrays=(
        Array(
            letter="w",
            name="weights",
            axes=("entry", "unit"),
            called="entries × size",
            shape=lambda takes, sizes: (sizes.numbers["entries"], sizes.numbers["size"]),
        ),
        Array(
            letter="p",
            name="position_weights",
            axes=("step", "unit"),
            called="steps × size",
            shape=lambda takes, sizes: (takes[0], sizes.numbers["size"]),
            wanted=lambda asked: bool(asked.options[_POSITIONS]),
        ),
    ),
    axes=lambda layer: ("step", "unit"),
    shapes=_shapes,
    blocks=_blocks,
    shares_weights=True,
    options=(Flag(_POSITIONS, default=False),),
    has_steps=lambda before, gives: True,
    inner={"o": ("step", "entry")},
    tokens=lambda layer: layer.numbers["entries"],
)
