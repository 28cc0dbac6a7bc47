"""Reads the layers of a template, those inside others too, and draws the weights that it does not give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod

from xlnet.graph.operations import ACTIVATION_SETTINGS, ACTIVATIONS, SOFTMAX
from xlnet.model.layers import DENSE, KINDS, Array, Asked, Before, Choice, Kind, UnfitError
from xlnet.names import known
from xlnet.sheet_size import LAST_SHEET_COLUMN
from xlnet.spec import Layer, Settings, Shape, last_of
from xlnet.template.rules import read_settings
from xlnet.template.toml_table import TomlTable
from xlnet.template.weights import Source, read_biases, read_weights, source_of

# Weights times the places that they lead to: the terms of all weighted sums, each a part of a formula.
_MOST_TERMS = 200_000
# Parameters and units of a network in all: each is a cell of every iteration, and a row of sheet Formulas.
_MOST_CELLS = 100_000
# The settings of each activation.
_SETTINGS = {name: rule.settings for name, rule in ACTIVATIONS.items()} | {SOFTMAX: {}}


@dataclass(frozen=True)
class _Placed:
    """A layer's table, what comes before it, what it takes and gives, and how many layers stand inside it."""

    table: TomlTable
    kind: Kind
    asked: Asked
    before: Before
    takes: Shape
    gives: Shape
    inside: int = 0

    @property
    def after(self) -> Before:
        """What the layer after it takes."""
        return Before(self.gives, self.kind.has_steps(self.before, self.gives))


def read_layers(network: TomlTable, seed: int) -> tuple[Layer, ...]:
    """Return the layers, their weights drawn with `seed` where they are not given. Raises UserError."""
    shape = network.shape("inputs", most=LAST_SHEET_COLUMN)
    tables = network.tables("layers")
    placed = list(_placed(tables, Before(shape, _has_steps(tables, shape), is_input=True)))
    _require_room(placed)
    named: dict[str, int] = {}
    source = source_of(seed)
    layers: list[Layer] = []
    last = last_of([_bare(each) for each in placed])
    for number, each in enumerate(placed, 1):
        layer = _layer(each, source, layers, named, is_last=number == last)
        layers.append(layer)
        if layer.name:
            named[layer.name] = number
    if all(layer.frozen for layer in layers if layer.arrays):
        where, problem = (
            (tables[-1], "every layer is frozen, so that nothing would learn: leave one of them free")
            if any(layer.arrays for layer in layers)
            else (tables[0], "no layer has weights, so that nothing would learn: add a dense layer")
        )
        where.fail("frozen" if any(layer.arrays for layer in layers) else "type", problem)
    return tuple(layers)


def kind_of(table: TomlTable) -> str:
    """Return the name of a layer's kind."""
    return table.choice("type", KINDS, DENSE)


def all_tables(tables: Sequence[TomlTable]) -> list[TomlTable]:
    """Return the tables of layers, each followed by those inside it, as layers are numbered."""
    found = []
    for table in tables:
        found.append(table)
        if KINDS[kind_of(table)].has_layers:
            found += all_tables(table.tables("layers"))
    return found


def _has_steps(tables: Sequence[TomlTable], shape: Shape) -> bool:
    """Return whether the inputs are a sequence: the first kind that takes one, or that takes none, tells."""
    takes = (KINDS[kind_of(table)].takes_steps for table in all_tables(tables))
    return len(shape) == 2 and next((steps for steps in takes if steps is not None), False)


def _placed(tables: Sequence[TomlTable], before: Before) -> Iterator[_Placed]:
    for table in tables:
        kind = KINDS[kind_of(table)]
        asked = _asked(table, kind)
        inner: list[_Placed] = []
        if kind.has_layers:
            inner = list(_placed(table.tables("layers"), before))
            _require_same_shape(table, before, inner)
        try:
            takes, gives = kind.shapes(before, asked)
        except UnfitError as error:
            table.fail(error.key, str(error))
        placed = _Placed(table, kind, asked, before, takes, gives, len(inner))
        yield placed
        yield from inner
        before = placed.after


def _require_same_shape(table: TomlTable, before: Before, inner: Sequence[_Placed]) -> None:
    """Fail where what the layers inside make of their inputs cannot be added to these."""
    gives = inner[last_of([_bare(each) for each in inner]) - 1].gives
    if gives != before.shape:
        given, taken = (" × ".join(map(str, shape)) for shape in (gives, before.shape))
        table.fail("layers", f"give {given}, which cannot be added to the {taken} that come in: make both alike")


def _bare(placed: _Placed) -> Layer:
    return Layer("", placed.takes, placed.gives, "", {}, inside=placed.inside)


def _asked(table: TomlTable, kind: Kind) -> Asked:
    numbers: dict[str, int] = {}
    along: dict[str, Shape] = {}
    for number in kind.numbers:
        bounds = {"least": number.least, "most": LAST_SHEET_COLUMN}
        if number.axes:
            pair = along.get(number.same_as, number.default)
            along[number.name] = table.along(number.name, number.axes, pair, **bounds)
        else:
            numbers[number.name] = table.integer(number.name, number.default, **bounds)
    return Asked(
        numbers,
        {
            option.name: table.choice(option.name, option.words, option.words[0])
            if isinstance(option, Choice)
            else table.flag(option.name, option.default)
            for option in kind.options
        },
        along,
    )


def _require_room(placed: Sequence[_Placed]) -> None:
    """Fail before a weight is drawn where the layers alone are too many cells."""
    cells = 0
    for each in placed:
        sizes = [prod(array.shape(each.takes, each.asked)) for array in each.kind.arrays if not array.is_bias]
        cells += sum(sizes) + prod(each.gives)
        places = prod(each.gives[1:]) if each.kind.shares_weights else 1
        if sum(sizes) * places > _MOST_TERMS:
            each.table.fail(
                "type",
                f"the layer has {prod(each.gives):,} units with {sum(sizes) * places:,} terms in all: make it smaller",
            )
    if cells > _MOST_CELLS:
        first = placed[0]
        key = first.kind.numbers[0].name if first.kind.numbers else "type"
        first.table.fail(
            key, f"the layers have {cells:,} weights and units, each a cell of every iteration: make them smaller"
        )


def _layer(
    placed: _Placed, source: Source, before: Sequence[Layer], named: Mapping[str, int], *, is_last: bool
) -> Layer:
    table, kind, asked = placed.table, placed.kind, placed.asked
    _require_known(table, kind)
    activation = _activation(table, kind, is_last=is_last)
    share, transpose = _shared(table, kind, named)
    layer = Layer(
        kind_of(table),
        placed.takes,
        placed.gives,
        activation,
        {},
        asked.numbers,
        along=asked.along,
        dropout=_dropout(table, is_last=is_last) if kind.activations and kind.takes_dropout else 0.0,
        frozen=table.flag("frozen", False),
        settings=_settings(table, kind, activation),
        options=asked.options,
        inside=placed.inside,
        name=table.text("name", ""),
        share=share,
        transpose=transpose,
    )
    arrays = [array for array in kind.arrays if array.wanted(asked)]
    if share:
        _require_like(table, arrays, layer, before[share - 1])
        arrays = [array for array in arrays if not array.is_shared]
    shapes = {array.letter: array.shape(placed.takes, asked) for array in arrays}
    weights = {a.letter: read_weights(table, a, shapes[a.letter], source) for a in arrays if not a.is_bias}
    biases = {a.letter: read_biases(table, a, shapes[a.letter]) for a in arrays if a.is_bias}
    return replace(layer, arrays=weights | (biases if table.flag("bias", True) else {}))


def _require_known(table: TomlTable, kind: Kind) -> None:
    known = [*(number.name for number in kind.numbers), *(option.name for option in kind.options), *kind.settings]
    if kind.activations:
        known += ["activation", *ACTIVATION_SETTINGS]
    if kind.activations and kind.takes_dropout:
        known.append("dropout")
    if kind.arrays:
        known += [*(array.name for array in kind.arrays), "init", "frozen"]
    if any(array.is_bias for array in kind.arrays):
        known.append("bias")
    if any(array.is_shared for array in kind.arrays):
        known += ["share", "transpose"]
    table.require_known("type", *known, "name", *(["layers"] if kind.has_layers else []))


def _settings(table: TomlTable, kind: Kind, activation: str) -> Settings:
    own = {name: table.number(name, default) for name, default in kind.settings.items()}
    return own | dict(read_settings(table, _SETTINGS, activation) if kind.activations else {})


def _shared(table: TomlTable, kind: Kind, named: Mapping[str, int]) -> tuple[int, bool]:
    """Return the number of the layer whose weights this one uses, 0 where it has its own, and whether transposed."""
    name = table.text("share", "")
    transpose = table.flag("transpose", False)
    if not name:
        if transpose:
            table.fail("transpose", "is of shared weights: set share to the name of a layer, or remove it")
        return 0, False
    if name not in named:
        known = ", ".join(named) or "no layer before this one has one"
        table.fail("share", f'must be the "name" of a layer before this one ({known}), not {name!r}')
    if table.flag("frozen", False):
        table.fail("frozen", f"is of a layer's own weights, and these are those of {name!r}: set frozen there instead")
    given = next((a.name for a in kind.arrays if a.is_shared and a.name in table.content), None)
    if given or "init" in table.content:
        table.fail(given or "init", "cannot be combined with share: keep one of the two")
    return named[name], transpose


def _require_like(table: TomlTable, arrays: Sequence[Array], layer: Layer, shared: Layer) -> None:
    """Fail where the weights of the other layer do not fit this one; it may have more, as positions."""
    wanted = {a.letter: a.shape(layer.takes, layer) for a in arrays if a.is_shared}
    if not wanted:
        table.fail("share", "is of weights, and this layer has none: remove it")
    others = [a for a in KINDS[shared.type].arrays if a.letter in wanted and a.letter in shared.arrays]
    found = {a.letter: a.shape(shared.takes, shared) for a in others}
    if layer.transpose:
        found = {letter: tuple(reversed(shape)) for letter, shape in found.items()}
    if wanted != found:
        one, other = (", ".join(" × ".join(map(str, s)) for s in shapes.values()) for shapes in (wanted, found))
        table.fail(
            "share", f"needs weights of the shape {one}, and that layer's are {other or 'none'}: make them alike"
        )


def _dropout(table: TomlTable, *, is_last: bool) -> float:
    rate = table.number("dropout", 0.0)
    if not 0 <= rate < 1:
        table.fail("dropout", f"must be from 0 up to, but not including, 1, the share of units left out, not {rate:g}")
    if rate and is_last:
        table.fail("dropout", "is not possible on the last layer, whose outputs are compared with targets: remove it")
    return rate


def _activation(table: TomlTable, kind: Kind, *, is_last: bool) -> str:
    if not kind.activations:
        return "identity"
    if known(table.content.get("activation"), (SOFTMAX,)) and is_last and SOFTMAX not in kind.activations:
        table.fail("activation", "softmax is only possible on a dense layer: choose another one, or add a dense layer")
    activation = table.choice("activation", (*kind.activations, SOFTMAX), kind.activations[0])
    if activation == SOFTMAX and not is_last:
        table.fail("activation", "softmax is only possible on the last layer: choose another activation here")
    return activation
