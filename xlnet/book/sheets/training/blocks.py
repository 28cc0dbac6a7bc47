"""The iterations as blocks of rows: each tensor a matrix with its name above it, the first two drawn for all others."""

from __future__ import annotations

from collections.abc import Iterator

from openpyxl.formatting.rule import ColorScaleRule

from xlnet import keys
from xlnet.book import style
from xlnet.book.drawing.cells import put, put_text
from xlnet.book.drawing.notes import MOST_NOTES, put_note
from xlnet.book.drawing.protection import whole_numbers
from xlnet.book.model import Model
from xlnet.book.sheets.training import jump
from xlnet.book.sheets.training.rows import note_of
from xlnet.cell import Area, Cell
from xlnet.graph.node import Group, Node
from xlnet.model.layers.kind import MASK
from xlnet.render.excel import area, cell
from xlnet.render.matrices import FIRST_COLUMN, Block, Placed, block_of
from xlnet.sheet_size import HEADER_ROW
from xlnet.xlsx.page import Page

_WIDTH, _ITERATION_WIDTH = 7.4, 9.0
# So many blocks have their masks checked as they are typed, and their pictures coloured: each is an area of its own.
_MOST_AREAS = 300
# From so many numbers on a matrix is looked at as a picture.
_LEAST_PICTURE = 9
_WHOLE = (keys.ITERATION, keys.EPOCH, keys.SAMPLE, MASK)


def draw_table(page: Page, model: Model) -> None:
    """Draw row 3, widths, and the captions and styles of the first two iterations."""
    block = model.once(_block)
    nodes = {node.key: node for node in model.graph.nodes}
    for iteration in (1, 2):
        top = model.layout.row(iteration)
        for column in range(1, model.layout.last_column + 1):
            put(page, top, column, style.varied(style.TEXT, fill=style.GROUPS[Group.ITERATION].tint))
        for placed in block.placed:
            _draw_tensor(page, placed, nodes, model, iteration)
    _draw_panels(page, block, model)
    _add_notes(page, block, nodes, model)
    _colour(page, block, model)
    masks = [area for placed in block.placed if placed.tensor.group == Group.MASKS for area in _areas(placed, model)]
    if masks:
        page.add_data_validation(whole_numbers(masks, range(2), model.texts))
    page.widths |= dict.fromkeys(range(FIRST_COLUMN, model.last_column + 1), _WIDTH)
    page.widths[1] = _ITERATION_WIDTH
    page.heights[HEADER_ROW] = 21


def weights(model: Model) -> Iterator[str]:
    """Yield the ranges that hold the initial weights."""
    for placed in model.once(_block).placed:
        if placed.tensor.group == Group.PARAMETERS:
            yield _area(placed, model.layout.row(1))


def _block(model: Model) -> Block:
    return block_of(model.graph)


def _draw_tensor(page: Page, placed: Placed, nodes: dict[str, Node], model: Model, iteration: int) -> None:
    tensor, top = placed.tensor, model.layout.row(iteration)
    palette = style.GROUPS[tensor.group]
    is_whole = tensor.letter in _WHOLE
    look = style.varied(
        style.TEXT,
        fill=palette.tint,
        border="box",
        number_format=style.WHOLE_NUMBER if is_whole else style.GENERAL,
        horizontal="center" if is_whole else "right",
    )
    if tensor.letter == keys.ITERATION:
        look = style.varied(style.HEADER, fill=palette.strong, number_format=style.WHOLE_NUMBER)
    elif iteration == 1 and tensor.group == Group.PARAMETERS:
        look = style.varied(style.INPUT, border="box", horizontal="right")
    for key, (row, column) in tensor.places.items():
        own = look
        if nodes[key].typed is not None:
            is_open = tensor.group == Group.MASKS
            own = style.varied(look, colour=style.INPUT.colour or "", bold=True, locked=not is_open)
        put(page, top + placed.row + row, placed.column + column, own)
    if tensor.letter != keys.ITERATION:
        # What stands to the right of a caption is empty, and the text runs on over it.
        caption = style.varied(style.TEXT, colour=palette.strong, bold=True, horizontal="left")
        if placed.row == 1:
            caption = style.varied(caption, fill=style.GROUPS[Group.ITERATION].tint)
        put_text(page, top + placed.row - 1, placed.column, caption_of(placed, model), caption)


def caption_of(placed: Placed, model: Model) -> str:
    """Return the name of a tensor and its shape: "w⁽¹⁾ 3 × 4"."""
    tensor = placed.tensor
    name = model.symbols.tensor(tensor.prefix, tensor.letter, tensor.layer)
    shape = " × ".join(map(str, tensor.shape))
    return f"{name}  {shape}" if shape else name


def _draw_panels(page: Page, block: Block, model: Model) -> None:
    """Name the passes in row 3, above their columns."""
    look = style.varied(style.HEADER, fill=style.GROUPS[Group.ITERATION].strong)
    put_text(page, HEADER_ROW, 1, model.texts.get("header", keys.ITERATION), look)
    starts = [*block.panels.items()]
    ends = [start - 2 for _, start in starts[1:]] + [model.layout.last_column]
    for (prefix, start), end in zip(starts, ends, strict=True):
        group = Group.FORWARD if not prefix else Group.GRADIENTS if prefix == keys.GRADIENT else Group.STATE
        first = max(start, jump.LAST_COLUMN + 2) if not prefix else start
        band = style.varied(style.BAND, fill=style.GROUPS[group].strong)
        for column in range(first, max(end, first) + 1):
            put(page, HEADER_ROW, column, band)
        name = "forward" if not prefix else "gradients" if prefix == keys.GRADIENT else "state"
        text = model.texts.get("blocks", name).format(stride=model.layout.stride, state=prefix)
        put_text(page, HEADER_ROW, first, text, band)
        # A band may be too narrow for what it says.
        put_note(page, HEADER_ROW, first, [text])


def _add_notes(page: Page, block: Block, nodes: dict[str, Node], model: Model) -> None:
    for placed in block.placed[1 : MOST_NOTES + 1]:
        first = nodes[next(iter(placed.tensor.places))]
        put_note(page, model.layout.row(1) + placed.row - 1, placed.column, note_of(first, model))


def _colour(page: Page, block: Block, model: Model) -> None:
    """Colour gradients by sign and size, and what is looked at as a picture by how large its numbers are."""
    low, middle, high = style.SIGNED_SCALE
    for placed in block.placed:
        tensor = placed.tensor
        is_gradient = tensor.prefix == keys.GRADIENT and len(tensor.places) > 1
        if is_gradient or (not tensor.prefix and is_picture(placed)):
            least, most = _largest(placed, model)
            scale = ColorScaleRule("formula", least, low, "num", 0, middle, "formula", most, high)  # type: ignore[no-untyped-call]
            # Initial weights keep the yellow of what a person may change.
            areas = list(_areas(placed, model))[tensor.group == Group.PARAMETERS :]
            if areas:
                page.conditional_formatting.add(" ".join(areas), scale)


def _largest(placed: Placed, model: Model) -> tuple[str, str]:
    """Return formulas of the ends of a tensor's colours: its largest number in the first, middle and last block."""
    iterations = model.layout.iterations
    areas = [
        area(Area.between(Cell(model.name, *place), Cell(model.name, *last)))
        for iteration in dict.fromkeys((1, (iterations + 1) // 2, iterations))
        for place, last in [_corners(placed, model.layout.row(iteration))]
    ]
    every = ",".join(areas)
    return f"-MAX(MAX({every}),-MIN({every}))", f"MAX(MAX({every}),-MIN({every}))"


def is_picture(placed: Placed) -> bool:
    """Return whether a tensor of the forward pass is looked at as a picture: of two axes at least, without samples."""
    tensor = placed.tensor
    axes = len(tensor.shape) - tensor.is_sampled
    is_seen = tensor.group in (Group.FORWARD, Group.PARAMETERS, Group.SAMPLES)
    return is_seen and axes >= 2 and len(tensor.places) >= _LEAST_PICTURE and tensor.letter not in _WHOLE


def _areas(placed: Placed, model: Model) -> Iterator[str]:
    """Yield the area of a tensor in the blocks, as many as are looked at."""
    for iteration in range(1, min(model.layout.iterations, _MOST_AREAS) + 1):
        yield _area(placed, model.layout.row(iteration))


def _area(placed: Placed, top: int) -> str:
    first, last = _corners(placed, top)
    return f"{cell(*first)}:{cell(*last)}"


def _corners(placed: Placed, top: int) -> tuple[tuple[int, int], tuple[int, int]]:
    first, tensor = (top + placed.row, placed.column), placed.tensor
    return first, (first[0] + tensor.height - 1, first[1] + tensor.width - 1)
