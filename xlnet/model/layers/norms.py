"""Normalisation over the last axis, of each sample and step by itself: torch.nn.LayerNorm and RMSNorm.

layer_norm: c = x − mean, x̂ = c / √(mean of c² + ε). rms_norm: x̂ = x / √(mean of x² + ε). Then a = w·x̂ + b, where a
template does not say `affine = false`; an rms_norm has no biases. PyTorch's ε of an RMSNorm is that of the numbers'
type, which is 2⁻⁵² for the numbers of a spreadsheet.
"""

from __future__ import annotations

from xlnet.graph.blocks import Block, Unit, weighted_sums
from xlnet.graph.norm_blocks import differences, mean_squares, quotients, roots
from xlnet.graph.pooling_blocks import means
from xlnet.model.layers.kind import Array, Asked, Before, Flag, Kind, Names
from xlnet.model.layers.residual import axes_of_shape
from xlnet.spec import Layer, Shape, indices

AFFINE = "affine"
LAYER_EPS, RMS_EPS = 1e-5, 2.0**-52


def _shapes(before: Before, _: Asked) -> tuple[Shape, Shape]:
    return before.shape, before.shape


class _Groups:
    """The keys of a layer by the groups that it normalises: a group for each place of all axes but the last."""

    def __init__(self, names: Names) -> None:
        self.names = names
        *lead, self.width = names.layer.takes
        self.places = list(indices(tuple(lead)))
        self.sources = [
            list(names.sources[start : start + self.width]) for start in range(0, len(names.sources), self.width)
        ]

    def once(self, letter: str) -> list[str]:
        """Return the keys of a quantity that each group has once."""
        return [self.names.at(letter, *place) for place in self.places]

    def each(self, letter: str) -> list[list[str]]:
        """Return the keys of a quantity of every unit, group by group."""
        return [[self.names.at(letter, *place, unit) for unit in range(1, self.width + 1)] for place in self.places]

    def repeated(self, letter: str) -> list[str]:
        """Return the keys of a quantity that each group has once, for each of its units."""
        return [key for key in self.once(letter) for _ in range(self.width)]


def _layer_blocks(names: Names) -> list[Block]:
    groups = _Groups(names)
    return [
        means(groups.once("mean"), groups.sources),
        differences(names.every("c"), names.sources, groups.repeated("mean")),
        mean_squares(groups.once("var"), groups.each("c")),
        roots(groups.once("sd"), groups.once("var"), names.setting("eps")),
        quotients(names.every(_normalised(names)), names.every("c"), groups.repeated("sd")),
        *_scaled(names),
    ]


def _rms_blocks(names: Names) -> list[Block]:
    groups = _Groups(names)
    return [
        mean_squares(groups.once("ms"), groups.sources),
        roots(groups.once("rms"), groups.once("ms"), names.setting("eps")),
        quotients(names.every(_normalised(names)), names.sources, groups.repeated("rms")),
        *_scaled(names),
    ]


def _normalised(names: Names) -> str:
    """Return the letter of x̂, which is what the layer gives where it has no weights."""
    return "xhat" if has_weights(names.layer) else "a"


def _scaled(names: Names) -> list[Block]:
    if not has_weights(names.layer):
        return []
    units = [
        Unit([(names.parameter("w", place[-1]), key)], names.parameter("b", place[-1]) if names.has("b") else None)
        for place, key in zip(indices(names.layer.gives), names.every("xhat"), strict=True)
    ]
    return [weighted_sums(names.every("a"), units)]


def has_weights(layer: Asked | Layer) -> bool:
    """Return whether a layer multiplies by weights, its own or another's that it shares."""
    return bool(layer.options[AFFINE])


WEIGHTS = Array(
    letter="w",
    name="weights",
    axes=("unit",),
    called="one for each of the last axis",
    shape=lambda takes, _: (takes[-1],),
    start=1.0,
    wanted=has_weights,
)
BIASES = Array(
    letter="b",
    name="biases",
    axes=("unit",),
    called="one for each of the last axis",
    shape=lambda takes, _: (takes[-1],),
    is_bias=True,
    wanted=has_weights,
)

LAYER_NORM = Kind(
    numbers=(),
    arrays=(WEIGHTS, BIASES),
    axes=lambda layer: axes_of_shape(layer.gives),
    shapes=_shapes,
    blocks=_layer_blocks,
    shares_weights=True,
    settings={"eps": LAYER_EPS},
    options=(Flag(AFFINE, default=True),),
    has_steps=lambda before, _: before.has_steps,
    inner=dict.fromkeys(("mean", "var", "sd"), ("row",)),
)
RMS_NORM = Kind(
    numbers=(),
    arrays=(WEIGHTS,),
    axes=lambda layer: axes_of_shape(layer.gives),
    shapes=_shapes,
    blocks=_rms_blocks,
    shares_weights=True,
    settings={"eps": RMS_EPS},
    options=(Flag(AFFINE, default=True),),
    has_steps=lambda before, _: before.has_steps,
    inner=dict.fromkeys(("ms", "rms"), ("row",)),
)
