"""Self-attention, torch.nn.MultiheadAttention: each step asks all others, and takes of their values what it finds.

q, k and v are three products of each step with a part each of `in_proj_weight`; what the heads find is joined and goes
through `out_proj_weight`.
"""

from __future__ import annotations

from xlnet.graph.attention_blocks import Heads, scores, softmax_rows, values
from xlnet.graph.blocks import Block, Unit, weighted_sums
from xlnet.model.layers.kind import Array, Asked, Before, Flag, Kind, Names, UnfitError, WholeNumber
from xlnet.spec import Shape, indices

_CAUSAL = "causal"
# Each pair of steps is a cell of its score, its exponential and its weight, and their gradients.
_MOST_PAIRS = 20_000


def _shapes(before: Before, asked: Asked) -> tuple[Shape, Shape]:
    if not before.has_steps or len(before.shape) != 2:
        found = " × ".join(map(str, before.shape))
        raise UnfitError(
            "type",
            f"attention takes steps of a sequence, not {found}: set network.inputs to the steps and their size, "
            "[4, 3] say, or begin with an embedding",
        )
    heads, size = asked.numbers["heads"], before.shape[1]
    if size % heads:
        raise UnfitError("heads", f"must divide {size}, the size of each step, among the heads: {heads} does not")
    pairs = heads * before.shape[0] ** 2
    if pairs > _MOST_PAIRS:
        raise UnfitError(
            "heads",
            f"and {before.shape[0]} steps are {pairs:,} pairs of steps, each several cells of every iteration: "
            "take fewer steps or heads",
        )
    return before.shape, before.shape


def _blocks(names: Names) -> list[Block]:
    steps, size = names.layer.gives
    count = names.layer.numbers["heads"]
    heads = Heads(names.at, count, steps, size // count, bool(names.layer.options[_CAUSAL]))
    sources = dict(zip(indices((steps, size)), names.sources, strict=True))
    joined = {place: names.at("u", *place) for place in indices((steps, size))}
    projected = [_projected(names, letter, "i", sources, part * size) for part, letter in enumerate("qkv")]
    return [*projected, scores(heads), *softmax_rows(heads), values(heads), _projected(names, "a", "o", joined, 0)]


def _projected(names: Names, letter: str, matrix: str, sources: dict[tuple[int, ...], str], first: int) -> Block:
    """Return the product of each step with some rows of a projection, `first` of them before."""
    steps, size = names.layer.gives
    has_bias = names.has(f"b{matrix}")
    return weighted_sums(
        [names.at(letter, *place) for place in indices((steps, size))],
        [
            Unit(
                terms=[
                    (names.parameter(f"w{matrix}", first + unit, source), sources[step, source])
                    for source in range(1, size + 1)
                ],
                bias=names.parameter(f"b{matrix}", first + unit) if has_bias else None,
            )
            for step, unit in indices((steps, size))
        ],
    )


_OF_A_STEP = ("step", "unit")
_OF_PAIRS = ("head", "step", "seen")
_OF_ROWS = ("head", "step")

ATTENTION = Kind(
    numbers=(WholeNumber("heads", 1),),
    arrays=(
        Array(
            letter="wi",
            name="in_proj_weight",
            axes=("part_unit", "source"),
            called="3 · size × size",
            shape=lambda takes, _: (3 * takes[1], takes[1]),
        ),
        Array(
            letter="bi",
            name="in_proj_bias",
            axes=("part_unit",),
            called="3 · size",
            shape=lambda takes, _: (3 * takes[1],),
            is_bias=True,
        ),
        Array(
            letter="wo",
            name="out_proj_weight",
            axes=("unit", "source_unit"),
            called="size × size",
            shape=lambda takes, _: (takes[1], takes[1]),
        ),
        Array(
            letter="bo",
            name="out_proj_bias",
            axes=("unit",),
            called="one a unit",
            shape=lambda takes, _: (takes[1],),
            is_bias=True,
        ),
    ),
    axes=lambda layer: _OF_A_STEP,
    shapes=_shapes,
    blocks=_blocks,
    shares_weights=True,
    options=(Flag(_CAUSAL, default=False),),
    has_steps=lambda before, gives: True,
    inner={
        **dict.fromkeys("qkvu", _OF_A_STEP),
        **dict.fromkeys(("s", "e", "alpha"), _OF_PAIRS),
        **dict.fromkeys(("smax", "esum"), _OF_ROWS),
    },
    takes_steps=True,
)
